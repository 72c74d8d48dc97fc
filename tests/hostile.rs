//! Bad input: never a panic, always a clear error or findings, and no row lost.

use crate::bench::Bench;

const ERP: &str = "客户编码,客户名称,手机\nD01-000001,深圳市蓝岭科技有限公司,13800138001\n";

/// Runs with this CRM file; expects the exit code and words on stderr. Gives the summary where there is one.
fn check(crm: &[u8], code: i32, words: &[&str]) -> Option<serde_json::Value> {
    let bench = Bench::pair(ERP.as_bytes(), crm);
    let ran = bench.guiyi(&["run", "guiyi.toml", "--format", "json", "--quiet"]);
    assert_eq!(ran.code, code, "{}{}", ran.stdout, ran.stderr);
    assert!(!ran.stderr.contains("panicked"), "{}", ran.stderr);
    for word in words {
        assert!(ran.stderr.contains(word), "no {word:?} in: {}", ran.stderr);
    }
    if code == 2 {
        assert!(
            !bench.path("out").join("run.json").exists(),
            "an error leaves no outputs"
        );
        return None;
    }
    let summary: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    for source in summary["entities"][0]["sources"].as_array().unwrap() {
        let count = |name: &str| source[name].as_u64().unwrap();
        assert_eq!(
            count("rows_read"),
            count("clean") + count("corrected") + count("quarantined") + count("rejected")
        );
    }
    Some(summary)
}

fn crm_counts(summary: &serde_json::Value) -> [u64; 4] {
    let source = &summary["entities"][0]["sources"][1];
    ["rows_read", "quarantined", "rejected", "corrected"].map(|name| source[name].as_u64().unwrap())
}

#[test]
fn empty_file() {
    check(b"", 2, &["crm.csv", "empty", "hint:"]);
}

#[test]
fn header_only() {
    let summary = check("客户编号,客户全称,联系人手机\n".as_bytes(), 0, &[]).unwrap();
    assert_eq!(crm_counts(&summary)[0], 0);
}

#[test]
fn ragged_rows_are_held_back() {
    let text = "客户编号,客户全称,联系人手机\nHN-KA-00001,青禾食品\nHN-KA-00002,白杨纺织,13900139002,多余\nHN-KA-00003,赤松物流,13700137003\n";
    let summary = check(text.as_bytes(), 0, &[]).unwrap();
    assert_eq!(crm_counts(&summary)[..3], [3, 2, 0]);
}

#[test]
fn nul_bytes() {
    let summary = check(
        "客户编号,客户全称,联系人手机\nHN-KA-00001,青\0禾食品,13900139002\n".as_bytes(),
        0,
        &[],
    )
    .unwrap();
    assert_eq!(crm_counts(&summary)[0], 1);
}

#[test]
fn wrong_encoding_is_a_finding() {
    let bench = Bench::pair(ERP.as_bytes(), b"");
    let mut crm = "客户编号,客户全称,联系人手机\nHN-KA-00001,青禾".as_bytes().to_vec();
    crm.extend([0xE9, 0x9D]);
    crm.extend("食品,13900139002\n".as_bytes());
    bench.write("crm.csv", &crm);
    let project = std::fs::read_to_string(bench.path("guiyi.toml")).unwrap();
    bench.write(
        "guiyi.toml",
        project
            .replace("path = \"crm.csv\"", "path = \"crm.csv\"\nencoding = \"utf-8\"")
            .as_bytes(),
    );
    bench.run(0);
    assert!(
        bench
            .table("findings.csv")
            .iter()
            .any(|row| row["rule"] == "IO003" && row["source"] == "crm")
    );
}

#[test]
fn a_single_line_of_200_megabytes() {
    let mut crm = "客户编号,客户全称,联系人手机\nHN-KA-00001,".as_bytes().to_vec();
    crm.resize(200 << 20, b'x');
    let bench = Bench::pair(ERP.as_bytes(), &crm);
    drop(crm);
    let ran = bench.guiyi(&["run", "guiyi.toml", "--format", "json", "--quiet"]);
    assert!(ran.code == 0 || ran.code == 2, "{}", ran.stderr);
    assert!(!ran.stderr.contains("panicked"), "{}", ran.stderr);
    if ran.code == 2 {
        assert!(ran.stderr.contains("crm.csv"), "{}", ran.stderr);
    }
}

#[test]
fn a_directory() {
    let bench = Bench::pair(ERP.as_bytes(), b"");
    std::fs::remove_file(bench.path("crm.csv")).unwrap();
    std::fs::create_dir(bench.path("crm.csv")).unwrap();
    let ran = bench.guiyi(&["run", "guiyi.toml"]);
    assert_eq!(ran.code, 2);
    assert!(
        ran.stderr.contains("directory") && ran.stderr.contains("hint:"),
        "{}",
        ran.stderr
    );
}

#[test]
fn missing_columns_name_file_line_column_and_hint() {
    check(
        "编号,客户全称\n1,青禾食品\n".as_bytes(),
        2,
        &["guiyi.toml:", "客户编号", "crm.csv", "hint:"],
    );
}

#[test]
fn duplicate_headers_matter_only_where_they_are_read() {
    check(
        "客户编号,客户全称,客户编号\n1,青禾食品,2\n".as_bytes(),
        2,
        &["2 columns", "客户编号", "hint:"],
    );
    let summary = check(
        "客户编号,客户全称,其它,其它\nHN-KA-00001,青禾食品,a,b\n".as_bytes(),
        0,
        &[],
    )
    .unwrap();
    assert_eq!(crm_counts(&summary)[0], 1);
}

#[test]
fn duplicate_source_keys() {
    let text = "客户编号,客户全称\nA1,青禾食品\nA1,青禾食品\nB2,白杨纺织\nB2,赤松物流\nC3,绿洲园林\n";
    let summary = check(text.as_bytes(), 0, &[]).unwrap();
    // One of the two equal rows stays, the two that contradict each other are held back.
    assert_eq!(crm_counts(&summary)[..3], [5, 2, 1]);
}

#[test]
fn a_row_without_a_key_is_rejected() {
    let summary = check("客户编号,客户全称\n,青禾食品\nB2,白杨纺织\n".as_bytes(), 0, &[]).unwrap();
    assert_eq!(crm_counts(&summary)[..3], [2, 0, 1]);
}

#[test]
fn a_workbook_that_is_really_html() {
    let bench = Bench::pair(ERP.as_bytes(), b"");
    let html = "<html><meta charset=\"utf-8\"><table><tr><td>客户编号</td><td>客户全称</td></tr>\
                <tr><td>HN-KA-00001</td><td>青禾食品&amp;饮料</td></tr></table></html>";
    bench.write("crm.xlsx", html.as_bytes());
    let project = std::fs::read_to_string(bench.path("guiyi.toml")).unwrap();
    bench.write("guiyi.toml", project.replace("crm.csv", "crm.xlsx").as_bytes());
    let ran = bench.guiyi(&["run", "guiyi.toml", "--format", "json", "--quiet"]);
    assert!(
        ran.code == 0 || (ran.code == 2 && ran.stderr.contains("HTML") && ran.stderr.contains("hint:")),
        "{}",
        ran.stderr
    );
}

#[test]
fn a_broken_workbook() {
    let bench = Bench::pair(ERP.as_bytes(), b"");
    let whole = std::fs::read(crate::bench::demo_file("crm_customers.xlsx")).unwrap();
    bench.write("crm.xlsx", &whole[..whole.len() / 2]);
    let project = std::fs::read_to_string(bench.path("guiyi.toml")).unwrap();
    bench.write("guiyi.toml", project.replace("crm.csv", "crm.xlsx").as_bytes());
    let ran = bench.guiyi(&["run", "guiyi.toml"]);
    assert_eq!(ran.code, 2);
    assert!(
        ran.stderr.contains("crm.xlsx") && ran.stderr.contains("hint:"),
        "{}",
        ran.stderr
    );
}

#[test]
fn past_the_threshold_the_exit_code_is_1() {
    let bench = Bench::pair(ERP.as_bytes(), "客户编号,客户全称\n,青禾食品\n".as_bytes());
    let project = std::fs::read_to_string(bench.path("guiyi.toml")).unwrap();
    bench.write("guiyi.toml", project.replace("share = 1.0", "share = 0.1").as_bytes());
    let summary = bench.run(1);
    assert_eq!(summary["outcome"], "findings");
}
