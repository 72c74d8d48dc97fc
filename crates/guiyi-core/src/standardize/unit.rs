//! Units of quantity: every spelling becomes the code of `dictionaries/unit/unit.tsv`; its SOURCE.md names the standards.
//!
//! Laws: no unit is converted into another one, and packages (箱, 盒, 包) are never merged: how many pieces they hold
//! differs from item to item. What the table does not know stays, cleaned, for the validate room.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::change::Change;
use super::text::{Style, clean, is_clean};

/// A unit of quantity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unit {
    /// The canonical code, such as `KG`.
    pub code: &'static str,
    /// The common code of UN/ECE Recommendation 20; `None` where no code is certain.
    pub unece: Option<&'static str>,
    /// Chinese name.
    pub name_zh: &'static str,
    /// English name.
    pub name: &'static str,
}

/// Units by every spelling, in lower case.
static UNITS: LazyLock<HashMap<String, Unit>> = LazyLock::new(|| {
    let mut units = HashMap::new();
    for line in include_str!("../../../../dictionaries/unit/unit.tsv").lines().skip(1) {
        let mut cells = line.split('\t');
        let (Some(code), Some(unece), Some(name_zh), Some(name), Some(synonyms)) =
            (cells.next(), cells.next(), cells.next(), cells.next(), cells.next())
        else {
            continue;
        };
        let unit = Unit {
            code,
            unece: Some(unece).filter(|unece| !unece.is_empty()),
            name_zh,
            name,
        };
        for spelling in [code, name_zh].into_iter().chain(synonyms.split(' ')) {
            units.entry(spelling.to_lowercase()).or_insert(unit);
        }
    }
    units
});

/// The unit that a text means, in any spelling of the table; `None` for what is no unit, and for an empty text.
pub fn find(text: &str) -> Option<&'static Unit> {
    let units: &'static HashMap<String, Unit> = &UNITS;
    if let Some(unit) = units.get(text) {
        return Some(unit);
    }
    // `Kg.`, `M^2` and `/PCS` are found by what is left of them.
    let bare = text
        .trim_matches(['.', '/', ' ', '(', ')'])
        .replace("^2", "2")
        .replace("^3", "3");
    units.get(&bare.to_lowercase()).filter(|_| !bare.is_empty())
}

/// Brings a unit to its code.
pub(super) fn standardize(text: &str) -> Option<Change> {
    if let Some(unit) = find(text) {
        return Change::to(text, unit.code.to_owned());
    }
    if is_clean(text, Style::Name) {
        return None;
    }
    let cleaned = clean(text, Style::Name);
    let code = find(&cleaned).map(|unit| unit.code.to_owned());
    Change::to(text, code.unwrap_or(cleaned))
}

#[cfg(test)]
mod tests {
    use super::super::change::Value;
    use super::*;

    #[test]
    fn one_code_a_unit() {
        for (text, expected) in [
            ("个", "PCS"),
            ("只", "PCS"),
            ("pcs", "PCS"),
            ("EA", "PCS"),
            ("公斤", "KG"),
            ("Kg.", "KG"),
            ("㎡", "M2"),
            ("m²", "M2"),
            ("m^2", "M2"),
            ("ＭＴ", "T"),
            ("千克", "KG"),
            ("箱", "CTN"),
            ("盒", "BOX"),
            ("包", "PK"),
            ("坨", "坨"),
        ] {
            let after = match standardize(text).map(|change| change.value) {
                Some(Value::Set(value)) => value,
                _ => text.to_owned(),
            };
            assert_eq!(after, expected, "{text}");
            assert_eq!(standardize(&after), None, "{text}");
        }
        assert_eq!(find("kg").and_then(|unit| unit.unece), Some("KGM"));
    }

    #[test]
    fn no_spelling_means_two_units() {
        let mut seen: HashMap<String, &str> = HashMap::new();
        for line in include_str!("../../../../dictionaries/unit/unit.tsv").lines().skip(1) {
            let cells: Vec<&str> = line.split('\t').collect();
            assert_eq!(cells.len(), 5, "{line}");
            for spelling in [cells[0], cells[2]]
                .into_iter()
                .chain(cells[4].split(' '))
                .filter(|word| !word.is_empty())
            {
                let other = seen.insert(spelling.to_lowercase(), cells[0]);
                assert!(
                    other.is_none_or(|other| other == cells[0]),
                    "{spelling}: {other:?} and {}",
                    cells[0]
                );
            }
        }
    }
}
