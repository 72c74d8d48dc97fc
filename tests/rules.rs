//! Rule packs: every kind of check on files through the program, the mistakes of a pack, and `guiyi rule`.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::bench::Bench;

/// A project of customers with one rule pack of its own, and what more the project file says.
fn bench(rules: &str, more: &str, csv: &str) -> Bench {
    let bench = Bench::new();
    let project = format!(
        "[store]\npath = \"out/guiyi.db\"\n[output]\ndir = \"out\"\n[[source]]\nsystem = \"erp\"\npath = \"erp.csv\"\n\
         key = \"客户编码\"\n[customer]\nrules = [\"own.toml\"]\n{more}"
    );
    bench.write("guiyi.toml", project.as_bytes());
    bench.write("own.toml", headed(rules).as_bytes());
    bench.write("erp.csv", csv.as_bytes());
    bench
}

/// The pack with what every rule needs filled in.
fn headed(rules: &str) -> String {
    let head = "[[rule]]\nmessage = 'm'\nmessage_zh = '要求'\nseverity = 'error'\ndimension = 'accuracy'\n";
    rules.replace("[[rule]]\n", head)
}

/// `code row key reason` of every finding of a rule of the pack.
fn findings(bench: &Bench) -> Vec<String> {
    let rows = bench
        .table("findings.csv")
        .into_iter()
        .filter(|row| row["rule"].starts_with("XX"));
    rows.map(|row| {
        format!(
            "{} {} {} {}",
            row["rule"],
            row["row"],
            row["key"],
            row["reason"].trim_start_matches("m: ")
        )
    })
    .collect()
}

const HEADER: &str = "客户编码,客户名称,统一社会信用代码,状态,信用额度,年采购额,建档日期,更新日期,邮箱,备注\n";

/// One row: key, then the cells of `HEADER` by name.
fn row(key: &str, cells: &[(&str, &str)]) -> String {
    let cells: BTreeMap<&str, &str> = cells.iter().copied().collect();
    let headers = HEADER.trim_end().split(',').skip(1);
    let values: Vec<&str> = headers
        .map(|header| cells.get(header).copied().unwrap_or_default())
        .collect();
    format!("{key},{}\n", values.join(","))
}

#[test]
fn every_kind_of_check_on_a_file() {
    let check = |rule: &str, rows: &[(&str, &[(&str, &str)])], expected: &[&str]| {
        let csv: String = rows.iter().map(|(key, cells)| row(key, cells)).collect();
        let bench = bench(
            &format!("[[rule]]\ncode = 'XX001'\n{rule}"),
            "[fail_on]\nshare = 1.0\n",
            &format!("{HEADER}{csv}"),
        );
        let ran = bench.guiyi(&["run", "guiyi.toml", "--quiet"]);
        assert!(ran.code < 2, "{rule}\n{}", ran.stderr);
        assert_eq!(findings(&bench), expected, "{rule}");
    };
    let (name, code, status) = ("客户名称", "统一社会信用代码", "状态");
    let (limit, bought) = ("信用额度", "年采购额");
    check(
        "element = 'name'\ncheck = 'required'",
        &[("a", &[(name, "甲公司")]), ("b", &[])],
        &["XX001 3 b a required value is missing"],
    );
    check(
        "element = 'email'\ncheck = 'unique'\nwith = ['status']",
        &[
            ("a", &[("邮箱", "a@x.com"), (status, "启用")]),
            ("b", &[("邮箱", "a@x.com"), (status, "启用")]),
            ("c", &[("邮箱", "a@x.com"), (status, "停用")]),
            ("d", &[("邮箱", "a@x.com")]),
        ],
        &[
            "XX001 2 a the same value stands in 2 rows",
            "XX001 3 b the same value stands in 2 rows",
        ],
    );
    check(
        "element = 'email'\ncheck = 'pattern'\npattern = '.*@x\\.com'\nwhen = { element = 'status', not_one_of = ['停用'] }",
        &[
            ("a", &[("邮箱", "a@y.com"), (status, "启用")]),
            ("b", &[("邮箱", "a@y.com"), (status, "停用")]),
            ("c", &[("邮箱", "a@y.com")]),
        ],
        &["XX001 2 a not of the form .*@x\\.com"],
    );
    check(
        "element = 'name'\ncheck = 'length'\nmax = 4",
        &[("a", &[(name, "蓝岭科技")]), ("b", &[(name, "蓝岭科技股份")])],
        &["XX001 3 b not between 0 and 4 characters long"],
    );
    check(
        "element = 'created_date'\ncheck = 'range'\nmax = 'today'",
        &[
            ("a", &[("建档日期", "2026-03-01")]),
            ("b", &[("建档日期", "2026-03-02")]),
        ],
        &["XX001 3 b more than today"],
    );
    check(
        "element = 'status'\ncheck = 'one-of'\nvalues = ['启用']",
        &[("a", &[(status, "启用")]), ("b", &[(status, "停用")]), ("c", &[])],
        &["XX001 3 b not in the list status"],
    );
    check(
        "element = 'credit_code'\ncheck = 'identifier'",
        &[
            ("a", &[(code, "914403001922038216")]),
            ("b", &[(code, "914403001922038217")]),
        ],
        &["XX001 3 b not a valid credit-code: check character 7 does not fit, computed 6"],
    );
    check(
        "element = 'updated_date'\ncheck = 'compare'\noperator = '>='\nother = 'created_date'",
        &[
            ("a", &[("建档日期", "2020-01-02"), ("更新日期", "2020-01-01")]),
            ("b", &[("更新日期", "2020-01-01")]),
        ],
        &["XX001 2 a contradicts created_date"],
    );
    check(
        "element = 'status'\ncheck = 'in-table'\ntable = 'currency'\non = 'created_date'",
        &[("a", &[(status, "启用"), ("建档日期", "2020-01-02")]), ("b", &[])],
        &["XX001 2 a not in the list currency"],
    );
    check(
        "element = 'credit_limit'\ncheck = 'expression'\nexpression = \"credit_limit <= annual_purchase * 0.3\"",
        &[
            ("a", &[(limit, "30.00"), (bought, "100")]),
            ("b", &[(limit, "30.01"), (bought, "100")]),
            ("c", &[(limit, "30.01")]),
        ],
        &["XX001 3 b the rule's expression is false"],
    );
    check(
        "element = 'credit_limit'\ncheck = 'expression'\nnulls = 'evaluate'\nexpression = 'credit_limit != null || annual_purchase == null'",
        &[("a", &[(bought, "100")]), ("b", &[])],
        &["XX001 2 a the rule's expression is false"],
    );
    check(
        "element = 'updated_date'\ncheck = 'freshness'\nmax_age_days = 30",
        &[
            ("a", &[("更新日期", "2026-01-29")]),
            ("b", &[("更新日期", "2027-01-01")]),
            ("c", &[]),
        ],
        &["XX001   the newest date, 2026-01-29, is more than 30 days old"],
    );
    check(
        "element = 'updated_date'\ncheck = 'freshness'\nmax_age_days = 31",
        &[("a", &[("更新日期", "2026-01-29")])],
        &[],
    );
    check(
        "element = 'name'\ncheck = 'row-count'\nmin = 2\nmax = 3",
        &[("a", &[(name, "甲公司")])],
        &["XX001   1 rows, not between 2 and 3"],
    );
}

#[test]
fn a_table_of_the_users_own_is_dated() {
    let rules = "[[table]]\nname = 'level'\nfile = '级别.csv'\ncode = '代码'\ncolumn_name = '名称'\n\
                 [[rule]]\ncode = 'XX001'\nelement = 'note'\ncheck = 'in-table'\ntable = 'level'\non = 'created_date'\n";
    let rows = [
        ("a", "K1", "2019-06-01"),
        ("b", "K1", "2020-06-01"),
        ("c", "K1", ""),
        ("d", "K9", "2019-06-01"),
    ]
    .map(|(key, level, day)| row(key, &[("备注", level), ("建档日期", day)]));
    let bench = bench(rules, "[fail_on]\nshare = 1.0\n", &format!("{HEADER}{}", rows.concat()));
    let (table, ..) = encoding_rs::GB18030.encode("代码,名称,from,to\nK1,一级,2019-01-01,2019-12-31\n");
    bench.write("级别.csv", &table);
    bench.run(0);
    assert_eq!(
        findings(&bench),
        [
            "XX001 3 b in the list level, but not in force on 2020-06-01",
            "XX001 4 c in the list level, but not in force on 2026-03-01",
            "XX001 5 d not in the list level",
        ]
    );
    bench.write("级别.csv", b"code,from\nK1,1.1.2019\n");
    let ran = bench.guiyi(&["check", "guiyi.toml"]);
    assert!(
        ran.code == 2
            && ran
                .stderr
                .contains("own.toml:3:8: the table cannot be read: there is no column \"代码\""),
        "{}",
        ran.stderr
    );
}

#[test]
fn uniqueness_within_a_file_a_system_and_the_company() {
    let check = |scope: &str, expected: &[&str]| {
        let rule = format!("[[rule]]\ncode = 'XX001'\nelement = 'email'\ncheck = 'unique'\nscope = '{scope}'\n");
        let crm = "[fail_on]\nshare = 1.0\n[[source]]\nsystem = \"crm\"\npath = \"crm.csv\"\nkey = \"客户编码\"\n";
        let bench = bench(&rule, crm, "");
        let file = |keys: &[(&str, &str)]| {
            let rows: String = keys
                .iter()
                .map(|(key, email)| row(key, &[("客户名称", key), ("邮箱", email)]))
                .collect();
            format!("{HEADER}{rows}")
        };
        fs::remove_file(bench.path("erp.csv")).unwrap();
        bench.write(
            "erp-1.csv",
            file(&[("a", "1@x.com"), ("b", "1@x.com"), ("c", "2@x.com")]).as_bytes(),
        );
        bench.write("erp-2.csv", file(&[("d", "2@x.com"), ("e", "3@x.com")]).as_bytes());
        bench.write("crm.csv", file(&[("e", "3@x.com")]).as_bytes());
        let project = fs::read_to_string(bench.path("guiyi.toml")).unwrap();
        bench.write("guiyi.toml", project.replace("erp.csv", "erp-*.csv").as_bytes());
        bench.run(0);
        let keys: Vec<_> = bench
            .table("findings.csv")
            .into_iter()
            .filter(|row| row["rule"] == "XX001")
            .map(|row| format!("{} {}", row["source"], row["key"]))
            .collect();
        assert_eq!(keys, expected, "{scope}");
    };
    check("source", &["erp a", "erp b"]);
    check("system", &["erp a", "erp b", "erp c", "erp d"]);
    check("all", &["erp a", "erp b", "erp c", "erp d", "erp e", "crm e"]);
}

#[test]
fn a_foreign_key_needs_the_other_side() {
    let contacts = "联系人编号,姓名,客户编码\nP1,李某,a\nP2,王某,Z9\nP3,张某,\n";
    let rule = "[[rule]]\ncode = 'XX001'\nelement = 'customer_code'\ncheck = 'foreign-key'\nentity = 'customer'\n";
    let bench = Bench::new();
    bench.write("contact.toml", headed(rule).as_bytes());
    bench.write("contact.csv", contacts.as_bytes());
    bench.write(
        "erp.csv",
        format!("{HEADER}{}", row("a", &[("客户名称", "甲公司")])).as_bytes(),
    );
    let contact_side = "[store]\npath = \"out/guiyi.db\"\n[output]\ndir = \"out\"\n[fail_on]\nshare = 1.0\n[contact]\n\
                        rules = [\"contact.toml\"]\n[[source]]\nsystem = \"erp\"\nentity = \"contact\"\npath = \"contact.csv\"\n\
                        key = \"联系人编号\"\n";
    let customer_side = "[[source]]\nsystem = \"erp\"\npath = \"erp.csv\"\nkey = \"客户编码\"\n";
    bench.write("guiyi.toml", format!("{contact_side}{customer_side}").as_bytes());
    bench.run(0);
    assert_eq!(findings(&bench), ["XX001 3 P2 no customer has this key"]);
    // Alone, the contacts cannot be judged: said as a note, not as a pass.
    bench.write("guiyi.toml", contact_side.as_bytes());
    bench.run(0);
    let rows = bench.table("findings.csv");
    let row = rows.iter().find(|row| row["rule"] == "XX001").unwrap();
    assert_eq!(
        (&*row["row"], &*row["severity"], &*row["reason"]),
        ("", "info", "m: not run: no customer is in this run")
    );
}

#[test]
fn tolerance_and_whole_sources_decide_the_exit_code() {
    let rows: String = (0..10)
        .map(|n| {
            row(
                &format!("k{n}"),
                &[("客户名称", "甲公司"), ("备注", if n < 2 { "x" } else { "x@y.com" })],
            )
        })
        .collect();
    let check = |rule: &str, code: i32| {
        let rule = format!("[[rule]]\ncode = 'XX001'\n{rule}\n");
        let bench = bench(&rule, "[fail_on]\nshare = 0.0\n", &format!("{HEADER}{rows}"));
        bench.run(code);
        assert!(!findings(&bench).is_empty(), "findings are written either way");
    };
    let pattern = "element = 'note'\ncheck = 'pattern'\npattern = '.*@.*'\n";
    check(pattern, 1);
    check(&format!("{pattern}tolerance = 2"), 0);
    check(&format!("{pattern}tolerance = 1"), 1);
    check(&format!("{pattern}tolerance = '20%'"), 0);
    check(&format!("{pattern}tolerance = '19.9%'"), 1);
    check("element = 'name'\ncheck = 'row-count'\nmin = 11", 1);
}

#[test]
fn the_number_of_rows_is_compared_with_the_last_run() {
    let rule = "[[rule]]\ncode = 'XX001'\nelement = 'name'\ncheck = 'row-count'\nmax_change = '20%'\n";
    let names: Vec<String> = (0..10)
        .map(|n| row(&format!("k{n}"), &[("客户名称", "甲公司")]))
        .collect();
    let bench = bench(rule, "[fail_on]\nshare = 0.0\n", &format!("{HEADER}{}", names.concat()));
    bench.run(0);
    bench.write("erp.csv", format!("{HEADER}{}", names[..8].concat()).as_bytes());
    bench.run(0);
    bench.write("erp.csv", format!("{HEADER}{}", names[..6].concat()).as_bytes());
    bench.run(1);
    assert_eq!(findings(&bench), ["XX001   6 rows after 8 in the last run"]);
}

#[test]
fn mistakes_of_a_pack_have_places_and_hints() {
    let check = |rule: &str, expected: &str| {
        let bench = Bench::new();
        let head = "entity = 'customer'\n[[rule]]\ncode = 'XX001'\nseverity = 'error'\ndimension = 'accuracy'\nmessage = 'm'\nmessage_zh = 'm'\n";
        bench.write("own.toml", format!("{head}{rule}\n").as_bytes());
        let ran = bench.guiyi(&["rule", "--rules", "own.toml"]);
        assert_eq!(ran.code, 2, "{rule}");
        let said = ran
            .stderr
            .trim_end()
            .strip_prefix("error: the rule pack has mistakes\n");
        assert_eq!(said, Some(expected), "{rule}\n{}", ran.stderr);
    };
    check(
        "element = 'name'\ncheck = 'in-table'\ntable = 'curency'",
        "own.toml:10:9: no table is named \"curency\"\n  hint: did you mean \"currency\"?",
    );
    check(
        "element = 'name'\ncheck = 'in-table'\ntable = 'currency'\non = 'name'",
        "own.toml:11:6: \"name\" is no date\n  hint: one of: founded_date, created_date, updated_date, first_deal_date",
    );
    check(
        "element = 'name'\ncheck = 'foreign-key'\nentity = 'contact'\nreferences = 'mobil'",
        "own.toml:11:14: no element of contact is named \"mobil\"\n  hint: did you mean \"mobile\"?",
    );
    check(
        "element = 'credit_limit'\ncheck = 'expression'\nexpression = 'credit_limt > 0'",
        "own.toml:10:15: no element is named \"credit_limt\"\n  hint: did you mean \"credit_limit\"?",
    );
    check(
        "element = 'name'\ncheck = 'expression'\nexpression = '''\nname != 'x' &&\n  name.matches('[a')'''",
        "own.toml:12:17: the pattern does not compile: unclosed character class",
    );
    check(
        "element = 'credit_limit'\ncheck = 'expression'\nexpression = 'credit_limit > name'",
        "own.toml:10:15: the expression cannot be evaluated: > does not take decimal and string\n  \
         hint: an amount is compared with a number, a date with a date or \"2020-01-31\", text with text",
    );
    check(
        "element = 'name'\ncheck = 'freshness'\nmax_age_days = 3",
        "own.toml:9:9: freshness needs an element of kind date",
    );
    check(
        "element = 'name'\ncheck = 'row-count'\ntolerance = 3",
        "own.toml:2:1: \"min\", \"max\" or \"max_change\" is missing in [[rule]]\n\
         own.toml:10:13: this check judges a whole source, not its rows",
    );
    check(
        "element = 'name'\ncheck = 'required'\ntolerance = '5 %'\nindicator = 'sequence'",
        "own.toml:10:13: \"5 %\" is not a tolerance\n  hint: rows such as 5, or a share of the rows such as \"0.5%\"\n\
         own.toml:11:13: \"sequence\" is no indicator of accuracy\n  hint: one of: content, format, duplication, uniqueness, dirty-data",
    );
    check(
        "element = 'name'\ncheck = 'required'\nwhen = { element = 'level', absent = true, matches = 'x' }",
        "own.toml:10:54: a condition has one demand, this one has \"absent\" already\n  hint: several conditions: when = [{ … }, { … }]",
    );
}

#[test]
fn rules_are_listed_explained_and_tested() {
    let bench = Bench::new();
    let list = bench.guiyi(&["rule", "--entity", "supplier"]);
    assert!(
        list.code == 0 && list.stdout.lines().count() > 30 && !list.stdout.contains("CU001"),
        "{}",
        list.stdout
    );
    let page = bench.guiyi(&["rule", "cu003"]);
    assert_eq!(page.code, 0);
    for words in [
        "CU003",
        "What\n",
        "Nulls\n",
        "914403001922038216",
        "What to do\n",
        "GB 32100-2015",
        "tolerance: 0.5%",
        "030100",
    ] {
        assert!(page.stdout.contains(words), "{words}:\n{}", page.stdout);
    }
    let chinese = bench.guiyi(&["rule", "ST901", "--language", "zh"]);
    assert!(
        chinese.code == 0 && chinese.stdout.contains("来源编码不符合规则"),
        "{}",
        chinese.stdout
    );
    for code in ["IO001", "VA004", "IM001"] {
        assert_eq!(bench.guiyi(&["rule", code]).code, 0, "{code}");
    }
    let unknown = bench.guiyi(&["rule", "CU903"]);
    assert!(
        unknown.code == 2 && unknown.stderr.contains("hint: did you mean \"CU003\"?"),
        "{}",
        unknown.stderr
    );

    let tested = bench.guiyi(&["rule", "--test"]);
    assert!(tested.code == 0 && tested.stdout.is_empty(), "{}", tested.stdout);
    assert!(
        tested.stderr.contains("rules") && tested.stderr.contains(" 0 do not behave"),
        "{}",
        tested.stderr
    );
    bench.write(
        "own.toml",
        format!("entity = 'contact'\n{}", headed("[[rule]]\ncode = 'XX001'\nelement = 'name'\ncheck = 'length'\nmin = 2\naccept = ['李某', '李']\nreject = ['王']\n")).as_bytes(),
    );
    let own = bench.guiyi(&["rule", "--test", "--rules", "own.toml", "--format", "json"]);
    assert_eq!(own.code, 1);
    let report: serde_json::Value = serde_json::from_str(&own.stdout).unwrap();
    assert_eq!(
        report["failing"],
        serde_json::json!([{ "rule": "XX001", "sample": "李", "should": "pass" }])
    );
    let json = bench.guiyi(&["rule", "--format", "json"]);
    let rules: serde_json::Value = serde_json::from_str(&json.stdout).unwrap();
    assert!(
        rules
            .as_array()
            .unwrap()
            .iter()
            .all(|rule| rule["indicator"].is_string()),
        "every shipped rule has an indicator"
    );
}

#[test]
fn the_reference_is_fresh() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/rules.md");
    let printed = Bench::new().guiyi(&["rule", "--reference"]).stdout;
    assert_eq!(
        fs::read_to_string(path).unwrap(),
        printed,
        "guiyi rule --reference > docs/rules.md"
    );
}
