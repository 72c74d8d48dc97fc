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

/// A project whose ERP delivers from when its records are valid, with one element encrypted.
#[test]
fn what_held_is_shown_without_the_key_but_for_what_is_encrypted() {
    let erp = "客户编码,客户名称,电话,城市,更新日期\nD03-000001,杭州青禾软件有限公司,0571-88001111,杭州市,2026-01-05\n";
    let crm = "客户编号,客户名称,电话\nHD-KA-00009,嘉兴远望物流有限公司,0573-82220000\n";
    let bench = Bench::pair(erp.as_bytes(), crm.as_bytes());
    bench.guiyi(&["store", "key", "new", "--data", "data.key"]);
    let section = "[store.encryption]\nkey = \"data.key\"\nelements = [\"phone\"]\n";
    let project = std::fs::read_to_string(bench.path("guiyi.toml")).unwrap();
    let project = format!("{project}valid_from = {{ erp = 'updated_date' }}\n\n{section}");
    bench.write("guiyi.toml", project.as_bytes());
    bench.run(0);
    let show = ["golden", "show", "C00-000001-M", "--as-of", "2026-02-01"];
    let shown = bench.guiyi(&show);
    assert!(shown.code == 0 && shown.stdout.contains("0571-88001111"), "{shown:?}");
    std::fs::rename(bench.path("data.key"), bench.path("lost.key")).unwrap();
    let locked = bench.guiyi(&show);
    assert!(
        locked.code == 0 && locked.stdout.contains("杭州市") && locked.stdout.contains("(encrypted)"),
        "{locked:?}"
    );
    assert!(!locked.stdout.contains("88001111"), "{locked:?}");
    let json = bench.guiyi(&[&show[..], &["--format", "json"]].concat());
    let json: serde_json::Value = serde_json::from_str(&json.stdout).unwrap();
    let phone = json["values"]
        .as_array()
        .unwrap()
        .iter()
        .find(|value| value["element"] == "phone");
    let expected = serde_json::json!({"element": "phone", "value": null, "encrypted": true, "ground": null,
        "origin": null, "from": null, "pin": null});
    assert_eq!(phone, Some(&expected));
}

const WHOLE: &str = "[store.encryption]\nkey = \"data.key\"\nwhole = true\n";

#[cfg(not(feature = "sqlcipher"))]
#[test]
fn a_build_without_sqlcipher_says_so() {
    let bench = demo(WHOLE);
    let ran = bench.guiyi(&["run", "guiyi.toml", "--quiet"]);
    assert!(
        ran.code == 2 && ran.stderr.contains("without SQLCipher") && ran.stderr.contains("hint: use a guiyi"),
        "{ran:?}"
    );
    assert!(!bench.path("out/guiyi.db").exists());
}

#[cfg(feature = "sqlcipher")]
#[test]
fn a_store_is_encrypted_as_a_whole_rotated_and_plain_again() {
    let is_plain = |bench: &Bench| {
        let bytes = std::fs::read(bench.path("out/guiyi.db")).unwrap();
        bytes.starts_with(b"SQLite format 3")
    };
    let said = |bench: &Bench, arguments: &[&str], code: i32, parts: &[&str]| {
        let ran = bench.guiyi(arguments);
        assert_eq!(ran.code, code, "{arguments:?}: {ran:?}");
        for part in parts {
            let is_said = ran.stdout.contains(part) || ran.stderr.contains(part);
            assert!(is_said, "{arguments:?} without \"{part}\": {ran:?}");
        }
    };
    let bench = demo("");
    bench.run(0);
    let values = values(&bench);
    bench.guiyi(&["store", "key", "new", "--data", "next.key"]);
    configure(&bench, WHOLE);
    for command in [
        &["run", "guiyi.toml", "--quiet"][..],
        &["golden", "show", "C00-000001-M"],
    ] {
        said(&bench, command, 2, &["is in plain text", "hint: `guiyi store encrypt`"]);
    }
    said(
        &bench,
        &["store", "encrypt", "--by", "王芳"],
        0,
        &["customer.mobile", "the file is encrypted as a whole"],
    );
    assert!(!is_plain(&bench) && n_found(&bench, &values) == 0);
    bench.run(0);
    for check in [
        &["store", "verify"][..],
        &["store", "rebuild", "--check"],
        &["simulate"],
        &["crosswalk", "lookup", "erp", "D03-000001"],
        &["store", "backup", "copy.db"],
        &["store", "restore", "copy.db"],
    ] {
        said(&bench, check, 0, &[]);
    }
    said(
        &bench,
        &["golden", "show", "C00-000001-M", "--language", "zh"],
        0,
        &["版本"],
    );

    said(
        &bench,
        &["store", "rotate", "--key", "next.key", "--by", "王芳"],
        0,
        &["encrypted as a whole"],
    );
    said(
        &bench,
        &["store", "verify"],
        2,
        &["does not open with the key", "hint: name the key"],
    );
    configure(&bench, &WHOLE.replace("data.key", "next.key"));
    said(&bench, &["store", "verify"], 0, &["sound"]);
    configure(&bench, &SECTION.replace("data.key", "next.key"));
    said(
        &bench,
        &["store", "verify"],
        2,
        &["may be encrypted as a whole", "whole = true"],
    );
    // Taken out of the project file, it is taken off the file.
    said(&bench, &["store", "encrypt", "--by", "王芳"], 0, &["customer.mobile"]);
    assert!(is_plain(&bench) && n_found(&bench, &values) == 0);
    said(&bench, &["store", "verify"], 0, &["sound"]);
    // The file alone, and no single value.
    configure(
        &bench,
        &WHOLE
            .replace("data.key", "next.key")
            .replace("whole", "elements = []\nwhole"),
    );
    said(
        &bench,
        &["store", "encrypt", "--by", "王芳", "--language", "zh"],
        0,
        &["整库文件已用密钥"],
    );
    bench.run(0);
    assert!(!is_plain(&bench) && n_found(&bench, &values) == 0);
    said(
        &bench,
        &["store", "decrypt", "--by", "王芳"],
        0,
        &["nothing is encrypted"],
    );
    configure(&bench, "");
    bench.run(0);
    assert!(is_plain(&bench) && n_found(&bench, &values) == values.len());
    said(&bench, &["store", "verify"], 0, &["sound"]);
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
