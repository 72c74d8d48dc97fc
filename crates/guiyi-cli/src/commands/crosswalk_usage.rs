//! `guiyi crosswalk usage`: who still uses codes that are being replaced.
//!
//! Laws: every row with a code is counted once, in its file and by the values of the columns asked for; a code counts as
//! used after its day by the date of the row if there is one, else by today.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use guiyi_core::dictionary::{ElementKind, EntityType};
use guiyi_core::standardize::column as standardized;
use guiyi_io::read::ReadOptions;
use guiyi_store::{CodeStatus, Codes, Store};
use serde_json::{Value, json};

use super::crosswalk::{system, utc};
use super::crosswalk_translate::column;
use super::steward::{Show, either};
use super::table;
use crate::args::Format;
use crate::{Verdict, print};

/// Codes that the text names; JSON has all of them.
const MAX_CODES: usize = 20;

#[derive(Debug, clap::Args)]
pub(super) struct Usage {
    /// The files, in any format that `guiyi run` reads.
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// The column that holds the codes.
    #[arg(long)]
    column: String,
    /// The system that the codes are of.
    #[arg(long)]
    from: String,
    /// Count by the values of this column as well, such as the department; may be given several times.
    #[arg(long, value_name = "COLUMN")]
    by: Vec<String>,
    /// The column with the date of the row.
    #[arg(long, value_name = "COLUMN")]
    date: Option<String>,
    /// Take this instant for now, such as `2026-03-01T02:00:00Z`.
    #[arg(long, value_name = "TIME", env = "GUIYI_NOW")]
    now: Option<jiff::Timestamp>,
    /// The entity type, if the project has several.
    #[arg(long, value_name = "TYPE")]
    pub(super) entity: Option<String>,
    #[command(flatten)]
    pub(super) show: Show,
}

/// How often old codes occur somewhere.
#[derive(Debug, Default)]
struct Count {
    rows: u64,
    /// Rows with old codes.
    old: u64,
    /// Rows in which a code was used after its day.
    late: u64,
    /// The last date of a row with an old code.
    last: Option<String>,
}

impl Count {
    fn see(&mut self, is_old: bool, is_late: bool, date: Option<&str>) {
        self.rows += 1;
        self.old += u64::from(is_old);
        self.late += u64::from(is_late);
        if is_old && date > self.last.as_deref() {
            self.last = date.map(str::to_owned);
        }
    }
}

/// What all files hold together.
#[derive(Debug, Default)]
struct Tally {
    all: Count,
    unknown: u64,
    /// By file and the values of the columns asked for.
    groups: BTreeMap<(String, Vec<String>), Count>,
    /// By old code.
    codes: BTreeMap<String, Count>,
}

pub(super) fn usage(store: &Store, entity: EntityType, args: &Usage, chinese: bool) -> anyhow::Result<Verdict> {
    let from = system(store, &args.from)?;
    let codes = store.codes(entity, &from)?;
    let now = utc(args.now);
    let mut tally = Tally::default();
    for file in &args.files {
        count(file, &codes, &now, args, &mut tally)?;
    }
    match args.show.format {
        Format::Text => print(text(&tally, &codes, &now, args, chinese).as_bytes())?,
        Format::Json => print(format!("{:#}\n", to_json(&tally, &codes, &from, &now, args)).as_bytes())?,
    };
    Ok(if tally.all.late > 0 {
        Verdict::Findings
    } else {
        Verdict::Clean
    })
}

fn count(file: &Path, codes: &Codes, now: &str, args: &Usage, tally: &mut Tally) -> anyhow::Result<()> {
    let mut reader = guiyi_io::read::open(file, &ReadOptions::default())?;
    let code_at = column(&reader, &args.column)?;
    let by: Vec<usize> = args
        .by
        .iter()
        .map(|name| column(&reader, name))
        .collect::<Result<_, _>>()?;
    let date_at = args.date.as_deref().map(|name| column(&reader, name)).transpose()?;
    let year = now.get(..4).and_then(|year| year.parse().ok()).unwrap_or(2000);
    let source = table::source(&reader, code_at);
    let name = file.display().to_string();
    for part in reader.batches(0, &source, 8192)? {
        let (batch, _) = part?;
        let cell = |at: usize, row: usize| table::cell(&batch, Some(at), row);
        let dates = date_at.map(|at| {
            let texts: Vec<&str> = (0..batch.len()).map(|row| cell(at, row)).collect();
            standardized(
                ElementKind::Date,
                &texts,
                args.date.as_deref().unwrap_or_default(),
                year,
            )
        });
        for row in 0..batch.len() {
            let code = cell(code_at, row);
            if code.is_empty() {
                continue;
            }
            tally.unknown += u64::from(codes.id(code).is_none());
            let date = dates.as_ref().and_then(|dates| dates[row].value.as_deref());
            let old = codes.old(code);
            // A row without a date that can be read counts as of today.
            let is_late = old.is_some_and(|old| old.status(date.unwrap_or(now)) == CodeStatus::Retired);
            let values = by.iter().map(|&at| cell(at, row).to_owned()).collect();
            tally.all.see(old.is_some(), is_late, date);
            let group = tally.groups.entry((name.clone(), values)).or_default();
            group.see(old.is_some(), is_late, date);
            if old.is_some() {
                tally.codes.entry(code.to_owned()).or_default().see(true, is_late, date);
            }
        }
    }
    Ok(())
}

fn text(tally: &Tally, codes: &Codes, now: &str, args: &Usage, chinese: bool) -> String {
    let Count { rows, old, late, .. } = tally.all;
    let mut text = if chinese {
        format!(
            "{rows} 行，{old} 行使用旧编码，其中 {late} 行在停用日之后，{} 行编码未知\n",
            tally.unknown
        )
    } else {
        format!(
            "{rows} rows, {old} with old codes, {late} of them after their day; {} with unknown codes\n",
            tally.unknown
        )
    };
    let last = |count: &Count| match &count.last {
        Some(last) => format!("\t{} {last}", either(chinese, "last", "最近")),
        None => String::new(),
    };
    let counted = |count: &Count| {
        if chinese {
            format!("旧编码 {}\t停用后 {}{}", count.old, count.late, last(count))
        } else {
            format!("{} old\t{} late{}", count.old, count.late, last(count))
        }
    };
    for ((file, values), count) in tally.groups.iter().filter(|(_, count)| count.old > 0) {
        let named = args
            .by
            .iter()
            .zip(values)
            .map(|(name, value)| format!("\t{name} {value}"));
        _ = writeln!(text, "  {file}{}\t{}", named.collect::<String>(), counted(count));
    }
    for (code, count) in most_used(tally).into_iter().take(MAX_CODES) {
        let Some(known) = codes.old(code) else { continue };
        let successor = codes.successor(code, now).unwrap_or("-");
        let until = known.valid_to.as_deref().unwrap_or("-");
        _ = writeln!(text, "  {code} → {successor}\t{until}\t{}", counted(count));
    }
    if tally.codes.len() > MAX_CODES {
        let more = tally.codes.len() - MAX_CODES;
        _ = if chinese {
            writeln!(text, "  其余 {more} 个编码见 --format json")
        } else {
            writeln!(text, "  {more} more codes: --format json")
        };
    }
    text
}

/// The old codes, the most used ones first.
fn most_used(tally: &Tally) -> Vec<(&String, &Count)> {
    let mut codes: Vec<(&String, &Count)> = tally.codes.iter().collect();
    // The sort is stable, so that codes used as often stay in their order.
    codes.sort_by_key(|(_, count)| std::cmp::Reverse((count.late, count.old)));
    codes
}

fn to_json(tally: &Tally, codes: &Codes, system: &str, now: &str, args: &Usage) -> Value {
    let group = |((file, values), count): (&(String, Vec<String>), &Count)| {
        let by: BTreeMap<&String, &String> = args.by.iter().zip(values).collect();
        json!({"file": file, "by": by, "rows": count.rows, "old": count.old, "late": count.late, "last": count.last})
    };
    let code = |(code, count): (&String, &Count)| {
        let old = codes.old(code);
        json!({"code": code, "status": old.map(|old| old.status(now).name()),
            "valid_to": old.and_then(|old| old.valid_to.as_deref()), "successor": codes.successor(code, now),
            "rows": count.rows, "late": count.late, "last": count.last})
    };
    json!({
        "system": system,
        "rows": tally.all.rows,
        "old": tally.all.old,
        "late": tally.all.late,
        "unknown": tally.unknown,
        "groups": tally.groups.iter().map(group).collect::<Vec<_>>(),
        "codes": most_used(tally).into_iter().map(code).collect::<Vec<_>>(),
    })
}
