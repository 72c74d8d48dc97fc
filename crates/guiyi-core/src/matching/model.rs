//! Third step of matching: how much each level speaks for or against a pair, learned without labels.
//!
//! The model is that of Fellegi and Sunter (A Theory for Record Linkage, JASA 64, 1969): the weight of a level is
//! log2(m/u), where m is its share among true pairs and u its share among the other candidates, and weights add up.
//! Both shares and the share of true pairs are found by expectation and maximization over the counts of patterns.
//! The starting shares are worth [`STRENGTH`] pairs, so that a handful of rows gets sensible weights and a million rows
//! get their own. Candidates, not random pairs, are the population: what they have in common already because they
//! share a block is then no evidence.

use super::compare::{Comparison, Level};

/// How many pairs the starting shares of a comparison are worth on each side.
const STRENGTH: f64 = 30.0;
/// The starting share of true pairs among candidates, and how many pairs it is worth.
const PRIOR: f64 = 0.2;
const PRIOR_STRENGTH: f64 = 20.0;
/// How many pairs at a level the starting weight is worth: a level that hardly occurs keeps it.
const RARE_LEVEL: f64 = 20.0;
/// Rounds after which training stops, and the change of the prior below which it stops earlier.
const ROUNDS: usize = 50;
const SETTLED: f64 = 1e-6;

/// A trained model: for each comparison what each level weighs.
#[derive(Debug, Clone, PartialEq)]
pub struct Model {
    /// The comparisons, in the order of the pattern.
    pub comparisons: Vec<Weights>,
    /// Share of true pairs among candidates.
    pub prior: f64,
    /// The prior's odds, in thousandths of a bit.
    pub prior_weight: i32,
    /// How many candidates it was trained on.
    pub trained_on: u64,
}

/// What the levels of one comparison weigh.
#[derive(Debug, Clone, PartialEq)]
pub struct Weights {
    /// Positions of the data elements that it compares.
    pub attributes: Vec<usize>,
    /// Its levels; level 0, no value on a side, is left out.
    pub levels: &'static [Level],
    /// Share of each level among true pairs.
    pub m: Vec<f64>,
    /// Share of each level among other candidates.
    pub u: Vec<f64>,
    /// log2(m/u) of each level, in thousandths of a bit.
    pub weights: Vec<i32>,
    /// How many training pairs each level has.
    seen: Vec<f64>,
    /// The largest weight, at least 0.
    best: i32,
    shift: u32,
    mask: u128,
}

/// One comparison's part in a pair's weight.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reason<'a> {
    /// Positions of the data elements.
    pub attributes: &'a [usize],
    /// The level; `None` if a side has no value.
    pub level: Option<&'static Level>,
    /// Its weight, in thousandths of a bit; 0 without a level.
    pub weight: i32,
}

impl Model {
    /// The model before training.
    pub(super) fn new(comparisons: &[Comparison]) -> Self {
        let mut shift = 0;
        let comparisons = comparisons
            .iter()
            .map(|comparison| {
                let levels = comparison.levels();
                let bits = usize::BITS - levels.len().leading_zeros();
                let mask = (1 << bits) - 1;
                let (m, u) = (
                    normal(levels.iter().map(|level| level.m)),
                    normal(levels.iter().map(|level| level.u)),
                );
                let weights = Weights {
                    attributes: comparison.attributes.clone(),
                    levels,
                    m,
                    u,
                    weights: Vec::new(),
                    seen: vec![0.0; levels.len()],
                    best: 0,
                    shift,
                    mask,
                };
                shift += bits;
                weights
            })
            .collect();
        let mut model = Self {
            comparisons,
            prior: PRIOR,
            prior_weight: 0,
            trained_on: 0,
        };
        model.settle();
        model
    }

    /// Level of each comparison, packed.
    pub(super) fn pattern(&self, comparisons: &[Comparison], a: u32, b: u32) -> u128 {
        let packed = comparisons.iter().zip(&self.comparisons);
        packed
            .map(|(comparison, weights)| u128::from(comparison.level(a, b)) << weights.shift)
            .sum()
    }

    /// Pattern and weight of a pair whose `present` comparisons have values on both sides; `None` as soon as the
    /// weight cannot reach `least` any more.
    pub(super) fn weigh(
        &self,
        comparisons: &[Comparison],
        present: u64,
        pair: (u32, u32),
        least: i32,
    ) -> Option<(u128, i32)> {
        let has = |at: usize| at >= 64 || present >> at & 1 == 1;
        let best = self
            .comparisons
            .iter()
            .enumerate()
            .filter(|(at, _)| has(*at))
            .map(|(_, weights)| weights.best);
        let mut reachable = self.prior_weight + best.sum::<i32>();
        let mut pattern = 0;
        for (at, (comparison, weights)) in comparisons.iter().zip(&self.comparisons).enumerate() {
            if !has(at) {
                continue;
            }
            if reachable < least {
                return None;
            }
            let level = comparison.level(pair.0, pair.1);
            reachable -= weights.best;
            if level > 0 {
                reachable += weights.weights[usize::from(level) - 1];
            }
            pattern |= u128::from(level) << weights.shift;
        }
        (reachable >= least).then_some((pattern, reachable))
    }

    /// The level of a comparison in a pattern; 0 for no value.
    pub(super) fn level(&self, comparison: usize, pattern: u128) -> u8 {
        self.comparisons[comparison].level(pattern) as u8
    }

    /// Why a pair has its weight, comparison by comparison.
    pub fn reasons(&self, pattern: u128) -> impl Iterator<Item = Reason<'_>> {
        self.comparisons
            .iter()
            .map(move |weights| match weights.level(pattern) {
                0 => Reason {
                    attributes: &weights.attributes,
                    level: None,
                    weight: 0,
                },
                level => Reason {
                    attributes: &weights.attributes,
                    level: Some(&weights.levels[level - 1]),
                    weight: weights.weights[level - 1],
                },
            })
    }

    /// Learns from counted patterns (sorted, so that sums do not depend on threads) and from patterns whose truth a
    /// steward has said.
    pub(super) fn train(&mut self, patterns: &[(u128, u32)], known: &[(u128, bool)]) {
        self.trained_on = patterns.iter().map(|(_, count)| u64::from(*count)).sum();
        for _ in 0..ROUNDS {
            let before = self.prior;
            self.round(patterns, known);
            if (self.prior - before).abs() < SETTLED {
                break;
            }
        }
        self.settle();
    }

    fn round(&mut self, patterns: &[(u128, u32)], known: &[(u128, bool)]) {
        let logs: Vec<Vec<f64>> = self.comparisons.iter().map(Weights::logs).collect();
        let odds = (self.prior / (1.0 - self.prior)).log2();
        let empty = |weights: &Weights| vec![0.0; weights.levels.len()];
        let mut matches: Vec<Vec<f64>> = self.comparisons.iter().map(empty).collect();
        let mut others: Vec<Vec<f64>> = self.comparisons.iter().map(empty).collect();
        let (mut n_matches, mut n) = (0.0, 0.0);
        let mut add = |pattern: u128, share: f64, count: f64| {
            for (at, weights) in self.comparisons.iter().enumerate() {
                if let level @ 1.. = weights.level(pattern) {
                    matches[at][level - 1] += share * count;
                    others[at][level - 1] += (1.0 - share) * count;
                }
            }
        };
        for (pattern, count) in patterns {
            let levels = self
                .comparisons
                .iter()
                .zip(&logs)
                .map(|(weights, logs)| match weights.level(*pattern) {
                    0 => 0.0,
                    level => logs[level - 1],
                });
            let share = 1.0 / (1.0 + (-(odds + levels.sum::<f64>())).exp2());
            n_matches += share * f64::from(*count);
            n += f64::from(*count);
            add(*pattern, share, f64::from(*count));
        }
        for (pattern, is_match) in known {
            add(*pattern, f64::from(u8::from(*is_match)), 1.0);
        }
        for (at, weights) in self.comparisons.iter_mut().enumerate() {
            weights.seen = matches[at]
                .iter()
                .zip(&others[at])
                .map(|(matches, others)| matches + others)
                .collect();
            let starting = |share: fn(&Level) -> f64| normal(weights.levels.iter().map(share));
            weights.m = blend(&matches[at], &starting(|level| level.m));
            weights.u = blend(&others[at], &starting(|level| level.u));
        }
        self.prior = (n_matches + PRIOR * PRIOR_STRENGTH) / (n + PRIOR_STRENGTH);
    }

    /// Rounds the weights to thousandths of a bit.
    fn settle(&mut self) {
        for weights in &mut self.comparisons {
            weights.weights = weights.logs().iter().map(|log| (log * 1000.0).round() as i32).collect();
            weights.best = weights.weights.iter().copied().max().unwrap_or(0).max(0);
        }
        self.prior_weight = ((self.prior / (1.0 - self.prior)).log2() * 1000.0).round() as i32;
    }
}

impl Weights {
    /// Weight of each level in bits: the learned one, drawn toward the starting one where the level is hardly seen.
    fn logs(&self) -> Vec<f64> {
        let learned = self.m.iter().zip(&self.u).map(|(m, u)| (m / u).log2());
        let blend = |((log, level), seen): ((f64, &Level), &f64)| {
            let starting = (level.m / level.u).log2();
            let blended = (log * seen + starting * RARE_LEVEL) / (seen + RARE_LEVEL);
            // Where nothing is the same, training would take the likest strangers for matches: what speaks against a
            // pair by its meaning never comes to speak for it.
            if starting < 0.0 { blended.min(0.0) } else { blended }
        };
        learned.zip(self.levels).zip(&self.seen).map(blend).collect()
    }

    fn level(&self, pattern: u128) -> usize {
        (pattern >> self.shift & self.mask) as usize
    }
}

/// Probability of a weight in thousandths of a bit, in parts per million.
pub(super) fn probability(weight: i32) -> u32 {
    (1e6 / (1.0 + (-f64::from(weight) / 1000.0).exp2())).round() as u32
}

fn normal(shares: impl Iterator<Item = f64> + Clone) -> Vec<f64> {
    let sum: f64 = shares.clone().sum();
    shares.map(|share| share / sum).collect()
}

fn blend(counts: &[f64], starting: &[f64]) -> Vec<f64> {
    let sum: f64 = counts.iter().sum::<f64>() + STRENGTH;
    counts
        .iter()
        .zip(starting)
        .map(|(count, share)| (count + share * STRENGTH) / sum)
        .collect()
}

/// The least weight, in thousandths of a bit, whose probability is at least `parts` per million.
pub(super) fn weight_of(parts: u32) -> i32 {
    if parts == 0 {
        return i32::MIN;
    }
    let (mut low, mut high) = (-64_000, 64_000);
    while low < high {
        let middle = low + (high - low) / 2;
        if probability(middle) >= parts {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    low
}
