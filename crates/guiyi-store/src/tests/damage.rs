//! Damage that no writer makes: flipped bits, lost sectors, files cut short, files that cannot be written, a full disk
//! under every work, a clock that jumps back. A damaged store is told or reads as before; it never makes the program
//! panic, and never passes other values off as the stored ones.

use std::path::Path;

use guiyi_core::dictionary::EntityType;

use super::crash::{self, prepare};
use super::world::{World, dump, try_dump_of};
use crate::{By, NewPin, Store, StoreError};

/// A sequence of numbers, the same each time (splitmix64).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) as usize % limit
    }
}

/// A store with everything in it, as one file.
fn sound_bytes() -> Vec<u8> {
    let (_directory, path) = prepare("merge");
    let mut store = Store::open(&path).unwrap();
    for what in ["merge", "split", "decide", "alias", "replace", "relate", "mint", "run"] {
        crash::write(what, &mut store).unwrap();
    }
    assert_eq!(store.verify().unwrap(), [""; 0]);
    drop(store);
    std::fs::read(&path).unwrap()
}

#[test]
fn what_a_killed_restore_leaves_is_not_taken_for_the_next_ones() {
    let (directory, path) = prepare("restore");
    let at = |name: &str| directory.path().join(name);
    std::fs::copy(at("other.db"), at("store.db.partial")).unwrap();
    // Killed within a transaction, SQLite leaves a journal that it rolls back when it opens the file.
    let connection = rusqlite::Connection::open(at("store.db.partial")).unwrap();
    connection
        .execute_batch(
            "PRAGMA journal_mode = DELETE; PRAGMA cache_size = 1;
             CREATE TABLE more (value BLOB);
             INSERT INTO more WITH RECURSIVE n (at) AS (SELECT 1 UNION ALL SELECT at + 1 FROM n WHERE at < 300)
                 SELECT randomblob(4000) FROM n;
             BEGIN; CREATE TABLE last (value BLOB); INSERT INTO last SELECT randomblob(4000) FROM more;",
        )
        .unwrap();
    let journal = std::fs::read(at("store.db.partial-journal")).unwrap();
    drop(connection);
    std::fs::write(at("store.db.partial-journal"), journal).unwrap();
    crate::restore(&at("other.db"), &path, "2026-01-04T00:00:00Z").unwrap();
    assert_eq!(Store::open(&path).unwrap().verify().unwrap(), [""; 0]);
    assert!(!at("store.db.partial-journal").exists());
}

/// Reads all that can be read. Errors are fine, panics are not.
fn read_everything(store: &Store) -> Result<(), StoreError> {
    let customer = EntityType::Customer;
    for row in store.golden_rows(customer)?.take(40) {
        let gid = row?.gid;
        store.golden(gid)?;
        store.history(gid)?;
        store.how(gid)?;
        store.codes_of(gid)?;
        store.resolve(gid)?;
    }
    for row in store.crosswalk_rows(customer)? {
        store.lookup(customer, "erp", &row?.key)?;
    }
    store.changes(0, usize::MAX)?;
    store.pending(customer)?;
    store.blocks(customer)?;
    store.codes(customer, "erp")?.suggest("D03");
    store.state()?;
    Ok(())
}

/// Whether an error says what is wrong with the file and what to do.
fn is_clear(error: &StoreError) -> bool {
    let is_of_file = matches!(
        error,
        StoreError::Damaged { .. }
            | StoreError::NotAStore { .. }
            | StoreError::NewerSchema { .. }
            | StoreError::OlderSchema { .. }
            | StoreError::CannotOpen { .. }
            | StoreError::Io { .. }
    );
    is_of_file && error.hint().is_some()
}

/// What a look at a damaged store shows.
enum Seen {
    /// It was told.
    Told,
    /// Nothing was told: the tables that are not as before.
    Silent(Vec<String>),
}

fn look(path: &Path, before: &str, what: &str) -> Seen {
    let found = Store::open(path).and_then(|store| {
        let problems = store.verify();
        if let Err(error) = read_everything(&store) {
            assert!(is_clear(&error), "{what}: {error:?}");
        }
        problems.map(|problems| (problems, try_dump_of(&store.connection)))
    });
    match found {
        Err(error) => {
            assert!(is_clear(&error), "{what}: {error:?}");
            Seen::Told
        }
        Ok((problems, _)) if !problems.is_empty() => Seen::Told,
        Ok((_, dumped)) => {
            let dumped = dumped.unwrap_or_else(|error| panic!("{what}: sound, and cannot be read: {error}"));
            let other = dumped.lines().zip(before.lines()).filter(|(now, then)| now != then);
            let table = |(now, _): (&str, &str)| now.split(' ').next().unwrap_or_default().to_owned();
            let mut tables: Vec<String> = other.map(table).collect();
            tables.dedup();
            if dumped.lines().count() != before.lines().count() {
                tables.push("rows".into());
            }
            Seen::Silent(tables)
        }
    }
}

/// Tables with columns that no digest and no invariant covers: in them, single bytes can change unseen. `docs/store.md`
/// says so.
const NOT_COVERED: [&str; 6] = [
    "crosswalk",
    "crosswalk_history",
    "global_id",
    "golden",
    "review_pair",
    "source_record",
];

#[test]
fn flipped_and_lost_bytes_are_told() {
    let sound = sound_bytes();
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("store.db");
    std::fs::write(&path, &sound).unwrap();
    let before = dump(&Store::open(&path).unwrap());
    let n = crash::n_points(80);
    let (mut n_told, mut n_harmless, mut n_unseen) = (0, 0, 0);
    for point in 0..n {
        let mut numbers = Numbers(point as u64);
        let mut bytes = sound.clone();
        let length = [1, 16, 512, 4096][point % 4];
        let at = numbers.below(bytes.len() / length) * length;
        let what = format!("point {point}: {length} bytes at {at}");
        for byte in &mut bytes[at..at + length] {
            *byte = match length {
                1 => *byte ^ 1 << numbers.below(8),
                512 => 0,
                _ => numbers.below(256) as u8,
            };
        }
        for ending in ["-wal", "-shm"] {
            let _ = std::fs::remove_file(directory.path().join(format!("store.db{ending}")));
        }
        std::fs::write(&path, &bytes).unwrap();
        match look(&path, &before, &what) {
            Seen::Told => n_told += 1,
            Seen::Silent(tables) if tables.is_empty() => n_harmless += 1,
            Seen::Silent(tables) if length <= 16 && tables.iter().all(|table| NOT_COVERED.contains(&&**table)) => {
                n_unseen += 1;
            }
            Seen::Silent(tables) => panic!("{what}: nothing told, but other values in {tables:?}"),
        }
    }
    println!("{n_told} told, {n_harmless} harmless, {n_unseen} unseen of {n}");
    // Bytes that hold nothing are few, and those that nothing covers.
    assert!(
        n_told > n * 6 / 10 && n_unseen < n / 10,
        "{n_told} told, {n_harmless} harmless, {n_unseen} unseen of {n}"
    );
}

#[test]
fn a_file_cut_short_is_told() {
    let sound = sound_bytes();
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("store.db");
    let mut numbers = Numbers(7);
    for part in 0..crash::n_points(20) {
        let length = 1 + numbers.below(sound.len() - 1);
        std::fs::write(&path, &sound[..length]).unwrap();
        let what = format!("part {part}: {length} of {} bytes", sound.len());
        assert!(matches!(look(&path, "", &what), Seen::Told), "{what}");
    }
}

#[test]
fn a_full_disk_under_every_work() {
    let mut n_full = 0;
    for what in [
        "run", "decide", "pin", "unpin", "merge", "split", "mint", "alias", "replace", "relate",
    ] {
        let (_directory, path) = prepare(what);
        let mut store = Store::open(&path).unwrap();
        let before = dump(&store);
        let n_pages: i64 = store
            .connection
            .pragma_query_value(None, "page_count", |row| row.get(0))
            .unwrap();
        for more in 0..3 {
            let limit = |store: &Store, pages: i64| {
                let update = store
                    .connection
                    .pragma_update_and_check(None, "max_page_count", pages, |_| Ok(()));
                update.unwrap();
            };
            limit(&store, n_pages + more);
            let done = crash::write(what, &mut store);
            limit(&store, 1 << 30);
            assert_eq!(store.verify().unwrap(), [""; 0], "{what}");
            match done {
                Ok(()) => break,
                Err(error) => {
                    assert!(matches!(error, StoreError::DiskFull { .. }), "{what}: {error}");
                    assert_eq!(dump(&store), before, "{what}");
                    n_full += 1;
                }
            }
        }
    }
    assert!(n_full >= 3, "{n_full}");
}

/// Not a test of its own: what somebody without rights does. Without the variable it does nothing.
#[test]
fn without_rights() {
    let Some(path) = std::env::var_os("GUIYI_TEST_READ_ONLY") else {
        return;
    };
    match Store::open(&path) {
        Err(StoreError::ReadOnly { .. }) => {}
        other => panic!("{other:?}"),
    }
    match Store::open_read_only(&path).and_then(|store| store.verify()) {
        Ok(problems) => assert!(problems.is_empty(), "{problems:?}"),
        other => panic!("{other:?}"),
    }
    println!("refused and read");
}

#[cfg(unix)]
#[test]
fn a_file_without_write_permission_is_refused_and_can_be_read() {
    use std::os::unix::fs::PermissionsExt;
    use std::os::unix::process::CommandExt;

    let (directory, path) = prepare("pin");
    let bytes = std::fs::read(&path).unwrap();
    let mode = |path: &Path, mode| std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    mode(&path, 0o444);
    // The superuser may write whatever the mode says, so it becomes nobody.
    let is_superuser = std::fs::OpenOptions::new().write(true).open(&path).is_ok();
    let program = directory.path().join("test");
    std::fs::copy(std::env::current_exe().unwrap(), &program).unwrap();
    mode(&program, 0o755);
    let mut command = std::process::Command::new(&program);
    command.args(["--exact", "tests::damage::without_rights", "--nocapture"]);
    command.env("GUIYI_TEST_READ_ONLY", &path);
    mode(directory.path(), 0o777);
    if is_superuser {
        command.uid(65_534);
    }
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && said.contains("refused and read"), "{said}");
    assert_eq!(std::fs::read(&path).unwrap(), bytes);
}

#[test]
fn a_clock_that_jumps_back_leaves_the_order() {
    let (_directory, path) = prepare("pin");
    let mut store = Store::open(&path).unwrap();
    let early = "1999-12-31T23:59:59Z";
    World::second_run(400).run(&mut store, early);
    let gid = store
        .lookup(EntityType::Customer, "erp", "D03-000001")
        .unwrap()
        .unwrap();
    let by = By {
        actor: "王芳",
        reason: "asked",
        utc: early,
    };
    let pin = NewPin {
        gid,
        element: "city",
        value: Some("舟山市"),
        expires: None,
        valid_from: None,
    };
    store.pin(&World::rulebook(), pin, by).unwrap();
    drop(store);
    let store = Store::open(&path).unwrap();
    assert_eq!(store.verify().unwrap(), [""; 0]);
    let times: Vec<String> = store
        .history(gid)
        .unwrap()
        .into_iter()
        .map(|version| version.since.utc)
        .collect();
    assert!(times.len() >= 2 && times.is_sorted() && *times[0] > *early, "{times:?}");
    let last = store.state().unwrap().last_utc.unwrap();
    let now = store.golden_at(gid, &last).unwrap().unwrap();
    assert_eq!(now.values[1].value.as_deref(), Some("舟山市"));
}
