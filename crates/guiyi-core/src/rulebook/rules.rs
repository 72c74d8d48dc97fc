//! Rule packs: `[[table]]` and `[[rule]]` tables read into [`Rule`]s, with every mistake said.
//!
//! The format is described in `docs/rules.md`, which is made from [`super::kinds`].
//! Laws: rules come out in the order of their codes, which is the order in which they run; a rule that parses can run
//! on every input, so patterns and expressions are compiled, bounds are read and elements are found here.

use std::sync::Arc;

use super::mistake::{Mistake, hint_for};
use super::tables::{RawTable, parse_tables};
use super::toml::{Document, Table};
use super::{Check, Dimension, Indicator, OnFailure, Rule, Texts, Tolerance, checks, conditions};
use crate::dictionary::{Dictionary, EntityType};
use crate::finding::Severity;

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

/// Reads a rule pack that has no tables of its own; see [`parse_rules_with_tables`].
pub fn parse_rules(file: &str, text: &str, dictionary: &Dictionary) -> Result<Vec<Rule>, Vec<Mistake>> {
    let mut refuse = |path: &str| Err(format!("{path} cannot be read from here"));
    parse_rules_with_tables(file, text, dictionary, &mut refuse)
}

/// Reads a rule pack for the elements of a dictionary.
///
/// `file` is the name that mistakes carry; `load` reads the file of a `[[table]]`, whose path is as the pack has it, and
/// says in a few words why it cannot. Errors: every mistake in the text, in its order; beside wrong keys and types a
/// code that occurs twice, an element or a table that does not exist, a pattern or an expression that does not compile,
/// bounds the wrong way round, a check that does not fit the element's kind.
pub fn parse_rules_with_tables(
    file: &str,
    text: &str,
    dictionary: &Dictionary,
    load: &mut dyn FnMut(&str) -> Result<RawTable, String>,
) -> Result<Vec<Rule>, Vec<Mistake>> {
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
    let rules = read_rules(&root, dictionary, load);
    drop(root);
    document.finish(rules)
}

/// The `[[rule]]` tables of a document, in the order of their codes; mistakes stay in the document.
pub(super) fn read_rules(
    root: &Table<'_>,
    dictionary: &Dictionary,
    load: &mut dyn FnMut(&str) -> Result<RawTable, String>,
) -> Vec<Rule> {
    let tables = parse_tables(root, load);
    let mut rules: Vec<Rule> = Vec::new();
    for table in root.tables("rule") {
        if let Some(rule) = parse_rule(&table, dictionary, &tables) {
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
fn parse_rule(table: &Table<'_>, dictionary: &Dictionary, tables: &[Arc<super::ReferenceTable>]) -> Option<Rule> {
    let code = table.string("code");
    let attribute = element(table, "element", dictionary);
    let severity = table.choice("severity", &SEVERITIES);
    let dimension = table.choice(
        "dimension",
        &Dimension::ALL.map(|dimension| (dimension.name(), dimension)),
    );
    let indicator = parse_indicator(table, dimension);
    let on_failure = table.opt_choice("on_failure", &ON_FAILURE).unwrap_or(OnFailure::Report);
    let tolerance = parse_tolerance(table);
    let owner = table.opt_string("owner").map(Arc::from);
    let message = table.string("message");
    let message_zh = table.string("message_zh");
    let why = parse_texts(table, "why", "why_zh");
    let remedy = parse_texts(table, "remedy", "remedy_zh");
    let source = table.opt_string("source").map(Arc::from);
    let accept = table.strings("accept").into_iter().map(Arc::from).collect();
    let reject = table.strings("reject").into_iter().map(Arc::from).collect();
    let when = conditions::parse(table, dictionary);
    let check = checks::parse(table, attribute, dictionary, tables);
    if let Some(code) = code.filter(|code| !is_code(code)) {
        let hint = Some("two capital letters and three digits, such as \"CU003\"".into());
        table.mistake_at("code", format!("\"{code}\" is not a rule code"), hint);
    }
    let check = check?;
    check_on_failure(table, &check, on_failure);
    if matches!(check, Check::RowCount(_)) && !when.is_empty() {
        table.mistake_at("when", "a row count takes no condition", None);
    }
    if check.is_of_whole_source() && table.has("tolerance") {
        table.mistake_at("tolerance", "this check judges a whole source, not its rows", None);
    }
    Some(Rule {
        code: code?.into(),
        check,
        attribute: attribute?,
        severity: severity?,
        on_failure,
        when,
        dimension: dimension?,
        indicator,
        tolerance,
        owner,
        message: message?.into(),
        message_zh: message_zh?.into(),
        why,
        remedy,
        source,
        accept,
        reject,
    })
}

fn is_code(code: &str) -> bool {
    let bytes = code.as_bytes();
    bytes.len() == 5 && bytes[..2].iter().all(u8::is_ascii_uppercase) && bytes[2..].iter().all(u8::is_ascii_digit)
}

fn parse_indicator(table: &Table<'_>, dimension: Option<Dimension>) -> Option<Indicator> {
    let options: Vec<(&'static str, Indicator)> = Indicator::ALL.iter().map(|&one| (one.name(), one)).collect();
    let indicator = table.opt_choice("indicator", &options)?;
    let dimension = dimension.filter(|&dimension| dimension != indicator.dimension());
    if let Some(dimension) = dimension {
        let fitting = Indicator::ALL.iter().filter(|other| other.dimension() == dimension);
        let names: Vec<&str> = fitting.map(|other| other.name()).collect();
        let message = format!("\"{}\" is no indicator of {}", indicator.name(), dimension.name());
        table.mistake_at("indicator", message, Some(format!("one of: {}", names.join(", "))));
    }
    Some(indicator)
}

fn parse_tolerance(table: &Table<'_>) -> Tolerance {
    let Some(text) = table.opt_scalar("tolerance") else {
        return Tolerance::default();
    };
    let tolerance = Tolerance::parse(&text);
    if tolerance.is_none() {
        let hint = "rows such as 5, or a share of the rows such as \"0.5%\"";
        table.mistake_at("tolerance", format!("\"{text}\" is not a tolerance"), Some(hint.into()));
    }
    tolerance.unwrap_or_default()
}

/// A text in both languages, or in none.
fn parse_texts(table: &Table<'_>, key: &str, key_zh: &str) -> Option<Texts> {
    let (english, chinese) = (table.opt_string(key), table.opt_string(key_zh));
    match (english, chinese) {
        (Some(_), None) if !table.has(key_zh) => table.mistake(format!("\"{key}\" needs \"{key_zh}\""), None),
        (None, Some(_)) if !table.has(key) => table.mistake(format!("\"{key_zh}\" needs \"{key}\""), None),
        _ => {}
    }
    Some(Texts {
        english: english?.into(),
        chinese: chinese?.into(),
    })
}

fn check_on_failure(table: &Table<'_>, check: &Check, on_failure: OnFailure) {
    use OnFailure::{Quarantine, Repair, Report, Withhold};
    let (message, hint) = match (check, on_failure) {
        (_, Report) | (Check::Identifier(_), _) => return,
        (check, _) if check.is_of_whole_source() => {
            ("this check judges a whole source, which can only be reported", "report")
        }
        (Check::Required | Check::Unique { .. }, Withhold | Repair) => (
            "this check has no value to repair or to hold back",
            "one of: report, quarantine",
        ),
        (_, Withhold | Quarantine) => return,
        (_, Repair) => (
            "only an identifier can be repaired",
            "one of: report, withhold, quarantine",
        ),
    };
    table.mistake_at("on_failure", message, Some(hint.into()));
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

#[cfg(test)]
mod tests;
