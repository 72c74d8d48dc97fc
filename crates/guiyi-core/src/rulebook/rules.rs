//! Rule packs: `[[rule]]` tables read into [`Rule`]s, with every mistake said.
//!
//! The format is described at the top of `rules/customer.toml`.
//! Laws: rules come out in the order of their codes, which is the order in which they run; a rule that parses can run
//! on every input, so patterns are compiled, bounds are read and elements are found here.

use std::sync::Arc;

use guiyi_ident::{CheckScheme, Kind};
use regex::Regex;

use super::mistake::{Mistake, hint_for};
use super::toml::{Document, Table};
use super::{Check, Comparison, Condition, Dimension, OnFailure, Rule};
use crate::dictionary::{Dictionary, ElementKind, EntityType};
use crate::finding::Severity;
use crate::validate::{Ordered, can_agree};

const CHECKS: [(&str, &str); 10] = [
    ("required", "required"),
    ("unique", "unique"),
    ("pattern", "pattern"),
    ("length", "length"),
    ("range", "range"),
    ("one-of", "one-of"),
    ("identifier", "identifier"),
    ("check-character", "check-character"),
    ("compare", "compare"),
    ("agrees", "agrees"),
];

const SEVERITIES: [(&str, Severity); 3] = [
    ("info", Severity::Info),
    ("warning", Severity::Warning),
    ("error", Severity::Error),
];

const ON_FAILURE: [(&str, OnFailure); 4] = [
    ("report", OnFailure::Report),
    ("repair", OnFailure::Repair),
    ("withhold", OnFailure::Withhold),
    ("quarantine", OnFailure::Quarantine),
];

const DIMENSIONS: [(&str, Dimension); 6] = [
    ("conformity", Dimension::Conformity),
    ("completeness", Dimension::Completeness),
    ("accuracy", Dimension::Accuracy),
    ("consistency", Dimension::Consistency),
    ("timeliness", Dimension::Timeliness),
    ("accessibility", Dimension::Accessibility),
];

const OPERATORS: [(&str, Comparison); 6] = [
    ("=", Comparison::Equal),
    ("!=", Comparison::NotEqual),
    ("<", Comparison::Less),
    ("<=", Comparison::LessOrEqual),
    (">", Comparison::Greater),
    (">=", Comparison::GreaterOrEqual),
];

/// Reads a rule pack for the elements of a dictionary.
///
/// `file` is the name that mistakes carry. Errors: every mistake in the text, in its order; beside wrong keys and types
/// a code that occurs twice, an element that the dictionary does not have, a pattern that does not compile, bounds the
/// wrong way round, a check that does not fit the element's kind.
pub fn parse_rules(file: &str, text: &str, dictionary: &Dictionary) -> Result<Vec<Rule>, Vec<Mistake>> {
    let document = Document::parse(file, text);
    let root = document.root();
    let entity = root.opt_choice("entity", &EntityType::ALL.map(|entity| (entity.name(), entity)));
    if let Some(entity) = entity.filter(|&entity| entity != dictionary.entity) {
        let message = format!(
            "rules for a {} do not fit a {}",
            entity.name(),
            dictionary.entity.name()
        );
        root.mistake_at("entity", message, None);
    }
    let rules = read_rules(&root, dictionary);
    drop(root);
    document.finish(rules)
}

/// The `[[rule]]` tables of a document, in the order of their codes; mistakes stay in the document.
pub(super) fn read_rules(root: &Table<'_>, dictionary: &Dictionary) -> Vec<Rule> {
    let mut rules: Vec<Rule> = Vec::new();
    for table in root.tables("rule") {
        if let Some(rule) = parse_rule(&table, dictionary) {
            if rules.iter().any(|other| other.code == rule.code) {
                table.mistake_at("code", format!("the rule \"{}\" occurs twice", rule.code), None);
            }
            rules.push(rule);
        }
    }
    rules.sort_by(|a, b| a.code.cmp(&b.code));
    rules
}

/// The rule pack that comes with Guiyi, for a dictionary that has the elements of the shipped one.
///
/// Errors: an element that the rules need is not in the dictionary.
pub fn shipped_rules(entity: EntityType, dictionary: &Dictionary) -> Result<Vec<Rule>, Vec<Mistake>> {
    let (file, text) = match entity {
        EntityType::Customer => ("customer.toml", include_str!("../../../../rules/customer.toml")),
        EntityType::Supplier => ("supplier.toml", include_str!("../../../../rules/supplier.toml")),
        EntityType::Material => ("material.toml", include_str!("../../../../rules/material.toml")),
        EntityType::Contact => ("contact.toml", include_str!("../../../../rules/contact.toml")),
    };
    parse_rules(file, text, dictionary)
}

/// The position of the element named by a key that must be there.
pub(super) fn element(table: &Table<'_>, key: &str, dictionary: &Dictionary) -> Option<usize> {
    let name = table.string(key)?;
    let position = dictionary.position(name);
    if position.is_none() {
        table.mistake_at(
            key,
            format!("no element is named \"{name}\""),
            element_hint(name, dictionary),
        );
    }
    position
}

/// The positions of the elements named in an array.
pub(super) fn elements(table: &Table<'_>, key: &str, dictionary: &Dictionary) -> Vec<usize> {
    let mut positions = Vec::new();
    for (index, name) in table.strings(key).into_iter().enumerate() {
        match dictionary.position(name) {
            Some(position) if positions.contains(&position) => {
                table.mistake_at_item(key, index, format!("the element \"{name}\" occurs twice"), None);
            }
            Some(position) => positions.push(position),
            None => {
                let hint = element_hint(name, dictionary);
                table.mistake_at_item(key, index, format!("no element is named \"{name}\""), hint);
            }
        }
    }
    positions
}

pub(super) fn element_hint(name: &str, dictionary: &Dictionary) -> Option<String> {
    if let Some(position) = dictionary.position_for_header(name) {
        return Some(format!("did you mean \"{}\"?", dictionary.elements[position].name));
    }
    hint_for(name, dictionary.elements.iter().map(|element| &*element.name))
}

/// One `[[rule]]`; every key is asked for before the first return, so that only unknown keys are called unknown.
fn parse_rule(table: &Table<'_>, dictionary: &Dictionary) -> Option<Rule> {
    let code = table.string("code");
    let attribute = element(table, "element", dictionary);
    let severity = table.choice("severity", &SEVERITIES);
    let dimension = table.choice("dimension", &DIMENSIONS);
    let on_failure = table.opt_choice("on_failure", &ON_FAILURE).unwrap_or(OnFailure::Report);
    let tolerance = table.opt_integer("tolerance_per_mille", 0..=1000).unwrap_or(0);
    let owner = table.opt_string("owner").map(Arc::from);
    let message = table.string("message");
    let message_zh = table.string("message_zh");
    let accept = table.strings("accept").into_iter().map(Arc::from).collect();
    let reject = table.strings("reject").into_iter().map(Arc::from).collect();
    let when = table.table("when").map(|when| parse_condition(&when, dictionary));
    let kind = table.choice("check", &CHECKS);
    let check = parse_check(table, kind, attribute, dictionary);
    if let Some(code) = code.filter(|code| !is_code(code)) {
        let hint = Some("two capital letters and three digits, such as \"CU003\"".into());
        table.mistake_at("code", format!("\"{code}\" is not a rule code"), hint);
    }
    let check = check?;
    match (&check, on_failure) {
        (Check::Required | Check::Unique(_), OnFailure::Withhold | OnFailure::Repair) => {
            let hint = Some("one of: report, quarantine".into());
            table.mistake_at("on_failure", "this check has no value to repair or to hold back", hint);
        }
        (Check::Identifier(_), _) | (_, OnFailure::Report | OnFailure::Withhold | OnFailure::Quarantine) => {}
        (_, OnFailure::Repair) => {
            let hint = Some("one of: report, withhold, quarantine".into());
            table.mistake_at("on_failure", "only an identifier can be repaired", hint);
        }
    }
    Some(Rule {
        code: code?.into(),
        check,
        attribute: attribute?,
        severity: severity?,
        on_failure,
        when: when.flatten(),
        dimension: dimension?,
        tolerance: tolerance as u16,
        owner,
        message: message?.into(),
        message_zh: message_zh?.into(),
        accept,
        reject,
    })
}

fn is_code(code: &str) -> bool {
    let bytes = code.as_bytes();
    bytes.len() == 5 && bytes[..2].iter().all(u8::is_ascii_uppercase) && bytes[2..].iter().all(u8::is_ascii_digit)
}

fn parse_condition(table: &Table<'_>, dictionary: &Dictionary) -> Option<Condition> {
    let attribute = element(table, "element", dictionary);
    let one_of = table.strings("one_of");
    if table.has("one_of") && one_of.is_empty() {
        table.mistake_at(
            "one_of",
            "no value is listed",
            Some("leave it out for any value".into()),
        );
    }
    let attribute = attribute?;
    known_codes(table, "one_of", &one_of, attribute, dictionary);
    Some(Condition {
        attribute,
        one_of: one_of.into_iter().map(Arc::from).collect(),
    })
}

/// Says which values are not in the code list of an enumeration.
fn known_codes(table: &Table<'_>, key: &str, values: &[&str], attribute: usize, dictionary: &Dictionary) {
    let element = &dictionary.elements[attribute];
    for (index, value) in values.iter().enumerate() {
        if element.kind == ElementKind::Enumeration && !element.codes.iter().any(|code| &*code.code == *value) {
            let hint = hint_for(value, element.codes.iter().map(|code| &*code.code));
            table.mistake_at_item(
                key,
                index,
                format!("\"{value}\" is not a code of \"{}\"", element.name),
                hint,
            );
        }
    }
}

fn parse_check(
    table: &Table<'_>,
    kind: Option<&str>,
    attribute: Option<usize>,
    dictionary: &Dictionary,
) -> Option<Check> {
    match kind? {
        "required" => Some(Check::Required),
        "unique" => {
            let with = elements(table, "with", dictionary);
            Some(Check::Unique(attribute.into_iter().chain(with).collect()))
        }
        "pattern" => parse_pattern(table),
        "length" => Some(parse_length(table)),
        "range" => parse_range(table, attribute, dictionary),
        "one-of" => parse_one_of(table, attribute, dictionary),
        "identifier" => parse_identifier(table, attribute, dictionary),
        "check-character" => {
            let schemes = CheckScheme::ALL.map(|scheme| (scheme.name(), scheme));
            table.choice("scheme", &schemes).map(Check::CheckCharacter)
        }
        "compare" => {
            let operator = table.choice("operator", &OPERATORS);
            let other = element(table, "other", dictionary);
            Some(Check::Compare {
                operator: operator?,
                other: other?,
            })
        }
        _ => parse_agrees(table, attribute, dictionary),
    }
}

fn parse_pattern(table: &Table<'_>) -> Option<Check> {
    let pattern = table.string("pattern")?;
    match Regex::new(&format!(r"\A(?:{pattern})\z")) {
        Ok(regex) => Some(Check::Pattern(regex)),
        Err(error) => {
            table.mistake_at(
                "pattern",
                format!("the pattern does not compile: {}", last_line(&error)),
                None,
            );
            None
        }
    }
}

/// The last line of a message of several lines, which says what is wrong.
pub(super) fn last_line(error: &regex::Error) -> String {
    let text = error.to_string();
    text.lines()
        .last()
        .unwrap_or_default()
        .trim_start_matches("error: ")
        .to_owned()
}

fn parse_length(table: &Table<'_>) -> Check {
    let min = table.opt_integer("min", 0..=i64::from(u32::MAX));
    let max = table.opt_integer("max", 0..=i64::from(u32::MAX));
    if !table.has("min") && !table.has("max") {
        table.mistake("\"min\" or \"max\" is missing in [[rule]]", None);
    }
    let (min, max) = (min.unwrap_or(0), max.unwrap_or(i64::from(u32::MAX)));
    if min > max {
        table.mistake_at("min", "\"min\" is more than \"max\"", None);
    }
    Check::Length {
        min: min as usize,
        max: max as usize,
    }
}

fn parse_range(table: &Table<'_>, attribute: Option<usize>, dictionary: &Dictionary) -> Option<Check> {
    let min = table.opt_scalar("min");
    let max = table.opt_scalar("max");
    if !table.has("min") && !table.has("max") {
        table.mistake("\"min\" or \"max\" is missing in [[rule]]", None);
    }
    let kind = dictionary.elements[attribute?].kind;
    let expected = match kind {
        ElementKind::Date => "a date such as \"2000-01-31\", or \"today\" as the largest",
        ElementKind::Amount | ElementKind::Number => "a number",
        _ => {
            table.mistake_at("check", "a range needs an element of kind amount, number or date", None);
            return None;
        }
    };
    let bounds = [("min", &min), ("max", &max)].map(|(key, bound)| {
        let bound = bound.as_deref()?;
        let value = Ordered::read(bound, kind);
        let is_today = key == "max" && bound == "today" && kind == ElementKind::Date;
        if value.is_none() && !is_today {
            table.mistake_at(key, format!("\"{bound}\" is not {expected}"), None);
        }
        value
    });
    if let [Some(min), Some(max)] = &bounds
        && min > max
    {
        table.mistake_at("min", "\"min\" is more than \"max\"", None);
    }
    Some(Check::Range {
        min: min.map(Arc::from),
        max: max.map(Arc::from),
    })
}

fn parse_one_of(table: &Table<'_>, attribute: Option<usize>, dictionary: &Dictionary) -> Option<Check> {
    let values = table.strings("values");
    let element = &dictionary.elements[attribute?];
    if table.has("values") {
        known_codes(table, "values", &values, attribute?, dictionary);
        return Some(Check::OneOf(values.into_iter().map(Arc::from).collect()));
    }
    if element.codes.is_empty() {
        table.mistake_at(
            "check",
            format!("\"values\" is missing, and \"{}\" has no codes", element.name),
            None,
        );
        return None;
    }
    Some(Check::OneOf(
        element.codes.iter().map(|code| Arc::clone(&code.code)).collect(),
    ))
}

fn parse_identifier(table: &Table<'_>, attribute: Option<usize>, dictionary: &Dictionary) -> Option<Check> {
    let kinds: Vec<(&'static str, Kind)> = Kind::ALL.iter().map(|&kind| (kind.name(), kind)).collect();
    if table.has("kind") {
        return table.opt_choice("kind", &kinds).map(Check::Identifier);
    }
    let own = dictionary.elements[attribute?].kind;
    let kind = kinds
        .iter()
        .find(|(name, _)| *name == own.name())
        .map(|&(_, kind)| kind);
    if kind.is_none() {
        let hint = Some(format!(
            "add kind = one of: {}",
            kinds.iter().map(|k| k.0).collect::<Vec<_>>().join(", ")
        ));
        table.mistake_at(
            "check",
            format!("an element of kind {} names no identifier", own.name()),
            hint,
        );
    }
    kind.map(Check::Identifier)
}

fn parse_agrees(table: &Table<'_>, attribute: Option<usize>, dictionary: &Dictionary) -> Option<Check> {
    let (attribute, other) = (attribute, element(table, "other", dictionary));
    let (attribute, other) = (attribute?, other?);
    let (own, others) = (dictionary.elements[attribute].kind, dictionary.elements[other].kind);
    if can_agree(own, others) {
        return Some(Check::Agrees { other });
    }
    let hint = "resident-id with date, enumeration, province or address; credit-code with province or address; \
                province with address";
    let message = format!("{} and {} cannot be compared by \"agrees\"", own.name(), others.name());
    table.mistake_at("other", message, Some(hint.into()));
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dictionary::shipped;

    fn check(text: &str, expected: &[&str]) {
        let found: Vec<String> = match parse_rules("r", text, &shipped(EntityType::Contact)) {
            Ok(_) => Vec::new(),
            Err(mistakes) => mistakes
                .iter()
                .map(|mistake| mistake.to_string()[2..].to_owned())
                .collect(),
        };
        assert_eq!(found, expected, "{text}");
    }

    /// A rule on lines 1 to 7, its check on line 8.
    fn rule(element: &str, check: &str) -> String {
        format!(
            "[[rule]]\ncode = 'XX001'\nseverity = 'error'\ndimension = 'accuracy'\nmessage = 'm'\nmessage_zh = 'm'\n\
             element = '{element}'\n{check}"
        )
    }

    #[test]
    fn checks_that_fit() {
        check(&rule("name", "check = 'required'"), &[]);
        check(&rule("name", "check = 'unique'\nwith = ['mobile']"), &[]);
        check(&rule("name", "check = 'pattern'\npattern = '[^0-9]+'"), &[]);
        check(&rule("name", "check = 'length'\nmin = 2\non_failure = 'withhold'"), &[]);
        check(
            &rule("birth_date", "check = 'range'\nmin = 1900-01-01\nmax = 'today'"),
            &[],
        );
        check(
            &rule("sex", "check = 'one-of'\nwhen = { element = 'sex', one_of = ['1'] }"),
            &[],
        );
        check(&rule("resident_id", "check = 'identifier'\non_failure = 'repair'"), &[]);
        check(&rule("name", "check = 'identifier'\nkind = 'email'"), &[]);
        check(
            &rule(
                "birth_date",
                "check = 'compare'\noperator = '<='\nother = 'created_date'",
            ),
            &[],
        );
        check(&rule("resident_id", "check = 'agrees'\nother = 'sex'"), &[]);
    }

    #[test]
    fn mistakes() {
        check(
            "entity = 'customer'",
            &["1:10: rules for a customer do not fit a contact"],
        );
        check(
            &rule("mobil", "check = 'requird'"),
            &[
                "7:11: no element is named \"mobil\"\n  hint: did you mean \"mobile\"?",
                "8:9: \"requird\" is not a value of \"check\"\n  hint: did you mean \"required\"?",
            ],
        );
        check(
            &rule("手机", "check = 'required'"),
            &["7:11: no element is named \"手机\"\n  hint: did you mean \"mobile\"?"],
        );
        check(
            &format!(
                "{}\n{}",
                rule("name", "check = 'required'"),
                rule("name", "check = 'required'\nx = 1")
            ),
            &[
                "10:8: the rule \"XX001\" occurs twice",
                "17:1: unknown key \"x\" in [[rule]]\n  hint: one of: accept, on_failure, owner, reject, tolerance_per_mille, when",
            ],
        );
        check(
            &rule("name", "check = 'required'\non_failure = 'withhold'"),
            &["9:14: this check has no value to repair or to hold back\n  hint: one of: report, quarantine"],
        );
        check(
            &rule("name", "check = 'length'\nmin = 3\nmax = 2\non_failure = 'repair'"),
            &[
                "9:7: \"min\" is more than \"max\"",
                "11:14: only an identifier can be repaired\n  hint: one of: report, withhold, quarantine",
            ],
        );
        check(
            &rule("name", "check = 'pattern'\npattern = '[a'"),
            &["9:11: the pattern does not compile: unclosed character class"],
        );
        check(
            &rule("birth_date", "check = 'range'\nmin = '2000-02-30'\nmax = 'tomorrow'"),
            &[
                "9:7: \"2000-02-30\" is not a date such as \"2000-01-31\", or \"today\" as the largest",
                "10:7: \"tomorrow\" is not a date such as \"2000-01-31\", or \"today\" as the largest",
            ],
        );
        check(
            &rule("name", "check = 'range'\nmin = 1"),
            &["8:9: a range needs an element of kind amount, number or date"],
        );
        check(
            &rule("birth_date", "check = 'range'\nmin = 2000-01-01\nmax = 1999-01-01"),
            &["9:7: \"min\" is more than \"max\""],
        );
        check(
            &rule("sex", "check = 'one-of'\nvalues = ['1', '男']"),
            &["9:16: \"男\" is not a code of \"sex\"\n  hint: did you mean \"1\"?"],
        );
        check(
            &rule("name", "check = 'one-of'"),
            &["8:9: \"values\" is missing, and \"name\" has no codes"],
        );
        check(
            &rule("name", "check = 'agrees'\nother = 'sex'").replace("XX001", "X1"),
            &[
                "2:8: \"X1\" is not a rule code\n  hint: two capital letters and three digits, such as \"CU003\"",
                "9:9: person-name and enumeration cannot be compared by \"agrees\"\n  hint: resident-id with date, enumeration, province or address; credit-code with province or address; province with address",
            ],
        );
        check(
            "[[rule]]\ncode = 'XX001'",
            &[
                "1:1: \"element\" is missing in [[rule]]",
                "1:1: \"severity\" is missing in [[rule]]",
                "1:1: \"dimension\" is missing in [[rule]]",
                "1:1: \"message\" is missing in [[rule]]",
                "1:1: \"message_zh\" is missing in [[rule]]",
                "1:1: \"check\" is missing in [[rule]]",
            ],
        );
    }

    #[test]
    fn shipped_packs_parse() {
        for entity in EntityType::ALL {
            let rules = shipped_rules(entity, &shipped(entity)).unwrap_or_else(|mistakes| panic!("{mistakes:?}"));
            assert!(rules.len() >= 5, "{}", entity.name());
            for rule in &rules {
                assert!(
                    !rule.accept.is_empty() && !rule.reject.is_empty(),
                    "{} has samples",
                    rule.code
                );
                assert!(rule.owner.is_some(), "{} has an owner", rule.code);
            }
        }
    }
}
