//! The summary of a run: one value behind `run.json`, the closing words on the terminal and `report.html`.
//!
//! Every count is of rows, cells, records or pairs, as its name says; durations are milliseconds; scores state their
//! numerator and denominator, and a denominator of 0 means "no data".

use std::collections::BTreeMap;

use serde::Serialize;

/// Everything that a run counted.
#[derive(Debug, Clone, Serialize)]
pub struct Summary {
    /// Version of this format; raised when a field changes its meaning.
    pub format: u32,
    /// Name of the project.
    pub project: String,
    /// Version of Guiyi.
    pub version: String,
    /// Start of the run, RFC 3339 in UTC.
    pub started_at: String,
    /// Whole duration, in milliseconds.
    pub duration_ms: u64,
    /// CPU time of all threads, in milliseconds, where the system tells it.
    pub cpu_ms: Option<u64>,
    /// Largest resident memory, in bytes, where the system tells it.
    pub peak_memory_bytes: Option<u64>,
    /// SHA-256 over dictionaries, rules and policies, in hexadecimal.
    pub rulebook_digest: String,
    /// What the exit code says: `clean`, or `findings` past the threshold.
    pub outcome: String,
    /// The change requests whose time had come, in the order in which the run took them.
    pub requests: Vec<RequestSummary>,
    /// One entry per entity type, in the order customer, supplier, material, contact.
    pub entities: Vec<EntitySummary>,
    /// Duration and rows of each room, in the order of the walk.
    pub rooms: Vec<RoomSummary>,
    /// Files written, relative to the output directory.
    pub outputs: Vec<OutputFile>,
}

/// What became of a change request whose time had come.
#[derive(Debug, Clone, Serialize)]
pub struct RequestSummary {
    /// Its number.
    pub number: u64,
    /// What it asks for, such as `merge` or `pin`.
    pub kind: String,
    /// The golden records that it names.
    pub global_ids: Vec<String>,
    /// Who proposed it.
    pub author: String,
    /// `applied`, `failed` since it could not be done any more, `stale` since a golden record has changed since the
    /// approvals, or `skipped` since the project has no source of its entity type.
    pub outcome: String,
    /// Why it was not applied; `None` if it was.
    pub reason: Option<String>,
    /// The same in Chinese; reasons that the store gives are in English.
    pub reason_zh: Option<String>,
}

/// The counts of one entity type.
#[derive(Debug, Clone, Serialize)]
pub struct EntitySummary {
    /// `customer`, `supplier`, `material` or `contact`.
    pub entity: String,
    /// One entry per input file.
    pub sources: Vec<SourceSummary>,
    /// Records matched: admitted rows, and records known to the store that this run's files lack.
    pub records: u64,
    /// Records that are a duplicate of another one in the same system: members of a cluster beyond the first.
    pub duplicates_within: u64,
    /// Clusters that hold records of two or more systems.
    pub linked_across: u64,
    /// Pairs compared.
    pub candidates: u64,
    /// Pairs decided as a match.
    pub pairs_matched: u64,
    /// Pairs left for a person.
    pub pairs_to_review: u64,
    /// Golden records after the run.
    pub golden: u64,
    /// Golden records that are new.
    pub golden_new: u64,
    /// Golden records with a changed value or changed members.
    pub golden_changed: u64,
    /// Golden records that are as they were.
    pub golden_unchanged: u64,
    /// Golden records that went into another one; their IDs lead there.
    pub golden_superseded: u64,
    /// Findings by rule, in order of code.
    pub rules: Vec<RuleSummary>,
    /// Filled cells of the golden records, per data element, in the order of the dictionary.
    pub completeness: Vec<ElementSummary>,
    /// Sizes of clusters: size to number of clusters.
    pub cluster_sizes: BTreeMap<u32, u64>,
}

/// The counts of one input file.
#[derive(Debug, Clone, Serialize)]
pub struct SourceSummary {
    /// Name of the system.
    pub system: String,
    /// Path as configured.
    pub path: String,
    /// SHA-256 of the file, in hexadecimal.
    pub digest: String,
    /// Format and encoding as read, such as `csv, GB18030, ","`.
    pub read_as: String,
    /// Rows read = clean + corrected + quarantined + rejected.
    pub rows_read: u64,
    /// Rows admitted as received.
    pub clean: u64,
    /// Rows admitted with at least one changed value.
    pub corrected: u64,
    /// Rows held back.
    pub quarantined: u64,
    /// Rows that are no record.
    pub rejected: u64,
    /// Findings of severity info, warning and error.
    pub findings: SeverityCounts,
    /// Values changed.
    pub corrections: u64,
    /// Rows with at least one finding of severity warning or error.
    pub rows_with_findings: u64,
    /// Columns of the file that no data element takes.
    pub unmapped: Vec<String>,
    /// Score per dimension of GB/T 36344-2018, in the standard's order.
    pub scores: Vec<Score>,
}

/// Counts by severity.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub struct SeverityCounts {
    /// Worth knowing.
    pub info: u64,
    /// Worth a look.
    pub warning: u64,
    /// Wrong.
    pub error: u64,
}

/// Passing units over units.
#[derive(Debug, Clone, Serialize)]
pub struct Score {
    /// `conformity`, `completeness`, `accuracy`, `consistency`, `timeliness` or `overall`.
    pub dimension: String,
    /// Units that pass.
    pub passed: u64,
    /// Units looked at; 0 means no data.
    pub total: u64,
    /// `passed / total` in [0, 1]; `null` where `total` is 0. For `overall`: the mean of the dimensions with data.
    pub score: Option<f64>,
}

/// Findings of one rule.
#[derive(Debug, Clone, Serialize)]
pub struct RuleSummary {
    /// Code of the rule.
    pub code: String,
    /// The data element, empty for a rule about the whole row.
    pub attribute: String,
    /// What it says, in English.
    pub message: String,
    /// What it says, in Chinese.
    pub message_zh: String,
    /// `info`, `warning` or `error`.
    pub severity: String,
    /// Findings.
    pub findings: u64,
    /// Findings whose value was repaired.
    pub repaired: u64,
}

/// Filled cells of one data element.
#[derive(Debug, Clone, Serialize)]
pub struct ElementSummary {
    /// The data element.
    pub attribute: String,
    /// Its Chinese name.
    pub label_zh: String,
    /// `key` or `normal`.
    pub importance: String,
    /// Golden records with a value.
    pub filled: u64,
    /// Of these, imputed.
    pub imputed: u64,
    /// Golden records.
    pub total: u64,
}

/// Time of one room.
#[derive(Debug, Clone, Serialize)]
pub struct RoomSummary {
    /// Name of the room.
    pub room: String,
    /// Rows, records or pairs that went through.
    pub units: u64,
    /// Wall time, in milliseconds.
    pub duration_ms: u64,
}

/// A file written.
#[derive(Debug, Clone, Serialize)]
pub struct OutputFile {
    /// Name relative to the output directory.
    pub name: String,
    /// Rows written, without the header.
    pub rows: u64,
}
