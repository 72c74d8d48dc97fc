//! `guiyi validate`: judge files by a rule pack, without a project: every failing row, and an exit code that counts.
//!
//! `plan` opens a file and maps its columns, `judge` takes it through the validate room stretch by stretch on all
//! threads (`walk`), `outputs` writes as it goes, and `text`, `junit` and the page tell what was found.

mod args;
mod describe;
mod judge;
mod junit;
mod outputs;
mod plan;
mod references;
mod text;
pub(super) mod walk;

use std::io::Write;
use std::time::Instant;

use anyhow::{Context, bail};
use guiyi_core::finding::Language;
use guiyi_core::rulebook::Pack;
use guiyi_io::report::validation::{FileValidation, Validation};
use sha2::{Digest, Sha256};

pub(crate) use args::Args;
use args::{FailOn, Format};
use outputs::Outputs;

use crate::progress::Progress;
use crate::reference_file;
use crate::{Verdict, print, process};

pub(crate) fn run(args: &Args) -> anyhow::Result<Verdict> {
    let started = Instant::now();
    let language = args.language.map_or(Language::English, Language::from);
    let now = args.now.unwrap_or_else(jiff::Timestamp::now);
    let day = now.to_zoned(jiff::tz::TimeZone::UTC).date();
    let today = (day.year(), day.month(), day.day());
    let (mut pack, rules) = read_pack(args)?;
    references::know(&mut pack, &args.references, today)?;
    // Every file is opened before the first is judged: a wrong name or option is said at once.
    let mut plans = Vec::with_capacity(args.files.len());
    for path in &args.files {
        plans.push(plan::open(path, args, &pack, today)?);
    }
    let mut progress = Progress::new(args.quiet, plans.len() as u64);
    let mut outputs = Outputs::begin(args, &plans)?;
    let mut files = Vec::with_capacity(plans.len());
    for (number, plan) in plans.iter_mut().enumerate() {
        files.push(judge::file(plan, &pack, args, number, &mut outputs, &mut progress)?);
    }
    progress.finish();
    let outcome = outcome(&files, args.fail_on);
    let mut validation = Validation {
        format: 1,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        rules,
        outcome: outcome.to_owned(),
        fail_on: args.fail_on.to_string(),
        started_at: format!("{now:.0}"),
        duration_ms: started.elapsed().as_millis() as u64,
        cpu_ms: process::cpu_ms(),
        peak_memory_bytes: process::peak_memory_bytes(),
        files,
        outputs: Vec::new(),
    };
    outputs.finish(&mut validation)?;
    match args.format {
        Format::Text => print(text::summary(&validation, args.show, language).as_bytes())?,
        Format::Json => Verdict::Clean,
        Format::Junit => print(junit::report(&validation, language)?.as_bytes())?,
        Format::Html => print(guiyi_io::report::validation_html::render(&validation, language)?.as_bytes())?,
    };
    std::io::stdout().lock().flush().or_else(ignore_closed)?;
    match outcome {
        "nothing-tested" if !args.allow_empty => bail!(Nothing),
        "fail" => Ok(Verdict::Findings),
        _ => Ok(Verdict::Clean),
    }
}

/// Nothing was tested.
#[derive(Debug)]
struct Nothing;

impl std::fmt::Display for Nothing {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(
            "nothing was tested: a file has no rows, or no rule could run on it\n  hint: see which columns the rules miss \
             and name them with --map element=Header; with --allow-empty this is no error",
        )
    }
}

impl std::error::Error for Nothing {}

fn ignore_closed(error: std::io::Error) -> std::io::Result<()> {
    if error.kind() == std::io::ErrorKind::BrokenPipe {
        Ok(())
    } else {
        Err(error)
    }
}

/// The rule pack, and its name.
fn read_pack(args: &Args) -> anyhow::Result<(Pack, String)> {
    let (found, name) = match (&args.rules, args.entity) {
        (Some(path), entity) => {
            let name = path.display().to_string();
            let text = std::fs::read_to_string(path).with_context(|| format!("cannot read the rule pack {name}"))?;
            // A pack is not kept: nothing is to be compared with its digest.
            let mut digest = Sha256::new();
            let mut load = |file: &str| reference_file::read(path.parent(), file, &mut digest);
            let pack = Pack::parse(&name, &text, &mut load);
            if let (Ok(pack), Some(entity)) = (&pack, entity)
                && pack.entity != Some(entity.into())
            {
                let entity = guiyi_core::dictionary::EntityType::from(entity).name();
                bail!("{name} is no pack for the entity type {entity}\n  hint: leave out --entity");
            }
            (pack, name)
        }
        (None, Some(entity)) => (Pack::shipped(entity.into()), format!("{} (shipped)", entity.name())),
        (None, None) => {
            bail!("no rules\n  hint: name a rule pack with --rules, or --entity customer for the shipped rules")
        }
    };
    match found {
        Ok(pack) => Ok((pack, name)),
        Err(mistakes) => {
            let lines: Vec<String> = mistakes.iter().map(ToString::to_string).collect();
            bail!(
                "{} in the rule pack\n{}",
                count(lines.len(), "mistake"),
                lines.join("\n")
            )
        }
    }
}

fn count(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

/// `pass`, `fail`, or `nothing-tested`: a file without a row, or on which no rule ran.
fn outcome(files: &[FileValidation], fail_on: FailOn) -> &'static str {
    let is_untested =
        |file: &FileValidation| file.rows_read == 0 || file.rules.iter().all(|rule| rule.outcome == "not-run");
    let fails = |severities: &[&str]| {
        let mut rules = files.iter().flat_map(|file| &file.rules);
        rules.any(|rule| rule.outcome == "fail" && severities.contains(&rule.severity))
    };
    let failed = match fail_on {
        FailOn::Error => fails(&["error"]),
        FailOn::Warning => fails(&["error", "warning"]),
        FailOn::Never => false,
        FailOn::Share(share) => {
            let (bad, rows) = files
                .iter()
                .fold((0, 0), |sum, file| (sum.0 + file.bad, sum.1 + file.rows_read));
            bad as f64 > share * rows as f64
        }
    };
    match (failed, files.iter().any(is_untested)) {
        (_, true) if !failed => "nothing-tested",
        (true, _) => "fail",
        _ => "pass",
    }
}
