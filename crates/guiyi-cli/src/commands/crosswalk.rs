//! `guiyi crosswalk`: which code of which system means which golden record.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use anyhow::bail;
use arrow_array::Array;
use guiyi_core::dictionary::EntityType;
use guiyi_core::global_id::GlobalId;
use guiyi_core::rulebook::mistake::hint_for;
use guiyi_io::read::ReadOptions;
use guiyi_store::{CodeRefusal, NewCode, Resolution, Store};
use serde_json::json;

use super::crosswalk_translate::{Translate, translate};
use super::steward::{Author, Desk, InProject, Show, either, entities, one_entity, open_to_read, parse_id};
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
    /// Exit code 1 if the code is not known; known codes that may have been meant are suggested.
    ///
    /// Example: `guiyi crosswalk lookup ERP D03-000127`
    Lookup(Lookup),
    /// Translate a column of codes in a file from one system's into another's.
    ///
    /// Rows whose code is not known, or for which the other system has none or several, go to a reject file with the
    /// reason and suggestions; exit code 1 if there are any.
    ///
    /// Example: `guiyi crosswalk translate orders.csv --column customer_code --from crm --to erp`
    Translate(Translate),
    /// Write all codes, present and past, into a file.
    ///
    /// Example: `guiyi crosswalk export codes.xlsx`
    Export(Export),
    /// Let more codes lead to golden records, such as those of a system that was replaced.
    ///
    /// The file has the columns `system` and `code`, and `global_id` or both `to_system` and `to_code`; `valid_to` may
    /// say until when the code may be used. Every wrong line is said; if there is one, nothing is written.
    ///
    /// Example: `guiyi crosswalk import old_codes.csv --reason "the old ERP's codes"`
    Import(Import),
}

#[derive(Debug, clap::Args)]
struct Lookup {
    /// The system.
    system: String,
    /// The code.
    code: String,
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
            export(&store, &entities(&project, args.entity.as_deref())?, &args.file)
        }
        Command::Import(args) => {
            let mut desk = Desk::open(project, &args.author)?;
            let entity = one_entity(&desk.project, args.entity.as_deref())?;
            import(&mut desk, entity, args)
        }
    }
}

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
    let mut found = Vec::new();
    let mut suggested = Vec::new();
    for &entity in of_types {
        if let Some(gid) = store.lookup(entity, &system, &args.code)? {
            found.push((entity, gid));
            continue;
        }
        // An alias, or nothing.
        let mut codes = store.codes(entity, &system)?;
        match codes.id(&args.code) {
            Some(gid) => found.push((entity, gid)),
            None => suggested.extend(codes.suggest(&args.code).into_iter().map(str::to_owned)),
        }
    }
    if found.is_empty() {
        if args.show.format == Format::Json {
            print(format!("{:#}\n", json!({"found": [], "suggestions": suggested})).as_bytes())?;
        }
        let unknown = either(chinese, "is not known", "不存在");
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
    for (entity, gid) in found {
        let codes = store.codes_of(gid)?;
        _ = writeln!(text, "{gid}  {}", entity.name());
        for code in &codes {
            let until = code
                .valid_to
                .as_deref()
                .map(|until| format!(" → {until}"))
                .unwrap_or_default();
            _ = writeln!(
                text,
                "  {}/{}\t{}\t{}{until}",
                code.system, code.key, code.id_type, code.valid_from
            );
        }
        let codes = codes.iter().map(|code| {
            json!({"system": code.system, "key": code.key, "id_type": code.id_type,
                "valid_from": code.valid_from, "valid_to": code.valid_to})
        });
        answers
            .push(json!({"global_id": gid.to_string(), "entity": entity.name(), "codes": codes.collect::<Vec<_>>()}));
    }
    match args.show.format {
        Format::Text => print(text.as_bytes()),
        Format::Json => print(format!("{:#}\n", json!({"found": answers, "suggestions": []})).as_bytes()),
    }
}

fn export(store: &Store, of_types: &[EntityType], file: &Path) -> anyhow::Result<Verdict> {
    let mut headers: Vec<String> = guiyi_io::outputs::CROSSWALK
        .iter()
        .map(|header| (*header).to_owned())
        .collect();
    headers.push("canonical_id".to_owned());
    let mut sheet = Sheet::for_programs(file, &headers)?;
    let mut n_rows = 0;
    for &entity in of_types {
        let mut canonical: HashMap<GlobalId, String> = HashMap::new();
        for row in store.crosswalk_rows(entity)? {
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
            let status = row.status.name();
            sheet.row(&[
                &row.system,
                entity.name(),
                &row.key,
                &gid,
                status,
                &row.valid_from,
                valid_to,
                stands,
            ])?;
            n_rows += 1;
        }
    }
    sheet.finish()?;
    say(&format!("wrote {n_rows} codes to {}", file.display()));
    Ok(Verdict::Clean)
}

/// Rows that are wrong, each with the reason.
type Wrong = Vec<(u64, String)>;

/// A line of an import.
struct Line {
    number: u64,
    system: String,
    code: String,
    gid: GlobalId,
    valid_to: Option<String>,
}

fn import(desk: &mut Desk, entity: EntityType, args: &Import) -> anyhow::Result<Verdict> {
    let (lines, mut wrong) = read(desk, entity, &args.file)?;
    let codes: Vec<NewCode<'_>> = lines
        .iter()
        .map(|line| NewCode {
            system: &line.system,
            key: &line.code,
            gid: line.gid,
            valid_to: line.valid_to.as_deref(),
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
                Err(_) => wrong.push((line.number, format!("{} was never issued", line.gid))),
            }
        }
    }
    wrong.sort();
    for (number, why) in &wrong {
        say(&format!("{} row {number}: {why}", args.file.display()));
    }
    if wrong.is_empty() || args.partial {
        say(&format!("{n_new} codes new, {} wrong", wrong.len()));
    } else {
        say("nothing was written\n  hint: mend the rows above, or write the others with --partial");
    }
    Ok(if wrong.is_empty() {
        Verdict::Clean
    } else {
        Verdict::Findings
    })
}

fn read(desk: &Desk, entity: EntityType, file: &Path) -> anyhow::Result<(Vec<Line>, Wrong)> {
    let mut reader = guiyi_io::read::open(file, &ReadOptions::default())?;
    let find = |name: &str| {
        reader
            .headers
            .iter()
            .position(|header| header.eq_ignore_ascii_case(name))
    };
    let (id, to_system, to_code, valid_to) = (find("global_id"), find("to_system"), find("to_code"), find("valid_to"));
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
            let cell = |at: Option<usize>| {
                let column = at
                    .and_then(|at| batch.received.get(at))
                    .filter(|column| column.is_valid(row));
                column.map_or("", |column| table::plain(column.value(row).trim()))
            };
            let number = batch.rows[row];
            let gid = match cell(id) {
                "" => match desk.store.lookup(entity, cell(to_system), cell(to_code))? {
                    Some(gid) => Ok(gid),
                    None => Err(format!("{}/{} is not known", cell(to_system), cell(to_code))),
                },
                text => parse_id(text).map_err(|why| format!("global_id \"{text}\": {why}")),
            };
            let until = match cell(valid_to) {
                "" => Ok(None),
                text => super::steward::parse_time(text)
                    .map(Some)
                    .map_err(|why| format!("valid_to \"{text}\": {why}")),
            };
            if cell(Some(system)).is_empty() || cell(Some(code)).is_empty() {
                wrong.push((number, "no system or no code".to_owned()));
                continue;
            }
            match (gid, until) {
                (Ok(gid), Ok(valid_to)) => lines.push(Line {
                    number,
                    system: cell(Some(system)).to_owned(),
                    code: cell(Some(code)).to_owned(),
                    gid,
                    valid_to,
                }),
                (Err(why), _) | (_, Err(why)) => wrong.push((number, why)),
            }
        }
    }
    Ok((lines, wrong))
}
