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

#[test]
fn heads_are_signed_and_a_cut_ledger_is_told() {
    let bench = Bench::demo();
    let ran = bench.guiyi(&["store", "key", "new", "store.key"]);
    assert!(ran.code == 0 && ran.stdout.contains("public key"), "{ran:?}");
    let again = bench.guiyi(&["store", "key", "new", "store.key"]);
    assert!(
        again.code == 2 && again.stderr.contains("hint:"),
        "a key is not overwritten: {again:?}"
    );
    let project = std::fs::read_to_string(bench.path("guiyi.toml")).unwrap();
    let with = |lines: &str| project.replacen("[store]", &format!("[store]\n{lines}"), 1);
    assert_ne!(with("x"), project, "the demo has a [store] section");
    bench.write("guiyi.toml", with("key = \"store.key\"").as_bytes());
    let half = bench.guiyi(&["check", "guiyi.toml"]);
    assert!(
        half.code == 2 && half.stderr.contains("`key` needs `heads`"),
        "{half:?}"
    );
    bench.write(
        "guiyi.toml",
        with("key = \"store.key\"\nheads = \"heads.jsonl\"").as_bytes(),
    );
    bench.run(0);
    let verified = bench.guiyi(&["store", "verify"]);
    assert!(
        verified.code == 0 && verified.stderr.contains("1 signed heads"),
        "{verified:?}"
    );
    let backed = bench.guiyi(&["store", "backup", "copy.db"]);
    assert_eq!(backed.code, 0, "{backed:?}");
    let golden = bench.table("golden_customer.csv");
    let pin = |value: &str| {
        let gid = &golden[0]["global_id"];
        bench.guiyi(&["golden", "pin", gid, "city", value, "--reason", "test", "--by", "王芳"])
    };
    assert_eq!(pin("拉萨市").code, 0);

    // Somebody puts the old store back without saying so.
    let now = std::fs::read(bench.path("out/guiyi.db")).unwrap();
    std::fs::copy(bench.path("copy.db"), bench.path("out/guiyi.db")).unwrap();
    let verified = bench.guiyi(&["store", "verify", "--heads", "heads.jsonl", "--key", "store.key.pub"]);
    assert!(
        verified.code == 1 && verified.stdout.contains("the ledger was cut"),
        "{verified:?}"
    );
    let refused = pin("西安市");
    assert!(refused.code == 2 && refused.stderr.contains("hint:"), "{refused:?}");
    std::fs::write(bench.path("out/guiyi.db"), now).unwrap();
    assert_eq!(bench.guiyi(&["store", "verify"]).code, 0);

    // On purpose it is signed.
    assert_eq!(bench.guiyi(&["store", "restore", "copy.db"]).code, 0);
    assert_eq!(bench.guiyi(&["store", "verify"]).code, 0);
    assert_eq!(pin("西安市").code, 0);

    std::fs::rename(bench.path("store.key"), bench.path("lost.key")).unwrap();
    let lost = pin("兰州市");
    assert!(
        lost.code == 2 && lost.stderr.contains("store.key") && lost.stderr.contains("hint:"),
        "{lost:?}"
    );
}
