//! The check of a rule: its kind, and the keys that belong to it.

use std::sync::Arc;

use guiyi_ident::{CheckScheme, Kind};

use super::mistake::hint_for;
use super::rules::{element, elements};
use super::tables::{SHIPPED, shipped};
use super::toml::Table;
use super::{Check, Comparison, Expression, ReferenceTable, RowCount, Scope, Target, conditions, kinds, tolerance};
use crate::dictionary::{Dictionary, ElementKind, EntityType};
use crate::validate::{Ordered, can_agree};

/// Reads `check` and the keys of its kind; `None` if something is wrong with it, which is said.
pub(super) fn parse(
    table: &Table<'_>,
    attribute: Option<usize>,
    dictionary: &Dictionary,
    tables: &[Arc<ReferenceTable>],
) -> Option<Check> {
    let options: Vec<(&'static str, &str)> = kinds::KINDS.iter().map(|kind| (kind.name, kind.name)).collect();
    match table.choice("check", &options)? {
        "required" => Some(Check::Required),
        "unique" => Some(parse_unique(table, attribute, dictionary)),
        "pattern" => conditions::regex(table, "pattern", table.string("pattern")?).map(Check::Pattern),
        "length" => Some(parse_length(table)),
        "range" => parse_range(table, attribute, dictionary),
        "one-of" => parse_one_of(table, attribute, dictionary),
        "identifier" => parse_identifier(table, attribute, dictionary),
        "check-character" => {
            let schemes = CheckScheme::ALL.map(|scheme| (scheme.name(), scheme));
            table.choice("scheme", &schemes).map(Check::CheckCharacter)
        }
        "compare" => {
            let operator = table.choice("operator", &Comparison::ALL.map(|one| (one.sign(), one)));
            let other = element(table, "other", dictionary);
            Some(Check::Compare {
                operator: operator?,
                other: other?,
            })
        }
        "agrees" => parse_agrees(table, attribute, dictionary),
        "in-table" => parse_in_table(table, dictionary, tables),
        "foreign-key" => parse_foreign_key(table),
        "expression" => parse_expression(table, dictionary),
        "freshness" => parse_freshness(table, attribute, dictionary),
        _ => Some(parse_row_count(table)),
    }
}

fn parse_unique(table: &Table<'_>, attribute: Option<usize>, dictionary: &Dictionary) -> Check {
    let with = elements(table, "with", dictionary);
    let scope = table
        .opt_choice("scope", &Scope::ALL.map(|scope| (scope.name(), scope)))
        .unwrap_or(Scope::System);
    Check::Unique {
        elements: attribute.into_iter().chain(with).collect(),
        scope,
    }
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

fn parse_in_table(table: &Table<'_>, dictionary: &Dictionary, tables: &[Arc<ReferenceTable>]) -> Option<Check> {
    let on = table.has("on").then(|| date_element(table, "on", dictionary));
    let name = table.string("table")?;
    let found = tables
        .iter()
        .find(|table| *table.name == *name)
        .cloned()
        .or_else(|| shipped(name));
    if found.is_none() {
        let names: Vec<&str> = tables.iter().map(|table| &*table.name).chain(SHIPPED).collect();
        let hint = hint_for(name, names);
        table.mistake_at("table", format!("no table is named \"{name}\""), hint);
    }
    let on = match on {
        Some(on) => Some(on?),
        None => None,
    };
    Some(Check::InTable { table: found?, on })
}

/// The position of an element of kind date.
fn date_element(table: &Table<'_>, key: &str, dictionary: &Dictionary) -> Option<usize> {
    let position = element(table, key, dictionary)?;
    let is_date = dictionary.elements[position].kind == ElementKind::Date;
    if !is_date {
        let dates: Vec<usize> = dictionary.of_kind(ElementKind::Date).collect();
        let names: Vec<&str> = dates.iter().map(|&at| &*dictionary.elements[at].name).collect();
        let message = format!("\"{}\" is no date", dictionary.elements[position].name);
        table.mistake_at(key, message, Some(format!("one of: {}", names.join(", "))));
    }
    is_date.then_some(position)
}

fn parse_foreign_key(table: &Table<'_>) -> Option<Check> {
    let entity = table.choice("entity", &EntityType::ALL.map(|entity| (entity.name(), entity)));
    let name = table.opt_string("references");
    let system = table.opt_string("system").map(Arc::from);
    // The other side has a dictionary of its own in a project; the shipped one tells a slip from a name of the user's.
    if let (Some(entity), Some(name)) = (entity, name) {
        let other = crate::dictionary::shipped(entity);
        let names = other.elements.iter().map(|element| &*element.name);
        if other.position(name).is_none()
            && let Some(hint) = hint_for(name, names).filter(|hint| hint.starts_with("did"))
        {
            table.mistake_at(
                "references",
                format!("no element of {} is named \"{name}\"", entity.name()),
                Some(hint),
            );
        }
    }
    Some(Check::ForeignKey {
        target: Target {
            entity: entity?,
            element: name.map(Arc::from),
            system,
        },
        known: None,
    })
}

fn parse_expression(table: &Table<'_>, dictionary: &Dictionary) -> Option<Check> {
    let nulls = [("pass", false), ("evaluate", true)];
    let evaluates_nulls = table.opt_choice("nulls", &nulls).unwrap_or(false);
    let text = table.string("expression")?;
    match Expression::parse(text, dictionary, evaluates_nulls) {
        Ok(expression) => Some(Check::Expression(Arc::new(expression))),
        Err(wrong) => {
            for mistake in wrong {
                table.mistake_inside(
                    "expression",
                    mistake.line,
                    mistake.column,
                    mistake.message,
                    mistake.hint,
                );
            }
            None
        }
    }
}

fn parse_freshness(table: &Table<'_>, attribute: Option<usize>, dictionary: &Dictionary) -> Option<Check> {
    let days = table.integer("max_age_days", 0..=36_500);
    if dictionary.elements[attribute?].kind != ElementKind::Date {
        table.mistake_at("check", "freshness needs an element of kind date", None);
        return None;
    }
    Some(Check::Freshness {
        max_age_days: days? as u32,
    })
}

fn parse_row_count(table: &Table<'_>) -> Check {
    let min = table.opt_integer("min", 0..=i64::MAX).map(|count| count as u64);
    let max = table.opt_integer("max", 0..=i64::MAX).map(|count| count as u64);
    let change = table.opt_string("max_change");
    if !["min", "max", "max_change"].into_iter().any(|key| table.has(key)) {
        table.mistake("\"min\", \"max\" or \"max_change\" is missing in [[rule]]", None);
    }
    if min > max && max.is_some() {
        table.mistake_at("min", "\"min\" is more than \"max\"", None);
    }
    let max_change = change.and_then(|text| {
        let share = text.strip_suffix('%').and_then(tolerance::share);
        if share.is_none() {
            let message = format!("\"{text}\" is not a share of the rows of the last run");
            table.mistake_at("max_change", message, Some("a percentage such as \"10%\"".into()));
        }
        share
    });
    Check::RowCount(RowCount {
        min,
        max,
        max_change,
        ..RowCount::default()
    })
}

/// Says which values are not in the code list of an enumeration.
pub(super) fn known_codes(table: &Table<'_>, key: &str, values: &[&str], attribute: usize, dictionary: &Dictionary) {
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
