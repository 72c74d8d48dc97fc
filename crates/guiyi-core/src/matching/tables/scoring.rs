//! Scoring: what the candidates weigh, those left early that cannot be worth naming.
//!
//! Of every pair first only what a glance at its values says is looked at: it bounds what each field can weigh. Only
//! then are values compared, field by field, as long as the rest could still lift the pair over what is asked for.
//! Law: gives exactly the pairs, and the weights, that comparing all fields of all candidates would give.

use rayon::prelude::*;

use super::blocks::Candidates;
use super::compare::{EQUAL, bag_level};
use super::field::{Field, Prepared};
use super::kind::Kind;
use super::model::Model;
use super::rows::{Pair, ROOM, Rows, TOGETHER};

/// Records that a thread takes at a time.
const CHUNK: usize = 4096;
/// Bits by which sums of the same weights in another order may differ, and more.
const SLACK: f64 = 1e-6;

/// The candidates that weigh at least `least` bits with their weights, by pair, and how many candidates there were.
pub(super) fn score(
    rows: &Rows<'_>,
    model: &Model,
    candidates: &Candidates,
    least: f64,
    may: impl Fn(u32, u32) -> bool + Sync,
) -> (Vec<(Pair, f64)>, u64) {
    let bounds = Bounds::new(rows.fields, model);
    let n = rows.len();
    let parts: Vec<(Vec<(Pair, f64)>, u64)> = (0..n.div_ceil(CHUNK))
        .into_par_iter()
        .map(|chunk| {
            let (mut kept, mut count) = (Vec::new(), 0);
            let (mut partners, mut batch) = (Vec::new(), Batch::default());
            let records = chunk * CHUNK..n.min((chunk + 1) * CHUNK);
            let last = records.end - 1;
            for a in records {
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

/// Pairs that are looked at together, ascending.
#[derive(Default)]
struct Batch {
    pairs: Vec<Pair>,
    /// The pairs that a glance leaves open, and the most that their fields weigh.
    open: Vec<(Pair, [f64; ROOM])>,
}

impl Batch {
    /// Scores and clears the batch.
    fn score(&mut self, rows: &Rows<'_>, model: &Model, bounds: &Bounds, least: f64, kept: &mut Vec<(Pair, f64)>) {
        rows.fetch(self.pairs.iter().map(|(_, b)| *b));
        self.open.clear();
        let width = rows.fields.len();
        let mut shares: (u32, Vec<[f32; 64]>) = (u32::MAX, Vec::new());
        for pair in &self.pairs {
            if shares.0 != pair.0 {
                shares.0 = pair.0;
                gram_shares(rows, pair.0, &mut shares.1);
            }
            let most = bounds.glance(rows, *pair, &shares.1);
            if bounds.prior + most.iter().sum::<f64>() >= least - SLACK {
                self.open.push((*pair, most));
            }
        }
        for (pair, most) in &self.open {
            if let Some(levels) = bounds.levels(rows, *pair, most, least) {
                let weight = model.fine_weight(levels.iter().copied().take(width));
                if weight >= least {
                    kept.push((*pair, weight));
                }
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
    /// For each field the weight of every level, level 1 first.
    bits: Vec<Vec<f64>>,
    /// For each field and level the most that a level as bad or worse weighs.
    most: Vec<[f64; 16]>,
}

impl Bounds {
    fn new(fields: &[Field], model: &Model) -> Self {
        let mut order: Vec<usize> = (0..fields.len()).collect();
        order.sort_by_key(|at| match fields[*at].kind {
            Kind::Date | Kind::Number => 0,
            Kind::Name | Kind::Category | Kind::Code => 1,
            Kind::Phone | Kind::Email => 2,
            Kind::Text => 3,
            Kind::Marks => 4,
        });
        let bits: Vec<Vec<f64>> = model.fields.iter().map(|field| field.bits.clone()).collect();
        let most = bits.iter().map(|bits| {
            let mut most = [f64::MIN; 16];
            for level in (1..=bits.len()).rev() {
                most[level] = bits[level - 1].max(if level < 15 { most[level + 1] } else { f64::MIN });
            }
            most
        });
        Self {
            prior: model.prior_bits(),
            most: most.collect(),
            order,
            bits,
        }
    }

    /// The most that each field of a pair weighs, by a glance at the values.
    fn glance(&self, rows: &Rows<'_>, pair: Pair, shares: &[[f32; 64]]) -> [f64; ROOM] {
        let mut most = [0.0_f64; ROOM];
        let mut shares = shares.iter();
        let cells = rows.cells(pair.0).zip(rows.cells(pair.1));
        for (at, (field, (left, right))) in rows.fields.iter().zip(cells).enumerate() {
            let share = (field.kind == Kind::Text).then(|| shares.next()).flatten();
            let (a, b) = (left.value, right.value);
            if a == 0 || b == 0 {
                continue;
            }
            most[at] = if field.kind == Kind::Marks {
                self.most[at][1]
            } else if a == b {
                self.bits[at][usize::from(field.equal[a as usize]) - 1]
            } else if let Some(share) = share {
                self.most_of_text(at, left.glance & right.glance, share)
            } else {
                self.most[at][usize::from(field.best_level(left.glance, right.glance))]
            };
        }
        most
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

    /// The levels of a pair, unless it turns out on the way that it weighs less than `least`. `most` is what its fields
    /// weigh at most.
    fn levels(&self, rows: &Rows<'_>, (a, b): Pair, most: &[f64; ROOM], least: f64) -> Option<[(u8, f32); ROOM]> {
        let mut sum = self.prior + most.iter().sum::<f64>();
        let mut levels = [(0, 0.5); ROOM];
        for at in &self.order {
            if sum < least - SLACK {
                return None;
            }
            let (level, place) = rows.fields[*at].fine_level(rows.cell(a, *at), rows.cell(b, *at));
            levels[*at] = (level, place);
            if level > 0 {
                sum += self.most_between(*at, level, place) - most[*at];
            }
        }
        Some(levels)
    }

    /// The most that a level weighs at a place in it: where in a level a pair lies moves its weight toward a neighbor's.
    fn most_between(&self, at: usize, level: u8, place: f32) -> f64 {
        let bits = &self.bits[at];
        let own = usize::from(level) - 1;
        let toward = if place < 0.5 { own.saturating_sub(1) } else { own + 1 };
        let is_between = level > EQUAL && place.total_cmp(&0.5).is_ne() && toward >= usize::from(EQUAL);
        let other = bits.get(toward).filter(|_| is_between).unwrap_or(&bits[own]);
        bits[own].max(*other)
    }
}

/// For each field of text how much of the record's bag is of each sort of gram.
fn gram_shares(rows: &Rows<'_>, record: u32, shares: &mut Vec<[f32; 64]>) {
    shares.clear();
    for (field, id) in rows.fields.iter().zip(rows.ids(record)) {
        if let Prepared::Bags(bags) = &field.prepared {
            shares.push(bags.shares(*id));
        }
    }
}
