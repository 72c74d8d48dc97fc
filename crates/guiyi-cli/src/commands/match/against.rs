//! `guiyi match --against`: a batch of new records, one after another against all that an index knows, and those of
//! the batch that came before.

use std::collections::HashSet;
use std::fmt::Write as _;
use std::path::Path;

use anyhow::bail;
use guiyi_core::finding::Language;
use guiyi_core::matching::Veto;
use guiyi_core::matching::tables::{Found, Index, Outcome, level_names};
use guiyi_io::write::{CsvOptions, OutputDir, OutputFormat, TableWriter};
use serde::Serialize;

use super::input::{self, Input};
use super::{Args, index_file};
use crate::Verdict;
use crate::args::Format;
use crate::progress::Progress;
use crate::words::say;

/// The content of `summary.json`.
#[derive(Debug, Serialize)]
struct Summary {
    index: String,
    file: String,
    /// Records of the index before.
    known: u64,
    /// Records of the batch.
    records: u64,
    /// Records that join a group with a record of the index, one made by the batch, or none.
    join_known: u64,
    join_batch: u64,
    new: u64,
    matches: u64,
    reviews: u64,
    /// Whether the index was written anew, with the batch in it.
    updated: bool,
}

pub(super) fn run(args: &Args, path: &Path) -> anyhow::Result<Verdict> {
    let mut progress = Progress::new(args.quiet, 3);
    progress.enter("read");
    if args.files.len() > 1 {
        bail!("--against takes one file of new records\n  hint: give the second file to a run of its own");
    }
    // A batch that is added must meet all that was added before it.
    let _lock = args.update.then(|| index_file::lock(path, args.wait)).transpose()?;
    let mut index = index_file::read(path)?;
    let side = index_file::side(&index, args.like.as_deref())?;
    let id = index.side(side).1.map(str::to_owned);
    let ids = if args.id.is_empty() {
        Vec::from_iter(id)
    } else {
        args.id.clone()
    };
    let inputs = input::read(&args.files, &ids)?;
    let input = &inputs[0];
    let columns = meet(&index, side, input)?;
    if args.update {
        check_ids(&index, input)?;
    }
    progress.leave(input.ids().len() as u64);
    progress.enter("match");
    let n_known = index.len() as u32;
    let mut found: Vec<Vec<Found>> = Vec::with_capacity(input.ids().len());
    for (at, id) in input.ids().values().enumerate() {
        let value = |column: &Option<usize>| {
            let value = input.table.columns[(*column)?].get(at);
            Some(value).filter(|value| !value.is_empty())
        };
        let values: Vec<Option<&str>> = columns.iter().map(value).collect();
        found.push(index.add(side, id, &values).1);
        if at % 1000 == 0 {
            progress.at(at as u64);
        }
    }
    let summary = summarize(args, path, input, &index, n_known, &found);
    progress.leave(summary.matches + summary.reviews);
    progress.enter("write");
    if let Some(out) = &args.out {
        write(out, &index, n_known, &found, &summary)?;
    }
    if args.update {
        index_file::write(path, &index)?;
    }
    progress.leave(summary.records);
    progress.finish();
    let text = match args.format {
        Format::Text => text(
            &summary,
            args.out.as_deref(),
            args.language.map_or(Language::English, Language::from),
        ),
        Format::Json => serde_json::to_string_pretty(&summary)? + "\n",
    };
    crate::print(text.as_bytes())
}

/// For each column of the index that of the file. A file may have columns of its own, and may lack some; one that does
/// both has likely misspelled one.
fn meet(index: &Index, side: usize, input: &Input) -> anyhow::Result<Vec<Option<usize>>> {
    let headers = || input.table.columns.iter().map(|column| column.header.as_str());
    let places = index_file::places(index, side, headers());
    let columns = index.columns(side);
    let own: Vec<Option<usize>> = (0..columns.len())
        .map(|at| places.iter().position(|place| *place == Some(at)))
        .collect();
    let missing: Vec<&str> = (0..columns.len())
        .filter(|at| own[*at].is_none() && index.is_compared(side, *at))
        .map(|at| columns[at].as_str())
        .collect();
    let unknown = headers().zip(&places).find(|(_, place)| place.is_none());
    if let (false, Some((name, _))) = (missing.is_empty(), unknown) {
        return Err(index_file::unknown_column(index, side, name).context(format!(
            "{} has no column `{}`, and one that the index does not know",
            input.name,
            missing.join("`, `")
        )));
    }
    if !missing.is_empty() {
        say(&format!(
            "{} has no column `{}`; it says nothing",
            input.name,
            missing.join("`, `")
        ));
    }
    Ok(own)
}

/// A record must not be added twice.
fn check_ids(index: &Index, input: &Input) -> anyhow::Result<()> {
    let mut known: HashSet<&str> = (0..index.len() as u32).map(|row| index.name(row)).collect();
    match input.ids().values().find(|id| !known.insert(id)) {
        Some(id) => bail!(
            "{}: the index has a record `{id}` already, or the file has it twice\n  hint: leave it out, or make the index anew from all records",
            input.name
        ),
        None => Ok(()),
    }
}

fn summarize(args: &Args, path: &Path, input: &Input, index: &Index, n_known: u32, found: &[Vec<Found>]) -> Summary {
    let count = |outcome: Outcome| found.iter().flatten().filter(|found| found.outcome == outcome).count() as u64;
    let joins = |how: &str| {
        (n_known..)
            .take(found.len())
            .filter(|row| joins(index, n_known, *row) == how)
            .count() as u64
    };
    Summary {
        index: path.display().to_string(),
        file: input.path.clone(),
        known: u64::from(n_known),
        records: found.len() as u64,
        join_known: joins("known"),
        join_batch: joins("batch"),
        new: joins("new"),
        matches: count(Outcome::Match),
        reviews: count(Outcome::Review),
        updated: args.update,
    }
}

/// What the group of a new row was before: one of the index, one of the batch, or none.
fn joins(index: &Index, n_known: u32, row: u32) -> &'static str {
    match index.cluster(row) {
        first if first < n_known => "known",
        first if first < row => "batch",
        _ => "new",
    }
}

fn write(out: &Path, index: &Index, n_known: u32, found: &[Vec<Found>], summary: &Summary) -> anyhow::Result<()> {
    let directory = OutputDir::create(out)?;
    let format = OutputFormat::Csv(CsvOptions::default());
    let fields = index.fields();
    let names: Vec<Vec<&str>> = fields.iter().map(|(_, kind)| level_names(*kind)).collect();
    let mut headers = vec!["new_id", "known_id", "probability", "weight", "decision", "veto"];
    headers.extend(fields.iter().map(|(header, _)| *header));
    let mut pairs = TableWriter::create(&directory, "pairs", &headers, format)?;
    let mut clusters = TableWriter::create(&directory, "clusters", &["id", "cluster_id", "joins"], format)?;
    for (row, found) in (n_known..).zip(found) {
        for found in found {
            let (probability, weight) = (format!("{:.6}", found.probability), format!("{:.3}", found.weight));
            let mut cells = vec![
                Some(index.name(row)),
                Some(index.name(found.row)),
                Some(probability.as_str()),
                Some(weight.as_str()),
                Some(decision(found.outcome)),
                found.veto.map(Veto::name),
            ];
            cells.extend(
                found
                    .levels
                    .iter()
                    .zip(&names)
                    .map(|(level, names)| level_name(*level, names)),
            );
            pairs.row(&cells)?;
        }
        let cluster = (index.cluster(row) + 1).to_string();
        clusters.row(&[Some(index.name(row)), Some(&*cluster), Some(joins(index, n_known, row))])?;
    }
    pairs.finish()?;
    clusters.finish()?;
    directory.write(
        "summary.json",
        (serde_json::to_string_pretty(summary)? + "\n").as_bytes(),
    )?;
    directory.publish()?;
    Ok(())
}

/// The word for what was found.
pub(crate) fn decision(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Match => "match",
        Outcome::Review => "review",
    }
}

/// The name of a level, of those of its field; `None` where a side has no value.
fn level_name<'n>(level: u8, names: &[&'n str]) -> Option<&'n str> {
    names.get(usize::from(level).wrapping_sub(1)).copied()
}

fn text(summary: &Summary, out: Option<&Path>, language: Language) -> String {
    let Summary {
        index,
        known,
        records,
        join_known,
        join_batch,
        new,
        matches,
        reviews,
        ..
    } = summary;
    let is_chinese = language == Language::Chinese;
    let mut text = if is_chinese {
        format!(
            "{records} 条新记录与 {index} 中的 {known} 条对照\n  {join_known} 条归入已有的组，{join_batch} 条归入本批的组，{new} 条为新对象\n  匹配 {matches} 对，待审核 {reviews} 对\n"
        )
    } else {
        format!(
            "{records} new records against the {known} of {index}\n  {join_known} join a group that was known, {join_batch} one of this batch, {new} are new\n  {matches} pairs match, {reviews} to review\n"
        )
    };
    if let Some(out) = out {
        let written = if is_chinese { "已写入" } else { "written to" };
        _ = writeln!(text, "{written} {}", out.display());
    }
    if summary.updated {
        let now = if is_chinese {
            "已收录这些记录"
        } else {
            "has them now"
        };
        _ = writeln!(text, "{index} {now}");
    }
    text
}
