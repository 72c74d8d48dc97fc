//! One record put at once writes what a run would.

use guiyi_core::dictionary::{Element, ElementKind, EntityType};
use guiyi_core::global_id::from_serial;
use guiyi_core::rulebook::Rulebook;

use super::world::{World, row};
use crate::{By, Store, StoreError};

const BY: By<'_> = By {
    actor: "crm",
    reason: "delivered",
    utc: "2026-01-02T00:00:00Z",
};

/// The batch of a single row.
fn of(world: &World) -> guiyi_core::record::Batch {
    let batches = world.batches(&World::rulebook());
    batches.into_iter().find(|batch| batch.len() == 1).unwrap()
}

#[test]
fn a_record_that_changes_a_new_one_and_the_same_again() {
    let book = World::rulebook();
    let mut store = Store::open_in_memory().unwrap();
    World::first_run(7).run(&mut store, "2026-01-01T00:00:00Z");
    let first = store
        .lookup(EntityType::Customer, "erp", "D03-000003")
        .unwrap()
        .unwrap();
    let before = store.golden(first).unwrap().unwrap();
    assert_eq!((before.version, before.members.len()), (1, 2));

    // Known: it stays where it is, with its other members, and the golden record is computed anew.
    let city = |golden: &crate::GoldenRecord| golden.values[1].value.clone();
    let changed = of(&World::of(&[("erp", "D03-000003", "公司3", "绍兴市", "13900000003")]));
    let (gid, report) = store.put(&book, &changed, None, BY).unwrap();
    let after = store.golden(first).unwrap().unwrap();
    assert_eq!((gid, report.sources_changed, report.feed_lines), (first, 1, 1));
    assert_eq!(
        (after.version, after.members.len(), city(&after).as_deref()),
        (2, 2, Some("绍兴市"))
    );
    let earlier = store.history(first).unwrap().remove(0);
    assert_eq!(earlier.values[1].value.as_deref(), Some("杭州市"));

    // The same again writes nothing.
    let last_run = store.state().unwrap().last_run;
    let (_, report) = store.put(&book, &changed, None, BY).unwrap();
    assert_eq!((report.run, store.state().unwrap().last_run), (None, last_run));

    // New: an ID of its own, or that of the golden record that it was matched with.
    let new = |key| {
        of(&World {
            rows: vec![row("crm", key, "新客户", "", "13811112222")],
            ..World::default()
        })
    };
    let (own, report) = store.put(&book, &new("HD-KA-70001"), None, BY).unwrap();
    assert_eq!((report.golden_new, report.codes_new), (1, 1));
    let (joined, report) = store.put(&book, &new("HD-KA-70002"), Some(own), BY).unwrap();
    assert_eq!((joined, report.golden_new, report.golden_changed), (own, 0, 1));
    assert_eq!(store.golden(own).unwrap().unwrap().members.len(), 2);

    let nowhere = from_serial(EntityType::Customer, 0, 999).unwrap();
    let error = store.put(&book, &new("HD-KA-70003"), Some(nowhere), BY).unwrap_err();
    assert!(matches!(error, StoreError::NotActive { .. }), "{error}");
    assert_eq!(store.lookup(EntityType::Customer, "crm", "HD-KA-70003").unwrap(), None);
    assert_eq!(store.verify().unwrap(), [""; 0]);
    assert!(store.check_rebuild(&book).unwrap().different.is_empty());
}

#[test]
fn the_history_keeps_an_element_that_another_process_added_meanwhile() {
    let book = World::rulebook();
    let mut wider = World::rulebook();
    let contact = wider.dictionary.elements[0].clone();
    wider.dictionary.elements.push(Element {
        name: "contact".into(),
        kind: ElementKind::Text,
        ..contact
    });
    wider.survivorship.elements.push(None);

    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("store.db");
    let mut store = Store::open(&path).unwrap();
    World::first_run(7).run(&mut store, "2026-01-01T00:00:00Z");
    let put = |store: &mut Store, book: &Rulebook, city: &str| {
        let world = World::of(&[("erp", "D03-000003", "公司3", city, "13900000003")]);
        let mut row = world.batches(book).into_iter().find(|batch| batch.len() == 1).unwrap();
        row.columns.truncate(3);
        row.columns
            .resize(book.dictionary.elements.len(), row.columns[2].clone());
        store.put(book, &row, None, BY).unwrap().0
    };
    put(&mut store, &book, "绍兴市");
    let gid = put(&mut Store::open(&path).unwrap(), &wider, "湖州市");
    put(&mut store, &book, "宁波市");
    let values = &store.history(gid).unwrap()[2].values;
    let of = |element: &str| values.iter().find(|value| value.element == element);
    let contact = of("contact").and_then(|value| value.value.as_deref());
    assert_eq!(contact, Some("13900000003"), "{values:?}");
    assert_eq!(store.verify().unwrap(), [""; 0]);
}
