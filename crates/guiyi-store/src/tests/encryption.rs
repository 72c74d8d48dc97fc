//! Encrypted values: nowhere in the store's files in plain text, everywhere read as they were; keys that are lost, wrong,
//! rotated; values that were moved.

use std::path::{Path, PathBuf};

use guiyi_core::dictionary::EntityType;
use guiyi_core::global_id::{GlobalId, from_serial};
use guiyi_core::rulebook::Rulebook;

use super::world::World;
use crate::{
    Application, Approval, By, DataKey, EncryptedElement, Merge, NewPin, Proposal, RequestState, Split, Store,
    StoreError, Terms,
};

const CUSTOMER: EntityType = EntityType::Customer;

pub(super) const BY: By<'_> = By {
    actor: "王芳",
    reason: "by the book",
    utc: "2026-01-03T00:00:00Z",
};

const OTHER: By<'_> = By { actor: "李强", ..BY };

const N: usize = 60;

/// Beginnings of telephone numbers, and the cities, also the pinned one, one that only the history has, one that only an
/// earlier content of a source record has, and one that is only proposed.
pub(super) const PLAIN: [&str; 8] = [
    "1390000",
    "1381111",
    "杭州市",
    "苏州市",
    "宁波市",
    "湖州市",
    "温州市",
    "绍兴市",
];

pub(crate) fn elements() -> [EncryptedElement; 2] {
    let element = |element: &str, is_searchable| EncryptedElement {
        entity: CUSTOMER,
        element: element.into(),
        is_searchable,
    };
    [element("city", false), element("phone", true)]
}

pub(super) fn id(serial: u32) -> GlobalId {
    from_serial(CUSTOMER, 0, serial).unwrap()
}

pub(super) fn pin(store: &mut Store, gid: GlobalId, value: &str) {
    let pin = NewPin {
        gid,
        element: "city",
        value: Some(value),
        expires: None,
        valid_from: None,
    };
    store.pin(&World::rulebook(), pin, BY).unwrap();
}

/// Keeps earlier contents of the ERP's records.
fn book() -> Rulebook {
    let mut book = World::rulebook();
    book.survivorship.valid_from.insert("erp".into(), 0);
    book
}

fn proposal(city: &str) -> Proposal {
    Proposal::Pin {
        gid: id(5),
        element: "city".into(),
        value: Some(city.into()),
        expires: None,
        valid_from: None,
    }
}

const TERMS: Terms<'_> = Terms {
    approvals: 1,
    effective: None,
};

/// Everything that puts values somewhere: loads, earlier contents, pins, a merge and the split that undoes it, and a
/// request that waits.
pub(super) fn live(store: &mut Store) {
    let book = book();
    let mut first = World::first_run(N);
    first.rows[0].2[1] = Some("温州市".into());
    first.run_with(store, &book, "2026-01-01T00:00:00Z").unwrap();
    World::first_run(N)
        .run_with(store, &book, "2026-01-01T06:00:00Z")
        .unwrap();
    World::second_run(N).run(store, "2026-01-02T00:00:00Z");
    pin(store, id(7), "湖州市");
    pin(store, id(7), "宁波市");
    pin(store, id(2), "宁波市");
    let merge = Merge {
        a: id(2),
        b: id(3),
        survivor: None,
        overrule: false,
    };
    store.merge(&book, merge, BY).unwrap();
    pin(store, id(2), "湖州市");
    let split = Split {
        gid: id(2),
        records: &[("erp", "D03-000002")],
        edits: crate::Edits::Cascade,
    };
    store.split(&book, split, BY).unwrap();
    store.propose(&book, &proposal("绍兴市"), TERMS, BY).unwrap();
    let kept = "SELECT COUNT(*) FROM source_history";
    assert!(
        store
            .connection
            .query_row(kept, [], |row| row.get::<_, i64>(0))
            .unwrap()
            > 0
    );
}

pub(super) struct Place {
    directory: tempfile::TempDir,
}

impl Place {
    pub(super) fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        Self { directory }
    }

    pub(super) fn at(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    pub(super) fn key(&self, name: &str) -> DataKey {
        // Beside the directory, so that what the key's file holds is not searched.
        let path = self.directory.path().with_extension(name);
        DataKey::read(&path).or_else(|_| DataKey::make(&path)).unwrap()
    }

    pub(super) fn key_file(&self, name: &str) -> PathBuf {
        self.directory.path().with_extension(name)
    }

    fn open(&self, key: &str) -> Store {
        let mut store = Store::open(self.at("store.db")).unwrap();
        store.use_key(&self.key_file(key)).unwrap();
        store
    }

    /// The plain values that stand in any file of the directory.
    fn found(&self) -> Vec<(PathBuf, &'static str)> {
        let mut found = Vec::new();
        for file in std::fs::read_dir(self.directory.path()).unwrap() {
            let path = file.unwrap().path();
            let bytes = std::fs::read(&path).unwrap();
            for plain in PLAIN {
                if bytes.windows(plain.len()).any(|window| window == plain.as_bytes()) {
                    found.push((path.clone(), plain));
                }
            }
        }
        found
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        for name in ["first", "second"] {
            let _ = std::fs::remove_file(self.key_file(name));
        }
    }
}

/// All that can be read of values.
pub(super) fn seen(store: &Store) -> String {
    let rows: Vec<_> = store.golden_rows(CUSTOMER).unwrap().map(Result::unwrap).collect();
    let each = rows.iter().map(|row| {
        let why = store.why(&World::rulebook(), row.gid).unwrap();
        let held = store.held(&book(), row.gid, "2026-01-01T12:00:00Z", Some("2026-01-01T03:00:00Z"));
        let history = store.history(row.gid).unwrap();
        let times = store.valid_times(&book(), row.gid, &history).unwrap();
        (store.golden(row.gid).unwrap(), history, why, held.unwrap(), times)
    });
    let each: Vec<_> = each.collect();
    let sources = store.source_values(CUSTOMER, "erp", "D03-000004").unwrap();
    let (pins, requests) = (store.pins(CUSTOMER).unwrap(), store.requests().unwrap());
    // Digests of the feed are keyed.
    format!("{rows:#?} {each:#?} {sources:#?} {pins:#?} {requests:#?}")
}

/// Says the first line that differs, not the thousands that do not.
pub(super) fn same(found: &str, expected: &str) {
    let differs = found
        .lines()
        .zip(expected.lines())
        .enumerate()
        .find(|(_, (a, b))| a != b);
    assert_eq!((differs, found.len()), (None, expected.len()));
}

/// The same world in plain text, and in a store that is encrypted from the beginning.
fn twins() -> (Place, Store, Place, Store) {
    let (plain, sealed) = (Place::new(), Place::new());
    let mut one = Store::open(plain.at("store.db")).unwrap();
    // A write of its own, so that those that follow have the same numbers.
    one.mint(EntityType::Contact, 7, 1, "nobody", BY).unwrap();
    live(&mut one);
    let mut other = Store::open(sealed.at("store.db")).unwrap();
    other.encrypt(&sealed.key("first"), &elements(), BY).unwrap();
    live(&mut other);
    (plain, one, sealed, other)
}

#[test]
fn no_value_stands_anywhere_in_plain_text_and_all_are_read_as_they_were() {
    let (plain, one, sealed, mut other) = twins();
    one.backup(&plain.at("copy.db")).unwrap();
    other.backup(&sealed.at("copy.db")).unwrap();
    // The write-ahead log is there as well.
    assert!(sealed.at("store.db-wal").metadata().unwrap().len() > 0);
    assert!(plain.found().len() > PLAIN.len(), "{:?}", plain.found());
    assert_eq!(sealed.found(), []);

    same(&seen(&other), &seen(&one));
    assert_eq!(other.verify().unwrap(), [""; 0]);
    assert_eq!(other.check_rebuild(&World::rulebook()).unwrap().different, []);
    // The same again is nothing new.
    let report = World::second_run(N).run(&mut other, "2026-01-05T00:00:00Z");
    assert_eq!((report.run, report.sources_changed), (None, 0));
    // A new opening takes the key from its file.
    drop(other);
    same(&seen(&sealed.open("first")), &seen(&one));
}

#[test]
fn encryption_is_turned_on_changed_and_turned_off_and_nothing_lingers() {
    let place = Place::new();
    let mut store = Store::open(place.at("store.db")).unwrap();
    live(&mut store);
    let (before, rebuilt) = (seen(&store), store.check_rebuild(&World::rulebook()).unwrap());
    assert!(rebuilt.different.is_empty() && !place.found().is_empty());

    let done = store.encrypt(&place.key("first"), &elements()[1..], BY).unwrap();
    assert!(done.n_rows > 2 * N as u64 && done.is_swept, "{done:?}");
    let left: Vec<&str> = place.found().into_iter().map(|(_, plain)| plain).collect();
    assert!(
        left.iter().all(|plain| plain.ends_with('市')) && !left.is_empty(),
        "{left:?}"
    );
    same(&seen(&store), &before);
    assert_eq!(store.verify().unwrap(), [""; 0]);

    store.encrypt(&place.key("first"), &elements(), BY).unwrap();
    same(&seen(&store), &before);
    assert_eq!(place.found(), []);
    assert_eq!(store.verify().unwrap(), [""; 0]);
    // Twice is nothing new.
    let again = store.encrypt(&place.key("first"), &elements(), BY).unwrap();
    assert_eq!((again.n_rows, again.is_swept), (0, true));
    World::first_run(N + 5).run(&mut store, "2026-01-06T00:00:00Z");
    assert_eq!((place.found(), store.verify().unwrap()), (vec![], vec![]));
    World::second_run(N).run(&mut store, "2026-01-07T00:00:00Z");
    assert_eq!(store.verify().unwrap(), [""; 0]);

    store.decrypt(BY).unwrap();
    assert!(store.encryption().is_none() && !place.found().is_empty());
    assert_eq!(store.verify().unwrap(), [""; 0]);
    assert_eq!(store.check_rebuild(&World::rulebook()).unwrap().different, []);
    drop(store);
    let store = Store::open(place.at("store.db")).unwrap();
    assert_eq!(store.find(CUSTOMER, "city", "宁波市").unwrap().len(), 1);
}

#[test]
fn after_a_rotation_the_old_key_opens_nothing_and_ledger_and_feed_are_as_they_were() {
    let (_, one, place, mut store) = twins();
    let ledger = |store: &Store| -> Vec<Vec<u8>> {
        let mut lines = store
            .connection
            .prepare("SELECT hash FROM ledger ORDER BY seq")
            .unwrap();
        lines
            .query_map([], |row| row.get(0))
            .unwrap()
            .map(Result::unwrap)
            .collect()
    };
    let (lines, feed) = (ledger(&store), store.changes(0, usize::MAX).unwrap());
    store.rotate(&place.key("second"), BY).unwrap();
    let after = ledger(&store);
    assert!(after.starts_with(&lines) && after.len() == lines.len() + 1);
    assert_eq!(store.changes(0, usize::MAX).unwrap(), feed);
    same(&seen(&store), &seen(&one));
    assert_eq!(store.verify().unwrap(), [""; 0]);
    assert!(store.rotate(&place.key("second"), BY).is_err(), "the same key");
    drop(store);

    same(&seen(&place.open("second")), &seen(&one));
    let old = place.open("first");
    let error = old.check_key().unwrap_err();
    let said = format!("{error} {}", error.hint().unwrap());
    let (first, second) = (place.key("first").fingerprint(), place.key("second").fingerprint());
    for part in ["key 2", &first, &second, "store.db", "codes, IDs"] {
        assert!(said.contains(part), "{part}: {said}");
    }
    // Not even by another name of the key in the store.
    old.connection
        .execute("UPDATE data_key SET fingerprint = $1", [first])
        .unwrap();
    drop(old);
    let forged = place.open("first");
    assert!(matches!(forged.check_key(), Err(StoreError::Sealed { .. })));
}

fn without_value(mut proposal: Proposal) -> Proposal {
    if let Proposal::Pin { value, .. } = &mut proposal {
        *value = None;
    }
    proposal
}

/// What needs no value works without the key, what does says so, and nothing is damaged.
#[test]
fn without_the_key() {
    let (_, one, place, store) = twins();
    let dump = super::world::dump(&store);
    drop(store);
    for key in [None, Some("lost"), Some("second")] {
        place.key("second");
        let mut store = Store::open(place.at("store.db")).unwrap();
        if let Some(key) = key {
            store.use_key(&place.key_file(key)).unwrap();
        }
        let gid = store.lookup(CUSTOMER, "erp", "D03-000001").unwrap().unwrap();
        assert_eq!(store.codes_of(gid).unwrap().len(), one.codes_of(gid).unwrap().len());
        let (with, without) = (one.golden(gid).unwrap().unwrap(), store.golden(gid).unwrap().unwrap());
        for (with, without) in with.values.iter().zip(&without.values) {
            let is_sealed = with.element != "name";
            assert_eq!((without.is_sealed, &without.ground), (is_sealed, &with.ground));
            assert_eq!(without.value.is_none(), is_sealed);
        }
        assert!(store.history(id(7)).unwrap().len() > 1);
        assert!(
            store
                .pins(CUSTOMER)
                .unwrap()
                .iter()
                .all(|pin| pin.is_sealed && pin.value.is_none())
        );
        assert_eq!(store.verify().unwrap(), [""; 0]);
        assert!(store.find(CUSTOMER, "name", "公司1").unwrap().contains(&gid));

        let sealed =
            |error: Result<(), StoreError>| assert!(matches!(error, Err(StoreError::Sealed { version: 1, .. })));
        sealed(
            World::first_run(3)
                .try_run(&mut store, "2026-01-09T00:00:00Z")
                .map(drop),
        );
        let new = NewPin {
            gid,
            element: "name",
            value: Some("x"),
            expires: None,
            valid_from: None,
        };
        sealed(store.pin(&World::rulebook(), new, BY).map(drop));
        sealed(store.golden_rows(CUSTOMER).map(drop));
        sealed(store.source_values(CUSTOMER, "erp", "D03-000001").map(drop));
        sealed(store.find(CUSTOMER, "phone", "13900000001").map(drop));
        sealed(store.rotate(&place.key("second"), BY).map(drop));
        sealed(store.decrypt(BY).map(drop));
        // What held is told but for the encrypted values, unless the dates that say so are encrypted themselves.
        let held = |store: &Store| {
            let held = store.held(&World::rulebook(), gid, BY.utc, None);
            held.unwrap().unwrap()
        };
        for (with, without) in held(&one).values.iter().zip(held(&store).values) {
            let is_sealed = with.element != "name" && with.value.is_some();
            assert_eq!(without.is_sealed, is_sealed, "{}", with.element);
            assert_eq!(without.value, with.value.clone().filter(|_| !is_sealed));
            assert_eq!(without.member, with.member.filter(|_| !is_sealed));
        }
        let mut by_phone = book();
        by_phone.survivorship.valid_from.insert("erp".into(), 2);
        sealed(store.held(&by_phone, gid, BY.utc, None).map(drop));
        sealed(store.approve(1, Approval::default(), OTHER).map(drop));
        let request = store.request(1).unwrap().unwrap();
        assert!(request.is_sealed && request.state == RequestState::Open);
        assert_eq!(request.proposal, without_value(proposal("绍兴市")));
        let history = store.history(gid).unwrap();
        assert_eq!(
            store.valid_times(&book(), gid, &history).unwrap(),
            one.valid_times(&book(), gid, &history).unwrap()
        );
        sealed(store.check_rebuild(&World::rulebook()).map(drop));
        assert_eq!(super::world::dump(&store), dump);
    }
}

#[test]
fn a_value_that_was_moved_does_not_open() {
    for tamper in [
        "UPDATE golden_customer SET city = (SELECT city FROM golden_customer WHERE city IS NOT NULL ORDER BY gid DESC)
            WHERE gid = (SELECT MIN(gid) FROM golden_customer)",
        "UPDATE golden_customer SET city = phone WHERE gid = (SELECT MIN(gid) FROM golden_customer)",
        "UPDATE golden_customer SET city = '杭州市' WHERE gid = (SELECT MIN(gid) FROM golden_customer)",
        "UPDATE source_record SET canonical = (SELECT canonical FROM source_record WHERE id = 5) WHERE id = 2",
        "UPDATE source_record SET received = (SELECT received FROM source_record WHERE id = 5) WHERE id = 2",
        "UPDATE source_history SET canonical = (SELECT canonical FROM source_record WHERE id = 5)
            WHERE (id, version) = (SELECT id, version FROM source_history ORDER BY id LIMIT 1)",
        "UPDATE golden_history SET \"values\" = (SELECT \"values\" FROM golden_history ORDER BY gid DESC LIMIT 1)
            WHERE (gid, version) = (SELECT gid, version FROM golden_history ORDER BY gid LIMIT 1)",
        "UPDATE override SET value = (SELECT value FROM override ORDER BY gid DESC)
            WHERE id = (SELECT id FROM override ORDER BY gid LIMIT 1)",
        "UPDATE change_request SET value = (SELECT value FROM override WHERE value IS NOT NULL)",
    ] {
        let (_, _, place, store) = twins();
        store.connection.execute(tamper, []).unwrap();
        let problems = store.verify().unwrap();
        assert!(problems.len() == 1, "{tamper}: {problems:?}");
        drop((store, place));
    }
}

/// Ledger lines are never written anew: what was digested under each key, and without one, stays vouched for as far as it
/// can be.
#[test]
fn pins_and_requests_go_on_through_all_changes_of_keys() {
    let place = Place::new();
    let mut store = Store::open(place.at("store.db")).unwrap();
    live(&mut store);
    let check = |store: &mut Store, alter: &str| {
        assert_eq!(store.verify().unwrap(), [""; 0]);
        let change = store.connection.unchecked_transaction().unwrap();
        change.execute(alter, []).unwrap();
        let problems = crate::verify::content(&store.keyed(&change).unwrap()).unwrap();
        assert!(!problems.is_empty(), "{alter}");
    };
    let (of_pin, of_request) = (
        "UPDATE override SET value = (SELECT value FROM override WHERE id = 2) WHERE id = 1",
        "UPDATE change_request_step SET ground = 'C00-000001-M@1'",
    );
    let of_history = "UPDATE golden_history SET lineage = (SELECT lineage FROM golden_history ORDER BY gid DESC)
        WHERE (gid, version) = (SELECT gid, version FROM golden_history ORDER BY gid LIMIT 1)";
    check(&mut store, of_pin);
    store.encrypt(&place.key("first"), &elements(), BY).unwrap();
    check(&mut store, of_pin);
    check(&mut store, of_history);
    pin(&mut store, id(9), "宁波市");
    let request = store.approve(1, Approval::default(), OTHER).unwrap();
    assert_eq!(
        (request.state, &request.proposal),
        (RequestState::Approved, &proposal("绍兴市"))
    );
    store.rotate(&place.key("second"), BY).unwrap();
    check(&mut store, of_pin);
    let applied = store.apply_request(&book(), 1, OTHER).unwrap();
    assert!(matches!(applied, Application::Applied(_)), "{applied:?}");
    assert_eq!(
        store.golden(id(5)).unwrap().unwrap().values[1].value.as_deref(),
        Some("绍兴市")
    );
    store.propose(&book(), &proposal("宁波市"), TERMS, BY).unwrap();
    check(&mut store, of_pin);
    assert_eq!(place.found(), []);
    store.decrypt(BY).unwrap();
    check(&mut store, of_pin);
    check(&mut store, of_history);
    pin(&mut store, id(9), "湖州市");
    store.encrypt(&place.key("first"), &elements(), BY).unwrap();
    check(&mut store, of_pin);
    check(&mut store, of_history);
    assert_eq!(place.found(), []);
    store
        .connection
        .execute_batch("DROP TRIGGER change_request_step_is_not_edited")
        .unwrap();
    let change = store.connection.unchecked_transaction().unwrap();
    change.execute(of_request, []).unwrap();
    let problems = crate::verify::content(&store.keyed(&change).unwrap()).unwrap();
    assert!(
        problems
            .iter()
            .any(|problem| problem.contains("not what the ledger says"))
    );
}

#[test]
fn found_by_an_encrypted_value() {
    let (_, one, place, store) = twins();
    for number in ["13900000001", "13900000007", "13811112222", "none"] {
        assert_eq!(
            store.find(CUSTOMER, "phone", number).unwrap(),
            one.find(CUSTOMER, "phone", number).unwrap()
        );
    }
    assert_eq!(store.find(CUSTOMER, "phone", "13900000007").unwrap(), [id(4)]);
    let error = store.find(CUSTOMER, "city", "宁波市").unwrap_err();
    assert!(matches!(error, StoreError::NotSearchable { .. }) && error.hint().is_some());
    assert!(matches!(
        store.find(CUSTOMER, "shoe_size", "43"),
        Err(StoreError::UnknownElement { .. })
    ));
    drop(place);
}

#[test]
fn a_backup_is_encrypted_and_restored_with_its_key() {
    let (_, one, place, mut store) = twins();
    let copy = place.at("copy.db");
    store.backup(&copy).unwrap();
    store.rotate(&place.key("second"), BY).unwrap();
    drop(store);
    let path = place.at("store.db");
    let restore = |key: &str| crate::restore_with_key(&copy, &path, BY.utc, &place.key_file(key));
    let error = restore("second").unwrap_err();
    assert!(error.to_string().contains("copy.db is encrypted with key 1"), "{error}");
    assert!(matches!(
        crate::restore(&copy, &path, BY.utc),
        Err(StoreError::Sealed { .. })
    ));
    same(&seen(&place.open("second")), &seen(&one));
    restore("first").unwrap();
    same(&seen(&place.open("first")), &seen(&one));
    assert_eq!(place.found(), []);
}

#[test]
fn who_has_the_store_open_is_told_that_the_key_is_another() {
    let (_, _, place, mut store) = twins();
    let mut other = place.open("first");
    store.rotate(&place.key("second"), BY).unwrap();
    assert!(matches!(other.golden(id(7)), Err(StoreError::KeyChanged { .. })));
    let error = World::first_run(3)
        .try_run(&mut other, "2026-01-09T00:00:00Z")
        .unwrap_err();
    assert!(matches!(error, StoreError::KeyChanged { .. }) && error.hint().is_some());
    // Codes are not encrypted.
    let found = other.lookup(CUSTOMER, "erp", "D03-000001").unwrap();
    assert!(found.is_some());
    let keys = ["D03-000001"; 2];
    assert_eq!(other.lookup_all(CUSTOMER, "erp", &keys).unwrap(), [found; 2]);
}

#[test]
fn the_same_input_makes_the_same_store() {
    let (one, other) = (Place::new(), Place::new());
    let dump = |place: &Place, key: &Path| {
        let mut store = Store::open(place.at("store.db")).unwrap();
        store.encrypt(&DataKey::read(key).unwrap(), &elements(), BY).unwrap();
        live(&mut store);
        super::world::dump(&store)
    };
    one.key("first");
    let key = one.key_file("first");
    same(&dump(&one, &key), &dump(&other, &key));
}

#[cfg(unix)]
#[test]
fn a_key_that_others_may_read_is_refused() {
    use std::os::unix::fs::PermissionsExt;
    let (_, _, place, store) = twins();
    drop(store);
    let key = place.key_file("first");
    assert_eq!(key.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o640)).unwrap();
    let error = place.open("first").check_key().unwrap_err();
    assert!(error.to_string().contains("chmod 600"), "{error}");
    assert!(
        matches!(DataKey::make(&key), Err(StoreError::Key { .. })),
        "a key is not overwritten"
    );
}
