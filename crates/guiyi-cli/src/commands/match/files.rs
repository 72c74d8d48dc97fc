//! The result files: `pairs.csv`, `clusters.csv`, `model.toml`, `summary.json`.

use std::path::Path;

use guiyi_core::matching::tables::{Linkage, Outcome, level_names};
use guiyi_io::write::{CsvOptions, OutputDir, OutputFormat, TableWriter};

use super::input::Input;
use super::words::Summary;

pub(crate) fn write(out: &Path, inputs: &[Input], found: &Linkage, summary: &Summary) -> anyhow::Result<()> {
    let directory = OutputDir::create(out)?;
    let format = OutputFormat::Csv(CsvOptions::default());
    let n_left = inputs[0].ids.len();
    let name = |row: u32| {
        let row = row as usize;
        if row < n_left {
            &inputs[0].ids[row]
        } else {
            &inputs[1].ids[row - n_left]
        }
    };
    let names: Vec<Vec<&str>> = found.fields.iter().map(|field| level_names(field.kind)).collect();
    let mut headers = vec!["left_id", "right_id", "probability", "weight", "decision"];
    headers.extend(found.fields.iter().map(|field| field.header.as_str()));
    let mut pairs = TableWriter::create(&directory, "pairs", &headers, format)?;
    for pair in &found.pairs {
        let (probability, weight) = (format!("{:.6}", pair.probability), format!("{:.3}", pair.weight));
        let decision = match pair.outcome {
            Outcome::Match => "match",
            Outcome::Review => "review",
        };
        let mut cells = vec![
            Some(name(pair.a).as_str()),
            Some(name(pair.b).as_str()),
            Some(probability.as_str()),
            Some(weight.as_str()),
            Some(decision),
        ];
        let levels = found.levels(pair).into_iter().zip(&names);
        cells.extend(levels.map(|(level, names)| names.get(usize::from(level).wrapping_sub(1)).copied()));
        pairs.row(&cells)?;
    }
    pairs.finish()?;
    let mut clusters = TableWriter::create(&directory, "clusters", &["file", "id", "cluster_id"], format)?;
    for (row, cluster) in (0_u32..).zip(&found.clusters) {
        let file = &inputs[usize::from(row as usize >= n_left)].name;
        let cluster = (cluster + 1).to_string();
        clusters.row(&[Some(file.as_str()), Some(name(row).as_str()), Some(cluster.as_str())])?;
    }
    clusters.finish()?;
    directory.write("model.toml", found.model_toml().as_bytes())?;
    directory.write(
        "summary.json",
        (serde_json::to_string_pretty(summary)? + "\n").as_bytes(),
    )?;
    directory.publish()?;
    Ok(())
}
