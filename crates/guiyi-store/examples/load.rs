//! Measures the store: `cargo run --release -p guiyi-store --example load -- 100000`.
//!
//! Commits that many invented source records of two systems into an empty store, then the same again, then with one row
//! in a hundred changed; prints seconds, rows per second and bytes per source record.
#![expect(clippy::print_stdout, reason = "a measuring program prints what it measured")]

use std::sync::Arc;
use std::time::Instant;

use arrow_array::StringArray;
use guiyi_core::crosswalk::assign;
use guiyi_core::dictionary::{Dictionary, Element, ElementKind, EntityType, Importance, Sensitivity};
use guiyi_core::record::{Batch, Column, Origin, Records, RowState};
use guiyi_core::rulebook::{MatchingPolicy, Rulebook, Source, Strategy, SurvivorshipPolicy};
use guiyi_core::survive;
use guiyi_store::{RunChange, Store};

const ELEMENTS: [&str; 12] = [
    "name",
    "credit_code",
    "contact",
    "mobile",
    "phone",
    "email",
    "province",
    "city",
    "address",
    "grade",
    "opened",
    "remark",
];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let n_records: usize = std::env::args().nth(1).map_or(Ok(100_000), |text| text.parse())?;
    let directory = tempfile::tempdir()?;
    let path = directory.path().join("load.db");
    let rulebook = rulebook();
    for (label, changed_every) in [("first load", 0), ("same again", 0), ("1 % changed", 100)] {
        let (batches, records, rows, clusters) = input(n_records, changed_every);
        let begin = Instant::now();
        let mut store = Store::open(&path)?;
        let known = store.load_known(&rulebook, &records)?;
        let memberships = known.memberships(&records);
        let loaded = begin.elapsed().as_secs_f64();
        let begin = Instant::now();
        let golden = survive::run(&records, &clusters, &rulebook);
        let survived = begin.elapsed().as_secs_f64();
        let begin = Instant::now();
        let assignment = assign(&clusters, memberships.history(&known), known.mint)?;
        let assigned = begin.elapsed().as_secs_f64();
        let begin = Instant::now();
        let change = RunChange {
            rulebook: &rulebook,
            rulebook_digest: &[0; 32],
            known: &known,
            records: &records,
            batches: &batches,
            rows: &rows,
            clusters: &clusters,
            golden: &golden,
            assignment: &assignment,
            review: None,
        };
        let report = store.commit(&[change], "2026-01-01T00:00:00Z", "load")?[0];
        let committed = begin.elapsed().as_secs_f64();
        let begin = Instant::now();
        let n_golden = store
            .golden_rows(EntityType::Customer)?
            .map(|row| row.map(|_| 1))
            .sum::<Result<usize, _>>()?;
        let n_codes = store
            .crosswalk_rows(EntityType::Customer)?
            .map(|row| row.map(|_| 1))
            .sum::<Result<usize, _>>()?;
        let read = begin.elapsed().as_secs_f64();
        drop(store);
        let bytes = std::fs::metadata(&path)?.len();
        println!(
            "{label}: load known {loaded:.2} s, survive {survived:.2} s, assign {assigned:.2} s, \
             commit {committed:.2} s ({:.0} records/s), read {n_golden} golden + {n_codes} codes {read:.2} s, \
             {:.0} bytes/record; {} new, {} changed sources, {} feed lines",
            n_records as f64 / committed,
            bytes as f64 / n_records as f64,
            report.sources_new,
            report.sources_changed,
            report.feed_lines
        );
    }
    let store = Store::open(&path)?;
    let begin = Instant::now();
    let n_lookups = n_records.min(200_000);
    let mut number = 1_u64;
    for _ in 0..n_lookups {
        number = number
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let key = key(0, (number >> 33) as usize % (n_records / 2));
        store
            .lookup(EntityType::Customer, "erp", &key)?
            .ok_or("a code is missing")?;
    }
    println!("look-ups: {:.0}/s", n_lookups as f64 / begin.elapsed().as_secs_f64());
    let begin = Instant::now();
    let problems = store.verify()?;
    println!(
        "verify: {:.2} s, {} problems",
        begin.elapsed().as_secs_f64(),
        problems.len()
    );
    Ok(())
}

fn key(source: u16, number: usize) -> String {
    if source == 0 {
        format!("D03-{number:07}")
    } else {
        format!("HD-KA-{number:07}")
    }
}

fn cell(element: usize, customer: usize, is_changed: bool) -> Option<String> {
    let mixed = customer.wrapping_mul(2_654_435_761) % 100_000_007;
    match element {
        0 => Some(format!("杭州归一{mixed}科技有限公司")),
        1 => Some(format!("9133010{mixed:011}")),
        2 => Some(format!("联系人{}", mixed % 1000)),
        3 => Some(format!("139{:08}", mixed % 100_000_000)),
        4 => (!customer.is_multiple_of(3)).then(|| format!("0571-8{:07}", mixed % 10_000_000)),
        5 => (!customer.is_multiple_of(4)).then(|| format!("c{mixed}@example.com")),
        6 => Some("浙江省".into()),
        7 => Some("杭州市".into()),
        8 => Some(format!(
            "西湖区文一西路{}号{}幢{}室",
            mixed % 2000,
            mixed % 20,
            mixed % 900
        )),
        9 => Some(["A", "B", "C"][mixed % 3].into()),
        10 => Some(format!(
            "20{:02}-{:02}-{:02}",
            mixed % 26,
            mixed % 12 + 1,
            mixed % 28 + 1
        )),
        _ => is_changed.then(|| "changed".into()),
    }
}

type Input = (Vec<Batch>, Records, Vec<Option<(u32, u32)>>, Vec<u32>);

/// Half the records are of the first system; every third of the second system's is also a customer of the first.
fn input(n_records: usize, changed_every: usize) -> Input {
    let halves = [n_records / 2, n_records - n_records / 2];
    let customer = |source: usize, row: usize| {
        if source == 1 && row.is_multiple_of(3) {
            row
        } else {
            row + source * halves[0]
        }
    };
    let column = |source: usize, element: usize| -> StringArray {
        let is_changed = |row: usize| changed_every > 0 && row.is_multiple_of(changed_every);
        (0..halves[source])
            .map(|row| cell(element, customer(source, row), is_changed(row)))
            .collect()
    };
    let mut batches = Vec::new();
    for (source, &n_rows) in halves.iter().enumerate() {
        let keys: StringArray = (0..n_rows).map(|row| Some(key(source as u16, row))).collect();
        let columns: Vec<StringArray> = (0..ELEMENTS.len()).map(|element| column(source, element)).collect();
        batches.push(Batch {
            source: source as u16,
            rows: (1..=n_rows as u64).collect(),
            received: std::iter::once(keys.clone()).chain(columns.iter().cloned()).collect(),
            keys,
            columns: columns.into_iter().map(Column::received).collect(),
            states: vec![RowState::Clean; n_rows],
        });
    }
    let records = Records {
        sources: batches
            .iter()
            .flat_map(|batch| vec![batch.source; batch.len()])
            .collect(),
        keys: batches
            .iter()
            .flat_map(|batch| batch.keys.iter().flatten().map(Box::from))
            .collect(),
        columns: (0..ELEMENTS.len())
            .map(|element| Column {
                values: batches
                    .iter()
                    .flat_map(|batch| batch.columns[element].values.iter())
                    .collect(),
                origins: Some(vec![Origin::Standardized; n_records].into()),
            })
            .collect(),
    };
    let rows = (0..2_u32)
        .flat_map(|batch| (0..halves[batch as usize] as u32).map(move |row| Some((batch, row))))
        .collect();
    let mut next = halves[0] as u32;
    let clusters = (0..n_records)
        .map(|record| {
            let row = record.wrapping_sub(halves[0]);
            if record < halves[0] {
                record as u32
            } else if row.is_multiple_of(3) && row < halves[0] {
                row as u32
            } else {
                next += 1;
                next - 1
            }
        })
        .collect();
    (batches, records, rows, clusters)
}

fn rulebook() -> Rulebook {
    let element = |name: &&str| Element {
        name: (*name).into(),
        label_zh: (*name).into(),
        label: (*name).into(),
        definition: (*name).into(),
        definition_zh: (*name).into(),
        kind: ElementKind::Text,
        standard: None,
        importance: Importance::Normal,
        sensitivity: Sensitivity::Public,
        format: None,
        codes: Vec::new(),
        synonyms: Vec::new(),
    };
    let source = |system: &str| Source {
        system: system.into(),
        headers: std::iter::once("key").chain(ELEMENTS).map(Arc::from).collect(),
        key_column: 0,
        mapping: (1..=ELEMENTS.len()).map(Some).collect(),
        code_pattern: None,
        day_first: None,
    };
    Rulebook {
        dictionary: Dictionary {
            entity: EntityType::Customer,
            elements: ELEMENTS.iter().map(element).collect(),
        },
        sources: vec![source("erp"), source("crm")],
        rules: Vec::new(),
        matching: MatchingPolicy::default(),
        survivorship: SurvivorshipPolicy {
            source_priority: vec!["crm".into()],
            default: vec![
                Strategy::BestOrigin,
                Strategy::MostFrequent,
                Strategy::MostRecent,
                Strategy::SourcePriority,
            ],
            elements: vec![None; ELEMENTS.len()],
            groups: vec![vec![6, 7, 8]],
            recency: Some(10),
            ..SurvivorshipPolicy::default()
        },
        imputation: Vec::new(),
        today: (2026, 1, 1),
    }
}
