//! How many records of a side have a partner at all, where the other side holds each thing once.
//!
//! Taken alone, a pair is judged against being no match. But where nearly every record of a file has its partner in the
//! other, the question is less whether than which; then a record's best partner is believed on less evidence. The share
//! of records with a partner is learned from the pairs themselves.

use std::ops::ControlFlow;

/// Rounds until the share settles, at most.
const ROUNDS: usize = 50;
/// The share is never believed to be higher: some record may always be new.
const MOST: f64 = 0.98;

/// The records of one side, each of which has at most one partner on the other.
pub(super) struct Partners {
    side: u8,
    /// For each record the odds that it has a partner, were all its pairs judged alone.
    odds: Vec<f64>,
    /// Share of the side's records that have one.
    share: f64,
}

impl Partners {
    /// Of the records of a side; `pairs` are two records and the weight in bits, `side_of` gives the side of each record.
    pub(super) fn new(side: u8, pairs: &[(u32, u32, f32)], side_of: &[u8]) -> Self {
        let mut odds = vec![0.0_f64; side_of.len()];
        for (a, b, weight) in pairs {
            let record = if side_of[*a as usize] == side { *a } else { *b };
            odds[record as usize] += f64::from(*weight).exp2();
        }
        let n_side = side_of.iter().filter(|own| **own == side).count().max(1);
        let step = |share: f64| {
            let sum: f64 = odds.iter().map(|odds| odds / (odds + 1.0 - share)).sum();
            (sum / n_side as f64).min(MOST)
        };
        let settled = (0..ROUNDS).try_fold(0.0, |share, _| {
            let next = step(share);
            if (next - share).abs() < 1e-6 {
                ControlFlow::Break(next)
            } else {
                ControlFlow::Continue(next)
            }
        });
        let (ControlFlow::Break(share) | ControlFlow::Continue(share)) = settled;
        Self { side, odds, share }
    }

    /// Bits that every pair gains, because its record has some partner as likely as not.
    pub(super) fn bits(&self) -> f32 {
        -(1.0 - self.share).log2() as f32
    }

    /// Probability that a pair of this weight is the one that its record has, beside all others that it could have.
    pub(super) fn probability(&self, (a, b): (u32, u32), side_of: &[u8], weight: f64) -> f64 {
        let record = if side_of[a as usize] == self.side { a } else { b };
        let odds = weight.min(1000.0).exp2();
        odds / (self.odds[record as usize].max(odds) + 1.0 - self.share)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_has_one_partner_shares_the_belief_among_those_it_could_be() {
        // Records 0 to 9 of one side; 0 could be any of two on the other, 1 to 8 are surely one each, 9 has nobody.
        let side_of: Vec<u8> = (0..20).map(|record| u8::from(record >= 10)).collect();
        let mut pairs = vec![(0, 10, 6.0), (0, 11, 6.0)];
        pairs.extend((1..9).map(|at| (at, at + 11, 12.0)));
        let partners = Partners::new(0, &pairs, &side_of);
        let of = |pair, weight| partners.probability(pair, &side_of, weight);
        assert!((0.45..0.5).contains(&of((0, 10), 6.0)));
        assert!(of((1, 12), 12.0) > 0.99);
        // Nine of ten have a partner: even odds are believed.
        assert!(partners.bits() > 2.0 && of((9, 19), 0.0) > 0.8);
    }
}
