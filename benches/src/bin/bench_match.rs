//! Matching persons with nothing configured, at growing sizes, and Splink beside it on the same file.
//!
//! `cargo run --release -p guiyi-benches --bin bench_match -- [ROWS …] [--splink PYTHON]` (default 100000 1000000) makes
//! the file (seed 42), and measures each engine in a process of its own, from reading the file to having its groups:
//! wall and CPU seconds, peak memory, candidates, and precision, recall and F1 of all pairs within groups. PYTHON is
//! an interpreter that has Splink 5; then ratios are printed.

use std::collections::HashMap;
use std::error::Error;
use std::fs::File;
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use guiyi_benches::generate::persons::persons;
use guiyi_core::matching::tables::measure::Score;
use guiyi_core::matching::tables::{Column, Options, Table, link};
use serde_json::{Value, json};

const SEED: u64 = 42;
/// Bytes that are read at a time.
const BUFFER: usize = 1 << 18;
const SPLINK: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/peers/splink_persons.py");

fn main() -> Result<(), Box<dyn Error>> {
    let mut sizes: Vec<u64> = Vec::new();
    let mut splink = None;
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--splink" => splink = Some(arguments.next().ok_or("--splink needs a Python interpreter")?),
            "--measure" => return measure(Path::new(&arguments.next().ok_or("--measure needs a directory")?)),
            rows => sizes.push(rows.parse()?),
        }
    }
    if sizes.is_empty() {
        sizes = vec![100_000, 1_000_000];
    }
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| PathBuf::from("target"), PathBuf::from);
    let mut before: Option<Value> = None;
    for rows in sizes {
        let directory = target.join(format!("bench/persons-{rows}"));
        if !directory.join("pairs.csv").exists() {
            persons(rows, SEED, &directory)?;
        }
        let guiyi = run(Command::new(std::env::current_exe()?).arg("--measure").arg(&directory))?;
        print_guiyi(rows, &guiyi, before.as_ref());
        if let Some(python) = &splink {
            let threads = std::thread::available_parallelism()?;
            let peer = run(Command::new(python)
                .arg(SPLINK)
                .arg(&directory)
                .arg(threads.to_string()))?;
            print_peer(&guiyi, &peer);
        }
        before = Some(guiyi);
    }
    Ok(())
}

/// Runs a command whose last line of output is JSON.
fn run(command: &mut Command) -> Result<Value, Box<dyn Error>> {
    let output = command.stderr(Stdio::inherit()).output()?;
    if !output.status.success() {
        return Err(format!("{command:?} failed: {}", output.status).into());
    }
    let text = String::from_utf8(output.stdout)?;
    Ok(serde_json::from_str(text.lines().last().unwrap_or_default())?)
}

/// Matches the file of a directory and prints the figures as a line of JSON.
#[expect(clippy::print_stdout, reason = "a bench prints its figures")]
fn measure(directory: &Path) -> Result<(), Box<dyn Error>> {
    let start = Instant::now();
    let table = read(&directory.join("records.csv"))?;
    let (read_s, read_cpu_s) = (start.elapsed().as_secs_f64(), cpu_seconds()?);
    let linkage = link(&[&table], &Options::default());
    let (wall_s, cpu_s, peak_mb) = (start.elapsed().as_secs_f64(), cpu_seconds()?, peak_megabytes()?);
    let score = score(&linkage.clusters, &directory.join("pairs.csv"))?;
    let figures = json!({
        "read_s": read_s,
        "wall_s": wall_s,
        "cpu_s": cpu_s,
        "match_s": wall_s - read_s,
        "match_cpu_s": cpu_s - read_cpu_s,
        "peak_mb": peak_mb,
        "candidates": linkage.n_candidates,
        "precision": score.precision,
        "recall": score.recall,
    });
    println!("{figures}");
    Ok(())
}

/// The table of a file, its column of ids, which are row numbers, left out; each thread reads its part of the lines.
fn read(path: &Path) -> Result<Table, Box<dyn Error>> {
    // No value of the file holds a line break.
    let n_threads = std::thread::available_parallelism()?.get() as u64;
    let headers = csv::Reader::from_path(path)?.headers()?.clone();
    let length = std::fs::metadata(path)?.len();
    let starts = (0..=n_threads).map(|part| line_after(path, length / n_threads * part));
    let mut starts = starts.collect::<Result<Vec<u64>, _>>()?;
    starts[n_threads as usize] = length;
    let parts: Vec<Result<Vec<Column>, csv::Error>> = std::thread::scope(|scope| {
        let read = |lines: &[u64]| {
            let (lines, headers) = (lines[0]..lines[1], &headers);
            scope.spawn(move || read_lines(path, lines, headers))
        };
        let threads: Vec<_> = starts.windows(2).map(read).collect();
        threads
            .into_iter()
            .map(|thread| thread.join().expect("reading does not panic"))
            .collect()
    });
    let mut parts = parts.into_iter();
    let mut columns = parts.next().ok_or("no thread")??;
    let rest: Vec<Vec<Column>> = parts.collect::<Result<_, _>>()?;
    std::thread::scope(|scope| {
        for (at, column) in columns.iter_mut().enumerate() {
            let rest = &rest;
            scope.spawn(move || rest.iter().for_each(|part| column.append(&part[at])));
        }
    });
    Ok(Table {
        columns,
        ..Table::default()
    })
}

/// Where the line after a place of a file begins.
fn line_after(path: &Path, at: u64) -> std::io::Result<u64> {
    let mut file = BufReader::new(File::open(path)?);
    file.seek(SeekFrom::Start(at))?;
    Ok(at + file.read_until(b'\n', &mut Vec::new())? as u64)
}

fn read_lines(path: &Path, lines: Range<u64>, headers: &csv::StringRecord) -> Result<Vec<Column>, csv::Error> {
    let mut columns: Vec<Column> = headers.iter().skip(1).map(Column::new).collect();
    let mut file = File::open(path)?;
    file.seek(SeekFrom::Start(lines.start))?;
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .buffer_capacity(BUFFER)
        .from_reader(file.take(lines.end - lines.start));
    let mut record = csv::StringRecord::new();
    while reader.read_record(&mut record)? {
        for (column, value) in columns.iter_mut().zip(record.iter().skip(1)) {
            column.push(value);
        }
    }
    Ok(columns)
}

/// Precision and recall of all pairs that share a group.
fn score(clusters: &[u32], truth: &Path) -> Result<Score, Box<dyn Error>> {
    let mut sizes: HashMap<u32, f64> = HashMap::new();
    for group in clusters {
        *sizes.entry(*group).or_default() += 1.0;
    }
    let found: f64 = sizes.values().map(|size| size * (size - 1.0) / 2.0).sum();
    let (mut hits, mut n_true) = (0.0, 0.0);
    for pair in csv::Reader::from_path(truth)?.deserialize() {
        let (a, b): (usize, usize) = pair?;
        n_true += 1.0;
        hits += f64::from(u8::from(clusters[a] == clusters[b]));
    }
    Ok(Score::of(hits, found, n_true))
}

/// CPU time of this process so far; Linux.
fn cpu_seconds() -> Result<f64, Box<dyn Error>> {
    const TICKS_PER_SECOND: f64 = 100.0;
    let stat = std::fs::read_to_string("/proc/self/stat")?;
    let after_name = stat.rsplit(')').next().unwrap_or_default();
    let ticks = after_name.split_whitespace().skip(11).take(2).map(str::parse::<f64>);
    Ok(ticks.sum::<Result<f64, _>>()? / TICKS_PER_SECOND)
}

/// Peak memory of this process; Linux.
fn peak_megabytes() -> Result<f64, Box<dyn Error>> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find(|line| line.starts_with("VmHWM"));
    let kilobytes = line.and_then(|line| line.split_whitespace().nth(1)).ok_or("no VmHWM")?;
    Ok(kilobytes.parse::<f64>()? / 1024.0)
}

fn figure(of: &Value, name: &str) -> f64 {
    of[name].as_f64().unwrap_or(f64::NAN)
}

fn f1(of: &Value) -> f64 {
    let score = Score {
        precision: figure(of, "precision"),
        recall: figure(of, "recall"),
    };
    score.f1()
}

#[expect(clippy::print_stdout, reason = "a bench prints its figures")]
fn print_guiyi(rows: u64, guiyi: &Value, before: Option<&Value>) {
    let own = |name| figure(guiyi, name);
    println!(
        "\n{rows} records\n  Guiyi   {:.2} s wall (reading {:.2}), {:.2} s CPU, {:.0} MB peak, F1 {:.4} (P {:.4}, R {:.4})",
        own("wall_s"),
        own("read_s"),
        own("cpu_s"),
        own("peak_mb"),
        f1(guiyi),
        own("precision"),
        own("recall"),
    );
    println!(
        "          {:.0} candidates, {:.0} a second, {:.0} ns of CPU for each, everything included",
        own("candidates"),
        own("candidates") / own("match_s"),
        own("match_cpu_s") * 1e9 / own("candidates"),
    );
    if let Some(before) = before {
        println!(
            "          {:.1} times the wall time and {:.1} times the memory of the size before",
            own("wall_s") / figure(before, "wall_s"),
            own("peak_mb") / figure(before, "peak_mb"),
        );
    }
}

#[expect(clippy::print_stdout, reason = "a bench prints its figures")]
fn print_peer(guiyi: &Value, peer: &Value) {
    println!(
        "  {}\n          {:.2} s wall, {:.2} s CPU, {:.0} MB peak, F1 {:.4} (P {:.4}, R {:.4})",
        peer["name"].as_str().unwrap_or("Splink"),
        figure(peer, "wall_s"),
        figure(peer, "cpu_s"),
        figure(peer, "peak_mb"),
        f1(peer),
        figure(peer, "precision"),
        figure(peer, "recall"),
    );
    let ratio = |name| figure(peer, name) / figure(guiyi, name);
    println!(
        "  ratio   {:.1} times faster, {:.1} times less CPU, {:.2} times less memory",
        ratio("wall_s"),
        ratio("cpu_s"),
        ratio("peak_mb"),
    );
}
