//! Relations: what is refused, that they sleep and wake with IDs, and that what is related stays two.

use guiyi_core::dictionary::EntityType;
use guiyi_core::global_id::{GlobalId, from_serial};

use super::world::{World, dump};
use crate::{By, Merge, NewRelation, RelationKind, RelationSource, Split, Store, StoreError};

const BY: By<'_> = By {
    actor: "王芳",
    reason: "register",
    utc: "2026-01-15T00:00:00Z",
};

fn id(serial: u32) -> GlobalId {
    from_serial(EntityType::Customer, 0, serial).unwrap()
}

fn relation(from: u32, kind: RelationKind, to: u32) -> NewRelation<'static> {
    NewRelation {
        from: id(from),
        kind,
        to: id(to),
        is_so: true,
        valid_from: None,
        valid_until: None,
        source: RelationSource::Steward,
    }
}

fn store() -> (World, Store) {
    let world = World::of(&[
        ("erp", "1", "甲公司", "杭州市", "13900000001"),
        ("erp", "2", "甲公司宁波分公司", "宁波市", "13900000002"),
        ("erp", "3", "甲集团", "杭州市", "13900000003"),
        ("erp", "4", "丁公司", "杭州市", "13900000004"),
    ]);
    let mut store = Store::open_in_memory().unwrap();
    world.run(&mut store, "2026-01-01T00:00:00Z");
    (world, store)
}

/// The relations as (from, kind, to), by serial.
fn found(store: &Store, of: Option<u32>) -> Vec<(GlobalId, RelationKind, GlobalId)> {
    let relations = store.relations(of.map(id)).unwrap().into_iter();
    relations
        .map(|relation| (relation.from, relation.kind, relation.to))
        .collect()
}

#[test]
fn what_is_refused() {
    use RelationKind::{BranchOf, ContactOf, MemberOf, SubsidiaryOf};
    let (_, mut store) = store();
    store
        .relate(&[relation(2, BranchOf, 1), relation(1, MemberOf, 3)], BY)
        .unwrap();
    let before = dump(&store);
    let backwards = NewRelation {
        valid_from: Some("2026-02-01"),
        valid_until: Some("2026-02-01"),
        ..relation(4, SubsidiaryOf, 1)
    };
    for (wrong, said) in [
        (relation(1, BranchOf, 1), "itself"),
        (relation(3, SubsidiaryOf, 2), "stands below"),
        (relation(1, ContactOf, 3), "a contact is of"),
        (backwards, "cannot end"),
        (relation(9, BranchOf, 1), ""),
    ] {
        let error = store.relate(&[relation(4, BranchOf, 1), wrong], BY).unwrap_err();
        assert!(error.to_string().contains(said), "{error}");
        assert_eq!(dump(&store), before, "all or none");
    }
    // A circle over time is none on any day.
    let until = |relation, day| NewRelation {
        valid_until: Some(day),
        ..relation
    };
    let from = |relation, day| NewRelation {
        valid_from: Some(day),
        ..relation
    };
    store
        .relate(&[until(relation(4, SubsidiaryOf, 3), "2020-01-01")], BY)
        .unwrap();
    store
        .relate(&[from(relation(3, SubsidiaryOf, 4), "2020-01-01")], BY)
        .unwrap();
    let error = store.relate(&[relation(4, MemberOf, 1)], BY).unwrap_err();
    assert!(error.to_string().contains(" → "), "{error}");

    let merge = Merge {
        a: id(1),
        b: id(2),
        survivor: None,
        overrule: true,
    };
    let error = store.merge(&World::rulebook(), merge, BY).unwrap_err();
    assert!(error.to_string().contains("branch-of"), "{error}");
    assert!(store.verify().unwrap().is_empty());
}

#[test]
fn a_run_does_not_join_what_is_related() {
    let (mut world, mut store) = store();
    store.relate(&[relation(2, RelationKind::BranchOf, 1)], BY).unwrap();
    // The same phone would make one of them.
    world.rows[1].2[2] = Some("13900000001".into());
    world.run(&mut store, "2026-02-01T00:00:00Z");
    let gid = |key: &str| store.lookup(EntityType::Customer, "erp", key).unwrap().unwrap();
    assert_eq!([gid("1"), gid("2")], [id(1), id(2)]);
    let off = NewRelation {
        is_so: false,
        ..relation(2, RelationKind::BranchOf, 1)
    };
    store.relate(&[off], BY).unwrap();
    world.run(&mut store, "2026-02-02T00:00:00Z");
    assert_eq!(store.lookup(EntityType::Customer, "erp", "2").unwrap(), Some(id(1)));
}

#[test]
fn relations_sleep_and_wake_with_ids() {
    use RelationKind::{BranchOf, MemberOf};
    let (_, mut store) = store();
    let book = World::rulebook();
    store
        .relate(&[relation(2, BranchOf, 4), relation(1, MemberOf, 3)], BY)
        .unwrap();
    let merge = Merge {
        a: id(1),
        b: id(4),
        survivor: Some(id(1)),
        overrule: false,
    };
    store.merge(&book, merge, BY).unwrap();
    let expected = [(id(1), MemberOf, id(3)), (id(2), BranchOf, id(1))];
    assert_eq!(found(&store, Some(1)), expected);
    assert_eq!(found(&store, None), expected);
    // One with itself is none.
    let merge = Merge {
        a: id(1),
        b: id(3),
        survivor: None,
        overrule: false,
    };
    assert!(matches!(
        store.merge(&book, merge, BY),
        Err(StoreError::Inconsistent { .. })
    ));
    let split = Split {
        gid: id(1),
        records: &[("erp", "4")],
        edits: crate::Edits::Tree,
    };
    store.split(&book, split, BY).unwrap();
    assert_eq!(found(&store, Some(4)), [(id(2), BranchOf, id(4))]);
    assert_eq!(found(&store, Some(1)), [(id(1), MemberOf, id(3))]);
    let all = store.relations(None).unwrap();
    assert!(all.iter().all(|relation| relation.holds_on("2026-01-01")));
    assert!(store.verify().unwrap().is_empty());
}

#[test]
fn the_feed_tells_of_relations_at_both_ends() {
    let (_, mut store) = store();
    let before = store.changes(0, usize::MAX).unwrap().len() as u64;
    let told = |store: &Store| -> Vec<(GlobalId, String, u64)> {
        let changes = store.changes(before, usize::MAX).unwrap().into_iter();
        changes
            .map(|change| (change.gid, change.kind, change.version))
            .collect()
    };
    let (one, two, three) = (id(1), id(2), id(3));
    let wanted = [
        relation(2, RelationKind::BranchOf, 1),
        relation(1, RelationKind::MemberOf, 3),
    ];
    store.relate(&wanted, BY).unwrap();
    let related = |gid| (gid, "related".to_owned(), 1);
    assert_eq!(told(&store), [related(two), related(one), related(one), related(three)]);
    let not = NewRelation {
        is_so: false,
        ..relation(2, RelationKind::BranchOf, 1)
    };
    store.relate(&[not], BY).unwrap();
    assert_eq!(
        told(&store)[4..],
        [two, one].map(|gid| (gid, "unrelated".to_owned(), 1))
    );
    let digests: std::collections::BTreeSet<Vec<u8>> = store
        .changes(before, usize::MAX)
        .unwrap()
        .into_iter()
        .map(|change| change.digest)
        .collect();
    assert_eq!(digests.len(), 3, "one for each word said");
    assert!(store.verify().unwrap().is_empty());
    // The golden records are the same as before, and so are their versions.
    assert_eq!(store.golden(one).unwrap().unwrap().version, 1);
    assert!(store.check_rebuild(&World::rulebook()).unwrap().different.is_empty());
}
