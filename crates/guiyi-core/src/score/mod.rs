//! Scores: mergeable counts of passing units over units, per dimension of GB/T 36344-2018.
//!
//! What is scored is the data as received: a repaired value failed, and counts as failed. Units are cells for
//! completeness, conformity and accuracy, rows for the checks across cells. 0/0 is "no data", never a number.

use crate::dictionary::{Element, Importance};
use crate::finding::{Fault, Finding, Notes, Severity};
use crate::record::{Batch, Origin, RowState};
use crate::rulebook::{Check, Dimension, Rulebook};

use arrow_array::Array;

/// Passing units over units.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Units that pass.
    pub passed: u64,
    /// Units looked at.
    pub total: u64,
}

impl Tally {
    /// The share of passing units in [0, 1]; `None` where nothing was looked at.
    pub fn score(self) -> Option<f64> {
        (self.total > 0).then(|| self.passed as f64 / self.total as f64)
    }

    /// Adds the counts of another part of the same data.
    #[must_use]
    pub fn merge(self, other: Self) -> Self {
        Self {
            passed: self.passed + other.passed,
            total: self.total + other.total,
        }
    }

    /// `failed` of `total` units failed; more failures than units count as all.
    fn of_failures(failed: u64, total: u64) -> Self {
        Self {
            passed: total.saturating_sub(failed),
            total,
        }
    }
}

/// The scores of one source.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scorecard {
    /// One tally per dimension, in the standard's order.
    pub dimensions: [Tally; 5],
}

/// The dimensions that can be told from the data alone, in the standard's order; accessibility cannot.
pub const DIMENSIONS: [Dimension; 5] = [
    Dimension::Conformity,
    Dimension::Completeness,
    Dimension::Accuracy,
    Dimension::Consistency,
    Dimension::Timeliness,
];

impl Scorecard {
    /// Mean of the dimensions with data; `None` if none has any.
    pub fn overall(&self) -> Option<f64> {
        let scores: Vec<f64> = self.dimensions.iter().filter_map(|tally| tally.score()).collect();
        (!scores.is_empty()).then(|| scores.iter().sum::<f64>() / scores.len() as f64)
    }

    /// Adds the counts of another part of the same source.
    #[must_use]
    pub fn merge(mut self, other: &Self) -> Self {
        for (tally, other) in self.dimensions.iter_mut().zip(other.dimensions) {
            *tally = tally.merge(other);
        }
        self
    }
}

/// Scores one source from its batches and the notes about them; batches and notes of other sources are left out.
///
/// - Completeness: cells of mapped key elements with a value (data-element completeness).
/// - Conformity: filled cells that were received in the standard form and break no rule of this dimension.
/// - Accuracy: filled cells without an error or a rule failure of this dimension, and rows that repeat no other row.
/// - Consistency, timeliness: for each rule of the dimension the rows it looks at.
pub fn run(source: u16, batches: &[Batch], notes: &Notes, rulebook: &Rulebook) -> Scorecard {
    let mapping = &rulebook.sources[usize::from(source)].mapping;
    let filled = filled_cells(source, batches, mapping);
    let n_rows = batches
        .iter()
        .filter(|batch| batch.source == source)
        .map(records_in)
        .sum::<u64>();
    let elements = &rulebook.dictionary.elements;
    let key_cells = |element: &Element| element.importance == Importance::Key;
    let expected: u64 = (0..elements.len())
        .filter(|&a| mapping[a].is_some() && key_cells(&elements[a]))
        .count() as u64
        * n_rows;
    let all_filled: u64 = filled.iter().sum();

    let (mut nonconforming, mut inaccurate) = (Vec::new(), Vec::new());
    let mut n_missing = 0;
    let mut n_rule_failures = [0_u64; 5];
    for finding in notes.findings.iter().filter(|finding| finding.source == source) {
        let Some(attribute) = finding.attribute else { continue };
        let is_key = key_cells(&elements[usize::from(attribute)]);
        match dimension_of(finding, rulebook) {
            Some(Dimension::Completeness) => n_missing += u64::from(is_key && finding.fault == Fault::Placeholder),
            Some(Dimension::Conformity) => nonconforming.push((finding.row, attribute)),
            Some(Dimension::Accuracy) => inaccurate.push((finding.row, attribute)),
            Some(dimension) => n_rule_failures[dimension as usize] += 1,
            None => {}
        }
    }
    for correction in notes
        .corrections
        .iter()
        .filter(|correction| correction.source == source)
    {
        if correction.origin == Origin::Standardized {
            nonconforming.push((correction.row, correction.attribute));
        }
    }
    let key_filled: u64 = (0..elements.len())
        .filter(|&a| key_cells(&elements[a]))
        .map(|a| filled[a])
        .sum();
    let n_copies = batches
        .iter()
        .filter(|batch| batch.source == source)
        .map(|batch| {
            batch
                .states
                .iter()
                .filter(|state| **state == RowState::Rejected)
                .count() as u64
        })
        .sum::<u64>();

    let looked_at = |dimension: Dimension| -> u64 {
        rulebook
            .rules
            .iter()
            .filter(|rule| rule.dimension == dimension)
            .map(|rule| match rule.check {
                Check::Required => n_rows,
                ref check if check.is_of_whole_source() => u64::from(n_rows > 0),
                Check::ForeignKey { known: None, .. } => 0,
                _ => filled[rule.attribute],
            })
            .sum()
    };
    Scorecard {
        dimensions: [
            Tally::of_failures(distinct(nonconforming), all_filled),
            Tally {
                passed: key_filled.saturating_sub(n_missing),
                total: expected,
            },
            Tally::of_failures(distinct(inaccurate) + n_copies, all_filled + n_copies),
            Tally::of_failures(
                n_rule_failures[Dimension::Consistency as usize],
                looked_at(Dimension::Consistency),
            ),
            Tally::of_failures(
                n_rule_failures[Dimension::Timeliness as usize],
                looked_at(Dimension::Timeliness),
            ),
        ],
    }
}

/// Number of different cells.
fn distinct(mut cells: Vec<(u64, u16)>) -> u64 {
    cells.sort_unstable();
    cells.dedup();
    cells.len() as u64
}

/// Rows of a batch that are records.
fn records_in(batch: &Batch) -> u64 {
    batch
        .states
        .iter()
        .filter(|state| **state != RowState::Rejected)
        .count() as u64
}

/// For each data element the cells that the source filled, rejected rows left out.
fn filled_cells(source: u16, batches: &[Batch], mapping: &[Option<usize>]) -> Vec<u64> {
    mapping
        .iter()
        .map(|column| {
            let Some(column) = *column else { return 0 };
            batches
                .iter()
                .filter(|batch| batch.source == source)
                .map(|batch| {
                    let cells = &batch.received[column];
                    (0..batch.len())
                        .filter(|&row| cells.is_valid(row) && batch.states[row] != RowState::Rejected)
                        .count() as u64
                })
                .sum()
        })
        .collect()
}

/// The dimension that a finding counts against; `None` for what is only worth knowing.
fn dimension_of(finding: &Finding, rulebook: &Rulebook) -> Option<Dimension> {
    if finding.severity == Severity::Info {
        return None;
    }
    let rule = rulebook
        .rules
        .binary_search_by(|rule| rule.code.cmp(&finding.rule))
        .ok();
    if let Some(rule) = rule {
        return Some(rulebook.rules[rule].dimension);
    }
    match finding.fault {
        Fault::Missing | Fault::Placeholder => Some(Dimension::Completeness),
        _ => Some(Dimension::Accuracy),
    }
}
