//! The rows of a file, whatever its format.

use std::path::Path;

use super::encoding::TextReader;
use super::row::Row;
use super::split::{SplitError, Splitter};
use crate::IoError;

/// A file being read row by row.
pub(crate) enum Rows<'a> {
    /// CSV and its kin.
    Text(Splitter<TextReader>),
    #[expect(dead_code)]
    Marker(std::marker::PhantomData<&'a ()>),
}

impl Rows<'_> {
    /// Reads the next row; `false` at the end. `path` is for errors.
    pub(crate) fn next_row(&mut self, row: &mut Row, path: &Path) -> Result<bool, IoError> {
        match self {
            Self::Text(splitter) => splitter.next_row(row).map_err(|error| split_error(error, path)),
            Self::Marker(_) => Ok(false),
        }
    }

    /// Whether rows end at their last value, so that a short row is no fault.
    pub(crate) fn ends_rows_early(&self) -> bool {
        !matches!(self, Self::Text(_))
    }
}

fn split_error(error: SplitError, path: &Path) -> IoError {
    let file = path.to_owned();
    match error {
        SplitError::System(source) => IoError::System { file, action: "read", source },
        SplitError::TooLong { line, column } => IoError::RowTooLong { file, line, column },
    }
}
