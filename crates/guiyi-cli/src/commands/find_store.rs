//! `guiyi find --store`: which golden records of a project's store a record may be.

use std::fmt::Write as _;
use std::path::Path;

use anyhow::{Context, bail};
use guiyi_core::entry::{self, Candidate, EntryMistake, Reader};
use guiyi_core::finding::Language;
use guiyi_core::matching::Veto;
use guiyi_core::matching::tables::{Index, Outcome};
use guiyi_core::rulebook::hint_for;
use serde::Serialize;
use serde_json::{Map, Value};

use super::find::{Line, text_of, write_unknown};
use super::r#match::against::decision;
use super::r#match::index_file;
use super::run::day;
use super::steward::{one_entity, open_to_read};
use crate::Verdict;
use crate::args::Format;

/// What was found for one record.
#[derive(Debug, Serialize)]
struct Answer {
    /// The golden record that it would be a member of.
    gid: Option<String>,
    found: Vec<Named>,
}

/// A golden record that was found.
#[derive(Debug, Serialize)]
struct Named {
    gid: String,
    decision: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    veto: Option<&'static str>,
    probability: f64,
    weight: f64,
    /// The member that is most like the record, and how alike each element is.
    system: String,
    key: String,
    levels: Map<String, Value>,
}

/// How to ask and to answer.
pub(super) struct Question<'a> {
    pub(super) project: &'a Path,
    pub(super) entity: Option<&'a str>,
    pub(super) most: usize,
    pub(super) format: Format,
    pub(super) language: Option<Language>,
}

pub(super) fn run(question: &Question<'_>, records: &[Map<String, Value>]) -> anyhow::Result<Verdict> {
    let (project, store) = open_to_read(question.project)?;
    let entity = one_entity(&project, question.entity)?;
    let path = project.index_file(entity)?;
    if !path.exists() {
        bail!(
            "there is no index {}\n  hint: guiyi store {} index makes it, and so does every run",
            path.display(),
            project.file.display()
        );
    }
    let index = index_file::read(&path)?;
    let today = day(jiff::Timestamp::now());
    let rulebook = project.entry_rulebook(entity);
    let reader = Reader::new(&rulebook.with_context(|| format!("the project has no {}", entity.name()))?);
    let language = question.language.unwrap_or(project.language);
    let (mut text, mut is_known) = (String::new(), false);
    for (at, record) in records.iter().enumerate() {
        let place = || format!("record {}", at + 1);
        let record = read(&reader, today, record).with_context(place)?;
        let found = guiyi_sync::candidates(&store, &index, &record, reader.dictionary())?;
        let found = found
            .context("the record says nothing that is compared\n  hint: give the name, or a number or address of it")
            .with_context(place)?;
        is_known |= !found.is_empty();
        let joined = found.first().filter(|(first, _)| first.outcome == Outcome::Match);
        let answer = Answer {
            gid: joined.map(|(first, _)| first.gid.to_string()),
            found: (found.iter().take(question.most))
                .map(|(candidate, _)| named(&index, candidate))
                .collect(),
        };
        if records.len() > 1 && question.format == Format::Text {
            let record = ["record", "记录"][usize::from(language == Language::Chinese)];
            _ = writeln!(text, "{record} {}", at + 1);
        }
        match question.format {
            Format::Text => write_text(&mut text, &answer, language),
            Format::Json => text += &(serde_json::to_string(&answer)? + "\n"),
        }
    }
    crate::print(text.as_bytes())?;
    Ok(if is_known { Verdict::Findings } else { Verdict::Clean })
}

/// A record as a run of the day would read it.
fn read(
    reader: &Reader,
    today: (i16, i8, i8),
    record: &Map<String, Value>,
) -> anyhow::Result<guiyi_core::record::Records> {
    let mut values: Vec<(&str, String)> = Vec::new();
    for (name, value) in record {
        values.extend(text_of(name, value)?.map(|text| (name.as_str(), text)));
    }
    let pairs = values.iter().map(|(name, value)| (*name, value.as_str()));
    reader.read(today, pairs).map_err(|mistake| match mistake {
        EntryMistake::UnknownElement { at, .. } => {
            let names = reader.dictionary().elements.iter().map(|element| &*element.name);
            let hint = hint_for(values[at].0, names).unwrap_or_default();
            anyhow::anyhow!("there is no data element `{}`\n  hint: {hint}", values[at].0)
        }
        mistake => mistake.into(),
    })
}

fn named(index: &Index, candidate: &Candidate) -> Named {
    let (system, key) = entry::code_of(index, candidate.nearest.row);
    let levels = index.named_levels(&candidate.nearest).into_iter();
    Named {
        gid: candidate.gid.to_string(),
        decision: decision(candidate.outcome),
        veto: candidate.veto.map(Veto::name),
        probability: candidate.nearest.probability,
        weight: candidate.nearest.weight,
        system: system.to_owned(),
        key: key.to_owned(),
        levels: levels.map(|(field, level)| (field.to_owned(), level.into())).collect(),
    }
}

fn write_text(text: &mut String, answer: &Answer, language: Language) {
    if answer.found.is_empty() {
        write_unknown(text, language);
    }
    for found in &answer.found {
        Line {
            decision: found.decision,
            id: &found.gid,
            probability: found.probability,
            of: &format!("{}/{}", found.system, found.key),
            levels: &found.levels,
            veto: found.veto,
        }
        .write(text, language);
    }
}
