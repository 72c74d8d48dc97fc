//! Forms and scripts, tried on invented tables: what says the same in another form is compared, and what is different
//! things stays so; what bounds a pair, keeps a model, or looks a record up holds for them too.

use super::blocks::Candidates;
use super::records::Records;
use super::rows::{Rows, ends};
use super::tests::{find, matches, table};
use super::*;
use crate::matching::hash::mix;

pub(super) const HEADERS: [&str; 8] = ["full", "first", "last", "other", "born", "phone", "place", "town"];

/// Given names with how they are written in Russian.
const GIVEN: [[&str; 2]; 16] = [
    ["Ivan", "Иван"],
    ["Olga", "Ольга"],
    ["Dmitry", "Дмитрий"],
    ["Maria", "Мария"],
    ["Sergey", "Сергей"],
    ["Elena", "Елена"],
    ["Pavel", "Павел"],
    ["Anna", "Анна"],
    ["Viktor", "Виктор"],
    ["Irina", "Ирина"],
    ["Andrey", "Андрей"],
    ["Natalia", "Наталья"],
    ["Mikhail", "Михаил"],
    ["Svetlana", "Светлана"],
    ["Roman", "Роман"],
    ["Ksenia", "Ксения"],
];

/// Beginnings and ends of surnames.
const HEADS: [[&str; 2]; 20] = [
    ["Ber", "Бер"],
    ["Vol", "Вол"],
    ["Gor", "Гор"],
    ["Dan", "Дан"],
    ["Zim", "Зим"],
    ["Kal", "Кал"],
    ["Leb", "Леб"],
    ["Mir", "Мир"],
    ["Nik", "Ник"],
    ["Orl", "Орл"],
    ["Pet", "Пет"],
    ["Rog", "Рог"],
    ["Sol", "Сол"],
    ["Tar", "Тар"],
    ["Ust", "Уст"],
    ["Fil", "Фил"],
    ["Grom", "Гром"],
    ["Bog", "Бог"],
    ["Kup", "Куп"],
    ["Lar", "Лар"],
];
const TAILS: [[&str; 2]; 6] = [
    ["anov", "анов"],
    ["enko", "енко"],
    ["itsky", "ицкий"],
    ["in", "ин"],
    ["ulin", "улин"],
    ["arev", "арев"],
];

/// A number below `n`.
fn draw(seed: u64, n: u64) -> u64 {
    mix(seed ^ 0x5eed) % n
}

/// Given name and surname of a person, in one of two scripts.
fn name(at: u64, script: usize) -> [String; 2] {
    let of = |seed: u64, from: &[[&'static str; 2]]| from[draw(at * 5 + seed, from.len() as u64) as usize][script];
    [of(0, &GIVEN).to_owned(), format!("{}{}", of(1, &HEADS), of(2, &TAILS))]
}

/// How a record says who it is of.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Said {
    Full,
    Parts,
    Foreign,
}

/// A record of a person; most have a day of birth, many a phone.
fn person(at: u64, said: Said, copy: u64) -> Vec<String> {
    let mut row = vec![String::new(); HEADERS.len()];
    let [given, surname] = name(at, usize::from(said == Said::Foreign));
    match said {
        Said::Full => row[0] = format!("{given} {surname}"),
        Said::Parts => [row[1], row[2]] = [given, surname],
        Said::Foreign => row[3] = format!("{surname} {given}"),
    }
    if draw(at * 7 + copy, 4) > 0 {
        row[4] = format!(
            "19{:02}-{:02}-{:02}",
            40 + draw(at, 60),
            1 + draw(at + 1, 12),
            1 + draw(at + 2, 28)
        );
    }
    if draw(at * 11 + copy, 5) > 1 {
        row[5] = format!("0{}", 10_000_000 + draw(at + 3, 80_000_000));
    }
    row[6] = format!("{} {}", HEADS[draw(at, 20) as usize][0], 1 + draw(at + 4, 900));
    row[7] = TAILS[draw(at + 5, 6) as usize][0].to_owned();
    row
}

/// Persons of whom every other is there twice, in two of these forms, and who they are.
pub(super) fn persons(n: u64, forms: &[Said]) -> (Vec<Vec<String>>, Vec<(u32, u32)>) {
    let (mut rows, mut truth) = (Vec::new(), Vec::new());
    let form = |at: u64| forms[at as usize % forms.len()];
    for at in 0..n {
        let first = rows.len() as u32;
        rows.push(person(at, form(at), 0));
        if at % 2 == 0 {
            rows.push(person(at, form(at / 2 + at + 1), 1));
            truth.push((first, first + 1));
        }
    }
    (rows, truth)
}

fn recall(found: &Linkage, truth: &[(u32, u32)]) -> f64 {
    let found = matches(found);
    truth.iter().filter(|pair| found.contains(pair)).count() as f64 / truth.len() as f64
}

#[test]
fn forms_of_names_are_compared() {
    for (forms, n) in [
        (&[Said::Full, Said::Parts][..], 300),
        (&[Said::Full, Said::Parts, Said::Parts, Said::Parts], 90),
        (&[Said::Full, Said::Foreign], 300),
        (&[Said::Parts, Said::Foreign], 300),
        (&[Said::Full, Said::Parts, Said::Foreign], 300),
    ] {
        let (rows, truth) = persons(n, forms);
        let found = find(&[&table(&HEADERS, &rows)]);
        let recall = recall(&found, &truth);
        assert!(recall > 0.9, "{recall} {:?}", found.fields);
        let is_whole = |field: &FieldSummary| field.kind == Kind::Text && field.filled > 0.99;
        assert!(found.fields.iter().any(is_whole), "{:?}", found.fields);
        // Who has the parts is told by them, and by them alone.
        let at = |header: &str| found.fields.iter().position(|field| field.header == header);
        if let (Some(first), Some(whole)) = (at("first"), found.fields.iter().position(is_whole)) {
            let speak = |pair: &Pair| [first, whole].map(|at| model::level(pair.pattern, at) != 0);
            assert!(found.pairs.iter().all(|pair| speak(pair) != [true, true]));
            assert!(found.pairs.iter().any(|pair| speak(pair) == [true, false]));
            assert!(found.pairs.iter().any(|pair| speak(pair) == [false, true]));
        }
    }
}

#[test]
fn an_address_is_one_wherever_it_stands() {
    let (rows, truth) = persons(300, &[Said::Full]);
    let rows: Vec<Vec<String>> = (0..)
        .zip(&rows)
        .map(|(at, row)| {
            let mut row = row.clone();
            // One in three has all in the first line.
            if draw(at, 3) == 0 {
                let town = std::mem::take(&mut row[7]);
                row[6] = format!("{}, {town}", row[6]);
            }
            row
        })
        .collect();
    let found = find(&[&table(&HEADERS, &rows)]);
    let headers: Vec<&str> = found.fields.iter().map(|field| field.header.as_str()).collect();
    assert!(!headers.contains(&"town"), "{headers:?}");
    assert!(recall(&found, &truth) > 0.95);
}

#[test]
fn addresses_of_two_kinds_are_two() {
    // Who pays is elsewhere than who gets it; a record has the one or the other.
    let (rows, _) = persons(400, &[Said::Full]);
    let rows: Vec<Vec<String>> = (0..)
        .zip(&rows)
        .map(|(at, row)| {
            let mut row = row.clone();
            if draw(at, 2) == 0 {
                let who = HEADS.iter().position(|head| row[0].contains(head[0])).unwrap_or(0) as u64;
                let head = HEADS[draw(who + row[0].len() as u64, 20) as usize][0];
                row[3] = format!("{head} {}, {}", 1 + draw(who, 900), row[7]);
                row[6] = String::new();
                row[7] = String::new();
            }
            row
        })
        .collect();
    let found = find(&[&table(&HEADERS, &rows)]);
    let headers: Vec<&str> = found.fields.iter().map(|field| field.header.as_str()).collect();
    assert!(
        ["other", "place", "town"].iter().all(|header| headers.contains(header)),
        "{headers:?}"
    );
}

#[test]
fn two_scripts_in_one_column_are_compared() {
    let (rows, truth) = persons(300, &[Said::Full, Said::Foreign]);
    let mixed: Vec<Vec<String>> = (rows.iter())
        .map(|row| vec![format!("{}{}", row[0], row[3]), row[4].clone(), row[5].clone()])
        .collect();
    let found = find(&[&table(&["name", "born", "phone"], &mixed)]);
    assert!(recall(&found, &truth) > 0.85, "{}", recall(&found, &truth));
}

#[test]
fn no_form_lets_a_pair_slip() {
    let (rows, _) = persons(110, &[Said::Full, Said::Parts, Said::Foreign]);
    let mixed: Vec<Vec<String>> = (rows.iter())
        .map(|row| {
            vec![
                format!("{} {}", row[0], row[3]),
                row[1].clone(),
                row[2].clone(),
                row[4].clone(),
            ]
        })
        .collect();
    for table in [table(&HEADERS, &rows), table(&["a", "b", "c", "d"], &mixed)] {
        let model = find(&[&table]).model;
        let records = Records::new(&[&table], &super::Said::default());
        let rows = Rows::new(&records.fields);
        let n = records.len() as u32;
        let all: Vec<u64> = (0..n)
            .flat_map(|a| (a + 1..n).map(move |b| u64::from(a) << 32 | u64::from(b)))
            .collect();
        let candidates = Candidates::new(Vec::new(), all.clone(), n as usize);
        for least in [-20.0, -3.0, 6.0] {
            let (kept, _) = scoring::score(&rows, &model, &candidates, least, |_, _| true);
            let weighed = all.iter().map(|pair| (ends(*pair), rows.weigh(&model, ends(*pair))));
            let expected: Vec<((u32, u32), f64)> = weighed.filter(|(_, weight)| *weight >= least).collect();
            let kept: Vec<((u32, u32), f64)> = kept.iter().map(|kept| (kept.pair, kept.weight)).collect();
            assert_eq!(kept, expected);
        }
    }
}

#[test]
fn neither_order_nor_file_matters_to_forms() {
    let (rows, _) = persons(120, &[Said::Full, Said::Parts, Said::Foreign]);
    let straight = matches(&find(&[&table(&HEADERS, &rows)]));
    let turned: Vec<Vec<String>> = (rows.iter().rev())
        .map(|row| row.iter().rev().cloned().collect())
        .collect();
    let n = rows.len() as u32;
    let headers = ["h", "g", "f", "e", "d", "c", "b", "a"];
    let mut found: Vec<(u32, u32)> = matches(&find(&[&table(&headers, &turned)]))
        .iter()
        .map(|(a, b)| (n - 1 - b, n - 1 - a))
        .collect();
    found.sort_unstable();
    assert!(straight.len() > 40);
    assert_eq!(straight, found);
    // The one form in one file, the others in another.
    let is_full = |row: &&Vec<String>| !row[0].is_empty();
    let (left, right): (Vec<&Vec<String>>, Vec<&Vec<String>>) = rows.iter().partition(is_full);
    let owned = |rows: Vec<&Vec<String>>| rows.into_iter().cloned().collect::<Vec<_>>();
    let (left, right) = (table(&HEADERS, &owned(left)), table(&HEADERS, &owned(right)));
    let (one, other) = (find(&[&left, &right]), find(&[&right, &left]));
    let counts = [&one, &other].map(|found| matches(found).len());
    assert!(counts[0] >= 15 && counts[0] == counts[1], "{counts:?} {:?}", one.fields);
}

#[test]
fn all_given_names_of_a_person_may_be_as_long_as_the_name_that_is_used() {
    let (given, middle) = (
        [
            "Robert", "Maria", "Thomas", "Elena", "Michael", "Anna", "Joseph", "Irina",
        ],
        ["James", "Anne", "Edward", "Louise", "Alexander", "Christine"],
    );
    let surname = |at: u64| HEADS[draw(at * 2 + 1, 20) as usize][0].to_owned() + TAILS[draw(at * 2 + 2, 6) as usize][0];
    let first = |at: u64| given[draw(at * 3 + 7, 8) as usize];
    let left: Vec<Vec<String>> = (0..200)
        .map(|at| vec![format!("{} {}", first(at), surname(at))])
        .collect();
    let right: Vec<Vec<String>> = (0..200)
        .map(|at| {
            vec![
                format!("{} {}", first(at), middle[draw(at + 900, 6) as usize]),
                surname(at),
            ]
        })
        .collect();
    let tables = [table(&["name"], &left), table(&["given", "last"], &right)];
    let records = Records::new(&[&tables[0], &tables[1]], &super::Said::default());
    let columns: Vec<&Vec<Vec<usize>>> = records.fields.iter().map(|field| &field.columns).collect();
    assert!(columns.contains(&&vec![vec![0], vec![0, 1]]), "{columns:?}");
}

#[test]
fn a_surname_before_a_comma_is_no_given_name() {
    let given = [
        "Robert", "Maria", "Thomas", "Elena", "Michael", "Anna", "Joseph", "Irina",
    ];
    let surname = |at: u64| HEADS[draw(at * 2 + 1, 20) as usize][0].to_owned() + TAILS[draw(at * 2 + 2, 6) as usize][0];
    let first = |at: u64| given[draw(at * 3 + 7, 8) as usize].to_owned();
    let left: Vec<Vec<String>> = (0..300).map(|at| vec![first(at), surname(at)]).collect();
    let right: Vec<Vec<String>> = (100..400)
        .map(|at| vec![format!("{}, {}", surname(at), first(at))])
        .collect();
    let tables = [table(&["first", "last"], &left), table(&["display name"], &right)];
    let records = Records::new(&[&tables[0], &tables[1]], &super::Said::default());
    let names = records.fields.iter().find(|field| field.kind == Kind::Given).unwrap();
    let said: Vec<&str> = (1..names.values.len() as u32).map(|id| names.values.get(id)).collect();
    assert!(said.len() <= given.len(), "{said:?}");
}
