//! Longest: the value with most characters; for a group the characters of all its values.

use std::cmp::Reverse;

use super::{Members, keep_smallest};

/// The number of characters of a record's values of these elements.
pub(super) fn length(context: &Members<'_>, elements: &[usize], record: u32) -> usize {
    let values = elements
        .iter()
        .filter_map(|&element| context.records.get(record, element));
    values.map(|value| value.chars().count()).sum()
}

pub(super) fn keep(context: &Members<'_>, elements: &[usize], candidates: &mut Vec<u32>) {
    keep_smallest(candidates, |record| Reverse(length(context, elements, record)));
}
