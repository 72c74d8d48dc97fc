//! What whole columns tell about single cells: learned before the room runs, because a batch is only a part of a column.
//!
//! Law: counts only, so hints of parts merge in any order to those of the whole; no cell's reading depends on where a
//! batch begins.

use std::collections::BTreeMap;

use crate::dictionary::ElementKind;
use crate::record::Batch;
use crate::rulebook::Rulebook;

use super::date::DateHints;

/// What was learned about the columns of all sources.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hints {
    /// Per (source, element).
    dates: BTreeMap<(u16, usize), DateHints>,
}

impl Hints {
    /// Adds what was learned from other batches.
    pub fn merge(&mut self, other: Self) {
        for (column, hints) in other.dates {
            self.dates.entry(column).or_default().merge(&hints);
        }
    }

    /// What is known about a date column; nothing if no batch of it was seen.
    pub(super) fn dates(&self, source: u16, attribute: usize) -> DateHints {
        self.dates.get(&(source, attribute)).copied().unwrap_or_default()
    }
}

/// Learns from batches as received; give it all batches of a run, or merge what parts of them give.
///
/// Linear in the cells of the date columns; nothing else is read.
pub fn learn(batches: &[Batch], rulebook: &Rulebook) -> Hints {
    let mut hints = Hints::default();
    for attribute in rulebook.dictionary.of_kind(ElementKind::Date) {
        for batch in batches {
            let column = &batch.columns[attribute];
            let seen = hints.dates.entry((batch.source, attribute)).or_default();
            for row in 0..batch.len() {
                if let Some(text) = column.get(row)
                    && column.origin(row) == crate::record::Origin::Received
                {
                    seen.see(text);
                }
            }
        }
    }
    hints
}
