//! `guiyi explain`: why two records of a match are the same thing, or why not.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::ValueEnum;
use guiyi_core::finding::Language;
use guiyi_core::matching::tables::{
    Explained, Model, Options, Outcome, Said, Table, explain, level_names, link, parse_model,
};
use guiyi_io::report::explanation::{Explanation, Step};

use super::r#match::against;
use super::r#match::input::{self, Input, Places};
use crate::Verdict;
use crate::args::LanguageArg;

/// Why two records are the same thing, or why not: every comparison, what it weighs, and where the sum ends.
///
/// A weight is in bits: each doubles the odds that the two are the same, or halves them. The waterfall begins at the
/// prior, which says how rare true pairs are.
///
/// The results of `guiyi match --out links` know their files and their model: `guiyi explain 17 203 --links links`.
/// Without results, name the files, and they are matched first: `guiyi explain 17 203 records.csv --id id`.
///
/// Of two files the first record is of the first one, the second of the other.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The id of one record.
    a: String,
    /// The id of the other.
    b: String,
    /// The files, where there are no results.
    #[arg(num_args = 0..=2, value_name = "FILE", conflicts_with = "links")]
    files: Vec<PathBuf>,
    /// The directory that `guiyi match --out` wrote.
    #[arg(long, value_name = "DIR", required_unless_present = "files")]
    links: Option<PathBuf>,
    /// The column that names the records of FILE; given twice, one for each file. The default is a column `id`.
    #[arg(long, value_name = "COLUMN", conflicts_with = "links")]
    id: Vec<String>,
    /// How to print it.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// Language of the text.
    #[arg(long, value_enum)]
    language: Option<LanguageArg>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
enum Format {
    /// A waterfall for a terminal.
    #[default]
    Text,
    /// For programs.
    Json,
    /// A page in both languages.
    Html,
}

/// The pair, and what was said of it.
struct Pair {
    model: Model,
    a: u32,
    b: u32,
    is_match: bool,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<Verdict> {
    let (inputs, pair) = match &args.links {
        Some(links) => of_links(args, links)?,
        None => of_files(args)?,
    };
    let tables: Vec<&Table> = inputs.iter().map(|input| &input.table).collect();
    let explained = explain(&tables, &pair.model, &Said::default(), pair.a, pair.b).context(
        "the files no longer have the columns of the model\n  hint: run guiyi match again, and explain its results",
    )?;
    let outcome = if pair.is_match {
        Some(Outcome::Match)
    } else {
        Some(Outcome::Review).filter(|_| probability(explained.weight) >= 0.1)
    };
    let explanation = describe([&args.a, &args.b], explained, outcome);
    let language = args.language.map_or(Language::English, Language::from);
    let text = match args.format {
        Format::Text => explanation.text(language),
        Format::Json => serde_json::to_string_pretty(&explanation)? + "\n",
        Format::Html => explanation.page(language)?,
    };
    crate::print(text.as_bytes())
}

/// The pair in results: their model, and their groups.
fn of_links(args: &Args, links: &Path) -> anyhow::Result<(Vec<Input>, Pair)> {
    let read = |name: &str| {
        let path = links.join(name);
        fs::read_to_string(&path).with_context(|| {
            format!(
                "cannot read {}\n  hint: name a directory that guiyi match --out wrote",
                path.display()
            )
        })
    };
    let summary: serde_json::Value = serde_json::from_str(&read("summary.json")?).context("summary.json is no JSON")?;
    let mut inputs = Vec::new();
    for file in summary["files"].as_array().into_iter().flatten() {
        let Some(path) = file["path"].as_str() else {
            bail!("summary.json does not name the files\n  hint: run guiyi match again");
        };
        let id = file["id"].as_str().map(str::to_owned);
        inputs.append(&mut input::read(&[PathBuf::from(path)], &Vec::from_iter(id))?);
    }
    if inputs.is_empty() {
        bail!("summary.json names no file\n  hint: run guiyi match again");
    }
    let model = parse_model(&read("model.toml")?)?;
    let (a, b) = find(args, &inputs)?;
    let groups = input::groups(&links.join("clusters.csv"))?;
    let group = |row: u32| groups.get(row as usize);
    let is_match = group(a).is_some() && group(a) == group(b);
    let pair = Pair { model, a, b, is_match };
    Ok((inputs, pair))
}

/// The pair in files that are matched now.
fn of_files(args: &Args) -> anyhow::Result<(Vec<Input>, Pair)> {
    let inputs = input::read(&args.files, &args.id)?;
    let (a, b) = find(args, &inputs)?;
    let tables: Vec<&Table> = inputs.iter().map(|input| &input.table).collect();
    let found = link(&tables, &Options::default());
    let outcome = found.pairs.iter().find(|pair| (pair.a, pair.b) == (a, b));
    let is_match = outcome.is_some_and(|pair| pair.outcome == Outcome::Match);
    let pair = Pair {
        model: found.model,
        a,
        b,
        is_match,
    };
    Ok((inputs, pair))
}

/// The rows of the two ids.
fn find(args: &Args, inputs: &[Input]) -> anyhow::Result<(u32, u32)> {
    let (a, b) = Places::new(inputs).pair(&args.a, &args.b)?;
    if a == b {
        bail!("{} is one record\n  hint: name two", args.a);
    }
    Ok((a, b))
}

fn probability(weight: f64) -> f64 {
    1.0 / (1.0 + (-weight).exp2())
}

/// The explanation of two records of these names, with the final word about them; `None`: they are apart.
pub(super) fn describe([left, right]: [&str; 2], explained: Explained, outcome: Option<Outcome>) -> Explanation {
    let probability = probability(explained.weight);
    let is_match = outcome == Some(Outcome::Match);
    let mut steps: Vec<Step> = (explained.evidence.into_iter())
        .map(|evidence| Step {
            level: usize::from(evidence.level)
                .checked_sub(1)
                .and_then(|at| level_names(evidence.kind).get(at).copied()),
            field: evidence.header,
            kind: evidence.kind.name(),
            left: evidence.left,
            right: evidence.right,
            bits: evidence.bits,
        })
        .collect();
    steps.sort_by(|x, y| y.bits.abs().total_cmp(&x.bits.abs()));
    let mut notes = Vec::new();
    if explained.together.abs() >= 0.005 {
        steps.push(Step {
            field: "(together)".to_owned(),
            kind: "marks",
            left: String::new(),
            right: String::new(),
            level: Some("dependent"),
            bits: explained.together,
        });
        notes.push((
            "(together): fields that agree or change together, or that tell relatives apart, do not say their sum"
                .to_owned(),
            "(together)：常一起相同或一起变更的字段，或用来区分近似记录的字段，合计不等于逐项相加".to_owned(),
        ));
    }
    if let Some(veto) = explained.veto {
        notes.push((
            format!("kept apart: {}", veto.describe(Language::English)),
            format!("不予合并：{}", veto.describe(Language::Chinese)),
        ));
    } else if is_match && probability < 0.5 {
        notes.push((
            "matched all the same: other records of their group tie the two together".to_owned(),
            "仍判为匹配：同组其他记录将二者联系在一起".to_owned(),
        ));
    } else if !is_match && probability >= 0.5 {
        notes.push((
            "not matched all the same: other records of their groups speak against it, or a file holds each thing once"
                .to_owned(),
            "仍未匹配：所在组的其他记录不支持，或某一文件中每个对象只出现一次".to_owned(),
        ));
    }
    Explanation {
        left: left.to_owned(),
        right: right.to_owned(),
        decision: outcome.map_or("apart", against::decision),
        prior: explained.prior,
        steps,
        weight: explained.weight,
        probability,
        notes,
        version: env!("CARGO_PKG_VERSION").to_owned(),
    }
}
