//! Sorting by hashes: because they are spread evenly, one glance at the head of each brings it nearly to its place.

use rayon::prelude::*;

/// Items that a part of the range holds, about: few enough to be sorted in the nearest cache.
const PART: usize = 256;
/// Parts at most, as a power of two: more would miss the cache at every step.
const MOST_BITS: u32 = 12;

/// Parts that a thread sorts at a time, at least.
const PARTS: usize = 64;

/// Sorts by hash, then by number. The hashes must be spread over all 64 bits; equal ones may be many.
pub(super) fn by_hash(items: Vec<(u64, u32)>) -> Vec<(u64, u32)> {
    let bits = (items.len() / PART).max(1).ilog2().min(MOST_BITS);
    if bits == 0 {
        let mut items = items;
        items.sort_unstable();
        return items;
    }
    let part = |hash: u64| (hash >> (64 - bits)) as usize;
    let mut next = vec![0_usize; 1 << bits];
    for (hash, _) in &items {
        next[part(*hash)] += 1;
    }
    let mut start = 0;
    for count in &mut next {
        start += std::mem::replace(count, start);
    }
    let mut sorted = vec![(0, 0); items.len()];
    for item in items {
        let at = &mut next[part(item.0)];
        sorted[*at] = item;
        *at += 1;
    }
    let (mut rest, mut start) = (&mut sorted[..], 0);
    let mut parts = Vec::with_capacity(next.len());
    for end in next {
        let (part, others) = std::mem::take(&mut rest).split_at_mut(end - start);
        parts.push(part);
        (rest, start) = (others, end);
    }
    parts.into_par_iter().with_min_len(PARTS).for_each(<[_]>::sort_unstable);
    sorted
}

#[cfg(test)]
mod tests {
    use super::super::super::hash::mix;
    use super::by_hash;

    #[test]
    fn sorts_as_any_other_sort_does() {
        for n in [0_u32, 1, 2, 600, 5000] {
            let items: Vec<(u64, u32)> = (0..n).map(|at| (mix(u64::from(at * 7 % 900)), at * 31 % n)).collect();
            let mut expected = items.clone();
            expected.sort_unstable();
            assert_eq!(by_hash(items), expected);
        }
    }
}
