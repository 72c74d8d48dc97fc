//! The routes, one file each; the table at the top of the crate says what each answers.

use std::sync::Arc;

use axum::Router;
use axum::extract::rejection::PathRejection;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::{StatusCode, Uri, header};
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use guiyi_core::global_id::GlobalId;
use guiyi_store::{Store, StoreError};
use serde_json::json;

use crate::guard::{MAX_BODY, guard};
use crate::problem::{Kind, Problem};
use crate::query::Query;
use crate::service::App;
use crate::stores;

mod changes;
mod crosswalk;
mod find;
mod golden;
mod ids;
mod past;
mod requests;

type Shared = State<Arc<App>>;
type Code = Result<Path<String>, PathRejection>;

/// The whole service.
pub(crate) fn router(app: Arc<App>) -> Router {
    Router::new()
        .route("/healthz", get(healthz))
        .route("/readyz", get(readyz))
        .route("/metrics", get(metrics))
        .route("/v1/ids/{code}", get(ids::get))
        .route("/v1/golden/{gid}", get(golden::get))
        .route("/v1/crosswalk", get(crosswalk::get))
        .route("/v1/find", post(find::post))
        .route("/v1/changes", get(changes::get))
        .route("/v1/requests", get(requests::list))
        .route("/v1/requests/{number}", get(requests::get))
        .fallback(async || Problem::new(Kind::NoSuchRoute))
        .method_not_allowed_fallback(async || Problem::new(Kind::MethodNotAllowed))
        .layer(DefaultBodyLimit::max(MAX_BODY as usize))
        .layer(from_fn_with_state(Arc::clone(&app), guard))
        .with_state(app)
}

async fn healthz(uri: Uri) -> Result<Response, Problem> {
    Query::read(&uri, &[])?;
    Ok(json_answer(&json!({ "status": "alive" })))
}

async fn readyz(State(app): Shared, uri: Uri) -> Result<Response, Problem> {
    Query::read(&uri, &[])?;
    stores::is_ready(&app).await?;
    Ok(json_answer(&json!({ "status": "ready" })))
}

async fn metrics(State(app): Shared, uri: Uri) -> Result<Response, Problem> {
    Query::read(&uri, &[])?;
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    Ok(([(header::CONTENT_TYPE, kind)], app.metrics.text(app.stores.busy())).into_response())
}

fn json_answer(body: &impl serde::Serialize) -> Response {
    match serde_json::to_string(body) {
        Ok(text) => (StatusCode::OK, [(header::CONTENT_TYPE, "application/json")], text).into_response(),
        Err(_) => Problem::new(Kind::Failed).into_response(),
    }
}

/// The ID in a path. A malformed one is answered with what is wrong and with issued IDs that are one slip away.
async fn read_id(app: &Arc<App>, code: Code) -> Result<GlobalId, Problem> {
    let Ok(Path(code)) = code else {
        return Err(Problem::new(Kind::MalformedId)
            .detail("the path is not percent-encoded UTF-8", "路径不是百分号编码的 UTF-8"));
    };
    let error = match GlobalId::parse(&code) {
        Ok(gid) => return Ok(gid),
        Err(error) => error,
    };
    let issued = move |store: &Store| -> Result<Vec<String>, StoreError> {
        let mut issued = Vec::new();
        for near in GlobalId::suggestions(&code)
            .iter()
            .filter_map(|near| GlobalId::parse(near).ok())
        {
            if store.resolve(near)?.is_some() {
                issued.push(near.to_string());
            }
        }
        Ok(issued)
    };
    let suggestions = stores::read(app, issued).await?;
    Err(Problem::new(Kind::MalformedId)
        .detail(error.to_string(), error.zh())
        .with("reason", error.code())
        .with("suggestions", suggestions))
}
