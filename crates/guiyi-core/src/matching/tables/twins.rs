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
    let samples: Vec<Sample> = names.iter().map(|at| Sample::of(&fields[*at])).collect();
    let mut shared: Vec<(f64, usize, usize)> = Vec::new();
    for (one, other) in (0..names.len()).flat_map(|one| (0..one).map(move |other| (one, other))) {
        let (n_shared, fewer) = samples[one].shared(&samples[other]);
        let share = n_shared as f64 / fewer.max(1) as f64;
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

/// Hashes of the values of a field, or of some that are chosen by their hash.
pub(super) struct Sample {
    hashes: BTreeSet<u64>,
    is_whole: bool,
}

impl Sample {
    pub(super) fn of(field: &Field) -> Self {
        let n = field.values.len();
        let is_whole = n <= FEW;
        let hashes = (1..n as u32).map(|id| hash(field.values.get(id).as_bytes()));
        Self {
            hashes: hashes.filter(|hash| is_whole || is_chosen(*hash)).collect(),
            is_whole,
        }
    }

    /// How many values two fields share, and how many the one has that has fewer; of both the same ones are looked at.
    pub(super) fn shared(&self, other: &Self) -> (usize, usize) {
        let all = self.is_whole && other.is_whole;
        let count = |sample: &Self| sample.hashes.iter().filter(|hash| all || is_chosen(**hash)).count();
        (
            self.hashes
                .intersection(&other.hashes)
                .filter(|hash| all || is_chosen(**hash))
                .count(),
            count(self).min(count(other)),
        )
    }
}

fn is_chosen(hash: u64) -> bool {
    hash.is_multiple_of(SAMPLE)
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
