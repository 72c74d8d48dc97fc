//! Rows become batches: cells into columns, and what is wrong with a row or its bytes into findings.
//!
//! Laws: every row that is not blank stands in exactly one batch, and where the batches end changes nothing.

use std::path::PathBuf;
use std::sync::Arc;

use arrow_array::StringArray;
use guiyi_core::finding::{Action, Fault, Finding, Notes, Severity};
use guiyi_core::record::{Batch, Column, RowState};
use guiyi_core::rulebook::Source;

use super::column::ColumnBuilder;
use super::not_a_record::is_not_a_record;
use super::row::{Row, trim};
use super::rows::Rows;
use crate::IoError;
use crate::codes;

/// A batch ends early when its text reaches this size.
const BATCH_BYTES: usize = 64 << 20;

/// The rows of a file as batches, in the file's order; made by [`super::Reader::batches`].
///
/// After an error it ends.
pub struct Batches<'a> {
    pub(super) rows: Rows<'a>,
    pub(super) path: PathBuf,
    pub(super) headers: Vec<Arc<str>>,
    /// Rows up to this number are title and header.
    pub(super) header_row: u64,
    pub(super) delimiter: &'static str,
    pub(super) number: u16,
    pub(super) key_column: usize,
    pub(super) mapping: Vec<Option<usize>>,
    pub(super) batch_rows: usize,
    pub(super) row: Row,
    pub(super) is_done: bool,
}

/// A fault of a row, before its key is known.
pub(super) struct RowFault {
    row: usize,
    column: Option<usize>,
    code: &'static str,
    fault: Fault,
    value: String,
    action: Action,
}

impl RowFault {
    /// What becomes of the row.
    pub(super) fn state(&self) -> RowState {
        match self.action {
            Action::Rejected => RowState::Rejected,
            _ => RowState::Quarantined,
        }
    }
}

impl Iterator for Batches<'_> {
    type Item = Result<(Batch, Notes), IoError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.is_done {
            return None;
        }
        let result = self.read_batch().transpose();
        self.is_done = !matches!(result, Some(Ok(_)));
        result
    }
}

impl Batches<'_> {
    /// Takes from the mapping what reading needs.
    pub(super) fn configure(&mut self, number: u16, source: &Source, batch_rows: usize) {
        self.number = number;
        self.key_column = source.key_column;
        self.mapping.clone_from(&source.mapping);
        self.batch_rows = batch_rows.max(1);
    }

    fn read_batch(&mut self) -> Result<Option<(Batch, Notes)>, IoError> {
        let width = self.headers.len();
        let capacity = self.batch_rows.min(1 << 16);
        let mut columns: Vec<ColumnBuilder> = (0..width).map(|_| ColumnBuilder::new(capacity)).collect();
        let (mut numbers, mut states, mut faults) = (Vec::new(), Vec::new(), Vec::new());
        let mut n_bytes = 0;
        while numbers.len() < self.batch_rows && n_bytes < BATCH_BYTES {
            if !self.rows.next_row(&mut self.row, &self.path)? {
                self.is_done = true;
                break;
            }
            if self.row.number <= self.header_row || self.row.is_blank() {
                continue;
            }
            let ends_early = self.rows.ends_rows_early();
            let fault = judge_shape(&self.row, numbers.len(), &self.headers, ends_early, self.delimiter);
            states.push(fault.as_ref().map_or(RowState::Clean, RowFault::state));
            faults.extend(fault);
            numbers.push(self.row.number);
            n_bytes += self.row.n_bytes();
            push_cells(&self.row, self.delimiter, &mut columns);
        }
        if numbers.is_empty() {
            return Ok(None);
        }
        let received: Option<Vec<StringArray>> = columns.into_iter().map(ColumnBuilder::finish).collect();
        let received = received.ok_or_else(|| IoError::Changed {
            file: self.path.clone(),
        })?;
        for (column, values) in received.iter().enumerate() {
            judge_bytes(column, values, &mut faults);
        }
        Ok(Some(assemble(
            numbers,
            states,
            received,
            faults,
            self.number,
            self.key_column,
            &self.mapping,
        )))
    }
}

/// A batch out of its parts, and its faults as findings.
pub(super) fn assemble(
    rows: Vec<u64>,
    states: Vec<RowState>,
    received: Vec<StringArray>,
    mut faults: Vec<RowFault>,
    number: u16,
    key_column: usize,
    mapping: &[Option<usize>],
) -> (Batch, Notes) {
    faults.sort_by_key(|fault| (fault.row, fault.column));
    let n_rows = rows.len();
    let of = |position: &Option<usize>| position.and_then(|position| received.get(position)).cloned();
    let columns = mapping
        .iter()
        .map(|p| of(p).map_or_else(|| Column::empty(n_rows), Column::received))
        .collect();
    let keys = received
        .get(key_column)
        .map_or_else(|| StringArray::new_null(n_rows), trimmed);
    let batch = Batch {
        source: number,
        rows,
        keys,
        received,
        columns,
        states,
    };
    let findings = faults
        .into_iter()
        .map(|fault| finding(&batch, mapping, fault))
        .collect();
    let corrections = Vec::new();
    (batch, Notes { findings, corrections })
}

/// What is wrong with the shape of a row; `position` is its place in the batch.
pub(super) fn judge_shape(
    row: &Row,
    position: usize,
    headers: &[Arc<str>],
    ends_early: bool,
    delimiter: &str,
) -> Option<RowFault> {
    let (found, expected) = (row.len(), headers.len());
    let (code, fault, action) = if row.is_foreign {
        (
            codes::NOT_AN_OBJECT,
            Fault::Format {
                expected: "JSON object".into(),
            },
            Action::Rejected,
        )
    } else if is_not_a_record(row, headers) {
        (codes::NOT_A_RECORD, Fault::NotARecord, Action::Rejected)
    } else if row.is_unclosed {
        (
            codes::UNCLOSED_QUOTE,
            Fault::Format {
                expected: "\"…\"".into(),
            },
            Action::Quarantined,
        )
    } else if (found < expected && !ends_early) || row.cells().skip(expected).any(|c| !c.is_empty()) {
        (codes::RAGGED, Fault::Ragged { expected, found }, Action::Quarantined)
    } else {
        return None;
    };
    Some(RowFault {
        row: position,
        column: None,
        code,
        fault,
        value: row.excerpt(delimiter),
        action,
    })
}

fn finding(batch: &Batch, mapping: &[Option<usize>], fault: RowFault) -> Finding {
    let attribute = fault
        .column
        .and_then(|column| mapping.iter().position(|from| *from == Some(column)));
    Finding {
        source: batch.source,
        row: batch.rows[fault.row],
        key: batch.key(fault.row).map(Into::into),
        attribute: attribute.map(|attribute| attribute as u16),
        rule: fault.code.into(),
        severity: if fault.code == codes::NOT_A_RECORD {
            Severity::Info
        } else {
            Severity::Warning
        },
        fault: fault.fault,
        value: Some(fault.value.into()),
        fix: None,
        action: fault.action,
    }
}

/// Adds a row's cells to the columns. Cells beyond the last column are kept in it, behind the delimiter, as the text
/// stood in the file.
fn push_cells(row: &Row, delimiter: &str, columns: &mut [ColumnBuilder]) {
    let width = columns.len();
    let n_surplus = row.cells().skip(width).collect::<Vec<_>>();
    let n_kept = n_surplus
        .iter()
        .rposition(|cell| !cell.is_empty())
        .map_or(0, |last| last + 1);
    let mut cells = row.cells();
    for (position, column) in columns.iter_mut().enumerate() {
        let cell = cells.next().unwrap_or_default();
        if n_kept == 0 || position + 1 < width {
            column.push(cell);
        } else {
            let mut parts = vec![cell];
            parts.extend(&n_surplus[..n_kept]);
            column.push(&parts.join(delimiter.as_bytes()));
        }
    }
}

/// Finds characters that decoding could not explain, and NUL bytes; one search over the whole column first.
pub(super) fn judge_bytes(column: usize, values: &StringArray, faults: &mut Vec<RowFault>) {
    const REPLACEMENT: &[u8] = "\u{fffd}".as_bytes();
    let is_undecodable = |bytes: &[u8]| memchr::memmem::find(bytes, REPLACEMENT).is_some();
    let has_nul = |bytes: &[u8]| memchr::memchr(0, bytes).is_some();
    if !is_undecodable(values.value_data()) && !has_nul(values.value_data()) {
        return;
    }
    for (row, value) in values.iter().enumerate() {
        let Some(value) = value else { continue };
        let mut push = |code, action| {
            let value = value.to_owned();
            faults.push(RowFault {
                row,
                column: Some(column),
                code,
                fault: Fault::Undecodable,
                value,
                action,
            });
        };
        if is_undecodable(value.as_bytes()) {
            push(codes::UNDECODABLE, Action::Reported);
        }
        if has_nul(value.as_bytes()) {
            push(codes::NUL, Action::Reported);
        }
    }
}

/// The keys, trimmed; null where nothing is left. Shares the column if every key stands as it is.
fn trimmed(values: &StringArray) -> StringArray {
    if values
        .iter()
        .flatten()
        .all(|value| !value.is_empty() && trim(value).len() == value.len())
    {
        return values.clone();
    }
    values
        .iter()
        .map(|value| value.map(trim).filter(|value| !value.is_empty()))
        .collect()
}
