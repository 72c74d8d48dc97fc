//! A table as Parquet, through polars; every column is text.

use std::collections::BTreeSet;
use std::fs::File;
use std::path::{Path, PathBuf};

use polars::io::parquet::write::BatchedWriter;
use polars::prelude::{Column, DataFrame, DataType, Field, NamedFrom, ParquetWriter, PolarsError, Schema, Series};

use crate::IoError;

/// Rows of a row group.
const GROUP_ROWS: usize = 1 << 16;
/// Text after which a row group ends early.
const GROUP_BYTES: usize = 64 << 20;

/// A Parquet file being written.
pub(super) struct ParquetTable {
    writer: BatchedWriter<File>,
    names: Vec<String>,
    columns: Vec<Vec<Option<String>>>,
    n_bytes: usize,
    path: PathBuf,
}

impl ParquetTable {
    pub(super) fn create(path: &Path, headers: &[&str]) -> Result<Self, IoError> {
        let file = File::create(path).map_err(|source| IoError::System {
            file: path.to_owned(),
            action: "write",
            source,
        })?;
        let names = unique(headers);
        let schema: Schema = names
            .iter()
            .map(|name| Field::new(name.as_str().into(), DataType::String))
            .collect();
        let writer = ParquetWriter::new(file)
            .batched(&schema)
            .map_err(|error| unwritable(path, &error))?;
        Ok(Self {
            writer,
            columns: vec![Vec::new(); names.len()],
            names,
            n_bytes: 0,
            path: path.to_owned(),
        })
    }

    pub(super) fn row(&mut self, cells: &[Option<&str>]) -> Result<(), IoError> {
        for (column, cell) in self.columns.iter_mut().zip(cells) {
            self.n_bytes += cell.map_or(0, str::len);
            column.push(cell.map(ToOwned::to_owned));
        }
        if self.columns.first().is_some_and(|column| column.len() >= GROUP_ROWS) || self.n_bytes >= GROUP_BYTES {
            self.write_group()?;
        }
        Ok(())
    }

    pub(super) fn finish(mut self) -> Result<(), IoError> {
        self.write_group()?;
        self.writer
            .finish()
            .map(|_| ())
            .map_err(|error| unwritable(&self.path, &error))
    }

    fn write_group(&mut self) -> Result<(), IoError> {
        self.n_bytes = 0;
        let named = self.names.iter().zip(&mut self.columns);
        let columns: Vec<Column> = named
            .map(|(name, column)| Series::new(name.as_str().into(), std::mem::take(column)).into())
            .collect();
        if columns.first().is_none_or(Column::is_empty) {
            return Ok(());
        }
        let frame = DataFrame::new_infer_height(columns);
        frame
            .and_then(|frame| self.writer.write_batch(&frame))
            .map_err(|error| unwritable(&self.path, &error))
    }
}

fn unwritable(path: &Path, error: &PolarsError) -> IoError {
    IoError::Unwritable {
        file: path.to_owned(),
        format: "parquet",
        detail: error.to_string(),
    }
}

/// The headers with a number behind each that is empty or stands further left already: Parquet needs them to differ.
fn unique(headers: &[&str]) -> Vec<String> {
    let mut taken: BTreeSet<String> = headers.iter().map(|header| (*header).to_owned()).collect();
    let mut seen = BTreeSet::new();
    headers
        .iter()
        .map(|header| {
            if !header.is_empty() && seen.insert(*header) {
                return (*header).to_owned();
            }
            let mut number = 2;
            while !taken.insert(format!("{header}_{number}")) {
                number += 1;
            }
            format!("{header}_{number}")
        })
        .collect()
}
