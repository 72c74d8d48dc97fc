//! Union: all different values of the members as one text, the most trusted system's first.
//!
//! Values are parted by `；`; a value that holds `；` or `;` counts as several, so that a union of unions is the same.
//! Its lineage names the record that gave the first value.

use super::{Members, Unit};

const SEPARATOR: &str = "；";

/// The values of the candidates, each once. `candidates`: those whose values count.
pub(super) fn join(context: &Members<'_>, unit: &Unit<'_>, candidates: &[u32]) -> String {
    let mut in_order = candidates.to_vec();
    in_order.sort_by_key(|&record| order(context, unit, record));
    let mut values: Vec<&str> = Vec::new();
    for &record in &in_order {
        for &element in &unit.elements {
            for value in parts(context.records.get(record, element).unwrap_or_default()) {
                if !values.contains(&value) {
                    values.push(value);
                }
            }
        }
    }
    values.join(SEPARATOR)
}

/// The record whose values come first.
pub(super) fn first(context: &Members<'_>, unit: &Unit<'_>, candidates: &[u32]) -> Option<u32> {
    candidates
        .iter()
        .copied()
        .min_by_key(|&record| order(context, unit, record))
}

fn order<'a>(context: &Members<'a>, unit: &Unit<'_>, record: u32) -> (usize, u16, &'a str) {
    let source = usize::from(context.records.sources[record as usize]);
    (
        unit.source_ranks[source],
        context.system_of[source],
        &context.records.keys[record as usize],
    )
}

fn parts(value: &str) -> impl Iterator<Item = &str> {
    value.split(['；', ';']).map(str::trim).filter(|part| !part.is_empty())
}
