//! Most frequent: the value, or the whole group of values, that most candidates share.

use std::cmp::Reverse;

use super::{Members, keep_smallest};

/// From this many candidates on the shares are counted by sorting instead of pair by pair.
const MANY: usize = 32;

pub(super) fn keep(context: &Members<'_>, elements: &[usize], candidates: &mut Vec<u32>) {
    let values = |record: u32| {
        elements
            .iter()
            .map(move |&element| context.records.get(record, element))
    };
    if candidates.len() < MANY {
        let all = candidates.clone();
        keep_smallest(candidates, |record| {
            Reverse(all.iter().filter(|&&other| values(other).eq(values(record))).count())
        });
        return;
    }
    let mut sorted: Vec<(Vec<Option<&str>>, u32)> = candidates
        .iter()
        .map(|&record| (values(record).collect(), record))
        .collect();
    sorted.sort_unstable();
    let mut shares: Vec<(u32, usize)> = Vec::with_capacity(sorted.len());
    for same in sorted.chunk_by(|a, b| a.0 == b.0) {
        shares.extend(same.iter().map(|&(_, record)| (record, same.len())));
    }
    shares.sort_unstable();
    let share = |record: u32| {
        shares
            .binary_search_by_key(&record, |&(record, _)| record)
            .map_or(0, |at| shares[at].1)
    };
    keep_smallest(candidates, |record| Reverse(share(record)));
}
