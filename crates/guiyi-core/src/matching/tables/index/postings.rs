//! Which numbers are filed under a hash: sorted arrays that answer with two reads of memory, and a small map for what
//! came later.
//!
//! Law: what is asked for is among what is given; others may be too, and whoever asks looks at each anyway.

use super::super::sort::by_hash;
use crate::matching::hash::Map;

/// Numbers of a drawer, about.
const DRAWER: usize = 4;

/// Numbers filed under hashes.
#[derive(Debug, Clone)]
pub(super) struct Postings {
    /// Where the drawer of each head of a hash ends; as many as a power of two.
    ends: Vec<u32>,
    numbers: Vec<u32>,
    added: Map<u64, Vec<u32>>,
}

impl Postings {
    /// Files numbers under hashes, which are spread over all 64 bits; of each hash the `most` smallest.
    pub(super) fn new(filed: Vec<(u64, u32)>, most: usize) -> Self {
        let bits = (filed.len() / DRAWER).max(1).ilog2();
        let filed = by_hash(filed);
        let mut ends = vec![0; 1 << bits];
        let mut numbers = Vec::with_capacity(filed.len());
        for run in filed.chunk_by(|one, other| one.0 == other.0) {
            let run = &run[..run.len().min(most)];
            ends[drawer(run[0].0, bits)] += run.len() as u32;
            numbers.extend(run.iter().map(|(_, number)| *number));
        }
        numbers.shrink_to_fit();
        sum_up(&mut ends);
        Self {
            ends,
            numbers,
            added: Map::default(),
        }
    }

    /// Postings as [`Postings::parts`] gives them; `None` if they cannot be. All numbers must be below `n`.
    pub(super) fn of(mut sizes: Vec<u32>, numbers: Vec<u32>, n: usize) -> Option<Self> {
        let total: u64 = sizes.iter().map(|size| u64::from(*size)).sum();
        let fits = sizes.len().is_power_of_two() && total == numbers.len() as u64;
        if !fits || numbers.iter().any(|number| *number as usize >= n) {
            return None;
        }
        sum_up(&mut sizes);
        Some(Self {
            ends: sizes,
            numbers,
            added: Map::default(),
        })
    }

    /// The size of each drawer, and what they hold; `None` if something was pushed since they were made.
    pub(super) fn parts(&self) -> Option<(Vec<u32>, &[u32])> {
        let starts = std::iter::once(&0).chain(&self.ends);
        let sizes = starts.zip(&self.ends).map(|(start, end)| end - start).collect();
        self.added.is_empty().then_some((sizes, &self.numbers))
    }

    /// What is filed under a hash, and a few others.
    pub(super) fn get(&self, hash: u64) -> impl Iterator<Item = u32> {
        let at = drawer(hash, self.ends.len().ilog2());
        let start = at.checked_sub(1).map_or(0, |before| self.ends[before]);
        let added = self.added.get(&hash).map_or(&[][..], |added| added);
        let numbers = &self.numbers[start as usize..self.ends[at] as usize];
        numbers.iter().chain(added).copied()
    }

    pub(super) fn push(&mut self, hash: u64, number: u32) {
        self.added.entry(hash).or_default().push(number);
    }
}

fn drawer(hash: u64, bits: u32) -> usize {
    hash.checked_shr(64 - bits).unwrap_or(0) as usize
}

/// Makes sizes ends.
fn sum_up(sizes: &mut [u32]) {
    let mut end = 0;
    for size in sizes {
        end += *size;
        *size = end;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matching::hash::mix;

    #[test]
    fn gives_what_was_filed_and_what_was_added() {
        for n in [0_u32, 1, 3, 500, 5000] {
            let key = |number: u32| mix(u64::from(number % 700));
            let filed = (0..n).map(|number| (key(number), number)).collect();
            let mut postings = Postings::new(filed, 3);
            let (sizes, numbers) = postings
                .parts()
                .map(|(sizes, numbers)| (sizes, numbers.to_vec()))
                .unwrap();
            assert!(Postings::of(sizes.clone(), numbers.clone(), n as usize).is_some());
            if let Some(last) = numbers.iter().copied().max() {
                assert!(Postings::of(sizes, numbers, last as usize).is_none());
            }
            let later = n / 700 * 700 + 705;
            postings.push(key(later), later);
            assert!(postings.parts().is_none());
            for number in 0..n.min(700) {
                let found = postings.get(key(number)).filter(|other| other % 700 == number);
                let filed = (number..n).step_by(700).take(3);
                let expected: Vec<u32> = filed.chain((number == 5).then_some(later)).collect();
                assert_eq!(found.collect::<Vec<u32>>(), expected);
            }
        }
    }
}
