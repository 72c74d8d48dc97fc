//! Source records as received, the batch of columns that walks through the rooms, and the records that are matched.
//!
//! Laws: what was received is never edited; a value that differs from it carries its origin; rows keep their order.

use std::sync::Arc;

use arrow_array::builder::StringBuilder;
use arrow_array::{Array, StringArray};
use rayon::prelude::*;

use crate::rulebook::Source;

/// Fewer records than this are worked on by the caller's core alone: they are done before another one has woken up.
pub(crate) const FEW: usize = 256;

/// How a value came about. Stored as one byte a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Origin {
    /// The source gave it, and it stands as given.
    Received = 0,
    /// The source gave it in another form; the meaning is the same.
    Standardized = 1,
    /// The source gave a faulty value that had exactly one repair.
    Repaired = 2,
    /// Taken out of another value of the same record, such as a city out of an address.
    Derived = 3,
    /// Filled from other records or a model; never evidence in matching.
    Imputed = 4,
    /// The source gave a value that cannot be true; it is held back and the cell is null.
    Withheld = 5,
}

impl Origin {
    /// All origins, in the order of their codes.
    pub const ALL: [Self; 6] = [
        Self::Received,
        Self::Standardized,
        Self::Repaired,
        Self::Derived,
        Self::Imputed,
        Self::Withheld,
    ];

    /// The stable name used in outputs and in the store.
    pub fn name(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::Standardized => "standardized",
            Self::Repaired => "repaired",
            Self::Derived => "derived",
            Self::Imputed => "imputed",
            Self::Withheld => "withheld",
        }
    }

    /// The origin with this code, the inverse of `origin as u8`.
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.get(usize::from(code)).copied()
    }
}

/// What became of a row; every row read ends in exactly one state, so the counts add up to the rows read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum RowState {
    /// Admitted as it was received.
    Clean = 0,
    /// Admitted with at least one value standardized, repaired, imputed or withheld.
    Corrected = 1,
    /// Held back from matching until somebody mends it.
    Quarantined = 2,
    /// Not a record at all: a totals row, no source key, an exact copy of another row.
    Rejected = 3,
}

impl RowState {
    /// Whether the row goes on to matching.
    pub fn is_admitted(self) -> bool {
        matches!(self, Self::Clean | Self::Corrected)
    }

    /// The stable name used in outputs.
    pub fn name(self) -> &'static str {
        match self {
            Self::Clean => "clean",
            Self::Corrected => "corrected",
            Self::Quarantined => "quarantined",
            Self::Rejected => "rejected",
        }
    }
}

/// One attribute of a batch: a value and an origin for every row.
#[derive(Debug, Clone)]
pub struct Column {
    /// Canonical text of each row; null where there is no value.
    pub values: StringArray,
    /// Origin of each row's value; `None` means that every value is [`Origin::Received`].
    pub origins: Option<Arc<[Origin]>>,
}

impl Column {
    /// A column as received.
    pub fn received(values: StringArray) -> Self {
        Self { values, origins: None }
    }

    /// A column of `n_rows` nulls.
    pub fn empty(n_rows: usize) -> Self {
        Self::received(StringArray::new_null(n_rows))
    }

    /// The value of a row, `None` where it is null.
    pub fn get(&self, row: usize) -> Option<&str> {
        self.values.is_valid(row).then(|| self.values.value(row))
    }

    /// The origin of a row's value.
    pub fn origin(&self, row: usize) -> Origin {
        self.origins.as_ref().map_or(Origin::Received, |origins| origins[row])
    }
}

/// Rows of one source, as they walk through the rooms.
///
/// `columns` has one entry per element of the dictionary, in its order; `received` has one entry per column of the
/// source file, in the file's order. All of them, `rows` and `states` have the same length.
#[derive(Debug, Clone)]
pub struct Batch {
    /// Position of the source in [`crate::rulebook::Rulebook::sources`].
    pub source: u16,
    /// Number of each row in its source: the line of a text file, the row of a sheet, both counted from 1.
    pub rows: Vec<u64>,
    /// The source key of each row, trimmed; null where the source gave none.
    pub keys: StringArray,
    /// The source's own columns; never edited.
    pub received: Vec<StringArray>,
    /// One column per data element.
    pub columns: Vec<Column>,
    /// What became of each row so far.
    pub states: Vec<RowState>,
}

impl Batch {
    /// A batch of rows in memory: for each row one text per column of `source`, empty for no value; rows count from 1.
    ///
    /// `number` is the source's position in the rulebook. A row that is shorter than the headers reads as null there,
    /// cells beyond them are left out.
    pub fn of_text<R: AsRef<[T]>, T: AsRef<str>>(number: u16, source: &Source, rows: &[R]) -> Self {
        let column = |at: usize| -> StringArray {
            rows.iter()
                .map(|row| row.as_ref().get(at).map(AsRef::as_ref).filter(|text| !text.is_empty()))
                .collect()
        };
        let received: Vec<StringArray> = (0..source.headers.len()).map(column).collect();
        let keys = column(source.key_column);
        Self {
            source: number,
            rows: (1..=rows.len() as u64).collect(),
            keys: keys
                .iter()
                .map(|key| key.map(str::trim).filter(|key| !key.is_empty()))
                .collect(),
            columns: source
                .mapping
                .iter()
                .map(|column| match *column {
                    Some(column) => Column::received(received[column].clone()),
                    None => Column::empty(rows.len()),
                })
                .collect(),
            received,
            states: vec![RowState::Clean; rows.len()],
        }
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether the batch has no row.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The source key of a row.
    pub fn key(&self, row: usize) -> Option<&str> {
        self.keys.is_valid(row).then(|| self.keys.value(row))
    }

    /// Moves a row to a worse state; a row never moves back to a better one.
    pub fn worsen(&mut self, row: usize, state: RowState) {
        self.states[row] = self.states[row].max(state);
    }
}

/// The admitted records of one entity type, from all sources, ordered by (source, source key).
///
/// The position of a record here is its number in matching, clusters and lineage, so that nothing after this point
/// depends on the order of the files. A (source, source key) occurs once.
#[derive(Debug, Clone, Default)]
pub struct Records {
    /// Position of each record's source in [`crate::rulebook::Rulebook::sources`].
    pub sources: Vec<u16>,
    /// The source key of each record.
    pub keys: Vec<Box<str>>,
    /// One column per data element.
    pub columns: Vec<Column>,
}

impl Records {
    /// Gathers the admitted rows of all batches and the records that the store knows from elsewhere.
    ///
    /// Rows that are not admitted stay behind. `known` are records of earlier runs, in any order. Where both hold the
    /// same (source, source key), the row of this run wins. Gives beside the records the place of each: number of the
    /// batch and row in it, `None` for a known record. Cost: one sort and one copy of the values; a
    /// single batch whose rows come in order, all admitted, lends its columns.
    pub fn gather(batches: &[Batch], known: &Self, n_attributes: usize) -> (Self, Vec<Option<(u32, u32)>>) {
        const KNOWN: u32 = u32::MAX;
        let mut places: Vec<(u16, &str, u32, u32)> = Vec::new();
        for (number, batch) in batches.iter().enumerate() {
            for row in 0..batch.len() {
                if let (true, Some(key)) = (batch.states[row].is_admitted(), batch.key(row)) {
                    places.push((batch.source, key, number as u32, row as u32));
                }
            }
        }
        for record in 0..known.len() {
            places.push((known.sources[record], &known.keys[record], KNOWN, record as u32));
        }
        places.par_sort_unstable();
        places.dedup_by(|later, first| (later.0, later.1) == (first.0, first.1));

        let gather = |attribute: usize| {
            let column = |batch: u32| match batch {
                KNOWN => &known.columns[attribute],
                number => &batches[number as usize].columns[attribute],
            };
            let parts = || {
                batches
                    .iter()
                    .map(|batch| &batch.columns[attribute])
                    .chain(known.columns.get(attribute))
            };
            if parts().all(|column| column.values.null_count() == column.values.len() && column.origins.is_none()) {
                return Column::empty(places.len());
            }
            let n_bytes = parts().map(|column| column.values.value_data().len()).sum();
            let mut values = StringBuilder::with_capacity(places.len(), n_bytes);
            for &(_, _, batch, row) in &places {
                values.append_option(column(batch).get(row as usize));
            }
            let values = values.finish();
            let plain = parts().all(|column| column.origins.is_none());
            let origins = (!plain).then(|| {
                places
                    .iter()
                    .map(|&(_, _, batch, row)| column(batch).origin(row as usize))
                    .collect::<Arc<[_]>>()
            });
            Column { values, origins }
        };
        let is_as_it_came = |batch: &Batch| {
            known.is_empty() && places.len() == batch.len() && places.is_sorted_by_key(|&(_, _, _, row)| row)
        };
        let columns = if let [batch] = batches
            && is_as_it_came(batch)
        {
            batch.columns[..n_attributes].to_vec()
        } else if places.len() < FEW {
            (0..n_attributes).map(gather).collect()
        } else {
            (0..n_attributes).into_par_iter().map(gather).collect()
        };
        let records = Self {
            sources: places.iter().map(|place| place.0).collect(),
            keys: places.iter().map(|place| place.1.into()).collect(),
            columns,
        };
        (
            records,
            places
                .iter()
                .map(|&(_, _, batch, row)| (batch != KNOWN).then_some((batch, row)))
                .collect(),
        )
    }

    /// Number of records.
    pub fn len(&self) -> usize {
        self.sources.len()
    }

    /// Whether there is no record.
    pub fn is_empty(&self) -> bool {
        self.sources.is_empty()
    }

    /// The number of a record by its source and source key.
    pub fn position(&self, source: u16, key: &str) -> Option<u32> {
        let from = self.sources.partition_point(|&other| other < source);
        let until = self.sources.partition_point(|&other| other <= source);
        let at = self.keys[from..until]
            .binary_search_by(|other| (**other).cmp(key))
            .ok()?;
        Some((from + at) as u32)
    }

    /// The value of an attribute of a record.
    pub fn get(&self, record: u32, attribute: usize) -> Option<&str> {
        self.columns[attribute].get(record as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn batch(source: u16, rows: &[(&str, &str, RowState)]) -> Batch {
        let keys: StringArray = rows.iter().map(|row| Some(row.0)).collect();
        let names: StringArray = rows.iter().map(|row| Some(row.1)).collect();
        Batch {
            source,
            rows: (2..).take(rows.len()).collect(),
            received: vec![keys.clone(), names.clone()],
            keys,
            columns: vec![Column::received(names), Column::empty(rows.len())],
            states: rows.iter().map(|row| row.2).collect(),
        }
    }

    #[test]
    fn gathering_orders_by_source_and_key_and_leaves_the_unadmitted_behind() {
        let first = batch(0, &[("b", "B", RowState::Clean), ("x", "X", RowState::Quarantined)]);
        let second = batch(0, &[("a", "A", RowState::Corrected)]);
        let third = batch(1, &[("a", "A1", RowState::Clean), ("y", "Y", RowState::Rejected)]);
        let check = |batches: &[Batch], known: &Records, expected: &[(u16, &str, &str)]| {
            let (records, places) = Records::gather(batches, known, 2);
            assert_eq!(places.len(), records.len());
            let found: Vec<_> = (0..records.len())
                .map(|record| {
                    (
                        records.sources[record],
                        &*records.keys[record],
                        records.get(record as u32, 0).unwrap_or(""),
                    )
                })
                .collect();
            assert_eq!(found, expected);
        };
        let none = Records::default();
        check(&[], &none, &[]);
        check(
            &[first.clone(), second.clone(), third.clone()],
            &none,
            &[(0, "a", "A"), (0, "b", "B"), (1, "a", "A1")],
        );
        check(
            &[third.clone(), second, first],
            &none,
            &[(0, "a", "A"), (0, "b", "B"), (1, "a", "A1")],
        );
        let (known, _) = Records::gather(
            &[batch(1, &[("a", "old", RowState::Clean), ("z", "Z", RowState::Clean)])],
            &none,
            2,
        );
        check(&[third], &known, &[(1, "a", "A1"), (1, "z", "Z")]);
    }
}
