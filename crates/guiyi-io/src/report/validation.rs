//! What `guiyi validate` found, as numbers: the JSON of its outputs, and what its text, JUnit and page are made of.
//!
//! Law: for every file, rows read = good + bad + not a record.

use serde::Serialize;

/// A validation of some files by one rule pack.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Validation {
    /// Version of this layout.
    pub format: u32,
    /// Version of the program.
    pub version: String,
    /// The rule pack, as it was named.
    pub rules: String,
    /// `pass`, `fail`, or `nothing-tested`.
    pub outcome: String,
    /// What makes it fail: `error`, `warning`, `never`, or a share of bad rows.
    pub fail_on: String,
    /// When it began, RFC 3339 in UTC.
    pub started_at: String,
    /// Wall time.
    pub duration_ms: u64,
    /// CPU time of all threads, if the system tells.
    pub cpu_ms: Option<u64>,
    /// Peak memory, if the system tells.
    pub peak_memory_bytes: Option<u64>,
    /// The files, as they were given.
    pub files: Vec<FileValidation>,
    /// The files written, if any.
    pub outputs: Vec<Output>,
}

/// A file that was written.
#[derive(Debug, Clone, Serialize)]
pub struct Output {
    /// Its name in the output directory.
    pub name: String,
}

/// One file.
#[derive(Debug, Clone, Default, Serialize)]
pub struct FileValidation {
    /// Its path as given.
    pub file: String,
    /// What it was read as, such as `csv, gb18030, ","`.
    pub read_as: String,
    /// Rows read.
    pub rows_read: u64,
    /// Rows without a finding.
    pub good: u64,
    /// Rows with a finding.
    pub bad: u64,
    /// Totals, page and title rows.
    pub not_records: u64,
    /// The elements that rules speak of, and the columns that feed them.
    pub elements: Vec<ElementUse>,
    /// The rules, in the order of their codes.
    pub rules: Vec<RuleValidation>,
    /// What reading found wrong with rows, by code.
    pub reading: Vec<ReadingFault>,
}

/// An element that rules speak of.
#[derive(Debug, Clone, Serialize)]
pub struct ElementUse {
    /// Its name.
    pub element: String,
    /// Its Chinese name.
    pub label_zh: String,
    /// The header of its column; `None` if the file has none for it.
    pub column: Option<String>,
    /// `received` or `standardized`.
    pub values: &'static str,
}

/// One rule on one file.
#[derive(Debug, Clone, Default, Serialize)]
pub struct RuleValidation {
    /// Its code.
    pub code: String,
    /// `info`, `warning` or `error`.
    pub severity: &'static str,
    /// Dimension of GB/T 36344-2018.
    pub dimension: &'static str,
    /// The element that it is about.
    pub element: String,
    /// Its column.
    pub column: Option<String>,
    /// What it demands, in English.
    pub message: String,
    /// What it demands, in Chinese.
    pub message_zh: String,
    /// Who answers for it.
    pub owner: Option<String>,
    /// `pass`, `fail`, or `not-run`: no column, or no row that it could judge.
    pub outcome: &'static str,
    /// Why it did not run.
    pub why_not: Option<String>,
    /// The same in Chinese.
    pub why_not_zh: Option<String>,
    /// Rows judged.
    pub judged: u64,
    /// Rows failed.
    pub failed: u64,
    /// failed / judged; `None` if none was judged.
    pub share: Option<f64>,
    /// Failing rows up to which the rule passes, such as `5` or `0.5%`.
    pub tolerance: String,
    /// The first failing rows.
    pub samples: Vec<Sample>,
}

/// A kind of fault that reading found.
#[derive(Debug, Clone, Serialize)]
pub struct ReadingFault {
    /// Its code, such as `RD001`.
    pub code: String,
    /// How many.
    pub count: u64,
    /// The first of them.
    pub samples: Vec<Sample>,
}

/// A failing row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Sample {
    /// Its line or row number.
    pub row: u64,
    /// Its key, empty if there is none.
    pub key: String,
    /// The element, empty for a fault of the whole row.
    pub column: String,
    /// The value as received, empty if there is none.
    pub value: String,
    /// Why, in English.
    pub reason: String,
    /// Why, in Chinese.
    pub reason_zh: String,
    /// The value that would pass, empty if none is known.
    pub fix: String,
}
