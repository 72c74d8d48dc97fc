//! `guiyi standardize` on files and on single values: outputs, summary, exit codes, mistakes.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use crate::bench::{Bench, read_csv};

type Rows = Vec<BTreeMap<String, String>>;

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../fixtures/standardize")
        .join(name)
}

/// A directory with the fixtures in it.
fn bench() -> Bench {
    let bench = Bench::new();
    for name in ["customers.csv", "materials.csv"] {
        bench.write(name, &fs::read(fixture(name)).unwrap());
    }
    bench
}

/// What the cell of a row and column became.
fn check(rows: &Rows, row: usize, column: &str, expected: &str) {
    assert_eq!(rows[row][column], expected, "row {row}, {column}");
}

#[test]
fn a_file_in_its_canonical_form() {
    let bench = bench();
    let ran = bench.guiyi(&["standardize", "customers.csv", "--out", "out", "--format", "json"]);
    assert_eq!(ran.code, 1, "{}{}", ran.stdout, ran.stderr);
    let rows = bench.table("customers.csv");
    assert_eq!(rows.len(), 6, "the totals row is no record");
    check(&rows, 0, "客户编码", "K0001");
    check(&rows, 0, "客户名称", "深圳市云岚贸易有限公司");
    check(&rows, 0, "联系人", "陈立群");
    check(&rows, 0, "手机", "13800138001");
    check(&rows, 0, "电话", "0755-26013388");
    check(&rows, 0, "省份", "广东省");
    check(&rows, 0, "区县", "南山区");
    check(&rows, 0, "注册资本(万元)", "5000000.00");
    check(&rows, 0, "建档日期", "2024-03-05");
    check(&rows, 0, "内部备注X", "甲");
    check(&rows, 0, "note", "停用；经理");
    check(&rows, 1, "客户名称", "深圳市清和食品有限公司");
    check(&rows, 1, "统一社会信用代码", "");
    check(&rows, 1, "手机", "13900139002");
    check(&rows, 1, "电话", "0755-26013399");
    check(&rows, 1, "省份", "广东省");
    check(&rows, 1, "注册资本(万元)", "12005000.00");
    check(&rows, 1, "建档日期", "2024-03-05");
    check(&rows, 2, "电话", "010-65529988-801");
    check(&rows, 2, "手机", "");
    check(&rows, 2, "注册资本(万元)", "10000000.00");
    check(&rows, 3, "手机", "13700137004");
    check(&rows, 3, "区县", "黄埔区");
    check(&rows, 3, "建档日期", "2024-03-05");
    check(&rows, 4, "客户名称", "ACME TOOLS Co., Ltd.");
    check(&rows, 4, "省份", "广东省");
    check(&rows, 4, "建档日期", "");
    check(&rows, 5, "客户名称", "");

    let corrections = bench.table("corrections.csv");
    let of = |key: &str, element: &str| {
        let found = corrections
            .iter()
            .find(|row| row["key"] == key && row["attribute"] == element);
        found.unwrap_or_else(|| panic!("{key} {element}")).clone()
    };
    let capital = of("K0001", "registered_capital");
    assert_eq!(
        (&*capital["before"], &*capital["after"], &*capital["row"]),
        ("500", "5000000.00", "3")
    );
    assert_eq!(of("K0005", "province")["origin"], "repaired");
    assert_eq!(of("K0002", "name")["rule"], "ST201");
    let findings = bench.table("findings.csv");
    let found = |key: &str, reason: &str| {
        findings
            .iter()
            .any(|row| row["key"] == key && row["reason"].contains(reason))
    };
    assert!(found("K0002", "destroyed"));
    assert!(found("K0005", "not of the form date"));
    assert!(found("K0006", "characters that the file's encoding cannot explain"));

    let summary: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    let file = &summary["files"][0];
    assert_eq!((&file["rows_read"], &file["rows_left_out"]), (&7.into(), &1.into()));
    assert_eq!(file["unknown_headers"], serde_json::json!(["内部备注X"]));
    for element in file["elements"].as_array().unwrap() {
        let count = |name: &str| element[name].as_u64().unwrap();
        let sum: u64 = [
            "as_is",
            "standardized",
            "repaired",
            "moved",
            "null",
            "withheld",
            "destroyed",
        ]
        .map(count)
        .iter()
        .sum();
        assert_eq!(sum, 6, "{element}");
    }
}

#[test]
fn a_second_run_changes_nothing() {
    let bench = bench();
    let first = ["standardize", "customers.csv", "--out", "out", "--fail-on", "never"];
    assert_eq!(bench.guiyi(&first).code, 0);
    // The header still names 万元; the values are in yuan now, so the column is called by its element.
    let once = fs::read_to_string(bench.path("out/customers.csv")).unwrap();
    bench.write("customers.csv", once.replace("注册资本(万元)", "注册资本").as_bytes());
    let ran = bench.guiyi(&[
        "standardize",
        "customers.csv",
        "--out",
        "again",
        "--map",
        "registered_capital=注册资本",
    ]);
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    let corrections = read_csv(&bench.path("again/corrections.csv"));
    assert!(corrections.is_empty(), "{corrections:?}");
    let again = fs::read_to_string(bench.path("again/customers.csv")).unwrap();
    assert_eq!(again, once.replace("注册资本(万元)", "注册资本"));
}

#[test]
fn received_values_can_stay() {
    let bench = bench();
    bench.guiyi(&["standardize", "customers.csv", "--out", "out", "--beside"]);
    let rows = bench.table("customers.csv");
    // The mark keeps spreadsheets from running the cell as a formula.
    check(&rows, 0, "手机", "'+86 138-0013-8001");
    check(&rows, 0, "mobile", "13800138001");
    bench.guiyi(&["standardize", "customers.csv", "--out", "out", "--only"]);
    let text = fs::read_to_string(bench.path("out/customers.csv")).unwrap();
    assert!(text.starts_with("客户编码,name,"), "{text}");
    assert!(!text.contains("内部备注X"));
}

#[test]
fn every_format_and_encoding() {
    let bench = bench();
    let materials = ["standardize", "materials.csv", "--entity", "material", "--out", "out"];
    let ran = bench.guiyi(&[&materials[..], &["--output-encoding", "gb18030", "--language", "zh"]].concat());
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    assert!(ran.stdout.contains("规范化"), "{}", ran.stdout);
    let bytes = fs::read(bench.path("out/materials.csv")).unwrap();
    let (text, _, is_faulty) = encoding_rs::GB18030.decode(&bytes);
    assert!(!is_faulty);
    for expected in ["M8×30", "Φ25×1.5", "YJV 3×2.5mm²", "PCS", "KG", "0.13"] {
        assert!(text.contains(expected), "{expected}: {text}");
    }
    bench.guiyi(&[&materials[..], &["--output-encoding", "utf-8-bom"]].concat());
    assert!(
        fs::read(bench.path("out/materials.csv"))
            .unwrap()
            .starts_with(b"\xef\xbb\xbf")
    );
    for (format, magic) in [("xlsx", &b"PK"[..]), ("parquet", b"PAR1")] {
        let ran = bench.guiyi(&[&materials[..], &["--output-format", format]].concat());
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        let bytes = fs::read(bench.path(&format!("out/materials.{format}"))).unwrap();
        assert!(bytes.starts_with(magic), "{format}");
        // What was written is read again.
        let name = format!("out/materials.{format}");
        let ran = bench.guiyi(&["standardize", &name, "--entity", "material", "--out", "again"]);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
    }
}

#[test]
fn single_values() {
    let bench = Bench::new();
    let check = |arguments: &[&str], code: i32, expected: &str| {
        let ran = bench.guiyi(&[&["standardize", "--kind"], arguments].concat());
        assert_eq!(
            (ran.code, &*ran.stdout),
            (code, expected),
            "{arguments:?}: {}",
            ran.stderr
        );
        ran
    };
    check(&["phone", "--value", "+86 138-0013-8000"], 0, "13800138000\n");
    check(
        &["quantity", "--value", "12个", "--value", "2.5KG"],
        0,
        "12 PCS\n2.5 KG\n",
    );
    check(
        &["amount", "--value", "500", "--header", "注册资本(万元)"],
        0,
        "5000000.00\n",
    );
    check(&["amount", "--value", "-500"], 0, "-500.00\n");
    let ran = check(&["date", "--value", "2024-02-30"], 1, "\n");
    assert!(
        ran.stderr.contains("1: error: \"2024-02-30\" not of the form date"),
        "{}",
        ran.stderr
    );
    check(&["date", "--value", "2024-02-30", "--fail-on", "never"], 0, "\n");
    let ran = bench.guiyi(&[
        "standardize",
        "--kind",
        "mobile",
        "--value",
        "13800138000/13900139000",
        "--format",
        "json",
    ]);
    let value: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(value["further"][0]["value"], "13900139000");
}

#[test]
fn values_from_stdin_are_one_column() {
    let bench = Bench::new();
    let mut child = bench
        .command(&["standardize", "--kind", "date", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all("31/12/2023\n03/05/2024\n".as_bytes())
        .unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(String::from_utf8(output.stdout).unwrap(), "2023-12-31\n2024-05-03\n");
}

#[test]
fn mistakes_carry_a_hint() {
    let bench = bench();
    let check = |arguments: &[&str], words: &[&str]| {
        let ran = bench.guiyi(&[&["standardize"], arguments].concat());
        assert_eq!(ran.code, 2, "{arguments:?}: {}", ran.stdout);
        for word in words {
            assert!(ran.stderr.contains(word), "{word}: {}", ran.stderr);
        }
    };
    check(
        &["customers.csv", "--out", "out", "--map", "mobil=手机"],
        &["\"mobil\" is no data element", "did you mean \"mobile\"?"],
    );
    check(
        &["customers.csv", "--out", "out", "--map", "mobile=手机号码"],
        &["no column \"手机号码\"", "hint:"],
    );
    check(
        &["customers.csv", "--out", "out", "--entity", "custmer"],
        &["did you mean \"customer\"?"],
    );
    check(&["--kind", "fone", "--value", "1"], &["is no kind of value", "hint:"]);
    check(
        &["customers.csv", "--out", "out", "--encoding", "klingon"],
        &["is no encoding", "hint:"],
    );
    check(&["missing.csv", "--out", "out"], &["missing.csv"]);
    check(&["customers.csv"], &["--out"]);
    assert!(!bench.path("out").exists(), "nothing is written on a mistake");
}
