//! Rows of an HTML table, which some ERP systems export under the name `.xls`.
//!
//! A tokenizer for `table`, `tr`, `td` and `th` and nothing else; all tables of the page are read as one.
//! A cell that spans columns or rows stands in the first of its places; the others are empty.

use std::io::{self, BufRead, BufReader, Read};

use super::row::Row;
use super::split::SplitError;
use super::{MAX_COLUMNS, MAX_ROW_BYTES};

/// What of a tag is kept, to find its name and spans.
const TAG_BYTES: usize = 4096;

/// Rows of the tables of a page.
pub(crate) struct HtmlRows<R> {
    input: BufReader<R>,
    /// Rows begun so far.
    number: u64,
    /// For each column, how many further rows a cell above covers.
    covered: Vec<usize>,
    /// Text of the cell being read; `None` outside cells.
    cell: Option<Vec<u8>>,
    /// Columns and rows that the cell being read spans.
    span: (usize, usize),
    /// A row has begun whose first tag is read.
    is_in_row: bool,
}

impl<R: Read> HtmlRows<R> {
    /// The rows of the page read from `input`, in UTF-8.
    pub(crate) fn new(input: R) -> Self {
        let input = BufReader::with_capacity(1 << 16, input);
        Self {
            input,
            number: 0,
            covered: Vec::new(),
            cell: None,
            span: (1, 1),
            is_in_row: false,
        }
    }

    /// Reads the next row; `false` at the end of the page.
    pub(crate) fn next_row(&mut self, row: &mut Row) -> Result<bool, SplitError> {
        row.begin(self.number);
        let mut text = Vec::new();
        let mut tag = Vec::new();
        loop {
            text.clear();
            let at_end = !read_until(&mut self.input, b'<', &mut text, MAX_ROW_BYTES).map_err(SplitError::System)?;
            if let Some(cell) = &mut self.cell {
                cell.extend_from_slice(&text);
                if cell.len() + row.n_bytes() > MAX_ROW_BYTES {
                    return Err(too_long(row));
                }
            }
            if at_end {
                self.end_cell(row)?;
                return Ok(self.end_row(row));
            }
            self.read_tag(&mut tag).map_err(SplitError::System)?;
            let name = tag_name(&tag);
            match name.as_slice() {
                b"tr" => {
                    self.end_cell(row)?;
                    let is_full = self.end_row(row);
                    self.number += 1;
                    self.is_in_row = true;
                    if is_full {
                        return Ok(true);
                    }
                    row.begin(self.number);
                }
                b"td" | b"th" => {
                    self.end_cell(row)?;
                    self.cell = Some(Vec::new());
                    self.span = (
                        attribute(&tag, "colspan", MAX_COLUMNS),
                        attribute(&tag, "rowspan", 65_536),
                    );
                }
                b"/td" | b"/th" => self.end_cell(row)?,
                b"/tr" | b"/table" => {
                    self.end_cell(row)?;
                    if self.end_row(row) {
                        return Ok(true);
                    }
                }
                b"br" | b"br/" | b"p" | b"div" | b"/p" | b"/div" => {
                    if let Some(cell) = &mut self.cell {
                        cell.push(b' ');
                    }
                }
                b"script" | b"style" => self.skip_past(if name == b"script" { b"</script" } else { b"</style" })?,
                _ => {}
            }
        }
    }

    /// Closes the cell being read, if there is one, and puts it into its columns.
    fn end_cell(&mut self, row: &mut Row) -> Result<(), SplitError> {
        let Some(cell) = self.cell.take() else { return Ok(()) };
        self.pass_covered(row);
        let (columns, rows) = self.span;
        if row.len() + columns > MAX_COLUMNS {
            return Err(too_long(row));
        }
        let start = row.len();
        row.push_cell(&plain_text(&String::from_utf8_lossy(&cell)));
        for _ in 1..columns {
            row.end_cell();
        }
        if rows > 1 {
            self.covered.resize(self.covered.len().max(start + columns), 0);
            self.covered[start..start + columns].fill(rows - 1);
        }
        Ok(())
    }

    /// Leaves the places empty that cells of rows above cover.
    fn pass_covered(&mut self, row: &mut Row) {
        while let Some(rows) = self.covered.get_mut(row.len()).filter(|rows| **rows > 0) {
            *rows -= 1;
            row.end_cell();
        }
    }

    /// Closes the row being read; whether it has a cell.
    fn end_row(&mut self, row: &mut Row) -> bool {
        if !std::mem::take(&mut self.is_in_row) && row.len() == 0 {
            return false;
        }
        for rows in self.covered.iter_mut().skip(row.len()) {
            *rows = rows.saturating_sub(1);
        }
        row.len() > 0
    }

    /// Reads a tag whose `<` is read, up to behind its `>`; of a comment nothing is kept.
    fn read_tag(&mut self, tag: &mut Vec<u8>) -> io::Result<()> {
        tag.clear();
        let mut quote = None;
        loop {
            let available = self.input.fill_buf()?;
            if available.is_empty() {
                return Ok(());
            }
            for (position, &byte) in available.iter().enumerate() {
                match quote {
                    None if tag.starts_with(b"!--") => {
                        if tag.ends_with(b"--") && byte == b'>' && tag.len() > 4 {
                            tag.clear();
                            self.input.consume(position + 1);
                            return Ok(());
                        }
                        if tag.len() > 64 {
                            tag.drain(3..tag.len() - 2);
                        }
                    }
                    None if byte == b'>' => {
                        self.input.consume(position + 1);
                        return Ok(());
                    }
                    None if (byte == b'"' || byte == b'\'') && tag.last() == Some(&b'=') => quote = Some(byte),
                    Some(open) if byte == open => quote = None,
                    _ => {}
                }
                if tag.len() < TAG_BYTES {
                    tag.push(byte);
                }
            }
            let n_bytes = available.len();
            self.input.consume(n_bytes);
        }
    }

    /// Skips past a closing tag's name, in lower case.
    fn skip_past(&mut self, end: &[u8]) -> Result<(), SplitError> {
        let mut tail = Vec::new();
        for byte in self.input.by_ref().bytes() {
            let byte = byte.map_err(SplitError::System)?;
            if tail.len() == end.len() {
                tail.remove(0);
            }
            tail.push(byte.to_ascii_lowercase());
            if tail == end {
                break;
            }
        }
        Ok(())
    }
}

fn too_long(row: &Row) -> SplitError {
    SplitError::TooLong {
        line: row.number,
        column: row.len() as u64 + 1,
    }
}

/// Reads up to behind `end` and keeps what is before it, at most `limit` bytes and a buffer; `false` if the input ended.
fn read_until(input: &mut impl BufRead, end: u8, text: &mut Vec<u8>, limit: usize) -> io::Result<bool> {
    loop {
        let available = input.fill_buf()?;
        if available.is_empty() {
            return Ok(false);
        }
        let found = memchr::memchr(end, available);
        let n_bytes = found.unwrap_or(available.len());
        if text.len() <= limit {
            text.extend_from_slice(&available[..n_bytes]);
        }
        input.consume(n_bytes + usize::from(found.is_some()));
        if found.is_some() {
            return Ok(true);
        }
    }
}

/// The tag's name in lower case, with the `/` of a closing tag.
fn tag_name(tag: &[u8]) -> Vec<u8> {
    let length = tag.iter().position(u8::is_ascii_whitespace).unwrap_or(tag.len());
    tag[..length].to_ascii_lowercase()
}

/// A number in an attribute, from 1 to `most`; 1 if there is none.
fn attribute(tag: &[u8], name: &str, most: usize) -> usize {
    let tag = String::from_utf8_lossy(tag).to_lowercase();
    let value = tag
        .find(name)
        .map(|start| &tag[start + name.len()..])
        .unwrap_or_default();
    let value = value.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '=' | '"' | '\''));
    let end = value.find(|c: char| !c.is_ascii_digit()).unwrap_or(value.len());
    value[..end].parse().unwrap_or(1).clamp(1, most)
}

/// Text as a browser shows it: character references resolved, runs of white space one space, none at the ends.
fn plain_text(markup: &str) -> String {
    let mut text = String::with_capacity(markup.len());
    for word in markup.split_ascii_whitespace() {
        if !text.is_empty() {
            text.push(' ');
        }
        let mut rest = word;
        while let Some(start) = rest.find('&') {
            text.push_str(&rest[..start]);
            rest = &rest[start..];
            let reference = rest.find(';').and_then(|end| Some((reference(&rest[1..end])?, end)));
            let (c, length) = reference.map_or(('&', 1), |(c, end)| (c, end + 1));
            text.push(c);
            rest = &rest[length..];
        }
        text.push_str(rest);
    }
    text
}

/// The character that `amp`, `#20013` or `#x4e2d` stands for.
fn reference(name: &str) -> Option<char> {
    let code = match name {
        "amp" => return Some('&'),
        "lt" => return Some('<'),
        "gt" => return Some('>'),
        "quot" => return Some('"'),
        "apos" => return Some('\''),
        "nbsp" => return Some('\u{a0}'),
        _ => name.strip_prefix('#')?,
    };
    let code = match code.strip_prefix(['x', 'X']) {
        Some(hexadecimal) => u32::from_str_radix(hexadecimal, 16),
        None => code.parse(),
    };
    char::from_u32(code.ok()?)
}
