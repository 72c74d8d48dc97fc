//! Stores of every earlier schema version open, migrate and go on.
//!
//! `stores/version_<n>.db` was written by the program of that version: runs of two small exports of invented companies, in
//! which a golden record was split and two were merged; version 2 with decisions, a pin, an alias and a block, version 4
//! with pins that replaced others, were taken off, or were set while the clock was behind, and with relations; version 7
//! with a golden record that changed and one that was confirmed, a change request, a code that is being replaced.

use guiyi_core::dictionary::EntityType;

use super::world::dump;
use crate::{By, NewDecision, Resolution, Store, Verdict};

/// A store, its golden records, an ID that was superseded, and a record of the one that it went into.
type Earlier = (&'static [u8], usize, &'static str, &'static str);

const STORES: [Earlier; 4] = [
    (include_bytes!("stores/version_1.db"), 7, "C00-000006-6", "D03-000006"),
    (include_bytes!("stores/version_2.db"), 6, "C00-000007-3", "D03-000006"),
    (include_bytes!("stores/version_4.db"), 5, "C00-000005-9", "D03-000006"),
    (include_bytes!("stores/version_7.db"), 6, "C00-000006-6", "D03-000006"),
];

#[test]
fn earlier_stores_open_and_go_on() {
    for (bytes, n_golden, loser, key) in STORES {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("store.db");
        std::fs::write(&path, bytes).unwrap();
        let mut store = Store::open(&path).unwrap();
        assert_eq!(store.verify().unwrap(), [""; 0]);
        let customer = EntityType::Customer;
        let golden: Vec<String> = store
            .golden_rows(customer)
            .unwrap()
            .map(|row| row.unwrap().gid.to_string())
            .collect();
        assert_eq!(golden.len(), n_golden);
        let merged = store.lookup(customer, "erp", key).unwrap().unwrap();
        let loser = loser.parse().unwrap();
        assert_eq!(store.resolve(loser).unwrap(), Some(Resolution::Superseded(merged)));
        assert!(store.pending(customer).unwrap().is_empty());

        let decision = NewDecision {
            a: ("erp", "D03-000001"),
            b: ("crm", "HD-KA-00009"),
            verdict: Verdict::NotMatch,
            reason: "",
        };
        let by = By {
            actor: "王芳",
            reason: "another company",
            utc: "2026-02-01T00:00:00Z",
        };
        assert!(store.decide(customer, &[decision], by, false).unwrap()[0].is_ok());
        let after = dump(&store);
        drop(store);
        let store = Store::open(&path).unwrap();
        assert_eq!((dump(&store), store.verify().unwrap().len()), (after, 0));
        Store::open_read_only(&path).unwrap();
    }
}

#[test]
fn earlier_pins_get_their_times_from_the_ledger() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("store.db");
    std::fs::write(&path, include_bytes!("stores/version_4.db")).unwrap();
    let store = Store::open(&path).unwrap();
    let mut pins = store
        .connection
        .prepare("SELECT SUBSTR(utc, 9, 2), since, until FROM override ORDER BY id")
        .unwrap();
    let pins = pins.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)));
    let pins: Vec<(String, i64, Option<i64>)> = pins.unwrap().collect::<Result<_, _>>().unwrap();
    let expected = [
        ("02", 2, Some(3)),
        ("03", 3, None),
        ("04", 4, Some(5)),
        // Set when the clock said the 2nd.
        ("05", 6, None),
        ("09", 10, None),
    ];
    assert_eq!(pins, expected.map(|(day, since, until)| (day.to_owned(), since, until)));
}
