//! What columns have to do with each other: pairs that identify a row, columns that repeat another, columns that another
//! decides.
//!
//! Candidates are chosen on the first rows and then held against every row of the file, so what is reported holds.

use super::column::NULL;
use super::distinct::Distinct;
use super::hash::{Map, join};

/// Rows on which candidates are chosen.
const CHOSEN_ON: usize = 8192;
/// Fewest rows on which a candidate is worth anything.
const FEWEST: usize = 20;
/// Columns that are compared; further ones are left alone.
const COLUMNS: usize = 48;
/// Pairs that are tracked as keys.
const PAIRS: usize = 6;
/// Most values of a column that decides another.
const GROUPS: usize = 20_000;

/// Two columns that have to do with each other, by their positions.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Relation {
    /// The two together identify every row; neither does so alone.
    Key(usize, usize),
    /// The second repeats the first in this share of the rows, at least 0.9.
    Equal(usize, usize, f64),
    /// Each value of the first goes with one value of the second, in every row.
    Decides(usize, usize),
}

struct Equal {
    columns: (usize, usize),
    same: u64,
    rows: u64,
}

struct Decides {
    columns: (usize, usize),
    with: Map<u64>,
    holds: bool,
}

/// Candidates and what has become of them.
#[derive(Default)]
pub(super) struct Relations {
    chosen: bool,
    rows: u64,
    keys: Vec<((usize, usize), Distinct, bool)>,
    equal: Vec<Equal>,
    decides: Vec<Decides>,
}

impl Relations {
    /// Takes the hashes of a batch, column by column.
    pub(super) fn add(&mut self, columns: &[Vec<u64>], distinct_limit: usize) {
        let n_rows = columns.first().map_or(0, Vec::len);
        if !self.chosen && n_rows > 0 {
            self.chosen = true;
            self.choose(columns, n_rows.min(CHOSEN_ON), distinct_limit);
        }
        self.rows += n_rows as u64;
        for ((a, b), distinct, has_nulls) in &mut self.keys {
            for (one, other) in columns[*a].iter().zip(&columns[*b]) {
                *has_nulls |= *one == NULL || *other == NULL;
                distinct.add(join(*one, *other));
            }
        }
        for pair in &mut self.equal {
            let (a, b) = (&columns[pair.columns.0], &columns[pair.columns.1]);
            pair.rows += n_rows as u64;
            pair.same += a.iter().zip(b).filter(|(one, other)| one == other).count() as u64;
        }
        for pair in self.decides.iter_mut().filter(|pair| pair.holds) {
            let (a, b) = (&columns[pair.columns.0], &columns[pair.columns.1]);
            pair.holds = a
                .iter()
                .zip(b)
                .filter(|(one, _)| **one != NULL)
                .all(|(one, other)| *pair.with.entry(*one).or_insert(*other) == *other)
                && pair.with.len() <= GROUPS;
        }
    }

    fn choose(&mut self, columns: &[Vec<u64>], n_rows: usize, distinct_limit: usize) {
        if n_rows < FEWEST {
            return;
        }
        let heads: Vec<&[u64]> = columns.iter().take(COLUMNS).map(|column| &column[..n_rows]).collect();
        let counts: Vec<usize> = heads.iter().map(|head| n_distinct(head.iter().copied())).collect();
        let is_filled = |at: usize| !heads[at].contains(&NULL);
        for a in 0..heads.len() {
            for b in 0..heads.len() {
                if a == b || counts[a] < 2 || counts[b] < 2 {
                    continue;
                }
                let equal = heads[a]
                    .iter()
                    .zip(heads[b])
                    .filter(|(one, other)| one == other && **one != NULL)
                    .count();
                if a < b && equal * 5 >= n_rows * 4 {
                    self.equal.push(Equal {
                        columns: (a, b),
                        same: 0,
                        rows: 0,
                    });
                } else if equal * 5 < n_rows * 4
                    && counts[a] * 4 <= n_rows
                    && counts[b] * 4 <= n_rows
                    && decides(heads[a], heads[b])
                {
                    self.decides.push(Decides {
                        columns: (a, b),
                        with: Map::default(),
                        holds: true,
                    });
                }
                let may_be_key = a < b && counts[a] < n_rows && counts[b] < n_rows && counts[a] * counts[b] >= n_rows;
                if may_be_key && self.keys.len() < PAIRS && is_filled(a) && is_filled(b) {
                    let pairs = heads[a].iter().zip(heads[b]).map(|(one, other)| join(*one, *other));
                    if n_distinct(pairs) == n_rows {
                        self.keys.push(((a, b), Distinct::new(distinct_limit), false));
                    }
                }
            }
        }
    }

    /// What held to the end. Pairs as keys are left out where `has_key` says that one column is enough.
    pub(super) fn finish(self, has_key: bool) -> Vec<Relation> {
        let rows = self.rows;
        let mut found = Vec::new();
        for ((a, b), mut distinct, has_nulls) in self.keys {
            let count = distinct.count();
            if !has_key && !has_nulls && count.is_exact && count.count == rows {
                found.push(Relation::Key(a, b));
            }
        }
        found.extend(self.equal.into_iter().filter_map(|pair| {
            let share = pair.same as f64 / pair.rows.max(1) as f64;
            (share >= 0.9).then_some(Relation::Equal(pair.columns.0, pair.columns.1, share))
        }));
        let held = self
            .decides
            .into_iter()
            .filter(|pair| pair.holds && pair.with.len() > 1);
        found.extend(held.map(|pair| Relation::Decides(pair.columns.0, pair.columns.1)));
        found
    }
}

fn n_distinct(values: impl Iterator<Item = u64>) -> usize {
    let mut values: Vec<u64> = values.collect();
    values.sort_unstable();
    values.dedup();
    values.len()
}

/// Whether each value of `a` goes with one value of `b`.
fn decides(a: &[u64], b: &[u64]) -> bool {
    let mut with: Map<u64> = Map::default();
    a.iter()
        .zip(b)
        .filter(|(one, _)| **one != NULL)
        .all(|(one, other)| *with.entry(*one).or_insert(*other) == *other)
        && with.len() > 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_holds_in_every_row() {
        // a and b together are a key; c repeats a; a decides d; e breaks it in the last row.
        let row = |i: u64| {
            [
                i / 10 + 1,
                i % 10 + 1,
                i / 10 + 1,
                i / 50 + 1,
                u64::from(i == 99) + i / 50 + 1,
            ]
        };
        let columns: Vec<Vec<u64>> = (0..5)
            .map(|column| (0..100).map(|i| row(i)[column]).collect())
            .collect();
        let mut relations = Relations::default();
        for part in [0..60, 60..100] {
            let part: Vec<Vec<u64>> = columns.iter().map(|column| column[part.clone()].to_vec()).collect();
            relations.add(&part, 1000);
        }
        let found = relations.finish(false);
        for expected in [
            Relation::Key(0, 1),
            Relation::Equal(0, 2, 1.0),
            Relation::Decides(0, 3),
            Relation::Decides(2, 3),
        ] {
            assert!(found.contains(&expected), "{expected:?} in {found:?}");
        }
        assert!(!found.contains(&Relation::Decides(0, 4)), "{found:?}");
    }
}
