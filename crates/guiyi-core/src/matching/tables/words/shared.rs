//! Words that tell nothing, although they stand for each other: Dr. and Prof. before a name, Inc. and Ltd. behind it, what
//! an advertisement praises today.
//!
//! Two records of one thing have the same color, but each has the title or the praise that somebody happened to write. So
//! the likeliest pairs, by all other fields, share such a word as often as strangers do: those that share most of all no
//! more often, many that share something no less often than two, and those of one file no less often than those of two.
//! Nor does a word that hardly ever stands for any other but for one and the same, as it does where two systems have each
//! its own habit (The Gustav Bank, Gustav Bank Group).
//! Law: the order of records, words and fields changes nothing.

use std::collections::HashSet;

use rayon::prelude::*;

use super::super::field::Field;
use super::super::sets;
use super::KNOWN;
use crate::matching::hash::Map;

/// Records that share a value or a word, at most, for it to be rare; and how many of these are told apart.
const MOST_SHARING: usize = 8;
const SIZES: usize = 3;
/// Records whose pairs are looked at.
const MOST_ASKED: u32 = 100_000;
/// More rare values than these are as good.
const MOST_VALUES: usize = 3;
/// Of two files, pairs between them, and those within.
const STRATA: usize = 2 * MOST_VALUES * SIZES;
/// How often chance must share a word, at least, for that to be seen, and of all words in each kind of pairs; and the part
/// of a file that may have it.
const LEAST_CHANCE: f64 = 5.0;
const LEAST_OF_ALL: f64 = 2.0;
const MOST_USUAL: f64 = 0.5;
/// By what part of that a word may be shared more or less often, and by how many spreads; and all words together.
const ROUGHLY: f64 = 0.5;
const ABOUT: f64 = 0.1;
const SPREADS: f64 = 2.0;
/// The part of the times that one word stands for others, at least, in which it is always the same one.
const ALWAYS: f64 = 0.8;

/// What the likeliest pairs have in common: those that share a rare word, and rare values of other fields.
pub(super) struct Likely {
    /// How often each word is shared, by the number of these values, how many records share them, and whether
    /// the two are of one file of two.
    words: Map<u32, [Shared; STRATA]>,
    /// How often a word stands on one side and another word on the other, and nothing else; from both sides.
    swapped: Map<(u32, u32), f64>,
}

/// Of the records of pairs that have a word, how often the other one has it as well, and how often a stranger would.
#[derive(Debug, Clone, Copy, Default)]
struct Shared {
    together: f64,
    by_chance: f64,
}

impl Shared {
    fn add(&mut self, other: Self) {
        self.together += other.together;
        self.by_chance += other.by_chance;
    }

    /// How far from chance it is, in spreads, squared, where a part of it is no matter; a shared word is seen from both sides.
    fn distance(self, part: f64) -> f64 {
        (self.together - self.by_chance).powi(2) / (2.0 * self.by_chance + (part * self.by_chance).powi(2))
    }
}

impl Likely {
    /// `counts` are how many records of each file have each word.
    pub(super) fn new(
        words: &Field,
        others: &[&Field],
        counts: &[Map<u32, u32>],
        side: &impl Fn(usize) -> usize,
    ) -> Self {
        let of = |record: u32| sets::keys(words.values.get(words.ids[record as usize]));
        let mut n_records = vec![0.0_f64; counts.len()];
        for (record, _) in words.ids.iter().enumerate().filter(|(_, id)| **id != 0) {
            n_records[side(record)] += 1.0;
        }
        let count = |own: &Map<u32, u32>, word| own.get(&word).copied().unwrap_or(0);
        let part = |there: usize, word| f64::from(count(&counts[there], word)) / n_records[there].max(1.0);
        // What nearly all have, or nobody in the other file, is not shared by chance.
        let may_be_chance =
            |word: &u32| (0..counts.len()).all(|there| (f64::MIN_POSITIVE..MOST_USUAL).contains(&part(there, *word)));
        let is_rare = |word: u32| counts.iter().all(|own| count(own, word) as usize <= MOST_SHARING);
        let share_rare = |one: u32, other: u32| of(one).any(|word| is_rare(word) && of(other).any(|own| own == word));
        let mut pairs: Vec<(u32, u32, usize)> = others.iter().flat_map(|field| sharing(field)).collect();
        pairs.par_sort_unstable();
        let is_known = |word: u32| counts.iter().any(|own| count(own, word) >= KNOWN);
        let mut shared: Map<u32, [Shared; STRATA]> = Map::default();
        let mut swapped: Map<(u32, u32), f64> = Map::default();
        for same in pairs.chunk_by(|x, y| (x.0, x.1) == (y.0, y.1)) {
            let (one, other, size) = same[0];
            if !share_rare(one, other) {
                continue;
            }
            let is_within = counts.len() > 1 && side(one as usize) == side(other as usize);
            let n_values = same.len().min(MOST_VALUES);
            let at = (usize::from(is_within) * MOST_VALUES + n_values - 1) * SIZES + size;
            for (one, other) in [(one, other), (other, one)] {
                let there = side(other as usize);
                let alone = of(one).filter(|word| is_known(*word) && !of(other).any(|own| own == *word));
                for word in alone {
                    let there = of(other).filter(|word| is_known(*word) && !of(one).any(|own| own == *word));
                    there.for_each(|there| *swapped.entry((word, there)).or_default() += 1.0);
                }
                for word in of(one).filter(may_be_chance) {
                    shared.entry(word).or_default()[at].add(Shared {
                        together: f64::from(u8::from(of(other).any(|own| own == word))),
                        by_chance: part(there, word),
                    });
                }
            }
        }
        Self { words: shared, swapped }
    }

    /// Which words tell anything.
    pub(super) fn telling(self) -> impl Fn(u32) -> bool + Sync {
        let mut silent = self.habits();
        let mut by_chance: Vec<u32> = Vec::new();
        let mut together = [Shared::default(); STRATA];
        for (word, own) in self.words {
            let mut all = Shared::default();
            for own in own {
                all.add(own);
            }
            if all.by_chance >= LEAST_CHANCE && all.distance(ROUGHLY) <= SPREADS.powi(2) {
                by_chance.push(word);
                together.iter_mut().zip(own).for_each(|(sum, own)| sum.add(own));
            }
        }
        // Words of a series may be shared so often in all: by its copies, and not by its things.
        let seen = together.iter().filter(|own| own.by_chance >= LEAST_OF_ALL);
        let distances: Vec<f64> = seen.map(|own| own.distance(ABOUT)).collect();
        let n = distances.len() as f64;
        if distances.iter().sum::<f64>() <= n + SPREADS * (2.0 * n).sqrt() {
            silent.extend(by_chance);
        }
        move |word| !silent.contains(&word)
    }

    /// Words that hardly ever stand for any other but for one and the same, and are nowhere shared more often than by chance.
    fn habits(&self) -> HashSet<u32> {
        let mut all: Map<u32, f64> = Map::default();
        for ((word, _), n) in &self.swapped {
            *all.entry(*word).or_default() += n;
        }
        let mostly = |(word, other): (u32, u32)| {
            let n = self.swapped.get(&(word, other)).copied().unwrap_or(0.0);
            n >= LEAST_CHANCE && n >= ALWAYS * all[&word]
        };
        let is_shared = |word: u32| {
            let strata = self.words.get(&word).into_iter().flatten();
            let mut seen = strata.filter(|own| own.by_chance >= LEAST_OF_ALL && own.together > own.by_chance);
            seen.any(|own| own.distance(ABOUT) > SPREADS.powi(2))
        };
        let words = self.swapped.keys().filter(|(word, other)| {
            mostly((*word, *other)) && mostly((*other, *word)) && !is_shared(*word) && !is_shared(*other)
        });
        words.map(|(word, _)| *word).collect()
    }
}

/// The pairs of records that share a rare value, each with how many do: two, up to four, or more.
fn sharing(field: &Field) -> Vec<(u32, u32, usize)> {
    let filled = field.ids.iter().copied().zip(0..).filter(|(id, _)| *id != 0);
    let mut records: Vec<(u32, u32)> = filled.collect();
    records.par_sort_unstable();
    let mut pairs = Vec::new();
    let same = records.chunk_by(|one, other| one.0 == other.0);
    for same in same.filter(|same| (2..=MOST_SHARING).contains(&same.len())) {
        let size = (same.len() - 1).ilog2() as usize;
        for (at, (_, one)) in same.iter().enumerate() {
            // Records are in the order of a hash: the first ones are a fair sample.
            if *one < MOST_ASKED {
                pairs.extend(same[at + 1..].iter().map(|(_, other)| (*one, *other, size)));
            }
        }
    }
    pairs
}
