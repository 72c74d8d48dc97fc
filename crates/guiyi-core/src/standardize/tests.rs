//! The room as a whole, over small batches of invented rows.

use std::sync::Arc;

use arrow_array::StringArray;
use proptest::prelude::*;

use super::*;
use crate::dictionary::{CodeValue, Dictionary, EntityType, Importance, Sensitivity};
use crate::finding::{Action, Fault};
use crate::record::{Column, RowState};
use crate::rulebook::{CodePattern, MatchingPolicy, Source, SurvivorshipPolicy};

/// One element of every kind, in the order of the kinds, named after them.
fn rulebook() -> Rulebook {
    let elements = ElementKind::ALL.map(|kind| Element {
        name: kind.name().into(),
        label_zh: "".into(),
        label: "".into(),
        definition: "".into(),
        definition_zh: "".into(),
        kind,
        standard: None,
        importance: Importance::Normal,
        sensitivity: Sensitivity::Public,
        format: None,
        codes: match kind {
            ElementKind::Enumeration => vec![CodeValue {
                code: "active".into(),
                label_zh: "启用".into(),
                synonyms: vec!["正常".into(), "在用".into()],
            }],
            _ => Vec::new(),
        },
        synonyms: Vec::new(),
    });
    let pattern = CodePattern {
        text: r"{department:D\d{2}}-{serial:\d{6}}".into(),
        regex: regex::Regex::new(r"^(?P<department>D\d{2})-(?P<serial>\d{6})$").unwrap(),
        parts: vec![("department".into(), ElementKind::Code as usize)],
    };
    let source = Source {
        system: "erp".into(),
        headers: ElementKind::ALL.iter().map(|kind| Arc::from(kind.name())).collect(),
        key_column: 0,
        mapping: (0..ElementKind::ALL.len()).map(Some).collect(),
        code_pattern: Some(pattern),
        day_first: None,
    };
    let policy = SurvivorshipPolicy {
        source_priority: Vec::new(),
        default: Vec::new(),
        elements: Vec::new(),
        groups: Vec::new(),
        recency: None,
        ..SurvivorshipPolicy::default()
    };
    Rulebook {
        dictionary: Dictionary {
            entity: EntityType::Customer,
            elements: elements.into(),
        },
        sources: vec![source],
        rules: Vec::new(),
        matching: MatchingPolicy::default(),
        survivorship: policy,
        imputation: Vec::new(),
        today: (2026, 11, 21),
    }
}

/// A batch whose rows hold these values of these kinds and nothing else.
fn batch(rows: &[&[(ElementKind, &str)]]) -> Batch {
    let received: Vec<StringArray> = ElementKind::ALL
        .iter()
        .map(|kind| {
            rows.iter()
                .map(|row| row.iter().find(|cell| cell.0 == *kind).map(|cell| cell.1))
                .collect()
        })
        .collect();
    Batch {
        source: 0,
        rows: (1..=rows.len() as u64).collect(),
        keys: rows
            .iter()
            .enumerate()
            .map(|(row, _)| Some(format!("D03-{row:06}")))
            .collect(),
        columns: received.iter().cloned().map(Column::received).collect(),
        received,
        states: vec![RowState::Clean; rows.len()],
    }
}

fn standardized(batch: Batch) -> (Batch, Notes) {
    let rulebook = rulebook();
    let hints = learn(std::slice::from_ref(&batch), &rulebook);
    run(batch, &rulebook, &hints)
}

/// What a row of one cell becomes, as `kind=value` in the order of the kinds; the part of the source key left out.
fn check(kind: ElementKind, text: &str, expected: &str) {
    let (batch, _) = standardized(batch(&[&[(kind, text)]]));
    let values: Vec<String> = ElementKind::ALL
        .iter()
        .filter(|other| **other != ElementKind::Code)
        .filter_map(|other| Some(format!("{}={}", other.name(), batch.columns[*other as usize].get(0)?)))
        .collect();
    assert_eq!(values.join(" "), expected, "{text}");
}

#[test]
fn values_find_their_elements() {
    use ElementKind as K;
    check(
        K::OrganizationName,
        "明远贸易有限公司（停用）",
        "organization-name=明远贸易有限公司 note=停用",
    );
    check(
        K::Mobile,
        "13900139000/010-65529988",
        "mobile=13900139000 landline=010-65529988",
    );
    check(
        K::Landline,
        "13900139000、010-65529988",
        "mobile=13900139000 landline=010-65529988",
    );
    check(
        K::Mobile,
        "13900139000/13700137000",
        "mobile=13900139000 phone=13700137000",
    );
    check(
        K::PersonName,
        "王建国 13900139000 财务",
        "person-name=王建国 mobile=13900139000 note=财务",
    );
    check(K::Enumeration, "在用", "enumeration=active");
    check(
        K::Address,
        "广东深圳南山科技路1号",
        "address=广东深圳南山科技路1号 province=广东省 city=深圳市 county=南山区",
    );
    check(K::City, "深圳", "province=广东省 city=深圳市");
    check(K::Province, "待补", "");
}

#[test]
fn marks_of_lost_characters_are_no_value_once_notes_are_out() {
    use ElementKind as K;
    check(K::PersonName, "。－\u{fffd}\u{fffd}（财厡）", "note=财厡");
    check(K::OrganizationName, "\u{fffd}\u{fffd}（停用）", "note=停用");
    check(K::PersonName, "王\u{fffd}（财务）", "person-name=王\u{fffd} note=财务");
}

#[test]
fn what_changes_is_written_down() {
    let rows: &[&[(ElementKind, &str)]] = &[
        &[(ElementKind::Amount, "1.2万"), (ElementKind::Code, "A1")],
        &[(ElementKind::Amount, "12.00"), (ElementKind::Code, "A2")],
    ];
    let (batch, notes) = standardized(batch(rows));
    assert_eq!(batch.states, [RowState::Corrected, RowState::Clean]);
    let [correction] = &notes.corrections[..] else {
        panic!("{:?}", notes.corrections)
    };
    assert_eq!((correction.row, &*correction.rule), (1, "ST116"));
    assert_eq!(
        (correction.before.as_deref(), correction.after.as_deref()),
        (Some("1.2万"), Some("12000.00"))
    );
    assert_eq!(correction.key.as_deref(), Some("D03-000000"));
    assert_eq!(
        batch.columns[ElementKind::Amount as usize].origin(0),
        Origin::Standardized
    );
    assert_eq!(batch.received[ElementKind::Amount as usize].value(0), "1.2万");
}

#[test]
fn what_cannot_be_read_is_held_back_and_found() {
    use ElementKind as K;
    for (kind, text, rule, fault) in [
        (K::Mobile, "13800000000", "ST002", Fault::Placeholder),
        (K::CreditCode, "9.1440E+17", "ST104", Fault::Destroyed),
        (K::Date, "03/05/2024", "ST115", Fault::Ambiguous),
        (
            K::Date,
            "2024-02-30",
            "ST115",
            Fault::Format {
                expected: "date".into(),
            },
        ),
        (K::Text, "见合同", "ST001", Fault::Placeholder),
    ] {
        let (batch, notes) = standardized(batch(&[&[(kind, text)]]));
        let [finding] = &notes.findings[..] else {
            panic!("{text}: {:?}", notes.findings)
        };
        assert_eq!(
            (&*finding.rule, &finding.fault, finding.action),
            (rule, &fault, Action::Withheld)
        );
        assert_eq!(finding.value.as_deref(), Some(text));
        assert_eq!(batch.columns[kind as usize].get(0), None);
        assert_eq!(batch.columns[kind as usize].origin(0), Origin::Withheld);
    }
}

#[test]
fn keys_that_break_the_pattern_are_reported() {
    let mut input = batch(&[&[], &[]]);
    input.keys = StringArray::from(vec!["D03-000127", "X9"]);
    let (batch, notes) = standardized(input);
    assert_eq!(batch.columns[ElementKind::Code as usize].get(0), Some("D03"));
    assert_eq!(batch.columns[ElementKind::Code as usize].origin(0), Origin::Derived);
    let [finding] = &notes.findings[..] else {
        panic!("{:?}", notes.findings)
    };
    assert_eq!((&*finding.rule, finding.key.as_deref()), ("ST901", Some("X9")));
}

#[test]
fn a_clean_column_shares_its_arrays() {
    let input = batch(&[&[
        (ElementKind::OrganizationName, "明远贸易有限公司"),
        (ElementKind::Code, "A1"),
    ]]);
    let before = input.columns[ElementKind::OrganizationName as usize].values.clone();
    let (batch, notes) = standardized(input);
    let after = &batch.columns[ElementKind::OrganizationName as usize].values;
    assert!(std::ptr::eq(before.value_data().as_ptr(), after.value_data().as_ptr()));
    assert_eq!(notes, Notes::default());
}

#[test]
fn readings_do_not_depend_on_where_a_batch_begins() {
    use ElementKind::Date;
    let cells = ["12/31/2023", "03/05/2024", "45356", "24-3-5", "2024-01-01"];
    let rulebook = rulebook();
    let parts: Vec<Batch> = cells.iter().map(|cell| batch(&[&[(Date, *cell)]])).collect();
    let hints = learn(&parts, &rulebook);
    let mut merged = Hints::default();
    parts
        .iter()
        .rev()
        .for_each(|part| merged.merge(learn(std::slice::from_ref(part), &rulebook)));
    assert_eq!(merged, hints);
    let dates = parts.into_iter().map(|part| {
        run(part, &rulebook, &hints).0.columns[Date as usize]
            .get(0)
            .map(str::to_owned)
    });
    let expected = ["2023-12-31", "2024-03-05", "2024-03-05", "2024-03-05", "2024-01-01"];
    assert_eq!(dates.collect::<Vec<_>>(), expected.map(|date| Some(date.to_owned())));
}

fn cell() -> impl Strategy<Value = (ElementKind, String)> {
    let text = prop_oneof![
        any::<String>(),
        "[ 明远公司（）(停用)深圳市广东0-9１./年月日万元转、-]{0,14}",
        "[0-9]{1,4}[-/.年][0-9]{1,2}[-/.月][0-9]{1,4}日?",
        "[+0-9 (),.-]{0,18}",
    ];
    (prop::sample::select(ElementKind::ALL.to_vec()), text)
}

proptest! {
    #[test]
    fn standardizing_twice_is_standardizing_once(rows in prop::collection::vec(prop::collection::vec(cell(), 0..4), 1..4)) {
        let rows: Vec<Vec<(ElementKind, &str)>> =
            rows.iter().map(|row| row.iter().map(|(kind, text)| (*kind, text.as_str())).collect()).collect();
        let rows: Vec<&[(ElementKind, &str)]> = rows.iter().map(Vec::as_slice).collect();
        let rulebook = rulebook();
        let input = batch(&rows);
        let hints = learn(std::slice::from_ref(&input), &rulebook);
        let (once, _) = run(input.clone(), &rulebook, &hints);
        let (twice, notes) = run(once.clone(), &rulebook, &hints);
        prop_assert_eq!(&notes.corrections, &[]);
        for (before, after) in once.columns.iter().zip(&twice.columns) {
            prop_assert_eq!(&before.values, &after.values);
        }
        for (before, after) in input.received.iter().zip(&twice.received) {
            prop_assert_eq!(before, after);
        }
    }
}

/// `docs/standardize.md` says what becomes of values; its tables are cases.
#[test]
fn the_page_says_what_the_room_does() {
    let page = include_str!("../../../../docs/standardize.md");
    let mut seen = std::collections::BTreeSet::new();
    for section in page.split("\n## ").skip(1) {
        let (title, body) = section.split_once('\n').unwrap();
        let mut quoted = title.split('`').skip(1).step_by(2);
        let (Some(kind), header) = (quoted.next(), quoted.next().unwrap_or("")) else {
            continue;
        };
        let kind = ElementKind::from_name(kind).unwrap_or_else(|| panic!("{title}"));
        seen.insert(kind);
        let cases: Vec<(&str, Option<&str>)> = body
            .lines()
            .filter_map(|line| {
                let (before, after) = line.strip_prefix("| `")?.split_once("` | ")?;
                let after = after.strip_suffix(" |")?;
                Some((
                    before,
                    after.strip_prefix('`').and_then(|after| after.strip_suffix('`')),
                ))
            })
            .collect();
        assert!(!cases.is_empty(), "{title}");
        let texts: Vec<&str> = cases.iter().map(|case| case.0).collect();
        for ((text, expected), found) in cases.iter().zip(column(kind, &texts, header, 2026)) {
            assert_eq!(found.value.as_deref(), *expected, "{title}: {text}");
            assert_eq!(found.fault.is_some(), expected.is_none(), "{title}: {text}");
        }
    }
    assert_eq!(seen.len(), ElementKind::ALL.len(), "every kind has its section");
}

/// Text of every kind that looks like what people type, and text that does not.
fn plausible() -> impl Strategy<Value = String> {
    let mojibake = prop::sample::select(vec!["ÉîÛÚ", "娣卞湷", "æ·±åœ³", "锟斤拷", "娣卞湷甯?"]);
    prop_oneof![
        any::<String>(),
        "(广东省|江苏|)(深圳市|南京|萝岗区|)(南山区|鼓楼区|高新区|)[人民科技]{0,2}路?[0-9]{0,3}号?[A-C]?座?[0-9]{0,4}室?",
        "[¥￥(△-]?[0-9]{1,3}[,. ]?[0-9]{0,3}[.,]?[0-9]{0,2}[万亿元wWkK)-]{0,2}",
        "[0-9.]{1,5}[*×xX ]{0,2}[0-9]{0,3} ?(个|KG|公斤|箱|m2|㎡|坨|)",
        "[φØΦ]?[0-9]{1,3}[*xX×][0-9]{1,3}(mm2|mm|平方|)",
        "(ACME|明远贸易)[ ]?(Co|有限公司|公司)[., ]{0,2}(Ltd|公司|)[.]?(（停用）|-旧|)",
        "[0-9]{4}[-/.年][0-9]{1,2}[-/.月][0-9]{1,2}日?( [0-9]{1,2}:[0-9]{2}(Z|[+]08:00|))?",
        "(是|否|Y|N|无|√|1|0|true|x)",
        mojibake.prop_map(str::to_owned),
    ]
}

proptest! {
    #[test]
    fn every_kind_is_idempotent(text in plausible(), other in plausible()) {
        for kind in ElementKind::ALL {
            let once = column(kind, &[&text, &other], "", 2026);
            for (received, first) in [&text, &other].into_iter().zip(&once) {
                let Some(value) = &first.value else { continue };
                let again = column(kind, &[value], "", 2026);
                prop_assert_eq!(again[0].value.as_ref(), Some(value), "{}: {:?}", kind.name(), received);
            }
        }
    }
}
