//! Fields that agree together by chance: a town and its postcode, a brand and its maker.
//!
//! Two strangers in one town likely share the postcode too; weighed each for itself, the two would speak twice. How
//! much more often strangers who agree in one field agree in another is counted; the strongest such bonds, as far as
//! they make no circle, correct the weights (C. Chow and C. Liu, Approximating discrete probability distributions with
//! dependence trees, IEEE Transactions on Information Theory 14, 1968).
//! Law: two fields that agree never weigh less together than the heavier one alone.

use rayon::prelude::*;

use super::compare::{n_levels, steps};
use super::field::Field;
use super::kind::Kind;
use super::model::{BITS, Model, ROOM, level};
use crate::matching::hash::mix;

/// Two fields that agree together more often than each for itself.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bond {
    /// Position of the one field.
    pub first: usize,
    /// Position of the other.
    pub second: usize,
    /// What both weigh too much where both agree, in bits.
    pub bits: f64,
}

/// Records looked at per field, about.
const SAMPLE: u64 = 10_000;
/// A value is common that occurs as often as this power of the number of records, and at least so often: matches are
/// then few among the pairs that share it.
const COMMON: Common = Common {
    power: 0.6,
    least: 30.0,
};
/// So often at least where it is asked whether two fields say the same: then matches among the pairs do no harm.
const LESS_COMMON: Common = Common {
    power: 0.4,
    least: 10.0,
};
/// Share of the strangers who are equal in one of two fields that agree in the other, either way, where one says in other
/// words what the other does.
const SAID_TWICE: f64 = 0.9;
/// Strangers that must be seen to agree in both.
const LEAST_SEEN: f64 = 20.0;
/// Fields are copies that have the same value in more than this share of the records.
const LEAST_COPIED: f64 = 0.3;
/// A bond of fewer bits is left out.
const LEAST_BITS: f64 = 0.5;

/// When a value is common.
struct Common {
    power: f64,
    least: f64,
}

/// What is said together.
pub(super) struct Together {
    pub(super) bonds: Vec<Bond>,
    /// Fields of which one repeats the other in part of the records, or says the same in other words (a postcode and a
    /// town); the first before the second.
    pub(super) copies: Vec<(usize, usize)>,
}

/// Whether a level means that two values agree, and count.
fn agrees(kind: Kind, level: usize) -> bool {
    level != 0 && kind.is_counted() && steps(kind, level) * 10 <= steps(kind, n_levels(kind)) * 4
}

impl Bond {
    /// Bits that the two fields weigh too much in a pair; `agree` tells the fields that agree, one bit each.
    pub(super) fn excess(&self, agree: u32, own: &[f64; ROOM]) -> f64 {
        let both = 1 << self.first | 1 << self.second;
        if agree & both != both {
            return 0.0;
        }
        self.bits.min(own[self.first]).min(own[self.second]).max(0.0)
    }
}

/// The fields of a pattern that agree, one bit each.
pub(super) fn agreeing(kinds: impl Iterator<Item = Kind>, levels: impl Iterator<Item = usize>) -> u32 {
    let agrees = |(at, (kind, level)): (usize, (Kind, usize))| u32::from(agrees(kind, level)) << at;
    kinds.zip(levels).enumerate().map(agrees).sum()
}

/// A pattern without what speaks a second time: of two fields that agree and are bound together the lighter one.
pub(super) fn unbound(model: &Model, pattern: u128) -> u128 {
    if model.bonds.is_empty() {
        return pattern;
    }
    let levels = (0..model.fields.len()).map(|at| level(pattern, at));
    let agree = agreeing(model.fields.iter().map(|field| field.kind), levels);
    let own = model.bits_of(pattern);
    let lighter = |bond: &Bond| {
        let is_said_twice = agree >> bond.first & agree >> bond.second & 1 == 1;
        let is_first = own[bond.first] < own[bond.second];
        is_said_twice.then_some(if is_first { bond.first } else { bond.second })
    };
    let lighter = model.bonds.iter().filter_map(lighter);
    lighter.fold(pattern, |left, at| left & !(0xf << (at as u32 * BITS)))
}

/// What fields say together, seen in pairs that are equal in one field and are no matches by the others. `patterns`
/// compares pairs of records, packed; `model` is the one before training.
pub(super) fn find(
    fields: &[Field],
    model: &Model,
    patterns: impl Fn(&[u64]) -> Vec<u128> + Sync,
    may: impl Fn(u32, u32) -> bool + Sync,
) -> Together {
    let look = |common: &Common| -> Vec<Vec<(f64, f64)>> {
        let fields = fields.par_iter().enumerate();
        let of = |(at, field): (usize, &Field)| strangers(field, at, model, &patterns, &may, common);
        fields.map(of).collect()
    };
    let (seen, closer) = (look(&COMMON), look(&LESS_COMMON));
    let (mut bonds, mut copies) = (Vec::new(), Vec::new());
    for first in 0..fields.len() {
        for second in first + 1..fields.len() {
            // The side that more strangers agree in says more.
            let (given, other) = if seen[first][second].1 >= seen[second][first].1 {
                (first, second)
            } else {
                (second, first)
            };
            let (share, count) = seen[given][other];
            let either = [closer[first][second], closer[second][first]];
            let is_same = |(share, count): &(f64, f64)| *share >= SAID_TWICE && *count >= LEAST_SEEN;
            let copied = copied(&fields[first], &fields[second]);
            let (share, count, is_copy) = if copied > LEAST_COPIED {
                (copied * copied, f64::MAX, true)
            } else if count < LEAST_SEEN && either.iter().all(is_same) {
                (either[0].0, either[0].1, true)
            } else {
                (share, count, false)
            };
            if is_copy {
                copies.push((first, second));
            }
            let field = &model.fields[other];
            let chance: f64 = (1..=field.u.len())
                .filter(|level| agrees(field.kind, *level))
                .map(|level| field.u[level - 1])
                .sum();
            let bits = (share / chance.max(1e-12)).log2();
            if count >= LEAST_SEEN && bits >= LEAST_BITS {
                bonds.push(Bond { first, second, bits });
            }
        }
    }
    bonds.sort_by(|x, y| {
        y.bits
            .total_cmp(&x.bits)
            .then((x.first, x.second).cmp(&(y.first, y.second)))
    });
    let mut tree: Vec<usize> = (0..fields.len()).collect();
    bonds.retain(|bond| {
        let (one, other) = (tree[bond.first], tree[bond.second]);
        tree.iter_mut()
            .filter(|root| **root == other)
            .for_each(|root| *root = one);
        one != other
    });
    Together { bonds, copies }
}

/// Share of the records in which two fields of one kind have the same value: the day of an entry that is that of a birth.
/// Strangers who share the one then share the other.
fn copied(one: &Field, other: &Field) -> f64 {
    if one.kind != other.kind || matches!(one.kind, Kind::Category | Kind::Marks | Kind::Doors | Kind::Measures) {
        return 0.0;
    }
    let both = one
        .ids
        .iter()
        .zip(&other.ids)
        .filter(|(one, other)| **one != 0 && **other != 0);
    let (mut n, mut n_same) = (0_u32, 0_u32);
    for (own, value) in both.take(SAMPLE as usize) {
        n += 1;
        n_same += u32::from(one.values.get(*own) == other.values.get(*value));
    }
    f64::from(n_same) / f64::from(n.max(1))
}

/// For each field how often it agrees in strangers that are equal in this one, and in how many that was seen.
fn strangers(
    field: &Field,
    at: usize,
    model: &Model,
    patterns: impl Fn(&[u64]) -> Vec<u128>,
    may: impl Fn(u32, u32) -> bool,
    common: &Common,
) -> Vec<(f64, f64)> {
    let n_fields = model.fields.len();
    let mut sums = vec![(0.0, 0.0, 0.0); n_fields];
    if field.kind == Kind::Marks {
        return vec![(0.0, 0.0); n_fields];
    }
    let stride = (field.ids.len() as u64 / SAMPLE).max(1);
    let least = (field.ids.len() as f64).powf(common.power).max(common.least);
    let is_common = |id: u32| f64::from(field.values.counts[id as usize]) >= least;
    let mut records: Vec<(u32, u64, u32)> = field
        .ids
        .iter()
        .zip(0..)
        .filter(|(id, _)| **id != 0 && is_common(**id))
        .map(|(id, record)| (*id, mix(u64::from(record)), record))
        .filter(|(_, hash, _)| hash.is_multiple_of(stride))
        .collect();
    records.sort_unstable();
    let (mut pairs, mut weights) = (Vec::new(), Vec::new());
    for group in records.chunk_by(|x, y| x.0 == y.0).filter(|group| group.len() > 1) {
        // Each record meets the next, in an order that says nothing; a value of many records stands for more pairs.
        let weight = (group.len() - 1) as f64;
        for (one, other) in group.iter().zip(&group[1..]) {
            let (a, b) = (one.2.min(other.2), one.2.max(other.2));
            if may(a, b) {
                pairs.push(u64::from(a) << 32 | u64::from(b));
                weights.push(weight);
            }
        }
    }
    for (pattern, weight) in patterns(&pairs).into_iter().zip(weights) {
        let own = model.bits_of(pattern);
        let all: f64 = own.iter().sum();
        for (other, sum) in sums.iter_mut().enumerate().filter(|(other, _)| *other != at) {
            let level = level(pattern, other);
            if level == 0 || all - own[at] - own[other] > 0.0 {
                continue;
            }
            sum.0 += weight;
            if agrees(model.fields[other].kind, level) {
                sum.1 += weight;
                sum.2 += 1.0;
            }
        }
    }
    sums.into_iter()
        .map(|(all, agree, seen)| (agree / f64::max(all, 1.0), seen))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_bound_together_is_said_once() {
        // The town is rare, the district is not.
        let kinds = [Kind::Name; 3];
        let random = kinds.map(|kind| vec![1.0; n_levels(kind)]);
        let mut model = Model::new(&kinds, &random);
        (model.fields[0].bits[0], model.fields[1].bits[0]) = (10.0, 4.0);
        let last = n_levels(Kind::Name) as u128;
        let pattern = |levels: [u128; 3]| levels[0] | levels[1] << BITS | levels[2] << (2 * BITS);
        let all = pattern([1, 1, 1]);
        assert_eq!(unbound(&model, all), all);
        let bits = 5.0;
        model.bonds = vec![Bond {
            first: 0,
            second: 1,
            bits,
        }];
        assert_eq!(unbound(&model, all), pattern([1, 0, 1]));
        for apart in [pattern([last, 1, 1]), pattern([1, last, 1]), pattern([1, 0, 1])] {
            assert_eq!(unbound(&model, apart), apart);
        }
    }
}
