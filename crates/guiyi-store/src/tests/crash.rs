//! Dying in the middle: a child process works on a store and is killed at a given write, at any moment, or by the system
//! when a file grows beyond a limit; the store must be as before or as after, whole, and the work can be done again.
//!
//! A sample of the points runs by default; `GUIYI_TEST_POINTS=500` tries that many of each work.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use guiyi_core::dictionary::EntityType;
use guiyi_core::global_id::from_serial;

use super::world::{World, dump_of};
use crate::{
    Application, Approval, By, DataKey, Merge, NewCode, NewDecision, NewPin, NewRelation, NewTransition, Proposal,
    RelationKind, RelationSource, Split, Store, StoreError, Terms, Verdict,
};

/// Names the write at which the child dies.
const DIE_AT: &str = "GUIYI_TEST_DIE_AT";
/// Names what the child does.
const CHILD_WORK: &str = "GUIYI_TEST_WORK";
/// Names the store of the child.
const CHILD_STORE: &str = "GUIYI_TEST_STORE";
/// Says how many points of each work are tried.
const POINTS: &str = "GUIYI_TEST_POINTS";

static WRITES: AtomicI64 = AtomicI64::new(0);

/// Called before every write, and between the steps of what is no write of SQLite's.
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
    if let Err(error) = work(&std::env::var(CHILD_WORK).unwrap(), Path::new(&path)) {
        println!("error: {error} hint: {}", error.hint().unwrap_or_default());
        std::process::exit(3);
    }
    println!("{} writes", WRITES.load(Ordering::SeqCst));
}

/// Everything that writes.
const WORKS: &[&str] = &[
    "first load",
    "run",
    "decide",
    "pin",
    "unpin",
    "merge",
    "split",
    "mint",
    "alias",
    "replace",
    "relate",
    "migrate",
    "backup",
    "restore",
    "propose",
    "approve",
    "apply",
    "encrypt",
    "rotate",
    "decrypt",
];

/// What writes the file anew; tests of its own, for builds that can.
#[cfg(feature = "sqlcipher")]
const WHOLE_WORKS: &[&str] = &["encrypt as a whole", "decrypt as a whole"];

/// Works that change the keys. The store that they leave sweeps its file when it is opened next.
const REKEYS: [&str; 5] = [
    "encrypt",
    "rotate",
    "decrypt",
    "encrypt as a whole",
    "decrypt as a whole",
];

const BY: By<'_> = By {
    actor: "王芳",
    reason: "checked by phone",
    utc: "2026-01-02T00:00:00Z",
};

const OTHER: By<'_> = By { actor: "李强", ..BY };

const TERMS: Terms<'_> = Terms {
    approvals: 1,
    effective: None,
};

/// Customers in the world of these tests.
const N_CUSTOMERS: usize = 400;

fn beside(path: &Path, name: &str) -> PathBuf {
    path.with_file_name(name)
}

/// Does a work on the store at `path`. Panics only if the test itself is wrong.
fn work(what: &str, path: &Path) -> Result<(), StoreError> {
    match what {
        "backup" => Store::open_read_only(path)?
            .backup(&beside(path, "copy.backup"))
            .map(drop),
        "restore" => crate::restore(&beside(path, "other.db"), path, BY.utc).map(drop),
        "migrate" => Store::open(path).map(drop),
        _ => write(what, &mut Store::open_as_it_is(path, Some(&beside(path, "first.key")))?),
    }
}

/// Writes into an open store.
pub(crate) fn write(what: &str, store: &mut Store) -> Result<(), StoreError> {
    let book = World::rulebook();
    let id = |serial| from_serial(EntityType::Customer, 0, serial).unwrap();
    match what {
        "first load" => {
            World::first_run(N_CUSTOMERS).try_run(store, BY.utc)?;
        }
        "run" => {
            // With a valid time, so that the earlier contents of source records are kept.
            let mut book = World::rulebook();
            book.survivorship.valid_from.insert("erp".into(), 1);
            World::second_run(N_CUSTOMERS).run_with(store, &book, BY.utc)?;
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
            store.decide(EntityType::Customer, &decisions, BY, false)?;
        }
        "pin" => {
            let pin = NewPin {
                gid: id(7),
                element: "city",
                value: Some("宁波市"),
                expires: None,
                valid_from: None,
            };
            store.pin(&book, pin, BY)?;
        }
        "unpin" => {
            store.unpin(&book, id(9), "city", BY)?;
        }
        "merge" => {
            let merge = Merge {
                a: id(4),
                b: id(5),
                survivor: None,
                overrule: false,
            };
            store.merge(&book, merge, BY)?;
        }
        "split" => {
            let split = Split {
                gid: id(1),
                records: &[("erp", "D03-000000")],
                edits: crate::Edits::Record,
            };
            store.split(&book, split, BY)?;
        }
        "mint" => {
            store.mint(EntityType::Customer, 7, 100, "plant Suzhou", BY)?;
        }
        "alias" => {
            let code = |key| NewCode {
                system: "old",
                key,
                gid: id(3),
                valid_to: None,
                valid_from: None,
                with: None,
            };
            let answers = store.add_codes(EntityType::Customer, &[code("1"), code("2")], BY, false)?;
            assert_eq!(answers, [Ok(true), Ok(true)]);
        }
        "replace" => {
            let transition = NewTransition {
                system: "erp",
                old: "D03-000007",
                new: "D09-000007",
                valid_from: None,
                until: "2026-12-31T00:00:00Z",
            };
            let answers = store.replace_codes(EntityType::Customer, &[transition], BY, false)?;
            assert_eq!(answers, [Ok(true)]);
        }
        "relate" => {
            let relation = NewRelation {
                from: id(11),
                kind: RelationKind::BranchOf,
                to: id(12),
                is_so: true,
                valid_from: None,
                valid_until: None,
                source: RelationSource::Steward,
            };
            store.relate(&[relation], BY)?;
        }
        "propose" => {
            store.propose(&book, &proposal(), TERMS, BY)?;
        }
        "approve" => {
            store.approve(1, Approval::default(), OTHER)?;
        }
        "apply" => {
            let done = store.apply_request(&book, 1, OTHER)?;
            assert!(matches!(done, Application::Applied(_)), "{done:?}");
        }
        "encrypt" => {
            let key = DataKey::read(&beside(store.path(), "first.key"))?;
            store.encrypt(&key, &super::encryption::elements(), BY)?;
        }
        "rotate" | "decrypt" => {
            store.use_key(&beside(store.path(), "first.key"))?;
            if what == "decrypt" {
                store.decrypt(BY)?;
            } else {
                store.rotate(&DataKey::read(&beside(store.path(), "second.key"))?, BY)?;
            }
        }
        "encrypt as a whole" => {
            let key = DataKey::read(&beside(store.path(), "first.key"))?;
            store.convert(Some(&key), BY, |store| {
                store.encrypt(&key, &super::encryption::elements(), BY)
            })?;
        }
        "decrypt as a whole" => {
            store.use_key(&beside(store.path(), "first.key"))?;
            store.convert(None, BY, |store| store.decrypt(BY))?;
        }
        other => panic!("{other}"),
    }
    Ok(())
}

/// What is proposed, approved and applied: a merge, which writes most.
fn proposal() -> Proposal {
    let id = |serial| from_serial(EntityType::Customer, 0, serial).unwrap();
    Proposal::Merge(Merge {
        a: id(4),
        b: id(5),
        survivor: None,
        overrule: false,
    })
}

/// Opens a store with whichever of the keys is its own.
fn open_with_key(path: &Path) -> Store {
    let mut store = Store::open_as_it_is(path, Some(&beside(path, "first.key"))).unwrap();
    for key in ["first.key", "second.key"] {
        if store.check_key().is_err() {
            store.use_key(&beside(path, key)).unwrap();
        }
    }
    store.check_key().unwrap();
    store
}

/// A directory with the store before the work.
pub(crate) fn prepare(what: &str) -> (tempfile::TempDir, PathBuf) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("store.db");
    if what == "migrate" {
        std::fs::write(&path, include_bytes!("stores/version_1.db")).unwrap();
        return (directory, path);
    }
    let mut store = Store::open(&path).unwrap();
    if what == "first load" {
        return (directory, path);
    }
    World::first_run(N_CUSTOMERS).run(&mut store, "2026-01-01T00:00:00Z");
    let pin = NewPin {
        gid: from_serial(EntityType::Customer, 0, 9).unwrap(),
        element: "city",
        value: Some("嘉兴市"),
        expires: None,
        valid_from: None,
    };
    store.pin(&World::rulebook(), pin, BY).unwrap();
    if matches!(what, "approve" | "apply") {
        store.propose(&World::rulebook(), &proposal(), TERMS, BY).unwrap();
    }
    if what == "apply" {
        store.approve(1, Approval::default(), OTHER).unwrap();
    }
    if REKEYS.contains(&what) {
        // The same in every directory, so that the same work leaves the same store.
        for (key, bytes) in [("first.key", [1; 32]), ("second.key", [2; 32])] {
            crate::key_file::write_secret(&beside(&path, key), "guiyi-data-key-1", &bytes).unwrap();
        }
        let pin = Proposal::Pin {
            gid: pin.gid,
            element: "city".into(),
            value: Some("湖州市".into()),
            expires: None,
            valid_from: None,
        };
        store.propose(&World::rulebook(), &pin, TERMS, BY).unwrap();
        match what {
            "rotate" | "decrypt" => write("encrypt", &mut store).unwrap(),
            "decrypt as a whole" => write("encrypt as a whole", &mut store).unwrap(),
            _ => {}
        }
    }
    if what == "restore" {
        std::fs::write(beside(&path, "other.db"), include_bytes!("stores/version_2.db")).unwrap();
    }
    (directory, path)
}

/// What the store holds, whatever its schema version, without bringing it up to date.
fn content(path: &Path) -> String {
    let connection = rusqlite::Connection::open(path).unwrap();
    if let Some(key) = crate::whole::key_for(path, Some(&beside(path, "first.key"))).unwrap() {
        crate::whole::unlock(&connection, path, &key).unwrap();
    }
    dump_of(&connection)
}

fn child_command(path: &Path, what: &str, die_at: i64) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "tests::crash::child", "--nocapture"]);
    of_child(&mut command, path, what);
    command.env(DIE_AT, die_at.to_string());
    command
}

fn of_child(command: &mut Command, path: &Path, what: &str) {
    command.env(CHILD_STORE, path).env(CHILD_WORK, what);
    command.stdout(Stdio::piped()).stderr(Stdio::null());
}

/// A work that was let live, on a store of its own.
struct Lived {
    before: String,
    after: String,
    n_writes: i64,
    duration: Duration,
}

fn live(what: &str) -> Lived {
    let (_directory, path) = prepare(what);
    let before = content(&path);
    let begin = Instant::now();
    let output = child_command(&path, what, -1).output().unwrap();
    let duration = begin.elapsed();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{what}: {text}");
    let n_writes = text.lines().find_map(|line| {
        let (n, _) = line.split_once(" writes")?;
        n.rsplit(' ').next()?.parse().ok()
    });
    let after = content(&path);
    assert_eq!(before == after, what == "backup", "{what}");
    Lived {
        before,
        after,
        n_writes: n_writes.unwrap(),
        duration,
    }
}

/// The store after a child died or gave up: whole, and as before or as after. Says whether the work is done now: looking at
/// a store of an earlier schema brings it up to date.
fn survived(what: &str, path: &Path, lived: &Lived, when: &str) -> bool {
    assert!(path.exists(), "{what}, {when}: no store");
    if REKEYS.contains(&what) {
        drop(open_with_key(path));
    }
    let found = content(path);
    let is_done = found == lived.after;
    assert!(is_done || found == lived.before, "{what}, {when}: half done");
    let store = open_with_key(path);
    assert_eq!(store.verify().unwrap(), [""; 0], "{what}, {when}");
    if what == "rotate" || what.starts_with("encrypt") && is_done {
        for ending in ["", "-wal"] {
            let bytes = std::fs::read(beside(path, &format!("store.db{ending}"))).unwrap_or_default();
            let phone = b"1390000";
            let lingers = bytes.windows(phone.len()).any(|window| window == phone);
            assert!(!lingers, "{what}, {when}: a number in plain text in store.db{ending}");
        }
    }
    let copy = beside(path, "copy.backup");
    if copy.exists() {
        // A copy has its name only once it is whole.
        assert_eq!(content(&copy), lived.before, "{what}, {when}");
        assert_eq!(Store::open_read_only(&copy).unwrap().verify().unwrap(), [""; 0]);
    }
    if what == "restore" && is_done {
        assert_eq!(
            content(&beside(path, "store.db.before-restore")),
            lived.before,
            "{what}, {when}"
        );
    }
    match what {
        "backup" => copy.exists(),
        "migrate" => true,
        _ => is_done,
    }
}

/// Done again, it completes.
fn completes(what: &str, path: &Path, lived: &Lived) {
    let output = child_command(path, what, -1).output().unwrap();
    assert!(
        output.status.success(),
        "{what}: {}",
        String::from_utf8_lossy(&output.stdout)
    );
    assert!(survived(what, path, lived, "done again"), "{what}");
}

/// How many points of a work are tried.
pub(crate) fn n_points(sample: usize) -> usize {
    std::env::var(POINTS).map_or(sample, |n| n.parse().unwrap())
}

#[test]
fn killed_at_any_write_the_store_is_as_before() {
    killed_at_any_write(WORKS);
}

#[cfg(feature = "sqlcipher")]
#[test]
fn killed_at_any_write_of_the_whole_file_the_store_is_as_before_or_after() {
    killed_at_any_write(WHOLE_WORKS);
}

fn killed_at_any_write(works: &[&str]) {
    for &what in works {
        let lived = live(what);
        let n_writes = lived.n_writes;
        let least = match what {
            "run" | "first load" => 100,
            "migrate" => 8,
            _ => 4,
        };
        assert!(n_writes >= least, "{what}: {n_writes}");
        let n = i64::try_from(n_points(8)).unwrap();
        let points: std::collections::BTreeSet<i64> = (0..n.min(n_writes))
            .map(|part| n_writes * part / n.min(n_writes))
            .chain([0, n_writes - 2, n_writes - 1])
            .collect();
        let (mut directory, mut path) = prepare(what);
        for die_at in points {
            let output = child_command(&path, what, die_at).output().unwrap();
            assert!(!output.status.success(), "{what}: the child outlived write {die_at}");
            if survived(what, &path, &lived, &format!("killed at write {die_at}")) {
                (directory, path) = prepare(what);
            }
        }
        completes(what, &path, &lived);
        drop(directory);
    }
}

#[test]
fn killed_at_any_moment_the_store_is_as_before_or_after() {
    killed_at_any_moment(WORKS);
}

#[cfg(feature = "sqlcipher")]
#[test]
fn killed_while_the_whole_file_is_written_the_store_is_as_before_or_after() {
    killed_at_any_moment(WHOLE_WORKS);
}

fn killed_at_any_moment(works: &[&str]) {
    for &what in works {
        let lived = live(what);
        let n = n_points(3) as u32;
        let (mut directory, mut path) = prepare(what);
        for part in 1..=n {
            let mut child = child_command(&path, what, -1).spawn().unwrap();
            std::thread::sleep(lived.duration * part / (n + 1));
            // SIGKILL on Unix.
            child.kill().unwrap();
            child.wait().unwrap();
            if survived(what, &path, &lived, &format!("killed after {part}/{n} of its time")) {
                (directory, path) = prepare(what);
            }
        }
        completes(what, &path, &lived);
        drop(directory);
    }
}

/// The system limits how large the child's files may grow. Beyond, it kills the child in the middle of SQLite's own
/// writing, or, if the child does not want to die, refuses the write.
#[cfg(unix)]
fn limited(path: &Path, what: &str, n_blocks: u64, is_fatal: bool) -> Output {
    let mut command = Command::new("sh");
    let trap = if is_fatal { "" } else { "trap '' XFSZ; " };
    command
        .arg("-c")
        .arg(format!("{trap}ulimit -c 0; ulimit -f {n_blocks}; exec \"$0\" \"$@\""));
    command.arg(std::env::current_exe().unwrap());
    command.args(["--exact", "tests::crash::child", "--nocapture"]);
    of_child(&mut command, path, what);
    command.output().unwrap()
}

#[cfg(unix)]
#[test]
fn a_file_that_may_not_grow_leaves_the_store_as_it_was() {
    not_grown(WORKS);
}

#[cfg(all(unix, feature = "sqlcipher"))]
#[test]
fn a_whole_file_that_may_not_grow_leaves_the_store_as_it_was() {
    not_grown(WHOLE_WORKS);
}

#[cfg(unix)]
fn not_grown(works: &[&str]) {
    let (mut n_killed, mut n_refused) = (0, 0);
    for &what in works {
        let lived = live(what);
        let n = n_points(2) as u64;
        let (mut directory, mut path) = prepare(what);
        for part in 0..n {
            for is_fatal in [true, false] {
                // Up to what a file of this work may need; blocks are of 512 or 1024 bytes, as the shell counts.
                let output = limited(&path, what, 4 + 500 * part / n, is_fatal);
                let when = format!("files up to {} blocks", 4 + 500 * part / n);
                if !is_fatal && !output.status.success() {
                    let said = String::from_utf8_lossy(&output.stdout).into_owned();
                    let is_clear = said.contains("cannot read or write") || said.contains("cannot open");
                    assert!(is_clear && !said.contains("hint: \n"), "{what}, {when}: {said}");
                    n_refused += 1;
                } else if !output.status.success() {
                    n_killed += 1;
                }
                if survived(what, &path, &lived, &when) {
                    (directory, path) = prepare(what);
                }
            }
        }
        completes(what, &path, &lived);
        drop(directory);
    }
    assert!(
        n_killed > works.len() / 2 && n_refused > works.len() / 2,
        "{n_killed} {n_refused}"
    );
}
