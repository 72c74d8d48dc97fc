//! What stewards wrote and what golden records were is covered: whatever is altered in it, `verify` says so.

use guiyi_core::dictionary::EntityType;
use guiyi_core::global_id::{GlobalId, from_serial};

use super::world::World;
use crate::{
    By, Edits, Merge, NewDecision, NewPin, NewRelation, NewTransition, RelationKind, RelationSource, Split, Store,
    Verdict,
};

fn id(serial: u32) -> GlobalId {
    from_serial(EntityType::Customer, 0, serial).unwrap()
}

fn by(utc: &str) -> By<'_> {
    By {
        actor: "王芳",
        reason: "register",
        utc,
    }
}

/// A store in which stewards said a lot and took some of it back.
fn store() -> Store {
    let mut book = World::rulebook();
    book.survivorship.valid_from.insert("erp".into(), 1);
    let mut store = Store::open_in_memory().unwrap();
    let mut world = World::of(&[
        ("erp", "D01", "甲公司", "2026-01-01", "111"),
        ("erp", "D02", "乙公司", "2026-01-01", "222"),
        ("erp", "D03", "丙公司", "2026-01-01", "333"),
        ("crm", "K01", "丁公司", "", "444"),
    ]);
    world.run_with(&mut store, &book, "2026-01-01T08:00:00Z").unwrap();
    world.rows[0].2[0] = Some("甲甲公司".into());
    world.run_with(&mut store, &book, "2026-01-02T08:00:00Z").unwrap();
    let day = |day: u32| format!("2026-01-{day:02}T08:00:00Z");
    let pin = |gid, value, expires| NewPin {
        gid,
        element: "name",
        value: Some(value),
        expires,
        valid_from: None,
    };
    store
        .pin(&book, pin(id(1), "甲", Some("2026-09-01T00:00:00Z")), by(&day(3)))
        .unwrap();
    store.pin(&book, pin(id(1), "甲甲", None), by(&day(4))).unwrap();
    store.pin(&book, pin(id(2), "乙", None), by(&day(4))).unwrap();
    store.unpin(&book, id(2), "name", by(&day(5))).unwrap();
    let relation = |from, to, is_so| NewRelation {
        from: id(from),
        kind: RelationKind::BranchOf,
        to: id(to),
        is_so,
        valid_from: Some("2026-01-01"),
        valid_until: None,
        source: RelationSource::Steward,
    };
    store
        .relate(&[relation(1, 2, true), relation(3, 2, true)], by(&day(6)))
        .unwrap();
    store.relate(&[relation(3, 2, false)], by(&day(7))).unwrap();
    let merge = Merge {
        a: id(1),
        b: id(4),
        survivor: Some(id(1)),
        overrule: false,
    };
    store.merge(&book, merge, by(&day(8))).unwrap();
    store.pin(&book, pin(id(1), "丁", None), by(&day(9))).unwrap();
    let split = Split {
        gid: id(1),
        records: &[("crm", "K01")],
        edits: Edits::Cascade,
    };
    store.split(&book, split, by(&day(10))).unwrap();
    let decision = |verdict| NewDecision {
        a: ("erp", "D02"),
        b: ("erp", "D03"),
        verdict,
        reason: "",
    };
    let customer = EntityType::Customer;
    store
        .decide(customer, &[decision(Verdict::Unsure)], by(&day(11)), false)
        .unwrap();
    store
        .decide(customer, &[decision(Verdict::NotMatch)], by(&day(12)), false)
        .unwrap();
    let transition = NewTransition {
        system: "erp",
        old: "D02",
        new: "D92",
        valid_from: None,
        until: "2026-12-31T00:00:00Z",
    };
    store
        .replace_codes(customer, &[transition], by(&day(13)), false)
        .unwrap();
    assert_eq!(store.verify().unwrap(), [""; 0]);
    store
}

#[test]
fn an_altered_row_is_told() {
    let store = store();
    for (alter, told) in [
        ("UPDATE override SET value = '丑' WHERE id = 1", "pin 1"),
        ("UPDATE override SET reason = 'x' WHERE id = 2", "pin 2"),
        ("UPDATE override SET actor = 'x' WHERE id = 2", "pin 2"),
        ("UPDATE override SET utc = '2026-01-04T09:00:00Z' WHERE id = 2", "pin 2"),
        (
            "UPDATE override SET expires = '2027-09-01T00:00:00Z' WHERE id = 2",
            "pin 2",
        ),
        (
            "UPDATE override SET expires = '2027-09-01T00:00:00Z' WHERE id = 1",
            "pin 1",
        ),
        (
            "UPDATE override SET valid_from = '2020-01-01T00:00:00Z' WHERE id = 2",
            "pin 2",
        ),
        ("UPDATE override SET since = since - 1 WHERE id = 2", "pin 2"),
        ("UPDATE override SET until = until + 1 WHERE id = 1", "pin 1"),
        ("UPDATE override SET withdrawn = 0 WHERE id = 3", "pin 3"),
        ("UPDATE override SET withdrawn = 1 WHERE withdrawn = 0", "pin"),
        ("UPDATE relation SET reason = 'x' WHERE id = 1", "relation 1"),
        (
            "UPDATE relation SET valid_from = '2025-01-01' WHERE id = 1",
            "relation 1",
        ),
        (
            "UPDATE relation SET valid_until = '2027-01-01' WHERE id = 1",
            "relation 1",
        ),
        ("UPDATE relation SET kind = 'member-of' WHERE id = 1", "relation 1"),
        ("UPDATE relation SET is_so = 1 WHERE id = 3", "relation 3"),
        ("UPDATE relation SET to_gid = to_gid + 1 WHERE id = 1", "relation 1"),
        (
            "UPDATE relation SET withdrawn = 9 WHERE id = 1",
            "the ledger says that it stands",
        ),
        (
            "UPDATE relation SET withdrawn = NULL, kind = 'member-of' WHERE id = 2",
            "relation 2",
        ),
        (
            "UPDATE decision SET verdict = 'match' WHERE verdict = 'not_match'",
            "decision",
        ),
        (
            "UPDATE decision SET reason = 'x' WHERE verdict = 'not_match'",
            "decision",
        ),
        (
            "UPDATE decision SET withdrawn = 1 WHERE verdict = 'not_match'",
            "the ledger says that it stands",
        ),
        (
            "UPDATE run SET utc = '2026-01-02T08:00:01Z' WHERE seq = 2",
            "writes whose time",
        ),
        ("UPDATE run SET actor = 'x' WHERE seq = 3", "writes whose time"),
        (
            "UPDATE golden_history SET lineage = zeroblob(3) WHERE version = 1",
            "version 1",
        ),
        (
            "UPDATE golden_history SET \"values\" = REPLACE(\"values\", '甲公司', '丑公司') WHERE version = 1",
            "version 1",
        ),
        (
            "UPDATE golden_history SET run = run + 1 WHERE version = 1 AND until > run + 1",
            "version 1",
        ),
        (
            "UPDATE golden_history SET until = until + 1 WHERE version = 1",
            "version 1",
        ),
        ("DELETE FROM crosswalk_history", "version"),
        (
            "UPDATE source_history SET canonical = REPLACE(canonical, '甲', '丑')",
            "source record",
        ),
        ("UPDATE source_history SET until = until + 20", "earlier contents"),
        (
            "UPDATE crosswalk SET valid_from = '2020' WHERE id_type = 'record'",
            "source codes whose beginning",
        ),
        (
            "UPDATE crosswalk_history SET valid_to = '2020'",
            "earlier codes whose times",
        ),
        (
            "UPDATE crosswalk SET successor = 'D93' WHERE successor IS NOT NULL",
            "codes replaced",
        ),
    ] {
        let change = store.connection.unchecked_transaction().unwrap();
        assert!(change.execute(alter, []).unwrap() > 0, "{alter}");
        let problems = crate::verify::content(&store.keyed(&change).unwrap()).unwrap();
        assert!(
            problems.iter().any(|problem| problem.contains(told)),
            "{alter}: {problems:?}"
        );
        change.rollback().unwrap();
    }
    assert_eq!(store.verify().unwrap(), [""; 0]);
}
