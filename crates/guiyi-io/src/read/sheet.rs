//! Rows of Excel workbooks: .xlsx cell by cell in flat memory, .xls from memory.
//!
//! Dates become ISO 8601, whole numbers lose their `.0`, Booleans become `true` and `false`; an error value such as
//! `#N/A` stays as its text.

use std::fs::File;
use std::io::BufReader;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use calamine::{Data, DataRef, ExcelDateTime, Range, Reader as _, Xls, Xlsx, XlsxCellReader};

use super::number::number_text;
use super::row::Row;
use super::{MAX_COLUMNS, MAX_ROW_BYTES};
use crate::IoError;

/// An open .xlsx file.
pub(crate) type Workbook = Xlsx<BufReader<File>>;

const BROKEN: &str = "open it in Excel and save it again as .xlsx; if Excel refuses, export it again";

/// Opens an .xlsx file and picks the sheet: the one wanted, or the first that has a value.
pub(crate) fn open_xlsx(file: File, path: &Path, wanted: Option<&str>) -> Result<(Workbook, String), IoError> {
    let mut workbook: Workbook = guard("xlsx", path, || Xlsx::new(BufReader::new(file)))?;
    let names = workbook.sheet_names();
    let mut has_value = |name: &&String| {
        let first = || {
            workbook
                .worksheet_cells_reader(name)?
                .next_cell()
                .map(|cell| cell.is_some())
        };
        guard("xlsx", path, first).unwrap_or(false)
    };
    let first = if wanted.is_none() {
        names.iter().find(&mut has_value).cloned()
    } else {
        None
    };
    let sheet = first.map_or_else(|| pick(&names, wanted, path), Ok)?;
    Ok((workbook, sheet))
}

/// Reads the sheet of an .xls file, which has at most 65,536 rows, into memory.
pub(crate) fn open_xls(file: File, path: &Path, wanted: Option<&str>) -> Result<(Range<Data>, String), IoError> {
    let mut workbook: Xls<_> = guard("xls", path, || Xls::new(BufReader::new(file)))?;
    let names = workbook.sheet_names();
    let sheet = pick(&names, wanted, path)?;
    let range = guard("xls", path, || workbook.worksheet_range(&sheet))?;
    Ok((range, sheet))
}

fn pick(names: &[String], wanted: Option<&str>, path: &Path) -> Result<String, IoError> {
    let found = match wanted {
        Some(wanted) => names.iter().find(|name| *name == wanted),
        None => names.first(),
    };
    found.cloned().ok_or_else(|| match wanted {
        Some(sheet) => IoError::NoSheet {
            file: path.to_owned(),
            sheet: sheet.to_owned(),
            available: names.join(", "),
        },
        None => IoError::Empty { file: path.to_owned() },
    })
}

/// Runs the workbook reader, which panics on some damaged files, and words its errors.
fn guard<T, E: std::fmt::Display>(
    format: &'static str,
    path: &Path,
    read: impl FnOnce() -> Result<T, E>,
) -> Result<T, IoError> {
    let detail = match catch_unwind(AssertUnwindSafe(read)) {
        Ok(Ok(value)) => return Ok(value),
        Ok(Err(error)) => error.to_string(),
        Err(_) => "damaged".to_owned(),
    };
    let is_locked = detail.contains("password");
    let hint = Some(if is_locked {
        "take the password off and save it again"
    } else {
        BROKEN
    });
    Err(IoError::Malformed {
        file: path.to_owned(),
        format,
        detail,
        hint,
    })
}

/// Rows of an .xlsx sheet.
pub(crate) struct XlsxRows<'a> {
    cells: XlsxCellReader<'a, BufReader<File>>,
    /// The first cell of the next row: row and column from 0, text.
    pending: Option<(u32, u32, String)>,
    /// The last cell is read; asking for another one would be an error.
    is_done: bool,
}

impl<'a> XlsxRows<'a> {
    /// The rows of a sheet.
    pub(crate) fn new(workbook: &'a mut Workbook, sheet: &str, path: &Path) -> Result<Self, IoError> {
        let cells = guard("xlsx", path, || workbook.worksheet_cells_reader(sheet))?;
        Ok(Self {
            cells,
            pending: None,
            is_done: false,
        })
    }

    /// Reads the next row that has a value; `false` at the end.
    pub(crate) fn next_row(&mut self, row: &mut Row, path: &Path) -> Result<bool, IoError> {
        let first = match self.pending.take() {
            Some(cell) => Some(cell),
            None => self.next_cell(path)?,
        };
        let Some((number, column, text)) = first else {
            return Ok(false);
        };
        row.begin(u64::from(number) + 1);
        put(row, column, &text, path)?;
        while let Some((next, column, text)) = self.next_cell(path)? {
            if next != number {
                self.pending = Some((next, column, text));
                break;
            }
            put(row, column, &text, path)?;
        }
        Ok(true)
    }

    fn next_cell(&mut self, path: &Path) -> Result<Option<(u32, u32, String)>, IoError> {
        while !self.is_done {
            let Some(cell) = guard("xlsx", path, || self.cells.next_cell())? else {
                self.is_done = true;
                break;
            };
            let (row, column) = cell.get_position();
            let text = match cell.get_value() {
                DataRef::SharedString(text) => (*text).to_owned(),
                value => data_text(&Data::from(value.clone())),
            };
            if !text.is_empty() {
                return Ok(Some((row, column, text)));
            }
        }
        Ok(None)
    }
}

/// Puts a cell into its column, empty ones before it.
fn put(row: &mut Row, column: u32, text: &str, path: &Path) -> Result<(), IoError> {
    let column = column as usize;
    if column < row.len() {
        let detail = format!("the cells of row {} are out of order", row.number);
        return Err(IoError::Malformed {
            file: path.to_owned(),
            format: "xlsx",
            detail,
            hint: Some(BROKEN),
        });
    }
    if column >= MAX_COLUMNS || row.n_bytes() + text.len() > MAX_ROW_BYTES {
        return Err(IoError::RowTooLong {
            file: path.to_owned(),
            line: row.number,
            column: column as u64 + 1,
        });
    }
    while row.len() < column {
        row.end_cell();
    }
    row.push_cell(text);
    Ok(())
}

/// Rows of an .xls sheet.
pub(crate) struct XlsRows<'a> {
    range: &'a Range<Data>,
    next: usize,
}

impl<'a> XlsRows<'a> {
    /// The rows of a range.
    pub(crate) fn new(range: &'a Range<Data>) -> Self {
        Self { range, next: 0 }
    }

    /// Reads the next row; `false` at the end.
    pub(crate) fn next_row(&mut self, row: &mut Row) -> bool {
        let Some((first_row, first_column)) = self.range.start() else {
            return false;
        };
        if self.next >= self.range.height() {
            return false;
        }
        row.begin(u64::from(first_row) + self.next as u64 + 1);
        for _ in 0..first_column {
            row.end_cell();
        }
        for cell in &self.range[self.next] {
            row.push_cell(&data_text(cell));
        }
        self.next += 1;
        true
    }
}

fn data_text(value: &Data) -> String {
    match value {
        Data::Empty => String::new(),
        Data::String(text) | Data::DateTimeIso(text) | Data::DurationIso(text) => text.clone(),
        Data::Int(number) => number.to_string(),
        Data::Float(number) => number_text(*number),
        Data::Bool(value) => value.to_string(),
        Data::DateTime(value) => date_text(value),
        Data::Error(error) => error.to_string(),
    }
}

/// `2024-02-29`, `2024-02-29 08:30:00`, or `08:30:00` for a time without a day and for a duration.
fn date_text(value: &ExcelDateTime) -> String {
    let serial = value.as_f64();
    if value.is_duration() || (0.0..1.0).contains(&serial) {
        let seconds = (serial * 86_400.0).round().max(0.0) as u64;
        return format!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
    }
    // Numbers that are no day stay numbers, not the first or last day of the calendar.
    if !(1.0..2_958_466.0).contains(&serial) {
        return number_text(serial);
    }
    let (year, month, day, hour, minute, second, _) = value.to_ymd_hms_milli();
    let date = format!("{year:04}-{month:02}-{day:02}");
    if (hour, minute, second) == (0, 0, 0) {
        date
    } else {
        format!("{date} {hour:02}:{minute:02}:{second:02}")
    }
}
