//! Every route and every problem, against a small store.

use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode};
use axum::{Router, response::Response};
use serde_json::{Value, json};
use tower::ServiceExt as _;

use crate::routes;
use crate::service::App;

mod busy;
mod find;
mod hostile;
mod requests;
mod routes_answer;
mod running;
mod world;

use world::World;

/// An answer, read whole.
#[derive(Debug)]
struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    text: String,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    async fn of(response: Response) -> Self {
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, usize::MAX).await.unwrap();
        Self {
            status: parts.status,
            headers: parts.headers,
            text: String::from_utf8(body.to_vec()).unwrap(),
        }
    }
}

fn router(world: &World) -> Router {
    routes::router(Arc::new(App::new(world.config()).unwrap()))
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
}

fn ask(router: &Router, request: Request<Body>) -> Answer {
    runtime().block_on(async { Answer::of(router.clone().oneshot(request).await.unwrap()).await })
}

fn get(router: &Router, uri: &str) -> Answer {
    ask(
        router,
        Request::get(uri)
            .header("Host", "127.0.0.1")
            .body(Body::empty())
            .unwrap(),
    )
}

/// `expected`: members that the document must have besides what every problem has.
fn check_problem(answer: &Answer, status: u16, name: &str, expected: &Value) {
    let document = answer.json();
    assert_eq!(answer.status.as_u16(), status, "{document}");
    assert_eq!(answer.header("content-type"), "application/problem+json");
    assert_eq!(document["type"], json!(format!("urn:guiyi:problem:{name}")));
    assert_eq!(document["status"], json!(status));
    for text in ["title", "title_zh"] {
        assert!(
            document[text].as_str().is_some_and(|text| !text.is_empty()),
            "{document}"
        );
    }
    for (name, value) in expected.as_object().unwrap() {
        assert_eq!(&document[name], value, "{document}");
    }
}
