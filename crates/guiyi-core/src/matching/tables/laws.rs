//! Laws of the room, tried on invented tables: what must change no decision, and what must not be joined.

use proptest::prelude::*;

use super::group::group;
use super::tests::{HEADERS, find, matches, people, table};
use super::*;
use crate::matching::hash::mix;

/// A number that only `seed` decides, below `n`.
pub(super) fn draw(seed: u64, n: u64) -> u64 {
    mix(seed.wrapping_mul(0x9e37_79b9)) % n
}

/// An invented word.
pub(super) fn word(seed: u64) -> String {
    let syllables = [
        "ka", "lo", "mer", "ti", "su", "ban", "dor", "el", "fi", "gra", "wen", "pos",
    ];
    (0..3).map(|at| syllables[draw(seed * 5 + at, 12) as usize]).collect()
}

/// Pairs of rows whose first, third and fourth values are equal: the truth of [`people`].
fn truth(rows: &[Vec<String>]) -> Vec<(u32, u32)> {
    (1..rows.len())
        .filter(|at| {
            [0, 2, 3]
                .iter()
                .all(|column| rows[*at][*column] == rows[at - 1][*column])
        })
        .map(|at| (at as u32 - 1, at as u32))
        .collect()
}

pub(super) fn f1(found: &[(u32, u32)], truth: &[(u32, u32)]) -> f64 {
    let hits = found.iter().filter(|pair| truth.contains(pair)).count();
    measure::Score::of(hits as f64, found.len() as f64, truth.len() as f64).f1()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4, ..ProptestConfig::default() })]

    #[test]
    fn order_names_and_threads_change_no_decision(seed in 0_u64..1000, threads in 2_usize..5) {
        let rows = people(90);
        let straight = matches(&find(&[&table(&HEADERS, &rows)]));
        let mut order: Vec<usize> = (0..rows.len()).collect();
        order.sort_by_key(|row| draw(seed + *row as u64, u64::MAX));
        let mixed: Vec<Vec<String>> = order.iter().map(|row| rows[*row].clone()).collect();
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let found = pool.install(|| matches(&find(&[&table(&["v", "w", "x", "y", "z"], &mixed)])));
        let back = |row: u32| order[row as usize] as u32;
        let mut found: Vec<(u32, u32)> =
            found.iter().map(|(a, b)| (back(*a).min(back(*b)), back(*a).max(back(*b)))).collect();
        found.sort_unstable();
        prop_assert!(!straight.is_empty());
        prop_assert_eq!(straight, found);
    }
}

#[test]
fn of_rows_that_say_the_same_their_ids_decide() {
    // Half of the things of the left file stand twice in the right one.
    let name = |at: u64| vec![format!("{} {}", word(at * 2 + 1), word(at * 2 + 2))];
    let left: Vec<Vec<String>> = (0..200).map(name).collect();
    let right: Vec<u64> = (0..300).map(|at| if at < 200 { at } else { at - 200 }).collect();
    let linked = |order: &[usize]| {
        let rows: Vec<Vec<String>> = order.iter().map(|at| name(right[*at])).collect();
        let mut ids = Column::default();
        for at in order {
            ids.push(&format!("r{at}"));
        }
        let tables = [
            table(&["name"], &left),
            Table {
                ids,
                ..table(&["name"], &rows)
            },
        ];
        let mut options = Options::default();
        options.said.distinct = Some([true; 2]);
        let found = matches(&link(&[&tables[0], &tables[1]], &options));
        let mut found: Vec<(u32, usize)> = found.iter().map(|(a, b)| (*a, order[*b as usize - 200])).collect();
        found.sort_unstable();
        found
    };
    let straight: Vec<usize> = (0..300).collect();
    let mut mixed = straight.clone();
    mixed.sort_by_key(|at| draw(*at as u64 + 5, u64::MAX));
    let found = linked(&straight);
    assert!(found.len() > 150);
    assert_eq!(found, linked(&mixed));
}

#[test]
fn an_unrelated_column_hardly_matters() {
    let rows = people(240);
    let truth = truth(&rows);
    let without = f1(&matches(&find(&[&table(&HEADERS, &rows)])), &truth);
    let more: Vec<Vec<String>> = rows
        .iter()
        .zip(0..)
        .map(|(row, at)| {
            let mut row = row.clone();
            row.push(word(draw(at + 7, 40)));
            row
        })
        .collect();
    let with = f1(
        &matches(&find(&[&table(&["a", "b", "c", "d", "e", "color"], &more)])),
        &truth,
    );
    assert!(without > 0.97 && with > without - 0.02, "{without} {with}");
}

fn day(seed: u64) -> String {
    let (year, month, day) = (30 + draw(seed, 70), 1 + draw(seed + 1, 12), 1 + draw(seed + 2, 28));
    format!("19{year:02}-{month:02}-{day:02}")
}

/// One of four in a house, who share surname, street, town and phone.
fn housemate(at: u64) -> Vec<String> {
    let house = at / 4 * 1000;
    vec![
        word(at * 3 + 1),
        day(at * 9 + 5),
        word(house + 1),
        format!("{} {}", word(house + 2), 1 + draw(house, 90)),
        word(draw(house, 30)),
        format!("0{}", 10_000_000 + draw(house + 3, 80_000_000)),
    ]
}

#[test]
fn who_shares_a_house_is_told_from_who_is_there_twice() {
    let headers = [
        "first", "born", "last", "street", "town", "phone", "entered", "agent", "amount",
    ];
    let (mut rows, mut truth): (Vec<Vec<String>>, Vec<(u32, u32)>) = Default::default();
    let mut enter = |mut row: Vec<String>| {
        // Whoever enters a record leaves a day, a name and an amount that say nothing of the person.
        let seed = rows.len() as u64 * 11 + 7;
        row.extend([
            day(seed),
            word(draw(seed, 20)),
            (100 + draw(seed + 3, 9000)).to_string(),
        ]);
        rows.push(row);
        rows.len() as u32 - 1
    };
    for at in 0..300 {
        let first = enter(housemate(at));
        if at % 3 == 0 {
            let mut again = housemate(at);
            // Some moved, some are misspelled.
            match at % 9 {
                0 => again[0].push('h'),
                3 => again[3..].clone_from_slice(&housemate(at + 4000)[3..]),
                _ => {}
            }
            truth.push((first, enter(again)));
        }
    }
    let found = matches(&find(&[&table(&headers, &rows)]));
    assert!(f1(&found, &truth) > 0.95, "{}", f1(&found, &truth));
}

#[test]
fn names_and_three_numbers_tell_who_is_there_twice() {
    let headers = ["first", "last", "year", "month", "day"];
    // Some names are far more frequent than others.
    let frequent = |seed: u64, n: u64| draw(seed, 1 + draw(seed + 1, n));
    let person = |at: u64| {
        let seed = at * 31;
        [
            word(7_000 + frequent(seed, 120)),
            word(9_000 + frequent(seed + 5, 300)),
            (1930 + draw(seed + 9, 80)).to_string(),
            (1 + draw(seed + 13, 12)).to_string(),
            (1 + draw(seed + 17, 30)).to_string(),
        ]
    };
    let (mut rows, mut truth): (Vec<Vec<String>>, Vec<(u32, u32)>) = Default::default();
    for at in 0..2000 {
        rows.push(person(at).to_vec());
        if at % 10 == 0 {
            // One slip in each: a letter too many, or another number.
            let mut again = person(at);
            match at / 10 % 5 {
                slip @ 0..2 => again[slip as usize].push('h'),
                slip => again[slip as usize].clone_from(&person(at + 5000)[slip as usize]),
            }
            rows.push(again.to_vec());
            truth.push((rows.len() as u32 - 2, rows.len() as u32 - 1));
        }
    }
    let found = matches(&find(&[&table(&headers, &rows)]));
    assert!(f1(&found, &truth) > 0.9, "{}", f1(&found, &truth));
}

#[test]
fn who_is_there_thirty_times_is_one() {
    let headers = ["first", "last", "town", "employer", "state"];
    let (mut rows, mut truth): (Vec<Vec<String>>, Vec<(u32, u32)>) = Default::default();
    for at in 0..40 {
        let start = rows.len() as u32;
        for copy in 0..30 {
            let seed = at * 97 + copy * 7919;
            // Each lived in three towns and had four employers; now and then a name is misspelled.
            let town = draw(at * 3 + draw(seed, 3), 60);
            let mut row = [
                word(7_000 + draw(at, 25)),
                word(9_000 + at),
                word(11_000 + town),
                word(13_000 + draw(at * 5 + draw(seed + 1, 4), 70)),
                word(15_000 + town % 9),
            ];
            if draw(seed + 2, 12) == 0 {
                row[draw(seed + 3, 2) as usize].push('h');
            }
            rows.push(row.to_vec());
        }
        let members = start..rows.len() as u32;
        truth.extend(members.clone().flat_map(|a| (a + 1..members.end).map(move |b| (a, b))));
    }
    let found = matches(&find(&[&table(&headers, &rows)]));
    assert!(f1(&found, &truth) > 0.8, "{}", f1(&found, &truth));
}

#[test]
fn who_moved_is_still_the_same() {
    let headers = ["first", "last", "born", "phone", "street", "zip", "town", "amount"];
    let address = |seed: u64| {
        let (town, zip) = (draw(seed, 12), draw(seed + 1, 40));
        let street = format!("{} {}", word(draw(seed + 2, 60)), 1 + draw(seed + 3, 90));
        [street, (20_000 + town * 100 + zip).to_string(), word(town + 7_000)]
    };
    let (mut rows, mut truth): (Vec<Vec<String>>, Vec<(u32, u32)>) = Default::default();
    for at in 0..400_u64 {
        let (start, n_copies) = (rows.len() as u32, 1 + at % 3);
        for copy in 0..n_copies {
            let phone = if draw(at * 5 + copy, 3) == 0 {
                String::new()
            } else {
                format!("0{}", 10_000_000 + draw(at, 80_000_000))
            };
            let mut row = vec![word(draw(at, 40)), word(draw(at + 9, 150)), day(at * 9), phone];
            // One in four lives elsewhere by now.
            row.extend(address(if draw(at + copy * 13, 4) == 0 {
                at * 31 + copy + 90_000
            } else {
                at * 31
            }));
            row.push((1 + draw(at * 3 + copy, 9)).to_string());
            truth.extend((0..copy).map(|other| (start + other as u32, start + copy as u32)));
            rows.push(row);
        }
    }
    let table = table(&headers, &rows);
    let found = find(&[&table]);
    let fields: Vec<&str> = found
        .model
        .moves
        .iter()
        .flat_map(|own| &own.fields)
        .map(|at| found.fields[*at].header.as_str())
        .collect();
    assert!(
        ["street", "zip", "town"].iter().all(|header| fields.contains(header)),
        "{fields:?}"
    );
    let share = found.model.moves[0].share;
    assert!((0.2..0.5).contains(&share), "{share}");
    assert!(f1(&matches(&found), &truth) > 0.98, "{}", f1(&matches(&found), &truth));
    assert_eq!(parse_model(&found.model_toml()).unwrap(), found.model);
}

/// One of three in a house, told apart by given name and initial alone; `register` is the list that names them.
fn relative(at: u64, register: u64) -> Vec<String> {
    const GIVEN: [&str; 24] = [
        "Anna", "Robert", "Maria", "Peter", "Laura", "Thomas", "Julia", "Martin", "Sofia", "Daniel", "Emma", "Paul",
        "Clara", "David", "Lisa", "Simon", "Nina", "Oscar", "Alice", "Victor", "Helen", "Felix", "Irene", "Walter",
    ];
    let house = at / 3 * 1000;
    // One in six has moved since the first list.
    let home = house + if draw(at, 6) == 0 { 77_777 * register } else { 0 };
    vec![
        GIVEN[draw(at * 3 + 1, 24) as usize].to_owned(),
        char::from(b'A' + draw(at * 3 + 2, 20) as u8).to_string(),
        word(house + 1),
        (1 + draw(home + 3, 3000)).to_string(),
        format!(
            "{} {}",
            word(home + 2),
            ["St", "Rd", "Ave", "Lane"][draw(home, 4) as usize]
        ),
        ["Wismar", "Anklam"][draw(home + 5, 2) as usize].to_owned(),
    ]
}

#[test]
fn a_family_is_no_person() {
    let headers = ["first", "initial", "last", "number", "street", "town"];
    let (mut left, mut right, mut truth) = (Vec::new(), Vec::new(), Vec::new());
    for at in 0..1500 {
        // Two of three are in the first list, two of three in the second.
        if draw(at * 7, 3) > 0 {
            left.push(relative(at, 0));
        }
        if draw(at * 7, 3) < 2 {
            right.push(relative(at, 1));
        }
        if draw(at * 7, 3) == 1 {
            truth.push((left.len() as u32 - 1, right.len() as u32 - 1));
        }
    }
    let n_left = left.len() as u32;
    let truth: Vec<(u32, u32)> = truth.into_iter().map(|(a, b)| (a, n_left + b)).collect();
    let found = matches(&find(&[&table(&headers, &left), &table(&headers, &right)]));
    assert!(f1(&found, &truth) > 0.88, "{}", f1(&found, &truth));

    // The same in full names and whole addresses.
    let whole = |rows: &[Vec<String>]| -> Vec<Vec<String>> {
        let whole = |row: &Vec<String>| vec![row[..3].join(" "), format!("{} {}", row[3], row[4])];
        rows.iter().map(whole).collect()
    };
    let headers = ["name", "address"];
    let found = matches(&find(&[
        &table(&headers, &whole(&left)),
        &table(&headers, &whole(&right)),
    ]));
    assert!(f1(&found, &truth) > 0.8, "{}", f1(&found, &truth));
}

#[test]
fn a_day_that_is_written_twice_speaks_once() {
    let headers = ["first", "last", "number", "born", "entered"];
    let (mut rows, mut truth): (Vec<Vec<String>>, Vec<(u32, u32)>) = Default::default();
    for at in 0..800 {
        // Many are born on one day, and entered on it.
        let born = format!("1984-{:02}-{:02}", 1 + draw(at * 9, 12), 1 + draw(at * 9 + 1, 28));
        let number = (100_000_000 + draw(at * 9 + 2, 800_000_000)).to_string();
        let row = vec![
            word(draw(at * 9 + 3, 300)),
            word(draw(at * 9 + 4, 300)),
            number,
            born.clone(),
            born,
        ];
        if at % 20 == 0 {
            truth.push((rows.len() as u32, rows.len() as u32 + 1));
            let mut again = row.clone();
            again[4] = format!("2020-{:02}-{:02}", 1 + draw(at * 9 + 5, 12), 1 + draw(at * 9 + 6, 28));
            rows.push(again);
        }
        rows.push(row);
    }
    let found = matches(&find(&[&table(&headers, &rows)]));
    assert!(f1(&found, &truth) > 0.9, "{}", f1(&found, &truth));
}

#[test]
fn what_is_there_once_is_not_joined() {
    let persons = |at: u64| {
        vec![
            word(at * 3),
            word(at * 3 + 1),
            day(at * 9),
            format!("0{}", 10_000_000 + draw(at, 80_000_000)),
        ]
    };
    let products = |at: u64| {
        let brand = word(draw(at, 9));
        vec![
            format!(
                "{brand} {} {}{}",
                word(at * 2 + 1),
                word(at)[..2].to_uppercase(),
                100 + at
            ),
            brand,
        ]
    };
    let names = |at: u64| {
        vec![format!(
            "{} {} {}",
            word(at * 2 + 40_000),
            word(at * 2 + 90_001),
            word(draw(at, 5))
        )]
    };
    let check = |kind: &str, headers: &[&str], row: &dyn Fn(u64) -> Vec<String>, n: u64| {
        let rows: Vec<Vec<String>> = (0..n).map(row).collect();
        let found = matches(&find(&[&table(headers, &rows)]));
        assert!(
            found.is_empty(),
            "{kind}: {:?}",
            found
                .iter()
                .map(|(a, b)| (&rows[*a as usize], &rows[*b as usize]))
                .take(3)
                .collect::<Vec<_>>()
        );
    };
    check("persons", &["first", "last", "born", "phone"], &persons, 200);
    check("products", &["title", "brand"], &products, 200);
    check("names", &["name"], &names, 200);
    check(
        "households",
        &["first", "born", "last", "street", "town", "phone"],
        &housemate,
        400,
    );
}

/// Joins the two groups that agree most on average, again and again, with nothing remembered in between.
fn naive(n: usize, weigh: impl Fn(u32, u32) -> f32, only: impl Fn(u32) -> bool) -> Vec<u32> {
    let mut groups: Vec<Vec<u32>> = (0..n as u32).map(|record| vec![record]).collect();
    loop {
        let mut best: Option<(f32, usize, usize)> = None;
        for a in 0..groups.len() {
            for b in a + 1..groups.len() {
                let singles = groups[a]
                    .iter()
                    .chain(&groups[b])
                    .filter(|record| only(**record))
                    .count();
                let pairs = groups[a]
                    .iter()
                    .flat_map(|x| groups[b].iter().map(|y| weigh(*x.min(y), *x.max(y))));
                let mean = pairs.sum::<f32>() / (groups[a].len() * groups[b].len()) as f32;
                if singles < 2 && mean > 0.0 && best.is_none_or(|best| mean > best.0) {
                    best = Some((mean, a, b));
                }
            }
        }
        let Some((_, a, b)) = best else { break };
        let moved = groups.remove(b);
        groups[a].extend(moved);
    }
    let mut of = vec![0; n];
    for group in &groups {
        let first = group.iter().copied().min().unwrap_or(0);
        for record in group {
            of[*record as usize] = first;
        }
    }
    of
}

proptest! {
    #[test]
    fn groups_are_those_of_a_naive_search(n in 2_usize..8, quarters in prop::collection::vec(-36_i8..36, 28), single in 0_u8..=255) {
        let weigh = |a: u32, b: u32| {
            let (a, b) = (a.min(b) as usize, a.max(b) as usize);
            f32::from(quarters[b * (b - 1) / 2 + a]) / 4.0
        };
        let only = |record: u32| single >> record & 1 == 1;
        let graph: Vec<(u32, u32, f32)> = (0..n as u32)
            .flat_map(|b| (0..b).map(move |a| (a, b)))
            .map(|(a, b)| (a, b, weigh(a, b)))
            .filter(|(.., weight)| *weight > 0.0)
            .collect();
        let found = group(n, &graph, weigh, |record| only(record).then_some(0));
        prop_assert_eq!(found, naive(n, weigh, only));
    }
}

#[test]
fn a_weak_bridge_does_not_join_two_solid_groups() {
    // Records 0 to 3 and 4 to 7 belong together; 3 and 4 look a little alike.
    let weigh = |a: u32, b: u32| match (a / 4 == b / 4, (a.min(b), a.max(b))) {
        (true, _) => 8.0,
        (false, (3, 4)) => 3.0,
        (false, _) => -4.0,
    };
    let graph: Vec<(u32, u32, f32)> = (0..8)
        .flat_map(|b| (0..b).map(move |a| (a, b)))
        .map(|(a, b)| (a, b, weigh(a, b)))
        .filter(|(.., weight)| *weight > 0.0)
        .collect();
    assert_eq!(group(8, &graph, weigh, |_| None), [0, 0, 0, 0, 4, 4, 4, 4]);
}
