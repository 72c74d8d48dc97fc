//! Rows: the values of each record side by side, so that comparing two records reads two places of memory and not two
//! for each field; and what two records weigh, all fields compared.

use rayon::prelude::*;

use super::compare::{Cell, KIN};
use super::field::Field;
use super::letters::look_alike;
use super::model::{self, Model};
use super::scoring::Scored;

/// Records that are filled in at a time, field by field.
const CHUNK: usize = 2048;
/// Pairs whose rows are asked for together.
pub(super) const TOGETHER: usize = 128;
/// Bytes that memory delivers together.
pub(super) const LINE: usize = 64;
const WORDS: usize = LINE / size_of::<u64>();

/// All records, value by value.
pub(super) struct Rows<'f> {
    pub(super) fields: &'f [Field],
    /// Record by record what can be seen of its values at a glance, then the values, two in a word; a record begins
    /// with a line.
    words: Vec<u64>,
    /// Where the first line begins.
    first: usize,
    /// Words of a record.
    n_words: usize,
    n: usize,
}

/// The words of one record.
#[derive(Clone, Copy)]
pub(super) struct Row<'r> {
    words: &'r [u64],
    width: usize,
}

impl Row<'_> {
    fn word(self, at: usize) -> u64 {
        self.words[at]
    }

    /// The value of a field.
    pub(super) fn id(self, field: usize) -> u32 {
        (self.word(self.width + field / 2) >> (field % 2 * 32)) as u32
    }

    /// The value of a field, and what can be seen of it.
    pub(super) fn cell(self, field: usize) -> Cell {
        Cell {
            value: self.id(field),
            glance: self.word(field),
        }
    }
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
        self.n
    }

    pub(super) fn new(fields: &'f [Field]) -> Self {
        let n = fields.first().map_or(0, |field| field.ids.len());
        let width = fields.len();
        let n_words = (width + width.div_ceil(2)).next_multiple_of(WORDS);
        let mut words = vec![0_u64; n * n_words + WORDS];
        let first = words.as_ptr().align_offset(LINE).min(WORDS);
        let chunks = words[first..first + n * n_words].par_chunks_mut((CHUNK * n_words).max(1));
        chunks.enumerate().for_each(|(chunk, words)| {
            for (at, field) in fields.iter().enumerate() {
                let records = &field.ids[chunk * CHUNK..];
                let id_at = width + at / 2;
                for (row, id) in words.chunks_exact_mut(n_words).zip(records).filter(|(_, id)| **id != 0) {
                    row[at] = field.glance(*id);
                    row[id_at] |= u64::from(*id) << (at % 2 * 32);
                }
            }
        });
        Self {
            fields,
            words,
            first,
            n_words,
            n,
        }
    }

    /// The values of a record.
    pub(super) fn row(&self, record: u32) -> Row<'_> {
        Row {
            words: &self.words[self.first + record as usize * self.n_words..][..self.n_words],
            width: self.fields.len(),
        }
    }

    /// One value of a record.
    pub(super) fn cell(&self, record: u32, field: usize) -> Cell {
        self.row(record).cell(field)
    }

    /// The values of two records, field by field, and what can be seen of them; none of a field that does not speak of the
    /// two.
    pub(super) fn cells(&self, (a, b): Pair) -> impl Iterator<Item = (Cell, Cell)> {
        let (left, right) = (self.row(a), self.row(b));
        (0..self.fields.len()).map(move |at| self.said(at, left, right))
    }

    /// The same of one field.
    pub(super) fn cells_of(&self, at: usize, (a, b): Pair) -> (Cell, Cell) {
        self.said(at, self.row(a), self.row(b))
    }

    fn said(&self, at: usize, left: Row<'_>, right: Row<'_>) -> (Cell, Cell) {
        if self.speaks(at, left, right) {
            (left.cell(at), right.cell(at))
        } else {
            (Cell::NONE, Cell::NONE)
        }
    }

    /// Whether a field speaks of two records.
    fn speaks(&self, at: usize, left: Row<'_>, right: Row<'_>) -> bool {
        self.fields[at].forms.is_none_or(|forms| forms.speak(left, right))
    }

    /// The level of one field of a pair, and the place in its range.
    pub(super) fn level(&self, at: usize, pair: Pair) -> (u8, f32) {
        let (left, right) = (self.row(pair.0), self.row(pair.1));
        if !self.speaks(at, left, right) {
            return (0, 0.5);
        }
        let own = self.fields[at].fine_level(left.cell(at), right.cell(at));
        if usize::from(own.0) > KIN && self.is_swapped(at, pair) {
            (KIN as u8, own.1)
        } else {
            own
        }
    }

    /// Whether two records have changed the values of a field and its twin.
    pub(super) fn is_swapped(&self, at: usize, (a, b): Pair) -> bool {
        let own = &self.fields[at];
        own.twin.as_ref().is_some_and(|twin| {
            let (left, right) = (self.row(a), self.row(b));
            let cells = |row: Row<'_>| (row.cell(at), row.cell(twin.field));
            let ((one, there), (other, elsewhere)) = (cells(left), cells(right));
            // The same name looks the same at a glance, which costs less than looking it up.
            (look_alike(one.glance, elsewhere.glance) || look_alike(other.glance, there.glance))
                && twin.is_swapped((one, there), (other, elsewhere), |here, there| {
                    own.is_near(here, &self.fields[twin.field], there)
                })
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
            let (left, right) = (self.row(a).id(field), self.row(b).id(field));
            // No value in the place of others, rather than a branch that nobody can guess.
            let are_read = u32::from(left != right) * u32::from(left != 0) * u32::from(right != 0);
            values.extend([left * are_read, right * are_read]);
        }
        self.fields[field].fetch(values);
    }

    /// Asks for the rows of some records at once: memory is slow to answer and quick to deliver.
    pub(super) fn fetch(&self, records: impl Iterator<Item = u32>) {
        let read = |all: u64, record: u32| {
            self.row(record)
                .words
                .iter()
                .step_by(WORDS)
                .fold(all, |all, word| all ^ word)
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
