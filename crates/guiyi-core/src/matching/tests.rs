//! The room as a whole: decisions, vetoes, and independence of order and threads.

use std::sync::Arc;

use arrow_array::StringArray;
use proptest::prelude::*;

use super::tables::FieldModel;
use super::*;
use crate::dictionary::{Dictionary, Element, ElementKind, EntityType, Importance, Sensitivity};
use crate::finding::Language;
use crate::record::{Column, Origin};
use crate::rulebook::{MatchingPolicy, SurvivorshipPolicy};

const KINDS: [ElementKind; 6] = [
    ElementKind::OrganizationName,
    ElementKind::CreditCode,
    ElementKind::Phone,
    ElementKind::City,
    ElementKind::Address,
    ElementKind::PersonName,
];

/// Name, credit code, phone, city, address, contact; empty for none.
type Row = [&'static str; 6];

fn rulebook() -> Rulebook {
    let element = |kind: &ElementKind| {
        let name: Arc<str> = kind.name().into();
        Element {
            name: name.clone(),
            label_zh: name.clone(),
            label: name.clone(),
            definition: name.clone(),
            definition_zh: name,
            kind: *kind,
            standard: None,
            importance: Importance::Normal,
            sensitivity: Sensitivity::Public,
            format: None,
            codes: Vec::new(),
            synonyms: Vec::new(),
        }
    };
    Rulebook {
        dictionary: Dictionary {
            entity: EntityType::Customer,
            elements: KINDS.iter().map(element).collect(),
        },
        sources: Vec::new(),
        rules: Vec::new(),
        matching: MatchingPolicy::default(),
        survivorship: SurvivorshipPolicy {
            source_priority: Vec::new(),
            default: Vec::new(),
            elements: Vec::new(),
            groups: Vec::new(),
            recency: None,
            ..SurvivorshipPolicy::default()
        },
        imputation: Vec::new(),
        today: (2026, 1, 1),
    }
}

fn records(rows: &[Row]) -> Records {
    let column = |at: usize| {
        rows.iter()
            .map(|row| Some(row[at]).filter(|value| !value.is_empty()))
            .collect::<StringArray>()
    };
    Records {
        sources: vec![0; rows.len()],
        keys: (0..rows.len()).map(|at| format!("{at:06}").into()).collect(),
        columns: (0..KINDS.len()).map(|at| Column::received(column(at))).collect(),
    }
}

fn find(rows: &[Row], decisions: &Decisions) -> Matching {
    run(&records(rows), &rulebook(), decisions).unwrap()
}

const MINGYUAN: Row = [
    "成都明远机械设备有限公司",
    "91510100MA61TEST0X",
    "13912345678",
    "成都市",
    "四川省成都市锦江区红星路88号2单元501室",
    "周文涛",
];
const CODE: &str = "914403001922038216";

fn check(left: Row, right: Row, expected: Option<(Decision, Option<Veto>)>) {
    let matching = find(&[left, right], &Decisions::default());
    let found = matching.pairs.first().map(|pair| (pair.decision, pair.veto));
    assert_eq!(found, expected, "{left:?} {right:?} {:?}", matching.pairs);
}

#[test]
fn decides_two_records() {
    let same = Some((Decision::Match, None));
    let vetoed = |veto| Some((Decision::Review, Some(veto)));
    let [_, code, phone, city, address, person] = MINGYUAN;
    let named = |name| [name, "", phone, city, address, person];
    check(MINGYUAN, MINGYUAN, same);
    check(MINGYUAN, [MINGYUAN[0], "", phone, "", "", ""], same);
    check(MINGYUAN, named("明远机械设备"), same);
    check(MINGYUAN, named("成都鸣远机械设备有限责任公司"), same);
    check(
        MINGYUAN,
        [
            "杭州晓峰食品有限公司",
            code,
            "0571-87654321",
            "杭州市",
            "杭州市西湖区文三路9号",
            "吴敏",
        ],
        None,
    );
    check(
        named("成都明远机械设备有限公司"),
        named("成都明远机械设备有限公司重庆分公司"),
        vetoed(Veto::Branch),
    );
    check(
        named("成都明远机械设备有限公司上海分公司"),
        named("成都明远机械设备有限公司重庆分公司"),
        vetoed(Veto::Branch),
    );
    check(
        named("成都明远机械一厂"),
        named("成都明远机械二厂"),
        vetoed(Veto::Numeral),
    );
    check(
        named("成都明远机械设备有限公司"),
        named("成都明远国际货运代理有限公司"),
        vetoed(Veto::Trade),
    );
    let elsewhere = [
        "重庆明远机械设备有限公司",
        "",
        "023-61234567",
        "重庆市",
        "重庆市渝中区中山路3号",
        "周文涛",
    ];
    assert!(
        find(&[MINGYUAN, elsewhere], &Decisions::default())
            .pairs
            .iter()
            .all(|pair| pair.decision != Decision::Match)
    );
}

#[test]
fn different_valid_codes_are_never_joined() {
    let with = |code| [MINGYUAN[0], code, MINGYUAN[2], MINGYUAN[3], MINGYUAN[4], MINGYUAN[5]];
    // An organization code of its own is as hard as one inside a credit code.
    check(with(CODE), with("19220382-1"), Some((Decision::Match, None)));
    check(
        with(CODE),
        with("12345678-8"),
        Some((Decision::Review, Some(Veto::HardIdentifier))),
    );
}

#[test]
fn a_steward_has_the_last_word() {
    let other: Row = ["杭州晓峰食品有限公司", "", "", "", "", ""];
    let joined = find(&[MINGYUAN, other], &Decisions::new([(1, 0, Verdict::Match)]));
    assert_eq!(
        joined
            .pairs
            .iter()
            .map(|pair| (pair.a, pair.b, pair.decision))
            .collect::<Vec<_>>(),
        [(0, 1, Decision::Match)]
    );
    assert!(
        find(&[MINGYUAN, MINGYUAN], &Decisions::new([(0, 1, Verdict::NotMatch)]))
            .pairs
            .is_empty()
    );
    assert!(
        find(&[MINGYUAN], &Decisions::new([(0, 9, Verdict::Match)]))
            .pairs
            .is_empty()
    );
    assert!(find(&[], &Decisions::default()).pairs.is_empty());
}

#[test]
fn what_would_join_strangers_is_for_a_person() {
    let found = find(&[MINGYUAN; 3], &Decisions::new([(0, 2, Verdict::NotMatch)]));
    let mut found: Vec<_> = found.pairs.iter().map(|pair| (pair.decision, pair.veto)).collect();
    found.sort_unstable();
    assert_eq!(
        found,
        [(Decision::Match, None), (Decision::Review, Some(Veto::Cluster))]
    );
}

#[test]
fn nothing_is_as_sure_as_one() {
    let mut rulebook = rulebook();
    rulebook.matching.match_threshold = 1.0;
    let found = run(&records(&[MINGYUAN; 2]), &rulebook, &Decisions::default()).unwrap();
    let found: Vec<_> = found.pairs.iter().map(|pair| (pair.decision, pair.veto)).collect();
    assert_eq!(found, [(Decision::Review, None)]);
}

#[test]
fn every_reason_is_in_words() {
    let found = find(&[MINGYUAN; 2], &Decisions::default());
    let reasons: Vec<Reason<'_>> = found.reasons(&found.pairs[0]).collect();
    assert!(
        reasons
            .iter()
            .any(|reason| reason.element == "organization-name" && reason.bits > 5.0)
    );
    for reason in reasons {
        assert!(!reason.describe(Language::English).is_empty() && !reason.describe(Language::Chinese).is_empty());
    }
}

#[test]
fn imputed_values_are_no_evidence() {
    let bare: Row = ["", "", "13912345678", "", "", ""];
    let mut records = records(&[bare, bare]);
    assert!(
        !run(&records, &rulebook(), &Decisions::default())
            .unwrap()
            .counts
            .passes
            .is_empty()
    );
    records.columns[2].origins = Some(Arc::from([Origin::Received, Origin::Imputed]));
    assert_eq!(
        run(&records, &rulebook(), &Decisions::default())
            .unwrap()
            .counts
            .candidates,
        0
    );
}

#[test]
fn candidates_do_not_explode() {
    let rows: Vec<Row> = vec![["明远", "", "13912345678", "成都市", "", ""]; 3000];
    let matching = find(&rows, &Decisions::default());
    assert!(matching.counts.candidates < 3000 * 64, "{}", matching.counts.candidates);
}

/// Companies with a few spellings each.
fn worlds() -> impl Strategy<Value = Vec<Row>> {
    const NAMES: [&str; 9] = [
        "成都明远机械设备有限公司",
        "成都明远机械设备有限责任公司",
        "明远机械",
        "重庆明远机械设备有限公司",
        "成都明远物流有限公司",
        "成都明远机械设备有限公司重庆分公司",
        "杭州晓峰食品有限公司",
        "杭州小峰食品有限公司",
        "",
    ];
    const CODES: [&str; 4] = ["", "", CODE, "91440300192203821X"];
    const PHONES: [&str; 5] = [
        "",
        "13912345678",
        "13912345679",
        "0571-87654321",
        "13912345678/0571-87654321",
    ];
    const CITIES: [&str; 4] = ["", "成都市", "重庆市", "杭州市"];
    const ADDRESSES: [&str; 3] = ["", "四川省成都市锦江区红星路88号", "杭州市西湖区文三路9号"];
    const PERSONS: [&str; 4] = ["", "周文涛", "周总", "吴敏"];
    let one = |values: &'static [&'static str]| proptest::sample::select(values);
    let row = (
        one(&NAMES),
        one(&CODES),
        one(&PHONES),
        one(&CITIES),
        one(&ADDRESSES),
        one(&PERSONS),
    );
    proptest::collection::vec(row.prop_map(|(a, b, c, d, e, f)| [a, b, c, d, e, f]), 0..25)
}

#[test]
fn a_model_that_was_named_outlives_numbers_it_has_not_seen() {
    let [_, code, phone, city, _, person] = MINGYUAN;
    let customer = |name, address| [name, code, phone, city, address, person];
    let without = [
        customer("成都明远机械设备有限公司", "锦江区红星路"),
        customer("成都明远机械设备", "锦江区红星路商厦"),
        [
            "杭州青禾食品有限公司",
            CODE,
            "13800138000",
            "杭州市",
            "西湖区文一路",
            "李梅",
        ],
    ];
    let learned = find(&without, &Decisions::default()).model;
    assert!(!learned.fields.iter().any(|field| field.kind.is_derived()));

    let with = [
        customer("成都明远机械设备88厂", "锦江区红星路88号"),
        customer("成都明远机械设备88厂有限公司", "锦江区红星路88号商厦"),
        [
            "杭州青禾食品有限公司",
            CODE,
            "13800138000",
            "杭州市",
            "西湖区文一路12号",
            "李梅",
        ],
    ];
    let mut rulebook = rulebook();
    rulebook.matching.model = Some(Arc::new(learned.clone()));
    let matching = run(&records(&with), &rulebook, &Decisions::default()).unwrap();
    let taken: Vec<&FieldModel> = matching
        .model
        .fields
        .iter()
        .filter(|field| field.kind.is_derived())
        .collect();
    assert_eq!(taken.len(), 2, "{:?}", matching.fields);
    assert!(taken.iter().all(|field| field.bits.iter().all(|bits| *bits == 0.0)));
    let kept = matching.model.fields.iter().filter(|field| !field.kind.is_derived());
    assert!(kept.clone().all(|field| learned.fields.contains(field)) && kept.count() == learned.fields.len());
    assert_eq!(matching.pairs[0].decision, Decision::Match);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn the_numbers_of_records_change_no_decision(rows in worlds()) {
        let n = rows.len() as u32;
        let reversed: Vec<Row> = rows.iter().rev().copied().collect();
        let straight = find(&rows, &Decisions::default());
        let turned = find(&reversed, &Decisions::default());
        let mut turned: Vec<Pair> =
            turned.pairs.into_iter().map(|pair| Pair { a: n - 1 - pair.b, b: n - 1 - pair.a, ..pair }).collect();
        turned.sort_unstable_by_key(|pair| (pair.a, pair.b));
        prop_assert_eq!(straight.pairs, turned);
    }

    #[test]
    fn the_number_of_threads_changes_no_decision(rows in worlds()) {
        let one = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
        let several = rayon::ThreadPoolBuilder::new().num_threads(3).build().unwrap();
        let find = || find(&rows, &Decisions::default());
        let (left, right) = (one.install(find), several.install(find));
        prop_assert_eq!(left.pairs, right.pairs);
        prop_assert_eq!(left.model, right.model);
    }
}
