//! The result files: `pairs.csv`, `clusters.csv`, `model.toml`, `summary.json`, and for `--active` `to_label.csv`.

use std::fs::File;
use std::io::Write;
use std::path::Path;

use anyhow::Context;
use guiyi_core::matching::Veto;
use guiyi_core::matching::tables::{Linkage, Outcome, level_names, most_telling};
use guiyi_io::write::{CsvOptions, OutputDir, OutputFormat, TableWriter, csv_line};
use rayon::prelude::*;

use super::input::{Input, name_of, place, values_of};
use super::words::Summary;

/// Rows that are worded at a time, and those of them that a thread takes.
const TOGETHER: usize = 1 << 15;
const CHUNK: usize = 1 << 11;

/// Writes the results, and where `active` asks for it the pairs to look at first.
pub(crate) fn write(
    out: &Path,
    inputs: &[Input],
    found: &Linkage,
    summary: &Summary,
    active: Option<usize>,
) -> anyhow::Result<()> {
    let directory = OutputDir::create(out)?;
    let (pairs, clusters) = rayon::join(
        || write_pairs(&directory, inputs, found),
        || write_clusters(&directory, inputs, found),
    );
    pairs.and(clusters)?;
    if let Some(n) = active {
        write_to_label(&directory, inputs, found, n)?;
    }
    directory.write("model.toml", found.model_toml().as_bytes())?;
    directory.write(
        "summary.json",
        (serde_json::to_string_pretty(summary)? + "\n").as_bytes(),
    )?;
    directory.publish()?;
    Ok(())
}

fn write_pairs(directory: &OutputDir, inputs: &[Input], found: &Linkage) -> anyhow::Result<()> {
    let names: Vec<Vec<&str>> = found.fields.iter().map(|field| level_names(field.kind)).collect();
    let mut headers = vec!["left_id", "right_id", "probability", "weight", "decision", "veto"];
    headers.extend(found.fields.iter().map(|field| field.header.as_str()));
    write_rows(directory, "pairs.csv", &headers, found.pairs.len(), |row, csv| {
        let pair = &found.pairs[row];
        let (probability, weight) = (format!("{:.6}", pair.probability), format!("{:.3}", pair.weight));
        let decision = match pair.outcome {
            Outcome::Match => "match",
            Outcome::Review => "review",
        };
        let mut cells = vec![
            Some(name_of(inputs, pair.a)),
            Some(name_of(inputs, pair.b)),
            Some(probability.as_str()),
            Some(weight.as_str()),
            Some(decision),
            pair.veto.map(Veto::name),
        ];
        let levels = found.levels(pair).into_iter().zip(&names);
        cells.extend(levels.map(|(level, names)| names.get(usize::from(level).wrapping_sub(1)).copied()));
        csv_line(&cells, CsvOptions::default(), csv);
    })
}

fn write_clusters(directory: &OutputDir, inputs: &[Input], found: &Linkage) -> anyhow::Result<()> {
    let headers = ["file", "id", "cluster_id"];
    write_rows(directory, "clusters.csv", &headers, found.clusters.len(), |row, csv| {
        let (input, at) = place(inputs, row as u32);
        let cluster = (found.clusters[row] + 1).to_string();
        let cells = [
            Some(input.name.as_str()),
            Some(input.ids().get(at)),
            Some(cluster.as_str()),
        ];
        csv_line(&cells, CsvOptions::default(), csv);
    })
}

/// Writes a table whose rows are worded side by side, some at a time, and written in order.
fn write_rows(
    directory: &OutputDir,
    name: &str,
    headers: &[&str],
    n_rows: usize,
    word: impl Fn(usize, &mut Vec<u8>) + Sync,
) -> anyhow::Result<()> {
    let path = directory.path_of(name);
    let fails = || format!("cannot write {}", path.display());
    let mut file = File::create(&path).with_context(fails)?;
    let mut header = Vec::new();
    let headers: Vec<Option<&str>> = headers.iter().copied().map(Some).collect();
    csv_line(&headers, CsvOptions::default(), &mut header);
    file.write_all(&header).with_context(fails)?;
    for start in (0..n_rows).step_by(TOGETHER) {
        let end = n_rows.min(start + TOGETHER);
        let starts: Vec<usize> = (start..end).step_by(CHUNK).collect();
        let word_some = |from: &usize| {
            let mut csv = Vec::new();
            (*from..end.min(from + CHUNK)).for_each(|row| word(row, &mut csv));
            csv
        };
        let parts: Vec<Vec<u8>> = starts.par_iter().map(word_some).collect();
        for part in parts {
            file.write_all(&part).with_context(fails)?;
        }
    }
    Ok(())
}

/// At most `n` pairs whose answer teaches most, their values side by side; the column `decision` is to be filled in.
fn write_to_label(directory: &OutputDir, inputs: &[Input], found: &Linkage, n: usize) -> anyhow::Result<()> {
    let mut headers = ["left_id", "right_id", "decision", "probability"]
        .map(str::to_owned)
        .to_vec();
    for (side, input) in [("left", &inputs[0]), ("right", &inputs[inputs.len() - 1])] {
        let columns = input.table.columns.iter();
        headers.extend(columns.map(|column| format!("{side} {}", column.header)));
    }
    let headers: Vec<&str> = headers.iter().map(String::as_str).collect();
    let format = OutputFormat::Csv(CsvOptions::default());
    let mut table = TableWriter::create(directory, "to_label", &headers, format)?;
    for at in most_telling(&found.pairs, n) {
        let pair = &found.pairs[at];
        let probability = format!("{:.3}", pair.probability);
        let mut cells = vec![
            Some(name_of(inputs, pair.a)),
            Some(name_of(inputs, pair.b)),
            None,
            Some(probability.as_str()),
        ];
        for row in [pair.a, pair.b] {
            cells.extend(values_of(inputs, row));
        }
        table.row(&cells)?;
    }
    table.finish()?;
    Ok(())
}
