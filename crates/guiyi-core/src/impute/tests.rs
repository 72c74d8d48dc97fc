//! What each method fills, and what is never filled.

use arrow_array::StringArray;
use proptest::prelude::*;

use super::*;
use crate::dictionary::{EntityType, shipped};
use crate::record::Column;
use crate::rulebook::{MatchingPolicy, Policies, parse_policies, shipped_rules, toml::Document};

fn rulebook(entity: EntityType, text: &str) -> Rulebook {
    let dictionary = shipped(entity);
    let document = Document::parse("p", text);
    let Policies {
        survivorship,
        imputation,
        ..
    } = parse_policies(&document.root(), &dictionary, &[]);
    document.finish(()).unwrap();
    let rules = shipped_rules(entity, &dictionary).unwrap();
    let matching = MatchingPolicy::default();
    Rulebook {
        dictionary,
        sources: Vec::new(),
        rules,
        matching,
        survivorship,
        imputation,
        today: (2026, 11, 21),
    }
}

/// Rows with the named elements; the empty text is null.
fn batch(rulebook: &Rulebook, names: &[&str], rows: &[&[&str]]) -> Batch {
    let column = |element: &crate::dictionary::Element| {
        let place = names.iter().position(|name| **name == *element.name);
        let cell = |row: &&[&str]| place.map(|place| row[place].to_owned()).filter(|cell| !cell.is_empty());
        Column::received(rows.iter().map(cell).collect::<StringArray>())
    };
    Batch {
        source: 0,
        rows: (1..=rows.len() as u64).collect(),
        keys: StringArray::from_iter_values((1..=rows.len()).map(|row| row.to_string())),
        received: Vec::new(),
        columns: rulebook.dictionary.elements.iter().map(column).collect(),
        states: vec![RowState::Clean; rows.len()],
    }
}

/// Learns from the rows and fills them; returns (row, element, value, code, confidence) of every filled cell.
fn check(rulebook: &Rulebook, names: &[&str], rows: &[&[&str]], expected: &[(u64, &str, &str, &str, u16)]) {
    let mut before = batch(rulebook, names, rows);
    if let Some(last) = before.states.last_mut() {
        *last = RowState::Quarantined; // the last row of every case is neither evidence nor filled
    }
    let learned = learn(std::slice::from_ref(&before), rulebook);
    let (after, notes) = run(before, rulebook, &learned);
    assert!(notes.findings.is_empty());
    for correction in &notes.corrections {
        let (row, column) = (
            correction.row as usize - 1,
            &after.columns[usize::from(correction.attribute)],
        );
        assert_eq!(column.get(row), correction.after.as_deref());
        assert_eq!(column.origin(row), correction.origin);
        if correction.origin == Origin::Imputed {
            assert_eq!(after.states[row], RowState::Corrected);
        }
    }
    let element = |attribute: u16| &*rulebook.dictionary.elements[usize::from(attribute)].name;
    let filled: Vec<_> = notes
        .corrections
        .iter()
        .map(|c| {
            (
                c.row,
                element(c.attribute),
                c.after.as_deref().unwrap(),
                &*c.rule,
                c.confidence,
            )
        })
        .collect();
    assert_eq!(filled, expected);
}

#[test]
fn constant_and_mode() {
    let book = rulebook(
        EntityType::Customer,
        "[[impute]]\nelement = 'status'\nmethod = 'constant'\nvalue = '启用'\n[[impute]]\nelement = 'industry'\nmethod = 'mode'",
    );
    let rows: &[&[&str]] = &[
        &["", "b"],
        &["启用", "a"],
        &["停用", "a"],
        &["", "b"],
        &["", ""],
        &["", "b"],
    ];
    check(
        &book,
        &["status", "industry"],
        rows,
        &[
            (1, "status", "启用", "IM001", 500),
            (4, "status", "启用", "IM001", 500),
            (5, "status", "启用", "IM001", 500),
            (5, "industry", "a", "IM002", 500),
        ],
    );
    check(
        &book,
        &["industry"],
        &[&[""], &["a"]],
        &[(1, "status", "启用", "IM001", 0)],
    );
}

#[test]
fn group_mode() {
    let book = rulebook(
        EntityType::Customer,
        "[[impute]]\nelement = 'postcode'\nmethod = 'group-mode'\nby = 'county'",
    );
    let rows: &[&[&str]] = &[
        &["南山区", "518057"],
        &["南山区", "518052"],
        &["南山区", "518057"],
        &["南山区", ""],
        &["福田区", ""],
        &["", ""],
        &["福田区", "518000"],
    ];
    check(
        &book,
        &["county", "postcode"],
        rows,
        &[(4, "postcode", "518057", "IM003", 666)],
    );
}

#[test]
fn median() {
    let book = rulebook(
        EntityType::Customer,
        "[[impute]]\nelement = 'credit_limit'\nmethod = 'median'",
    );
    let rows: &[&[&str]] = &[&["9"], &["10"], &["100"], &["15"], &[""], &["1"]];
    check(
        &book,
        &["credit_limit"],
        rows,
        &[(5, "credit_limit", "10", "IM004", 750)],
    );
    check(&book, &["credit_limit"], &[&[""], &["1"]], &[]);
}

#[test]
fn out_of_the_resident_id() {
    let book = rulebook(EntityType::Contact, "");
    let rows: &[&[&str]] = &[
        &["11010519491231002X", "", ""],
        &["11010519491231002X", "1", "1950-01-01"],
        &["110105194912310021", "", ""],
        &["11010519491231002X", "", ""],
    ];
    check(
        &book,
        &["resident_id", "sex", "birth_date"],
        rows,
        &[
            (1, "birth_date", "1949-12-31", "IM005", 1000),
            (1, "sex", "2", "IM005", 1000),
        ],
    );
}

#[test]
fn imputed_values_and_key_elements() {
    let mut book = rulebook(
        EntityType::Customer,
        "[[impute]]\nelement = 'industry'\nmethod = 'mode'",
    );
    let mut rows = batch(&book, &["industry"], &[&["a"], &["b"], &["b"], &[""]]);
    let industry = book.imputation[0].attribute;
    rows.columns[industry].origins =
        Some([Origin::Received, Origin::Imputed, Origin::Imputed, Origin::Received].into());
    let learned = learn(std::slice::from_ref(&rows), &book);
    assert_eq!(run(rows.clone(), &book, &learned).0.columns[industry].get(3), Some("a"));
    // A key element stays empty even if a rulebook made by hand says otherwise.
    book.imputation[0].attribute = book.dictionary.position("credit_code").unwrap();
    let learned = learn(std::slice::from_ref(&rows), &book);
    assert_eq!(run(rows, &book, &learned).1, Notes::default());
}

proptest! {
    #[test]
    fn order_of_rows_does_not_show(mut values in prop::collection::vec(("[ab]?", "[0-9]{0,2}"), 0..20)) {
        let book = rulebook(
            EntityType::Customer,
            "[[impute]]\nelement = 'industry'\nmethod = 'mode'\n[[impute]]\nelement = 'credit_limit'\nmethod = 'median'\n\
             [[impute]]\nelement = 'postcode'\nmethod = 'group-mode'\nby = 'industry'",
        );
        let learned = |values: &[(String, String)]| {
            let rows: Vec<[&str; 3]> = values.iter().map(|(a, b)| [a.as_str(), b, b]).collect();
            let rows: Vec<&[&str]> = rows.iter().map(<[&str; 3]>::as_slice).collect();
            let (first, second) = rows.split_at(rows.len() / 2);
            let names = ["industry", "credit_limit", "postcode"];
            learn(&[batch(&book, &names, first), batch(&book, &names, second)], &book)
        };
        let forward = learned(&values);
        values.reverse();
        prop_assert_eq!(forward, learned(&values));
    }
}
