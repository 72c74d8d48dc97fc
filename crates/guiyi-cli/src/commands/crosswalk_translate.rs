//! `guiyi crosswalk translate`: a column of one system's codes into another's, the way an order reaches the other system.
//!
//! Laws: a code is translated only where there is exactly one answer; every other row goes to the reject file with the
//! reason, and the two files hold all rows of the input; what leads to a retired golden record is translated, marked and
//! told. Both mappings are in memory, so that a row costs a look-up.

use std::collections::HashMap;
use std::path::PathBuf;

use anyhow::bail;
use arrow_array::Array;
use guiyi_core::dictionary::EntityType;
use guiyi_core::global_id::GlobalId;
use guiyi_core::rulebook::mistake::hint_for;
use guiyi_io::read::{ReadOptions, Reader};
use guiyi_store::{CodeStatus, Codes, Store};
use serde_json::json;

use super::crosswalk::{system, utc};
use super::steward::{Show, either};
use super::table::{self, Sheet};
use crate::args::Format;
use crate::words::say;
use crate::{Verdict, print};

#[derive(Debug, clap::Args)]
pub(super) struct Translate {
    /// The file, in any format that `guiyi run` reads.
    pub(super) file: PathBuf,
    /// The column that holds the codes.
    #[arg(long)]
    pub(super) column: String,
    /// The system that the codes are of.
    #[arg(long)]
    pub(super) from: String,
    /// The system whose codes are wanted; `global_id` for the global ID.
    #[arg(long)]
    pub(super) to: String,
    /// Where to write; the default is the file's name with the other system's.
    #[arg(long, short)]
    pub(super) output: Option<PathBuf>,
    /// Take this instant for now, such as `2026-03-01T02:00:00Z`: which codes are old by now.
    #[arg(long, value_name = "TIME", env = "GUIYI_NOW")]
    pub(super) now: Option<jiff::Timestamp>,
    /// The entity type, if the project has several.
    #[arg(long, value_name = "TYPE")]
    pub(super) entity: Option<String>,
    #[command(flatten)]
    pub(super) show: Show,
}

/// Where a code leads, or why nowhere.
#[derive(Clone)]
enum Led {
    To { gid: GlobalId, code: String },
    Nowhere { reason: &'static str, suggestions: String },
}

/// Finds codes; what was said about a code is not worked out twice.
struct Translator {
    from: Codes,
    /// `None`: the global ID is wanted.
    to: Option<Codes>,
    unknown: HashMap<String, Led>,
    now: String,
}

impl Translator {
    fn lead(&mut self, code: &str) -> Led {
        if let Some(gid) = self.from.id(code) {
            let Some(to) = &self.to else {
                return Led::To {
                    gid,
                    code: gid.to_string(),
                };
            };
            return match to.current(gid, &self.now)[..] {
                [only] => Led::To {
                    gid,
                    code: only.to_string(),
                },
                [] => Led::Nowhere {
                    reason: "no code there",
                    suggestions: gid.to_string(),
                },
                ref several => Led::Nowhere {
                    reason: "several codes there",
                    suggestions: several.join(" "),
                },
            };
        }
        if code.is_empty() {
            return Led::Nowhere {
                reason: "no code",
                suggestions: String::new(),
            };
        }
        if let Some(led) = self.unknown.get(code) {
            return led.clone();
        }
        let suggestions = self.from.suggest(code).join(" ");
        let led = Led::Nowhere {
            reason: "unknown code",
            suggestions,
        };
        self.unknown.insert(code.to_owned(), led.clone());
        led
    }
}

impl Translator {
    /// How a code may be used now, and the code that replaces it; empty if there is none.
    fn age(&self, code: &str) -> (CodeStatus, &str) {
        match self.from.old(code) {
            Some(old) => {
                let successor = self.from.successor(code, &self.now);
                (old.status(&self.now), successor.unwrap_or_default())
            }
            None => (CodeStatus::Active, ""),
        }
    }
}

pub(super) fn translate(store: &Store, entity: EntityType, args: &Translate, chinese: bool) -> anyhow::Result<Verdict> {
    let from = system(store, &args.from)?;
    let to = if args.to == "global_id" {
        None
    } else {
        Some(system(store, &args.to)?)
    };
    let mut reader = guiyi_io::read::open(&args.file, &ReadOptions::default())?;
    let column = column(&reader, &args.column)?;
    let mut translator = Translator {
        from: store.codes(entity, &from)?,
        to: to.as_deref().map(|to| store.codes(entity, to)).transpose()?,
        unknown: HashMap::new(),
        now: utc(args.now),
    };

    let named = to.as_deref().unwrap_or("global_id");
    let stem = args.file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let output = args
        .output
        .clone()
        .unwrap_or_else(|| args.file.with_file_name(format!("{stem}.{named}.csv")));
    let output_stem = output.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let extension = output.extension().unwrap_or_default().to_string_lossy().into_owned();
    let rejects = output.with_file_name(format!("{output_stem}.rejected.{extension}"));
    let headers: Vec<String> = reader.headers.iter().map(ToString::to_string).collect();
    let with = |more: &[&str]| -> Vec<String> {
        headers
            .iter()
            .cloned()
            .chain(more.iter().map(|h| (*h).to_owned()))
            .collect()
    };
    let new_column = if to.is_some() {
        format!("{named}_code")
    } else {
        "global_id".to_owned()
    };
    let mut new_columns = vec![&*new_column];
    if to.is_some() {
        new_columns.push("global_id");
    }
    new_columns.extend(["code_status", "code_successor", "global_id_status"]);
    let mut done = Sheet::for_programs(&output, &with(&new_columns))?;
    let mut rejected = Sheet::for_programs(&rejects, &with(&["guiyi_row", "guiyi_reason", "guiyi_suggestions"]))?;
    let (mut n_done, mut n_rejected, mut n_old, mut n_retired, mut n_ended) = (0_u64, 0_u64, 0_u64, 0_u64, 0_u64);
    let source = table::source(&reader, column);
    for part in reader.batches(0, &source, 8192)? {
        let (batch, _) = part?;
        for row in 0..batch.len() {
            let cell = |at: usize| {
                let column = batch.received.get(at).filter(|column| column.is_valid(row));
                column.map_or("", |column| column.value(row))
            };
            let mut cells: Vec<&str> = (0..headers.len()).map(cell).collect();
            let (gid, number);
            let given = table::plain(cell(column).trim());
            match translator.lead(given) {
                Led::To { gid: found, code } => {
                    n_done += 1;
                    gid = found.to_string();
                    cells.push(&code);
                    if to.is_some() {
                        cells.push(&gid);
                    }
                    let (status, successor) = translator.age(given);
                    n_old += u64::from(status != CodeStatus::Active);
                    n_retired += u64::from(status == CodeStatus::Retired);
                    let is_ended = translator.from.is_retired(found);
                    n_ended += u64::from(is_ended);
                    cells.extend([status.name(), successor, if is_ended { "retired" } else { "active" }]);
                    done.row(&cells)?;
                }
                Led::Nowhere { reason, suggestions } => {
                    n_rejected += 1;
                    number = batch.rows[row].to_string();
                    cells.extend([&*number, reason, &suggestions]);
                    rejected.row(&cells)?;
                }
            }
        }
    }
    done.finish()?;
    if n_rejected > 0 {
        rejected.finish()?;
    } else if rejects.exists() {
        // Of an earlier try; it would tell of faults that are mended.
        std::fs::remove_file(&rejects)?;
    }
    match args.show.format {
        Format::Json => {
            let value = json!({"translated": n_done, "rejected": n_rejected, "old_codes": n_old,
                "retired_codes": n_retired, "retired_golden_records": n_ended, "output": output.display().to_string(),
                "rejects": (n_rejected > 0).then(|| rejects.display().to_string())});
            print(format!("{value:#}\n").as_bytes())?;
        }
        Format::Text if chinese => {
            print(format!("{n_done} 行已转换，{n_rejected} 行未能转换：{}\n", output.display()).as_bytes())?;
        }
        Format::Text => {
            print(
                format!(
                    "{n_done} rows translated, {n_rejected} rejected: {}\n",
                    output.display()
                )
                .as_bytes(),
            )?;
        }
    }
    if n_old > 0 {
        say(&if chinese {
            format!("{n_old} 行使用旧编码，其中 {n_retired} 行的编码已停用，见 code_status 列")
        } else {
            format!("{n_old} rows have old codes, {n_retired} of them retired ones: see the column code_status")
        });
    }
    if n_ended > 0 {
        say(&if chinese {
            format!("{n_ended} 行指向已停用的黄金记录，见 global_id_status 列")
        } else {
            format!("{n_ended} rows lead to retired golden records: see the column global_id_status")
        });
    }
    if n_rejected > 0 {
        let label = either(chinese, "rejected rows", "未能转换的行");
        say(&format!("{label}: {}", rejects.display()));
    }
    Ok(if n_rejected + n_ended == 0 {
        Verdict::Clean
    } else {
        Verdict::Findings
    })
}

/// The column of a name.
pub(super) fn column(reader: &Reader, name: &str) -> anyhow::Result<usize> {
    if let Some(at) = reader.headers.iter().position(|header| **header == *name) {
        return Ok(at);
    }
    let hint = hint_for(name, reader.headers.iter().map(|header| &**header));
    let hint = hint.map(|hint| format!("\n  hint: {hint}")).unwrap_or_default();
    bail!("{} has no column \"{name}\"{hint}", reader.path.display())
}
