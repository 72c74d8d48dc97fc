//! Splits delimited text into rows: RFC 4180 with the leniency that real exports need.
//!
//! The hot path of reading: three `memchr` searches and one copy. Follows the csv crate cell for cell (a test holds
//! this), but numbers lines, bounds rows, and says when a quotation mark is never closed.

use std::io::{self, Read};

use memchr::{memchr, memchr_iter, memchr3};

use super::row::Row;
use super::{MAX_COLUMNS, MAX_ROW_BYTES};

/// Room for text read and not yet split.
const BUFFER_BYTES: usize = 1 << 18;

/// Why no further row can be split off.
#[derive(Debug)]
pub(crate) enum SplitError {
    /// Reading failed.
    System(io::Error),
    /// The row passes a limit in this cell, from 1.
    TooLong { line: u64, column: u64 },
}

/// Rows of UTF-8 text with cells between delimiters.
pub(crate) struct Splitter<R> {
    input: R,
    delimiter: u8,
    buffer: Box<[u8]>,
    position: usize,
    filled: usize,
    /// Line of the next byte, from 1.
    line: u64,
}

impl<R: Read> Splitter<R> {
    /// A splitter at the first line of `input`.
    pub(crate) fn new(input: R, delimiter: u8) -> Self {
        Self {
            input,
            delimiter,
            buffer: vec![0; BUFFER_BYTES].into_boxed_slice(),
            position: 0,
            filled: 0,
            line: 1,
        }
    }

    /// Reads the next row; `false` at the end. Empty lines are no rows. Lines end in LF, CR LF or CR.
    pub(crate) fn next_row(&mut self, row: &mut Row) -> Result<bool, SplitError> {
        loop {
            match self.peek()? {
                None => return Ok(false),
                Some(byte @ (b'\n' | b'\r')) => self.end_line(byte)?,
                Some(_) => break,
            }
        }
        row.begin(self.line);
        loop {
            if self.peek()? == Some(b'"') {
                self.position += 1;
                self.quoted(row)?;
            }
            match self.unquoted(row)? {
                Some(byte) if byte == self.delimiter => self.position += 1,
                Some(byte) => {
                    self.end_line(byte)?;
                    return Ok(true);
                }
                None => return Ok(true),
            }
        }
    }

    /// Reads up to the delimiter or line end that closes the cell, and returns it unread; `None` at the end.
    fn unquoted(&mut self, row: &mut Row) -> Result<Option<u8>, SplitError> {
        loop {
            let rest = &self.buffer[self.position..self.filled];
            if let Some(length) = memchr3(self.delimiter, b'\n', b'\r', rest) {
                row.push(&rest[..length]);
                self.position += length;
                self.end_cell(row)?;
                return Ok(Some(self.buffer[self.position]));
            }
            row.push(rest);
            self.position = self.filled;
            self.check_length(row)?;
            if !self.fill()? {
                self.end_cell(row)?;
                return Ok(None);
            }
        }
    }

    /// Reads the quoted part of a cell, up to behind its closing quotation mark.
    fn quoted(&mut self, row: &mut Row) -> Result<(), SplitError> {
        loop {
            let rest = &self.buffer[self.position..self.filled];
            let end = memchr(b'"', rest);
            let part = &rest[..end.unwrap_or(rest.len())];
            row.push(part);
            self.line += memchr_iter(b'\n', part).count() as u64;
            self.position += part.len();
            self.check_length(row)?;
            if end.is_none() {
                if self.fill()? {
                    continue;
                }
                row.is_unclosed = true;
                return Ok(());
            }
            self.position += 1;
            if self.peek()? != Some(b'"') {
                return Ok(());
            }
            row.push(b"\"");
            self.position += 1;
        }
    }

    /// Passes a line end.
    fn end_line(&mut self, byte: u8) -> Result<(), SplitError> {
        self.position += 1;
        self.line += 1;
        if byte == b'\r' && self.peek()? == Some(b'\n') {
            self.position += 1;
        }
        Ok(())
    }

    fn end_cell(&self, row: &mut Row) -> Result<(), SplitError> {
        row.end_cell();
        if row.len() > MAX_COLUMNS {
            self.too_long(row)
        } else {
            Ok(())
        }
    }

    fn check_length(&self, row: &Row) -> Result<(), SplitError> {
        if row.n_bytes() > MAX_ROW_BYTES {
            self.too_long(row)
        } else {
            Ok(())
        }
    }

    #[expect(clippy::unused_self, reason = "reads as a refusal of the splitter")]
    fn too_long(&self, row: &Row) -> Result<(), SplitError> {
        Err(SplitError::TooLong {
            line: row.number,
            column: row.len() as u64 + 1,
        })
    }

    /// The next byte, unread.
    fn peek(&mut self) -> Result<Option<u8>, SplitError> {
        if self.position == self.filled && !self.fill()? {
            return Ok(None);
        }
        Ok(Some(self.buffer[self.position]))
    }

    /// Refills the used-up buffer; `false` at the end.
    fn fill(&mut self) -> Result<bool, SplitError> {
        self.position = 0;
        self.filled = loop {
            match self.input.read(&mut self.buffer) {
                Ok(n_bytes) => break n_bytes,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    self.filled = 0;
                    return Err(SplitError::System(error));
                }
            }
        };
        Ok(self.filled > 0)
    }
}
