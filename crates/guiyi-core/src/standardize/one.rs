//! Values outside of a batch: what a column of texts of one kind becomes, for the command line and for other programs.

use std::sync::Arc;

use super::Reader;
use super::change::{Change, Code, Value};
use super::date::DateContext;
use super::enumeration::CodeList;
use super::hints::Hints;
use crate::dictionary::ElementKind;
use crate::finding::{Fault, Severity};
use crate::record::Origin;

/// What one text became.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standardized {
    /// The canonical value; `None` if there is none, or what was given is held back.
    pub value: Option<String>,
    /// How it came about; [`Origin::Received`] if it was canonical already.
    pub origin: Origin,
    /// Code of what was done or found, one of [`super::CODES`]; `None` if nothing was.
    pub rule: Option<Arc<str>>,
    /// What is wrong with it.
    pub fault: Option<(Severity, Fault)>,
    /// Further values that the text held, each with the kind of element that takes it.
    pub further: Vec<(ElementKind, String)>,
}

/// Standardizes the texts as one column of a kind, so that dates and amounts are judged by their neighbors.
///
/// `header` is the column's header, empty if it has none; `year` that of today, for years of two digits. An
/// enumeration has no code list here. Gives one answer for each text, in order.
pub fn column(kind: ElementKind, texts: &[&str], header: &str, year: i16) -> Vec<Standardized> {
    let mut hints = Hints::default();
    hints.see(kind, texts);
    let dates = DateContext {
        hints: hints.dates(0, 0),
        day_first: None,
        from_1904: false,
        year: i32::from(year),
    };
    let reader = Reader::of_column(kind, CodeList::default(), header, dates, &hints.amounts(0, 0));
    texts
        .iter()
        .map(|text| outcome(text, kind, reader.standardize(text, Origin::Received)))
        .collect()
}

fn outcome(text: &str, kind: ElementKind, change: Option<Change>) -> Standardized {
    let kept = || Some(text.to_owned()).filter(|text| !text.is_empty());
    let Some(change) = change else {
        return Standardized {
            value: kept(),
            origin: Origin::Received,
            rule: None,
            fault: None,
            further: Vec::new(),
        };
    };
    let code = change.code.unwrap_or(Code::of_kind(kind));
    let code = change
        .complaint
        .as_ref()
        .and_then(|complaint| complaint.code)
        .unwrap_or(code);
    Standardized {
        value: match change.value {
            Value::Kept => kept(),
            Value::Set(value) => Some(value),
            Value::Null => None,
        },
        origin: change.origin,
        rule: Some(code.text()),
        fault: change.complaint.map(|complaint| (complaint.severity, complaint.fault)),
        further: change
            .asides
            .into_iter()
            .filter_map(|aside| Some((*aside.kinds.first()?, aside.value)))
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_is_judged_as_one() {
        let dates = column(
            ElementKind::Date,
            &["31/12/2023", "03/05/2024", "2024-02-30", ""],
            "",
            2026,
        );
        let values: Vec<_> = dates.iter().map(|date| date.value.as_deref()).collect();
        assert_eq!(values, [Some("2023-12-31"), Some("2024-05-03"), None, None]);
        assert!(dates[2].fault.is_some() && dates[3].fault.is_none());
        let amounts = column(ElementKind::Amount, &["500"], "注册资本(万元)", 2026);
        assert_eq!(amounts[0].value.as_deref(), Some("5000000.00"));
        let phones = column(ElementKind::Phone, &["13800138000/010-65529988"], "", 2026);
        assert_eq!(phones[0].further, [(ElementKind::Landline, "010-65529988".to_owned())]);
    }
}
