//! What is judged of a system as a whole: `freshness` and `row-count`, and which rules were not run.
//!
//! The state of a pass over the rows is small, and states merge in any order to the same state, so rows may stream
//! through it on several threads. All files of one system count as one; its findings stand at its first file, in row 0.
//!
//! ```
//! use guiyi_core::validate::whole::State;
//! # use guiyi_core::{dictionary::EntityType, rulebook::Rulebook};
//! # let rulebook = Rulebook::shipped(EntityType::Customer, (2026, 3, 1))?;
//! # let (one_thread, another): (Vec<guiyi_core::record::Batch>, Vec<_>) = Default::default();
//! let mut state = State::new(&rulebook);
//! one_thread.iter().for_each(|batch| state.observe(batch, &rulebook));
//! let mut other = State::new(&rulebook);
//! another.iter().for_each(|batch| other.observe(batch, &rulebook));
//! let findings = state.merge(other).findings(&rulebook);
//! # Ok::<(), Vec<guiyi_core::rulebook::Mistake>>(())
//! ```

use std::sync::Arc;

use super::{Ordered, applies, is_fed};
use crate::dictionary::ElementKind;
use crate::finding::{Action, Fault, Finding, Severity};
use crate::record::Batch;
use crate::rulebook::{Check, RowCount, Rule, Rulebook};

/// The findings about the systems whose rows are all in these batches.
pub fn findings(batches: &[Batch], rulebook: &Rulebook) -> Vec<Finding> {
    let mut state = State::new(rulebook);
    for batch in batches {
        state.observe(batch, rulebook);
    }
    state.findings(rulebook)
}

/// What a pass over the rows has seen.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct State {
    /// For each source and each rule, in the order of the rulebook: rows that count, and the newest date among them.
    seen: Vec<Vec<Seen>>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Seen {
    rows: u64,
    newest: Option<(i16, i8, i8)>,
}

impl State {
    /// Nothing seen yet.
    pub fn new(rulebook: &Rulebook) -> Self {
        Self {
            seen: vec![vec![Seen::default(); rulebook.rules.len()]; rulebook.sources.len()],
        }
    }

    /// Takes the rows of a batch in, after they were judged; rejected rows do not count.
    pub fn observe(&mut self, batch: &Batch, rulebook: &Rulebook) {
        let Some(seen) = self.seen.get_mut(usize::from(batch.source)) else {
            return;
        };
        for (rule, seen) in rulebook.rules.iter().zip(seen) {
            if !rule.check.is_of_whole_source() {
                continue;
            }
            let column = &batch.columns[rule.attribute];
            for row in (0..batch.len()).filter(|&row| applies(batch, rule, row)) {
                seen.rows += 1;
                if let Check::Freshness { .. } = rule.check
                    && let Some(value) = column.get(row)
                    && let Some(Ordered::Date(year, month, day)) = Ordered::read(value, ElementKind::Date)
                    && (year, month, day) <= rulebook.today
                {
                    seen.newest = seen.newest.max(Some((year, month, day)));
                }
            }
        }
    }

    /// What both have seen, of the same rulebook; the default state has seen nothing.
    #[must_use]
    pub fn merge(mut self, other: Self) -> Self {
        if self.seen.is_empty() {
            return other;
        }
        for (seen, other) in self.seen.iter_mut().flatten().zip(other.seen.into_iter().flatten()) {
            *seen = seen.with(other);
        }
        self
    }

    /// The findings about systems, in the order of (first source, rule): what fails, and what was not run.
    pub fn findings(&self, rulebook: &Rulebook) -> Vec<Finding> {
        let mut findings = Vec::new();
        for source in 0..rulebook.sources.len() as u16 {
            if rulebook.first_source_of_system(source) != source {
                continue;
            }
            for (position, rule) in rulebook.rules.iter().enumerate() {
                let judgment = judgment(rule, rulebook, source, || {
                    self.seen_of_system(source, position, rulebook)
                });
                if let Some((severity, fault)) = judgment {
                    findings.push(finding(source, rule, severity, fault));
                }
            }
        }
        findings
    }

    fn seen_of_system(&self, first: u16, rule: usize, rulebook: &Rulebook) -> Seen {
        let of_system = self.seen.iter().enumerate();
        of_system
            .filter(|(source, _)| rulebook.first_source_of_system(*source as u16) == first)
            .map(|(_, seen)| seen[rule])
            .fold(Seen::default(), Seen::with)
    }
}

impl Seen {
    fn with(self, other: Self) -> Self {
        Self {
            rows: self.rows + other.rows,
            newest: self.newest.max(other.newest),
        }
    }
}

/// Why a rule could not be run on a system; `None` if it could.
pub(super) fn why_not_run(rule: &Rule, rulebook: &Rulebook, first_source: u16) -> Option<Fault> {
    let name = || Arc::clone(&rulebook.dictionary.elements[rule.attribute].name);
    let fed = || {
        (0..rulebook.sources.len() as u16)
            .filter(|&source| rulebook.first_source_of_system(source) == first_source)
            .any(|source| is_fed(rulebook, source, rule.attribute))
    };
    match &rule.check {
        Check::ForeignKey { target, known: None } if fed() => Some(Fault::OtherSideMissing {
            entity: target.entity.name(),
        }),
        Check::Freshness { .. } if !fed() => Some(Fault::NoColumn { element: name() }),
        _ => None,
    }
}

/// What is wrong with a system under a rule, and how grave that is.
fn judgment(rule: &Rule, rulebook: &Rulebook, source: u16, seen: impl Fn() -> Seen) -> Option<(Severity, Fault)> {
    if let Some(fault) = why_not_run(rule, rulebook, source) {
        return Some((Severity::Info, fault));
    }
    let fault = match &rule.check {
        Check::Freshness { max_age_days } => stale(seen(), *max_age_days, rulebook.today),
        Check::RowCount(bounds) => {
            let last = bounds.last.get(&rulebook.sources[usize::from(source)].system);
            wrong_count(seen().rows, bounds, last.copied())
        }
        _ => None,
    };
    fault.map(|fault| (rule.severity, fault))
}

fn stale(seen: Seen, max_age_days: u32, today: (i16, i8, i8)) -> Option<Fault> {
    let date = |(year, month, day)| jiff::civil::Date::new(year, month, day).ok();
    let newest = seen.newest;
    let age = newest.and_then(|newest| Some((date(today)? - date(newest)?).get_days()));
    let is_fresh = age.is_some_and(|age| i64::from(age) <= i64::from(max_age_days));
    (!is_fresh).then(|| Fault::Stale {
        newest: newest.map(|(year, month, day)| format!("{year:04}-{month:02}-{day:02}").into()),
        max_age_days,
    })
}

fn wrong_count(rows: u64, bounds: &RowCount, last: Option<u64>) -> Option<Fault> {
    if bounds.min.is_some_and(|min| rows < min) || bounds.max.is_some_and(|max| rows > max) {
        return Some(Fault::RowCount {
            rows,
            min: bounds.min,
            max: bounds.max,
        });
    }
    let (last, max_change) = (last?, u128::from(bounds.max_change?));
    let change = u128::from(rows.abs_diff(last)) * 1_000_000;
    (change > u128::from(last) * max_change).then_some(Fault::RowCountChanged { rows, last })
}

fn finding(source: u16, rule: &Rule, severity: Severity, fault: Fault) -> Finding {
    Finding {
        source,
        row: 0,
        key: None,
        attribute: Some(rule.attribute as u16),
        rule: Arc::clone(&rule.code),
        severity,
        fault,
        value: None,
        fix: None,
        action: Action::Reported,
    }
}
