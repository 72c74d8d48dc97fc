//! The room as a whole: what it finds, and what must not change it.

use super::blocks::{Candidates, Found};
use super::rows::{Rows, ends};
use super::*;
use crate::matching::hash::mix;

/// Invented persons: every third is there twice, the second time with a slip.
pub(super) fn people(n: u64) -> Vec<Vec<String>> {
    let part = |seed: u64, words: &[&str]| words[(mix(seed) % words.len() as u64) as usize].to_owned();
    let word = |seed: u64| {
        let syllable = |at| {
            part(
                seed * 7 + at,
                &["ka", "lo", "mer", "ti", "su", "ban", "dor", "el", "fi", "gra"],
            )
        };
        syllable(1) + &syllable(2) + &syllable(3)
    };
    let mut rows = Vec::new();
    for at in 0..n {
        let (first, last, street) = (word(at * 11 + 1), word(at * 11 + 2), word(at * 11 + 3));
        let day = format!(
            "19{:02}-{:02}-{:02}",
            40 + mix(at) % 60,
            1 + mix(at + 1) % 12,
            1 + mix(at + 2) % 28
        );
        let phone = format!("0{}", 100_000_000 + mix(at * 3) % 900_000_000);
        let street = format!(
            "{} {street} {}",
            1 + mix(at + 9) % 200,
            part(at, &["road", "lane", "street"])
        );
        rows.push(vec![
            first.clone(),
            last.clone(),
            day.clone(),
            street.clone(),
            phone.clone(),
        ]);
        if at % 3 == 0 {
            let slip: String = last
                .chars()
                .enumerate()
                .filter(|(place, _)| *place != 2)
                .map(|(_, letter)| letter)
                .collect();
            rows.push(vec![
                first,
                slip,
                day,
                street,
                if at % 2 == 0 { String::new() } else { phone },
            ]);
        }
    }
    rows
}

pub(super) fn table(headers: &[&str], rows: &[Vec<String>]) -> Table {
    let mut columns: Vec<Column> = headers.iter().map(|header| Column::new(header)).collect();
    for row in rows {
        columns
            .iter_mut()
            .zip(row)
            .for_each(|(column, value)| column.push(value));
    }
    Table {
        columns,
        ..Table::default()
    }
}

pub(super) const HEADERS: [&str; 5] = ["first", "last", "born", "street", "phone"];

pub(super) fn matches(found: &Linkage) -> Vec<(u32, u32)> {
    let matched = found.pairs.iter().filter(|pair| pair.outcome == Outcome::Match);
    matched.map(|pair| (pair.a, pair.b)).collect()
}

pub(super) fn find(tables: &[&Table]) -> Linkage {
    link(tables, &Options::default())
}

#[test]
fn finds_the_records_that_are_there_twice() {
    let rows = people(300);
    let found = matches(&find(&[&table(&HEADERS, &rows)]));
    let truth: Vec<(u32, u32)> = (0..rows.len() - 1)
        .filter(|at| rows[*at][0] == rows[at + 1][0] && rows[*at][2] == rows[at + 1][2])
        .map(|at| (at as u32, at as u32 + 1))
        .collect();
    assert!(truth.len() >= 100);
    let hits = found.iter().filter(|pair| truth.contains(pair)).count();
    assert!(
        hits * 100 >= truth.len() * 98 && hits * 100 >= found.len() * 98,
        "{hits} of {}",
        truth.len()
    );
}

#[test]
fn the_order_of_rows_and_columns_changes_no_decision() {
    let rows = people(120);
    let n = rows.len() as u32;
    let straight = find(&[&table(&HEADERS, &rows)]);
    let turned: Vec<Vec<String>> = rows
        .iter()
        .rev()
        .map(|row| [3, 0, 4, 2, 1].map(|column: usize| row[column].clone()).to_vec())
        .collect();
    let turned = find(&[&table(&["d", "a", "e", "c", "b"], &turned)]);
    let mut pairs: Vec<(u32, u32)> = matches(&turned).iter().map(|(a, b)| (n - 1 - b, n - 1 - a)).collect();
    pairs.sort_unstable();
    assert_eq!(matches(&straight), pairs);
}

#[test]
fn two_files_are_linked_whichever_comes_first() {
    let rows = people(150);
    let (left, right): (Vec<_>, Vec<_>) = rows
        .iter()
        .cloned()
        .enumerate()
        .partition(|(at, row)| *at == 0 || rows[at - 1][0] != row[0] || rows[at - 1][2] != row[2]);
    let strip = |rows: Vec<(usize, Vec<String>)>| rows.into_iter().map(|(_, row)| row).collect::<Vec<_>>();
    let (left, right) = (
        table(&HEADERS, &strip(left)),
        table(&["a", "b", "c", "d", "e"], &strip(right)),
    );
    let (straight, turned) = (find(&[&left, &right]), find(&[&right, &left]));
    assert_eq!(
        straight.fields.len(),
        6,
        "columns correspond by content: {:?}",
        straight.fields
    );
    let (n_left, n_right) = (left.n_rows() as u32, right.n_rows() as u32);
    let mut pairs: Vec<(u32, u32)> = matches(&turned)
        .iter()
        .map(|(a, b)| (b - n_right, a + n_left))
        .collect();
    pairs.sort_unstable();
    assert_eq!(matches(&straight), pairs);
    assert!(pairs.len() >= 48, "{}", pairs.len());
}

#[test]
fn the_number_of_threads_changes_no_decision() {
    let table = table(&HEADERS, &people(100));
    let with = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| find(&[&table]))
    };
    let (one, several) = (with(1), with(3));
    assert_eq!((one.pairs, one.model), (several.pairs, several.model));
}

#[test]
fn a_model_reads_back_and_gives_the_same_weights() {
    let table = table(&HEADERS, &people(100));
    let found = find(&[&table]);
    let model = parse_model(&found.model_toml()).unwrap();
    let again = link(
        &[&table],
        &Options {
            model: Some(model),
            ..Options::default()
        },
    );
    assert_eq!(found.pairs, again.pairs);
    assert!(parse_model("prior = true").is_err());
}

#[test]
fn a_model_knows_its_fields_by_name() {
    let model = find(&[&table(&HEADERS, &people(100))]).model;
    let names: Vec<(String, Kind)> = model
        .fields
        .iter()
        .map(|field| (field.name.clone(), field.kind))
        .collect();
    let names = || names.iter().map(|(name, kind)| (name.as_str(), *kind));
    let turned = model.arranged(names().collect::<Vec<_>>().into_iter().rev()).unwrap();
    assert!(turned.fields.iter().rev().eq(&model.fields) && turned != model);
    assert_eq!(turned.arranged(names()).as_ref(), Some(&model));
    // Under other names fields keep their places; of other kinds they are others.
    assert_eq!(
        model.arranged(names().map(|(_, kind)| ("other", kind))).as_ref(),
        Some(&model)
    );
    assert_eq!(model.arranged(names().map(|(name, _)| (name, Kind::Email))), None);
    assert_eq!(model.arranged(names().skip(1)), None);
}

#[test]
fn little_or_nothing_to_match_is_no_mistake() {
    assert!(find(&[&Table::default()]).pairs.is_empty());
    assert!(find(&[&table(&HEADERS, &people(1)[..1])]).pairs.is_empty());
    let empty = vec![vec![String::new(); 5]; 4];
    assert!(matches(&find(&[&table(&HEADERS, &empty)])).is_empty());
}

#[test]
fn pairs_that_are_left_early_weigh_too_little() {
    let table = table(&HEADERS, &people(150));
    let model = find(&[&table]).model;
    let records = Records::new(&[&table], &Said::default());
    let rows = Rows::new(&records.fields);
    let n = records.len() as u32;
    let all: Vec<u64> = (0..n)
        .flat_map(|a| (a + 1..n).map(move |b| u64::from(a) << 32 | u64::from(b)))
        .collect();
    let candidates = Candidates::new(Vec::new(), all.clone(), n as usize);
    for least in [-30.0, -3.0, 0.0, 9.0] {
        let (kept, count) = scoring::score(&rows, &model, &candidates, least, |_, _| true);
        let weighed = all.iter().map(|pair| (ends(*pair), rows.weigh(&model, ends(*pair))));
        let expected: Vec<((u32, u32), f64)> = weighed.filter(|(_, weight)| *weight >= least).collect();
        let kept: Vec<((u32, u32), f64)> = kept.iter().map(|kept| (kept.pair, kept.weight)).collect();
        assert_eq!((kept, count), (expected, all.len() as u64));
    }
}

#[test]
fn each_candidate_is_made_once_whichever_passes_find_it() {
    let (n, may) = (200_u32, |a: u32, b: u32| !(a + b).is_multiple_of(5));
    let keys = [(3, 55), (4, 55), (7, 200)].map(|(seed, n_keys): (u64, u64)| {
        (0..n).map(move |record| (mix(mix(u64::from(record) * seed) % n_keys + 1), record))
    });
    let mut expected: Vec<u64> = Vec::new();
    let passes = keys.map(|keys| {
        // Some are filed under several keys.
        let more = (0..n)
            .step_by(6)
            .map(|record| (mix(1000 + u64::from(record) % 30), record));
        let filed: Vec<(u64, u32)> = keys.chain(more).collect();
        for (key, a) in &filed {
            let others = filed.iter().filter(|(other, b)| other == key && a < b && may(*a, *b));
            let size = filed.iter().filter(|(other, _)| other == key).count();
            expected.extend(
                others
                    .filter(|_| size <= 6)
                    .map(|(_, b)| u64::from(*a) << 32 | u64::from(*b)),
            );
        }
        Found::new(filed, n as usize, 6, may)
    });
    assert!(matches!(passes, [Found::Many(_), Found::Many(_), Found::Few(_)]));
    let near: Vec<u64> = [(5, 9), (5, 11), (7, 9)]
        .iter()
        .map(|(a, b): &(u64, u64)| a << 32 | b)
        .collect();
    expected.extend(&near);
    expected.sort_unstable();
    expected.dedup();
    let candidates = Candidates::new(passes.into(), near, n as usize);
    assert_eq!(candidates.all(may), expected);
}

#[test]
fn a_column_that_only_counts_the_rows_is_not_compared() {
    let mut rows = people(150);
    for (at, row) in rows.iter_mut().enumerate() {
        row.push((1001 + at).to_string());
    }
    let headers: Vec<&str> = HEADERS.iter().copied().chain(["no"]).collect();
    let counted = find(&[&table(&headers, &rows)]);
    assert!(counted.fields.iter().all(|field| field.header != "no"));
    // A number that two rows share is a number of something.
    let last = rows.len() - 1;
    rows[last].pop();
    rows[last].push("1001".to_owned());
    let shared = find(&[&table(&headers, &rows)]);
    assert!(shared.fields.iter().any(|field| field.header == "no"));
}

/// The records of invented persons that are there twice: once in parts, once said at once.
fn two_forms() -> (Vec<Vec<String>>, Vec<Vec<String>>) {
    let rows = people(900);
    let twins = rows
        .windows(2)
        .filter(|pair| pair[0][0] == pair[1][0] && pair[0][2] == pair[1][2]);
    let forms = twins.enumerate().map(|(at, pair)| {
        // Every other one has a slip in the surname.
        let surname = &pair[at % 2][1];
        let name = format!("{} {surname}", pair[1][0]);
        (pair[0].clone(), vec![name, pair[1][3].clone(), pair[1][4].clone()])
    });
    forms.unzip()
}

#[test]
fn columns_that_another_one_says_at_once_are_read_as_one() {
    let (parts, whole) = two_forms();
    let (left, right) = (
        table(&["a", "b", "c", "d", "e"], &parts),
        table(&["x", "y", "z"], &whole),
    );
    let n = parts.len() as u32;
    for (tables, name) in [([&left, &right], "x"), ([&right, &left], "x")] {
        let found = find(&tables);
        assert!(
            found
                .fields
                .iter()
                .any(|field| field.header == name && field.kind == Kind::Text)
        );
        let hits = matches(&found).iter().filter(|(a, b)| a + n == *b).count();
        assert!(hits * 100 >= parts.len() * 98, "{hits} of {n}");
    }
}

#[test]
fn two_forms_in_one_table_are_compared() {
    let (parts, whole) = two_forms();
    // Name in parts or at once; street and phone as they are.
    let mut rows: Vec<Vec<String>> = Vec::new();
    for (part, whole) in parts.iter().zip(&whole) {
        rows.push(
            [&*part[0], &part[1], "", &part[3], &part[4]]
                .map(str::to_owned)
                .to_vec(),
        );
        rows.push(["", "", &*whole[0], &whole[1], &whole[2]].map(str::to_owned).to_vec());
    }
    let found = find(&[&table(&["a", "b", "c", "d", "e"], &rows)]);
    assert!(
        found
            .fields
            .iter()
            .any(|field| field.header == "c" && field.filled > 0.99),
        "{:?}",
        found.fields
    );
    let hits = matches(&found)
        .iter()
        .filter(|(a, b)| a + 1 == *b && a % 2 == 0)
        .count();
    assert!(hits * 100 >= parts.len() * 98, "{hits} of {}", parts.len());
}

#[test]
fn pairs_that_were_compared_are_counted() {
    let rows = people(60);
    let table = table(&HEADERS, &rows);
    let truth = vec![(0, 1), (1, 0), (7, 9999)];
    let found = link(
        &[&table],
        &Options {
            truth,
            ..Options::default()
        },
    );
    assert_eq!(found.n_true_candidates, 1);
}
