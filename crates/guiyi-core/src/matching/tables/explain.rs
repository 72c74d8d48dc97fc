//! What a pair weighs, field by field: the answer to why two records are the same thing, or are not.
//!
//! Stands outside the walk: it makes the fields of the tables again and weighs one pair by a model that was learned.
//! Law: prior, fields and what is said of them together add up to the weight.

use super::super::decision::Veto;
use super::field::Field;
use super::records::Records;
use super::rows::{Pair, Rows};
use super::said::Said;
use super::vetoes::Vetoes;
use super::{Kind, Model, Table};

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
    /// What keeps the two apart, whatever they weigh.
    pub veto: Option<Veto>,
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

/// What two rows weigh by a model that was learned on these tables, and why; rows of a second table follow those of the
/// first. `None` if the model is for other fields, or there is no such row.
///
/// Costs what making the fields costs: it reads every value once.
pub fn explain(tables: &[&Table], model: &Model, said: &Said, a: u32, b: u32) -> Option<Explained> {
    let records = Records::known(tables, said, Some(model));
    let model = &model.arranged(records.names())?;
    let of = records.of_rows();
    let (first, second) = (*of.get(a as usize)?, *of.get(b as usize)?);
    let rows = Rows::new(&records.fields);
    let vetoes = Vetoes::new(&records, said, &[first, second].into_iter());
    Some(explain_pair(&records.fields, &rows, &vetoes, model, (first, second)))
}

/// What two records weigh by a model for their fields, and why.
pub(super) fn explain_pair(
    fields: &[Field],
    rows: &Rows<'_>,
    vetoes: &Vetoes,
    model: &Model,
    (first, second): Pair,
) -> Explained {
    let weight = rows.weigh(model, (first.min(second), first.max(second)));
    let evidence: Vec<Evidence> = (fields.iter().zip(&model.fields).enumerate())
        .map(|(at, (field, learned))| {
            let (left, right) = (field.ids[first as usize], field.ids[second as usize]);
            let (level, place) = rows.level(at, (first, second));
            Evidence {
                header: field.header.clone(),
                kind: field.kind,
                left: field.values.get(left).to_owned(),
                right: field.values.get(right).to_owned(),
                level,
                bits: learned.bits_at(level, place),
            }
        })
        .collect();
    let prior = model.prior_bits();
    let sum: f64 = evidence.iter().map(|evidence| evidence.bits).sum();
    Explained {
        prior,
        evidence,
        together: weight - prior - sum,
        weight,
        veto: vetoes.of(rows, first, second),
    }
}
