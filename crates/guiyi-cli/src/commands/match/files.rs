//! The result files: `pairs.csv`, `clusters.csv`, `model.toml`, `summary.json`, and for `--active` `to_label.csv`.

use std::path::Path;

use guiyi_core::matching::Veto;
use guiyi_core::matching::tables::{Linkage, Outcome, level_names, most_telling};
use guiyi_io::write::{CsvOptions, OutputDir, OutputFormat, TableWriter};

use super::input::{Input, name_of, values_of};
use super::words::Summary;

/// Writes the results, and where `active` asks for it the pairs to look at first.
pub(crate) fn write(
    out: &Path,
    inputs: &[Input],
    found: &Linkage,
    summary: &Summary,
    active: Option<usize>,
) -> anyhow::Result<()> {
    let directory = OutputDir::create(out)?;
    let format = OutputFormat::Csv(CsvOptions::default());
    let names: Vec<Vec<&str>> = found.fields.iter().map(|field| level_names(field.kind)).collect();
    let mut headers = vec!["left_id", "right_id", "probability", "weight", "decision", "veto"];
    headers.extend(found.fields.iter().map(|field| field.header.as_str()));
    let mut pairs = TableWriter::create(&directory, "pairs", &headers, format)?;
    for pair in &found.pairs {
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
        pairs.row(&cells)?;
    }
    pairs.finish()?;
    let mut clusters = TableWriter::create(&directory, "clusters", &["file", "id", "cluster_id"], format)?;
    let files = inputs
        .iter()
        .flat_map(|input| input.ids.iter().map(|_| input.name.as_str()));
    for ((row, cluster), file) in (0_u32..).zip(&found.clusters).zip(files) {
        let cluster = (cluster + 1).to_string();
        clusters.row(&[Some(file), Some(name_of(inputs, row)), Some(cluster.as_str())])?;
    }
    clusters.finish()?;
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
