//! Rows of a JSON lines file: one object a line, its members the cells.
//!
//! Read line by line rather than as a table, so that memory stays flat and a line that is no object costs its row,
//! not the file. Numbers and Booleans become their text, arrays and objects their JSON.

use std::collections::BTreeMap;
use std::fmt;
use std::io::{BufRead, BufReader, Read};
use std::sync::Arc;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::{Map, Value};

use super::number::number_text;
use super::row::{Row, is_blank};
use super::split::SplitError;
use super::{MAX_COLUMNS, MAX_ROW_BYTES};

/// The lines of a file that are not blank.
struct Lines<R> {
    input: BufReader<R>,
    line: Vec<u8>,
    number: u64,
}

impl<R: Read> Lines<R> {
    fn new(input: R) -> Self {
        Self {
            input: BufReader::with_capacity(1 << 16, input),
            line: Vec::new(),
            number: 0,
        }
    }

    fn next(&mut self) -> Result<bool, SplitError> {
        loop {
            self.line.clear();
            let mut bounded = self.input.by_ref().take(MAX_ROW_BYTES as u64 + 1);
            if bounded.read_until(b'\n', &mut self.line).map_err(SplitError::System)? == 0 {
                return Ok(false);
            }
            self.number += 1;
            if self.line.len() > MAX_ROW_BYTES {
                return Err(SplitError::TooLong {
                    line: self.number,
                    column: 1,
                });
            }
            while self.line.last().is_some_and(u8::is_ascii_whitespace) {
                self.line.pop();
            }
            if !is_blank(&self.line) {
                return Ok(true);
            }
        }
    }
}

/// The names of all members of all objects, in the order of their first occurrence. Reads the whole input.
pub(crate) fn names(input: impl Read) -> Result<Vec<Arc<str>>, SplitError> {
    let mut lines = Lines::new(input);
    let mut names: Vec<Arc<str>> = Vec::new();
    let mut known = std::collections::BTreeSet::<Arc<str>>::new();
    while lines.next()? {
        for name in serde_json::from_slice::<Names>(&lines.line).map_or_else(|_| Vec::new(), |names| names.0) {
            if !known.contains(&*name) {
                let name: Arc<str> = name.into();
                known.insert(name.clone());
                names.push(name);
            }
        }
        if names.len() > MAX_COLUMNS {
            return Err(SplitError::TooLong {
                line: lines.number,
                column: names.len() as u64,
            });
        }
    }
    Ok(names)
}

/// The names of an object's members.
struct Names(Vec<String>);

impl<'de> Deserialize<'de> for Names {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct NamesVisitor;

        impl<'de> Visitor<'de> for NamesVisitor {
            type Value = Names;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Names, A::Error> {
                let mut names = Vec::new();
                while let Some((name, IgnoredAny)) = map.next_entry()? {
                    names.push(name);
                }
                Ok(Names(names))
            }
        }

        deserializer.deserialize_map(NamesVisitor)
    }
}

/// Rows of a JSON lines file.
pub(crate) struct JsonRows<R> {
    lines: Lines<R>,
    columns: BTreeMap<Arc<str>, usize>,
    cells: Vec<String>,
}

impl<R: Read> JsonRows<R> {
    /// The rows, one cell for each of the names.
    pub(crate) fn new(input: R, names: &[Arc<str>]) -> Self {
        let columns = names
            .iter()
            .cloned()
            .enumerate()
            .map(|(column, name)| (name, column))
            .collect();
        Self {
            lines: Lines::new(input),
            columns,
            cells: vec![String::new(); names.len()],
        }
    }

    /// Reads the next row; `false` at the end. A line that is no object is kept as it is in the first cell.
    pub(crate) fn next_row(&mut self, row: &mut Row) -> Result<bool, SplitError> {
        if !self.lines.next()? {
            return Ok(false);
        }
        row.begin(self.lines.number);
        let Ok(object) = serde_json::from_slice::<Map<String, Value>>(&self.lines.line) else {
            row.is_foreign = true;
            row.push_cell(&String::from_utf8_lossy(&self.lines.line));
            return Ok(true);
        };
        self.cells.iter_mut().for_each(String::clear);
        for (name, value) in object {
            if let Some(&column) = self.columns.get(&*name) {
                self.cells[column] = value_text(value);
            }
        }
        for cell in &self.cells {
            row.push_cell(cell);
        }
        Ok(true)
    }
}

fn value_text(value: Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text,
        Value::Number(number) if number.is_f64() => number.as_f64().map(number_text).unwrap_or_default(),
        value => value.to_string(),
    }
}
