//! A store of three invented customers in two runs: in the second, two of them turn out to be one, and one moves.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::StringArray;
use guiyi_core::crosswalk::assign;
use guiyi_core::dictionary::{Dictionary, EntityType, shipped};
use guiyi_core::record::{Batch, Column, Origin, Records, RowState};
use guiyi_core::rulebook::{MatchingPolicy, Rulebook, Source, Strategy, SurvivorshipPolicy};
use guiyi_core::survive;
use guiyi_store::{By, DataKey, EncryptedElement, RunChange, Store};

use crate::Config;

/// The elements of the small dictionary and the three records; the keys are `D03-000001` and so on.
const ELEMENTS: [&str; 6] = ["name", "contact_name", "mobile", "resident_id", "bank_account", "city"];
const RECORDS: [[Option<&str>; 6]; 3] = [
    [
        Some("杭州甲有限公司"),
        Some("王小明"),
        Some("13800138001"),
        Some("110101199001011237"),
        Some("6222021234567890123"),
        Some("杭州市"),
    ],
    [Some("杭州甲公司"), None, Some("13800138002"), None, None, None],
    [Some("苏州乙有限公司"), Some("李"), None, None, None, Some("苏州市")],
];

/// Everything that must never be in an answer.
pub(super) const SECRETS: [&str; 5] = [
    "王小明",
    "13800138001",
    "13800138002",
    "110101199001011237",
    "6222021234567890123",
];

/// The directory and the store in it.
pub(super) struct World {
    pub(super) directory: tempfile::TempDir,
    pub(super) path: PathBuf,
}

impl World {
    /// `n_runs`: 1 or 2.
    pub(super) fn new(n_runs: usize) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("guiyi.db");
        for run in 0..n_runs {
            commit(&path, run);
        }
        Self { directory, path }
    }

    /// Where the index of the customers stands, once there is one.
    pub(super) fn index(&self) -> PathBuf {
        self.directory.path().join("customer.index")
    }

    /// Makes the index of the customers anew.
    pub(super) fn make_index(&self) {
        let made = crate::index(&Store::open_read_only(&self.path).unwrap(), &rulebook()).unwrap();
        std::fs::write(self.index(), made.index.to_bytes()).unwrap();
    }

    /// Encrypts an element in the store, with the key that is given back.
    pub(super) fn encrypt(&self, element: &str) -> PathBuf {
        let key = self.directory.path().join("data.key");
        let element = EncryptedElement {
            entity: EntityType::Customer,
            element: element.into(),
            is_searchable: false,
        };
        let by = By {
            actor: "tests",
            reason: "",
            utc: "2026-01-03T00:00:00Z",
        };
        let mut store = Store::open(&self.path).unwrap();
        store.encrypt(&DataKey::make(&key).unwrap(), &[element], by).unwrap();
        key
    }

    pub(super) fn config(&self) -> Config {
        Config {
            file_key: None,
            store: self.path.clone(),
            address: "127.0.0.1:0".parse().unwrap(),
            rulebooks: vec![rulebook()],
            indexes: BTreeMap::from([(EntityType::Customer, self.index())]),
        }
    }
}

fn dictionary() -> Dictionary {
    let mut dictionary = shipped(EntityType::Customer);
    dictionary.elements.retain(|element| ELEMENTS.contains(&&*element.name));
    let place = |name: &str| ELEMENTS.iter().position(|element| *element == name);
    dictionary.elements.sort_by_key(|element| place(&element.name));
    dictionary
}

/// The first or the second run.
pub(super) fn commit(path: &Path, run: usize) {
    let n_records = RECORDS.len();
    let rulebook = rulebook();
    let keys: Vec<String> = (1..=n_records).map(|number| format!("D03-{number:06}")).collect();
    let value = |row: usize, element: usize| match (run, row, element) {
        (1, 2, 5) => Some("无锡市"),
        _ => RECORDS[row][element],
    };
    let column = |element: usize| (0..n_records).map(|row| value(row, element)).collect::<StringArray>();
    let columns: Vec<Column> = (0..ELEMENTS.len())
        .map(|element| Column {
            values: column(element),
            origins: Some(vec![Origin::Received; n_records].into()),
        })
        .collect();
    let keys_column: StringArray = keys.iter().map(Some).collect();
    let batches = [Batch {
        source: 0,
        rows: (2..2 + n_records as u64).collect(),
        keys: keys_column.clone(),
        received: std::iter::once(keys_column)
            .chain((0..ELEMENTS.len()).map(column))
            .collect(),
        columns: columns.clone(),
        states: vec![RowState::Clean; n_records],
    }];
    let records = Records {
        sources: vec![0; n_records],
        keys: keys.iter().map(|key| key.as_str().into()).collect(),
        columns,
    };
    let rows: Vec<Option<(u32, u32)>> = (0..n_records as u32).map(|row| Some((0, row))).collect();
    let clusters = [[0, 1, 2], [0, 0, 1]][run];
    let mut store = Store::open(path).unwrap();
    let known = store.load_known(&rulebook, &records).unwrap();
    let memberships = known.memberships(&records);
    let golden = survive::run(&records, &clusters, &rulebook);
    let assignment = assign(&clusters, memberships.history(&known), known.mint).unwrap();
    let change = RunChange {
        rulebook: &rulebook,
        rulebook_digest: b"rules",
        known: &known,
        records: &records,
        batches: &batches,
        rows: &rows,
        clusters: &clusters,
        golden: &golden,
        assignment: &assignment,
        review: None,
    };
    store
        .commit(&[change], &format!("2026-01-0{}T00:00:00Z", run + 1), "tests")
        .unwrap();
}

pub(super) fn rulebook() -> Rulebook {
    let headers = std::iter::once("编码").chain(ELEMENTS);
    Rulebook {
        dictionary: dictionary(),
        sources: vec![Source {
            system: "erp".into(),
            headers: headers.map(Arc::from).collect(),
            key_column: 0,
            mapping: (1..=ELEMENTS.len()).map(Some).collect(),
            code_pattern: None,
            day_first: None,
        }],
        rules: Vec::new(),
        matching: MatchingPolicy::default(),
        survivorship: SurvivorshipPolicy {
            source_priority: Vec::new(),
            default: vec![Strategy::Longest],
            elements: vec![None; ELEMENTS.len()],
            groups: Vec::new(),
            recency: None,
            ..SurvivorshipPolicy::default()
        },
        imputation: Vec::new(),
        today: (2026, 1, 1),
    }
}
