//! What each level weighs, learned without labels: Fellegi and Sunter (JASA 64, 1969), trained by expectation and
//! maximization over counts of patterns.

use rayon::prelude::*;

use super::compare::{EQUAL, KIN, n_levels, steps};
use super::excess::Strangers;
use super::kind::Kind;
use super::moves::Move;
use super::relatives::{self, Relatives};
use super::smooth::{descend, hold_slips, lean, spread};
use super::together::{Bond, agreeing};

/// Bits of a pattern for one field.
pub(super) const BITS: u32 = 4;
/// How many pairs, spread evenly over its levels, a field counts beside those it has seen.
const STRENGTH: f64 = 0.5;
/// How many matches as they usually look a field counts beside those it has seen.
const USUAL: f64 = 4.0;

/// Patterns that a thread takes at a time, at least.
const TOGETHER: usize = 1024;

/// The weights of one field.
#[derive(Debug, Clone, PartialEq)]
pub struct FieldModel {
    /// The name of its column, by which a later run knows it again.
    pub name: String,
    /// What the field holds; it decides the levels.
    pub kind: Kind,
    /// Share of each level among true pairs; level 1 first.
    pub m: Vec<f64>,
    /// Share of each level among other candidates.
    pub u: Vec<f64>,
    /// What the level weighs in bits: log2(m/u), held to fall as likeness falls.
    pub bits: Vec<f64>,
}

/// A level that fewer training pairs have is hardly seen.
const FEW: f64 = 10.0;
/// What the weight of a level counts for that is seen, beside others.
const SEEN: f64 = 100.0;
/// The least part of a level's random pairs that is thought to be chance.
const LEAST_CHANCE: f64 = 0.1;
/// Bits by which each tenth of likeness at least tells two texts apart, so that of two likenesses the higher wins.
const SLOPE: f64 = 0.2;

/// A trained model.
#[derive(Debug, Clone, PartialEq)]
pub struct Model {
    /// The fields, in the order of [`super::Linkage::fields`].
    pub fields: Vec<FieldModel>,
    /// Share of true pairs among candidates.
    pub prior: f64,
    /// Pairs that agree in much and are not the same.
    pub relatives: Vec<Relatives>,
    /// Fields that agree together by chance.
    pub bonds: Vec<Bond>,
    /// Fields that change together in one thing.
    pub moves: Vec<Move>,
    /// Whether partners of a record are rivals: of two files a record has one at most, although by the weights alone
    /// neither file holds each thing once.
    pub rivals: bool,
    /// Columns that are not compared, since they have nothing to do with what the others say.
    pub unrelated: Vec<String>,
    /// Patterns of pairs of which somebody said whether they are matches; they teach, and are no part of what is learned.
    pub(super) taught: Vec<(u128, bool)>,
}

/// How many pairs that the data give away one labelled pair counts for.
const TAUGHT: f64 = 10.0;

impl FieldModel {
    /// What a level weighs at a place in its range; 0 for level 0.
    pub(super) fn bits_at(&self, level: u8, place: f32) -> f64 {
        let (level, place) = (usize::from(level), f64::from(place));
        if level == 0 {
            return 0.0;
        }
        let bits = self.bits[level - 1];
        // At the border of two levels the weight is the mean of theirs.
        let toward = if place < 0.5 { level.wrapping_sub(2) } else { level };
        let is_neighbor = level > usize::from(EQUAL) && toward >= usize::from(EQUAL);
        let other = self.bits.get(toward).copied().filter(|_| is_neighbor).unwrap_or(bits);
        bits + (other - bits) * (place - 0.5).abs()
    }
}

/// Fields that a pattern has room for.
pub(super) const ROOM: usize = 32;

pub(in super::super) fn level(pattern: u128, field: usize) -> usize {
    (pattern >> (field as u32 * BITS) & 0xf) as usize
}

/// How alike a level is, from 1 (equal) to 0 (different).
pub(super) fn likeness(kind: Kind, level: usize) -> f64 {
    1.0 - f64::from(steps(kind, level)) / f64::from(steps(kind, n_levels(kind)))
}

/// How levels usually are among matches: two records of one thing mostly agree, and the likelier the more alike.
fn usual(kind: Kind) -> Vec<f64> {
    let n = n_levels(kind);
    let share = |level: usize| {
        if level <= usize::from(EQUAL) {
            0.15
        } else if kind.is_name() && level == KIN {
            0.01
        } else {
            0.3 * likeness(kind, level).powi(2) / f64::from(steps(kind, n)) + 0.01
        }
    };
    let shares: Vec<f64> = (1..=n).map(share).collect();
    let sum: f64 = shares.iter().sum();
    shares.into_iter().map(|share| share / sum).collect()
}

/// What part of a pattern's pairs are matches, and what part relatives.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Share {
    pub(super) matching: f64,
    pub(super) related: f64,
}

impl Model {
    /// The model before training; `random` are the levels' counts among random pairs, field by field.
    pub(super) fn new(kinds: &[Kind], random: &[Vec<f64>]) -> Self {
        let fields = kinds.iter().zip(random).map(|(kind, counts)| {
            let n = n_levels(*kind);
            let total: f64 = counts.iter().sum::<f64>() + 1.0;
            let u: Vec<f64> = counts.iter().map(|count| (count + 0.3 / n as f64) / total).collect();
            let m = usual(*kind);
            FieldModel {
                name: String::new(),
                kind: *kind,
                m,
                u,
                bits: vec![0.0; n],
            }
        });
        let mut model = Self::untaught(fields.collect(), 0.1);
        let mut seen = vec![vec![SEEN; 16]; kinds.len()];
        // Random pairs are hardly ever kin.
        for (seen, _) in seen.iter_mut().zip(kinds).filter(|(_, kind)| kind.is_name()) {
            seen[KIN] = 0.0;
        }
        model.settle(&seen);
        model
    }

    /// The same model where chance makes other levels.
    pub(super) fn with_chance(&self, random: &[Vec<f64>]) -> Self {
        let kinds: Vec<Kind> = self.fields.iter().map(|field| field.kind).collect();
        let mut model = Self::new(&kinds, random);
        for (field, own) in model.fields.iter_mut().zip(&self.fields) {
            field.name.clone_from(&own.name);
        }
        (model.bonds, model.taught) = (self.bonds.clone(), self.taught.clone());
        model
    }

    /// A model that nothing was learned for.
    pub(super) fn untaught(fields: Vec<FieldModel>, prior: f64) -> Self {
        Self {
            fields,
            prior,
            relatives: Vec::new(),
            bonds: Vec::new(),
            moves: Vec::new(),
            rivals: false,
            unrelated: Vec::new(),
            taught: Vec::new(),
        }
    }

    /// The model for fields of these names and kinds, whatever order they are in: each takes the weights of the field of
    /// its name, or where no name is known those in its place. `None` if they are others.
    pub fn arranged<'n>(&self, fields: impl Iterator<Item = (&'n str, Kind)>) -> Option<Self> {
        let fields: Vec<(&str, Kind)> = fields.collect();
        let mut open: Vec<usize> = (0..self.fields.len()).collect();
        let mut take = |is: &dyn Fn(&FieldModel) -> bool| {
            let at = open.iter().position(|at| is(&self.fields[*at]))?;
            Some(open.remove(at))
        };
        let mut from: Vec<Option<usize>> = (fields.iter())
            .map(|(name, kind)| take(&|own| own.name == *name && own.kind == *kind))
            .collect();
        for (at, (_, kind)) in fields.iter().enumerate() {
            if from[at].is_none() {
                from[at] = take(&|own| own.kind == *kind);
            }
        }
        let from: Vec<usize> = from.into_iter().collect::<Option<_>>()?;
        if from.len() != self.fields.len() {
            return None;
        }
        let mut to = vec![0; from.len()];
        from.iter().zip(0..).for_each(|(from, at)| to[*from] = at);
        let mut model = self.clone();
        model.fields = from.iter().map(|at| self.fields[*at].clone()).collect();
        for bond in &mut model.bonds {
            let (one, other) = (to[bond.first], to[bond.second]);
            (bond.first, bond.second) = (one.min(other), one.max(other));
        }
        for group in &mut model.moves {
            group.fields.iter_mut().for_each(|at| *at = to[*at]);
            group.fields.sort_unstable();
        }
        for kind in &mut model.relatives {
            kind.differ.iter_mut().for_each(|at| *at = to[*at]);
            kind.differ.sort_unstable();
        }
        Some(model)
    }

    /// The weight of a pattern in bits, the prior and relatives left out.
    pub(super) fn evidence(&self, pattern: u128) -> f64 {
        self.sum(&self.bits_of(pattern), self.agreeing(pattern))
    }

    /// The weight of a pair in bits, the prior included, of its levels, each with its place in the level's range.
    pub(super) fn fine_weight(&self, levels: impl Iterator<Item = (u8, f32)>) -> f64 {
        let (mut own, mut agree, mut equal) = ([0.0; ROOM], 0, 0);
        for (at, (field, (level, place))) in self.fields.iter().zip(levels).enumerate() {
            agree |= agreeing(std::iter::once(field.kind), std::iter::once(usize::from(level))) << at;
            equal |= u32::from((1..=EQUAL).contains(&level)) << at;
            own[at] = field.bits_at(level, place);
        }
        self.weigh(self.prior_bits(), &own, agree, equal)
    }

    /// The weight of a pattern in bits, the prior included.
    pub(super) fn weight(&self, pattern: u128) -> f64 {
        self.weight_from(self.prior_bits(), pattern)
    }

    /// The weights of counted patterns.
    pub(super) fn weights(&self, patterns: &[(u128, f64)]) -> Vec<f64> {
        let prior = self.prior_bits();
        let weight = |(pattern, _): &(u128, f64)| self.weight_from(prior, *pattern);
        patterns.par_iter().with_min_len(TOGETHER).map(weight).collect()
    }

    fn weight_from(&self, prior: f64, pattern: u128) -> f64 {
        let (agree, equal) = (self.agreeing(pattern), relatives::equal(self, pattern));
        self.weigh(prior, &self.bits_of(pattern), agree, equal)
    }

    pub(super) fn bits_of(&self, pattern: u128) -> [f64; ROOM] {
        let mut own = [0.0; ROOM];
        for (at, (field, own)) in self.fields.iter().zip(&mut own).enumerate() {
            if let level @ 1.. = level(pattern, at) {
                *own = field.bits[level - 1];
            }
        }
        own
    }

    fn agreeing(&self, pattern: u128) -> u32 {
        if self.bonds.is_empty() {
            return 0;
        }
        let levels = (0..self.fields.len()).map(|at| level(pattern, at));
        agreeing(self.fields.iter().map(|field| field.kind), levels)
    }

    /// Odds that a pair is of any kind of relatives, against its being a match.
    fn against(&self, own: &[f64; ROOM], equal: u32) -> f64 {
        let of_kind = |kind: &Relatives| kind.against(&self.fields, own, equal);
        self.relatives.iter().map(of_kind).sum()
    }

    fn sum(&self, own: &[f64; ROOM], agree: u32) -> f64 {
        let excess: f64 = self.bonds.iter().map(|bond| bond.excess(agree, own)).sum();
        let relief: f64 = self.moves.iter().map(|group| group.relief(own)).sum();
        let counted = (self.fields.iter().zip(own)).filter(|(field, _)| field.kind.is_counted());
        counted.map(|(_, bits)| bits).sum::<f64>() - excess + relief
    }

    /// Odds against strangers and against each kind of relatives: a relative's are those of the fields in which they
    /// differ.
    fn weigh(&self, prior: f64, own: &[f64; ROOM], agree: u32, equal: u32) -> f64 {
        let weight = prior + self.sum(own, agree);
        if self.relatives.is_empty() {
            return weight;
        }
        let against = self.against(own, equal);
        -((-weight).exp2() + against).log2()
    }

    pub(super) fn prior_bits(&self) -> f64 {
        (self.prior / (1.0 - self.prior)).log2()
    }

    pub(super) fn probability(&self, pattern: u128) -> f64 {
        1.0 / (1.0 + (-self.weight(pattern)).exp2())
    }

    /// How many matches counted patterns are expected to be.
    pub(super) fn expected(&self, patterns: &[(u128, f64)]) -> f64 {
        let weights = self.weights(patterns);
        let each = patterns.iter().zip(weights);
        each.map(|((_, count), weight)| count * (1.0 / (1.0 + (-weight).exp2())))
            .sum()
    }

    /// Learns from counted patterns.
    pub(super) fn train(&mut self, patterns: &[(u128, f64)], rounds: usize) {
        for _ in 0..rounds {
            let before = self.prior;
            let shares = self.shares(patterns);
            self.fit(patterns, &shares);
            if (self.prior - before).abs() < 1e-7 {
                break;
            }
        }
    }

    /// Learns how matches look while what chance does stays as random pairs show it. Where `is_held`, no more pairs of a
    /// weight are matches than chance leaves over.
    pub(super) fn pin(
        &mut self,
        patterns: &[(u128, f64)],
        shares: &[Share],
        rounds: usize,
        strangers: Strangers<'_>,
        is_held: bool,
    ) {
        let matching = |shares: &[Share]| -> f64 {
            let each = patterns.iter().zip(shares);
            each.map(|(pattern, share)| pattern.1 * share.matching).sum()
        };
        let mut shares = shares.to_vec();
        // The part of the matches found that is held to be some: in matches, too, fields are not quite independent.
        let mut found = 1.0;
        for _ in 0..rounds {
            self.fit(patterns, &shares);
            self.prior = (matching(&shares).max(1.0) / strangers.n_pairs).min(0.5);
            // Random pairs hold matches too, as many as there are: what is left is chance.
            let (priors, least) = (strangers.priors(self.prior, patterns, &shares), LEAST_CHANCE);
            for ((field, all), prior) in self.fields.iter_mut().zip(strangers.seen).zip(priors) {
                let chance = |(all, m): (&f64, &f64)| ((all - prior * m) / (1.0 - prior)).max(least * all);
                field.u = all.iter().zip(&field.m).map(chance).collect();
            }
            self.settle(&self.told(strangers.seen, matching(&shares), strangers.n_pairs));
            self.prior = (self.prior * found).max(f64::EPSILON);
            shares = self.shares(patterns);
            if is_held {
                let before = matching(&shares);
                for (share, left) in shares.iter_mut().zip(strangers.left(self, patterns)) {
                    share.matching = share.matching.min(left);
                }
                found *= (matching(&shares) / before.max(1.0)).clamp(f64::EPSILON, 1.0);
            }
        }
    }

    /// For each level of each field, level 0 first, what its weight counts for: all the same, but hardly anything where no
    /// match, or no stranger, is ever seen at that level.
    fn told(&self, chance: &[Vec<f64>], n_match: f64, n_pairs: f64) -> Vec<Vec<f64>> {
        let of_field = |(field, chance): (&FieldModel, &Vec<f64>)| {
            let told = |(m, u): (&f64, &f64)| {
                let (matches, strangers) = (m * n_match, u * n_pairs);
                SEEN * (matches * strangers / (matches + strangers).max(f64::MIN_POSITIVE)).min(1.0)
            };
            let levels = field.m.iter().zip(chance).map(told);
            std::iter::once(0.0).chain(levels).collect()
        };
        self.fields.iter().zip(chance).map(of_field).collect()
    }

    /// What part of a pattern's pairs are relatives, where so much are matches.
    pub(super) fn related(&self, pattern: u128, matching: f64) -> f64 {
        matching * self.against(&self.bits_of(pattern), relatives::equal(self, pattern))
    }

    /// What part of each pattern's pairs are matches, and what part relatives; learns how many of these there are.
    fn shares(&mut self, patterns: &[(u128, f64)]) -> Vec<Share> {
        // Probabilities side by side, sums in order: the number of threads changes none.
        let weights = self.weights(patterns);
        let match_of = |weight: &f64| Share {
            matching: 1.0 / (1.0 + (-weight).exp2()),
            related: 0.0,
        };
        let mut shares: Vec<Share> = weights.par_iter().with_min_len(TOGETHER).map(match_of).collect();
        let counted = |shares: &[Share]| -> f64 {
            let each = patterns.iter().zip(shares);
            each.map(|((_, count), share)| count * share.matching).sum()
        };
        let n_match = counted(&shares);
        let mut sums = Vec::with_capacity(self.relatives.len());
        for kind in &self.relatives {
            let own = (patterns.par_iter().zip(&shares))
                .with_min_len(TOGETHER)
                .map(|((pattern, _), share)| {
                    let own = self.bits_of(*pattern);
                    share.matching * kind.against(&self.fields, &own, relatives::equal(self, *pattern))
                });
            let own: Vec<f64> = own.collect();
            let mut sum = 0.0;
            for (((_, count), share), own) in patterns.iter().zip(&mut shares).zip(own) {
                sum += count * own;
                share.related += own;
            }
            sums.push(sum);
        }
        for (kind, sum) in self.relatives.iter_mut().zip(sums) {
            kind.per_match = (sum / n_match.max(1.0)).clamp(1e-6, 1e6);
        }
        shares
    }

    /// Takes the shares that the patterns have, given how much of each is a match.
    pub(super) fn fit(&mut self, patterns: &[(u128, f64)], shares: &[Share]) {
        let (mut n_match, mut n) = (0.0, 0.0);
        let n_fields = self.fields.len();
        for ((_, count), share) in patterns.iter().zip(shares) {
            n += count;
            n_match += count * share.matching;
        }
        let moved_of = |group: &Move| -> Vec<f64> {
            let patterns = patterns.par_iter().with_min_len(TOGETHER);
            patterns
                .map(|(pattern, _)| group.moved(&self.bits_of(*pattern)))
                .collect()
        };
        let moved: Vec<Vec<f64>> = self.moves.iter().map(moved_of).collect();
        let of_field = |at: usize| {
            let (mut matches, mut others) = ([0.0_f64; 16], [0.0_f64; 16]);
            let moved =
                (self.moves.iter().zip(&moved)).find_map(|(group, moved)| group.fields.contains(&at).then_some(moved));
            for (place, ((pattern, count), share)) in patterns.iter().zip(shares).enumerate() {
                let level = level(*pattern, at);
                let stayed = moved.map_or(1.0, |moved| 1.0 - moved[place]);
                matches[level] += count * share.matching * stayed;
                others[level] += count * (1.0 - share.matching - share.related).max(0.0);
            }
            (matches, others)
        };
        let (mut matches, mut others): (Vec<[f64; 16]>, Vec<[f64; 16]>) = (0..n_fields)
            .into_par_iter()
            .with_min_len(TOGETHER.div_ceil(patterns.len().max(1)))
            .map(of_field)
            .unzip();
        for (group, moved) in self.moves.iter_mut().zip(&moved) {
            group.learn(patterns, shares, moved);
        }
        self.prior = ((n_match + 0.5) / (n + 2.0)).clamp(1e-6, 0.9);
        for (pattern, same) in &self.taught {
            let counts = if *same { &mut matches } else { &mut others };
            for (at, counts) in counts.iter_mut().enumerate() {
                counts[level(*pattern, at)] += TAUGHT;
            }
        }
        let mut seen = Vec::new();
        for (at, field) in self.fields.iter_mut().enumerate() {
            let n = field.m.len();
            let blend = |counts: &[f64; 16], before: &[f64], strength: f64| -> Vec<f64> {
                let total: f64 = counts[1..].iter().sum();
                (1..=n)
                    .map(|level| (counts[level] + strength * before[level - 1]) / (total + strength))
                    .collect()
            };
            field.m = blend(&matches[at], &usual(field.kind), USUAL);
            field.u = blend(&others[at], &vec![1.0 / n as f64; n], STRENGTH);
            if field.kind.is_text() {
                spread(&mut field.m[usize::from(EQUAL)..]);
            }
            if self.relatives.iter().any(|kind| kind.differ.contains(&at)) {
                hold_slips(&mut field.m);
            }
            seen.push((0..16).map(|l| matches[at][l] + others[at][l]).collect::<Vec<f64>>());
        }
        self.settle(&seen);
    }

    /// Takes over part of another model's weights, and part of its prior.
    pub(super) fn blend(&mut self, other: &Self, part: f64, of_prior: f64) {
        let mix = |own: f64, other: f64| own + part * (other - own);
        let weight = self.prior_bits() + of_prior * (other.prior_bits() - self.prior_bits());
        self.prior = 1.0 / (1.0 + (-weight).exp2());
        for (own, other) in self.fields.iter_mut().zip(&other.fields) {
            for (own, other) in own.bits.iter_mut().zip(&other.bits) {
                *own = mix(*own, *other);
            }
        }
        for (own, other) in self.moves.iter_mut().zip(&other.moves) {
            own.share = mix(own.share, other.share);
        }
    }

    /// Whether two records of this pattern are equal in every field that both fill, rare or not, and fill one.
    pub(super) fn is_equal(&self, pattern: u128) -> bool {
        let mut levels = self.own_levels(pattern).peekable();
        levels.peek().is_some() && levels.all(|level| level <= usize::from(EQUAL))
    }

    /// Whether two records of this pattern are equal in more fields than they differ in, be it a little.
    pub(super) fn is_mostly_equal(&self, pattern: u128) -> bool {
        let n_filled = self.own_levels(pattern).count();
        let levels = self.own_levels(pattern);
        n_filled > 2 * levels.filter(|level| *level > usize::from(EQUAL)).count()
    }

    /// The levels of the fields that both records fill, the words of texts aside: these say again what the texts do.
    fn own_levels(&self, pattern: u128) -> impl Iterator<Item = usize> {
        let own = (self.fields.iter().enumerate()).filter(|(_, field)| field.kind != Kind::Words);
        own.map(move |(at, _)| level(pattern, at)).filter(|level| *level != 0)
    }

    /// Turns shares into weights, and holds what is more alike to weigh no less.
    fn settle(&mut self, seen: &[Vec<f64>]) {
        for (field, seen) in self.fields.iter_mut().zip(seen) {
            let raw: Vec<f64> = field
                .m
                .iter()
                .zip(&field.u)
                .map(|(m, u)| (m / u).log2().clamp(-12.0, 16.0))
                .collect();
            let n = raw.len();
            let equal = usize::from(EQUAL);
            let mut weights: Vec<f64> = (0..n).map(|l| seen.get(l + 1).copied().unwrap_or(0.0) + 1e-3).collect();
            let mut bits = raw.clone();
            if matches!(field.kind, Kind::Code | Kind::Phone | Kind::Email) {
                lean(&mut bits, &weights, equal, |level| likeness(field.kind, level));
            }
            descend(&mut bits[..equal], &weights[..equal]);
            if field.kind.is_name() {
                // Other writings of a name have a weight of their own, up to that of an edit.
                let kin = (bits.remove(KIN - 1), weights.remove(KIN - 1));
                descend(&mut bits[equal..], &weights[equal..]);
                let own = if kin.1 < FEW { bits[KIN - 1] } else { kin.0 };
                bits.insert(KIN - 1, own.min(bits[KIN - 2]).max(bits[n - 2]));
                weights.insert(KIN - 1, kin.1);
            } else {
                descend(&mut bits[equal..], &weights[equal..]);
            }
            // Different values never speak for a pair, rare equal ones never against it.
            bits[n - 1] = bits[n - 1].min(0.0);
            bits[0] = bits[0].max(0.0);
            // Of two sizes each of which has a number of its own neither is the other.
            if field.kind == Kind::Measures {
                bits[n - 2] = bits[n - 2].min(0.0);
            }
            // Equal and rare is never worth less than nearly equal; levels hardly seen take their neighbor's word.
            bits[0] = bits[0].max(bits[equal]);
            for level in 1..equal {
                if weights[level] < FEW {
                    bits[level] = bits[level - 1].min(bits[level].max(bits[equal]));
                }
            }
            if field.kind.is_text() {
                for (step, bits) in bits[equal..].iter_mut().enumerate() {
                    *bits -= SLOPE * (step as f64 - (n - equal) as f64 / 2.0);
                }
            }
            // That the numbers are equal, too, is said by these.
            if field.kind == Kind::Specification {
                let words = bits[equal];
                bits[..equal].iter_mut().for_each(|bits| *bits = bits.min(words));
            }
            field.bits = bits;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_that_is_never_seen_lifts_no_other() {
        // Three numbers out of thirty: equal ones are never rare, and never nearly equal.
        let kinds = [Kind::Number; 3];
        let n = n_levels(Kind::Number);
        let (equal, different) = (usize::from(EQUAL) - 1, n);
        let mut random = vec![0.0; n];
        (random[equal - 1], random[different - 1]) = (1.0, 29.0);
        let mut model = Model::new(
            &kinds,
            &[(); 3].map(|()| random.iter().map(|count| count * 1e4).collect()),
        );
        let pattern = |level: usize| (0..3).map(|at| (level as u128) << (at * BITS)).sum::<u128>();
        let patterns = [(pattern(equal), 60.0), (pattern(different), 1000.0)];
        let shares = [1.0, 0.0].map(|matching| Share { matching, related: 0.0 });
        let seen: Vec<Vec<f64>> = model.fields.iter().map(|field| field.u.clone()).collect();
        let strangers = Strangers {
            filled: &[1.0; 3],
            n_pairs: 1e5,
            seen: &seen,
        };
        model.pin(&patterns, &shares, 20, strangers, false);
        for field in &model.fields {
            assert!((4.0..=5.0).contains(&field.bits[equal - 1]), "{:?}", field.bits);
        }
    }
}
