//! Splits rows off a block of text that lies in memory, without copying cells: the hot path of judging large files.
//!
//! Cuts as [`super::split::Splitter`] does, cell for cell and line for line; a test holds this.

use std::ops::Range;

use memchr::{memchr, memchr_iter, memchr3};
use wide::u8x16;

use super::row::Row;
use super::split::SplitError;
use super::{MAX_COLUMNS, MAX_ROW_BYTES};

/// Bytes that are searched at once.
const WINDOW: usize = 64;

/// Where the text of a cell lies.
#[derive(Debug, Clone, Copy)]
struct Cell {
    start: u32,
    end: u32,
    /// In the scratch text, because it does not stand in the block in one piece.
    is_copied: bool,
}

/// The rows of a block that ends where a row ends. One row at a time is split; its cells are overwritten by the next.
pub(super) struct Cells<'t> {
    text: &'t [u8],
    delimiter: u8,
    position: usize,
    /// Line of the next byte.
    line: u64,
    places: Vec<Cell>,
    scratch: Vec<u8>,
    is_unclosed: bool,
    /// Cells of a row that are looked at; the others may be passed over.
    n_wanted: usize,
    /// Where the row begins, and on which line.
    start: (usize, u64),
    /// Delimiters and line ends in the window searched last.
    window: Window,
}

/// A part of the text that begins at a multiple of its length.
#[derive(Clone, Copy)]
struct Window {
    start: usize,
    /// One bit a byte, the first byte's the lowest: whether an unquoted cell ends there.
    ends: u64,
}

impl<'t> Cells<'t> {
    /// At the beginning of `text`, less than 4 GiB, whose first line has the number `line`.
    pub(super) fn new(text: &'t [u8], delimiter: u8, line: u64) -> Self {
        Self {
            text,
            delimiter,
            position: 0,
            line,
            places: Vec::new(),
            scratch: Vec::new(),
            is_unclosed: false,
            n_wanted: usize::MAX,
            start: (0, line),
            window: Window {
                start: usize::MAX,
                ends: 0,
            },
        }
    }

    /// Of each row only the first cells, at least as many as `n_wanted` where it has them.
    pub(super) fn first(mut self, n_wanted: usize) -> Self {
        self.n_wanted = n_wanted.max(1);
        self
    }

    /// Splits the row again, all of it.
    pub(super) fn whole_row(&mut self) -> Result<(), SplitError> {
        (self.position, self.line) = self.start;
        let n_wanted = std::mem::replace(&mut self.n_wanted, usize::MAX);
        let split = self.next_row();
        self.n_wanted = n_wanted;
        split.map(|_| ())
    }

    /// Splits the next row: its line, and its bytes with its line end. `None` at the end. Empty lines are no rows.
    pub(super) fn next_row(&mut self) -> Result<Option<(u64, Range<usize>)>, SplitError> {
        while let Some(&byte) = self.text.get(self.position)
            && matches!(byte, b'\n' | b'\r')
        {
            self.end_line(byte);
        }
        if self.position == self.text.len() {
            return Ok(None);
        }
        let (start, number) = (self.position, self.line);
        self.start = (start, number);
        self.places.clear();
        self.scratch.clear();
        self.is_unclosed = false;
        loop {
            if self.text.get(self.position) == Some(&b'"') {
                self.quoted();
            } else if self.places.len() >= self.n_wanted
                && let Some(end) = self.plain_row_end()
            {
                self.position = end;
            } else {
                let end = self.unquoted_end();
                self.push(self.position, end, false);
                self.position = end;
            }
            if self.places.len() > MAX_COLUMNS || self.position - start > MAX_ROW_BYTES {
                return Err(SplitError::TooLong {
                    line: number,
                    column: self.places.len() as u64,
                });
            }
            match self.text.get(self.position) {
                Some(&byte) if byte == self.delimiter => self.position += 1,
                Some(&byte) => {
                    self.end_line(byte);
                    break;
                }
                None => break,
            }
        }
        Ok(Some((number, start..self.position)))
    }

    /// Number of cells of the row.
    pub(super) fn len(&self) -> usize {
        self.places.len()
    }

    /// Whether a quotation mark of the row is never closed.
    pub(super) fn is_unclosed(&self) -> bool {
        self.is_unclosed
    }

    /// The text of a cell of the row, empty beyond the last.
    pub(super) fn cell(&self, column: usize) -> &[u8] {
        let Some(cell) = self.places.get(column) else {
            return &[];
        };
        let text: &[u8] = if cell.is_copied { &self.scratch } else { self.text };
        &text[cell.start as usize..cell.end as usize]
    }

    /// Line of the next byte.
    pub(super) fn line(&self) -> u64 {
        self.line
    }

    /// The row with its cells copied.
    pub(super) fn copy_to(&self, row: &mut Row, number: u64) {
        row.begin(number);
        row.is_unclosed = self.is_unclosed;
        for column in 0..self.len() {
            row.push(self.cell(column));
            row.end_cell();
        }
    }

    /// Where the unquoted text that begins here ends.
    fn unquoted_end(&mut self) -> usize {
        let mut position = self.position;
        while position < self.text.len() {
            let start = position - position % WINDOW;
            if self.window.start != start {
                self.window = Window {
                    start,
                    ends: self.ends_from(start),
                };
            }
            let ends = self.window.ends >> (position - start);
            if ends != 0 {
                position += ends.trailing_zeros() as usize;
                break;
            }
            position = start + WINDOW;
        }
        position.min(self.text.len())
    }

    /// Which bytes of the window at `start` are delimiters or line ends.
    fn ends_from(&self, start: usize) -> u64 {
        let rest = &self.text[start..];
        let mut padded = [0; WINDOW];
        let window = rest.first_chunk().unwrap_or_else(|| {
            padded[..rest.len()].copy_from_slice(rest);
            &padded
        });
        let (parts, _) = window.as_chunks();
        let marks = [self.delimiter, b'\n', b'\r'].map(u8x16::splat);
        let ends = |part: &[u8; 16]| {
            let part = u8x16::new(*part);
            let [delimiters, feeds, returns] = marks.map(|mark| part.simd_eq(mark));
            u64::from((delimiters | feeds | returns).to_bitmask())
        };
        parts.iter().rev().fold(0, |bits, part| bits << 16 | ends(part))
    }

    /// Where the row ends, if no quotation mark stands before.
    fn plain_row_end(&self) -> Option<usize> {
        let rest = &self.text[self.position..];
        match memchr3(b'"', b'\n', b'\r', rest) {
            Some(end) if rest[end] == b'"' => None,
            Some(end) => Some(self.position + end),
            None => Some(self.text.len()),
        }
    }

    /// Reads a cell that begins with a quotation mark.
    fn quoted(&mut self) {
        let mut start = self.position + 1;
        let copied = self.scratch.len();
        let end = loop {
            let from = self.position + 1;
            let Some(length) = memchr(b'"', &self.text[from..]) else {
                self.is_unclosed = true;
                self.count_lines(from, self.text.len());
                self.position = self.text.len();
                break self.position;
            };
            let mark = from + length;
            self.count_lines(from, mark);
            self.position = mark + 1;
            if self.text.get(mark + 1) != Some(&b'"') {
                break mark;
            }
            // An escaped mark: what stands before it is copied with it, and the cell goes on behind.
            self.scratch.extend_from_slice(&self.text[start..=mark]);
            start = mark + 2;
        };
        let tail = if self.is_unclosed {
            self.position
        } else {
            self.unquoted_end()
        };
        if self.scratch.len() == copied && tail == self.position {
            self.push(start, end, false);
        } else {
            self.scratch.extend_from_slice(&self.text[start..end]);
            self.scratch.extend_from_slice(&self.text[self.position..tail]);
            self.push(copied, self.scratch.len(), true);
        }
        self.position = tail;
    }

    fn count_lines(&mut self, from: usize, until: usize) {
        self.line += memchr_iter(b'\n', &self.text[from..until]).count() as u64;
    }

    fn push(&mut self, start: usize, end: usize, is_copied: bool) {
        self.places.push(Cell {
            start: start as u32,
            end: end as u32,
            is_copied,
        });
    }

    fn end_line(&mut self, byte: u8) {
        self.position += 1;
        self.line += 1;
        if byte == b'\r' && self.text.get(self.position) == Some(&b'\n') {
            self.position += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::split::Splitter;
    use super::*;

    /// Every row as its line and its cells.
    fn rows(text: &[u8]) -> Vec<(u64, bool, Vec<Vec<u8>>)> {
        let mut cells = Cells::new(text, b',', 1);
        let mut rows = Vec::new();
        while let Some((line, _)) = cells.next_row().unwrap() {
            let row = (0..cells.len()).map(|column| cells.cell(column).to_owned()).collect();
            rows.push((line, cells.is_unclosed(), row));
        }
        rows
    }

    proptest! {
        #[test]
        fn the_first_cells_are_those_of_the_whole_row(text in "[a,\"\n\r]{0,200}", n_wanted in 0_usize..4) {
            let mut whole = Cells::new(text.as_bytes(), b',', 1);
            let mut first = Cells::new(text.as_bytes(), b',', 1).first(n_wanted);
            loop {
                let row = whole.next_row().unwrap();
                prop_assert_eq!(&first.next_row().unwrap(), &row);
                if row.is_none() {
                    break;
                }
                prop_assert!((0..n_wanted).all(|column| first.cell(column) == whole.cell(column)));
                first.whole_row().unwrap();
                prop_assert_eq!(first.len(), whole.len());
            }
        }

        #[test]
        fn as_the_splitter_cuts(text in "[a甲,\"\n\r]{0,200}") {
            let mut splitter = Splitter::new(text.as_bytes(), b',');
            let mut row = Row::default();
            let mut expected = Vec::new();
            while splitter.next_row(&mut row).unwrap() {
                expected.push((row.number, row.is_unclosed, row.cells().map(<[u8]>::to_owned).collect::<Vec<_>>()));
            }
            prop_assert_eq!(rows(text.as_bytes()), expected);
        }
    }
}
