//! Columns as words: what stands in some rows of each, and how many of its values are names of persons.
//!
//! Law: what is told of a column neither its place nor its name decides, nor the order of rows.

use rayon::prelude::*;

use super::super::hash::{Map, hash, mix};
use super::persons;
use super::scripts::Script;
use super::table::{Column, Table};
use super::text;

/// Rows looked at.
const SAMPLE: usize = 10_000;
/// Part of the values of a column that must be of a sort for the column to be, at least.
const MOST: f64 = 0.5;

/// A column of each table, `None` where a table has none.
pub(super) type Columns = Vec<Option<usize>>;

/// What stands in a column, or in some rows of it.
pub(super) struct Words {
    /// Rows, as hashes of their words.
    pub(super) rows: Vec<Vec<u64>>,
    /// Rows with a value.
    pub(super) filled: usize,
    /// Mean number of characters of a value.
    pub(super) length: f64,
    pub(super) vocabulary: Map<u64, u32>,
    pub(super) names: Names,
    /// A number that what stands there decides.
    pub(super) print: u64,
}

/// How many of the values are names of persons.
#[derive(Default)]
pub(super) struct Names {
    /// Given names, and values with a given name in them, whichever script they are in.
    pub(super) given: usize,
    named: usize,
    /// Values that are not in Latin letters.
    foreign: usize,
    /// Values with a comma, behind which the given name of a person stands.
    turned: usize,
}

impl Words {
    /// The words of some rows of each column; of two tables one stands below the other. Records in the order of a hash
    /// are a fair sample.
    pub(super) fn of(tables: &[&Table], columns: &[Columns], order: &[u32]) -> Vec<Self> {
        let rows = sample(tables, order);
        let of = |columns: &Columns| Self::of_values(rows.iter().map(|row| cell(tables, columns, *row)));
        columns.par_iter().map(of).collect()
    }

    fn of_values<'t>(values: impl Iterator<Item = &'t str>) -> Self {
        let mut folded = String::new();
        let mut words = Self::empty();
        for value in values {
            let mut own = Vec::new();
            text::fold(value, &mut folded);
            text::tokens(&folded, |token| own.push(word(token)));
            if !own.is_empty() {
                words.length += folded.chars().count() as f64;
                words.names.count(&folded);
            }
            words.push(own);
        }
        words.length /= words.filled.max(1) as f64;
        words
    }

    fn empty() -> Self {
        Self {
            rows: Vec::new(),
            filled: 0,
            length: 0.0,
            vocabulary: Map::default(),
            names: Names::default(),
            print: 0,
        }
    }

    fn push(&mut self, row: Vec<u64>) {
        self.filled += usize::from(!row.is_empty());
        let print = row.iter().fold(0, |print, word| mix(print ^ *word));
        self.print = self.print.wrapping_add(print);
        for word in &row {
            *self.vocabulary.entry(*word).or_default() += 1;
        }
        self.rows.push(row);
    }

    /// What stands in the rows of which `is` holds; of their length the number of words is a measure.
    pub(super) fn only(&self, is: impl Fn(usize) -> bool) -> Self {
        let mut words = Self::empty();
        for (at, row) in self.rows.iter().enumerate() {
            words.push(if is(at) { row.clone() } else { Vec::new() });
        }
        words.length = self.length * words.mean_words() / self.mean_words().max(f64::MIN_POSITIVE);
        words
    }

    pub(super) fn n_words(&self) -> f64 {
        self.rows.iter().map(Vec::len).sum::<usize>() as f64
    }

    pub(super) fn mean_words(&self) -> f64 {
        self.n_words() / self.filled.max(1) as f64
    }

    pub(super) fn has(&self, row: usize) -> bool {
        !self.rows[row].is_empty()
    }

    /// The part of the values that are such names.
    pub(super) fn share(&self, names: usize) -> f64 {
        names as f64 / self.filled.max(1) as f64
    }

    pub(super) fn are_given_names(&self) -> bool {
        self.share(self.names.given) >= MOST
    }

    pub(super) fn are_names(&self) -> bool {
        self.share(self.names.named) >= MOST
    }

    pub(super) fn are_foreign(&self) -> bool {
        self.share(self.names.foreign) >= MOST
    }

    /// Whether names of persons begin with the surname, as the comma behind it says.
    pub(super) fn are_turned(&self) -> bool {
        self.share(self.names.turned) >= MOST
    }

    /// Whether most values hold a number.
    pub(super) fn has_digits(&self) -> bool {
        let n = self
            .rows
            .iter()
            .filter(|words| words.iter().any(|word| word & 1 == 1))
            .count();
        self.share(n) >= MOST
    }

    /// The part of this column's words that `known` holds.
    pub(super) fn covered(&self, known: impl Fn(u64) -> bool) -> f64 {
        let held = self.rows.iter().flatten().filter(|word| known(**word)).count();
        held as f64 / self.n_words().max(1.0)
    }
}

impl Names {
    fn count(&mut self, folded: &str) {
        self.foreign += usize::from(Script::of(folded) != Script::Latin);
        self.turned += usize::from(folded.contains(','));
        if folded.bytes().any(|byte| byte.is_ascii_digit()) {
            return;
        }
        self.given += usize::from(persons::is_given(folded));
        self.named += usize::from(persons::is_named(folded));
    }
}

/// The tables and rows that are looked at.
pub(super) fn sample(tables: &[&Table], order: &[u32]) -> Vec<(usize, usize)> {
    let n_left = tables.first().map_or(0, |table| table.n_rows());
    let rows = || order.iter().map(|row| *row as usize);
    let left = rows().filter(|row| *row < n_left).take(SAMPLE);
    let right = rows().filter(|row| *row >= n_left).take(SAMPLE);
    left.map(|row| (0, row))
        .chain(right.map(|row| (1, row - n_left)))
        .collect()
}

pub(super) fn cell<'t>(tables: &[&'t Table], columns: &Columns, (side, row): (usize, usize)) -> &'t str {
    let column: Option<&Column> = columns[side].map(|column| &tables[side].columns[column]);
    column.map_or("", |column| column.get(row))
}

/// A hash of a word that tells whether it holds a digit.
fn word(token: &str) -> u64 {
    hash(token.as_bytes()) & !1 | u64::from(token.bytes().any(|byte| byte.is_ascii_digit()))
}
