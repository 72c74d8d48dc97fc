//! Change requests: proposed by one steward, approved by another, applied at once, by the next run or by `change apply`.

use crate::bench::Bench;

const ERP: &str = "客户编码,客户名称,电话,城市
D03-000001,杭州青禾软件有限公司,0571-88001111,杭州市
D03-000002,苏州云帆机械有限公司,0512-66002222,苏州市
D03-000003,宁波海桐贸易有限公司,0574-87003333,宁波市
";
const CRM: &str = "客户编号,客户名称,电话
HD-KA-00001,杭州青禾软件有限公司,0571-88001111
";

/// A bench with these lines in `[store.four_eyes]`, run once.
fn bench(four_eyes: &str) -> Bench {
    let bench = Bench::pair(ERP.as_bytes(), CRM.as_bytes());
    let project = std::fs::read_to_string(bench.path("guiyi.toml")).unwrap();
    let project = project.replace("[output]", &format!("[store.four_eyes]\n{four_eyes}\n[output]"));
    bench.write("guiyi.toml", project.as_bytes());
    bench.run(0);
    bench
}

fn city(bench: &Bench, id: &str) -> String {
    let shown = json(bench, &["golden", "show", id]);
    let values = shown["version"]["values"].as_array().unwrap();
    let city = values.iter().find(|value| value["element"] == "city").unwrap();
    city["value"].as_str().unwrap().to_owned()
}

fn json(bench: &Bench, arguments: &[&str]) -> serde_json::Value {
    let ran = bench.guiyi(&[arguments, &["--format", "json"]].concat());
    serde_json::from_str(&ran.stdout).unwrap_or_else(|_| panic!("{ran:?}"))
}

#[test]
fn a_merge_of_confirmed_golden_records_takes_two() {
    let bench = bench("confirmed = true");
    let (one, two) = (&*bench.id("erp", "D03-000001"), &*bench.id("erp", "D03-000002"));
    for id in [one, two] {
        bench.check(
            &["golden", "confirm", id, "--reason", "licence seen", "--by", "王芳"],
            0,
            &[],
        );
    }
    bench.check(
        &["golden", "show", one],
        0,
        &["confirmed  2026-03-01T02:00:00Z  王芳: licence seen"],
    );
    let before = bench.store_dump();
    let merge = [
        "golden",
        "merge",
        one,
        two,
        "--reason",
        "renamed in 2025",
        "--by",
        "王芳",
    ];
    let hint =
        format!("hint: propose it: `guiyi golden merge {one} {two} --reason 'renamed in 2025' --by 王芳 --propose`");
    bench.check(&merge, 2, &["is confirmed", &hint]);
    bench.check(
        &["golden", "unconfirm", one, "--reason", "x", "--by", "王芳"],
        2,
        &["--propose"],
    );
    let split = [
        "golden",
        "split",
        one,
        "--record",
        "crm/HD-KA-00001",
        "--reason",
        "x",
        "--by",
        "王芳",
    ];
    bench.check(&split, 2, &["--propose"]);
    assert_eq!(bench.store_dump(), before);

    let proposed = [&merge[..], &["--propose"]].concat();
    let ran = bench.check(&proposed, 0, &["superseded", "guiyi change approve 1"]);
    assert!(
        ran.stdout.contains(&format!("erp/D03-000002  {two} → {one}")),
        "{ran:?}"
    );
    bench.check(
        &["change", "list", "--state", "open"],
        0,
        &[&format!("1  open  merge {one} {two}  王芳: renamed in 2025")],
    );
    bench.check(&["change", "show", "1"], 0, &["would do now", "superseded"]);
    assert_eq!(bench.id("erp", "D03-000002"), two);
    for own in [&["approve", "1"][..], &["reject", "1", "--reason", "x"]] {
        let own = [&["change"], own, &["--by", " 王芳"]].concat();
        bench.check(&own, 2, &["somebody else has to judge it", "hint"]);
    }
    bench.check(
        &["change", "approve", "1", "--by", "李强"],
        0,
        &["1  applied", "superseded", "approved by 李强"],
    );
    assert_eq!(bench.id("erp", "D03-000002"), one);
    let how = bench.check(
        &["golden", "how", one],
        0,
        &["王芳: renamed in 2025  [change request 1, approved by 李强]"],
    );
    assert!(how.stdout.contains(&format!("from {two}")), "{how:?}");
    let how = ["golden", "how", one, "--language", "zh"];
    bench.check(&how, 0, &["[变更申请 1，批准人 李强]"]);
    bench.check(&["change", "list", "--language", "zh"], 0, &["1  已生效  合并"]);
    bench.check(
        &["change", "approve", "1", "--by", "陈静"],
        2,
        &["it is applied already"],
    );
    bench.check(&["store", "verify"], 0, &["sound"]);
    let merged = bench.store_dump();
    bench.run(0);
    assert_eq!(bench.store_dump(), merged, "the next run agrees");
    assert_eq!(bench.guiyi(&["store", "rebuild", "--check"]).code, 0);
}

#[test]
fn a_run_leaves_two_confirmed_golden_records_to_a_person() {
    let bench = bench("");
    let (one, two) = (&*bench.id("erp", "D03-000001"), &*bench.id("erp", "D03-000002"));
    for id in [one, two] {
        bench.check(
            &["golden", "confirm", id, "--reason", "licence seen", "--by", "王芳"],
            0,
            &[],
        );
    }
    let decide = [
        "review",
        "decide",
        "erp/D03-000001",
        "erp/D03-000002",
        "match",
        "--reason",
        "x",
        "--by",
        "王芳",
    ];
    bench.check(
        &decide,
        2,
        &["both confirmed", &format!("`guiyi golden merge {one} {two}`")],
    );
    // The second one turns out to be the first in every respect.
    let same = ERP.replace(
        "苏州云帆机械有限公司,0512-66002222,苏州市",
        "杭州青禾软件有限公司,0571-88001111,杭州市",
    );
    bench.write("erp.csv", same.as_bytes());
    bench.run(0);
    assert_eq!(
        (&*bench.id("erp", "D03-000001"), &*bench.id("erp", "D03-000002")),
        (one, two)
    );
    bench.check(&["review", "list"], 0, &["both golden records are confirmed"]);
    bench.check(
        &["golden", "unconfirm", two, "--reason", "a namesake", "--by", "王芳"],
        0,
        &[],
    );
    bench.run(0);
    assert_eq!(bench.id("erp", "D03-000002"), one);
    bench.check(&["store", "verify"], 0, &["sound"]);
}

#[test]
fn a_value_takes_effect_at_its_time() {
    let bench = bench("attributes = ['city']\napprovals = 2\napprovers = ['李强', '陈静', '王芳']");
    let (two, three) = (&*bench.id("erp", "D03-000002"), &*bench.id("erp", "D03-000003"));
    let pin_two = [
        "golden",
        "pin",
        two,
        "city",
        "无锡市",
        "--reason",
        "moved",
        "--by",
        "王芳",
    ];
    bench.check(&pin_two, 2, &["city is a value that nobody sets alone"]);
    bench.check(
        &["golden", "pin", two, "note", "x", "--reason", "y", "--by", "王芳"],
        0,
        &[],
    );
    let past = [&pin_two[..], &["--effective", "2026-02-01"]].concat();
    bench.check(&past, 2, &["which is past"]);
    let later = [&pin_two[..], &["--effective", "2026-04-01"]].concat();
    bench.check(&later, 0, &["[0 of 2 approvals]  [effective 2026-04-01T00:00:00Z]"]);
    bench.check(
        &["change", "approve", "1", "--by", "赵敏"],
        2,
        &["not among those who may approve"],
    );
    bench.check(&["change", "approve", "1", "--by", "李强"], 0, &["1 of 2 approvals"]);
    bench.check(
        &["change", "approve", "1", "--by", "李强"],
        2,
        &["has approved it already"],
    );
    bench.check(
        &["change", "approve", "1", "--by", "陈静"],
        0,
        &["1  approved", "guiyi change apply"],
    );
    let unpin = [
        "golden",
        "unpin",
        two,
        "note",
        "--reason",
        "y",
        "--propose",
        "--by",
        "王芳",
        "--now",
        "2026-03-02T00:00:00Z",
    ];
    bench.check(&unpin, 0, &["2  open", "conflicts with 1"]);
    bench.check(
        &["change", "withdraw", "2", "--by", "李强"],
        2,
        &["nobody else withdraws it"],
    );
    bench.check(
        &[
            "change",
            "withdraw",
            "2",
            "--by",
            "王芳",
            "--now",
            "2026-03-02T00:00:00Z",
        ],
        0,
        &["withdrawn"],
    );
    bench.run_with(&["--now", "2026-03-31T00:00:00Z"], 0);
    assert_eq!(city(&bench, two), "苏州市");
    bench.check(
        &["change", "apply", "--now", "2026-03-31T00:00:00Z", "--by", "cron"],
        0,
        &["nothing is due"],
    );
    let dry = bench.run_with(&["--now", "2026-04-01T00:00:00Z", "--dry-run"], 0);
    assert_eq!(
        (city(&bench, two), dry["outcome"].as_str()),
        ("苏州市".into(), Some("clean"))
    );
    bench.run_with(&["--now", "2026-04-01T00:00:00Z"], 0);
    assert_eq!(city(&bench, two), "无锡市");
    let golden = bench.table("golden_customer.csv");
    assert!(golden.iter().any(|row| row["city"] == "无锡市"));
    let history = json(&bench, &["golden", "history", two]);
    let since = &history.as_array().unwrap().last().unwrap()["since"];
    assert_eq!(
        (since["by"].as_str(), &since["request"]["number"]),
        (Some("王芳"), &1.into())
    );
    assert_eq!(since["request"]["approved_by"], serde_json::json!(["李强", "陈静"]));

    // The golden record changes after the approval: the run says so, and does not do it.
    let pin = [
        "golden",
        "pin",
        three,
        "city",
        "绍兴市",
        "--reason",
        "moved",
        "--effective",
        "2026-05-01",
        "--by",
        "王芳",
    ];
    bench.check(&pin, 0, &[]);
    for by in ["李强", "陈静"] {
        bench.check(&["change", "approve", "3", "--by", by], 0, &[]);
    }
    bench.write("erp.csv", ERP.replace("0574-87003333", "0574-87004444").as_bytes());
    bench.run_with(&["--now", "2026-04-02T00:00:00Z"], 0);
    let due = ["run", "guiyi.toml", "--quiet", "--now", "2026-05-01T00:00:00Z"];
    bench.check(&due, 1, &["change request 3  approved  pin", "approve with --again"]);
    assert_eq!(city(&bench, three), "宁波市");
    let now = ["--now", "2026-05-02T00:00:00Z"];
    bench.check(&["change", "approve", "3", "--by", "李强"], 2, &["@1", "@2", "--again"]);
    bench.check(
        &[&["change", "approve", "3", "--by", "李强", "--again"], &now[..]].concat(),
        0,
        &["3  open"],
    );
    bench.check(
        &[&["change", "approve", "3", "--by", "陈静"], &now[..]].concat(),
        0,
        &["3  applied"],
    );
    assert_eq!(city(&bench, three), "绍兴市");
    bench.check(&["store", "verify"], 0, &["sound"]);
}

#[test]
fn what_cannot_be_done_any_more_is_told() {
    let bench = bench("");
    let (one, two) = (&*bench.id("erp", "D03-000001"), &*bench.id("erp", "D03-000002"));
    let relate = [
        "golden",
        "relate",
        two,
        "branch-of",
        one,
        "--reason",
        "x",
        "--effective",
        "2026-04-01",
        "--by",
        "王芳",
    ];
    bench.check(&relate, 0, &["relate"]);
    bench.check(&["change", "approve", "1", "--by", "李强"], 0, &["1  approved"]);
    bench.check(&["golden", "merge", one, two, "--reason", "x", "--by", "王芳"], 0, &[]);
    bench.check(&["change", "show", "1"], 0, &["stale", "cannot be done any more"]);
    let apply = ["change", "apply", "--now", "2026-04-02T00:00:00Z", "--by", "cron"];
    let failed = format!("{two} is not active");
    bench.check(&apply, 1, &["1  failed", &failed]);
    bench.check(&apply, 0, &["nothing is due"]);
    let listed = json(&bench, &["change", "list", "--state", "failed"]);
    assert_eq!(listed[0]["steps"][2]["reason"], failed);
    bench.check(&["store", "verify"], 0, &["sound"]);
    bench.check(&["change", "show", "9"], 2, &["guiyi change list"]);
}

#[test]
fn every_mistake_of_the_section_is_told_at_once() {
    let bench = Bench::pair(ERP.as_bytes(), CRM.as_bytes());
    let project = std::fs::read_to_string(bench.path("guiyi.toml")).unwrap();
    let section = "[store.four_eyes]\nconfirmed = 1\nattributes = ['citi']\napprovers = ['王芳', ' 王芳']\napprovals = 3\nfoo = 1\n";
    bench.write(
        "guiyi.toml",
        project.replace("[output]", &format!("{section}[output]")).as_bytes(),
    );
    let said = [
        "5 mistakes",
        "there is no data element \"citi\"",
        "did you mean \"city\"",
        "\" 王芳\" is there twice",
        "3 approvals cannot come from 2 approvers",
        "foo",
    ];
    bench.check(&["check"], 2, &said);
}
