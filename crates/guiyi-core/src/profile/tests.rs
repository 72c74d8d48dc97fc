//! Tests of the whole profile on rows in memory.

use std::sync::Arc;

use super::*;
use crate::dictionary::{ElementKind, EntityType, shipped};
use crate::rulebook::{Source, parse_rules};

const OPTIONS: Options = Options {
    distinct_limit: 1 << 20,
    today: (2026, 3, 1),
};

fn source(headers: &[&str]) -> Source {
    Source {
        system: "t".into(),
        headers: headers.iter().map(|header| Arc::from(*header)).collect(),
        key_column: 0,
        mapping: Vec::new(),
        code_pattern: None,
        day_first: None,
    }
}

fn profile(headers: &[&str], rows: &[Vec<String>], batch_rows: usize, options: Options) -> Profile {
    let source = source(headers);
    let mut profiler = Profiler::new(&source.headers, options);
    for part in rows.chunks(batch_rows) {
        profiler.add(&Batch::of_text(0, &source, part));
    }
    profiler.finish(&shipped(EntityType::Customer)).unwrap()
}

const HEADERS: [&str; 7] = ["客户编码", "名称", "列三", "手机", "建档日期", "注册资本", "客户级别"];

/// Two hundred rows of what exports hold, some of it dirty.
fn rows() -> Vec<Vec<String>> {
    let row = |i: usize| {
        vec![
            format!("HD-KA-{i:05}"),
            format!("深圳市蓝岭{}科技有限公司", ["甲", "乙", "丙", "丁"][i % 4]),
            if i.is_multiple_of(10) {
                "无".into()
            } else {
                "914403001922038216".into()
            },
            if i.is_multiple_of(20) {
                "１３8 0013 8000".into()
            } else {
                format!("138001{:05}", 38000 + i)
            },
            format!("{}-03-{:02}", 2000 + i % 20, 1 + i % 28),
            format!("{}.50", i * 10),
            ["A", "B级", "C", ""][i % 4].into(),
        ]
    };
    (0..200).map(row).collect()
}

#[test]
fn columns_are_recognized() {
    let profile = profile(&HEADERS, &rows(), 64, OPTIONS);
    let kinds: Vec<&str> = profile.columns.iter().map(|column| column.kind.name()).collect();
    assert_eq!(
        kinds,
        [
            "code",
            "organization-name",
            "credit-code",
            "mobile",
            "date",
            "amount",
            "category"
        ]
    );
    let dictionary = shipped(EntityType::Customer);
    let elements: Vec<Option<&str>> = profile
        .columns
        .iter()
        .map(|column| {
            column
                .element
                .map(|proposal| &*dictionary.elements[proposal.element].name)
        })
        .collect();
    assert_eq!(
        elements,
        [
            None,
            Some("name"),
            Some("credit_code"),
            Some("mobile"),
            Some("created_date"),
            Some("registered_capital"),
            Some("level")
        ]
    );
    let [code, _, credit, mobile, date, amount, level] = &profile.columns[..] else {
        panic!("seven columns")
    };
    assert!(code.is_key);
    assert_eq!(code.patterns.items, [(r"[A-Z]{2}-[A-Z]{2}-\d{5}".into(), 200)]);
    assert_eq!(
        (credit.placeholders.as_slice(), credit.filled),
        (&[("无".into(), 20)][..], 180)
    );
    assert!(mobile.is_sensitive && !amount.is_sensitive);
    assert_eq!(mobile.dirt, [(Dirt::FullWidth, 10)]);
    let dates = date.dates.as_ref().unwrap();
    assert_eq!(
        (dates.count, &*dates.min, &*dates.max),
        (200, "2000-03-01", "2019-03-28")
    );
    assert_eq!(dates.forms, [(DateForm::Dashes, 200)]);
    let numbers = amount.numbers.unwrap();
    assert_eq!((numbers.min, numbers.max, numbers.quantiles[2]), (0.5, 1990.5, 990.5));
    assert_eq!((level.nulls, level.distinct.count), (50, 3));
}

#[test]
fn batches_and_order_change_nothing_but_what_is_said() {
    let rows = rows();
    let whole = profile(&HEADERS, &rows, 1000, OPTIONS);
    let small = profile(&HEADERS, &rows, 7, OPTIONS);
    assert_eq!(whole.columns, small.columns);
    let reversed: Vec<_> = rows.into_iter().rev().collect();
    assert_eq!(whole.columns, profile(&HEADERS, &reversed, 64, OPTIONS).columns);
}

#[test]
fn suggested_rules_are_a_rule_pack_that_the_data_keep() {
    let profile = profile(&HEADERS, &rows(), 64, OPTIONS);
    let dictionary = shipped(EntityType::Customer);
    let text = suggest_rules(&profile, &dictionary, "t.csv");
    let rules = parse_rules("t.toml", &text, &dictionary).unwrap_or_else(|mistakes| panic!("{mistakes:?}\n{text}"));
    for expected in [
        "check = \"required\"",
        "check = \"identifier\"",
        "check = \"range\"",
        "check = \"one-of\"",
    ] {
        assert!(text.contains(expected), "{expected}\n{text}");
    }
    assert!(rules.len() >= 6, "{text}");
    assert!(
        !text.contains("13800"),
        "no sensitive value stands in a suggestion\n{text}"
    );
}

#[test]
fn strange_tables() {
    let empty = profile(&["a", ""], &[], 10, OPTIONS);
    assert_eq!((empty.rows, empty.columns[0].kind.name()), (0, "empty"));
    let odd = [
        vec!["\u{0}".to_owned(), "  ".into()],
        vec!["\u{fffd}\u{fffd}".into()],
        vec!["9".repeat(5000), "e+".into()],
    ];
    let odd = profile(
        &["名称\n", "名称\n"],
        &odd,
        2,
        Options {
            distinct_limit: 0,
            ..OPTIONS
        },
    );
    assert_eq!(odd.rows, 3);
    let text = suggest_rules(&odd, &shipped(EntityType::Customer), "a\nb");
    assert!(
        parse_rules("r", &text, &shipped(EntityType::Customer)).is_ok(),
        "{text}"
    );
}

#[test]
fn amounts_have_an_element_by_header_alone() {
    let rows: Vec<Vec<String>> = (0..30).map(|i| vec![i.to_string(), format!("{}", i * 7)]).collect();
    let found = profile(&["序号", "信用额度"], &rows, 10, OPTIONS);
    let dictionary = shipped(EntityType::Customer);
    let proposal = found.columns[1].element.unwrap();
    assert_eq!(dictionary.elements[proposal.element].kind, ElementKind::Amount);
    assert!(proposal.confidence > 0.9 && found.columns[0].element.is_none());
}
