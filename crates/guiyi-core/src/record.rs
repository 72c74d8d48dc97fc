//! Source records as received, the batch of columns that walks through the rooms, and the records that are matched.
//!
//! Laws: what was received is never edited; a value that differs from it carries its origin; rows keep their order.

use std::sync::Arc;

use arrow_array::{Array, StringArray};

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
    pub const ALL: [Self; 6] =
        [Self::Received, Self::Standardized, Self::Repaired, Self::Derived, Self::Imputed, Self::Withheld];

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
    /// Number of records.
    pub fn len(&self) -> usize {
        self.sources.len()
    }

    /// Whether there is no record.
    pub fn is_empty(&self) -> bool {
        self.sources.is_empty()
    }

    /// The value of an attribute of a record.
    pub fn get(&self, record: u32, attribute: usize) -> Option<&str> {
        self.columns[attribute].get(record as usize)
    }
}
