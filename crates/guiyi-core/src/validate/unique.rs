//! `unique`: no other row within the rule's scope has the same values in the rule's elements: the rows of its file, of
//! all files of its system, or of all systems.
//!
//! A row with a null among them passes: nothing given is not the same as something given. Every row of a group that
//! shares its values fails, not only the later ones. Rejected rows do not count, nor does a group whose rows all have
//! one source key in one system: that is a conflict of keys and said there.

use std::collections::BTreeMap;

use super::across::{hash, repeated};
use super::{Place, applies, finding};
use crate::finding::{Action, Fault, Notes};
use crate::record::{Batch, RowState};
use crate::rulebook::{OnFailure, Rule, Rulebook, Scope};

pub(super) fn settle(
    batches: &mut [Batch],
    rule: &Rule,
    elements: &[usize],
    scope: Scope,
    rulebook: &Rulebook,
    notes: &mut Notes,
) {
    let place = |source: u16| {
        let system = rulebook.first_source_of_system(source);
        match scope {
            Scope::Source => (source, system),
            Scope::System => (system, system),
            Scope::All => (0, system),
        }
    };
    for group in shared(batches, elements, place, |batch, row| applies(batch, rule, row)) {
        let fault = Fault::Duplicate {
            count: group.len() as u64,
        };
        for (batch, row) in group {
            let batch = &mut batches[batch];
            let mut finding = finding(
                batch,
                rulebook,
                row,
                rule.attribute,
                &rule.code,
                rule.severity,
                fault.clone(),
            );
            if rule.on_failure == OnFailure::Quarantine {
                finding.action = Action::Quarantined;
                batch.worsen(row, RowState::Quarantined);
            }
            notes.findings.push(finding);
        }
    }
}

/// Groups of rows, as (batch, row), with different source keys that share the values of all elements.
///
/// `place` gives for a source the scope in which values are shared, and the system to which its source keys belong.
pub(super) fn shared(
    batches: &[Batch],
    elements: &[usize],
    place: impl Fn(u16) -> (u16, u16),
    counts: impl Fn(&Batch, usize) -> bool,
) -> Vec<Vec<Place>> {
    let places: Vec<(u16, u16)> = batches.iter().map(|batch| place(batch.source)).collect();
    let mut hashes = Vec::new();
    visit(batches, elements, &counts, |batch, _, values| {
        hashes.push(hash(places[batch].0, values.iter().copied()));
    });
    let repeated = repeated(hashes);
    let mut groups: BTreeMap<(u16, Vec<&str>), Vec<Place>> = BTreeMap::new();
    visit(batches, elements, &counts, |batch, row, values| {
        let scope = places[batch].0;
        if repeated.contains(hash(scope, values.iter().copied())) {
            groups.entry((scope, values.to_vec())).or_default().push((batch, row));
        }
    });
    let has_two_keys = |rows: &[Place]| {
        let key = |&(batch, row): &Place| (places[batch].1, batches[batch].key(row));
        rows.iter().any(|row| key(row) != key(&rows[0]))
    };
    groups.into_values().filter(|rows| has_two_keys(rows)).collect()
}

/// Calls `each` with (batch, row, values) for every row that counts and has a value in all elements.
fn visit<'b>(
    batches: &'b [Batch],
    elements: &[usize],
    counts: impl Fn(&Batch, usize) -> bool,
    mut each: impl FnMut(usize, usize, &[&'b str]),
) {
    let mut values = Vec::with_capacity(elements.len());
    for (position, batch) in batches.iter().enumerate() {
        for row in 0..batch.len() {
            values.clear();
            values.extend(elements.iter().map_while(|&element| batch.columns[element].get(row)));
            if values.len() == elements.len() && counts(batch, row) {
                each(position, row, &values);
            }
        }
    }
}
