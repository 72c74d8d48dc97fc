//! What a file is, by its content: exports carry the wrong extension often enough.

use std::path::Path;

use crate::IoError;

/// The format of a source file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Delimited text: CSV, TSV and their kin.
    Csv,
    /// Excel 2007 and later.
    Xlsx,
    /// Excel 97 to 2003.
    Xls,
    /// An HTML table, as some ERP systems export under the name `.xls`.
    Html,
    /// Apache Parquet.
    Parquet,
    /// One JSON object a line.
    JsonLines,
}

impl Format {
    /// All formats.
    pub const ALL: [Self; 6] = [
        Self::Csv,
        Self::Xlsx,
        Self::Xls,
        Self::Html,
        Self::Parquet,
        Self::JsonLines,
    ];

    /// The stable name used in configuration and outputs.
    pub fn name(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Xlsx => "xlsx",
            Self::Xls => "xls",
            Self::Html => "html",
            Self::Parquet => "parquet",
            Self::JsonLines => "jsonl",
        }
    }

    /// The format with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.name() == name)
    }

    /// Whether the file is text, so that it has an encoding.
    pub(crate) fn is_text(self) -> bool {
        matches!(self, Self::Csv | Self::Html | Self::JsonLines)
    }
}

/// The format of a file that begins with `head`, decoded as `text`.
pub(crate) fn detect(head: &[u8], text: &str, path: &Path) -> Result<Format, IoError> {
    let unsupported = |what, hint| {
        Err(IoError::Unsupported {
            file: path.to_owned(),
            what,
            hint,
        })
    };
    match head {
        [b'P', b'K', 3, 4, ..] => return Ok(Format::Xlsx),
        [0xd0, 0xcf, 0x11, 0xe0, ..] => return Ok(Format::Xls),
        [b'P', b'A', b'R', b'1', ..] => return Ok(Format::Parquet),
        [0x1f, 0x8b, ..] => return unsupported("a gzip archive", "unpack it first, such as with `gunzip`"),
        [b'%', b'P', b'D', b'F', ..] => return unsupported("a PDF document", "export the table as CSV or .xlsx"),
        _ => {}
    }
    let text = text.trim_start();
    if text.starts_with('{') {
        return Ok(Format::JsonLines);
    }
    if text.starts_with('[') && text[1..].trim_start().starts_with('{') {
        return unsupported("a JSON array", "write one object a line, such as with `jq -c '.[]'`");
    }
    if text.starts_with('<') {
        let text = text.to_ascii_lowercase();
        if text.contains("<table") {
            return Ok(Format::Html);
        }
        if text.starts_with("<?xml") || text.starts_with("<html") || text.starts_with("<!doctype") {
            return unsupported("XML or HTML without a table", "open it in Excel and save it as .xlsx");
        }
    }
    Ok(Format::Csv)
}
