//! The command line: every command, option and its help.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::commands;

/// Make one golden record of every customer, supplier and material that your systems disagree about.
///
/// Guiyi (归一) reads the exports of an ERP and a CRM, cleans them, finds which records are the same real thing, and
/// keeps one golden record for each, under one global ID.
///
/// Exit codes: 0 clean, 1 findings past the threshold of the project file, 2 error.
#[derive(Debug, Parser)]
#[command(name = "guiyi", version, max_term_width = 100)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Write a commented project file to start from.
    ///
    /// With exports named, their headers are read and a mapping onto the data elements is proposed.
    ///
    /// Example: `guiyi init --source erp=erp_customers.csv --source crm=crm_customers.xlsx`
    Init(InitArgs),
    /// Check a project file and say every mistake in it at once; reads no data.
    Check(CheckArgs),
    /// Read, clean, match and commit, and write the results.
    ///
    /// Running it again on the same files changes nothing. The run is one transaction: if it is interrupted, the store
    /// is as it was, and the next run completes.
    ///
    /// Example: `guiyi run guiyi.toml --format json`
    Run(RunArgs),
    /// Show what a changed configuration would do, by ID, before anything is published.
    ///
    /// Runs on the inputs of today against the store as it is, and says which golden records would merge, split, appear,
    /// disappear or change, and which codes of which systems each touches. Writes nothing.
    ///
    /// Exit codes: 0 nothing would change, 1 something would, 2 error.
    ///
    /// Example: `guiyi simulate guiyi.toml --rules guiyi-new.toml`
    Simulate(commands::simulate::Args),
    /// Answer other programs over HTTP: look up IDs, golden records, codes and changes.
    ///
    /// Read only, on this machine only: there is no authentication yet. Sensitive values are masked.
    ///
    /// Example: `guiyi serve guiyi.toml --address 127.0.0.1:8470`
    Serve(ServeArgs),
    /// Check values against rules, without a project: every failing row, with its line and the reason.
    Validate(commands::validate::Args),
    /// Bring the values of files to their canonical forms, without a project.
    Standardize(commands::standardize::Args),
    /// Look at files: what each column holds, and which data element it feeds.
    Profile(commands::profile::Args),
    /// Check and explain identifiers: credit codes, resident IDs, phones, bank cards and more.
    Id(commands::id::Args),
    /// Show the manual page of a rule, list the rules, or run their samples.
    Rule(commands::rule::Args),
    /// Show and export the data-element dictionary (元字典).
    Dictionary(commands::dictionary::Args),
    /// Look at golden records and their past, pin values, merge and split.
    Golden(commands::golden::Args),
    /// Approve what other stewards propose, and apply it when its time has come (four eyes).
    Change(commands::change::Args),
    /// Look up, translate, export and import the codes of systems.
    Crosswalk(commands::crosswalk::Args),
    /// Verify, back up, restore and check the store.
    Store(commands::store::Args),
    /// Look at the pairs that a run left to a person, and decide about them, one by one or in a spreadsheet.
    Review(commands::review::Args),
    /// Find which records are the same real thing, in any files, nothing configured.
    Match(commands::r#match::Args),
    /// Show why two records of a match are the same thing, or why not.
    Explain(commands::explain::Args),
    /// Print a completion script for a shell.
    ///
    /// Example: `guiyi completions bash > /etc/bash_completion.d/guiyi`
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
    /// Print the manual page in roff; `guiyi man | man -l -` shows it.
    Man,
}

#[derive(Debug, Args)]
pub(crate) struct InitArgs {
    /// Where to write the project file.
    #[arg(default_value = "guiyi.toml")]
    pub(crate) path: PathBuf,
    /// An export to start from, as `system=path`; may be given several times.
    #[arg(long = "source", value_name = "SYSTEM=PATH")]
    pub(crate) sources: Vec<String>,
    /// What the exports describe: `customer`, `supplier`, `material` or `contact`.
    #[arg(long, default_value = "customer")]
    pub(crate) entity: String,
    /// Overwrite an existing file.
    #[arg(long)]
    pub(crate) force: bool,
}

#[derive(Debug, Args)]
pub(crate) struct CheckArgs {
    /// The project file.
    #[arg(default_value = "guiyi.toml")]
    pub(crate) project: PathBuf,
    /// Print the reference of the project file instead: every key with type, default and example.
    #[arg(long)]
    pub(crate) reference: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ServeArgs {
    /// The project file.
    #[arg(default_value = "guiyi.toml")]
    pub(crate) project: PathBuf,
    /// Where to listen; a loopback address.
    #[arg(long, default_value = "127.0.0.1:8470")]
    pub(crate) address: std::net::SocketAddr,
}

#[derive(Debug, Args)]
pub(crate) struct RunArgs {
    /// The project file.
    #[arg(default_value = "guiyi.toml")]
    pub(crate) project: PathBuf,
    /// How to print the summary.
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,
    /// Language of the summary and of the report's first view; the default is the project's.
    #[arg(long, value_enum)]
    pub(crate) language: Option<LanguageArg>,
    /// Take this instant for now, such as `2026-03-01T02:00:00Z`: a run can be repeated to the byte.
    #[arg(long, value_name = "TIME", env = "GUIYI_NOW")]
    pub(crate) now: Option<jiff::Timestamp>,
    /// Do everything but commit and write: the summary says what would change.
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Wait this many seconds for another run to finish; by default a second run stops at once and says who holds the
    /// lock.
    #[arg(long, value_name = "SECONDS", default_value_t = 0)]
    pub(crate) wait: u64,
    /// Number of threads; 0 takes one per core. The result is the same for every number.
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) threads: usize,
    /// Say nothing but errors and the summary.
    #[arg(long, short)]
    pub(crate) quiet: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum Format {
    /// For people.
    #[default]
    Text,
    /// For programs: the content of `run.json`.
    Json,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LanguageArg {
    /// English.
    En,
    /// Simplified Chinese.
    Zh,
}

impl From<LanguageArg> for guiyi_core::finding::Language {
    fn from(language: LanguageArg) -> Self {
        match language {
            LanguageArg::En => Self::English,
            LanguageArg::Zh => Self::Chinese,
        }
    }
}
