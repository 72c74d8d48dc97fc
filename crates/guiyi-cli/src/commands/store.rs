//! `guiyi store`: verify, back up, restore, and prove that what is stored can be made again; the keys are in `store_keys`.

use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::bail;
use guiyi_store::{PublicKey, SigningKey, Store};
use serde_json::json;

use super::steward::{Author, InProject, Show, either, lines, open_to_read};
use super::store_index;
use super::store_keys::{self, Decrypt, Encrypt, Key, Rotate};
use crate::args::Format;
use crate::project::{Heads, Project};
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
    ///
    /// With signed heads, in the project file or as `--heads`, it is proven that the ledger was neither rewritten nor cut:
    /// `guiyi store verify --heads /mnt/elsewhere/guiyi.heads --key /etc/guiyi/store.key.pub`
    Verify(Verify),
    /// Copy the store while others use it, verify the copy, and say what it holds.
    ///
    /// Example: `guiyi store backup /backup/guiyi-2026-03-01.db`
    Backup(Backup),
    /// Put a verified backup in the place of the store; the store that was there is kept beside it.
    ///
    /// Example: `guiyi store restore /backup/guiyi-2026-03-01.db`
    Restore(Restore),
    /// Make a key: one that signs the heads of the ledger, or one that encrypts values.
    Key(Key),
    /// Encrypt the values that the project file names in `[store.encryption]`, and no others, wherever they stand.
    ///
    /// One transaction; the file is rewritten, so that nothing of before stays in it. Older backups stay as they are.
    ///
    /// With `whole = true` in that section the file is encrypted as a whole as well, every page of it, by a guiyi that was
    /// built with SQLCipher; when `whole` is taken out again, this command makes a plain file of it.
    ///
    /// An index that was made before (`[store] index`) is removed. Beside `whole` none may be kept: leave `index` in the
    /// project file until this command has removed it.
    ///
    /// Example: `guiyi store encrypt --by 王芳`
    Encrypt(Encrypt),
    /// Encrypt everything with a new key, also the file if it is encrypted as a whole. The old key opens nothing any more, but in older backups.
    ///
    /// Example: `guiyi store rotate --key /etc/guiyi/data-2027.key --reason "once a year"`
    Rotate(Rotate),
    /// Write all values, and the file, in plain text again.
    ///
    /// Example: `guiyi store decrypt --reason "the disk is encrypted"`
    Decrypt(Decrypt),
    /// Compute every golden record anew from its source records, the policies and the pins, and compare.
    ///
    /// Nothing is written. Exit code 1 if anything is stored otherwise.
    ///
    /// Example: `guiyi store rebuild --check`
    Rebuild(Rebuild),
    /// Make the indexes anew by which `guiyi find --store` and the service find records, one per entity type.
    ///
    /// They stand in the directory that `[store] index` names. Every run makes them anew; this does it between runs, after
    /// merges and splits by hand. Elements that the store encrypts are left out.
    ///
    /// Example: `guiyi store index`
    Index(store_index::Index),
}

#[derive(Debug, clap::Args)]
struct Verify {
    /// The signed heads; the default is the project's.
    #[arg(long, value_name = "FILE")]
    heads: Option<PathBuf>,
    /// The key that signed them, or its public part; the default is the project's.
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,
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
        Command::Verify(args) => verify(project, args),
        Command::Key(args) => store_keys::make(args),
        Command::Index(index) => store_index::run(&args.project, index),
        Command::Encrypt(args) => store_keys::encrypt(project, args),
        Command::Rotate(args) => store_keys::rotate(project, args),
        Command::Decrypt(args) => store_keys::decrypt(project, args),
        Command::Backup(args) => {
            let (_, store) = open_to_read(project)?;
            let backup = store.backup(&args.target)?;
            said(&backup, started, &args.show)
        }
        Command::Restore(args) => {
            let project = Project::read_without_inputs(project)?;
            // A key that cannot be read is told before the store is replaced.
            let signed = project
                .heads
                .as_ref()
                .map(|heads| (heads, SigningKey::read(&heads.key)));
            let signed = signed.map(|(heads, key)| key.map(|key| (heads, key))).transpose()?;
            let (path, utc) = (&project.store, args.author.utc());
            let data_key = project.encryption.as_ref().map(|encryption| &*encryption.key);
            let restored = match data_key {
                None => guiyi_store::restore(&args.backup, path, &utc)?,
                Some(key) => guiyi_store::restore_with_key(&args.backup, path, &utc, key)?,
            };
            if let Some((heads, key)) = signed {
                Store::open_as_it_is(path, data_key)?.sign_restore(&heads.file, &key)?;
            }
            said(&restored, started, &args.show)
        }
        Command::Rebuild(args) => {
            let (project, store) = open_to_read(project)?;
            drop(store);
            // Everything is worked out in a transaction that is rolled back.
            let mut store = project.open_to_write()?;
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

fn verify(project: &Path, args: &Verify) -> anyhow::Result<Verdict> {
    let (project, store) = open_to_read(project)?;
    let of_project = |path: fn(&Heads) -> &PathBuf| project.heads.as_ref().map(path);
    let heads = args.heads.as_ref().or(of_project(|heads| &heads.file));
    let key = args.key.as_ref().or(of_project(|heads| &heads.key));
    let mut problems = store.verify()?;
    let covered = match (heads, key) {
        (Some(heads), Some(key)) => {
            let report = store.verify_heads(heads, &PublicKey::read(key)?)?;
            problems.extend(report.problems.iter().cloned());
            Some(report)
        }
        (Some(_), None) => bail!("nothing says which key signed the heads\n  hint: name it with --key"),
        (None, _) => None,
    };
    let state = store.state()?;
    // Without the key nothing was said of values.
    let is_locked = store.check_key().is_err();
    match args.show.format {
        Format::Json => {
            let signed = covered.as_ref().map(
                |report| json!({"heads": report.n_heads, "covered": report.covered, "not_covered": report.not_covered}),
            );
            let value = json!({"problems": problems, "last_run": state.last_run, "last_utc": state.last_utc,
                "ledger_head": state.ledger_head, "signed": signed, "values_checked": !is_locked});
            print(format!("{value:#}\n").as_bytes())?;
        }
        Format::Text => {
            let chinese = args.show.is_chinese(&project);
            let problems_said = lines(&problems);
            let sound = if is_locked {
                either(
                    chinese,
                    "sound but for the encrypted values, which were not checked\n",
                    "除未检查的加密值外完好\n",
                )
            } else {
                either(chinese, "sound\n", "完好\n")
            };
            let sound = sound.to_owned();
            print(if problems.is_empty() { sound } else { problems_said }.as_bytes())?;
            say(&format!("ledger head {}", state.ledger_head.as_deref().unwrap_or("-")));
            if let Some(report) = covered {
                let (n, covered, rest) = (report.n_heads, report.covered, report.not_covered);
                say(&if chinese {
                    format!("{n} 个签名头，覆盖台账前 {covered} 行，其后 {rest} 行尚无签名")
                } else {
                    format!(
                        "{n} signed heads cover {covered} lines of the ledger, {rest} behind them are not signed yet"
                    )
                });
            }
        }
    }
    Ok(if problems.is_empty() {
        Verdict::Clean
    } else {
        Verdict::Findings
    })
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
