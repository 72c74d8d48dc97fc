//! Files read into plain tables, and the true pairs by row.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use anyhow::Context;
use arrow_array::Array;
use guiyi_core::matching::tables::{Column, Table};
use guiyi_core::rulebook::Source;
use guiyi_io::read::{ReadOptions, open};

/// One file: its records' names, and its other columns.
pub(crate) struct Input {
    pub(crate) name: String,
    pub(crate) path: String,
    /// The column that names the records, if one does.
    pub(crate) id: Option<String>,
    pub(crate) ids: Vec<String>,
    pub(crate) table: Table,
}

const BATCH_ROWS: usize = 65_536;

/// Reads the files; `ids` names the column of ids of each, the last one standing for the rest.
pub(crate) fn read(files: &[PathBuf], ids: &[String]) -> anyhow::Result<Vec<Input>> {
    let id_of = |at: usize| ids.get(at).or(ids.last()).map(String::as_str);
    files
        .iter()
        .enumerate()
        .map(|(at, path)| read_one(path, id_of(at)))
        .collect()
}

fn read_one(path: &Path, id: Option<&str>) -> anyhow::Result<Input> {
    let mut reader = open(path, &ReadOptions::default())?;
    let headers = reader.headers.clone();
    let id_column = headers.iter().position(|header| **header == *id.unwrap_or("id"));
    if let (None, Some(id)) = (id_column, id) {
        let known: Vec<&str> = headers.iter().map(|header| &**header).collect();
        anyhow::bail!(
            "{}: no column `{id}`\n  hint: the columns are {}",
            path.display(),
            known.join(", ")
        );
    }
    let source = Source {
        system: "file".into(),
        headers: headers.clone(),
        key_column: id_column.unwrap_or(0),
        mapping: (0..headers.len()).map(Some).collect(),
        code_pattern: None,
        day_first: None,
    };
    let mut columns: Vec<Column> = headers.iter().map(|header| Column::new(header)).collect();
    let mut ids = Vec::new();
    for batch in reader.batches(0, &source, BATCH_ROWS)? {
        let (batch, _) = batch?;
        for (column, values) in columns.iter_mut().zip(&batch.received) {
            for row in 0..batch.len() {
                column.push(if values.is_null(row) { "" } else { values.value(row) });
            }
        }
        match id_column {
            Some(at) => ids.extend((0..batch.len()).map(|row| {
                let values = &batch.received[at];
                if values.is_null(row) {
                    String::new()
                } else {
                    values.value(row).to_owned()
                }
            })),
            None => ids.extend(
                (0..batch.len())
                    .map(|row| (ids.len() + row + 1).to_string())
                    .collect::<Vec<_>>(),
            ),
        }
    }
    if let Some(at) = id_column {
        columns.remove(at);
    }
    let name = path
        .file_name()
        .map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    Ok(Input {
        name,
        path: path.display().to_string(),
        id: id_column.map(|at| headers[at].to_string()),
        ids,
        table: Table { columns },
    })
}

/// The group of every record in a `clusters.csv`.
pub(crate) fn groups(path: &Path) -> anyhow::Result<Vec<String>> {
    let mut groups = read_one(path, Some("id"))?;
    let column = groups.table.columns.iter().position(|column| column.header == "cluster_id");
    let column = column.with_context(|| format!("{}: no column `cluster_id`", path.display()))?;
    let column = groups.table.columns.swap_remove(column);
    Ok((0..column.len()).map(|row| column.get(row).to_owned()).collect())
}

/// The true pairs by row, rows of a second file after those of the first; the smaller row first, sorted.
pub(crate) fn truth(path: &Path, inputs: &[Input]) -> anyhow::Result<Vec<(u32, u32)>> {
    let pairs = read_one(path, None)?;
    let columns = &pairs.table.columns;
    let position = |name: &str| columns.iter().position(|column| column.header == name);
    let (left, right) = match (position("left_id"), position("right_id")) {
        (Some(left), Some(right)) => (left, right),
        _ if columns.len() >= 2 => (0, 1),
        _ => anyhow::bail!("{}: no columns `left_id` and `right_id`", path.display()),
    };
    let mut rows: Vec<HashMap<&str, u32>> = Vec::new();
    let mut start = 0;
    for input in inputs {
        rows.push(input.ids.iter().map(String::as_str).zip(start..).collect());
        start += input.ids.len() as u32;
    }
    let last = rows.len() - 1;
    let mut truth = Vec::new();
    for row in 0..pairs.table.n_rows() {
        let find = |column: usize, side: usize| {
            let id = columns[column].get(row);
            rows[side].get(id).copied().ok_or_else(|| {
                anyhow::anyhow!(
                    "{}: pair {}: {} has no record `{id}`",
                    path.display(),
                    row + 1,
                    inputs[side].name
                )
            })
        };
        let (a, b) = (find(left, 0)?, find(right, last)?);
        if a != b {
            truth.push((a.min(b), a.max(b)));
        }
    }
    truth.sort_unstable();
    truth.dedup();
    Ok(truth)
}
