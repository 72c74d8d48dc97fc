//! `guiyi match` on a small fixture of ours: two lists of members that name and order their columns differently.

use std::collections::BTreeMap;

use crate::bench::{Bench, read_csv};

fn bench() -> Bench {
    let bench = Bench::new();
    let fixtures = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/match");
    for name in ["members.csv", "guests.csv", "truth.csv"] {
        std::fs::copy(fixtures.join(name), bench.path(name)).unwrap();
    }
    bench
}

const LINK: &[&str] = &[
    "match",
    "members.csv",
    "guests.csv",
    "--id",
    "id",
    "--id",
    "guest",
    "--quiet",
];

/// Runs and gives the summary.
fn run(bench: &Bench, more: &[&str]) -> serde_json::Value {
    let ran = bench.guiyi(&[LINK, &["--format", "json"], more].concat());
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    serde_json::from_str(&ran.stdout).unwrap()
}

#[test]
fn two_files_are_linked_with_nothing_configured() {
    let bench = bench();
    let summary = run(&bench, &["--out", "out", "--truth", "truth.csv"]);
    let f1 = |measure: &str| summary["truth"][measure]["f1"].as_f64().unwrap();
    assert!(f1("pairs") >= 0.98 && f1("b_cubed") >= 0.98, "{summary}");
    assert!(
        summary["files"]
            .as_array()
            .unwrap()
            .iter()
            .all(|file| file["distinct"] == true)
    );

    let pairs = bench.table("pairs.csv");
    let matched = |row: &&BTreeMap<String, String>| row["decision"] == "match";
    assert_eq!(
        pairs.iter().filter(matched).count() as u64,
        summary["matches"].as_u64().unwrap()
    );
    let clusters = bench.table("clusters.csv");
    assert_eq!(clusters.len(), 240);
    let cluster = |id: &str| clusters.iter().find(|row| row["id"] == id).unwrap()["cluster_id"].clone();
    for row in pairs.iter().filter(matched) {
        assert_eq!(cluster(&row["left_id"]), cluster(&row["right_id"]));
    }
    let written: serde_json::Value =
        serde_json::from_slice(&std::fs::read(bench.path("out/summary.json")).unwrap()).unwrap();
    assert_eq!(written, summary);
}

#[test]
fn a_kept_model_gives_the_same_pairs() {
    let bench = bench();
    run(&bench, &["--out", "first"]);
    run(
        &bench,
        &["--out", "second", "--model", "first/model.toml", "--threads", "1"],
    );
    let pairs = |out: &str| read_csv(&bench.path(out).join("pairs.csv"));
    assert_eq!(pairs("first"), pairs("second"));
}

#[test]
fn a_column_that_says_nothing_of_the_others_is_left_out_and_named() {
    let bench = Bench::new();
    let syllables = ["ka", "lo", "mer", "ti", "su", "ban", "dor", "el", "fi", "gra", "wen"];
    let mixed = |seed: usize| {
        let seed = (seed as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        (seed ^ seed >> 31).wrapping_mul(0xbf58_476d_1ce4_e5b9) as usize >> 33
    };
    let name = |at: usize| -> String { (0..6).map(|part| syllables[mixed(at * 11 + part) % 11]).collect() };
    for (file, skipped) in [("left.csv", 3), ("right.csv", 4)] {
        let rows = (0..300).filter(|at| at % skipped > 0);
        let row = |at: usize| format!("{at},{},{}\n", name(at), mixed(at * 7 + skipped) % 90_000);
        let text: String = std::iter::once("id,name,visits\n".to_owned())
            .chain(rows.map(row))
            .collect();
        bench.write(file, text.as_bytes());
    }
    let run = |more: &[&str]| {
        let ran = bench.guiyi(&[&["match", "left.csv", "right.csv", "--id", "id", "--quiet"], more].concat());
        assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
        ran.stdout
    };
    let said = "not compared, since it has nothing to do with what the other columns say: visits";
    assert!(run(&["--plan"]).contains(said));
    assert!(run(&["--out", "first"]).contains(said));
    assert!(run(&["--plan", "--language", "zh"]).contains("与其他列无关，不参与比较：visits"));
    run(&["--out", "second", "--model", "first/model.toml"]);
    let pairs = |out: &str| read_csv(&bench.path(out).join("pairs.csv"));
    let first = pairs("first");
    let is_hit = |row: &&BTreeMap<String, String>| row["decision"] == "match" && row["left_id"] == row["right_id"];
    assert_eq!(first.iter().filter(is_hit).count(), 150);
    assert_eq!(first, pairs("second"));
    let explained = bench.guiyi(&["explain", "1", "1", "--links", "first"]);
    assert!(
        explained.code == 0 && !explained.stdout.contains("visits"),
        "{}",
        explained.stdout
    );
}

#[test]
fn misuse_is_an_error_with_a_way_out() {
    let bench = bench();
    for (arguments, words) in [
        (&["match", "members.csv", "--id", "number"][..], "no column `number`"),
        (&["match", "missing.csv"], "missing.csv"),
        (&["match", "members.csv", "--model", "truth.csv"], "cannot be used"),
        (&["match", "members.csv", "--truth", "truth.csv"], "no record `G"),
        (&["match", "members.csv", "--review", "7"], "no probability"),
    ] {
        let ran = bench.guiyi(arguments);
        assert_eq!(ran.code, 2, "{arguments:?} {}", ran.stderr);
        assert!(ran.stderr.contains(words), "{arguments:?} {}", ran.stderr);
    }
}

#[test]
fn what_is_said_holds() {
    let bench = bench();
    bench.write(
        "match.toml",
        "[[field]]\ncolumns = ['first name', 'Vorname']\nkind = 'name'\n[[field]]\ncolumn = 'born'\ncompare = \
         false\n[[field]]\ncolumn = 'Geburtstag'\ncompare = false\n[[pass]]\ncolumns = ['town', 'last \
         name']\n[decision]\nmatch = 0.9\nreview = 0.2\ndistinct = []\n"
            .as_bytes(),
    );
    let summary = run(&bench, &["--config", "match.toml"]);
    let fields: Vec<&str> = summary["fields"]
        .as_array()
        .unwrap()
        .iter()
        .map(|f| f["name"].as_str().unwrap())
        .collect();
    assert!(
        fields.contains(&"first name") && !fields.contains(&"born"),
        "{fields:?}"
    );
    let passes: Vec<&str> = summary["passes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|p| p["name"].as_str().unwrap())
        .collect();
    assert!(
        passes.contains(&"town + last name") || passes.contains(&"last name + town"),
        "{passes:?}"
    );
    assert!(
        summary["files"]
            .as_array()
            .unwrap()
            .iter()
            .all(|file| file["distinct"] == false)
    );
}

#[test]
fn mistakes_of_a_configuration_are_said_at_once() {
    let bench = bench();
    bench.write(
        "match.toml",
        "[[field]]\ncolumn = 'lastname'\n[[field]]\ncolumns = ['town', 'Ortt']\nkind = 'txt'\n[[pass]]\ncolumns = \
         []\n[decision]\nmatch = 2.0\ndistinct = ['middle']\n"
            .as_bytes(),
    );
    let ran = bench.guiyi(&[LINK, &["--config", "match.toml"]].concat());
    assert_eq!(ran.code, 2, "{}", ran.stdout);
    for words in [
        "6 mistakes in the configuration",
        "match.toml:2:",
        "no column \"lastname\"",
        "no column \"Ortt\"",
        "kind",
        "a pass files by one column or by two together",
        "\"middle\" is no side",
    ] {
        assert!(ran.stderr.contains(words), "{words}: {}", ran.stderr);
    }
}

#[test]
fn a_plan_matches_nothing_and_counts_what_a_run_compares() {
    let bench = bench();
    let plan = run(&bench, &["--plan"]);
    let done = run(&bench, &[]);
    assert_eq!(
        (&plan["candidates"], &plan["passes"]),
        (&done["candidates"], &done["passes"])
    );
    assert!(plan.get("matches").is_none() && plan["comparisons"].as_u64() > plan["candidates"].as_u64());
}

#[test]
fn labels_hold_and_are_asked_for() {
    let bench = bench();
    run(&bench, &["--out", "out", "--active", "5", "--review", "0.001"]);
    let asked = bench.table("to_label.csv");
    assert!(!asked.is_empty() && asked.len() <= 5);
    assert!(
        asked
            .iter()
            .all(|row| row["decision"].is_empty() && !row["left town"].is_empty())
    );
    // Against all evidence: a true pair kept apart, and two strangers joined.
    let pairs = bench.table("pairs.csv");
    let sure = pairs.iter().find(|row| row["decision"] == "match").unwrap();
    let stranger = pairs.iter().rfind(|row| row["decision"] == "match").unwrap();
    let labels = format!(
        "left_id,right_id,decision\n{},{},different\n{},{},match\n",
        sure["left_id"], sure["right_id"], sure["left_id"], stranger["right_id"]
    );
    bench.write("labels.csv", labels.as_bytes());
    run(&bench, &["--out", "out", "--labels", "labels.csv"]);
    let pairs = bench.table("pairs.csv");
    let decision = |left: &str, right: &str| {
        let found = pairs
            .iter()
            .find(|row| row["left_id"] == left && row["right_id"] == right);
        found.map_or("none".to_owned(), |row| row["decision"].clone())
    };
    assert_ne!(decision(&sure["left_id"], &sure["right_id"]), "match");
    assert_eq!(decision(&sure["left_id"], &stranger["right_id"]), "match");
    let ran = bench.guiyi(&[LINK, &["--labels", "truth.csv"]].concat());
    assert_eq!(ran.code, 0, "a pair without a decision is passed over: {}", ran.stderr);
    bench.write("labels.csv", "left_id,right_id,decision\nM001,G001,maybe\n".as_bytes());
    let ran = bench.guiyi(&[LINK, &["--labels", "labels.csv"]].concat());
    assert!(ran.code == 2 && ran.stderr.contains("is no decision"), "{}", ran.stderr);
}

#[test]
fn a_pair_is_explained() {
    let bench = bench();
    run(&bench, &["--out", "out"]);
    let pairs = bench.table("pairs.csv");
    let pair = pairs.iter().find(|row| row["decision"] == "match").unwrap();
    let ids = [pair["left_id"].as_str(), pair["right_id"].as_str()];
    let explain = |more: &[&str]| bench.guiyi(&[&["explain", ids[0], ids[1]], more].concat());
    let ran = explain(&["--links", "out", "--format", "json"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let told: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(told["decision"], "match");
    let weight: f64 = pair["weight"].parse().unwrap();
    assert!(
        (told["weight"].as_f64().unwrap() - weight).abs() < 0.01,
        "{told} {pair:?}"
    );
    let steps: f64 = told["steps"]
        .as_array()
        .unwrap()
        .iter()
        .map(|step| step["bits"].as_f64().unwrap())
        .sum();
    assert!(
        (told["prior"].as_f64().unwrap() + steps - weight).abs() < 0.01,
        "{told}"
    );
    // Without results the files are matched first, and the answer is the same.
    let fresh = explain(&["members.csv", "guests.csv", "--id", "id", "--id", "guest"]);
    assert_eq!(explain(&["--links", "out"]).stdout, fresh.stdout, "{}", fresh.stderr);
    assert!(explain(&["--links", "out", "--format", "html"]).stdout.contains("<svg"));
    assert!(explain(&["--links", "out", "--language", "zh"]).stdout.contains("匹配"));
    let ran = bench.guiyi(&["explain", ids[0], "G999", "--links", "out"]);
    assert!(
        ran.code == 2 && ran.stderr.contains("guests.csv has no record `G999`"),
        "{}",
        ran.stderr
    );
    assert_eq!(bench.guiyi(&["explain", ids[0], ids[1], "--links", "nowhere"]).code, 2);
}
