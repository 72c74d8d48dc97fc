//! Which columns of two files hold the same thing: by what is in them, and by their names.

use super::super::hash::{Map, hash};
use super::table::{Column, Table};
use super::text;

/// Distinct values looked at per column.
const SAMPLE: usize = 20_000;

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
    for (i, a) in lefts.iter().enumerate() {
        for (j, b) in rights.iter().enumerate() {
            let score = a.alike(b);
            if score > 0.15 {
                alike.push((score, i, j));
            }
        }
    }
    alike.sort_by(|x, y| {
        let names = |at: &(f64, usize, usize)| (&left.columns[at.1].header, &right.columns[at.2].header);
        y.0.total_cmp(&x.0).then_with(|| names(x).cmp(&names(y)))
    });
    let (mut of_left, mut of_right) = (vec![None; lefts.len()], vec![None; rights.len()]);
    for (_, i, j) in alike {
        if of_left[i].is_none() && of_right[j].is_none() {
            of_left[i] = Some(j);
            of_right[j] = Some(i);
        }
    }
    let mut fields: Vec<Vec<Option<usize>>> = of_left
        .iter()
        .enumerate()
        .filter(|(_, j)| j.is_some())
        .map(|(i, j)| vec![Some(i), *j])
        .collect();
    fields.extend(
        of_left
            .iter()
            .enumerate()
            .filter(|(_, j)| j.is_none())
            .map(|(i, _)| vec![Some(i), None]),
    );
    fields.extend(
        of_right
            .iter()
            .enumerate()
            .filter(|(_, i)| i.is_none())
            .map(|(j, _)| vec![None, Some(j)]),
    );
    fields
}

/// What a column looks like: its values, their grams and their shapes.
struct Sketch {
    header: String,
    values: Map<u64, f64>,
    grams: Map<u64, f64>,
    shapes: Map<u64, f64>,
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
        };
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
            text::grams(&folded, |gram| *sketch.grams.entry(u64::from(gram)).or_default() += 1.0);
            *sketch.shapes.entry(shape(&folded)).or_default() += 1.0;
        }
        sketch
    }

    fn alike(&self, other: &Self) -> f64 {
        if self.values.is_empty() || other.values.is_empty() {
            return 0.0;
        }
        let content = 0.5 * overlap(&self.grams, &other.grams)
            + 0.3 * overlap(&self.shapes, &other.shapes)
            + 0.4 * overlap(&self.values, &other.values);
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
