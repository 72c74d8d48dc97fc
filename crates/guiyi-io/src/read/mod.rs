//! Reading: a file of unknown format and encoding becomes batches of columns.
//!
//! [`open`] looks at the whole file once, for its digest and its encoding, and at its first rows, for delimiter and
//! header. The caller decides which column feeds which data element, and [`Reader::batches`] streams the rows.
//! Laws: memory does not grow with the file (but for .xls files and the string table of .xlsx files); what the options
//! say goes before what the content says; no content makes it panic.

mod batches;
mod block;
mod cells;
mod column;
mod delimiter;
mod encoding;
mod format;
mod header;
mod html;
mod json_lines;
mod not_a_record;
mod number;
mod parquet;
mod row;
mod rows;
mod scan;
mod sheet;
mod split;
mod stretch;
#[cfg(test)]
pub(crate) mod tests;

use std::fs::File;
use std::io::{Read, Seek};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use guiyi_core::rulebook::Source;

pub use self::batches::Batches;
pub use self::encoding::TextEncoding;
use self::encoding::TextReader;
pub use self::format::Format;
use self::header::Header;
use self::html::HtmlRows;
use self::json_lines::JsonRows;
use self::parquet::ParquetRows;
use self::row::Row;
use self::rows::Rows;
use self::scan::Scan;
use self::sheet::{Workbook, XlsRows, XlsxRows};
use self::split::Splitter;
pub use self::stretch::{Parsed, Parser, RowBytes, Stretch, Stretches};
use crate::IoError;

/// A row with more text than this is an error, not data: 16 MiB.
pub const MAX_ROW_BYTES: usize = 16 << 20;
/// A row with more cells than this is an error; Excel's own limit.
pub const MAX_COLUMNS: usize = 16_384;
/// Rows in which the header is looked for.
const HEAD_ROWS: usize = 60;
/// Bytes of text in which delimiter and header are looked for.
const HEAD_BYTES: usize = 1 << 18;

/// What is known about a file beforehand; `None` is found out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReadOptions {
    /// The format.
    pub format: Option<Format>,
    /// The encoding of a text file.
    pub encoding: Option<TextEncoding>,
    /// The delimiter of a text file, an ASCII character.
    pub delimiter: Option<u8>,
    /// The row that names the columns: line of a text file or row of a sheet, from 1. Rows above it are skipped.
    pub header_row: Option<u64>,
    /// The sheet of a workbook; the first one that has a value if none is named.
    pub sheet: Option<String>,
}

/// An opened file whose columns are known.
#[derive(Debug)]
pub struct Reader {
    /// The file.
    pub path: PathBuf,
    /// What the file is.
    pub format: Format,
    /// Names of the columns, trimmed, in the file's order; empty where a column has none.
    pub headers: Vec<Arc<str>>,
    /// Names that more than one column has, in order; a mapping that uses one cannot know which is meant.
    pub duplicate_headers: Vec<Arc<str>>,
    /// The encoding; `None` unless the file is text.
    pub encoding: Option<TextEncoding>,
    /// The delimiter; `None` unless the file is delimited text.
    pub delimiter: Option<u8>,
    /// The row that names the columns, from 1; 0 where the format names them itself.
    pub header_row: u64,
    /// The sheet that is read; `None` unless the file is a workbook.
    pub sheet: Option<String>,
    /// SHA-256 of the file's bytes, in lower-case hexadecimal digits.
    pub digest: String,
    /// Size of the file in bytes.
    pub n_bytes: u64,
    /// Whether the whole file is UTF-8 without a fault.
    is_clean: bool,
    /// About how many bytes a row has, by the first rows.
    row_bytes: usize,
    content: Content,
}

/// What of a file is kept open.
enum Content {
    /// Nothing; it is opened again for every reading.
    OnDisk,
    Xlsx(Box<Workbook>),
    Xls(calamine::Range<calamine::Data>),
}

impl std::fmt::Debug for Content {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Content")
    }
}

/// Opens a file and finds out what [`ReadOptions`] leaves open. Reads the whole file once.
///
/// A file with a header and no rows is fine.
///
/// # Errors
///
/// [`IoError`] if there is no such file, it is empty, a directory, or broken.
pub fn open(path: &Path, options: &ReadOptions) -> Result<Reader, IoError> {
    open_with(path, options, scan::scan)
}

/// As [`open()`], but looks at the file's beginning only, and so without its digest, which is empty.
///
/// The encoding is decided by the first MiB from the first character on that is not ASCII.
///
/// # Errors
///
/// As [`open()`].
pub fn open_beginning(path: &Path, options: &ReadOptions) -> Result<Reader, IoError> {
    open_with(path, options, scan::scan_beginning)
}

fn open_with(
    path: &Path,
    options: &ReadOptions,
    scan: fn(&mut File) -> std::io::Result<Scan>,
) -> Result<Reader, IoError> {
    let mut file = open_file(path)?;
    let scan = scan(&mut file).map_err(|source| system(path, "read", source))?;
    if scan.n_bytes == 0 {
        return Err(IoError::Empty { file: path.to_owned() });
    }
    let encoding = options.encoding.unwrap_or_else(|| encoding::detect(&scan));
    let text = head_text(path, &mut file, encoding, scan.is_utf8())?;
    let format = match options.format {
        Some(format) => format,
        None => format::detect(&scan.head, &String::from_utf8_lossy(&text), path)?,
    };
    let mut reader = Reader::new(path, format, &scan);
    if format.is_text() {
        reader.encoding = Some(encoding);
    }
    if format == Format::Csv {
        let is_whole = text.len() < HEAD_BYTES;
        reader.delimiter = Some(match options.delimiter {
            Some(delimiter) => check_delimiter(delimiter, path)?,
            None => delimiter::detect(&text, is_whole),
        });
    }
    reader.open_content(options)?;
    let header = match format {
        Format::JsonLines => {
            let names = json_lines::names(reader.text()?).map_err(|error| rows::split_error(error, path))?;
            Header { names, row: 0 }
        }
        Format::Parquet => Header {
            names: parquet::names(path)?,
            row: 0,
        },
        _ => reader.find_header(options.header_row)?,
    };
    reader.header_row = header.row;
    reader.duplicate_headers = duplicates(&header.names);
    reader.headers = header.names;
    Ok(reader)
}

impl Reader {
    fn new(path: &Path, format: Format, scan: &Scan) -> Self {
        Self {
            path: path.to_owned(),
            format,
            headers: Vec::new(),
            duplicate_headers: Vec::new(),
            encoding: None,
            delimiter: None,
            header_row: 0,
            sheet: None,
            digest: scan.digest.clone(),
            n_bytes: scan.n_bytes,
            is_clean: scan.is_utf8() && !scan.digest.is_empty(),
            row_bytes: 256,
            content: Content::OnDisk,
        }
    }

    /// The rows as batches of at most `batch_rows` rows, each with what reading found wrong.
    ///
    /// `number` is the source's position in the rulebook. A batch ends early when its text reaches 64 MiB.
    /// Positions in `source` beyond the file's columns read as columns of nulls.
    ///
    /// # Errors
    ///
    /// [`IoError`] if the file cannot be opened again; each item has its own errors.
    pub fn batches(&mut self, number: u16, source: &Source, batch_rows: usize) -> Result<Batches<'_>, IoError> {
        let mut batches = Batches {
            path: self.path.clone(),
            headers: self.headers.clone(),
            header_row: self.header_row,
            delimiter: match self.delimiter {
                Some(b'\t') => "\t",
                Some(b';') => ";",
                Some(b'|') => "|",
                _ => ",",
            },
            number,
            key_column: 0,
            mapping: Vec::new(),
            batch_rows: 1,
            row: Row::default(),
            is_done: false,
            rows: self.rows()?,
        };
        batches.configure(number, source, batch_rows);
        Ok(batches)
    }

    /// All rows from the first one on.
    fn rows(&mut self) -> Result<Rows<'_>, IoError> {
        let text = if self.format.is_text() {
            Some(self.text()?)
        } else {
            None
        };
        Ok(match (&mut self.content, text) {
            (Content::Xlsx(workbook), _) => {
                let sheet = self.sheet.as_deref().unwrap_or_default();
                Rows::Xlsx(Box::new(XlsxRows::new(workbook, sheet, &self.path)?))
            }
            (Content::Xls(range), _) => Rows::Xls(XlsRows::new(range)),
            (Content::OnDisk, None) => Rows::Parquet(ParquetRows::new(&self.path)?),
            (Content::OnDisk, Some(text)) => match self.format {
                Format::Html => Rows::Html(HtmlRows::new(text)),
                Format::JsonLines => Rows::Json(JsonRows::new(text, &self.headers)),
                _ => Rows::Text(Splitter::new(text, self.delimiter.unwrap_or(b','))),
            },
        })
    }

    /// Opens a workbook and picks its sheet.
    fn open_content(&mut self, options: &ReadOptions) -> Result<(), IoError> {
        let wanted = options.sheet.as_deref();
        let (content, sheet) = match self.format {
            Format::Xlsx => {
                let (workbook, sheet) = sheet::open_xlsx(open_file(&self.path)?, &self.path, wanted)?;
                (Content::Xlsx(Box::new(workbook)), sheet)
            }
            Format::Xls => {
                let (range, sheet) = sheet::open_xls(open_file(&self.path)?, &self.path, wanted)?;
                (Content::Xls(range), sheet)
            }
            _ => return Ok(()),
        };
        self.content = content;
        self.sheet = Some(sheet);
        Ok(())
    }

    /// The text of the file from its beginning.
    fn text(&self) -> Result<TextReader, IoError> {
        let encoding = self.encoding.unwrap_or(TextEncoding::UTF_8);
        let file = open_file(&self.path)?;
        TextReader::new(file, encoding, self.is_clean).map_err(|source| system(&self.path, "read", source))
    }

    fn find_header(&mut self, wanted: Option<u64>) -> Result<Header, IoError> {
        let path = self.path.clone();
        let mut rows = self.rows()?;
        let grows = rows.ends_rows_early();
        let mut head = Vec::new();
        let mut n_bytes = 0;
        let mut row = Row::default();
        while head.len() < HEAD_ROWS && n_bytes < HEAD_BYTES && rows.next_row(&mut row, &path)? {
            if wanted.is_some_and(|wanted| row.number < wanted) || row.is_blank() {
                continue;
            }
            n_bytes += row.n_bytes();
            head.push(row.clone());
        }
        drop(rows);
        self.row_bytes = n_bytes / head.len().max(1);
        match wanted {
            Some(line) => match header::at(&head, 0, grows) {
                Some(header) if header.row == line => Ok(header),
                _ => Err(IoError::NoHeader { file: path, line }),
            },
            None => header::find(&head, grows).ok_or(IoError::Empty { file: path }),
        }
    }
}

fn system(path: &Path, action: &'static str, source: std::io::Error) -> IoError {
    IoError::System {
        file: path.to_owned(),
        action,
        source,
    }
}

fn open_file(path: &Path) -> Result<File, IoError> {
    let metadata = std::fs::metadata(path).map_err(|source| system(path, "open", source))?;
    if !metadata.is_file() {
        return Err(IoError::NotAFile { file: path.to_owned() });
    }
    File::open(path).map_err(|source| system(path, "open", source))
}

/// The beginning of the file as UTF-8, at most [`HEAD_BYTES`].
fn head_text(path: &Path, file: &mut File, encoding: TextEncoding, is_clean: bool) -> Result<Vec<u8>, IoError> {
    let mut text = Vec::new();
    let read = |text: &mut Vec<u8>| {
        file.rewind()?;
        let reader = TextReader::new(file.try_clone()?, encoding, is_clean)?;
        std::io::BufReader::new(reader)
            .take(HEAD_BYTES as u64)
            .read_to_end(text)
    };
    let mut read = read;
    read(&mut text).map_err(|source| system(path, "read", source))?;
    Ok(text)
}

fn check_delimiter(delimiter: u8, path: &Path) -> Result<u8, IoError> {
    if delimiter.is_ascii() && !matches!(delimiter, b'"' | b'\n' | b'\r' | 0) {
        return Ok(delimiter);
    }
    Err(IoError::Delimiter {
        file: path.to_owned(),
        delimiter: char::from(delimiter),
    })
}

/// Names that occur more than once, in order.
fn duplicates(names: &[Arc<str>]) -> Vec<Arc<str>> {
    let mut sorted: Vec<&Arc<str>> = names.iter().filter(|name| !name.is_empty()).collect();
    sorted.sort();
    let mut duplicates: Vec<Arc<str>> = sorted
        .windows(2)
        .filter(|pair| pair[0] == pair[1])
        .map(|pair| pair[0].clone())
        .collect();
    duplicates.dedup();
    duplicates
}
