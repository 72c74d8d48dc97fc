//! Source priority: the most trusted system first; systems that the policy does not name follow in the order of the sources.

use std::sync::Arc;

use super::{Members, Unit, keep_smallest};
use crate::record::Records;
use crate::rulebook::Rulebook;

/// For each source that occurs in the records the first one with the same system: which file of a system a record came
/// in decides nothing.
pub(super) fn systems(records: &Records, rulebook: &Rulebook) -> Vec<u16> {
    let system = |source: usize| rulebook.sources.get(source).map(|source| &source.system);
    let n_sources = records.sources.iter().max().map_or(0, |&last| usize::from(last) + 1);
    (0..n_sources)
        .map(|source| (0..source).find(|&other| system(other).is_some() && system(other) == system(source)))
        .zip(0..)
        .map(|(first, source)| first.map_or(source, |first| first as u16))
        .collect()
}

/// The rank of each source of which [`systems`] tells, 0 the most trusted. `priority`: systems, most trusted first.
pub(super) fn ranks(system_of: &[u16], rulebook: &Rulebook, priority: &[Arc<str>]) -> Vec<usize> {
    system_of
        .iter()
        .map(|&source| {
            let system = rulebook.sources.get(usize::from(source)).map(|source| &source.system);
            let named = system.and_then(|system| priority.iter().position(|name| name == system));
            named.unwrap_or(priority.len() + usize::from(source))
        })
        .collect()
}

pub(super) fn rank(context: &Members<'_>, unit: &Unit<'_>, record: u32) -> usize {
    unit.source_ranks[usize::from(context.records.sources[record as usize])]
}

pub(super) fn keep(context: &Members<'_>, unit: &Unit<'_>, candidates: &mut Vec<u32>) {
    keep_smallest(candidates, |record| rank(context, unit, record));
}
