//! A table as an Excel workbook, in flat memory; every cell is text, so that no code loses its zeros.

use std::path::{Path, PathBuf};

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Workbook, XlsxError};

use crate::IoError;

/// Rows of a sheet below its header.
const SHEET_ROWS: u32 = 1_048_575;
/// Characters of a cell.
const CELL_CHARS: usize = 32_767;

/// A workbook being written.
pub(super) struct XlsxTable {
    workbook: Workbook,
    name: String,
    headers: Vec<String>,
    path: PathBuf,
    n_sheets: usize,
    /// Rows of the current sheet, the header counted.
    n_rows: u32,
    pub(super) sheet_rows: u32,
}

impl XlsxTable {
    pub(super) fn create(path: &Path, name: &str, headers: &[&str]) -> Result<Self, IoError> {
        let mut table = Self {
            workbook: Workbook::new(),
            name: name.chars().take(25).collect(),
            headers: headers.iter().map(|header| (*header).to_owned()).collect(),
            path: path.to_owned(),
            n_sheets: 0,
            n_rows: 0,
            sheet_rows: SHEET_ROWS,
        };
        // A fixed day, or two runs on the same input would differ.
        let created = ExcelDateTime::from_ymd(2000, 1, 1).map_err(|error| table.error(&error))?;
        table
            .workbook
            .set_properties(&DocProperties::new().set_creation_datetime(&created));
        table.begin_sheet()?;
        Ok(table)
    }

    pub(super) fn row(&mut self, cells: &[Option<&str>]) -> Result<(), IoError> {
        if self.n_rows > self.sheet_rows {
            self.begin_sheet()?;
        }
        self.write(cells).map_err(|error| self.error(&error))
    }

    pub(super) fn finish(mut self) -> Result<(), IoError> {
        let path = self.path.clone();
        self.workbook.save(&path).map_err(|error| self.error(&error))
    }

    fn begin_sheet(&mut self) -> Result<(), IoError> {
        self.n_sheets += 1;
        self.n_rows = 0;
        let name = if self.n_sheets == 1 {
            self.name.clone()
        } else {
            format!("{} {}", self.name, self.n_sheets)
        };
        let sheet = self.workbook.add_worksheet_with_constant_memory();
        let named = sheet.and_then(|sheet| sheet.set_name(name)?.set_freeze_panes(1, 0).map(|_| ()));
        named.map_err(|error| self.error(&error))?;
        let headers = std::mem::take(&mut self.headers);
        let cells: Vec<_> = headers.iter().map(|header| Some(header.as_str())).collect();
        let result = self.write(&cells);
        self.headers = headers;
        result.map_err(|error| self.error(&error))
    }

    fn write(&mut self, cells: &[Option<&str>]) -> Result<(), XlsxError> {
        let sheet = self.workbook.worksheet_from_index(self.n_sheets - 1)?;
        for (column, cell) in cells.iter().enumerate() {
            let Some(cell) = cell.filter(|cell| !cell.is_empty()) else {
                continue;
            };
            let column = u16::try_from(column).map_err(|_| XlsxError::RowColumnLimitError)?;
            if cell.chars().nth(CELL_CHARS).is_none() {
                sheet.write_string(self.n_rows, column, cell)?;
            } else {
                let cut: String = cell.chars().take(CELL_CHARS - 1).chain(['…']).collect();
                sheet.write_string(self.n_rows, column, cut)?;
            }
        }
        self.n_rows += 1;
        Ok(())
    }

    fn error(&self, error: &XlsxError) -> IoError {
        IoError::Unwritable {
            file: self.path.clone(),
            format: "xlsx",
            detail: error.to_string(),
        }
    }
}
