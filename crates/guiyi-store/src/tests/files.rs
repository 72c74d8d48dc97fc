//! Files: fresh, foreign, newer, damaged, full, read-only, locked.

use std::time::Duration;

use guiyi_core::dictionary::EntityType;

use super::world::World;
use crate::{Store, StoreError};

const CUSTOMER: EntityType = EntityType::Customer;

fn temporary() -> (tempfile::TempDir, std::path::PathBuf) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("store.db");
    (directory, path)
}

#[test]
fn an_empty_file_becomes_a_store() {
    let (_directory, path) = temporary();
    std::fs::write(&path, b"").unwrap();
    let mut store = Store::open(&path).unwrap();
    World::first_run(5).run(&mut store, "2026-01-01T00:00:00Z");
    drop(store);
    let store = Store::open(&path).unwrap();
    assert_eq!(store.verify().unwrap(), [""; 0]);
}

#[test]
fn what_is_not_a_store_is_refused_and_left_alone() {
    let (directory, path) = temporary();
    std::fs::write(&path, "customer,phone\n".repeat(200)).unwrap();
    let before = std::fs::read(&path).unwrap();
    assert!(matches!(Store::open(&path), Err(StoreError::Whole { .. })));
    assert_eq!(std::fs::read(&path).unwrap(), before);

    let foreign = directory.path().join("foreign.db");
    rusqlite::Connection::open(&foreign)
        .unwrap()
        .execute_batch("CREATE TABLE notes (text)")
        .unwrap();
    let before = std::fs::read(&foreign).unwrap();
    let error = Store::open(&foreign).unwrap_err();
    assert!(matches!(error, StoreError::NotAStore { .. }) && error.hint().is_some());
    assert_eq!(std::fs::read(&foreign).unwrap(), before);

    let nowhere = directory.path().join("no/such/directory/store.db");
    assert!(matches!(Store::open(nowhere), Err(StoreError::CannotOpen { .. })));
    assert!(matches!(
        Store::open(directory.path()),
        Err(StoreError::CannotOpen { .. })
    ));
    assert!(matches!(
        Store::open_read_only(directory.path().join("none.db")),
        Err(StoreError::CannotOpen { .. })
    ));
}

#[test]
fn a_newer_schema_is_refused() {
    let (_directory, path) = temporary();
    Store::open(&path)
        .unwrap()
        .connection
        .pragma_update(None, "user_version", 99)
        .unwrap();
    let error = Store::open(&path).unwrap_err();
    assert!(
        matches!(
            error,
            StoreError::NewerSchema {
                found: 99,
                known: crate::migrations::KNOWN,
                ..
            }
        ),
        "{error}"
    );
}

#[test]
fn a_damaged_file_is_told() {
    let (_directory, path) = temporary();
    let mut store = Store::open(&path).unwrap();
    World::first_run(300).run(&mut store, "2026-01-01T00:00:00Z");
    drop(store);
    let mut bytes = std::fs::read(&path).unwrap();
    let (from, to) = (4096 * 2, bytes.len() - 4096);
    for byte in &mut bytes[from..to] {
        *byte ^= 0x5a;
    }
    std::fs::write(&path, bytes).unwrap();
    match Store::open(&path).and_then(|store| store.verify()) {
        Ok(problems) => assert!(!problems.is_empty()),
        Err(error) => assert!(matches!(error, StoreError::Damaged { .. }), "{error}"),
    }
}

#[test]
fn a_full_disk_leaves_the_store_as_it_was() {
    let (_directory, path) = temporary();
    let mut store = Store::open(&path).unwrap();
    World::first_run(5).run(&mut store, "2026-01-01T00:00:00Z");
    let before = super::world::dump(&store);
    let pages: i64 = store
        .connection
        .pragma_query_value(None, "page_count", |row| row.get(0))
        .unwrap();
    store
        .connection
        .pragma_query(None, "max_page_count", |_| Ok(()))
        .unwrap();
    store
        .connection
        .pragma_update_and_check(None, "max_page_count", pages + 4, |_| Ok(()))
        .unwrap();
    let error = World::first_run(2000)
        .try_run(&mut store, "2026-01-02T00:00:00Z")
        .unwrap_err();
    assert!(matches!(error, StoreError::DiskFull { .. }), "{error}");
    assert_eq!(super::world::dump(&store), before);
    store
        .connection
        .pragma_update_and_check(None, "max_page_count", 1 << 30, |_| Ok(()))
        .unwrap();
    World::first_run(2000).run(&mut store, "2026-01-02T00:00:00Z");
    assert_eq!(store.verify().unwrap(), [""; 0]);
}

#[test]
fn a_store_opened_for_reading_is_not_written() {
    let (_directory, path) = temporary();
    World::first_run(5).run(&mut Store::open(&path).unwrap(), "2026-01-01T00:00:00Z");
    let mut store = Store::open_read_only(&path).unwrap();
    assert_eq!(store.changes(0, 100).unwrap().len(), 5);
    let error = World::second_run(5)
        .try_run(&mut store, "2026-01-02T00:00:00Z")
        .unwrap_err();
    assert!(matches!(error, StoreError::ReadOnly { .. }), "{error}");
}

#[test]
fn one_run_at_a_time() {
    let (_directory, path) = temporary();
    let store = Store::open(&path).unwrap();
    let lock = store.lock(None, "2026-01-01T00:00:00Z").unwrap();
    let error = store.lock(None, "2026-01-01T00:00:01Z").unwrap_err();
    assert!(
        error.to_string().contains(&format!("process {}", std::process::id())),
        "{error}"
    );
    assert!(error.to_string().contains("2026-01-01T00:00:00Z"), "{error}");

    let waiting = std::thread::spawn({
        let path = path.clone();
        move || crate::RunLock::take(&path, Some(Duration::from_secs(20)), "2026-01-01T00:00:02Z").map(drop)
    });
    drop(lock);
    waiting.join().unwrap().unwrap();
    // A file that a killed process left behind blocks nobody.
    std::fs::write(
        path.with_extension("db.lock"),
        "process 1 on elsewhere since 1999-01-01T00:00:00Z",
    )
    .unwrap();
    store.lock(None, "2026-01-01T00:00:03Z").unwrap();
}

#[test]
fn a_second_writer_is_told_to_run_again() {
    let (_directory, path) = temporary();
    let mut first = Store::open(&path).unwrap();
    let mut second = Store::open(&path).unwrap();
    World::first_run(5).run(&mut first, "2026-01-01T00:00:00Z");
    // Both read, the first commits, the second must not write what it worked out on old facts.
    let rulebook = World::rulebook();
    let nothing = guiyi_core::record::Records {
        columns: vec![guiyi_core::record::Column::empty(0); 3],
        ..Default::default()
    };
    let known = second.load_known(&rulebook, &nothing).unwrap();
    World::second_run(5).run(&mut first, "2026-01-02T00:00:00Z");
    let clusters: Vec<u32> = (0..known.absent.len() as u32).collect();
    let golden = guiyi_core::survive::run(&known.absent, &clusters, &rulebook);
    let memberships = known.memberships(&known.absent);
    let assignment = guiyi_core::crosswalk::assign(&clusters, memberships.history(&known), known.mint).unwrap();
    let change = crate::RunChange {
        rulebook: &rulebook,
        rulebook_digest: b"rules",
        known: &known,
        records: &known.absent,
        batches: &[],
        rows: &vec![None; known.absent.len()],
        clusters: &clusters,
        golden: &golden,
        assignment: &assignment,
        review: None,
    };
    let error = second.commit(&[change], "2026-01-02T00:00:01Z", "tests").unwrap_err();
    assert!(matches!(error, StoreError::Stale { expected: 1, found: 2 }), "{error}");
}

#[test]
fn two_writers_at_once_end_one_after_the_other() {
    let (_directory, path) = temporary();
    drop(Store::open(&path).unwrap());
    let writers = [0, 1].map(|writer| {
        let path = path.clone();
        std::thread::spawn(move || {
            for _ in 0..5 {
                let mut store = Store::open(&path).unwrap();
                let _lock = store
                    .lock(Some(Duration::from_secs(60)), "2026-01-01T00:00:00Z")
                    .unwrap();
                let world = if writer == 0 {
                    World::first_run(60)
                } else {
                    World::second_run(60)
                };
                world.run(&mut store, "2026-01-01T00:00:00Z");
            }
        })
    });
    for writer in writers {
        writer.join().unwrap();
    }
    assert_eq!(Store::open(&path).unwrap().verify().unwrap(), [""; 0]);
}

#[test]
fn look_ups_are_of_one_moment_and_single_ones_of_theirs() {
    let (_directory, path) = temporary();
    let mut writer = Store::open(&path).unwrap();
    World::first_run(5).run(&mut writer, "2026-01-01T00:00:00Z");
    let reader = Store::open_read_only(&path).unwrap();
    let new = "HD-KA-99999";
    let known = reader.lookup(CUSTOMER, "crm", "HD-KA-00003").unwrap();
    assert!(known.is_some());
    reader
        .lookups(CUSTOMER, "crm", |lookups| {
            assert_eq!(lookups.id("HD-KA-00003")?, known);
            World::second_run(5).run(&mut writer, "2026-01-02T00:00:00Z");
            assert_eq!(lookups.id(new)?, None);
            // A read inside is of the same moment.
            assert_eq!(
                reader.lookup_all(CUSTOMER, "crm", &["HD-KA-00003", new])?,
                [known, None]
            );
            Ok(())
        })
        .unwrap();
    let found = reader.lookup(CUSTOMER, "crm", new).unwrap();
    assert!(found.is_some());
    assert_eq!(reader.lookup_all(CUSTOMER, "crm", &[new, ""]).unwrap(), [found, None]);
    assert_eq!(reader.lookup_all(CUSTOMER, "pos", &[new]).unwrap(), [None]);
}
