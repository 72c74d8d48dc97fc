//! The manual page of a rule: what it demands, why, what it does with nulls, samples, what to do, where it comes from.

use std::fmt::Write as _;

use guiyi_core::dictionary::Dictionary;
use guiyi_core::finding::Language;
use guiyi_core::rulebook::kinds::{self, Both};
use guiyi_core::rulebook::{Check, Demand, Indicator, OnFailure, Rule, Tolerance};
use serde_json::{Value, json};

/// What the rule says.
pub(super) fn message(rule: &Rule, language: Language) -> &str {
    match language {
        Language::English => &rule.message,
        Language::Chinese => &rule.message_zh,
    }
}

pub(super) fn in_language(both: Both, language: Language) -> &'static str {
    match language {
        Language::English => both.0,
        Language::Chinese => both.1,
    }
}

/// The page for people.
pub(super) fn text(rule: &Rule, dictionary: &Dictionary, language: Language) -> String {
    let chinese = language == Language::Chinese;
    let element = &dictionary.elements[rule.attribute];
    let kind = kind_of(&rule.check);
    let mut text = format!("{}  {}\n", rule.code, message(rule, language));
    let mut section = |english: &str, title_zh: &str, body: &str| {
        let title = if chinese { title_zh } else { english };
        _ = write!(text, "\n{title}\n");
        for line in body.lines() {
            _ = writeln!(text, "  {line}");
        }
    };
    let (label, definition) = if chinese {
        (&element.label_zh, &element.definition_zh)
    } else {
        (&element.label, &element.definition)
    };
    let colon = if chinese { "：" } else { ": " };
    let what = format!(
        "{}\n{} ({}){colon}{definition}",
        in_language(kind.demands, language),
        label,
        element.name
    );
    section("What", "要求", &what);
    let why = rule
        .why
        .as_ref()
        .map_or(in_language(kind.why, language), |why| why.in_language(language));
    section("Why", "原因", why);
    section("Nulls", "空值", in_language(kind.nulls, language));
    section("Passes", "通过的样例", &samples(&rule.accept, chinese));
    section("Fails", "不通过的样例", &samples(&rule.reject, chinese));
    let remedy = rule
        .remedy
        .as_ref()
        .map_or(in_language(kind.remedy, language), |remedy| {
            remedy.in_language(language)
        });
    section("What to do", "如何处理", remedy);
    if let Some(source) = rule.source.as_ref().or(element.standard.as_ref()) {
        section("Source", "依据", source);
    }
    section("Key facts", "要点", &facts(rule, dictionary, chinese));
    text
}

fn samples(samples: &[std::sync::Arc<str>], chinese: bool) -> String {
    let shown = samples.iter().map(|sample| match (&**sample, chinese) {
        ("", true) => "（空）".to_owned(),
        ("", false) => "(nothing)".to_owned(),
        (sample, _) => sample.to_owned(),
    });
    shown.collect::<Vec<_>>().join("\n")
}

/// One fact a line.
fn facts(rule: &Rule, dictionary: &Dictionary, chinese: bool) -> String {
    let mut lines = Vec::new();
    let mut fact = |english: &str, name_zh: &str, value: String| {
        lines.push(if chinese {
            format!("{name_zh}：{value}")
        } else {
            format!("{english}: {value}")
        });
    };
    fact("entity", "实体", dictionary.entity.name().to_owned());
    fact("check", "检查", demand(&rule.check, dictionary));
    fact("severity", "严重程度", rule.severity.name().to_owned());
    fact("dimension", "维度", dimension(rule, chinese));
    fact(
        "on failure",
        "不通过时",
        on_failure(rule.on_failure, chinese).to_owned(),
    );
    if rule.tolerance != Tolerance::default() {
        fact("tolerance", "容忍度", rule.tolerance.to_string());
    }
    for condition in conditions(rule, dictionary) {
        fact("only where", "仅当", condition);
    }
    if let Some(owner) = &rule.owner {
        fact("owner", "责任部门", owner.to_string());
    }
    lines.join("\n")
}

/// The kind of check with what the rule gives it.
fn demand(check: &Check, dictionary: &Dictionary) -> String {
    let name = |element: usize| &*dictionary.elements[element].name;
    let bounds = |min: Option<&str>, max: Option<&str>| format!("{} … {}", min.unwrap_or(""), max.unwrap_or(""));
    let given = match check {
        Check::Unique { elements, scope } => {
            let names: Vec<&str> = elements.iter().map(|&element| name(element)).collect();
            format!("{}, scope {}", names.join(" + "), scope.name())
        }
        Check::Pattern(regex) => unanchored(regex.as_str()).to_owned(),
        Check::Length { min, max } => bounds(Some(&min.to_string()), Some(&max.to_string())),
        Check::Range { min, max } => bounds(min.as_deref(), max.as_deref()),
        Check::OneOf(values) => values.join(", "),
        Check::Identifier(kind) => kind.name().to_owned(),
        Check::Compare { operator, other } => format!("{} {}", operator.sign(), name(*other)),
        Check::Agrees { other } => name(*other).to_owned(),
        Check::InTable { table, on: Some(on) } => format!("{} on {}", table.name, name(*on)),
        Check::InTable { table, on: None } => table.name.to_string(),
        Check::ForeignKey { target, .. } => {
            let element = target.element.as_deref().unwrap_or("source key");
            format!("{} of {}", element, target.entity.name())
        }
        Check::Expression(expression) => expression.text.to_string(),
        Check::Freshness { max_age_days } => format!("{max_age_days} days"),
        Check::RowCount(count) => {
            let number = |bound: Option<u64>| bound.map(|bound| bound.to_string());
            let change = count
                .max_change
                .map(|change| format!(", change up to {}", Tolerance::Share(change)));
            bounds(number(count.min).as_deref(), number(count.max).as_deref()) + &change.unwrap_or_default()
        }
        _ => String::new(),
    };
    format!("{} {given}", check.kind_name()).trim_end().to_owned()
}

/// A pattern as the pack has it.
fn unanchored(pattern: &str) -> &str {
    let inner = pattern
        .strip_prefix(r"\A(?:")
        .and_then(|inner| inner.strip_suffix(r")\z"));
    inner.unwrap_or(pattern)
}

fn dimension(rule: &Rule, chinese: bool) -> String {
    let of = |indicator: Indicator| {
        let label = if chinese {
            indicator.label_zh()
        } else {
            indicator.label()
        };
        format!(", {} {label}", indicator.code())
    };
    let indicator = rule.indicator.map(of).unwrap_or_default();
    let name = if chinese {
        rule.dimension.label_zh()
    } else {
        rule.dimension.name()
    };
    format!("{name}{indicator} (GB/T 36344-2018)")
}

fn on_failure(on_failure: OnFailure, chinese: bool) -> &'static str {
    match (on_failure, chinese) {
        (OnFailure::Report, false) => "reported, the value stands",
        (OnFailure::Report, true) => "报告，值保留",
        (OnFailure::Repair, false) => "repaired if exactly one repair exists",
        (OnFailure::Repair, true) => "仅有一种修正时自动修正",
        (OnFailure::Withhold, false) => "repaired if exactly one repair exists, else held back",
        (OnFailure::Withhold, true) => "仅有一种修正时自动修正，否则扣留该值",
        (OnFailure::Quarantine, false) => "the row is held back",
        (OnFailure::Quarantine, true) => "整行隔离",
    }
}

/// The conditions of a rule, as a pack would have them.
fn conditions(rule: &Rule, dictionary: &Dictionary) -> Vec<String> {
    let list = |values: &[std::sync::Arc<str>]| values.join(", ");
    let shown = rule.when.iter().map(|condition| {
        let name = &dictionary.elements[condition.attribute].name;
        match &condition.demand {
            Demand::Present => name.to_string(),
            Demand::Absent => format!("{name} absent"),
            Demand::OneOf(values) => format!("{name} one_of {}", list(values)),
            Demand::NotOneOf(values) => format!("{name} not_one_of {}", list(values)),
            Demand::Matches(regex) => format!("{name} matches {}", unanchored(regex.as_str())),
        }
    });
    shown.collect()
}

/// The manual of a rule's kind of check.
pub(super) fn kind_of(check: &Check) -> &'static kinds::Kind {
    kinds::find(check.kind_name()).expect("every check has its kind, which the tests of the rulebook see to")
}

/// The page for programs, in both languages.
pub(super) fn json(rule: &Rule, dictionary: &Dictionary) -> Value {
    let element = &dictionary.elements[rule.attribute];
    let kind = kind_of(&rule.check);
    let texts = |own: &Option<guiyi_core::rulebook::Texts>, of_kind: Both| {
        let own = own.as_ref();
        [
            own.map_or(of_kind.0.to_owned(), |texts| texts.english.to_string()),
            own.map_or(of_kind.1.to_owned(), |texts| texts.chinese.to_string()),
        ]
    };
    let [why, why_zh] = texts(&rule.why, kind.why);
    let [remedy, remedy_zh] = texts(&rule.remedy, kind.remedy);
    json!({
        "code": *rule.code,
        "entity": dictionary.entity.name(),
        "element": *element.name,
        "element_zh": *element.label_zh,
        "check": kind.name,
        "severity": rule.severity.name(),
        "dimension": rule.dimension.name(),
        "indicator": rule.indicator.map(Indicator::name),
        "indicator_code": rule.indicator.map(Indicator::code),
        "indicator_zh": rule.indicator.map(Indicator::label_zh),
        "when": conditions(rule, dictionary),
        "tolerance": rule.tolerance.to_string(),
        "on_failure": on_failure(rule.on_failure, false),
        "owner": rule.owner.as_deref(),
        "message": *rule.message,
        "message_zh": *rule.message_zh,
        "demands": kind.demands.0,
        "demands_zh": kind.demands.1,
        "why": why,
        "why_zh": why_zh,
        "nulls": kind.nulls.0,
        "nulls_zh": kind.nulls.1,
        "remedy": remedy,
        "remedy_zh": remedy_zh,
        "source": rule.source.as_ref().or(element.standard.as_ref()).map(|source| &**source),
        "accept": rule.accept.iter().map(|sample| &**sample).collect::<Vec<_>>(),
        "reject": rule.reject.iter().map(|sample| &**sample).collect::<Vec<_>>(),
    })
}
