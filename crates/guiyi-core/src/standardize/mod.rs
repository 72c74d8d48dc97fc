//! The room `standardize`: every value in one canonical form, chosen by the kind of its element.
//!
//! Stands behind reading and before `validate`: it changes form, never judges; what cannot be read as its kind at all
//! is held back with a finding. One file per kind; `change` says what a cell can become, `columns` applies it.
//!
//! Laws: idempotent; what was received stays in [`Batch::received`]; every value that differs has its correction; a
//! column in which nothing changes shares its arrays; a cell's reading does not depend on where a batch begins.

pub mod address;
mod amount;
mod cells;
mod change;
mod code;
mod code_pattern;
mod columns;
mod common_date;
mod date;
mod email;
mod enumeration;
mod hints;
mod identifier;
mod mojibake;
mod numeral;
pub mod organization_name;
pub mod person_name;
mod phone;
pub mod place;
mod placeholder;
mod region;
mod simplified;
mod text;

use rust_decimal::Decimal;

pub use cells::cells;
pub use change::CODES;
pub use date::DateHints;
pub use hints::{Hints, learn};
pub use simplified::simplified;

use crate::dictionary::{Element, ElementKind};
use crate::finding::Notes;
use crate::record::{Batch, Origin};
use crate::rulebook::Rulebook;

use change::{Change, Value};
use columns::Log;
use date::DateContext;
use enumeration::CodeList;
use text::Style;

/// Brings every value of a batch to its canonical form.
///
/// Returns the batch with the same rows, and findings and corrections in the order of rows, then of elements.
/// `hints` are those of the whole run, from [`learn`]; with empty ones, ambiguous dates are held back.
/// Rows with a correction become [`crate::record::RowState::Corrected`].
pub fn run(batch: Batch, rulebook: &Rulebook, hints: &Hints) -> (Batch, Notes) {
    let mut batch = batch;
    let mut log = Log::default();
    for (attribute, element) in rulebook.dictionary.elements.iter().enumerate() {
        let reader = Reader::new(attribute, element, &batch, rulebook, hints);
        columns::apply(&mut batch, attribute, element.kind, &mut log, |text, origin| {
            reader.standardize(text, origin)
        });
    }
    columns::place_asides(&mut batch, rulebook, &mut log);
    code_pattern::apply(&mut batch, rulebook, hints, &mut log);
    region::complete(&mut batch, rulebook, &mut log);
    (batch, log.into_notes())
}

/// All that the values of one element need to be read.
struct Reader<'a> {
    kind: ElementKind,
    codes: CodeList<'a>,
    dates: DateContext,
    unit: Decimal,
}

impl<'a> Reader<'a> {
    fn new(attribute: usize, element: &'a Element, batch: &Batch, rulebook: &Rulebook, hints: &Hints) -> Self {
        let source = rulebook.sources.get(usize::from(batch.source));
        let header = source.and_then(|source| source.headers.get((*source.mapping.get(attribute)?)?));
        Self {
            kind: element.kind,
            codes: CodeList::new(element),
            dates: DateContext {
                hints: hints.dates(batch.source, attribute),
                day_first: source.and_then(|source| source.day_first),
                year: i32::from(rulebook.today.0),
            },
            unit: header.map_or(Decimal::ONE, |header| amount::header_unit(header)),
        }
    }

    /// What becomes of one value; `None`: it is canonical.
    fn standardize(&self, text: &str, origin: Origin) -> Option<Change> {
        let change = self.read(text, origin)?;
        // What is left once the noise is gone may be a stand-in: `'无'`, `(-)`.
        let stand_in = match &change.value {
            Value::Set(value) if self.kind != ElementKind::Enumeration => placeholder::standardize(value, self.kind),
            _ => None,
        };
        Some(stand_in.unwrap_or(change))
    }

    fn read(&self, text: &str, origin: Origin) -> Option<Change> {
        use ElementKind as K;
        if self.kind == K::Enumeration {
            if self.codes.find(text).is_none()
                && let Some(change) = placeholder::standardize(text, self.kind)
            {
                return Some(change);
            }
            let change = self.codes.standardize(text)?;
            let stand_in = match &change.value {
                Value::Set(value) if self.codes.find(value).is_none() => placeholder::standardize(value, self.kind),
                _ => None,
            };
            return Some(stand_in.unwrap_or(change));
        }
        if let Some(change) = placeholder::standardize(text, self.kind) {
            return Some(change);
        }
        match self.kind {
            K::Text | K::Enumeration => text::standardize(text, Style::Text),
            K::Note => text::standardize(text, Style::Note),
            K::OrganizationName => organization_name::standardize(text),
            K::PersonName => person_name::standardize(text),
            K::CreditCode | K::ResidentId | K::Postcode | K::BankAccount | K::Cnaps | K::Gtin => {
                identifier::standardize(text, self.kind)
            }
            K::Mobile | K::Landline | K::Phone => phone::standardize(text, self.kind),
            K::Email => email::standardize(text),
            K::Address => address::standardize(text),
            K::Province | K::City | K::County => region::standardize(text, self.kind),
            K::Date => date::standardize(text, &self.dates),
            K::Amount => {
                // The header's unit belongs to what the source wrote; a value of ours is in yuan already.
                amount::standardize(
                    text,
                    if origin == Origin::Received {
                        self.unit
                    } else {
                        Decimal::ONE
                    },
                )
            }
            K::Number => amount::standardize_number(text),
            K::Code => code::standardize(text),
        }
    }
}

#[cfg(test)]
mod tests;
