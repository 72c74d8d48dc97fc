//! The past, blocks of IDs, codes in bulk, backup and rebuild.

use guiyi_core::dictionary::EntityType;
use guiyi_core::global_id::{GlobalId, SERIALS, from_serial};

use super::world::{World, dump};
use crate::{By, CodeRefusal, Merge, NewCode, NewPin, Resolution, Split, Store, StoreError};

const CUSTOMER: EntityType = EntityType::Customer;

fn by(utc: &str) -> By<'_> {
    By {
        actor: "王芳",
        reason: "checked by phone",
        utc,
    }
}

fn id(serial: u32) -> GlobalId {
    from_serial(CUSTOMER, 0, serial).unwrap()
}

/// Day 1: three golden records. Day 2: the city of the first changes. Day 3: the third goes into the first by hand.
/// Day 4: it leaves again. Day 5: the second gets a pin.
fn five_days() -> Store {
    let book = World::rulebook();
    let mut store = Store::open_in_memory().unwrap();
    let mut world = World::of(&[
        ("erp", "D01", "甲公司", "杭州市", "111"),
        ("erp", "D02", "乙公司", "", "222"),
        ("crm", "K03", "丙公司", "", "333"),
    ]);
    // The records are numbered by system, and so are the IDs.
    world.run(&mut store, "2026-01-01T08:00:00Z");
    world.rows[0].2[1] = Some("宁波市".into());
    world.run(&mut store, "2026-01-02T08:00:00Z");
    let merge = Merge {
        a: id(1),
        b: id(3),
        survivor: None,
        overrule: false,
    };
    store.merge(&book, merge, by("2026-01-03T08:00:00Z")).unwrap();
    let split = Split {
        gid: id(1),
        records: &[("crm", "K03")],
        edits: crate::Edits::Tree,
    };
    store.split(&book, split, by("2026-01-04T08:00:00Z")).unwrap();
    let pin = NewPin {
        gid: id(2),
        element: "city",
        value: Some("嘉兴市"),
        expires: Some("2026-02-01T00:00:00Z"),
        valid_from: None,
    };
    store.pin(&book, pin, by("2026-01-05T08:00:00Z")).unwrap();
    assert_eq!(store.verify().unwrap(), [""; 0]);
    store
}

#[test]
fn versions_and_what_stood_when() {
    let store = five_days();
    let city = |gid, utc: &str| {
        let version = store.golden_at(gid, utc).unwrap()?;
        Some((version.version, version.values[1].value.clone(), version.members.len()))
    };
    let some = |version, city: &str, members| Some((version, Some(city.to_owned()), members));
    assert_eq!(city(id(1), "2025-12-31T00:00:00Z"), None);
    assert_eq!(city(id(1), "2026-01-01T08:00:00Z"), some(1, "杭州市", 1));
    assert_eq!(city(id(1), "2026-01-02T07:59:59Z"), some(1, "杭州市", 1));
    assert_eq!(city(id(1), "2026-01-02T08:00:00Z"), some(2, "宁波市", 1));
    assert_eq!(city(id(1), "2026-01-03T12:00:00Z"), some(3, "宁波市", 2));
    assert_eq!(city(id(1), "2026-09-01T00:00:00Z"), some(4, "宁波市", 1));
    // Superseded for a day.
    assert_eq!(city(id(3), "2026-01-02T12:00:00Z"), Some((1, None, 1)));
    assert_eq!(city(id(3), "2026-01-03T12:00:00Z"), None);
    assert_eq!(city(id(3), "2026-01-04T12:00:00Z"), Some((3, None, 1)));
    assert_eq!(city(id(9), "2026-01-04T12:00:00Z"), None);

    let versions = store.history(id(1)).unwrap();
    let said: Vec<(u64, &str, Option<&str>)> = versions
        .iter()
        .map(|version| (version.version, &*version.since.actor, version.since.reason.as_deref()))
        .collect();
    let steward = Some("checked by phone");
    assert_eq!(
        said,
        [
            (1, "tests", None),
            (2, "tests", None),
            (3, "王芳", steward),
            (4, "王芳", steward)
        ]
    );
    assert!(store.history(id(9)).unwrap().is_empty());
}

#[test]
fn how_it_came_to_be() {
    let store = five_days();
    let steps = store.how(id(1)).unwrap();
    let record = |system: &str, key: &str| (system.to_owned(), key.to_owned());
    let came: Vec<_> = steps.iter().map(|step| step.came.clone()).collect();
    let left: Vec<_> = steps.iter().map(|step| step.left.clone()).collect();
    assert_eq!(
        came,
        [
            vec![(record("erp", "D01"), None)],
            vec![(record("crm", "K03"), Some(id(3)))],
            vec![]
        ]
    );
    assert_eq!(left, [vec![], vec![], vec![(record("crm", "K03"), Some(id(3)))]]);
    let steps = store.how(id(3)).unwrap();
    let counts: Vec<_> = steps.iter().map(|step| (step.came.len(), step.left.len())).collect();
    assert_eq!(counts, [(1, 0), (0, 1), (1, 0)]);
    assert!(store.how(id(9)).unwrap().is_empty());
}

#[test]
fn blocks_are_given_once() {
    let mut store = five_days();
    let now = by("2026-01-06T08:00:00Z");
    let block = store.mint(CUSTOMER, 7, 3, "plant Suzhou", now).unwrap();
    let ids: Vec<String> = block.ids().map(|gid| gid.to_string()).collect();
    assert_eq!((block.first_serial, ids.len(), &ids[0][..9]), (1, 3, "C07-00000"));
    assert_eq!(
        store.resolve(block.ids().next().unwrap()).unwrap(),
        Some(Resolution::Reserved)
    );
    assert_eq!(store.resolve(from_serial(CUSTOMER, 7, 4).unwrap()).unwrap(), None);
    assert_eq!(store.mint(CUSTOMER, 7, 2, "plant Suzhou", now).unwrap().first_serial, 4);
    // The central issuer's runs go on behind the block.
    assert_eq!(store.mint(CUSTOMER, 0, 10, "labels", now).unwrap().first_serial, 4);
    World::of(&[("erp", "D09", "新公司", "", "999")]).run(&mut store, "2026-01-07T08:00:00Z");
    assert_eq!(store.lookup(CUSTOMER, "erp", "D09").unwrap(), Some(id(14)));
    assert_eq!(store.blocks(CUSTOMER).unwrap().len(), 3);
    assert_eq!(store.verify().unwrap(), [""; 0]);

    let before = dump(&store);
    assert!(store.mint(CUSTOMER, 961, 1, "x", now).is_err());
    assert!(store.mint(CUSTOMER, 7, 0, "x", now).is_err());
    assert!(store.mint(CUSTOMER, 7, SERIALS, "x", now).is_err());
    assert_eq!(dump(&store), before);
    assert_eq!(
        store.mint(CUSTOMER, 7, SERIALS - 6, "all", now).unwrap().last_serial,
        SERIALS - 1
    );
    assert!(store.mint(CUSTOMER, 7, 1, "x", now).is_err());
    assert!(store.connection.execute("DELETE FROM id_block", []).is_err());
}

#[test]
fn aliases_lead_where_their_id_leads() {
    let mut store = five_days();
    let now = by("2026-01-06T08:00:00Z");
    let code = |system, key, gid| NewCode {
        system,
        key,
        gid,
        valid_to: None,
        valid_from: None,
        with: None,
    };
    let before = dump(&store);
    let wanted = [
        code("old", "0003", id(3)),
        code("erp", "D02", id(1)),
        code("old", "0004", id(99)),
        code("erp", "D02", id(2)),
    ];
    let answers = store.add_codes(CUSTOMER, &wanted, now, false).unwrap();
    let expected = [
        Ok(true),
        Err(CodeRefusal::Taken(id(2))),
        Err(CodeRefusal::UnknownId),
        Ok(false),
    ];
    assert_eq!(answers, expected);
    assert_eq!(dump(&store), before, "one wrong, none written");
    assert_eq!(store.add_codes(CUSTOMER, &wanted, now, true).unwrap(), expected);
    assert_eq!(store.codes(CUSTOMER, "old").unwrap().id("0003"), Some(id(3)));
    assert_eq!(store.verify().unwrap(), [""; 0]);

    let merge = Merge {
        a: id(1),
        b: id(3),
        survivor: None,
        overrule: true,
    };
    store.merge(&World::rulebook(), merge, now).unwrap();
    let old = store.codes(CUSTOMER, "old").unwrap();
    assert_eq!((old.id("0003"), old.of_id(id(1)).len()), (Some(id(1)), 0));
    let crm = store.codes(CUSTOMER, "crm").unwrap();
    assert_eq!((crm.id("K03"), &*crm.of_id(id(1))[0]), (Some(id(1)), "K03"));
    assert_eq!(store.verify().unwrap(), [""; 0]);
    assert!(store.codes(CUSTOMER, "nowhere").unwrap().is_empty());
    assert_eq!(store.systems().unwrap(), ["crm", "erp", "old"]);
}

#[test]
fn rebuilt_is_stored() {
    let mut store = five_days();
    let book = World::rulebook();
    let before = dump(&store);
    let rebuild = store.check_rebuild(&book).unwrap();
    assert_eq!((rebuild.n_golden, rebuild.different), (3, vec![]));
    assert_eq!(rebuild.rulebook_digest.as_deref(), Some(&b"rules"[..]));
    assert_eq!(dump(&store), before);

    // Another policy makes another golden record.
    let mut other = World::rulebook();
    other.survivorship.source_priority = vec!["erp".into()];
    let both = World::first_run(4);
    both.run(&mut store, "2026-01-08T08:00:00Z");
    assert_eq!(store.check_rebuild(&book).unwrap().different, []);
    assert_eq!(store.check_rebuild(&other).unwrap().different.len(), 2);
    // Somebody edits a value and its digest.
    store
        .connection
        .execute(
            "UPDATE golden_customer SET name = '改' WHERE gid = (SELECT MIN(gid) FROM golden_customer)",
            [],
        )
        .unwrap();
    assert_eq!(
        store.check_rebuild(&book).unwrap().different,
        [],
        "the digest still tells the truth"
    );
    assert!(!store.verify().unwrap().is_empty());
    store
        .connection
        .execute(
            "UPDATE golden SET digest = zeroblob(16) WHERE gid = (SELECT MIN(gid) FROM golden_customer)",
            [],
        )
        .unwrap();
    assert_eq!(store.check_rebuild(&book).unwrap().different, [id(1)]);
}

#[test]
fn backups_are_whole_and_come_back() {
    let directory = tempfile::tempdir().unwrap();
    let at = |name: &str| directory.path().join(name);
    let mut store = Store::open(at("store.db")).unwrap();
    World::first_run(50).run(&mut store, "2026-01-01T00:00:00Z");
    let before = dump(&store);
    let backup = store.backup(&at("copy.db")).unwrap();
    assert_eq!(
        (backup.last_run, backup.last_utc.as_deref()),
        (1, Some("2026-01-01T00:00:00Z"))
    );
    assert_eq!(backup.ledger_head, store.state().unwrap().ledger_head);
    assert!(
        store.backup(&at("copy.db")).is_err(),
        "an earlier backup is not overwritten"
    );

    World::second_run(50).run(&mut store, "2026-01-02T00:00:00Z");
    let later = dump(&store);
    let lock = store.lock(None, "2026-01-03T00:00:00Z").unwrap();
    drop((store, lock));
    crate::restore(&at("copy.db"), &at("store.db"), "2026-01-03T00:00:00Z").unwrap();
    assert_eq!(dump(&Store::open(at("store.db")).unwrap()), before);
    assert_eq!(dump(&Store::open(at("store.db.before-restore")).unwrap()), later);

    // A damaged backup is not taken.
    let mut bytes = std::fs::read(at("copy.db")).unwrap();
    let middle = bytes.len() / 2;
    for byte in &mut bytes[middle..middle + 4096] {
        *byte ^= 0x5a;
    }
    std::fs::write(at("damaged.db"), bytes).unwrap();
    let error = crate::restore(&at("damaged.db"), &at("store.db"), "2026-01-04T00:00:00Z").unwrap_err();
    assert!(matches!(error, StoreError::Damaged { .. }), "{error}");
    assert_eq!(dump(&Store::open(at("store.db")).unwrap()), before);
}
