//! Commits: what is written, what is not, and what is found again.

use guiyi_core::dictionary::EntityType;
use guiyi_core::global_id::{GlobalId, from_serial};
use guiyi_core::record::Origin;
use guiyi_core::rulebook::Strategy;
use guiyi_core::survive::Ground;

use super::world::{World, dump};
use crate::{CodeStatus, CommitReport, Resolution, Store};

const CUSTOMER: EntityType = EntityType::Customer;

fn fresh() -> (tempfile::TempDir, Store) {
    let directory = tempfile::tempdir().unwrap();
    let store = Store::open(directory.path().join("store.db")).unwrap();
    (directory, store)
}

fn id(serial: u32) -> GlobalId {
    from_serial(CUSTOMER, 0, serial).unwrap()
}

fn sound(store: &Store) {
    assert_eq!(store.verify().unwrap(), [""; 0]);
}

const THREE: [(&str, &str, &str, &str, &str); 3] = [
    ("erp", "D01", "甲公司", "杭州市", "111"),
    ("erp", "D02", "乙公司", "", "222"),
    ("crm", "K01", "~甲", "", "111"),
];

#[test]
fn the_first_run_and_what_is_read_back() {
    let (_directory, mut store) = fresh();
    let report = World::of(&THREE).run(&mut store, "2026-01-01T00:00:00Z");
    let expected = CommitReport {
        run: Some(1),
        golden_new: 2,
        sources_new: 3,
        codes_new: 3,
        ledger_lines: 2,
        feed_lines: 2,
        ..CommitReport::default()
    };
    assert_eq!(report, expected);
    sound(&store);

    let rows = store.golden_rows(CUSTOMER).unwrap();
    assert_eq!(rows.elements(), ["name", "city", "phone"]);
    let rows: Vec<_> = rows.map(Result::unwrap).collect();
    let names: Vec<_> = rows.iter().map(|row| (row.gid, row.values[0].as_deref())).collect();
    assert_eq!(names, [(id(1), Some("甲")), (id(2), Some("乙公司"))]);

    let golden = store.golden(id(1)).unwrap().unwrap();
    let members: Vec<&str> = golden.members.iter().map(|member| member.key.as_str()).collect();
    assert_eq!((golden.version, members), (1, vec!["K01", "D01"]));
    let name = &golden.values[0];
    assert_eq!((name.member, name.origin), (Some(0), Origin::Standardized));
    assert_eq!(name.ground, Ground::Strategy(Strategy::SourcePriority));
    let city = &golden.values[1];
    assert_eq!(
        (city.value.as_deref(), city.member, city.ground),
        (Some("杭州市"), Some(1), Ground::Only)
    );

    assert_eq!(store.lookup(CUSTOMER, "crm", "K01").unwrap(), Some(id(1)));
    assert_eq!(store.lookup(CUSTOMER, "erp", "K01").unwrap(), None);
    assert_eq!(store.lookup(EntityType::Supplier, "crm", "K01").unwrap(), None);
    assert_eq!(store.resolve(id(2)).unwrap(), Some(Resolution::Active));
    assert_eq!(store.resolve(id(3)).unwrap(), None);
    assert_eq!(store.golden(id(3)).unwrap(), None);
    assert!(store.golden_rows(EntityType::Material).unwrap().next().is_none());
}

#[test]
fn a_run_without_records_leaves_no_table_and_the_next_one_makes_it() {
    let (_directory, mut store) = fresh();
    assert_eq!(World::default().run(&mut store, "2026-01-01T00:00:00Z").run, None);
    assert_eq!(World::default().run(&mut store, "2026-01-01T00:00:00Z").run, None);
    assert_eq!(World::of(&THREE).run(&mut store, "2026-01-02T00:00:00Z").golden_new, 2);
    sound(&store);
}

#[test]
fn the_same_again_writes_nothing() {
    let (_directory, mut store) = fresh();
    let mut world = World::first_run(200);
    world.run(&mut store, "2026-01-01T00:00:00Z");
    let before = dump(&store);
    // In another order, at another time.
    world.rows.reverse();
    let report = world.run(&mut store, "2026-01-02T00:00:00Z");
    let n_sources = world.rows.len() as u64;
    let expected = CommitReport {
        golden_unchanged: 200,
        sources_unchanged: n_sources,
        ..CommitReport::default()
    };
    assert_eq!(report, expected);
    assert_eq!(dump(&store), before);
}

#[test]
fn the_order_of_rows_does_not_show() {
    let dumps = [false, true].map(|is_reversed| {
        let (_directory, mut store) = fresh();
        for mut world in [World::first_run(120), World::second_run(120)] {
            if is_reversed {
                world.rows.reverse();
            }
            world.run(&mut store, "2026-01-01T00:00:00Z");
        }
        dump(&store)
    });
    assert_eq!(dumps[0], dumps[1]);
}

#[test]
fn a_changed_row_touches_its_own_golden_record_only() {
    let (_directory, mut store) = fresh();
    let mut world = World::first_run(50);
    world.run(&mut store, "2026-01-01T00:00:00Z");
    let before = dump(&store);
    let key = world.rows[20].1.clone();
    world.rows[20].2[1] = Some("南京市".into());
    let report = world.run(&mut store, "2026-01-02T00:00:00Z");
    assert_eq!(
        (report.sources_changed, report.golden_changed, report.feed_lines),
        (1, 1, 1)
    );
    assert_eq!((report.sources_new, report.golden_new, report.codes_moved), (0, 0, 0));
    sound(&store);
    let after = dump(&store);
    let gone: Vec<&str> = before.lines().filter(|line| !after.contains(*line)).collect();
    assert_eq!(
        gone.len(),
        3,
        "one source record, one golden record and its values: {gone:#?}"
    );
    let gid = store.lookup(CUSTOMER, "erp", &key).unwrap().unwrap();
    assert_eq!(store.golden(gid).unwrap().unwrap().version, 2);
    let last = store.changes(50, 10).unwrap();
    assert_eq!(
        (last.len(), last[0].gid, last[0].version, &*last[0].kind),
        (1, gid, 2, "changed")
    );
    let history: i64 = store
        .connection
        .query_row("SELECT COUNT(*) FROM golden_history", [], |row| row.get(0))
        .unwrap();
    assert_eq!(history, 1);
}

#[test]
fn absent_records_keep_their_state_and_take_part() {
    let (_directory, mut store) = fresh();
    World::of(&THREE).run(&mut store, "2026-01-01T00:00:00Z");
    let before = dump(&store);
    // Only one system delivers, and nothing of it changed.
    let report = World::of(&THREE[2..]).run(&mut store, "2026-01-02T00:00:00Z");
    assert_eq!(
        (report.run, report.sources_absent, report.golden_unchanged),
        (None, 2, 2)
    );
    assert_eq!(dump(&store), before);
    // A new record finds an absent one.
    let report = World::of(&[("crm", "K02", "乙", "", "222")]).run(&mut store, "2026-01-03T00:00:00Z");
    assert_eq!(
        (report.sources_new, report.golden_new, report.golden_changed),
        (1, 0, 1)
    );
    assert_eq!(store.lookup(CUSTOMER, "crm", "K02").unwrap(), Some(id(2)));
    sound(&store);
}

#[test]
fn merge_and_split_restore_ids_and_codes() {
    let (_directory, mut store) = fresh();
    World::of(&THREE).run(&mut store, "2026-01-01T00:00:00Z");
    let mut merged = THREE;
    merged[1].4 = "111";
    let report = World::of(&merged).run(&mut store, "2026-01-02T00:00:00Z");
    assert_eq!(
        (report.golden_superseded, report.codes_moved, report.golden_changed),
        (1, 1, 1)
    );
    assert_eq!(store.resolve(id(2)).unwrap(), Some(Resolution::Superseded(id(1))));
    assert_eq!(store.golden(id(2)).unwrap(), None);
    sound(&store);

    let report = World::of(&THREE).run(&mut store, "2026-01-03T00:00:00Z");
    assert_eq!(
        (report.golden_reinstated, report.codes_moved, report.golden_new),
        (1, 1, 0)
    );
    assert_eq!(store.resolve(id(2)).unwrap(), Some(Resolution::Active));
    assert_eq!(store.golden(id(2)).unwrap().unwrap().version, 3);
    sound(&store);

    let codes: Vec<_> = store
        .crosswalk_rows(CUSTOMER)
        .unwrap()
        .map(Result::unwrap)
        .map(|row| {
            (
                row.key,
                row.gid.serial(),
                row.status,
                row.valid_from[..10].to_owned(),
                row.valid_to,
            )
        })
        .collect();
    let (day, end) = (
        |day: &str| format!("2026-01-{day}"),
        |day: &str| Some(format!("2026-01-{day}T00:00:00Z")),
    );
    assert_eq!(
        codes,
        [
            ("K01".into(), 1, CodeStatus::Active, day("01"), None),
            ("D01".into(), 1, CodeStatus::Active, day("01"), None),
            ("D02".into(), 2, CodeStatus::Superseded, day("01"), end("02")),
            ("D02".into(), 1, CodeStatus::Superseded, day("02"), end("03")),
            ("D02".into(), 2, CodeStatus::Active, day("03"), None),
        ]
    );
    let kinds: Vec<String> = store
        .changes(2, 100)
        .unwrap()
        .into_iter()
        .map(|change| change.kind)
        .collect();
    assert_eq!(kinds, ["changed", "superseded", "changed", "reinstated"]);
}

#[test]
fn pages_are_whole() {
    let (_directory, mut store) = fresh();
    let world = World::first_run(3000);
    world.run(&mut store, "2026-01-01T00:00:00Z");
    assert_eq!(store.golden_rows(CUSTOMER).unwrap().map(Result::unwrap).count(), 3000);
    let mut codes: Vec<(String, String)> = store
        .crosswalk_rows(CUSTOMER)
        .unwrap()
        .map(Result::unwrap)
        .map(|row| (row.system, row.key))
        .collect();
    assert_eq!(codes.len(), world.rows.len());
    assert!(codes.is_sorted());
    codes.dedup();
    assert_eq!(codes.len(), world.rows.len());
}

#[test]
fn a_new_element_changes_no_golden_record() {
    let (_directory, mut store) = fresh();
    World::of(&THREE).run(&mut store, "2026-01-01T00:00:00Z");
    let mut rulebook = World::rulebook();
    let mut element = rulebook.dictionary.elements[1].clone();
    element.name = "grade".into();
    rulebook.dictionary.elements.insert(0, element);
    rulebook.survivorship.elements.insert(0, None);
    // The world fills elements by position, so that the new one must come last there.
    rulebook.dictionary.elements.rotate_left(1);
    let report = World::of(&THREE)
        .run_with(&mut store, &rulebook, "2026-01-02T00:00:00Z")
        .unwrap();
    assert_eq!(
        (report.run, report.golden_unchanged, report.sources_unchanged),
        (None, 2, 3)
    );
    sound(&store);
}

#[test]
fn the_same_record_twice_is_refused() {
    let (_directory, mut store) = fresh();
    let mut rows = THREE;
    rows[1].1 = "D01";
    let error = World::of(&rows)
        .try_run(&mut store, "2026-01-01T00:00:00Z")
        .unwrap_err();
    assert_eq!(error.to_string(), "the record D01 of erp occurs twice");
}

#[test]
fn tampering_is_refused_and_found() {
    let (_directory, mut store) = fresh();
    World::first_run(30).run(&mut store, "2026-01-01T00:00:00Z");
    World::second_run(30).run(&mut store, "2026-01-02T00:00:00Z");
    sound(&store);
    for sql in [
        "UPDATE ledger SET actor = 'nobody'",
        "DELETE FROM ledger",
        "UPDATE change_feed SET version = 9",
        "DELETE FROM change_feed",
        "DELETE FROM global_id",
    ] {
        assert!(store.connection.execute(sql, []).is_err(), "{sql}");
    }
    // Somebody who edits the file goes round the triggers.
    for (trigger, sql, expected) in [
        (
            "ledger_is_not_edited",
            "UPDATE ledger SET actor = 'nobody' WHERE seq = 2",
            "line 2 was altered",
        ),
        (
            "ledger_is_kept",
            "DELETE FROM ledger WHERE seq = 2",
            "line 2 is missing",
        ),
        (
            "change_feed_is_not_edited",
            "UPDATE change_feed SET version = 9 WHERE seq = 3",
            "vouches for",
        ),
        (
            "change_feed_is_kept",
            "DELETE FROM change_feed WHERE seq = 3",
            "line 3 is missing",
        ),
        (
            "",
            "UPDATE golden_customer SET city = '北京市' WHERE city = '苏州市'",
            "not what its digest says",
        ),
        (
            "",
            "DELETE FROM crosswalk WHERE source_key = 'D03-000001'",
            "crosswalk does not lead",
        ),
        (
            "",
            "UPDATE source_record SET gid = 1 WHERE id = 1",
            "neither active nor",
        ),
        (
            "",
            "UPDATE global_id SET status = 'retired' WHERE status = 'active'",
            "without a word",
        ),
    ] {
        let transaction = store.connection.unchecked_transaction().unwrap();
        if !trigger.is_empty() {
            transaction.execute(&format!("DROP TRIGGER {trigger}"), []).unwrap();
        }
        assert!(transaction.execute(sql, []).unwrap() > 0, "{sql}");
        let problems = crate::verify::content(&store.keyed(&transaction).unwrap()).unwrap();
        assert!(
            problems.iter().any(|problem| problem.contains(expected)),
            "{sql}: {problems:?}"
        );
        transaction.rollback().unwrap();
    }
    sound(&store);
}

#[test]
fn after_the_first_load_the_log_can_be_emptied_at_once() {
    let (_directory, mut store) = fresh();
    World::of(&THREE).run(&mut store, "2026-01-01T00:00:00Z");
    let empty_log = "PRAGMA wal_checkpoint(TRUNCATE)";
    let is_busy: bool = store.connection.query_row(empty_log, [], |row| row.get(0)).unwrap();
    assert!(!is_busy);
}
