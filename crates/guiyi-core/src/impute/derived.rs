//! Sex and date of birth out of a valid resident ID of the same record, for the elements that an `agrees` rule of the
//! rulebook ties to the resident ID: the rule says which date is the date of birth.
//!
//! Confidence 1000: the number says so itself. A region is not derived: an identifier tells where it was issued.

use super::{DERIVED, Guess, gaps, given, put};
use crate::dictionary::ElementKind;
use crate::finding::Notes;
use crate::holder::derive;
use crate::record::{Batch, Origin};
use crate::rulebook::{Check, Rulebook};

pub(super) fn fill(batch: &mut Batch, rulebook: &Rulebook, notes: &mut Notes) {
    let elements = &rulebook.dictionary.elements;
    for rule in &rulebook.rules {
        let Check::Agrees { other } = rule.check else { continue };
        if elements[rule.attribute].kind != ElementKind::ResidentId {
            continue;
        }
        let fills: Vec<(usize, Guess)> = gaps(batch, other)
            .filter_map(|row| {
                Some((
                    row,
                    (derive(given(batch, rule.attribute, row)?, &elements[other])?, 1000),
                ))
            })
            .collect();
        put(batch, rulebook, other, DERIVED, Origin::Derived, fills, notes);
    }
}
