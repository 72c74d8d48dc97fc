//! How good a linkage is, given the truth.

use super::super::hash::Map;

/// Precision, recall and their harmonic mean.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Score {
    /// Share of what was found that is true.
    pub precision: f64,
    /// Share of what is true that was found.
    pub recall: f64,
}

impl Score {
    /// Of counts: true among the found, all found, all true. 0/0 is 0.
    pub fn of(hits: f64, found: f64, truth: f64) -> Self {
        let ratio = |over: f64| if over > 0.0 { hits / over } else { 0.0 };
        Self {
            precision: ratio(found),
            recall: ratio(truth),
        }
    }

    /// The harmonic mean.
    pub fn f1(&self) -> f64 {
        let sum = self.precision + self.recall;
        if sum > 0.0 {
            2.0 * self.precision * self.recall / sum
        } else {
            0.0
        }
    }
}

/// B-cubed precision and recall of a clustering against the true one: for each record the share of its cluster that
/// truly belongs to it, and the share of its true cluster that it is with. Bagga and Baldwin, COLING-ACL 1998.
pub fn b_cubed(found: &[u32], truth: &[u32]) -> Score {
    let mut both: Map<u64, u32> = Map::default();
    let (mut n_found, mut n_truth): (Map<u64, u32>, Map<u64, u32>) = (Map::default(), Map::default());
    for (found, truth) in found.iter().zip(truth) {
        *both.entry(u64::from(*found) << 32 | u64::from(*truth)).or_default() += 1;
        *n_found.entry(u64::from(*found)).or_default() += 1;
        *n_truth.entry(u64::from(*truth)).or_default() += 1;
    }
    let n = found.len().max(1) as f64;
    let mut cells: Vec<(u64, u32)> = both.into_iter().collect();
    cells.sort_unstable();
    let mut score = Score::default();
    for (cell, count) in cells {
        let squared = f64::from(count) * f64::from(count) / n;
        score.precision += squared / f64::from(n_found[&(cell >> 32)]);
        score.recall += squared / f64::from(n_truth[&(cell & 0xffff_ffff)]);
    }
    score
}
