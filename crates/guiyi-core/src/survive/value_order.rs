//! Value order: the value that comes first in the element's own order; values that it does not name come last.
//!
//! Most restrictive goes by the same order, the strictest value first, and before anything else: it may not be outdone
//! by trust or dates, so that a merge never lifts a refused consent.

use super::{Members, Unit, keep_smallest};

/// The place of a record's value in the order.
pub(super) fn place(context: &Members<'_>, unit: &Unit<'_>, record: u32) -> usize {
    let value = unit
        .elements
        .first()
        .and_then(|&element| context.records.get(record, element));
    let at = value.and_then(|value| unit.values.iter().position(|other| **other == *value));
    at.unwrap_or(unit.values.len())
}

pub(super) fn keep(context: &Members<'_>, unit: &Unit<'_>, candidates: &mut Vec<u32>) {
    keep_smallest(candidates, |record| place(context, unit, record));
}
