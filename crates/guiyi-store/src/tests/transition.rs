//! Codes that are replaced, and what a code meant when.

use guiyi_core::dictionary::EntityType;
use guiyi_core::global_id::{GlobalId, from_serial};

use super::world::{World, dump};
use crate::{By, CodeRefusal, CodeStatus, NewTransition, Store};

const CUSTOMER: EntityType = EntityType::Customer;
const END: &str = "2026-06-30T00:00:00Z";

fn id(serial: u32) -> GlobalId {
    from_serial(CUSTOMER, 0, serial).unwrap()
}

const BY: By<'_> = By {
    actor: "王芳",
    reason: "departments were renumbered",
    utc: "2026-01-15T00:00:00Z",
};

fn store() -> Store {
    let world = World::of(&[
        ("erp", "D03-1", "甲公司", "", "111"),
        ("erp", "D03-2", "乙公司", "", "222"),
        ("crm", "K1", "甲公司", "", "111"),
    ]);
    let mut store = Store::open_in_memory().unwrap();
    world.run(&mut store, "2026-01-01T00:00:00Z");
    store
}

fn from<'a>(old: &'a str, new: &'a str) -> NewTransition<'a> {
    NewTransition {
        system: "erp",
        old,
        new,
        valid_from: None,
        until: END,
    }
}

#[test]
fn old_and_new_stand_side_by_side_until_the_day() {
    let mut store = store();
    let next = NewTransition {
        valid_from: Some("2026-03-01T00:00:00Z"),
        ..from("D03-1", "D09-1")
    };
    assert_eq!(store.replace_codes(CUSTOMER, &[next], BY, false).unwrap(), [Ok(true)]);
    assert_eq!(store.replace_codes(CUSTOMER, &[next], BY, false).unwrap(), [Ok(false)]);
    // An old code that no record has any more comes in as well.
    let unknown = from("OLD-1", "D03-1");
    assert_eq!(
        store.replace_codes(CUSTOMER, &[unknown], BY, false).unwrap(),
        [Ok(true)]
    );

    let codes = store.codes(CUSTOMER, "erp").unwrap();
    for code in ["D03-1", "D09-1", "OLD-1"] {
        assert_eq!(codes.id(code), Some(id(1)), "{code}");
    }
    let status = |code: &str, utc: &str| codes.old(code).map(|old| old.status(utc));
    assert_eq!(status("D03-1", "2026-06-29T23:59:59Z"), Some(CodeStatus::Transitional));
    assert_eq!(status("D03-1", END), Some(CodeStatus::Retired));
    assert_eq!((status("D09-1", END), status("D03-2", END)), (None, None));
    assert_eq!(codes.successor("OLD-1", BY.utc), Some("D09-1"), "the last of the chain");
    // The new one is what to write, from its day on.
    assert_eq!(codes.current(id(1), "2026-02-28T00:00:00Z"), ["D03-1"]);
    assert_eq!(codes.current(id(1), "2026-03-01T00:00:00Z"), ["D09-1"]);

    // Runs leave it as it is, also one that brings the new code as a record of its own.
    let more = World::of(&[("erp", "D09-1", "甲公司", "", "111")]);
    more.run(&mut store, "2026-04-01T00:00:00Z");
    let codes = store.codes(CUSTOMER, "erp").unwrap();
    assert_eq!(codes.current(id(1), "2026-04-01T00:00:00Z"), ["D09-1"]);
    assert_eq!(codes.successor("D03-1", END), Some("D09-1"));
    assert_eq!(store.verify().unwrap(), [""; 0]);
}

#[test]
fn what_is_refused() {
    let mut store = store();
    store
        .replace_codes(CUSTOMER, &[from("D03-1", "D09-1")], BY, false)
        .unwrap();
    let before = dump(&store);
    let early = NewTransition {
        valid_from: Some(END),
        ..from("D03-2", "D09-3")
    };
    let elsewhere = NewTransition {
        system: "nowhere",
        ..from("D03-2", "D09-2")
    };
    for (wrong, expected) in [
        (from("D03-1", "D03-2"), CodeRefusal::Taken(id(2))),
        (from("D03-7", "D03-8"), CodeRefusal::UnknownCode),
        (from("D03-2", "D03-2"), CodeRefusal::Circle),
        (from("D09-1", "D03-1"), CodeRefusal::Circle),
        (early, CodeRefusal::Times),
        (elsewhere, CodeRefusal::UnknownCode),
    ] {
        let wanted = [from("D03-2", "D09-2"), wrong];
        let answers = store.replace_codes(CUSTOMER, &wanted, BY, false).unwrap();
        assert_eq!(answers, [Ok(true), Err(expected)], "{wrong:?}");
        assert_eq!(dump(&store), before);
    }
    let wanted = [from("D03-2", "D09-2"), from("D03-7", "D03-8")];
    store.replace_codes(CUSTOMER, &wanted, BY, true).unwrap();
    assert_eq!(store.codes(CUSTOMER, "erp").unwrap().id("D09-2"), Some(id(2)));
}

#[test]
fn what_a_code_meant_when() {
    let mut store = store();
    store
        .replace_codes(CUSTOMER, &[from("D03-2", "D09-2")], BY, false)
        .unwrap();
    // The second customer's record becomes one of the first, and later one of its own again.
    let moved = |phone| World::of(&[("erp", "D03-2", "乙公司", "", phone)]);
    moved("111").run(&mut store, "2026-02-01T00:00:00Z");
    moved("222").run(&mut store, "2026-03-01T00:00:00Z");
    let then = |utc| {
        store
            .code_at(CUSTOMER, "erp", "D03-2", utc)
            .unwrap()
            .map(|then| (then.gid, then.now))
    };
    assert_eq!(then("2025-12-31T00:00:00Z"), None);
    assert_eq!(then("2026-01-31T00:00:00Z"), Some((id(2), id(2))));
    assert_eq!(then("2026-02-01T00:00:00Z"), Some((id(1), id(1))));
    assert_eq!(then("2026-03-01T00:00:00Z"), Some((id(2), id(2))));
    // It ended, and is known for ever.
    assert_eq!(then("2027-01-01T00:00:00Z"), Some((id(2), id(2))));
    assert_eq!(store.code_at(CUSTOMER, "nowhere", "D03-2", END).unwrap(), None);

    let of = |gid, utc: &str| -> Vec<String> {
        store
            .codes_of_at(gid, utc)
            .unwrap()
            .into_iter()
            .map(|code| code.key)
            .collect()
    };
    assert_eq!(of(id(1), "2026-01-02T00:00:00Z"), ["K1", "D03-1"]);
    assert_eq!(of(id(1), "2026-02-02T00:00:00Z"), ["K1", "D03-1", "D03-2"]);
    assert_eq!(of(id(1), "2026-03-02T00:00:00Z"), ["K1", "D03-1"]);
    assert_eq!(of(id(2), "2026-03-02T00:00:00Z"), ["D09-2", "D03-2"]);
}
