//! Whose the pins are when a golden record is parted.

use guiyi_core::dictionary::EntityType;
use guiyi_core::global_id::{GlobalId, from_serial};

use super::world::{World, dump};
use crate::{By, Code, Edits, Merge, NewCode, NewPin, Split, Store};

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

/// Splits off the CRM's record with these edits; expects where the aliases lead, by code.
fn check_aliases(edits: Edits, expected: [(&str, u32); 4]) {
    let world = World::of(&[
        ("erp", "1", "甲公司", "杭州市", "13900000001"),
        ("crm", "2", "乙公司", "苏州市", "13900000002"),
    ]);
    let book = World::rulebook();
    let mut store = Store::open_in_memory().unwrap();
    world.run(&mut store, "2026-01-01T00:00:00Z");
    // The IDs are in the order of the sources.
    let (one, two) = (id(1), id(2));
    let add = |store: &mut Store, system, key, gid, with| {
        let code = NewCode {
            system,
            key,
            gid,
            valid_from: None,
            valid_to: None,
            with,
        };
        let answers = store.add_codes(EntityType::Customer, &[code], by("2026-01-02T00:00:00Z"), false);
        assert_eq!(answers.unwrap(), [Ok(true)]);
    };
    add(&mut store, "old", "before", two, None);
    let aliases = |store: &Store| -> Vec<Code> {
        let codes = store.codes_of(two).unwrap().into_iter();
        codes.filter(|code| code.key == "before").collect()
    };
    let before = aliases(&store);
    let merge = Merge {
        a: one,
        b: two,
        survivor: Some(one),
        overrule: false,
    };
    store.merge(&book, merge, by("2026-01-02T00:00:00Z")).unwrap();
    add(&mut store, "old", "with", one, Some(("crm", "2")));
    add(&mut store, "crm", "of-crm", one, None);
    add(&mut store, "old", "of-nobody", one, None);
    let split = Split {
        gid: one,
        records: &[("crm", "2")],
        edits,
    };
    let merged = dump(&store);
    let preview = store.preview_split(&book, split, by("2026-01-03T00:00:00Z")).unwrap();
    assert_eq!(dump(&store), merged);
    assert_eq!(store.split(&book, split, by("2026-01-03T00:00:00Z")).unwrap(), preview);
    let now = "2026-01-03T00:00:00Z";
    for (code, serial) in expected {
        let system = if code == "of-crm" { "crm" } else { "old" };
        let codes = store.codes(EntityType::Customer, system).unwrap();
        assert_eq!(codes.id(code), Some(id(serial)), "{edits:?} {code}");
        let moved = preview
            .moved
            .iter()
            .any(|moved| moved.key == code && moved.to == id(serial));
        assert_eq!(moved, serial == 2 && code != "before", "{edits:?} {code}");
        // What it meant before stays known.
        let then = store
            .code_at(EntityType::Customer, system, code, "2026-01-02T12:00:00Z")
            .unwrap()
            .unwrap();
        assert_eq!(
            (then.gid, then.now),
            if code == "before" { (two, two) } else { (one, one) }
        );
        let then = store.code_at(EntityType::Customer, system, code, now).unwrap().unwrap();
        assert_eq!(then.gid, id(serial));
    }
    assert_eq!(store.verify().unwrap(), [""; 0]);
    // The alias of before the merge is as it was.
    assert_eq!(aliases(&store), before);
    assert_eq!(world.run(&mut store, "2026-01-04T00:00:00Z").feed_lines, 0);
}

#[test]
fn aliases_follow_the_record_that_they_came_with() {
    check_aliases(
        Edits::Tree,
        [("before", 2), ("with", 2), ("of-crm", 1), ("of-nobody", 1)],
    );
    check_aliases(
        Edits::Cascade,
        [("before", 2), ("with", 2), ("of-crm", 1), ("of-nobody", 1)],
    );
    check_aliases(
        Edits::Record,
        [("before", 2), ("with", 2), ("of-crm", 2), ("of-nobody", 1)],
    );
}
