//! Fourth step of matching: match, review or no match.
//!
//! A weight alone never joins two records against a veto, and no weight ever overrides a steward.

use super::compare::{BRANCHES, Comparator, Comparison, ELSEWHERE, NUMBERS, PARENT, is_elsewhere, is_other_trade};
use super::decision::{Decision, Decisions, Pair, Verdict, Veto};
use super::model::{Model, probability, weight_of};
use crate::rulebook::MatchingPolicy;

/// The valid hard identifiers of the records: one list per kind, a hash for each record, 0 for none.
///
/// Two records with different identifiers of one kind are never joined without a steward.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HardIdentifiers {
    /// The identifiers, kind by kind.
    pub kinds: Vec<Vec<u64>>,
}

impl HardIdentifiers {
    pub(super) fn of(n: usize, comparisons: &[Comparison]) -> Self {
        let kinds = comparisons
            .iter()
            .filter_map(|comparison| match &comparison.comparator {
                Comparator::Identifier(values) => Some((0..n as u32).map(|record| values.hard(record)).collect()),
                _ => None,
            });
        Self { kinds: kinds.collect() }
    }

    /// Whether two records carry different valid identifiers of one kind.
    pub fn conflict(&self, a: u32, b: u32) -> bool {
        self.kinds.iter().any(|kind| {
            let (left, right) = (kind[a as usize], kind[b as usize]);
            left != 0 && right != 0 && left != right
        })
    }
}

/// Phones of more records than this are no evidence that two names in different cities are one company.
const OWN_PHONE: u32 = 5;

/// What decides a pair.
pub(super) struct Judge<'a> {
    comparisons: &'a [Comparison],
    model: &'a Model,
    hard: &'a HardIdentifiers,
    decisions: &'a Decisions,
    /// For each record a bit per comparison: whether it has a value there.
    present: Vec<u64>,
    /// Probability of a match, in parts per million.
    match_from: u32,
    /// Weight of a pair for review, in thousandths of a bit.
    review_from: i32,
}

impl<'a> Judge<'a> {
    pub(super) fn new(
        n: usize,
        comparisons: &'a [Comparison],
        model: &'a Model,
        hard: &'a HardIdentifiers,
        decisions: &'a Decisions,
        policy: &MatchingPolicy,
    ) -> Self {
        use rayon::prelude::*;
        let parts = |threshold: f64| (threshold.clamp(0.0, 1.0) * 1e6).round() as u32;
        let match_from = parts(policy.match_threshold);
        let review_from = weight_of(parts(policy.review_threshold).min(match_from));
        let bits = |record| {
            let own = comparisons
                .iter()
                .take(64)
                .enumerate()
                .filter(|(_, comparison)| comparison.has(record));
            own.fold(0, |bits, (at, _)| bits | 1 << at)
        };
        let present = (0..n as u32).into_par_iter().map(bits).collect();
        Self {
            comparisons,
            model,
            hard,
            decisions,
            present,
            match_from,
            review_from,
        }
    }

    /// Decides a pair with `a < b`; `None` for no match.
    pub(super) fn decide(&self, a: u32, b: u32) -> Option<Pair> {
        let verdict = self.decisions.get(a, b);
        let least = match verdict {
            Some(Verdict::NotMatch) => return None,
            Some(Verdict::Match) => i32::MIN,
            None => self.review_from,
        };
        let present = self.present[a as usize] & self.present[b as usize];
        let (pattern, weight) = self.model.weigh(self.comparisons, present, (a, b), least)?;
        let probability = probability(weight);
        let (decision, veto) = match verdict {
            Some(_) => (Decision::Match, None),
            None if probability < self.match_from => (Decision::Review, None),
            None => match self.veto(a, b, pattern) {
                Some(veto) => (Decision::Review, Some(veto)),
                None => (Decision::Match, None),
            },
        };
        Some(Pair {
            a,
            b,
            weight,
            probability,
            decision,
            veto,
            pattern,
        })
    }

    fn veto(&self, a: u32, b: u32, pattern: u128) -> Option<Veto> {
        if self.hard.conflict(a, b) {
            return Some(Veto::HardIdentifier);
        }
        let (mut name, mut place, mut own, mut phone) = (0, 0, false, false);
        for (at, comparison) in self.comparisons.iter().enumerate() {
            let level = self.model.level(at, pattern);
            match &comparison.comparator {
                Comparator::Name(_) => name = level,
                Comparator::Place(_) => place = level,
                Comparator::Phone(phones) => phone |= phones.share(a, b, OWN_PHONE),
                Comparator::Identifier(_) | Comparator::Account(_) => own |= level == 1,
                _ => {}
            }
        }
        let same_name = matches!(name, 1..=3);
        match name {
            PARENT | BRANCHES => Some(Veto::Branch),
            NUMBERS => Some(Veto::Numeral),
            // Sister companies share brand, phone and boss; they do not share an identifier or an account.
            _ if !own && is_other_trade(name) => Some(Veto::Trade),
            _ if !own && !phone && (is_elsewhere(name) || (place == ELSEWHERE && !same_name)) => Some(Veto::Place),
            _ => None,
        }
    }
}
