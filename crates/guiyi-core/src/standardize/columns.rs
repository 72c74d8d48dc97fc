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
    pub(super) fn into_notes(mut self) -> Notes {
        self.notes
            .findings
            .sort_by_key(|finding| (finding.row, finding.attribute));
        self.notes
            .corrections
            .sort_by_key(|correction| (correction.row, correction.attribute));
        self.notes
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
    for row in 0..column.values.len() {
        let Some(text) = column.get(row) else { continue };
        let Some(mut change) = standardize(text, column.origin(row)) else {
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
                rule: code.text(),
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
                Origin::Derived,
                value.confidence,
            );
            edits.push((value.row, Some(value.value), Origin::Derived));
        }
        if !edits.is_empty() {
            batch.columns[attribute] = edited(&column, edits);
        }
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
