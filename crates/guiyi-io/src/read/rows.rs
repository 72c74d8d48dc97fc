//! The rows of a file, whatever its format.

use std::path::Path;

use super::encoding::TextReader;
use super::html::HtmlRows;
use super::json_lines::JsonRows;
use super::parquet::ParquetRows;
use super::row::Row;
use super::sheet::{XlsRows, XlsxRows};
use super::split::{SplitError, Splitter};
use crate::IoError;

/// A file being read row by row.
pub(crate) enum Rows<'a> {
    /// CSV and its kin.
    Text(Splitter<TextReader>),
    /// An HTML table.
    Html(HtmlRows<TextReader>),
    /// JSON lines.
    Json(JsonRows<TextReader>),
    /// A sheet of an .xlsx file.
    Xlsx(Box<XlsxRows<'a>>),
    /// A sheet of an .xls file.
    Xls(XlsRows<'a>),
    /// Parquet.
    Parquet(ParquetRows),
}

impl Rows<'_> {
    /// Reads the next row; `false` at the end. `path` is for errors.
    pub(crate) fn next_row(&mut self, row: &mut Row, path: &Path) -> Result<bool, IoError> {
        match self {
            Self::Text(splitter) => splitter.next_row(row).map_err(|error| split_error(error, path)),
            Self::Html(rows) => rows.next_row(row).map_err(|error| split_error(error, path)),
            Self::Json(rows) => rows.next_row(row).map_err(|error| split_error(error, path)),
            Self::Xlsx(rows) => rows.next_row(row, path),
            Self::Xls(rows) => Ok(rows.next_row(row)),
            Self::Parquet(rows) => rows.next_row(row, path),
        }
    }

    /// Whether rows end at their last value, so that a short row is no fault.
    pub(crate) fn ends_rows_early(&self) -> bool {
        !matches!(self, Self::Text(_))
    }
}

/// Adds the file to an error of reading text.
pub(crate) fn split_error(error: SplitError, path: &Path) -> IoError {
    let file = path.to_owned();
    match error {
        SplitError::System(source) => IoError::System {
            file,
            action: "read",
            source,
        },
        SplitError::TooLong { line, column } => IoError::RowTooLong { file, line, column },
    }
}
