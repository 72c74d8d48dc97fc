//! The project file: the template works, and every mistake is said at once.

use crate::bench::Bench;

#[test]
fn every_mistake_is_said_at_once_with_its_place() {
    let bench = Bench::new();
    bench.write(
        "guiyi.toml",
        "[project]\nnmae = \"demo\"\n\n[fail_on]\nshare = 2\n\n[[source]]\nsystem = \"erp\"\nentity = \"custommer\"\n\
         path = \"missing.csv\"\nkey = \"客户编码\"\nencoding = \"gbk2\"\n\n[source.columns]\nnmae = \"客户名称\"\n"
            .as_bytes(),
    );
    let ran = bench.guiyi(&["check", "guiyi.toml"]);
    assert_eq!(ran.code, 2);
    for (place, words) in [
        ("guiyi.toml:2:1:", "did you mean \"name\"?"),
        ("guiyi.toml:5:9:", "between 0 and 1"),
        ("guiyi.toml:9:10:", "did you mean \"customer\"?"),
        ("guiyi.toml:10:8:", "no file"),
        ("guiyi.toml:12:12:", "gb18030"),
        ("guiyi.toml:15:1:", "did you mean \"name\"?"),
    ] {
        assert!(
            ran.stderr.contains(place) && ran.stderr.contains(words),
            "{place} {words}:\n{}",
            ran.stderr
        );
    }
    assert!(ran.stderr.contains("6 mistakes"), "{}", ran.stderr);
}

#[test]
fn the_template_is_a_valid_project_once_it_has_a_source() {
    let bench = Bench::new();
    bench.write(
        "erp.csv",
        "客户编码,客户名称\nD01-000001,深圳市蓝岭科技有限公司\n".as_bytes(),
    );
    assert_eq!(bench.guiyi(&["init", "--source", "erp=erp.csv"]).code, 0);
    let text = std::fs::read_to_string(bench.path("guiyi.toml")).unwrap();
    assert!(
        text.contains("key = \"客户编码\"") && text.contains("name = \"客户名称\""),
        "{text}"
    );
    let checked = bench.guiyi(&["check"]);
    assert_eq!(checked.code, 0, "{}", checked.stderr);
    let ran = bench.guiyi(&["run"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(
        ran.stdout.contains("1 rows read") || ran.stdout.contains("1 row"),
        "{}",
        ran.stdout
    );
    let again = bench.guiyi(&["init"]);
    assert!(again.code == 2 && again.stderr.contains("--force"), "{}", again.stderr);
}

#[test]
fn every_commented_line_of_the_template_is_a_known_key() {
    let bench = Bench::new();
    bench.write(
        "erp_customers.csv",
        "客户编码,客户名称,2\nD01-000001,深圳市蓝岭科技有限公司,x\n".as_bytes(),
    );
    assert_eq!(bench.guiyi(&["init"]).code, 0);
    let text = std::fs::read_to_string(bench.path("guiyi.toml")).unwrap();
    let settings: String = text
        .lines()
        .map(|line| match line.strip_prefix("# ") {
            Some(setting) if setting.starts_with('[') || setting.split(' ').nth(1) == Some("=") => setting,
            Some(_) => "",
            None => line,
        })
        .flat_map(|line| [line, "\n"])
        .collect();
    bench.write(
        "guiyi.toml",
        settings
            .replace("dictionary = \"customer.toml\"", "")
            .replace("[\"erp\", \"crm\"]", "[\"erp\"]")
            .as_bytes(),
    );
    let checked = bench.guiyi(&["check"]);
    assert!(!checked.stderr.contains("unknown key"), "{}", checked.stderr);
    assert_eq!(checked.code, 0, "{}\n{settings}", checked.stderr);
}

#[test]
fn help_completions_and_manual() {
    let bench = Bench::new();
    let completions = bench.guiyi(&["completions", "bash"]);
    assert!(completions.code == 0 && completions.stdout.contains("guiyi"));
    let manual = bench.guiyi(&["man"]);
    assert!(manual.code == 0 && manual.stdout.contains(".TH") && manual.stdout.contains("dry\\-run"));
    let help = bench.guiyi(&["run", "--help"]);
    assert!(help.code == 0 && help.stdout.contains("GUIYI_NOW"), "{}", help.stdout);
}

#[test]
fn a_dry_run_writes_nothing() {
    let bench = Bench::demo();
    let summary = bench.run_with(&["--dry-run"], 0);
    assert!(summary["entities"][0]["golden_new"].as_u64().unwrap() > 0);
    assert!(
        !bench.path("out").exists(),
        "a dry run leaves neither store nor outputs"
    );
}

#[test]
fn a_system_may_have_several_files() {
    let header = "客户编码,客户名称\n";
    let bench = Bench::pair(b"", "客户编号,客户全称\nHN-KA-00001,绿洲园林工程有限公司\n".as_bytes());
    bench.write(
        "erp-1.csv",
        format!("{header}A1,青禾食品有限公司\nA2,白杨纺织有限公司\n").as_bytes(),
    );
    bench.write(
        "erp-2.csv",
        format!("{header}A2,赤松物流有限公司\nA3,蓝岭科技有限公司\n").as_bytes(),
    );
    let project = std::fs::read_to_string(bench.path("guiyi.toml")).unwrap();
    bench.write("guiyi.toml", project.replace("erp.csv", "erp-*.csv").as_bytes());
    bench.run(0);
    let keys: Vec<_> = bench
        .table("crosswalk.csv")
        .into_iter()
        .map(|row| row["source_key"].clone())
        .collect();
    assert_eq!(keys, ["HN-KA-00001", "A1", "A3"]);
    // The code A2 means two things, one in each file: both rows are held back, each beside its own file's rows.
    for (table, name) in [
        ("quarantine_customer_erp.csv", "白杨"),
        ("quarantine_customer_erp_2.csv", "赤松"),
    ] {
        let rows = bench.table(table);
        assert!(
            rows.len() == 1 && rows[0]["客户名称"].contains(name),
            "{table}: {rows:?}"
        );
    }
    let findings = bench.table("findings.csv");
    let files: Vec<_> = findings
        .iter()
        .filter(|row| row["key"] == "A2")
        .map(|row| row["file"].clone())
        .collect();
    assert!(
        files.contains(&"erp-1.csv".to_owned()) && files.contains(&"erp-2.csv".to_owned()),
        "{findings:?}"
    );
    let again = bench.run(0);
    assert_eq!(again["entities"][0]["golden_new"], 0);
}
