//! `guiyi init`: a commented project file; for each export named, a `[[source]]` with a proposed mapping.

use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, bail};
use guiyi_core::dictionary::{self, EntityType};
use guiyi_core::finding::Language;
use guiyi_core::profile::{CONFIDENT, ColumnProfile, HeaderEvidence};
use guiyi_io::profile;
use guiyi_io::read::{self, ReadOptions};

use crate::Verdict;
use crate::args::InitArgs;
use crate::project::TEMPLATE;
use crate::words::say;

/// Distinct values up to which a key is told for certain.
const DISTINCT_LIMIT: usize = 1 << 20;

pub(crate) fn run(args: &InitArgs) -> anyhow::Result<Verdict> {
    if args.path.exists() && !args.force {
        bail!("{} exists; --force overwrites it", args.path.display());
    }
    let entity = super::profile::entity(&args.entity)?;
    let mut text = TEMPLATE.to_owned();
    for source in &args.sources {
        let Some((system, path)) = source.split_once('=') else {
            bail!("--source {source} is not of the form system=path");
        };
        text.push_str(&propose(system, Path::new(path), entity)?);
    }
    std::fs::write(&args.path, text).with_context(|| format!("cannot write {}", args.path.display()))?;
    say(&format!(
        "wrote {}; next: `guiyi check` and `guiyi run`",
        args.path.display()
    ));
    Ok(Verdict::Clean)
}

/// A `[[source]]` for an export, mapped by its headers and by what its columns hold.
fn propose(system: &str, path: &Path, entity: EntityType) -> anyhow::Result<String> {
    let mut reader = read::open(path, &ReadOptions::default())?;
    let dictionary = dictionary::shipped(entity);
    let profile = profile::profile(&mut reader, &dictionary, super::profile::options(DISTINCT_LIMIT))?;
    let columns = &profile.columns;
    let is_named_key = |column: &&ColumnProfile| is_key(&column.header);
    let key = columns
        .iter()
        .filter(is_named_key)
        .max_by_key(|column| column.distinct.count)
        .or_else(|| columns.iter().find(|column| column.is_key))
        .or_else(|| columns.first())
        .map(|column| Arc::clone(&column.header));
    let (mut mapped, mut unknown) = (String::new(), Vec::new());
    for column in columns.iter().filter(|column| Some(&column.header) != key.as_ref()) {
        match column.element.filter(|proposal| proposal.confidence >= CONFIDENT) {
            Some(proposal) => {
                let element = &dictionary.elements[proposal.element];
                _ = write!(mapped, "{} = {}", element.name, quoted(&column.header));
                // What the header alone does not say deserves a second look.
                _ = match proposal.header {
                    HeaderEvidence::Same if proposal.confidence > 0.7 => writeln!(mapped),
                    _ => writeln!(mapped, " # {}", proposal.describe(element, Language::English)),
                };
            }
            None => unknown.push(quoted(&column.header)),
        }
    }
    let mut text = format!(
        "\n[[source]]\nsystem = {}\nentity = \"{}\"\npath = {}\nkey = {}\n",
        quoted(system),
        entity.name(),
        quoted(&path.display().to_string()),
        quoted(key.as_deref().unwrap_or_default()),
    );
    _ = write!(text, "\n[source.columns]\n{mapped}");
    if !unknown.is_empty() {
        _ = writeln!(text, "# no data element known for: {}", unknown.join(", "));
    }
    Ok(text)
}

/// Whether a header names the system's own code.
pub(crate) fn is_key(header: &str) -> bool {
    let header = header.trim().to_lowercase();
    ["编码", "编号", "代码", "code", "id", "no", "number"]
        .iter()
        .any(|ending| header.ends_with(ending))
        && !["信用", "机构", "税", "邮政", "行业", "身份", "credit", "tax"]
            .iter()
            .any(|other| header.contains(other))
}

/// A TOML string.
fn quoted(text: &str) -> String {
    let escaped: String = text
        .chars()
        .flat_map(|c| match c {
            '"' | '\\' => vec!['\\', c],
            c if c.is_control() => format!("\\u{:04X}", u32::from(c)).chars().collect(),
            c => vec![c],
        })
        .collect();
    format!("\"{escaped}\"")
}
