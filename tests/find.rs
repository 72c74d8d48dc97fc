//! An index of a match: written, asked for one record, matched against, added to, and refused when it is none.

use std::collections::BTreeMap;
use std::io::Write;
use std::process::Stdio;

use crate::bench::{Bench, Ran, read_csv};

/// The members' list, all but the last twenty of them in an index; those twenty, with a slip each, and five newcomers
/// of whom two are one person are a file of their own.
fn bench() -> Bench {
    let bench = Bench::new();
    let fixture = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/match/members.csv");
    let text = std::fs::read_to_string(fixture).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    // Every member is there twice, so that there is something to learn from.
    let mut known = lines[0].to_owned() + "\n";
    for line in &lines[1..] {
        let twin = line.replacen('M', "C", 1).replacen("strasse", "str.", 1);
        known.extend([line, "\n", &twin, "\n"]);
    }
    bench.write("known.csv", known.as_bytes());
    let mut new = lines[0].to_owned() + "\n";
    for line in &lines[lines.len() - 20..] {
        let twin = line.replacen('M', "N", 1).replacen("strasse", "strase", 1);
        new.extend([&twin, "\n"]);
    }
    for (at, line) in [
        "Ludmilla,Quast,1971-05-06,Am Wehr 3,Oldenfelde,0419 112233",
        "Ludmila,Quast,1971-05-06,Am Wehr 3,Oldenfelde,0419 112233",
        "Ignaz,Yildirim,1944-01-30,Poststrasse 118,Wiek,",
        "Theda,Fock,2001-11-11,,Juist,0411 908070",
        "Bo,Zander,1988-08-09,Hafen 9,Zingst,0412 555555",
    ]
    .iter()
    .enumerate()
    {
        new.extend(["X", &at.to_string(), ",", line, "\n"]);
    }
    bench.write("new.csv", new.as_bytes());
    let ran = bench.guiyi(&["match", "known.csv", "--id", "id", "--index", "people.index", "--quiet"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    bench
}

fn ask(bench: &Bench, more: &[&str]) -> Ran {
    bench.guiyi(&[&["find", "--index", "people.index"], more].concat())
}

const AGAINST: &[&str] = &[
    "match",
    "new.csv",
    "--against",
    "people.index",
    "--out",
    "out",
    "--format",
    "json",
    "--quiet",
];

#[test]
fn one_record_is_found_before_it_is_created() {
    let bench = bench();
    let record = r#"{"first name": "Olga", "last name": "Rehak", "born": "1999-08-17", "town": "Uelzen"}"#;
    let ran = ask(&bench, &[record, "--format", "json"]);
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    let answer: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    let ids: Vec<&str> = (answer["found"].as_array().unwrap().iter())
        .filter(|found| found["decision"] == "match")
        .map(|found| found["id"].as_str().unwrap())
        .collect();
    assert_eq!(ids, ["M001", "C001"]);
    let first = &answer["found"][0];
    assert_eq!(first["cluster_id"], answer["cluster_id"]);
    assert!(first["levels"]["born"].as_str().unwrap().starts_with("equal") && first["levels"].get("phone").is_none());

    // The same words for a reader, the comparisons one by one, and nothing for a stranger.
    let text = ask(&bench, &[record]).stdout;
    assert!(
        text.starts_with("match   M001  ") && text.contains("born equal"),
        "{text}"
    );
    let text = ask(&bench, &[record, "--explain", "--language", "zh", "--most", "1"]).stdout;
    assert!(text.contains("M001") && text.contains("rehak"), "{text}");
    let stranger = ask(
        &bench,
        &[r#"{"last name": "Ypsilon", "born": "1900-01-01", "phone": 7}"#],
    );
    assert_eq!(
        (stranger.code, stranger.stdout.as_str()),
        (0, "nothing like it is known\n")
    );

    // A record of the index finds its twin.
    let twin = ask(&bench, &["--id", "M001"]);
    assert!(
        twin.code == 1 && twin.stdout.starts_with("match   C001  "),
        "{}",
        twin.stdout
    );
}

#[test]
fn records_on_stdin_are_answered_one_a_line() {
    let bench = bench();
    let mut asked = (bench.command(&["find", "--index", "people.index", "--format", "json"]))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let records = "{\"last name\": \"Rehak\", \"first name\": \"Olga\", \"born\": \"1999-08-17\"}\n{\"born\": null, \
                   \"town\": \"Nowhere\"}\n";
    asked.stdin.take().unwrap().write_all(records.as_bytes()).unwrap();
    let output = asked.wait_with_output().unwrap();
    let lines: Vec<serde_json::Value> = (String::from_utf8(output.stdout).unwrap().lines())
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines.len(), 2);
    assert_eq!(lines[0]["found"][0]["id"], "M001");
    assert_eq!(lines[1]["cluster_id"], serde_json::Value::Null);
}

#[test]
fn a_batch_joins_what_is_known_and_each_other() {
    let bench = bench();
    let before = std::fs::read(bench.path("people.index")).unwrap();
    let ran = bench.guiyi(AGAINST);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let summary: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    let count = |name: &str| summary[name].as_u64().unwrap();
    assert_eq!(
        (count("records"), count("join_known"), count("join_batch"), count("new")),
        (25, 20, 1, 4)
    );
    let rows = |name: &str| read_csv(&bench.path("out").join(name));
    let clusters: BTreeMap<String, (String, String)> = (rows("clusters.csv").into_iter())
        .map(|mut row| {
            let mut take = |name: &str| row.remove(name).unwrap();
            (take("id"), (take("cluster_id"), take("joins")))
        })
        .collect();
    assert_eq!(clusters["X0"].1, "new");
    assert_eq!(clusters["X1"], (clusters["X0"].0.clone(), "batch".to_owned()));
    for row in rows("pairs.csv").iter().filter(|row| row["decision"] == "match") {
        let (new, known) = (&row["new_id"], &row["known_id"]);
        assert!(
            new[1..] == known[1..] || (new == "X1" && known == "X0"),
            "{new} {known}"
        );
    }
    assert_eq!(std::fs::read(bench.path("people.index")).unwrap(), before);

    // Added, they are known: asked for again, each joins itself; added again, they are refused.
    let ran = bench.guiyi(&[AGAINST, &["--update"]].concat());
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let again = bench.guiyi(AGAINST);
    let summary: serde_json::Value = serde_json::from_str(&again.stdout).unwrap();
    assert_eq!(summary["join_known"], 25, "{summary}");
    assert_eq!(summary["known"], count("known") + 25);
    let ran = bench.guiyi(&[AGAINST, &["--update"]].concat());
    assert!(
        ran.code == 2 && ran.stderr.contains("has a record `N"),
        "{}",
        ran.stderr
    );
}

#[test]
fn two_updates_at_once_lose_nothing() {
    let bench = bench();
    let headers = "id,first name,last name,born,street,town,phone\n";
    let newcomers = [
        ["P1,Ludmilla,Quast,1971-05-06,Am Wehr 3,Oldenfelde,0419 112233\n"],
        ["P2,Bo,Zander,1988-08-09,Hafen 9,Zingst,0412 555555\n"],
    ];
    let update = |file: &'static str| ["match", file, "--against", "people.index", "--update", "--quiet"];
    for (file, rows) in ["one.csv", "two.csv"].iter().zip(newcomers) {
        bench.write(file, (headers.to_owned() + rows[0]).as_bytes());
    }
    let lock = (std::fs::OpenOptions::new().create(true).truncate(false).write(true))
        .open(bench.path("people.index.lock"))
        .unwrap();
    lock.lock().unwrap();

    // While somebody writes the index, nobody else does, and all may ask.
    let refused = bench.guiyi(&update("one.csv"));
    assert_eq!(refused.code, 2);
    assert!(
        refused.stderr.contains("people.index is being written by") && refused.stderr.contains("--wait 600"),
        "{}",
        refused.stderr
    );
    let made = ["match", "known.csv", "--id", "id", "--index", "people.index", "--quiet"];
    assert_eq!(bench.guiyi(&made).code, 2);
    assert_eq!(ask(&bench, &["--id", "M001"]).code, 1);

    // Two that wait come one after the other.
    let waiting = ["one.csv", "two.csv"].map(|file| {
        let arguments = [&update(file)[..], &["--wait", "60"]].concat();
        let mut command = bench.command(&arguments);
        command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap()
    });
    lock.unlock().unwrap();
    for update in waiting {
        let ended = update.wait_with_output().unwrap();
        assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
    }
    for id in ["P1", "P2"] {
        assert_ne!(ask(&bench, &["--id", id]).code, 2, "{id} was lost");
    }
}

#[test]
fn an_index_of_two_files_is_asked_for_the_other_one() {
    let bench = bench();
    for name in ["members.csv", "guests.csv"] {
        let fixtures = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/match");
        std::fs::copy(fixtures.join(name), bench.path(name)).unwrap();
    }
    let made = [
        "match",
        "members.csv",
        "guests.csv",
        "--id",
        "id",
        "--id",
        "guest",
        "--index",
        "people.index",
        "--quiet",
    ];
    assert_eq!(bench.guiyi(&made).code, 0);
    let guest = ask(
        &bench,
        &[r#"{"Nachname": "Rehak", "Vorname": "Olga", "Geburtstag": "17.8.1999"}"#],
    );
    assert!(guest.stdout.contains("  M001  "), "{}{}", guest.stdout, guest.stderr);
    let member = r#"{"last name": "Eklund", "first name": "Xaver", "born": "1949-02-15", "town": "Husum"}"#;
    let member = ask(&bench, &[member, "--like", "members.csv"]);
    assert!(member.stdout.contains("  G002  "), "{}{}", member.stdout, member.stderr);
}

#[test]
fn what_cannot_be_asked_is_an_error_with_a_way_out() {
    let bench = bench();
    let index = std::fs::read(bench.path("people.index")).unwrap();
    bench.write("cut.index", &index[..index.len() / 2]);
    let mut flipped = index.clone();
    flipped[index.len() / 2] ^= 1;
    bench.write("flipped.index", &flipped);
    let mut newer = index;
    newer[8] = 99;
    bench.write("newer.index", &newer);
    bench.write(
        "renamed.csv",
        b"id,first name,lastname,born,street,town,phone\n1,Olga,Rehak,1999-08-17,,,\n",
    );
    let find = |index, record| vec!["find", "--index", index, record];
    for (arguments, words) in [
        (
            find("cut.index", "{}"),
            &["cut.index cannot be used", "cut short", "copy it again"][..],
        ),
        (find("flipped.index", "{}"), &["damaged", "copy it again"]),
        (find("newer.index", "{}"), &["format 99", "make it anew"]),
        (find("known.csv", "{}"), &["this is no index", "guiyi match --index"]),
        (
            find("nothing.index", "{}"),
            &["cannot read nothing.index", "--index nothing.index"],
        ),
        (
            find("people.index", "Olga"),
            &["record 1 cannot be read", "is a JSON object"],
        ),
        (
            find("people.index", "{\"lastname\": \"Rehak\"}"),
            &["no column `lastname`", "did you mean \"last name\""],
        ),
        (
            find("people.index", "{\"last name\": [1]}"),
            &["`last name` is no single value"],
        ),
        (
            find("people.index", "{\"id\": \"M001\"}"),
            &["says nothing that is compared"],
        ),
        (
            vec!["find", "--index", "people.index", "--id", "M999"],
            &["people.index has no record `M999`"],
        ),
        (
            vec!["match", "renamed.csv", "--against", "people.index"],
            &["renamed.csv has no column `last name`", "`lastname`", "did you mean"],
        ),
        (
            vec!["match", "new.csv", "--against", "people.index", "--like", "guests.csv"],
            &["was not made of guests.csv", "known.csv"],
        ),
        (
            vec!["match", "new.csv", "known.csv", "--against", "people.index"],
            &["one file of new records"],
        ),
        (vec!["match", "new.csv", "--update"], &["--against"]),
    ] {
        let ran = bench.guiyi(&arguments);
        assert_eq!(ran.code, 2, "{arguments:?} {}", ran.stderr);
        for words in words {
            assert!(ran.stderr.contains(words), "{arguments:?} {words}: {}", ran.stderr);
        }
    }
}
