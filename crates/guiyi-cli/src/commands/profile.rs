//! `guiyi profile`: what the columns of any file hold, which data elements they feed, and which rules they keep.

mod text;

use std::path::PathBuf;

use anyhow::{Context, bail};
use clap::ValueEnum;
use guiyi_core::dictionary::EntityType;
use guiyi_core::finding::Language;
use guiyi_core::profile::{Options, suggest_rules};
use guiyi_core::rulebook::mistake::hint_for;
use guiyi_io::profile::{self, FileProfile};
use guiyi_io::read::{self, ReadOptions, TextEncoding};

use crate::args::LanguageArg;
use crate::words::say;
use crate::{Verdict, print};

/// Look at files: what each column holds, and which data element it feeds.
///
/// Takes CSV, .xlsx, .xls, Parquet and JSON lines of any encoding, larger than memory. Values of columns that name
/// persons or accounts are hidden; their forms are shown instead.
///
/// Example: `guiyi profile erp_customers.csv --entity customer --suggest-rules rules.toml`
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The files.
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// What the records are, for the data elements: `customer`, `supplier`, `material` or `contact`.
    #[arg(long, default_value = "customer")]
    entity: String,
    /// A dictionary of your own instead of the shipped one.
    #[arg(long, value_name = "FILE")]
    dictionary: Option<PathBuf>,
    /// How to show the profile.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// Write to this file instead of stdout.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Write rules that the data keep today to this file, as a rule pack to start from.
    #[arg(long, value_name = "FILE")]
    suggest_rules: Option<PathBuf>,
    /// Show values of persons and accounts too.
    #[arg(long)]
    unmask: bool,
    /// Language of the text and of the page's first view.
    #[arg(long, value_enum, default_value = "en")]
    language: LanguageArg,
    /// Encoding of text files; found out by itself.
    #[arg(long)]
    encoding: Option<String>,
    /// The row with the headers, from 1; found by itself.
    #[arg(long, value_name = "ROW")]
    header_row: Option<u64>,
    /// Sheet of a workbook; the first one with a value.
    #[arg(long)]
    sheet: Option<String>,
    /// Distinct values up to which a column is counted exactly; beyond it they are estimated.
    #[arg(long, value_name = "N", default_value_t = 1 << 20)]
    distinct_limit: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
enum Format {
    /// Tables for the terminal.
    #[default]
    Text,
    /// For programs: an array with one object per file.
    Json,
    /// A page that needs nothing else.
    Html,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<Verdict> {
    let entity = entity(&args.entity)?;
    let dictionary = super::dictionary::load(entity, args.dictionary.as_deref())?;
    let encoding = args.encoding.as_deref().filter(|name| *name != "auto").map(|name| {
        TextEncoding::from_name(name).with_context(|| {
            format!("\"{name}\" is no encoding; one of: auto, utf-8, gb18030, big5, utf-16le, utf-16be")
        })
    });
    let read_options = ReadOptions {
        encoding: encoding.transpose()?,
        header_row: args.header_row,
        sheet: args.sheet.clone(),
        ..ReadOptions::default()
    };
    if args.suggest_rules.is_some() && args.files.len() > 1 {
        bail!("--suggest-rules takes one file: rules of several would not agree");
    }
    let mut taken = Vec::new();
    for path in &args.files {
        let mut reader = read::open(path, &read_options)?;
        let profile = profile::profile(&mut reader, &dictionary, options(args.distinct_limit))?;
        taken.push((reader, profile));
    }
    let files: Vec<FileProfile<'_>> = taken
        .iter()
        .map(|(reader, profile)| FileProfile {
            reader,
            profile: profile.clone(),
            dictionary: &dictionary,
            unmasked: args.unmask,
        })
        .collect();
    if let (Some(path), [file]) = (&args.suggest_rules, &files[..]) {
        let rules = suggest_rules(&file.profile, &dictionary, &file.reader.path.display().to_string());
        std::fs::write(path, rules).with_context(|| format!("cannot write {}", path.display()))?;
        say(&format!(
            "wrote {}; next: read it and name it in `rules` of the project file",
            path.display()
        ));
    }
    let language = Language::from(args.language);
    let shown = match args.format {
        Format::Text => files.iter().map(|file| text::show(file, language)).collect(),
        Format::Json => {
            let files: Vec<_> = files.iter().map(profile::to_json).collect();
            format!("{:#}\n", serde_json::Value::from(files))
        }
        Format::Html => profile::render(&files, language)?,
    };
    give(shown.as_bytes(), args.out.as_deref())
}

/// How `guiyi profile` and `guiyi init` look at a file.
pub(super) fn options(distinct_limit: usize) -> Options {
    let today = jiff::Zoned::now().date();
    Options {
        distinct_limit,
        today: (today.year(), today.month(), today.day()),
    }
}

/// The entity type of a name.
pub(super) fn entity(name: &str) -> anyhow::Result<EntityType> {
    EntityType::from_name(name).with_context(|| {
        let hint = hint_for(name, EntityType::ALL.iter().map(|entity| entity.name())).unwrap_or_default();
        format!("\"{name}\" is no entity type; {hint}")
    })
}

/// Writes a result to a file or to stdout.
pub(super) fn give(bytes: &[u8], out: Option<&std::path::Path>) -> anyhow::Result<Verdict> {
    let Some(path) = out else { return print(bytes) };
    std::fs::write(path, bytes).with_context(|| format!("cannot write {}", path.display()))?;
    say(&format!("wrote {}", path.display()));
    Ok(Verdict::Clean)
}
