//! `group-mode`: the commonest value among the records that share the value of another element.
//!
//! Confidence: its share of the values in the group. A tie goes to the smallest value; a record without a group, or of
//! a group without a value, keeps its gap.

use std::collections::BTreeMap;

use super::{Guess, given, mode};
use crate::record::Batch;

/// A guess for each value of the element `by`.
pub(super) fn guesses(batches: &[Batch], attribute: usize, by: usize) -> BTreeMap<Box<str>, Guess> {
    let mut groups: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for batch in batches {
        for row in (0..batch.len()).filter(|&row| batch.states[row].is_admitted()) {
            if let (Some(group), Some(value)) = (given(batch, by, row), given(batch, attribute, row)) {
                groups.entry(group).or_default().push(value);
            }
        }
    }
    let guess = |(group, values): (&str, Vec<&str>)| Some((group.into(), mode::guess(values.into_iter())?));
    groups.into_iter().filter_map(guess).collect()
}
