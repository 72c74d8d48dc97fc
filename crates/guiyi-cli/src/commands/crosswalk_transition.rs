//! `guiyi crosswalk transition`: a file of codes that are replaced by others, old and new side by side until a day.

use std::path::{Path, PathBuf};

use anyhow::bail;
use guiyi_core::dictionary::EntityType;
use guiyi_io::read::ReadOptions;
use guiyi_store::{CodeRefusal, NewTransition};

use super::crosswalk::{Wrong, tell, time};
use super::steward::{Author, Desk, parse_start, parse_time};
use super::table;
use crate::Verdict;

#[derive(Debug, clap::Args)]
pub(super) struct Transition {
    /// The file, in any format that `guiyi run` reads.
    file: PathBuf,
    /// Until when the old codes may be used, a day or an instant, for lines without `valid_to`.
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    until: Option<String>,
    /// Write the good lines although others are wrong.
    #[arg(long)]
    partial: bool,
    /// Why.
    #[arg(long)]
    reason: String,
    /// The entity type, if the project has several.
    #[arg(long, value_name = "TYPE")]
    pub(super) entity: Option<String>,
    #[command(flatten)]
    pub(super) author: Author,
}

/// A line of the file.
struct Line {
    number: u64,
    system: String,
    old: String,
    new: String,
    valid_from: Option<String>,
    until: String,
}

pub(super) fn transition(desk: &mut Desk, entity: EntityType, args: &Transition) -> anyhow::Result<Verdict> {
    let (lines, mut wrong) = read(&args.file, args.until.as_deref())?;
    let transitions: Vec<NewTransition<'_>> = lines
        .iter()
        .map(|line| NewTransition {
            system: &line.system,
            old: &line.old,
            new: &line.new,
            valid_from: line.valid_from.as_deref(),
            until: &line.until,
        })
        .collect();
    let mut n_new = 0;
    if wrong.is_empty() || args.partial {
        let by = desk.signature.because(&args.reason);
        let answers = desk.store.replace_codes(entity, &transitions, by, args.partial)?;
        for (line, answer) in lines.iter().zip(answers) {
            match answer {
                Ok(is_new) => n_new += u64::from(is_new),
                Err(refusal) => wrong.push((line.number, why(line, refusal))),
            }
        }
    }
    Ok(tell(
        &args.file,
        wrong,
        args.partial,
        &format!("{n_new} codes are being replaced"),
    ))
}

fn why(line: &Line, refusal: CodeRefusal) -> String {
    let Line {
        system,
        old,
        new,
        until,
        ..
    } = line;
    match refusal {
        CodeRefusal::Taken(gid) => format!("{system}/{new} leads to another golden record, {gid}, than {old}"),
        CodeRefusal::UnknownCode => format!("neither {system}/{old} nor {new} is known"),
        CodeRefusal::Circle => format!("{system}/{new} is replaced by {old} already"),
        CodeRefusal::Times => format!("{new} may be used only from a time on that is not before {until}"),
        _ => format!("{system}/{old} cannot be replaced"),
    }
}

/// Reads the file; wrong rows come with the reason.
fn read(file: &Path, until: Option<&str>) -> anyhow::Result<(Vec<Line>, Wrong)> {
    let mut reader = guiyi_io::read::open(file, &ReadOptions::default())?;
    let find = |name: &str| {
        let mut headers = reader.headers.iter();
        headers.position(|header| header.eq_ignore_ascii_case(name))
    };
    let (Some(system), Some(code), Some(successor)) = (find("system"), find("code"), find("successor")) else {
        bail!(
            "{} lacks columns\n  hint: it takes `system`, `code` and `successor`, the new code",
            file.display()
        );
    };
    let (valid_from, valid_to) = (find("valid_from"), find("valid_to"));
    if valid_to.is_none() && until.is_none() {
        bail!(
            "until when may the old codes be used?\n  hint: give --until, or a column `valid_to` in {}",
            file.display()
        );
    }
    let source = table::source(&reader, code);
    let (mut lines, mut wrong) = (Vec::new(), Vec::new());
    for part in reader.batches(0, &source, 8192)? {
        let (batch, _) = part?;
        for row in 0..batch.len() {
            let cell = |at: Option<usize>| table::cell(&batch, at, row);
            let number = batch.rows[row];
            let [system, old, new] = [system, code, successor].map(|at| cell(Some(at)).to_owned());
            if system.is_empty() || old.is_empty() || new.is_empty() {
                wrong.push((number, "no system, no code or no successor".to_owned()));
                continue;
            }
            let from = time("valid_from", cell(valid_from), parse_start);
            let end = time("valid_to", cell(valid_to), parse_time).map(|end| end.or_else(|| until.map(str::to_owned)));
            match (from, end) {
                (Ok(valid_from), Ok(Some(until))) => lines.push(Line {
                    number,
                    system,
                    old,
                    new,
                    valid_from,
                    until,
                }),
                (_, Ok(None)) => wrong.push((number, "no valid_to, and no --until".to_owned())),
                (Err(why), _) | (_, Err(why)) => wrong.push((number, why)),
            }
        }
    }
    Ok((lines, wrong))
}
