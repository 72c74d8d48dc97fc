//! Two times: what holds when, and what was known when; codes that are replaced.

use crate::bench::{Bench, Ran, read_csv};

const CRM: &str = "客户编号,客户名称,电话\nHD-KA-00009,嘉兴远望物流有限公司,0573-82220000\n";

fn erp(city: &str, date: &str) -> String {
    format!("客户编码,客户名称,电话,城市,更新日期\nD03-000001,杭州青禾软件有限公司,0571-88001111,{city},{date}\n")
}

/// Day by day the ERP says where the customer is, and since when; the third time it corrects the past.
fn bench() -> Bench {
    let bench = Bench::pair(erp("杭州市", "2026-01-05").as_bytes(), CRM.as_bytes());
    let project = std::fs::read_to_string(bench.path("guiyi.toml")).unwrap();
    let policy = "valid_from = { erp = 'updated_date' }\n";
    bench.write("guiyi.toml", (project + policy).as_bytes());
    for (city, date, now) in [
        ("杭州市", "2026-01-05", "2026-03-01T02:00:00Z"),
        ("宁波市", "2026-03-10", "2026-03-12T02:00:00Z"),
        ("温州市", "2026-02-15", "2026-04-02T02:00:00Z"),
    ] {
        bench.write("erp.csv", erp(city, date).as_bytes());
        bench.run_with(&["--now", now], 0);
    }
    bench
}

fn golden(bench: &Bench, arguments: &[&str]) -> Ran {
    bench.guiyi(&[&["golden"], arguments].concat())
}

fn id(bench: &Bench, system: &str, key: &str) -> String {
    let ran = bench.guiyi(&["crosswalk", "lookup", system, key, "--format", "json"]);
    let found: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    found["found"][0]["global_id"].as_str().unwrap().to_owned()
}

#[test]
fn a_late_correction_changes_what_held_and_not_what_was_known() {
    let bench = bench();
    let one = id(&bench, "erp", "D03-000001");
    let city = |as_of: &str, known_at: Option<&str>| {
        let known = known_at.map_or_else(Vec::new, |known_at| vec!["--known-at", known_at]);
        let ran = golden(
            &bench,
            &[&["show", &one, "--as-of", as_of, "--format", "json"], &known[..]].concat(),
        );
        assert_eq!(ran.code, 0, "{ran:?}");
        let shown: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
        let values = shown["values"].as_array().unwrap();
        let city = values.iter().find(|value| value["element"] == "city").unwrap();
        let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
        (text(&city["value"]), text(&city["from"]["valid_from"]))
    };
    for (as_of, known_at, expected) in [
        ("2026-03-01", Some("2026-04-01"), ("杭州市", "2026-01-05")),
        ("2026-03-01", Some("2026-04-02"), ("温州市", "2026-02-15")),
        ("2026-03-01", None, ("温州市", "2026-02-15")),
        ("2026-02-01", None, ("杭州市", "2026-01-05")),
        ("2026-03-20", Some("2026-03-20"), ("宁波市", "2026-03-10")),
        ("2026-03-20", None, ("温州市", "2026-02-15")),
    ] {
        let expected = (expected.0.to_owned(), expected.1.to_owned());
        assert_eq!(city(as_of, known_at), expected, "{as_of} {known_at:?}");
    }
    // What stood is what it was.
    let known = golden(&bench, &["show", &one, "--known-at", "2026-03-20"]);
    assert!(known.stdout.contains("宁波市"), "{known:?}");

    let text = golden(
        &bench,
        &["show", &one, "--as-of", "2026-03-01", "--known-at", "2026-04-01"],
    );
    assert!(
        text.stdout
            .contains("as of 2026-03-01T23:59:59Z, as known at 2026-04-01T23:59:59Z")
            && text
                .stdout
                .contains("erp/D03-000001 v1  valid from 2026-01-05, recorded 2026-03-01T02:00:00Z"),
        "{text:?}"
    );
    let zh = golden(&bench, &["show", &one, "--as-of", "2026-03-01", "--language", "zh"]);
    assert!(zh.stdout.contains("生效于 2026-02-15"), "{zh:?}");
    let early = golden(&bench, &["show", &one, "--as-of", "2026-01-04"]);
    assert!(
        early.code == 2 && early.stderr.contains("had no source records") && early.stderr.contains("hint"),
        "{early:?}"
    );

    let history = golden(&bench, &["history", &one]);
    assert!(
        history.stdout.contains("宁波市 → 温州市\tvalid from 2026-02-15")
            && history.stdout.contains("2026-04-02T02:00:00Z"),
        "{history:?}"
    );
    let history = golden(&bench, &["history", &one, "--format", "json"]);
    let history: serde_json::Value = serde_json::from_str(&history.stdout).unwrap();
    assert_eq!(history[1]["valid_from"]["city"], "2026-03-10");
    assert_eq!(bench.guiyi(&["store", "verify"]).code, 0);
    assert_eq!(bench.guiyi(&["store", "rebuild", "--check"]).code, 0);
}

#[test]
fn a_pin_has_its_time() {
    let bench = bench();
    let one = id(&bench, "erp", "D03-000001");
    let pin = |value: &str, from: &str| {
        let now = ["--reason", "asked", "--by", "王芳", "--now", "2026-04-10T00:00:00Z"];
        let ran = golden(
            &bench,
            &[&["pin", &one, "city", value, "--from", from], &now[..]].concat(),
        );
        assert_eq!(ran.code, 0, "{ran:?}");
    };
    let shows = |as_of: &str, city: &str| {
        let ran = golden(&bench, &["show", &one, "--as-of", as_of]);
        assert!(ran.stdout.contains(city), "{as_of}: {ran:?}");
    };
    pin("嘉兴市", "2026-05-01");
    let now = golden(&bench, &["show", &one]);
    assert!(now.stdout.contains("温州市"), "{now:?}");
    shows("2026-04-30", "温州市");
    shows("2026-05-01", "嘉兴市");
    bench.run_with(&["--now", "2026-05-02T00:00:00Z"], 0);
    let then = golden(&bench, &["show", &one]);
    assert!(
        then.stdout.contains("嘉兴市") && then.stdout.contains("2026-05-01T00:00:00Z →"),
        "{then:?}"
    );
    // Said of the past as well.
    pin("舟山市", "2026-02-01");
    shows("2026-02-10", "舟山市");
    shows("2026-01-20", "杭州市");
}

#[test]
fn a_project_file_says_what_is_wrong_with_a_valid_time() {
    let bench = bench();
    let project = std::fs::read_to_string(bench.path("guiyi.toml")).unwrap();
    let wrong = project.replace("erp = 'updated_date'", "epr = 'updated_date', crm = 'name'");
    bench.write("guiyi.toml", wrong.as_bytes());
    let ran = bench.guiyi(&["check", "guiyi.toml"]);
    assert!(
        ran.code == 2 && ran.stderr.contains("\"epr\"") && ran.stderr.contains("\"name\" is not a date"),
        "{ran:?}"
    );
}

/// The first customer gets a new code, until the end of March side by side with the old one.
fn replaced() -> Bench {
    let bench = bench();
    bench.write(
        "recoded.csv",
        "system,code,successor,valid_from\nerp,D03-000001,D09-000001,2026-02-01\n".as_bytes(),
    );
    let transition = [
        "crosswalk",
        "transition",
        "recoded.csv",
        "--reason",
        "renumbered",
        "--by",
        "王芳",
    ];
    let ran = bench.guiyi(&transition);
    assert!(ran.code == 2 && ran.stderr.contains("--until"), "{ran:?}");
    let ran = bench.guiyi(&[&transition[..], &["--until", "2026-03-31"]].concat());
    assert!(
        ran.code == 0 && ran.stderr.contains("1 codes are being replaced"),
        "{ran:?}"
    );
    bench
}

#[test]
fn old_and_new_code_lead_to_the_same() {
    let bench = replaced();
    let one = id(&bench, "erp", "D03-000001");
    assert_eq!(id(&bench, "erp", "D09-000001"), one);
    let lookup = |code: &str, more: &[&str]| bench.guiyi(&[&["crosswalk", "lookup", "ERP", code], more].concat());
    let old = lookup("D03-000001", &["--now", "2026-03-30T00:00:00Z"]);
    assert!(
        old.code == 0
            && old
                .stdout
                .contains("is an old code, to be used until 2026-03-31T23:59:59Z; use D09-000001"),
        "{old:?}"
    );
    let old = lookup("D03-000001", &["--now", "2026-04-01T00:00:00Z", "--format", "json"]);
    let old: serde_json::Value = serde_json::from_str(&old.stdout).unwrap();
    let found = &old["found"][0];
    assert_eq!(
        (&found["status"], &found["successor"]),
        (&"retired".into(), &"D09-000001".into())
    );
    let zh = lookup("D03-000001", &["--now", "2027-01-01T00:00:00Z", "--language", "zh"]);
    assert!(zh.stdout.contains("停用，请改用 D09-000001"), "{zh:?}");
    // Before the store had seen the code, it led nowhere.
    let early = lookup("D03-000001", &["--as-of", "2026-01-31"]);
    assert!(
        early.code == 1 && early.stderr.contains("was not known yet"),
        "{early:?}"
    );
    let then = lookup("D03-000001", &["--as-of", "2026-03-02"]);
    assert!(then.code == 0 && then.stdout.contains(&one), "{then:?}");

    // Orders with either code go through; the other system hears of the new one.
    bench.write("orders.csv", "order,code\n1,D03-000001\n2,D09-000001\n".as_bytes());
    let translate = |from: &str, to: &str| {
        let arguments = [
            "crosswalk",
            "translate",
            "orders.csv",
            "--column",
            "code",
            "--from",
            from,
            "--to",
            to,
        ];
        let ran = bench.guiyi(&arguments);
        assert_eq!(ran.code, 0, "{ran:?}");
        (ran, read_csv(&bench.path(&format!("orders.{to}.csv"))))
    };
    let (ran, rows) = translate("erp", "global_id");
    assert!(
        ran.stderr.contains("1 rows have old codes, 0 of them retired"),
        "{ran:?}"
    );
    assert_eq!(
        (&*rows[0]["code_status"], &*rows[0]["code_successor"]),
        ("transitional", "D09-000001")
    );
    assert_eq!((&*rows[1]["code_status"], &*rows[1]["code_successor"]), ("active", ""));
    let (_, rows) = translate("erp", "erp");
    assert_eq!(
        (&*rows[0]["erp_code"], &*rows[1]["erp_code"]),
        ("D09-000001", "D09-000001")
    );

    let export = bench.guiyi(&["crosswalk", "export", "codes.csv", "--now", "2026-04-01T00:00:00Z"]);
    assert_eq!(export.code, 0, "{export:?}");
    let codes: Vec<[String; 4]> = read_csv(&bench.path("codes.csv"))
        .into_iter()
        .filter(|row| row["system"] == "erp")
        .map(|row| ["source_key", "id_type", "status", "successor"].map(|name| row[name].clone()))
        .collect();
    let row = |cells: [&str; 4]| cells.map(str::to_owned);
    let expected = [
        row(["D03-000001", "record", "retired", "D09-000001"]),
        row(["D09-000001", "alias", "active", ""]),
    ];
    assert_eq!(codes, expected);

    let before = bench.store_dump();
    bench.run_with(&["--now", "2026-04-03T00:00:00Z"], 0);
    assert_eq!(bench.store_dump(), before, "a run leaves the codes alone");
    assert_eq!(bench.guiyi(&["store", "verify"]).code, 0);
}

#[test]
fn who_still_uses_old_codes() {
    let bench = replaced();
    bench.write(
        "a.csv",
        "code,dept,day\nD03-000001,销售一部,2026/3/20\nD03-000001,销售二部,2026/4/2\nD09-000001,销售一部,2026/4/3\n"
            .as_bytes(),
    );
    bench.write(
        "b.csv",
        "code,dept,day\nD03-000001,仓储部,2026/3/31\nX1,仓储部,2026/3/31\n".as_bytes(),
    );
    let usage = |files: &[&str], more: &[&str]| {
        let start = [&["crosswalk", "usage"], files, &["--column", "code", "--from", "ERP"]].concat();
        bench.guiyi(&[&start[..], more].concat())
    };
    let ran = usage(
        &["a.csv", "b.csv"],
        &["--by", "dept", "--date", "day", "--now", "2026-04-05T00:00:00Z"],
    );
    assert!(
        ran.code == 1
            && ran
                .stdout
                .contains("5 rows, 3 with old codes, 1 of them after their day; 1 with unknown codes")
            && ran
                .stdout
                .contains("a.csv\tdept 销售二部\t1 old\t1 late\tlast 2026-04-02")
            && ran
                .stdout
                .contains("D03-000001 → D09-000001\t2026-03-31T23:59:59Z\t3 old\t1 late\tlast 2026-04-02"),
        "{ran:?}"
    );
    let ran = usage(
        &["b.csv"],
        &["--date", "day", "--now", "2026-04-05T00:00:00Z", "--format", "json"],
    );
    assert_eq!(ran.code, 0, "used on the last day: {ran:?}");
    let said: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(
        (&said["old"], &said["late"], &said["unknown"]),
        (&1.into(), &0.into(), &1.into())
    );
    assert_eq!(said["codes"][0]["status"], "retired");
    // Without dates, what is in the files is used today.
    assert_eq!(usage(&["b.csv"], &["--now", "2026-03-30T00:00:00Z"]).code, 0);
    assert_eq!(usage(&["b.csv"], &["--now", "2026-04-05T00:00:00Z"]).code, 1);
    let ran = usage(&["b.csv"], &["--by", "dep"]);
    assert!(ran.code == 2 && ran.stderr.contains("dept"), "{ran:?}");
}

#[test]
fn a_transition_that_cannot_be_is_said_row_by_row() {
    let bench = replaced();
    bench.write(
        "more.csv",
        "system,code,successor,valid_to\nerp,D09-000001,D03-000001,2026-12-31\nerp,X1,X2,2026-12-31\n\
         erp,D09-000001,D10-000001,soon\nerp,D09-000001,D10-000001,2026-12-31\n"
            .as_bytes(),
    );
    let before = bench.store_dump();
    let transition = ["crosswalk", "transition", "more.csv", "--reason", "x", "--by", "王芳"];
    let ran = bench.guiyi(&[&transition[..], &["--partial"]].concat());
    assert!(
        ran.code == 1
            && ran
                .stderr
                .contains("row 2: erp/D03-000001 is replaced by D09-000001 already")
            && ran.stderr.contains("row 3: neither erp/X1 nor X2 is known")
            && ran.stderr.contains("row 4: valid_to \"soon\"")
            && ran.stderr.contains("1 codes are being replaced, 3 wrong"),
        "{ran:?}"
    );
    assert_ne!(bench.store_dump(), before);
    let again = bench.store_dump();
    assert_eq!(bench.guiyi(&transition).code, 1);
    assert_eq!(bench.store_dump(), again);
    assert_eq!(id(&bench, "erp", "D10-000001"), id(&bench, "erp", "D03-000001"));
}

#[test]
fn an_alias_follows_its_record_out_of_a_golden_record() {
    let bench = bench();
    let (one, two) = (id(&bench, "erp", "D03-000001"), id(&bench, "crm", "HD-KA-00009"));
    let by = ["--reason", "asked", "--by", "王芳"];
    let merge = golden(&bench, &[&["merge", &one, &two, "--survivor", &one], &by[..]].concat());
    assert_eq!(merge.code, 0, "{merge:?}");
    bench.write(
        "old.csv",
        b"system,code,to_system,to_code\nold,77,crm,HD-KA-00009\nold,78,erp,D03-000001\n",
    );
    let import = bench.guiyi(&[&["crosswalk", "import", "old.csv"], &by[..]].concat());
    assert_eq!(import.code, 0, "{import:?}");
    let split = ["split", &one, "--record", "crm/HD-KA-00009"];
    let preview = golden(&bench, &[&split[..], &["--preview", "--by", "王芳"]].concat());
    assert!(
        preview.stdout.contains(&format!("old/77  {one} → {two}")),
        "{preview:?}"
    );
    assert!(!preview.stdout.contains("old/78"), "{preview:?}");
    assert_eq!(id(&bench, "old", "77"), one);
    assert_eq!(golden(&bench, &[&split[..], &by[..]].concat()).code, 0);
    assert_eq!((id(&bench, "old", "77"), id(&bench, "old", "78")), (two, one));
    assert_eq!(bench.guiyi(&["store", "verify"]).code, 0);
}
