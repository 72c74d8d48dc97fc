//! Rules that the file keeps already, as a rule pack to start from: each with what was seen in it as comment.
//!
//! A rule is suggested where the profile speaks for it clearly; its tolerance is the share of rows that break it today,
//! so that the pack passes on the file it was made of and fails when the data get worse.

use std::fmt::Write as _;

use super::infer::Inferred;
use super::kinds::identifier;
use super::result::{ColumnProfile, Profile};
use crate::dictionary::{Dictionary, Element, ElementKind};

/// Share of rows that may break a suggested rule.
const DIRTY: f64 = 0.2;
/// Proposals of this confidence or more carry rules.
pub const CONFIDENT: f64 = 0.5;
/// Most values of a suggested list.
const LISTED: u64 = 30;

/// A rule being written down.
struct Suggestion {
    check: String,
    severity: &'static str,
    dimension: &'static str,
    /// Share of rows that break it.
    broken: f64,
    message: String,
    message_zh: String,
    evidence: String,
}

/// A rule pack for the elements that the columns of a profile feed, in TOML that [`crate::rulebook::parse_rules`]
/// reads; codes `PR001` and so on. `file` names the file in the first line.
pub fn suggest_rules(profile: &Profile, dictionary: &Dictionary, file: &str) -> String {
    let mut text = format!(
        "# Rules suggested by the profile of {}, {} rows. Read them, keep what is meant, and give each an owner.\n\nentity = \"{}\"\n",
        file.replace(['\n', '\r'], " "),
        profile.rows,
        dictionary.entity.name()
    );
    let mut number = 0;
    for column in &profile.columns {
        let Some(proposal) = column.element.filter(|proposal| proposal.confidence >= CONFIDENT) else {
            continue;
        };
        let element = &dictionary.elements[proposal.element];
        for suggestion in suggestions(column, element) {
            number += 1;
            suggestion.write(number, element, column, &mut text);
        }
    }
    text
}

impl Suggestion {
    fn write(&self, number: u32, element: &Element, column: &ColumnProfile, text: &mut String) {
        let header = column.header.replace(['\n', '\r'], " ");
        // Room for a quarter more than is broken today, so that the next export does not fail by chance.
        let per_mille = (self.broken * 1250.0).ceil().min(1000.0) as u64;
        _ = write!(
            text,
            "\n# Column {header}: {}\n[[rule]]\ncode = \"PR{number:03}\"\nelement = \"{}\"\n{}\nseverity = \"{}\"\n\
             dimension = \"{}\"\ntolerance = \"{}.{}%\"\nmessage = {}\nmessage_zh = {}\n",
            self.evidence,
            element.name,
            self.check,
            self.severity,
            self.dimension,
            per_mille / 10,
            per_mille % 10,
            quoted(&self.message),
            quoted(&self.message_zh),
        );
    }
}

fn suggestions(column: &ColumnProfile, element: &Element) -> Vec<Suggestion> {
    let mut found = Vec::new();
    found.extend(required(column, element));
    found.extend(unique(column, element));
    found.extend(valid(column, element));
    found.extend(one_of(column, element));
    found.extend(pattern(column, element));
    found.extend(range(column, element));
    found.extend(length(column, element));
    found
}

fn required(column: &ColumnProfile, element: &Element) -> Option<Suggestion> {
    let missing = column.rows - column.filled;
    let broken = missing as f64 / column.rows.max(1) as f64;
    (column.filled > 0 && broken <= 0.02).then(|| Suggestion {
        check: "check = \"required\"".into(),
        severity: if broken == 0.0 { "error" } else { "warning" },
        dimension: "completeness",
        broken,
        message: format!("{} is given", element.label),
        message_zh: format!("{}必填", element.label_zh),
        evidence: format!("{missing} of {} rows have no value", column.rows),
    })
}

fn unique(column: &ColumnProfile, element: &Element) -> Option<Suggestion> {
    let is_identifying = matches!(
        element.kind,
        ElementKind::CreditCode | ElementKind::ResidentId | ElementKind::Code | ElementKind::Gtin
    );
    let repeated = column.filled.saturating_sub(column.distinct.count);
    let is_unique = column.distinct.is_exact && column.filled >= 20 && repeated == 0;
    (is_identifying && is_unique && column.placeholders.is_empty()).then(|| Suggestion {
        check: "check = \"unique\"".into(),
        severity: "error",
        dimension: "accuracy",
        broken: 0.0,
        message: format!("{} occurs once", element.label),
        message_zh: format!("{}不得重复", element.label_zh),
        evidence: format!("{} values, all different", column.filled),
    })
}

fn valid(column: &ColumnProfile, element: &Element) -> Option<Suggestion> {
    identifier(element.kind)?;
    let share = column.element?.accepted?;
    (column.filled > 0 && 1.0 - share <= DIRTY).then(|| Suggestion {
        check: "check = \"identifier\"".into(),
        severity: "error",
        dimension: "conformity",
        broken: 1.0 - share,
        message: format!("{} is valid", element.label),
        message_zh: format!("{}应有效", element.label_zh),
        evidence: format!("{:.1} % of the values are valid", share * 100.0),
    })
}

fn one_of(column: &ColumnProfile, element: &Element) -> Option<Suggestion> {
    if element.kind == ElementKind::Enumeration {
        let share = column.element?.accepted?;
        return (1.0 - share <= DIRTY).then(|| Suggestion {
            check: "check = \"one-of\"".into(),
            severity: "error",
            dimension: "conformity",
            broken: 1.0 - share,
            message: format!("{} is in its code list", element.label),
            message_zh: format!("{}应在代码表中", element.label_zh),
            evidence: format!("{:.1} % of the values are in the code list", share * 100.0),
        });
    }
    let is_list = column.kind == Inferred::Category && !column.is_sensitive;
    let is_whole = column.distinct.is_exact && column.commonest.error == 0;
    let all: u64 = column.commonest.items.iter().map(|(_, count)| count).sum();
    let is_free = matches!(element.kind, ElementKind::Text | ElementKind::Code);
    if !(is_list && is_whole && is_free && column.distinct.count <= LISTED && all == column.filled) {
        return None;
    }
    let values: Vec<String> = column
        .commonest
        .items
        .iter()
        .map(|(text, _)| quoted(text.trim()))
        .collect();
    Some(Suggestion {
        check: format!("check = \"one-of\"\nvalues = [{}]", values.join(", ")),
        severity: "warning",
        dimension: "conformity",
        broken: 0.0,
        message: format!("{} is one of the known values", element.label),
        message_zh: format!("{}应为已知取值", element.label_zh),
        evidence: format!("{} rows hold {} different values", column.filled, column.distinct.count),
    })
}

/// A pattern for codes: at most three shapes that make up the column.
fn pattern(column: &ColumnProfile, element: &Element) -> Option<Suggestion> {
    if element.kind != ElementKind::Code || column.kind != Inferred::Code {
        return None;
    }
    let filled = column.filled as f64;
    let shapes: Vec<&(Box<str>, u64)> = column
        .patterns
        .items
        .iter()
        .filter(|(_, count)| *count as f64 >= 0.02 * filled)
        .take(3)
        .collect();
    let share = shapes.iter().map(|(_, count)| count).sum::<u64>() as f64 / filled;
    (1.0 - share <= DIRTY).then(|| {
        let alternatives: Vec<&str> = shapes.iter().map(|(shape, _)| &**shape).collect();
        Suggestion {
            check: format!("check = \"pattern\"\npattern = {}", quoted(&alternatives.join("|"))),
            severity: "warning",
            dimension: "conformity",
            broken: (1.0 - share).max(0.0),
            message: format!("{} has its usual form", element.label),
            message_zh: format!("{}应符合编码规则", element.label_zh),
            evidence: format!("{:.1} % of the values have this form", share * 100.0),
        }
    })
}

fn range(column: &ColumnProfile, element: &Element) -> Option<Suggestion> {
    let (check, evidence) = match element.kind {
        ElementKind::Date => {
            let dates = column.dates.as_ref()?;
            let min = &dates.min;
            (
                format!("check = \"range\"\nmin = \"{min}\"\nmax = \"today\""),
                format!(
                    "dates from {min} to {}, half of them until {}",
                    dates.max, dates.quantiles[2]
                ),
            )
        }
        // A unit in the header moves the values; the rule would speak of others than the profile saw.
        ElementKind::Amount | ElementKind::Number if !column.header.contains(['万', '亿', '%']) => {
            let numbers = column.numbers?;
            let (min, max) = (plain(numbers.min)?, plain(numbers.max)?);
            (
                format!("check = \"range\"\nmin = \"{min}\"\nmax = \"{max}\""),
                format!("from {min} to {max}, median {}", numbers.quantiles[2]),
            )
        }
        _ => return None,
    };
    Some(Suggestion {
        check,
        severity: "warning",
        dimension: "accuracy",
        broken: 0.0,
        message: format!("{} is in its usual range", element.label),
        message_zh: format!("{}应在合理范围内", element.label_zh),
        evidence,
    })
}

fn length(column: &ColumnProfile, element: &Element) -> Option<Suggestion> {
    if !matches!(
        element.kind,
        ElementKind::OrganizationName | ElementKind::Text | ElementKind::Address
    ) {
        return None;
    }
    let (min, _, max) = column.lengths?;
    if max > 500 || column.kind == Inferred::Category {
        return None;
    }
    Some(Suggestion {
        check: format!("check = \"length\"\nmin = {}\nmax = {max}", min.min(2)),
        severity: "info",
        dimension: "conformity",
        broken: 0.0,
        message: format!("{} has a usual length", element.label),
        message_zh: format!("{}长度应合理", element.label_zh),
        evidence: format!("{min} to {max} characters"),
    })
}

/// A number as a plain decimal; `None` if it is too large to be written so exactly.
fn plain(number: f64) -> Option<String> {
    (number.abs() < 1e15).then(|| format!("{number}"))
}

/// A TOML string.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            c if c.is_control() => _ = write!(quoted, "\\u{:04X}", u32::from(c)),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}
