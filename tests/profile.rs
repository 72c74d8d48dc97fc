//! `guiyi profile` on a file of every kind of column: what it recognizes, hides, suggests, and hands to `guiyi init`.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::bench::Bench;

fn fixture() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/profile/customers.csv")
}

fn bench() -> Bench {
    let bench = Bench::new();
    std::fs::copy(fixture(), bench.path("customers.csv")).unwrap();
    bench
}

fn profile(bench: &Bench, arguments: &[&str]) -> Value {
    let ran = bench.guiyi(&[&["profile", "customers.csv", "--format", "json"], arguments].concat());
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    serde_json::from_str::<Value>(&ran.stdout).unwrap()[0].clone()
}

fn column<'a>(profile: &'a Value, header: &str) -> &'a Value {
    let columns = profile["columns"].as_array().unwrap();
    columns.iter().find(|column| column["header"] == header).unwrap()
}

#[test]
fn every_column_is_recognized_and_finds_its_element() {
    let profile = profile(&bench(), &[]);
    assert_eq!((&profile["rows"], &profile["rows_set_aside"]), (&240.into(), &1.into()));
    assert_eq!(profile["encoding"], "gb18030");
    for (header, kind, element) in [
        ("客户编号", "code", None),
        ("公司名", "organization-name", Some("name")),
        ("列3", "credit-code", Some("credit_code")),
        ("联系手机", "mobile", Some("mobile")),
        ("证件", "resident-id", Some("resident_id")),
        ("开户日期", "date", Some("created_date")),
        ("信用额度(元)", "amount", Some("credit_limit")),
        ("公司地址", "address", Some("address")),
        ("E-mail", "email", Some("email")),
        ("销售大区", "category", Some("sales_region")),
        ("等级", "category", Some("level")),
        ("状态", "category", Some("status")),
    ] {
        let column = column(&profile, header);
        assert_eq!(column["kind"], kind, "{column:#}");
        assert_eq!(column["element"]["name"].as_str(), element, "{column:#}");
    }
}

#[test]
fn counts_dirt_and_relations() {
    let profile = profile(&bench(), &[]);
    let code = column(&profile, "客户编号");
    assert_eq!(
        (&code["is_key"], &code["distinct"], &code["distinct_method"]),
        (&true.into(), &240.into(), &"exact".into())
    );
    assert_eq!(code["patterns"]["items"][0]["text"], r"[A-Z]{2}-[A-Z]{2}-\d{5}");
    let credit = column(&profile, "列3");
    assert_eq!((&credit["nulls"], &credit["filled"]), (&5.into(), &220.into()));
    assert_eq!(credit["placeholders"].as_array().unwrap().len(), 3, "{credit:#}");
    let mobile = column(&profile, "联系手机");
    assert_eq!(
        (&mobile["dirt"]["several-values"], &mobile["dirt"]["full-width"]),
        (&15.into(), &15.into()),
        "{mobile:#}"
    );
    assert_eq!(column(&profile, "证件")["dirt"]["scientific"], 12);
    let dates = &column(&profile, "开户日期")["dates"];
    assert_eq!(
        (&dates["min"], &dates["forms"]["YYYY/MM/DD"]),
        (&"2015-01-01".into(), &80.into()),
        "{dates:#}"
    );
    let amounts = &column(&profile, "信用额度(元)")["numbers"];
    assert_eq!(
        (&amounts["plain"], &amounts["max"]),
        (&234.into(), &240_000.0.into()),
        "{amounts:#}"
    );
    let relations = profile["relations"].as_array().unwrap();
    let decides = |a: &str, b: &str| {
        relations
            .iter()
            .any(|r| r["relation"] == "decides" && r["columns"][0] == a && r["columns"][1] == b)
    };
    assert!(
        decides("销售大区", "区域代码") && decides("区域代码", "销售大区"),
        "{relations:#?}"
    );
    assert!(!decides("销售大区", "状态"), "{relations:#?}");
}

#[test]
fn persons_and_accounts_are_hidden_everywhere_unless_asked() {
    let bench = bench();
    for format in ["text", "json", "html"] {
        let ran = bench.guiyi(&[
            "profile",
            "customers.csv",
            "--format",
            format,
            "--suggest-rules",
            "rules.toml",
        ]);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        let rules = std::fs::read_to_string(bench.path("rules.toml")).unwrap();
        // Every mobile begins with 138, every resident ID with 440305, every address of mail ends so.
        for secret in ["1381", "1385", "4403051", "@example.cn"] {
            assert!(
                !ran.stdout.contains(secret) && !rules.contains(secret),
                "{format} shows {secret}"
            );
        }
    }
    let shown = bench.guiyi(&["profile", "customers.csv", "--unmask"]);
    assert!(shown.stdout.contains("4.40305E+17"), "{}", shown.stdout);
}

#[test]
fn suggested_rules_run_on_the_file_they_came_from() {
    let bench = bench();
    let ran = bench.guiyi(&["profile", "customers.csv", "--suggest-rules", "suggested.toml"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let rules = std::fs::read_to_string(bench.path("suggested.toml")).unwrap();
    for check in ["required", "identifier", "range", "one-of"] {
        assert!(rules.contains(&format!("check = \"{check}\"")), "{check}\n{rules}");
    }
    assert!(
        rules.matches("\n# Column ").count() == rules.matches("[[rule]]").count(),
        "each says why\n{rules}"
    );
    assert_eq!(bench.guiyi(&["init", "--source", "erp=customers.csv"]).code, 0);
    let project = std::fs::read_to_string(bench.path("guiyi.toml")).unwrap();
    bench.write(
        "guiyi.toml",
        project
            .replace("[customer]\n", "[customer]\nrules = [\"suggested.toml\"]\n")
            .as_bytes(),
    );
    let checked = bench.guiyi(&["check"]);
    assert_eq!(checked.code, 0, "{}", checked.stderr);
}

#[test]
fn init_maps_by_content_where_the_header_says_nothing() {
    let bench = bench();
    assert_eq!(bench.guiyi(&["init", "--source", "erp=customers.csv"]).code, 0);
    let text = std::fs::read_to_string(bench.path("guiyi.toml")).unwrap();
    assert!(
        text.contains("key = \"客户编号\"") && text.contains("credit_code = \"列3\" #"),
        "{text}"
    );
    assert_eq!(bench.guiyi(&["check"]).code, 0);
}

#[test]
fn any_format_and_any_number_of_threads_give_the_same_profile() {
    let bench = bench();
    let utf8 = encoding_rs::GB18030
        .decode(&std::fs::read(fixture()).unwrap())
        .0
        .into_owned();
    let mut lines = String::new();
    let mut rows = csv::ReaderBuilder::new().flexible(true).from_reader(utf8.as_bytes());
    let headers = rows.headers().unwrap().clone();
    for row in rows.records().map(Result::unwrap).filter(|row| &row[0] != "合计") {
        let object: serde_json::Map<_, _> = headers
            .iter()
            .zip(&row)
            .map(|(header, cell)| (header.to_owned(), Value::from(cell)))
            .collect();
        lines += &Value::from(object).to_string();
        lines.push('\n');
    }
    bench.write("customers.jsonl", lines.as_bytes());
    let csv = profile(&bench, &[]);
    let json = bench.guiyi(&["profile", "customers.jsonl", "--format", "json"]);
    let json: Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!(column(&csv, "信用额度(元)"), column(&json[0], "信用额度(元)"));
    let one = bench
        .command(&["profile", "customers.csv", "--format", "json"])
        .env("RAYON_NUM_THREADS", "1")
        .output()
        .unwrap();
    let one: Value = serde_json::from_slice(&one.stdout).unwrap();
    assert_eq!(csv, one[0]);
}

#[test]
fn the_page_fetches_nothing_and_escapes_everything() {
    let bench = Bench::new();
    bench.write(
        "x.csv",
        "名称,<b>x</b>\n<script>alert(1)</script>,1\n<script>alert(1)</script>,2\n".as_bytes(),
    );
    let ran = bench.guiyi(&["profile", "x.csv", "--format", "html", "--out", "x.html"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let page = std::fs::read_to_string(bench.path("x.html")).unwrap();
    assert!(
        !page.contains("<script") && !page.contains("<b>x</b>") && !page.contains("src="),
        "{page}"
    );
}

#[test]
fn what_cannot_be_done_is_said_with_a_way_out() {
    let bench = bench();
    for (arguments, words) in [
        (&["profile", "no.csv"][..], "no.csv"),
        (
            &["profile", "customers.csv", "--entity", "custmer"],
            "did you mean \"customer\"?",
        ),
        (&["profile", "customers.csv", "--encoding", "gbk2"], "gb18030"),
        (
            &["profile", "customers.csv", "customers.csv", "--suggest-rules", "r.toml"],
            "one file",
        ),
    ] {
        let ran = bench.guiyi(arguments);
        assert!(
            ran.code == 2 && ran.stderr.contains(words),
            "{arguments:?}: {}",
            ran.stderr
        );
    }
}
