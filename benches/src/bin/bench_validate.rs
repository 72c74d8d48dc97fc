//! `guiyi validate` with ten rules at growing sizes: CPU and wall seconds, peak memory, and whether the counts are right.
//!
//! `cargo run --release -p guiyi-benches --bin bench_validate -- [ROWS …]` (default 100000 1000000 5000000) builds the
//! program, makes the data (seed 42) with the truth, and runs `benches/rules/dq.toml` over it, once for the counts and
//! once with findings and good and bad rows written. With `PEERS_HOME` naming a directory of installed peers
//! (`limits/release/limits`, `ENVIRONMENT/bin/python`, `scripts/b_NAME.py`), those it finds run on the same file, and
//! each is told as a ratio of CPU seconds. Needs GNU time for what a process costs.

use std::error::Error;
use std::fs::File;
use std::io::BufWriter;
use std::path::{Path, PathBuf};
use std::process::Command;

use guiyi_benches::dq::{self, Truth};

/// What a process cost.
struct Cost {
    wall: f64,
    cpu: f64,
    peak_mib: f64,
    stdout: String,
}

fn main() -> Result<(), Box<dyn Error>> {
    let sizes: Vec<u64> = std::env::args()
        .skip(1)
        .map(|size| size.parse())
        .collect::<Result<_, _>>()?;
    let sizes = if sizes.is_empty() {
        vec![100_000, 1_000_000, 5_000_000]
    } else {
        sizes
    };
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| PathBuf::from("target"), PathBuf::from);
    let status = Command::new(env!("CARGO"))
        .args(["build", "--release", "--quiet", "-p", "guiyi-cli"])
        .status()?;
    if !status.success() {
        return Err("the program does not build".into());
    }
    let program = std::fs::canonicalize(target.join("release/guiyi"))?;
    let rules = std::fs::canonicalize("benches/rules/dq.toml")?;
    let dir = target.join("bench/validate");
    std::fs::create_dir_all(&dir)?;
    let dir = std::fs::canonicalize(dir)?;
    let peers = std::env::var_os("PEERS_HOME").map(PathBuf::from);
    for size in sizes {
        let file = dir.join(format!("{size}.csv"));
        let truth = dq::write(size, 42, &mut BufWriter::with_capacity(1 << 20, File::create(&file)?))?;
        measure(&program, &rules, &file, &truth, peers.as_deref())?;
    }
    Ok(())
}

#[expect(clippy::print_stdout, reason = "a bench prints its figures")]
fn measure(
    program: &Path,
    rules: &Path,
    file: &Path,
    truth: &Truth,
    peers: Option<&Path>,
) -> Result<(), Box<dyn Error>> {
    let n_bytes = std::fs::metadata(file)?.len();
    println!("\n{} ({} MiB)", file.display(), n_bytes >> 20);
    println!(
        "  {:<24} {:>8} {:>8} {:>9} {:>8}",
        "", "CPU s", "wall s", "peak MiB", "ratio"
    );
    let validate = |more: &[&str]| {
        let mut command = timed(program);
        command.args(["validate", "--quiet", "--fail-on", "never", "--show", "0", "--rules"]);
        command.arg(rules).arg(file).args(more);
        cost(&mut command)
    };
    let out = file.with_extension("out");
    let counting = validate(&[])?;
    let splitting = validate(&["--out", &out.to_string_lossy()])?;
    let tell = |name: &str, cost: &Cost| {
        let ratio = cost.cpu / counting.cpu;
        println!(
            "  {name:<24} {:>8.2} {:>8.2} {:>9.0} {ratio:>7.1}x",
            cost.cpu, cost.wall, cost.peak_mib
        );
    };
    tell("guiyi validate", &counting);
    tell("guiyi validate --out", &splitting);
    std::fs::remove_dir_all(out)?;
    match peers {
        None => println!("  no peers: set PEERS_HOME to the directory in which they are installed"),
        Some(home) => {
            for (name, program, arguments) in installed(home) {
                let mut command = timed(&program);
                command.args(arguments).arg(file);
                match cost(&mut command) {
                    Ok(cost) => tell(&name, &cost),
                    Err(error) => println!("  {name:<24} {error}"),
                }
            }
        }
    }
    for cost in [&counting, &splitting] {
        let found = counts(&cost.stdout);
        if found != *truth {
            return Err(format!("the counts are wrong: {found:?}, not {truth:?}").into());
        }
    }
    println!("  all ten counts are the truth: {truth:?}");
    Ok(())
}

/// (name, program, arguments before the file) of the peers that are installed.
fn installed(home: &Path) -> Vec<(String, PathBuf, Vec<String>)> {
    let limits = home.join("limits/release/limits");
    let mut found = Vec::new();
    if limits.exists() {
        for mode in ["csv-bytes", "rules-csv", "rules-simd"] {
            found.push((format!("by hand: {mode}"), limits.clone(), vec![mode.to_owned()]));
        }
    }
    for (environment, name) in [
        ("main", "polars"),
        ("main", "duckdb"),
        ("main", "pointblank"),
        ("main", "pandera"),
        ("cuallee", "cuallee"),
        ("ge", "ge"),
    ] {
        let (python, script) = (
            home.join(environment).join("bin/python"),
            home.join(format!("scripts/b_{name}.py")),
        );
        if python.exists() && script.exists() {
            found.push((name.to_owned(), python, vec![script.to_string_lossy().into_owned()]));
        }
    }
    found
}

fn timed(program: &Path) -> Command {
    let mut command = Command::new("time");
    command.args(["-f", "%e %U %S %M"]).arg(program);
    command
}

/// Runs a command under GNU time; its last line on stderr is the cost.
fn cost(command: &mut Command) -> Result<Cost, Box<dyn Error>> {
    let output = command.output()?;
    let stderr = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() {
        return Err(format!("{command:?}: {}\n{stderr}", output.status).into());
    }
    let line = stderr.lines().last().unwrap_or_default();
    let figures: Vec<f64> = line.split(' ').map(str::parse).collect::<Result<_, _>>()?;
    let [wall, user, system, kib] = figures[..] else {
        return Err(format!("not what GNU time prints: {line}").into());
    };
    Ok(Cost {
        wall,
        cpu: user + system,
        peak_mib: kib / 1024.0,
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
    })
}

/// The failed rows of the rules, as the result tells them: code, severity, element, judged, failed.
fn counts(result: &str) -> Truth {
    let mut counts = Truth::default();
    let rules = result.lines().map(str::split_whitespace);
    let failed = rules.filter_map(|mut words| {
        words.next()?.starts_with("DQ0").then_some(())?;
        words.nth(3)?.parse().ok()
    });
    for (count, failed) in counts.iter_mut().zip(failed) {
        *count = failed;
    }
    counts
}
