//! Familiar forms in full names: Bob Miller is Robert Miller.
//!
//! A text of a few words, one of which is a given name that is known, is taken for the name of a person: two of them
//! whose given names are writings of one (`kin`) are as alike as what else they say.
//! Laws: a value decides alone whether it is a name; which of two comes first changes nothing.

use rayon::prelude::*;

use super::values::Values;
use super::{kin, persons};
use crate::matching::hash::Map;

/// Values that a thread takes at a time, at least.
const CHUNK: usize = 1024;
/// How alike names are, at most, of which the given one is written otherwise.
pub(super) const AS_ALIKE: f32 = 0.9;

/// For each value of a field the given name that is known in it.
pub(super) fn given_names(values: &Values) -> Vec<Option<&str>> {
    let ids = (0..values.len() as u32).into_par_iter().with_min_len(CHUNK);
    ids.map(|id| persons::known_in(values.get(id))).collect()
}

/// The given names in full names.
pub(super) struct Familiar {
    /// For each value the place of its given name among all; none where it is no such name.
    given: Vec<Option<u32>>,
    /// For each given name its keys, ascending.
    keys: Vec<Vec<u32>>,
}

impl Familiar {
    /// Of the given names that [`given_names`] finds; `None` where no two are there.
    pub(super) fn of(given_names: &[Option<&str>]) -> Option<Self> {
        let mut places: Map<&str, u32> = Map::default();
        let mut keys = Vec::new();
        let place = |name: &Option<_>| {
            let name = (*name)?;
            let next = || {
                keys.push(kin::keys(name));
                (keys.len() - 1) as u32
            };
            Some(*places.entry(name).or_insert_with(next))
        };
        let given = given_names.iter().map(place).collect();
        (keys.len() > 1).then_some(Self { given, keys })
    }

    /// Whether two values are names of which the given ones differ and are writings of one.
    pub(super) fn are_kin(&self, a: u32, b: u32) -> bool {
        match (self.given[a as usize], self.given[b as usize]) {
            (Some(one), Some(other)) if one != other => {
                let (left, right) = (&self.keys[one as usize], &self.keys[other as usize]);
                left.iter().any(|key| right.binary_search(key).is_ok())
            }
            _ => false,
        }
    }
}
