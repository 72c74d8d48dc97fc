//! The numbers at the top of the page: counts over all entity types and sources.

use super::summary::{EntitySummary, SourceSummary, Summary};
use super::text::sum;

/// Counts of the whole run; each stays at the largest number instead of overflowing.
#[derive(Debug)]
pub(crate) struct Totals {
    pub(crate) files: usize,
    pub(crate) rows_read: u64,
    pub(crate) clean: u64,
    pub(crate) corrected: u64,
    pub(crate) quarantined: u64,
    pub(crate) rejected: u64,
    pub(crate) golden: u64,
    pub(crate) golden_new: u64,
    pub(crate) golden_changed: u64,
    pub(crate) golden_unchanged: u64,
    pub(crate) golden_superseded: u64,
    pub(crate) candidates: u64,
    pub(crate) pairs_to_review: u64,
}

/// Adds up the run.
pub(crate) fn of(summary: &Summary) -> Totals {
    let sources = || summary.entities.iter().flat_map(|entity| &entity.sources);
    let rows = |count: fn(&SourceSummary) -> u64| sum(sources().map(count));
    let records = |count: fn(&EntitySummary) -> u64| sum(summary.entities.iter().map(count));
    Totals {
        files: sources().count(),
        rows_read: rows(|source| source.rows_read),
        clean: rows(|source| source.clean),
        corrected: rows(|source| source.corrected),
        quarantined: rows(|source| source.quarantined),
        rejected: rows(|source| source.rejected),
        golden: records(|entity| entity.golden),
        golden_new: records(|entity| entity.golden_new),
        golden_changed: records(|entity| entity.golden_changed),
        golden_unchanged: records(|entity| entity.golden_unchanged),
        golden_superseded: records(|entity| entity.golden_superseded),
        candidates: records(|entity| entity.candidates),
        pairs_to_review: records(|entity| entity.pairs_to_review),
    }
}
