//! Writes a dirty ERP and CRM customer pair with its truth: fixtures and their big brothers for the benches.

use guiyi_benches::generate::{Config, CrmFormat, Encoding, dirt_classes, generate};
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

const USAGE: &str = "\
Writes a dirty ERP and CRM customer pair with its truth. Same options, same bytes.

Usage: generate --entities N --seed S --out DIR [options]

  --entities N          real companies; about 1.75 rows come of each
  --seed S              any whole number
  --out DIR             directory for the files, made if need be
  --encoding E          of the exports: utf-8 (default) or gb18030
  --crm-format F        csv (default) or xlsx
  --dirt D              0 (clean) to 2, default 1
  --report-layout       ERP export with title rows and a totals row
  --list-dirt           print the classes of dirt as a table and stop
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments
        .iter()
        .any(|argument| argument == "-h" || argument == "--help")
    {
        return say(USAGE, ExitCode::SUCCESS);
    }
    if arguments.iter().any(|argument| argument == "--list-dirt") {
        return say(&dirt_classes(), ExitCode::SUCCESS);
    }
    let config = match parse(&arguments) {
        Ok(config) => config,
        Err(message) => return complain(&format!("error: {message}\n\n{USAGE}")),
    };
    let start = Instant::now();
    match generate(&config) {
        Ok(summary) => {
            let seconds = start.elapsed().as_secs_f64();
            let n_rows = summary.erp_rows + summary.crm_rows;
            let rate = n_rows as f64 / seconds;
            say(
                &format!(
                    "erp rows {}, crm rows {}, true pairs {}, trap pairs {}: {seconds:.2} s, {rate:.0} rows/s\n",
                    summary.erp_rows, summary.crm_rows, summary.true_pairs, summary.trap_pairs
                ),
                ExitCode::SUCCESS,
            )
        }
        Err(error) => complain(&format!("error: {error}\n")),
    }
}

fn parse(arguments: &[String]) -> Result<Config, String> {
    let (mut entities, mut seed, mut out) = (None, None, None);
    let (mut encoding, mut crm_format, mut dirt, mut report_layout) = (Encoding::Utf8, CrmFormat::Csv, 1.0, false);
    let mut rest = arguments.iter();
    while let Some(name) = rest.next() {
        if name == "--report-layout" {
            report_layout = true;
            continue;
        }
        let value = rest.next().ok_or_else(|| format!("{name} needs a value"))?;
        let wrong = || format!("{name} cannot be {value}");
        match name.as_str() {
            "--entities" => entities = Some(value.parse().ok().filter(|&n| n > 0).ok_or_else(wrong)?),
            "--seed" => seed = Some(value.parse().map_err(|_| wrong())?),
            "--out" => out = Some(PathBuf::from(value)),
            "--encoding" if value == "utf-8" => encoding = Encoding::Utf8,
            "--encoding" if value == "gb18030" => encoding = Encoding::Gb18030,
            "--crm-format" if value == "csv" => crm_format = CrmFormat::Csv,
            "--crm-format" if value == "xlsx" => crm_format = CrmFormat::Xlsx,
            "--dirt" => {
                let level = value.parse().ok().filter(|d| (0.0..=2.0).contains(d));
                dirt = level.ok_or_else(wrong)?;
            }
            "--encoding" | "--crm-format" => return Err(wrong()),
            _ => return Err(format!("unknown option {name}")),
        }
    }
    Ok(Config {
        entities: entities.ok_or("--entities is missing")?,
        seed: seed.ok_or("--seed is missing")?,
        out: out.ok_or("--out is missing")?,
        encoding,
        crm_format,
        dirt,
        report_layout,
    })
}

fn say(text: &str, code: ExitCode) -> ExitCode {
    // A closed pipe is no reason to complain.
    let _ = std::io::stdout().write_all(text.as_bytes());
    code
}

fn complain(text: &str) -> ExitCode {
    let _ = std::io::stderr().write_all(text.as_bytes());
    ExitCode::from(2)
}
