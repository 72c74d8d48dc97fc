//! `guiyi validate` as its users meet it: counts, exit codes, formats, bytes kept, and no size that breaks it.

use std::fmt::Write as _;
use std::fs;

use crate::bench::{Bench, Ran};

const PACK: &str = r#"
[[element]]
name = "code"
kind = "code"
header = "编码"
[[element]]
name = "mobile"
kind = "mobile"
header = "手机"
[[element]]
name = "amount"
kind = "amount"
header = "金额"
[[element]]
name = "note"
kind = "note"

[[rule]]
code = "XX001"
element = "code"
check = "required"
severity = "error"
dimension = "completeness"
message = "There is a code"
message_zh = "编码必填"
[[rule]]
code = "XX002"
element = "code"
check = "unique"
severity = "error"
dimension = "accuracy"
message = "The code occurs once"
message_zh = "编码不得重复"
[[rule]]
code = "XX003"
element = "mobile"
check = "identifier"
severity = "warning"
dimension = "accuracy"
message = "The mobile number exists"
message_zh = "手机号码应有效"
[[rule]]
code = "XX004"
element = "amount"
check = "range"
min = 0
tolerance = "40%"
severity = "error"
dimension = "accuracy"
message = "The amount is not negative"
message_zh = "金额不得为负"
[[rule]]
code = "XX005"
element = "note"
check = "required"
severity = "error"
dimension = "completeness"
message = "There is a note"
message_zh = "备注必填"
"#;

/// Line 6 is a totals row, line 7 has a cell of two lines.
const ROWS: &str = "编码,手机,金额\nA1,138 0013 8000,\"1,234.50\"\nA2,1.38E+10,-5\nA1,13800138001,无\n,1380013800,7\n合计,,9\n\"A4\n\",13800138000,8\n";

fn bench(rows: &[u8]) -> Bench {
    let bench = Bench::new();
    bench.write("pack.toml", PACK.as_bytes());
    bench.write("rows.csv", rows);
    bench
}

fn validate(bench: &Bench, options: &[&str]) -> Ran {
    bench.guiyi(&[&["validate", "rows.csv", "--rules", "pack.toml", "--quiet"], options].concat())
}

/// The JSON result.
fn json(bench: &Bench, options: &[&str], code: i32) -> serde_json::Value {
    let ran = validate(bench, &[&["--format", "json"], options].concat());
    assert_eq!(ran.code, code, "{}{}", ran.stdout, ran.stderr);
    serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{error}: {}", ran.stdout))
}

/// Every finding as `row rule value: reason`.
fn findings(result: &serde_json::Value) -> Vec<String> {
    let findings = result["findings"].as_array().unwrap();
    let text = |value: &serde_json::Value| value.as_str().unwrap_or("-").to_owned();
    let line = |f: &serde_json::Value| {
        format!(
            "{} {} {}: {}",
            f["row"],
            text(&f["rule"]),
            text(&f["value"]),
            text(&f["reason"])
        )
    };
    findings.iter().map(line).collect()
}

/// Every rule as `code outcome failed/judged`.
fn rules(result: &serde_json::Value) -> Vec<String> {
    let rules = result["files"][0]["rules"].as_array().unwrap();
    let line = |r: &serde_json::Value| {
        format!(
            "{} {} {}/{}",
            r["code"].as_str().unwrap(),
            r["outcome"].as_str().unwrap(),
            r["failed"],
            r["judged"]
        )
    };
    rules.iter().map(line).collect()
}

#[test]
fn tells_destroyed_missing_and_stand_ins_apart() {
    let result = json(&bench(ROWS.as_bytes()), &[], 1);
    assert_eq!(
        findings(&result),
        [
            "2 XX002 A1: the same value stands in 2 rows",
            "3 XX003 1.38E+10: destroyed by a spreadsheet (scientific notation or lost digits), cannot be restored",
            "3 XX004 -5: less than 0",
            "4 XX002 A1: the same value stands in 2 rows",
            "4 XX004 无: a placeholder stands where a value should be",
            "5 XX001 -: a required value is missing",
            "5 XX003 1380013800: not a valid mobile: 10 characters where 11 or 13 are required",
            "6 IO005 合计,,9: a totals, page or title row, not a record",
        ]
    );
    assert_eq!(
        rules(&result),
        [
            "XX001 fail 1/5",
            "XX002 fail 2/4",
            "XX003 fail 2/5",
            "XX004 pass 2/5",
            "XX005 not-run 0/0",
        ]
    );
    let file = &result["files"][0];
    let count = |name: &str| file[name].as_u64().unwrap();
    assert_eq!(
        (count("rows_read"), count("good"), count("bad"), count("not_records")),
        (6, 1, 4, 1)
    );
}

#[test]
fn the_exit_code_honors_severity() {
    let bench = bench(ROWS.as_bytes());
    for (options, code) in [
        (&[] as &[&str], 1),
        (&["--fail-on", "never"], 0),
        (&["--fail-on", "70%"], 0),
        (&["--fail-on", "0.5"], 1),
        (&["--fail-on", "101%"], 2),
        (&["--fail-on", "often"], 2),
    ] {
        assert_eq!(validate(&bench, options).code, code, "{options:?}");
    }
    let only_a_warning = "编码,手机\nA1,12345\n";
    let bench = self::bench(only_a_warning.as_bytes());
    assert_eq!(validate(&bench, &[]).code, 0);
    assert_eq!(validate(&bench, &["--fail-on", "warning"]).code, 1);
}

#[test]
fn nothing_tested_is_an_error() {
    for rows in ["编码,手机,金额\n", "x,y\n1,2\n"] {
        let bench = bench(rows.as_bytes());
        let ran = validate(&bench, &[]);
        assert!(
            ran.code == 2 && ran.stderr.contains("nothing was tested"),
            "{}{}",
            ran.stdout,
            ran.stderr
        );
        assert_eq!(validate(&bench, &["--allow-empty"]).code, 0);
    }
    let bench = bench("x,y\n1,2\n".as_bytes());
    assert_eq!(validate(&bench, &["--map", "code=x"]).code, 0);
    let ran = validate(&bench, &["--map", "cod=x"]);
    assert!(ran.code == 2 && ran.stderr.contains("\"code\""), "{}", ran.stderr);
    let ran = validate(&bench, &["--key", "xx"]);
    assert!(
        ran.code == 2 && ran.stderr.contains("no column is called"),
        "{}",
        ran.stderr
    );
}

#[test]
fn rows_are_divided_with_their_own_bytes() {
    let crlf = ROWS.replace("\nA", "\r\nA").replace("\n,", "\r\n,");
    let (gbk, _, _) = encoding_rs::GBK.encode(ROWS);
    let utf16: Vec<u8> = [0xFEFF_u16]
        .into_iter()
        .chain(ROWS.encode_utf16())
        .flat_map(u16::to_le_bytes)
        .collect();
    let mut damaged = ROWS.as_bytes().to_vec();
    let at = damaged.windows(3).position(|part| part == "无".as_bytes()).unwrap();
    damaged[at] = 0xFF;
    for (name, bytes) in [
        ("utf-8", ROWS.as_bytes()),
        ("mark", &[b"\xef\xbb\xbf", ROWS.as_bytes()].concat()),
        ("lines", crlf.as_bytes()),
        ("no last line end", ROWS.trim_end().as_bytes()),
        ("gbk", &gbk),
        ("utf-16", &utf16),
        ("damaged", &damaged),
    ] {
        let bench = bench(bytes);
        let options: &[&str] = if name == "damaged" {
            &["--encoding", "utf-8"]
        } else {
            &[]
        };
        let ran = validate(&bench, &[&["--out", "out"], options].concat());
        assert_eq!(ran.code, 1, "{name}: {}{}", ran.stdout, ran.stderr);
        let [good, bad] = ["good", "bad"].map(|side| fs::read(bench.path(&format!("out/{side}.csv"))).unwrap());
        // Good and bad rows have one header each, and together, but for the totals row, every byte of the file.
        let is_wide = name == "utf-16";
        let total = if is_wide {
            2 * "合计,,9\n".encode_utf16().count()
        } else {
            "合计,,9\n".len()
        };
        let total = if name == "gbk" { total - 2 } else { total };
        let header = bytes.len() + bytes_of_header(bytes, is_wide) - total;
        assert_eq!(good.len() + bad.len(), header, "{name}");
        let rest = &good[bytes_of_header(bytes, is_wide)..];
        assert!(
            bytes.ends_with(rest) && !rest.is_empty(),
            "{name}: the last row is the good one"
        );
        assert!(bytes.starts_with(&bad[..bad.len() - 8]) || name != "utf-8", "{name}");
        let table = fs::read_to_string(bench.path("out/findings.csv")).unwrap();
        let n_findings = if name == "damaged" { 9 } else { 8 };
        assert_eq!(table.lines().count(), 1 + n_findings, "{name}: {table}");
    }
}

fn bytes_of_header(bytes: &[u8], is_wide: bool) -> usize {
    let end = bytes.iter().position(|byte| *byte == b'\n').unwrap() + 1;
    if is_wide { end + 1 } else { end }
}

#[test]
fn every_format_of_file_and_result() {
    let bench = bench(ROWS.as_bytes());
    let junit = validate(&bench, &["--format", "junit"]).stdout;
    assert!(
        junit.contains("tests=\"5\"") && junit.contains("skipped=\"1\"") && junit.contains("failures=\"3\""),
        "{junit}"
    );
    let page = validate(&bench, &["--format", "html"]).stdout;
    assert!(page.contains("</html>") && page.contains("编码不得重复") && !page.contains("<script"));
    let chinese = validate(&bench, &["--language", "zh"]).stdout;
    assert!(
        chinese.contains("读入 6 行 = 合格 1 + 不合格 4 + 非记录 1"),
        "{chinese}"
    );
    let lines = "{\"编码\":\"A1\",\"金额\":1}\n{\"编码\":\"A1\",\"金额\":-1}\nno object\n{\"编码\":\"A2\"}\n";
    bench.write("rows.jsonl", lines.as_bytes());
    let ran = bench.guiyi(&["validate", "rows.jsonl", "--rules", "pack.toml", "--out", "out"]);
    assert!(
        ran.stdout.contains("4 rows read = 1 good + 3 bad"),
        "{}{}",
        ran.stdout,
        ran.stderr
    );
    let [good, bad] = ["good", "bad"].map(|side| fs::read_to_string(bench.path(&format!("out/{side}.jsonl"))).unwrap());
    assert_eq!(good, "{\"编码\":\"A2\"}\n");
    assert_eq!(bad, lines.replace(&good, ""));
    let demo = crate::bench::demo_file("crm_customers.xlsx");
    let ran = bench.guiyi(&[
        "validate",
        &demo.to_string_lossy(),
        "--entity",
        "customer",
        "--out",
        "xlsx",
    ]);
    assert_eq!(ran.code, 1, "{}{}", ran.stdout, ran.stderr);
    let rows = |name: &str| csv::Reader::from_path(bench.path(name)).unwrap().into_records().count();
    let run: serde_json::Value = serde_json::from_slice(&fs::read(bench.path("xlsx/run.json")).unwrap()).unwrap();
    let count = |name: &str| run["files"][0][name].as_u64().unwrap() as usize;
    assert_eq!(
        (rows("xlsx/good.csv"), rows("xlsx/bad.csv")),
        (count("good"), count("bad"))
    );
    assert_eq!(count("rows_read"), count("good") + count("bad") + count("not_records"));
}

#[test]
fn threads_and_key_memory_change_nothing() {
    let mut rows = String::from("编码,手机,金额\n");
    for row in 0..30_000 {
        let long = if row % 7 == 0 { "一个比较长的编码" } else { "" };
        _ = writeln!(rows, "K{}{long},13800138000,{}", row % 29_000, row % 50 - 1);
    }
    let bench = bench(rows.as_bytes());
    let first = json(&bench, &["--threads", "1"], 1);
    assert_eq!(rules(&first)[1], format!("XX002 fail {}/30000", 2 * duplicates()));
    for options in [["--threads", "3"], ["--key-memory", "0"]] {
        let mut again = json(&bench, &options, 1);
        for cost in ["duration_ms", "cpu_ms", "peak_memory_bytes"] {
            again[cost] = first[cost].clone();
        }
        assert!(again == first, "{options:?}");
    }
}

/// Pairs of rows with one code in the test above.
fn duplicates() -> usize {
    (29_000..30_000)
        .filter(|row| (row % 7 == 0) == ((row - 29_000) % 7 == 0))
        .count()
}

#[test]
fn many_rules_and_nothing_but_bad_rows() {
    let mut pack = String::from("[[element]]\nname = \"a\"\nkind = \"text\"\n");
    for rule in 0..3000 {
        let (letter, number) = (char::from(b'A' + (rule / 1000) as u8), rule % 1000);
        _ = write!(
            pack,
            "[[rule]]\ncode = \"X{letter}{number:03}\"\nelement = \"a\"\ncheck = \"length\"\nmax = 1\nseverity = \"error\"\n\
             dimension = \"conformity\"\nmessage = \"m\"\nmessage_zh = \"m\"\n"
        );
    }
    let bench = Bench::new();
    bench.write("pack.toml", pack.as_bytes());
    bench.write("rows.csv", format!("a,b\n{}", "xx,yy\n".repeat(300)).as_bytes());
    let ran = validate(&bench, &["--out", "out", "--show", "3"]);
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    assert!(
        ran.stdout.contains("300 rows read = 0 good + 300 bad"),
        "{}",
        ran.stdout
    );
    let findings = fs::read(bench.path("out/findings.csv")).unwrap();
    assert_eq!(findings.split(|byte| *byte == b'\n').count() - 1, 1 + 3000 * 300);
}

#[test]
fn mistakes_of_a_pack_are_said_at_once() {
    let bench = bench(ROWS.as_bytes());
    bench.write(
        "pack.toml",
        PACK.replace("\"unique\"", "\"uniqe\"")
            .replace("min = 0", "minn = 0")
            .as_bytes(),
    );
    let ran = validate(&bench, &[]);
    assert!(
        ran.code == 2 && ran.stderr.contains("did you mean \"unique\"?"),
        "{}",
        ran.stderr
    );
    assert!(
        ran.stderr.contains("minn") && ran.stderr.contains("pack.toml:"),
        "{}",
        ran.stderr
    );
}

/// The counts of the whole, of the rules, and the lines of the samples of rows that share a code.
fn counts(result: &serde_json::Value) -> (Vec<u64>, Vec<String>) {
    let file = &result["files"][0];
    let sums = ["rows_read", "good", "bad", "not_records"].map(|name| file[name].as_u64().unwrap());
    (sums.to_vec(), rules(result))
}

#[test]
fn reading_once_counts_what_reading_twice_counts() {
    // Every third row shares its code with another, near or far; some of them are bad for other reasons as well.
    let mut rows = String::from("编码,手机,金额\n");
    for row in 0..30_000 {
        let code = if row % 3 == 0 { row % 15_000 } else { row + 100_000 };
        let mobile = if row % 7 == 0 { "12345" } else { "13800138000" };
        let long = if row % 2 == 0 {
            "-a-code-longer-than-its-own-key"
        } else {
            ""
        };
        writeln!(rows, "C{code}{long},{mobile},{row}").unwrap();
    }
    let bench = bench(rows.as_bytes());
    // JSON tells every finding and reads the file twice; the page for CI only counts.
    let twice = counts(&json(&bench, &[], 1));
    let ran = validate(&bench, &["--format", "text", "--show", "400"]);
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    let sums = format!(
        "{} rows read = {} good + {} bad + {} not a record",
        twice.0[0], twice.0[1], twice.0[2], twice.0[3]
    );
    assert!(ran.stdout.contains(&sums), "{sums}\n{}", ran.stdout);
    let shared = twice.1.iter().find(|rule| rule.starts_with("XX002")).unwrap();
    let (failed, judged) = shared.trim_start_matches("XX002 fail ").split_once('/').unwrap();
    assert!(failed.parse::<u64>().unwrap() > 1000);
    let line = ran.stdout.lines().find(|line| line.contains("XX002  error")).unwrap();
    let words: Vec<&str> = line.split_whitespace().collect();
    assert_eq!((words[3], words[4]), (judged, failed), "{line}");
    let samples = ran
        .stdout
        .lines()
        .filter(|line| line.contains("the same value stands in"));
    assert_eq!(
        samples.count(),
        200,
        "the samples are shared between two rules that fail"
    );
}

#[test]
fn foreign_keys_are_judged_against_another_file() {
    let bench = Bench::new();
    bench.write(
        "pack.toml",
        "[[element]]\nname = 'customer'\nkind = 'code'\n[[rule]]\ncode = 'XX001'\nelement = 'customer'\ncheck = \
         'foreign-key'\nentity = 'customer'\nseverity = 'error'\ndimension = 'consistency'\nmessage = 'The customer \
         exists'\nmessage_zh = '客户应存在'\n"
            .as_bytes(),
    );
    bench.write("rows.csv", "customer\nD03-1\nD03-9\nHD-7\n".as_bytes());
    bench.write("erp.csv", "编码,名称\nD03-1,甲公司\n".as_bytes());
    bench.write("crm.csv", "客户号,名称\nhd-7,乙公司\n".as_bytes());
    let known = [
        "--reference",
        "customer=erp.csv:编码",
        "--reference",
        "customer=crm.csv:客户号",
    ];
    assert_eq!(
        findings(&json(&bench, &known, 1)),
        ["3 XX001 D03-9: no customer has this key"]
    );
    for (options, code, words) in [
        (&[] as &[&str], 2, "name their file with --reference"),
        (&["--reference", "customer=erp.csv"], 2, "which column has the keys?"),
        (
            &["--reference", "customer=erp.csv:编号"],
            2,
            "no column is called \"编号\"",
        ),
        (
            &["--reference", "supplier=erp.csv:编码"],
            2,
            "no foreign key of the rule pack points there",
        ),
        (&["--reference", "client=erp.csv:编码"], 2, "one of: customer, supplier"),
        (&["--reference", "customer=none.csv:编码"], 2, "none.csv"),
    ] {
        let ran = validate(&bench, options);
        let said = format!("{}{}", ran.stdout, ran.stderr);
        assert!(
            ran.code == code && said.contains(words),
            "{options:?}: {} {said}",
            ran.code
        );
    }
}
