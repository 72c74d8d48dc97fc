//! One record against many: how long an index takes to be made, written and read, and to answer.
//!
//! `cargo run --release -p guiyi-benches --bin bench_find -- [ROWS …]` (default 1000000) makes the file of persons
//! (seed 42), matches it and keeps what was found, then asks for 10,000 records on one thread: half of those that are
//! known, half of them with a letter lost, and every fifth put together of values of several persons, whom nobody
//! knows. Told are the median and the 99th percentile of the first answer to each, and of a second one, when its
//! neighborhood is in the cache.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::time::Instant;

use guiyi_benches::generate::persons::persons;
use guiyi_core::matching::tables::{Column, Index, Options, Outcome, Source, Table};

const SEED: u64 = 42;
const ASKED: usize = 10_000;

#[expect(clippy::print_stdout, reason = "a bench prints its figures")]
fn main() -> Result<(), Box<dyn Error>> {
    let mut sizes: Vec<u64> = std::env::args()
        .skip(1)
        .map(|rows| rows.parse())
        .collect::<Result<_, _>>()?;
    if sizes.is_empty() {
        sizes = vec![1_000_000];
    }
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| PathBuf::from("target"), PathBuf::from);
    for rows in sizes {
        let directory = target.join(format!("bench/persons-{rows}"));
        if !directory.join("pairs.csv").exists() {
            persons(rows, SEED, &directory)?;
        }
        let file = directory.join("records.csv");
        let size = std::fs::metadata(&file)?.len();
        let (table, ids) = read(&file)?;
        println!("{rows} records, {:.0} MB", megabytes(size));
        let start = Instant::now();
        let source = Source {
            table: &table,
            name: "records.csv",
            id: Some("id"),
            ids: &ids,
        };
        let index = Index::new(&[source], &Options::default()).1;
        println!("  matched and kept in {:.2} s", start.elapsed().as_secs_f64());
        let start = Instant::now();
        let bytes = index.to_bytes();
        let path = directory.join("people.index");
        std::fs::write(&path, &bytes)?;
        println!(
            "  written in {:.2} s: {:.0} MB, {:.2} times the file",
            start.elapsed().as_secs_f64(),
            megabytes(bytes.len() as u64),
            bytes.len() as f64 / size as f64
        );
        drop((index, bytes));
        let before = resident_megabytes()?;
        let start = Instant::now();
        let index = Index::from_bytes(&std::fs::read(&path)?)?;
        println!(
            "  read in {:.2} s: {:.0} MB of memory",
            start.elapsed().as_secs_f64(),
            resident_megabytes()? - before
        );
        ask(&index, &table);
    }
    Ok(())
}

/// Asks for records, and prints how long answers take.
#[expect(clippy::print_stdout, reason = "a bench prints its figures")]
fn ask(index: &Index, table: &Table) {
    let n_rows = table.n_rows();
    let (mut first, mut second, mut n_matched) = (Vec::new(), Vec::new(), 0);
    for at in 0..ASKED {
        let values = record(table, at, at * n_rows / ASKED);
        let values: Vec<Option<&str>> = values
            .iter()
            .map(|value| Some(&**value).filter(|own| !own.is_empty()))
            .collect();
        for times in [&mut first, &mut second] {
            let start = Instant::now();
            let found = index.find(0, &values);
            times.push(start.elapsed().as_secs_f64() * 1e6);
            n_matched += usize::from(found.iter().any(|found| found.outcome == Outcome::Match));
        }
    }
    for (name, mut times) in [("first", first), ("second", second)] {
        times.sort_by(f64::total_cmp);
        let (median, high) = (times[ASKED / 2], times[ASKED * 99 / 100]);
        println!(
            "  {name} answer: median {median:.0} µs, 99th percentile {high:.0} µs, longest {:.0} µs",
            times[ASKED - 1]
        );
    }
    println!("  {} of {ASKED} are known", n_matched / 2);
}

/// The values that are asked for: those of a row, with a letter lost in every second record; in every fifth each value
/// is of another row.
fn record(table: &Table, at: usize, row: usize) -> Vec<String> {
    let n = table.columns.len();
    let of = |(place, column): (usize, &Column)| {
        let row = if at % 5 == 4 {
            (row + (place + 1) * 7919) % column.len()
        } else {
            row
        };
        let value = column.get(row);
        let is_lost = |(letter, _): &(usize, char)| at.is_multiple_of(2) && place == at / 2 % n && *letter == 1;
        let letters = value.chars().enumerate().filter(|letter| !is_lost(letter));
        letters.map(|(_, letter)| letter).collect()
    };
    table.columns.iter().enumerate().map(of).collect()
}

/// The table of a file, and its ids.
fn read(path: &Path) -> Result<(Table, Column), Box<dyn Error>> {
    let mut reader = csv::Reader::from_path(path)?;
    let mut columns: Vec<Column> = reader.headers()?.iter().skip(1).map(Column::new).collect();
    let (mut record, mut ids) = (csv::StringRecord::new(), Column::new("id"));
    while reader.read_record(&mut record)? {
        ids.push(&record[0]);
        for (column, value) in columns.iter_mut().zip(record.iter().skip(1)) {
            column.push(value);
        }
    }
    Ok((
        Table {
            columns,
            ..Table::default()
        },
        ids,
    ))
}

fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}

/// Memory of this process now; Linux.
fn resident_megabytes() -> Result<f64, Box<dyn Error>> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find(|line| line.starts_with("VmRSS"));
    let kilobytes = line.and_then(|line| line.split_whitespace().nth(1)).ok_or("no VmRSS")?;
    Ok(kilobytes.parse::<f64>()? / 1024.0)
}
