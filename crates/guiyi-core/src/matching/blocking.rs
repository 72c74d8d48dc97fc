//! First step of matching: which pairs are worth comparing.
//!
//! Every comparison files a record under keys, pass by pass; records with the same key stand in one block, and records
//! that share a block are candidates. A block with more than the allowed records is split by further keys of its
//! records, and what is still too large is left out, so that the number of candidates grows with the records and not
//! with their square. Candidates are never held: they are read off record by record, each pair once.

use rayon::prelude::*;

use super::compare::{Comparator, Comparison, Lists, Pass};
use super::hash::{join, mix};

/// Marks the last member of a block.
const LAST: u32 = 1 << 31;

/// The block of a weak key is split from this part of the largest block on.
const WEAK: usize = 4;

/// How one pass went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PassCount {
    /// Position of the comparison in the model.
    pub comparison: usize,
    /// Stable name of the pass.
    pub name: &'static str,
    /// Blocks of two or more records.
    pub blocks: u64,
    /// Pairs in these blocks; a pair in two blocks counts twice.
    pub pairs: u64,
    /// Blocks that had to be split.
    pub split: u64,
    /// Memberships left out because a block stayed too large.
    pub skipped: u64,
}

/// The blocks of all passes.
pub(super) struct Blocks {
    /// Members of all blocks, end to end; records ascend within a block.
    members: Vec<u32>,
    /// For each record the range of its entries in `positions`.
    offsets: Vec<u32>,
    /// Positions in `members`.
    positions: Vec<u32>,
    /// How each pass went.
    pub(super) passes: Vec<PassCount>,
}

impl Blocks {
    /// Files `n` records. `max_block` is the largest block that stands.
    pub(super) fn build(n: usize, comparisons: &[Comparison], max_block: usize) -> Self {
        let mut members = Vec::new();
        let mut passes = Vec::new();
        // Key and record in one word: what is lost of a key's hash makes a few blocks too large, never too small.
        let bits = usize::BITS - n.leading_zeros();
        let record_of = |entry: u64| (entry & ((1 << bits) - 1)) as u32;
        let further = further_keys(comparisons);
        for (at, comparison) in comparisons.iter().enumerate() {
            for (pass, Pass { name, is_weak }) in comparison.passes().iter().enumerate() {
                let limit = if *is_weak { (max_block / WEAK).max(2) } else { max_block };
                let filed = Lists::new(n, |record, filed: &mut Vec<u64>| {
                    let start = filed.len();
                    comparison.keys(record, pass, filed);
                    for key in &mut filed[start..] {
                        *key = mix(*key) << bits | u64::from(record);
                    }
                });
                let mut filed = filed.into_values();
                filed.par_sort_unstable();
                filed.dedup();
                let mut count = PassCount {
                    comparison: at,
                    name,
                    blocks: 0,
                    pairs: 0,
                    split: 0,
                    skipped: 0,
                };
                let mut large: Vec<&[u64]> = Vec::new();
                for block in filed.chunk_by(|left, right| left >> bits == right >> bits) {
                    if block.len() <= limit {
                        push(block.iter().map(|entry| record_of(*entry)), &mut members, &mut count);
                    } else {
                        large.push(block);
                    }
                }
                count.split = large.len() as u64;
                let parts: Vec<Parts> = large
                    .into_par_iter()
                    .map(|block| {
                        let block: Vec<u32> = block.iter().map(|entry| record_of(*entry)).collect();
                        split(&block, &further, limit)
                    })
                    .collect();
                for mut part in parts {
                    members.append(&mut part.members);
                    count.blocks += part.blocks;
                    count.pairs += part.pairs;
                    count.skipped += part.skipped;
                }
                passes.push(count);
            }
        }
        let (offsets, positions) = index(n, &members);
        Self {
            members,
            offsets,
            positions,
            passes,
        }
    }

    /// The records that share a block with `record`, ascending, each once: all, or only those after it.
    pub(super) fn partners(&self, record: u32, all: bool, partners: &mut Vec<u32>) {
        partners.clear();
        let range = self.offsets[record as usize] as usize..self.offsets[record as usize + 1] as usize;
        for position in &self.positions[range] {
            let at = *position as usize;
            if self.members[at] & LAST == 0 {
                for member in &self.members[at + 1..] {
                    partners.push(member & !LAST);
                    if member & LAST != 0 {
                        break;
                    }
                }
            }
            if all {
                partners.extend(
                    self.members[..at]
                        .iter()
                        .rev()
                        .take_while(|member| **member & LAST == 0),
                );
            }
        }
        partners.sort_unstable();
        partners.dedup();
    }
}

fn push(block: impl ExactSizeIterator<Item = u32>, members: &mut Vec<u32>, count: &mut PassCount) {
    let size = block.len();
    if size >= 2 {
        members.extend(block);
        if let Some(last) = members.last_mut() {
            *last |= LAST;
        }
        count.blocks += 1;
        count.pairs += (size * (size - 1) / 2) as u64;
    }
}

/// What became of a block that was too large.
struct Parts {
    members: Vec<u32>,
    blocks: u64,
    pairs: u64,
    skipped: u64,
}

/// Splits a block by each of the records' further keys in turn; a record may stand in several of the parts.
fn split(block: &[u32], further: &[Key<'_>], limit: usize) -> Parts {
    let mut members = Vec::new();
    let mut count = PassCount {
        comparison: 0,
        name: "",
        blocks: 0,
        pairs: 0,
        split: 0,
        skipped: 0,
    };
    let mut filed: Vec<(u64, u32)> = Vec::with_capacity(block.len());
    for key in further {
        filed.clear();
        filed.extend(
            block
                .iter()
                .map(|record| (key(*record), *record))
                .filter(|entry| entry.0 != 0),
        );
        filed.sort_unstable();
        for part in filed.chunk_by(|left, right| left.0 == right.0) {
            if part.len() <= limit {
                push(part.iter().map(|entry| entry.1), &mut members, &mut count);
            } else {
                count.skipped += part.len() as u64;
            }
        }
    }
    if further.is_empty() {
        count.skipped += block.len() as u64;
    }
    Parts {
        members,
        blocks: count.blocks,
        pairs: count.pairs,
        skipped: count.skipped,
    }
}

type Key<'a> = Box<dyn Fn(u32) -> u64 + Sync + 'a>;

/// What splits a block that is too large: the city, the brand with its trade, each person; and city with brand.
fn further_keys(comparisons: &[Comparison]) -> Vec<Key<'_>> {
    let mut keys: Vec<Key<'_>> = Vec::new();
    let (mut places, mut names) = (None, None);
    for comparison in comparisons {
        match &comparison.comparator {
            Comparator::Place(values) => {
                places = Some(values);
                keys.push(Box::new(|record| values.city(record)));
            }
            Comparator::Name(values) => {
                names = Some(values);
                keys.push(Box::new(|record| values.brand_and_trade(record)));
            }
            Comparator::Person(values) => keys.push(Box::new(|record| values.name(record))),
            _ => {}
        }
    }
    if let (Some(places), Some(names)) = (places, names) {
        keys.push(Box::new(|record| match (places.city(record), names.brand(record)) {
            (0, _) | (_, 0) => 0,
            (city, brand) => join(city, brand),
        }));
    }
    keys
}

/// For each record the positions of its memberships, by counting.
fn index(n: usize, members: &[u32]) -> (Vec<u32>, Vec<u32>) {
    let mut offsets = vec![0_u32; n + 1];
    for member in members {
        offsets[(member & !LAST) as usize + 1] += 1;
    }
    for record in 0..n {
        offsets[record + 1] += offsets[record];
    }
    let mut next = offsets.clone();
    let mut positions = vec![0; members.len()];
    for (member, at) in members.iter().zip(0..) {
        let place = &mut next[(member & !LAST) as usize];
        positions[*place as usize] = at;
        *place += 1;
    }
    (offsets, positions)
}
