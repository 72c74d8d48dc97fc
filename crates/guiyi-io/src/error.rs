//! What stops reading or writing a file. What is wrong with single rows is a finding, never an error.

use std::io;
use std::path::{Path, PathBuf};

/// A file that cannot be read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum IoError {
    /// The operating system refused: no such file, no permission, disk full.
    #[error("{}: cannot {action}: {source}", file.display())]
    System {
        /// The file.
        file: PathBuf,
        /// What was tried, such as `open`.
        action: &'static str,
        /// What the system said.
        source: io::Error,
    },
    /// The path is a directory, a pipe or a device.
    #[error("{}: is a directory, not a file", file.display())]
    NotAFile {
        /// The path.
        file: PathBuf,
    },
    /// The file has no row, not even a header.
    #[error("{}: the file is empty", file.display())]
    Empty {
        /// The file.
        file: PathBuf,
    },
    /// The content contradicts its format: a broken archive, a cut Parquet file, a workbook behind a password.
    #[error("{}: not a readable {format} file: {detail}", file.display())]
    Malformed {
        /// The file.
        file: PathBuf,
        /// The format, such as `xlsx`.
        format: &'static str,
        /// What is wrong.
        detail: String,
        /// The way out, if known.
        hint: Option<&'static str>,
    },
    /// A format that Guiyi does not read.
    #[error("{}: {what} cannot be read", file.display())]
    Unsupported {
        /// The file.
        file: PathBuf,
        /// What the content is.
        what: &'static str,
        /// The way out.
        hint: &'static str,
    },
    /// A row is longer than [`crate::read::MAX_ROW_BYTES`], or has more than [`crate::read::MAX_COLUMNS`] cells.
    #[error("{}:{line}:{column}: the row is too long", file.display())]
    RowTooLong {
        /// The file.
        file: PathBuf,
        /// Line on which the row begins, from 1.
        line: u64,
        /// Number of the cell in which the limit was passed, from 1.
        column: u64,
    },
    /// The row that was said to be the header does not exist.
    #[error("{}: no header in row {line}", file.display())]
    NoHeader {
        /// The file.
        file: PathBuf,
        /// The row asked for, from 1.
        line: u64,
    },
    /// The workbook has no such sheet.
    #[error("{}: no sheet named {sheet:?}", file.display())]
    NoSheet {
        /// The file.
        file: PathBuf,
        /// The sheet asked for.
        sheet: String,
        /// The sheets that the workbook has, comma separated.
        available: String,
    },
    /// A delimiter that cannot be one: a quotation mark, a line end or a non-ASCII byte.
    #[error("{}: {delimiter:?} cannot be a delimiter", file.display())]
    Delimiter {
        /// The file.
        file: PathBuf,
        /// The delimiter asked for.
        delimiter: char,
    },
    /// The file changed between being opened and being read.
    #[error("{}: the file changed while it was read", file.display())]
    Changed {
        /// The file.
        file: PathBuf,
    },
    /// A table cannot be written in the chosen format.
    #[error("{}: cannot write {format}: {detail}", file.display())]
    Unwritable {
        /// The file.
        file: PathBuf,
        /// The format.
        format: &'static str,
        /// What is wrong.
        detail: String,
    },
}

impl IoError {
    /// The file that the error is about.
    pub fn file(&self) -> &Path {
        match self {
            Self::System { file, .. }
            | Self::NotAFile { file }
            | Self::Empty { file }
            | Self::Malformed { file, .. }
            | Self::Unsupported { file, .. }
            | Self::RowTooLong { file, .. }
            | Self::NoHeader { file, .. }
            | Self::NoSheet { file, .. }
            | Self::Delimiter { file, .. }
            | Self::Changed { file }
            | Self::Unwritable { file, .. } => file,
        }
    }

    /// Line of a text file or row of a sheet, from 1, if the error is about one.
    pub fn line(&self) -> Option<u64> {
        match self {
            Self::RowTooLong { line, .. } | Self::NoHeader { line, .. } => Some(*line),
            _ => None,
        }
    }

    /// Number of the cell in its row, from 1, if the error is about one.
    pub fn column(&self) -> Option<u64> {
        match self {
            Self::RowTooLong { column, .. } => Some(*column),
            _ => None,
        }
    }

    /// The way out, if one is known.
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::System { source, .. } => match source.kind() {
                io::ErrorKind::NotFound => "check the path; a relative path starts from the project file's directory",
                io::ErrorKind::PermissionDenied => "check who may read and write it",
                io::ErrorKind::StorageFull => "free space on the disk and run again",
                _ => return None,
            },
            Self::NotAFile { .. } => "name a file, or a glob such as `exports/*.csv`",
            Self::Empty { .. } => "export it again; a source without records still needs its header row",
            Self::Malformed { hint, .. } => return hint.map(ToOwned::to_owned),
            Self::Unsupported { hint, .. } => hint,
            Self::RowTooLong { .. } => {
                "look for a quotation mark that is never closed, or for a file without line ends"
            }
            Self::NoHeader { .. } => "set `header-row` to the row that names the columns, or leave it out",
            Self::NoSheet { available, .. } => return Some(format!("the workbook has: {available}")),
            Self::Delimiter { .. } => "use one of `,` `;` `|` or a tab",
            Self::Changed { .. } => "wait until the export has finished and run again",
            Self::Unwritable { .. } => return None,
        };
        Some(hint.to_owned())
    }
}
