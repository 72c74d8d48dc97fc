//! `GET /v1/crosswalk?entity=&system=&key=`: the ID that a system's own code leads to.

use axum::extract::State;
use axum::http::Uri;
use axum::response::Response;
use guiyi_core::dictionary::EntityType;
use serde_json::json;

use super::{Shared, json_answer};
use crate::problem::{Kind, Problem};
use crate::query::{Query, bad};
use crate::stores;

pub(super) async fn get(State(app): Shared, uri: Uri) -> Result<Response, Problem> {
    let query = Query::read(&uri, &["entity", "system", "key"])?;
    let entity = EntityType::from_name(query.require("entity")?)
        .ok_or_else(|| bad("entity", &EntityType::ALL.map(EntityType::name).join(" | ")))?;
    let (system, key) = (query.require("system")?.to_owned(), query.require("key")?.to_owned());
    let (of_system, of_key) = (system.clone(), key.clone());
    let found = stores::read(&app, move |store| store.lookup(entity, &of_system, &of_key)).await?;
    let gid = found.ok_or_else(|| Problem::new(Kind::UnknownCode))?;
    Ok(json_answer(&json!({
        "entity": entity.name(),
        "system": system,
        "key": key,
        "gid": gid.to_string(),
    })))
}
