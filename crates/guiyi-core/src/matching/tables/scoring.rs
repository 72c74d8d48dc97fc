//! What pairs weigh: the values of a record side by side, all fields of a pair compared, and the many pairs that
//! cannot be worth naming left as soon as that is clear.
//!
//! Law: a pair that is left early is one whose full weight is below what was asked for.

use rayon::prelude::*;

use super::blocks::Candidates;
use super::compare::EQUAL;
use super::field::Field;
use super::kind::Kind;
use super::model::{self, Model};

/// Records that a thread takes at a time.
const CHUNK: usize = 2048;
/// Bits by which sums of the same weights in another order may differ, and more.
const SLACK: f64 = 1e-6;

/// All records, value by value.
pub(super) struct Rows<'f> {
    fields: &'f [Field],
    /// The value of each field, record by record.
    ids: Vec<u32>,
}

/// A pair of records, the smaller one first.
pub(super) type Pair = (u32, u32);

impl<'f> Rows<'f> {
    pub(super) fn new(fields: &'f [Field]) -> Self {
        let n = fields.first().map_or(0, |field| field.ids.len());
        let mut ids = vec![0; n * fields.len()];
        ids.par_chunks_mut(CHUNK * fields.len().max(1))
            .enumerate()
            .for_each(|(chunk, ids)| {
                for (record, row) in (chunk * CHUNK..).zip(ids.chunks_mut(fields.len())) {
                    for (id, field) in row.iter_mut().zip(fields) {
                        *id = field.ids[record];
                    }
                }
            });
        Self { fields, ids }
    }

    fn row(&self, record: u32) -> &[u32] {
        let width = self.fields.len();
        &self.ids[record as usize * width..(record as usize + 1) * width]
    }

    /// The levels of a pair, packed.
    pub(super) fn pattern(&self, (a, b): Pair) -> u128 {
        let values = self.fields.iter().zip(self.row(a).iter().zip(self.row(b)));
        values
            .zip(0_u32..)
            .map(|((field, (a, b)), at)| u128::from(field.level_of(*a, *b)) << (at * model::BITS))
            .sum()
    }

    /// What a pair weighs in bits, the prior included.
    pub(super) fn weigh(&self, model: &Model, (a, b): Pair) -> f64 {
        let values = self.fields.iter().zip(self.row(a).iter().zip(self.row(b)));
        model.prior_bits() + model.fine_evidence(values.map(|(field, (a, b))| field.fine_level_of(*a, *b)))
    }

    /// The candidates that weigh at least `least` bits with their weights, by pair, and how many there were.
    pub(super) fn score(
        &self,
        model: &Model,
        candidates: &Candidates,
        least: f64,
        may: impl Fn(u32, u32) -> bool + Sync,
    ) -> (Vec<(Pair, f64)>, u64) {
        let n = self.ids.len() / self.fields.len().max(1);
        let bounds = Bounds::new(self.fields, model);
        let parts: Vec<(Vec<(Pair, f64)>, u64)> = (0..n.div_ceil(CHUNK))
            .into_par_iter()
            .map_init(Vec::new, |partners, chunk| {
                let (mut kept, mut count) = (Vec::new(), 0);
                for a in (chunk * CHUNK..n.min((chunk + 1) * CHUNK)).map(|a| a as u32) {
                    candidates.partners(a, partners, &may);
                    count += partners.len() as u64;
                    for b in &*partners {
                        if bounds.most(self.fields, self.row(a), self.row(*b), least - SLACK) < least - SLACK {
                            continue;
                        }
                        let weight = self.weigh(model, (a, *b));
                        if weight >= least {
                            kept.push(((a, *b), weight));
                        }
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
}

/// How much the fields can weigh at most, before values are compared in full.
struct Bounds {
    prior: f64,
    /// Fields in the order in which a glance at them tells most for least work.
    order: Vec<usize>,
    /// For each field the weight of every level, level 1 first.
    bits: Vec<Vec<f64>>,
    /// For each field and level the most that a level as bad or worse weighs.
    most: Vec<[f64; 16]>,
    /// For each place in the order the most that the fields from there on weigh.
    rest: Vec<f64>,
}

impl Bounds {
    fn new(fields: &[Field], model: &Model) -> Self {
        let mut order: Vec<usize> = (0..fields.len()).collect();
        order.sort_by_key(|at| match fields[*at].kind {
            Kind::Date | Kind::Number => 0,
            Kind::Phone | Kind::Code => 1,
            Kind::Name | Kind::Category => 2,
            Kind::Email => 3,
            Kind::Text => 4,
            Kind::Marks => 5,
        });
        let bits: Vec<Vec<f64>> = model.fields.iter().map(|field| field.bits.clone()).collect();
        let most: Vec<[f64; 16]> = bits
            .iter()
            .zip(fields)
            .map(|(bits, field)| {
                let mut most = [f64::MIN; 16];
                for level in (1..=bits.len()).rev() {
                    most[level] = bits[level - 1].max(if level < 15 { most[level + 1] } else { f64::MIN });
                }
                // A glance tells nothing of two texts, nor of two lots of marks, which may even be equal in part.
                match field.kind {
                    Kind::Text => [most[usize::from(EQUAL) + 1]; 16],
                    Kind::Marks => [most[1]; 16],
                    _ => most,
                }
            })
            .collect();
        let mut rest = vec![0.0; fields.len() + 1];
        for (place, at) in order.iter().enumerate().rev() {
            let highest = bits[*at].iter().copied().fold(0.0, f64::max);
            rest[place] = rest[place + 1] + highest;
        }
        Self {
            prior: model.prior_bits(),
            order,
            bits,
            most,
            rest,
        }
    }

    /// What a pair weighs at most; looks no further once that is below `least`.
    fn most(&self, fields: &[Field], left: &[u32], right: &[u32], least: f64) -> f64 {
        let mut sum = self.prior;
        for (place, at) in self.order.iter().enumerate() {
            if sum + self.rest[place] < least {
                return sum + self.rest[place];
            }
            let (a, b) = (left[*at], right[*at]);
            if a == 0 || b == 0 {
                continue;
            }
            sum += if a == b && fields[*at].kind != Kind::Marks {
                self.bits[*at][usize::from(fields[*at].equal[a as usize]) - 1]
            } else if a == b {
                self.most[*at][1]
            } else {
                self.most[*at][usize::from(fields[*at].least_level_of(a, b).max(EQUAL + 1))]
            };
        }
        sum
    }
}
