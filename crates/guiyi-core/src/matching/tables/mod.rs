//! Matching of plain tables with nothing configured: one file for its duplicates, or two files with each other.
//!
//! It finds out what each column holds (`kind`), which columns of two files hold the same (`align`), which pairs
//! are worth comparing (`candidates`), how alike their values are (`compare`), what that weighs (`model`), whether
//! a file holds each thing once, and which records belong together (`group`).
//! Laws: no label, word list or column name is needed; the order of rows, columns and files, the names of columns and
//! the number of threads change no decision; a pair is compared once.

mod align;
mod candidates;
mod compare;
mod date;
mod field;
mod group;
mod kind;
pub mod measure;
mod model;
mod model_file;
mod nearest;
mod relatives;
mod table;
#[cfg(test)]
mod tests;
mod text;

use rayon::prelude::*;

use super::hash::{Map, mix};
pub use candidates::PassCount;
pub use compare::level_names;
use field::Field;
pub use kind::Kind;
use model::Share;
pub use model::{FieldModel, Model};
pub use model_file::{ModelMistake, parse as parse_model};
pub use relatives::Relatives;
pub use table::{Column, Table};

/// What may be said beforehand.
#[derive(Debug, Clone)]
pub struct Options {
    /// Pairs of a lower probability are not kept, unless they are matched.
    pub least_probability: f64,
    /// A model trained before; one whose fields are of other kinds than the tables' is not used.
    pub model: Option<Model>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            least_probability: 0.1,
            model: None,
        }
    }
}

/// What a pair of records is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The same thing.
    Match,
    /// Perhaps the same; somebody should look.
    Review,
}

/// Two records worth naming.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pair {
    /// The smaller row; rows of a second table follow those of the first.
    pub a: u32,
    /// The larger row.
    pub b: u32,
    /// Levels of all fields, packed; [`Linkage::levels`] reads them.
    pub pattern: u128,
    /// What all fields and the prior weigh together, in bits.
    pub weight: f64,
    /// Probability that the two are the same, by their values alone.
    pub probability: f64,
    /// The final word, after groups were made.
    pub outcome: Outcome,
}

/// What was found.
#[derive(Debug, Clone)]
pub struct Linkage {
    /// The fields that were compared.
    pub fields: Vec<FieldSummary>,
    /// How candidates were found.
    pub passes: Vec<PassCount>,
    /// How many candidates were compared.
    pub n_candidates: u64,
    /// What each level weighs.
    pub model: Model,
    /// Which of the tables hold each thing once.
    pub distinct: Vec<bool>,
    /// The pairs to name, sorted by row; of two tables only pairs between them.
    pub pairs: Vec<Pair>,
    /// For each row the smallest row of its group.
    pub clusters: Vec<u32>,
}

/// One field that was compared.
#[derive(Debug, Clone, PartialEq)]
pub struct FieldSummary {
    /// Its name, from the first table that has it.
    pub header: String,
    /// What it holds.
    pub kind: Kind,
    /// Share of records with a value.
    pub filled: f64,
    /// Number of distinct values.
    pub n_values: usize,
}

impl Linkage {
    /// The level of each field in a pair; 0 where a side has no value.
    pub fn levels(&self, pair: &Pair) -> Vec<u8> {
        (0..self.fields.len())
            .map(|at| model::level(pair.pattern, at) as u8)
            .collect()
    }
}

/// Fields that a pattern has room for.
const MOST_FIELDS: usize = 31;
/// Pairs of random records that show how often values agree by chance.
const RANDOM: u64 = 100_000;
/// Rounds of training on random pairs, and on candidates.
const PINNED_ROUNDS: usize = 20;
const ROUNDS: usize = 40;
/// How many times as many matches as with random pairs training on candidates may find.
const TOO_MANY: f64 = 3.0;
/// Share of the records that are thought to be there twice where hardly any is seen to be; and the share of records
/// that must stand out as matches for training to begin.
const RARE_DUPLICATES: f64 = 0.01;
const LEAST_SURE: f64 = 0.0005;
/// Candidates that train the model, about.
const TRAINING: usize = 1_500_000;

/// Finds the records of one table, or of two, that are the same thing.
///
/// Rows of a second table are numbered after those of the first. No rows give no pairs. Of more than 31 columns those
/// that say least are passed over.
pub fn link(tables: &[&Table], options: &Options) -> Linkage {
    let n: usize = tables.iter().map(|table| table.n_rows()).sum();
    // Records are numbered by what they hold, so that no order of theirs can matter.
    let prints = field::fingerprints(tables);
    let mut order: Vec<u32> = (0..n as u32).collect();
    order.par_sort_unstable_by_key(|row| (prints[*row as usize], *row));
    drop(prints);
    let n_left = tables.first().map_or(0, |table| table.n_rows());
    let side: Vec<u8> = order.iter().map(|row| u8::from(*row as usize >= n_left)).collect();
    let is_link = tables.len() == 2;
    let fields = make_fields(tables, &order);
    let may = |a: u32, b: u32| !is_link || side[a as usize] != side[b as usize];
    let kinds: Vec<Kind> = fields.iter().map(|field| field.kind).collect();
    let random = random_levels(&fields, n, may);
    let n_pairs = if is_link {
        n_left as f64 * (n - n_left) as f64
    } else {
        n as f64 * (n as f64 - 1.0) / 2.0
    };
    let naming = relatives::naming(&fields);
    let train = |pairs: &[u64]| -> (Model, Vec<u128>) {
        let patterns: Vec<u128> = pairs.par_iter().map(|pair| pattern(&fields, *pair)).collect();
        let mut model = Model::new(&kinds, &random);
        train(&mut model, n, n_pairs, pairs, &patterns, &naming);
        (model, patterns)
    };
    let (pairs, passes) = candidates::find(&fields, &side, is_link, |pairs| {
        let (model, patterns) = train(pairs);
        patterns.par_iter().map(|pattern| model.probability(*pattern)).collect()
    });
    let model = match &options.model {
        Some(model) if model.fields.iter().map(|field| field.kind).eq(kinds.iter().copied()) => model.clone(),
        _ => {
            let stride = pairs.len().div_ceil(TRAINING).max(1) as u64;
            let sample: Vec<u64> = pairs
                .par_iter()
                .copied()
                .filter(|pair| mix(*pair).is_multiple_of(stride))
                .collect();
            train(&sample).0
        }
    };
    let weigh = |pair: u64| {
        let (a, b) = ((pair >> 32) as u32, pair as u32);
        model.fine_weight(fields.iter().map(|field| field.fine_level(a, b)))
    };
    let least = (options.least_probability / (1.0 - options.least_probability))
        .log2()
        .min(0.0);
    let n_candidates = pairs.len() as u64;
    let kept: Vec<(u64, f64)> = pairs
        .par_iter()
        .map(|pair| (*pair, weigh(*pair)))
        .filter(|(_, weight)| *weight >= least)
        .collect();
    drop(pairs);
    let graph: Vec<(u32, u32, f32)> = kept
        .iter()
        .filter(|(_, weight)| *weight > 0.0)
        .map(|(pair, weight)| ((pair >> 32) as u32, *pair as u32, *weight as f32))
        .collect();
    let distinct = if is_link {
        group::distinct(&graph, n, &side)
    } else {
        [false; 2]
    };
    let of = group::group(
        n,
        &graph,
        |a, b| weigh(u64::from(a.min(b)) << 32 | u64::from(a.max(b))) as f32,
        |record| Some(side[record as usize]).filter(|side| distinct[usize::from(*side)]),
    );
    let mut linkage = Linkage {
        fields: fields.iter().map(summarize).collect(),
        passes,
        n_candidates,
        distinct: distinct[..tables.len().min(2)].to_vec(),
        pairs: Vec::new(),
        clusters: Vec::new(),
        model,
    };
    let weigh = |pair: u64| {
        (pattern(&fields, pair), {
            let (a, b) = ((pair >> 32) as u32, pair as u32);
            linkage
                .model
                .fine_weight(fields.iter().map(|field| field.fine_level(a, b)))
        })
    };
    let pairs = name_pairs(&of, &kept, may);
    let make = |(pair, outcome): &(u64, Outcome)| {
        let (pattern, weight) = weigh(*pair);
        let (a, b) = (order[(pair >> 32) as usize], order[(*pair & 0xffff_ffff) as usize]);
        Pair {
            a: a.min(b),
            b: a.max(b),
            pattern,
            weight,
            probability: 1.0 / (1.0 + (-weight).exp2()),
            outcome: *outcome,
        }
    };
    let mut pairs: Vec<Pair> = pairs.par_iter().map(make).collect();
    pairs.par_sort_unstable_by_key(|pair| (pair.a, pair.b));
    linkage.pairs = pairs;
    linkage.clusters = number(&of, &order);
    linkage
}

fn summarize(field: &Field) -> FieldSummary {
    FieldSummary {
        header: field.header.clone(),
        kind: field.kind,
        filled: field.filled,
        n_values: field.values.len() - 1,
    }
}

/// The fields to compare, in an order that only their values decide.
fn make_fields(tables: &[&Table], order: &[u32]) -> Vec<Field> {
    let mut columns = align::align(tables);
    columns.retain(|columns| columns.iter().all(Option::is_some));
    let fields: Vec<Field> = columns
        .par_iter()
        .map(|columns| Field::new(tables, columns, order))
        .collect();
    let mut fields: Vec<Field> = field::drop_contained(fields)
        .into_iter()
        .filter(|field| field.values.len() > 2)
        .collect();
    if fields.len() >= MOST_FIELDS {
        let said = |field: &Field| field.filled * (field.values.len() as f64).ln();
        fields.sort_by(|x, y| said(y).total_cmp(&said(x)).then_with(|| x.header.cmp(&y.header)));
        fields.truncate(MOST_FIELDS - 1);
    }
    fields.sort_by_cached_key(|field| {
        let sum = field
            .ids
            .iter()
            .zip(0_u64..)
            .fold(0_u64, |sum, (id, at)| sum.wrapping_add(mix(at << 32 | u64::from(*id))));
        (field.kind, sum)
    });
    fields.extend(field::marks(&fields));
    fields
}

/// Levels of a pair, packed.
fn pattern(fields: &[Field], pair: u64) -> u128 {
    let (a, b) = ((pair >> 32) as u32, pair as u32);
    let levels = fields.iter().map(|field| u128::from(field.level(a, b)));
    levels.zip(0_u32..).map(|(level, at)| level << (at * model::BITS)).sum()
}

/// For each field how often each level occurs among random pairs.
fn random_levels(fields: &[Field], n: usize, may: impl Fn(u32, u32) -> bool) -> Vec<Vec<f64>> {
    let mut levels: Vec<Vec<f64>> = fields
        .iter()
        .map(|field| vec![0.0; compare::n_levels(field.kind)])
        .collect();
    for at in 0..RANDOM.min((n as u64).pow(2)) {
        let draw = |seed: u64| (mix(seed + 1) % n as u64) as u32;
        let (a, b) = (draw(2 * at), draw(2 * at + 1));
        if a == b || !may(a, b) {
            continue;
        }
        for (field, levels) in fields.iter().zip(&mut levels) {
            if let level @ 1.. = field.level(a, b) {
                levels[usize::from(level) - 1] += 1.0;
            }
        }
    }
    // How often values are equal by chance is counted, not sampled.
    let total = (n as f64) * (n as f64);
    for (field, levels) in fields.iter().zip(&mut levels) {
        let drawn: f64 = levels.iter().sum();
        if field.kind == Kind::Marks {
            continue;
        }
        levels[..usize::from(compare::EQUAL)].fill(0.0);
        for count in field
            .values
            .counts
            .iter()
            .copied()
            .filter(|count| *count > 0)
            .map(f64::from)
        {
            let level = usize::from(compare::rarity(count, n as f64)) - 1;
            levels[level] += drawn * count * (count - 1.0).max(0.05) / (total * field.filled * field.filled);
        }
    }
    levels
}

/// Trains a model on pairs and their patterns. Pairs in which each record is the other's likeliest partner are taken
/// for matches at first.
fn train(model: &mut Model, n: usize, n_pairs: f64, pairs: &[u64], patterns: &[u128], naming: &[f64]) {
    let mut counts: Map<u128, f64> = Map::default();
    for pattern in patterns {
        *counts.entry(*pattern).or_default() += 1.0;
    }
    let start: Map<u128, f64> = counts
        .keys()
        .map(|pattern| (*pattern, model.evidence(*pattern)))
        .collect();
    let ends = |pair: u64| [(pair >> 32) as usize, (pair & 0xffff_ffff) as usize];
    let mut best = vec![f64::MIN; n];
    for (pair, pattern) in pairs.iter().zip(patterns) {
        for record in ends(*pair) {
            best[record] = best[record].max(start[pattern]);
        }
    }
    // Were one record in a hundred there twice, a pair would need this evidence to be likelier a match than not.
    let chance = (n_pairs / (RARE_DUPLICATES * n as f64)).max(1.0);
    let needed = chance.log2();
    let mut seeds: Map<u128, f64> = Map::default();
    for (pair, pattern) in pairs.iter().zip(patterns) {
        let own = start[pattern];
        if own > 0.0 && ends(*pair).iter().all(|record| own >= best[*record]) {
            *seeds.entry(*pattern).or_default() += 1.0;
        }
    }
    let mut likeliest: Vec<(u128, f64)> = seeds.iter().map(|(pattern, count)| (*pattern, *count)).collect();
    likeliest.sort_unstable_by_key(|(pattern, _)| *pattern);
    let sure: Vec<(u128, f64)> = likeliest
        .iter()
        .copied()
        .filter(|(pattern, _)| start[pattern] > needed)
        .collect();
    model.relatives = relatives::find(model, &sure, naming);
    let kinds: Vec<u32> = model.relatives.iter().map(Relatives::mask).collect();
    let is_relative = |pattern: u128| {
        let differ = relatives::differing(model, pattern);
        kinds.iter().any(|kind| differ & kind == *kind)
    };
    let (mut n_sure, mut n_related) = (0.0, 0.0);
    for (pattern, count) in &likeliest {
        if is_relative(*pattern) {
            n_related += count;
        } else if start[pattern] > needed {
            n_sure += count;
        }
    }
    if n_sure < (LEAST_SURE * n as f64).max(3.0) {
        // Nothing to learn from: what stands out against chance may still be a match.
        model.prior = 1.0 / (1.0 + chance);
        for kind in &mut model.relatives {
            kind.per_match = n_related / (RARE_DUPLICATES * n as f64).max(1.0);
        }
        return;
    }
    let mut counts: Vec<(u128, f64)> = counts.into_iter().collect();
    counts.sort_unstable_by_key(|(pattern, _)| *pattern);
    let share = |(pattern, count): &(u128, f64)| {
        let share = seeds.get(pattern).map_or(0.0, |seeds| 0.98 * seeds / count);
        if is_relative(*pattern) {
            Share {
                matching: 0.0,
                related: share,
            }
        } else {
            Share {
                matching: share,
                related: 0.0,
            }
        }
    };
    let shares: Vec<Share> = counts.iter().map(share).collect();
    // What chance does is seen in random pairs and cannot be mistaken; that a key brought a pair together is part of its
    // pattern already. Nearest neighbors, however, are chosen for being alike all over: chance among them is learned
    // from them, unless the two kinds come out mixed up and there are far too many matches.
    let mut pinned = model.clone();
    pinned.pin(&counts, &shares, PINNED_ROUNDS, n_pairs);
    if n <= candidates::FEW {
        model.fit(&counts, &shares);
        model.train(&counts, ROUNDS);
        let expected = |model: &Model| -> f64 {
            let each = counts
                .iter()
                .map(|(pattern, count)| count * model.probability(*pattern));
            each.sum()
        };
        if expected(model) <= TOO_MANY * expected(&pinned).max(1.0) {
            return;
        }
    }
    *model = pinned;
}

/// Every pair that shares a group, and every other that was kept.
fn name_pairs(of: &[u32], kept: &[(u64, f64)], may: impl Fn(u32, u32) -> bool) -> Vec<(u64, Outcome)> {
    let mut by_group: Vec<(u32, u32)> = of.iter().copied().zip(0..).collect();
    by_group.sort_unstable();
    let mut pairs = Vec::new();
    for group in by_group.chunk_by(|x, y| x.0 == y.0) {
        for (at, (_, a)) in group.iter().enumerate() {
            let others = group[at + 1..].iter().filter(|(_, b)| may(*a, *b));
            pairs.extend(others.map(|(_, b)| (u64::from(*a) << 32 | u64::from(*b), Outcome::Match)));
        }
    }
    let apart = kept
        .iter()
        .filter(|(pair, _)| of[(pair >> 32) as usize] != of[(pair & 0xffff_ffff) as usize]);
    pairs.extend(apart.map(|(pair, _)| (*pair, Outcome::Review)));
    pairs
}

/// For each row the smallest row of its group.
fn number(of: &[u32], order: &[u32]) -> Vec<u32> {
    let mut smallest = vec![u32::MAX; of.len()];
    for (group, row) in of.iter().zip(order) {
        smallest[*group as usize] = smallest[*group as usize].min(*row);
    }
    let mut clusters = vec![0; of.len()];
    for (group, row) in of.iter().zip(order) {
        clusters[*row as usize] = smallest[*group as usize];
    }
    clusters
}
