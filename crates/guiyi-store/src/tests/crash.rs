//! Dying in the middle: a child process commits and is killed at a given write; the store must be as before.

use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use super::world::{World, dump};
use crate::Store;

/// Names the write at which the child dies.
const DIE_AT: &str = "GUIYI_TEST_DIE_AT";
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
    World::second_run(400).run(&mut store, "2026-01-02T00:00:00Z");
    println!("{} writes", WRITES.load(Ordering::SeqCst));
}

fn child_command(path: &std::path::Path, die_at: i64) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "tests::crash::child", "--nocapture"]);
    command.env(CHILD_STORE, path).env(DIE_AT, die_at.to_string());
    command.stdout(Stdio::piped()).stderr(Stdio::null());
    command
}

#[test]
fn killed_at_any_write_the_store_is_as_before() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("store.db");
    let mut store = Store::open(&path).unwrap();
    World::first_run(400).run(&mut store, "2026-01-01T00:00:00Z");
    let before = dump(&store);
    drop(store);

    // How many writes there are, told by a child that lives, on a copy.
    let copy = directory.path().join("copy.db");
    std::fs::copy(&path, &copy).unwrap();
    let output = child_command(&copy, -1).output().unwrap();
    assert!(output.status.success());
    let text = String::from_utf8(output.stdout).unwrap();
    let n_writes: i64 = text
        .lines()
        .find_map(|line| {
            line.split_once(" writes")
                .and_then(|(n, _)| n.rsplit(' ').next()?.parse().ok())
        })
        .unwrap();
    assert!(n_writes > 100, "{n_writes}");
    let after = dump(&Store::open(&copy).unwrap());
    assert_ne!(before, after);

    let points = (0..10)
        .chain((1..10).map(|part| n_writes * part / 10))
        .chain(n_writes - 3..n_writes);
    for die_at in points {
        let status = child_command(&path, die_at).status().unwrap();
        assert!(!status.success(), "the child outlived write {die_at}");
        let store = Store::open(&path).unwrap();
        assert_eq!(store.verify().unwrap(), [""; 0], "killed at write {die_at}");
        assert_eq!(dump(&store), before, "killed at write {die_at}");
    }
    // Run again, it completes.
    assert!(child_command(&path, -1).status().unwrap().success());
    assert_eq!(dump(&Store::open(&path).unwrap()), after);
}

#[test]
fn killed_at_any_moment_the_store_is_as_before_or_after() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("store.db");
    let mut store = Store::open(&path).unwrap();
    World::first_run(400).run(&mut store, "2026-01-01T00:00:00Z");
    let before = dump(&store);
    drop(store);
    let copy = directory.path().join("copy.db");
    std::fs::copy(&path, &copy).unwrap();
    assert!(child_command(&copy, -1).status().unwrap().success());
    let after = dump(&Store::open(&copy).unwrap());

    for delay in 0..12 {
        let mut child = child_command(&path, -1).spawn().unwrap();
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
