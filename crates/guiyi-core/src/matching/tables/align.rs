//! Which columns of two files hold the same thing: by what is in them, and by their names.
//!
//! A column has one counterpart, but what is written twice in one file, as a short name and a full one, both are
//! counterparts of the other's. Law: swapping the files swaps the pairs.

use super::super::hash::{Map, hash};
use super::kind::number;
use super::table::{Column, Table};
use super::{date, durations, scripts, text};

/// Distinct values looked at per column.
const SAMPLE: usize = 20_000;

/// Columns must be this much alike, and so much of what either is with any other.
const LEAST: f64 = 0.15;
const LEAST_BESIDE: f64 = 0.5;

/// The part of the values that are numbers, at least, of a column that is told by how large they are.
const MOST_NUMBERS: f64 = 0.9;

/// Pairs of columns, `None` where the other file has no such column. A single table stands for itself.
pub(super) fn align(tables: &[&Table]) -> Vec<Vec<Option<usize>>> {
    let [left, right] = tables else {
        return (0..tables.first().map_or(0, |table| table.columns.len()))
            .map(|at| vec![Some(at)])
            .collect();
    };
    let sketches = |table: &Table| table.columns.iter().map(Sketch::of).collect::<Vec<_>>();
    let (lefts, rights) = (sketches(left), sketches(right));
    let mut alike = Vec::new();
    let (mut best_of_left, mut best_of_right) = (vec![0.0_f64; lefts.len()], vec![0.0_f64; rights.len()]);
    for (i, a) in lefts.iter().enumerate() {
        for (j, b) in rights.iter().enumerate() {
            let score = a.alike(b);
            best_of_left[i] = best_of_left[i].max(score);
            best_of_right[j] = best_of_right[j].max(score);
            if score > LEAST {
                alike.push((score, i, j));
            }
        }
    }
    // What is far more like another column, which has a better counterpart, is that one written again.
    alike.retain(|(score, i, j)| *score >= LEAST_BESIDE * best_of_left[*i].max(best_of_right[*j]));
    alike.sort_by(|x, y| {
        let names = |at: &(f64, usize, usize)| (&left.columns[at.1].header, &right.columns[at.2].header);
        y.0.total_cmp(&x.0).then_with(|| names(x).cmp(&names(y)))
    });
    let (mut of_left, mut of_right) = (vec![None; lefts.len()], vec![None; rights.len()]);
    for (_, i, j) in &alike {
        if of_left[*i].is_none() && of_right[*j].is_none() {
            of_left[*i] = Some(*j);
            of_right[*j] = Some(*i);
        }
    }
    // A column without a counterpart that is no less like another's counterpart than that other says the same again.
    let content = |i: usize, j: usize| lefts[i].content(&rights[j]);
    let again_left = |i: usize| {
        let j = alike.iter().find(|(_, own, _)| *own == i)?.2;
        (content(i, j) >= content(of_right[j]?, j)).then_some(j)
    };
    let again_right = |j: usize| {
        let i = alike.iter().find(|(_, _, own)| *own == j)?.1;
        (content(i, j) >= content(i, of_left[i]?)).then_some(i)
    };
    let of_lefts = (0..lefts.len()).map(|i| vec![Some(i), of_left[i].or_else(|| again_left(i))]);
    let open_rights = (0..rights.len()).filter(|j| of_right[*j].is_none());
    of_lefts
        .chain(open_rights.map(|j| vec![again_right(j), Some(j)]))
        .collect()
}

/// What a column looks like: its values, their grams and their shapes.
struct Sketch {
    header: String,
    values: Map<u64, f64>,
    grams: Map<u64, f64>,
    shapes: Map<u64, f64>,
    /// The quantities, ascending, where hardly anything else is there.
    numbers: Option<Vec<f64>>,
    /// What else numbers of another column may be of what is there.
    read: Option<Read>,
}

/// Values that may be said as numbers too, ascending.
enum Read {
    /// The years of days.
    Years(Vec<f64>),
    /// The seconds of durations.
    Seconds(Vec<f64>),
}

impl Sketch {
    fn of(column: &Column) -> Self {
        let mut header = String::new();
        text::fold(&column.header, &mut header);
        header.retain(char::is_alphanumeric);
        let mut sketch = Self {
            header,
            values: Map::default(),
            grams: Map::default(),
            shapes: Map::default(),
            numbers: None,
            read: None,
        };
        let (mut numbers, mut years, mut seconds, mut n) = (Vec::new(), Vec::new(), Vec::new(), 0);
        let stride = (column.len() / SAMPLE).max(1) as u64;
        let mut folded = String::new();
        for value in (0..column.len())
            .map(|row| column.get(row))
            .filter(|value| !value.is_empty())
        {
            if !hash(value.as_bytes()).is_multiple_of(stride) {
                continue;
            }
            text::fold(value, &mut folded);
            if folded.is_empty() {
                continue;
            }
            *sketch.values.entry(hash(folded.as_bytes())).or_default() += 1.0;
            // The same may be said in other letters.
            let latin = scripts::in_latin(&folded);
            let read = latin.as_ref().unwrap_or(&folded);
            text::grams(read, |gram| *sketch.grams.entry(u64::from(gram)).or_default() += 1.0);
            *sketch.shapes.entry(shape(read)).or_default() += 1.0;
            n += 1;
            numbers.extend(number(&folded).filter(|number| number.is_finite()));
            years.extend(date::parse(&folded).map(|date| f64::from(date.year)));
            seconds.extend(durations::seconds(&folded));
        }
        let sorted = |mut own: Vec<f64>| {
            own.sort_unstable_by(f64::total_cmp);
            (n > 0 && own.len() as f64 >= MOST_NUMBERS * f64::from(n)).then_some(own)
        };
        sketch.numbers = sorted(numbers);
        sketch.read = (sorted(years).map(Read::Years)).or_else(|| sorted(seconds).map(Read::Seconds));
        sketch
    }

    fn content(&self, other: &Self) -> f64 {
        // Digits are in all numbers; what these measure shows in how large they are.
        let written = match (self, other) {
            (
                Self { numbers: Some(own), .. },
                Self {
                    numbers: Some(others), ..
                },
            ) => 1.0 - apart(own, others),
            (Self { read: Some(_), .. }, Self { read: Some(_), .. }) => overlap(&self.grams, &other.grams),
            (
                Self { read: Some(read), .. },
                Self {
                    numbers: Some(numbers), ..
                },
            )
            | (
                Self {
                    numbers: Some(numbers), ..
                },
                Self { read: Some(read), .. },
            ) => read.likeness(numbers),
            _ => overlap(&self.grams, &other.grams),
        };
        0.5 * written + 0.3 * overlap(&self.shapes, &other.shapes) + 0.4 * overlap(&self.values, &other.values)
    }

    fn alike(&self, other: &Self) -> f64 {
        if self.values.is_empty() || other.values.is_empty() {
            return 0.0;
        }
        let content = self.content(other);
        let name = if self.header.is_empty() || other.header.is_empty() {
            0.0
        } else if self.header == other.header {
            0.6
        } else {
            let grams = |header: &str| {
                let mut own: Map<u64, f64> = Map::default();
                text::grams(header, |gram| *own.entry(u64::from(gram)).or_default() += 1.0);
                own
            };
            0.3 * overlap(&grams(&self.header), &grams(&other.header))
        };
        // A name alone is no reason: what columns hold must at least look alike.
        if content < 0.05 { 0.0 } else { content * 0.7 + name }
    }
}

impl Read {
    /// How alike it is to numbers, in whichever unit these are.
    fn likeness(&self, numbers: &[f64]) -> f64 {
        match self {
            Self::Years(years) => 1.0 - apart(years, numbers),
            Self::Seconds(seconds) => {
                let (middle, own) = (numbers[numbers.len() / 2], seconds[seconds.len() / 2]);
                let scale = durations::in_unit_of(own, middle) / middle.max(f64::MIN_POSITIVE);
                let scaled: Vec<f64> = numbers.iter().map(|number| number * scale).collect();
                1.0 - apart(seconds, &scaled)
            }
        }
    }
}

/// How far apart two distributions of numbers are, from 0 to 1: the greatest difference of the shares that lie below a
/// number (A. Kolmogorov 1933, N. Smirnov 1948). Both ascend.
fn apart(left: &[f64], right: &[f64]) -> f64 {
    let (mut i, mut j, mut most) = (0, 0, 0.0_f64);
    while i < left.len() && j < right.len() {
        let at = left[i].min(right[j]);
        i += left[i..].iter().take_while(|own| **own <= at).count();
        j += right[j..].iter().take_while(|own| **own <= at).count();
        most = most.max((i as f64 / left.len() as f64 - j as f64 / right.len() as f64).abs());
    }
    most
}

/// Shape of a value: its kinds of characters in order, repeats dropped, and whether it is short or long.
fn shape(folded: &str) -> u64 {
    let mut shape = Vec::new();
    for letter in folded.chars() {
        let class = match letter {
            '0'..='9' => b'9',
            ' ' => b' ',
            letter if text::is_ideograph(letter) => b'x',
            letter if letter.is_alphabetic() => b'a',
            letter => letter as u32 as u8,
        };
        if shape.last() != Some(&class) && shape.len() < 6 {
            shape.push(class);
        }
    }
    shape.push(folded.len().ilog2() as u8);
    hash(&shape)
}

/// What two distributions have in common, from 0 to 1.
fn overlap(left: &Map<u64, f64>, right: &Map<u64, f64>) -> f64 {
    let total = |of: &Map<u64, f64>| {
        let mut shares: Vec<f64> = of.values().copied().collect();
        shares.sort_by(f64::total_cmp);
        shares.iter().sum::<f64>().max(1.0)
    };
    let (all_left, all_right) = (total(left), total(right));
    let mut common: Vec<f64> = left
        .iter()
        .filter_map(|(key, share)| Some((share / all_left).min(right.get(key)? / all_right)))
        .collect();
    common.sort_by(f64::total_cmp);
    common.iter().sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matching::hash::mix;

    /// Which columns of two tables correspond, by their headers, either way around.
    fn check(left: &[(&str, &dyn Fn(u64) -> String)], right: &[(&str, &dyn Fn(u64) -> String)], expected: &[&str]) {
        let table = |columns: &[(&str, &dyn Fn(u64) -> String)], from: u64| Table {
            columns: (columns.iter())
                .map(|(header, value)| {
                    let mut column = Column::new(header);
                    (from..from + 400).for_each(|row| column.push(&value(row)));
                    column
                })
                .collect(),
            ..Table::default()
        };
        let tables = [table(left, 0), table(right, 200)];
        let pairs = |one: usize, other: usize| -> Vec<String> {
            let header = |side: usize, at: usize| &*tables[side].columns[at].header;
            let mut pairs: Vec<String> = (align(&[&tables[one], &tables[other]]).iter())
                .filter_map(|pair| Some([(one, pair[0]?), (other, pair[1]?)]))
                .map(|mut ends| {
                    ends.sort_unstable();
                    ends.map(|(side, at)| header(side, at)).join(" ~ ")
                })
                .collect();
            pairs.sort();
            pairs
        };
        assert_eq!(pairs(0, 1), expected);
        assert_eq!(pairs(1, 0), expected);
    }

    #[test]
    fn columns_that_hold_the_same() {
        let word = |seed: u64| -> String {
            let of =
                |at: u64| ["ka", "lo", "mi", "ster", "ban", "ruv", "tel", "gor"][(mix(seed * 9 + at) % 8) as usize];
            (0..3).map(of).collect()
        };
        let short = |row: u64| format!("{} {}", word(row), word(row + 1000));
        let full = |row: u64| {
            format!(
                "{} {}",
                short(row),
                ["Ltd", "Group plc", "Holding AG"][row as usize % 3]
            )
        };
        let town = |row: u64| ["Wismar", "Anklam", "Stralsund", "Greifswald"][row as usize % 4].to_owned();
        let trade = |row: u64| format!("{}; {} services and trade", word(row % 20 + 50), word(row % 7 + 90));
        let born = |row: u64| format!("19{:02}-0{}-11", row % 90, 1 + row % 9);
        check(
            &[("name", &full), ("town", &town), ("born", &born)],
            &[("day", &born), ("who", &full), ("place", &town)],
            &["born ~ day", "name ~ who", "town ~ place"],
        );
        // The full name says the name again; what companies do is nothing that the other file has.
        check(
            &[("name", &full), ("trade", &trade), ("town", &town)],
            &[("name", &short), ("full name", &full), ("town", &town)],
            &["name ~ full name", "name ~ name", "town ~ town"],
        );
        // What numbers are shows in how large they are, whatever the columns are called.
        let hash = |row: u64, of: u64| mix(row * 7 + of) % 1000;
        let height = |row: u64| (hash(row, 1) * 3).to_string();
        let width = |row: u64| format!("{:.1}", hash(row, 2) as f64 / 40.0 + 20.0);
        let year = |row: u64| (1900 + hash(row, 3) / 9).to_string();
        check(
            &[("p", &width), ("q", &height), ("r", &year)],
            &[("x", &height), ("y", &year), ("z", &width)],
            &["p ~ z", "q ~ x", "r ~ y"],
        );
        // A year is part of a day, and how long a film runs is said in hours and minutes, or in minutes.
        let day = |row: u64| format!("{}-0{}-1{}", year(row), 1 + row % 9, row % 10);
        let runs = |row: u64| 60 + hash(row, 4) % 90;
        let (minutes, hours) = (
            |row: u64| format!("{} min", runs(row)),
            |row: u64| format!("{}h {}m", runs(row) / 60, runs(row) % 60),
        );
        check(
            &[("p", &width), ("q", &day), ("r", &minutes)],
            &[("x", &hours), ("y", &year), ("z", &width)],
            &["p ~ z", "q ~ y", "r ~ x"],
        );
        // Names in other letters are read.
        let syllables = [
            ["ka", "ка"],
            ["lo", "ло"],
            ["mi", "ми"],
            ["ster", "стер"],
            ["ban", "бан"],
        ];
        let name = |row: u64, letters: usize| -> String {
            (0..4)
                .map(|at| syllables[(mix(row * 5 + at) % 5) as usize][letters])
                .collect()
        };
        let (latin, cyrillic) = (|row: u64| name(row, 0), |row: u64| name(row, 1));
        check(
            &[("p", &latin), ("q", &height)],
            &[("x", &height), ("y", &cyrillic)],
            &["p ~ y", "q ~ x"],
        );
    }
}
