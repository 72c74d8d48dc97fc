//! Columns that say together what another says at once: given name and surname beside the full name, street and town
//! beside the whole address.
//!
//! The other column may stand in the other table, or in the same one for records of another form. Either way the parts
//! are read as one text, in the order in which the whole has them.
//! Law: values decide, not names, nor the order of columns and rows.

use super::super::hash::{Map, hash};
use super::table::{Column, Table};
use super::text;

/// Rows looked at.
const SAMPLE: usize = 10_000;
/// Values of a part that are looked for in the whole, at most, and the rows of the whole that one is looked for in.
const SOUGHT: usize = 400;
const ROWS: usize = 60;
/// The part of these values that must stand in the whole.
const LEAST_FOUND: f64 = 0.2;
/// The part of the whole's words that each part must bring.
const LEAST_NEW: f64 = 0.08;
/// A part is this much shorter than the whole, at least.
const SHORTER: f64 = 0.8;
/// How long all parts together are beside the whole.
const TOGETHER: std::ops::RangeInclusive<f64> = 0.6..=1.6;
/// The most parts.
const MOST: usize = 5;
/// Part of the records that may fill both forms.
const BOTH: f64 = 0.05;
/// Part of the records that fill the rarer of the two forms, at least.
const LEAST_FILLED: f64 = 0.02;

/// A column that says at once what the parts say together.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Joined {
    whole: usize,
    /// In the order in which the whole has them.
    parts: Vec<usize>,
}

/// Rows of a column, as hashes of their words.
struct Words {
    rows: Vec<Vec<u64>>,
    /// Rows with a value.
    filled: usize,
    /// Mean number of characters of a value.
    length: f64,
    vocabulary: Map<u64, u32>,
}

impl Words {
    /// The words of some rows of each column. Records in the order of a hash are a fair sample.
    fn of(table: &Table, rows: impl Iterator<Item = usize> + Clone) -> Vec<Self> {
        use rayon::prelude::*;
        let rows: Vec<usize> = rows.take(SAMPLE).collect();
        table
            .columns
            .par_iter()
            .map(|column| Self::of_column(column, &rows))
            .collect()
    }

    fn of_column(column: &Column, rows: &[usize]) -> Self {
        let mut folded = String::new();
        let mut words = Self {
            rows: Vec::with_capacity(rows.len()),
            filled: 0,
            length: 0.0,
            vocabulary: Map::default(),
        };
        for row in rows {
            let mut own = Vec::new();
            text::fold(column.get(*row), &mut folded);
            text::tokens(&folded, |token| own.push(hash(token.as_bytes())));
            if !own.is_empty() {
                words.filled += 1;
                words.length += folded.chars().count() as f64;
            }
            for word in &own {
                *words.vocabulary.entry(*word).or_default() += 1;
            }
            words.rows.push(own);
        }
        words.length /= words.filled.max(1) as f64;
        words
    }

    fn n_words(&self) -> f64 {
        self.rows.iter().map(Vec::len).sum::<usize>() as f64
    }

    /// The part of this column's words that `known` holds.
    fn covered(&self, known: impl Fn(u64) -> bool) -> f64 {
        let held = self.rows.iter().flatten().filter(|word| known(**word)).count();
        held as f64 / self.n_words().max(1.0)
    }
}

/// A column that could be a part.
struct Part {
    column: usize,
    /// Where in the whole it stands, from 0 to 1.
    place: f64,
}

/// The wholes among some columns whose parts stand among others, each with how much of it these say. `may` tells whether
/// a column may be a part of another.
fn find(wholes: &[Words], parts: &[Words], may: impl Fn(usize, usize) -> bool) -> Vec<(f64, Joined)> {
    let of = |whole: usize| parts_of(whole, &wholes[whole], parts, |part| may(whole, part));
    (0..wholes.len()).filter_map(of).collect()
}

/// The parts of one column, and how much of it they say.
fn parts_of(at: usize, whole: &Words, parts: &[Words], may: impl Fn(usize) -> bool) -> Option<(f64, Joined)> {
    let open: Vec<usize> = (0..parts.len())
        .filter(|part| may(*part) && parts[*part].filled > 0 && parts[*part].length <= SHORTER * whole.length)
        .collect();
    if open.len() < 2 || whole.n_words() < 1.8 * whole.filled as f64 {
        return None;
    }
    let mut rows_of: Map<u64, Vec<u32>> = Map::default();
    for (row, words) in (0..).zip(&whole.rows) {
        for word in words {
            let rows = rows_of.entry(*word).or_default();
            if rows.len() < ROWS && rows.last() != Some(&row) {
                rows.push(row);
            }
        }
    }
    let mut open: Vec<Part> = open
        .into_iter()
        .filter_map(|column| {
            let place = sought(&parts[column], whole, &rows_of)?;
            Some(Part { column, place })
        })
        .collect();
    let mut chosen: Vec<Part> = Vec::new();
    let mut covered = 0.0;
    while chosen.len() < MOST {
        let with = |part: &Part| {
            let columns = chosen.iter().map(|part| part.column).chain([part.column]);
            let columns: Vec<usize> = columns.collect();
            whole.covered(|word| {
                columns
                    .iter()
                    .any(|column| parts[*column].vocabulary.contains_key(&word))
            })
        };
        let gains = open.iter().enumerate().map(|(at, part)| (with(part), at));
        // Of equal gains the one that stands first.
        let best = gains.max_by(|x, y| x.0.total_cmp(&y.0).then(open[y.1].place.total_cmp(&open[x.1].place)));
        let Some((now, at)) = best.filter(|(now, _)| now - covered >= LEAST_NEW) else {
            break;
        };
        covered = now;
        chosen.push(open.swap_remove(at));
    }
    let length: f64 = chosen.iter().map(|part| parts[part.column].length).sum();
    if chosen.len() < 2 || !TOGETHER.contains(&(length / whole.length)) {
        return None;
    }
    chosen.sort_by(|x, y| x.place.total_cmp(&y.place));
    let parts = chosen.into_iter().map(|part| part.column).collect();
    Some((covered, Joined { whole: at, parts }))
}

/// Where the values of a part stand in the whole; `None` if hardly any do.
fn sought(part: &Words, whole: &Words, rows_of: &Map<u64, Vec<u32>>) -> Option<f64> {
    let (mut n, mut n_found, mut places) = (0, 0, 0.0);
    for words in part.rows.iter().filter(|words| !words.is_empty()).take(SOUGHT) {
        n += 1;
        let rows = words
            .iter()
            .map(|word| rows_of.get(word).map_or(&[][..], Vec::as_slice));
        let Some(rarest) = rows.min_by_key(|rows| rows.len()) else {
            continue;
        };
        let holds = |row: &&u32| {
            let own = &whole.rows[**row as usize];
            own.len() > words.len() && words.iter().all(|word| own.contains(word))
        };
        if let Some(row) = rarest.iter().find(holds) {
            let own = &whole.rows[*row as usize];
            let place = own.iter().position(|word| *word == words[0]).unwrap_or(0);
            n_found += 1;
            places += place as f64 / own.len() as f64;
        }
    }
    (f64::from(n_found) >= LEAST_FOUND * f64::from(n.max(1))).then(|| places / f64::from(n_found.max(1)))
}

/// The columns of each table that are to be read as one, given which columns correspond one to one. `order` gives the
/// row of each record, tables end to end; a column that `is_said` stays as it is.
pub(super) fn of_tables(
    tables: &[&Table],
    aligned: &[Vec<Option<usize>>],
    order: &[u32],
    is_said: impl Fn(usize, usize) -> bool,
) -> Vec<Vec<Vec<usize>>> {
    let mut found: Vec<(f64, Vec<Vec<usize>>)> = match tables {
        [table] => {
            let words = Words::of(table, order.iter().map(|row| *row as usize));
            let may = |whole: usize, part: usize| {
                !is_said(0, whole) && !is_said(0, part) && are_apart(&words[whole], &words[part])
            };
            let found = find(&words, &words, may);
            let columns = |joined: Joined| std::iter::once(joined.whole).chain(joined.parts).collect();
            found
                .into_iter()
                .map(|(said, joined)| (said, vec![columns(joined)]))
                .collect()
        }
        [left, right] => {
            let n_left = left.n_rows();
            let rows = || order.iter().map(|row| *row as usize);
            let lefts = Words::of(left, rows().filter(|row| *row < n_left));
            let rights = Words::of(right, rows().filter(|row| *row >= n_left).map(|row| row - n_left));
            let is_twin = |side: usize, column: usize| {
                let pair = aligned.iter().find(|pair| pair[side] == Some(column));
                let Some([Some(one), Some(other)]) = pair.map(Vec::as_slice) else {
                    return false;
                };
                let (one, other) = (lefts[*one].length, rights[*other].length);
                one.min(other) > SHORTER * one.max(other)
            };
            let is_open = |side: usize, column: usize| !is_said(side, column) && !is_twin(side, column);
            let of_left = find(&lefts, &rights, |whole, part| is_open(0, whole) && is_open(1, part));
            let of_right = find(&rights, &lefts, |whole, part| is_open(1, whole) && is_open(0, part));
            let of_left = of_left
                .into_iter()
                .map(|(said, joined)| (said, vec![vec![joined.whole], joined.parts]));
            let of_right = of_right
                .into_iter()
                .map(|(said, joined)| (said, vec![joined.parts, vec![joined.whole]]));
            of_left.chain(of_right).collect()
        }
        _ => Vec::new(),
    };
    // A column goes where most is said by it.
    found.sort_by(|x, y| y.0.total_cmp(&x.0));
    let mut taken: Vec<(usize, usize)> = Vec::new();
    found.retain(|(_, columns)| {
        let own = || {
            columns
                .iter()
                .enumerate()
                .flat_map(|(side, columns)| columns.iter().map(move |column| (side, *column)))
        };
        let is_free = own().all(|column| !taken.contains(&column));
        taken.extend(own().filter(|_| is_free));
        is_free
    });
    found.into_iter().map(|(_, columns)| columns).collect()
}

/// Whether two columns of one table are filled by different records, so that they may be forms of the same.
fn are_apart(one: &Words, other: &Words) -> bool {
    let (mut both, mut ones, mut others) = (0.0, 0.0, 0.0);
    for (left, right) in one.rows.iter().zip(&other.rows) {
        match (left.is_empty(), right.is_empty()) {
            (false, false) => both += 1.0,
            (false, true) => ones += 1.0,
            (true, false) => others += 1.0,
            (true, true) => {}
        }
    }
    let all = one.rows.len() as f64;
    both <= BOTH * f64::min(ones, others) && f64::min(ones, others) >= LEAST_FILLED * all
}
