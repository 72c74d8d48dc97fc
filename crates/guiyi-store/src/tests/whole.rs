//! Files that are encrypted as a whole: nothing of a store stands in them, they open with their key only, and every way
//! from plain to encrypted, to another key and back keeps everything.

use guiyi_core::dictionary::EntityType;

use super::encryption::Place;
use crate::{Store, StoreError, WholeProblem};

fn problem<T: std::fmt::Debug>(answer: Result<T, StoreError>) -> WholeProblem {
    let error = answer.unwrap_err();
    assert!(error.hint().is_some_and(|hint| !hint.is_empty()));
    match error {
        StoreError::Whole { path, problem } => {
            assert!(
                path.ends_with("store.db") || path.ends_with("copy.db"),
                "{}",
                path.display()
            );
            problem
        }
        other => panic!("{other}"),
    }
}

#[test]
fn a_file_that_does_not_begin_like_sqlite_may_be_encrypted() {
    let place = Place::new();
    std::fs::write(place.at("store.db"), [7; 8192]).unwrap();
    let path = place.at("store.db");
    assert_eq!(problem(Store::open(&path)), WholeProblem::NoKey);
    assert_eq!(problem(Store::open_read_only(&path)), WholeProblem::NoKey);
    assert_eq!(std::fs::read(&path).unwrap(), [7; 8192]);
}

#[test]
fn a_plain_file_is_not_taken_for_an_encrypted_one() {
    let place = Place::new();
    drop(Store::open(place.at("store.db")).unwrap());
    let key = place.key("first").file_key();
    assert_eq!(
        problem(Store::open_with(place.at("store.db"), Some(&key))),
        WholeProblem::Plain
    );
    // Whatever it is, it opens.
    Store::open_as_it_is(place.at("store.db"), Some(&place.key_file("first"))).unwrap();
}

#[cfg(not(feature = "sqlcipher"))]
#[test]
fn a_build_without_sqlcipher_says_so() {
    let place = Place::new();
    let key = place.key("first");
    let opened = Store::open_with(place.at("store.db"), Some(&key.file_key()));
    assert_eq!(problem(opened), WholeProblem::NotBuiltIn);
    assert!(!place.at("store.db").exists());
    let mut store = Store::open(place.at("store.db")).unwrap();
    let converted = store.convert(Some(&key), super::encryption::BY, |_| Ok(()));
    assert_eq!(problem(converted), WholeProblem::NotBuiltIn);
    store
        .mint(EntityType::Customer, 7, 1, "nobody", super::encryption::BY)
        .unwrap();
    assert_eq!(store.verify().unwrap(), [""; 0]);
}

#[cfg(feature = "sqlcipher")]
mod built_in {
    use std::path::Path;

    use super::super::encryption::{BY, PLAIN, elements, id, live, pin, same, seen};
    use super::super::world::{World, dump};
    use super::*;
    use crate::{restore, restore_with_key};

    const UTC: &str = "2026-01-09T00:00:00Z";

    /// What names of systems and tables no store can be without.
    const FORMAT: [&str; 4] = ["SQLite format 3", "CREATE TABLE", "golden_customer", "D03-0000"];

    fn found(place: &Place, name: &str) -> Vec<&'static str> {
        let bytes = ["", "-wal"].map(|ending| std::fs::read(place.at(&format!("{name}{ending}"))).unwrap_or_default());
        let bytes = bytes.concat();
        let stands = |text: &&str| bytes.windows(text.len()).any(|window| window == text.as_bytes());
        FORMAT.into_iter().chain(PLAIN).filter(stands).collect()
    }

    /// What a store holds beside its ledger and runs, which a conversion adds to.
    fn content(store: &Store) -> String {
        let is_told = |line: &&str| !line.starts_with("ledger ") && !line.starts_with("run ");
        dump(store).lines().filter(is_told).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn nothing_of_a_store_stands_in_its_file_nor_in_a_backup() {
        let place = Place::new();
        let key = place.key("first").file_key();
        let mut store = Store::open_with(place.at("store.db"), Some(&key)).unwrap();
        live(&mut store);
        assert!(place.at("store.db-wal").metadata().unwrap().len() > 0);
        store.backup(&place.at("copy.db")).unwrap();
        assert_eq!((found(&place, "store.db"), found(&place, "copy.db")), (vec![], vec![]));
        assert_eq!(store.verify().unwrap(), [""; 0]);
        let before = seen(&store);
        drop(store);
        same(
            &seen(&Store::open_read_only_with(place.at("store.db"), Some(&key)).unwrap()),
            &before,
        );
        same(
            &seen(&Store::open_with(place.at("copy.db"), Some(&key)).unwrap()),
            &before,
        );

        let other = place.key("second");
        let fingerprint = other.fingerprint();
        for name in ["store.db", "copy.db"] {
            let path = place.at(name);
            assert_eq!(problem(Store::open(&path)), WholeProblem::NoKey);
            let opened = Store::open_with(&path, Some(&other.file_key()));
            assert_eq!(problem(opened), WholeProblem::OtherKey(fingerprint.clone()));
        }
    }

    #[test]
    fn a_store_is_encrypted_gets_another_key_and_is_plain_again() {
        let place = Place::new();
        let path = place.at("store.db");
        let mut store = Store::open(&path).unwrap();
        live(&mut store);
        for key in [Some("first"), Some("second"), None] {
            let key = key.map(|name| place.key(name));
            let (read, stored) = (seen(&store), content(&store));
            let last_run = store.state().unwrap().last_run;
            store.convert(key.as_ref(), BY, |_| Ok(())).unwrap();
            same(&seen(&store), &read);
            same(&content(&store), &stored);
            assert_eq!(store.verify().unwrap(), [""; 0]);
            assert_eq!(store.check_rebuild(&World::rulebook()).unwrap().different, []);
            assert_eq!(store.state().unwrap().last_run, last_run + 1);
            // It goes on.
            pin(&mut store, id(7), if key.is_some() { "湖州市" } else { "宁波市" });
            drop(store);
            assert_eq!(found(&place, "store.db").is_empty(), key.is_some());
            let file_key = key.as_ref().map(crate::DataKey::file_key);
            store = Store::open_with(&path, file_key.as_ref()).unwrap();
            let fingerprint = key.as_ref().map(crate::DataKey::fingerprint);
            assert_eq!(store.whole(), fingerprint.as_deref());
            assert!(!place.at("store.db.partial").exists());
        }
    }

    #[test]
    fn values_and_file_are_encrypted_in_one_step() {
        let place = Place::new();
        let (first, second) = (place.key("first"), place.key("second"));
        let mut store = Store::open(place.at("store.db")).unwrap();
        live(&mut store);
        let read = seen(&store);
        store
            .convert(Some(&first), BY, |store| store.encrypt(&first, &elements(), BY))
            .unwrap();
        store
            .convert(Some(&second), BY, |store| store.rotate(&second, BY))
            .unwrap();
        same(&seen(&store), &read);
        drop(store);
        // The key to the file alone opens no value.
        let mut store = Store::open_with(place.at("store.db"), Some(&second.file_key())).unwrap();
        assert!(matches!(store.check_key(), Err(StoreError::Sealed { .. })));
        store.use_key(&place.key_file("second")).unwrap();
        same(&seen(&store), &read);
        assert_eq!(store.verify().unwrap(), [""; 0]);
        // What fails meanwhile leaves everything as it was, and the store can be written as before.
        let before = dump(&store);
        let failed = store.convert(None, BY, |store| store.rotate(&second, BY));
        assert!(matches!(failed, Err(StoreError::Inconsistent { .. })));
        assert_eq!(dump(&store), before);
        assert!(!place.at("store.db.partial").exists());
        store.mint(EntityType::Customer, 7, 1, "nobody", BY).unwrap();
        store.convert(None, BY, |store| store.decrypt(BY)).unwrap();
        drop(store);
        same(&seen(&Store::open(place.at("store.db")).unwrap()), &read);
    }

    #[test]
    fn a_store_that_somebody_reads_is_not_taken_from_under_him() {
        let place = Place::new();
        let mut store = Store::open(place.at("store.db")).unwrap();
        live(&mut store);
        let reader = Store::open_read_only(place.at("store.db")).unwrap();
        reader.changes(0, 1).unwrap();
        let refused = store.convert(Some(&place.key("first")), BY, |_| Ok(()));
        assert!(matches!(refused, Err(StoreError::Locked { .. })), "{refused:?}");
        reader.changes(0, 1).unwrap();
        store.mint(EntityType::Customer, 7, 1, "nobody", BY).unwrap();
        drop(reader);
        store.convert(Some(&place.key("first")), BY, |_| Ok(())).unwrap();
        assert_eq!(store.verify().unwrap(), [""; 0]);
    }

    #[test]
    fn backups_are_restored_whatever_the_store_is() {
        let place = Place::new();
        let (path, copy) = (place.at("store.db"), place.at("copy.db"));
        let first = place.key("first");
        let mut store = Store::open_with(&path, Some(&first.file_key())).unwrap();
        live(&mut store);
        let read = seen(&store);
        store.backup(&copy).unwrap();
        World::first_run(9).run(&mut store, UTC);
        drop(store);
        assert_eq!(problem(restore(&copy, &path, UTC)), WholeProblem::NoKey);
        assert!(matches!(
            problem(restore_with_key(
                &copy,
                &path,
                UTC,
                Path::new(&{
                    place.key("second");
                    place.key_file("second")
                })
            )),
            WholeProblem::OtherKey(_)
        ));
        restore_with_key(&copy, &path, UTC, &place.key_file("first")).unwrap();
        let mut store = Store::open_with(&path, Some(&first.file_key())).unwrap();
        same(&seen(&store), &read);
        // The one that was there is kept, and is whole.
        let kept = place.at("store.db.before-restore");
        let kept = Store::open_with(kept, Some(&first.file_key())).unwrap();
        assert_eq!(kept.verify().unwrap(), [""; 0]);
        // A backup in plain text is restored as it is; what the project wants says the next command.
        store.convert(None, BY, |_| Ok(())).unwrap();
        store.backup(&place.at("plain.db")).unwrap();
        store.convert(Some(&first), BY, |_| Ok(())).unwrap();
        drop(store);
        restore_with_key(&place.at("plain.db"), &path, UTC, &place.key_file("first")).unwrap();
        same(&seen(&Store::open(&path).unwrap()), &read);
    }

    #[test]
    fn a_flipped_byte_is_told() {
        let place = Place::new();
        let key = place.key("first").file_key();
        let mut store = Store::open_with(place.at("store.db"), Some(&key)).unwrap();
        live(&mut store);
        drop(store);
        let bytes = std::fs::read(place.at("store.db")).unwrap();
        for at in (100..bytes.len()).step_by(bytes.len() / 13) {
            let mut bytes = bytes.clone();
            bytes[at] ^= 4;
            std::fs::write(place.at("store.db"), bytes).unwrap();
            let answer = Store::open_with(place.at("store.db"), Some(&key)).and_then(|store| store.verify());
            match answer {
                Ok(problems) => assert!(!problems.is_empty(), "byte {at}"),
                Err(StoreError::Damaged { .. } | StoreError::Whole { .. }) => {}
                Err(other) => panic!("byte {at}: {other}"),
            }
        }
    }
}
