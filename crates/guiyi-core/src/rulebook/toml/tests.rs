//! What the reader says about every kind of mistake, and that it never panics.

use proptest::prelude::*;

use super::*;

/// Reads `text` as the schema below and compares the mistakes, without the file name.
fn check(text: &str, expected: &[&str]) {
    let document = Document::parse("f", text);
    let root = document.root();
    root.string("title");
    root.opt_bool("quick");
    root.opt_choice("level", &[("low", 1), ("high", 2)]);
    if let Some(store) = root.table("store") {
        store.string("path");
        store.opt_integer("limit", 1..=9);
        store.opt_float("share", 0.0..=1.0);
    }
    for source in root.tables("source") {
        source.string("system");
        source.strings("headers");
        source.string_lists("groups");
        source.opt_scalar("bound");
        if let Some(columns) = source.table("columns") {
            for key in columns.keys() {
                columns.string(key);
            }
        }
    }
    drop(root);
    let found: Vec<String> = match document.finish(()) {
        Ok(()) => Vec::new(),
        Err(mistakes) => mistakes
            .iter()
            .map(|mistake| mistake.to_string()[2..].to_owned())
            .collect(),
    };
    assert_eq!(found, expected, "{text}");
}

#[test]
fn well_formed() {
    check("title = 'a'", &[]);
    check("\u{FEFF}title = 'a'\r\nquick = true\r\n", &[]);
    check(
        "title = 'a'\nlevel = 'low'\n[store]\npath = 'p'\nlimit = 0x9\nshare = 1\n[[source]]\nsystem = 'erp'\n\
         headers = ['a']\ngroups = [['a', 'b'], []]\nbound = 2020-01-31\n[source.columns]\nname = '名称'\n\
         [[source]]\nsystem = 'crm'\nbound = -1_000.5",
        &[],
    );
}

#[test]
fn unknown_keys() {
    check(
        "title = 'a'\n  quik = true",
        &["2:3: unknown key \"quik\" at the top of the file\n  hint: did you mean \"quick\"?"],
    );
    check(
        "title = 'a'\n[stor]\npath = 'p'",
        &["2:2: unknown key \"stor\" at the top of the file\n  hint: did you mean \"store\"?"],
    );
    check(
        "title = '甲'\n[[source]]\nsystem = 'erp'\n[[source]]\nsystem = 'crm'\ncolums.name = '甲'\n'甲乙' = 1",
        &[
            "6:1: unknown key \"colums\" in [[source]]\n  hint: did you mean \"columns\"?",
            "7:1: unknown key \"甲乙\" in [[source]]\n  hint: one of: bound, columns, groups, headers",
        ],
    );
}

#[test]
fn wrong_types_and_ranges() {
    check(
        "title = 1\nquick = 'yes'\nlevel = 'hgih'\nstore = { path = 'p', limit = 10, share = -0.5 }",
        &[
            "1:9: \"title\" at the top of the file must be text, this is an integer\n  hint: put it in quotes",
            "2:9: \"quick\" at the top of the file must be true or false, this is text\n  hint: leave out the quotes",
            "3:9: \"hgih\" is not a value of \"level\"\n  hint: did you mean \"high\"?",
            "4:31: \"limit\" in [store] must lie between 1 and 9",
            "4:43: \"share\" in [store] must lie between 0 and 1",
        ],
    );
    check(
        "title = 'a'\n[[store]]\n[source]\nsystem = 'erp'",
        &[
            "2:1: \"store\" at the top of the file must be a table, [store], this is an array\n  hint: write [store]",
            "3:1: \"source\" at the top of the file must be an array of tables, [[source]], this is a table\n  hint: write [[source]]",
        ],
    );
    check(
        "title = 'a'\n[[source]]\nsystem = 'erp'\nheaders = ['甲', 2]\ngroups = ['a']\nbound = [1]",
        &[
            "4:17: \"headers\" in [[source]] must be an array of texts, this is an integer",
            "5:11: \"groups\" in [[source]] must be an array of arrays of texts, this is text\n  hint: leave out the quotes",
            "6:9: \"bound\" in [[source]] must be text, a number or a date, this is an array",
        ],
    );
    check(
        "title = 'a'\n[store]\npath = 'p'\nlimit = 99999999999999999999\nshare = nan",
        &[
            "4:9: \"limit\" in [store] must lie between 1 and 9",
            "5:9: \"share\" in [store] must lie between 0 and 1",
        ],
    );
}

#[test]
fn missing_keys_and_broken_text() {
    check("", &["1:1: \"title\" is missing at the top of the file"]);
    check(
        "title = 'a'\n[store]\nlimit = 3",
        &["2:1: \"path\" is missing in [store]"],
    );
    check("title = 'a'\ntitle = 'b'", &["2:1: duplicate key"]);
    // A broken line hides no mistake on the other lines, and no key is called missing that may stand in it.
    check(
        "quick = 3\ntitle = \n[store]\nlimit = 30",
        &[
            "1:9: \"quick\" at the top of the file must be true or false, this is an integer",
            "2:9: string values must be quoted, expected literal string",
            "4:9: \"limit\" in [store] must lie between 1 and 9",
        ],
    );
}

#[test]
fn places_for_callers() {
    let document = Document::parse("f", "a = ['x', '丙', 'z']\n[t]\nk = 1");
    let root = document.root();
    root.strings("a");
    root.mistake_at_item("a", 2, "third", None);
    root.mistake_at_item("a", 9, "ninth", None);
    let table = root.table("t").unwrap();
    assert_eq!(table.place("k"), Some((3, 5)));
    assert_eq!(table.place("j"), None);
    table.has("k");
    table.mistake("header", None);
    table.mistake_at_key("k", "key", Some("h".into()));
    drop((root, table));
    let mistakes: Vec<String> = document
        .finish(())
        .unwrap_err()
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(
        mistakes,
        [
            "f:1:5: ninth",
            "f:1:16: third",
            "f:2:1: header",
            "f:3:1: key\n  hint: h"
        ]
    );
}

proptest! {
    #[test]
    fn never_panics(text in "[\\[\\]a-c=\"'{}.,\n\r \u{FEFF}甲0-9-]{0,60}") {
        let document = Document::parse("f", &text);
        let root = document.root();
        for key in root.keys() {
            root.strings(key);
            root.tables(key);
            root.table(key);
            root.opt_float(key, 0.0..=1.0);
        }
        drop(root);
        let _ = document.finish(());
    }
}
