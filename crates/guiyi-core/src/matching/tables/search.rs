//! The search for pairs worth comparing, and the training on them: all that comes before pairs are weighed.
//!
//! Laws: what random records agree on by chance is the ground of every weight; pairs that a person labelled teach beside
//! those that the data give away.

use std::sync::OnceLock;

use rayon::prelude::*;

use super::blocks::Candidates;
use super::candidates::{self, PassCount};
use super::decoys::Decoys;
use super::field::Field;
use super::model::Model;
use super::nearest::{Among, Index};
use super::persons::{self, Given};
use super::records::{Records, Seekers};
use super::rows::{Pair, Rows, ends};
use super::said::Said;
use super::train::{self, Ground};
use super::{Kind, Options, chance, compare, compete, moves, relatives, siblings, together};
use crate::matching::hash::mix;

/// Pairs of random records that show how often values agree by chance: where records are few, so are the pairs that
/// chance makes alike, and more are needed to see one.
const RANDOM: [u64; 2] = [1_000_000, 50_000];
/// Candidates that train the model, about, where records are many; else all do.
const TRAINING: u64 = 60_000;

/// Records of each of two files that show what chance makes within it, at most; and where one column alone is asked.
const ASKING: usize = 20_000;
const ASKING_ALONE: usize = 4_000;

/// Records, ready to be searched for pairs.
pub(super) struct Search<'r> {
    pub(super) rows: Rows<'r>,
    records: &'r Records,
    said: &'r Said,
    pub(super) untrained: Model,
    ground: Ground,
    /// Pairs within each of two files, where they are asked for.
    decoys: OnceLock<Decoys>,
}

impl<'r> Search<'r> {
    pub(super) fn new(records: &'r Records, said: &'r Said) -> Self {
        let rows = Rows::new(&records.fields);
        let may = |a: u32, b: u32| records.may(a, b);
        let random = random_levels(records, &rows);
        let mut untrained = Model::new(&records.kinds(), &random);
        for (field, (name, _)) in untrained.fields.iter_mut().zip(records.names()) {
            name.clone_into(&mut field.name);
        }
        untrained.bonds = together::find(&records.fields, &untrained, |pairs| rows.patterns(pairs), may);
        if !said.labels.is_empty() {
            let of = records.of_rows();
            let taught = said.labels.iter().filter_map(|label| {
                let (a, b) = (*of.get(label.a as usize)?, *of.get(label.b as usize)?);
                Some((rows.pattern((a.min(b), a.max(b))), label.same))
            });
            untrained.taught = taught.collect();
        }
        let copies = together::copies(&records.fields);
        let mut filled: Vec<f64> = records.fields.iter().map(|field| field.filled.powi(2)).collect();
        for (_, second) in &copies {
            filled[*second] = 0.0;
        }
        Self {
            untrained,
            ground: Ground {
                n: records.len(),
                n_smaller: records.n_smaller(),
                n_pairs: records.n_pairs(),
                is_searched: records.seekers() != Seekers::Nobody,
                naming: relatives::naming(&records.fields),
                given: Given::of(&records.fields, &records.grounds),
                all_given: persons::all_given(&records.fields, &records.grounds),
                beside: moves::beside_addresses(&records.fields),
                filled,
                copies,
            },
            decoys: OnceLock::new(),
            rows,
            records,
            said,
        }
    }

    /// What is worth comparing, and how it was found.
    pub(super) fn candidates(&self) -> (Candidates, Vec<PassCount>) {
        candidates::find(self.records, &self.said.passes, |pairs, shown| {
            let (model, patterns, _) = self.train(pairs, shown);
            patterns.par_iter().map(|pattern| model.probability(*pattern)).collect()
        })
    }

    /// The model that was given, where it fits the fields, that of a few records, or one trained on the candidates.
    pub(super) fn model(&self, candidates: &Candidates, options: &Options) -> Model {
        let given = options.model.as_ref();
        given
            .and_then(|model| {
                (model.fitted(self.records.names()).ok()).or_else(|| model.arranged(self.records.names()))
            })
            .or_else(|| Model::of_few(self.records, self.said))
            .unwrap_or_else(|| {
                let few = self.ground.is_searched;
                let may = |a: u32, b: u32| self.records.may(a, b);
                let (pairs, shown) = candidates.sample(if few { u64::MAX } else { TRAINING }, may);
                let (mut model, patterns, is_believed) = self.train(&pairs, shown);
                if shown < 1.0 {
                    return model;
                }
                let side = self.records.is_link.then_some(&*self.records.side);
                let weigh = |model: &Model, pair| self.rows.weigh(model, pair);
                // Rivals are told by what candidates say of chance.
                if is_believed {
                    let are_siblings = |model: &Model| {
                        (self.decoys()).is_some_and(|decoys| siblings::are_taken(model, decoys, &patterns))
                    };
                    let n = self.records.len();
                    model = compete::compete(model, n, side, &pairs, &patterns, are_siblings, weigh);
                }
                if let Some(decoys) = self.decoys() {
                    decoys.raise(&mut model, &self.rows, &pairs, &patterns);
                }
                model
            })
    }

    /// A model trained on pairs, and their patterns; `shown` is the part of all candidates that they are. Also tells
    /// whether what candidates say of chance can be believed.
    fn train(&self, pairs: &[u64], shown: f64) -> (Model, Vec<u128>, bool) {
        let patterns = self.rows.patterns(pairs);
        let mut model = self.untrained.clone();
        let decoys = self.decoys().map(|decoys| (decoys, &self.rows));
        let is_believed = train::train(&mut model, &self.ground, shown, pairs, &patterns, decoys);
        (model, patterns, is_believed)
    }

    /// Records whose partner stands out, before anything is trained, with these, the clearest first; none where that is
    /// not asked for. Of a large file some are looked at.
    pub(super) fn outstanding(&self) -> Vec<Pair> {
        if !self.may_have_decoys() {
            return Vec::new();
        }
        let n = candidates::neighbors(self.records.len());
        let decoys = Decoys::new(self.records, &self.rows, n, ASKING_ALONE);
        let near = Index::build(self.records).pairs(n, Among::Partners, |record| decoys.is_asking(record));
        let told = decoys.told(&self.rows, &self.untrained, &near);
        let sure = told.sure.iter().take(told.n_outstanding() as usize);
        sure.map(|at| ends(near[*at])).collect()
    }

    /// The levels of a pair.
    pub(super) fn pattern(&self, pair: Pair) -> u128 {
        self.rows.pattern(pair)
    }

    fn decoys(&self) -> Option<&Decoys> {
        let n = candidates::neighbors(self.records.len());
        let make = || Decoys::new(self.records, &self.rows, n, ASKING);
        self.may_have_decoys().then(|| self.decoys.get_or_init(make))
    }

    fn may_have_decoys(&self) -> bool {
        // A number alone names nothing: that two are close is no sign that stands out.
        let is_number = matches!(&self.records.fields[..], [field] if field.kind == Kind::Number);
        self.records.is_link && self.ground.is_searched && !is_number
    }
}

/// For each field how often each level occurs among random pairs.
fn random_levels(records: &Records, rows: &Rows<'_>) -> Vec<Vec<f64>> {
    let (fields, n) = (&records.fields, records.len());
    let n_drawn = RANDOM[usize::from(records.seekers() == Seekers::Nobody)];
    let draw = |seed: u64| (mix(seed + 1) % n as u64) as u32;
    let mut pairs: Vec<u64> = (0..n_drawn.min((n as u64).pow(2)))
        .map(|at| (draw(2 * at), draw(2 * at + 1)))
        .filter(|(a, b)| a != b && records.may(*a, *b))
        .map(|(a, b)| u64::from(a) << 32 | u64::from(b))
        .collect();
    // In order they are found faster.
    pairs.par_sort_unstable();
    let mut levels = chance::levels(rows, &pairs);
    // How often values are equal by chance is counted, not sampled.
    let total = (n as f64) * (n as f64);
    let count = |(field, levels): (&Field, &mut Vec<f64>)| {
        let drawn: f64 = levels.iter().sum();
        if field.kind == Kind::Marks {
            return;
        }
        levels[..usize::from(compare::EQUAL)].fill(0.0);
        for (count, level) in field.shared().into_iter().filter(|(count, _)| *count > 0) {
            let (count, level) = (f64::from(count), usize::from(level) - 1);
            levels[level] += drawn * count * (count - 1.0).max(0.05) / (total * field.filled * field.filled);
        }
    };
    fields.par_iter().zip(&mut levels).for_each(count);
    levels
}
