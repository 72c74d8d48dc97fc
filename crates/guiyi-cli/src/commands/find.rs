//! `guiyi find`: which records of an index are the same thing as one: the question to ask before a record is created.
//! With `--store` it is asked of a project's golden records (`find_store`).

use std::fmt::Write as _;
use std::io::{IsTerminal, Read};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use guiyi_core::finding::Language;
use guiyi_core::matching::Veto;
use guiyi_core::matching::tables::{Found, Index};
use serde::Serialize;
use serde_json::{Map, Value};

use super::explain::describe;
use super::find_store::{self, Question};
use super::r#match::against::decision;
use super::r#match::index_file;
use crate::Verdict;
use crate::args::{Format, LanguageArg};

/// Ask an index for the records that are the same thing as one.
///
/// The record is a JSON object: columns of the file that the index was made of, and values. Columns that are left out
/// say nothing. Without a record, JSON objects are read from stdin, one after another, and answered one a line.
///
/// `match` is said of the records whose group the new one would join, `review` of those that a person should look at.
/// Nothing is added to the index; `guiyi match new.csv --against people.index --update` does that.
///
/// Exit codes: 0 nothing like it is known, 1 something is, 2 error.
///
/// Example: `guiyi match people.csv --id id --index people.index`
///
/// With `--store` the record is looked for among the golden records of a project, by the index that its runs make
/// (`[store] index`): the names are then those of data elements, and values are read as a run reads them.
///
/// Example: `guiyi find --index people.index '{"name": "张伟", "phone": "13800000000"}'`
///
/// Example: `guiyi find --store guiyi.toml '{"name": "杭州青禾食品有限公司", "mobile": "138 0000 0000"}'`
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The record, such as `{"name": "张伟", "phone": "13800000000"}`; `-`, or none, reads records from stdin.
    #[arg(value_name = "RECORD")]
    record: Option<String>,
    /// The index, which `guiyi match --index` wrote.
    #[arg(long, value_name = "FILE", required_unless_present = "store")]
    index: Option<PathBuf>,
    /// The project file, to ask for golden records.
    #[arg(long, value_name = "PROJECT", conflicts_with_all = ["index", "id", "like", "explain"])]
    store: Option<PathBuf>,
    /// The entity type of the records, where the project has several.
    #[arg(long, value_name = "TYPE", requires = "store")]
    entity: Option<String>,
    /// Ask for a record that the index holds, by its id; itself is left out.
    #[arg(long, value_name = "ID", conflicts_with = "record")]
    id: Option<String>,
    /// Of an index made of two files: which of them the record is like, by its name; by default the second.
    #[arg(long, value_name = "NAME")]
    like: Option<String>,
    /// Name at most so many records, the likeliest first.
    #[arg(long, value_name = "N", default_value_t = 10)]
    most: usize,
    /// Show every comparison and what it weighs.
    #[arg(long, conflicts_with = "id")]
    explain: bool,
    /// How to print it; `json` is one object a line for each record that was asked for.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// Language of the text.
    #[arg(long, value_enum)]
    language: Option<LanguageArg>,
}

/// What was found for one record.
#[derive(Debug, Serialize)]
struct Answer {
    /// The number of the group that it would join; `null`: none.
    cluster_id: Option<u64>,
    found: Vec<Named>,
}

/// A record that was found.
#[derive(Debug, Serialize)]
struct Named {
    id: String,
    cluster_id: u64,
    decision: &'static str,
    /// Why the two are kept apart although their values may speak for them.
    #[serde(skip_serializing_if = "Option::is_none")]
    veto: Option<&'static str>,
    probability: f64,
    weight: f64,
    /// How alike each field is; fields that a side does not fill are left out.
    levels: Map<String, Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    explanation: Option<guiyi_io::report::explanation::Explanation>,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<Verdict> {
    let from_stdin = args.id.is_none() && args.record.as_deref().is_none_or(|record| record == "-");
    if from_stdin && std::io::stdin().is_terminal() {
        bail!("no record\n  hint: guiyi find --index people.index '{{\"name\": \"张伟\"}}', or JSON objects on stdin");
    }
    let records = if args.id.is_none() {
        records(args.record.as_deref().filter(|_| !from_stdin))?
    } else {
        Vec::new()
    };
    let Some(path) = &args.index else {
        let question = Question {
            project: args.store.as_deref().unwrap_or(Path::new("guiyi.toml")),
            entity: args.entity.as_deref(),
            most: args.most,
            format: args.format,
            language: args.language.map(Language::from),
        };
        return find_store::run(&question, &records);
    };
    let index = index_file::read(path)?;
    let side = index_file::side(&index, args.like.as_deref())?;
    let mut answers = Vec::new();
    if let Some(id) = &args.id {
        let row = (0..index.len() as u32).find(|row| index.name(*row) == id && index.side_of(*row) == side);
        let row = row.with_context(|| format!("{} has no record `{id}`", path.display()))?;
        answers.push(answer(args, &index, side, &[], &index.find_row(row)));
    }
    for (at, record) in records.iter().enumerate() {
        let values = values(&index, side, record).with_context(|| format!("record {}", at + 1))?;
        let values: Vec<Option<&str>> = values.iter().map(Option::as_deref).collect();
        let found = index.find(side, &values);
        answers.push(answer(args, &index, side, &values, &found));
    }
    let language = args.language.map_or(Language::English, Language::from);
    let mut text = String::new();
    for (at, answer) in answers.iter().enumerate() {
        if answers.len() > 1 && args.format == Format::Text {
            let record = if language == Language::Chinese {
                "记录"
            } else {
                "record"
            };
            _ = writeln!(text, "{record} {}", at + 1);
        }
        match args.format {
            Format::Text => write_text(&mut text, answer, language),
            Format::Json => text += &(serde_json::to_string(answer)? + "\n"),
        }
    }
    crate::print(text.as_bytes())?;
    let is_known = answers.iter().any(|answer| !answer.found.is_empty());
    Ok(if is_known { Verdict::Findings } else { Verdict::Clean })
}

/// The records of a text, or of stdin; JSON objects, one after another.
fn records(text: Option<&str>) -> anyhow::Result<Vec<Map<String, Value>>> {
    let mut sent = String::new();
    if text.is_none() {
        let read = std::io::stdin().lock().read_to_string(&mut sent);
        read.context("cannot read records from stdin")?;
    }
    let text = text.unwrap_or(&sent);
    let records = serde_json::Deserializer::from_str(text).into_iter::<Map<String, Value>>();
    let hint = "a record is a JSON object, such as {\"name\": \"张伟\"}";
    let read = |(at, record): (usize, serde_json::Result<Map<String, Value>>)| {
        record.with_context(|| format!("record {} cannot be read\n  hint: {hint}", at + 1))
    };
    records.enumerate().map(read).collect()
}

/// The text of a value; `None` if it says nothing.
pub(super) fn text_of(name: &str, value: &Value) -> anyhow::Result<Option<String>> {
    Ok(match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()).filter(|text| !text.is_empty()),
        Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
        Value::Array(_) | Value::Object(_) => {
            bail!("`{name}` is no single value\n  hint: give a text or a number")
        }
    })
}

/// The values of a record in the order of the index's columns.
fn values(index: &Index, side: usize, record: &Map<String, Value>) -> anyhow::Result<Vec<Option<String>>> {
    let places = index_file::places(index, side, record.keys().map(String::as_str));
    let mut values = vec![None; index.columns(side).len()];
    for ((name, value), place) in record.iter().zip(places) {
        let text = text_of(name, value)?;
        match place {
            Some(at) => values[at] = text,
            // The id of a record says nothing about it.
            None if index.side(side).1 == Some(name) => {}
            None => return Err(index_file::unknown_column(index, side, name)),
        }
    }
    let says = |at: usize| values[at].is_some() && index.is_compared(side, at);
    if !(0..values.len()).any(says) {
        bail!("the record says nothing that is compared\n  hint: fill one of the columns that the index compares");
    }
    Ok(values)
}

fn answer(args: &Args, index: &Index, side: usize, values: &[Option<&str>], found: &[Found]) -> Answer {
    let cluster_id = |cluster: u32| u64::from(cluster) + 1;
    let first = found.iter().find(|found| decision(found.outcome) == "match");
    let named = |found: &Found| {
        let levels = index.named_levels(found).into_iter();
        let id = index.name(found.row);
        let explained = args.explain.then(|| index.explain(side, values, found.row)).flatten();
        Named {
            id: id.to_owned(),
            cluster_id: cluster_id(found.cluster),
            decision: decision(found.outcome),
            veto: found.veto.map(Veto::name),
            probability: found.probability,
            weight: found.weight,
            levels: levels.map(|(field, level)| (field.to_owned(), level.into())).collect(),
            explanation: explained.map(|explained| describe(["?", id], explained, Some(found.outcome))),
        }
    };
    Answer {
        cluster_id: first.map(|found| cluster_id(found.cluster)),
        found: found.iter().take(args.most).map(named).collect(),
    }
}

fn write_text(text: &mut String, answer: &Answer, language: Language) {
    if answer.found.is_empty() {
        write_unknown(text, language);
    }
    let group = if language == Language::Chinese {
        "组"
    } else {
        "cluster"
    };
    for found in &answer.found {
        match &found.explanation {
            Some(explanation) => text.push_str(&explanation.text(language)),
            None => Line {
                decision: found.decision,
                id: &found.id,
                probability: found.probability,
                of: &format!("{group} {}", found.cluster_id),
                levels: &found.levels,
                veto: found.veto,
            }
            .write(text, language),
        }
    }
}

/// Says that nothing was found.
pub(super) fn write_unknown(text: &mut String, language: Language) {
    text.push_str(match language {
        Language::Chinese => "没有相似的记录\n",
        Language::English => "nothing like it is known\n",
    });
}

/// What was found, in one line.
pub(super) struct Line<'a> {
    pub(super) decision: &'static str,
    pub(super) id: &'a str,
    pub(super) probability: f64,
    /// What it belongs to.
    pub(super) of: &'a str,
    pub(super) levels: &'a Map<String, Value>,
    pub(super) veto: Option<&'static str>,
}

impl Line<'_> {
    pub(super) fn write(&self, text: &mut String, language: Language) {
        let decision = match (self.decision, language) {
            (decision, Language::English) => decision,
            ("match", Language::Chinese) => "匹配",
            (_, Language::Chinese) => "待审",
        };
        let levels = self.levels.iter();
        let levels = levels.map(|(field, level)| format!("{field} {}", level.as_str().unwrap_or_default()));
        let veto = Veto::ALL.into_iter().find(|veto| self.veto == Some(veto.name()));
        let said: Vec<String> = levels
            .chain(veto.map(|veto| veto.describe(language).to_owned()))
            .collect();
        let (id, of, percent) = (self.id, self.of, self.probability * 100.0);
        _ = writeln!(text, "{decision:<6}  {id}  {percent:.2} %  {of}  ({})", said.join(", "));
    }
}
