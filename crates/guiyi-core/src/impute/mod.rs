//! The impute room: fills gaps, always marked with the method and a confidence.
//!
//! It stands between validate and match. [`learn`] counts over all admitted rows, [`run`] fills one batch.
//!
//! Laws: an element of importance key is never filled; a filled value is [`Origin::Imputed`], or [`Origin::Derived`]
//! if it is read out of another value of the same record, and has a correction; a value that was imputed is evidence
//! for nothing; the result does not depend on the order of rows or batches, a tie goes to the smallest value.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::edit::{self, Edit};
use crate::finding::{Correction, Notes};
use crate::record::{Batch, Origin, RowState};
use crate::rulebook::{ImputationMethod, Rulebook};

mod constant;
mod derived;
mod group_mode;
mod median;
mod mode;

/// Codes of this room: (code, English, Chinese).
pub const CODES: &[(&str, &str, &str)] = &[
    (CONSTANT, "filled with a constant", "以常量填补"),
    (MODE, "filled with the commonest value", "以众数填补"),
    (
        GROUP_MODE,
        "filled with the commonest value among similar records",
        "以同组众数填补",
    ),
    (MEDIAN, "filled with the median", "以中位数填补"),
    (
        DERIVED,
        "read out of the resident ID of the same record",
        "由同一记录的公民身份号码得出",
    ),
];

const CONSTANT: &str = "IM001";
const MODE: &str = "IM002";
const GROUP_MODE: &str = "IM003";
const MEDIAN: &str = "IM004";
const DERIVED: &str = "IM005";

/// A value to fill in and the confidence in it, in per mille.
type Guess = (Box<str>, u16);

/// What all admitted rows say about the gaps: one fill for each imputation of the rulebook, in its order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Learned {
    fills: Vec<Fill>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Fill {
    /// The same guess everywhere; none if no record has a value.
    Everywhere(Option<Guess>),
    /// A guess for each value of another element.
    Grouped(BTreeMap<Box<str>, Guess>),
}

/// Counts what the rulebook's imputations need, over the admitted rows of all batches.
pub fn learn(batches: &[Batch], rulebook: &Rulebook) -> Learned {
    let fill = |attribute: usize, method: &ImputationMethod| match method {
        ImputationMethod::Constant(value) => {
            Fill::Everywhere(Some(constant::guess(value, evidence(batches, attribute))))
        }
        ImputationMethod::Mode => Fill::Everywhere(mode::guess(evidence(batches, attribute))),
        ImputationMethod::GroupMode { by } => Fill::Grouped(group_mode::guesses(batches, attribute, *by)),
        ImputationMethod::Median => Fill::Everywhere(median::guess(evidence(batches, attribute))),
    };
    Learned {
        fills: rulebook
            .imputation
            .iter()
            .map(|imputation| fill(imputation.attribute, &imputation.method))
            .collect(),
    }
}

/// Fills the gaps of one batch's admitted rows in elements that its source feeds; a row with an imputed value becomes
/// [`RowState::Corrected`].
///
/// What a resident ID of the same record says about sex and date of birth comes first and needs no policy; then the
/// imputations of the rulebook in their order. A batch without a gap shares all its arrays with the result.
pub fn run(mut batch: Batch, rulebook: &Rulebook, learned: &Learned) -> (Batch, Notes) {
    let mut notes = Notes::default();
    derived::fill(&mut batch, rulebook, &mut notes);
    for (imputation, fill) in rulebook.imputation.iter().zip(&learned.fills) {
        let code = match imputation.method {
            ImputationMethod::Constant(_) => CONSTANT,
            ImputationMethod::Mode => MODE,
            ImputationMethod::GroupMode { .. } => GROUP_MODE,
            ImputationMethod::Median => MEDIAN,
        };
        // A source that has no column for an element has no gaps in it.
        let source = rulebook.sources.get(usize::from(batch.source));
        if source.is_some_and(|source| source.mapping[imputation.attribute].is_none()) {
            continue;
        }
        let fills: Vec<(usize, Guess)> = gaps(&batch, imputation.attribute)
            .filter_map(|row| match (fill, &imputation.method) {
                (Fill::Everywhere(guess), _) => Some((row, guess.clone()?)),
                (Fill::Grouped(guesses), ImputationMethod::GroupMode { by }) => {
                    Some((row, guesses.get(given(&batch, *by, row)?)?.clone()))
                }
                (Fill::Grouped(_), _) => None,
            })
            .collect();
        put(
            &mut batch,
            rulebook,
            imputation.attribute,
            code,
            Origin::Imputed,
            fills,
            &mut notes,
        );
    }
    (batch, notes)
}

/// Admitted rows without a value of an element.
fn gaps(batch: &Batch, attribute: usize) -> impl Iterator<Item = usize> + '_ {
    let column = &batch.columns[attribute];
    (0..batch.len()).filter(move |&row| column.get(row).is_none() && batch.states[row].is_admitted())
}

/// The value of an element that was not imputed.
fn given(batch: &Batch, attribute: usize, row: usize) -> Option<&str> {
    let column = &batch.columns[attribute];
    column.get(row).filter(|_| column.origin(row) != Origin::Imputed)
}

/// The values of an element in all admitted rows, without those that were imputed.
fn evidence(batches: &[Batch], attribute: usize) -> impl Iterator<Item = &str> {
    batches.iter().flat_map(move |batch| {
        let admitted = (0..batch.len()).filter(|&row| batch.states[row].is_admitted());
        admitted.filter_map(move |row| given(batch, attribute, row))
    })
}

/// Share of `part` in `whole`, in per mille, rounded down; 0 of 0 is 0.
fn per_mille(part: u64, whole: u64) -> u16 {
    (part.saturating_mul(1000)).checked_div(whole).unwrap_or(0) as u16
}

/// Writes values into the gaps of an element, unless it is a key element.
fn put(
    batch: &mut Batch,
    rulebook: &Rulebook,
    attribute: usize,
    code: &str,
    origin: Origin,
    fills: Vec<(usize, Guess)>,
    notes: &mut Notes,
) {
    if !rulebook.may_impute(attribute) {
        return;
    }
    let rule: Arc<str> = code.into();
    let mut edits = Vec::with_capacity(fills.len());
    for (row, (value, confidence)) in fills {
        notes.corrections.push(Correction {
            source: batch.source,
            row: batch.rows[row],
            key: batch.key(row).map(Box::from),
            attribute: attribute as u16,
            rule: Arc::clone(&rule),
            before: None,
            after: Some(value.clone()),
            origin,
            confidence,
        });
        edits.push(Edit {
            row,
            value: Some(value),
            origin,
        });
        if origin == Origin::Imputed {
            batch.worsen(row, RowState::Corrected);
        }
    }
    edit::apply(&mut batch.columns[attribute], &edits);
}

#[cfg(test)]
mod tests;
