//! How often values agree in random pairs, and how often by chance at most.
//!
//! Of two files some random pairs are matches, one of each record's at best; where records are few, they are most of those
//! that agree, and a value that names a thing seems common. But two records of one file are strangers: if the values of the
//! two files come about independently, two records of different files agree no more often than the geometric mean of how
//! often two of the one file do, and two of the other (Cauchy and Schwarz; `decoys` counts pairs by it).
//! Law: a file that holds things several times lets more pass for chance, never less.

use rayon::prelude::*;

use super::chance;
use super::compare::EQUAL;
use super::field::Field;
use super::kind::Kind;
use super::records::{Records, Seekers};
use super::rows::Rows;
use crate::matching::hash::mix;

/// Pairs of random records that show how often values agree by chance: where records are few, so are the pairs that
/// chance makes alike, and more are needed to see one.
const RANDOM: [u64; 2] = [1_000_000, 50_000];
/// The part of them that is looked at within each file: a bound need not be close.
const WITHIN: u64 = 4;
/// Pairs at a level, beside those that are seen there.
const UNSEEN: f64 = 0.3;

/// For each field how often each level occurs among random pairs.
pub(super) fn levels(records: &Records, rows: &Rows<'_>) -> Vec<Vec<f64>> {
    let mut levels = chance::levels(rows, &draw(records, 1, |a, b| records.may(a, b)));
    // How often values are equal by chance is counted, not sampled.
    let total = (records.len() as f64).powi(2);
    let count = |(field, levels): (&Field, &mut Vec<f64>)| {
        let drawn: f64 = levels.iter().sum();
        if field.kind == Kind::Marks {
            return;
        }
        levels[..usize::from(EQUAL)].fill(0.0);
        for (count, level) in field.shared().into_iter().filter(|(count, _)| *count > 0) {
            let (count, level) = (f64::from(count), usize::from(level) - 1);
            levels[level] += drawn * count * (count - 1.0).max(0.05) / (total * field.filled * field.filled);
        }
    };
    records.fields.par_iter().zip(&mut levels).for_each(count);
    levels
}

/// Takes off what is more than two records of one file agree by chance, level by level; nothing where there is one file.
pub(super) fn bound(records: &Records, rows: &Rows<'_>, levels: &mut [Vec<f64>]) {
    if !records.is_link {
        return;
    }
    let side = |record: u32| records.side[record as usize];
    let [one, other] =
        [0, 1].map(|own| chance::levels(rows, &draw(records, WITHIN, |a, b| side(a) == own && side(b) == own)));
    for ((levels, one), other) in levels.iter_mut().zip(&one).zip(&other) {
        bound_field(levels, one, other);
    }
}

/// The same for one field, by what is seen within each file.
fn bound_field(levels: &mut [f64], one: &[f64], other: &[f64]) {
    let total = |levels: &[f64]| levels.iter().sum::<f64>();
    let (n, n_one, n_other) = (total(levels), total(one), total(other));
    if n_one == 0.0 || n_other == 0.0 {
        return;
    }
    // In this order swapping the files changes no bit.
    let most = |one: f64, other: f64| n * (((one + UNSEEN) / n_one) * ((other + UNSEEN) / n_other)).sqrt();
    let (equal, different) = (usize::from(EQUAL), levels.len() - 1);
    let n_equal = total(&levels[..equal]).max(f64::MIN_POSITIVE);
    let part = most(total(&one[..equal]), total(&other[..equal])) / n_equal;
    levels[..equal].iter_mut().for_each(|own| *own *= part.min(1.0));
    for at in equal..different {
        levels[at] = levels[at].min(most(one[at], other[at]));
    }
}

/// Pairs of random records, one of so many, of those that are asked for, packed and ascending: in order they are found
/// faster. Of few records all are.
fn draw(records: &Records, one_of: u64, is_asked: impl Fn(u32, u32) -> bool) -> Vec<u64> {
    let n = records.len() as u64;
    let n_drawn = RANDOM[usize::from(records.seekers() == Seekers::Nobody)] / one_of;
    let draw = |seed: u64| (mix(seed + 1) % n) as u32;
    let mut pairs: Vec<u64> = (0..n_drawn.min(n.pow(2)))
        .map(|at| (draw(2 * at), draw(2 * at + 1)))
        .filter(|(a, b)| a != b && is_asked(*a, *b))
        .map(|(a, b)| u64::from(a) << 32 | u64::from(b))
        .collect();
    pairs.par_sort_unstable();
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn matches_are_no_chance() {
        // Of ten thousand random pairs a hundred are alike, and a hundred equal, rare or not; within the files hardly any.
        let levels = [60.0, 40.0, 0.0, 0.0, 100.0, 9800.0];
        let check = |one: [f64; 6], other: [f64; 6], expected: [f64; 6]| {
            let mut levels = levels;
            bound_field(&mut levels, &one, &other);
            let is_near = |(own, other): (&f64, f64)| (own - other).abs() < 1e-9;
            assert!(levels.iter().zip(expected).all(is_near), "{levels:?}");
        };
        let few = [0.7, 0.0, 0.0, 0.0, 3.7, 9995.6];
        check(few, few, [0.6, 0.4, 0.0, 0.0, 4.0, 9800.0]);
        // Of a file that holds things several times as many are equal.
        let many = [100.0, 50.0, 0.0, 0.0, 200.0, 9650.0];
        check(many, many, levels);
        check([0.0; 6], many, levels);
    }
}
