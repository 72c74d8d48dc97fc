//! What a changed configuration would do: shown by ID, and nothing written.

use crate::bench::{Bench, NOW, Ran};

const ERP: &str = "客户编码,客户名称,电话,城市
D03-000001,杭州青禾软件有限公司,0571-88001111,杭州市
D03-000002,苏州云帆机械有限公司,0512-66002222,苏州市
D03-000003,宁波海桐贸易有限公司,0574-87003333,宁波市
";
const CRM: &str = "客户编号,客户名称,电话,城市
HD-KA-00001,杭州青禾软件有限公司,0571-88001111,宁波市
HD-KA-00002,苏州云帆机械有限公司,0512-66002222,苏州市
";

fn bench() -> Bench {
    let bench = Bench::pair(ERP.as_bytes(), CRM.as_bytes());
    bench.run(0);
    bench
}

fn simulate(bench: &Bench, arguments: &[&str]) -> Ran {
    bench.guiyi(&[&["simulate", "guiyi.toml", "--quiet"], arguments].concat())
}

fn json(ran: &Ran) -> serde_json::Value {
    serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{error}: {ran:?}"))
}

fn changed_project(bench: &Bench, name: &str, change: impl Fn(&str) -> String) {
    let project = std::fs::read_to_string(bench.path("guiyi.toml")).unwrap();
    bench.write(name, change(&project).as_bytes());
}

fn id(bench: &Bench, system: &str, key: &str) -> String {
    let ran = bench.guiyi(&["crosswalk", "lookup", system, key, "--format", "json"]);
    json(&ran)["found"][0]["global_id"].as_str().unwrap().to_owned()
}

#[test]
fn the_configuration_in_force_changes_nothing() {
    for bench in [bench(), {
        let bench = Bench::demo();
        bench.run(0);
        bench
    }] {
        let ran = simulate(&bench, &[]);
        assert_eq!(ran.code, 0, "{ran:?}");
        let ran = simulate(&bench, &["--rules", "guiyi.toml", "--format", "json"]);
        assert_eq!((ran.code, json(&ran)["changes"].as_bool()), (0, Some(false)));
    }
}

#[test]
fn a_changed_value_is_shown_and_nothing_is_written() {
    let bench = bench();
    let one = id(&bench, "erp", "D03-000001");
    let (dump, bytes, outputs) = (
        bench.store_dump(),
        std::fs::read(bench.path("out/guiyi.db")).unwrap(),
        bench.outputs(),
    );
    changed_project(&bench, "new.toml", |project| {
        project.replace("[\"erp\", \"crm\"]", "[\"crm\", \"erp\"]")
    });
    let ran = simulate(&bench, &["--rules", "new.toml", "--format", "json"]);
    assert_eq!(ran.code, 1, "{ran:?}");
    let found = json(&ran);
    let changed = &found["entities"][0]["changed"];
    assert_eq!(changed.as_array().unwrap().len(), 1, "{changed}");
    assert_eq!(changed[0]["golden"]["global_id"], *one);
    assert_eq!(
        changed[0]["values"],
        serde_json::json!([{"element": "city", "old": "杭州市", "new": "宁波市"}])
    );
    assert_eq!(found["entities"][0]["systems"]["erp"]["codes_with_other_values"], 1);

    // The same without --rules: the project file itself was changed.
    std::fs::copy(bench.path("new.toml"), bench.path("guiyi.toml")).unwrap();
    let ran = simulate(&bench, &["--language", "zh"]);
    assert!(
        ran.code == 1 && ran.stdout.contains("杭州市 → 宁波市") && ran.stdout.contains(&one),
        "{ran:?}"
    );
    assert!(
        ran.stdout.contains("crm/HD-KA-00001") && ran.stderr.contains("未写入"),
        "{ran:?}"
    );

    assert_eq!(bench.store_dump(), dump);
    assert_eq!(std::fs::read(bench.path("out/guiyi.db")).unwrap(), bytes);
    assert_eq!(bench.outputs(), outputs);

    // What was shown is what the run does.
    bench.run(0);
    let shown = bench.guiyi(&["golden", "show", &one]);
    assert!(shown.stdout.contains("宁波市"), "{shown:?}");
    assert_eq!(simulate(&bench, &[]).code, 0);
}

#[test]
fn splits_and_merges_by_the_rules_alone() {
    let bench = bench();
    let (one, two) = (id(&bench, "erp", "D03-000001"), id(&bench, "erp", "D03-000002"));
    assert_eq!(id(&bench, "crm", "HD-KA-00002"), two);
    changed_project(&bench, "strict.toml", |project| {
        format!("{project}[customer.matching]\nmatch_threshold = 1.0\nreview_threshold = 1.0\n")
    });
    let ran = simulate(&bench, &["--rules", "strict.toml", "--format", "json"]);
    let found = json(&ran);
    let splits = found["entities"][0]["splits"].as_array().unwrap();
    let from: Vec<&str> = splits
        .iter()
        .filter_map(|split| split["from"]["global_id"].as_str())
        .collect();
    assert_eq!((ran.code, from), (1, vec![&*one, &*two]), "{found:#}");
    let codes = splits[0]["codes"].as_array().unwrap();
    assert!(
        codes.iter().any(|code| code["system"] == "crm"
            && code["key"] == "HD-KA-00001"
            && code["to"]["name"] == "new:crm/HD-KA-00001"),
        "{codes:?}"
    );
    let text = simulate(&bench, &["--rules", "strict.toml", "--limit", "1"]);
    assert!(
        text.stdout.contains(&format!("split  {one} → ")) && text.stdout.contains("and 1 more"),
        "{text:?}"
    );

    // The other way round: a store of the strict rules, and the former ones again.
    let loose = std::fs::read_to_string(bench.path("guiyi.toml")).unwrap();
    std::fs::copy(bench.path("strict.toml"), bench.path("guiyi.toml")).unwrap();
    bench.run(0);
    bench.write("loose.toml", loose.as_bytes());
    let other = id(&bench, "crm", "HD-KA-00001");
    let ran = simulate(&bench, &["--rules", "loose.toml", "--format", "json"]);
    let found = json(&ran);
    let merged = &found["entities"][0]["merges"][0];
    assert_eq!(
        (&merged["into"]["global_id"], &merged["from"][0]["global_id"]),
        (&(*one).into(), &(*other).into())
    );
    assert_eq!(found["entities"][0]["systems"]["crm"]["codes_moved"], 2);
}

#[test]
fn what_the_inputs_change_is_apart_from_what_the_rules_change() {
    let bench = bench();
    bench.write(
        "erp.csv",
        format!("{ERP}D03-000004,温州明川电子有限公司,0577-88004444,温州市\n").as_bytes(),
    );
    let by_store = simulate(&bench, &["--format", "json"]);
    let found = json(&by_store);
    assert_eq!(by_store.code, 1);
    assert_eq!(
        found["entities"][0]["appearing"][0]["golden"]["name"],
        "new:erp/D03-000004"
    );
    let by_rules = simulate(&bench, &["--rules", "guiyi.toml"]);
    assert_eq!(by_rules.code, 0, "{by_rules:?}");
}

#[test]
fn before_the_first_run_and_with_mistakes() {
    let bench = Bench::pair(ERP.as_bytes(), CRM.as_bytes());
    let ran = simulate(&bench, &["--format", "json", "--now", NOW]);
    assert_eq!(
        (
            ran.code,
            json(&ran)["entities"][0]["appearing"].as_array().unwrap().len()
        ),
        (1, 3)
    );
    assert!(!bench.path("out").exists());
    let ran = simulate(&bench, &["--rules", "nowhere.toml"]);
    assert!(ran.code == 2 && ran.stderr.contains("nowhere.toml"), "{ran:?}");
    changed_project(&bench, "wrong.toml", |project| {
        project.replace("source_priority", "source_prioriti")
    });
    let ran = simulate(&bench, &["--rules", "wrong.toml"]);
    assert!(
        ran.code == 2 && ran.stderr.contains("wrong.toml") && ran.stderr.contains("did you mean"),
        "{ran:?}"
    );
}
