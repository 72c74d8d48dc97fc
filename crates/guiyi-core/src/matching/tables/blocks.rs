//! Blocks: the records that a pass files under one key, and the candidates that all passes together make of a record.
//!
//! The pairs of a pass that finds few are held, since they take less room than its blocks; those of others are never all
//! held: each record's are made when they are asked for. A pair is made once, for its smaller record, whichever passes
//! find it.

use std::ops::Range;

use rayon::prelude::*;

use super::sort::by_hash;

/// Marks the last member of a block.
const LAST: u32 = 1 << 31;
const NOWHERE: u32 = u32::MAX;

/// What one pass brings together.
pub(super) enum Found {
    /// Pairs, the smaller record first, in no order: at most one for each record.
    Few(Vec<u64>),
    Many(Blocks),
}

impl Found {
    /// Of records filed under the hashes of their keys; a block of more than `largest` is none. `n` is the number of all
    /// records.
    pub(super) fn new(filed: Vec<(u64, u32)>, n: usize, largest: usize, may: impl Fn(u32, u32) -> bool) -> Self {
        let filed = by_hash(filed);
        let mut pairs = Vec::new();
        for block in runs(&filed, largest) {
            for (at, (_, record)) in block.iter().enumerate() {
                let others = block[at + 1..].iter().filter(|(_, other)| may(*record, *other));
                pairs.extend(others.map(|(_, other)| u64::from(*record) << 32 | u64::from(*other)));
            }
            if pairs.len() > n {
                return Self::Many(Blocks::new(&filed, n, largest, may));
            }
        }
        Self::Few(pairs)
    }

    /// Pairs of records that share a block.
    pub(super) fn n_pairs(&self) -> u64 {
        match self {
            Self::Few(pairs) => pairs.len() as u64,
            Self::Many(blocks) => blocks.n_pairs,
        }
    }
}

/// The blocks of one pass.
pub(super) struct Blocks {
    /// Members of all blocks, ascending within each.
    members: Vec<u32>,
    /// Where each record stands among the members.
    places: Vec<u32>,
    /// Where else records stand that are filed under several keys: record and place, ascending.
    more: Vec<(u32, u32)>,
    n_pairs: u64,
}

impl Blocks {
    fn new(filed: &[(u64, u32)], n: usize, largest: usize, may: impl Fn(u32, u32) -> bool) -> Self {
        let mut members = Vec::new();
        let mut places = vec![NOWHERE; n];
        let mut more = Vec::new();
        let mut n_pairs = 0;
        for block in runs(filed, largest) {
            for (at, (_, record)) in block.iter().enumerate() {
                let place = &mut places[*record as usize];
                if *place == NOWHERE {
                    *place = members.len() as u32;
                } else {
                    more.push((*record, members.len() as u32));
                }
                members.push(*record);
                n_pairs += block[at + 1..].iter().filter(|(_, other)| may(*record, *other)).count() as u64;
            }
            if let Some(last) = members.last_mut() {
                *last |= LAST;
            }
        }
        members.shrink_to_fit();
        more.par_sort_unstable();
        Self {
            members,
            places,
            more,
            n_pairs,
        }
    }

    /// Asks for the blocks of some records at once: memory is slow to answer and quick to deliver.
    fn fetch(&self, records: Range<usize>) {
        let first = |place: &u32| self.members.get(*place as usize).copied().unwrap_or(0);
        let places = self.places[records].iter();
        std::hint::black_box(places.fold(0, |all, place| all ^ first(place)));
    }

    /// Adds the larger records of a record's blocks.
    fn add_partners(&self, record: u32, partners: &mut Vec<u32>) {
        self.add_block(self.places[record as usize], partners);
        if !self.more.is_empty() {
            let start = self.more.partition_point(|(own, _)| *own < record);
            let own = self.more[start..].iter().take_while(|(own, _)| *own == record);
            own.for_each(|(_, place)| self.add_block(*place, partners));
        }
    }

    /// Adds the records that stand behind a place in its block.
    fn add_block(&self, place: u32, partners: &mut Vec<u32>) {
        if place == NOWHERE || self.members[place as usize] & LAST != 0 {
            return;
        }
        for member in &self.members[place as usize + 1..] {
            partners.push(member & !LAST);
            if member & LAST != 0 {
                return;
            }
        }
    }
}

/// Runs of equal hashes with two members up to `largest`.
pub(super) fn runs(filed: &[(u64, u32)], largest: usize) -> impl Iterator<Item = &[(u64, u32)]> {
    filed
        .chunk_by(|one, other| one.0 == other.0)
        .filter(move |block| (2..=largest).contains(&block.len()))
}

/// All that is worth comparing.
pub(super) struct Candidates {
    passes: Vec<Blocks>,
    /// All other pairs, ascending, and where those of each record end; empty where there are none.
    few: Vec<u64>,
    few_ends: Vec<u32>,
    n: usize,
}

impl Candidates {
    /// What passes found, and pairs found otherwise, the smaller record first.
    pub(super) fn new(found: Vec<Found>, near: Vec<u64>, n: usize) -> Self {
        let (mut passes, mut few) = (Vec::new(), near);
        for found in found {
            match found {
                Found::Few(pairs) => few.extend(pairs),
                Found::Many(blocks) => passes.push(blocks),
            }
        }
        few.par_sort_unstable();
        few.dedup();
        let mut few_ends = vec![0; if few.is_empty() { 0 } else { n }];
        for pair in &few {
            few_ends[(pair >> 32) as usize] += 1;
        }
        let mut end = 0;
        for count in &mut few_ends {
            end += *count;
            *count = end;
        }
        Self {
            passes,
            few,
            few_ends,
            n,
        }
    }

    /// All pairs, ascending.
    pub(super) fn all(&self, may: impl Fn(u32, u32) -> bool) -> Vec<u64> {
        let (mut pairs, mut partners) = (Vec::new(), Vec::new());
        for record in 0..self.n as u32 {
            self.partners(record, &mut partners, &may);
            pairs.extend(partners.iter().map(|other| u64::from(record) << 32 | u64::from(*other)));
        }
        pairs
    }

    /// Asks for what making the candidates of some records will read.
    pub(super) fn fetch(&self, records: Range<usize>) {
        for pass in &self.passes {
            pass.fetch(records.clone());
        }
    }

    /// How many there are.
    pub(super) fn count(&self, may: impl Fn(u32, u32) -> bool + Sync) -> u64 {
        let of = |partners: &mut Vec<u32>, record: u32| {
            self.partners(record, partners, &may);
            partners.len() as u64
        };
        (0..self.n as u32).into_par_iter().map_init(Vec::new, of).sum()
    }

    /// The larger records to compare a record with, ascending, each once.
    pub(super) fn partners(&self, record: u32, partners: &mut Vec<u32>, may: impl Fn(u32, u32) -> bool) {
        partners.clear();
        for pass in &self.passes {
            pass.add_partners(record, partners);
        }
        partners.retain(|other| may(record, *other));
        if let Some(end) = self.few_ends.get(record as usize) {
            let start = record.checked_sub(1).map_or(0, |before| self.few_ends[before as usize]);
            partners.extend(self.few[start as usize..*end as usize].iter().map(|pair| *pair as u32));
        }
        partners.sort_unstable();
        partners.dedup();
    }
}
