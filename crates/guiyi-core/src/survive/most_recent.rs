//! Most recent: the record with the latest date in the policy's recency element; a record without a date comes last, and
//! an imputed date is none.

use std::cmp::Reverse;

use super::{Members, keep_smallest};
use crate::record::Origin;

pub(super) fn keep(context: &Members<'_>, candidates: &mut Vec<u32>) {
    let Some(recency) = context.recency else { return };
    let column = &context.records.columns[recency];
    // Canonical dates, YYYY-MM-DD, sort as text.
    keep_smallest(candidates, |record| {
        let record = record as usize;
        Reverse(column.get(record).filter(|_| column.origin(record) != Origin::Imputed))
    });
}
