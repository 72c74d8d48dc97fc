//! `required`: there is a value.
//!
//! Null fails. A value that was held back passes here: it was given, and the finding that held it back stands.

use super::{Failure, applies};
use crate::finding::Fault;
use crate::record::{Batch, Origin};
use crate::rulebook::Rule;

pub(super) fn failures(batch: &Batch, rule: &Rule) -> Vec<Failure> {
    let missing = missing(batch, rule.attribute).filter(|&row| applies(batch, rule, row));
    missing
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
