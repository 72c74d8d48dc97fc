//! One row on its way from a file into a batch: the text of its cells, end to end.

/// A row; empty cells and missing ones are the same. Reused from row to row, so that reading does not allocate.
#[derive(Debug, Clone, Default)]
pub(crate) struct Row {
    /// Line of a text file on which the row begins, or row of a sheet, from 1.
    pub(crate) number: u64,
    /// A quotation mark was open when the file ended.
    pub(crate) is_unclosed: bool,
    /// The row is a line that its format cannot explain, kept in the first cell.
    pub(crate) is_foreign: bool,
    text: Vec<u8>,
    ends: Vec<usize>,
}

impl Row {
    /// Forgets everything and takes the number of the next row.
    pub(crate) fn begin(&mut self, number: u64) {
        self.number = number;
        self.is_unclosed = false;
        self.is_foreign = false;
        self.text.clear();
        self.ends.clear();
    }

    /// Adds text, in UTF-8, to the cell being read.
    pub(crate) fn push(&mut self, text: &[u8]) {
        self.text.extend_from_slice(text);
    }

    /// Closes the cell being read.
    pub(crate) fn end_cell(&mut self) {
        self.ends.push(self.text.len());
    }

    /// Adds a whole cell.
    pub(crate) fn push_cell(&mut self, text: &str) {
        self.push(text.as_bytes());
        self.end_cell();
    }

    /// Number of cells.
    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    /// Bytes of text, of closed cells and of the one being read.
    pub(crate) fn n_bytes(&self) -> usize {
        self.text.len()
    }

    /// The text of a cell, empty beyond the last.
    pub(crate) fn cell(&self, column: usize) -> &[u8] {
        let Some(&end) = self.ends.get(column) else { return &[] };
        let start = if column == 0 { 0 } else { self.ends[column - 1] };
        &self.text[start..end]
    }

    /// The cells from left to right.
    pub(crate) fn cells(&self) -> impl Iterator<Item = &[u8]> {
        let mut start = 0;
        self.ends.iter().map(move |&end| {
            let cell = &self.text[start..end];
            start = end;
            cell
        })
    }

    /// Whether no cell has anything but white space.
    pub(crate) fn is_blank(&self) -> bool {
        !self.text.iter().any(u8::is_ascii_graphic) && is_blank(&self.text)
    }

    /// The cells as one text, at most about 2,000 bytes, to show the row to people.
    pub(crate) fn excerpt(&self, delimiter: &str) -> String {
        const LIMIT: usize = 2_000;
        let mut text = String::new();
        for (column, cell) in self.cells().enumerate() {
            if column > 0 {
                text.push_str(delimiter);
            }
            text.push_str(&String::from_utf8_lossy(&cell[..cell.len().min(LIMIT)]));
            if text.len() > LIMIT {
                text.push('…');
                break;
            }
        }
        text
    }
}

/// Whether a text is nothing but white space and invisible marks.
pub(crate) fn is_blank(text: &[u8]) -> bool {
    String::from_utf8_lossy(text).chars().all(is_space)
}

/// A text without the white space and invisible marks around it.
pub(crate) fn trim(text: &str) -> &str {
    text.trim_matches(is_space)
}

fn is_space(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}')
}
