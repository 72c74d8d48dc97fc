//! What is counted of one column while its rows go by.
//!
//! Within a batch every distinct value is looked at once, weighted with its rows, so a column of few values costs
//! little. Law: the state is that of the values and their counts, whatever the order of rows and the size of batches,
//! except that counts of the commonest values and shapes are lower bounds once they outgrow their memory.

use std::collections::BTreeMap;

use arrow_array::{Array, StringArray};

use super::dirt::{Dirt, dirt};
use super::distinct::Distinct;
use super::figures::{self, DateForm};
use super::frequent::Frequent;
use super::hash::{Map, hash};
use super::sample::Sample;
use super::shape;
use crate::standardize::is_placeholder;

/// Values whose counts are kept.
const FREQUENT: usize = 4096;
/// Shapes whose counts are kept.
const SHAPES: usize = 512;
/// Distinct values on which kinds and quantiles are judged.
pub(super) const SAMPLE: usize = 1024;
/// Hash that stands for a null where rows are compared.
pub(super) const NULL: u64 = 0;

/// Counts of one column.
#[derive(Debug, Clone)]
pub(super) struct ColumnState {
    pub(super) rows: u64,
    pub(super) nulls: u64,
    pub(super) distinct: Distinct,
    pub(super) frequent: Frequent,
    pub(super) shapes: Frequent,
    pub(super) sample: Sample,
    /// Stand-ins for "no value" and their counts.
    pub(super) placeholders: BTreeMap<Box<str>, u64>,
    pub(super) dirt: [u64; Dirt::ALL.len()],
    pub(super) lengths: Spread,
    pub(super) numbers: Spread,
    pub(super) dates: Spread,
    pub(super) date_forms: [u64; DateForm::ALL.len()],
}

/// Smallest, largest and sum of numbers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Spread {
    pub(super) count: u64,
    pub(super) min: f64,
    pub(super) max: f64,
    pub(super) sum: f64,
}

impl Default for Spread {
    fn default() -> Self {
        Self {
            count: 0,
            min: f64::INFINITY,
            max: f64::NEG_INFINITY,
            sum: 0.0,
        }
    }
}

impl Spread {
    fn add(&mut self, value: f64, count: u64) {
        self.count += count;
        self.min = self.min.min(value);
        self.max = self.max.max(value);
        self.sum += value * count as f64;
    }

    /// The mean, `None` of nothing.
    pub(super) fn mean(&self) -> Option<f64> {
        (self.count > 0).then(|| self.sum / self.count as f64)
    }
}

impl ColumnState {
    pub(super) fn new(distinct_limit: usize) -> Self {
        Self {
            rows: 0,
            nulls: 0,
            distinct: Distinct::new(distinct_limit),
            frequent: Frequent::new(FREQUENT),
            shapes: Frequent::new(SHAPES),
            sample: Sample::new(SAMPLE),
            placeholders: BTreeMap::new(),
            dirt: [0; Dirt::ALL.len()],
            lengths: Spread::default(),
            numbers: Spread::default(),
            dates: Spread::default(),
            date_forms: [0; DateForm::ALL.len()],
        }
    }

    /// Counts the cells of a batch whose rows count; gives the hash of each of them, [`NULL`] for a null.
    pub(super) fn add(&mut self, values: &StringArray, counts: &[bool]) -> Vec<u64> {
        let mut hashes = Vec::with_capacity(values.len());
        let mut seen: Map<(u64, usize)> = Map::default();
        let mut order = Vec::new();
        for row in (0..values.len()).filter(|row| counts[*row]) {
            self.rows += 1;
            let is_null = values.is_null(row) || values.value(row).trim().is_empty();
            if is_null {
                self.nulls += 1;
                hashes.push(NULL);
                continue;
            }
            let hash = hash(values.value(row)).max(1);
            hashes.push(hash);
            let (count, _) = seen.entry(hash).or_insert_with(|| {
                order.push(hash);
                (0, row)
            });
            *count += 1;
        }
        let mut shape = String::new();
        for hash in order {
            if let Some((count, row)) = seen.get(&hash) {
                self.see(hash, values.value(*row), *count, &mut shape);
            }
        }
        hashes
    }

    /// Counts a value that `count` rows hold.
    fn see(&mut self, hash: u64, text: &str, count: u64, shape: &mut String) {
        self.distinct.add(hash);
        self.frequent.add(hash, text, count);
        self.sample.add(hash, text, count);
        if is_placeholder(text) {
            *self.placeholders.entry(text.trim().into()).or_default() += count;
            return;
        }
        let bits = dirt(text);
        for (at, counted) in self.dirt.iter_mut().enumerate() {
            *counted += count * u64::from(bits >> at & 1);
        }
        shape::write(text.trim(), shape);
        self.shapes.add(super::hash::hash(shape), shape, count);
        let length = if text.is_ascii() {
            text.len()
        } else {
            text.chars().count()
        };
        self.lengths.add(length as f64, count);
        if let Some(number) = figures::number(text) {
            self.numbers.add(number, count);
        }
        if let Some((date, form)) = figures::date(text) {
            self.dates.add(figures::day_number(date), count);
            self.date_forms[form as usize] += count;
        }
    }

    /// Rows that hold a stand-in.
    pub(super) fn n_placeholders(&self) -> u64 {
        self.placeholders.values().sum()
    }

    /// Rows with a value that is none.
    pub(super) fn filled(&self) -> u64 {
        self.rows - self.nulls - self.n_placeholders()
    }
}
