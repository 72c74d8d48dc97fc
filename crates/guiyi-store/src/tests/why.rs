//! What is said of a golden value is what is stored, and the day of the policy is that of the last run.

use guiyi_core::dictionary::{Element, ElementKind, EntityType};
use guiyi_core::rulebook::{Rulebook, Strategy};
use guiyi_core::survive::{Fate, Ground};

use super::world::World;
use crate::{By, NewPin, Store};

const BY: By<'_> = By {
    actor: "王芳",
    reason: "asked by phone",
    utc: "2026-06-01T00:00:00Z",
};

#[test]
fn every_stored_value_has_the_winner_that_its_lineage_names() {
    let rulebook = World::rulebook();
    let mut store = Store::open_in_memory().unwrap();
    World::first_run(40).run(&mut store, "2026-01-01T00:00:00Z");
    World::second_run(40).run(&mut store, "2026-01-02T00:00:00Z");
    let ids: Vec<_> = store
        .golden_rows(EntityType::Customer)
        .unwrap()
        .map(|row| row.unwrap().gid)
        .collect();
    let mut contested = 0;
    for gid in ids {
        let why = store.why(&rulebook, gid).unwrap().unwrap();
        for element in &why.elements {
            let stored = element.stored.as_ref().unwrap();
            assert_eq!((&stored.value, stored.ground), (&element.why.value, element.why.ground));
            let won: Vec<_> = (element.candidates.iter())
                .filter(|(_, candidate)| candidate.fate == Fate::Won)
                .map(|(member, _)| member)
                .collect();
            let expected: Vec<_> = stored
                .member
                .iter()
                .map(|&member| &why.golden.members[member])
                .collect();
            assert_eq!(won, expected);
            contested += usize::from(element.candidates.len() > 1);
        }
    }
    assert!(contested > 10, "{contested}");
    assert!(store.why(&rulebook, unknown()).unwrap().is_none());
}

fn unknown() -> guiyi_core::global_id::GlobalId {
    guiyi_core::global_id::from_serial(EntityType::Customer, 0, 999).unwrap()
}

/// The world's rulebook where the CRM is trusted for 30 days after the date in `phone`'s place.
fn trusting(today: (i16, i8, i8)) -> Rulebook {
    let mut rulebook = World::rulebook();
    rulebook.today = today;
    let city: &mut Element = &mut rulebook.dictionary.elements[1];
    city.kind = ElementKind::Date;
    rulebook.survivorship.recency = Some(1);
    rulebook.survivorship.trust_days.insert("crm".into(), 30);
    rulebook.survivorship.default = vec![Strategy::TrustedUntil, Strategy::SourcePriority];
    rulebook
}

#[test]
fn trust_runs_out_with_a_run_and_not_under_a_stewards_hands() {
    let world = World::of(&[
        ("erp", "1", "甲公司", "2025-01-01", "13900000001"),
        ("crm", "2", "乙公司", "2026-01-10", "13900000001"),
    ]);
    let mut store = Store::open_in_memory().unwrap();
    world
        .run_with(&mut store, &trusting((2026, 1, 20)), "2026-01-20T00:00:00Z")
        .unwrap();
    let gid = store.lookup(EntityType::Customer, "erp", "1").unwrap().unwrap();
    let name = |store: &Store| store.golden(gid).unwrap().unwrap().values[0].clone();
    assert_eq!(name(&store).value.as_deref(), Some("乙公司"));

    let later = trusting((2026, 6, 1));
    let pin = NewPin {
        gid,
        element: "city",
        value: Some("2026-05-01"),
        expires: None,
        valid_from: None,
    };
    store.pin(&later, pin, BY).unwrap();
    assert_eq!(name(&store).value.as_deref(), Some("乙公司"));
    assert!(store.check_rebuild(&later).unwrap().different.is_empty());
    world.run_with(&mut store, &later, "2026-06-01T00:00:00Z").unwrap();
    assert_eq!(
        (name(&store).value.as_deref(), name(&store).ground),
        (Some("甲公司"), Ground::Strategy(Strategy::TrustedUntil))
    );
    assert!(store.check_rebuild(&later).unwrap().different.is_empty());
}
