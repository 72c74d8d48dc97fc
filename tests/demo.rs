//! The main job on the shipped demo: the summary, the outputs, and the links against the truth.

use std::collections::{BTreeMap, BTreeSet};

use crate::bench::{Bench, demo_file, read_csv};

#[test]
fn the_demo_runs_and_its_counts_add_up() {
    let bench = Bench::demo();
    let summary = bench.run(0);
    let entity = &summary["entities"][0];
    assert_eq!(entity["entity"], "customer");
    for source in entity["sources"].as_array().unwrap() {
        let count = |name: &str| source[name].as_u64().unwrap();
        assert_eq!(
            count("rows_read"),
            count("clean") + count("corrected") + count("quarantined") + count("rejected"),
            "{source}"
        );
        assert!(
            count("rows_read") > 1500 && count("corrected") > 0 && count("quarantined") > 0,
            "{source}"
        );
        let quarantine = bench.table(&format!(
            "quarantine_customer_{}.csv",
            source["system"].as_str().unwrap()
        ));
        assert_eq!(quarantine.len() as u64, count("quarantined"));
    }
    assert_eq!(
        bench.table("golden_customer.csv").len() as u64,
        entity["golden"].as_u64().unwrap()
    );
    assert_eq!(
        bench.table("review.csv").len() as u64,
        entity["pairs_to_review"].as_u64().unwrap()
    );
    let expected =
        serde_json::from_str::<serde_json::Value>(&std::fs::read_to_string(demo_file("expected.json")).unwrap())
            .unwrap();
    assert_eq!(
        without_durations(summary),
        expected,
        "fixtures/demo/expected.json holds the expected summary"
    );
}

/// The part of the summary that is the same on every machine and every day.
fn without_durations(mut summary: serde_json::Value) -> serde_json::Value {
    let fields = summary.as_object_mut().unwrap();
    for name in [
        "duration_ms",
        "cpu_ms",
        "peak_memory_bytes",
        "version",
        "rulebook_digest",
        "rooms",
        "outputs",
    ] {
        fields.remove(name);
    }
    summary
}

#[test]
fn links_agree_with_the_truth() {
    let bench = Bench::demo();
    bench.run(0);
    let entity_of: BTreeMap<(String, String), String> = read_csv(&demo_file("members.csv"))
        .into_iter()
        .map(|row| {
            (
                (row["system"].to_lowercase(), row["code"].clone()),
                row["entity_id"].clone(),
            )
        })
        .collect();
    let mut clusters: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut found: BTreeMap<String, u64> = BTreeMap::new();
    for row in bench.table("crosswalk.csv") {
        let Some(entity) = entity_of.get(&(row["system"].clone(), row["source_key"].clone())) else {
            continue;
        };
        clusters
            .entry(row["global_id"].clone())
            .or_default()
            .push(entity.clone());
        *found.entry(entity.clone()).or_default() += 1;
    }
    let pairs = |n: u64| n * n.saturating_sub(1) / 2;
    let possible: u64 = found.values().map(|&n| pairs(n)).sum();
    let made: u64 = clusters.values().map(|members| pairs(members.len() as u64)).sum();
    let right: u64 = clusters
        .values()
        .map(|members| {
            let mut sizes: BTreeMap<&str, u64> = BTreeMap::new();
            for entity in members {
                *sizes.entry(entity).or_default() += 1;
            }
            sizes.values().map(|&n| pairs(n)).sum::<u64>()
        })
        .sum();
    let precision = right as f64 / made as f64;
    let recall = right as f64 / possible as f64;
    assert!(
        precision >= 0.99,
        "precision {precision:.4}: {right} of {made} pairs are right"
    );
    assert!(
        recall >= 0.95,
        "recall {recall:.4}: {right} of {possible} true pairs are found"
    );
}

#[test]
fn look_alikes_stay_apart() {
    let bench = Bench::demo();
    bench.run(0);
    let gid_of: BTreeMap<String, String> = bench
        .table("crosswalk.csv")
        .into_iter()
        .map(|row| (row["source_key"].clone(), row["global_id"].clone()))
        .collect();
    let traps = read_csv(&demo_file("traps.csv"));
    let joined: Vec<_> = traps
        .iter()
        .filter(|trap| {
            let gid = gid_of.get(&trap["code_a"]);
            gid.is_some() && gid == gid_of.get(&trap["code_b"])
        })
        .collect();
    assert!(traps.len() > 50);
    assert!(
        joined.len() * 100 <= traps.len(),
        "{} of {} look-alikes were joined: {joined:?}",
        joined.len(),
        traps.len()
    );
}

#[test]
fn outputs_have_their_documented_columns() {
    let bench = Bench::demo();
    bench.run(0);
    let check = |name: &str, expected: &[&str]| {
        let text = std::fs::read_to_string(bench.path("out").join(name)).unwrap();
        let header: Vec<&str> = text.lines().next().unwrap().split(',').collect();
        assert_eq!(header[..expected.len()], *expected, "{name}");
    };
    check("golden_customer.csv", &["global_id", "version", "members", "systems"]);
    check(
        "crosswalk.csv",
        &[
            "system",
            "entity",
            "source_key",
            "global_id",
            "status",
            "valid_from",
            "valid_to",
        ],
    );
    check(
        "findings.csv",
        &[
            "source",
            "row",
            "key",
            "attribute",
            "rule",
            "severity",
            "value",
            "reason",
            "reason_zh",
            "fix",
            "action",
        ],
    );
    check(
        "corrections.csv",
        &[
            "source",
            "row",
            "key",
            "attribute",
            "rule",
            "before",
            "after",
            "origin",
            "confidence",
        ],
    );
    check(
        "review.csv",
        &[
            "global_id_a",
            "global_id_b",
            "system_a",
            "key_a",
            "system_b",
            "key_b",
            "probability",
            "weight",
        ],
    );
}

#[test]
fn every_admitted_row_is_in_the_crosswalk_once() {
    let bench = Bench::demo();
    let summary = bench.run(0);
    let rows = bench.table("crosswalk.csv");
    let keys: BTreeSet<_> = rows
        .iter()
        .map(|row| (row["system"].clone(), row["source_key"].clone()))
        .collect();
    assert_eq!(keys.len(), rows.len());
    assert_eq!(rows.len() as u64, summary["entities"][0]["records"].as_u64().unwrap());
}
