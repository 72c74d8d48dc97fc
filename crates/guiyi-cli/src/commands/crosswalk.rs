//! `guiyi crosswalk`: which code of which system means which golden record.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use anyhow::bail;
use guiyi_core::dictionary::EntityType;
use guiyi_core::global_id::GlobalId;
use guiyi_core::rulebook::mistake::hint_for;
use guiyi_io::read::ReadOptions;
use guiyi_store::{Code, CodeRefusal, CodeStatus, NewCode, Resolution, Store};
use serde_json::json;

use super::crosswalk_translate::{Translate, translate};
use super::steward::{
    Author, Desk, InProject, Show, either, entities, one_entity, open_to_read, parse_id, parse_start, parse_time,
};
use super::table::{self, Sheet};
use crate::args::Format;
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
    /// Say which golden record a system's code means, and the codes of the other systems for it.
    ///
    /// A code that is being replaced is marked and its successor said; with `--as-of` it is what the code meant then. Exit
    /// code 1 if the code is not known; known codes that may have been meant are suggested.
    ///
    /// Example: `guiyi crosswalk lookup ERP D03-000127 --as-of 2026-03-01`
    Lookup(Lookup),
    /// Translate a column of codes in a file from one system's into another's.
    ///
    /// Rows whose code is not known, or for which the other system has none or several, go to a reject file with the
    /// reason and suggestions. Each other row says whether its code is `active`, `transitional` or `retired`
    /// (`code_status`), which code replaces it, and whether the golden record is `active` or `retired`
    /// (`global_id_status`). Exit code 1 if there is a rejected row, or one of a retired golden record.
    ///
    /// Example: `guiyi crosswalk translate orders.csv --column customer_code --from crm --to erp`
    Translate(Translate),
    /// Write all codes, present and past, into a file: those of the records, then aliases.
    ///
    /// The status is `active`, `transitional` or `retired` for a code that has an end, or `superseded` for what a code led
    /// to before.
    ///
    /// Example: `guiyi crosswalk export codes.xlsx`
    Export(Export),
    /// Let more codes lead to golden records, such as those of a system that was replaced.
    ///
    /// The file has the columns `system` and `code`, and `global_id` or both `to_system` and `to_code`; `valid_from` and
    /// `valid_to` may say from when until when the code may be used. A code that came with `to_code` follows that record
    /// when its golden record is split. Every wrong line is said; if there is one, nothing is written.
    ///
    /// Example: `guiyi crosswalk import old_codes.csv --reason "the old ERP's codes"`
    Import(Import),
    /// Let codes of a system be replaced by new ones, old and new side by side until a day.
    ///
    /// The file has the columns `system`, `code` and `successor`, `valid_to` where `--until` does not say it for all, and
    /// perhaps `valid_from`, from when the new code may be used. One of the two codes must be known; the other becomes an
    /// alias. From its day on the old code is marked, and still found for ever. `guiyi crosswalk usage` shows who uses it.
    ///
    /// Example: `guiyi crosswalk transition recoded.csv --until 2026-12-31 --reason "departments renumbered"`
    Transition(super::crosswalk_transition::Transition),
    /// Report who still uses codes that are being replaced: how many rows of which files, by column, and until when.
    ///
    /// Exit code 1 if codes are used after their day: by the date of the row with `--date`, else by today.
    ///
    /// Example: `guiyi crosswalk usage orders-*.csv --column customer_code --from ERP --by department --date order_date`
    Usage(super::crosswalk_usage::Usage),
}

#[derive(Debug, clap::Args)]
struct Lookup {
    /// The system.
    system: String,
    /// The code.
    code: String,
    /// What the code meant on this day or at this instant.
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    as_of: Option<String>,
    /// Take this instant for now, such as `2026-03-01T02:00:00Z`.
    #[arg(long, value_name = "TIME", env = "GUIYI_NOW")]
    now: Option<jiff::Timestamp>,
    /// Only of this entity type.
    #[arg(long, value_name = "TYPE")]
    entity: Option<String>,
    #[command(flatten)]
    show: Show,
}

#[derive(Debug, clap::Args)]
struct Export {
    /// The file to write: `.csv`, `.xlsx` or `.parquet`.
    file: PathBuf,
    /// Only of this entity type.
    #[arg(long, value_name = "TYPE")]
    entity: Option<String>,
    /// Overwrite an existing file.
    #[arg(long)]
    force: bool,
    /// Take this instant for now, such as `2026-03-01T02:00:00Z`: which codes are old by now.
    #[arg(long, value_name = "TIME", env = "GUIYI_NOW")]
    now: Option<jiff::Timestamp>,
}

#[derive(Debug, clap::Args)]
struct Import {
    /// The file, in any format that `guiyi run` reads.
    file: PathBuf,
    /// Write the good lines although others are wrong.
    #[arg(long)]
    partial: bool,
    /// Why.
    #[arg(long)]
    reason: String,
    /// The entity type, if the project has several.
    #[arg(long, value_name = "TYPE")]
    entity: Option<String>,
    #[command(flatten)]
    author: Author,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<Verdict> {
    let project = &args.project.project;
    match &args.command {
        Command::Lookup(args) => {
            let (project, store) = open_to_read(project)?;
            let of_types = entities(&project, args.entity.as_deref())?;
            lookup(&store, &of_types, args, args.show.is_chinese(&project))
        }
        Command::Translate(args) => {
            let (project, store) = open_to_read(project)?;
            let entity = one_entity(&project, args.entity.as_deref())?;
            translate(&store, entity, args, args.show.is_chinese(&project))
        }
        Command::Export(args) => {
            let (project, store) = open_to_read(project)?;
            if args.file.exists() && !args.force {
                bail!("{} exists; --force overwrites it", args.file.display());
            }
            let of_types = entities(&project, args.entity.as_deref())?;
            export(&store, &of_types, &args.file, &utc(args.now))
        }
        Command::Transition(args) => {
            let mut desk = Desk::open(project, &args.author)?;
            let entity = one_entity(&desk.project, args.entity.as_deref())?;
            super::crosswalk_transition::transition(&mut desk, entity, args)
        }
        Command::Usage(args) => {
            let (project, store) = open_to_read(project)?;
            let entity = one_entity(&project, args.entity.as_deref())?;
            super::crosswalk_usage::usage(&store, entity, args, args.show.is_chinese(&project))
        }
        Command::Import(args) => {
            let mut desk = Desk::open(project, &args.author)?;
            let entity = one_entity(&desk.project, args.entity.as_deref())?;
            import(&mut desk, entity, args)
        }
    }
}

/// Behind every time.
const EVER: &str = "9999-12-31T23:59:59Z";

/// The system as the store writes it.
pub(super) fn system(store: &Store, named: &str) -> anyhow::Result<String> {
    let systems = store.systems()?;
    if let Some(system) = systems.iter().find(|system| system.eq_ignore_ascii_case(named)) {
        return Ok(system.clone());
    }
    let hint = hint_for(named, systems.iter().map(String::as_str));
    let hint = hint.unwrap_or_else(|| format!("the store knows {}", systems.join(", ")));
    bail!("no records of a system \"{named}\"\n  hint: {hint}")
}

fn lookup(store: &Store, of_types: &[EntityType], args: &Lookup, chinese: bool) -> anyhow::Result<Verdict> {
    let system = system(store, &args.system)?;
    let now = utc(args.now);
    let mut found = Vec::new();
    let mut suggested = Vec::new();
    let mut is_early = false;
    for &entity in of_types {
        let at = |utc: &str| store.code_at(entity, &system, &args.code, utc);
        let then = match &args.as_of {
            Some(as_of) => at(as_of)?,
            // One that is to be used from a later day on is known as well.
            None => at(&now)?.map_or_else(|| at(EVER), |then| Ok(Some(then)))?,
        };
        if let Some(then) = then {
            found.push((entity, then));
            continue;
        }
        let mut codes = store.codes(entity, &system)?;
        if codes.id(&args.code).is_some() {
            is_early = true;
            continue;
        }
        suggested.extend(codes.suggest(&args.code).into_iter().map(str::to_owned));
    }
    if found.is_empty() {
        if args.show.format == Format::Json {
            print(format!("{:#}\n", json!({"found": [], "suggestions": suggested})).as_bytes())?;
        }
        let unknown = if is_early {
            either(chinese, "was not known yet", "当时尚不存在")
        } else {
            either(chinese, "is not known", "不存在")
        };
        say(&format!("{system}/{} {unknown}", args.code));
        if !suggested.is_empty() {
            say(&format!(
                "  hint: {} {}",
                either(chinese, "perhaps", "是否为"),
                suggested.join(", ")
            ));
        }
        return Ok(Verdict::Findings);
    }
    let (mut text, mut answers) = (String::new(), Vec::new());
    for (entity, then) in found {
        let at = args.as_of.as_deref().unwrap_or(&now);
        // Without a day, what stands for the ID now and all its codes; with one, the ID that it led to then.
        let gid = if args.as_of.is_some() { then.gid } else { then.now };
        let codes = match &args.as_of {
            Some(at) => store.codes_of_at(gid, at)?,
            None => store.codes_of(gid)?,
        };
        let status = CodeStatus::at(then.valid_to.as_deref(), at);
        let successor = match &then.successor {
            Some(_) => store
                .codes(entity, &system)?
                .successor(&args.code, at)
                .map(str::to_owned),
            None => None,
        };
        _ = writeln!(text, "{gid}  {}", entity.name());
        if gid != then.now {
            _ = writeln!(text, "  {} {}", either(chinese, "now", "现为"), then.now);
        }
        let retirement = store.retirement(gid)?.filter(|_| args.as_of.is_none());
        if let Some(retirement) = &retirement {
            let since = either(chinese, "the golden record is retired since", "主数据已停用，自");
            _ = writeln!(text, "  {since} {}: {}", retirement.utc, retirement.reason);
        }
        if status != CodeStatus::Active {
            let code = format!("{system}/{}", args.code);
            _ = writeln!(
                text,
                "  {}",
                old_words(&code, status, then.valid_to.as_deref(), successor.as_deref(), chinese)
            );
        }
        for code in &codes {
            _ = writeln!(text, "  {}", code_words(code, at));
        }
        let codes = codes.iter().map(|code| {
            json!({"system": code.system, "key": code.key, "id_type": code.id_type, "valid_from": code.valid_from,
                "valid_to": code.valid_to, "status": CodeStatus::at(code.valid_to.as_deref(), at).name(),
                "successor": code.successor})
        });
        answers.push(
            json!({"global_id": gid.to_string(), "canonical_gid": then.now.to_string(),
            "golden_retired": retirement.map(|one| one.utc),
            "entity": entity.name(), "id_type": then.id_type, "valid_from": then.valid_from, "valid_to": then.valid_to,
            "status": status.name(), "successor": successor, "codes": codes.collect::<Vec<_>>()}),
        );
    }
    match args.show.format {
        Format::Text => print(text.as_bytes()),
        Format::Json => print(format!("{:#}\n", json!({"found": answers, "suggestions": []})).as_bytes()),
    }
}

/// Now, as the store writes it.
pub(super) fn utc(now: Option<jiff::Timestamp>) -> String {
    format!("{:.0}", now.unwrap_or_else(jiff::Timestamp::now))
}

/// What is to be said of an old code.
fn old_words(code: &str, status: CodeStatus, valid_to: Option<&str>, successor: Option<&str>, chinese: bool) -> String {
    let end = valid_to.unwrap_or_default();
    let instead = match successor {
        Some(successor) if chinese => format!("，请改用 {successor}"),
        Some(successor) => format!("; use {successor}"),
        None => String::new(),
    };
    match (status, chinese) {
        (CodeStatus::Retired, true) => format!("{code} 自 {end} 起停用{instead}"),
        (CodeStatus::Retired, false) => format!("{code} is retired since {end}{instead}"),
        (_, true) => format!("{code} 为旧编码，可用至 {end}{instead}"),
        (_, false) => format!("{code} is an old code, to be used until {end}{instead}"),
    }
}

/// A code with its times.
fn code_words(code: &Code, at: &str) -> String {
    let until = match (&code.valid_to, &code.successor) {
        (None, _) => String::new(),
        (Some(until), successor) => {
            let status = CodeStatus::at(Some(until), at).name();
            let successor = successor
                .as_ref()
                .map(|successor| format!(" {successor}"))
                .unwrap_or_default();
            format!(" → {until}\t{status}{successor}")
        }
    };
    format!(
        "{}/{}\t{}\t{}{until}",
        code.system, code.key, code.id_type, code.valid_from
    )
}

fn export(store: &Store, of_types: &[EntityType], file: &Path, now: &str) -> anyhow::Result<Verdict> {
    let mut headers: Vec<String> = guiyi_io::outputs::CROSSWALK
        .iter()
        .map(|header| (*header).to_owned())
        .collect();
    headers.extend(["canonical_id", "id_type", "successor"].map(str::to_owned));
    let mut sheet = Sheet::for_programs(file, &headers)?;
    let mut n_rows = 0;
    for &entity in of_types {
        let mut canonical: HashMap<GlobalId, String> = HashMap::new();
        let records = store.crosswalk_rows(entity)?.map(|row| (row, "record"));
        let aliases = store.aliases(entity)?.into_iter().map(|row| (Ok(row), "alias"));
        for (row, id_type) in records.chain(aliases) {
            let row = row?;
            let gid = row.gid.to_string();
            let stands = match canonical.entry(row.gid) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(place) => place.insert(match store.resolve(row.gid)? {
                    Some(Resolution::Superseded(survivor)) => survivor.to_string(),
                    Some(Resolution::Active) => gid.clone(),
                    _ => String::new(),
                }),
            };
            let valid_to = row.valid_to.as_deref().unwrap_or_default();
            let status = match row.status {
                CodeStatus::Active => CodeStatus::at(row.valid_to.as_deref(), now),
                status => status,
            };
            sheet.row(&[
                &row.system,
                entity.name(),
                &row.key,
                &gid,
                status.name(),
                &row.valid_from,
                valid_to,
                stands,
                id_type,
                row.successor.as_deref().unwrap_or_default(),
            ])?;
            n_rows += 1;
        }
    }
    sheet.finish()?;
    say(&format!("wrote {n_rows} codes to {}", file.display()));
    Ok(Verdict::Clean)
}

/// Rows that are wrong, each with the reason.
pub(super) type Wrong = Vec<(u64, String)>;

/// A line of an import.
struct Line {
    number: u64,
    system: String,
    code: String,
    gid: GlobalId,
    valid_from: Option<String>,
    valid_to: Option<String>,
    with: Option<(String, String)>,
}

fn import(desk: &mut Desk, entity: EntityType, args: &Import) -> anyhow::Result<Verdict> {
    let (lines, mut wrong) = read(desk, entity, &args.file)?;
    let codes: Vec<NewCode<'_>> = lines
        .iter()
        .map(|line| NewCode {
            system: &line.system,
            key: &line.code,
            gid: line.gid,
            valid_from: line.valid_from.as_deref(),
            valid_to: line.valid_to.as_deref(),
            with: line.with.as_ref().map(|(system, code)| (&**system, &**code)),
        })
        .collect();
    let mut n_new = 0;
    if wrong.is_empty() || args.partial {
        let by = desk.signature.because(&args.reason);
        for (line, answer) in lines
            .iter()
            .zip(desk.store.add_codes(entity, &codes, by, args.partial)?)
        {
            match answer {
                Ok(is_new) => n_new += u64::from(is_new),
                Err(CodeRefusal::Taken(gid)) => {
                    wrong.push((
                        line.number,
                        format!("{}/{} leads to {gid} already", line.system, line.code),
                    ));
                }
                Err(CodeRefusal::Times) => {
                    wrong.push((line.number, "valid_to is not behind valid_from".to_owned()));
                }
                Err(_) => wrong.push((line.number, format!("{} was never issued", line.gid))),
            }
        }
    }
    Ok(tell(&args.file, wrong, args.partial, &format!("{n_new} codes new")))
}

/// Says which rows of a file are wrong and why, and what was `done` with the others, if anything.
pub(super) fn tell(file: &Path, mut wrong: Wrong, partial: bool, done: &str) -> Verdict {
    wrong.sort();
    for (number, why) in &wrong {
        say(&format!("{} row {number}: {why}", file.display()));
    }
    if wrong.is_empty() || partial {
        say(&format!("{done}, {} wrong", wrong.len()));
    } else {
        say("nothing was written\n  hint: mend the rows above, or write the others with --partial");
    }
    if wrong.is_empty() {
        Verdict::Clean
    } else {
        Verdict::Findings
    }
}

/// Reads a cell of a time; an empty one is none.
pub(super) fn time(
    name: &str,
    text: &str,
    parse: fn(&str) -> Result<String, String>,
) -> Result<Option<String>, String> {
    if text.is_empty() {
        return Ok(None);
    }
    parse(text).map(Some).map_err(|why| format!("{name} \"{text}\": {why}"))
}

fn read(desk: &Desk, entity: EntityType, file: &Path) -> anyhow::Result<(Vec<Line>, Wrong)> {
    let mut reader = guiyi_io::read::open(file, &ReadOptions::default())?;
    let find = |name: &str| {
        reader
            .headers
            .iter()
            .position(|header| header.eq_ignore_ascii_case(name))
    };
    let (id, to_system, to_code) = (find("global_id"), find("to_system"), find("to_code"));
    let (valid_from, valid_to) = (find("valid_from"), find("valid_to"));
    let (Some(system), Some(code), true) = (
        find("system"),
        find("code"),
        id.is_some() || (to_system.is_some() && to_code.is_some()),
    ) else {
        bail!(
            "{} lacks columns\n  hint: it takes `system`, `code`, and `global_id` or `to_system` and `to_code`",
            file.display()
        );
    };
    let source = table::source(&reader, code);
    let (mut lines, mut wrong) = (Vec::new(), Vec::new());
    for part in reader.batches(0, &source, 8192)? {
        let (batch, _) = part?;
        for row in 0..batch.len() {
            let cell = |at: Option<usize>| table::cell(&batch, at, row);
            let number = batch.rows[row];
            let gid = match cell(id) {
                "" => match desk.store.lookup(entity, cell(to_system), cell(to_code))? {
                    Some(gid) => Ok(gid),
                    None => Err(format!("{}/{} is not known", cell(to_system), cell(to_code))),
                },
                text => parse_id(text).map_err(|why| format!("global_id \"{text}\": {why}")),
            };
            let from = time("valid_from", cell(valid_from), parse_start);
            let until = time("valid_to", cell(valid_to), parse_time);
            if cell(Some(system)).is_empty() || cell(Some(code)).is_empty() {
                wrong.push((number, "no system or no code".to_owned()));
                continue;
            }
            let with = (!cell(to_code).is_empty()).then(|| (cell(to_system).to_owned(), cell(to_code).to_owned()));
            match (gid, from, until) {
                (Ok(gid), Ok(valid_from), Ok(valid_to)) => lines.push(Line {
                    number,
                    system: cell(Some(system)).to_owned(),
                    code: cell(Some(code)).to_owned(),
                    gid,
                    valid_from,
                    valid_to,
                    with,
                }),
                (Err(why), ..) | (_, Err(why), _) | (.., Err(why)) => wrong.push((number, why)),
            }
        }
    }
    Ok((lines, wrong))
}
