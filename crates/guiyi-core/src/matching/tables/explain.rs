//! What a pair weighs, field by field: the answer to why two records are the same thing, or are not.
//!
//! Stands outside the walk: it makes the fields of the tables again and weighs one pair by a model that was learned.
//! Law: prior, fields and what is said of them together add up to the weight.

use super::{Kind, Model, Table, fields_of, order_of};

/// A pair, weighed.
#[derive(Debug, Clone, PartialEq)]
pub struct Explained {
    /// Bits before anything is compared.
    pub prior: f64,
    /// Every field, in the model's order.
    pub evidence: Vec<Evidence>,
    /// Bits by which the fields together say more or less than their sum.
    pub together: f64,
    /// The weight of the pair in bits.
    pub weight: f64,
}

/// What one field says.
#[derive(Debug, Clone, PartialEq)]
pub struct Evidence {
    /// Its column.
    pub header: String,
    /// What it holds.
    pub kind: Kind,
    /// The values of the two records as they were compared; empty for none.
    pub left: String,
    /// See [`Evidence::left`].
    pub right: String,
    /// How alike they are; 0 where a side has no value; [`super::level_names`] names the others, from 1.
    pub level: u8,
    /// What that weighs.
    pub bits: f64,
}
