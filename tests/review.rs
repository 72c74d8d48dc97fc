//! The steward's review: pairs listed, decided, written to a spreadsheet and read back; later runs go by it.

use std::fmt::Write as _;
use std::fs;

use crate::bench::{Bench, read_csv};

/// Two systems of which several pairs are neither clear nor clearly different.
fn bench() -> Bench {
    let bench = Bench::demo();
    bench.run(0);
    bench
}

fn pending(bench: &Bench) -> Vec<serde_json::Value> {
    let ran = bench.guiyi(&["review", "list", "--format", "json", "--limit", "0"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    serde_json::from_str(&ran.stdout).unwrap()
}

fn names(pair: &serde_json::Value) -> [String; 2] {
    ["a", "b"].map(|side| {
        let text = |name: &str| pair[side][name].as_str().unwrap().to_owned();
        format!("{}/{}", text("system"), text("key"))
    })
}

fn gid(bench: &Bench, name: &str) -> String {
    let (system, key) = name.split_once('/').unwrap();
    let ran = bench.guiyi(&["crosswalk", "lookup", system, key, "--format", "json"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let found: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    found["found"][0]["global_id"].as_str().unwrap().to_owned()
}

#[test]
fn the_pairs_of_the_last_run_wait_and_decisions_hold() {
    let bench = bench();
    let pairs = pending(&bench);
    assert_eq!(pairs.len(), bench.table("review.csv").len());
    let [a, b] = names(&pairs[0]);
    let [c, d] = names(&pairs[1]);

    let shown = bench.guiyi(&["review", "guiyi.toml", "show", &a, &b]);
    assert!(
        shown.code == 0 && shown.stdout.contains(&a) && shown.stdout.contains('%'),
        "{shown:?}"
    );
    let decide = |a: &str, b: &str, what: &str| {
        bench.guiyi(&[
            "review",
            "decide",
            a,
            b,
            what,
            "--reason",
            "asked by phone",
            "--by",
            "王芳",
        ])
    };
    assert_eq!(decide(&a, &b, "match").code, 0);
    assert_eq!(decide(&c, &d, "不匹配").code, 0);
    let again = decide(&a, &b, "match");
    assert!(again.code == 0 && again.stderr.contains("already"), "{again:?}");
    let wrong = decide(&a, "erp/none", "match");
    assert!(
        wrong.code == 2 && wrong.stderr.contains("erp/none") && wrong.stderr.contains("hint"),
        "{wrong:?}"
    );
    assert_eq!(decide(&a, &b, "perhaps").code, 2);
    assert_eq!(pending(&bench).len(), pairs.len() - 2);

    bench.run(0);
    assert_eq!(gid(&bench, &a), gid(&bench, &b));
    assert_ne!(gid(&bench, &c), gid(&bench, &d));
    let left = pending(&bench);
    assert!(!left.iter().any(|pair| names(pair) == [c.clone(), d.clone()]));
    let dump = bench.store_dump();
    bench.run(0);
    assert_eq!(bench.store_dump(), dump, "the same again changes nothing");
}

#[test]
fn a_spreadsheet_goes_out_and_comes_back() {
    let bench = bench();
    for file in ["review.csv", "review.xlsx"] {
        let ran = bench.guiyi(&["review", "export", file]);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        assert!(bench.guiyi(&["review", "export", file]).stderr.contains("--force"));
    }
    // Nothing filled in: nothing to do, from the workbook as well.
    let ran = bench.guiyi(&["review", "import", "review.xlsx", "--by", "王芳"]);
    assert!(ran.code == 0 && ran.stderr.contains("0 decisions new"), "{ran:?}");

    let text = fs::read_to_string(bench.path("review.csv")).unwrap();
    assert!(text.starts_with('\u{feff}'), "Excel knows UTF-8 by the mark");
    let rows = read_csv(&bench.path("review.csv"));
    assert!(rows.len() > 3 && rows[0].contains_key("name_a") && rows[0].contains_key("name_b"));
    let fill = |decisions: &[&str]| {
        let mut sheet = "system_a,key_a,system_b,key_b,decision,reason\n".to_owned();
        for (row, decision) in rows.iter().zip(decisions) {
            let cells = ["system_a", "key_a", "system_b", "key_b"].map(|name| row[name].clone());
            writeln!(sheet, "{},{decision},看过", cells.join(",")).unwrap();
        }
        bench.write("filled.csv", sheet.as_bytes());
    };
    let import =
        |options: &[&str]| bench.guiyi(&[&["review", "import", "filled.csv", "--by", "王芳"], options].concat());

    fill(&["match", "maybe", "", "not_match"]);
    let before = bench.store_dump();
    let ran = import(&[]);
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(
        ran.stderr.contains("filled.csv row 3") && ran.stderr.contains("\"maybe\""),
        "{}",
        ran.stderr
    );
    assert!(ran.stderr.contains("nothing was written"), "{}", ran.stderr);
    assert_eq!(bench.store_dump(), before);

    let ran = import(&["--partial"]);
    assert!(
        ran.code == 1 && ran.stderr.contains("2 decisions new") && ran.stderr.contains("1 wrong"),
        "{ran:?}"
    );
    assert_eq!(pending(&bench).len(), rows.len() - 2);
    fill(&["match", "unsure", "", "not_match"]);
    let ran = import(&[]);
    assert!(
        ran.code == 0 && ran.stderr.contains("1 decisions new, 0 changed, 2 as before"),
        "{ran:?}"
    );

    bench.write("other.csv", b"a,b\n1,2\n");
    let ran = bench.guiyi(&["review", "import", "other.csv", "--by", "王芳"]);
    assert!(
        ran.code == 2 && ran.stderr.contains("system_a") && ran.stderr.contains("hint"),
        "{ran:?}"
    );
}

#[test]
fn a_contradiction_is_shown() {
    let bench = bench();
    let rows = bench.table("crosswalk.csv");
    let names: Vec<String> = rows[..3]
        .iter()
        .map(|row| format!("{}/{}", row["system"], row["source_key"]))
        .collect();
    let decide = |a: usize, b: usize, what: &str| {
        bench.guiyi(&[
            "review", "decide", &names[a], &names[b], what, "--reason", "seen", "--by", "王芳",
        ])
    };
    assert_eq!(decide(0, 1, "match").code, 0);
    assert_eq!(decide(1, 2, "match").code, 0);
    let ran = decide(0, 2, "not_match");
    assert_eq!(ran.code, 2);
    for name in &names {
        assert!(ran.stderr.contains(name), "{}", ran.stderr);
    }
    assert!(
        ran.stderr.contains('≠') && ran.stderr.contains("王芳"),
        "{}",
        ran.stderr
    );
}

#[test]
fn without_a_store_the_way_out_is_said() {
    let bench = Bench::demo();
    let ran = bench.guiyi(&["review", "list"]);
    assert!(ran.code == 2 && ran.stderr.contains("hint: `guiyi run"), "{ran:?}");
}
