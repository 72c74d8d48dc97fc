//! Source priority: the most trusted system first; systems that the policy does not name follow in the order of the sources.

use super::{Members, keep_smallest};
use crate::record::Records;
use crate::rulebook::Rulebook;

/// The rank of each source that occurs in the records, 0 the most trusted.
pub(super) fn ranks(records: &Records, rulebook: &Rulebook) -> Vec<usize> {
    let priority = &rulebook.survivorship.source_priority;
    let n_sources = records.sources.iter().max().map_or(0, |&last| usize::from(last) + 1);
    (0..n_sources)
        .map(|source| {
            let system = rulebook.sources.get(source).map(|source| &source.system);
            let named = system.and_then(|system| priority.iter().position(|name| name == system));
            named.unwrap_or(priority.len() + source)
        })
        .collect()
}

pub(super) fn keep(context: &Members<'_>, candidates: &mut Vec<u32>) {
    keep_smallest(candidates, |record| {
        context.source_ranks[usize::from(context.records.sources[record as usize])]
    });
}
