//! Records that are known, ready to be asked whether one more is among them: the index of a golden-record store.
//!
//! It stands beside the walk of the room, on the same elements, model and thresholds; the groups are not those that the
//! engine found but those that the records have in the store, where stewards had their say.
//! Law: a record that shares no group with another for a hard identifier in a run shares none here.

use super::elements::{self, evidence};
use super::hard::{HardIdentifiers, holder};
use super::tables::{Column, Found, Index, ModelMisfit, Outcome, Source};
use super::{Decisions, Veto, options};
use crate::dictionary::Dictionary;
use crate::record::Records;
use crate::rulebook::Rulebook;

/// An index of records: `names` is what each is called, `clusters` which of them are one thing.
///
/// Elements of `left_out` are not compared and not kept; with a model the others weigh what they weigh in a run. Costs
/// what a run of the room costs, and where records are few half as much again.
///
/// # Errors
///
/// [`ModelMisfit`] if the rulebook has a model, and elements are to be compared that it knows nothing of.
pub fn index(
    records: &Records,
    names: &[String],
    clusters: &[u32],
    rulebook: &Rulebook,
    left_out: &[usize],
) -> Result<Index, ModelMisfit> {
    let (table, fields) = elements::table(records, &rulebook.dictionary, left_out);
    let mut ids = Column::default();
    for name in names {
        ids.push(name);
    }
    let source = Source {
        table: &table,
        name: rulebook.dictionary.entity.name(),
        id: None,
        ids: &ids,
    };
    let options = options(records.len(), fields, &rulebook.matching, &Decisions::default());
    let (linkage, mut index) = Index::new(&[source], &options);
    if let Some(model) = &options.model {
        model.fitted(linkage.fields.iter().map(|field| (&*field.header, field.kind)))?;
    }
    index.regroup(clusters);
    Ok(index)
}

/// The known records that one record may be the same thing as, the heaviest first; those that it would share a golden
/// record with have the outcome [`Outcome::Match`].
///
/// `None`: the record has no value of an element that is compared.
pub fn find(index: &Index, record: &Records, dictionary: &Dictionary) -> Option<Vec<Found>> {
    let of_element = |name: &String| evidence(record, 0, dictionary.position(name)?);
    let columns = index.columns(0);
    let values: Vec<Option<&str>> = columns.iter().map(of_element).collect();
    (0..columns.len()).find(|at| values[*at].is_some() && index.is_compared(0, *at))?;
    let mut found = index.find(0, &values);
    let different: Vec<u32> = found
        .iter()
        .filter(|found| is_different(index, record, dictionary, found.row))
        .map(|found| found.row)
        .collect();
    // As in a run: who differs from one of a group differs from all of it.
    let apart = |found: &Found| different.iter().any(|row| index.cluster(*row) == found.cluster);
    for found in &mut found {
        if different.contains(&found.row) {
            found.veto = Some(Veto::HardIdentifier);
        }
        if apart(found) && found.outcome == Outcome::Match {
            found.outcome = Outcome::Review;
            found.veto.get_or_insert(Veto::Cluster);
        }
    }
    Some(found)
}

/// Whether a record and one that is known carry different valid identifiers of one kind.
fn is_different(index: &Index, record: &Records, dictionary: &Dictionary, row: u32) -> bool {
    HardIdentifiers::KINDS.into_iter().any(|kind| {
        let mut elements = dictionary.of_kind(kind);
        let of = |text: Option<&str>| text.map_or(0, |text| holder(text, kind));
        elements.any(|at| {
            let known = of(index.value(row, &dictionary.elements[at].name));
            let own = of(evidence(record, 0, at));
            own != 0 && known != 0 && own != known
        })
    })
}
