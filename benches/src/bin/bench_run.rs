//! The whole `guiyi run` at growing sizes: wall and CPU seconds, peak memory, and rows/s of every room.
//!
//! `cargo run --release -p guiyi-benches --bin bench_run -- [ROWS …]` (default 10000 100000 1000000; about so many rows
//! over both systems) builds the program, makes the data with the demo's generator (seed 42), and runs the main job
//! into an empty store, then again with nothing changed. Growth from one size to the next is printed as a ratio, so that
//! a room that costs more than linear shows.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

/// Rows per generated entity, over both systems.
const ROWS_PER_ENTITY: f64 = 1.74;

const PROJECT: &str = r#"
[project]
name = "bench"
[store]
path = "out/guiyi.db"
[output]
dir = "out"
[fail_on]
share = 1.0
[[source]]
system = "erp"
path = "erp_customers.csv"
key = "客户编码"
code_pattern = '{department:D\d{2}}-{serial:\d{6}}'
[[source]]
system = "crm"
path = "crm_customers.csv"
key = "客户编号"
code_pattern = '{sales_region:[A-Z]{2}}-{customer_type:[A-Z]+}-{serial:\d{5}}'
[customer.survivorship]
source_priority = ["erp", "crm"]
"#;

fn main() -> Result<(), Box<dyn Error>> {
    let mut sizes: Vec<u64> = std::env::args()
        .skip(1)
        .map(|size| size.parse())
        .collect::<Result<_, _>>()?;
    if sizes.is_empty() {
        sizes = vec![10_000, 100_000, 1_000_000];
    }
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| PathBuf::from("target"), PathBuf::from);
    run(Command::new(env!("CARGO")).args([
        "build",
        "--release",
        "--quiet",
        "-p",
        "guiyi-cli",
        "-p",
        "guiyi-benches",
    ]))?;
    let program = std::fs::canonicalize(target.join("release/guiyi"))?;
    let generator = std::fs::canonicalize(target.join("release/generate"))?;

    let mut previous: Option<(f64, f64)> = None;
    for size in sizes {
        let dir = target.join(format!("bench/run-{size}"));
        generate(&generator, &dir, size)?;
        let first = guiyi(&program, &dir)?;
        let again = guiyi(&program, &dir)?;
        print_run(&first, &again, previous);
        previous = Some((rows(&first), seconds(&first, "duration_ms")));
    }
    Ok(())
}

/// Makes the data of a size once.
fn generate(generator: &Path, dir: &Path, size: u64) -> Result<(), Box<dyn Error>> {
    std::fs::create_dir_all(dir)?;
    if !dir.join("meta.json").exists() {
        let entities = (size as f64 / ROWS_PER_ENTITY).round() as u64;
        let mut command = Command::new(generator);
        command
            .args(["--entities", &entities.to_string(), "--seed", "42", "--out"])
            .arg(dir)
            .stdout(Stdio::null());
        run(&mut command)?;
    }
    std::fs::write(dir.join("guiyi.toml"), PROJECT)?;
    let out = dir.join("out");
    if out.exists() {
        std::fs::remove_dir_all(out)?;
    }
    Ok(())
}

/// Runs the main job and gives its summary.
fn guiyi(program: &Path, dir: &Path) -> Result<Value, Box<dyn Error>> {
    let output = Command::new(program)
        .args(["run", "guiyi.toml", "--format", "json", "--quiet"])
        .current_dir(dir)
        .stderr(Stdio::inherit())
        .output()?;
    if !output.status.success() {
        return Err(format!("guiyi run: {}", output.status).into());
    }
    Ok(serde_json::from_slice(&output.stdout)?)
}

fn run(command: &mut Command) -> Result<(), Box<dyn Error>> {
    let status = command.status()?;
    if status.success() {
        Ok(())
    } else {
        Err(format!("{command:?}: {status}").into())
    }
}

fn seconds(value: &Value, name: &str) -> f64 {
    value[name].as_f64().unwrap_or(f64::NAN) / 1000.0
}

/// Rows read, over all sources.
fn rows(summary: &Value) -> f64 {
    let entities = summary["entities"].as_array().into_iter().flatten();
    let sources = entities.flat_map(|entity| entity["sources"].as_array().into_iter().flatten());
    sources.filter_map(|source| source["rows_read"].as_f64()).sum()
}

#[expect(clippy::print_stdout, reason = "a bench prints its figures")]
fn print_run(first: &Value, again: &Value, previous: Option<(f64, f64)>) {
    let (rows, wall, cpu) = (rows(first), seconds(first, "duration_ms"), seconds(first, "cpu_ms"));
    let memory = first["peak_memory_bytes"].as_f64().unwrap_or(f64::NAN) / 1_048_576.0;
    println!(
        "\n{rows} rows: {wall:.2} s wall, {cpu:.2} s CPU, {memory:.0} MiB peak, {:.0} rows/s",
        rows / wall
    );
    println!("  again, nothing changed: {:.2} s wall", seconds(again, "duration_ms"));
    if let Some((fewer, before)) = previous {
        println!(
            "  {:.1} times the rows cost {:.1} times the time",
            rows / fewer,
            wall / before
        );
    }
    for room in first["rooms"].as_array().into_iter().flatten() {
        let time = seconds(room, "duration_ms");
        let units = room["units"].as_f64().unwrap_or(f64::NAN);
        let name = room["room"].as_str().unwrap_or("");
        println!(
            "  {name:<12} {time:>8.2} s {:>5.1} % {:>12.0} rows/s ({units} units)",
            100.0 * time / wall,
            rows / time
        );
    }
}
