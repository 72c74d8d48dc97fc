//! Columns that say together what another says at once: given name and surname beside the full name, street and town
//! beside the whole address; and columns that say it in another script.
//!
//! The other column may stand in the other table, or in the same one for records of another form; one of the parts may
//! be the whole where the others are missing, as the first line of an address. All forms are read as one text, the parts
//! in the order in which the whole has them. Forms are known by the words that they share, and names of persons by a
//! list of given names too: few records share few words.
//! Laws: values decide, not names, nor the order of columns and rows; what one record says of both is not two forms.

use super::super::hash::{Map, mix};
use super::columns::{Columns, Words, cell, sample};
use super::foreign;
use super::table::Table;

/// Values of a part that are looked for in the whole, at most, and the rows of the whole that one is looked for in.
const SOUGHT: usize = 400;
const ROWS: usize = 60;
/// The part of these values that must stand in the whole.
const LEAST_FOUND: f64 = 0.2;
/// The part of the whole's words that each part must bring.
const LEAST_NEW: f64 = 0.08;
/// A part is this much shorter than the whole, at least.
const SHORTER: f64 = 0.8;
/// How long given names are beside the whole, at most.
const AS_LONG: f64 = 1.1;
/// How long all parts together are beside the whole.
const TOGETHER: std::ops::RangeInclusive<f64> = 0.6..=1.6;
/// The most parts.
const MOST: usize = 5;
/// Part of the records that may fill both forms.
const BOTH: f64 = 0.05;
/// Part of the records that fill the rarer of the two forms, at least, and how many.
const LEAST_FILLED: f64 = 0.02;
const LEAST_ROWS: f64 = 5.0;
/// Part of the records with one of two parts that have both, at least, where no words tell that they belong together.
const TOGETHER_FILLED: f64 = 0.8;
/// Distinct words of such a part, at least, and beside those of the given names.
const LEAST_WORDS: usize = 6;
const AS_MANY_WORDS: f64 = 0.5;

/// Part of the records with either form that have the whole, at least, where the parts are not compared by themselves.
const LEAST_WHOLE: f64 = 0.2;
/// Records that share a value, at most, for it to be rare.
const MOST_SHARING: usize = 4;
/// Pairs of two forms that must be expected to agree for their disagreeing to tell something, and how many times more than
/// do.
const LEAST_EXPECTED: f64 = 4.0;
const CONTRADICTED: f64 = 3.0;

/// Columns that are read as one text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Joined {
    /// Those of each table, the parts in the order in which the whole has them.
    pub(super) columns: Vec<Vec<usize>>,
    /// The parts that are compared by themselves too: those of names of persons.
    pub(super) parts: Vec<Columns>,
}

/// A column that could be a part.
struct Part {
    column: usize,
    /// Where in the whole it stands, from 0 to 1.
    place: f64,
}

/// A whole and its parts, by number, and how much of the whole they say.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Form {
    said: f64,
    pub(super) wholes: Vec<usize>,
    /// In the order in which the whole has them.
    pub(super) parts: Vec<usize>,
    /// Whether one of the parts is the whole too.
    is_open: bool,
    /// Whether they are names of persons, whose parts are compared by themselves.
    pub(super) are_persons: bool,
}

impl Form {
    /// Names of persons, of which no word is shared.
    pub(super) fn of_names(wholes: Vec<usize>, parts: Vec<usize>) -> Self {
        Self {
            said: 0.0,
            wholes,
            parts,
            is_open: false,
            are_persons: true,
        }
    }

    /// All columns.
    pub(super) fn columns(&self) -> impl Iterator<Item = usize> + Clone {
        self.wholes.iter().chain(&self.parts).copied()
    }
}

/// The parts of a whole among others by the words that they share, and how much of it they say. `may` tells whether one
/// may be a part.
fn parts_of(whole: &Words, parts: &[&Words], may: impl Fn(usize) -> bool) -> Option<(f64, Vec<usize>)> {
    let open: Vec<usize> = (0..parts.len())
        .filter(|part| may(*part) && parts[*part].filled > 0 && parts[*part].length <= SHORTER * whole.length)
        .collect();
    if open.len() < 2 || whole.mean_words() < 1.8 {
        return None;
    }
    let rows_of = rows_of(whole);
    let mut open: Vec<Part> = open
        .into_iter()
        .filter_map(|column| {
            let place = sought(parts[column], whole, &rows_of)?;
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
    Some((covered, chosen.into_iter().map(|part| part.column).collect()))
}

/// For each word of a whole some of the rows that hold it.
fn rows_of(whole: &Words) -> Map<u64, Vec<u32>> {
    let mut rows_of: Map<u64, Vec<u32>> = Map::default();
    for (row, words) in (0..).zip(&whole.rows) {
        for word in words {
            let rows = rows_of.entry(*word).or_default();
            if rows.len() < ROWS && rows.last() != Some(&row) {
                rows.push(row);
            }
        }
    }
    rows_of
}

/// Where the values of a part stand in the whole; `None` if hardly any do.
fn sought(part: &Words, whole: &Words, rows_of: &Map<u64, Vec<u32>>) -> Option<f64> {
    let (mut n, mut n_found, mut places) = (0, 0, 0.0);
    for words in part.rows.iter().filter(|words| !words.is_empty()).take(SOUGHT) {
        n += 1;
        // Houses differ where streets are the same: numbers count where there is nothing else.
        let told: Vec<u64> = words.iter().copied().filter(|word| word & 1 == 0).collect();
        let words = if told.is_empty() { words } else { &told };
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

/// Given name and surname of a column of full names, where hardly any words are shared: one column is of given names, the
/// other is filled with it, is none, and shares the most words with the full names, or says the most.
fn names_of(whole: &Words, parts: &[Words], may: impl Fn(usize) -> bool) -> Option<Vec<usize>> {
    if !whole.are_names() || whole.mean_words() < 1.5 {
        return None;
    }
    // A name is as long as its script has it.
    let is_shorter = |part: usize, than: f64| {
        let part = &parts[part];
        part.are_foreign() != whole.are_foreign() || part.length <= than * whole.length
    };
    let open = || (0..parts.len()).filter(|part| may(*part) && is_shorter(*part, SHORTER));
    // All given names of a person may be as long as the one by which everybody calls them, and the surname.
    let may_be_given = |part: &usize| may(*part) && is_shorter(*part, AS_LONG) && parts[*part].are_given_names();
    let of_given = (0..parts.len()).filter(may_be_given);
    let given = of_given.max_by(|x, y| {
        let share = |at: usize| parts[at].share(parts[at].names.given);
        share(*x).total_cmp(&share(*y)).then(y.cmp(x))
    })?;
    let own = &parts[given];
    let is_surname = |part: &usize| {
        let other = &parts[*part];
        let n_words = other.vocabulary.len();
        let is_said = n_words >= LEAST_WORDS && n_words as f64 >= AS_MANY_WORDS * own.vocabulary.len() as f64;
        let length = (own.length + other.length) / whole.length;
        let fits = own.are_foreign() != whole.are_foreign() || TOGETHER.contains(&length);
        *part != given && !other.are_given_names() && is_said && fits && are_filled_together(own, other)
    };
    let new = |part: usize| {
        let is_new = |word: u64| parts[part].vocabulary.contains_key(&word) && !own.vocabulary.contains_key(&word);
        whole.covered(is_new)
    };
    let surname = open().filter(is_surname).max_by(|x, y| {
        let n_words = |at: usize| parts[at].vocabulary.len();
        new(*x)
            .total_cmp(&new(*y))
            .then(n_words(*x).cmp(&n_words(*y)))
            .then(y.cmp(x))
    })?;
    // Where names are foreign the surname mostly stands first.
    Some(if own.are_foreign() {
        vec![surname, given]
    } else {
        vec![given, surname]
    })
}

/// Whether records mostly have both or none of two columns.
pub(super) fn are_filled_together(one: &Words, other: &Words) -> bool {
    let rows = 0..one.rows.len();
    let (mut both, mut any) = (0.0, 0.0);
    for row in rows {
        both += f64::from(u8::from(one.has(row) && other.has(row)));
        any += f64::from(u8::from(one.has(row) || other.has(row)));
    }
    both >= TOGETHER_FILLED * any
}

/// A column that says with others what it says alone where these are missing.
fn open_form(at: usize, all: &[Words]) -> Option<Form> {
    let own = &all[at];
    if own.filled == 0 || own.mean_words() < 1.8 {
        return None;
    }
    let adds = |other: &usize| {
        let part = &all[*other];
        if *other == at || part.filled == 0 || part.filled >= own.filled {
            return false;
        }
        // What stands beside it says what it does not say itself.
        let both = || (0..own.rows.len()).filter(|row| part.has(*row) && own.has(*row));
        let is_held = |row: &usize| part.rows[*row].iter().all(|word| own.rows[*row].contains(word));
        let n_held = both().filter(is_held).count() as f64;
        let n = both().count();
        n as f64 >= (1.0 - BOTH) * part.filled as f64 && n_held <= LEAST_FOUND * n as f64
    };
    let others: Vec<usize> = (0..all.len()).filter(adds).collect();
    let alone = |others: &[usize]| own.only(|row| others.iter().all(|other| !all[*other].has(row)));
    let whole = alone(&others);
    if !is_filled(whole.filled as f64, own.rows.len() as f64) {
        return None;
    }
    let found = rows_of(&whole);
    let others: Vec<usize> = others
        .into_iter()
        .filter(|other| sought(&all[*other], &whole, &found).is_some())
        .collect();
    let whole = alone(&others);
    let parted = own.only(|row| others.iter().any(|other| all[*other].has(row)));
    let parts: Vec<&Words> = others.iter().map(|other| &all[*other]).chain([&parted]).collect();
    let (said, chosen) = parts_of(&whole, &parts, |_| true)?;
    chosen.contains(&others.len()).then(|| Form {
        said,
        wholes: Vec::new(),
        parts: chosen
            .into_iter()
            .map(|part| others.get(part).copied().unwrap_or(at))
            .collect(),
        is_open: true,
        are_persons: false,
    })
}

/// Whether enough records have the whole: what is gained by reading all as one text are pairs of two forms, what is lost are
/// the parts in pairs of others.
fn is_often_whole(form: &Form, all: &[Words]) -> bool {
    let has = |columns: &[usize], row: usize| columns.iter().any(|column| all[*column].has(row));
    let n_rows = form.wholes.first().map_or(0, |whole| all[*whole].rows.len());
    let count = |is: &dyn Fn(usize) -> bool| (0..n_rows).filter(|row| is(*row)).count() as f64;
    let n_whole = count(&|row| has(&form.wholes, row));
    n_whole >= LEAST_WHOLE * count(&|row| has(&form.wholes, row) || has(&form.parts, row))
}

/// What a row says in a form, and whether as a whole; numbers count where there is nothing else.
fn said_in(form: &Form, all: &[Words], row: usize) -> Option<(bool, Vec<u64>)> {
    let has = |column: &usize| all[*column].has(row);
    let is_whole =
        form.wholes.iter().any(has) || form.is_open && form.parts.iter().filter(|part| has(part)).count() == 1;
    let own = form.columns();
    let words: Vec<u64> = own.flat_map(|column| all[column].rows[row].iter().copied()).collect();
    let told: Vec<u64> = words.iter().copied().filter(|word| word & 1 == 0).collect();
    let words = if told.is_empty() { words } else { told };
    (!words.is_empty()).then_some((is_whole, words))
}

/// Whether two forms are of different things: records that share a rare value elsewhere mostly agree in one form, and
/// hardly ever do where the one has the other form. A customer's addresses for the bill and for the goods are two. Forms in
/// several scripts share no words, and are not.
fn is_contradicted(form: &Form, all: &[Words]) -> bool {
    let is_foreign = |at: usize| all[at].are_foreign();
    let (some, others) = (form.columns().any(is_foreign), !form.columns().all(is_foreign));
    let Some(first) = all.first().filter(|_| !(some && others)) else {
        return false;
    };
    let said: Vec<Option<(bool, Vec<u64>)>> = (0..first.rows.len()).map(|row| said_in(form, all, row)).collect();
    // Of one form and of two: pairs, and those that agree.
    let (mut pairs, mut agree) = ([0.0_f64; 2], [0.0_f64; 2]);
    let others = (0..all.len()).filter(|at| form.columns().all(|own| own != *at));
    for other in others {
        let mut rows: Vec<(u64, usize)> = (all[other].rows.iter().enumerate())
            .filter(|(row, words)| !words.is_empty() && said[*row].is_some())
            .map(|(row, words)| (words.iter().fold(0, |all, word| mix(all ^ *word)), row))
            .collect();
        rows.sort_unstable();
        for rows in rows
            .chunk_by(|x, y| x.0 == y.0)
            .filter(|rows| rows.len() <= MOST_SHARING)
        {
            let some: Vec<&(bool, Vec<u64>)> = rows.iter().filter_map(|(_, row)| said[*row].as_ref()).collect();
            for (at, (is_whole, words)) in some.iter().enumerate() {
                for (other_is_whole, others) in &some[at + 1..] {
                    let of = usize::from(is_whole != other_is_whole);
                    let n_shared = words.iter().filter(|word| others.contains(word)).count();
                    pairs[of] += 1.0;
                    agree[of] += f64::from(u8::from(2 * n_shared > words.len().min(others.len())));
                }
            }
        }
    }
    let expected = agree[0] / pairs[0].max(1.0) * pairs[1];
    expected >= LEAST_EXPECTED && agree[1] * CONTRADICTED < expected
}

/// Whether so many of all records fill a form that it is one.
fn is_filled(n: f64, all: f64) -> bool {
    n >= LEAST_FILLED * all && n >= LEAST_ROWS
}

/// The columns of the tables that are to be read as one, given which columns correspond one to one. `order` gives the
/// row of each record, tables end to end; a column that `is_said` stays as it is.
pub(super) fn of_tables(
    tables: &[&Table],
    aligned: &[Columns],
    order: &[u32],
    is_said: impl Fn(usize, usize) -> bool,
) -> Vec<Joined> {
    let is_open = |columns: &&Columns| {
        let own = || {
            columns
                .iter()
                .enumerate()
                .filter_map(|(side, column)| Some((side, (*column)?)))
        };
        own().next().is_some() && !own().any(|(side, column)| is_said(side, column))
    };
    let columns: Vec<Columns> = aligned.iter().filter(is_open).cloned().collect();
    let all = Words::of(tables, &columns, order);
    let mut columns: Vec<(Columns, Words)> = columns.into_iter().zip(all).collect();
    split(&mut columns, tables, order);
    // Of equal ones the first counts: their order is that of what stands in them.
    columns.sort_by_key(|(_, words)| words.print);
    let (columns, all): (Vec<Columns>, Vec<Words>) = columns.into_iter().unzip();
    let is_one_sided = |at: usize, side: usize| tables.len() == 2 && columns[at][1 - side].is_none();
    let are_apart = |one: usize, other: usize| {
        let of_two = (0..2).any(|side| is_one_sided(one, side) && is_one_sided(other, 1 - side));
        of_two || are_apart(&all[one], &all[other])
    };
    let parts: Vec<&Words> = all.iter().collect();
    let mut forms: Vec<Form> = Vec::new();
    for (at, whole) in all.iter().enumerate().filter(|(_, whole)| whole.filled > 0) {
        let may = |part: usize| part != at && are_apart(at, part);
        let found = parts_of(whole, &parts, may);
        let by_names = || Some((0.0, names_of(whole, &all, may)?));
        forms.extend(found.or_else(by_names).map(|(said, mut parts)| {
            // Without the comma of the whole nothing tells that the surname stands first.
            if whole.are_turned() {
                parts.sort_by_key(|part| !all[*part].are_given_names());
            }
            Form {
                said,
                wholes: vec![at],
                are_persons: parts.iter().any(|part| all[*part].are_given_names()),
                parts,
                is_open: false,
            }
        }));
        forms.extend(open_form(at, &all));
    }
    forms.retain(|form| form.are_persons || form.is_open || is_often_whole(form, &all));
    forms.retain(|form| !is_contradicted(form, &all));
    // A column goes where most is said by it.
    forms.sort_by(|x, y| y.said.total_cmp(&x.said));
    let mut chosen: Vec<Form> = Vec::new();
    for form in forms {
        let is_same = |other: &&mut Form| {
            let whole = form.wholes.first();
            let parts = || form.parts.iter().all(|part| other.parts.contains(part));
            let is_apart = |whole: &usize| other.wholes.iter().all(|one| are_apart(*one, *whole));
            !form.is_open && whole.is_some_and(is_apart) && parts()
        };
        let is_taken = |column: usize| chosen.iter().any(|form| form.columns().any(|own| own == column));
        if !form.columns().any(is_taken) {
            chosen.push(form);
        } else if !form.wholes.iter().any(|whole| is_taken(*whole))
            && let Some(other) = chosen.iter_mut().find(is_same)
        {
            other.wholes.extend(form.wholes);
        }
    }
    let rows = sample(tables, order);
    let texts = |form: &[usize]| -> Vec<String> {
        let of = |row: &(usize, usize)| {
            let texts = form.iter().map(|at| cell(tables, &columns[*at], *row));
            texts.collect::<Vec<&str>>().join(" ")
        };
        rows.iter().map(of).collect()
    };
    foreign::add(&mut chosen, &all, are_apart, texts);
    let joined = chosen.into_iter().map(|form| {
        let side = |side: usize| {
            let own = form.columns();
            own.filter_map(|at| columns[at][side]).collect()
        };
        let parts = form.parts.iter().filter(|_| form.are_persons);
        Joined {
            columns: (0..tables.len()).map(side).collect(),
            parts: parts.map(|part| columns[*part].clone()).collect(),
        }
    });
    joined
        .filter(|joined| joined.columns.iter().all(|own| !own.is_empty()))
        .collect()
}

/// Takes apart the columns of two tables that only look alike: values of one are much shorter, or only one is of given
/// names.
fn split(columns: &mut Vec<(Columns, Words)>, tables: &[&Table], order: &[u32]) {
    let take = |(own, words): (Columns, Words)| {
        let [Some(left), Some(right)] = own[..] else {
            return vec![(own, words)];
        };
        let sides: Vec<Columns> = vec![vec![Some(left), None], vec![None, Some(right)]];
        let of_sides = Words::of(tables, &sides, order);
        let (left, right) = (of_sides[0].length, of_sides[1].length);
        let are_given = of_sides[0].are_given_names() == of_sides[1].are_given_names();
        if left.min(right) > SHORTER * left.max(right) && are_given {
            return vec![(own, words)];
        }
        sides.into_iter().zip(of_sides).collect()
    };
    *columns = std::mem::take(columns).into_iter().flat_map(take).collect();
}

/// Whether two columns of one table are filled by different records, so that they may be forms of the same.
fn are_apart(one: &Words, other: &Words) -> bool {
    let (mut both, mut ones, mut others) = (0.0, 0.0, 0.0);
    for row in 0..one.rows.len() {
        match (one.has(row), other.has(row)) {
            (true, true) => both += 1.0,
            (true, false) => ones += 1.0,
            (false, true) => others += 1.0,
            (false, false) => {}
        }
    }
    let rarer = f64::min(ones, others);
    both <= BOTH * rarer && is_filled(rarer, one.rows.len() as f64)
}
