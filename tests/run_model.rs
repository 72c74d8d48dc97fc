//! The model of a run: written, named for later runs, and refused when it does not fit.

use std::collections::BTreeMap;

use crate::bench::Bench;

const MODEL: &str = "model_customer.toml";

/// The demo, run once, with a copy of its model.
fn bench() -> Bench {
    let bench = Bench::demo();
    bench.run(0);
    std::fs::copy(bench.path("out").join(MODEL), bench.path(MODEL)).unwrap();
    bench
}

/// Adds `[customer.matching] model` to the project file, and forgets everything that was run.
fn name_model(bench: &Bench, model: &str) {
    let project = std::fs::read_to_string(bench.path("guiyi.toml")).unwrap();
    let matching = format!("{project}\n[customer.matching]\nmodel = \"{model}\"\n");
    bench.write("guiyi.toml", matching.as_bytes());
}

/// The weights of all levels, whatever the order of the elements.
fn weights(model: &str) -> Vec<&str> {
    let mut weights: Vec<&str> = model.lines().filter(|line| line.contains("bits =")).collect();
    weights.sort_unstable();
    weights
}

fn read(bench: &Bench, name: &str) -> String {
    std::fs::read_to_string(bench.path(name)).unwrap()
}

/// The codes that share a global ID, for those that `is_old`.
fn groups(bench: &Bench, is_old: impl Fn(&str) -> bool) -> Vec<Vec<String>> {
    let mut groups: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for row in bench.table("crosswalk.csv") {
        if is_old(&row["source_key"]) && row["status"] == "active" {
            groups
                .entry(row["global_id"].clone())
                .or_default()
                .push(row["source_key"].clone());
        }
    }
    let mut groups: Vec<Vec<String>> = groups.into_values().collect();
    groups.sort();
    groups
}

#[test]
fn a_named_model_weighs_alike_whatever_comes() {
    let bench = bench();
    let learned = bench.outputs();
    std::fs::remove_dir_all(bench.path("out")).unwrap();
    name_model(&bench, MODEL);
    bench.run(0);
    assert_eq!(bench.outputs(), learned);
    assert_eq!(read(&bench, MODEL), read(&bench, &format!("out/{MODEL}")));

    // A month of new records, which a run that learns would learn from.
    let all = groups(&bench, |_| true);
    let erp = std::fs::read(bench.path("erp_customers.csv")).unwrap();
    let (erp, ..) = encoding_rs::GB18030.decode(&erp);
    let mut more = erp.trim_end().to_owned();
    for at in 0..120 {
        let mobile = 13_000_000_000_u64 + at * 7919;
        let name = format!("{}新{}贸易商行", ["温州", "台州", "衢州"][at as usize % 3], at * 37);
        let cells = [format!("D77-{at:06}"), name].join(",");
        more += &["\r\n", &cells, ",,,,,,", &mobile.to_string(), ",,,,,,,,,,,,,,,,"].concat();
    }
    let (more, ..) = encoding_rs::GB18030.encode(&more);
    bench.write("erp_customers.csv", &more);
    bench.run(0);
    let (named, written) = (read(&bench, MODEL), read(&bench, &format!("out/{MODEL}")));
    assert!(
        !weights(&named).is_empty() && weights(&named) == weights(&written),
        "{written}"
    );
    assert_eq!(groups(&bench, |code| !code.starts_with("D77-")), all);

    // Without a name for it, the model is another.
    let project = read(&bench, "guiyi.toml").replace("model = ", "# model = ");
    bench.write("guiyi.toml", project.as_bytes());
    bench.run(0);
    assert!(weights(&named) != weights(&read(&bench, &format!("out/{MODEL}"))));
}

#[test]
fn a_model_that_cannot_be_used_is_an_error_with_a_way_out() {
    let bench = bench();
    let model = read(&bench, MODEL);
    bench.write("other.toml", model.replace("\"mobile\"", "\"fax\"").as_bytes());
    bench.write("cut.toml", &model.as_bytes()[..model.len() / 2]);
    let project = read(&bench, "guiyi.toml");
    for (name, words) in [
        (
            "other.toml",
            &[
                "other.toml cannot be used",
                "nothing of `mobile` (phone)",
                "take `model` out of [customer.matching]",
            ][..],
        ),
        (
            "nothing.toml",
            &["guiyi.toml:", "cannot read the model", "nothing.toml", "name a copy"],
        ),
        (
            "guiyi.toml",
            &["guiyi.toml cannot be used", "the model has no `prior`", "name a copy"],
        ),
        ("cut.toml", &["cut.toml cannot be used", "hint:"]),
        (
            "out/model_customer.toml",
            &[
                "written anew by every run",
                "name the copy: model = \"model_customer.toml\"",
            ],
        ),
    ] {
        bench.write("guiyi.toml", project.as_bytes());
        name_model(&bench, name);
        let store = bench.store_dump();
        let ran = bench.guiyi(&["run", "guiyi.toml", "--quiet"]);
        assert_eq!(ran.code, 2, "{name}: {}{}", ran.stdout, ran.stderr);
        for word in words {
            assert!(ran.stderr.contains(word), "{name}: {word}: {}", ran.stderr);
        }
        assert_eq!(bench.store_dump(), store);
    }
}
