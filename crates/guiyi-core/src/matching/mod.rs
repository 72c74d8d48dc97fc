//! The room that finds which records are the same real thing: block, compare, weigh, decide.
//!
//! It stands after imputation and before clustering, and takes records of one entity type from all systems, so that
//! duplicates within a system and links between systems are found in one go. `tables` does the work, on any tables;
//! here the records become one of them (`elements`), and what it finds is held against what stewards (`decision`) and
//! hard identifiers (`hard`) say.
//! Laws: the order of the records, of the sources and the number of threads change no decision; imputed values are no
//! evidence; every kept pair carries what it takes to explain it; a steward's word is final.

mod decision;
mod elements;
mod hard;
mod hash;
mod reason;
pub mod tables;
#[cfg(test)]
mod tests;

pub use decision::{Decision, Decisions, Pair, Verdict, Veto};
pub use hard::HardIdentifiers;
pub use reason::Reason;

use std::collections::BTreeSet;

use crate::record::Records;
use crate::rulebook::Rulebook;
use tables::{FieldSummary, Label, Linkage, Model, Options, Outcome, PassCount, Said};

/// What the room found.
#[derive(Debug, Clone)]
pub struct Matching {
    /// The pairs that match or need a person, sorted by (a, b).
    pub pairs: Vec<Pair>,
    /// The fields that were compared, named as the data elements are.
    pub fields: Vec<FieldSummary>,
    /// What the levels of each field weigh.
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
    /// How candidates were found.
    pub passes: Vec<PassCount>,
}

/// Thresholds are held this far from 0 and 1: as far as a probability is told.
const LEAST: f64 = 1e-6;

/// Finds the pairs of records that are, or may be, the same.
///
/// `decisions` are stewards' words by record number; those about records that are not there say nothing. No record or
/// one record gives no pair. Costs what [`tables::link`] costs.
pub fn run(records: &Records, rulebook: &Rulebook, decisions: &Decisions) -> Matching {
    let n = records.len();
    let (table, fields) = elements::table(records, &rulebook.dictionary);
    let known = decisions.entries().iter().filter(|entry| (entry.1 as usize) < n);
    let label = |(a, b, verdict): &(u32, u32, Verdict)| Label {
        a: *a,
        b: *b,
        same: *verdict == Verdict::Match,
    };
    let threshold = |probability: f64| probability.clamp(LEAST, 1.0 - LEAST);
    let match_from = threshold(rulebook.matching.match_threshold);
    let options = Options {
        least_probability: threshold(rulebook.matching.review_threshold),
        said: Said {
            fields,
            match_from: Some(match_from),
            labels: known.map(label).collect(),
            ..Said::default()
        },
        ..Options::default()
    };
    let linkage = tables::link(&[&table], &options);
    let hard = HardIdentifiers::of(records, &rulebook.dictionary);
    let pairs = decide(&linkage, decisions, &hard, match_from);
    let matches = pairs.iter().filter(|pair| pair.decision == Decision::Match).count() as u64;
    let counts = Counts {
        records: n as u64,
        candidates: linkage.n_candidates,
        matches,
        reviews: pairs.len() as u64 - matches,
        passes: linkage.passes,
    };
    Matching {
        pairs,
        fields: linkage.fields,
        model: linkage.model,
        hard,
        counts,
    }
}

/// What the pairs that were found come to, beside what stewards and hard identifiers say; those that a steward calls
/// different are left out.
fn decide(linkage: &Linkage, decisions: &Decisions, hard: &HardIdentifiers, match_from: f64) -> Vec<Pair> {
    let group = |record: u32| linkage.clusters[record as usize];
    let groups = |found: &tables::Pair| {
        let (one, other) = (group(found.a), group(found.b));
        (one.min(other), one.max(other))
    };
    let says_no = |found: &tables::Pair| decisions.get(found.a, found.b) == Some(Verdict::NotMatch);
    let veto = |found: &tables::Pair| match found.veto {
        _ if hard.conflict(found.a, found.b) => Some(Veto::HardIdentifier),
        veto => veto.filter(|veto| *veto != Veto::Bridge),
    };
    // Groups of which two members are kept apart.
    let is_apart = |found: &&tables::Pair| says_no(found) || veto(found).is_some();
    let apart: BTreeSet<(u32, u32)> = linkage.pairs.iter().filter(is_apart).map(groups).collect();
    let decide = |found: &tables::Pair| {
        let (decision, veto) = match (veto(found), found.outcome) {
            _ if decisions.get(found.a, found.b) == Some(Verdict::Match) => (Decision::Match, None),
            (Some(veto), _) => (Decision::Review, Some(veto)),
            (None, Outcome::Match) => (Decision::Match, None),
            (None, Outcome::Review) if found.probability < match_from => (Decision::Review, None),
            (None, Outcome::Review) if apart.contains(&groups(found)) => (Decision::Review, Some(Veto::Cluster)),
            (None, Outcome::Review) => (Decision::Review, Some(Veto::Bridge)),
        };
        Pair {
            a: found.a,
            b: found.b,
            weight: (found.weight.clamp(-1e6, 1e6) * 1e3).round() as i32,
            probability: (found.probability * 1e6).round() as u32,
            decision,
            veto,
            pattern: found.pattern,
        }
    };
    linkage.pairs.iter().filter(|found| !says_no(found)).map(decide).collect()
}
