//! Siblings: editions, sizes and colors of one product, which two shops that sell few things in common have of all brands.
//!
//! They look alike all over, and training takes them for matches where they are many. But each file holds siblings by
//! itself, and hardly a thing twice: pairs within each file show how many of each weight chance brings together, by the
//! mean that bounds it (`decoys`). Copies of one thing within a file weigh as much as the best pairs of the two files,
//! and leave none of these over; siblings weigh less.
//! Law: which of two files comes first changes nothing.

use super::decoys::Decoys;
use super::excess::rising;
use super::model::Model;
use super::train::count;

/// How many times as many matches as siblings leave over there are, at least, where siblings were taken for some.
const TOO_MANY: f64 = 1.4;
/// Matches that must be left over, for these to be told from siblings.
const LEAST_LEFT: f64 = 20.0;

/// Whether siblings were taken for a good part of the matches that a model finds among pairs of such `patterns`.
pub(super) fn are_taken(model: &Model, decoys: &Decoys, patterns: &[u128]) -> bool {
    let (counts, _) = count(patterns);
    let weights = model.weights(&counts);
    let (low, high) = weights.iter().fold((0.0, 0.0), |(low, high), weight| {
        (f64::min(low, *weight), f64::max(high, *weight))
    });
    // Pairs bit by bit, the lightest first.
    let place = |weight: f64| (weight.clamp(low, high) - low) as usize;
    let spectrum = |pairs: &mut dyn Iterator<Item = (f64, f64)>| {
        let mut sums = vec![0.0; place(high) + 1];
        pairs.for_each(|(weight, count)| sums[place(weight)] += count);
        sums
    };
    let seen = spectrum(
        &mut weights
            .iter()
            .zip(&counts)
            .map(|(weight, (_, count))| (*weight, *count)),
    );
    let [mut one, mut other] =
        (decoys.within()).map(|own| spectrum(&mut own.iter().map(|pattern| (model.weight(*pattern), 1.0))));
    let mut chance = vec![0.0; seen.len()];
    let mut above = 0.0;
    for at in (0..seen.len()).rev() {
        if at + 1 < seen.len() {
            one[at] += one[at + 1];
            other[at] += other[at + 1];
        }
        let own = decoys.between([one[at], other[at]]);
        chance[at] = own - above;
        above = own;
    }
    let left = rising(&seen.into_iter().zip(chance).collect::<Vec<_>>());
    let (mut n_found, mut n_left) = (0.0, 0.0);
    for (weight, (_, count)) in weights.iter().zip(&counts) {
        let matching = 1.0 / (1.0 + (-weight).exp2());
        n_found += count * matching;
        n_left += count * matching.min(left[place(*weight)]);
    }
    n_left >= LEAST_LEFT && n_found >= TOO_MANY * n_left
}
