//! Matching of plain tables with nothing configured: one file for its duplicates, or two files with each other.
//!
//! It finds out what each column holds (`kind`), which columns of two files hold the same (`align`), be it in words of
//! their own (`synonyms`), which are compared as one (`joined`, `pooled`), which have nothing to do with the rest
//! (`unrelated`), how a list of names is read (`alone`), which words stand for each other (`words`), which pairs are
//! worth comparing (`candidates`), how alike their values are (`compare`), what that weighs (`model`, `train`, and `start` for a few records) against what chance
//! makes of random pairs (`random`) and of the likeliest within each of two files (`decoys`), which fields agree together
//! by chance (`together`) or change together in one thing (`moves`), which records only share much (`relatives`), look
//! alike (`compete`, `siblings`) or are kept apart whatever they share (`vetoes`, `sisters`), whether a file holds each
//! thing once and how many records have a partner (`partners`), and which belong together (`group`). What was found can
//! be kept, so that later records are matched against it one by one (`index`).
//! Laws: no label, word list or column name is needed; the order of rows, columns and files, the names of columns (but
//! those of latitude and longitude, and of two files where the values leave open which columns correspond) and the
//! number of threads change no decision; a pair is compared once.

mod active;
mod address;
mod align;
mod alone;
mod bags;
mod blocks;
mod bridges;
mod candidates;
mod chance;
mod columns;
mod compare;
mod compete;
mod date;
mod decoys;
mod durations;
mod ends;
mod excess;
mod explain;
mod familiar;
mod field;
mod fit;
mod foreign;
mod forms;
#[cfg(test)]
mod forms_tests;
mod globe;
mod group;
mod index;
mod joined;
mod keys;
mod kin;
mod kind;
#[cfg(test)]
mod laws;
mod letters;
mod margins;
mod marks;
pub mod measure;
mod measures;
mod model;
mod model_file;
mod moves;
mod nearest;
mod numbers;
mod partners;
mod parts;
mod persons;
mod phonetic;
mod pooled;
mod random;
mod records;
mod relatives;
mod rows;
mod said;
mod scoring;
mod scripts;
mod search;
mod sets;
mod siblings;
mod sisters;
mod smooth;
mod sort;
mod spread;
mod start;
mod synonyms;
mod table;
#[cfg(test)]
mod tests;
mod text;
mod together;
mod torn;
mod train;
mod twins;
mod unrelated;
mod values;
mod vetoes;
mod words;

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::decision::Veto;
pub use active::most_telling;
pub use bridges::Bridge;
pub use candidates::PassCount;
pub use compare::level_names;
pub use explain::{Evidence, Explained, explain};
use field::Field;
pub use fit::ModelMisfit;
pub use index::{Found, Index, IndexMistake, Source};
pub use kind::Kind;
pub(super) use model::level;
pub use model::{FieldModel, Model};
pub use model_file::{ModelMistake, parse as parse_model};
pub use moves::Move;
use partners::Partners;
use records::Records;
pub use relatives::Relatives;
pub use said::{Label, Said, SaidField, Tells, Usual};
use scoring::Scored;
use search::Search;
pub use table::{Column, Table};
pub use together::Bond;
use torn::Torn;
use vetoes::Vetoes;

/// What may be said beforehand.
#[derive(Debug, Clone)]
pub struct Options {
    /// Pairs of a lower probability are not kept, unless they are matched.
    pub least_probability: f64,
    /// A model trained before; one whose fields are of other kinds than the tables' is not used.
    pub model: Option<Model>,
    /// What a person says of the tables and of pairs.
    pub said: Said,
    /// Pairs of rows known to be true, to measure how many of them are candidates; they decide nothing.
    pub truth: Vec<(u32, u32)>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            least_probability: 0.1,
            model: None,
            said: Said::default(),
            truth: Vec::new(),
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
    /// Probability that the two are the same, by their values, and where a table holds each thing once by those of the
    /// others that it could be.
    pub probability: f64,
    /// The final word, after groups were made.
    pub outcome: Outcome,
    /// What keeps the two apart although their values speak for them.
    pub veto: Option<Veto>,
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
    /// How many of the pairs known to be true were among them.
    pub n_true_candidates: u64,
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

/// Pairs of fewer bits are never matched, whatever speaks for them besides.
const LEAST_BITS: f64 = -5.0;
/// Bits that somebody's word weighs.
const WORD: f32 = 1000.0;

/// Finds the records of one table, or of two, that are the same thing.
///
/// Rows of a second table are numbered after those of the first. No rows give no pairs. Of more than 31 columns those
/// that say least are passed over.
pub fn link(tables: &[&Table], options: &Options) -> Linkage {
    let records = records_of(tables, options);
    let (linkage, _) = link_records(&records, options);
    // Giving memory back takes time, too.
    records.fields.into_par_iter().for_each(drop);
    linkage
}

fn records_of(tables: &[&Table], options: &Options) -> Records {
    Records::known(tables, &options.said, options.model.as_ref())
}

/// The least probability, beside all others that a record could have, of a partner that it takes once those are taken.
const LEAST_AMONG: f64 = 0.2;

/// From which weights on pairs count, in bits.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Bar {
    /// Pairs of a lower probability are not named, unless they are matched.
    least: f64,
    /// What is taken off before records are grouped.
    from: f64,
    /// What is added where a record has one partner at most.
    gain: f32,
    /// Share of the records without a partner, where one has one at most.
    alone: f64,
}

fn link_records(records: &Records, options: &Options) -> (Linkage, Bar) {
    let said = &options.said;
    let search = Search::new(records, said);
    let (candidates, passes) = search.candidates();
    let mut model = search.model(&candidates, options);
    model.unrelated.clone_from(&records.unrelated);
    let rows = search.rows;
    let may = |a: u32, b: u32| records.may(a, b);
    let bits = |probability: f64| (probability / (1.0 - probability)).log2();
    let least = bits(options.least_probability).min(0.0);
    let from = said.match_from.map_or(0.0, bits);
    let least_kept = if records.is_link { least.min(LEAST_BITS) } else { least }.min(from);
    let (mut kept, n_candidates) = scoring::score(&rows, &model, &candidates, least_kept, may);
    let n_true_candidates = count_known(&options.truth, &candidates, records);
    drop(candidates);
    let words = Words::new(&said.labels, records);
    let ends = |(a, b): &rows::Pair| [*a, *b];
    let asked = kept
        .iter()
        .flat_map(|kept| ends(&kept.pair))
        .chain(words.0.keys().flat_map(ends));
    let vetoes = Vetoes::new(records, said, &asked);
    let bonds: Vec<(u32, u32, f32)> = kept
        .par_iter()
        .filter(|kept| vetoes.of(&rows, kept.pair.0, kept.pair.1).is_none())
        .map(|kept| (kept.pair.0, kept.pair.1, (kept.weight - from) as f32))
        .collect();
    let speaks_for =
        |gain: f32| move |(a, b, weight): &(u32, u32, f32)| (weight + gain > 0.0).then_some((*a, *b, weight + gain));
    let mut graph: Vec<(u32, u32, f32)> = bonds.iter().filter_map(speaks_for(0.0)).collect();
    let distinct = match said.distinct {
        _ if !records.is_link => [false; 2],
        Some(distinct) => distinct,
        None => compete::distinct(&graph, records.len(), &records.side, &model),
    };
    // Where one side holds each thing once, a record of the other has one partner at most.
    let sides = (0..2_u8).filter(|own| distinct[usize::from(1 - own)]);
    let partners: Vec<Partners> = sides.map(|own| Partners::new(own, &bonds, &records.side)).collect();
    let gain = partners.iter().map(Partners::bits).fold(0.0, f32::max);
    let probability = |pair: rows::Pair, weight: f64| {
        let among = partners.iter().map(|own| own.probability(pair, &records.side, weight));
        among.reduce(f64::min).unwrap_or_else(|| 1.0 / (1.0 + (-weight).exp2()))
    };
    if gain > 0.0 {
        let may_be =
            |(a, b, weight): &&(u32, u32, f32)| probability((*a, *b), f64::from(*weight) + from) >= LEAST_AMONG;
        graph = bonds.iter().filter(may_be).filter_map(speaks_for(gain)).collect();
    }
    drop(bonds);
    kept.retain(|kept| probability(kept.pair, kept.weight) >= options.least_probability);
    words.settle(&mut graph);
    let weigh = |a: u32, b: u32| {
        let pair = (a.min(b), a.max(b));
        let weighed = || match vetoes.of(&rows, a, b) {
            Some(_) => f32::NEG_INFINITY,
            None => (rows.weigh(&model, pair) - from) as f32 + gain,
        };
        words.of(pair).unwrap_or_else(weighed)
    };
    let torn = Torn::find(&mut graph, &rows, &model, records.is_link, weigh);
    let of = parts::group_parts(
        records.len(),
        &graph,
        |a, b| torn.weigh(a, b, weigh),
        |record| Some(records.side[record as usize]).filter(|side| distinct[usize::from(*side)]),
    );
    let order = &records.order;
    let mut sizes = vec![0_u32; records.len()];
    for group in &of {
        sizes[*group as usize] += 1;
    }
    let is_solid = |record: u32| sizes[of[record as usize] as usize] > 1;
    let bridge = |(a, b): rows::Pair, weight: f64| {
        let is_bridge = !records.is_link && weight > from && is_solid(a) && is_solid(b);
        is_bridge.then_some(Veto::Bridge)
    };
    let make = |scored: &Scored| {
        let (Scored { pair, pattern, weight }, outcome) = (*scored, outcome(&of, scored));
        let (a, b) = (order[pair.0 as usize], order[pair.1 as usize]);
        Pair {
            a: a.min(b),
            b: a.max(b),
            pattern,
            weight,
            probability: probability(pair, weight),
            outcome,
            veto: (outcome == Outcome::Review)
                .then(|| vetoes.of(&rows, pair.0, pair.1).or_else(|| bridge(pair, weight)))
                .flatten(),
        }
    };
    let mut missing = unscored(&of, &kept, may);
    missing.extend(words.unscored(&of, &kept));
    let joined = rows.score(&model, &missing);
    let mut pairs: Vec<Pair> = kept.par_iter().chain(&joined).map(make).collect();
    pairs.par_sort_unstable_by_key(|pair| (pair.a, pair.b));
    let linkage = Linkage {
        fields: records.fields.iter().map(summarize).collect(),
        passes,
        n_candidates,
        n_true_candidates,
        distinct: distinct[..=usize::from(records.is_link)].to_vec(),
        pairs,
        clusters: number(&of, order),
        model,
    };
    let bar = Bar {
        least: options.least_probability,
        from,
        gain,
        alone: f64::from(-gain).exp2(),
    };
    (linkage, bar)
}

/// What would be compared.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The fields to compare.
    pub fields: Vec<FieldSummary>,
    /// Columns that would not be, since they have nothing to do with what the others say.
    pub unrelated: Vec<String>,
    /// How candidates would be found.
    pub passes: Vec<PassCount>,
    /// How many there would be.
    pub n_candidates: u64,
}

/// What [`link`] would compare. Costs what finding candidates costs, and nothing is compared but samples.
pub fn plan(tables: &[&Table], options: &Options) -> Plan {
    let records = records_of(tables, options);
    let search = Search::new(&records, &options.said);
    let (candidates, passes) = search.candidates();
    Plan {
        fields: records.fields.iter().map(summarize).collect(),
        unrelated: records.unrelated.clone(),
        passes,
        n_candidates: candidates.count(|a, b| records.may(a, b)),
    }
}

/// How many of some pairs of rows are candidates.
fn count_known(known: &[(u32, u32)], candidates: &blocks::Candidates, records: &Records) -> u64 {
    if known.is_empty() {
        return 0;
    }
    let of = records.of_rows();
    let pair = |(a, b): &(u32, u32)| {
        let (a, b) = (*of.get(*a as usize)?, *of.get(*b as usize)?);
        Some((a.min(b), a.max(b)))
    };
    let mut known: Vec<rows::Pair> = known.iter().filter_map(pair).collect();
    known.sort_unstable();
    known.dedup();
    let of_record = |partners: &mut Vec<u32>, pairs: &[rows::Pair]| {
        candidates.partners(pairs[0].0, partners, |a, b| records.may(a, b));
        pairs.iter().filter(|(_, b)| partners.binary_search(b).is_ok()).count() as u64
    };
    known
        .par_chunk_by(|one, other| one.0 == other.0)
        .map_init(Vec::new, of_record)
        .sum()
}

/// What somebody said of pairs of records; the last word about a pair counts.
struct Words(BTreeMap<rows::Pair, bool>);

impl Words {
    fn new(labels: &[Label], records: &Records) -> Self {
        if labels.is_empty() {
            return Self(BTreeMap::new());
        }
        let of = records.of_rows();
        let pair = |label: &Label| {
            let (a, b) = (*of.get(label.a as usize)?, *of.get(label.b as usize)?);
            Some(((a.min(b), a.max(b)), label.same))
        };
        Self(labels.iter().filter_map(pair).collect())
    }

    /// What a pair weighs by somebody's word: more than anything else, or less.
    fn of(&self, pair: rows::Pair) -> Option<f32> {
        let same = self.0.get(&pair)?;
        Some(if *same { WORD } else { f32::NEG_INFINITY })
    }

    /// The pairs that somebody calls the same, where others kept them in two groups and they are not among the scored.
    fn unscored(&self, of: &[u32], scored: &[Scored]) -> impl Iterator<Item = rows::Pair> {
        let is_scored = |pair: rows::Pair| scored.binary_search_by_key(&pair, |scored| scored.pair).is_ok();
        let same = self.0.iter().filter(|(_, same)| **same).map(|(pair, _)| *pair);
        same.filter(move |pair| of[pair.0 as usize] != of[pair.1 as usize] && !is_scored(*pair))
    }

    /// Puts the words in the place of the weights.
    fn settle(&self, graph: &mut Vec<(u32, u32, f32)>) {
        graph.retain(|(a, b, _)| !self.0.contains_key(&(*a, *b)));
        let same = self.0.iter().filter(|(_, same)| **same);
        graph.extend(same.map(|((a, b), _)| (*a, *b, WORD)));
    }
}

fn summarize(field: &Field) -> FieldSummary {
    FieldSummary {
        header: field.header.clone(),
        kind: field.kind,
        filled: field.filled,
        n_values: field.values.len() - 1,
    }
}

/// What a pair is, by the group of each record.
fn outcome(of: &[u32], Scored { pair: (a, b), .. }: &Scored) -> Outcome {
    if of[*a as usize] == of[*b as usize] {
        Outcome::Match
    } else {
        Outcome::Review
    }
}

/// The pairs that share a group and are not among the scored ones, which are sorted by pair.
fn unscored(of: &[u32], scored: &[Scored], may: impl Fn(u32, u32) -> bool) -> Vec<rows::Pair> {
    let mut by_group: Vec<(u32, u32)> = Vec::new();
    for (record, first) in (0_u32..).zip(of).filter(|(record, first)| *record != **first) {
        by_group.push((*first, record));
    }
    by_group.par_sort_unstable();
    let mut n_scored = vec![0_u32; of.len()];
    for scored in scored.iter().filter(|scored| outcome(of, scored) == Outcome::Match) {
        n_scored[of[scored.pair.0 as usize] as usize] += 1;
    }
    let mut missing = Vec::new();
    for group in by_group.chunk_by(|x, y| x.0 == y.0) {
        // The first member is the group's number.
        let first = group[0].0;
        if group.len() * (group.len() + 1) / 2 == n_scored[first as usize] as usize {
            continue;
        }
        let members = || std::iter::once(first).chain(group.iter().map(|(_, record)| *record));
        let is_scored = |pair: rows::Pair| scored.binary_search_by_key(&pair, |scored| scored.pair).is_ok();
        for (at, a) in members().enumerate() {
            let others = members().skip(at + 1).filter(|b| may(a, *b) && !is_scored((a, *b)));
            missing.extend(others.map(|b| (a, b)));
        }
    }
    missing
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
