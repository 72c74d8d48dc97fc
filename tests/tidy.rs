//! The house rules that the compiler does not check: arrows between crates, walls between rooms, names of files.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use guiyi_core::rulebook::toml::Document;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn rust_files(dir: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && path.file_name().unwrap() != "target" {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files.sort();
    files
}

/// Dependencies of a crate in its normal build.
fn dependencies(manifest: &Path) -> BTreeSet<String> {
    let text = fs::read_to_string(manifest).unwrap();
    let document = Document::parse(&manifest.display().to_string(), &text);
    let table = document.root().table("dependencies");
    table.map_or_else(BTreeSet::new, |table| {
        table.keys().into_iter().map(str::to_owned).collect()
    })
}

#[test]
fn arrows_between_crates_are_the_designed_ones() {
    let allowed: BTreeMap<&str, &[&str]> = BTreeMap::from([
        ("guiyi-ident", &[] as &[&str]),
        ("guiyi-core", &["guiyi-ident"]),
        ("guiyi-io", &["guiyi-core"]),
        ("guiyi-store", &["guiyi-core"]),
        ("guiyi-sync", &["guiyi-core", "guiyi-store"]),
        (
            "guiyi-cli",
            &["guiyi-ident", "guiyi-core", "guiyi-io", "guiyi-store", "guiyi-sync"],
        ),
    ]);
    let crates = fs::read_dir(root().join("crates"))
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let mut seen = 0;
    for path in crates {
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let allowed = allowed
            .get(name.as_str())
            .unwrap_or_else(|| panic!("a crate without a place in the house: {name}"));
        let ours = dependencies(&path.join("Cargo.toml"))
            .into_iter()
            .filter(|name| name.starts_with("guiyi-"));
        for dependency in ours {
            assert!(
                allowed.contains(&dependency.as_str()),
                "{name} may not use {dependency}"
            );
        }
        seen += 1;
    }
    assert_eq!(seen, allowed.len());
}

#[test]
fn heavy_libraries_have_one_owner() {
    let owners = [
        ("polars", "guiyi-io"),
        ("calamine", "guiyi-io"),
        ("rust_xlsxwriter", "guiyi-io"),
        ("rusqlite", "guiyi-store"),
        ("axum", "guiyi-sync"),
        ("tokio", "guiyi-sync"),
        ("clap", "guiyi-cli"),
        ("anyhow", "guiyi-cli"),
    ];
    for entry in fs::read_dir(root().join("crates")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        let dependencies = dependencies(&path.join("Cargo.toml"));
        for (library, owner) in owners {
            assert!(
                name == owner || !dependencies.contains(library),
                "{library} belongs to {owner}, not to {name}"
            );
        }
    }
    let ident = dependencies(&root().join("crates/guiyi-ident/Cargo.toml"));
    assert_eq!(
        ident,
        BTreeSet::from(["thiserror".to_owned()]),
        "guiyi-ident stands on std and thiserror alone"
    );
}

#[test]
fn rooms_do_not_call_each_other() {
    // Which rooms a room may name beside itself, and why.
    let rooms = [
        "standardize",
        "validate",
        "impute",
        "matching",
        "cluster",
        "crosswalk",
        "survive",
        "score",
    ];
    let exceptions = [
        ("matching", "standardize"), // compares by the parts into which names and addresses are read
        ("cluster", "matching"),     // takes its pairs
    ];
    let core = root().join("crates/guiyi-core/src");
    for path in rust_files(&core) {
        let inside = path.strip_prefix(&core).unwrap().to_str().unwrap().to_owned();
        let Some(room) = rooms.iter().find(|room| inside.starts_with(*room)) else {
            continue;
        };
        let text = fs::read_to_string(&path).unwrap();
        for other in rooms.iter().filter(|other| *other != room) {
            let named = text.contains(&format!("crate::{other}"));
            assert!(
                !named || exceptions.contains(&(room, other)),
                "{inside} names the room {other}"
            );
        }
    }
    let corridor = fs::read_to_string(core.join("pipeline.rs")).unwrap();
    for room in [
        "standardize",
        "validate",
        "impute",
        "matching",
        "cluster",
        "crosswalk",
        "survive",
        "score",
    ] {
        assert!(
            corridor.contains(&format!("{room}::")),
            "the corridor does not call {room}"
        );
    }
}

#[test]
fn the_core_knows_no_file_clock_or_chance() {
    let core = root().join("crates/guiyi-core/src");
    for path in rust_files(&core) {
        let text = fs::read_to_string(&path).unwrap();
        let code = text.split("#[cfg(test)]").next().unwrap();
        for forbidden in [
            "std::fs",
            "std::time",
            "std::env",
            "std::net",
            "SystemTime",
            "Instant::now",
            "rand::",
            "Timestamp::now",
        ] {
            assert!(!code.contains(forbidden), "{} uses {forbidden}", path.display());
        }
    }
}

#[test]
fn files_have_a_purpose_and_one_job() {
    for dir in ["crates", "benches", "tests"] {
        for path in rust_files(&root().join(dir)) {
            let text = fs::read_to_string(&path).unwrap();
            let shown = path.display();
            assert!(text.starts_with("//!"), "{shown} does not say what it is");
            assert!(
                text.lines().count() <= 600,
                "{shown} has {} lines: more than one job?",
                text.lines().count()
            );
            let name = path.file_stem().unwrap().to_str().unwrap();
            for nameless in ["util", "utils", "helper", "helpers", "common", "misc", "manager"] {
                assert_ne!(name, nameless, "{shown} has no name");
            }
        }
    }
}

#[test]
fn every_shipped_table_names_its_source() {
    let dictionaries = root().join("dictionaries");
    for entry in fs::read_dir(dictionaries).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            let source = path.join("SOURCE.md");
            let text = fs::read_to_string(&source).unwrap_or_else(|_| panic!("{} is missing", source.display()));
            assert!(
                text.to_lowercase().contains("licen"),
                "{} names no licence",
                source.display()
            );
        }
    }
}
