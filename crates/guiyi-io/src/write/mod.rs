//! Writing: tables streamed row by row to CSV, Parquet or Excel, into a directory that is replaced as a whole.
//!
//! The last room of the walk. Laws: memory does not grow with the rows; the same rows give the same bytes; nothing of
//! a run that did not finish is ever seen under an output's name.

mod csv_line;
mod csv_table;
mod output_dir;
mod parquet_table;
#[cfg(test)]
mod tests;
mod xlsx_table;

pub use self::csv_line::csv_line;
pub use self::output_dir::OutputDir;

use self::csv_table::CsvTable;
use self::parquet_table::ParquetTable;
use self::xlsx_table::XlsxTable;
use crate::IoError;

/// How a table is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum OutputFormat {
    /// Comma-separated text.
    Csv(CsvOptions),
    /// Apache Parquet, every column text.
    Parquet,
    /// Excel, every cell text; more rows than a sheet can hold go on in further sheets.
    Xlsx,
}

impl Default for OutputFormat {
    fn default() -> Self {
        Self::Csv(CsvOptions::default())
    }
}

impl OutputFormat {
    /// The extension of its files.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Csv(_) => "csv",
            Self::Parquet => "parquet",
            Self::Xlsx => "xlsx",
        }
    }
}

/// How CSV is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CsvOptions {
    /// The encoding.
    pub encoding: CsvEncoding,
    /// Whether a cell that a spreadsheet would run as a formula gets a `'` in front: one that begins with `=`, `+`,
    /// `-`, `@`, a tab or a carriage return and is no number. Anything but a spreadsheet reads the `'` as part of the
    /// value.
    pub neutralizes_formulas: bool,
}

impl Default for CsvOptions {
    fn default() -> Self {
        Self {
            encoding: CsvEncoding::Utf8,
            neutralizes_formulas: true,
        }
    }
}

/// Encodings of CSV output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum CsvEncoding {
    /// UTF-8.
    #[default]
    Utf8,
    /// UTF-8 behind a byte-order mark, by which Excel knows it.
    Utf8WithMark,
    /// GB 18030, which covers all of Unicode.
    Gb18030,
}

/// A table being written.
pub struct TableWriter {
    file_name: String,
    n_columns: usize,
    n_rows: u64,
    path: std::path::PathBuf,
    table: Table,
}

enum Table {
    Csv(Box<CsvTable>),
    Parquet(Box<ParquetTable>),
    Xlsx(Box<XlsxTable>),
}

/// A table that is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// Name of the file in its directory.
    pub file_name: String,
    /// Rows written, the header not counted.
    pub n_rows: u64,
}

impl TableWriter {
    /// Begins a table in `directory`; its file is called `name` with the format's extension.
    ///
    /// # Errors
    ///
    /// [`IoError`] if the file cannot be created, or the format cannot hold so many columns.
    pub fn create(directory: &OutputDir, name: &str, headers: &[&str], format: OutputFormat) -> Result<Self, IoError> {
        let file_name = format!("{name}.{}", format.extension());
        let path = directory.path_of(&file_name);
        let table = match format {
            OutputFormat::Csv(options) => Table::Csv(Box::new(CsvTable::create(&path, headers, options)?)),
            OutputFormat::Parquet => Table::Parquet(Box::new(ParquetTable::create(&path, headers)?)),
            OutputFormat::Xlsx => Table::Xlsx(Box::new(XlsxTable::create(&path, name, headers)?)),
        };
        Ok(Self {
            file_name,
            n_columns: headers.len(),
            n_rows: 0,
            path,
            table,
        })
    }

    /// Adds a row, one cell for each header; `None` is an empty cell.
    ///
    /// # Errors
    ///
    /// [`IoError`] if the row has another number of cells than the table, or writing fails.
    pub fn row(&mut self, cells: &[Option<&str>]) -> Result<(), IoError> {
        if cells.len() != self.n_columns {
            return Err(IoError::Unwritable {
                file: self.path.clone(),
                format: "table",
                detail: format!(
                    "row {} has {} cells, the table {}",
                    self.n_rows + 1,
                    cells.len(),
                    self.n_columns
                ),
            });
        }
        self.n_rows += 1;
        match &mut self.table {
            Table::Csv(table) => table.row(cells),
            Table::Parquet(table) => table.row(cells),
            Table::Xlsx(table) => table.row(cells),
        }
    }

    /// Writes what is left and closes the file.
    ///
    /// # Errors
    ///
    /// [`IoError`] if writing fails.
    pub fn finish(self) -> Result<Written, IoError> {
        match self.table {
            Table::Csv(table) => table.finish()?,
            Table::Parquet(table) => table.finish()?,
            Table::Xlsx(table) => table.finish()?,
        }
        Ok(Written {
            file_name: self.file_name,
            n_rows: self.n_rows,
        })
    }
}
