//! Samples of every shipped rule, and batches that show what is done about a failure.

use arrow_array::{Array, StringArray};

use super::*;
use crate::dictionary::{Dictionary, EntityType, shipped};
use crate::record::Column;
use crate::record::RowState::{Clean, Corrected, Quarantined, Rejected};
use crate::rulebook::{MatchingPolicy, Source, parse_policies, parse_rules, shipped_rules, toml::Document};

const TODAY: (i16, i8, i8) = (2026, 11, 21);

#[test]
fn shipped_samples() {
    for entity in EntityType::ALL {
        let dictionary = shipped(entity);
        for rule in shipped_rules(entity, &dictionary).unwrap() {
            assert_eq!(failing_samples(&rule, &dictionary), [], "{}", rule.code);
        }
    }
}

#[test]
fn a_wrong_sample_is_noticed() {
    let dictionary = shipped(EntityType::Customer);
    let mut rules = shipped_rules(EntityType::Customer, &dictionary).unwrap();
    rules[0].accept.push("".into());
    assert_eq!(
        failing_samples(&rules[0], &dictionary),
        [Sample {
            text: "".into(),
            should_pass: true
        }]
    );
}

const DICTIONARY: &str = "entity = 'customer'
[[element]]\nname = 'name'\nlabel = 'N'\nlabel_zh = '名'\ndefinition = 'd'\ndefinition_zh = 'd'\nkind = 'organization-name'\nimportance = 'key'
[[element]]\nname = 'code'\nlabel = 'C'\nlabel_zh = '码'\ndefinition = 'd'\ndefinition_zh = 'd'\nkind = 'credit-code'\nimportance = 'key'
[[element]]\nname = 'amount'\nlabel = 'A'\nlabel_zh = '额'\ndefinition = 'd'\ndefinition_zh = 'd'\nkind = 'amount'";

/// A rulebook of one source that feeds every element by a column of its own.
fn rulebook(rules: &str) -> Rulebook {
    let dictionary = Dictionary::parse("d", DICTIONARY).unwrap();
    let document = Document::parse("p", "");
    let policies = parse_policies(&document.root(), &dictionary, &[]);
    let source = Source {
        system: "erp".into(),
        headers: Vec::new(),
        key_column: 0,
        mapping: vec![Some(0), Some(1), Some(2)],
        code_pattern: None,
        day_first: None,
    };
    let headed = rules.replace(
        "[[rule]]",
        "[[rule]]\nseverity = 'error'\ndimension = 'accuracy'\nmessage = 'm'\nmessage_zh = 'm'",
    );
    Rulebook {
        rules: parse_rules("r", &headed, &dictionary).unwrap(),
        sources: vec![
            source.clone(),
            Source {
                system: "crm".into(),
                ..source
            },
        ],
        dictionary,
        matching: MatchingPolicy::default(),
        survivorship: policies.survivorship,
        imputation: policies.imputation,
        today: TODAY,
    }
}

/// Rows of (key, name, code, amount); the empty text is null.
fn batch(source: u16, first_row: u64, rows: &[[&str; 4]]) -> Batch {
    let cells = |position: usize| {
        rows.iter()
            .map(|row| (!row[position].is_empty()).then_some(row[position]))
            .collect::<StringArray>()
    };
    Batch {
        source,
        rows: (first_row..first_row + rows.len() as u64).collect(),
        keys: cells(0),
        received: (1..4).map(cells).collect(),
        columns: (1..4).map(|position| Column::received(cells(position))).collect(),
        states: vec![RowState::Clean; rows.len()],
    }
}

/// `row rule action`, as one text each.
fn told(notes: &Notes) -> Vec<String> {
    notes
        .findings
        .iter()
        .map(|f| format!("{} {} {}", f.row, f.rule, f.action.name()))
        .collect()
}

const GOOD: &str = "914403001922038216";

#[test]
fn repaired_withheld_quarantined() {
    let rules = "[[rule]]\ncode = 'XX001'\nelement = 'code'\ncheck = 'identifier'\non_failure = 'withhold'
[[rule]]\ncode = 'XX002'\nelement = 'amount'\ncheck = 'range'\nmin = 0\non_failure = 'quarantine'";
    let rulebook = rulebook(rules);
    let before = batch(
        0,
        2,
        &[
            ["a", "甲", GOOD, "1"],
            ["b", "乙", "9I4403001922038216", "1"],
            ["c", "丙", "123", "-1"],
            ["d", "丁", "", "x"],
            ["", "戊", "123", "-1"],
        ],
    );
    let names = before.columns[0].values.clone();
    let (after, notes) = run(before, &rulebook);
    assert_eq!(
        told(&notes),
        [
            "6 VA001 rejected",
            "3 XX001 repaired",
            "4 XX001 withheld",
            "4 XX002 quarantined",
            "5 XX002 quarantined",
            "5 VA004 reported"
        ]
    );
    let codes: Vec<_> = (0..5)
        .map(|row| (after.columns[1].get(row), after.columns[1].origin(row)))
        .collect();
    assert_eq!(codes[1], (Some(GOOD), Origin::Repaired));
    assert_eq!(codes[2], (None, Origin::Withheld));
    assert_eq!(codes[4], (Some("123"), Origin::Received));

    assert_eq!(after.states, [Clean, Corrected, Quarantined, Quarantined, Rejected]);
    let corrections: Vec<_> = notes
        .corrections
        .iter()
        .map(|c| (c.row, c.before.as_deref(), c.after.as_deref(), c.confidence))
        .collect();
    assert_eq!(
        corrections,
        [
            (3, Some("9I4403001922038216"), Some(GOOD), 950),
            (4, Some("123"), None, 1000)
        ]
    );
    assert_eq!(notes.findings[1].fix.as_deref(), Some(GOOD));
    assert!(
        names.to_data().ptr_eq(&after.columns[0].values.to_data()),
        "an untouched column is not copied"
    );
    let outcomes = outcomes(&[after], &rulebook, &notes);
    assert_eq!((outcomes[0].checked, outcomes[0].failed), (3, 2));
    assert_eq!((outcomes[1].checked, outcomes[1].failed), (4, 2));
    assert!(!outcomes[0].passes(&rulebook.rules[0]));
}

#[test]
fn keys_copies_and_conflicts() {
    let rulebook = rulebook("");
    let rows = [
        ["a", "甲", GOOD, "1"],
        ["a", "甲", GOOD, "1"],
        ["b", "乙", GOOD, "1"],
        ["b", "乙", GOOD, "2"],
        ["b", "乙", GOOD, "1"],
        ["c", "丙", GOOD, "1"],
    ];
    let mut whole = [batch(0, 1, &rows), batch(1, 1, &[["c", "丙", GOOD, "2"]])];
    let notes = across(&mut whole, &rulebook);
    let expected = [
        "2 VA002 rejected",
        "3 VA003 quarantined",
        "4 VA003 quarantined",
        "5 VA002 rejected",
    ];
    assert_eq!(told(&notes), expected);
    assert_eq!(notes.findings[1].fault, Fault::KeyConflict { count: 2 });
    // The same rows in two batches: the same findings and states.
    let mut parts = [batch(0, 5, &rows[4..]), batch(0, 1, &rows[..4])];
    assert_eq!(across(&mut parts, &rulebook), notes);
    let states: Vec<RowState> = parts[1].states.iter().chain(&parts[0].states).copied().collect();
    assert_eq!(states, whole[0].states);
}

#[test]
fn unique_and_branches() {
    let rules = "[[rule]]\ncode = 'XX001'\nelement = 'name'\ncheck = 'unique'\nwith = ['amount']\ntolerance = '50%'";
    let rulebook = rulebook(rules);
    let mut batches = [batch(
        0,
        1,
        &[
            ["a", "甲公司", GOOD, "1"],
            ["b", "甲公司", "", "1"],
            ["c", "甲公司", "", ""],
            ["d", "甲公司上海分公司", GOOD, "2"],
            ["e", "", "", "1"],
        ],
    )];
    let notes = across(&mut batches, &rulebook);
    assert_eq!(
        told(&notes),
        ["1 XX001 reported", "2 XX001 reported", "4 VA006 reported"]
    );
    assert_eq!(notes.findings[0].fault, Fault::Duplicate { count: 2 });
    let outcome = outcomes(&batches, &rulebook, &notes)[0];
    assert_eq!((outcome.checked, outcome.failed), (3, 2));
    assert!(!outcome.passes(&rulebook.rules[0]));
}

#[test]
fn conditions() {
    let rules =
        "[[rule]]\ncode = 'XX001'\nelement = 'amount'\ncheck = 'required'\nwhen = { element = 'name', one_of = ['甲'] }
[[rule]]\ncode = 'XX002'\nelement = 'amount'\ncheck = 'required'\nwhen = { element = 'code' }";
    let (_, notes) = run(
        batch(
            0,
            1,
            &[
                ["a", "甲", GOOD, ""],
                ["b", "乙", "x", ""],
                ["c", "", "", ""],
                ["d", "甲", "x", "1"],
            ],
        ),
        &rulebook(rules),
    );
    assert_eq!(
        told(&notes),
        [
            "1 XX001 reported",
            "1 XX002 reported",
            "2 XX002 reported",
            "3 VA004 reported",
            "3 VA004 reported"
        ]
    );
}

#[test]
fn codes_are_distinct_and_in_order() {
    assert!(CODES.windows(2).all(|pair| pair[0].0 < pair[1].0));
}

#[test]
fn states_of_whole_sources_merge_in_any_order() {
    let rules = "[[rule]]\ncode = 'XX001'\nelement = 'name'\ncheck = 'row-count'\nmin = 4\nmax_change = '50%'
[[rule]]\ncode = 'XX002'\nelement = 'name'\ncheck = 'foreign-key'\nentity = 'supplier'";
    let mut rulebook = rulebook(rules);
    rulebook.know_last_counts(&[("crm".into(), 1)].into());
    let parts = [
        batch(0, 1, &[["a", "甲", "", ""], ["b", "", "", ""]]),
        batch(0, 3, &[["c", "丙", "", ""]]),
        batch(1, 1, &[["a", "甲", "", ""]; 4]),
    ];
    let seen = |batches: &[Batch]| {
        let mut state = whole::State::new(&rulebook);
        for batch in batches {
            state.observe(batch, &rulebook);
        }
        state
    };
    let all = seen(&parts);
    let single = |at: usize| seen(&parts[at..=at]);
    assert_eq!(single(2).merge(single(0)).merge(single(1)), all);
    assert_eq!(single(1).merge(single(2).merge(single(0))), all);
    assert_eq!(seen(&[]).merge(all.clone()), all);
    let faults: Vec<_> = all
        .findings(&rulebook)
        .into_iter()
        .map(|f| (f.source, f.row, f.fault))
        .collect();
    let not_run = Fault::OtherSideMissing { entity: "supplier" };
    let few = Fault::RowCount {
        rows: 3,
        min: Some(4),
        max: None,
    };
    assert_eq!(
        faults,
        [
            (0, 0, few),
            (0, 0, not_run.clone()),
            (1, 0, Fault::RowCountChanged { rows: 4, last: 1 }),
            (1, 0, not_run)
        ]
    );
    let outcomes = outcomes(
        &parts,
        &rulebook,
        &Notes {
            findings: all.findings(&rulebook),
            ..Notes::default()
        },
    );
    let told: Vec<_> = outcomes
        .iter()
        .map(|o| (o.checked, o.failed, o.ran, o.passes(&rulebook.rules[o.rule])))
        .collect();
    assert_eq!(
        told,
        [
            (1, 1, true, false),
            (0, 0, false, false),
            (1, 1, true, false),
            (0, 0, false, false)
        ]
    );
}
