//! `when`: the conditions under which a rule looks at a row, one table or several, of which all must hold.

use std::sync::Arc;

use regex::Regex;

use super::checks::known_codes;
use super::rules::{element, last_line};
use super::toml::Table;
use super::{Condition, Demand};
use crate::dictionary::Dictionary;

/// Reads `when = { … }` or `when = [{ … }, { … }]`.
pub(super) fn parse(rule: &Table<'_>, dictionary: &Dictionary) -> Vec<Condition> {
    let tables = rule.table_or_tables("when");
    tables.iter().filter_map(|table| condition(table, dictionary)).collect()
}

fn condition(table: &Table<'_>, dictionary: &Dictionary) -> Option<Condition> {
    let attribute = element(table, "element", dictionary);
    let absent = table.opt_bool("absent");
    let one_of = table.strings("one_of");
    let not_one_of = table.strings("not_one_of");
    let matches = table.opt_string("matches");
    let given: Vec<&str> = ["absent", "one_of", "not_one_of", "matches"]
        .into_iter()
        .filter(|key| table.has(key))
        .collect();
    if let [first, second, ..] = given[..] {
        let hint = "several conditions: when = [{ … }, { … }]";
        table.mistake_at(
            second,
            format!("a condition has one demand, this one has \"{first}\" already"),
            Some(hint.into()),
        );
        return None;
    }
    for (key, values) in [("one_of", &one_of), ("not_one_of", &not_one_of)] {
        if table.has(key) && values.is_empty() {
            table.mistake_at(key, "no value is listed", Some("leave it out for any value".into()));
        }
        known_codes(table, key, values, attribute?, dictionary);
    }
    let texts = |values: Vec<&str>| values.into_iter().map(Arc::from).collect();
    let demand = match given.first() {
        Some(&"absent") if absent? => Demand::Absent,
        None | Some(&"absent") => Demand::Present,
        Some(&"one_of") => Demand::OneOf(texts(one_of)),
        Some(&"not_one_of") => Demand::NotOneOf(texts(not_one_of)),
        Some(_) => Demand::Matches(regex(table, "matches", matches?)?),
    };
    Some(Condition {
        attribute: attribute?,
        demand,
    })
}

/// Compiles an expression that must match the whole value.
pub(super) fn regex(table: &Table<'_>, key: &str, pattern: &str) -> Option<Regex> {
    let compiled = Regex::new(&format!(r"\A(?:{pattern})\z"));
    if let Err(error) = &compiled {
        table.mistake_at(key, format!("the pattern does not compile: {}", last_line(error)), None);
    }
    compiled.ok()
}
