//! Rows of a Parquet file, through polars: every column cast to text, one row group at a time.

use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;

use polars::prelude::{DataFrame, DataType, ParquetReader, PolarsResult, SerReader, StringChunked};

use super::number::number_text;
use super::row::Row;
use super::{MAX_COLUMNS, MAX_ROW_BYTES, open_file};
use crate::IoError;

/// Rows decoded at once; a row group is usually no larger.
const CHUNK_ROWS: usize = 1 << 17;

/// The names of the columns.
pub(crate) fn names(path: &Path) -> Result<Vec<Arc<str>>, IoError> {
    let file = open_file(path)?;
    guard(path, || {
        Ok(ParquetReader::new(file)
            .schema()?
            .iter_names()
            .map(|name| name.as_str().into())
            .collect())
    })
}

/// Rows of a Parquet file, numbered from 1.
pub(crate) struct ParquetRows {
    n_rows: usize,
    /// Rows before the chunk.
    n_passed: usize,
    chunk: Vec<StringChunked>,
    n_chunk: usize,
    /// Position in the chunk of the next row.
    next: usize,
}

impl ParquetRows {
    /// The rows of a file.
    pub(crate) fn new(path: &Path) -> Result<Self, IoError> {
        let file = open_file(path)?;
        let n_rows = guard(path, || ParquetReader::new(file).num_rows())?;
        Ok(Self {
            n_rows,
            n_passed: 0,
            chunk: Vec::new(),
            n_chunk: 0,
            next: 0,
        })
    }

    /// Reads the next row; `false` at the end.
    pub(crate) fn next_row(&mut self, row: &mut Row, path: &Path) -> Result<bool, IoError> {
        if self.next == self.n_chunk {
            self.n_passed += self.n_chunk;
            if self.n_passed >= self.n_rows {
                return Ok(false);
            }
            let file = open_file(path)?;
            self.chunk = guard(path, || read_chunk(file, self.n_passed))?;
            self.n_chunk = self.chunk.first().map_or(0, StringChunked::len);
            self.next = 0;
            if self.n_chunk == 0 {
                return Ok(false);
            }
        }
        let number = (self.n_passed + self.next) as u64 + 1;
        row.begin(number);
        for column in &self.chunk {
            row.push_cell(column.get(self.next).unwrap_or_default());
        }
        self.next += 1;
        if row.len() > MAX_COLUMNS || row.n_bytes() > MAX_ROW_BYTES {
            return Err(IoError::RowTooLong {
                file: path.to_owned(),
                line: number,
                column: 1,
            });
        }
        Ok(true)
    }
}

fn read_chunk(file: File, start: usize) -> PolarsResult<Vec<StringChunked>> {
    let frame: DataFrame = ParquetReader::new(file)
        .with_slice(Some((start, CHUNK_ROWS)))
        .finish()?;
    frame
        .columns()
        .iter()
        .map(|column| {
            if matches!(column.dtype(), DataType::Float32 | DataType::Float64) {
                let numbers = column.cast(&DataType::Float64)?;
                return Ok(numbers.f64()?.iter().map(|number| number.map(number_text)).collect());
            }
            Ok(column.strict_cast(&DataType::String)?.str()?.clone())
        })
        .collect()
}

/// Runs polars, which panics on some damaged files and unsupported types, and words its errors.
fn guard<T>(path: &Path, read: impl FnOnce() -> PolarsResult<T>) -> Result<T, IoError> {
    let detail = match catch_unwind(AssertUnwindSafe(read)) {
        Ok(Ok(value)) => return Ok(value),
        Ok(Err(error)) => error.to_string(),
        Err(_) => "damaged, or a column of a type that has no text".to_owned(),
    };
    let hint = Some("write it again with columns of text, numbers, dates and Booleans only");
    Err(IoError::Malformed {
        file: path.to_owned(),
        format: "parquet",
        detail,
        hint,
    })
}
