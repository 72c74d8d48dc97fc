//! The steward's spreadsheet: pairs out, decisions in.
//!
//! One line per pair, the two records side by side. A line counts by `system_a`, `key_a`, `system_b`, `key_b`,
//! `decision` and `reason`; all else is for the eye and may be changed or left out.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::bail;
use guiyi_core::dictionary::EntityType;
use guiyi_io::read::ReadOptions;
use guiyi_store::{Decided, NewDecision, Store, Verdict as Ruling};

use super::review::{describe, parse_verdict};
use super::steward::Desk;
use super::table::{self, Sheet};
use crate::Verdict;
use crate::project::Project;
use crate::words::say;

/// The columns before the elements.
const COLUMNS: [&str; 13] = [
    "entity",
    "system_a",
    "key_a",
    "system_b",
    "key_b",
    "decision",
    "reason",
    "probability",
    "global_id_a",
    "global_id_b",
    "since",
    "why",
    "why_zh",
];

/// Writes the pairs of some entity types; gives their number.
pub(crate) fn write(
    store: &Store,
    project: &Project,
    of_types: &[EntityType],
    all: bool,
    file: &Path,
) -> anyhow::Result<usize> {
    let mut elements: Vec<String> = Vec::new();
    for &entity in of_types {
        for (element, _) in project.labels(entity, false) {
            if !elements.contains(&element) {
                elements.push(element);
            }
        }
    }
    let sides = elements
        .iter()
        .flat_map(|element| [format!("{element}_a"), format!("{element}_b")]);
    let headers: Vec<String> = COLUMNS.iter().map(|column| (*column).to_owned()).chain(sides).collect();
    let mut sheet = Sheet::for_people(file, &headers)?;
    let mut n_pairs = 0;
    for &entity in of_types {
        for pair in store.pending(entity)?.into_iter().filter(|pair| all || pair.is_open()) {
            let values = |name: &(String, String)| -> anyhow::Result<BTreeMap<String, String>> {
                let values = store.source_values(entity, &name.0, &name.1)?;
                Ok(values.unwrap_or_default().into_iter().collect())
            };
            let (left, right) = (values(&pair.a)?, values(&pair.b)?);
            let (decision, reason) = match &pair.decision {
                Some(decision) => (decision.verdict.name(), &*decision.reason),
                None => ("", ""),
            };
            let probability = format!("{:.4}", f64::from(pair.finding.probability) / 1e6);
            let gids = (pair.gids.0.to_string(), pair.gids.1.to_string());
            let mut cells = vec![
                entity.name(),
                &pair.a.0,
                &pair.a.1,
                &pair.b.0,
                &pair.b.1,
                decision,
                reason,
                &probability,
                &gids.0,
                &gids.1,
                &pair.since,
                &pair.finding.reason,
                &pair.finding.reason_zh,
            ];
            for element in &elements {
                cells.extend([&left, &right].map(|values| values.get(element).map_or("", String::as_str)));
            }
            sheet.row(&cells)?;
            n_pairs += 1;
        }
    }
    sheet.finish()?;
    Ok(n_pairs)
}

/// A filled-in line.
struct Line {
    number: u64,
    entity: EntityType,
    a: (String, String),
    b: (String, String),
    verdict: Ruling,
    reason: String,
}

/// Reads decisions from a spreadsheet and writes them.
pub(crate) fn import(desk: &mut Desk, file: &Path, partial: bool) -> anyhow::Result<Verdict> {
    let default = match desk.project.entities.as_slice() {
        [only] => Some(only.dictionary().entity),
        _ => None,
    };
    let (lines, mut wrong, n_blank) = read(file, default)?;
    let reason = format!("from {}", file.file_name().unwrap_or_default().to_string_lossy());
    let (mut n_new, mut n_changed, mut n_same) = (0, 0, 0);
    // Everything is tried before anything is written, entity type by entity type.
    for is_trial in [true, false] {
        if !is_trial && !wrong.is_empty() && !partial {
            break;
        }
        for entity in EntityType::ALL {
            let of_type: Vec<&Line> = lines.iter().filter(|line| line.entity == entity).collect();
            if of_type.is_empty() {
                continue;
            }
            let decisions: Vec<NewDecision<'_>> = of_type
                .iter()
                .map(|line| NewDecision {
                    a: (&line.a.0, &line.a.1),
                    b: (&line.b.0, &line.b.1),
                    verdict: line.verdict,
                    reason: &line.reason,
                })
                .collect();
            let by = desk.signature.because(&reason);
            let answers = if is_trial {
                desk.store.preview_decide(entity, &decisions, by)?
            } else {
                desk.store.decide(entity, &decisions, by, partial)?
            };
            for (line, answer) in of_type.iter().zip(answers) {
                match (answer, is_trial) {
                    (Err(refusal), true) => wrong.push((line.number, describe(&refusal))),
                    (Ok(Decided::New), false) => n_new += 1,
                    (Ok(Decided::Changed(_)), false) => n_changed += 1,
                    (Ok(Decided::Same), false) => n_same += 1,
                    _ => {}
                }
            }
        }
    }
    wrong.sort();
    for (number, why) in &wrong {
        say(&format!("{} row {number}: {why}", file.display()));
    }
    say(&format!(
        "{n_new} decisions new, {n_changed} changed, {n_same} as before, {n_blank} rows without a decision, {} wrong",
        wrong.len()
    ));
    if wrong.is_empty() {
        return Ok(Verdict::Clean);
    }
    if !partial {
        say("nothing was written\n  hint: mend the rows above, or write the others with --partial");
    }
    Ok(Verdict::Findings)
}

type Read = (Vec<Line>, Vec<(u64, String)>, usize);

/// The filled-in lines, the wrong ones with the reason, and the number of lines left blank.
fn read(file: &Path, default: Option<EntityType>) -> anyhow::Result<Read> {
    let mut reader = guiyi_io::read::open(file, &ReadOptions::default())?;
    let find = |name: &str| {
        reader
            .headers
            .iter()
            .position(|header| header.eq_ignore_ascii_case(name))
    };
    let mut places = Vec::new();
    let mut missing = Vec::new();
    for name in ["system_a", "key_a", "system_b", "key_b", "decision"] {
        match find(name) {
            Some(at) => places.push(at),
            None => missing.push(name),
        }
    }
    if !missing.is_empty() {
        bail!(
            "{} has no column {}\n  hint: `guiyi review export` writes a sheet with all of them",
            file.display(),
            missing.join(", ")
        );
    }
    let (reason, entity) = (find("reason"), find("entity"));
    let source = table::source(&reader, places[1]);
    let (mut lines, mut wrong, mut n_blank) = (Vec::new(), Vec::new(), 0);
    for part in reader.batches(0, &source, 8192)? {
        let (batch, _) = part?;
        for row in 0..batch.len() {
            let cell = |column: usize| table::cell(&batch, Some(column), row);
            let number = batch.rows[row];
            let said = cell(places[4]);
            if said.is_empty() {
                n_blank += 1;
                continue;
            }
            let verdict = match parse_verdict(said) {
                Ok(verdict) => verdict,
                Err(why) => {
                    wrong.push((number, format!("decision \"{said}\": {why}")));
                    continue;
                }
            };
            let named = entity.map(cell).filter(|name| !name.is_empty());
            let Some(entity) = named.map_or(default, EntityType::from_name) else {
                wrong.push((
                    number,
                    format!("entity \"{}\" is no entity type", named.unwrap_or_default()),
                ));
                continue;
            };
            lines.push(Line {
                number,
                entity,
                a: (cell(places[0]).to_owned(), cell(places[1]).to_owned()),
                b: (cell(places[2]).to_owned(), cell(places[3]).to_owned()),
                verdict,
                reason: reason.map(cell).unwrap_or_default().to_owned(),
            });
        }
    }
    Ok((lines, wrong, n_blank))
}
