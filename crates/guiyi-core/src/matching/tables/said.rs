//! What a person says about tables beforehand; everything that is not said is found out from the data.

use super::Kind;
use super::field::Field;

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

impl Said {
    /// Whether something is said of a column of a table.
    pub(super) fn names(&self, side: usize, column: usize) -> bool {
        let is_field = |field: &SaidField| [field.left, field.right].get(side) == Some(&Some(column));
        self.fields.iter().any(is_field) || side == 0 && self.passes.iter().any(|pass| pass.contains(&column))
    }

    /// What is said of a field, where it is one column.
    pub(super) fn of(&self, field: &Field) -> Option<&SaidField> {
        let [column] = field.columns.first()?[..] else {
            return None;
        };
        self.fields.iter().find(|said| said.left == Some(column))
    }
}

/// A column, or two that hold the same.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SaidField {
    /// The column of the first table; `None`: it has none.
    pub left: Option<usize>,
    /// The column of the second table.
    pub right: Option<usize>,
    /// What it holds; `None`: found out.
    pub kind: Option<Kind>,
    /// Whether it is compared at all.
    pub compare: bool,
    /// How often its values agree; it counts where records are too few to show it.
    pub usual: Option<Usual>,
    /// What it tells beyond its kind; where it is not said, the values may show it.
    pub tells: Option<Tells>,
}

/// How often the values of a column agree, in orders of magnitude.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Usual {
    /// The share of strangers that have the same value.
    pub chance: f64,
    /// The share of records of one thing that have different ones.
    pub differ: f64,
}

/// What a column tells beyond its kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tells {
    /// The name of an organization.
    Organization,
    /// Who it is, or whose: numbers of documents and accounts.
    Identity,
    /// How to reach it.
    Reach,
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
