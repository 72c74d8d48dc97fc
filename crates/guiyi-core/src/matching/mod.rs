//! The room that finds which records are the same real thing: block, compare, weigh, decide.
//!
//! It stands after imputation and before clustering, and takes records of one entity type from all systems, so that
//! duplicates within a system and links between systems are found in one go.
//! Laws: the order of the records, of the sources and the number of threads change no decision; imputed values are no
//! evidence; candidates are streamed and never all held; every kept pair carries what it takes to explain it; a
//! steward's word is final.

mod blocking;
mod compare;
mod decide;
mod decision;
mod hash;
mod model;
mod phonetic;
pub mod tables;
#[cfg(test)]
mod tests;

use std::sync::atomic::{AtomicU64, Ordering};

use rayon::prelude::*;

pub use blocking::PassCount;
pub use compare::Level;
pub use decide::HardIdentifiers;
pub use decision::{Decision, Decisions, Pair, Verdict, Veto};
pub use model::{Model, Reason, Weights};

use crate::record::Records;
use crate::rulebook::Rulebook;

/// How far the room has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// The step at work.
    pub step: Step,
    /// Records done in this step.
    pub done: u64,
    /// Records to do in this step.
    pub total: u64,
}

/// A step of the room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// Values are read for comparing.
    Prepare,
    /// Records are filed in blocks.
    Block,
    /// Weights are learned.
    Train,
    /// Candidates are compared and decided.
    Decide,
}

/// What the room found.
#[derive(Debug, Clone)]
pub struct Matching {
    /// The pairs that match or need a person, sorted by (a, b).
    pub pairs: Vec<Pair>,
    /// The weights that decided them.
    pub model: Model,
    /// The hard identifiers that keep records apart, for clustering.
    pub hard: HardIdentifiers,
    /// What was counted on the way.
    pub counts: Counts,
}

/// What was counted on the way.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts {
    /// Records.
    pub records: u64,
    /// Pairs compared.
    pub candidates: u64,
    /// Pairs decided as a match.
    pub matches: u64,
    /// Pairs left to a person.
    pub reviews: u64,
    /// How each blocking pass went.
    pub passes: Vec<PassCount>,
}

/// Records whose candidates train the model; a larger sample does not move the weights.
const SAMPLE: u64 = 25_000;
/// Records that one thread takes at a time.
const CHUNK: usize = 4096;

/// Finds the pairs of records that are, or may be, the same.
///
/// `decisions` are stewards' words by record number; `report` is called from several threads, now and then.
/// No record or one record gives no pair. Cost grows with the records times the size of their blocks, at most
/// `rulebook.matching.max_block`.
pub fn run(
    records: &Records,
    rulebook: &Rulebook,
    decisions: &Decisions,
    report: &(dyn Fn(Progress) + Sync),
) -> Matching {
    let n = records.len();
    let total = n as u64;
    let tell = |step, done| report(Progress { step, done, total });
    tell(Step::Prepare, 0);
    let comparisons = compare::prepare(records, &rulebook.dictionary);
    tell(Step::Block, 0);
    let blocks = blocking::Blocks::build(n, &comparisons, rulebook.matching.max_block.max(2));
    let hard = HardIdentifiers::of(n, &comparisons);
    tell(Step::Train, 0);
    let mut model = Model::new(&comparisons);
    let patterns = count_patterns(records, &comparisons, &blocks, &model);
    let in_range = |entry: &&(u32, u32, Verdict)| (entry.1 as usize) < n;
    let known: Vec<(u128, bool)> = decisions
        .entries()
        .iter()
        .filter(in_range)
        .map(|(a, b, verdict)| (model.pattern(&comparisons, *a, *b), *verdict == Verdict::Match))
        .collect();
    model.train(&patterns, &known);
    tell(Step::Decide, 0);
    let judge = decide::Judge::new(n, &comparisons, &model, &hard, decisions, &rulebook.matching);
    let (candidates, done) = (AtomicU64::new(0), AtomicU64::new(0));
    let chunks: Vec<Vec<Pair>> = (0..n.div_ceil(CHUNK))
        .into_par_iter()
        .map(|chunk| {
            let (mut pairs, mut partners, mut compared) = (Vec::new(), Vec::new(), 0);
            let range = chunk * CHUNK..n.min((chunk + 1) * CHUNK);
            let length = range.len() as u64;
            for a in range {
                let a = a as u32;
                blocks.partners(a, false, &mut partners);
                compared += partners.len() as u64;
                pairs.extend(partners.iter().filter_map(|b| judge.decide(a, *b)));
            }
            candidates.fetch_add(compared, Ordering::Relaxed);
            tell(Step::Decide, done.fetch_add(length, Ordering::Relaxed) + length);
            pairs
        })
        .collect();
    let mut pairs: Vec<Pair> = chunks.into_iter().flatten().collect();
    // A steward may have joined records that no block brings together.
    for (a, b, verdict) in decisions.entries().iter().filter(in_range) {
        if *verdict == Verdict::Match && pairs.binary_search_by_key(&(*a, *b), |pair| (pair.a, pair.b)).is_err() {
            pairs.extend(judge.decide(*a, *b));
        }
    }
    pairs.sort_unstable_by_key(|pair| (pair.a, pair.b));
    pairs.dedup_by_key(|pair| (pair.a, pair.b));
    let matches = pairs.iter().filter(|pair| pair.decision == Decision::Match).count() as u64;
    let counts = Counts {
        records: total,
        candidates: candidates.into_inner(),
        matches,
        reviews: pairs.len() as u64 - matches,
        passes: blocks.passes,
    };
    Matching {
        pairs,
        model,
        hard,
        counts,
    }
}

/// Counts the patterns of the candidates of some records, chosen by their source keys so that the choice does not
/// depend on their numbers. Sorted by pattern.
fn count_patterns(
    records: &Records,
    comparisons: &[compare::Comparison],
    blocks: &blocking::Blocks,
    model: &Model,
) -> Vec<(u128, u32)> {
    let n = records.len();
    let stride = (n as u64).div_ceil(SAMPLE).max(1);
    let counted: hash::Map<u128, u32> = (0..n as u32)
        .into_par_iter()
        .filter(|record| hash::hash(records.keys[*record as usize].as_bytes()).is_multiple_of(stride))
        .fold(hash::Map::default, |mut counts: hash::Map<u128, u32>, a| {
            let mut partners = Vec::new();
            blocks.partners(a, true, &mut partners);
            for b in partners {
                *counts
                    .entry(model.pattern(comparisons, a.min(b), a.max(b)))
                    .or_default() += 1;
            }
            counts
        })
        .reduce(hash::Map::default, |mut left, right| {
            for (pattern, count) in right {
                *left.entry(pattern).or_default() += count;
            }
            left
        });
    let mut patterns: Vec<(u128, u32)> = counted.into_iter().collect();
    patterns.sort_unstable();
    patterns
}
