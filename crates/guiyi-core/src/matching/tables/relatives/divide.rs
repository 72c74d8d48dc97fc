//! Divides pairs into matches and relatives: expectation and maximization over two classes, of which one differs in some
//! fields as strangers do, and the other in each of them for itself.

use super::{differing, filled, members};
use crate::matching::hash::Map;
use crate::matching::tables::model::{Model, ROOM};

/// Rounds of expectation and maximization.
const ROUNDS: usize = 15;

/// Pairs that are filled and differ in the same fields, one bit each.
pub(in crate::matching::tables) struct Seen {
    pub(in crate::matching::tables) filled: u32,
    pub(in crate::matching::tables) differ: u32,
    pub(in crate::matching::tables) count: f64,
}

impl Seen {
    /// What is seen of pairs, given as patterns and how many there are of each.
    pub(in crate::matching::tables) fn of(model: &Model, pairs: &[(u128, f64)]) -> Vec<Self> {
        let mut counts: Map<(u32, u32), f64> = Map::default();
        for (pattern, count) in pairs {
            *counts
                .entry((filled(model, *pattern), differing(model, *pattern)))
                .or_default() += count;
        }
        let own = |((filled, differ), count)| Self { filled, differ, count };
        let mut seen: Vec<Self> = counts.into_iter().map(own).collect();
        seen.sort_unstable_by_key(|own| (own.filled, own.differ));
        seen
    }

    /// What is seen of pairs in the fields of `mask` alone.
    pub(in crate::matching::tables) fn within(seen: &[Self], mask: u32) -> Vec<Self> {
        let mut counts: Map<(u32, u32), f64> = Map::default();
        for own in seen {
            *counts.entry((own.filled & mask, own.differ & mask)).or_default() += own.count;
        }
        let own = |((filled, differ), count)| Self { filled, differ, count };
        let mut within: Vec<Self> = counts.into_iter().map(own).collect();
        within.sort_unstable_by_key(|own| (own.filled, own.differ));
        within
    }

    /// How likely pairs differ just so, if they do in each field of `mask` as often as `shares` says.
    fn likelihood(&self, mask: u32, shares: &[f64; ROOM]) -> f64 {
        let of = |at: usize| {
            if self.differ >> at & 1 == 1 {
                shares[at]
            } else {
                1.0 - shares[at]
            }
        };
        members(mask & self.filled).map(of).product()
    }
}

/// How pairs divide.
pub(in crate::matching::tables) struct Division {
    /// The fields in which relatives differ as strangers do, one bit each.
    pub(in crate::matching::tables) mask: u32,
    /// How much likelier the pairs are thus divided than all being matches, in bits.
    pub(in crate::matching::tables) gain: f64,
    /// How many pairs are relatives, and their share.
    pub(in crate::matching::tables) related: f64,
    pub(in crate::matching::tables) share: f64,
}

/// Divides pairs by the fields of `mask`; `strangers` tells how often each field differs in strangers.
pub(in crate::matching::tables) fn divide(seen: &[Seen], mask: u32, strangers: &[f64]) -> Division {
    let mut as_strangers = [0.0; ROOM];
    as_strangers[..strangers.len()].copy_from_slice(strangers);
    // How often each field differs in matches; `related` is the part of the pairs that are none.
    let slips = |related: &[f64]| {
        let mut slips = [0.0; ROOM];
        for at in members(mask) {
            let (mut differ, mut all) = (0.1, 1.0);
            for (own, related) in seen.iter().zip(related).filter(|(own, _)| own.filled >> at & 1 == 1) {
                let count = own.count * (1.0 - related);
                all += count;
                differ += if own.differ >> at & 1 == 1 { count } else { 0.0 };
            }
            slips[at] = differ / all;
        }
        slips
    };
    let mut related = vec![0.0; seen.len()];
    let alone = slips(&related);
    let before: f64 = (seen.iter())
        .map(|own| own.count * own.likelihood(mask, &alone).log2())
        .sum();
    let total: f64 = seen.iter().map(|own| own.count).sum();
    // At first, some are relatives, and matches slip seldom.
    let (mut share, mut after) = (0.2, before);
    let mut as_matches = alone.map(|slip| slip.min(0.1));
    for _ in 0..ROUNDS {
        let (mut n_related, mut sum) = (0.0, 0.0);
        for (own, related) in seen.iter().zip(&mut related) {
            let relative = share * own.likelihood(mask, &as_strangers);
            let either = relative + (1.0 - share) * own.likelihood(mask, &as_matches);
            *related = relative / either;
            n_related += own.count * *related;
            sum += own.count * either.log2();
        }
        after = sum;
        share = (n_related / total.max(1.0)).clamp(1e-6, 0.99);
        as_matches = slips(&related);
    }
    Division {
        mask,
        gain: after - before,
        related: share * total,
        share,
    }
}
