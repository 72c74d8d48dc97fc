//! Long values as bags of q-grams, each weighted by how rare it is, and how alike two bags are.

use super::super::hash::{Map, mix};
use super::text;
use super::values::Values;

/// Bits of an entry that count how often the value holds its gram.
const TIMES_BITS: u32 = 5;
const MOST_TIMES: u32 = (1 << TIMES_BITS) - 1;

/// Weighted q-grams of each value.
pub(super) struct Bags {
    ends: Vec<u32>,
    /// Number of a gram and how often the value holds it, ascending.
    entries: Vec<u32>,
    /// What each bag's weights are divided by, so that its length becomes 1.
    norms: Vec<f32>,
    /// Weight of each gram.
    weights: Vec<f32>,
}

impl Bags {
    pub(super) fn new(values: &Values) -> Self {
        let (mut ends, mut entries) = (Vec::with_capacity(values.len()), Vec::new());
        let mut numbers: Map<u32, u32> = Map::default();
        let mut counts: Vec<u32> = Vec::new();
        for id in 0..values.len() as u32 {
            let start = entries.len();
            text::grams(values.get(id), |gram| {
                entries.push(*numbers.entry(gram).or_insert_with(|| {
                    counts.push(0);
                    counts.len() as u32 - 1
                }));
            });
            entries[start..].sort_unstable();
            let own = count_runs(&mut entries, start);
            entries.truncate(own);
            for entry in &entries[start..] {
                counts[(entry >> TIMES_BITS) as usize] += values.counts[id as usize].max(1);
            }
            ends.push(entries.len() as u32);
        }
        entries.shrink_to_fit();
        let n: u32 = values.counts.iter().sum();
        let weights = counts.iter().map(|count| weight(n, *count)).collect();
        Self::of(values, ends, entries, weights)
    }

    /// The bags of a few values as they are among many: `known` gives for a gram its number there and how many of the
    /// `n` filled values hold it. Grams are summed up in the order of these numbers, as they are there.
    pub(super) fn few(values: &Values, n: u32, known: impl Fn(u32) -> (u32, u32)) -> Self {
        let mut distinct: Vec<u32> = Vec::new();
        for id in 0..values.len() as u32 {
            text::grams(values.get(id), |gram| distinct.push(gram));
        }
        distinct.sort_unstable();
        distinct.dedup();
        let mut ordered: Vec<((u32, u32), u32)> = distinct.into_iter().map(|gram| (known(gram), gram)).collect();
        ordered.sort_unstable_by_key(|((number, _), gram)| (*number, *gram));
        let numbers: Map<u32, u32> = ordered.iter().map(|(_, gram)| *gram).zip(0..).collect();
        let weights = ordered.iter().map(|((_, count), _)| weight(n, *count)).collect();
        let (mut ends, mut entries) = (Vec::with_capacity(values.len()), Vec::new());
        for id in 0..values.len() as u32 {
            let start = entries.len();
            text::grams(values.get(id), |gram| entries.push(numbers[&gram]));
            entries[start..].sort_unstable();
            let own = count_runs(&mut entries, start);
            entries.truncate(own);
            ends.push(entries.len() as u32);
        }
        Self::of(values, ends, entries, weights)
    }

    fn of(values: &Values, ends: Vec<u32>, entries: Vec<u32>, weights: Vec<f32>) -> Self {
        let mut bags = Self {
            ends,
            entries,
            norms: Vec::new(),
            weights,
        };
        bags.norms = (0..values.len() as u32)
            .map(|id| {
                let squares = bags.get(id).iter().map(|entry| bags.weight(*entry).powi(2));
                squares.sum::<f32>().sqrt().max(f32::MIN_POSITIVE)
            })
            .collect();
        bags
    }

    fn get(&self, value: u32) -> &[u32] {
        let at = value as usize;
        let start = if at == 0 { 0 } else { self.ends[at - 1] as usize };
        &self.entries[start..self.ends[at] as usize]
    }

    fn weight(&self, entry: u32) -> f32 {
        let weight = self.weights[(entry >> TIMES_BITS) as usize];
        match entry & MOST_TIMES {
            1 => weight,
            times => weight * (1.0 + (times as f32).ln()),
        }
    }

    /// Which of 64 sorts of grams a value holds.
    pub(super) fn glance(&self, value: u32) -> u64 {
        self.get(value)
            .iter()
            .fold(0, |sorts, entry| sorts | 1 << sort_of(*entry))
    }

    /// How much of a value's bag, 1 in all, is of each sort.
    pub(super) fn shares(&self, value: u32) -> [f32; 64] {
        let mut shares = [0.0; 64];
        let norm = self.norms[value as usize];
        for entry in self.get(value) {
            shares[sort_of(*entry)] += (self.weight(*entry) / norm).powi(2);
        }
        shares
    }

    /// Cosine of the angle between two values' bags, from 0 to 1.
    pub(super) fn cosine(&self, a: u32, b: u32) -> f32 {
        let (left, right) = (self.get(a), self.get(b));
        let (mut i, mut j, mut sum) = (0, 0, 0.0);
        while i < left.len() && j < right.len() {
            let (ours, theirs) = (left[i] >> TIMES_BITS, right[j] >> TIMES_BITS);
            if ours == theirs {
                sum += self.weight(left[i]) * self.weight(right[j]);
            }
            i += usize::from(ours <= theirs);
            j += usize::from(theirs <= ours);
        }
        (sum / (self.norms[a as usize] * self.norms[b as usize])).clamp(0.0, 1.0)
    }
}

/// What a gram weighs that `count` of `n` values hold: the rarer, the more.
fn weight(n: u32, count: u32) -> f32 {
    (1.0 + n as f32 / count as f32).ln()
}

fn sort_of(entry: u32) -> usize {
    (mix(u64::from(entry >> TIMES_BITS)) >> 58) as usize
}

/// Makes each run of equal gram numbers from `start` on one entry with its count; gives the new end.
fn count_runs(entries: &mut [u32], start: usize) -> usize {
    let (mut read, mut write) = (start, start);
    while read < entries.len() {
        let gram = entries[read];
        let times = entries[read..].iter().take_while(|other| **other == gram).count();
        entries[write] = gram << TIMES_BITS | (times as u32).min(MOST_TIMES);
        read += times;
        write += 1;
    }
    write
}
