//! Scoring: what the candidates weigh, those left early that cannot be worth naming.
//!
//! Of every pair first only what a glance at its values says is looked at: it bounds what each field can weigh. Only
//! then are values compared, field by field, as long as the rest could still lift the pair over what is asked for.
//! Law: gives exactly the pairs, and the weights, that comparing all fields of all candidates would give.

use rayon::prelude::*;

use super::blocks::Candidates;
use super::compare::{EQUAL, KIN, bag_level};
use super::field::{Field, Prepared};
use super::kind::Kind;
use super::model::{FieldModel, Model};
use super::rows::{self, Pair, Rows, TOGETHER};

/// Records that a thread takes at a time.
const CHUNK: usize = 4096;
/// Bits by which sums of the same weights in another order may differ, and more.
const SLACK: f64 = 1e-6;

/// A pair, the levels of its fields, packed, and what it weighs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Scored {
    pub(super) pair: Pair,
    pub(super) pattern: u128,
    pub(super) weight: f64,
}

/// The candidates that weigh at least `least` bits, by pair, and how many candidates there were.
pub(super) fn score(
    rows: &Rows<'_>,
    model: &Model,
    candidates: &Candidates,
    least: f64,
    may: impl Fn(u32, u32) -> bool + Sync,
) -> (Vec<Scored>, u64) {
    let bounds = Bounds::new(rows.fields, model);
    let n = rows.len();
    let parts: Vec<(Vec<Scored>, u64)> = (0..n.div_ceil(CHUNK))
        .into_par_iter()
        .map(|chunk| {
            let (mut kept, mut count) = (Vec::new(), 0);
            let (mut partners, mut batch) = (Vec::new(), Batch::default());
            let records = chunk * CHUNK..n.min((chunk + 1) * CHUNK);
            let last = records.end - 1;
            for a in records {
                if a.is_multiple_of(TOGETHER) {
                    candidates.fetch(a..n.min(a + TOGETHER));
                }
                candidates.partners(a as u32, &mut partners, &may);
                batch.pairs.extend(partners.iter().map(|b| (a as u32, *b)));
                if batch.pairs.len() >= TOGETHER || a == last {
                    count += batch.pairs.len() as u64;
                    batch.score(rows, model, &bounds, least, &mut kept);
                }
            }
            (kept, count)
        })
        .collect();
    let count = parts.iter().map(|part| part.1).sum();
    let mut kept = Vec::with_capacity(parts.iter().map(|part| part.0.len()).sum());
    for (part, _) in parts {
        kept.extend(part);
    }
    (kept, count)
}

/// Pairs that are looked at together, ascending; room that is used again and again.
#[derive(Default)]
struct Batch {
    pairs: Vec<Pair>,
    /// The pairs that a glance leaves open, and the most that each weighs by what is known of it.
    open: Vec<(Pair, f64)>,
    /// The most that each field of an open pair weighs, pair by pair.
    most: Vec<f64>,
    /// The levels of the open pairs' fields.
    levels: Vec<(u8, f32)>,
    values: Vec<u32>,
}

impl Batch {
    /// Scores and clears the batch.
    fn score(&mut self, rows: &Rows<'_>, model: &Model, bounds: &Bounds, least: f64, kept: &mut Vec<Scored>) {
        let width = rows.fields.len();
        let reaches = |most: f64| most >= least - SLACK;
        rows.fetch(self.pairs.iter().map(|(_, b)| *b));
        self.open.clear();
        self.most.clear();
        for pair in &self.pairs {
            let start = self.most.len();
            self.most.resize(start + width, 0.0);
            let most = bounds.glance(rows, *pair, &mut self.most[start..]);
            if reaches(most) {
                self.open.push((*pair, most));
            } else {
                self.most.truncate(start);
            }
        }
        for at in &bounds.texts {
            let Prepared::Bags(bags) = &rows.fields[*at].prepared else {
                continue;
            };
            let open = self.open.iter().filter(|(_, most)| reaches(*most));
            self.values.clear();
            self.values.extend(open.map(|((a, _), _)| rows.row(*a).id(*at)));
            self.values.dedup();
            bags.fetch(&self.values);
            // How much of a value's bag is of each sort of gram; pairs of one record follow each other.
            let mut shares = (0, [0.0; 64]);
            let places = (*at..).step_by(width);
            for (((a, b), most), place) in self.open.iter_mut().zip(places).filter(|((_, most), _)| reaches(*most)) {
                let (left, right) = rows.cells_of(*at, (*a, *b));
                let is_equal = left.value == right.value || left.value == 0 || right.value == 0;
                if is_equal || bags.are_read(left.value, right.value) {
                    continue;
                }
                if shares.0 != left.value {
                    shares = (left.value, bags.shares(left.value));
                }
                let own = bounds.most_of_text(*at, left.glance & right.glance, &shares.1);
                *most += own - std::mem::replace(&mut self.most[place], own);
            }
        }
        // Field by field, so that what the pairs need of it is fetched together.
        self.levels.clear();
        self.levels.resize(self.open.len() * width, (0, 0.5));
        for at in &bounds.order {
            let open = || self.open.iter().filter(|(_, most)| reaches(*most));
            rows.fetch_values(*at, open().map(|(pair, _)| *pair), &mut self.values);
            let places = (*at..).step_by(width);
            for ((pair, most), place) in self.open.iter_mut().zip(places).filter(|((_, most), _)| reaches(*most)) {
                let (level, within) = rows.level(*at, *pair);
                self.levels[place] = (level, within);
                if level > 0 {
                    *most += bounds.most_between(*at, level, within) - self.most[place];
                }
            }
        }
        let open = self.open.iter().zip(self.levels.chunks_exact(width.max(1)));
        for ((pair, _), levels) in open.filter(|((_, most), _)| reaches(*most)) {
            let weight = model.fine_weight(levels.iter().copied());
            if weight >= least {
                kept.push(Scored {
                    pair: *pair,
                    pattern: rows::pack(levels.iter().copied()),
                    weight,
                });
            }
        }
        self.pairs.clear();
    }
}

/// How much the fields can weigh at most, before values are compared in full.
struct Bounds {
    prior: f64,
    /// Fields in the order in which comparing them tells most for least work.
    order: Vec<usize>,
    /// Fields of texts, the fuller first: more pairs are told apart by them.
    texts: Vec<usize>,
    /// For each field the weight of every level, level 1 first.
    bits: Vec<Vec<f64>>,
    /// For each field and level the most that a level as bad or worse weighs.
    most: Vec<[f64; 16]>,
    /// For each field what it weighs at least: one that may have moved, and then says nothing, is no evidence against.
    least: Vec<f64>,
}

impl Bounds {
    fn new(fields: &[Field], model: &Model) -> Self {
        let mut order: Vec<usize> = (0..fields.len()).collect();
        order.sort_by_key(|at| match fields[*at].kind {
            Kind::Date
            | Kind::Number
            | Kind::Duration
            | Kind::Coordinates
            | Kind::Doors
            | Kind::Measures
            | Kind::Marks => 0,
            Kind::Name | Kind::Given | Kind::Words | Kind::Category | Kind::Code => 1,
            Kind::Phone | Kind::Email | Kind::Contacts => 2,
            Kind::Text | Kind::Specification | Kind::Address => 3,
        });
        let mut texts: Vec<usize> = (0..fields.len()).filter(|at| fields[*at].kind.is_text()).collect();
        texts.sort_by(|x, y| fields[*y].filled.total_cmp(&fields[*x].filled));
        // What only tells relatives makes no pair weigh more.
        let counted = |field: &FieldModel| {
            let own = field.bits.iter();
            own.map(|bits| if field.kind.is_counted() { *bits } else { 0.0 })
                .collect()
        };
        let bits: Vec<Vec<f64>> = model.fields.iter().map(counted).collect();
        let least = |at| {
            let may_move = model.moves.iter().any(|group| group.fields.contains(&at));
            // Marks that are codes only say nothing of others.
            if may_move || fields[at].kind == Kind::Marks {
                0.0
            } else {
                f64::MIN
            }
        };
        let least: Vec<f64> = (0..fields.len()).map(least).collect();
        let most = bits.iter().zip(&least).map(|(bits, least)| {
            let mut most = [*least; 16];
            for level in (1..=bits.len()).rev() {
                most[level] = bits[level - 1].max(if level < 15 { most[level + 1] } else { *least });
            }
            most
        });
        Self {
            prior: model.prior_bits(),
            most: most.collect(),
            order,
            texts,
            bits,
            least,
        }
    }

    /// The most that a pair weighs, and each of its fields, by a glance at the values; of texts that differ nothing is
    /// seen yet. `most` is all 0 before.
    fn glance(&self, rows: &Rows<'_>, pair: Pair, most: &mut [f64]) -> f64 {
        let mut sum = self.prior;
        for (at, (field, (left, right))) in rows.fields.iter().zip(rows.cells(pair)).enumerate() {
            let (a, b) = (left.value, right.value);
            if a == 0 || b == 0 {
                continue;
            }
            most[at] = if a == b && field.kind != Kind::Marks {
                self.bits[at][usize::from(field.equal[a as usize]) - 1].max(self.least[at])
            } else {
                let best = match field.kind {
                    Kind::Text | Kind::Specification | Kind::Address => EQUAL + 1,
                    _ => field.best_level(left.glance, right.glance),
                };
                let is_swapped = || usize::from(best) > KIN && rows.is_swapped(at, pair);
                let best = if is_swapped() { KIN as u8 } else { best };
                self.most[at][usize::from(best)]
            };
            sum += most[at];
        }
        sum
    }

    /// The most that two texts weigh whose grams have only these sorts in common: by the inequality of Cauchy and
    /// Schwarz their cosine is at most the root of what one of them has of these sorts.
    fn most_of_text(&self, at: usize, common: u64, shares: &[f32; 64]) -> f64 {
        let (mut common, mut share) = (common, 1e-6);
        while common != 0 {
            share += shares[common.trailing_zeros() as usize];
            common &= common - 1;
        }
        let (level, place) = bag_level(share.sqrt().min(1.0));
        let better = usize::from(EQUAL + level - u8::from(place < 0.5 && level > 1));
        self.most[at][better]
    }

    /// The most that a level weighs at a place in it: where in a level a pair lies moves its weight toward a neighbor's.
    fn most_between(&self, at: usize, level: u8, place: f32) -> f64 {
        let bits = &self.bits[at];
        let own = usize::from(level) - 1;
        let toward = if place < 0.5 { own.saturating_sub(1) } else { own + 1 };
        let is_between = level > EQUAL && place.total_cmp(&0.5).is_ne() && toward >= usize::from(EQUAL);
        let other = bits.get(toward).filter(|_| is_between).unwrap_or(&bits[own]);
        bits[own].max(*other).max(self.least[at])
    }
}
