//! Relations of golden records: proposed by name, related by hand, shown from both ends, and kept apart by runs.

use crate::bench::{Bench, Ran};

const ERP: &str = "客户编码,客户名称,电话,城市
D03-000001,杭州青禾软件有限公司,0571-88001111,杭州市
D03-000002,杭州青禾软件有限公司宁波分公司,0574-66002222,宁波市
D03-000003,青禾控股集团有限公司,0571-87003333,杭州市
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
    bench.guiyi(&[&["golden"], arguments, &["--by", "王芳"]].concat())
}

fn shown(bench: &Bench, arguments: &[&str]) -> Ran {
    bench.guiyi(&[&["golden"], arguments].concat())
}

fn id(bench: &Bench, key: &str) -> String {
    let ran = bench.guiyi(&["crosswalk", "lookup", "erp", key, "--format", "json"]);
    let found: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    found["found"][0]["global_id"].as_str().unwrap().to_owned()
}

#[test]
fn a_branch_is_proposed_accepted_and_found_through() {
    let bench = bench();
    let (head, branch) = (id(&bench, "D03-000001"), id(&bench, "D03-000002"));
    let before = bench.store_dump();
    let proposed = shown(&bench, &["relations", "--proposed"]);
    assert!(
        proposed.code == 0
            && proposed.stdout.contains(&format!(
                "{branch}  杭州青禾软件有限公司宁波分公司\n  branch-of  {head}"
            )),
        "{proposed:?}"
    );
    assert_eq!(bench.store_dump(), before);
    let accepted = golden(&bench, &["relations", "--proposed", "--accept", "--reason", "by name"]);
    assert!(
        accepted.code == 0 && accepted.stderr.contains("1 accepted"),
        "{accepted:?}"
    );
    assert_eq!(shown(&bench, &["relations", "--proposed"]).stdout, "");

    let of_head = shown(&bench, &["show", &head]);
    assert!(
        of_head
            .stdout
            .contains(&format!("← branch-of  {branch}  杭州青禾软件有限公司宁波分公司")),
        "{of_head:?}"
    );
    let of_branch = shown(&bench, &["show", &branch, "--format", "json"]);
    let of_branch: serde_json::Value = serde_json::from_str(&of_branch.stdout).unwrap();
    assert_eq!(
        (&of_branch["relations"][0]["to"], &of_branch["relations"][0]["source"]),
        (&(*head).into(), &"name".into())
    );
    let merged = golden(&bench, &["merge", &head, &branch, "--reason", "one"]);
    assert!(merged.code == 2 && merged.stderr.contains("branch-of"), "{merged:?}");

    let off = golden(
        &bench,
        &["unrelate", &branch, "branch-of", &head, "--reason", "namesake"],
    );
    assert!(off.code == 0 && off.stdout.contains("not branch-of"), "{off:?}");
    assert_eq!(
        shown(&bench, &["relations", "--proposed"]).stdout,
        "",
        "an answer is not asked for again"
    );
    assert!(!shown(&bench, &["show", &head]).stdout.contains("branch-of"));
    assert_eq!(bench.guiyi(&["store", "verify"]).code, 0);
    assert_eq!(bench.guiyi(&["store", "rebuild", "--check"]).code, 0);
    let dump = bench.store_dump();
    bench.run(0);
    assert_eq!(bench.store_dump(), dump);
}

#[test]
fn parents_by_hand_and_by_day() {
    let bench = bench();
    let (head, branch, group) = (
        id(&bench, "D03-000001"),
        id(&bench, "D03-000002"),
        id(&bench, "D03-000003"),
    );
    let ran = golden(
        &bench,
        &[
            "relate",
            &head,
            "member-of",
            &group,
            "--from",
            "2020-01-01",
            "--until",
            "2026-01-01",
            "--reason",
            "register",
        ],
    );
    assert!(
        ran.code == 0 && ran.stdout.contains("2020-01-01 → 2026-01-01"),
        "{ran:?}"
    );
    assert!(
        shown(&bench, &["relations", &group, "--as-of", "2025-12-31"])
            .stdout
            .contains(&head)
    );
    let ended = shown(
        &bench,
        &["relations", &group, "--as-of", "2026-01-01", "--language", "zh"],
    );
    assert_eq!(ended.stdout, "没有关系\n");

    assert_eq!(
        golden(&bench, &["relate", &branch, "branch-of", &head, "--reason", "x"]).code,
        0
    );
    let dump = bench.store_dump();
    let circle = golden(
        &bench,
        &[
            "relate",
            &group,
            "subsidiary-of",
            &branch,
            "--from",
            "2021-01-01",
            "--reason",
            "x",
        ],
    );
    assert!(circle.code == 2 && circle.stderr.contains(" → "), "{circle:?}");
    assert_eq!(bench.store_dump(), dump);
    let after = golden(
        &bench,
        &[
            "relate",
            &group,
            "subsidiary-of",
            &branch,
            "--from",
            "2026-01-01",
            "--reason",
            "x",
        ],
    );
    assert_eq!(after.code, 0, "{after:?}");
    let wrong = golden(&bench, &["relate", &branch, "branch", &head, "--reason", "x"]);
    assert!(wrong.code == 2 && wrong.stderr.contains("branch-of"), "{wrong:?}");
}
