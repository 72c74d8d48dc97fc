//! Which columns a standardized file has: the received ones, what takes their place, and what is new.

use guiyi_core::dictionary::Dictionary;
use guiyi_core::record::{Batch, Column};
use guiyi_core::rulebook::Source;

use super::Args;

/// Where the cells of a column come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum From {
    /// The file's column at this position, as received.
    Received(usize),
    /// The data element at this position.
    Element(usize),
}

/// The columns of one file written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Columns {
    pub(super) headers: Vec<String>,
    from: Vec<From>,
}

impl Columns {
    /// The columns for a source; `found` are the elements that no column feeds and that values were found for.
    pub(super) fn of(source: &Source, dictionary: &Dictionary, found: &[usize], args: &Args) -> Self {
        let mut columns = Self {
            headers: Vec::new(),
            from: Vec::new(),
        };
        let element = |position: usize| dictionary.elements[position].name.to_string();
        let mapped = |column: usize| source.mapping.iter().position(|mapping| *mapping == Some(column));
        let mut is_placed = vec![false; dictionary.elements.len()];
        if args.only {
            if source.key_column < source.headers.len() {
                columns.push(&header(source, source.key_column), From::Received(source.key_column));
            }
        } else {
            for column in 0..source.headers.len() {
                match mapped(column).filter(|_| !args.beside && column != source.key_column) {
                    Some(position) => {
                        is_placed[position] = true;
                        columns.push(&header(source, column), From::Element(position));
                    }
                    None => columns.push(&header(source, column), From::Received(column)),
                }
            }
        }
        for (position, is_placed) in is_placed.into_iter().enumerate() {
            let is_wanted = source.mapping[position].is_some() || found.contains(&position);
            if is_wanted && !is_placed {
                columns.push(&element(position), From::Element(position));
            }
        }
        columns
    }

    /// Adds a column; a name that is taken gets an ending, because some formats know columns by their names only.
    fn push(&mut self, name: &str, from: From) {
        let mut unique = name.to_owned();
        let mut number = 2;
        while self.headers.contains(&unique) {
            unique = match from {
                From::Element(_) if number == 2 => format!("{name}_standardized"),
                _ => format!("{name}_{number}"),
            };
            number += 1;
        }
        self.headers.push(unique);
        self.from.push(from);
    }

    /// The columns of a batch in their order; shares the batch's arrays.
    pub(super) fn take(&self, batch: &Batch) -> Vec<Column> {
        let column = |from: &From| match *from {
            From::Element(position) => batch.columns[position].clone(),
            From::Received(column) => match batch.received.get(column) {
                Some(values) => Column::received(values.clone()),
                None => Column::empty(batch.len()),
            },
        };
        self.from.iter().map(column).collect()
    }
}

fn header(source: &Source, column: usize) -> String {
    match source.headers.get(column).map(|header| &**header) {
        None | Some("") => format!("column_{}", column + 1),
        Some(header) => header.to_owned(),
    }
}
