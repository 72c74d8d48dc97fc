//! Cuts text into blocks that end where a row ends, so that blocks can be split into rows side by side.
//!
//! Only quotation marks are looked at: a line end inside them ends no row. Works on the file's own bytes wherever
//! delimiters, quotation marks and line ends are single bytes there.

use std::io::{self, Read};

use memchr::{memchr, memchr_iter, memrchr};

use super::MAX_ROW_BYTES;

/// Text that ends where a row ends.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Block {
    pub(super) bytes: Vec<u8>,
    /// Line of the first byte, from 1.
    pub(super) line: u64,
}

/// The blocks of a text, in order.
pub(super) struct Blocks<R> {
    input: R,
    /// `None` for text in which quotation marks mean nothing: one row a line.
    delimiter: Option<u8>,
    block_bytes: usize,
    line: u64,
    /// Read and not yet given: always begins where a row begins.
    rest: Vec<u8>,
    at_end: bool,
}

/// Which parts of a text stand outside quotation marks.
#[derive(Default)]
struct Quotes {
    /// Where the search goes on.
    position: usize,
    /// Begin of the part outside, or of the part inside, that is not closed yet.
    from: usize,
    is_inside: bool,
    outside: Vec<(usize, usize)>,
}

impl<R: Read> Blocks<R> {
    /// Blocks of about `block_bytes`, longer where a row is.
    pub(super) fn new(input: R, delimiter: Option<u8>, block_bytes: usize) -> Self {
        Self {
            input,
            delimiter,
            block_bytes,
            line: 1,
            rest: Vec::new(),
            at_end: false,
        }
    }

    /// Takes the first `n_bytes` of a block away, up to before `line`, and gives the others again.
    pub(super) fn put_back(&mut self, mut block: Block, n_bytes: usize, line: u64) {
        block.bytes.drain(..n_bytes);
        block.bytes.append(&mut self.rest);
        self.rest = block.bytes;
        self.line = line;
    }

    /// The next block; `None` at the end. A row that is longer than any may be is given as it is, unfinished.
    pub(super) fn next(&mut self) -> io::Result<Option<Block>> {
        let mut bytes = Vec::with_capacity(self.block_bytes + self.rest.len());
        bytes.append(&mut self.rest);
        let mut quotes = Quotes::default();
        loop {
            let wanted = self.block_bytes.max(bytes.len() + self.block_bytes / 4) - bytes.len();
            let n_read = if self.at_end {
                0
            } else {
                Read::by_ref(&mut self.input)
                    .take(wanted as u64)
                    .read_to_end(&mut bytes)?
            };
            self.at_end |= n_read < wanted;
            if bytes.is_empty() {
                return Ok(None);
            }
            quotes.search(&bytes, self.delimiter, self.at_end);
            let end = if self.at_end {
                Some(bytes.len())
            } else {
                quotes
                    .last_row_end(&bytes)
                    .or((bytes.len() > 2 * MAX_ROW_BYTES).then_some(bytes.len()))
            };
            if let Some(end) = end {
                let line = self.line;
                self.line += match self.delimiter {
                    Some(_) => quotes.n_line_ends(&bytes, end),
                    None => memchr_iter(b'\n', &bytes[..end]).count() as u64,
                };
                self.rest.extend_from_slice(&bytes[end..]);
                bytes.truncate(end);
                return Ok(Some(Block { bytes, line }));
            }
        }
    }
}

impl Quotes {
    /// Goes on through a text that has grown since the last time.
    fn search(&mut self, text: &[u8], delimiter: Option<u8>, at_end: bool) {
        let Some(delimiter) = delimiter else {
            self.outside = vec![(0, text.len())];
            return;
        };
        if !self.is_inside && self.outside.last().is_some_and(|last| last.0 == self.from) {
            self.outside.pop();
        }
        while let Some(length) = memchr(b'"', &text[self.position..]) {
            let mark = self.position + length;
            if self.is_inside {
                match text.get(mark + 1) {
                    Some(b'"') => {
                        self.position = mark + 2;
                        continue;
                    }
                    None if !at_end => {
                        self.position = mark;
                        return;
                    }
                    _ => {}
                }
                self.is_inside = false;
                self.from = mark + 1;
            } else if mark == 0 || [delimiter, b'\n', b'\r'].contains(&text[mark - 1]) {
                self.outside.push((self.from, mark));
                self.is_inside = true;
                self.from = mark;
            }
            self.position = mark + 1;
        }
        self.position = text.len();
        if !self.is_inside {
            self.outside.push((self.from, text.len()));
        }
    }

    /// Behind the last line end outside quotation marks: an LF, or where there is none a CR with more text behind it.
    fn last_row_end(&self, text: &[u8]) -> Option<usize> {
        let last = |byte, until: usize| {
            self.outside.iter().rev().find_map(|&(from, to)| {
                let to = to.min(until);
                (from < to)
                    .then(|| memrchr(byte, &text[from..to]))?
                    .map(|at| from + at + 1)
            })
        };
        last(b'\n', text.len()).or_else(|| last(b'\r', text.len() - 1))
    }

    /// Line ends before `end`: LF anywhere, CR LF once, and CR alone outside quotation marks.
    fn n_line_ends(&self, text: &[u8], end: usize) -> u64 {
        let text = &text[..end];
        let mut count = memchr_iter(b'\n', text).count();
        if memchr(b'\r', text).is_some() {
            for &(from, until) in self.outside.iter().filter(|part| part.0 < end) {
                let until = until.min(end);
                let alone = |at: &usize| text.get(from + at + 1) != Some(&b'\n');
                count += memchr_iter(b'\r', &text[from..until]).filter(alone).count();
            }
        }
        count as u64
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::cells::Cells;
    use super::*;

    /// Every row as its line and its cells, cut into blocks of `block_bytes` first.
    fn rows(text: &[u8], block_bytes: usize) -> Vec<(u64, Vec<Vec<u8>>)> {
        let mut blocks = Blocks::new(text, Some(b','), block_bytes);
        let (mut rows, mut bytes) = (Vec::new(), Vec::new());
        while let Some(block) = blocks.next().unwrap() {
            let mut cells = Cells::new(&block.bytes, b',', block.line);
            while let Some((line, _)) = cells.next_row().unwrap() {
                rows.push((
                    line,
                    (0..cells.len()).map(|column| cells.cell(column).to_owned()).collect(),
                ));
            }
            bytes.extend_from_slice(&block.bytes);
        }
        assert_eq!(bytes, text, "every byte stands in one block");
        rows
    }

    proptest! {
        #[test]
        fn cutting_changes_no_row(text in "[ab,\"\n\r]{0,60}", block_bytes in 4_usize..40) {
            let whole = rows(text.as_bytes(), 1000);
            prop_assert_eq!(rows(text.as_bytes(), block_bytes), whole);
        }
    }
}
