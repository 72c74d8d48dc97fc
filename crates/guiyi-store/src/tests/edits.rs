//! Whose the pins are when a golden record is parted.

use guiyi_core::dictionary::EntityType;
use guiyi_core::global_id::{GlobalId, from_serial};

use super::world::{World, dump};
use crate::{By, Edits, Merge, NewPin, Split, Store};

fn id(serial: u32) -> GlobalId {
    from_serial(EntityType::Customer, 0, serial).unwrap()
}

fn by(utc: &str) -> By<'_> {
    By {
        actor: "王芳",
        reason: "asked by phone",
        utc,
    }
}

/// Splits off a record with these edits; expects the cities of both golden records.
fn check(edits: Edits, leaving: (&str, &str), expected: [&str; 2]) {
    let world = World::of(&[
        ("erp", "1", "甲公司", "杭州市", "13900000001"),
        ("crm", "2", "乙公司", "苏州市", "13900000002"),
    ]);
    let book = World::rulebook();
    let mut store = Store::open_in_memory().unwrap();
    world.run(&mut store, "2026-01-01T00:00:00Z");
    let pin = |element: &'static str, value| NewPin {
        gid: id(1),
        element,
        value: Some(value),
        expires: None,
        valid_from: None,
    };
    store.pin(&book, pin("name", "甲"), by("2026-01-02T00:00:00Z")).unwrap();
    let merge = Merge {
        a: id(1),
        b: id(2),
        survivor: Some(id(1)),
        overrule: false,
    };
    store.merge(&book, merge, by("2026-01-02T00:00:00Z")).unwrap();
    // The city of the CRM's record, 2, is what this stands over.
    store
        .pin(&book, pin("city", "无锡市"), by("2026-01-02T00:00:00Z"))
        .unwrap();
    let split = Split {
        gid: id(1),
        records: &[leaving],
        edits,
    };
    let before = dump(&store);
    let preview = store.preview_split(&book, split, by("2026-01-03T00:00:00Z")).unwrap();
    assert_eq!(dump(&store), before);
    let done = store.split(&book, split, by("2026-01-03T00:00:00Z")).unwrap();
    assert_eq!(preview, done);
    let [assigned] = &done.assigned[..] else {
        panic!("{:?}", done.assigned);
    };
    assert_eq!(
        (&*assigned.element, assigned.value.as_deref()),
        ("city", Some("无锡市"))
    );

    let value = |gid, element: usize| {
        store.golden(gid).unwrap().unwrap().values[element]
            .value
            .clone()
            .unwrap()
    };
    assert_eq!([value(id(1), 1), value(id(2), 1)], expected, "{edits:?}");
    // A pin from before the merge stays with its ID.
    assert_eq!([value(id(1), 0), value(id(2), 0)], ["甲", "乙公司"]);
    assert!(store.verify().unwrap().is_empty());
    assert!(store.check_rebuild(&book).unwrap().different.is_empty());
    let pins = store.pins(EntityType::Customer).unwrap();
    assert!(pins.iter().all(|pin| pin.utc == "2026-01-02T00:00:00Z"));
    assert_eq!(world.run(&mut store, "2026-01-04T00:00:00Z").feed_lines, 0);
}

#[test]
fn edits_since_a_merge_are_assigned() {
    // Whichever side is the one that leaves, the ID stays with what it was first.
    for leaving in [("crm", "2"), ("erp", "1")] {
        check(Edits::Tree, leaving, ["无锡市", "苏州市"]);
        check(Edits::Record, leaving, ["杭州市", "无锡市"]);
        check(Edits::Cascade, leaving, ["无锡市", "无锡市"]);
    }
}
