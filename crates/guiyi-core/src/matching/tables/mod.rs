//! Matching of plain tables with nothing configured: one file for its duplicates, or two files with each other.
//!
//! It finds out what each column holds (`kind`), which columns of two files hold the same (`align`), which pairs
//! are worth comparing (`candidates`), how alike their values are (`compare`), what that weighs (`model`), whether
//! a file holds each thing once, and which records belong together (`group`).
//! Laws: no label, word list or column name is needed; the order of rows, columns and files, the names of columns and
//! the number of threads change no decision; a pair is compared once.

mod align;
mod bags;
mod blocks;
mod candidates;
mod compare;
mod date;
mod field;
mod group;
mod kind;
mod letters;
pub mod measure;
mod model;
mod model_file;
mod nearest;
mod parts;
mod rows;
mod scoring;
mod sort;
mod table;
#[cfg(test)]
mod tests;
mod text;
mod values;

use rayon::prelude::*;

use super::hash::{Map, mix};
pub use candidates::PassCount;
pub use compare::level_names;
use field::Field;
pub use kind::Kind;
pub use model::{FieldModel, Model};
pub use model_file::{ModelMistake, parse as parse_model};
use rows::Rows;
pub use table::{Column, Table};
use values::Cells;

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
/// Candidates that train the model, about, where records are many; else all do.
const TRAINING: u64 = 200_000;

/// Finds the records of one table, or of two, that are the same thing.
///
/// Rows of a second table are numbered after those of the first. No rows give no pairs. Of more than 31 columns those
/// that say least are passed over.
pub fn link(tables: &[&Table], options: &Options) -> Linkage {
    let n: usize = tables.iter().map(|table| table.n_rows()).sum();
    let mut cells = Cells::read(tables);
    let order = order_records(std::mem::take(&mut cells.prints));
    let n_left = tables.first().map_or(0, |table| table.n_rows());
    let side: Vec<u8> = order.iter().map(|row| u8::from(*row as usize >= n_left)).collect();
    let is_link = tables.len() == 2;
    let may = |a: u32, b: u32| !is_link || side[a as usize] != side[b as usize];
    let fields = make_fields(tables, cells, &order);
    let rows = Rows::new(&fields);
    let kinds: Vec<Kind> = fields.iter().map(|field| field.kind).collect();
    let random = random_levels(&fields, &rows, n, may);
    let n_pairs = if is_link {
        n_left as f64 * (n - n_left) as f64
    } else {
        n as f64 * (n as f64 - 1.0) / 2.0
    };
    // `shown` is the part of all candidates that they are.
    let train = |pairs: &[u64], shown: f64| -> (Model, Vec<u128>) {
        let patterns = rows.patterns(pairs);
        let mut model = Model::new(&kinds, &random);
        train(&mut model, n, n_pairs, shown, pairs, &patterns);
        (model, patterns)
    };
    let (candidates, passes) = candidates::find(&fields, n, may, |pairs, shown| {
        let (model, patterns) = train(pairs, shown);
        patterns.par_iter().map(|pattern| model.probability(*pattern)).collect()
    });
    let model = match &options.model {
        Some(model) if model.fields.iter().map(|field| field.kind).eq(kinds.iter().copied()) => model.clone(),
        _ => {
            let about = if n <= candidates::FEW { u64::MAX } else { TRAINING };
            let (pairs, shown) = candidates.sample(about, may);
            train(&pairs, shown).0
        }
    };
    let least = (options.least_probability / (1.0 - options.least_probability))
        .log2()
        .min(0.0);
    let (kept, n_candidates) = scoring::score(&rows, &model, &candidates, least, may);
    drop(candidates);
    let graph: Vec<(u32, u32, f32)> = kept
        .iter()
        .filter(|(_, weight)| *weight > 0.0)
        .map(|((a, b), weight)| (*a, *b, *weight as f32))
        .collect();
    let distinct = if is_link {
        group::distinct(&graph, n, &side)
    } else {
        [false; 2]
    };
    let of = parts::group_parts(
        n,
        &graph,
        |a, b| rows.weigh(&model, (a.min(b), a.max(b))) as f32,
        |record| Some(side[record as usize]).filter(|side| distinct[usize::from(*side)]),
    );
    let make = |(pair, outcome): ((u32, u32), Outcome)| {
        let (pattern, weight) = rows.pattern_and_weight(&model, pair);
        let (a, b) = (order[pair.0 as usize], order[pair.1 as usize]);
        Pair {
            a: a.min(b),
            b: a.max(b),
            pattern,
            weight,
            probability: 1.0 / (1.0 + (-weight).exp2()),
            outcome,
        }
    };
    let mut pairs: Vec<Pair> = name_pairs(&of, &kept, may).into_par_iter().map(make).collect();
    pairs.par_sort_unstable_by_key(|pair| (pair.a, pair.b));
    Linkage {
        fields: fields.iter().map(summarize).collect(),
        passes,
        n_candidates,
        distinct: distinct[..tables.len().min(2)].to_vec(),
        pairs,
        clusters: number(&of, &order),
        model,
    }
}

/// The rows in the order in which records are numbered: by what they hold, so that no order of theirs can matter.
fn order_records(prints: Vec<u64>) -> Vec<u32> {
    let printed: Vec<(u64, u32)> = prints.into_iter().map(mix).zip(0..).collect();
    sort::by_hash(printed).into_iter().map(|(_, row)| row).collect()
}

/// The two records of a pair that is packed into one number.
fn ends(pair: u64) -> (u32, u32) {
    ((pair >> 32) as u32, pair as u32)
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
fn make_fields(tables: &[&Table], cells: Cells, order: &[u32]) -> Vec<Field> {
    let mut columns = align::align(tables);
    columns.retain(|columns| columns.iter().all(Option::is_some));
    let fields: Vec<Field> = columns
        .par_iter()
        .map(|columns| Field::new(tables, columns, &cells, order))
        .collect();
    drop(cells);
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

/// For each field how often each level occurs among random pairs.
fn random_levels(fields: &[Field], rows: &Rows<'_>, n: usize, may: impl Fn(u32, u32) -> bool) -> Vec<Vec<f64>> {
    let draw = |seed: u64| (mix(seed + 1) % n as u64) as u32;
    let mut pairs: Vec<u64> = (0..RANDOM.min((n as u64).pow(2)))
        .map(|at| (draw(2 * at), draw(2 * at + 1)))
        .filter(|(a, b)| a != b && may(*a, *b))
        .map(|(a, b)| u64::from(a) << 32 | u64::from(b))
        .collect();
    // In order they are found faster.
    pairs.par_sort_unstable();
    let patterns = rows.patterns(&pairs);
    let mut levels: Vec<Vec<f64>> = fields
        .iter()
        .map(|field| vec![0.0; compare::n_levels(field.kind)])
        .collect();
    for pattern in patterns {
        for (at, levels) in levels.iter_mut().enumerate() {
            if let level @ 1.. = model::level(pattern, at) {
                levels[level - 1] += 1.0;
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
fn train(model: &mut Model, n: usize, n_pairs: f64, shown: f64, pairs: &[u64], patterns: &[u128]) {
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
    let (mut seeds, mut n_sure): (Map<u128, f64>, u32) = (Map::default(), 0);
    for (pair, pattern) in pairs.iter().zip(patterns) {
        let own = start[pattern];
        if own > 0.0 && ends(*pair).iter().all(|record| own >= best[*record]) {
            *seeds.entry(*pattern).or_default() += 1.0;
            n_sure += u32::from(own > needed);
        }
    }
    if f64::from(n_sure) < (LEAST_SURE * n as f64 * shown).max(3.0) {
        // Nothing to learn from: what stands out against chance may still be a match.
        model.prior = 1.0 / (1.0 + chance);
        return;
    }
    let mut counts: Vec<(u128, f64)> = counts.into_iter().collect();
    counts.sort_unstable_by_key(|(pattern, _)| *pattern);
    let share = |(pattern, count): &(u128, f64)| seeds.get(pattern).map_or(0.0, |seeds| 0.98 * seeds / count);
    let shares: Vec<f64> = counts.iter().map(share).collect();
    // What chance does is seen in random pairs and cannot be mistaken; that a key brought a pair together is part of its
    // pattern already. Nearest neighbors, however, are chosen for being alike all over: chance among them is learned
    // from them, unless the two kinds come out mixed up and there are far too many matches.
    let mut pinned = model.clone();
    pinned.pin(&counts, &shares, PINNED_ROUNDS, n_pairs * shown);
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
fn name_pairs(of: &[u32], kept: &[((u32, u32), f64)], may: impl Fn(u32, u32) -> bool) -> Vec<((u32, u32), Outcome)> {
    let mut by_group: Vec<(u32, u32)> = Vec::new();
    for (record, first) in (0_u32..).zip(of).filter(|(record, first)| *record != **first) {
        by_group.push((*first, record));
    }
    by_group.sort_unstable();
    let mut pairs = Vec::new();
    for group in by_group.chunk_by(|x, y| x.0 == y.0) {
        // The first member is the group's number.
        let members = || std::iter::once(group[0].0).chain(group.iter().map(|(_, record)| *record));
        for (at, a) in members().enumerate() {
            let others = members().skip(at + 1).filter(|b| may(a, *b));
            pairs.extend(others.map(|b| ((a, b), Outcome::Match)));
        }
    }
    let apart = kept.iter().filter(|((a, b), _)| of[*a as usize] != of[*b as usize]);
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
