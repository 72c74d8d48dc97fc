//! `GET /v1/requests?state=` and `GET /v1/requests/{number}`: change requests, what they ask for and where they stand.
//!
//! Law: reasons are free text of people for people, and are not shown; the value of a pin is masked like any other.

use std::sync::Arc;

use axum::extract::State;
use axum::http::Uri;
use axum::response::Response;
use guiyi_store::{ChangeRequest, Merge, Proposal, RequestState, Store};
use serde_json::{Value, json};

use super::{Code, Shared, json_answer};
use crate::problem::{Kind, Problem};
use crate::query::{Query, bad};
use crate::service::App;
use crate::stores;

pub(super) async fn list(State(app): Shared, uri: Uri) -> Result<Response, Problem> {
    let query = Query::read(&uri, &["state"])?;
    let state = match query.get("state") {
        None => None,
        Some(name) => match RequestState::from_name(name) {
            None => return Err(bad("state", &RequestState::ALL.map(RequestState::name).join(", "))),
            state => state,
        },
    };
    let requests = stores::read(&app, Store::requests).await?;
    let shown = requests
        .iter()
        .filter(|request| state.is_none_or(|state| state == request.state));
    let shown: Vec<Value> = shown.map(|request| show(&app, request)).collect();
    Ok(json_answer(&json!({ "requests": shown })))
}

pub(super) async fn get(State(app): Shared, number: Code, uri: Uri) -> Result<Response, Problem> {
    Query::read(&uri, &[])?;
    let number = number.ok().and_then(|number| number.parse::<u64>().ok());
    let request = match number {
        None => None,
        Some(number) => stores::read(&app, move |store| store.request(number)).await?,
    };
    let request = request.ok_or_else(|| Problem::new(Kind::UnknownRequest))?;
    Ok(json_answer(&show(&app, &request)))
}

fn show(app: &Arc<App>, request: &ChangeRequest) -> Value {
    let steps = request
        .steps
        .iter()
        .map(|step| json!({"step": step.kind.name(), "by": step.actor, "at": step.utc}));
    let gids = request.proposal.gids();
    json!({
        "number": request.number,
        "entity": request.entity.name(),
        "state": request.state.name(),
        "kind": request.proposal.kind(),
        "gids": gids.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "asks": asks(app, request),
        "author": request.author(),
        "approvals_needed": request.approvals,
        "approved_by": request.approvers(),
        "effective": request.effective,
        "stale": request.is_stale(),
        "conflicts": request.conflicts,
        "steps": steps.collect::<Vec<_>>(),
    })
}

/// What is asked for beside the kind and the golden records.
fn asks(app: &Arc<App>, request: &ChangeRequest) -> Value {
    match &request.proposal {
        Proposal::Pin {
            element,
            value,
            expires,
            valid_from,
            ..
        } => {
            let shown = value
                .clone()
                .map(|value| app.masks.show(Some(request.entity), element, value));
            let shown = shown.or(request.is_sealed.then(crate::mask::sealed));
            let is_masked = shown.as_ref().is_some_and(|shown| shown.is_masked);
            let value = shown.map(|shown| shown.text);
            json!({"element": element, "value": value, "masked": is_masked, "valid_from": valid_from, "expires": expires})
        }
        Proposal::Unpin { element, .. } => json!({ "element": element }),
        Proposal::Merge(Merge { survivor, .. }) => json!({ "survivor": survivor.map(|gid| gid.to_string()) }),
        Proposal::Split { records, .. } => {
            let record = |(system, key): &(String, String)| json!({"system": system, "key": key});
            json!({ "records": records.iter().map(record).collect::<Vec<_>>() })
        }
        Proposal::Relate {
            kind,
            valid_from,
            valid_until,
            ..
        } => json!({"relation": kind.name(), "valid_from": valid_from, "valid_until": valid_until}),
        Proposal::Confirm { .. } | Proposal::Retire { .. } => json!({}),
    }
}
