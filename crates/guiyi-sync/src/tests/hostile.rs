//! No path, query or header makes the service fail: every answer is a good one or a problem document of the client.

use axum::body::Body;
use axum::http::{HeaderValue, Request, Uri};
use proptest::prelude::{Just, ProptestConfig, Strategy, any, prop_assert, prop_oneof, proptest};

use super::world::World;
use super::{Answer, router, runtime};
use tower::ServiceExt as _;

fn path() -> impl Strategy<Value = String> {
    let route = prop_oneof![
        Just("/v1/ids/"),
        Just("/v1/golden/"),
        Just("/v1/crosswalk"),
        Just("/v1/changes"),
        Just("/metrics"),
        Just("/"),
    ];
    let code = prop_oneof![
        "[!-~]{0,40}",
        "([CGME]|%EF%BC%A3)[0-9OIa-zA-Z%-]{8,12}",
        "(%[0-9A-F]{2}|%|[A-Z0-9]){0,20}",
    ];
    (route, code).prop_map(|(route, code)| format!("{route}{code}"))
}

fn query() -> impl Strategy<Value = String> {
    let name = prop_oneof![
        "entity|system|key|since|limit|view".prop_map(String::from),
        "[!-~]{0,8}".prop_map(String::from),
    ];
    let value = prop_oneof![
        "customer|supplier|erp|lineage|D03-000001|0|1|-1|99999999999999999999",
        "(%[0-9A-F]{2}|%|\\+|[!-~]){0,20}",
    ];
    proptest::collection::vec((name, value), 0..5).prop_map(|pairs| {
        let pairs: Vec<String> = pairs
            .into_iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        pairs.join("&")
    })
}

#[test]
fn every_request_is_answered() {
    let world = World::new(2);
    let (router, runtime) = (router(&world), runtime());
    let config = ProptestConfig {
        cases: 2000,
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    proptest!(config, |(path in path(), query in query(), tag in any::<Vec<u8>>())| {
        let Ok(uri) = format!("{path}?{query}").parse::<Uri>() else { return Ok(()) };
        let mut request = Request::get(uri.clone()).body(Body::empty()).unwrap();
        if let Ok(tag) = HeaderValue::from_bytes(&tag) {
            request.headers_mut().insert("If-None-Match", tag);
        }
        let answer = runtime.block_on(async { Answer::of(router.clone().oneshot(request).await.unwrap()).await });
        let status = answer.status.as_u16();
        prop_assert!(matches!(status, 200 | 304 | 400..=499), "{uri} {answer:?}");
        if status >= 400 {
            prop_assert!(answer.header("content-type") == "application/problem+json", "{uri} {answer:?}");
            prop_assert!(answer.json()["type"].is_string());
        }
    });
}
