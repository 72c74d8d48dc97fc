//! Best origin: a value as received beats a standardized one, that a repaired, that a derived, that an imputed one.
//!
//! For a group the worst origin among its values counts.

use super::{Members, keep_smallest};
use crate::record::Origin;

/// The worst origin among a record's values of these elements; `None`: it has none.
pub(super) fn worst(context: &Members<'_>, elements: &[usize], record: u32) -> Option<Origin> {
    let columns = elements.iter().map(|&element| &context.records.columns[element]);
    columns
        .filter(|column| column.get(record as usize).is_some())
        .map(|column| column.origin(record as usize))
        .max()
}

pub(super) fn keep(context: &Members<'_>, elements: &[usize], candidates: &mut Vec<u32>) {
    keep_smallest(candidates, |record| worst(context, elements, record));
}
