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
pub mod known;
mod reason;
pub mod tables;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

pub use decision::{Decision, Decisions, Pair, Verdict, Veto};
pub use hard::HardIdentifiers;
pub use reason::Reason;

use crate::record::Records;
use crate::rulebook::{MatchingPolicy, Rulebook};
use tables::{FieldSummary, Label, Linkage, Model, ModelMisfit, Options, Outcome, PassCount, Said, SaidField};

/// What the room found.
#[derive(Debug, Clone)]
pub struct Matching {
    /// The pairs that match or need a person, sorted by (a, b).
    pub pairs: Vec<Pair>,
    /// The fields that were compared, named as the data elements are.
    pub fields: Vec<FieldSummary>,
    /// What the levels of each field weigh.
    pub model: Model,
    /// The model as its file has it, for later runs.
    pub model_text: String,
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

/// The least probability that is told from none.
const LEAST: f64 = 1e-6;

/// Finds the pairs of records that are, or may be, the same.
///
/// `decisions` are stewards' words by record number; those about records that are not there say nothing. No record or
/// one record gives no pair. Costs what [`tables::link`] costs.
///
/// # Errors
///
/// [`ModelMisfit`] if the rulebook has a model, and elements are to be compared that it knows nothing of.
pub fn run(records: &Records, rulebook: &Rulebook, decisions: &Decisions) -> Result<Matching, ModelMisfit> {
    let n = records.len();
    let (table, fields) = elements::table(records, &rulebook.dictionary, &[]);
    let options = options(n, fields, &rulebook.matching, decisions);
    let linkage = tables::link(&[&table], &options);
    if let Some(model) = &options.model {
        model.fitted(linkage.fields.iter().map(|field| (&*field.header, field.kind)))?;
    }
    let hard = HardIdentifiers::of(records, &rulebook.dictionary);
    let pairs = decide(&linkage, decisions, &hard, match_from(&rulebook.matching));
    let matches = pairs.iter().filter(|pair| pair.decision == Decision::Match).count() as u64;
    let model_text = linkage.model_toml();
    let counts = Counts {
        records: n as u64,
        candidates: linkage.n_candidates,
        matches,
        reviews: pairs.len() as u64 - matches,
        passes: linkage.passes,
    };
    Ok(Matching {
        pairs,
        model_text,
        fields: linkage.fields,
        model: linkage.model,
        hard,
        counts,
    })
}

/// The probability from which a pair is a match. Nothing is as sure as 1: such a threshold leaves every pair to a person.
fn match_from(policy: &MatchingPolicy) -> f64 {
    policy.match_threshold.max(LEAST)
}

/// What is said to the engine about `n` records and the fields of their elements.
fn options(n: usize, fields: Vec<SaidField>, policy: &MatchingPolicy, decisions: &Decisions) -> Options {
    let known = decisions.entries().iter().filter(|entry| (entry.1 as usize) < n);
    let label = |(a, b, verdict): &(u32, u32, Verdict)| Label {
        a: *a,
        b: *b,
        same: *verdict == Verdict::Match,
    };
    Options {
        least_probability: policy.review_threshold.clamp(LEAST, 1.0 - LEAST),
        model: policy.model.as_deref().cloned(),
        said: Said {
            fields,
            match_from: Some(match_from(policy)),
            labels: known.map(label).collect(),
            ..Said::default()
        },
        ..Options::default()
    }
}

/// What the pairs that were found come to, beside what stewards and hard identifiers say; those that a steward calls
/// different are left out.
fn decide(linkage: &Linkage, decisions: &Decisions, hard: &HardIdentifiers, match_from: f64) -> Vec<Pair> {
    let groups = |a: u32, b: u32| {
        let (one, other) = (linkage.clusters[a as usize], linkage.clusters[b as usize]);
        (one.min(other), one.max(other))
    };
    let veto = |found: &tables::Pair| match found.veto {
        _ if hard.conflict(found.a, found.b) => Some(Veto::HardIdentifier),
        veto => veto.filter(|veto| *veto != Veto::Bridge),
    };
    // Groups of which two members are kept apart.
    let vetoed = linkage.pairs.iter().filter(|found| veto(found).is_some());
    let mut apart: BTreeSet<(u32, u32)> = vetoed.map(|found| groups(found.a, found.b)).collect();
    let is_known = |entry: &&(u32, u32, Verdict)| (entry.1 as usize) < linkage.clusters.len();
    let said = decisions.entries().iter().filter(is_known);
    let different = said.filter(|(_, _, verdict)| *verdict == Verdict::NotMatch);
    apart.extend(different.map(|(a, b, _)| groups(*a, *b)));

    let decide = |found: &tables::Pair| {
        let is_sure = match_from < 1.0 && found.probability >= match_from;
        let (decision, veto) = match (decisions.get(found.a, found.b), veto(found), found.outcome) {
            (Some(Verdict::NotMatch), ..) => return None,
            (Some(Verdict::Match), ..) | (None, None, Outcome::Match) => (Decision::Match, None),
            (None, Some(veto), _) => (Decision::Review, Some(veto)),
            (None, None, Outcome::Review) if !is_sure => (Decision::Review, None),
            _ if apart.contains(&groups(found.a, found.b)) => (Decision::Review, Some(Veto::Cluster)),
            _ => (Decision::Review, Some(Veto::Bridge)),
        };
        Some(Pair {
            a: found.a,
            b: found.b,
            weight: (found.weight.clamp(-1e6, 1e6) * 1e3).round() as i32,
            probability: (found.probability * 1e6).round() as u32,
            decision,
            veto,
            pattern: found.pattern,
        })
    };
    linkage.pairs.iter().filter_map(decide).collect()
}
