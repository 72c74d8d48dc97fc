//! Most complete: the record with most values, imputed ones not counted.

use std::cmp::Reverse;

use super::{Members, keep_smallest};
use crate::record::{Origin, Records};

/// Number of values of each record that were not imputed.
pub(super) fn count(records: &Records) -> Vec<u16> {
    let mut n_values = vec![0_u16; records.len()];
    for column in &records.columns {
        for (record, n_values) in n_values.iter_mut().enumerate() {
            let counts = column.get(record).is_some() && column.origin(record) != Origin::Imputed;
            *n_values = n_values.saturating_add(u16::from(counts));
        }
    }
    n_values
}

pub(super) fn keep(context: &Members<'_>, candidates: &mut Vec<u32>) {
    keep_smallest(candidates, |record| Reverse(context.n_values[record as usize]));
}
