//! How often each level of a field occurs in some pairs, which random ones have by chance.
//!
//! A million random pairs are ten times what ten thousand records have in candidates, so they are not compared record by
//! record but field by field: of a field with few values each pair of values once, and of long texts one against all that
//! it meets.
//! Law: the counts are those of the patterns of the pairs, to the last one.

use rayon::prelude::*;

use super::compare::{Cell, EQUAL, bag_level, n_levels};
use super::field::{Field, Prepared};
use super::rows::{Rows, ends};

/// Values of which all pairs are counted before any is compared.
const FEW: usize = 1024;
/// Pairs whose values are asked for together.
const TOGETHER: usize = 512;

/// For each field how many of the pairs have each level, level 1 first; pairs that lack a value count nowhere.
///
/// `pairs` are packed records, ascending. Costs one pass over them for each field.
pub(super) fn levels(rows: &Rows<'_>, pairs: &[u64]) -> Vec<Vec<f64>> {
    let of_field = |at: usize| {
        let counts = count(rows, at, pairs);
        counts[1..].iter().map(|count| *count as f64).collect()
    };
    (0..rows.fields.len()).into_par_iter().map(of_field).collect()
}

/// How many of the pairs have each level of a field; level 0 counts what it likes.
fn count(rows: &Rows<'_>, at: usize, pairs: &[u64]) -> Vec<u64> {
    let field = &rows.fields[at];
    let mut counts = vec![0; n_levels(field.kind) + 1];
    let values = |pair: &u64| {
        let (a, b) = ends(*pair);
        (field.ids[a as usize], field.ids[b as usize])
    };
    let is_by_row = field.twin.is_some() || field.forms.is_some();
    if field.values.len() <= FEW && !is_by_row {
        let n = field.values.len() as u32;
        let mut met = vec![0_u64; (n * n) as usize];
        pairs
            .iter()
            .map(values)
            .for_each(|(a, b)| met[(a * n + b) as usize] += 1);
        let met = (0..n * n).zip(met).filter(|(_, times)| *times > 0);
        met.for_each(|(both, times)| counts[level(field, both / n, both % n)] += times);
        return counts;
    }
    let (mut read, mut room) = (Vec::new(), Vec::new());
    for pairs in pairs.chunks(TOGETHER) {
        // Asked for all at once: memory is slow to answer and quick to deliver.
        read.clear();
        read.extend(pairs.iter().map(values).flat_map(|(a, b)| [a, b]).filter(|id| *id != 0));
        std::hint::black_box(read.iter().fold(0, |all, id| all ^ field.glance(*id)));
        field.fetch(&read);
        match &field.prepared {
            // What they changed places with, and whether they speak, is not seen in two values.
            _ if is_by_row => {
                rows.fetch(pairs.iter().flat_map(|pair| {
                    let (a, b) = ends(*pair);
                    [a, b]
                }));
                for pair in pairs {
                    counts[usize::from(rows.level(at, ends(*pair)).0)] += 1;
                }
            }
            Prepared::Bags(bags) => {
                for pairs in pairs.chunk_by(|one, other| one >> 32 == other >> 32) {
                    let (own, _) = values(&pairs[0]);
                    let others = pairs.iter().map(|pair| values(pair).1);
                    let (same, others): (Vec<u32>, Vec<u32>) =
                        others.filter(|other| *other != 0).partition(|other| *other == own);
                    if own != 0 {
                        counts[usize::from(field.equal[own as usize])] += same.len() as u64;
                        bags.cosines(own, &others, &mut room, |cosine| {
                            counts[usize::from(EQUAL + bag_level(cosine).0)] += 1;
                        });
                    }
                }
            }
            _ => pairs
                .iter()
                .map(values)
                .for_each(|(a, b)| counts[level(field, a, b)] += 1),
        }
    }
    counts
}

fn level(field: &Field, a: u32, b: u32) -> usize {
    if a == 0 || b == 0 {
        return 0;
    }
    let cell = |value: u32| Cell {
        value,
        glance: field.glance(value),
    };
    field.level(cell(a), cell(b)).into()
}

#[cfg(test)]
mod tests {
    use super::super::said::Said;
    use super::super::{Column, Kind, Records, Table, model};
    use super::*;
    use crate::matching::hash::mix;

    #[test]
    fn as_the_patterns_have_them() {
        let towns = ["Wismar", "Stralsund", "Greifswald", "", "Anklam"];
        let names = ["Anna", "Anne", "Otto", "Ottilie", "Berta", "Bert", "Klara"];
        let n = 2000_u64;
        let pick = |at: u64, from: &[&str]| from[(mix(at) % from.len() as u64) as usize].to_owned();
        let column = |header: &str, value: &dyn Fn(u64) -> String| {
            let mut column = Column::new(header);
            (0..n).for_each(|row| column.push(&value(row)));
            column
        };
        let phone = |row: u64| format!("0{}", mix(row + 7 * n) % 1_000_000_000);
        let table = Table {
            columns: vec![
                column("town", &|row| pick(row, &towns)),
                column("first", &|row| pick(row + n, &names)),
                column("last", &|row| {
                    pick(row + 2 * n, &names) + &format!("{}sen", mix(row) % 1500)
                }),
                column("phone", &|row| if row % 9 == 0 { String::new() } else { phone(row) }),
                column("born", &|row| {
                    format!("19{:02}-0{}-1{}", row % 100, 1 + row % 9, row % 8)
                }),
                column("notes", &|row| {
                    let words = (0..8).map(|at| pick(row * 8 + at, &[&names[..], &towns].concat()));
                    words.collect::<Vec<_>>().join(" ") + &format!(" {}-{}", row % 1800, row % 7)
                }),
                column("weight", &|row| format!("{}.5", mix(row + 3 * n) % 5000)),
            ],
            ..Table::default()
        };
        let records = Records::new(&[&table], &Said::default());
        let rows = Rows::new(&records.fields);
        let draw = |at: u64| mix(at) % n;
        let mut pairs: Vec<u64> = (0..40_000).map(|at| draw(2 * at) << 32 | draw(2 * at + 1)).collect();
        pairs.sort_unstable();
        let mut expected: Vec<Vec<f64>> = (records.fields.iter())
            .map(|field| vec![0.0; n_levels(field.kind)])
            .collect();
        for pattern in rows.patterns(&pairs) {
            for (at, levels) in expected.iter_mut().enumerate() {
                if let level @ 1.. = model::level(pattern, at) {
                    levels[level - 1] += 1.0;
                }
            }
        }
        assert_eq!(levels(&rows, &pairs), expected);
        // Every way to count was taken.
        let fields = || records.fields.iter();
        assert!(fields().any(|field| field.values.len() <= FEW && matches!(field.kind, Kind::Category | Kind::Name)));
        assert!(fields().any(|field| field.values.len() > FEW && matches!(field.prepared, Prepared::Bags(_))));
        assert!(fields().any(|field| field.values.len() > FEW && field.kind == Kind::Phone));
    }
}
