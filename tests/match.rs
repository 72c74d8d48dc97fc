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

const LINK: [&str; 8] = [
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
    let ran = bench.guiyi(&[&LINK[..], &["--format", "json"], more].concat());
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
