//! Records that share much and are not the same: members of a household, shops in one mall, sisters of a company.
//!
//! Fields are weighed as if each agreed or differed for itself. Relatives break that: what they share, they share all
//! at once, and what tells them apart differs all at once. So a kind of relatives is a set of fields in which they are
//! as strangers are, while they agree in all others as matches do; it is found where more of the likeliest pairs differ
//! in just these fields than slips explain. A pair must then be believable by those fields alone.
//! Law: what names a thing (dates and words without digits) is never what relatives share as a whole: a person who
//! moved keeps name and birthday, and stays the same person.

use rayon::prelude::*;

use super::field::Field;
use super::kind::Kind;
use super::model::{Model, level};
use crate::matching::hash::Map;

/// Pairs that are as strangers in some fields and as matches in all others.
#[derive(Debug, Clone, PartialEq)]
pub struct Relatives {
    /// Positions of the fields in which they are as strangers.
    pub differ: Vec<usize>,
    /// How many such pairs there are for each match.
    pub per_match: f64,
}

impl Relatives {
    /// The fields in which they are as strangers, one bit each.
    pub(super) fn mask(&self) -> u32 {
        self.differ.iter().fold(0, |mask, at| mask | 1 << at)
    }
}

/// The most kinds of relatives.
const MOST_KINDS: usize = 4;
/// Share of matches that a slip may make differ in a field; where more differ, they are no slips.
pub(super) const MOST_SLIPS: f64 = 0.3;
/// The part of what names a thing that must differ.
const LEAST_NAMING: f64 = 1.0 / 3.0;
/// Bits below which a level says that two values differ.
const DIFFERS: f64 = -1.0;
/// How many times as many pairs as slips explain must differ in the same fields.
const EXCESS: f64 = 3.0;
/// The least pairs to see a kind of relatives in, and their least share of the likeliest pairs.
const LEAST_PAIRS: f64 = 5.0;
const LEAST_SHARE: f64 = 0.01;

/// How much each field names a thing: the entropy of its values in bits if they are dates or words without digits,
/// else 0.
pub(super) fn naming(fields: &[Field]) -> Vec<f64> {
    let of = |field: &Field| {
        let n = field.values.len() as u32;
        let is_plain = |id: &u32| !field.values.get(*id).bytes().any(|byte| byte.is_ascii_digit());
        let names = match field.kind {
            Kind::Date => true,
            Kind::Name | Kind::Text => (1..n).filter(is_plain).count() * 2 > n as usize,
            _ => false,
        };
        if names { entropy(&field.values.counts) } else { 0.0 }
    };
    fields.par_iter().map(of).collect()
}

fn entropy(counts: &[u32]) -> f64 {
    let total = counts.iter().copied().map(f64::from).sum::<f64>().max(1.0);
    let of = |count: f64| count / total * (total / count).log2();
    counts
        .iter()
        .filter(|count| **count > 0)
        .map(|count| of(f64::from(*count)))
        .sum()
}

/// The fields in which a pattern says that two records differ, one bit each.
pub(super) fn differing(model: &Model, pattern: u128) -> u32 {
    let differs = |at: &usize| match level(pattern, *at) {
        0 => false,
        level => model.fields[*at].kind != Kind::Marks && model.fields[*at].bits[level - 1] < DIFFERS,
    };
    (0..model.fields.len())
        .filter(differs)
        .fold(0, |mask, at| mask | 1 << at)
}

/// Kinds of relatives among the likeliest pairs, given as patterns and how many there are of each; `model` is the one
/// before training. How many there are per match is to be learned.
pub(super) fn find(model: &Model, likeliest: &[(u128, f64)], naming: &[f64]) -> Vec<Relatives> {
    let n_fields = model.fields.len();
    let total: f64 = likeliest.iter().map(|(_, count)| count).sum();
    let mut sets: Map<u32, f64> = Map::default();
    for (pattern, count) in likeliest {
        *sets.entry(differing(model, *pattern)).or_default() += count;
    }
    let count_of = |mask: u32| sets.get(&mask).copied().unwrap_or(0.0);
    let all_naming: f64 = naming.iter().sum();
    let members = |mask: u32| (0..n_fields).filter(move |at| mask >> at & 1 == 1);
    // How often a field differs for itself: beside pairs that differ in nothing those that differ in it alone.
    let slip = |at: usize| (count_of(1 << at) / (count_of(0) + count_of(1 << at)).max(1.0)).min(MOST_SLIPS);
    let is_kind = |mask: u32, count: f64| {
        let expected = total * members(mask).map(slip).product::<f64>();
        let is_excess = match mask.count_ones() {
            0 => false,
            1 => count > 0.5 * total,
            _ => count > EXCESS * expected,
        };
        let highest = |mask: u32| members(mask).map(|at| naming[at]).fold(0.0, f64::max);
        let names: f64 = members(mask).map(|at| naming[at]).sum();
        is_excess
            && count >= LEAST_PAIRS.max(LEAST_SHARE * total)
            && names >= LEAST_NAMING * all_naming
            && highest(!mask) <= highest(mask) - 1.0
    };
    let mut found: Vec<(f64, u32)> = sets
        .iter()
        .filter(|(mask, count)| is_kind(**mask, **count))
        .map(|(mask, count)| (*count, *mask))
        .collect();
    found.sort_by(|x, y| y.0.total_cmp(&x.0).then(x.1.cmp(&y.1)));
    found.truncate(MOST_KINDS);
    let make = |(_, mask): (f64, u32)| Relatives {
        differ: members(mask).collect(),
        per_match: 1.0,
    };
    found.into_iter().map(make).collect()
}
