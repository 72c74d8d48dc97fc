//! How many different values a column has: exact up to a limit, from then on estimated by the smallest hashes.
//!
//! The sketch keeps the `limit` smallest of all hashes (K minimum values; Bar-Yossef et al., Counting distinct elements
//! in a data stream, 2002, algorithm 1; estimator of Beyer et al., On synopses for distinct-value estimation, 2007).
//! Its standard error is 1 / √(limit − 2), 0.1 % for a million hashes. It is one mechanism for both cases, where a
//! HyperLogLog would stand beside an exact set and be no smaller at the same error than it has to be here.
//! Law: the state depends on the set of values alone, not on their order.

/// The values seen, as hashes.
#[derive(Debug, Clone)]
pub(super) struct Distinct {
    limit: usize,
    /// Sorted, without repeats, at most `limit`.
    kept: Vec<u64>,
    /// Not yet sorted in.
    pending: Vec<u64>,
    /// Only hashes below this one matter; `None` until the limit is passed.
    below: Option<u64>,
}

/// Number of different values.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DistinctCount {
    /// The number, or its estimate.
    pub count: u64,
    /// Whether it is exact, but for colliding 64-bit hashes.
    pub is_exact: bool,
    /// Relative standard error of the estimate; 0 where it is exact.
    pub error: f64,
}

/// Hashes that wait to be sorted in, at least.
const PENDING: usize = 1 << 15;

impl Distinct {
    pub(super) fn new(limit: usize) -> Self {
        Self {
            limit: limit.max(3),
            kept: Vec::new(),
            pending: Vec::new(),
            below: None,
        }
    }

    /// Adds a value.
    pub(super) fn add(&mut self, hash: u64) {
        if self.below.is_none_or(|below| hash < below) {
            self.pending.push(hash);
            if self.pending.len() >= PENDING.max(self.kept.len() / 4) {
                self.settle();
            }
        }
    }

    /// How many different values were seen.
    pub(super) fn count(&mut self) -> DistinctCount {
        self.settle();
        match self.below {
            None => DistinctCount {
                count: self.kept.len() as u64,
                is_exact: true,
                error: 0.0,
            },
            Some(below) => {
                let share = below as f64 / 2_f64.powi(64);
                DistinctCount {
                    count: (self.kept.len() as f64 / share).round() as u64,
                    is_exact: false,
                    error: 1.0 / ((self.limit - 2) as f64).sqrt(),
                }
            }
        }
    }

    fn settle(&mut self) {
        if self.pending.is_empty() {
            return;
        }
        self.pending.sort_unstable();
        self.pending.dedup();
        let pending = std::mem::take(&mut self.pending);
        let kept = std::mem::take(&mut self.kept);
        self.kept = union(&kept, &pending);
        self.pending = pending;
        self.pending.clear();
        if self.kept.len() > self.limit {
            let below = self.kept[self.limit];
            self.lower(below);
        }
    }

    /// Forgets hashes from `below` on.
    fn lower(&mut self, below: u64) {
        let below = self.below.map_or(below, |own| own.min(below));
        self.kept.truncate(self.kept.partition_point(|hash| *hash < below));
        self.below = Some(below);
    }
}

/// Both sorted lists in one, without repeats.
fn union(left: &[u64], right: &[u64]) -> Vec<u64> {
    let mut both = Vec::with_capacity(left.len() + right.len());
    let (mut left, mut right) = (left.iter().copied().peekable(), right.iter().copied().peekable());
    while let (Some(one), Some(other)) = (left.peek(), right.peek()) {
        let next = *one.min(other);
        both.push(next);
        left.next_if_eq(&next);
        right.next_if_eq(&next);
    }
    both.extend(left);
    both.extend(right);
    both
}

#[cfg(test)]
mod tests {
    use super::super::hash::hash;
    use super::*;
    use proptest::prelude::*;

    fn of(values: impl Iterator<Item = u64>, limit: usize) -> Distinct {
        let mut state = Distinct::new(limit);
        for value in values {
            state.add(hash(&value.to_string()));
        }
        state
    }

    #[test]
    fn counts() {
        let exact = of((0..100_000).map(|i| i % 70_000), 1 << 20).count();
        assert_eq!((exact.count, exact.is_exact), (70_000, true));
        let about = of(0..200_000, 10_000).count();
        assert!(
            !about.is_exact && (190_000..210_000).contains(&about.count),
            "{about:?}"
        );
    }

    proptest! {
        #[test]
        fn order_changes_nothing(values in proptest::collection::vec(0_u64..500, 0..600), limit in 3_usize..400) {
            let mut forth = of(values.iter().copied(), limit);
            let mut back = of(values.iter().rev().copied(), limit);
            prop_assert_eq!(forth.count(), back.count());
            prop_assert_eq!(forth.kept, back.kept);
        }
    }
}
