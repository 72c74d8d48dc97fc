//! Rows: the values of each record side by side, so that comparing two records reads two places of memory and not two
//! for each field; and what two records weigh, all fields compared.

use rayon::prelude::*;

use super::compare::{Cell, KIN};
use super::field::{Field, Prepared};
use super::model::{self, Model};
use super::scoring::Scored;

/// Records that are filled in at a time, field by field.
const CHUNK: usize = 2048;
/// Pairs whose rows are asked for together.
pub(super) const TOGETHER: usize = 128;
/// Bytes that memory delivers together.
pub(super) const LINE: usize = 64;

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

/// The two records of a pair that is packed into one number.
pub(super) fn ends(pair: u64) -> Pair {
    ((pair >> 32) as u32, pair as u32)
}

impl<'f> Rows<'f> {
    /// Number of records.
    pub(super) fn len(&self) -> usize {
        self.ids.len() / self.fields.len().max(1)
    }

    pub(super) fn new(fields: &'f [Field]) -> Self {
        let n = fields.first().map_or(0, |field| field.ids.len());
        let width = fields.len();
        let (mut ids, mut glances) = (vec![0; n * width], vec![0; n * width]);
        let chunks = ids
            .par_chunks_mut(CHUNK * width.max(1))
            .zip(glances.par_chunks_mut(CHUNK * width.max(1)));
        chunks.enumerate().for_each(|(chunk, (ids, glances))| {
            for (at, field) in fields.iter().enumerate() {
                let records = &field.ids[chunk * CHUNK..];
                for ((id, glance), own) in ids[at..].iter_mut().zip(&mut glances[at..]).step_by(width).zip(records) {
                    *id = *own;
                    *glance = if *own == 0 { 0 } else { field.glance(*own) };
                }
            }
        });
        Self { fields, ids, glances }
    }

    /// The values of a record.
    pub(super) fn ids(&self, record: u32) -> &[u32] {
        let width = self.fields.len();
        &self.ids[record as usize * width..(record as usize + 1) * width]
    }

    fn glances(&self, record: u32) -> &[u64] {
        let width = self.fields.len();
        &self.glances[record as usize * width..(record as usize + 1) * width]
    }

    /// One value of a record.
    pub(super) fn cell(&self, record: u32, field: usize) -> Cell {
        Cell {
            value: self.ids(record)[field],
            glance: self.glances(record)[field],
        }
    }

    /// The values of a record, and what can be seen of them.
    pub(super) fn cells(&self, record: u32) -> impl Iterator<Item = Cell> {
        let cell = |(value, glance): (&u32, &u64)| Cell {
            value: *value,
            glance: *glance,
        };
        self.ids(record).iter().zip(self.glances(record)).map(cell)
    }

    /// The level of one field of a pair, and the place in its range.
    pub(super) fn level(&self, at: usize, pair: Pair) -> (u8, f32) {
        let own = self.fields[at].fine_level(self.cell(pair.0, at), self.cell(pair.1, at));
        if usize::from(own.0) > KIN && self.is_swapped(at, pair) {
            (KIN as u8, own.1)
        } else {
            own
        }
    }

    /// Whether two records have changed the values of a field and its twin.
    pub(super) fn is_swapped(&self, at: usize, (a, b): Pair) -> bool {
        self.fields[at].twin.as_ref().is_some_and(|twin| {
            let values = |record| (self.ids(record)[at], self.ids(record)[twin.field]);
            twin.is_swapped(values(a), values(b))
        })
    }

    /// The levels of a pair, field by field, each with the place in its range.
    fn levels(&self, pair: Pair) -> impl Iterator<Item = (u8, f32)> {
        (0..self.fields.len()).map(move |at| self.level(at, pair))
    }

    /// The levels of a pair, packed.
    pub(super) fn pattern(&self, pair: Pair) -> u128 {
        pack(self.levels(pair))
    }

    /// The levels of many pairs, packed.
    pub(super) fn patterns(&self, pairs: &[u64]) -> Vec<u128> {
        let mut patterns = vec![0; pairs.len()];
        let chunks = patterns.par_chunks_mut(TOGETHER).zip(pairs.par_chunks(TOGETHER));
        chunks.for_each_init(Vec::new, |values, (patterns, pairs)| {
            self.fetch_all(&pairs.iter().map(|pair| ends(*pair)), values);
            for (pattern, pair) in patterns.iter_mut().zip(pairs) {
                *pattern = self.pattern(ends(*pair));
            }
        });
        patterns
    }

    /// Asks for all at once that comparing one field of some pairs will read. `values` is room.
    pub(super) fn fetch_values(&self, field: usize, pairs: impl Iterator<Item = Pair>, values: &mut Vec<u32>) {
        values.clear();
        for (a, b) in pairs {
            let (left, right) = (self.ids(a)[field], self.ids(b)[field]);
            if left != right && left != 0 && right != 0 {
                values.extend([left, right]);
            }
        }
        match &self.fields[field].prepared {
            Prepared::Letters(letters) => letters.fetch(values),
            Prepared::Bags(bags) => bags.fetch(values),
            Prepared::Marks { .. } | Prepared::Dates(_) | Prepared::Numbers(_) => {}
        }
    }

    /// Asks for the rows of some records at once: memory is slow to answer and quick to deliver.
    pub(super) fn fetch(&self, records: impl Iterator<Item = u32>) {
        let read = |all: u64, record: u32| {
            let (ids, glances) = (self.ids(record), self.glances(record));
            let ids = ids.iter().step_by(LINE / size_of::<u32>()).chain(ids.last());
            let glances = glances.iter().step_by(LINE / size_of::<u64>()).chain(glances.last());
            glances.fold(ids.fold(all, |all, id| all ^ u64::from(*id)), |all, glance| {
                all ^ glance
            })
        };
        std::hint::black_box(records.fold(0, read));
    }

    /// What a pair weighs in bits, the prior included.
    pub(super) fn weigh(&self, model: &Model, pair: Pair) -> f64 {
        model.fine_weight(self.levels(pair))
    }

    /// The levels of pairs, packed, and what they weigh.
    pub(super) fn score(&self, model: &Model, pairs: &[Pair]) -> Vec<Scored> {
        let score = |values: &mut Vec<u32>, pairs: &[Pair]| {
            self.fetch_all(&pairs.iter().copied(), values);
            let score = |pair: &Pair| {
                let levels = || self.levels(*pair);
                Scored {
                    pair: *pair,
                    pattern: pack(levels()),
                    weight: model.fine_weight(levels()),
                }
            };
            let scored: Vec<Scored> = pairs.iter().map(score).collect();
            scored
        };
        pairs
            .par_chunks(TOGETHER)
            .map_init(Vec::new, score)
            .flatten_iter()
            .collect()
    }

    /// Asks for all at once that comparing some pairs will read. `values` is room.
    fn fetch_all(&self, pairs: &(impl Iterator<Item = Pair> + Clone), values: &mut Vec<u32>) {
        self.fetch(pairs.clone().flat_map(|(a, b)| [a, b]));
        for at in 0..self.fields.len() {
            self.fetch_values(at, pairs.clone(), values);
        }
    }
}

/// The levels of a pair's fields, packed.
pub(super) fn pack(levels: impl Iterator<Item = (u8, f32)>) -> u128 {
    let packed = levels.zip(0_u32..);
    packed
        .map(|((level, _), at)| u128::from(level) << (at * model::BITS))
        .sum()
}
