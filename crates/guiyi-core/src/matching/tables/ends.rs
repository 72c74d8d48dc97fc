//! Where texts end that stand end to end: four bytes for each instead of eight.
//!
//! Of most columns all text is shorter than four gigabytes. What does not fit into four bytes is noted once for all
//! texts that follow.

use std::ops::Range;

/// The ends of texts, by number from 0.
#[derive(Debug, Clone, Default)]
pub(super) struct Ends {
    /// The lower half of each end.
    lower: Vec<u32>,
    /// The texts from which on the upper half is one more, ascending.
    carries: Vec<usize>,
}

impl Ends {
    /// The end of the next text, not before that of the last one.
    pub(super) fn push(&mut self, end: usize) {
        while (self.carries.len() as u64) < end as u64 >> 32 {
            self.carries.push(self.lower.len());
        }
        self.lower.push(end as u32);
    }

    /// Where a text ends.
    pub(super) fn end(&self, at: usize) -> usize {
        let upper = self.carries.partition_point(|first| *first <= at) as u64;
        (upper << 32 | u64::from(self.lower[at])) as usize
    }

    /// Where a text begins.
    pub(super) fn start(&self, at: usize) -> usize {
        at.checked_sub(1).map_or(0, |before| self.end(before))
    }

    /// Where a text stands.
    pub(super) fn of(&self, at: usize) -> Range<usize> {
        self.start(at)..self.end(at)
    }

    /// All ends, in order.
    pub(super) fn iter(&self) -> impl Iterator<Item = usize> {
        (0..self.len()).map(|at| self.end(at))
    }

    pub(super) fn len(&self) -> usize {
        self.lower.len()
    }
}

#[cfg(test)]
mod tests {
    use super::Ends;

    #[test]
    fn texts_of_many_gigabytes_end_where_they_do() {
        const GIGABYTE: usize = 1 << 30;
        let expected = [
            0,
            3,
            GIGABYTE,
            5 * GIGABYTE,
            5 * GIGABYTE + 1,
            13 * GIGABYTE,
            14 * GIGABYTE,
        ];
        let mut ends = Ends::default();
        for end in expected {
            ends.push(end);
        }
        assert!(ends.iter().eq(expected));
        assert_eq!((ends.of(0), ends.of(3)), (0..0, GIGABYTE..5 * GIGABYTE));
    }
}
