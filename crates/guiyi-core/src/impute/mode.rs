//! `mode`: the commonest value. Confidence: its share of all values. A tie goes to the smallest value.

use std::cmp::Reverse;
use std::collections::HashMap;

use super::{Guess, per_mille};

/// `None` if there is no evidence.
pub(super) fn guess<'a>(evidence: impl Iterator<Item = &'a str>) -> Option<Guess> {
    let mut counts: HashMap<&str, u64> = HashMap::new();
    for value in evidence {
        *counts.entry(value).or_default() += 1;
    }
    let all = counts.values().sum();
    // The hash order does not show: no two entries have the same value.
    let (value, count) = counts
        .into_iter()
        .max_by_key(|&(value, count)| (count, Reverse(value)))?;
    Some((value.into(), per_mille(count, all)))
}
