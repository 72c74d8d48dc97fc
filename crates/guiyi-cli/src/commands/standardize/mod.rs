//! `guiyi standardize`: files, or single values, in their canonical forms; no project file, no store.
//!
//! Laws: what was received is always kept, beside the canonical value or in `corrections`; rows keep their order; files
//! are streamed, so memory does not grow with them.

mod columns;
mod files;
mod summary;
mod values;

use std::path::PathBuf;

use anyhow::{Context, bail};
use clap::ValueEnum;
use guiyi_core::finding::{Language, Severity};
use guiyi_io::read::{ReadOptions, TextEncoding};
use guiyi_io::write::{CsvEncoding, CsvOptions, OutputFormat};

use crate::Verdict;
use crate::args::{Format, LanguageArg};

/// Bring the values of files to their canonical forms, without a project.
///
/// Headers say what the columns hold, by the synonyms of the data-element dictionary; `--map` says it where they do
/// not. Every column of a file is written, the canonical values in place of the received ones; values that were found
/// inside others, such as a city in an address, stand in new columns behind. `corrections.csv` holds every value that
/// changed, before and after, and `findings.csv` what could not be read.
///
/// Exit codes: 0 clean, 1 findings as grave as `--fail-on`, 2 error.
///
/// Examples:
///
///   `guiyi standardize customers.xlsx --out clean`
///
///   `guiyi standardize erp.csv crm.csv --entity customer --map mobile=联系方式 --out clean --output-encoding utf-8-bom`
///
///   `guiyi standardize --kind phone --value '+86 138-0013-8000'`
///
///   `cut -f3 list.tsv | guiyi standardize --kind date -`
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
pub(crate) struct Args {
    /// Files to read: CSV, .xlsx, .xls, Parquet, JSON lines. With `--kind`, `-` reads one value a line from stdin.
    #[arg(value_name = "FILE", required_unless_present = "value")]
    files: Vec<PathBuf>,
    /// What the rows describe: `customer`, `supplier`, `material` or `contact`.
    #[arg(long, default_value = "customer")]
    entity: String,
    /// The directory for the results; made if need be.
    #[arg(long, value_name = "DIR", required_unless_present = "kind", conflicts_with = "kind")]
    out: Option<PathBuf>,
    /// A data element and the header of its column; may be given several times, and goes before the synonyms.
    #[arg(long = "map", value_name = "ELEMENT=HEADER")]
    maps: Vec<String>,
    /// The header of the column that holds the system's own code, for the lines of `corrections` and `findings`.
    #[arg(long, value_name = "HEADER")]
    key: Option<String>,
    /// Leave the received columns as they are, and write the canonical values into new columns behind them.
    #[arg(long, conflicts_with = "only")]
    beside: bool,
    /// Write only the key and the data elements, named by their elements.
    #[arg(long)]
    only: bool,
    /// The encoding of text files, such as `gb18030`; found out if not given.
    #[arg(long, value_name = "NAME")]
    encoding: Option<String>,
    /// The delimiter of text files, one character or `tab`; found out if not given.
    #[arg(long, value_name = "CHARACTER")]
    delimiter: Option<String>,
    /// The row that names the columns, from 1; found out if not given.
    #[arg(long, value_name = "N")]
    header_row: Option<u64>,
    /// The sheet of a workbook; the first one that has a value if not given.
    #[arg(long, value_name = "NAME")]
    sheet: Option<String>,
    /// The order of day and month where a date leaves it open; decided by the column's other dates if not given.
    #[arg(long, value_enum)]
    date_order: Option<DateOrder>,
    /// Serial numbers of dates count from 1904, as old spreadsheets of the Macintosh do.
    #[arg(long)]
    date_1904: bool,
    /// The format of the files written.
    #[arg(long, value_enum, default_value_t)]
    output_format: FileFormat,
    /// The encoding of CSV files written.
    #[arg(long, value_enum, default_value_t)]
    output_encoding: FileEncoding,
    /// How to print the summary, or the values of `--kind`.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// Language of the summary and of reasons.
    #[arg(long, value_enum)]
    language: Option<LanguageArg>,
    /// The least grave finding that makes the exit code 1.
    #[arg(long, value_enum, default_value_t)]
    fail_on: FailOn,
    /// Take this instant for now, such as `2026-03-01T02:00:00Z`; it decides the century of years of two digits.
    #[arg(long, value_name = "TIME", env = "GUIYI_NOW")]
    now: Option<jiff::Timestamp>,
    /// Say nothing but errors and the summary.
    #[arg(long, short)]
    quiet: bool,
    /// Standardize single values of this kind, such as `phone`, `date`, `amount` or `organization-name`.
    #[arg(long, value_name = "KIND")]
    kind: Option<String>,
    /// A value for `--kind`; may be given several times.
    #[arg(long, value_name = "TEXT", requires = "kind", allow_hyphen_values = true)]
    value: Vec<String>,
    /// The header that the values of `--kind` stand under, for units such as `注册资本(万元)`.
    #[arg(long, value_name = "HEADER", default_value = "", requires = "kind")]
    header: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum DateOrder {
    /// `31/12/2024`.
    DayFirst,
    /// `12/31/2024`.
    MonthFirst,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
enum FileFormat {
    /// Comma-separated text.
    #[default]
    Csv,
    /// Excel, every cell text.
    Xlsx,
    /// Apache Parquet, every column text.
    Parquet,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
enum FileEncoding {
    /// UTF-8.
    #[default]
    #[value(name = "utf-8")]
    Utf8,
    /// UTF-8 behind a byte-order mark, by which Excel knows it.
    #[value(name = "utf-8-bom")]
    Utf8Bom,
    /// GB 18030.
    Gb18030,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
enum FailOn {
    /// A value that cannot be read, or was destroyed.
    #[default]
    Error,
    /// Also a stand-in, an ambiguous value, or a contradiction.
    Warning,
    /// Nothing; the exit code is 0 unless the command fails.
    Never,
}

impl FailOn {
    /// The verdict over a finding as grave as this, the gravest of all.
    fn verdict(self, gravest: Option<Severity>) -> Verdict {
        let threshold = match self {
            Self::Error => Severity::Error,
            Self::Warning => Severity::Warning,
            Self::Never => return Verdict::Clean,
        };
        if gravest.is_some_and(|gravest| gravest >= threshold) {
            Verdict::Findings
        } else {
            Verdict::Clean
        }
    }
}

impl Args {
    fn language(&self) -> Language {
        self.language.map_or(Language::English, Language::from)
    }

    fn today(&self) -> (i16, i8, i8) {
        let now = self.now.unwrap_or_else(jiff::Timestamp::now);
        let today = now.to_zoned(jiff::tz::TimeZone::UTC).date();
        (today.year(), today.month(), today.day())
    }

    fn read_options(&self) -> anyhow::Result<ReadOptions> {
        let encoding = match &self.encoding {
            None => None,
            Some(name) => Some(TextEncoding::from_name(name).with_context(|| {
                format!("\"{name}\" is no encoding\n  hint: such as utf-8, gb18030, big5, utf-16le")
            })?),
        };
        let delimiter = match self.delimiter.as_deref() {
            None => None,
            Some("tab" | "\\t") => Some(b'\t'),
            Some(text) => match text.as_bytes() {
                [byte] => Some(*byte),
                _ => bail!("--delimiter {text} is not one character\n  hint: a tab is written `tab`"),
            },
        };
        Ok(ReadOptions {
            format: None,
            encoding,
            delimiter,
            header_row: self.header_row,
            sheet: self.sheet.clone(),
        })
    }

    fn output_format(&self) -> OutputFormat {
        match self.output_format {
            FileFormat::Xlsx => OutputFormat::Xlsx,
            FileFormat::Parquet => OutputFormat::Parquet,
            FileFormat::Csv => OutputFormat::Csv(self.csv_options()),
        }
    }

    fn csv_options(&self) -> CsvOptions {
        CsvOptions {
            encoding: match self.output_encoding {
                FileEncoding::Utf8 => CsvEncoding::Utf8,
                FileEncoding::Utf8Bom => CsvEncoding::Utf8WithMark,
                FileEncoding::Gb18030 => CsvEncoding::Gb18030,
            },
            ..CsvOptions::default()
        }
    }
}

pub(crate) fn run(args: &Args) -> anyhow::Result<Verdict> {
    match (&args.kind, &args.out) {
        (Some(kind), _) => values::run(kind, args),
        (None, Some(out)) => files::run(out, args),
        (None, None) => bail!("no --out\n  hint: `guiyi standardize FILE --out DIR`, or `--kind KIND --value TEXT`"),
    }
}
