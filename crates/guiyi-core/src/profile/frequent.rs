//! The commonest of many texts in bounded memory: exact while they fit, with a known error when they do not.
//!
//! When twice the capacity of counters is reached, the median count is taken off all of them and what falls to zero is
//! forgotten (Misra and Gries 1982; in this form Anderson et al., A high-performance algorithm for identifying
//! frequent items in data streams, 2017). A count is too small by at most what was taken off, and never too large.

use super::hash::Map;

/// Counts of texts.
#[derive(Debug, Clone)]
pub(super) struct Frequent {
    capacity: usize,
    counts: Map<(u64, Box<str>)>,
    /// What has been taken off each counter at most.
    taken: u64,
}

/// The commonest texts.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Commonest {
    /// Text and count, the commonest first, equal counts in order of the texts.
    pub items: Vec<(Box<str>, u64)>,
    /// Counts may be too small by as much as this; 0: they are exact.
    pub error: u64,
}

impl Frequent {
    pub(super) fn new(capacity: usize) -> Self {
        Self {
            capacity,
            counts: Map::default(),
            taken: 0,
        }
    }

    /// Counts a text, whose hash is given, `count` times.
    pub(super) fn add(&mut self, hash: u64, text: &str, count: u64) {
        self.counts
            .entry(hash)
            .and_modify(|(have, _)| *have += count)
            .or_insert_with(|| (count, text.into()));
        if self.counts.len() >= 2 * self.capacity {
            self.prune();
        }
    }

    /// The `n` commonest; those whose count the error may have made are left out.
    pub(super) fn commonest(&self, n: usize) -> Commonest {
        let mut items: Vec<(Box<str>, u64)> = self
            .counts
            .values()
            .filter(|(count, _)| *count > self.taken || self.taken == 0)
            .map(|(count, text)| (text.clone(), *count))
            .collect();
        items.sort_unstable_by(|one, other| other.1.cmp(&one.1).then_with(|| one.0.cmp(&other.0)));
        items.truncate(n);
        Commonest {
            items,
            error: self.taken,
        }
    }

    /// How many texts are counted.
    pub(super) fn len(&self) -> usize {
        self.counts.len()
    }

    /// Whether no text was ever forgotten.
    pub(super) fn is_exact(&self) -> bool {
        self.taken == 0
    }

    fn prune(&mut self) {
        let mut counts: Vec<u64> = self.counts.values().map(|(count, _)| *count).collect();
        let middle = counts.len() / 2;
        let (_, median, _) = counts.select_nth_unstable(middle);
        let median = *median;
        self.counts.retain(|_, (count, _)| {
            *count = count.saturating_sub(median);
            *count > 0
        });
        self.taken += median;
    }
}

#[cfg(test)]
mod tests {
    use super::super::hash::hash;
    use super::*;

    fn of(texts: impl Iterator<Item = u64>, capacity: usize) -> Frequent {
        let mut state = Frequent::new(capacity);
        for text in texts {
            let text = text.to_string();
            state.add(hash(&text), &text, 1);
        }
        state
    }

    #[test]
    fn counts_what_is_common() {
        let exact = of((0..1000).map(|i| i % 7), 16).commonest(2);
        assert_eq!(exact.items, [("0".into(), 143), ("1".into(), 143)]);
        assert_eq!(exact.error, 0);
        // Every third text is 5, all others occur once.
        let mixed = of((0..30_000).map(|i| if i % 3 == 0 { 5 } else { i }), 64).commonest(3);
        let [(text, count)] = &mixed.items[..] else {
            panic!("{mixed:?}")
        };
        assert_eq!(&**text, "5");
        assert!(*count <= 10_000 && count + mixed.error >= 10_000, "{mixed:?}");
    }
}
