//! Which value wins, case by case.

use std::sync::Arc;

use proptest::prelude::{prop, prop_assert, prop_assert_eq, proptest};

use super::*;
use crate::dictionary::{Dictionary, Element, ElementKind, EntityType, Importance, Sensitivity};
use crate::record::Column;
use crate::rulebook::{MatchingPolicy, Source, SurvivorshipPolicy};

const ELEMENTS: [&str; 4] = ["name", "city", "address", "updated"];

fn rulebook(default: &[Strategy], groups: &[&[usize]]) -> Rulebook {
    let elements = ELEMENTS
        .into_iter()
        .map(|name| Element {
            name: name.into(),
            label_zh: name.into(),
            label: name.into(),
            definition: name.into(),
            definition_zh: name.into(),
            kind: ElementKind::Text,
            standard: None,
            importance: Importance::Normal,
            sensitivity: Sensitivity::Public,
            format: None,
            codes: Vec::new(),
            synonyms: Vec::new(),
        })
        .collect();
    let source = |system: &str| Source {
        system: system.into(),
        headers: Vec::new(),
        key_column: 0,
        mapping: Vec::new(),
        code_pattern: None,
        day_first: None,
    };
    Rulebook {
        dictionary: Dictionary {
            entity: EntityType::Customer,
            elements,
        },
        sources: vec![source("erp"), source("crm"), source("shop")],
        rules: Vec::new(),
        matching: MatchingPolicy::default(),
        survivorship: SurvivorshipPolicy {
            source_priority: vec!["crm".into()],
            default: default.to_vec(),
            elements: vec![None; ELEMENTS.len()],
            groups: groups.iter().map(|group| group.to_vec()).collect(),
            recency: Some(3),
            ..SurvivorshipPolicy::default()
        },
        imputation: Vec::new(),
        today: (2026, 1, 1),
    }
}

/// Records from rows of source and cells; a cell is `-` for null, and `~x`, `!x`, `?x` for a standardized, a repaired and
/// an imputed `x`.
fn records(rows: &[(u16, [&'static str; 4])]) -> Records {
    let columns = (0..ELEMENTS.len())
        .map(|element| {
            let cells: Vec<&'static str> = rows.iter().map(|row| row.1[element]).collect();
            let origin = |cell: &&str| match cell.as_bytes()[0] {
                b'~' => Origin::Standardized,
                b'!' => Origin::Repaired,
                b'?' => Origin::Imputed,
                b'-' => Origin::Withheld,
                _ => Origin::Received,
            };
            let value = |cell: &&'static str| (*cell != "-").then(|| cell.trim_start_matches(['~', '!', '?']));
            Column {
                values: cells.iter().map(value).collect(),
                origins: Some(cells.iter().map(origin).collect::<Arc<[Origin]>>()),
            }
        })
        .collect();
    Records {
        sources: rows.iter().map(|row| row.0).collect(),
        keys: (0..rows.len()).map(|row| format!("{row:03}").into()).collect(),
        columns,
    }
}

/// All rows are one cluster; expects the golden values, with `-` for null, and the ground of the first element.
fn check(
    default: &[Strategy],
    groups: &[&[usize]],
    rows: &[(u16, [&'static str; 4])],
    expected: [&str; 4],
    ground: Ground,
) {
    let records = records(rows);
    let golden = run(&records, &vec![0; rows.len()], &rulebook(default, groups));
    let found: Vec<&str> = golden
        .columns
        .iter()
        .map(|column| {
            if column.winners[0] == NO_RECORD {
                "-"
            } else {
                column.values.value(0)
            }
        })
        .collect();
    assert_eq!(
        (found.as_slice(), golden.columns[0].grounds[0]),
        (expected.as_slice(), ground),
        "{default:?} {rows:?}"
    );
}

#[test]
fn strategies() {
    use Strategy::{BestOrigin, Longest, MostComplete, MostFrequent, MostRecent, SourcePriority};
    let none = ["-"; 4];
    check(&[], &[], &[(0, none), (1, none)], none, Ground::Nothing);
    check(
        &[],
        &[],
        &[(0, ["a", "-", "-", "-"]), (1, none)],
        ["a", "-", "-", "-"],
        Ground::Only,
    );
    check(
        &[Longest],
        &[],
        &[(0, ["a", "-", "-", "-"]), (1, ["a", "-", "-", "-"])],
        ["a", "-", "-", "-"],
        Ground::Agreed,
    );
    check(
        &[],
        &[],
        &[(0, ["b", "-", "-", "-"]), (1, ["a", "-", "-", "-"])],
        ["b", "-", "-", "-"],
        Ground::Order,
    );
    check(
        &[BestOrigin],
        &[],
        &[
            (0, ["!a", "-", "-", "-"]),
            (1, ["~bb", "-", "-", "-"]),
            (1, ["~c", "-", "-", "-"]),
        ],
        ["bb", "-", "-", "-"],
        Ground::Order,
    );
    check(
        &[BestOrigin, Longest],
        &[],
        &[
            (0, ["!aaa", "-", "-", "-"]),
            (1, ["~b", "-", "-", "-"]),
            (1, ["~长名", "-", "-", "-"]),
        ],
        ["长名", "-", "-", "-"],
        Ground::Strategy(Longest),
    );
    check(
        &[SourcePriority],
        &[],
        &[
            (0, ["a", "x", "-", "-"]),
            (1, ["b", "-", "-", "-"]),
            (2, ["c", "-", "-", "-"]),
        ],
        ["b", "x", "-", "-"],
        Ground::Strategy(SourcePriority),
    );
    check(
        &[MostRecent],
        &[],
        &[
            (0, ["a", "-", "-", "2025-12-31"]),
            (1, ["b", "-", "-", "2026-01-01"]),
            (2, ["c", "-", "-", "?2026-02-01"]),
        ],
        ["b", "-", "-", "2026-01-01"],
        Ground::Strategy(MostRecent),
    );
    check(
        &[MostFrequent],
        &[],
        &[
            (0, ["a", "-", "-", "-"]),
            (1, ["b", "-", "-", "-"]),
            (2, ["b", "-", "-", "-"]),
        ],
        ["b", "-", "-", "-"],
        Ground::Strategy(MostFrequent),
    );
    check(
        &[MostComplete],
        &[],
        &[(0, ["a", "?x", "?y", "-"]), (1, ["b", "x", "-", "-"])],
        ["b", "x", "y", "-"],
        Ground::Strategy(MostComplete),
    );
}

#[test]
fn imputed_values_and_groups() {
    // An imputed value never beats another one, whatever the strategy.
    check(
        &[Strategy::Longest],
        &[],
        &[(0, ["?aaa", "?aaa", "-", "-"]), (1, ["!b", "-", "-", "-"])],
        ["b", "aaa", "-", "-"],
        Ground::Only,
    );
    // City and address stay together, gaps and all.
    check(
        &[Strategy::SourcePriority],
        &[&[1, 2]],
        &[(0, ["a", "Suzhou", "Road 1", "-"]), (1, ["b", "-", "Road 2", "-"])],
        ["b", "-", "Road 2", "-"],
        Ground::Strategy(Strategy::SourcePriority),
    );
    // An imputed city does not stand beside a known one of another member, nor is that one mixed in.
    check(
        &[Strategy::SourcePriority],
        &[&[1, 2]],
        &[(0, ["a", "Suzhou", "Road 1", "-"]), (1, ["b", "?Wuxi", "Road 2", "-"])],
        ["b", "-", "Road 2", "-"],
        Ground::Strategy(Strategy::SourcePriority),
    );
}

#[test]
fn no_record_no_golden() {
    let golden = run(&records(&[]), &[], &rulebook(&[], &[]));
    assert!(golden.is_empty());
    assert_eq!(golden.offsets, [0]);
}

proptest! {
    #[test]
    fn a_golden_value_is_a_members_value_and_the_members_add_up(
        rows in prop::collection::vec((0_u16..3, prop::collection::vec(0_usize..7, 4), 0_u32..5), 0..60),
        chain in prop::collection::vec(0_usize..10, 0..4),
        grouped: bool,
    ) {
        let all = Strategy::ALL.map(|strategy| (strategy != Strategy::Union).then_some(strategy));
        let chain: Vec<Strategy> = chain.into_iter().filter_map(|at| all[at]).collect();
        let cells = ["-", "a", "bb", "~a", "!c", "?d", "2026-01-01"];
        let table: Vec<(u16, [&'static str; 4])> = rows
            .iter()
            .map(|(source, row, _)| (*source, [cells[row[0]], cells[row[1]], cells[row[2]], cells[row[3]]]))
            .collect();
        let mut numbers = std::collections::BTreeMap::new();
        let clusters: Vec<u32> = rows
            .iter()
            .map(|row| {
                let next = numbers.len() as u32;
                *numbers.entry(row.2).or_insert(next)
            })
            .collect();
        let records = records(&table);
        let mut book = rulebook(&chain, if grouped { &[&[1, 2]] } else { &[] });
        book.survivorship.value_orders.insert(0, vec!["bb".into(), "a".into()]);
        book.survivorship.trust_days.insert("erp".into(), 30);
        book.survivorship.elements[3] = Some(vec![Strategy::Union]);
        // Each record by itself, numbered in order, is what one member makes under any number.
        let n_records = records.len();
        let forth: Vec<u32> = (0..n_records as u32).collect();
        let back: Vec<u32> = forth.iter().rev().copied().collect();
        let (forth, back) = (run(&records, &forth, &book), run(&records, &back, &book));
        let of = |golden: &Golden, number: usize| -> Vec<_> {
            let columns = golden.columns.iter();
            let cells = columns.map(|column| {
                let value = column.values.is_valid(number).then(|| column.values.value(number).to_owned());
                (value, column.winners[number], column.origins[number], column.grounds[number])
            });
            cells.collect()
        };
        prop_assert_eq!((forth.len(), &forth.offsets), (back.len(), &back.offsets));
        for record in 0..n_records {
            prop_assert_eq!(forth.members_of(record), [record as u32]);
            prop_assert_eq!(of(&forth, record), of(&back, n_records - 1 - record));
        }

        let golden = run(&records, &clusters, &book);
        prop_assert_eq!(golden.members.len(), records.len());
        for number in 0..golden.len() {
            for (element, column) in golden.columns.iter().enumerate() {
                let winner = column.winners[number];
                let members = golden.members_of(number);
                if winner == NO_RECORD {
                    let lost = members.iter().any(|&member| records.get(member, element).is_some());
                    prop_assert!(!lost || (grouped && [1, 2].contains(&element)));
                } else {
                    prop_assert!(members.contains(&winner));
                    let value = column.values.value(number);
                    let own = records.get(winner, element).unwrap();
                    prop_assert!(own == value || (element == 3 && value.starts_with(own)));
                    prop_assert_eq!(column.origins[number], records.columns[element].origin(winner as usize));
                    let better = members.iter().any(|&member| {
                        records.get(member, element).is_some()
                            && records.columns[element].origin(member as usize) != Origin::Imputed
                    });
                    prop_assert!(!better || column.origins[number] != Origin::Imputed);
                }
                prop_assert_eq!(Ground::from_code(column.grounds[number].code()), Some(column.grounds[number]));
                let why = why(&records, members, &book, element).unwrap();
                prop_assert_eq!(why.value.as_deref(), (winner != NO_RECORD).then(|| column.values.value(number)));
                prop_assert_eq!(why.ground, column.grounds[number]);
                let won = why.candidates.iter().filter(|candidate| candidate.fate == Fate::Won);
                if why.ground == Ground::Strategy(Strategy::Union) {
                    prop_assert!(won.count() > 1);
                } else {
                    prop_assert_eq!(won.map(|candidate| candidate.record).next(), (winner != NO_RECORD).then_some(winner));
                }
            }
        }
    }
}

#[test]
fn pins_stand_over_members() {
    use arrow_array::Array;
    let rows = [(0, ["a", "x", "-", "-"]), (1, ["b", "y", "-", "-"])];
    let records = records(&rows);
    let mut golden = run(&records, &[0, 1], &rulebook(&[], &[&[0, 1]]));
    let unpinned = golden.clone();
    let pin_of = |golden, element, value| Pin { golden, element, value };
    pin(
        &mut golden,
        &[
            pin_of(1, 0, Some("first")),
            pin_of(1, 0, Some("c")),
            pin_of(0, 1, None),
            pin_of(7, 0, Some("no such golden record")),
            pin_of(0, 9, Some("no such element")),
        ],
    );
    let cell = |golden: &Golden, element: usize, at: usize| {
        let column = &golden.columns[element];
        let value = column.values.is_valid(at).then(|| column.values.value(at).to_owned());
        (value, column.winners[at], column.grounds[at])
    };
    assert_eq!(cell(&golden, 0, 1), (Some("c".into()), NO_RECORD, Ground::Override));
    assert_eq!(cell(&golden, 1, 0), (None, NO_RECORD, Ground::Override));
    for (element, at) in [(0, 0), (1, 1), (2, 0), (3, 1)] {
        assert_eq!(cell(&golden, element, at), cell(&unpinned, element, at));
    }
}

#[test]
fn the_file_of_a_record_decides_nothing() {
    // Two files of the ERP, source 0 and 3, and no priority among systems.
    let mut book = rulebook(&[Strategy::SourcePriority], &[]);
    book.survivorship.source_priority.clear();
    book.sources.push(book.sources[0].clone());
    let mut found = Vec::new();
    for sources in [[0, 3], [3, 0], [0, 0], [3, 3]] {
        let mut rows = [(sources[0], "001", "a"), (sources[1], "002", "b")];
        rows.sort_unstable();
        let cells = rows.map(|row| (row.0, [row.2, "-", "-", "-"]));
        let mut records = records(&cells);
        records.keys = rows.iter().map(|row| row.1.into()).collect();
        let golden = run(&records, &[0, 0], &book);
        found.push(golden.columns[0].values.value(0).to_owned());
    }
    assert_eq!(found, ["a"; 4]);
}

/// Rows of source, name, city and day; the first element goes by `strategies`, `configure` says the rest.
fn check_with(
    strategies: &[Strategy],
    configure: impl Fn(&mut SurvivorshipPolicy),
    rows: &[(u16, [&'static str; 4])],
    expected: (&str, Ground),
) {
    let mut book = rulebook(strategies, &[]);
    configure(&mut book.survivorship);
    let mut turned = rows.to_vec();
    turned.reverse();
    for rows in [rows, &turned] {
        let golden = run(&records(rows), &vec![0; rows.len()], &book);
        let column = &golden.columns[0];
        assert_eq!((column.values.value(0), column.grounds[0]), expected, "{strategies:?}");
    }
}

#[test]
fn scores_trust_and_orders() {
    use Strategy::{HighestScore, MostRestrictive, SourcePriority, TrustedUntil, Union, ValueOrder};
    // Two of two values as given against one of two.
    check_with(
        &[HighestScore],
        |_| (),
        &[
            (0, ["a", "!x", "y", "2025-01-01"]),
            (1, ["b", "x", "?y", "?2025-01-01"]),
        ],
        ("b", Ground::Strategy(HighestScore)),
    );
    // The ERP is trusted for 30 days; the run is of 2026-01-01.
    let trust = |policy: &mut SurvivorshipPolicy| {
        policy.source_priority = vec!["erp".into(), "crm".into()];
        policy.trust_days.insert("erp".into(), 30);
    };
    for (day, value, ground) in [
        ("2025-12-02", "a", SourcePriority),
        ("2025-12-01", "b", TrustedUntil),
        ("-", "b", TrustedUntil),
        ("?2025-12-31", "b", TrustedUntil),
    ] {
        let rows = [(0, ["a", "-", "-", day]), (1, ["b", "-", "-", "2001-01-01"])];
        check_with(
            &[TrustedUntil, SourcePriority],
            trust,
            &rows,
            (value, Ground::Strategy(ground)),
        );
    }
    // The strictest value wins, however few, old or corrected.
    let strict = |policy: &mut SurvivorshipPolicy| _ = policy.value_orders.insert(0, vec!["no".into(), "yes".into()]);
    check_with(
        &[MostRestrictive, SourcePriority],
        strict,
        &[
            (1, ["yes", "-", "-", "2026-01-01"]),
            (0, ["!no", "-", "-", "-"]),
            (1, ["maybe", "-", "-", "-"]),
        ],
        ("no", Ground::Strategy(MostRestrictive)),
    );
    check_with(
        &[ValueOrder],
        strict,
        &[(0, ["maybe", "-", "-", "-"]), (1, ["yes", "-", "-", "-"])],
        ("yes", Ground::Strategy(ValueOrder)),
    );
    // One element trusts the systems in another order than the rest.
    check_with(
        &[SourcePriority],
        |policy| _ = policy.source_orders.insert(0, vec!["shop".into()]),
        &[(1, ["a", "-", "-", "-"]), (2, ["b", "-", "-", "-"])],
        ("b", Ground::Strategy(SourcePriority)),
    );
    check_with(
        &[Union],
        |_| (),
        &[
            (0, ["c;a", "-", "-", "-"]),
            (1, ["b； a", "-", "-", "-"]),
            (2, ["?d", "-", "-", "-"]),
        ],
        ("b；a；c", Ground::Strategy(Union)),
    );
}

#[test]
fn why_each_candidate_lost() {
    let rows = [
        (0, ["b", "-", "-", "2025-12-31"]),
        (1, ["a", "-", "-", "2025-01-01"]),
        (1, ["b", "-", "-", "2025-12-31"]),
        (2, ["?c", "-", "-", "-"]),
        (2, ["-", "-", "-", "-"]),
        (2, ["d", "-", "-", "2025-12-31"]),
    ];
    let book = rulebook(&[Strategy::MostRecent, Strategy::MostFrequent], &[]);
    let found = why(&records(&rows), &[0, 1, 2, 3, 4, 5], &book, 0).unwrap();
    let lost = |by, own: &str, best: &str| {
        let (own, best) = (own.to_owned(), best.to_owned());
        Fate::Lost { by, own, best }
    };
    let fates: Vec<Fate> = found.candidates.into_iter().map(|candidate| candidate.fate).collect();
    let expected = [
        Fate::Won,
        lost(Strategy::MostRecent, "2025-01-01", "2025-12-31"),
        Fate::Agrees,
        Fate::Imputed,
        Fate::NoValue,
        lost(Strategy::MostFrequent, "1", "2"),
    ];
    assert_eq!(fates, expected);
    assert_eq!(
        (found.value.as_deref(), found.ground),
        (Some("b"), Ground::Strategy(Strategy::MostFrequent))
    );
}
