//! The room `standardize`: every value in one canonical form, chosen by the kind of its element.
//!
//! Stands behind reading and before `validate`: it changes form, never judges; what cannot be read as its kind at all
//! is held back with a finding. One file per kind; `change` says what a cell can become, `columns` applies it.
//!
//! Laws: idempotent; what was received stays in [`Batch::received`]; every value that differs has its correction; a
//! column in which nothing changes shares its arrays; a cell's reading does not depend on where a batch begins.

pub mod address;
mod amount;
mod area_code;
mod boolean;
mod cells;
mod change;
mod code;
mod code_pattern;
mod columns;
mod date;
mod email;
mod enumeration;
mod hints;
mod identifier;
mod mojibake;
mod numeral;
mod one;
pub mod organization_name;
pub mod person_name;
mod phone;
pub mod place;
mod placeholder;
mod quantity;
mod region;
mod regions;
mod simplified;
mod specification;
mod text;
pub mod unit;
mod url;

pub use amount::AmountHints;

pub use cells::cells;
pub use change::CODES;
pub use columns::may_be_found;
pub use date::DateHints;
pub use hints::{Hints, learn};
pub use one::{Standardized, column};
pub use simplified::simplified;

use crate::dictionary::{Element, ElementKind};
use crate::finding::{Action, Fault, Notes, Severity};
use crate::record::{Batch, Origin};
use crate::rulebook::Rulebook;

use amount::AmountContext;
use change::{Change, Code, Complaint, Value};
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
        let mut reader = Reader::new(attribute, element, &batch, rulebook, hints);
        reader.may_be_lost &= mojibake::may_be_lost(batch.columns[attribute].values.value_data());
        columns::apply(&mut batch, attribute, element.kind, &mut log, |text, origin| {
            reader.standardize(text, origin)
        });
    }
    columns::place_asides(&mut batch, rulebook, &mut log);
    code_pattern::apply(&mut batch, rulebook, hints, &mut log);
    regions::complete(&mut batch, rulebook, &mut log);
    area_code::complete(&mut batch, rulebook, &mut log);
    (batch, log.into_notes())
}

/// Whether people type this where they have no value, in a column of whatever kind.
pub fn is_placeholder(text: &str) -> bool {
    placeholder::standardize(text, ElementKind::Code).is_some()
}

/// All that the values of one element need to be read.
struct Reader<'a> {
    kind: ElementKind,
    codes: CodeList<'a>,
    dates: DateContext,
    amounts: AmountContext,
    /// The unit that the header of a column of numbers names.
    measure: Option<&'static str>,
    /// Whether characters of some value may be gone for good.
    may_be_lost: bool,
}

impl<'a> Reader<'a> {
    /// The reader of one element of a batch.
    fn new(attribute: usize, element: &'a Element, batch: &Batch, rulebook: &Rulebook, hints: &Hints) -> Self {
        let source = rulebook.sources.get(usize::from(batch.source));
        let header = source.and_then(|source| source.headers.get((*source.mapping.get(attribute)?)?));
        let dates = DateContext {
            hints: hints.dates(batch.source, attribute),
            day_first: source.and_then(|source| source.day_first),
            from_1904: hints.is_from_1904(batch.source),
            year: i32::from(rulebook.today.0),
        };
        let amounts = hints.amounts(batch.source, attribute);
        let codes = CodeList::new(element);
        Self::of_column(element.kind, codes, header.map_or("", |header| header), dates, &amounts)
    }

    /// The reader of a column with this header, which may be empty.
    fn of_column(
        kind: ElementKind,
        codes: CodeList<'a>,
        header: &str,
        dates: DateContext,
        amounts: &AmountHints,
    ) -> Self {
        let measure = match kind {
            ElementKind::Number => amount::header_measure(header),
            _ => None,
        };
        let amounts = AmountContext {
            unit: amount::header_unit(header),
            decimal_comma: amounts.has_decimal_comma(),
            mixed_below: amounts.mixed_below(),
        };
        Self {
            kind,
            codes,
            dates,
            amounts,
            measure,
            may_be_lost: holds_words(kind),
        }
    }

    /// What becomes of one value; `None`: it is canonical.
    fn standardize(&self, text: &str, origin: Origin) -> Option<Change> {
        if holds_words(self.kind)
            && let Some(meant) = mojibake::repair(text)
        {
            return Some(self.repaired(meant, origin));
        }
        let change = self.without_stand_in(text, origin);
        if !self.may_be_lost || !mojibake::is_lost(text) {
            return change;
        }
        // What is left where notes moved out may be nothing but such marks.
        let left = match change.as_ref().map(|change| &change.value) {
            Some(Value::Set(value)) => value,
            _ => text,
        };
        if mojibake::is_destroyed(left) {
            return Some(Change {
                asides: change.map(|change| change.asides).unwrap_or_default(),
                ..Change::withheld(Severity::Error, Fault::Undecodable)
            });
        }
        let complaint = Complaint {
            severity: Severity::Warning,
            fault: Fault::Undecodable,
            action: Action::Reported,
            code: Some(Code::ENCODING),
        };
        Some(change.unwrap_or_else(Change::kept).complaining(complaint))
    }

    /// What becomes of a value that was decoded wrongly, given as it was meant.
    fn repaired(&self, meant: String, origin: Origin) -> Change {
        let mut change = self.without_stand_in(&meant, origin).unwrap_or_else(Change::kept);
        if change.value == Value::Kept {
            change.value = Value::Set(meant);
        }
        if matches!(change.value, Value::Set(_)) {
            change.origin = Origin::Repaired;
            change.code = Some(Code::ENCODING);
        }
        change
    }

    /// Reads a value, and what is left of it once the noise is gone, which may be a stand-in: `'无'`, `(-)`.
    fn without_stand_in(&self, text: &str, origin: Origin) -> Option<Change> {
        let change = self.read(text, origin)?;
        let stand_in = match &change.value {
            Value::Set(value) if !matches!(self.kind, ElementKind::Enumeration | ElementKind::Boolean) => {
                placeholder::standardize(value, self.kind)
            }
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
        // 无 and × are answers to a yes or no.
        if self.kind != K::Boolean
            && let Some(change) = placeholder::standardize(text, self.kind)
        {
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
            // The header's unit and the column's habits belong to what the source wrote, not to a value of ours.
            K::Amount if origin == Origin::Received => amount::standardize(text, &self.amounts),
            K::Amount => amount::standardize(text, &AmountContext::PLAIN),
            K::Number => amount::standardize_number(text, self.measure),
            K::Quantity => quantity::standardize(text),
            K::Unit => unit::standardize(text),
            K::Specification => specification::standardize(text),
            K::Boolean => boolean::standardize(text),
            K::Url => url::standardize(text),
            K::Code => code::standardize(text),
        }
    }
}

/// Kinds whose values hold words, which a wrong encoding can spoil.
fn holds_words(kind: ElementKind) -> bool {
    use ElementKind as K;
    matches!(
        kind,
        K::Text
            | K::Note
            | K::OrganizationName
            | K::PersonName
            | K::Address
            | K::Province
            | K::City
            | K::County
            | K::Enumeration
            | K::Code
            | K::Specification
            | K::Unit
            | K::Email
    )
}

#[cfg(test)]
mod tests;
