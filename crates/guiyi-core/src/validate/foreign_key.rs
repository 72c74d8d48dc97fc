//! `foreign-key`: the value is a source key, or a value of an element, of another entity type's records.
//!
//! Null passes. Where nobody filled in the other side the rule is not run, which [`super::whole`] says.
//! The caller gathers the other side with [`referable`] and hands it to [`Rulebook::know`] before judging.

use std::collections::BTreeSet;

use crate::finding::Fault;
use crate::record::{Batch, RowState};
use crate::rulebook::{Rulebook, Target};

pub(super) fn fault(value: &str, target: &Target, known: &BTreeSet<Box<str>>) -> Option<Fault> {
    (!known.contains(value)).then(|| Fault::NoReference {
        entity: target.entity.name(),
    })
}

/// The keys or values of batches that a foreign key may point at, rejected rows left out.
///
/// A source key stands as the source gave it and in capital letters, as codes are standardized; the latter is what a
/// foreign key of kind `code` holds. Empty for a target of another entity type, or an element that there is not.
pub fn referable(batches: &[Batch], rulebook: &Rulebook, target: &Target) -> BTreeSet<Box<str>> {
    let mut values = BTreeSet::new();
    if rulebook.dictionary.entity != target.entity {
        return values;
    }
    let element = target.element.as_ref().map(|name| rulebook.dictionary.position(name));
    for batch in batches {
        let system = rulebook
            .sources
            .get(usize::from(batch.source))
            .map(|source| &source.system);
        if target.system.as_ref().is_some_and(|wanted| Some(wanted) != system) {
            continue;
        }
        for row in (0..batch.len()).filter(|&row| batch.states[row] != RowState::Rejected) {
            match element {
                None => values.extend(
                    batch
                        .key(row)
                        .into_iter()
                        .flat_map(|key| [key.into(), key.to_uppercase().into()]),
                ),
                Some(Some(element)) => values.extend(batch.columns[element].get(row).map(Box::from)),
                Some(None) => {}
            }
        }
    }
    values
}
