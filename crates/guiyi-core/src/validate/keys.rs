//! Source keys: rows without one, copies of a row, and rows of different content that share one.
//!
//! A row without a key is rejected. Of rows with the same key and the same received content the first stays and the
//! others are rejected as copies: as the content is the same, which one stays changes nothing but the row number. Rows
//! with the same key and different content are quarantined, all of them: nothing here can tell which one is right.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow_array::{Array, StringArray};

use super::across::{hash, repeated};
use super::{COPY, KEY_CONFLICT, NO_KEY, Place};
use crate::finding::{Action, Fault, Finding, Notes, Severity};
use crate::record::{Batch, RowState};
use crate::rulebook::Rulebook;

/// Rejects the rows of a batch that have no source key.
pub(super) fn reject_missing(batch: &mut Batch, notes: &mut Notes) {
    let code: Arc<str> = NO_KEY.into();
    for row in 0..batch.len() {
        if batch.states[row] != RowState::Rejected && batch.key(row).is_none_or(str::is_empty) {
            notes
                .findings
                .push(row_finding(batch, row, &code, Fault::NoKey, Action::Rejected));
            batch.worsen(row, RowState::Rejected);
        }
    }
}

/// Rejects copies and quarantines conflicts among all rows of each system. Rejected rows do not count.
pub(super) fn settle_repeated(batches: &mut [Batch], rulebook: &Rulebook, notes: &mut Notes) {
    let (copy, conflict): (Arc<str>, Arc<str>) = (COPY.into(), KEY_CONFLICT.into());
    for group in repeated_keys(batches, rulebook).into_values() {
        // The contents in their order, each with its rows in theirs.
        let mut contents: BTreeMap<Vec<Option<&str>>, Vec<Place>> = BTreeMap::new();
        for &(batch, row) in &group {
            contents
                .entry(content(&batches[batch], row))
                .or_default()
                .push((batch, row));
        }
        let count = contents.len() as u64;
        let mut rows_of_contents: Vec<_> = contents.into_values().collect();
        for rows in &mut rows_of_contents {
            rows.sort_unstable_by_key(|&(batch, row)| (batches[batch].source, batches[batch].rows[row], batch, row));
            let (&(batch, row), copies) = rows.split_first().expect("a content has a row");
            for &(batch, row) in copies {
                notes
                    .findings
                    .push(row_finding(&batches[batch], row, &copy, Fault::Copy, Action::Rejected));
                batches[batch].worsen(row, RowState::Rejected);
            }
            if count > 1 {
                let fault = Fault::KeyConflict { count };
                notes
                    .findings
                    .push(row_finding(&batches[batch], row, &conflict, fault, Action::Quarantined));
                batches[batch].worsen(row, RowState::Quarantined);
            }
        }
    }
}

/// For each (first source of the system, key) that occurs more than once its rows, as (batch, row).
fn repeated_keys(batches: &[Batch], rulebook: &Rulebook) -> BTreeMap<(u16, Box<str>), Vec<Place>> {
    let keys = || {
        batches.iter().enumerate().flat_map(|(position, batch)| {
            let source = rulebook.first_source_of_system(batch.source);
            (0..batch.len()).filter_map(move |row| {
                let key = batch.key(row).filter(|_| batch.states[row] != RowState::Rejected)?;
                Some((position, row, source, key))
            })
        })
    };
    let repeated = repeated(keys().map(|(_, _, source, key)| hash(source, [key])).collect());
    let mut groups: BTreeMap<(u16, Box<str>), Vec<Place>> = BTreeMap::new();
    for (position, row, source, key) in keys() {
        if repeated.contains(hash(source, [key])) {
            groups.entry((source, key.into())).or_default().push((position, row));
        }
    }
    groups.retain(|_, rows| rows.len() > 1);
    groups
}

/// What the source gave in a row: its own cells, or the elements for a batch that was made without them.
fn content(batch: &Batch, row: usize) -> Vec<Option<&str>> {
    let cell = |cells: &StringArray| cells.is_valid(row).then_some(row);
    if batch.received.is_empty() {
        return batch.columns.iter().map(|column| column.get(row)).collect();
    }
    batch
        .received
        .iter()
        .map(|cells| cell(cells).map(|row| cells.value(row)))
        .collect()
}

fn row_finding(batch: &Batch, row: usize, code: &Arc<str>, fault: Fault, action: Action) -> Finding {
    let cells: Vec<&str> = content(batch, row).into_iter().map(Option::unwrap_or_default).collect();
    Finding {
        source: batch.source,
        row: batch.rows[row],
        key: batch.key(row).map(Box::from),
        attribute: None,
        rule: Arc::clone(code),
        severity: if action == Action::Rejected && fault == Fault::Copy {
            Severity::Warning
        } else {
            Severity::Error
        },
        fault,
        value: Some(cells.join(" | ").into()),
        fix: None,
        action,
    }
}
