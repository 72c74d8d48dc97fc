//! What a run hands to the store, and what the store says it did.

use guiyi_core::crosswalk::Assignment;
use guiyi_core::record::{Batch, Records};
use guiyi_core::rulebook::Rulebook;
use guiyi_core::survive::Golden;

use crate::known::Known;
use crate::review::ReviewPair;

/// The result of a run over one entity type.
#[derive(Debug, Clone, Copy)]
pub struct RunChange<'a> {
    /// The rulebook that the run went by.
    pub rulebook: &'a Rulebook,
    /// Its digest.
    pub rulebook_digest: &'a [u8],
    /// What the store knew before the run.
    pub known: &'a Known,
    /// All records that were matched: the admitted ones of this run and [`Known::absent`], ordered as [`Records`] says.
    pub records: &'a Records,
    /// The batches of this run.
    pub batches: &'a [Batch],
    /// For each record its batch and row there; `None` for an absent record, whose stored state stays.
    pub rows: &'a [Option<(u32, u32)>],
    /// For each record the number of its cluster.
    pub clusters: &'a [u32],
    /// The golden records, one per cluster.
    pub golden: &'a Golden,
    /// The ID of each cluster.
    pub assignment: &'a Assignment,
    /// The pairs that the run leaves to a person; `None`: the run says nothing of pairs, and those of before stay.
    pub review: Option<&'a [ReviewPair]>,
}

/// What a commit wrote.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CommitReport {
    /// Number of the run; `None` if nothing changed and nothing was written.
    pub run: Option<u64>,
    /// Golden records with an ID issued now.
    pub golden_new: u64,
    /// Golden records with another value, lineage or member than before.
    pub golden_changed: u64,
    /// Golden records that are as they were.
    pub golden_unchanged: u64,
    /// Golden records that went into another one.
    pub golden_superseded: u64,
    /// Golden records whose ID was superseded or retired and is active again.
    pub golden_reinstated: u64,
    /// Source records seen for the first time.
    pub sources_new: u64,
    /// Source records whose content changed.
    pub sources_changed: u64,
    /// Source records that are as they were.
    pub sources_unchanged: u64,
    /// Source records of earlier runs that this run did not contain; they keep their state.
    pub sources_absent: u64,
    /// Codes mapped for the first time.
    pub codes_new: u64,
    /// Codes that now lead to another ID.
    pub codes_moved: u64,
    /// Pairs for a person that were added, taken off or changed.
    pub pairs_changed: u64,
    /// Lines added to the ledger.
    pub ledger_lines: u64,
    /// Lines added to the change feed.
    pub feed_lines: u64,
}
