//! `guiyi store`: verify, back up, restore, and prove that what is stored can be made again.

use std::path::PathBuf;
use std::time::Instant;

use serde_json::json;

use super::steward::{Author, InProject, Show, either, lines, open_to_read};
use crate::args::Format;
use crate::project::Project;
use crate::words::say;
use crate::{Verdict, print};

#[derive(Debug, clap::Args)]
#[command(subcommand_precedence_over_arg = true)]
pub(crate) struct Args {
    #[command(flatten)]
    project: InProject,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Check the whole store: the file, the ledger's chain, the change feed, the golden records and what must hold.
    ///
    /// Exit code 1 if anything is wrong. The ledger's head is printed: written down elsewhere, it shows later that the
    /// end of the ledger was not cut off.
    Verify(Verify),
    /// Copy the store while others use it, verify the copy, and say what it holds.
    ///
    /// Example: `guiyi store backup /backup/guiyi-2026-03-01.db`
    Backup(Backup),
    /// Put a verified backup in the place of the store; the store that was there is kept beside it.
    ///
    /// Example: `guiyi store restore /backup/guiyi-2026-03-01.db`
    Restore(Restore),
    /// Compute every golden record anew from its source records, the policies and the pins, and compare.
    ///
    /// Nothing is written. Exit code 1 if anything is stored otherwise.
    ///
    /// Example: `guiyi store rebuild --check`
    Rebuild(Rebuild),
}

#[derive(Debug, clap::Args)]
struct Verify {
    #[command(flatten)]
    show: Show,
}

#[derive(Debug, clap::Args)]
struct Backup {
    /// The copy, which must not exist.
    target: PathBuf,
    #[command(flatten)]
    show: Show,
}

#[derive(Debug, clap::Args)]
struct Restore {
    /// The backup.
    backup: PathBuf,
    #[command(flatten)]
    author: Author,
    #[command(flatten)]
    show: Show,
}

#[derive(Debug, clap::Args)]
struct Rebuild {
    /// Compare only; the one thing that there is.
    #[arg(long, required = true)]
    check: bool,
    #[command(flatten)]
    show: Show,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<Verdict> {
    let project = &args.project.project;
    let started = Instant::now();
    match &args.command {
        Command::Verify(args) => {
            let (project, store) = open_to_read(project)?;
            let problems = store.verify()?;
            let state = store.state()?;
            match args.show.format {
                Format::Json => {
                    let value = json!({"problems": problems, "last_run": state.last_run, "last_utc": state.last_utc,
                        "ledger_head": state.ledger_head});
                    print(format!("{value:#}\n").as_bytes())?;
                }
                Format::Text => {
                    let chinese = args.show.is_chinese(&project);
                    let problems_said = lines(&problems);
                    let sound = either(chinese, "sound\n", "完好\n").to_owned();
                    print(if problems.is_empty() { sound } else { problems_said }.as_bytes())?;
                    say(&format!("ledger head {}", state.ledger_head.as_deref().unwrap_or("-")));
                }
            }
            Ok(if problems.is_empty() {
                Verdict::Clean
            } else {
                Verdict::Findings
            })
        }
        Command::Backup(args) => {
            let (_, store) = open_to_read(project)?;
            let backup = store.backup(&args.target)?;
            said(&backup, started, &args.show)
        }
        Command::Restore(args) => {
            let project = Project::read_without_inputs(project)?;
            let restored = guiyi_store::restore(&args.backup, &project.store, &args.author.utc())?;
            said(&restored, started, &args.show)
        }
        Command::Rebuild(args) => {
            let (project, store) = open_to_read(project)?;
            drop(store);
            // Everything is worked out in a transaction that is rolled back.
            let mut store = guiyi_store::Store::open(&project.store)?;
            let (mut n_golden, mut different, mut other_rules) = (0, Vec::new(), false);
            for entity in project.entities.iter().map(|entity| entity.dictionary().entity) {
                let Some(book) = project.rulebook(entity) else { continue };
                let rebuild = store.check_rebuild(&book)?;
                n_golden += rebuild.n_golden;
                different.extend(rebuild.different.iter().map(ToString::to_string));
                other_rules |= rebuild.rulebook_digest.is_some_and(|digest| digest != project.digest);
            }
            let chinese = args.show.is_chinese(&project);
            match args.show.format {
                Format::Json => {
                    let value = json!({"golden": n_golden, "different": different, "rules_changed": other_rules});
                    print(format!("{value:#}\n").as_bytes())?;
                }
                Format::Text => {
                    print(lines(&different).as_bytes())?;
                    say(&if chinese {
                        format!("{n_golden} 条主数据重算，{} 条不一致", different.len())
                    } else {
                        format!("{n_golden} golden records computed anew, {} different", different.len())
                    });
                }
            }
            if other_rules {
                say(either(
                    chinese,
                    "the rules have changed since the last run: differences may come from them",
                    "规则在上次运行后有改动，差异可能由此产生",
                ));
            }
            Ok(if different.is_empty() {
                Verdict::Clean
            } else {
                Verdict::Findings
            })
        }
    }
}

/// Says what a copy holds: what came after its last write is not in it.
fn said(copy: &guiyi_store::Backup, started: Instant, show: &Show) -> anyhow::Result<Verdict> {
    let ms = started.elapsed().as_millis() as u64;
    match show.format {
        Format::Json => {
            let value = json!({"path": copy.path.display().to_string(), "bytes": copy.n_bytes, "last_run": copy.last_run,
                "holds_until": copy.last_utc, "ledger_head": copy.ledger_head, "duration_ms": ms});
            print(format!("{value:#}\n").as_bytes())
        }
        Format::Text => print(
            format!(
                "{}: {} bytes, verified, holds everything up to write {} of {}, {:.1} s\n",
                copy.path.display(),
                copy.n_bytes,
                copy.last_run,
                copy.last_utc.as_deref().unwrap_or("-"),
                ms as f64 / 1e3
            )
            .as_bytes(),
        ),
    }
}
