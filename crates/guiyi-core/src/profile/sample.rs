//! A fair sample of a column's distinct values, each with the exact number of rows that hold it.
//!
//! It keeps the values with the smallest hashes. A value that is among them at the end was so from its first row on, so
//! its count is exact. Law: the sample depends on the values alone, not on their order.

use std::collections::BTreeMap;

/// Values with the smallest hashes.
#[derive(Debug, Clone)]
pub(super) struct Sample {
    size: usize,
    values: BTreeMap<u64, (u64, Box<str>)>,
    /// The smallest hash that was ever left out.
    below: u64,
}

impl Sample {
    pub(super) fn new(size: usize) -> Self {
        Self {
            size: size.max(1),
            values: BTreeMap::new(),
            below: u64::MAX,
        }
    }

    /// Adds a value, whose hash is given, that `count` rows hold.
    pub(super) fn add(&mut self, hash: u64, text: &str, count: u64) {
        if hash >= self.below {
            return;
        }
        self.values
            .entry(hash)
            .and_modify(|(have, _)| *have += count)
            .or_insert_with(|| (count, text.into()));
        if self.values.len() > self.size
            && let Some((hash, _)) = self.values.pop_last()
        {
            self.below = hash;
        }
    }

    /// The values with their number of rows, in order of their hashes.
    pub(super) fn values(&self) -> impl ExactSizeIterator<Item = (&str, u64)> {
        self.values.values().map(|(count, text)| (&**text, *count))
    }

    /// Whether every distinct value is in it.
    pub(super) fn is_whole(&self) -> bool {
        self.below == u64::MAX
    }
}

#[cfg(test)]
mod tests {
    use super::super::hash::hash;
    use super::*;
    use proptest::prelude::*;

    fn of(values: &[u16], size: usize) -> Sample {
        let mut sample = Sample::new(size);
        for value in values {
            let text = value.to_string();
            sample.add(hash(&text), &text, 1);
        }
        sample
    }

    proptest! {
        #[test]
        fn counts_are_exact_and_order_changes_nothing(values in proptest::collection::vec(0_u16..60, 0..200), size in 1_usize..40) {
            let forth = of(&values, size);
            let reversed: Vec<u16> = values.iter().rev().copied().collect();
            prop_assert_eq!(&forth.values, &of(&reversed, size).values);
            for (text, count) in forth.values() {
                let expected = values.iter().filter(|value| value.to_string() == text).count();
                prop_assert_eq!(count, expected as u64);
            }
        }
    }
}
