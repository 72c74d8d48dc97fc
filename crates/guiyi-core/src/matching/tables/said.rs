//! What a person says about tables beforehand; everything that is not said is found out from the data.

use super::Kind;

/// What is said. Columns are positions in their table; of a single table only `left` counts.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Said {
    /// Columns that are named.
    pub fields: Vec<SaidField>,
    /// Columns of the first table, one or two together, by whose values candidates are filed beside all others.
    pub passes: Vec<Vec<usize>>,
    /// From which probability on two records may be matched; `None`: where it is likelier than not.
    pub match_from: Option<f64>,
    /// For each table whether it holds each thing once; `None`: found out.
    pub distinct: Option<[bool; 2]>,
    /// Pairs of rows of which somebody knows whether they are the same; rows of a second table follow those of the first.
    pub labels: Vec<Label>,
}

/// A column, or two that hold the same.
#[derive(Debug, Clone, PartialEq)]
pub struct SaidField {
    /// The column of the first table; `None`: it has none.
    pub left: Option<usize>,
    /// The column of the second table.
    pub right: Option<usize>,
    /// What it holds; `None`: found out.
    pub kind: Option<Kind>,
    /// Whether it is compared at all.
    pub compare: bool,
}

/// What somebody knows about a pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Label {
    /// One row.
    pub a: u32,
    /// The other.
    pub b: u32,
    /// Whether they are the same thing.
    pub same: bool,
}
