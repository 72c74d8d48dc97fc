//! `unique` over a source that streams by: the values of each row as 16 bytes, and which of them occur more than once.
//!
//! A source is gone through twice: first [`super::Judge::keys`] gives the keys of all rows, which whoever reads the source sorts,
//! in memory or on disk; then [`SharedValues`] tells each row whether others share its values.
//! Where only counts are wanted, once is enough: the keys are gathered while the rows are judged.
//! Laws: values of at most 15 bytes are their own key, so two of them share a key only if they are equal; longer ones
//! are hashed to 120 bits, and whoever goes through the source twice compares the bytes of every row whose hash is shared
//! ([`super::Judged::collided`]). The lowest bit of a key is 0: a mark has room there.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hasher};
use std::sync::{Mutex, PoisonError};

use super::applies;
use crate::record::Batch;
use crate::rulebook::{Check, Rule};

/// Separates the values of several elements; no UTF-8 text has this byte.
const SEPARATOR: u8 = 0xFF;
/// Marks a hash in the highest bits, where a short value has its length.
const HASHED: u128 = 0x7F << 121;

/// Adds the keys of the rows of a batch that a `unique` rule judges: records with a value in all of its elements.
///
/// `seed` chooses the hash of long values; keys of one seed compare with each other only. Other rules add nothing.
pub(super) fn value_keys(batch: &Batch, rule: &Rule, seed: u64, keys: &mut Vec<u128>) {
    keys.extend(keyed_rows(batch, rule, seed).map(|(_, key)| key));
}

/// (row, key) of every row that the rule judges.
pub(super) fn keyed_rows<'b>(batch: &'b Batch, rule: &'b Rule, seed: u64) -> impl Iterator<Item = (usize, u128)> + 'b {
    let elements: &[usize] = match &rule.check {
        Check::Unique { elements, .. } => elements,
        _ => &[],
    };
    let n_rows = if elements.is_empty() { 0 } else { batch.len() };
    (0..n_rows).filter_map(move |row| {
        let values = elements.iter().map(|&element| batch.columns[element].get(row));
        if values.clone().any(|value| value.is_none()) || !applies(batch, rule, row) {
            return None;
        }
        Some((row, key(values.flatten(), seed)))
    })
}

/// The key of the values of one row.
fn key<'v>(values: impl Iterator<Item = &'v str> + Clone, seed: u64) -> u128 {
    let mut bytes = [0; 16];
    let mut length = 0;
    for (position, value) in values.clone().enumerate() {
        if position > 0 && length < 15 {
            bytes[length] = SEPARATOR;
            length += 1;
        }
        let end = length + value.len();
        if end > 15 {
            return hashed(values, seed);
        }
        bytes[length..end].copy_from_slice(value.as_bytes());
        length = end;
    }
    bytes[15] = length as u8;
    u128::from_le_bytes(bytes) << 1
}

fn hashed<'v>(values: impl Iterator<Item = &'v str>, seed: u64) -> u128 {
    let (mut high, mut low) = (DefaultHasher::new(), DefaultHasher::new());
    high.write_u64(seed);
    low.write_u64(!seed);
    for value in values {
        for hasher in [&mut high, &mut low] {
            hasher.write(value.as_bytes());
            hasher.write_u8(SEPARATOR);
        }
    }
    (u128::from(high.finish()) << 64 | u128::from(low.finish())) << 1 | HASHED
}

/// The keys of one `unique` rule that occur more than once in a source.
#[derive(Debug, Default)]
pub struct SharedValues {
    /// Ascending.
    keys: Vec<u128>,
    /// How often each occurs.
    counts: Vec<u64>,
    /// One bit for many keys; most keys that are not shared are told by it.
    filter: Vec<u64>,
    seed: u64,
    /// The first values seen for each hashed key.
    seen: Mutex<BTreeMap<u128, Box<str>>>,
}

impl SharedValues {
    /// From the keys that occur more than once and how often, in any order; `seed` is the one with which they were made.
    ///
    /// Memory: 24 bytes a key, and each long value once.
    pub fn new(mut shared: Vec<(u128, u64)>, seed: u64) -> Self {
        shared.sort_unstable();
        let n_words = (shared.len() / 4).next_power_of_two().max(64);
        let mut filter = vec![0; n_words];
        for (key, _) in &shared {
            let bit = bit(*key, n_words);
            filter[bit / 64] |= 1 << (bit % 64);
        }
        let (keys, counts) = shared.into_iter().unzip();
        Self {
            keys,
            counts,
            filter,
            seed,
            seen: Mutex::default(),
        }
    }

    /// Number of rows that share their values with others.
    pub fn n_rows(&self) -> u64 {
        self.counts.iter().sum()
    }

    pub(super) fn seed(&self) -> u64 {
        self.seed
    }

    /// How many rows have the key; `None` if no other row has it.
    pub(super) fn count(&self, key: u128) -> Option<u64> {
        let bit = bit(key, self.filter.len());
        if self.filter[bit / 64] >> (bit % 64) & 1 == 0 {
            return None;
        }
        self.keys.binary_search(&key).ok().map(|position| self.counts[position])
    }

    /// Whether the values are those of the other rows with this key, as far as they were seen.
    pub(super) fn is_same(&self, key: u128, batch: &Batch, rule: &Rule, row: usize) -> bool {
        if key < HASHED {
            return true;
        }
        let Check::Unique { elements, .. } = &rule.check else {
            return true;
        };
        let values: Vec<&str> = elements
            .iter()
            .filter_map(|&element| batch.columns[element].get(row))
            .collect();
        let values = values.join("\u{1F}");
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        **seen.entry(key).or_insert_with(|| values.clone().into()) == *values
    }
}

/// The filter's bit for a key; `n_words` is a power of two.
fn bit(key: u128, n_words: usize) -> usize {
    let mixed = (key as u64 ^ (key >> 64) as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    (mixed >> 32) as usize & (n_words * 64 - 1)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn short_values_are_their_own_key() {
        let key = |values: &[&str]| key(values.iter().copied(), 7);
        assert!(key(&["C00000001"]) < HASHED && key(&["统一社会"]) < HASHED);
        assert!(key(&["1234567890123456"]) >= HASHED);
        assert_ne!(key(&["a", "b"]), key(&["ab"]));
        assert_ne!(key(&["", "ab"]), key(&["ab", ""]));
        assert_ne!(key(&["a"]), key(&["a\0"]));
        assert!(key(&["123456789012345", "x"]) >= HASHED);
    }

    proptest! {
        #[test]
        fn equal_keys_are_equal_values(a in proptest::collection::vec("[ab\\x00]{0,9}", 2), b in proptest::collection::vec("[ab\\x00]{0,9}", 2)) {
            let key = |values: &[String]| key(values.iter().map(String::as_str), 1);
            prop_assert_eq!(key(&a) == key(&b), a == b);
        }

        #[test]
        fn counts_what_it_was_given(keys in proptest::collection::btree_map(0_u128..400, 2_u64..9, 0..60)) {
            let shared = SharedValues::new(keys.clone().into_iter().collect(), 0);
            for key in 0..400 {
                prop_assert_eq!(shared.count(key), keys.get(&key).copied());
            }
        }
    }
}
