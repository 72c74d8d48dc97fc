//! Tables of the stewards' commands: written to one file aside and put in its place, and read column by column.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use arrow_array::Array;
use guiyi_core::record::Batch;
use guiyi_core::rulebook::Source;
use guiyi_io::read::Reader;
use guiyi_io::write::{CsvEncoding, CsvOptions, OutputDir, OutputFormat, TableWriter};

/// A table being written to one file, which is replaced when it is finished.
pub(crate) struct Sheet {
    file: PathBuf,
    dir: OutputDir,
    table: TableWriter,
}

impl Sheet {
    /// Begins a table that people fill in; the extension of the file says the format.
    pub(crate) fn for_people(file: &Path, headers: &[String]) -> anyhow::Result<Self> {
        // With the mark by which Excel knows UTF-8.
        let csv = CsvOptions {
            encoding: CsvEncoding::Utf8WithMark,
            neutralizes_formulas: true,
        };
        Self::create(file, headers, csv)
    }

    /// Begins a table that programs read on: nothing is added to a cell.
    pub(crate) fn for_programs(file: &Path, headers: &[String]) -> anyhow::Result<Self> {
        let csv = CsvOptions {
            encoding: CsvEncoding::Utf8,
            neutralizes_formulas: false,
        };
        Self::create(file, headers, csv)
    }

    fn create(file: &Path, headers: &[String], csv: CsvOptions) -> anyhow::Result<Self> {
        let extension = file
            .extension()
            .and_then(|extension| extension.to_str())
            .unwrap_or_default();
        let format = match extension.to_ascii_lowercase().as_str() {
            "csv" => OutputFormat::Csv(csv),
            "xlsx" => OutputFormat::Xlsx,
            "parquet" => OutputFormat::Parquet,
            _ => bail!(
                "{}: give the file the extension .xlsx, .csv or .parquet",
                file.display()
            ),
        };
        // Never published: only its partial directory is used, beside the file, and gone afterwards.
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let dir = OutputDir::create(&file.with_file_name(format!("{name}.partial")))?;
        let headers: Vec<&str> = headers.iter().map(String::as_str).collect();
        let table = TableWriter::create(&dir, "table", &headers, format)?;
        Ok(Self {
            file: file.to_owned(),
            dir,
            table,
        })
    }

    /// Adds a row; an empty text is an empty cell.
    pub(crate) fn row(&mut self, cells: &[&str]) -> anyhow::Result<()> {
        let cells: Vec<Option<&str>> = cells.iter().map(|cell| (!cell.is_empty()).then_some(*cell)).collect();
        Ok(self.table.row(&cells)?)
    }

    /// Puts the file in its place.
    pub(crate) fn finish(self) -> anyhow::Result<()> {
        let written = self.table.finish()?;
        let path = self.dir.path_of(&written.file_name);
        std::fs::File::open(&path)
            .and_then(|file| file.sync_all())
            .and_then(|()| std::fs::rename(&path, &self.file))
            .with_context(|| format!("cannot write {}", self.file.display()))
    }
}

/// A source that feeds no data element: its columns are read as they are.
pub(crate) fn source(reader: &Reader, key_column: usize) -> Source {
    Source {
        system: "table".into(),
        headers: reader.headers.clone(),
        key_column,
        mapping: Vec::new(),
        code_pattern: None,
        day_first: None,
    }
}

/// What a cell of a row says, without white space around it; empty where the table has no such column.
pub(crate) fn cell(batch: &Batch, column: Option<usize>, row: usize) -> &str {
    let column = column
        .and_then(|at| batch.received.get(at))
        .filter(|column| column.is_valid(row));
    column.map_or("", |column| plain(column.value(row).trim()))
}

/// A cell without the `'` that keeps spreadsheets from running it.
pub(crate) fn plain(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(rest) if rest.starts_with(['=', '+', '-', '@']) => rest,
        _ => cell,
    }
}
