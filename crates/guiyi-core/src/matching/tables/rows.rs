//! Rows: the values of each record side by side, so that comparing two records reads two places of memory and not two
//! for each field; and what two records weigh, all fields compared.

use super::field::Field;
use super::model::{self, Model};

/// Records that are filled in at a time, field by field.
const CHUNK: usize = 2048;

/// All records, value by value.
pub(super) struct Rows<'f> {
    pub(super) fields: &'f [Field],
    /// The value of each field, record by record.
    ids: Vec<u32>,
    /// What can be seen of these values at a glance.
    glances: Vec<u64>,
}

/// A pair of records, the smaller one first.
pub(super) type Pair = (u32, u32);

impl<'f> Rows<'f> {
    /// Number of records.
    pub(super) fn len(&self) -> usize {
        self.ids.len() / self.fields.len().max(1)
    }

    pub(super) fn new(fields: &'f [Field]) -> Self {
        let n = fields.first().map_or(0, |field| field.ids.len());
        let width = fields.len();
        let (mut ids, mut glances) = (vec![0; n * width], vec![0; n * width]);
        for (chunk, (ids, glances)) in ids
            .chunks_mut(CHUNK * width.max(1))
            .zip(glances.chunks_mut(CHUNK * width.max(1)))
            .enumerate()
        {
            for (at, field) in fields.iter().enumerate() {
                let records = &field.ids[chunk * CHUNK..];
                for ((id, glance), own) in ids[at..].iter_mut().zip(&mut glances[at..]).step_by(width).zip(records) {
                    *id = *own;
                    *glance = if *own == 0 { 0 } else { field.glance(*own) };
                }
            }
        }
        Self { fields, ids, glances }
    }

    /// The values of a record.
    pub(super) fn ids(&self, record: u32) -> &[u32] {
        let width = self.fields.len();
        &self.ids[record as usize * width..(record as usize + 1) * width]
    }

    /// What can be seen of them at a glance.
    pub(super) fn glances(&self, record: u32) -> &[u64] {
        let width = self.fields.len();
        &self.glances[record as usize * width..(record as usize + 1) * width]
    }

    /// The levels of a pair, packed.
    pub(super) fn pattern(&self, (a, b): Pair) -> u128 {
        let values = self.fields.iter().zip(self.ids(a).iter().zip(self.ids(b)));
        values
            .zip(0_u32..)
            .map(|((field, (a, b)), at)| u128::from(field.level_of(*a, *b)) << (at * model::BITS))
            .sum()
    }

    /// What a pair weighs in bits, the prior included.
    pub(super) fn weigh(&self, model: &Model, (a, b): Pair) -> f64 {
        let values = self.fields.iter().zip(self.ids(a).iter().zip(self.ids(b)));
        model.fine_weight(values.map(|(field, (a, b))| field.fine_level_of(*a, *b)))
    }
}
