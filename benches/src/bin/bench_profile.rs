//! `guiyi profile` at growing sizes: wall seconds and rows/s.
//!
//! `cargo run --release -p guiyi-benches --bin bench_profile -- [ROWS …]` (default 10000 100000 1000000) makes the data
//! with the demo's generator (seed 42) and profiles the ERP export, the larger of the two files. Growth from one size to the next
//! is printed as a ratio.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

/// Rows of the ERP export per generated entity.
const ROWS_PER_ENTITY: f64 = 0.84;

fn main() -> Result<(), Box<dyn Error>> {
    let mut sizes: Vec<u64> = std::env::args()
        .skip(1)
        .map(|size| size.parse())
        .collect::<Result<_, _>>()?;
    if sizes.is_empty() {
        sizes = vec![10_000, 100_000, 1_000_000];
    }
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| PathBuf::from("target"), PathBuf::from);
    let mut build = Command::new(env!("CARGO"));
    build.args([
        "build",
        "--release",
        "--quiet",
        "-p",
        "guiyi-cli",
        "-p",
        "guiyi-benches",
    ]);
    run(&mut build)?;
    let program = std::fs::canonicalize(target.join("release/guiyi"))?;
    let generator = std::fs::canonicalize(target.join("release/generate"))?;
    let mut previous: Option<(f64, f64)> = None;
    for size in sizes {
        let dir = target.join(format!("bench/profile-{size}"));
        let file = data(&generator, &dir, size)?;
        let begin = Instant::now();
        let mut command = Command::new(&program);
        let output = command
            .arg("profile")
            .arg(&file)
            .args(["--format", "json"])
            .stderr(Stdio::inherit())
            .output()?;
        let seconds = begin.elapsed().as_secs_f64();
        if !output.status.success() {
            return Err(format!("guiyi profile: {}", output.status).into());
        }
        let profile: serde_json::Value = serde_json::from_slice(&output.stdout)?;
        let rows = profile[0]["rows"].as_f64().ok_or("no rows")?;
        print_size(rows, seconds, previous);
        previous = Some((rows, seconds));
    }
    Ok(())
}

/// Makes the data of a size once; gives the ERP export.
fn data(generator: &Path, dir: &Path, size: u64) -> Result<PathBuf, Box<dyn Error>> {
    std::fs::create_dir_all(dir)?;
    if !dir.join("meta.json").exists() {
        let entities = (size as f64 / ROWS_PER_ENTITY).round() as u64;
        let mut command = Command::new(generator);
        command.args(["--entities", &entities.to_string(), "--seed", "42", "--out"]);
        run(command.arg(dir).stdout(Stdio::null()))?;
    }
    Ok(dir.join("erp_customers.csv"))
}

fn run(command: &mut Command) -> Result<(), Box<dyn Error>> {
    let status = command.status()?;
    if status.success() {
        Ok(())
    } else {
        Err(format!("{command:?}: {status}").into())
    }
}

#[expect(clippy::print_stdout, reason = "a bench prints its figures")]
fn print_size(rows: f64, seconds: f64, previous: Option<(f64, f64)>) {
    println!("{rows} rows: {seconds:.2} s wall, {:.0} rows/s", rows / seconds);
    if let Some((fewer, before)) = previous {
        println!(
            "  {:.1} times the rows cost {:.1} times the time",
            rows / fewer,
            seconds / before
        );
    }
}
