//! Words that two files have for the same: `VT` and `Vermont`, `IT` and `Italy`, a department's number and its name.
//!
//! Records that share a value which is the only one in either file are mostly one thing. Where in such pairs a value of
//! the one file nearly always meets the same value of the other, and the other way around, the two columns say the same
//! in words of their own, and both are read as one word. How well one column tells the other is measured by what it takes
//! away of the mistakes made without it: L. Goodman and W. Kruskal, Measures of association for cross classifications,
//! JASA 49, 1954.
//! Laws: swapping the files changes nothing; a column that already has a counterpart with the same values keeps it.

use std::collections::BTreeMap;

use super::super::hash::Map;
use super::columns::Columns;
use super::table::Table;
use super::text;
use super::values::Cells;

/// Records of each file whose values are counted.
const SAMPLE: usize = 20_000;
/// Values looked at to find records that share one, about.
const ANCHORS: usize = 200_000;
/// How often a word occurs at least, in the mean.
const LEAST_USED: usize = 3;
/// The part of the values of two columns that are the same, at most, for them to need other words.
const MOST_SHARED: f64 = 0.5;
/// The part of the mistakes that knowing the other column must take away, either way.
const LEAST_TOLD: f64 = 0.7;
/// Pairs of records beside the first of each word, at least, to tell.
const LEAST_SEEN: f64 = 20.0;
/// How often two words meet, at least, and in which part of all that either meets.
const LEAST_MET: u32 = 2;
const LEAST_PART: f64 = 0.5;

/// For each file the words that are read as others.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Synonyms(pub(super) Vec<BTreeMap<String, String>>);

impl Synonyms {
    /// How a folded value of a file is read.
    pub(super) fn read<'v>(&'v self, side: usize, value: &'v str) -> &'v str {
        let own = self.0.get(side).and_then(|own| own.get(value));
        own.map_or(value, String::as_str)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.iter().all(BTreeMap::is_empty)
    }
}

/// A column of one file, and a column of the other.
type Pair = (usize, usize);

/// The values of two columns that met, by their hashes, and how often.
type Met = BTreeMap<(u64, u64), u32>;

/// Finds the columns that say the same in other words, and makes counterparts of them in `found`. Those that `is_said`
/// names are passed over.
pub(super) fn find(
    tables: &[&Table],
    cells: &Cells,
    found: &mut Vec<Columns>,
    order: &[u32],
    is_said: impl Fn(usize, usize) -> bool,
) -> Vec<(Columns, Synonyms)> {
    let [left, right] = tables else { return Vec::new() };
    let counts = [0, 1].map(|side| count_words(tables, cells, order, side));
    let aligned: Vec<Pair> = found.iter().filter_map(|pair| Some((pair[0]?, pair[1]?))).collect();
    let is_same = |(i, j): Pair| shared(&counts[0][i], &counts[1][j]) > MOST_SHARED;
    let is_open = |side: usize, column: usize| {
        let of = |pair: &&Pair| [pair.0, pair.1][side] == column;
        !is_said(side, column)
            && are_words(&counts[side][column])
            && !aligned.iter().filter(of).any(|pair| is_same(*pair))
    };
    let open = |side: usize| -> Vec<usize> { (0..counts[side].len()).filter(|at| is_open(side, *at)).collect() };
    let (lefts, rights) = (open(0), open(1));
    if lefts.is_empty() || rights.is_empty() {
        return Vec::new();
    }
    let anchors: Vec<(Pair, Vec<(u32, u32)>)> = (aligned.iter())
        .map(|pair| (*pair, anchors(cells.hashes(0, pair.0), cells.hashes(1, pair.1))))
        .collect();
    let mut told: Vec<(f64, Pair, Met)> = Vec::new();
    for (i, j) in lefts.iter().flat_map(|i| rights.iter().map(move |j| (*i, *j))) {
        let others = anchors.iter().filter(|((left, right), _)| *left != i && *right != j);
        let met = others.map(|(_, rows)| meet(cells.hashes(0, i), cells.hashes(1, j), rows));
        let best = met
            .map(|met| (telling(&met), met))
            .max_by(|one, other| one.0.total_cmp(&other.0));
        told.extend(
            best.filter(|(told, _)| *told >= LEAST_TOLD)
                .map(|(told, met)| (told, (i, j), met)),
        );
    }
    told.sort_by(|one, other| {
        let names = |(i, j): Pair| (&left.columns[i].header, &right.columns[j].header);
        other
            .0
            .total_cmp(&one.0)
            .then_with(|| names(one.1).cmp(&names(other.1)))
    });
    let mut synonyms: Vec<(Columns, Synonyms)> = Vec::new();
    for (_, (i, j), met) in told {
        if synonyms
            .iter()
            .any(|(pair, _)| pair[0] == Some(i) || pair[1] == Some(j))
        {
            continue;
        }
        let words = [words(left, cells.hashes(0, i), i), words(right, cells.hashes(1, j), j)];
        let own = choose(&met, &words);
        if !own.is_empty() {
            synonyms.push((vec![Some(i), Some(j)], own));
        }
    }
    for (pair, _) in &synonyms {
        for columns in found.iter_mut() {
            for (column, own) in columns.iter_mut().zip(pair) {
                *column = column.filter(|_| column != own);
            }
        }
        found.push(pair.clone());
    }
    found.retain(|columns| columns.iter().any(Option::is_some));
    synonyms
}

/// How often each value occurs in some records of a file, column by column.
fn count_words(tables: &[&Table], cells: &Cells, order: &[u32], side: usize) -> Vec<Map<u64, u32>> {
    let start = if side == 0 { 0 } else { tables[0].n_rows() };
    let own = start..start + tables[side].n_rows();
    let rows = order.iter().map(|row| *row as usize).filter(|row| own.contains(row));
    let rows: Vec<usize> = rows.take(SAMPLE).map(|row| row - start).collect();
    let of_column = |column: usize| {
        let mut counts: Map<u64, u32> = Map::default();
        let hashes = cells.hashes(side, column);
        for hash in rows.iter().map(|row| hashes[*row]).filter(|hash| *hash != 0) {
            *counts.entry(hash).or_default() += 1;
        }
        counts
    };
    (0..tables[side].columns.len()).map(of_column).collect()
}

fn total(counts: &Map<u64, u32>) -> usize {
    counts.values().map(|count| *count as usize).sum()
}

/// Whether a column holds a few words again and again.
fn are_words(counts: &Map<u64, u32>) -> bool {
    counts.len() >= 2 && total(counts) >= LEAST_USED * counts.len()
}

/// The part of what the columns hold that is the same, by the one that has less of it.
fn shared(one: &Map<u64, u32>, other: &Map<u64, u32>) -> f64 {
    let part = |own: &Map<u64, u32>, there: &Map<u64, u32>| {
        let both = own.iter().filter(|(value, _)| there.contains_key(value));
        both.map(|(_, count)| *count as usize).sum::<usize>() as f64 / total(own).max(1) as f64
    };
    part(one, other).min(part(other, one))
}

/// The rows of two columns that share a value which no other row of either has.
fn anchors(left: &[u64], right: &[u64]) -> Vec<(u32, u32)> {
    let stride = ((left.len() + right.len()) / ANCHORS).max(1) as u64;
    let single = |hashes: &[u64]| {
        let mut rows: BTreeMap<u64, Option<u32>> = BTreeMap::new();
        let own = hashes.iter().zip(0_u32..);
        for (hash, row) in own.filter(|(hash, _)| **hash != 0 && hash.is_multiple_of(stride)) {
            rows.entry(*hash).and_modify(|row| *row = None).or_insert(Some(row));
        }
        rows
    };
    let (lefts, rights) = (single(left), single(right));
    let both = lefts
        .iter()
        .filter_map(|(hash, row)| Some(((*row)?, (*rights.get(hash)?)?)));
    both.collect()
}

/// How often values of two columns meet in some pairs of rows.
fn meet(left: &[u64], right: &[u64], rows: &[(u32, u32)]) -> Met {
    let mut met = Met::new();
    for (a, b) in rows {
        let both = (left[*a as usize], right[*b as usize]);
        if both.0 != 0 && both.1 != 0 {
            *met.entry(both).or_default() += 1;
        }
    }
    met
}

/// How often each value of one side meets any, and at most one of the other side.
fn most(met: &Met, own: impl Fn(&(u64, u64)) -> u64) -> BTreeMap<u64, (u32, u32)> {
    let mut of: BTreeMap<u64, (u32, u32)> = BTreeMap::new();
    for (both, count) in met {
        let own = of.entry(own(both)).or_default();
        own.0 += count;
        own.1 = own.1.max(*count);
    }
    of
}

/// How well either of two columns tells the other, by the one that tells less. The first pair of each value tells
/// nothing: whatever it meets would be told.
fn telling(met: &Met) -> f64 {
    let by_left = most(met, |both| both.0);
    let by_right = most(met, |both| both.1);
    let told = |by: &BTreeMap<u64, (u32, u32)>, other: &BTreeMap<u64, (u32, u32)>| {
        let all: f64 = by.values().map(|own| f64::from(own.0 - 1)).sum();
        let hits: f64 = by.values().map(|own| f64::from(own.1 - 1)).sum();
        let guessed = other.values().map(|own| f64::from(own.0)).fold(0.0, f64::max);
        let guessed = guessed * all / (all + by.len() as f64);
        if all < LEAST_SEEN {
            0.0
        } else {
            (hits - guessed) / (all - guessed).max(1.0)
        }
    };
    told(&by_left, &by_right).min(told(&by_right, &by_left))
}

/// The folded text of each value of a column.
fn words(table: &Table, hashes: &[u64], column: usize) -> BTreeMap<u64, String> {
    let mut words = BTreeMap::new();
    for (row, hash) in hashes.iter().enumerate().filter(|(_, hash)| **hash != 0) {
        words.entry(*hash).or_insert_with(|| {
            let mut folded = String::new();
            text::fold(table.columns[column].get(row), &mut folded);
            folded
        });
    }
    words
}

/// The words of either file that are read as one: that of the two which says more. What both files have stays as it is,
/// where it means the same in both.
fn choose(met: &Met, words: &[BTreeMap<u64, String>; 2]) -> Synonyms {
    let (by_left, by_right) = (most(met, |both| both.0), most(met, |both| both.1));
    let n_same: u32 = met
        .iter()
        .filter(|(both, _)| both.0 == both.1)
        .map(|(_, count)| count)
        .sum();
    let n: u32 = met.values().sum();
    let keeps = |hash: u64| n_same * 2 > n && words.iter().all(|own| own.contains_key(&hash));
    let mut of = Synonyms(vec![BTreeMap::new(); 2]);
    for ((left, right), count) in met {
        let is_main = |own: (u32, u32)| *count == own.1 && f64::from(*count) > LEAST_PART * f64::from(own.0);
        if left == right || *count < LEAST_MET || !is_main(by_left[left]) || !is_main(by_right[right]) {
            continue;
        }
        if keeps(*left) || keeps(*right) {
            continue;
        }
        let (Some(one), Some(other)) = (words[0].get(left), words[1].get(right)) else {
            continue;
        };
        let rank = |word: &String| (word.chars().count(), word.clone());
        let (side, from, to) = if rank(one) < rank(other) {
            (0, one, other)
        } else {
            (1, other, one)
        };
        of.0[side].insert(from.clone(), to.clone());
    }
    of
}

#[cfg(test)]
mod tests {
    use super::super::{Index, Options, Outcome, Source, link};
    use super::*;
    use crate::matching::tables::Column;

    /// Two files of named places in districts that one file numbers and the other names.
    fn tables() -> [Table; 2] {
        let districts = [
            ("N", "Nordland"),
            ("S", "Suedland"),
            ("W", "Westland"),
            ("O", "Ostland"),
        ];
        let stems = ["kirch", "berg", "wald", "stein", "fels", "bruck", "furt", "hain"];
        let name = |at: usize| format!("{}{}{}", stems[at % 8], stems[at / 8 % 8], stems[at / 64 % 8]);
        let make = |side: usize, rows: std::ops::Range<usize>| {
            let mut columns = [Column::new("name"), Column::new("district")];
            for at in rows {
                // Every third name stands for a place in another district too.
                let district = districts[(at * 7 / 3 + at / 300) % 4];
                columns[0].push(&name(at % 300));
                columns[1].push([district.0, district.1][side]);
            }
            Table {
                columns: columns.to_vec(),
                ..Table::default()
            }
        };
        [make(0, 0..400), make(1, 0..400)]
    }

    #[test]
    fn places_are_told_apart_by_districts_that_each_file_calls_by_its_own_word() {
        let tables = tables();
        for order in [[0, 1], [1, 0]] {
            let found = link(&[&tables[order[0]], &tables[order[1]]], &Options::default());
            let matched = found.pairs.iter().filter(|pair| pair.outcome == Outcome::Match);
            let (mut n, mut n_right) = (0, 0);
            for pair in matched {
                n += 1;
                n_right += usize::from(pair.b == pair.a + 400);
            }
            assert!(n_right >= 390 && n_right == n, "{n_right} of {n}");
        }
    }

    #[test]
    fn an_index_reads_the_words_of_either_file() {
        let tables = tables();
        let mut ids = Column::new("id");
        (0..400).for_each(|row: u32| ids.push(&row.to_string()));
        let source = |table| Source {
            table,
            name: "places.csv",
            id: Some("id"),
            ids: &ids,
        };
        let (_, index) = Index::new(&[source(&tables[0]), source(&tables[1])], &Options::default());
        let index = Index::from_bytes(&index.to_bytes()).unwrap();
        let finds_itself = |row: &usize| {
            let values: Vec<Option<&str>> = tables[0].columns.iter().map(|column| Some(column.get(*row))).collect();
            let found = index.find(0, &values);
            found
                .first()
                .is_some_and(|best| best.row as usize == row + 400 && best.levels.iter().all(|level| *level <= 4))
        };
        assert!((0..400).filter(finds_itself).count() >= 390);
    }

    #[test]
    fn words_that_meet_by_chance_are_none_for_the_same() {
        let met: Met = (0..10)
            .flat_map(|a| (0..10).map(move |b| ((a + 1, b + 100), 3)))
            .collect();
        assert!(telling(&met) < 0.1);
        let met: Met = (0..10).map(|a| ((a + 1, a + 100), 5)).collect();
        assert!(telling(&met) > 0.9);
    }
}
