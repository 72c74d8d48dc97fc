//! The store's own commands: verify, backup, restore, rebuild.

use crate::bench::Bench;

#[test]
fn backed_up_changed_and_restored() {
    let bench = Bench::demo();
    bench.run(0);
    let before = bench.store_dump();
    let verified = bench.guiyi(&["store", "verify"]);
    assert!(
        verified.code == 0 && verified.stdout == "sound\n" && verified.stderr.contains("ledger head"),
        "{verified:?}"
    );
    let ran = bench.guiyi(&["store", "backup", "copy.db", "--format", "json"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    let said: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(
        (said["last_run"].as_u64(), said["holds_until"].as_str()),
        (Some(1), Some("2026-03-01T02:00:00Z"))
    );
    assert_eq!(
        bench.guiyi(&["store", "backup", "copy.db"]).code,
        2,
        "a backup is not overwritten"
    );

    let ran = bench.guiyi(&["store", "rebuild", "--check"]);
    assert!(ran.code == 0 && ran.stderr.contains(" 0 different"), "{ran:?}");
    let golden = bench.table("golden_customer.csv");
    let ran = bench.guiyi(&[
        "golden",
        "pin",
        &golden[0]["global_id"],
        "city",
        "拉萨市",
        "--reason",
        "test",
        "--by",
        "王芳",
    ]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert_ne!(bench.store_dump(), before);
    let ran = bench.guiyi(&["store", "restore", "copy.db"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert_eq!(bench.store_dump(), before);
    assert!(bench.path("out/guiyi.db.before-restore").exists());
    bench.run(0);
    assert_eq!(bench.store_dump(), before);
}

#[test]
fn damage_is_told() {
    let bench = Bench::demo();
    bench.run(0);
    let store = rusqlite::Connection::open(bench.path("out/guiyi.db")).unwrap();
    store
        .execute(
            "UPDATE golden_customer SET name = 'x' WHERE gid = (SELECT MIN(gid) FROM golden_customer)",
            [],
        )
        .unwrap();
    drop(store);
    let ran = bench.guiyi(&["store", "verify"]);
    assert!(
        ran.code == 1 && ran.stdout.contains("not what its digest says"),
        "{ran:?}"
    );
    bench.write("nothing.db", b"");
    let ran = bench.guiyi(&["store", "restore", "nothing.db"]);
    assert_eq!(ran.code, 2, "{ran:?}");
}
