//! How each source fares under each rule: rows judged, rows that fail, and whether that is within the tolerance.
//!
//! A rule about a system as a whole judges one thing, which counts as one row of the system's first source.

use std::collections::{BTreeMap, BTreeSet};

use super::{applies, expression, whole};
use crate::finding::Notes;
use crate::record::{Batch, Origin, RowState};
use crate::rulebook::{Check, Rule, Rulebook};

/// What became of one rule in one source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outcome {
    /// Position of the source in the rulebook.
    pub source: u16,
    /// Position of the rule in the rulebook.
    pub rule: usize,
    /// Rows that the rule judged: records for which its condition holds and, unless it demands a value, that have one.
    pub checked: u64,
    /// Rows among them that failed as the source gave them, repaired or not.
    pub failed: u64,
    /// Whether the rule could be run: not where the other side of a foreign key, or the column, is not there.
    pub ran: bool,
}

impl Outcome {
    /// Whether the failing rows are within the rule's tolerance; a rule that judged no row passes, one that was not run
    /// does not.
    pub fn passes(&self, rule: &Rule) -> bool {
        self.ran && rule.tolerance.allows(self.failed, self.checked)
    }
}

/// Counts every rule in every source, in the order of (source, rule), out of the batches after [`super::run`] and
/// [`super::across()`] and the notes of both.
pub fn outcomes(batches: &[Batch], rulebook: &Rulebook, notes: &Notes) -> Vec<Outcome> {
    let mut failed: BTreeMap<(u16, &str), BTreeSet<u64>> = BTreeMap::new();
    for finding in notes.findings.iter().filter(|finding| !finding.fault.is_not_run()) {
        failed
            .entry((finding.source, &*finding.rule))
            .or_default()
            .insert(finding.row);
    }
    let mut outcomes = Vec::with_capacity(rulebook.sources.len() * rulebook.rules.len());
    for source in 0..rulebook.sources.len() as u16 {
        let batches = || batches.iter().filter(|batch| batch.source == source);
        let mut rejected = BTreeSet::new();
        for batch in batches() {
            rejected.extend(
                (0..batch.len())
                    .filter(|&r| batch.states[r] == RowState::Rejected)
                    .map(|r| batch.rows[r]),
            );
        }
        let first = rulebook.first_source_of_system(source);
        for (position, rule) in rulebook.rules.iter().enumerate() {
            let ran = whole::why_not_run(rule, rulebook, first).is_none();
            let checked = match &rule.check {
                _ if !ran => 0,
                check if check.is_of_whole_source() => u64::from(first == source),
                _ => batches()
                    .map(|batch| (0..batch.len()).filter(|&row| judges(rule, batch, row)).count() as u64)
                    .sum(),
            };
            let failed = failed
                .get(&(source, &*rule.code))
                .map_or(0, |rows| rows.difference(&rejected).count() as u64);
            outcomes.push(Outcome {
                source,
                rule: position,
                checked,
                failed,
                ran,
            });
        }
    }
    outcomes
}

pub(super) fn judges(rule: &Rule, batch: &Batch, row: usize) -> bool {
    let given = |element: usize| {
        let column = &batch.columns[element];
        column.get(row).is_some() || column.origin(row) == Origin::Withheld
    };
    applies(batch, rule, row)
        && match &rule.check {
            Check::Required => true,
            Check::Unique { elements, .. } => elements.iter().all(|&element| given(element)),
            Check::Expression(expression) => expression::judges(batch, rule, expression, row),
            Check::Compare { other, .. } | Check::Agrees { other } => given(rule.attribute) && given(*other),
            _ => given(rule.attribute),
        }
}
