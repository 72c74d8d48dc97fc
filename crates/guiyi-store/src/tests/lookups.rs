//! A look-up sees every write that ended before it, of this process and of others, however quickly look-ups follow each
//! other.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use guiyi_core::dictionary::EntityType;

use super::world::World;
use crate::{By, Store};

const CUSTOMER: EntityType = EntityType::Customer;

/// Names the store to the child.
const CHILD_STORE: &str = "GUIYI_TEST_LOOKUPS";

const BY: By<'_> = By {
    actor: "王芳",
    reason: "the old ERP's codes",
    utc: "2026-01-02T00:00:00Z",
};

fn store(directory: &Path) -> Store {
    let mut store = Store::open(directory.join("store.db")).unwrap();
    World::first_run(30).run(&mut store, "2026-01-01T00:00:00Z");
    store
}

/// Delivers a new record.
fn write(store: &mut Store, number: usize) {
    let rows = [("crm", &*format!("HD-KA-9{number:04}"), "新客户", "", "")];
    let book = World::rulebook();
    let batches = World::of(&rows).batches(&book);
    let row = batches.iter().find(|batch| batch.len() == 1).unwrap();
    store.put(&book, row, None, BY).unwrap();
}

/// Looks up many codes, then one that was written just now and one that is not yet.
fn check(store: &Store, number: usize) {
    for _ in 0..200 {
        assert!(store.lookup(CUSTOMER, "erp", "D03-000001").unwrap().is_some());
    }
    let look = |number| store.lookup(CUSTOMER, "crm", &format!("HD-KA-9{number:04}")).unwrap();
    assert!(look(number).is_some() && look(number + 1).is_none());
}

#[test]
fn what_another_connection_wrote_is_seen() {
    let directory = tempfile::tempdir().unwrap();
    let mut writer = store(directory.path());
    let reader = Store::open_read_only(directory.path().join("store.db")).unwrap();
    for number in 0..200 {
        write(&mut writer, number);
        check(&reader, number);
        check(&writer, number);
    }
}

/// Not a test of its own: writes a record for each line that it gets, and answers with a line.
#[test]
fn child() {
    let Ok(path) = std::env::var(CHILD_STORE) else { return };
    let mut store = Store::open(path).unwrap();
    for line in std::io::stdin().lock().lines() {
        write(&mut store, line.unwrap().parse().unwrap());
        println!("written");
    }
}

#[test]
fn what_another_process_wrote_is_seen() {
    let directory = tempfile::tempdir().unwrap();
    let reader = store(directory.path());
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "tests::lookups::child", "--nocapture"])
        .env(CHILD_STORE, directory.path().join("store.db"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut orders = child.stdin.take().unwrap();
    let mut answers = BufReader::new(child.stdout.take().unwrap()).lines();
    for number in 0..100 {
        writeln!(orders, "{number}").unwrap();
        assert!(answers.any(|line| line.unwrap().ends_with("written")));
        check(&reader, number);
    }
    drop(orders);
    assert!(child.wait().unwrap().success());
}

#[test]
fn the_lock_is_held_for_quick_look_ups_and_let_go() {
    let directory = tempfile::tempdir().unwrap();
    drop(store(directory.path()));
    let path = directory.path().join("store.db");
    let reader = Store::open_read_only(&path).unwrap();
    let is_holding = |_| {
        reader.lookup(CUSTOMER, "erp", "D03-000001").unwrap();
        reader.keeper.is_holding()
    };
    assert!((0..1_000_000).any(is_holding));
    reader.keeper.rest();
    assert!(!reader.keeper.is_holding());
    let empty_log = "PRAGMA wal_checkpoint(TRUNCATE)";
    let other = rusqlite::Connection::open(&path).unwrap();
    let is_busy: bool = other.query_row(empty_log, [], |row| row.get(0)).unwrap();
    assert!(!is_busy);
    let memory = Store::open_in_memory().unwrap();
    for _ in 0..1000 {
        assert_eq!(memory.lookup(CUSTOMER, "erp", "D03-000001").unwrap(), None);
    }
    assert!(!memory.keeper.is_holding());
}

#[test]
fn a_store_that_looks_up_quickly_does_not_keep_others_from_the_file() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("store.db");
    let mut writer = store(directory.path());
    let reader = Store::open_read_only(&path).unwrap();
    for number in 0..40 {
        write(&mut writer, number);
        check(&reader, number);
    }
    // The last one to close it empties the log and takes it away.
    drop((reader, writer));
    assert!(!directory.path().join("store.db-wal").exists());
}
