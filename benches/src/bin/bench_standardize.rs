//! The room `standardize` at growing sizes: rows a second, and nanoseconds a value of every kind of element.
//!
//! `cargo run --release -p guiyi-benches --bin bench_standardize -- [ROWS …]` (default 10000 100000 1000000; about so
//! many rows over both systems) makes the data with the demo's generator (seed 42), reads it into batches of 8,192 rows
//! and takes them through the room on one thread, first with every element mapped, then one element at a time. Times
//! are those of the whole room: reading cells, changing them, writing corrections down.

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt::Write as _;
use std::path::Path;
use std::time::Instant;

use guiyi_benches::generate::{Config, CrmFormat, Encoding, generate};
use guiyi_core::dictionary::EntityType;
use guiyi_core::record::Batch;
use guiyi_core::rulebook::{Rulebook, Source};
use guiyi_core::standardize;

/// Rows per generated entity, over both systems.
const ROWS_PER_ENTITY: f64 = 1.74;
/// As `guiyi run` has it.
const BATCH_ROWS: usize = 8192;

#[expect(clippy::print_stdout, reason = "a bench prints its figures")]
fn main() -> Result<(), Box<dyn Error>> {
    let mut sizes: Vec<u64> = std::env::args()
        .skip(1)
        .map(|size| size.parse())
        .collect::<Result<_, _>>()?;
    if sizes.is_empty() {
        sizes = vec![10_000, 100_000, 1_000_000];
    }
    let directory = std::env::temp_dir().join(format!("guiyi-bench-standardize-{}", std::process::id()));
    for size in sizes {
        let config = Config {
            entities: ((size as f64 / ROWS_PER_ENTITY) as u64).max(1),
            seed: 42,
            out: directory.clone(),
            encoding: Encoding::Utf8,
            crm_format: CrmFormat::Csv,
            dirt: 1.0,
            report_layout: false,
        };
        generate(&config)?;
        let measured = measure(&directory);
        std::fs::remove_dir_all(&directory)?;
        print!("{}", measured?);
    }
    Ok(())
}

/// The table of one size.
fn measure(directory: &Path) -> Result<String, Box<dyn Error>> {
    let mut rulebook =
        Rulebook::shipped(EntityType::Customer, (2026, 3, 1)).map_err(|mistakes| format!("{mistakes:?}"))?;
    let mut batches = Vec::new();
    for (number, (system, key)) in [("erp", "客户编码"), ("crm", "客户编号")].into_iter().enumerate() {
        let mut reader = csv::ReaderBuilder::new()
            .flexible(true)
            .from_path(directory.join(format!("{system}_customers.csv")))?;
        let headers: Vec<String> = reader.headers()?.iter().map(str::to_owned).collect();
        let headers: Vec<&str> = headers.iter().map(String::as_str).collect();
        let source = Source::by_header(system, &headers, key, &rulebook.dictionary).ok_or("the key is no header")?;
        let rows: Vec<Vec<String>> = reader
            .records()
            .map(|row| Ok(row?.iter().map(str::to_owned).collect()))
            .collect::<Result<_, csv::Error>>()?;
        batches.extend(
            rows.chunks(BATCH_ROWS)
                .map(|rows| Batch::of_text(number as u16, &source, rows)),
        );
        rulebook.sources.push(source);
    }
    let n_rows: usize = batches.iter().map(Batch::len).sum();

    let started = seconds();
    let hints = standardize::learn(&batches, &rulebook);
    let learned = seconds() - started;
    let spent = time(&batches, &rulebook, &hints, None) + learned;
    let mut text = format!(
        "{n_rows} rows: {spent:.2} s, {:.0} rows/s (learning {learned:.3} s)\n",
        n_rows as f64 / spent
    );
    let idle = time(&batches, &rulebook, &hints, Some(usize::MAX));
    let mut kinds: BTreeMap<&str, (f64, u64)> = BTreeMap::new();
    for (attribute, element) in rulebook.dictionary.elements.iter().enumerate() {
        let n_values: u64 = batches
            .iter()
            .map(|batch| {
                (0..batch.len())
                    .filter(|row| batch.columns[attribute].get(*row).is_some())
                    .count() as u64
            })
            .sum();
        if n_values > 0 {
            let spent = (time(&batches, &rulebook, &hints, Some(attribute)) - idle).max(0.0);
            let kind = kinds.entry(element.kind.name()).or_default();
            *kind = (kind.0 + spent, kind.1 + n_values);
        }
    }
    for (kind, (seconds, n_values)) in kinds {
        let nanoseconds = seconds * 1e9 / n_values as f64;
        _ = writeln!(text, "  {kind:<18} {n_values:>9} values {nanoseconds:>6.0} ns");
    }
    Ok(text)
}

/// CPU seconds of this thread where the kernel counts them (proc(5), `schedstat`), else wall seconds: on a busy machine
/// only the former can be compared.
fn seconds() -> f64 {
    static STARTED: std::sync::OnceLock<Instant> = std::sync::OnceLock::new();
    let counted = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let spent = counted.and_then(|text| text.split(' ').next()?.parse::<f64>().ok());
    spent.map_or_else(
        || STARTED.get_or_init(Instant::now).elapsed().as_secs_f64(),
        |spent| spent / 1e9,
    )
}

/// Seconds that the room takes over the batches, with one element mapped or, for `None`, all of them; the best of three.
fn time(batches: &[Batch], rulebook: &Rulebook, hints: &standardize::Hints, only: Option<usize>) -> f64 {
    let best = (0..3).map(|_| {
        let copies: Vec<Batch> = batches.iter().map(|batch| with_only(batch, only)).collect();
        let started = seconds();
        for batch in copies {
            std::hint::black_box(standardize::run(batch, rulebook, hints));
        }
        seconds() - started
    });
    best.fold(f64::INFINITY, f64::min)
}

/// The batch with the columns of all other elements empty.
fn with_only(batch: &Batch, only: Option<usize>) -> Batch {
    let mut batch = batch.clone();
    if let Some(only) = only {
        let n_rows = batch.len();
        for (attribute, column) in batch.columns.iter_mut().enumerate() {
            if attribute != only {
                *column = guiyi_core::record::Column::empty(n_rows);
            }
        }
    }
    batch
}
