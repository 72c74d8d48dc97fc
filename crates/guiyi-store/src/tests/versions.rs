//! Stores of every earlier schema version open, migrate and go on.
//!
//! `stores/version_<n>.db` was written by the program of that version: three runs of two small exports of invented
//! companies, in which a golden record was split and two were merged; that of version 2 is the same store brought up to
//! date, with a value that a steward pinned since.

use guiyi_core::dictionary::EntityType;

use super::world::dump;
use crate::{By, NewDecision, Resolution, Store, Verdict};

const STORES: [&[u8]; 2] = [
    include_bytes!("stores/version_1.db"),
    include_bytes!("stores/version_2.db"),
];

#[test]
fn earlier_stores_open_and_go_on() {
    for bytes in STORES {
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
        assert_eq!(golden.len(), 7);
        let merged = store.lookup(customer, "erp", "D03-000006").unwrap().unwrap();
        let loser = "C00-000006-6".parse().unwrap();
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
