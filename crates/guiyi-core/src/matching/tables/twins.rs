//! Twins: two fields whose values change places, such as given name and surname.
//!
//! Law: values decide which fields are twins, not names, nor the order of columns.

use std::collections::BTreeSet;

use super::field::Field;
use super::kind::Kind;
use crate::matching::hash::{Map, hash};

/// One value of so many is looked at to tell twins, chosen by its hash.
const SAMPLE: u64 = 8;
/// Values of a field up to which all are looked at.
const FEW: usize = 5000;
/// The part of the fewer values that stand in both fields of twins.
const LEAST_SHARED: f64 = 0.05;

/// The field that another one changes places with.
#[derive(Debug, Clone)]
pub(super) struct Twin {
    /// Its position.
    pub(super) field: usize,
    /// The value there that says the same as each value here; 0 for none.
    to: Vec<u32>,
}

impl Twin {
    /// Whether what two records say here and there has changed places; values are given as here, there.
    pub(super) fn is_swapped(&self, left: (u32, u32), right: (u32, u32)) -> bool {
        let crosses = |own: u32, other: u32| other != 0 && self.to[own as usize] == other;
        crosses(left.0, right.1) && crosses(right.0, left.1)
    }
}

/// Finds the twins among fields.
pub(super) fn find(fields: &mut [Field]) {
    let names: Vec<usize> = (0..fields.len()).filter(|at| fields[*at].kind == Kind::Name).collect();
    let samples: Vec<BTreeSet<u64>> = names.iter().map(|at| sample(&fields[*at])).collect();
    let mut shared: Vec<(f64, usize, usize)> = Vec::new();
    for (one, other) in (0..names.len()).flat_map(|one| (0..one).map(move |other| (one, other))) {
        let (left, right) = (&samples[one], &samples[other]);
        let share = left.intersection(right).count() as f64 / left.len().min(right.len()).max(1) as f64;
        if share >= LEAST_SHARED {
            shared.push((share, names[other], names[one]));
        }
    }
    // Each field has one twin: the two that share most are the first.
    shared.sort_by(|x, y| y.0.total_cmp(&x.0).then((x.1, x.2).cmp(&(y.1, y.2))));
    for (_, one, other) in shared {
        if fields[one].twin.is_none() && fields[other].twin.is_none() {
            join(fields, one, other);
            join(fields, other, one);
        }
    }
}

/// Hashes of a sample of the values of a field, chosen by their hash.
pub(super) fn sample(field: &Field) -> BTreeSet<u64> {
    let n = field.values.len();
    let hashes = (1..n as u32).map(|id| hash(field.values.get(id).as_bytes()));
    hashes.filter(|hash| n <= FEW || hash.is_multiple_of(SAMPLE)).collect()
}

/// Makes one field the twin of another.
pub(super) fn join(fields: &mut [Field], of: usize, twin: usize) {
    let hashes = |at: usize| -> Vec<u64> {
        let values = &fields[at].values;
        (1..values.len() as u32)
            .map(|id| hash(values.get(id).as_bytes()))
            .collect()
    };
    let there: Map<u64, u32> = hashes(twin).into_iter().zip(1..).collect();
    let mut to = vec![0];
    to.extend(hashes(of).iter().map(|hash| there.get(hash).copied().unwrap_or(0)));
    fields[of].twin = Some(Twin { field: twin, to });
}
