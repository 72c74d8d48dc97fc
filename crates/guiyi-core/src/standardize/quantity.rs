//! Quantities: a number, or several that multiply, and a unit.
//!
//! Canonical: `12 PCS`, `2.5 KG`, `3×20 CTN`, or the bare number where no unit is given. The number is an exact decimal
//! without separators and trailing zeros, the unit its code. Laws: factors are never multiplied out and no unit is
//! converted; an unknown unit makes the quantity unreadable, and is not guessed.

use super::amount;
use super::change::{Aside, Change, Code};
use super::text::{Style, clean};
use super::unit::{self, Unit};
use crate::dictionary::ElementKind;

/// Brings a quantity to its canonical form; its unit is offered to an empty element of units.
pub(super) fn standardize(text: &str) -> Option<Change> {
    let cleaned = clean(text, Style::Name);
    if cleaned.is_empty() {
        return Change::to(text, cleaned);
    }
    let Some((number, unit)) = parse(&cleaned) else {
        return Some(Change::unreadable("quantity"));
    };
    let written = match unit {
        Some(unit) => format!("{number} {}", unit.code),
        None => number,
    };
    let mut change = Change::to(text, written)?;
    change.asides = unit.map(aside).into_iter().collect();
    Some(change)
}

fn aside(unit: &Unit) -> Aside {
    Aside {
        kinds: &[ElementKind::Unit],
        value: unit.code.to_owned(),
        code: Code::FURTHER_VALUE,
    }
}

/// The number as it is written, and the unit if one is named; `None` if the text is no quantity.
pub(super) fn parse(text: &str) -> Option<(String, Option<&'static Unit>)> {
    // The unit begins behind the last figure; `2.5(KG)` and `12 个` have marks between.
    let end = text
        .rfind(|character: char| character.is_ascii_digit())
        .map(|at| at + 1)
        .filter(|end| {
            !text[*end..].starts_with('.') || text[*end + 1..].starts_with(|next: char| !next.is_ascii_digit())
        });
    let (figures, rest) = match end {
        // `M2` and `m³` end with a figure of their own.
        Some(end) if !text[end..].is_empty() || text.ends_with(|last: char| last.is_ascii_digit()) => {
            split_unit(text, end)
        }
        _ => text.split_at(
            text.char_indices()
                .find(|(_, c)| !is_numeral(*c))
                .map_or(text.len(), |(at, _)| at),
        ),
    };
    let rest = rest.trim_matches([' ', '.', '(', ')']);
    let unit = if rest.is_empty() { None } else { Some(unit::find(rest)?) };
    let factors: Option<Vec<String>> = figures
        .split(['*', '×', 'x', 'X'])
        .map(|factor| amount::number_text(factor.trim()))
        .collect();
    Some((factors?.join("×"), unit))
}

/// The text before the unit and the unit, which may end with a figure.
fn split_unit(text: &str, end: usize) -> (&str, &str) {
    let end = end
        + text[end..]
            .find(|character: char| !matches!(character, '万' | '亿'))
            .unwrap_or(text.len() - end);
    if end == text.len() {
        let head = text.trim_end_matches(['2', '3']);
        let letters = head.trim_end_matches(|c: char| c.is_ascii_alphabetic());
        if head.len() + 1 == text.len() && letters.len() < head.len() && unit::find(&text[letters.len()..]).is_some() {
            return text.split_at(letters.len());
        }
    }
    text.split_at(end)
}

fn is_numeral(character: char) -> bool {
    super::numeral::digit(character).is_some() || matches!(character, '十' | '百' | '千' | '万' | '亿')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::change::Value;
    use super::*;

    #[test]
    fn reads_quantities() {
        for (text, expected) in [
            ("12个", Some("12 PCS")),
            ("2.5KG", Some("2.5 KG")),
            ("2.50 公斤", Some("2.5 KG")),
            ("3*20箱", Some("3×20 CTN")),
            ("3 × 20 箱", Some("3×20 CTN")),
            ("1,200 pcs", Some("1200 PCS")),
            ("１２只", Some("12 PCS")),
            ("15m2", Some("15 M2")),
            ("15㎡", Some("15 M2")),
            ("十二个", Some("12 PCS")),
            ("1.2万只", Some("12000 PCS")),
            ("12", Some("12")),
            ("0.50", Some("0.5")),
            ("12坨", None),
            ("若干", None),
            ("个", None),
        ] {
            let after = match standardize(text).map(|change| change.value) {
                Some(Value::Set(value)) => Some(value),
                Some(Value::Null) => None,
                _ => Some(text.to_owned()),
            };
            assert_eq!(after.as_deref(), expected, "{text}");
        }
        assert_eq!(standardize("2.5KG").unwrap().asides[0].value, "KG");
        assert_eq!(standardize("12 PCS"), None);
        assert_eq!(standardize("3×20 CTN"), None);
    }

    proptest! {
        #[test]
        fn twice_is_once(text in "[0-9一二十万.,*×x ]{0,8}[ (]?(个|KG|m2|箱|M|)[)]?", other in any::<String>()) {
            for text in [&text, &other] {
                if let Some(Value::Set(once)) = standardize(text).map(|change| change.value) {
                    prop_assert_eq!(standardize(&once), None, "{}", text);
                }
            }
        }
    }
}
