//! The entry check: a run keeps an index of the store, which `guiyi find --store` and the service are asked by.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::Stdio;

use serde_json::{Value, json};

use crate::bench::{Bench, Ran};

/// The demo with `[store] index`, and more in the project file.
fn bench(more: &str) -> Bench {
    let bench = Bench::demo();
    let project = std::fs::read_to_string(bench.path("guiyi.toml")).unwrap();
    let project = project.replace("[store]\n", "[store]\nindex = \"index\"\n");
    bench.write("guiyi.toml", format!("{project}\n{more}\n").as_bytes());
    bench
}

fn index(bench: &Bench) -> Vec<u8> {
    std::fs::read(bench.path("index/customer.index")).unwrap()
}

fn find(bench: &Bench, more: &[&str]) -> Ran {
    bench.guiyi(&[&["find", "--store", "guiyi.toml"], more].concat())
}

/// Golden records that several records agree on: ID, and what somebody would type who creates them once more.
fn known(bench: &Bench) -> Vec<(String, Value)> {
    let rows = bench.table("golden_customer.csv").into_iter();
    let rows = rows.filter(|row| row["members"] != "1" && !row["credit_code"].is_empty() && !row["mobile"].is_empty());
    let ask = |row: &std::collections::BTreeMap<String, String>| {
        let mobile = format!("+86 {}-{}", &row["mobile"][..3], &row["mobile"][3..]);
        json!({"name": format!("{} ", row["name"]), "credit_code": row["credit_code"].to_lowercase(), "mobile": mobile})
    };
    rows.map(|row| (row["global_id"].clone(), ask(&row))).take(40).collect()
}

#[test]
fn a_golden_record_is_found_before_it_is_created_again() {
    let bench = bench("");
    bench.run(0);
    let known = known(&bench);
    assert_eq!(known.len(), 40);
    let records: Vec<String> = known.iter().map(|(_, record)| record.to_string()).collect();
    let mut asked = (bench.command(&["find", "--store", "guiyi.toml", "--format", "json"]))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    asked
        .stdin
        .take()
        .unwrap()
        .write_all(records.join("\n").as_bytes())
        .unwrap();
    let output = asked.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let answers = String::from_utf8(output.stdout).unwrap();
    let answers: Vec<Value> = answers
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(answers.len(), known.len());
    for ((gid, record), answer) in known.iter().zip(&answers) {
        assert_eq!(answer["gid"].as_str(), Some(gid.as_str()), "{record} {answer}");
        assert_eq!(answer["found"][0]["gid"], answer["gid"]);
    }

    // For a reader, and for a stranger.
    let (gid, record) = &known[0];
    let ran = find(&bench, &[&record.to_string(), "--most", "1"]);
    assert!(
        ran.code == 1 && ran.stdout.starts_with(&format!("match   {gid}  ")),
        "{}{}",
        ran.stdout,
        ran.stderr
    );
    assert!(ran.stdout.contains("credit_code equal"), "{}", ran.stdout);
    let stranger = r#"{"name": "乌鲁木齐丙丁戊己商行", "mobile": 13000000001}"#;
    let ran = find(&bench, &[stranger, "--language", "zh"]);
    assert_eq!(
        (ran.code, ran.stdout.as_str()),
        (0, "没有相似的记录\n"),
        "{}",
        ran.stderr
    );
}

#[test]
fn the_index_of_a_run_is_that_of_the_store() {
    let bench = bench("");
    bench.run(0);
    let of_run = index(&bench);
    std::fs::remove_dir_all(bench.path("index")).unwrap();
    let ran = bench.guiyi(&["store", "index", "--format", "json"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let said: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert!(said[0]["records"].as_u64().unwrap() > 1000 && said[0]["left_out"] == json!([]));
    assert!(index(&bench) == of_run, "another index than that of the run");
    // What a dry run finds is not kept.
    std::fs::remove_dir_all(bench.path("index")).unwrap();
    bench.run_with(&["--dry-run"], 0);
    assert!(!bench.path("index").exists());
}

#[test]
fn encrypted_values_are_left_out_and_that_is_said() {
    let bench = bench("[store.encryption]\nkey = \"data.key\"\n");
    assert_eq!(bench.guiyi(&["store", "key", "new", "data.key", "--data"]).code, 0);
    let ran = bench.guiyi(&["run", "guiyi.toml"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let said = "left out, because the store encrypts them: ";
    let left_out = ran.stderr.split(said).nth(1).unwrap_or_default();
    assert!(
        left_out.contains("email") && left_out.contains("mobile"),
        "{}",
        ran.stderr
    );
    let index = index(&bench);
    let holds = |text: &str| index.windows(text.len()).any(|window| window == text.as_bytes());
    // Elements whose values no other has.
    let golden = bench.table("golden_customer.csv");
    let secrets = (golden.iter()).flat_map(|row| ["email", "resident_id", "bank_account"].map(|element| &row[element]));
    let secrets: Vec<&String> = secrets.filter(|value| !value.is_empty()).take(100).collect();
    assert!(secrets.len() == 100 && !secrets.iter().any(|value| holds(value)));
    let mut codes = golden.iter().map(|row| row["credit_code"].to_lowercase());
    assert!(codes.any(|code| !code.is_empty() && holds(&code)));
    let (gid, record) = &known(&bench)[0];
    let ran = find(&bench, &[&record.to_string(), "--format", "json"]);
    let answer: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(answer["gid"].as_str(), Some(gid.as_str()), "{answer}{}", ran.stderr);
}

#[test]
fn an_index_from_before_is_removed_when_values_are_encrypted() {
    let bench = bench("");
    bench.run(0);
    assert!(bench.path("index/customer.index").exists());
    let leftover = "index/.customer.index.partial.partial-1-0";
    std::fs::create_dir(bench.path(leftover)).unwrap();
    bench.write(&format!("{leftover}/index"), b"13800138000");
    assert_eq!(bench.guiyi(&["store", "key", "new", "data.key", "--data"]).code, 0);
    let project = std::fs::read_to_string(bench.path("guiyi.toml")).unwrap();
    bench.write(
        "guiyi.toml",
        format!("{project}\n[store.encryption]\nkey = \"data.key\"\n").as_bytes(),
    );
    let ran = bench.guiyi(&["store", "encrypt", "--by", "王芳"]);
    assert!(
        ran.code == 0 && ran.stderr.contains("customer.index is removed"),
        "{}",
        ran.stderr
    );
    assert!(!bench.path("index/customer.index").exists());
    assert!(!bench.path(leftover).exists());
}

#[test]
fn beside_a_whole_file_the_index_may_be_named_until_it_is_removed() {
    let bench = bench("");
    bench.run(0);
    assert_eq!(bench.guiyi(&["store", "key", "new", "data.key", "--data"]).code, 0);
    let project = std::fs::read_to_string(bench.path("guiyi.toml")).unwrap();
    let whole = format!("{project}\n[store.encryption]\nkey = \"data.key\"\nwhole = true\n");
    bench.write("guiyi.toml", whole.as_bytes());
    for refused in [
        &["store", "verify"][..],
        &["store", "decrypt", "--by", "王芳"],
        &["run", "guiyi.toml"],
    ] {
        let ran = bench.guiyi(refused);
        assert!(
            ran.code == 2 && ran.stderr.contains("leave `index` out, once `guiyi store encrypt`"),
            "{ran:?}"
        );
    }
    let ran = bench.guiyi(&["store", "encrypt", "--by", "王芳"]);
    let is_there = bench.path("index/customer.index").exists();
    if cfg!(feature = "sqlcipher") {
        assert!(
            ran.code == 0 && !is_there && ran.stderr.contains("take `index` out"),
            "{ran:?}"
        );
    } else {
        // Nothing was encrypted, so nothing is removed.
        assert!(
            ran.code == 2 && is_there && ran.stderr.contains("without SQLCipher"),
            "{ran:?}"
        );
    }
}

#[test]
fn a_run_whose_index_cannot_be_written_is_done_all_the_same() {
    let bench = bench("");
    bench.write("index", b"no directory");
    let ran = bench.guiyi(&["run", "guiyi.toml", "--format", "json"]);
    assert_eq!(ran.code, 1, "{ran:?}");
    for word in [
        "warning: the run is done",
        "cannot make the directory",
        "hint: `guiyi store index`",
    ] {
        assert!(ran.stderr.contains(word), "{word}: {}", ran.stderr);
    }
    let summary: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(summary["outcome"], "clean");
    assert!(bench.path("out/run.json").exists());
    std::fs::remove_file(bench.path("index")).unwrap();
    assert_eq!(bench.guiyi(&["store", "index"]).code, 0);
    assert!(!index(&bench).is_empty());
}

#[test]
fn the_service_is_asked_over_http() {
    let bench = bench("");
    bench.run(0);
    let mut service = (bench.command(&["serve", "guiyi.toml", "--address", "127.0.0.1:0"]))
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(service.stderr.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    let address = line.split("http://").nth(1).unwrap().split(';').next().unwrap();
    let (gid, record) = &known(&bench)[0];
    let body = record.to_string();
    let request = format!(
        "POST /v1/find?entity=customer HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\
         Connection: close\r\n\r\n{body}",
        body.len()
    );
    let mut stream = TcpStream::connect(address).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    service.kill().unwrap();
    service.wait().unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    let answer: Value = serde_json::from_str(answer.split("\r\n\r\n").nth(1).unwrap()).unwrap();
    assert_eq!(
        (&answer["gid"], &answer["decision"]),
        (&json!(gid), &json!("match")),
        "{answer}"
    );
    let mobile = answer["found"][0]["values"]["mobile"].as_str().unwrap();
    assert!(mobile.contains("****"), "{mobile}");
}

#[test]
fn what_cannot_be_asked_is_an_error_with_a_way_out() {
    let bench = bench("");
    let record = r#"{"name": "杭州甲有限公司"}"#;
    let check = |ran: &Ran, words: &[&str]| {
        assert_eq!(ran.code, 2, "{}{}", ran.stdout, ran.stderr);
        for word in words {
            assert!(ran.stderr.contains(word), "{word}: {}", ran.stderr);
        }
    };
    check(&find(&bench, &[record]), &["there is no store", "hint: `guiyi run"]);
    bench.run(0);
    check(
        &find(&bench, &[r#"{"nam": "x"}"#]),
        &["record 1", "no data element `nam`", "did you mean \"name\""],
    );
    check(&find(&bench, &[r#"{"name": []}"#]), &["`name` is no single value"]);
    check(&find(&bench, &["{}"]), &["says nothing that is compared"]);
    check(&find(&bench, &[record, "--entity", "material"]), &["material"]);
    check(&find(&bench, &[record, "--index", "x"]), &["--index"]);
    check(&bench.guiyi(&["find", record]), &["--index"]);
    bench.write("index/customer.index", b"nothing");
    check(&find(&bench, &[record]), &["customer.index cannot be used", "hint:"]);
    std::fs::remove_file(bench.path("index/customer.index")).unwrap();
    check(
        &find(&bench, &[record]),
        &["there is no index", "guiyi store guiyi.toml index"],
    );
    let project = std::fs::read_to_string(bench.path("guiyi.toml")).unwrap();
    bench.write("guiyi.toml", project.replace("index = \"index\"\n", "").as_bytes());
    check(
        &find(&bench, &[record]),
        &["keeps no index", "index = \"index\" under [store]"],
    );
    check(
        &bench.guiyi(&["store", "index"]),
        &["keeps no index", "index = \"index\" under [store]"],
    );
    let whole = format!("{project}\n[store.encryption]\nkey = \"data.key\"\nwhole = true\n");
    bench.write("guiyi.toml", whole.as_bytes());
    check(
        &bench.guiyi(&["check"]),
        &["encrypted as a whole", "hint: leave `index` out"],
    );
}
