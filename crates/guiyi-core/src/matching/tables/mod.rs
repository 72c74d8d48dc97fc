//! Matching of plain tables with nothing configured: one file for its duplicates, or two files with each other.
//!
//! It finds out what each column holds (`kind`), which columns of two files hold the same (`align`), which pairs
//! are worth comparing (`candidates`), how alike their values are (`compare`), what that weighs (`model`, `train`),
//! which fields agree together by chance (`together`), which records only share much (`relatives`), whether a file
//! holds each thing once and how many records have a partner (`partners`), and which belong together (`group`).
//! Laws: no label, word list or column name is needed; the order of rows, columns and files, the names of columns and
//! the number of threads change no decision; a pair is compared once.

mod align;
mod candidates;
mod compare;
mod date;
mod field;
mod group;
mod kind;
#[cfg(test)]
mod laws;
pub mod measure;
mod model;
mod model_file;
mod nearest;
mod partners;
mod relatives;
mod table;
#[cfg(test)]
mod tests;
mod text;
mod together;
mod train;

use rayon::prelude::*;

use super::hash::mix;
pub use candidates::PassCount;
pub use compare::level_names;
use field::Field;
pub use kind::Kind;
pub use model::{FieldModel, Model};
pub use model_file::{ModelMistake, parse as parse_model};
pub use relatives::Relatives;
pub use table::{Column, Table};
pub use together::Bond;

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
/// Pairs of fewer bits are never matched, whatever speaks for them besides.
const LEAST_BITS: f64 = -8.0;
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
    let ground = train::Ground {
        n,
        n_smaller: if is_link { n_left.min(n - n_left) } else { n },
        n_pairs,
        naming: relatives::naming(&fields),
    };
    let mut untrained = Model::new(&kinds, &random);
    let packed = |a: u32, b: u32| pattern(&fields, u64::from(a) << 32 | u64::from(b));
    untrained.bonds = together::find(&fields, &untrained, packed, may);
    let train = |pairs: &[u64]| -> (Model, Vec<u128>) {
        let patterns: Vec<u128> = pairs.par_iter().map(|pair| pattern(&fields, *pair)).collect();
        let mut model = untrained.clone();
        train::train(&mut model, &ground, pairs, &patterns);
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
    let mut kept: Vec<(u64, f64)> = pairs
        .par_iter()
        .map(|pair| (*pair, weigh(*pair)))
        .filter(|(_, weight)| *weight >= least.min(LEAST_BITS))
        .collect();
    drop(pairs);
    let bond = |(pair, weight): &(u64, f64)| ((pair >> 32) as u32, *pair as u32, *weight as f32);
    let mut graph: Vec<(u32, u32, f32)> = kept.iter().filter(|(_, weight)| *weight > 0.0).map(bond).collect();
    let distinct = if is_link {
        group::distinct(&graph, n, &side)
    } else {
        [false; 2]
    };
    // Where one side holds each thing once, a record of the other has one partner at most.
    let gain = if distinct == [false; 2] {
        0.0
    } else {
        let all: Vec<(u32, u32, f32)> = kept.iter().map(bond).collect();
        let gain = |own: u8, n_side: usize| {
            if distinct[usize::from(1 - own)] {
                partners::bits(&all, |record| side[record as usize] == own, n, n_side)
            } else {
                0.0
            }
        };
        let gain = gain(0, n_left).max(gain(1, n - n_left));
        graph = all
            .into_iter()
            .map(|(a, b, weight)| (a, b, weight + gain))
            .filter(|(.., weight)| *weight > 0.0)
            .collect();
        gain
    };
    kept.retain(|(_, weight)| *weight >= least);
    let of = group::group(
        n,
        &graph,
        |a, b| weigh(u64::from(a.min(b)) << 32 | u64::from(a.max(b))) as f32 + gain,
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
