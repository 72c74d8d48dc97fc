//! Plain tables: columns of text as somebody's file holds them.
//!
//! What stands here is input; it is read once, when fields are made of it, and never changed.

use super::ends::Ends;

/// One column of text, its values end to end. An empty value is no value.
#[derive(Debug, Clone, Default)]
pub struct Column {
    /// The name in the file; may be empty, and decides nothing that the values can decide.
    pub header: String,
    text: String,
    ends: Ends,
}

impl Column {
    /// An empty column.
    pub fn new(header: &str) -> Self {
        Self {
            header: header.to_owned(),
            ..Self::default()
        }
    }

    /// Appends a value.
    pub fn push(&mut self, value: &str) {
        self.text.push_str(value);
        self.ends.push(self.text.len());
    }

    /// Appends the values of another column.
    pub fn append(&mut self, other: &Self) {
        let start = self.text.len();
        self.text.push_str(&other.text);
        other.ends.iter().for_each(|end| self.ends.push(start + end));
    }

    /// The value of a row; rows count from 0.
    pub fn get(&self, row: usize) -> &str {
        &self.text[self.ends.of(row)]
    }

    /// The values, row by row.
    pub fn values(&self) -> impl Iterator<Item = &str> {
        (0..self.len()).map(|row| self.get(row))
    }

    /// Number of values.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is no value.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// One table: columns of the same length.
#[derive(Debug, Clone, Default)]
pub struct Table {
    /// The columns; that of record ids is not among them.
    pub columns: Vec<Column>,
    /// What names each row, or nothing. It is not compared; rows that say the same stand in the order of their ids, so that
    /// where they stand in the file decides nothing.
    pub ids: Column,
}

impl Table {
    /// Number of rows; 0 without a column.
    pub fn n_rows(&self) -> usize {
        self.columns.first().map_or(0, Column::len)
    }

    /// What names a row, if anything does.
    pub(super) fn id(&self, row: usize) -> Option<&str> {
        (row < self.ids.len()).then(|| self.ids.get(row))
    }
}
