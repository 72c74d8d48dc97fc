//! Retired golden records: resolvable for ever, brought back by nobody but a steward, their records kept up to date.

use guiyi_core::dictionary::EntityType;
use guiyi_core::global_id::{GlobalId, from_serial};

use super::world::{World, dump};
use crate::{
    Application, Approval, By, Merge, NewDecision, NewPin, NewRelation, Proposal, Refusal, RelationKind,
    RelationSource, Resolution, Split, Store, StoreError, Terms, Verdict,
};

const CUSTOMER: EntityType = EntityType::Customer;

const BY: By<'_> = By {
    actor: "王芳",
    reason: "wound up",
    utc: "2026-01-15T00:00:00Z",
};

const OTHER: By<'_> = By {
    actor: "李强",
    reason: "the register says otherwise",
    utc: "2026-01-25T00:00:00Z",
};

fn id(serial: u32) -> GlobalId {
    from_serial(CUSTOMER, 0, serial).unwrap()
}

fn world() -> World {
    World::of(&[
        ("erp", "1", "甲公司", "杭州市", "13900000001"),
        ("erp", "2", "甲公司", "杭州市", "13900000001"),
        ("erp", "3", "乙公司", "宁波市", "13900000003"),
        ("crm", "A", "甲公司", "杭州市", "13900000001"),
    ])
}

/// 甲公司 of three records is the first golden record, 乙公司 the second.
fn store() -> Store {
    let mut store = Store::open_in_memory().unwrap();
    world().run(&mut store, "2026-01-01T00:00:00Z");
    store
}

fn sound(store: &mut Store) {
    assert_eq!(store.verify().unwrap(), [""; 0]);
    assert_eq!(store.check_rebuild(&World::rulebook()).unwrap().different, []);
}

fn active(store: &Store) -> Vec<GlobalId> {
    store
        .golden_rows(CUSTOMER)
        .unwrap()
        .map(|row| row.unwrap().gid)
        .collect()
}

fn feed(store: &Store, since: u64) -> Vec<(GlobalId, u64, String)> {
    let lines = store.changes(since, 99).unwrap().into_iter();
    lines.map(|line| (line.gid, line.version, line.kind)).collect()
}

#[test]
fn it_stays_resolvable_and_leaves_what_is_active() {
    let mut store = store();
    let book = World::rulebook();
    let told = store.changes(0, 99).unwrap().len() as u64;
    let effect = store.retire(&book, id(1), true, BY).unwrap();
    assert_eq!((effect.before.len(), effect.after.len(), effect.feed.len()), (1, 0, 1));
    assert_eq!(feed(&store, told), [(id(1), 2, "retired".to_owned())]);
    assert_eq!(store.resolve(id(1)).unwrap(), Some(Resolution::Retired));
    let retirement = store.retirement(id(1)).unwrap().unwrap();
    assert_eq!(
        (&*retirement.actor, &*retirement.reason, &*retirement.utc),
        (BY.actor, BY.reason, BY.utc)
    );
    for (system, key) in [("erp", "1"), ("erp", "2"), ("crm", "A")] {
        assert_eq!(store.lookup(CUSTOMER, system, key).unwrap(), Some(id(1)));
    }
    assert_eq!(active(&store), [id(2)]);
    assert_eq!(store.golden(id(1)).unwrap(), None);
    // Its past is as it was, and ends.
    let history = store.history(id(1)).unwrap();
    assert_eq!(history.len(), 1);
    assert_eq!(history[0].until.as_ref().unwrap().utc, BY.utc);
    assert!(history[0].is_retired && history[0].members.len() == 3);
    assert!(store.golden_at(id(1), "2026-01-14T00:00:00Z").unwrap().is_some());
    assert!(store.golden_at(id(1), "2026-01-16T00:00:00Z").unwrap().is_none());
    sound(&mut store);

    // Nothing else can be done to it.
    let pin = NewPin {
        gid: id(1),
        element: "city",
        value: Some("宁波市"),
        expires: None,
        valid_from: None,
    };
    let merge = Merge {
        a: id(1),
        b: id(2),
        survivor: None,
        overrule: false,
    };
    let split = Split {
        gid: id(1),
        records: &[("erp", "1")],
        edits: crate::Edits::Tree,
    };
    let relation = NewRelation {
        from: id(1),
        kind: RelationKind::BranchOf,
        to: id(2),
        is_so: true,
        valid_from: None,
        valid_until: None,
        source: RelationSource::Steward,
    };
    let before = dump(&store);
    for refused in [
        store.pin(&book, pin, BY).map(drop),
        store.merge(&book, merge, BY).map(drop),
        store.split(&book, split, BY).map(drop),
        store.relate(&[relation], BY),
        store.confirm(&book, id(1), true, BY),
    ] {
        let error = refused.unwrap_err();
        assert!(matches!(error, StoreError::NotActive { survivor: None, .. }), "{error}");
        assert!(error.hint().unwrap().contains("unretire"));
    }
    for (gid, is_so) in [(id(1), true), (id(2), false)] {
        let error = store.retire(&book, gid, is_so, BY).unwrap_err();
        assert!(matches!(error, StoreError::Inconsistent { .. }), "{error}");
    }
    assert!(store.retire(&book, id(9), true, BY).is_err(), "never issued");
    assert_eq!(dump(&store), before);
}

#[test]
fn no_run_brings_it_back_or_joins_others_to_it() {
    let mut store = store();
    let book = World::rulebook();
    store.retire(&book, id(1), true, BY).unwrap();
    // The same again is nothing new.
    let before = dump(&store);
    let report = world().run(&mut store, "2026-01-16T00:00:00Z");
    assert_eq!((report.run, dump(&store)), (None, before));

    // One of its records changes, another is not delivered any more, and a new one matches it.
    let told = store.changes(0, 99).unwrap().len() as u64;
    let later = World::of(&[
        ("erp", "1", "甲公司", "绍兴市", "13900000001"),
        ("erp", "3", "乙公司", "宁波市", "13900000003"),
        ("crm", "A", "甲公司", "杭州市", "13900000001"),
        ("crm", "B", "甲公司", "杭州市", "13900000001"),
    ]);
    let report = later.run(&mut store, "2026-01-17T00:00:00Z");
    assert_eq!(
        (report.sources_changed, report.golden_new, report.golden_reinstated),
        (1, 1, 0)
    );
    assert_eq!(feed(&store, told), [(id(3), 1, "created".to_owned())]);
    assert_eq!(store.lookup(CUSTOMER, "crm", "B").unwrap(), Some(id(3)));
    assert_eq!(store.lookup(CUSTOMER, "erp", "1").unwrap(), Some(id(1)));
    assert_eq!(store.resolve(id(1)).unwrap(), Some(Resolution::Retired));
    let values = store.source_values(CUSTOMER, "erp", "1").unwrap().unwrap();
    assert!(values.contains(&("city".to_owned(), "绍兴市".to_owned())), "{values:?}");
    sound(&mut store);

    // A decision that would join them is refused; one that keeps them apart is not.
    let decide = |store: &mut Store, verdict| {
        let decision = NewDecision {
            a: ("erp", "1"),
            b: ("crm", "B"),
            verdict,
            reason: "",
        };
        store.decide(CUSTOMER, &[decision], BY, false).unwrap().remove(0).err()
    };
    assert_eq!(decide(&mut store, Verdict::Match), Some(Refusal::Retired(id(1))));
    assert_eq!(decide(&mut store, Verdict::NotMatch), None);

    // Brought back, it is what its records say now.
    let told = store.changes(0, 99).unwrap().len() as u64;
    let effect = store.retire(&book, id(1), false, OTHER).unwrap();
    assert_eq!(effect.after.len(), 1);
    assert_eq!(feed(&store, told), [(id(1), 3, "reinstated".to_owned())]);
    assert_eq!(store.retirement(id(1)).unwrap(), None);
    let golden = store.golden(id(1)).unwrap().unwrap();
    assert_eq!((golden.version, golden.members.len()), (3, 3));
    assert_eq!(store.history(id(1)).unwrap().len(), 2);
    assert_eq!(active(&store), [id(1), id(2), id(3)]);
    sound(&mut store);
}

#[test]
fn what_went_into_it_leads_to_it() {
    let mut store = store();
    let book = World::rulebook();
    let merge = Merge {
        a: id(1),
        b: id(2),
        survivor: None,
        overrule: false,
    };
    store.merge(&book, merge, BY).unwrap();
    store.retire(&book, id(1), true, BY).unwrap();
    assert_eq!(store.resolve(id(2)).unwrap(), Some(Resolution::Superseded(id(1))));
    world().run(&mut store, "2026-01-17T00:00:00Z");
    assert_eq!(
        (active(&store), store.lookup(CUSTOMER, "erp", "3").unwrap()),
        (vec![], Some(id(1)))
    );
    sound(&mut store);
    // What was done before can be undone as before, once it is back.
    store.retire(&book, id(1), false, OTHER).unwrap();
    let split = Split {
        gid: id(1),
        records: &[("erp", "3")],
        edits: crate::Edits::Tree,
    };
    store.split(&book, split, OTHER).unwrap();
    assert_eq!(active(&store), [id(1), id(2)]);
    sound(&mut store);
}

#[test]
fn pins_confirmation_and_relations_sleep_and_wake() {
    let mut store = store();
    let book = World::rulebook();
    let pin = NewPin {
        gid: id(1),
        element: "city",
        value: Some("宁波市"),
        expires: None,
        valid_from: None,
    };
    store.pin(&book, pin, BY).unwrap();
    store.confirm(&book, id(1), true, BY).unwrap();
    let before = store.golden(id(1)).unwrap().unwrap();
    store.retire(&book, id(1), true, BY).unwrap();
    world().run(&mut store, "2026-01-17T00:00:00Z");
    store.retire(&book, id(1), false, OTHER).unwrap();
    let after = store.golden(id(1)).unwrap().unwrap();
    assert_eq!((after.values, after.members), (before.values, before.members));
    assert!(store.confirmation(id(1)).unwrap().is_some());
    sound(&mut store);
}

#[test]
fn as_of_a_time_in_which_it_was_retired_there_is_nothing() {
    let mut store = store();
    let book = World::rulebook();
    store.retire(&book, id(1), true, BY).unwrap();
    store.retire(&book, id(1), false, OTHER).unwrap();
    let is_held = |as_of: &str, known_at: Option<&str>| {
        let held = store.held(&book, id(1), as_of, known_at).unwrap();
        held.is_some()
    };
    for (as_of, known_at, expected) in [
        ("2026-01-10T00:00:00Z", None, true),
        ("2026-01-20T00:00:00Z", None, false),
        ("2026-01-26T00:00:00Z", None, true),
        ("2026-01-20T00:00:00Z", Some("2026-01-14T00:00:00Z"), true),
        ("2026-01-26T00:00:00Z", Some("2026-01-20T00:00:00Z"), false),
        ("2026-01-10T00:00:00Z", Some("2026-01-20T00:00:00Z"), true),
    ] {
        assert_eq!(is_held(as_of, known_at), expected, "{as_of} {known_at:?}");
    }
}

#[test]
fn it_is_proposed_and_approved_like_any_other_write() {
    let mut store = store();
    let book = World::rulebook();
    let terms = Terms {
        approvals: 1,
        effective: None,
    };
    for (is_so, expected) in [(true, Resolution::Retired), (false, Resolution::Active)] {
        let proposal = Proposal::Retire { gid: id(1), is_so };
        let before = store.resolve(id(1)).unwrap();
        let (number, _) = store.propose(&book, &proposal, terms, BY).unwrap();
        assert_eq!(store.resolve(id(1)).unwrap(), before);
        store.approve(number, Approval::default(), OTHER).unwrap();
        let done = store.apply_request(&book, number, OTHER).unwrap();
        assert!(matches!(done, Application::Applied(_)), "{done:?}");
        assert_eq!(store.resolve(id(1)).unwrap(), Some(expected));
        sound(&mut store);
    }
}

#[test]
fn what_is_retired_behind_the_back_of_the_ledger_is_seen() {
    let mut store = store();
    store.retire(&World::rulebook(), id(1), true, BY).unwrap();
    for (trigger, sql, expected) in [
        (
            "",
            "UPDATE global_id SET status = 'active' WHERE gid = $1",
            "without a word",
        ),
        (
            "retirement_is_not_edited",
            "UPDATE retirement SET reason = 'sold' WHERE gid = $1",
            "not what the ledger says",
        ),
        (
            "retirement_is_kept",
            "DELETE FROM retirement WHERE gid = $1",
            "that are not there",
        ),
    ] {
        let transaction = store.connection.unchecked_transaction().unwrap();
        if !trigger.is_empty() {
            transaction.execute(&format!("DROP TRIGGER {trigger}"), []).unwrap();
        }
        assert_eq!(transaction.execute(sql, [crate::key::to_key(id(1))]).unwrap(), 1);
        let problems = crate::verify::content(&store.keyed(&transaction).unwrap()).unwrap();
        let is_seen = problems.iter().any(|problem| problem.contains(expected));
        assert!(is_seen, "{sql}: {problems:?}");
        transaction.rollback().unwrap();
    }
}
