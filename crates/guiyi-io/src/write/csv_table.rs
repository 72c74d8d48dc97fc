//! A table as comma-separated text.

use std::borrow::Cow;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use encoding_rs::GB18030;

use super::{CsvEncoding, CsvOptions};
use crate::IoError;

/// A CSV file being written.
pub(super) struct CsvTable {
    writer: csv::Writer<BufWriter<File>>,
    options: CsvOptions,
    path: PathBuf,
}

impl CsvTable {
    pub(super) fn create(path: &Path, headers: &[&str], options: CsvOptions) -> Result<Self, IoError> {
        let system = |source| IoError::System {
            file: path.to_owned(),
            action: "write",
            source,
        };
        let mut file = BufWriter::with_capacity(1 << 18, File::create(path).map_err(system)?);
        if options.encoding == CsvEncoding::Utf8WithMark {
            file.write_all(b"\xef\xbb\xbf").map_err(system)?;
        }
        let mut table = Self {
            writer: csv::Writer::from_writer(file),
            options,
            path: path.to_owned(),
        };
        let headers: Vec<_> = headers.iter().map(|header| Some(*header)).collect();
        table.row(&headers)?;
        Ok(table)
    }

    pub(super) fn row(&mut self, cells: &[Option<&str>]) -> Result<(), IoError> {
        let write = |writer: &mut csv::Writer<_>| {
            for cell in cells {
                let mut cell = Cow::Borrowed(cell.unwrap_or_default());
                if self.options.neutralizes_formulas && is_formula(&cell) {
                    cell = Cow::Owned(format!("'{cell}"));
                }
                match self.options.encoding {
                    // The second bytes of GB 18030 are neither commas nor quotation marks nor line ends.
                    CsvEncoding::Gb18030 => writer.write_field(GB18030.encode(&cell).0)?,
                    CsvEncoding::Utf8 | CsvEncoding::Utf8WithMark => writer.write_field(cell.as_bytes())?,
                }
            }
            writer.write_record(None::<&[u8]>)
        };
        write(&mut self.writer).map_err(|error| self.error(error))
    }

    pub(super) fn finish(mut self) -> Result<(), IoError> {
        let file = self.path.clone();
        self.writer.flush().map_err(|source| IoError::System {
            file,
            action: "write",
            source,
        })
    }

    fn error(&self, error: csv::Error) -> IoError {
        let file = self.path.clone();
        match error.into_kind() {
            csv::ErrorKind::Io(source) => IoError::System {
                file,
                action: "write",
                source,
            },
            kind => IoError::Unwritable {
                file,
                format: "csv",
                detail: format!("{kind:?}"),
            },
        }
    }
}

/// Whether a spreadsheet would take a cell for a formula. A tab or carriage return in front hides the sign behind it.
pub(super) fn is_formula(cell: &str) -> bool {
    match cell.as_bytes().first() {
        Some(b'=' | b'@' | b'\t' | b'\r') => true,
        Some(b'+' | b'-') => !is_number(&cell[1..]),
        _ => false,
    }
}

/// Figures with at most one point, thousands separated or not, a percent sign behind or not.
fn is_number(text: &str) -> bool {
    let text = text.strip_suffix('%').unwrap_or(text);
    text.bytes().any(|byte| byte.is_ascii_digit())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b','))
        && text.bytes().filter(|byte| *byte == b'.').count() <= 1
}
