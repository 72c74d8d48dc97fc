//! `required`: there is a value.
//!
//! Null fails. A value that was held back passes here: it was given, and the finding that held it back stands; but a
//! rule that quarantines asks for a value that can be used, so there it fails.

use super::{Failure, applies};
use crate::finding::Fault;
use crate::record::{Batch, Origin};
use crate::rulebook::{OnFailure, Rule};

pub(super) fn failures(batch: &Batch, rule: &Rule) -> Vec<Failure> {
    let column = &batch.columns[rule.attribute];
    let needs_value = rule.on_failure == OnFailure::Quarantine;
    (0..batch.len())
        .filter(|&row| column.get(row).is_none() && (needs_value || column.origin(row) != Origin::Withheld))
        .filter(|&row| applies(batch, rule, row))
        .map(|row| Failure {
            row,
            fault: Fault::Missing,
        })
        .collect()
}

/// Rows where an element has no value and none was held back.
pub(super) fn missing(batch: &Batch, attribute: usize) -> impl Iterator<Item = usize> + '_ {
    let column = &batch.columns[attribute];
    (0..batch.len()).filter(move |&row| column.get(row).is_none() && column.origin(row) != Origin::Withheld)
}
