//! Encrypted values on the command line: by configuration from the first run, turned on later, rotated, searched for, and
//! what happens without the key.

use crate::bench::Bench;

/// The demo with `[store.encryption]`, whose key is made first.
fn demo(section: &str) -> Bench {
    let bench = Bench::demo();
    let ran = bench.guiyi(&["store", "key", "new", "--data", "data.key"]);
    assert!(ran.code == 0 && ran.stdout.contains("data key "), "{ran:?}");
    configure(&bench, section);
    bench
}

fn configure(bench: &Bench, section: &str) {
    let text = std::fs::read_to_string(bench.path("guiyi.toml")).unwrap();
    let before = text.split("[store.encryption]").next().unwrap().trim_end();
    bench.write("guiyi.toml", format!("{before}\n\n{section}").as_bytes());
}

const SECTION: &str = "[store.encryption]\nkey = \"data.key\"\nsearchable = [\"mobile\"]\n";

/// Values of the golden records, as the output has them, of elements that are encrypted and whose values no other has.
fn values(bench: &Bench) -> Vec<String> {
    let golden = bench.table("golden_customer.csv");
    let values = golden
        .iter()
        .flat_map(|row| ["email", "resident_id", "bank_account"].map(|element| row[element].clone()));
    values.filter(|value| !value.is_empty()).take(100).collect()
}

/// How many of the values stand in the store's files in plain text.
fn n_found(bench: &Bench, values: &[String]) -> usize {
    let mut bytes = std::fs::read(bench.path("out/guiyi.db")).unwrap();
    bytes.extend(std::fs::read(bench.path("out/guiyi.db-wal")).unwrap_or_default());
    // What is no text is no value either.
    let text = String::from_utf8_lossy(&bytes);
    let is_there = |value: &&String| text.contains(value.as_str());
    values.iter().filter(is_there).count()
}

#[test]
fn a_store_is_encrypted_from_its_first_run_by_configuration() {
    let plain = Bench::demo();
    plain.run(0);
    let bench = demo(SECTION);
    bench.run(0);
    assert_eq!(
        bench.outputs(),
        plain.outputs(),
        "what is given to others is in plain text"
    );
    let values = values(&bench);
    assert!(values.len() > 20 && n_found(&plain, &values) == values.len());
    assert_eq!(n_found(&bench, &values), 0);

    let golden = bench.table("golden_customer.csv");
    let row = golden.iter().find(|row| !row["mobile"].is_empty()).unwrap();
    let found = bench.guiyi(&["golden", "find", "mobile", &row["mobile"]]);
    assert!(found.code == 0 && found.stdout.contains(&row["global_id"]), "{found:?}");
    let shown = bench.guiyi(&["golden", "show", &row["global_id"]]);
    assert!(shown.stdout.contains(&row["mobile"]), "{shown:?}");
    let ran = bench.guiyi(&["golden", "find", "email", "a@b.cn"]);
    assert!(ran.code == 2 && ran.stderr.contains("hint:"), "{ran:?}");
    // The same files again change nothing.
    let before = bench.store_dump();
    bench.run(0);
    assert_eq!(bench.store_dump(), before);
    for check in [
        &["store", "verify"][..],
        &["store", "rebuild", "--check"],
        &["simulate"],
    ] {
        let ran = bench.guiyi(check);
        assert_eq!(ran.code, 0, "{ran:?}");
    }
    let ran = bench.guiyi(&["store", "backup", "copy.db"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert_eq!(bench.guiyi(&["store", "restore", "copy.db"]).code, 0);
    assert_eq!(bench.store_dump(), before);
}

#[test]
fn turned_on_later_rotated_and_turned_off() {
    let bench = Bench::demo();
    bench.run(0);
    let values = values(&bench);
    for key in ["data.key", "next.key"] {
        bench.guiyi(&["store", "key", "new", "--data", key]);
    }
    configure(&bench, SECTION);
    let ran = bench.guiyi(&["run", "guiyi.toml", "--quiet"]);
    assert!(
        ran.code == 2 && ran.stderr.contains("store guiyi.toml encrypt") && ran.stderr.contains("customer.mobile"),
        "{ran:?}"
    );
    let ran = bench.guiyi(&["store", "encrypt", "--by", "王芳"]);
    assert!(ran.code == 0 && ran.stdout.contains("customer.mobile"), "{ran:?}");
    assert_eq!(n_found(&bench, &values), 0);
    let ran = bench.guiyi(&["store", "rotate", "--key", "next.key", "--by", "王芳"]);
    assert!(ran.code == 0 && ran.stderr.contains("next.key"), "{ran:?}");
    let ran = bench.guiyi(&["store", "rebuild", "--check"]);
    assert!(
        ran.code == 2 && ran.stderr.contains("data.key holds the key"),
        "{ran:?}"
    );

    configure(&bench, &SECTION.replace("data.key", "next.key"));
    bench.run(0);
    assert_eq!(bench.guiyi(&["store", "rebuild", "--check"]).code, 0);
    assert_eq!(n_found(&bench, &values), 0);
    let ran = bench.guiyi(&["store", "decrypt", "--by", "王芳", "--format", "json"]);
    let said: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert!(said["key"].is_null() && said["rows"].as_u64() > Some(100), "{ran:?}");
    configure(&bench, "");
    bench.run(0);
    assert_eq!(bench.guiyi(&["store", "verify"]).stdout, "sound\n");
    assert_eq!(n_found(&bench, &values), values.len());
}

#[test]
fn without_the_key_codes_and_other_values_are_read_and_nothing_is_written() {
    let bench = demo(SECTION);
    bench.run(0);
    let (golden, before) = (bench.table("golden_customer.csv"), bench.store_dump());
    let row = golden.iter().find(|row| row["mobile"].len() > 6).unwrap();
    std::fs::rename(bench.path("data.key"), bench.path("lost.key")).unwrap();
    let ran = bench.guiyi(&["run", "guiyi.toml", "--quiet"]);
    assert!(
        ran.code == 2 && ran.stderr.contains("encrypted with key 1") && ran.stderr.contains("data.key"),
        "{ran:?}"
    );
    let shown = bench.guiyi(&["golden", "show", &row["global_id"]]);
    assert!(
        shown.code == 0 && shown.stdout.contains(&row["name"]) && shown.stdout.contains("(encrypted)"),
        "{shown:?}"
    );
    assert!(!shown.stdout.contains(&row["mobile"]));
    let code = bench.guiyi(&["crosswalk", "lookup", "erp", "D03-000001"]);
    assert!(code.code == 0 && code.stdout.contains("C00-"), "{code:?}");
    let verified = bench.guiyi(&["store", "verify"]);
    assert!(
        verified.code == 0 && verified.stdout.contains("not checked"),
        "{verified:?}"
    );
    let copied = bench.guiyi(&["store", "backup", "copy.db"]);
    assert_eq!(copied.code, 0, "{copied:?}");
    let ran = bench.guiyi(&["store", "restore", "copy.db"]);
    assert!(
        ran.code == 2 && ran.stderr.contains("copy.db is encrypted with key 1"),
        "{ran:?}"
    );
    assert_eq!(bench.store_dump(), before);
}

#[test]
fn mistakes_of_the_section() {
    for (section, said) in [
        ("[store.encryption]\nelements = [\"mobile\"]\n", "key"),
        ("[store.encryption]\nkey = \"k\"\nelements = [\"mobil\"]\n", "mobile"),
        (
            "[store.encryption]\nkey = \"k\"\nelements = [\"mobile\"]\nsearchable = [\"email\"]\n",
            "\"email\" is not encrypted",
        ),
        (
            "[store.encryption]\nkey = \"k\"\nsensitivity = \"secret\"\n",
            "sensitive",
        ),
    ] {
        let bench = Bench::demo();
        configure(&bench, section);
        let ran = bench.guiyi(&["check", "guiyi.toml"]);
        assert!(ran.code == 2 && ran.stderr.contains(said), "{ran:?}");
    }
}
