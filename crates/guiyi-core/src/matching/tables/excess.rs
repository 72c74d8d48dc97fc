//! How many pairs of each weight chance makes, and what part of the pairs seen that leaves to matches.
//!
//! Training on pairs that were chosen for being alike can run away: a class of matches that is alike just as chance is
//! there fits as well as the few true ones. But how many pairs of a weight chance makes is known beforehand, if fields
//! are independent: the distribution of a sum is the convolution of those of its parts. Where that is most of what
//! training took for matches, the fields are independent as far as anybody can see, and of the pairs of one weight no
//! more are matches than chance leaves over.
//! Law: the shares over all weights come to one.

use super::model::{FieldModel, Model, Share, level};

/// Steps that a bit is counted in; sums of rounded weights are exact.
const STEPS: f64 = 4.0;
/// Steps of weight that are looked at as one.
const WIDTH: usize = 4;

/// The share of matches among random pairs, at most.
const MOST_MATCHES: f64 = 0.5;

/// What random pairs are like.
#[derive(Debug, Clone, Copy)]
pub(super) struct Strangers<'a> {
    /// For each field the share of the pairs that both fill it; 0 for one that is not looked at, since it repeats another.
    pub(super) filled: &'a [f64],
    /// How many pairs there are.
    pub(super) n_pairs: f64,
    /// For each field the share of each level, matches among them.
    pub(super) seen: &'a [Vec<f64>],
}

/// The shares of random pairs by weight, in steps from the lowest on.
struct Spectrum {
    low: i32,
    shares: Vec<f64>,
    /// For each field what each level weighs, level 0 first; nothing where it is not looked at.
    weights: Vec<Vec<i32>>,
}

fn steps(bits: f64) -> i32 {
    (bits * STEPS).round() as i32
}

impl Spectrum {
    /// Of a model's strangers. Costs fields times levels times the steps between the lowest weight and the highest.
    fn of(model: &Model, filled: &[f64]) -> Self {
        let weights = |(field, filled): (&FieldModel, &f64)| -> Vec<i32> {
            let is_counted = field.kind.is_counted() && *filled > 0.0;
            let of = |bits: &f64| if is_counted { steps(*bits) } else { 0 };
            std::iter::once(0).chain(field.bits.iter().map(of)).collect()
        };
        let weights: Vec<Vec<i32>> = model.fields.iter().zip(filled).map(weights).collect();
        let (mut low, mut shares) = (0, vec![1.0]);
        for ((field, filled), weights) in model.fields.iter().zip(filled).zip(&weights) {
            let (least, most) = (weights.iter()).fold((0, 0), |(least, most), own| (least.min(*own), most.max(*own)));
            let mut sums = vec![0.0; shares.len() + (most - least) as usize];
            let total: f64 = field.u.iter().sum();
            let chance = std::iter::once(1.0 - filled).chain(field.u.iter().map(|u| filled * u / total));
            for (weight, chance) in weights.iter().zip(chance) {
                let shift = (weight - least) as usize;
                for (sum, share) in sums[shift..].iter_mut().zip(&shares) {
                    *sum += share * chance;
                }
            }
            low += least;
            shares = sums;
        }
        Self { low, shares, weights }
    }

    /// The place of a pattern in it.
    fn place(&self, pattern: u128) -> usize {
        let weights = self.weights.iter().enumerate();
        let sum: i32 = weights.map(|(at, own)| own[level(pattern, at)]).sum();
        (sum - self.low) as usize
    }
}

impl Strangers<'_> {
    /// For each field the share of matches among the pairs that both fill it: where few records say something, those of one
    /// thing are many among them. `prior` is the share among all, for fields that are not looked at.
    pub(super) fn priors(&self, prior: f64, patterns: &[(u128, f64)], shares: &[Share]) -> Vec<f64> {
        let of = |(at, filled): (usize, &f64)| {
            let both = patterns
                .iter()
                .zip(shares)
                .filter(|((pattern, _), _)| level(*pattern, at) != 0);
            let n_match: f64 = both.map(|((_, count), share)| count * share.matching).sum();
            match self.n_pairs * filled {
                0.0 => prior,
                n_pairs => (n_match / n_pairs).min(MOST_MATCHES),
            }
        };
        self.filled.iter().enumerate().map(of).collect()
    }

    /// How many matches the model would see in the pairs that chance makes, relatives and bonds left out.
    pub(super) fn taken(self, model: &Model) -> f64 {
        let spectrum = Spectrum::of(model, self.filled);
        let weights = (spectrum.low..).map(|at| f64::from(at) / STEPS + model.prior_bits());
        let taken = (spectrum.shares.iter().zip(weights)).map(|(share, weight)| share / (1.0 + (-weight).exp2()));
        self.n_pairs * taken.sum::<f64>()
    }

    /// For each pattern whether it weighs so much that chance makes less than one pair that does.
    pub(super) fn beyond(self, model: &Model, patterns: &[(u128, f64)]) -> Vec<bool> {
        let spectrum = Spectrum::of(model, self.filled);
        let mut n_chance = 0.0;
        let is_beyond = |share: &&f64| {
            n_chance += self.n_pairs * **share;
            n_chance < 1.0
        };
        let n_beyond = spectrum.shares.iter().rev().take_while(is_beyond).count();
        let from = spectrum.shares.len() - n_beyond;
        let place = |pattern: u128| spectrum.place(pattern);
        patterns.iter().map(|(pattern, _)| place(*pattern) >= from).collect()
    }

    /// For each pattern the part of the pairs of its weight that is more than chance makes: the heavier the more.
    pub(super) fn left(self, model: &Model, patterns: &[(u128, f64)]) -> Vec<f64> {
        let spectrum = Spectrum::of(model, self.filled);
        let places: Vec<usize> = (patterns.iter())
            .map(|(pattern, _)| spectrum.place(*pattern) / WIDTH)
            .collect();
        // How many are seen of each weight, and how many chance makes.
        let mut counts: Vec<(f64, f64)> = (spectrum.shares.chunks(WIDTH))
            .map(|shares| (0.0, self.n_pairs * shares.iter().sum::<f64>()))
            .collect();
        for (place, (_, count)) in places.iter().zip(patterns) {
            counts[*place].0 += count;
        }
        let left = rising(&counts);
        places.into_iter().map(|place| left[place]).collect()
    }
}

/// The part of what is seen that chance leaves over, pooled so that it never falls from one weight to the next.
pub(super) fn rising(counts: &[(f64, f64)]) -> Vec<f64> {
    let left = |(seen, chance): (f64, f64)| 1.0 - chance / seen.max(f64::MIN_POSITIVE);
    let mut pools: Vec<((f64, f64), usize)> = Vec::new();
    for own in counts {
        let mut pool = (*own, 1);
        while let Some(last) = pools.pop_if(|last| left(last.0) >= left(pool.0)) {
            pool = ((pool.0.0 + last.0.0, pool.0.1 + last.0.1), pool.1 + last.1);
        }
        pools.push(pool);
    }
    let of_pool = |(pool, length): ((f64, f64), usize)| std::iter::repeat_n(left(pool).clamp(0.0, 1.0), length);
    pools.into_iter().flat_map(of_pool).collect()
}

#[cfg(test)]
mod tests {
    use super::super::Kind;
    use super::super::model::BITS;
    use super::*;

    #[test]
    fn matches_are_many_where_few_records_say_something() {
        // Ten matches of ten thousand pairs, all of which fill the one field, and one in a hundred the other.
        let patterns = [(1 | 1 << BITS, 10.0), (1, 990.0)];
        let shares = [1.0, 0.0].map(|matching| Share { matching, related: 0.0 });
        let strangers = Strangers {
            filled: &[1.0, 0.01, 0.0],
            n_pairs: 1e4,
            seen: &[],
        };
        let priors = strangers.priors(0.2, &patterns, &shares);
        let expected = [0.001, 0.1, 0.2];
        assert!(
            priors
                .iter()
                .zip(expected)
                .all(|(own, other)| (own - other).abs() < 1e-9),
            "{priors:?}"
        );
    }

    fn model() -> Model {
        let field = |u: [f64; 6], bits: [f64; 6]| FieldModel {
            name: String::new(),
            kind: Kind::Category,
            m: vec![1.0 / 6.0; 6],
            u: u.to_vec(),
            bits: bits.to_vec(),
        };
        let one = field([0.0, 0.0, 0.0, 0.25, 0.0, 0.75], [4.0, 4.0, 2.0, 2.0, 0.0, -3.0]);
        let other = field([0.1, 0.0, 0.0, 0.0, 0.0, 0.9], [5.0, 4.0, 2.0, 1.0, 0.0, -6.0]);
        Model::untaught(vec![one, other], 0.5)
    }

    #[test]
    fn chance_of_a_weight_is_that_of_the_levels_that_make_it() {
        let spectrum = Spectrum::of(&model(), &[1.0, 0.5]);
        assert!((spectrum.shares.iter().sum::<f64>() - 1.0).abs() < 1e-12);
        let check = |pattern: u128, share: f64| {
            let at = spectrum.place(pattern);
            assert!((spectrum.shares[at] - share).abs() < 1e-12, "{pattern:x}");
        };
        check(0x14, 0.25 * 0.5 * 0.1);
        check(0x66, 0.75 * 0.5 * 0.9);
        check(0x06, 0.75 * 0.5);
    }

    #[test]
    fn what_chance_makes_leaves_nothing() {
        let strangers = Strangers {
            filled: &[1.0, 1.0],
            n_pairs: 1000.0,
            seen: &[],
        };
        let left = |patterns: &[(u128, f64)]| strangers.left(&model(), patterns);
        assert_eq!(left(&[(0x14, 25.0), (0x66, 675.0)]), [0.0, 0.0]);
        assert_eq!(left(&[(0x14, 100.0), (0x66, 600.0)]), [0.75, 0.0]);
        let beyond = strangers.beyond(&model(), &[(0x11, 1.0), (0x14, 1.0), (0x66, 1.0)]);
        assert_eq!(beyond, [true, false, false]);
        assert_eq!(rising(&[(4.0, 1.0), (2.0, 2.0), (5.0, 0.0)]), [0.5, 0.5, 1.0]);
    }
}
