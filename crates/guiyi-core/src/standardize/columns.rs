//! Applies changes to columns and writes down what changed.
//!
//! Law: a column in which nothing changes keeps its arrays; a column with changes is built once.

use std::sync::Arc;

use arrow_array::Array;
use arrow_array::builder::StringBuilder;

use super::change::{Aside, Change, Code, Value};
use super::placeholder;
use super::text::{Style, clean};
use crate::dictionary::ElementKind;
use crate::finding::{Correction, Finding, Notes};
use crate::record::{Batch, Column, Origin, RowState};
use crate::rulebook::Rulebook;

/// Findings and corrections of a batch, and the values that wait for an empty element.
#[derive(Default)]
pub(super) struct Log {
    notes: Notes,
    /// (row, value), in the order in which they were found.
    asides: Vec<(usize, Aside)>,
}

impl Log {
    /// The notes in the order of rows, then of elements, then as they came.
    pub(super) fn into_notes(self) -> Notes {
        Notes {
            findings: sorted(self.notes.findings, |finding| {
                // A fault of the row goes before those of its elements.
                (finding.row, finding.attribute.map_or(0, |attribute| attribute + 1))
            }),
            corrections: sorted(self.notes.corrections, |correction| {
                (correction.row, correction.attribute)
            }),
        }
    }

    /// Writes down a finding.
    pub(super) fn find(&mut self, finding: Finding) {
        self.notes.findings.push(finding);
    }

    /// Writes down a value that changed, and worsens its row unless the value only adds to what was given or is given
    /// in the words of the code list. What stands in the source key itself is not worth a line per row.
    #[expect(clippy::too_many_arguments, reason = "one argument per field that differs")]
    fn correct(
        &mut self,
        batch: &mut Batch,
        row: usize,
        attribute: usize,
        code: Code,
        before: Option<&str>,
        after: Option<&str>,
        origin: Origin,
        confidence: u16,
    ) {
        if origin != Origin::Derived && code != Code::of_kind(ElementKind::Enumeration) {
            batch.worsen(row, RowState::Corrected);
        }
        if code == Code::KEY_PART {
            return;
        }
        self.notes.corrections.push(Correction {
            source: batch.source,
            row: batch.rows[row],
            key: batch.key(row).map(Into::into),
            attribute: attribute as u16,
            rule: code.text(),
            before: before.map(Into::into),
            after: after.map(Into::into),
            origin,
            confidence,
        });
    }
}

/// The items in the order of their keys, equal ones as they came. Sorts keys and moves each item once: items are large.
fn sorted<T>(items: Vec<T>, key: impl Fn(&T) -> (u64, u16)) -> Vec<T> {
    let mut order: Vec<((u64, u16), u32)> = items.iter().zip(0..).map(|(item, at)| (key(item), at)).collect();
    order.sort_unstable();
    let mut items: Vec<Option<T>> = items.into_iter().map(Some).collect();
    order
        .into_iter()
        .filter_map(|(_, at)| items[at as usize].take())
        .collect()
}

/// What became of the values seen last in a column whose values repeat: one place for each of a few hashes.
struct Memory {
    places: Vec<Option<(usize, Option<Change>)>>,
}

impl Memory {
    const PLACES: usize = 512;

    /// A memory for a kind whose values repeat; one without places for another.
    fn of(kind: ElementKind) -> Self {
        use ElementKind as K;
        let repeats = matches!(
            kind,
            K::Province
                | K::City
                | K::County
                | K::Enumeration
                | K::Unit
                | K::Boolean
                | K::Date
                | K::Postcode
                | K::Cnaps
        );
        Self {
            places: vec![None; if repeats { Self::PLACES } else { 0 }],
        }
    }

    /// What became of a text; `change` is asked where it is not remembered.
    fn recall(
        &mut self,
        column: &Column,
        row: usize,
        text: &str,
        change: impl FnOnce() -> Option<Change>,
    ) -> Option<Change> {
        if self.places.is_empty() {
            return change();
        }
        let bytes = text.as_bytes();
        let hash = bytes.iter().rev().take(12).fold(bytes.len() as u32, |hash, byte| {
            (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193)
        });
        let place = &mut self.places[(hash ^ hash >> 15) as usize % Self::PLACES];
        match place {
            // The change of a value of ours may be another one.
            Some((known, change))
                if column.origin(*known) == column.origin(row) && column.values.value(*known) == text =>
            {
                change.clone()
            }
            _ => {
                let change = change();
                *place = Some((row, change.clone()));
                change
            }
        }
    }
}

/// Standardizes one column of a batch.
pub(super) fn apply(
    batch: &mut Batch,
    attribute: usize,
    kind: ElementKind,
    log: &mut Log,
    standardize: impl Fn(&str, Origin) -> Option<Change>,
) {
    let column = batch.columns[attribute].clone();
    if column.values.null_count() == column.values.len() {
        return;
    }
    let mut edits: Vec<(usize, Option<String>, Origin)> = Vec::new();
    let mut memory = Memory::of(kind);
    for row in 0..column.values.len() {
        let Some(text) = column.get(row) else { continue };
        let Some(mut change) = memory.recall(&column, row, text, || standardize(text, column.origin(row))) else {
            continue;
        };
        log.asides.extend(change.asides.drain(..).map(|aside| (row, aside)));
        let code = change.code.unwrap_or(Code::of_kind(kind));
        if let Some(complaint) = change.complaint {
            log.find(Finding {
                source: batch.source,
                row: batch.rows[row],
                key: batch.key(row).map(Into::into),
                attribute: Some(attribute as u16),
                rule: complaint.code.unwrap_or(code).text(),
                severity: complaint.severity,
                fault: complaint.fault,
                value: Some(text.into()),
                fix: None,
                action: complaint.action,
            });
        }
        let after = match change.value {
            Value::Kept => continue,
            Value::Set(value) => Some(value),
            Value::Null => None,
        };
        // A received empty text is no value at all; that it becomes null is no correction.
        if !text.is_empty() {
            log.correct(
                batch,
                row,
                attribute,
                code,
                Some(text),
                after.as_deref(),
                change.origin,
                change.confidence,
            );
        }
        edits.push((row, after, change.origin));
    }
    if !edits.is_empty() {
        batch.columns[attribute] = edited(&column, edits);
    }
}

/// The column with some of its cells replaced; `edits` in the order of rows.
pub(super) fn edited(column: &Column, edits: Vec<(usize, Option<String>, Origin)>) -> Column {
    let n_rows = column.values.len();
    let mut origins: Vec<Origin> = column
        .origins
        .as_ref()
        .map_or_else(|| vec![Origin::Received; n_rows], |origins| origins.to_vec());
    let mut values = StringBuilder::with_capacity(n_rows, column.values.value_data().len());
    let mut edits = edits.into_iter().peekable();
    for (row, cell_origin) in origins.iter_mut().enumerate() {
        if let Some((_, value, origin)) = edits.next_if(|edit| edit.0 == row) {
            values.append_option(value);
            *cell_origin = origin;
        } else {
            values.append_option(column.get(row));
        }
    }
    Column {
        values: values.finish(),
        origins: Some(Arc::from(origins)),
    }
}

/// A derived value for a cell, with the code that says where it came from.
pub(super) struct Derived {
    pub(super) row: usize,
    pub(super) attribute: usize,
    pub(super) value: String,
    pub(super) code: Code,
    /// [`Origin::Derived`], or [`Origin::Repaired`] for one that takes the place of a faulty value.
    pub(super) origin: Origin,
    /// In per mille.
    pub(super) confidence: u16,
}

impl Derived {
    /// A value that is certain.
    pub(super) fn new(row: usize, attribute: usize, value: String, code: Code) -> Self {
        Self {
            row,
            attribute,
            value,
            code,
            origin: Origin::Derived,
            confidence: 1000,
        }
    }
}

/// Sets derived values; of several for one cell the last one stands. Returns nothing for cells that hold the value.
pub(super) fn derive(batch: &mut Batch, log: &mut Log, mut derived: Vec<Derived>) {
    derived.sort_by_key(|value| (value.attribute, value.row));
    let mut rest = derived.into_iter().peekable();
    while let Some(attribute) = rest.peek().map(|value| value.attribute) {
        let column = batch.columns[attribute].clone();
        let mut edits: Vec<(usize, Option<String>, Origin)> = Vec::new();
        while let Some(value) = rest.next_if(|value| value.attribute == attribute) {
            if column.get(value.row) == Some(&value.value) {
                continue;
            }
            if edits.last().is_some_and(|edit| edit.0 == value.row) {
                edits.pop();
            }
            let (before, after) = (column.get(value.row), Some(value.value.as_str()));
            log.correct(
                batch,
                value.row,
                attribute,
                value.code,
                before,
                after,
                value.origin,
                value.confidence,
            );
            edits.push((value.row, Some(value.value), value.origin));
        }
        if !edits.is_empty() {
            batch.columns[attribute] = edited(&column, edits);
        }
    }
}

/// Whether values for an element that no column of the source feeds can be found in its other values.
pub fn may_be_found(rulebook: &Rulebook, source: u16, attribute: usize) -> bool {
    use ElementKind as K;
    let Some(source) = rulebook.sources.get(usize::from(source)) else {
        return false;
    };
    let elements = &rulebook.dictionary.elements;
    let is_fed = |kinds: &[K]| {
        elements
            .iter()
            .zip(&source.mapping)
            .any(|(element, column)| column.is_some() && kinds.contains(&element.kind))
    };
    match elements[attribute].kind {
        K::Province | K::City | K::County => is_fed(&[K::Address, K::Province, K::City, K::County]),
        K::Mobile | K::Landline | K::Phone => is_fed(&[K::Mobile, K::Landline, K::Phone, K::PersonName]),
        K::Note => is_fed(&[K::OrganizationName, K::PersonName]),
        K::Email => is_fed(&[K::Email]),
        K::Unit => is_fed(&[K::Quantity]),
        _ => false,
    }
}

/// Puts the values that were set aside into empty elements of their kinds; notes are added to the note that is there.
///
/// A value for which no element is empty stays only in the correction of the cell that it came from.
pub(super) fn place_asides(batch: &mut Batch, rulebook: &Rulebook, log: &mut Log) {
    let mut asides = std::mem::take(&mut log.asides);
    asides.sort_by_key(|(row, _)| *row);
    let mut derived: Vec<Derived> = Vec::new();
    for (row, mut aside) in asides {
        let is_note = aside.kinds == [ElementKind::Note];
        if is_note {
            aside.value = clean(&aside.value, Style::Note);
        }
        if aside.value.is_empty()
            || aside
                .kinds
                .iter()
                .any(|kind| placeholder::standardize(&aside.value, *kind).is_some())
        {
            continue;
        }
        let values_of_row = || derived.iter().rev().take_while(|value| value.row == row);
        let mut elements = aside.kinds.iter().flat_map(|kind| rulebook.dictionary.of_kind(*kind));
        if is_note {
            let Some(attribute) = elements.next() else { continue };
            let noted = values_of_row()
                .find(|value| value.attribute == attribute)
                .map(|value| value.value.clone());
            let there = noted.or_else(|| batch.columns[attribute].get(row).map(str::to_owned));
            let value = match there {
                Some(there) if there.split('；').any(|note| note == aside.value) => continue,
                Some(there) => format!("{there}；{}", aside.value),
                None => aside.value,
            };
            let of_row = derived.iter_mut().rev().take_while(|value| value.row == row);
            match of_row.into_iter().find(|value| value.attribute == attribute) {
                Some(noted) => noted.value = value,
                None => derived.push(Derived::new(row, attribute, value, aside.code)),
            }
            continue;
        }
        let taken = |attribute: usize| {
            batch.columns[attribute].get(row).is_some() || values_of_row().any(|value| value.attribute == attribute)
        };
        let known = aside
            .kinds
            .iter()
            .flat_map(|kind| rulebook.dictionary.of_kind(*kind))
            .any(|attribute| {
                batch.columns[attribute].get(row) == Some(&aside.value)
                    || values_of_row().any(|value| value.attribute == attribute && value.value == aside.value)
            });
        if let (false, Some(attribute)) = (known, elements.find(|attribute| !taken(*attribute))) {
            derived.push(Derived::new(row, attribute, aside.value, aside.code));
        }
    }
    derive(batch, log, derived);
}
