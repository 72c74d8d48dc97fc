//! Codes: looked up, translated, exported, imported.

use std::fs;

use crate::bench::{Bench, read_csv};

const ERP: &str = "客户编码,客户名称,电话
D03-000001,杭州青禾软件有限公司,0571-88001111
D03-000002,苏州云帆机械有限公司,0512-66002222
D03-000003,宁波海桐贸易有限公司,0574-87003333
";
const CRM: &str = "客户编号,客户名称,电话
HD-KA-00001,杭州青禾软件有限公司,0571-88001111
HD-KA-00002,苏州云帆机械有限公司,0512-66002222
HD-KA-00009,嘉兴远望物流有限公司,0573-82220000
";

fn bench() -> Bench {
    let bench = Bench::pair(ERP.as_bytes(), CRM.as_bytes());
    bench.run(0);
    bench
}

#[test]
fn a_code_is_looked_up_and_a_wrong_one_suggested() {
    let bench = bench();
    let found = bench.guiyi(&["crosswalk", "lookup", "ERP", "D03-000001"]);
    assert!(found.code == 0 && found.stdout.contains("crm/HD-KA-00001"), "{found:?}");
    for wrong in ["d03-00001", "DO3-OOOOO1", "Ｄ０３－０００００１", "D03-0000011"] {
        let ran = bench.guiyi(&["crosswalk", "lookup", "erp", wrong]);
        assert!(ran.code == 1 && ran.stderr.contains("D03-000001"), "{wrong}: {ran:?}");
    }
    let ran = bench.guiyi(&["crosswalk", "lookup", "epr", "D03-000001"]);
    assert!(ran.code == 2 && ran.stderr.contains("erp"), "{ran:?}");
}

#[test]
fn orders_reach_the_other_system() {
    let bench = bench();
    bench.write(
        "orders.csv",
        "order,customer_code,amount\n1,HD-KA-00001,10\n2,HD-KA-00002,20\n3,HD-KA-0002,30\n4,HD-KA-00009,40\n5,,50\n\
         6,HD-KA-00001,60\n"
            .as_bytes(),
    );
    let translate = [
        "crosswalk",
        "translate",
        "orders.csv",
        "--column",
        "customer_code",
        "--from",
        "crm",
        "--to",
        "erp",
    ];
    let ran = bench.guiyi(&translate);
    assert!(
        ran.code == 1 && ran.stdout.contains("3 rows translated, 3 rejected"),
        "{ran:?}"
    );
    let done = read_csv(&bench.path("orders.erp.csv"));
    let codes: Vec<(&str, &str)> = done.iter().map(|row| (&*row["order"], &*row["erp_code"])).collect();
    assert_eq!(codes, [("1", "D03-000001"), ("2", "D03-000002"), ("6", "D03-000001")]);
    let rejected = read_csv(&bench.path("orders.erp.rejected.csv"));
    let why: Vec<(&str, &str, &str)> = rejected
        .iter()
        .map(|row| (&*row["guiyi_row"], &*row["guiyi_reason"], &*row["guiyi_suggestions"]))
        .collect();
    assert_eq!((why[0].0, why[0].1), ("4", "unknown code"));
    assert!(why[0].2.contains("HD-KA-00002"), "{why:?}");
    assert_eq!((why[1].1, why[2].1), ("no code there", "no code"));

    // Mended, nothing is left to reject.
    bench.write("orders.csv", b"order,customer_code\n1,HD-KA-00001\n");
    let ran = bench.guiyi(&translate);
    assert!(
        ran.code == 0 && !bench.path("orders.erp.rejected.csv").exists(),
        "{ran:?}"
    );
    let ran = bench.guiyi(&[
        "crosswalk",
        "translate",
        "orders.csv",
        "--column",
        "customer",
        "--from",
        "crm",
        "--to",
        "erp",
    ]);
    assert!(ran.code == 2 && ran.stderr.contains("customer_code"), "{ran:?}");
}

#[test]
fn old_codes_come_in_and_resolve() {
    let bench = bench();
    bench.write(
        "old.csv",
        "system,code,to_system,to_code\nold,77,erp,D03-000001\nold,78,erp,D03-00099\nerp,D03-000002,erp,D03-000001\n"
            .as_bytes(),
    );
    let import = |options: &[&str]| {
        let all = [
            &[
                "crosswalk",
                "import",
                "old.csv",
                "--reason",
                "the old system",
                "--by",
                "王芳",
            ],
            options,
        ]
        .concat();
        bench.guiyi(&all)
    };
    let before = bench.store_dump();
    let ran = import(&[]);
    assert!(
        ran.code == 1 && ran.stderr.contains("row 3") && ran.stderr.contains("nothing was written"),
        "{ran:?}"
    );
    assert_eq!(bench.store_dump(), before);
    let ran = import(&["--partial"]);
    assert!(ran.code == 1 && ran.stderr.contains("1 codes new, 2 wrong"), "{ran:?}");
    let found = bench.guiyi(&["crosswalk", "lookup", "old", "77"]);
    assert!(found.code == 0 && found.stdout.contains("erp/D03-000001"), "{found:?}");
    let before = bench.store_dump();
    bench.run(0);
    assert_eq!(bench.store_dump(), before, "a run leaves aliases alone");
    assert_eq!(bench.guiyi(&["store", "verify"]).code, 0);

    assert_eq!(bench.guiyi(&["crosswalk", "export", "codes.csv"]).code, 0);
    assert!(
        fs::read_to_string(bench.path("codes.csv"))
            .unwrap()
            .contains("HD-KA-00009")
    );
    assert!(
        bench
            .guiyi(&["crosswalk", "export", "codes.txt"])
            .stderr
            .contains("extension")
    );
}
