//! Best origin: a value as received beats a standardized one, that a repaired, that a derived, that an imputed one.
//!
//! For a group the worst origin among its values counts.

use super::{Members, keep_smallest};

pub(super) fn keep(context: &Members<'_>, elements: &[usize], candidates: &mut Vec<u32>) {
    keep_smallest(candidates, |record| {
        let columns = elements.iter().map(|&element| &context.records.columns[element]);
        columns
            .filter(|column| column.get(record as usize).is_some())
            .map(|column| column.origin(record as usize))
            .max()
    });
}
