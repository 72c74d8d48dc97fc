//! Pins: values that a steward set by hand stand in the golden record, whatever its members say.
//!
//! Laws: a pin changes its own element and no other, also where that element survives in a group; the lineage of a
//! pinned value names no record, its ground is [`Ground::Override`].

use std::collections::BTreeMap;

use arrow_array::builder::StringBuilder;
use arrow_array::{Array, StringArray};

use super::{Golden, Ground, NO_RECORD};
use crate::record::Origin;

/// A steward's value for one element of one golden record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pin<'a> {
    /// Number of the golden record.
    pub golden: usize,
    /// Position of the element in the dictionary.
    pub element: usize,
    /// The value; `None`: no value shall stand there.
    pub value: Option<&'a str>,
}

/// Sets pinned values. Of two pins on one element the later in the list holds; a pin on what is not there is left out.
///
/// Cost: linear in the number of golden records for every element that has a pin.
pub fn pin(golden: &mut Golden, pins: &[Pin<'_>]) {
    let n_golden = golden.len();
    let mut by_element: BTreeMap<usize, BTreeMap<usize, Option<&str>>> = BTreeMap::new();
    for pin in pins.iter().filter(|pin| pin.golden < n_golden) {
        by_element.entry(pin.element).or_default().insert(pin.golden, pin.value);
    }
    for (element, pins) in by_element {
        let Some(column) = golden.columns.get_mut(element) else {
            continue;
        };
        column.values = with_values(&column.values, &pins);
        for &golden in pins.keys() {
            column.winners[golden] = NO_RECORD;
            column.origins[golden] = Origin::Received;
            column.grounds[golden] = Ground::Override;
        }
    }
}

fn with_values(values: &StringArray, pins: &BTreeMap<usize, Option<&str>>) -> StringArray {
    let mut built = StringBuilder::with_capacity(values.len(), values.value_data().len());
    for (golden, value) in values.iter().enumerate() {
        built.append_option(pins.get(&golden).copied().unwrap_or(value));
    }
    built.finish()
}
