//! `GET /v1/golden/{gid}?as_of=&known_at=`: the golden record as it was, the two times of `guiyi golden show`.
//!
//! `known_at` alone gives the version that stood at a time. `as_of` gives what holds at a time as it is known now, and both
//! together what was believed at the one to hold at the other; where no system delivers valid times, everything is valid
//! from when it was recorded, and that is the version that stood at the earlier of the two.
//!
//! Laws: the answer is about the ID that is asked for, whatever stands for it now; sensitive values are masked as in any
//! answer; it has no `ETag`, since what is known of a past can change.

use std::sync::Arc;

use axum::http::{HeaderValue, header};
use axum::response::Response;
use guiyi_core::dictionary::EntityType;
use guiyi_core::global_id::{GlobalId, entity};
use guiyi_store::{GoldenValue, Resolution, Store, StoreError};
use serde::Serialize;

use super::golden::{Lineage, Member, Ordered, shown};
use super::json_answer;
use crate::problem::{Kind, Problem};
use crate::query::{Query, bad};
use crate::service::App;
use crate::stores;

/// The times that are asked for, `YYYY-MM-DDTHH:MM:SSZ`; at least one of them.
#[derive(Debug, Clone)]
pub(super) struct Times {
    as_of: Option<String>,
    known_at: Option<String>,
}

impl Times {
    /// `None` if no time is asked for.
    pub(super) fn of(query: &Query) -> Result<Option<Self>, Problem> {
        let time = |name| query.get(name).map(|text| read_time(name, text)).transpose();
        let (as_of, known_at) = (time("as_of")?, time("known_at")?);
        Ok((as_of.is_some() || known_at.is_some()).then_some(Self { as_of, known_at }))
    }
}

/// Reads an instant, or a day, which means its last second.
fn read_time(name: &'static str, text: &str) -> Result<String, Problem> {
    if let Ok(instant) = text.parse::<jiff::Timestamp>() {
        return Ok(format!("{instant:.0}"));
    }
    match text.parse::<jiff::civil::Date>() {
        Ok(day) => Ok(format!("{day}T23:59:59Z")),
        Err(_) => Err(bad(
            name,
            "a day such as 2026-03-01, or an instant such as 2026-03-01T02:00:00Z",
        )),
    }
}

#[derive(Serialize)]
struct Answer {
    gid: String,
    entity: Option<&'static str>,
    as_of: Option<String>,
    known_at: Option<String>,
    /// `null` where the answer is worked out from valid times, and no version ever stood so.
    version: Option<u64>,
    values: Ordered<Option<String>>,
    masked: Vec<String>,
    members: Vec<Member>,
    #[serde(skip_serializing_if = "Option::is_none")]
    lineage: Option<Ordered<Lineage>>,
}

/// A golden record as it was.
struct Past {
    version: Option<u64>,
    values: Vec<GoldenValue>,
    members: Vec<(String, String)>,
}

pub(super) async fn get(app: &Arc<App>, gid: GlobalId, times: Times, with_lineage: bool) -> Result<Response, Problem> {
    let (of, asked) = (Arc::clone(app), times.clone());
    let found = stores::read(app, move |store| {
        let is_issued = !matches!(store.resolve(gid)?, None | Some(Resolution::Reserved));
        Ok((is_issued, past(&of, store, gid, &asked)?))
    });
    let past = match found.await? {
        (_, Some(past)) => past,
        (true, None) => return Err(Problem::new(Kind::NotThen)),
        (false, None) => return Err(Problem::new(Kind::NeverIssued)),
    };
    let entity = entity(gid);
    let (values, masked, lineage) = shown(app, entity, past.values, with_lineage);
    let members = past.members.into_iter().map(|(system, key)| Member { system, key });
    let mut response = json_answer(&Answer {
        gid: gid.to_string(),
        entity: entity.map(EntityType::name),
        as_of: times.as_of,
        known_at: times.known_at,
        version: past.version,
        values,
        masked,
        members: members.collect(),
        lineage,
    });
    let value = HeaderValue::from_static("private, no-cache");
    response.headers_mut().insert(header::CACHE_CONTROL, value);
    Ok(response)
}

fn past(app: &App, store: &Store, gid: GlobalId, times: &Times) -> Result<Option<Past>, StoreError> {
    let rulebook = entity(gid).and_then(|entity| app.rulebooks.get(&entity));
    let with_valid_times = rulebook.filter(|rulebook| !rulebook.survivorship.valid_from.is_empty());
    if let (Some(as_of), Some(rulebook)) = (&times.as_of, with_valid_times) {
        let held = store.held(rulebook, gid, as_of, times.known_at.as_deref())?;
        return Ok(held.map(|held| Past {
            version: None,
            values: held.values,
            members: held
                .contents
                .into_iter()
                .map(|content| (content.system, content.key))
                .collect(),
        }));
    }
    let Some(time) = times.as_of.iter().chain(&times.known_at).min() else {
        return Ok(None);
    };
    Ok(store.golden_at(gid, time)?.map(|version| Past {
        version: Some(version.version),
        values: version.values,
        members: version.members,
    }))
}
