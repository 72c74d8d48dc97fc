//! `guiyi init`: a commented project file; for each export named, a `[[source]]` with a proposed mapping.

use std::fmt::Write as _;
use std::path::Path;

use anyhow::{Context, bail};
use guiyi_core::dictionary::{self, EntityType};
use guiyi_core::rulebook::mistake::hint_for;
use guiyi_io::read::{self, ReadOptions};

use crate::Verdict;
use crate::args::InitArgs;
use crate::project::TEMPLATE;
use crate::words::say;

pub(crate) fn run(args: &InitArgs) -> anyhow::Result<Verdict> {
    if args.path.exists() && !args.force {
        bail!("{} exists; --force overwrites it", args.path.display());
    }
    let Some(entity) = EntityType::from_name(&args.entity) else {
        let hint = hint_for(&args.entity, EntityType::ALL.iter().map(|entity| entity.name())).unwrap_or_default();
        bail!("\"{}\" is no entity type; {hint}", args.entity);
    };
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

/// A `[[source]]` for an export: its headers, mapped where the dictionary knows them.
fn propose(system: &str, path: &Path, entity: EntityType) -> anyhow::Result<String> {
    let reader = read::open(path, &ReadOptions::default())?;
    let dictionary = dictionary::shipped(entity);
    let headers = &reader.headers;
    let key = headers.iter().position(|header| is_key(header)).unwrap_or(0);
    let mut taken = vec![false; dictionary.elements.len()];
    let (mut columns, mut unknown) = (String::new(), Vec::new());
    for (at, header) in headers.iter().enumerate().filter(|&(at, _)| at != key) {
        match dictionary.position_for_header(header) {
            Some(element) if !taken[element] => {
                taken[element] = true;
                let name = &dictionary.elements[element].name;
                _ = writeln!(columns, "{name} = {}", quoted(header));
            }
            _ => unknown.push(quoted(&headers[at])),
        }
    }
    let mut text = format!(
        "\n[[source]]\nsystem = {}\nentity = \"{}\"\npath = {}\nkey = {}\n",
        quoted(system),
        entity.name(),
        quoted(&path.display().to_string()),
        quoted(headers.get(key).map_or("", |header| &**header)),
    );
    _ = write!(text, "\n[source.columns]\n{columns}");
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
