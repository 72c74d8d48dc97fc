//! `guiyi dictionary`: the data elements (元字典), listed, shown one by one, and exported.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::{Subcommand, ValueEnum};
use guiyi_core::dictionary::{self as elements, Dictionary, EntityType};
use guiyi_core::finding::Language;
use guiyi_core::rulebook::mistake::{Mistake, hint_for};
use guiyi_core::rulebook::shipped_rules;
use guiyi_io::dictionary;

use super::profile::{entity, give};
use crate::args::LanguageArg;
use crate::{Verdict, print};

/// Show and export the data-element dictionary (元字典).
///
/// Example: `guiyi dictionary show credit_code`, `guiyi dictionary export --format odcs --out customer.odcs.yaml`
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Option<Command>,
    /// The entity type: `customer`, `supplier`, `material` or `contact`.
    #[arg(long, default_value = "customer", global = true)]
    entity: String,
    /// A dictionary of your own instead of the shipped one; its entity type is the file's.
    #[arg(long, value_name = "FILE", global = true)]
    dictionary: Option<PathBuf>,
    /// Language of labels and definitions.
    #[arg(long, value_enum, default_value = "en", global = true)]
    language: LanguageArg,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// One line per data element; the default.
    List,
    /// Everything about one data element, by its name or by a column header.
    Show {
        /// Its name, label, or a header that means it, such as `税号`.
        element: String,
        /// For programs: as JSON.
        #[arg(long)]
        json: bool,
    },
    /// The whole dictionary as a document.
    Export {
        /// The document.
        #[arg(long, value_enum, default_value = "md")]
        format: Format,
        /// Write to this file instead of stdout.
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Markdown.
    Md,
    /// An Excel workbook.
    Xlsx,
    /// An Open Data Contract, ODCS 3.1.0 in YAML, with the shipped rules.
    Odcs,
    /// For programs.
    Json,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<Verdict> {
    let dictionary = load(entity(&args.entity)?, args.dictionary.as_deref())?;
    let language = Language::from(args.language);
    match &args.command {
        None | Some(Command::List) => print(list(&dictionary, language).as_bytes()),
        Some(Command::Show { element, json }) => {
            let position = dictionary
                .position(element)
                .or_else(|| dictionary.position_for_header(element));
            let Some(position) = position else {
                let names = dictionary.elements.iter().map(|element| &*element.name);
                let hint = hint_for(element, names).unwrap_or_default();
                bail!(
                    "no data element of a {} is \"{element}\"; {hint}",
                    dictionary.entity.name()
                );
            };
            let element = &dictionary.elements[position];
            let page = if *json {
                format!("{:#}\n", dictionary::element_json(element))
            } else {
                dictionary::element_page(element, language)
            };
            print(page.as_bytes())
        }
        Some(Command::Export { format, out }) => {
            let bytes = match format {
                Format::Md => dictionary::markdown(&dictionary, language).into_bytes(),
                Format::Xlsx => dictionary::workbook(&dictionary)?,
                Format::Json => format!("{:#}\n", dictionary::to_json(&dictionary)).into_bytes(),
                Format::Odcs => {
                    let rules = shipped_rules(dictionary.entity, &dictionary)
                        .map_err(|mistakes| said(&mistakes))
                        .context("the shipped rules need elements that this dictionary lacks")?;
                    dictionary::contract(&dictionary, &rules)?.into_bytes()
                }
            };
            if *format == Format::Xlsx && out.is_none() {
                bail!("a workbook is not for the terminal; name a file with --out");
            }
            give(&bytes, out.as_deref())
        }
    }
}

/// The shipped dictionary, or one of the user's own.
pub(super) fn load(entity: EntityType, file: Option<&Path>) -> anyhow::Result<Dictionary> {
    let Some(path) = file else {
        return Ok(elements::shipped(entity));
    };
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    Dictionary::parse(&path.display().to_string(), &text).map_err(|mistakes| said(&mistakes))
}

/// Every mistake as one error.
fn said(mistakes: &[Mistake]) -> anyhow::Error {
    let shown: Vec<String> = mistakes.iter().map(ToString::to_string).collect();
    anyhow::anyhow!("{} mistakes\n{}", mistakes.len(), shown.join("\n"))
}

fn list(dictionary: &Dictionary, language: Language) -> String {
    use std::fmt::Write as _;
    let widest = dictionary
        .elements
        .iter()
        .map(|element| element.name.len())
        .max()
        .unwrap_or(0);
    let mut text = String::new();
    for element in &dictionary.elements {
        let (en, zh) = element.kind.labels();
        let (kind, definition) = match language {
            Language::English => (en, &element.definition),
            Language::Chinese => (zh, &element.definition_zh),
        };
        _ = writeln!(
            text,
            "{:widest$}  {} ({kind}): {definition}",
            element.name, element.label_zh
        );
    }
    text
}
