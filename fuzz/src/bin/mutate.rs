//! Runs every target on seeded mutations of its samples: the same inputs in every run with the same seed and length.
//!
//!     cargo run --release -p guiyi-fuzz --bin mutate -- [--seconds 1] [--seed 1] [--target NAME] [--input FILE]
//!
//! Exit codes: 0 every property held, 1 one did not (its input is in target/fuzz-failures), 2 misuse.

use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use guiyi_fuzz::mutate::{Length, fuzz};
use guiyi_fuzz::{Target, targets};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (mut seconds, mut seed, mut only, mut input) = (1.0, 1, None, None);
    for pair in arguments.chunks(2) {
        match pair {
            [name, value] if name == "--seconds" => seconds = value.parse().unwrap_or(1.0),
            [name, value] if name == "--seed" => seed = value.parse().unwrap_or(1),
            [name, value] if name == "--target" => only = Some(value.clone()),
            [name, value] if name == "--input" => input = Some(value.clone()),
            _ => {
                eprintln!("usage: mutate [--seconds N] [--seed N] [--target NAME] [--input FILE]");
                return ExitCode::from(2);
            }
        }
    }
    let targets: Vec<Target> = targets()
        .into_iter()
        .filter(|target| only.as_ref().is_none_or(|name| *name == target.name))
        .collect();
    if targets.is_empty() {
        eprintln!("no such target: {}", only.unwrap_or_default());
        return ExitCode::from(2);
    }
    if let Some(path) = input {
        let data = std::fs::read(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
        targets.iter().for_each(|target| (target.run)(&data));
        return ExitCode::SUCCESS;
    }
    let mut failed = 0;
    for target in &targets {
        let (n_inputs, failure) = fuzz(target, seed, Length::Time(Duration::from_secs_f64(seconds)));
        match failure {
            None => println!("{:<24} {n_inputs} inputs", target.name),
            Some(input) => {
                failed += 1;
                let folder = Path::new("target/fuzz-failures");
                let path = folder.join(format!("{}-{seed}", target.name));
                let saved = std::fs::create_dir_all(folder).and_then(|()| std::fs::write(&path, &input));
                println!(
                    "{:<24} FAILED on {:?}",
                    target.name,
                    String::from_utf8_lossy(&input[..input.len().min(400)])
                );
                println!("{:<24} saved: {saved:?} {}", "", path.display());
            }
        }
    }
    println!("{} targets, {failed} failed", targets.len());
    ExitCode::from(u8::from(failed > 0))
}
