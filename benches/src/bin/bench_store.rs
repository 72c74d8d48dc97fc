//! The store at growing sizes, beside bare rusqlite inserting the same rows in the same run.
//!
//! `cargo run --release -p guiyi-benches --bin bench_store -- [RECORDS …]` (default 100000 1000000) commits that many
//! invented source records of two systems into an empty store, then the same again, then with one row in a hundred
//! changed; puts single records; looks up codes; verifies. Prints seconds of the clock and of the processor, bytes per
//! source record, and the ratios to bare rusqlite: the same rows by prepared statements in one transaction, indexes after;
//! and of a store that encrypts three of twelve elements, one of them searchable, to one that encrypts none.
//! `BENCH_DIR` says where the stores lie meanwhile: 2.6 GB and 1 GB of memory per million records.
#![expect(clippy::print_stdout, reason = "a measuring program prints what it measured")]

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use arrow_array::{Array, StringArray};
use guiyi_core::crosswalk::assign;
use guiyi_core::dictionary::{Dictionary, Element, ElementKind, EntityType, Importance, Sensitivity};
use guiyi_core::record::{Batch, Column, Origin, Records, RowState};
use guiyi_core::rulebook::{MatchingPolicy, Rulebook, Source, Strategy, SurvivorshipPolicy};
use guiyi_core::survive;
use guiyi_store::{By, DataKey, EncryptedElement, RunChange, Store};
use rusqlite::types::Value;

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

/// Wall and processor seconds of a piece of work.
#[derive(Clone, Copy, Default)]
struct Cost {
    wall: f64,
    cpu: f64,
}

impl std::fmt::Display for Cost {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{:.2} s wall, {:.2} s cpu", self.wall, self.cpu)
    }
}

impl std::ops::AddAssign for Cost {
    fn add_assign(&mut self, other: Self) {
        self.wall += other.wall;
        self.cpu += other.cpu;
    }
}

/// Processor seconds of this process so far, in hundredths; 0 where the system does not tell.
fn cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
    fields
        .skip(11)
        .take(2)
        .filter_map(|ticks| ticks.parse::<f64>().ok())
        .sum::<f64>()
        / 100.0
}

/// As [`timed`], with the processor time of this thread alone, in nanoseconds; 0 where the system does not tell.
fn timed_alone<T>(work: impl FnOnce() -> Result<T>) -> Result<(T, Cost)> {
    let cpu_seconds = || {
        let told = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
        let nanoseconds = told.split(' ').next().and_then(|first| first.parse::<f64>().ok());
        nanoseconds.unwrap_or_default() / 1e9
    };
    let cpu = cpu_seconds();
    let begin = Instant::now();
    let done = work()?;
    let wall = begin.elapsed().as_secs_f64();
    let cpu = cpu_seconds() - cpu;
    Ok((done, Cost { wall, cpu }))
}

/// The most memory that this process has had so far; empty where the system does not tell.
fn peak_memory() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    peak.unwrap_or_default().trim().into()
}

fn timed<T>(work: impl FnOnce() -> Result<T>) -> Result<(T, Cost)> {
    let cpu = cpu_seconds();
    let begin = Instant::now();
    let done = work()?;
    let wall = begin.elapsed().as_secs_f64();
    let cpu = cpu_seconds() - cpu;
    Ok((done, Cost { wall, cpu }))
}

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

fn main() -> Result<()> {
    let mut sizes: Vec<usize> = std::env::args()
        .skip(1)
        .map(|size| size.parse())
        .collect::<std::result::Result<_, _>>()?;
    if sizes.is_empty() {
        sizes = vec![100_000, 1_000_000];
    }
    for n_records in sizes {
        println!("{n_records} source records");
        measure(n_records.max(1_000))?;
    }
    Ok(())
}

fn measure(n_records: usize) -> Result<()> {
    let directory = match std::env::var_os("BENCH_DIR") {
        Some(place) => tempfile::tempdir_in(place)?,
        None => tempfile::tempdir()?,
    };
    let path = directory.path().join("store.db");
    let bare = directory.path().join("bare.db");
    let rulebook = rulebook();
    for (label, changed_every) in [("first load", 0), ("same again", 0), ("1 % changed", 100)] {
        let input = input(n_records, changed_every);
        let cost = run(label, &mut Store::open(&path)?, &rulebook, &input)?;
        if label == "first load" {
            let bytes = std::fs::metadata(&path)?.len();
            println!("size: {:.0} bytes/record", bytes as f64 / n_records as f64);
            let (sealed, sealed_bytes) = encrypted_load(directory.path(), &rulebook, &input)?;
            println!(
                "encrypted / plain: {:.2} wall, {:.2} cpu, {:.2} bytes",
                sealed.wall / cost.wall,
                sealed.cpu / cost.cpu,
                sealed_bytes as f64 / bytes as f64
            );
            drop(input);
            let bare = bare_load(&path, &bare)?;
            println!(
                "bare: {bare}; store / bare: {:.2} wall, {:.2} cpu",
                cost.wall / bare.wall,
                cost.cpu / bare.cpu
            );
        }
    }
    look_up(&path, n_records)?;
    put(&path, &bare, &rulebook, n_records)?;
    let store = Store::open_read_only(&path)?;
    let (problems, cost) = timed(|| Ok(store.verify()?))?;
    println!("verify: {cost}, {} problems", problems.len());
    println!("memory at its peak so far: {}", peak_memory());
    Ok(())
}

/// One run: what is known, IDs, commit. Survivorship is not the store's and not counted.
fn run(label: &str, store: &mut Store, rulebook: &Rulebook, input: &Input) -> Result<Cost> {
    let (batches, records, rows, clusters) = input;
    let (known, mut cost) = timed(|| Ok(store.load_known(rulebook, records)?))?;
    let known_cost = cost;
    let (golden, survived) = timed(|| Ok(survive::run(records, clusters, rulebook)))?;
    let (assignment, assigned) = timed(|| {
        let memberships = known.memberships(records);
        Ok(assign(clusters, memberships.history(&known), known.mint)?)
    })?;
    cost += assigned;
    let change = RunChange {
        rulebook,
        rulebook_digest: &[0; 32],
        known: &known,
        records,
        batches,
        rows,
        clusters,
        golden: &golden,
        assignment: &assignment,
        review: None,
    };
    let (reports, committed) = timed(|| Ok(store.commit(&[change], "2026-01-01T00:00:00Z", "load")?))?;
    cost += committed;
    let report = reports[0];
    println!(
        "{label}: {cost} (known {known_cost}; IDs {assigned}; commit {committed}), survivorship {survived}; \
         {} new, {} changed sources, {} feed lines",
        report.sources_new, report.sources_changed, report.feed_lines
    );
    Ok(cost)
}

/// The first load into a store of its own that encrypts, which is taken away again; and its bytes.
fn encrypted_load(directory: &Path, rulebook: &Rulebook, input: &Input) -> Result<(Cost, u64)> {
    let element = |element: &str| EncryptedElement {
        entity: rulebook.dictionary.entity,
        element: element.into(),
        is_searchable: element == "mobile",
    };
    let by = By {
        actor: "load",
        reason: "by configuration",
        utc: "2026-01-01T00:00:00Z",
    };
    let path = directory.join("encrypted.db");
    let mut store = Store::open(&path)?;
    let key = DataKey::make(&directory.join("data.key"))?;
    store.encrypt(&key, &["mobile", "email", "contact"].map(element), by)?;
    let cost = run("first load, encrypted", &mut store, rulebook, input)?;
    drop(store);
    let bytes = std::fs::metadata(&path)?.len();
    std::fs::remove_file(&path)?;
    Ok((cost, bytes))
}

/// The tables that a load fills, and how the same rows go into them without a store: prepared statements, one transaction,
/// indexes at the end, durable.
fn bare_load(from: &Path, to: &Path) -> Result<Cost> {
    const TABLES: [&str; 6] = [
        "source_record",
        "crosswalk",
        "global_id",
        "golden",
        "golden_customer",
        "change_feed",
    ];
    let source = rusqlite::Connection::open(from)?;
    let bare = rusqlite::Connection::open(to)?;
    bare.execute_batch(
        "PRAGMA journal_mode = TRUNCATE; PRAGMA synchronous = FULL; PRAGMA cache_size = -131072; BEGIN",
    )?;
    let schema = |kind: &str, table: &str| -> rusqlite::Result<Vec<String>> {
        let sql = "SELECT sql FROM sqlite_master WHERE type = ?1 AND tbl_name = ?2 AND sql IS NOT NULL";
        source
            .prepare(sql)?
            .query_map([kind, table], |row| row.get(0))?
            .collect()
    };
    let mut cost = Cost::default();
    for table in TABLES {
        bare.execute_batch(&schema("table", table)?.concat())?;
        let mut select = source.prepare(&format!("SELECT * FROM {table}"))?;
        let n_columns = select.column_count();
        let places: Vec<String> = (1..=n_columns).map(|place| format!("?{place}")).collect();
        let mut insert = bare.prepare(&format!("INSERT INTO {table} VALUES ({})", places.join(", ")))?;
        let mut rows = select.query([])?;
        loop {
            // A part of the rows in memory, which is not counted; then their insertion, which is.
            let mut part: Vec<Value> = Vec::with_capacity(100_000 * n_columns);
            while part.len() < 100_000 * n_columns
                && let Some(row) = rows.next()?
            {
                for column in 0..n_columns {
                    part.push(row.get(column)?);
                }
            }
            if part.is_empty() {
                break;
            }
            let ((), spent) = timed(|| {
                for row in part.chunks_exact(n_columns) {
                    insert.execute(rusqlite::params_from_iter(row))?;
                }
                Ok(())
            })?;
            cost += spent;
        }
    }
    let ((), spent) = timed(|| {
        for table in TABLES {
            for index in schema("index", table)? {
                bare.execute_batch(&index)?;
            }
        }
        bare.execute_batch("COMMIT")?;
        Ok(())
    })?;
    cost += spent;
    Ok(cost)
}

/// Single records put, each durable in a transaction of its own, against the bare upsert of the same source record.
fn put(path: &Path, bare: &Path, rulebook: &Rulebook, n_records: usize) -> Result<()> {
    let n = 2_000.min(n_records / 2);
    let (batches, ..) = input(2 * n, 3);
    let single = |at: usize| {
        let one = |column: &StringArray| StringArray::from(vec![Some(column.value(at))]);
        let cell = |column: &StringArray| column.is_valid(at).then(|| column.value(at).to_owned());
        Batch {
            source: 0,
            rows: vec![1],
            keys: one(&batches[0].keys),
            received: batches[0]
                .received
                .iter()
                .map(|column| [cell(column)].into_iter().collect())
                .collect(),
            columns: batches[0]
                .columns
                .iter()
                .map(|column| Column::received([cell(&column.values)].into_iter().collect()))
                .collect(),
            states: vec![RowState::Clean],
        }
    };
    let rows: Vec<Batch> = (0..n).map(single).collect();
    let mut store = Store::open(path)?;
    let by = By {
        actor: "load",
        reason: "delivered",
        utc: "2026-01-02T00:00:00Z",
    };
    // The rows are read by another connection, so that the upsert finds its pages as cold as the put does.
    let reader = rusqlite::Connection::open(bare)?;
    let bare = rusqlite::Connection::open(bare)?;
    bare.execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -131072")?;
    let mut stored = reader.prepare(
        "SELECT entity, system, source_key, digest, version, gid, since, status, run, received_layout, canonical_layout,
        received, canonical, origins FROM source_record WHERE entity = 'customer' AND system = 1 AND source_key = ?1",
    )?;
    let mut upsert = bare.prepare(
        "INSERT INTO source_record (entity, system, source_key, digest, version, gid, since, status, run, received_layout,
        canonical_layout, received, canonical, origins) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)
        ON CONFLICT (entity, system, source_key) DO UPDATE SET digest = excluded.digest, version = version + 1,
        status = excluded.status, run = excluded.run, received = excluded.received, canonical = excluded.canonical,
        origins = excluded.origins",
    )?;
    // In turn, so that both meet the same disk, whose stalls the mean shows and the median does not.
    let (mut n_written, mut puts, mut upserts) = (0, Vec::new(), Vec::new());
    for row in &rows {
        let (written, cost) = timed_alone(|| Ok(store.put(rulebook, row, None, by)?.1.sources_changed))?;
        n_written += written;
        puts.push(cost);
        let mut values = stored.query_row([row.keys.value(0)], |row| {
            (0..14)
                .map(|column| row.get(column))
                .collect::<rusqlite::Result<Vec<Value>>>()
        })?;
        // Another content and digest, as long as before.
        values[3] = Value::Blob(vec![7; 16]);
        let (_, cost) = timed_alone(|| Ok(upsert.execute(rusqlite::params_from_iter(&values))?))?;
        upserts.push(cost);
    }
    println!("put: {n_written} of {} written", rows.len());
    for (label, of) in [
        ("wall", (|cost| cost.wall) as fn(&Cost) -> f64),
        ("cpu", |cost| cost.cpu),
    ] {
        let sorted = |costs: &[Cost]| {
            let mut costs: Vec<f64> = costs.iter().map(|cost| of(cost) * 1e6).collect();
            costs.sort_unstable_by(f64::total_cmp);
            costs
        };
        let (puts, upserts) = (sorted(&puts), sorted(&upserts));
        let print = |what: &str, put: f64, upsert: f64| {
            let ratio = put / upsert;
            println!("put, {label}, {what}: {put:.0} us; bare upsert {upsert:.0} us; ratio {ratio:.2}");
        };
        let middle = puts.len() / 2;
        print("median", puts[middle], upserts[middle]);
        let mean = |costs: &[f64]| costs.iter().sum::<f64>() / costs.len() as f64;
        print("mean", mean(&puts), mean(&upserts));
    }
    Ok(())
}

fn look_up(path: &Path, n_records: usize) -> Result<()> {
    let store = Store::open_read_only(path)?;
    let mut number = 1_u64;
    let mut keys = Vec::new();
    for _ in 0..n_records.min(500_000) {
        number = number
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        keys.push(key(0, (number >> 33) as usize % (n_records / 2)));
    }
    let n = keys.len() as f64;
    let print = |label: &str, cost: Cost| {
        println!(
            "look-ups, {label}: {:.0}/s wall, {:.0}/s cpu",
            n / cost.wall,
            n / cost.cpu
        );
    };
    for label in ["one call each, cold", "one call each, warm"] {
        let ((), cost) = timed(|| {
            for key in &keys {
                let found = store.lookup(EntityType::Customer, "erp", key)?;
                found.ok_or("a code is missing")?;
            }
            Ok(())
        })?;
        print(label, cost);
    }
    let ((), cost) = timed(|| {
        let n_found = store.lookups(EntityType::Customer, "erp", |lookups| {
            let mut n_found = 0;
            for key in &keys {
                n_found += usize::from(lookups.id(key)?.is_some());
            }
            Ok(n_found)
        })?;
        (n_found == keys.len()).then_some(()).ok_or("a code is missing")?;
        Ok(())
    })?;
    print("one call each, of one moment", cost);
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
    // Each column once: the batches are slices of it.
    let place = |record: usize| match record.checked_sub(halves[0]) {
        None => (0, record),
        Some(row) => (1, row),
    };
    let keys: StringArray = (0..n_records)
        .map(|record| {
            let (source, row) = place(record);
            Some(key(source as u16, row))
        })
        .collect();
    let column = |element: usize| -> StringArray {
        let value = |record: usize| {
            let (source, row) = place(record);
            let is_changed = changed_every > 0 && row.is_multiple_of(changed_every);
            cell(element, customer(source, row), is_changed)
        };
        (0..n_records).map(value).collect()
    };
    let columns: Vec<StringArray> = (0..ELEMENTS.len()).map(column).collect();
    let batch = |source: usize| {
        let part = |column: &StringArray| column.slice(source * halves[0], halves[source]);
        let columns: Vec<StringArray> = columns.iter().map(part).collect();
        let keys = part(&keys);
        Batch {
            source: source as u16,
            rows: (1..=halves[source] as u64).collect(),
            received: std::iter::once(keys.clone()).chain(columns.iter().cloned()).collect(),
            keys,
            columns: columns.into_iter().map(Column::received).collect(),
            states: vec![RowState::Clean; halves[source]],
        }
    };
    let batches = vec![batch(0), batch(1)];
    let origins: Arc<[Origin]> = vec![Origin::Standardized; n_records].into();
    let records = Records {
        sources: (0..n_records).map(|record| place(record).0 as u16).collect(),
        keys: keys.iter().flatten().map(Box::from).collect(),
        columns: columns
            .into_iter()
            .map(|values| Column {
                values,
                origins: Some(Arc::clone(&origins)),
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
