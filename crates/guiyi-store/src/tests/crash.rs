//! Dying in the middle: a child process commits and is killed at a given write; the store must be as before.

use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use guiyi_core::dictionary::EntityType;
use guiyi_core::global_id::from_serial;

use super::world::{World, dump};
use crate::{By, Merge, NewCode, NewDecision, NewPin, Split, Store, Verdict};

/// Names the write at which the child dies.
const DIE_AT: &str = "GUIYI_TEST_DIE_AT";
/// Names what the child does.
const CHILD_WORK: &str = "GUIYI_TEST_WORK";
/// Names the store of the child.
const CHILD_STORE: &str = "GUIYI_TEST_STORE";

static WRITES: AtomicI64 = AtomicI64::new(0);

/// Called before every write.
pub(crate) fn point() {
    let Some(die_at) = std::env::var(DIE_AT).ok().and_then(|at| at.parse::<i64>().ok()) else {
        return;
    };
    if WRITES.fetch_add(1, Ordering::SeqCst) == die_at {
        std::process::abort();
    }
}

/// Not a test of its own: what the child does. Without the variable it does nothing.
#[test]
fn child() {
    let Ok(path) = std::env::var(CHILD_STORE) else { return };
    let mut store = Store::open(path).unwrap();
    work(&std::env::var(CHILD_WORK).unwrap(), &mut store);
    println!("{} writes", WRITES.load(Ordering::SeqCst));
}

/// Everything that writes.
const WORKS: [&str; 8] = ["run", "decide", "pin", "unpin", "merge", "split", "mint", "alias"];

const BY: By<'_> = By {
    actor: "王芳",
    reason: "checked by phone",
    utc: "2026-01-02T00:00:00Z",
};

fn work(what: &str, store: &mut Store) {
    let book = World::rulebook();
    let id = |serial| from_serial(EntityType::Customer, 0, serial).unwrap();
    let split = |gid, records| Split {
        gid,
        records,
        edits: crate::Edits::Record,
    };
    match what {
        "run" => {
            World::second_run(400).run(store, BY.utc);
        }
        "decide" => {
            let decision = |a, b, verdict| NewDecision {
                a: ("erp", a),
                b: ("erp", b),
                verdict,
                reason: "",
            };
            let decisions = [
                decision("D03-000001", "D03-000002", Verdict::Match),
                decision("D03-000003", "D03-000002", Verdict::NotMatch),
            ];
            store.decide(EntityType::Customer, &decisions, BY, false).unwrap();
        }
        "pin" => {
            let pin = NewPin {
                gid: id(7),
                element: "city",
                value: Some("宁波市"),
                expires: None,
            };
            store.pin(&book, pin, BY).unwrap();
        }
        "unpin" => {
            store.unpin(&book, id(9), "city", BY).unwrap();
        }
        "merge" => {
            let merge = Merge {
                a: id(4),
                b: id(5),
                survivor: None,
                overrule: false,
            };
            store.merge(&book, merge, BY).unwrap();
        }
        "split" => {
            store.split(&book, split(id(1), &[("erp", "D03-000000")]), BY).unwrap();
        }
        "mint" => {
            store.mint(EntityType::Customer, 7, 100, "plant Suzhou", BY).unwrap();
        }
        "alias" => {
            let code = |key| NewCode {
                system: "old",
                key,
                gid: id(3),
                valid_to: None,
            };
            let answers = store
                .add_codes(EntityType::Customer, &[code("1"), code("2")], BY, false)
                .unwrap();
            assert_eq!(answers, [Ok(true), Ok(true)]);
        }
        other => panic!("{other}"),
    }
}

/// The store before the work.
fn prepare(path: &std::path::Path) -> String {
    let mut store = Store::open(path).unwrap();
    World::first_run(400).run(&mut store, "2026-01-01T00:00:00Z");
    let pin = NewPin {
        gid: from_serial(EntityType::Customer, 0, 9).unwrap(),
        element: "city",
        value: Some("嘉兴市"),
        expires: None,
    };
    store.pin(&World::rulebook(), pin, BY).unwrap();
    dump(&store)
}

fn child_command(path: &std::path::Path, what: &str, die_at: i64) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "tests::crash::child", "--nocapture"]);
    command
        .env(CHILD_STORE, path)
        .env(CHILD_WORK, what)
        .env(DIE_AT, die_at.to_string());
    command.stdout(Stdio::piped()).stderr(Stdio::null());
    command
}

#[test]
fn killed_at_any_write_the_store_is_as_before() {
    for what in WORKS {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("store.db");
        let before = prepare(&path);

        // How many writes there are, told by a child that lives, on a copy.
        let copy = directory.path().join("copy.db");
        std::fs::copy(&path, &copy).unwrap();
        let output = child_command(&copy, what, -1).output().unwrap();
        assert!(output.status.success(), "{what}");
        let text = String::from_utf8(output.stdout).unwrap();
        let n_writes: i64 = text
            .lines()
            .find_map(|line| {
                line.split_once(" writes")
                    .and_then(|(n, _)| n.rsplit(' ').next()?.parse().ok())
            })
            .unwrap();
        assert!(n_writes >= if what == "run" { 100 } else { 4 }, "{what}: {n_writes}");
        let after = dump(&Store::open(&copy).unwrap());
        assert_ne!(before, after, "{what}");

        let points = (0..10.min(n_writes))
            .chain((1..10).map(|part| n_writes * part / 10))
            .chain(n_writes - 3..n_writes);
        let points: std::collections::BTreeSet<i64> = points.collect();
        for die_at in points {
            let status = child_command(&path, what, die_at).status().unwrap();
            assert!(!status.success(), "{what}: the child outlived write {die_at}");
            let store = Store::open(&path).unwrap();
            assert_eq!(store.verify().unwrap(), [""; 0], "{what}, killed at write {die_at}");
            assert_eq!(dump(&store), before, "{what}, killed at write {die_at}");
        }
        // Done again, it completes.
        assert!(child_command(&path, what, -1).status().unwrap().success());
        let store = Store::open(&path).unwrap();
        assert_eq!((dump(&store), store.verify().unwrap().len()), (after, 0), "{what}");
    }
}

#[test]
fn killed_at_any_moment_the_store_is_as_before_or_after() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("store.db");
    let before = prepare(&path);
    let copy = directory.path().join("copy.db");
    std::fs::copy(&path, &copy).unwrap();
    assert!(child_command(&copy, "run", -1).status().unwrap().success());
    let after = dump(&Store::open(&copy).unwrap());

    for delay in 0..12 {
        let mut child = child_command(&path, "run", -1).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(delay * 4));
        // SIGKILL on Unix.
        child.kill().unwrap();
        child.wait().unwrap();
        let store = Store::open(&path).unwrap();
        assert_eq!(store.verify().unwrap(), [""; 0], "killed after {} ms", delay * 4);
        let found = dump(&store);
        assert!(found == before || found == after, "killed after {} ms", delay * 4);
    }
}
