//! Highest score: the record whose values needed least correction.
//!
//! The score of a record is points over values, in parts per million: of the values that its source gave or that were
//! withheld, one received or standardized has two points, one repaired or derived has one, one withheld none. An imputed
//! value counts nowhere: completeness is `most-complete`. A record without a value scores 0.

use std::cmp::Reverse;

use super::{Members, keep_smallest};
use crate::record::{Origin, Records};

/// The score of a record in [0, 1 000 000].
pub(super) fn score(records: &Records, record: u32) -> u32 {
    let (mut points, mut values) = (0_u64, 0_u64);
    for column in &records.columns {
        let record = record as usize;
        let own = match (column.get(record), column.origin(record)) {
            (_, Origin::Imputed) | (None, Origin::Received | Origin::Standardized) => continue,
            (None, _) => 0,
            (Some(_), Origin::Received | Origin::Standardized) => 2,
            (Some(_), _) => 1,
        };
        points += own;
        values += 2;
    }
    (points * 1_000_000).checked_div(values).unwrap_or(0) as u32
}

pub(super) fn keep(context: &Members<'_>, candidates: &mut Vec<u32>) {
    keep_smallest(candidates, |record| Reverse(score(context.records, record)));
}
