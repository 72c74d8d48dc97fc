//! `guiyi id`: values judged, explained and listed, from arguments and from stdin.

use std::io::Write;
use std::process::Stdio;

use serde_json::Value;

use crate::bench::Bench;

/// Runs with these arguments; expects the exit code, and gives stdout.
fn check(arguments: &[&str], code: i32) -> String {
    let arguments = [&["id"], arguments].concat();
    let ran = Bench::new().guiyi(&arguments);
    assert_eq!(ran.code, code, "{arguments:?}: {}{}", ran.stdout, ran.stderr);
    assert!(!ran.stderr.contains("panicked"), "{}", ran.stderr);
    ran.stdout
}

/// Runs `guiyi id` with these bytes on stdin; gives the exit code, stdout and stderr.
fn piped(arguments: &[&str], input: &[u8]) -> (i32, String, String) {
    let bench = Bench::new();
    let mut child = bench
        .command(&[&["id"], arguments].concat())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let (mut stdin, input) = (child.stdin.take().unwrap(), input.to_vec());
    let writer = std::thread::spawn(move || stdin.write_all(&input));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

/// The columns of a text line.
fn columns(line: &str) -> Vec<&str> {
    line.split('\t').collect()
}

#[test]
fn a_valid_value_names_its_kinds() {
    let text = check(&["check", "'9144 0300-1922 038216"], 0);
    let line = columns(text.trim_end());
    assert_eq!(
        line[..4],
        ["valid", "'9144 0300-1922 038216", "credit-code", "914403001922038216"]
    );
    assert!(line[4].starts_with("also taxpayer-number"), "{line:?}");
    let text = check(&["check", "+44 20 7946 0958", "+86 138 0013 8000"], 0);
    let kinds: Vec<&str> = text.lines().map(|line| columns(line)[2]).collect();
    assert_eq!(kinds, ["foreign-phone", "mobile"]);
}

#[test]
fn each_error_is_told_apart() {
    for (value, kind, class) in [
        ("91440300192203821", "credit-code", "length"),
        ("9144O3001922038216", "credit-code", "format"),
        ("914403001922038217", "credit-code", "checksum"),
        ("15412345678", "mobile", "component"),
        ("1.10105E+17", "resident-id", "destroyed"),
        ("111111111111111111", "resident-id", "placeholder"),
    ] {
        let text = check(&["check", value, "--kind", kind], 1);
        assert_eq!(columns(&text)[0], "invalid", "{text}");
        assert!(columns(&text)[4].starts_with(&format!("{class}: ")), "{value}: {text}");
    }
    let chinese = check(
        &[
            "check",
            "914403001922038217",
            "--kind",
            "credit-code",
            "--language",
            "zh",
        ],
        1,
    );
    assert!(chinese.contains("校验码 7 不符，应为 6"), "{chinese}");
}

#[test]
fn the_one_repair_is_named() {
    let text = check(&["check", "9144O3001922038216", "--format", "json"], 1);
    let line: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(line["kind"], "credit-code");
    assert_eq!(line["suggestion"], "914403001922038216");
    assert_eq!(line["error"]["code"], "format");
}

#[test]
fn stdin_keeps_the_order_and_counts() {
    let input = "\u{FEFF}914403001922038216\r\n\n13800138000\nnonsense\n".as_bytes();
    let (code, stdout, stderr) = piped(&["check", "-"], input);
    assert_eq!(code, 1, "{stderr}");
    let verdicts: Vec<&str> = stdout.lines().map(|line| columns(line)[0]).collect();
    assert_eq!(verdicts, ["valid", "valid", "invalid"]);
    assert_eq!(stderr.trim(), "2 valid, 1 invalid, 1 blank");

    let (code, stdout, _) = piped(
        &["check", "--kind", "mobile", "--format", "json"],
        b"13800138000\n\xFF\xFE\n13900139000",
    );
    let lines: Vec<Value> = stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(code, 1);
    assert_eq!(
        lines.iter().map(|line| line["valid"] == true).collect::<Vec<_>>(),
        [true, false, true]
    );
    assert_eq!(lines[2]["line"], 3);
}

#[test]
fn many_lines_stream_in_order() {
    let input = (0..50_000).map(|n| format!("138{n:08}\n")).collect::<Vec<_>>().concat();
    let (code, stdout, _) = piped(&["check", "--kind", "mobile"], input.as_bytes());
    assert_eq!(code, 1, "13800000000 is a placeholder");
    assert!(
        stdout
            .lines()
            .zip(input.lines())
            .all(|(line, value)| columns(line)[1] == value)
    );
    assert_eq!(stdout.lines().count(), 50_000);
}

#[test]
fn explain_says_every_part() {
    let text = check(&["explain", "914403001922038216", "--language", "zh"], 0);
    for words in [
        "行政区划 440300  广东省深圳市",
        "组织机构代码",
        "19220382-1",
        "match-key 192203821",
    ] {
        assert!(text.contains(words), "no {words:?} in {text}");
    }
    let json: Value = serde_json::from_str(&check(&["explain", "6222021001122334458", "--format", "json"], 0)).unwrap();
    assert_eq!(json["kind"], "bank-card");
    assert!(json["parts"][0]["meaning"].as_str().unwrap().contains("工商银行"));
    assert!(check(&["explain", "914403001922038217"], 1).contains("checksum"));
}

#[test]
fn kinds_are_listed_with_valid_examples() {
    let text = check(&["kinds", "--format", "json"], 0);
    let kinds: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(kinds.len() >= 27, "{}", kinds.len());
    for kind in &kinds {
        let (name, example) = (kind["kind"].as_str().unwrap(), kind["example"].as_str().unwrap());
        check(&["check", "--kind", name, "--", example], 0);
        check(&["explain", "--kind", name, "--", example], 0);
    }
    assert!(check(&["kinds", "--language", "zh"], 0).contains("统一社会信用代码"));
}

#[test]
fn misuse_is_an_error_with_a_way_out() {
    let ran = Bench::new().guiyi(&["id", "check", "1", "--kind", "credit_code"]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("guiyi id kinds"), "{}", ran.stderr);
}
