//! The records of a store as an index, and what is found in it by golden record as the store has them now.
//!
//! Laws: the groups of the index are the golden records; a value that the store encrypts never comes into it.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use guiyi_core::dictionary::Dictionary;
use guiyi_core::entry::{self, Candidate};
use guiyi_core::global_id::GlobalId;
use guiyi_core::matching::known;
use guiyi_core::matching::tables::Index;
use guiyi_core::record::Records;
use guiyi_core::rulebook::Rulebook;
use guiyi_store::{GoldenRecord, Store, StoreError};

use crate::error::SyncError;

/// An index of the records of one entity type.
#[derive(Debug)]
pub struct StoreIndex {
    /// The index.
    pub index: Index,
    /// The elements that the store encrypts: they are neither compared nor kept.
    pub left_out: Vec<String>,
}

/// Makes an index of all records that a store has of the rulebook's entity type, weighed by the rulebook's model or by one
/// that is learned from them. Costs what matching them in a run costs.
///
/// # Errors
///
/// [`SyncError::Store`] if the store cannot be read, [`SyncError::Model`] if the model does not fit.
pub fn index(store: &Store, rulebook: &Rulebook) -> Result<StoreIndex, SyncError> {
    let entity = rulebook.dictionary.entity;
    let known = store.load_known(rulebook, &Records::default())?;
    let records = &known.absent;
    let code = |record: usize| {
        let system = &known.systems[usize::from(records.sources[record])];
        entry::name_of(system, &records.keys[record])
    };
    let names: Vec<String> = (0..records.len()).map(code).collect();
    let mut numbers: BTreeMap<GlobalId, u32> = BTreeMap::new();
    let memberships = known.memberships(records);
    let clusters = (0_u32..)
        .zip(&memberships.current)
        .map(|(record, current)| match current {
            Some((gid, _)) => *numbers.entry(*gid).or_insert(record),
            None => record,
        });
    let clusters: Vec<u32> = clusters.collect();
    let encrypted = store.encryption().map(|encryption| encryption.elements);
    let of_entity = encrypted.into_iter().flatten().filter(|of| of.entity == entity);
    let left_out: Vec<String> = of_entity.map(|of| of.element).collect();
    let positions: Vec<usize> = (left_out.iter())
        .filter_map(|element| rulebook.dictionary.position(element))
        .collect();
    let index = known::index(records, &names, &clusters, rulebook, &positions)?;
    Ok(StoreIndex { index, left_out })
}

/// A golden record that a record may be, as the store has it now; `None` if it is retired.
pub type Found = (Candidate, Option<GoldenRecord>);

/// The golden records that a record may be, the likeliest first.
///
/// `None`: the record has no value of an element that is compared.
///
/// # Errors
///
/// [`StoreError`] if the store cannot be read.
pub fn candidates(
    store: &Store,
    index: &Index,
    record: &Records,
    dictionary: &Dictionary,
) -> Result<Option<Vec<Found>>, StoreError> {
    let mut goldens: BTreeMap<GlobalId, Option<GoldenRecord>> = BTreeMap::new();
    let resolve = |system: &str, key: &str| -> Result<Option<(GlobalId, bool)>, StoreError> {
        let Some(gid) = store.lookup(dictionary.entity, system, key)? else {
            return Ok(None);
        };
        let golden = match goldens.entry(gid) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(place) => match store.resolved(gid)? {
                Some((_, golden)) => place.insert(golden),
                None => return Ok(None),
            },
        };
        Ok(Some((gid, golden.is_none())))
    };
    let found = entry::candidates(index, record, dictionary, resolve)?;
    let with_golden = |candidate: Candidate| {
        let golden = goldens.remove(&candidate.gid).flatten();
        (candidate, golden)
    };
    Ok(found.map(|found| found.into_iter().map(with_golden).collect()))
}
