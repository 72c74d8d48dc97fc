//! `GET /v1/golden/{gid}`: the golden record that an ID stands for now, sensitive values masked; as it was is `past`.
//!
//! Law: an answer changes only with its `ETag`, which is the version, before it the canonical ID where that is not the one
//! asked for: a merge must not look like the record of before. So versions of source records are not shown, since they
//! change without the golden record.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use guiyi_core::dictionary::EntityType;
use guiyi_core::global_id::{GlobalId, entity};
use guiyi_store::{GoldenRecord, GoldenValue, Resolution, Store, StoreError};
use serde::{Serialize, Serializer};

use super::past::{self, Times};
use super::{Code, Shared, json_answer, read_id};
use crate::problem::{Kind, Problem};
use crate::query::{Query, bad};
use crate::service::App;
use crate::stores;

/// How often a record is read anew while somebody changes it.
const TRIES: usize = 8;

#[derive(Serialize)]
struct Answer {
    gid: String,
    canonical_gid: String,
    entity: Option<&'static str>,
    version: u64,
    /// In the order of the dictionary.
    values: Ordered<Option<String>>,
    /// Elements whose value is not shown as it is.
    masked: Vec<String>,
    members: Vec<Member>,
    #[serde(skip_serializing_if = "Option::is_none")]
    lineage: Option<Ordered<Lineage>>,
}

#[derive(Serialize)]
pub(super) struct Member {
    pub(super) system: String,
    pub(super) key: String,
}

/// Where a value came from; elements without a value have none.
#[derive(Serialize)]
pub(super) struct Lineage {
    /// Position in the members.
    member: usize,
    origin: &'static str,
    ground: &'static str,
}

/// A JSON object whose members keep their order.
pub(super) struct Ordered<T>(pub(super) Vec<(String, T)>);

impl<T: Serialize> Serialize for Ordered<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, value)))
    }
}

pub(super) async fn get(State(app): Shared, code: Code, uri: Uri, headers: HeaderMap) -> Result<Response, Problem> {
    let query = Query::read(&uri, &["view", "as_of", "known_at"])?;
    let with_lineage = match query.get("view") {
        None => false,
        Some("lineage") => true,
        Some(_) => return Err(bad("view", "lineage")),
    };
    let times = Times::of(&query)?;
    let gid = read_id(&app, code).await?;
    if let Some(times) = times {
        return past::get(&app, gid, times, with_lineage).await;
    }
    let golden = match stores::read(&app, move |store| settled(store, gid)).await? {
        Some((_, Some(golden))) => golden,
        Some((Resolution::Retired, None)) => return Err(Problem::new(Kind::Retired)),
        None | Some((Resolution::Reserved, None)) => return Err(Problem::new(Kind::NeverIssued)),
        Some((_, None)) => return Err(Problem::new(Kind::StoreUnavailable)),
    };
    let tag = if golden.gid == gid {
        format!("\"{}\"", golden.version)
    } else {
        format!("\"{}-{}\"", golden.gid, golden.version)
    };
    let mut response = if is_known(&headers, &tag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        json_answer(&answer(&app, gid, golden, with_lineage))
    };
    let headers = response.headers_mut();
    if let Ok(tag) = HeaderValue::try_from(tag) {
        headers.insert(header::ETAG, tag);
    }
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    Ok(response)
}

type Found = Option<(Resolution, Option<GoldenRecord>)>;

/// What an ID stands for and that golden record. Both are read until two readings agree, since a run may commit between
/// two statements.
fn settled(store: &Store, gid: GlobalId) -> Result<Found, StoreError> {
    let read = || -> Result<Found, StoreError> {
        let Some(resolution) = store.resolve(gid)? else {
            return Ok(None);
        };
        let golden = match resolution {
            Resolution::Active => store.golden(gid)?,
            Resolution::Superseded(by) => store.golden(by)?,
            Resolution::Retired | Resolution::Reserved => None,
        };
        if let (Resolution::Superseded(by), None) = (resolution, &golden)
            && store.resolve(by)? == Some(Resolution::Retired)
        {
            return Ok(Some((Resolution::Retired, None)));
        }
        Ok(Some((resolution, golden)))
    };
    let mut found = read()?;
    for _ in 0..TRIES {
        let again = read()?;
        if again == found {
            return Ok(found);
        }
        found = again;
    }
    Ok(found.map(|(resolution, _)| (resolution, None)))
}

fn answer(app: &Arc<App>, gid: GlobalId, golden: GoldenRecord, with_lineage: bool) -> Answer {
    let entity = entity(golden.gid);
    let (values, masked, lineage) = shown(app, entity, golden.values, with_lineage);
    let members = golden.members.into_iter().map(|member| Member {
        system: member.system,
        key: member.key,
    });
    Answer {
        gid: gid.to_string(),
        canonical_gid: golden.gid.to_string(),
        entity: entity.map(EntityType::name),
        version: golden.version,
        values,
        masked,
        members: members.collect(),
        lineage,
    }
}

/// Values as they may be seen, the elements whose value is not shown as it is, and where the values came from, if that is
/// asked for.
pub(super) fn shown(
    app: &App,
    entity: Option<EntityType>,
    found: Vec<GoldenValue>,
    with_lineage: bool,
) -> (Ordered<Option<String>>, Vec<String>, Option<Ordered<Lineage>>) {
    let (mut values, mut masked, mut lineage) = (Vec::new(), Vec::new(), Vec::new());
    for value in found {
        if let (true, Some(member)) = (with_lineage, value.member) {
            let of = Lineage {
                member,
                origin: value.origin.name(),
                ground: value.ground.name(),
            };
            lineage.push((value.element.clone(), of));
        }
        let sealed = value.is_sealed.then(crate::mask::sealed);
        let shown = value
            .value
            .map(|text| app.masks.show(entity, &value.element, text))
            .or(sealed);
        if shown.as_ref().is_some_and(|shown| shown.is_masked) {
            masked.push(value.element.clone());
        }
        values.push((value.element, shown.map(|shown| shown.text)));
    }
    (Ordered(values), masked, with_lineage.then_some(Ordered(lineage)))
}

/// Whether the client has this version already, RFC 9110 section 13.1.2 with its weak comparison.
fn is_known(headers: &HeaderMap, tag: &str) -> bool {
    headers
        .get_all(header::IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .any(|known| known == "*" || known.strip_prefix("W/").unwrap_or(known) == tag)
}
