//! Files read into plain tables, and the true pairs by row.

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context;
use arrow_array::StringArray;
use guiyi_core::matching::tables::{Column, Label, Source, Table};
use guiyi_core::rulebook;
use guiyi_io::read::{ReadOptions, open_beginning};

use crate::commands::validate::walk::in_order;

/// One file: its records' names, and its other columns.
pub(crate) struct Input {
    pub(crate) name: String,
    pub(crate) path: String,
    /// The column that names the records, if one does.
    pub(crate) id: Option<String>,
    pub(crate) table: Table,
}

impl Input {
    /// What names each record.
    pub(crate) fn ids(&self) -> &Column {
        &self.table.ids
    }

    /// The file as an index keeps it.
    pub(crate) fn source(&self) -> Source<'_> {
        Source {
            table: &self.table,
            name: &self.name,
            id: self.id.as_deref(),
            ids: self.ids(),
        }
    }
}

/// Rows that a thread reads at a time, about.
const STRETCH_ROWS: usize = 8192;

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
    let mut reader = open_beginning(path, &ReadOptions::default())?;
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
    let source = rulebook::Source {
        system: "file".into(),
        headers: headers.clone(),
        key_column: 0,
        mapping: (0..headers.len()).map(Some).collect(),
        code_pattern: None,
        day_first: None,
    };
    let mut columns: Vec<Column> = headers.iter().map(|header| Column::new(header)).collect();
    let all: Vec<usize> = (0..headers.len()).collect();
    let (stretches, parser) = reader.stretches(0, &source, &all, None, STRETCH_ROWS)?;
    let parse = |stretch| {
        let batch = parser.parse(stretch)?.batch;
        let column = |(header, values): (&Arc<str>, &StringArray)| {
            let mut column = Column::new(header);
            values.iter().for_each(|value| column.push(value.unwrap_or("")));
            column
        };
        let columns: Vec<Column> = headers.iter().zip(&batch.received).map(column).collect();
        anyhow::Ok(columns)
    };
    let append = |part: Vec<Column>| {
        for (column, part) in columns.iter_mut().zip(&part) {
            column.append(part);
        }
        anyhow::Ok(ControlFlow::Continue(()))
    };
    in_order(stretches, rayon::current_num_threads(), parse, append)?;
    let ids = if let Some(at) = id_column {
        columns.remove(at)
    } else {
        let mut places = Column::default();
        (1..=columns.first().map_or(0, Column::len)).for_each(|place| places.push(&place.to_string()));
        places
    };
    let name = path
        .file_name()
        .map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    Ok(Input {
        name,
        path: path.display().to_string(),
        id: id_column.map(|at| headers[at].to_string()),
        table: Table { columns, ids },
    })
}

/// The group of every record in a `clusters.csv`.
pub(crate) fn groups(path: &Path) -> anyhow::Result<Vec<String>> {
    let mut groups = read_one(path, Some("id"))?;
    let column = groups
        .table
        .columns
        .iter()
        .position(|column| column.header == "cluster_id");
    let column = column.with_context(|| format!("{}: no column `cluster_id`", path.display()))?;
    let column = groups.table.columns.swap_remove(column);
    Ok(column.values().map(str::to_owned).collect())
}

/// The input that a row is of, and its place there; rows of a second file follow those of the first.
pub(crate) fn place(inputs: &[Input], row: u32) -> (&Input, usize) {
    let (row, n_left) = (row as usize, inputs[0].ids().len());
    if row < n_left {
        (&inputs[0], row)
    } else {
        (&inputs[inputs.len() - 1], row - n_left)
    }
}

/// The name of a row's record.
pub(crate) fn name_of(inputs: &[Input], row: u32) -> &str {
    let (input, at) = place(inputs, row);
    input.ids().get(at)
}

/// The name of the file that a row stands in.
pub(crate) fn file_of(inputs: &[Input], row: u32) -> &str {
    &place(inputs, row).0.name
}

/// The values of a row's record, `None` for an empty one.
pub(crate) fn values_of(inputs: &[Input], row: u32) -> impl Iterator<Item = Option<&str>> {
    let (input, at) = place(inputs, row);
    let columns = input.table.columns.iter();
    columns.map(move |column| Some(column.get(at)).filter(|value| !value.is_empty()))
}

/// The rows of ids.
pub(crate) struct Places<'a> {
    inputs: &'a [Input],
    rows: Vec<HashMap<&'a str, u32>>,
}

impl<'a> Places<'a> {
    pub(crate) fn new(inputs: &'a [Input]) -> Self {
        let mut start = 0;
        let rows = inputs.iter().map(|input| {
            let own = input.ids().values().zip(start..).collect();
            start += input.ids().len() as u32;
            own
        });
        Self {
            rows: rows.collect(),
            inputs,
        }
    }

    /// The rows of a record of the first file and one of the last, the smaller first.
    pub(crate) fn pair(&self, left: &str, right: &str) -> anyhow::Result<(u32, u32)> {
        let last = self.rows.len() - 1;
        let row = |id: &str, side: usize| {
            let found = self.rows[side].get(id).copied();
            found.with_context(|| format!("{} has no record `{id}`", self.inputs[side].name))
        };
        let (a, b) = (row(left, 0)?, row(right, last)?);
        Ok((a.min(b), a.max(b)))
    }
}

/// The true pairs by row, the smaller row first, sorted.
pub(crate) fn truth(path: &Path, inputs: &[Input]) -> anyhow::Result<Vec<(u32, u32)>> {
    let places = Places::new(inputs);
    let mut truth = Vec::new();
    for (at, [left, right, _]) in pairs(path)?.iter().enumerate() {
        let (a, b) = places
            .pair(left, right)
            .with_context(|| format!("{}: pair {}", path.display(), at + 1))?;
        if a != b {
            truth.push((a, b));
        }
    }
    truth.sort_unstable();
    truth.dedup();
    Ok(truth)
}

/// Pairs of which somebody says whether they are the same; a pair without a decision is passed over.
pub(crate) fn labels(path: &Path, inputs: &[Input]) -> anyhow::Result<Vec<Label>> {
    let places = Places::new(inputs);
    let mut labels = Vec::new();
    for (at, [left, right, decision]) in pairs(path)?.iter().enumerate() {
        let pair = || format!("{}: pair {}", path.display(), at + 1);
        let same = match decision.trim().to_lowercase().as_str() {
            "" | "unsure" | "review" => continue,
            "match" | "same" | "yes" | "1" | "是" => true,
            "different" | "no" | "0" | "否" => false,
            _ => anyhow::bail!(
                "{}: \"{decision}\" is no decision\n  hint: match, different, or nothing",
                pair()
            ),
        };
        let (a, b) = places.pair(left, right).with_context(pair)?;
        if a != b {
            labels.push(Label { a, b, same });
        }
    }
    Ok(labels)
}

/// `left_id`, `right_id` and `decision` of every row; the first two columns where none has these names.
fn pairs(path: &Path) -> anyhow::Result<Vec<[String; 3]>> {
    let file = read_one(path, None)?;
    let columns = &file.table.columns;
    let position = |name: &str| columns.iter().position(|column| column.header == name);
    let (left, right) = match (position("left_id"), position("right_id")) {
        (Some(left), Some(right)) => (left, right),
        _ if columns.len() >= 2 => (0, 1),
        _ => anyhow::bail!("{}: no columns `left_id` and `right_id`", path.display()),
    };
    let decision = position("decision");
    let get = |column: usize, row: usize| columns[column].get(row).to_owned();
    let rows = (0..file.table.n_rows()).map(|row| {
        let decision = decision.map_or_else(String::new, |column| get(column, row));
        [get(left, row), get(right, row), decision]
    });
    Ok(rows.collect())
}
