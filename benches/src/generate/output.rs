//! Where rows go: a CSV file in the encoding asked for, or a spreadsheet with real numbers and dates in part of its cells.
//!
//! Both stream: no row is held after it is written.

use super::date::Date;
use super::rng::{Rng, Stream};
use super::{Encoding, Error};
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, XlsxError};
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

/// Rows of a sheet, header included.
const SHEET_ROWS: u32 = 1_048_576;

/// An open table.
pub(crate) enum Table {
    Csv(Box<csv::Writer<Transcoder>>),
    Xlsx(Box<Sheet>),
}

impl Table {
    /// A CSV file with the line ends of a Windows program; rows may differ in length.
    pub(crate) fn csv(path: &Path, encoding: Encoding) -> Result<Self, Error> {
        let writer = Transcoder {
            file: BufWriter::with_capacity(1 << 16, File::create(path)?),
            encoding,
            pending: Vec::new(),
        };
        let writer = csv::WriterBuilder::new()
            .flexible(true)
            .terminator(csv::Terminator::CRLF)
            .buffer_capacity(1 << 16)
            .from_writer(writer);
        Ok(Self::Csv(Box::new(writer)))
    }

    /// A workbook with one sheet; `numbers` are the columns that hold numbers, `dates` those that hold dates.
    pub(crate) fn xlsx(
        path: &Path,
        seed: u64,
        numbers: &'static [usize],
        dates: &'static [usize],
    ) -> Result<Self, Error> {
        let mut workbook = Workbook::new();
        // A fixed date: the same seed gives the same bytes.
        workbook.set_properties(&DocProperties::new().set_creation_datetime(&ExcelDateTime::from_ymd(2026, 1, 1)?));
        workbook.add_worksheet_with_constant_memory()?.set_name("客户")?;
        Ok(Self::Xlsx(Box::new(Sheet {
            workbook,
            path: path.to_owned(),
            next_row: 0,
            seed,
            numbers,
            dates,
            header: Format::new().set_bold(),
            date: Format::new().set_num_format("yyyy-mm-dd"),
        })))
    }

    /// Writes the header.
    pub(crate) fn header(&mut self, columns: &[&str]) -> Result<(), Error> {
        match self {
            Self::Csv(writer) => writer.write_record(columns)?,
            Self::Xlsx(sheet) => sheet.header(columns)?,
        }
        Ok(())
    }

    /// Writes a row.
    pub(crate) fn row(&mut self, cells: &[String]) -> Result<(), Error> {
        match self {
            Self::Csv(writer) => writer.write_record(cells)?,
            Self::Xlsx(sheet) => sheet.row(cells)?,
        }
        Ok(())
    }

    /// Writes everything out.
    pub(crate) fn finish(self) -> Result<(), Error> {
        match self {
            Self::Csv(writer) => writer
                .into_inner()
                .map_err(|error| io::Error::other(error.to_string()))?
                .file
                .flush()?,
            Self::Xlsx(mut sheet) => sheet.workbook.save(&sheet.path)?,
        }
        Ok(())
    }
}

/// Takes UTF-8 in pieces of any length and writes it in another encoding.
pub(crate) struct Transcoder {
    file: BufWriter<File>,
    encoding: Encoding,
    /// The first bytes of a character whose last ones have not come yet.
    pending: Vec<u8>,
}

impl Write for Transcoder {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.encoding == Encoding::Utf8 {
            self.file.write_all(bytes)?;
            return Ok(bytes.len());
        }
        self.pending.extend_from_slice(bytes);
        let whole = match std::str::from_utf8(&self.pending) {
            Ok(text) => text,
            Err(error) => std::str::from_utf8(&self.pending[..error.valid_up_to()]).unwrap_or_default(),
        };
        let n_whole = whole.len();
        // GB18030 has every character of Unicode, so nothing is replaced.
        let (encoded, _, _) = encoding_rs::GB18030.encode(whole);
        self.file.write_all(&encoded)?;
        self.pending.drain(..n_whole);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// A sheet being written.
pub(crate) struct Sheet {
    workbook: Workbook,
    path: PathBuf,
    next_row: u32,
    seed: u64,
    numbers: &'static [usize],
    dates: &'static [usize],
    header: Format,
    date: Format,
}

impl Sheet {
    fn header(&mut self, columns: &[&str]) -> Result<(), XlsxError> {
        let sheet = self.workbook.worksheet_from_index(0)?;
        for (column, name) in (0..).zip(columns) {
            sheet.write_string_with_format(0, column, *name, &self.header)?;
        }
        self.next_row = 1;
        Ok(())
    }

    /// Cells that read as a number or date become one in most rows; people paste the rest as text.
    fn row(&mut self, cells: &[String]) -> Result<(), Error> {
        if self.next_row >= SHEET_ROWS {
            return Err(Error::SheetFull);
        }
        let mut rng = Rng::new(self.seed, Stream::Excel, u64::from(self.next_row));
        let (typed_number, typed_date) = (rng.chance(0.6), rng.chance(0.6));
        let sheet = self.workbook.worksheet_from_index(0)?;
        for (index, cell) in cells.iter().enumerate() {
            let column = index as u16;
            if cell.is_empty() {
                continue;
            }
            let number = Some(cell)
                .filter(|_| typed_number && self.numbers.contains(&index))
                .and_then(|cell| plain_number(cell));
            let date = Some(cell)
                .filter(|_| typed_date && self.dates.contains(&index))
                .and_then(|cell| iso_date(cell));
            match (number, date) {
                (Some(number), _) => sheet.write_number(self.next_row, column, number)?,
                (None, Some(date)) => {
                    sheet.write_number_with_format(self.next_row, column, date.serial() as f64, &self.date)?
                }
                (None, None) => sheet.write_string(self.next_row, column, cell)?,
            };
        }
        self.next_row += 1;
        Ok(())
    }
}

/// Digits with at most one point, not led by a zero.
fn plain_number(cell: &str) -> Option<f64> {
    let plain = cell.bytes().all(|b| b.is_ascii_digit() || b == b'.') && !cell.starts_with(['0', '.']);
    cell.parse().ok().filter(|_| plain)
}

fn iso_date(cell: &str) -> Option<Date> {
    let mut parts = cell.splitn(3, '-').map(|part| part.parse::<i64>().ok());
    let (year, month, day) = (parts.next()??, parts.next()??, parts.next()??);
    let date = Date::new(year, month, day);
    (date.iso() == cell && year < 2100).then_some(date)
}
