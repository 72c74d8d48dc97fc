//! Longest: the value with most characters; for a group the characters of all its values.

use std::cmp::Reverse;

use super::{Members, keep_smallest};

pub(super) fn keep(context: &Members<'_>, elements: &[usize], candidates: &mut Vec<u32>) {
    keep_smallest(candidates, |record| {
        let values = elements
            .iter()
            .filter_map(|&element| context.records.get(record, element));
        Reverse(values.map(|value| value.chars().count()).sum::<usize>())
    });
}
