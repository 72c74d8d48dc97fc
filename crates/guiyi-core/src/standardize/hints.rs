//! What whole columns tell about single cells: learned before the room runs, because a batch is only a part of a column.
//!
//! Law: counts only, so hints of parts merge in any order to those of the whole; no cell's reading depends on where a
//! batch begins.

use std::collections::{BTreeMap, BTreeSet};

use arrow_array::Array;

use crate::dictionary::ElementKind;
use crate::record::{Batch, Column, Origin};
use crate::rulebook::Rulebook;

use super::amount::AmountHints;
use super::date::DateHints;

/// What was learned about the columns of all sources.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hints {
    /// Per (source, element).
    dates: BTreeMap<(u16, usize), DateHints>,
    /// Per (source, element).
    amounts: BTreeMap<(u16, usize), AmountHints>,
    /// Sources whose serial numbers count from 1904.
    from_1904: BTreeSet<u16>,
}

impl Hints {
    /// Adds what was learned from other batches.
    pub fn merge(&mut self, other: Self) {
        for (column, hints) in other.dates {
            self.dates.entry(column).or_default().merge(&hints);
        }
        for (column, hints) in other.amounts {
            self.amounts.entry(column).or_default().merge(&hints);
        }
        self.from_1904.extend(other.from_1904);
    }

    /// Declares that the serial numbers of a source count days from 1904, as old spreadsheets of the Macintosh do.
    pub fn count_from_1904(&mut self, source: u16) {
        self.from_1904.insert(source);
    }

    /// Whether the serial numbers of a source count from 1904.
    pub(super) fn is_from_1904(&self, source: u16) -> bool {
        self.from_1904.contains(&source)
    }

    /// Counts texts that are one column, that of the first source and element.
    pub(super) fn see(&mut self, kind: ElementKind, texts: &[&str]) {
        match kind {
            ElementKind::Date => {
                let seen = self.dates.entry((0, 0)).or_default();
                for text in texts {
                    seen.see(text);
                }
            }
            ElementKind::Amount => {
                let seen = self.amounts.entry((0, 0)).or_default();
                for text in texts {
                    seen.see(text);
                }
            }
            _ => {}
        }
    }

    /// What is known about a date column; nothing if no batch of it was seen.
    pub(super) fn dates(&self, source: u16, attribute: usize) -> DateHints {
        self.dates.get(&(source, attribute)).copied().unwrap_or_default()
    }

    /// What is known about a column of amounts; nothing if no batch of it was seen.
    pub(super) fn amounts(&self, source: u16, attribute: usize) -> AmountHints {
        self.amounts.get(&(source, attribute)).copied().unwrap_or_default()
    }
}

/// Learns from batches as received; give it all batches of a run, or merge what parts of them give.
///
/// Linear in the cells of the columns of dates and amounts; nothing else is read.
pub fn learn(batches: &[Batch], rulebook: &Rulebook) -> Hints {
    let mut hints = Hints::default();
    for batch in batches {
        for attribute in rulebook.dictionary.of_kind(ElementKind::Date) {
            let seen = hints.dates.entry((batch.source, attribute)).or_default();
            each_received(&batch.columns[attribute], |text| seen.see(text));
        }
        for attribute in rulebook.dictionary.of_kind(ElementKind::Amount) {
            let seen = hints.amounts.entry((batch.source, attribute)).or_default();
            each_received(&batch.columns[attribute], |text| seen.see(text));
        }
    }
    hints
}

fn each_received(column: &Column, mut see: impl FnMut(&str)) {
    for row in 0..column.values.len() {
        if let Some(text) = column.get(row)
            && column.origin(row) == Origin::Received
        {
            see(text);
        }
    }
}
