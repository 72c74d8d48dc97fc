//! The options of `guiyi validate`.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use clap::ValueEnum;
use guiyi_core::dictionary::EntityType;

use crate::args::LanguageArg;

/// Judge files by a rule pack: every failing row, with its line, column, value and reason.
///
/// Reads CSV in any encoding, .xlsx, .xls, Parquet and JSON lines, larger than memory. A rule whose column the file does
/// not have is not run, and shown as such. With `--out`, all failing rows go to findings.csv, and the rows themselves,
/// byte for byte, to good.csv and bad.csv.
///
/// Example: `guiyi validate customers.csv --rules rules/customer.toml --key 客户编码 --out checked`
///
/// A rule pack is for an entity type (`entity = "customer"`, columns found by their headers), or describes its columns
/// itself under `[[element]]`, so that it fits any file:
///
///     [[element]]
///     name = "amount"
///     kind = "amount"
///     header = "金额"
///     [[rule]]
///     code = "MY001"
///     element = "amount"
///     check = "range"
///     min = 0
///     severity = "error"
///     dimension = "accuracy"
///     message = "The amount is not negative"
///     message_zh = "金额不得为负"
///
/// Exit codes: 0 passed; 1 failed, as `--fail-on` says; 2 an error, or nothing was tested (no rows, or no rule could
/// run). Nulls pass every check but `required`. A rule fails when its failing rows are more than its tolerance.
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Args {
    /// Files to judge, each as a source of its own.
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// The rule pack, a TOML file.
    #[arg(long, value_name = "PACK")]
    pub(crate) rules: Option<PathBuf>,
    /// Without `--rules`: the shipped rules of this entity type.
    #[arg(long, value_enum)]
    pub(crate) entity: Option<EntityArg>,
    /// Write findings.csv, good and bad rows and run.json into this directory, all at once when all is done.
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// How to print the result.
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,
    /// What makes the exit code 1: `error` (a rule of severity error fails), `warning` (or one of severity warning), a
    /// share of bad rows such as `0.5%` or `0.005`, or `never`.
    #[arg(long, value_name = "error|warning|SHARE|never", default_value = "error")]
    pub(crate) fail_on: FailOn,
    /// Feed an element from a column, whatever its header: `--map mobile=Tel`; may be given several times.
    #[arg(long = "map", value_name = "ELEMENT=HEADER")]
    pub(crate) maps: Vec<String>,
    /// The other side of foreign keys: `--reference customer=customers.csv:客户编码`; for a rule that names a system,
    /// `--reference crm/customer=…`. Several files add up. Without it such a rule is not run.
    #[arg(long = "reference", value_name = "ENTITY=FILE:COLUMN")]
    pub(crate) references: Vec<String>,
    /// The column that names a row in findings.
    #[arg(long, value_name = "HEADER")]
    pub(crate) key: Option<String>,
    /// The encoding of text files, such as `gb18030`; by default found out.
    #[arg(long)]
    pub(crate) encoding: Option<String>,
    /// The delimiter of text files, a character or `tab`; by default found out.
    #[arg(long)]
    pub(crate) delimiter: Option<String>,
    /// The row that names the columns, from 1; by default found out.
    #[arg(long, value_name = "ROW")]
    pub(crate) header_row: Option<u64>,
    /// The sheet of a workbook; by default the first that is not empty.
    #[arg(long)]
    pub(crate) sheet: Option<String>,
    /// How many sample rows to show.
    #[arg(long, value_name = "N", default_value_t = 10)]
    pub(crate) show: usize,
    /// Language of the result.
    #[arg(long, value_enum)]
    pub(crate) language: Option<LanguageArg>,
    /// Take this instant for now, such as `2026-03-01T02:00:00Z`.
    #[arg(long, value_name = "TIME", env = "GUIYI_NOW")]
    pub(crate) now: Option<jiff::Timestamp>,
    /// Number of threads; 0 takes one per core. The result is the same for every number.
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) threads: usize,
    /// Memory for the keys of `unique` rules, 16 bytes a row and rule; beyond it they go to temporary files.
    #[arg(long, value_name = "MIB", default_value_t = 512)]
    pub(crate) key_memory: usize,
    /// Nothing to test is no error.
    #[arg(long)]
    pub(crate) allow_empty: bool,
    /// Say nothing but errors and the result.
    #[arg(long, short)]
    pub(crate) quiet: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum Format {
    /// For people.
    #[default]
    Text,
    /// For programs: every finding and all counts.
    Json,
    /// For CI: one test case for each rule and file.
    Junit,
    /// A page in both languages.
    Html,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum EntityArg {
    Customer,
    Supplier,
    Material,
    Contact,
}

impl From<EntityArg> for EntityType {
    fn from(entity: EntityArg) -> Self {
        match entity {
            EntityArg::Customer => Self::Customer,
            EntityArg::Supplier => Self::Supplier,
            EntityArg::Material => Self::Material,
            EntityArg::Contact => Self::Contact,
        }
    }
}

impl EntityArg {
    pub(super) fn name(self) -> &'static str {
        EntityType::from(self).name()
    }
}

/// What makes a validation fail.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum FailOn {
    /// A failed rule of severity error.
    Error,
    /// A failed rule of severity error or warning.
    Warning,
    /// More bad rows than this share of all.
    Share(f64),
    /// Nothing.
    Never,
}

impl FromStr for FailOn {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "error" => return Ok(Self::Error),
            "warning" => return Ok(Self::Warning),
            "never" => return Ok(Self::Never),
            _ => {}
        }
        let (number, unit) = match text.strip_suffix('%') {
            Some(percent) => (percent.trim_end(), 0.01),
            None => (text, 1.0),
        };
        let share = number.parse().map(|number: f64| number * unit).ok();
        share
            .filter(|share| (0.0..=1.0).contains(share))
            .map(Self::Share)
            .ok_or_else(|| "one of: error, warning, never, a share such as 0.5% or 0.005".to_owned())
    }
}

impl fmt::Display for FailOn {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Error => formatter.write_str("error"),
            Self::Warning => formatter.write_str("warning"),
            Self::Never => formatter.write_str("never"),
            Self::Share(share) => write!(formatter, "{share}"),
        }
    }
}
