//! Retired golden records on the command line: out of every output, known for ever, brought back by a steward only.

use crate::bench::{Bench, read_csv};

const ERP: &str = "客户编码,客户名称,电话,城市
D03-000001,杭州青禾软件有限公司,0571-88001111,杭州市
D03-000002,苏州云帆机械有限公司,0512-66002222,苏州市
";
const CRM: &str = "客户编号,客户名称,电话
HD-KA-00001,杭州青禾软件有限公司,0571-88001111
";

fn bench(four_eyes: &str) -> Bench {
    let bench = Bench::pair(ERP.as_bytes(), CRM.as_bytes());
    let project = std::fs::read_to_string(bench.path("guiyi.toml")).unwrap();
    bench.write(
        "guiyi.toml",
        project
            .replace("[output]", &format!("{four_eyes}\n[output]"))
            .as_bytes(),
    );
    bench.run(0);
    bench
}

fn in_output(bench: &Bench) -> Vec<String> {
    let golden = bench.table("golden_customer.csv");
    golden.into_iter().map(|row| row["global_id"].clone()).collect()
}

const BY: [&str; 4] = ["--by", "王芳", "--now", "2026-03-05T00:00:00Z"];

#[test]
fn it_leaves_every_output_and_stays_known() {
    let bench = bench("");
    let (one, two) = (&*bench.id("erp", "D03-000001"), &*bench.id("erp", "D03-000002"));
    assert_eq!(in_output(&bench), [one, two]);
    let retire = [&["golden", "retire", one, "--reason", "wound up"][..], &BY].concat();
    bench.check(&retire, 0, &[one, "retired"]);
    bench.check(&retire, 2, &["retired already"]);
    let shown = [
        "is retired since 2026-03-05T00:00:00Z  王芳: wound up",
        "青禾",
        "erp/D03-000001",
    ];
    bench.check(&["golden", "show", one], 0, &shown);
    bench.check(
        &["golden", "show", one, "--language", "zh"],
        0,
        &["已停用，自 2026-03-05T00:00:00Z"],
    );
    let json = bench.check(&["golden", "show", one, "--format", "json"], 0, &[]);
    let json: serde_json::Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!(
        (&json["status"], &json["retired"]["by"], &json["version"]["version"]),
        (&"retired".into(), &"王芳".into(), &1.into())
    );
    bench.check(
        &["golden", "history", one],
        0,
        &["retired  2026-03-05T00:00:00Z  王芳: wound up"],
    );
    let before = ["golden", "show", one, "--known-at", "2026-03-02"];
    bench.check(&before, 0, &["青禾"]);
    bench.check(
        &["golden", "show", one, "--as-of", "2026-03-06"],
        2,
        &["was not active", "hint"],
    );
    bench.check(
        &["crosswalk", "lookup", "crm", "HD-KA-00001"],
        0,
        &[one, "is retired since 2026-03-05"],
    );

    // An order for it is translated, and not in silence.
    let translate = |orders: &str, from: &str, more: &[&str], code: i32, said: &[&str]| {
        bench.write("orders.csv", orders.as_bytes());
        let command = [
            "crosswalk",
            "translate",
            "orders.csv",
            "--column",
            "code",
            "--to",
            "erp",
        ];
        let ran = bench.check(&[&command[..], &["--from", from], more].concat(), code, said);
        let rows = read_csv(&bench.path("orders.erp.csv")).into_iter();
        let marked = rows.map(|row| (row["erp_code"].clone(), row["global_id_status"].clone()));
        (ran, marked.collect::<Vec<_>>())
    };
    let of = |code: &str, status: &str| (code.to_owned(), status.to_owned());
    let said = "1 rows lead to retired golden records: see the column global_id_status";
    let (_, marked) = translate("code\nHD-KA-00001\nHD-KA-9\n", "crm", &[], 1, &["1 rejected", said]);
    assert_eq!(marked, [of("D03-000001", "retired")]);
    let zh = ["--language", "zh", "--format", "json"];
    let orders = "code\nD03-000001\nD03-000002\n";
    let (ran, marked) = translate(orders, "erp", &zh, 1, &["1 行指向已停用的黄金记录"]);
    let json: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(json["retired_golden_records"], 1);
    assert_eq!(marked, [of("D03-000001", "retired"), of("D03-000002", "active")]);
    translate("code\nD03-000002\n", "erp", &[], 0, &["1 rows translated, 0 rejected"]);

    // A run leaves it out, keeps its record up to date, and makes a golden record of its own of what matches it.
    let erp = ERP.replace("杭州市", "绍兴市") + "D03-000009,杭州青禾软件有限公司,0571-88001111,杭州市\n";
    bench.write("erp.csv", erp.as_bytes());
    let run = bench.run_with(&["--now", "2026-03-06T00:00:00Z"], 0);
    let customers = &run["entities"][0];
    assert_eq!((&customers["golden"], &customers["golden_new"]), (&2.into(), &1.into()));
    let total = customers["completeness"][0]["total"].as_u64();
    assert_eq!(total, Some(2), "{customers:#}");
    let nine = &*bench.id("erp", "D03-000009");
    assert_eq!(in_output(&bench), [two, nine]);
    bench.check(&["review", "list"], 0, &["retired golden record"]);
    let decide = [
        "review",
        "decide",
        "erp/D03-000001",
        "erp/D03-000009",
        "match",
        "--reason",
        "x",
        "--by",
        "王芳",
    ];
    bench.check(&decide, 2, &["is retired", &format!("`guiyi golden unretire {one}`")]);
    for checked in [&["store", "verify"][..], &["store", "rebuild", "--check"]] {
        bench.check(checked, 0, &[]);
    }
    bench.check(&["simulate", "--now", "2026-03-06T00:00:00Z"], 0, &[]);
    let merge = [&["golden", "merge", two, one, "--reason", "x"][..], &BY].concat();
    bench.check(&merge, 2, &["is not active", "unretire"]);

    let back = [
        "golden",
        "unretire",
        one,
        "--reason",
        "a mistake",
        "--by",
        "李强",
        "--now",
        "2026-03-07T00:00:00Z",
    ];
    bench.check(&back, 0, &["reinstated"]);
    bench.check(&["golden", "show", one], 0, &["绍兴市", "version 3"]);
    bench.check(
        &["golden", "show", one, "--known-at", "2026-03-06"],
        2,
        &["was not active"],
    );
    // Both are active, and match: the next run makes them one.
    bench.run_with(&["--now", "2026-03-08T00:00:00Z"], 0);
    assert_eq!(in_output(&bench), [one, two]);
    bench.check(&["store", "verify"], 0, &["sound"]);
}

#[test]
fn a_confirmed_one_takes_two_people_and_the_run_tells_of_it() {
    let bench = bench("[store.four_eyes]\nconfirmed = true");
    let one = &*bench.id("erp", "D03-000001");
    let confirm = [&["golden", "confirm", one, "--reason", "licence seen"][..], &BY].concat();
    bench.check(&confirm, 0, &["confirmed"]);
    let retire = [&["golden", "retire", one, "--reason", "wound up"][..], &BY].concat();
    bench.check(&retire, 2, &["is confirmed", "--propose"]);
    let later = [&retire[..], &["--effective", "2026-04-01"]].concat();
    bench.check(&later, 0, &["guiyi change approve 1"]);
    bench.check(&["change", "list", "--language", "zh"], 0, &[&format!("停用 {one}")]);
    bench.check(&["change", "approve", "1", "--by", "李强"], 0, &["1  approved"]);
    bench.check(&["golden", "show", one], 0, &["confirmed"]);

    // It takes effect with the run, which says so in both languages and in run.json.
    let text = bench.guiyi(&[
        "run",
        "guiyi.toml",
        "--quiet",
        "--dry-run",
        "--now",
        "2026-04-02T00:00:00Z",
    ]);
    assert!(text.code == 0 && !text.stdout.contains("change request"), "{text:?}");
    let ran = bench.guiyi(&[
        "run",
        "guiyi.toml",
        "--quiet",
        "--language",
        "zh",
        "--now",
        "2026-04-02T00:00:00Z",
    ]);
    assert!(
        ran.code == 0 && ran.stdout.contains(&format!("变更申请 1  停用 {one}  王芳  已生效")),
        "{ran:?}"
    );
    let run = std::fs::read_to_string(bench.path("out/run.json")).unwrap();
    let run: serde_json::Value = serde_json::from_str(&run).unwrap();
    let expected = serde_json::json!([{"number": 1, "kind": "retire", "global_ids": [one], "author": "王芳",
        "outcome": "applied", "reason": null, "reason_zh": null}]);
    assert_eq!(run["requests"], expected);
    bench.check(&["golden", "show", one], 0, &["is retired since"]);

    // What cannot be done any more fails, with the reason.
    let unpin = [
        "golden",
        "unretire",
        one,
        "--reason",
        "x",
        "--propose",
        "--effective",
        "2026-05-01",
    ];
    bench.check(
        &[&unpin[..], &["--by", "王芳", "--now", "2026-04-03T00:00:00Z"]].concat(),
        0,
        &["2"],
    );
    bench.check(
        &[
            "change",
            "approve",
            "2",
            "--by",
            "李强",
            "--now",
            "2026-04-03T00:00:00Z",
        ],
        0,
        &[],
    );
    let back = [&unpin[..6], &["--by", "王芳", "--now", "2026-04-04T00:00:00Z"]].concat();
    bench.check(&back, 0, &["3"]);
    bench.check(
        &[
            "change",
            "approve",
            "3",
            "--by",
            "李强",
            "--now",
            "2026-04-04T00:00:00Z",
        ],
        0,
        &[],
    );
    let run = bench.run_with(&["--now", "2026-05-02T00:00:00Z"], 1);
    let request = &run["requests"][0];
    assert_eq!((&request["number"], &request["outcome"]), (&2.into(), &"failed".into()));
    assert!(
        request["reason_zh"].as_str().unwrap().contains("not retired"),
        "{run:#}"
    );
    bench.check(&["store", "verify"], 0, &["sound"]);
}
