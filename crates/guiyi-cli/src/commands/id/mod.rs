//! `guiyi id`: judges, explains and lists identifiers, without a project; issues global IDs, with one.

mod check;
mod explain;
mod judge;
mod kinds;

use clap::{Subcommand, ValueEnum};

use super::mint::{self, LeaseArgs, MintArgs};
use crate::Verdict;
use crate::args::LanguageArg;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Say whether values are valid identifiers, of which kind, and why not.
    ///
    /// One line per value, in tab-separated columns: verdict, value, kind, canonical form, notes. The notes hold
    /// warnings, further kinds, the error with its class (length, format, checksum, component, destroyed,
    /// placeholder), and the repair when exactly one fits. With `--format json`, one object per line.
    ///
    /// Exit codes: 0 all valid, 1 one is not, 2 error.
    ///
    /// Example: `guiyi id check 914403001922038216 13800138000`
    ///
    /// Example: `cut -f3 customers.tsv | guiyi id check --kind credit-code - | grep ^invalid`
    Check(check::Args),
    /// Say what every part of an identifier means, and what it converts to.
    ///
    /// Example: `guiyi id explain 914403001922038216 --language zh`
    Explain(explain::Args),
    /// List the kinds: name, label, example, standard and check.
    ///
    /// Example: `guiyi id kinds --format json`
    Kinds(kinds::Args),
    Mint(MintArgs),
    Lease(LeaseArgs),
}

/// How to print.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
enum Format {
    /// Lines for people and for `cut`.
    #[default]
    Text,
    /// JSON, one object per line.
    Json,
}

/// What the three commands share.
#[derive(Debug, Clone, Copy, clap::Args)]
struct Output {
    /// How to print.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// Language of labels, reasons and meanings.
    #[arg(long, value_enum, default_value = "en")]
    language: LanguageArg,
}

impl Output {
    /// The one of the two texts that the user asked for.
    fn pick<'a>(self, en: &'a str, zh: &'a str) -> &'a str {
        if self.language == LanguageArg::Zh { zh } else { en }
    }
}

pub(crate) fn run(args: &Args) -> anyhow::Result<Verdict> {
    match &args.command {
        Command::Check(args) => check::run(args),
        Command::Explain(args) => explain::run(args),
        Command::Kinds(args) => kinds::run(args),
        Command::Mint(args) => mint::mint(args),
        Command::Lease(args) => mint::lease(args),
    }
}
