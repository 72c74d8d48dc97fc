//! What an index must keep of the full run, and what it must refuse.

use std::sync::LazyLock;

use proptest::prelude::*;

use super::super::compare::KIN;
use super::super::tests::{HEADERS, people, table};
use super::file::FORMAT;
use super::*;
use crate::matching::hash::{hash, mix};

fn names(n: usize) -> Column {
    let mut names = Column::new("id");
    (0..n).for_each(|row| names.push(&format!("P{row}")));
    names
}

fn source<'t>(table: &'t Table, ids: &'t Column) -> Source<'t> {
    Source {
        table,
        name: "people.csv",
        id: Some("id"),
        ids,
    }
}

fn index_of(rows: &[Vec<String>]) -> (Linkage, Index) {
    let table = table(&HEADERS, rows);
    Index::new(&[source(&table, &names(rows.len()))], &Options::default())
}

fn values(row: &[String]) -> Vec<Option<&str>> {
    row.iter()
        .map(|value| Some(value.as_str()).filter(|value| !value.is_empty()))
        .collect()
}

fn matched(found: &[Found]) -> Vec<u32> {
    let matched = found.iter().filter(|found| found.outcome == Outcome::Match);
    matched.map(|found| found.row).collect()
}

/// Every record finds its pairs, weighed the same to the last bit, and with the same word.
fn check_rows(linkage: &Linkage, index: &Index) {
    let mut n_found = 0;
    for row in 0..index.len() as u32 {
        let found = index.find_row(row);
        for pair in linkage.pairs.iter().filter(|pair| pair.a == row || pair.b == row) {
            let other = if pair.a == row { pair.b } else { pair.a };
            let one = found.iter().find(|found| found.row == other).unwrap();
            assert_eq!(one.weight.to_bits(), pair.weight.to_bits());
            assert_eq!(one.levels, linkage.levels(pair));
            assert_eq!(one.outcome, pair.outcome);
            n_found += 1;
        }
    }
    assert_eq!(n_found, linkage.pairs.len() * 2);
}

#[test]
fn a_record_that_is_there_finds_the_pairs_of_the_full_run() {
    let (linkage, index) = index_of(&people(300));
    assert!(linkage.pairs.len() >= 100);
    check_rows(&linkage, &index);
}

#[test]
fn so_does_one_whose_names_changed_places() {
    let mut rows = people(300);
    for at in (1..rows.len()).filter(|at| at % 3 == 0) {
        if rows[at][2] == rows[at - 1][2] {
            (rows[at][0], rows[at][1]) = (rows[at - 1][1].clone(), rows[at - 1][0].clone());
        }
    }
    let (linkage, index) = index_of(&rows);
    let is_swapped = |pair: &&super::super::Pair| {
        let (a, b) = (&rows[pair.a as usize], &rows[pair.b as usize]);
        a[0] == b[1] && a[1] == b[0]
    };
    let swapped: Vec<&super::super::Pair> = linkage.pairs.iter().filter(is_swapped).collect();
    let names = linkage.fields.iter().map(|field| field.kind == Kind::Name);
    assert!(swapped.len() > 5);
    for pair in swapped {
        let levels = linkage.levels(pair);
        let of_names: Vec<u8> = levels
            .iter()
            .zip(names.clone())
            .filter(|(_, is)| *is)
            .map(|(level, _)| *level)
            .collect();
        assert_eq!(
            of_names.iter().filter(|level| usize::from(**level) == KIN).count(),
            2,
            "{levels:?}"
        );
        assert_eq!(pair.outcome, Outcome::Match);
    }
    check_rows(&linkage, &index);
}

/// Invented persons with a second phone, of whom every other twin has the two turned around, and with places.
fn reached() -> Table {
    let rows = people(300).into_iter().enumerate().map(|(at, mut row)| {
        // Twins were born on one day.
        let of = hash(row[2].as_bytes()) % 100_000;
        row.push(format!("07{}", 100_000_000 + mix(of * 5) % 900_000_000));
        row.push(format!("{:.5}", 31.0 + (mix(of) % 10_000) as f64 / 1e4));
        row.push(format!("{:.5}", 121.0 + (mix(of + 7) % 10_000) as f64 / 1e4));
        if at % 2 == 0 {
            row.swap(4, 5);
        }
        row
    });
    let headers: Vec<&str> = HEADERS.iter().copied().chain(["phone2", "lat", "lng"]).collect();
    table(&headers, &rows.collect::<Vec<_>>())
}

#[test]
fn so_does_one_whose_columns_are_compared_as_one() {
    let table = reached();
    let names = names(table.n_rows());
    let (linkage, index) = Index::new(&[source(&table, &names)], &Options::default());
    let has = |kind: Kind| linkage.fields.iter().filter(|field| field.kind == kind).count();
    assert_eq!(
        (has(Kind::Contacts), has(Kind::Coordinates), has(Kind::Phone)),
        (1, 1, 0)
    );
    assert!(linkage.pairs.len() >= 100);
    check_rows(&linkage, &index);
    let read = Index::from_bytes(&index.to_bytes()).unwrap();
    check_rows(&linkage, &read);
}

#[test]
fn so_do_records_of_several_forms_and_scripts() {
    use super::super::forms_tests::{HEADERS, Said, persons};
    let (rows, _) = persons(200, &[Said::Full, Said::Parts, Said::Foreign]);
    let (mixed, _) = persons(200, &[Said::Full, Said::Foreign]);
    let mixed = (mixed.iter()).map(|row| vec![format!("{}{}", row[0], row[3]), row[4].clone(), row[5].clone()]);
    let mixed: Vec<Vec<String>> = mixed.collect();
    for table in [table(&HEADERS, &rows), table(&["name", "born", "phone"], &mixed)] {
        let names = names(table.n_rows());
        let (linkage, index) = Index::new(&[source(&table, &names)], &Options::default());
        assert!(linkage.pairs.len() >= 40);
        check_rows(&linkage, &index);
        let read = Index::from_bytes(&index.to_bytes()).unwrap();
        check_rows(&linkage, &read);
    }
}

#[test]
fn so_do_things_of_a_series() {
    let colors = ["red", "blue", "black", "white", "green", "grey", "pink", "brown"];
    let rows = |shop: u64| -> Vec<Vec<String>> {
        let title = |at: u64| {
            let own = ["new", "sale"][shop as usize];
            format!(
                "m{:x} n{:x} {} {own}",
                mix(at / 6) % 9999,
                mix(at / 6 + 77) % 9999,
                colors[at as usize % 6]
            )
        };
        let row = |at: u64| vec![title(at), (mix(at / 6) % 900).to_string()];
        (0..600)
            .filter(|at| !mix(*at + shop).is_multiple_of(4))
            .map(row)
            .collect()
    };
    let (left, right) = (rows(0), rows(1));
    let both: Vec<Vec<String>> = left.iter().chain(&right).cloned().collect();
    let tables = [&left, &right, &both].map(|rows| table(&["title", "price"], rows));
    let ids = [&left, &right, &both].map(|rows| names(rows.len()));
    let sources: Vec<Source<'_>> = (0..3).map(|at| source(&tables[at], &ids[at])).collect();
    for own in [&sources[..2], &sources[2..]] {
        let (linkage, index) = Index::new(own, &Options::default());
        assert!(linkage.model.relatives.iter().any(|kind| kind.in_series));
        assert!(linkage.fields.iter().any(|field| field.kind == Kind::Words));
        check_rows(&linkage, &index);
        let index = Index::from_bytes(&index.to_bytes()).unwrap();
        check_rows(&linkage, &index);
        // A record that comes later is read as it would be there.
        for (at, row) in (0..20).zip(&left) {
            let (later, known) = (index.read(0, &values(row)), index.find_row(at));
            let there = index.member(at).unwrap();
            assert_eq!((&later.texts, later.ids), (&there.texts, there.ids));
            assert!(own.len() == 1 || matched(&index.find(0, &values(row))) == matched(&known));
        }
    }
}

#[test]
fn every_number_of_a_record_files_it() {
    let table = reached();
    let names = names(table.n_rows());
    let options = Options::default();
    let records = super::super::records::Records::new(&[&table], &options.said);
    let (mut linkage, bar) = link_records(&records, &options);
    let field = records
        .fields
        .iter()
        .position(|field| field.kind == Kind::Contacts)
        .unwrap();
    let part = super::super::keys::Part::Each;
    linkage.passes = vec![super::super::PassCount {
        name: String::new(),
        pairs: 0,
        atoms: vec![Atom { field, part }],
    }];
    let index = super::build::build(&[source(&table, &names)], records, &linkage, bar, &options.said);
    let mut n_found = 0;
    for pair in linkage.pairs.iter().filter(|pair| linkage.levels(pair)[field] == 1) {
        let found = index.find_row(pair.a);
        assert!(found.iter().any(|found| found.row == pair.b), "{pair:?}");
        n_found += 1;
    }
    assert!(n_found > 50, "{n_found}");
}

#[test]
fn so_does_one_of_two_tables() {
    let rows = people(200);
    let is_first = |row: usize| row == 0 || rows[row][2] != rows[row - 1][2];
    let part = |first: bool| -> Vec<Vec<String>> {
        let rows = rows.iter().enumerate().filter(|(row, _)| is_first(*row) == first);
        rows.map(|(_, row)| row.clone()).collect()
    };
    let (left, right) = (part(true), part(false));
    let tables = (table(&HEADERS, &left), table(&HEADERS, &right));
    let ids = (names(left.len()), names(right.len()));
    let sources = [source(&tables.0, &ids.0), source(&tables.1, &ids.1)];
    let (linkage, index) = Index::new(&sources, &Options::default());
    assert!(linkage.pairs.len() >= 60 && linkage.distinct == [true; 2]);
    check_rows(&linkage, &index);
    // A record of the first table finds those of the second only.
    let found = index.find(0, &values(&right[0]));
    assert!(!found.is_empty() && found.iter().all(|found| index.side_of(found.row) == 1));
    // One that is less like them than their partner is leaves them to it; one that is more takes its place.
    let (first, second) = (left.len() as u32, |found: &[Found]| matched(found).first().copied());
    let mut worse = left[0].clone();
    worse[0].push_str("xyz");
    worse[3] = String::new();
    assert_eq!(second(&index.find(0, &values(&worse))), None);
    assert_eq!(second(&found), Some(first));
    let mut index = index;
    let (row, _) = index.add(0, "better", &values(&right[0]));
    assert_eq!((index.cluster(row), index.cluster(first)), (first, first));
    assert_eq!(index.cluster(0), 0);
    assert!(index.find_row(0).iter().all(|found| found.outcome == Outcome::Review));
}

#[test]
fn new_records_join_their_like() {
    let rows = people(400);
    let is_twin = |row: usize| row > 0 && rows[row][2] == rows[row - 1][2] && rows[row][0] == rows[row - 1][0];
    // Every sixth twin comes later; so do a few records that are like no other.
    let is_later = |row: usize| mix(row as u64).is_multiple_of(6) && (is_twin(row) || row.is_multiple_of(5));
    let (mut known, mut later) = (Vec::new(), Vec::new());
    for row in 0..rows.len() {
        if is_later(row) { &mut later } else { &mut known }.push(row);
    }
    let all: Vec<Vec<String>> = known.iter().map(|row| rows[*row].clone()).collect();
    let (_, mut index) = index_of(&all);
    let mut n_joined = 0;
    for row in later {
        let found = index.find(0, &values(&rows[row]));
        let weights: Vec<f64> = found.iter().map(|found| found.weight).collect();
        assert!(weights.is_sorted_by(|x, y| x >= y));
        let twins = [row.wrapping_sub(1), row + 1].into_iter().filter(|other| {
            rows.get(*other)
                .is_some_and(|twin| twin[2] == rows[row][2] && twin[0] == rows[row][0])
        });
        let expected: Vec<u32> = twins
            .filter_map(|twin| known.iter().position(|row| *row == twin))
            .map(|at| at as u32)
            .collect();
        assert_eq!(matched(&found), expected, "{:?}", rows[row]);
        n_joined += expected.len();
        // Added, it is found in its place, by whoever comes next.
        let before = index.len() as u32;
        assert_eq!(index.add(0, "later", &values(&rows[row])), (before, found));
        let group = expected.first().map_or(before, |twin| index.cluster(*twin));
        assert_eq!((index.cluster(before), index.name(before)), (group, "later"));
        assert!(matched(&index.find(0, &values(&rows[row]))).contains(&before));
        known.push(row);
    }
    assert!(n_joined >= 10, "{n_joined}");
}

#[test]
fn what_says_nothing_finds_nothing() {
    let (_, index) = index_of(&people(60));
    for values in [&[][..], &[None; 5], &[Some(" - "), Some("")], &[Some("\u{0}"); 9]] {
        assert_eq!(index.find(0, values), []);
        assert_eq!(index.find(7, values), []);
    }
    assert_eq!(index.find_row(9999), []);
    assert!(index.explain(0, &[], 9999).is_none());
    let (_, nobody) = index_of(&[]);
    assert!(nobody.is_empty() && nobody.find(0, &[Some("Olga")]).is_empty());
    let mut again = Index::from_bytes(&nobody.to_bytes()).unwrap();
    assert_eq!(again.add(0, "first", &[Some("Olga")]), (0, Vec::new()));
}

#[test]
fn an_explanation_adds_up_to_the_weight() {
    let rows = people(100);
    let (_, index) = index_of(&rows);
    let mut asked = rows[0].clone();
    asked[3].push('x');
    let found = index.find(0, &values(&asked));
    for one in &found {
        let explained = index.explain(0, &values(&asked), one.row).unwrap();
        assert_eq!(explained.weight.to_bits(), one.weight.to_bits());
        let levels: Vec<u8> = explained.evidence.iter().map(|evidence| evidence.level).collect();
        assert_eq!(levels, one.levels);
        assert_eq!(explained.evidence.len(), index.fields().len());
    }
    assert!(!found.is_empty());
}

#[test]
fn a_file_gives_the_index_back() {
    let rows = people(150);
    let (_, mut index) = index_of(&rows[..160]);
    for _ in 0..2 {
        let bytes = index.to_bytes();
        let again = Index::from_bytes(&bytes).unwrap();
        assert_eq!(again.to_bytes(), bytes);
        for row in &rows {
            assert_eq!(again.find(0, &values(row)), index.find(0, &values(row)));
        }
        assert_eq!(
            (again.side(0), again.columns(0)),
            (("people.csv", Some("id")), index.columns(0))
        );
        for row in &rows[160..] {
            index.add(0, "later", &values(row));
        }
    }
}

#[test]
fn what_is_no_index_is_refused() {
    let bytes = index_of(&people(40)).1.to_bytes();
    let refuse = |bytes: &[u8]| Index::from_bytes(bytes).unwrap_err().to_string();
    assert_eq!(refuse(b""), "this is no index");
    assert_eq!(refuse(b"id,name\n1,Olga\n"), "this is no index");
    let mut older = bytes.clone();
    older[8] += 1;
    let expected = format!(
        "this index has format {}, and this program reads format {FORMAT}",
        FORMAT + 1
    );
    assert!(refuse(&older).contains(&expected));
    assert!(refuse(&bytes[..bytes.len() - 1]).contains("cut short"));
    assert!(refuse(&bytes[..15]).contains("cut short"));
    assert!(refuse(&[&bytes[..], b" "].concat()).contains("something was added"));
    for at in (12..bytes.len()).step_by(bytes.len() / 200) {
        let mut flipped = bytes.clone();
        flipped[at] ^= 1 << (at % 8);
        assert!(Index::from_bytes(&flipped).is_err(), "byte {at}");
    }
}

/// The file of a small index.
static FEW: LazyLock<Vec<u8>> = LazyLock::new(|| index_of(&people(12)).1.to_bytes());

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]
    /// Even with a checksum that fits, bytes that nobody wrote give a mistake or an index that answers.
    #[test]
    fn no_bytes_make_it_fail(flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4)) {
        let mut bytes = FEW.clone();
        for (at, flip) in flips {
            let at = file::HEAD + at.index(bytes.len() - file::HEAD);
            bytes[at] ^= flip;
        }
        file::seal(&mut bytes);
        if let Ok(mut index) = Index::from_bytes(&bytes) {
            for row in people(3) {
                index.find(0, &values(&row));
                index.add(0, "new", &values(&row));
            }
            index.to_bytes();
        }
    }
}
