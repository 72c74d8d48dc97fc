//! `POST /v1/find?entity=&most=`: the golden records that a record may be, before somebody creates it.
//!
//! The body is the record, a JSON object of values by data element. It is read as a run would read it, looked up in the
//! index in memory, and what was found is told by golden record as the store has it now.
//! Laws: what was sent is not kept, and not repeated but for the names of elements; what is told of a golden record is
//! masked as everywhere.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::Response;
use guiyi_core::dictionary::EntityType;
use guiyi_core::entry::{self, Candidate, EntryMistake};
use guiyi_core::matching::Veto;
use guiyi_core::matching::tables::{Index, Outcome};
use guiyi_core::record::Records;
use guiyi_store::{GoldenRecord, Store, StoreError};
use serde::Serialize;
use serde_json::{Map, Value};

use super::golden::{Member, Ordered, shown};
use super::{Shared, json_answer};
use crate::entries::{Entry, Known, Lack};
use crate::known::{self, Found};
use crate::problem::{Kind, Problem};
use crate::query::{Query, bad};
use crate::service::App;
use crate::stores;

/// Golden records that are named, by default and at most.
const MOST: (usize, usize) = (10, 100);

#[derive(Serialize)]
struct Answer {
    entity: &'static str,
    /// `match`, `review`, or `none` if nothing like it is known.
    decision: &'static str,
    /// The golden record that it would be a member of.
    gid: Option<String>,
    /// When the index was written: records that came later are not known to it.
    indexed_at: String,
    /// Elements that have a value and are not compared.
    not_compared: Vec<String>,
    found: Vec<Named>,
}

#[derive(Serialize)]
struct Named {
    gid: String,
    decision: &'static str,
    /// What keeps the two apart although their values may speak for them.
    veto: Option<&'static str>,
    probability: f64,
    weight: f64,
    /// How alike each element is, between the record and the nearest member; those that a side lacks are left out.
    levels: Ordered<&'static str>,
    nearest: Member,
    /// The golden record's values, masked; `null` if it is retired.
    values: Option<Ordered<Option<String>>>,
    /// Elements whose value is not shown as it is.
    masked: Vec<String>,
}

pub(super) async fn post(
    State(app): Shared,
    uri: Uri,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, Problem> {
    let query = Query::read(&uri, &["entity", "most"])?;
    let entity = EntityType::from_name(query.require("entity")?)
        .ok_or_else(|| bad("entity", &EntityType::ALL.map(EntityType::name).join(" | ")))?;
    let most = match query.get("most").map(str::parse::<usize>) {
        None => MOST.0,
        Some(Ok(most)) if (1..=MOST.1).contains(&most) => most,
        Some(_) => return Err(bad("most", &format!("1 to {}", MOST.1))),
    };
    // A page of another site can send a body here without asking, but not one of this type.
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    if !kind.is_some_and(is_json) {
        return Err(Problem::new(Kind::NotJson));
    }
    let values = values(&body.map_err(|rejection| unread(&rejection))?)?;
    let asked = Arc::clone(&app);
    // Reading a record takes what a run takes for it, so it is done where the looking up is.
    let answer = stores::read(&app, move |store| look_up(&asked, store, entity, &values, most));
    Ok(json_answer(&answer.await??))
}

/// Reads the record and looks it up. The problem inside is one of the record, or of the index.
fn look_up(
    app: &App,
    store: &Store,
    entity: EntityType,
    values: &[(String, String)],
    most: usize,
) -> Result<Result<Answer, Problem>, StoreError> {
    let prepare = || {
        let entry = app.entries.get(entity).ok_or_else(no_index)?;
        let record = read(entry, values)?;
        Ok((entry, record, entry.known().map_err(lacking)?))
    };
    let (entry, record, known) = match prepare() {
        Ok(prepared) => prepared,
        Err(problem) => return Ok(Err(problem)),
    };
    let found = known::candidates(store, &known.index, &record, entry.reader.dictionary())?;
    Ok(found
        .map(|found| answer(app, entity, &known, values, found, most))
        .ok_or_else(says_nothing))
}

/// Why a body was not read: it is too large, or it broke off.
fn unread(rejection: &BytesRejection) -> Problem {
    if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
        return Problem::new(Kind::BodyTooLarge).with("limit", crate::guard::MAX_BODY);
    }
    Problem::new(Kind::BadRecord).detail("the body broke off before its end", "请求体未传完即中断")
}

fn lacking(lack: Lack) -> Problem {
    match lack {
        Lack::Missing => no_index(),
        Lack::Unusable => Problem::new(Kind::IndexUnavailable).detail(
            "the file of the index cannot be used; `guiyi store index` makes it anew",
            "索引文件无法使用；请用 `guiyi store index` 重新生成",
        ),
    }
}

fn is_json(kind: &str) -> bool {
    let kind = kind.split(';').next().unwrap_or_default().trim();
    kind.eq_ignore_ascii_case("application/json")
}

fn no_index() -> Problem {
    Problem::new(Kind::IndexUnavailable).detail(
        "name a directory as `index` under [store] of the project file, then run `guiyi store index`",
        "请在项目文件的 [store] 中设置 `index` 目录，然后运行 `guiyi store index`",
    )
}

fn says_nothing() -> Problem {
    Problem::new(Kind::BadRecord).detail(
        "the record has no value of an element that is compared",
        "该记录没有可供比对的数据元取值",
    )
}

/// The values of a record, by the names that were sent.
fn values(body: &[u8]) -> Result<Vec<(String, String)>, Problem> {
    let bad = |english: &str, chinese: &str| Problem::new(Kind::BadRecord).detail(english, chinese);
    let record: Map<String, Value> = serde_json::from_slice(body).map_err(|_| {
        bad(
            "the body must be a JSON object, such as {\"name\": \"杭州甲有限公司\"}",
            "请求体应为 JSON 对象，例如 {\"name\": \"杭州甲有限公司\"}",
        )
    })?;
    let value = |(name, value): (String, Value)| match value {
        Value::Null => None,
        Value::String(text) => (!text.is_empty()).then_some(Ok((name, text))),
        Value::Number(_) | Value::Bool(_) => Some(Ok((name, value.to_string()))),
        Value::Array(_) | Value::Object(_) => Some(Err(bad(
            "every value must be a text, a number, true, false or null",
            "取值应为文本、数字、true、false 或 null",
        ))),
    };
    record.into_iter().filter_map(value).collect()
}

fn read(entry: &Entry, values: &[(String, String)]) -> Result<Records, Problem> {
    let pairs = values.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let today = jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date();
    let today = (today.year(), today.month(), today.day());
    entry.reader.read(today, pairs).map_err(|mistake| {
        let elements = &entry.reader.dictionary().elements;
        let names: Vec<&str> = elements.iter().map(|element| &*element.name).collect();
        let problem = Problem::new(Kind::UnknownElement).with("allowed", names);
        match mistake {
            EntryMistake::UnknownElement {
                nearest: Some(near), ..
            } => problem.detail(format!("did you mean {near}?"), format!("是否想用 {near}？")),
            _ => problem,
        }
    })
}

fn answer(
    app: &App,
    entity: EntityType,
    known: &Known,
    values: &[(String, String)],
    found: Vec<Found>,
    most: usize,
) -> Answer {
    let index = &*known.index;
    let first = found.first().map(|(candidate, _)| candidate);
    let joined = first.filter(|candidate| candidate.outcome == Outcome::Match);
    let is_compared = |name: &str| {
        let at = index.columns(0).iter().position(|column| column == name);
        at.is_some_and(|at| index.is_compared(0, at))
    };
    let not_compared = values.iter().filter(|(name, _)| !is_compared(name));
    Answer {
        entity: entity.name(),
        decision: first.map_or("none", |candidate| decision(candidate.outcome)),
        gid: joined.map(|candidate| candidate.gid.to_string()),
        indexed_at: jiff::Timestamp::try_from(known.written)
            .map_or_else(|_| String::new(), |time| format!("{time:.0}")),
        not_compared: not_compared.map(|(name, _)| name.clone()).collect(),
        found: found
            .into_iter()
            .take(most)
            .map(|(candidate, golden)| named(app, entity, index, &candidate, golden))
            .collect(),
    }
}

fn named(app: &App, entity: EntityType, index: &Index, candidate: &Candidate, golden: Option<GoldenRecord>) -> Named {
    let (system, key) = entry::code_of(index, candidate.nearest.row);
    let levels = index.named_levels(&candidate.nearest).into_iter();
    let (values, masked) = match golden {
        Some(golden) => {
            let (values, masked, _) = shown(app, Some(entity), golden.values, false);
            (Some(values), masked)
        }
        None => (None, Vec::new()),
    };
    Named {
        gid: candidate.gid.to_string(),
        decision: decision(candidate.outcome),
        veto: candidate.veto.map(Veto::name),
        probability: candidate.nearest.probability,
        weight: candidate.nearest.weight,
        levels: Ordered(levels.map(|(name, level)| (name.to_owned(), level)).collect()),
        nearest: Member {
            system: system.to_owned(),
            key: key.to_owned(),
        },
        values,
        masked,
    }
}

fn decision(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Match => "match",
        Outcome::Review => "review",
    }
}
