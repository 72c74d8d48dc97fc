//! Golden records by hand: shown, pinned, merged and split; and the runs after that.

use crate::bench::{Bench, Ran};

const ERP: &str = "客户编码,客户名称,电话,城市
D03-000001,杭州青禾软件有限公司,0571-88001111,杭州市
D03-000002,苏州云帆机械有限公司,0512-66002222,苏州市
D03-000003,宁波海桐贸易有限公司,0574-87003333,宁波市
";
const CRM: &str = "客户编号,客户名称,电话
HD-KA-00001,杭州青禾软件有限公司,0571-88001111
";

fn bench() -> Bench {
    let bench = Bench::pair(ERP.as_bytes(), CRM.as_bytes());
    bench.run(0);
    bench
}

fn golden(bench: &Bench, arguments: &[&str]) -> Ran {
    bench.guiyi(&[&["golden"], arguments].concat())
}

fn by(bench: &Bench, arguments: &[&str]) -> Ran {
    let ran = golden(
        bench,
        &[arguments, &["--reason", "asked by phone", "--by", "王芳"]].concat(),
    );
    assert_eq!(ran.code, 0, "{ran:?}");
    ran
}

fn id(bench: &Bench, system: &str, key: &str) -> String {
    let ran = bench.guiyi(&["crosswalk", "lookup", system, key, "--format", "json"]);
    let found: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    found["found"][0]["global_id"].as_str().unwrap().to_owned()
}

/// The value of an element and its ground.
fn value(bench: &Bench, id: &str, element: &str) -> (String, String) {
    let ran = golden(bench, &["show", id, "--format", "json"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    let shown: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    let values = shown["version"]["values"].as_array().unwrap();
    let found = values.iter().find(|value| value["element"] == element).unwrap();
    let text = |name: &str| found[name].as_str().unwrap_or_default().to_owned();
    (text("value"), text("ground"))
}

#[test]
fn a_pin_holds_until_it_expires() {
    let bench = bench();
    let two = id(&bench, "erp", "D03-000002");
    by(&bench, &["pin", &two, "city", "无锡市", "--expires", "2026-03-31"]);
    assert_eq!(value(&bench, &two, "city"), ("无锡市".into(), "override".into()));
    assert!(golden(&bench, &["show", &two]).stdout.contains("王芳"));
    let before = bench.store_dump();
    bench.run(0);
    assert_eq!(bench.store_dump(), before);
    assert!(
        bench
            .table("golden_customer.csv")
            .iter()
            .any(|row| row["city"] == "无锡市")
    );
    assert_eq!(bench.guiyi(&["store", "rebuild", "--check"]).code, 0);
    bench.run_with(&["--now", "2026-04-01T00:00:00Z"], 0);
    assert_eq!(value(&bench, &two, "city").0, "苏州市");
    let ran = golden(&bench, &["pin", &two, "stars", "5", "--reason", "x", "--by", "王芳"]);
    assert!(
        ran.code == 2 && ran.stderr.contains("stars") && ran.stderr.contains("hint"),
        "{ran:?}"
    );
}

#[test]
fn merged_and_split_again() {
    let bench = bench();
    let (one, two) = (id(&bench, "erp", "D03-000001"), id(&bench, "erp", "D03-000002"));
    let before = bench.store_dump();
    let preview = golden(&bench, &["merge", &one, &two, "--preview", "--by", "王芳"]);
    assert!(preview.code == 0 && preview.stdout.contains("superseded") && preview.stdout.contains("erp/D03-000002"));
    assert_eq!(bench.store_dump(), before);
    by(&bench, &["merge", &one, &two]);
    assert_eq!(id(&bench, "erp", "D03-000002"), one);
    let shown = golden(&bench, &["show", &two]);
    assert!(
        shown.stdout.contains(&format!("{two} was merged into {one}")),
        "{shown:?}"
    );
    let merged = bench.store_dump();
    bench.run(0);
    assert_eq!(bench.store_dump(), merged, "the next run agrees");

    by(&bench, &["split", &one, "--record", "erp/D03-000002"]);
    assert_eq!(id(&bench, "erp", "D03-000002"), two);
    let split = bench.store_dump();
    bench.run(0);
    assert_eq!(bench.store_dump(), split);
    let how = golden(&bench, &["how", &one]);
    assert!(
        how.stdout.contains(&format!("from {two}")) && how.stdout.contains("asked by phone"),
        "{how:?}"
    );
    let history = golden(&bench, &["history", &two]);
    assert!(history.stdout.contains("superseded"), "{history:?}");
    let same = golden(&bench, &["diff", &format!("{two}@1"), &two]);
    assert!(same.stdout.contains("no difference"), "{same:?}");

    let ran = golden(&bench, &["merge", &one, &two, "--reason", "again", "--by", "王芳"]);
    assert!(
        ran.code == 2 && ran.stderr.contains('≠') && ran.stderr.contains("hint"),
        "{ran:?}"
    );
    assert_eq!(bench.guiyi(&["store", "verify"]).code, 0);
    assert_eq!(bench.guiyi(&["store", "rebuild", "--check"]).code, 0);
}

#[test]
fn as_it_was_known() {
    let bench = bench();
    bench.write("erp.csv", ERP.replace("苏州市", "无锡市").as_bytes());
    bench.run_with(&["--now", "2026-03-05T00:00:00Z"], 0);
    let two = id(&bench, "erp", "D03-000002");
    let at = |time: &str| golden(&bench, &["show", &two, "--known-at", time]);
    assert!(at("2026-03-01").stdout.contains("苏州市"));
    assert!(at("2026-03-05").stdout.contains("无锡市"));
    let early = at("2026-02-28");
    assert!(early.code == 2 && early.stderr.contains("was not active"), "{early:?}");
    let both = golden(
        &bench,
        &["show", &two, "--as-of", "2026-03-10", "--known-at", "2026-03-02"],
    );
    assert!(both.stdout.contains("苏州市"), "{both:?}");
    let diff = golden(&bench, &["diff", &format!("{two}@1"), &format!("{two}@2")]);
    assert!(diff.stdout.contains("苏州市 → 无锡市"), "{diff:?}");
    let never = golden(&bench, &["show", "C00-00000A-T"]);
    assert_eq!(never.code, 2, "{never:?}");
}

#[test]
fn why_a_value_stands() {
    let bench = bench_with(
        "recency = 'updated_date'\n[customer.survivorship.elements]\ncity = ['trusted-until', 'source-priority']\n\
         status = ['most-restrictive']\nphone = ['union']\n[customer.survivorship.value_order]\nstatus = ['停用', '启用']\n\
         [customer.survivorship.trust_days]\nerp = 30\n",
        "客户编码,客户名称,电话,城市,客户状态,更新日期\n\
         D03-000001,杭州青禾软件有限公司,0571-88001111,宁波市,启用,2026-02-20\n\
         D03-000002,苏州云帆机械有限公司,0512-66002222,苏州市,启用,2026-02-20\n",
        "客户编号,客户名称,电话,城市,客户状态,更新日期\n\
         HD-KA-00001,杭州青禾软件有限公司,0571-88001111,杭州市,停用,2026-01-05\n\
         HD-KA-00002,苏州云帆机械有限公司,0512-66003333,苏州市,启用,2026-01-05\n",
    );
    let one = id(&bench, "erp", "D03-000001");
    assert_eq!(id(&bench, "crm", "HD-KA-00001"), one);
    assert_eq!(
        value(&bench, &one, "status"),
        ("停用".into(), "most-restrictive".into())
    );
    assert_eq!(value(&bench, &one, "city"), ("宁波市".into(), "source-priority".into()));
    let why = golden(&bench, &["why", &one, "city"]);
    assert!(
        why.code == 0
            && why.stdout.contains("✓ erp/D03-000001 v1\t宁波市")
            && why.stdout.contains("lost by source-priority: 2 against 1"),
        "{why:?}"
    );
    let why = golden(&bench, &["why", &one, "status", "--language", "zh"]);
    assert!(why.stdout.contains("最严格：启用，采用者 停用"), "{why:?}");

    // The trust in the ERP has run out; a steward's write before that run changes nothing of it.
    by(&bench, &["pin", &one, "note", "x", "--now", "2026-06-01T00:00:00Z"]);
    assert_eq!(value(&bench, &one, "city").0, "宁波市");
    assert_eq!(bench.guiyi(&["store", "rebuild", "--check"]).code, 0);
    bench.run_with(&["--now", "2026-06-01T00:00:00Z"], 0);
    assert_eq!(value(&bench, &one, "city"), ("杭州市".into(), "trusted-until".into()));
    assert_eq!(bench.guiyi(&["store", "rebuild", "--check"]).code, 0);
    let why = golden(&bench, &["why", &one, "city", "--format", "json"]);
    let why: serde_json::Value = serde_json::from_str(&why.stdout).unwrap();
    let lost = why["elements"][0]["candidates"].as_array().unwrap();
    let lost = lost.iter().find(|candidate| candidate["system"] == "erp").unwrap();
    assert_eq!(lost["lost"]["by"], "trusted-until");
    assert_eq!(
        (&lost["lost"]["own"], &lost["source_version"]),
        (&"2026-02-20".into(), &1.into())
    );

    by(&bench, &["pin", &one, "city", "无锡市"]);
    let why = golden(&bench, &["why", &one, "city"]);
    assert!(
        why.stdout.contains("王芳") && why.stdout.contains("without the pin: 杭州市"),
        "{why:?}"
    );
    let wrong = golden(&bench, &["why", &one, "citi"]);
    assert!(
        wrong.code == 2 && wrong.stderr.contains("did you mean \"city\""),
        "{wrong:?}"
    );
    let never = golden(&bench, &["why", "C00-00000A-T"]);
    assert_eq!(never.code, 2, "{never:?}");
}

#[test]
fn a_pin_since_the_merge_goes_where_it_is_told() {
    let bench = bench();
    let (one, two) = (id(&bench, "erp", "D03-000001"), id(&bench, "erp", "D03-000002"));
    by(&bench, &["merge", &one, &two]);
    let stands_over = value(&bench, &one, "city").0;
    by(&bench, &["pin", &one, "city", "无锡市"]);
    let split = ["split", &one, "--record", "erp/D03-000002"];
    let preview = |edits: &str| {
        let ran = golden(
            &bench,
            &[&split[..], &["--edits", edits, "--preview", "--by", "王芳"]].concat(),
        );
        assert_eq!(ran.code, 0, "{ran:?}");
        ran.stdout
            .lines()
            .find(|line| line.starts_with("pin  "))
            .unwrap()
            .to_owned()
    };
    assert_eq!(preview("tree"), format!("pin  city 无锡市 → {one}"));
    let of_record = if stands_over == "苏州市" { &two } else { &one };
    assert_eq!(preview("record"), format!("pin  city 无锡市 → {of_record}"));
    let both = preview("cascade");
    assert!(both.contains(&one) && both.contains(&two), "{both}");
    by(&bench, &[&split[..], &["--edits", "cascade"]].concat());
    for id in [&one, &two] {
        assert_eq!(value(&bench, id, "city"), ("无锡市".into(), "override".into()));
    }
    assert_eq!(bench.guiyi(&["store", "verify"]).code, 0);
    let dump = bench.store_dump();
    bench.run(0);
    assert_eq!(bench.store_dump(), dump);
}

#[test]
fn a_pin_is_standardized_and_no_input_file_is_needed() {
    let bench = bench();
    let two = id(&bench, "erp", "D03-000002");
    std::fs::remove_file(bench.path("erp.csv")).unwrap();
    std::fs::remove_file(bench.path("crm.csv")).unwrap();
    let pinned = golden(
        &bench,
        &[
            "pin",
            &two,
            "mobile",
            "+86 138-0013-8001",
            "--reason",
            "asked",
            "--by",
            "王芳",
        ],
    );
    assert!(
        pinned.code == 0 && pinned.stderr.contains("is pinned as \"13800138001\""),
        "{pinned:?}"
    );
    assert_eq!(value(&bench, &two, "mobile"), ("13800138001".into(), "override".into()));
    let wrong = golden(
        &bench,
        &[
            "pin",
            &two,
            "updated_date",
            "昨天左右",
            "--reason",
            "asked",
            "--by",
            "王芳",
        ],
    );
    assert!(
        wrong.code == 2 && wrong.stderr.contains("is no value of \"updated_date\""),
        "{wrong:?}"
    );
    for arguments in [
        &["golden", "how", &two][..],
        &["golden", "why", &two],
        &["review", "list"],
        &["crosswalk", "lookup", "erp", "D03-000002"],
        &["store", "verify"],
        &["store", "rebuild", "--check"],
    ] {
        let ran = bench.guiyi(arguments);
        assert_eq!(ran.code, 0, "{arguments:?} {ran:?}");
    }
    let run = bench.guiyi(&["run", "guiyi.toml"]);
    assert!(run.code == 2 && run.stderr.contains("there is no file"), "{run:?}");
}

/// A bench with more lines of survivorship and these sources.
fn bench_with(survivorship: &str, erp: &str, crm: &str) -> Bench {
    let bench = Bench::pair(erp.as_bytes(), crm.as_bytes());
    let project = std::fs::read_to_string(bench.path("guiyi.toml")).unwrap();
    bench.write("guiyi.toml", format!("{project}{survivorship}").as_bytes());
    bench.run(0);
    bench
}

#[test]
fn why_two_golden_records_are_one_or_two() {
    let bench = bench();
    let ids = ["D03-000001", "D03-000002", "D03-000003"].map(|code| bench.id("erp", code));
    let [one, two, three] = ids.each_ref().map(String::as_str);
    bench.check(&["golden", "why", one, two], 0, &["are two", "nobody decided"]);
    let mint = [
        "id", "mint", "--type", "C", "--count", "1", "--reason", "a label", "--by", "王芳",
    ];
    let minted = bench.check(&mint, 0, &[]);
    let why = ["golden", "why", one, minted.stdout.trim()];
    bench.check(&why, 2, &["nothing stands under", "yet", "hint: it was given away"]);
    let no = [
        "erp/D03-000002",
        "erp/D03-000001",
        "not_match",
        "--reason",
        "two licences",
    ];
    bench.check(&[&["review", "decide"], &no[..], &["--by", "王芳"]].concat(), 0, &[]);
    by(&bench, &["relate", three, "branch-of", one]);
    let decided = ["are two", "erp/D03-000001 ≠ erp/D03-000002: 王芳", "two licences"];
    bench.check(&["golden", "why", one, two], 0, &decided);
    let related = format!("{three} branch-of {one}");
    bench.check(&["golden", "why", one, three], 0, &[&related]);
    by(&bench, &["merge", two, three]);
    let zh = ["golden", "why", three, two, "--language", "zh"];
    bench.check(&zh, 0, &["为同一条", "+ erp/D03-000003  来自"]);
    let json = bench.check(&["golden", "why", two, three, "--format", "json"], 0, &[]);
    let json: serde_json::Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!(json["how"].as_array().map(Vec::len), Some(2), "{json:#}");
}
