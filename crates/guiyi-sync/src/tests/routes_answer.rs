//! What each route answers, and which problem it answers with.

use axum::body::Body;
use axum::http::{Method, Request};
use serde_json::{Value, json};

use super::world::{SECRETS, World, commit};
use super::{ask, check_problem, get, router};
use crate::guard::{MAX_BODY, MAX_URI};

const FIRST: &str = "C00-000001-M";
const SECOND: &str = "C00-000002-J";
const THIRD: &str = "C00-000003-F";

#[test]
fn answers() {
    let world = World::new(2);
    let router = router(&world);
    let check = |uri: &str, expected: Value| {
        let answer = get(&router, uri);
        assert_eq!((answer.status.as_u16(), answer.json()), (200, expected), "{uri}");
        assert_eq!(answer.header("content-type"), "application/json");
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
    };
    check("/healthz", json!({"status": "alive"}));
    check("/readyz", json!({"status": "ready"}));

    let id = |gid: &str, status: &str, canonical: &str| json!({"gid": gid, "entity": "customer", "status": status, "canonical_gid": canonical});
    check("/v1/ids/C00-000001-M", id(FIRST, "active", FIRST));
    check("/v1/ids/c00%20000001%20m", id(FIRST, "active", FIRST));
    check("/v1/ids/%EF%BC%A3OO-OOOOOI-M", id(FIRST, "active", FIRST));
    check("/v1/ids/C00000002J", id(SECOND, "superseded", FIRST));

    let golden = |gid: &str| {
        json!({
            "gid": gid, "canonical_gid": FIRST, "entity": "customer", "version": 2,
            "values": {
                "name": "杭州甲有限公司", "contact_name": "王**", "mobile": "138****8001",
                "resident_id": "110101********1237", "bank_account": "6222***********0123", "city": "杭州市",
            },
            "masked": ["contact_name", "mobile", "resident_id", "bank_account"],
            "members": [{"system": "erp", "key": "D03-000001"}, {"system": "erp", "key": "D03-000002"}],
        })
    };
    check("/v1/golden/C00-000001-M", golden(FIRST));
    check("/v1/golden/C00000002J", golden(SECOND));
    let mut with_lineage = golden(FIRST);
    let of = |ground: &str| json!({"member": 0, "origin": "received", "ground": ground});
    with_lineage["lineage"] = json!({
        "name": of("longest"), "contact_name": of("only"), "mobile": of("order"), "resident_id": of("only"),
        "bank_account": of("only"), "city": of("only"),
    });
    check("/v1/golden/C00-000001-M?view=lineage", with_lineage);

    let code = |key: &str, gid: &str| json!({"entity": "customer", "system": "erp", "key": key, "gid": gid});
    check(
        "/v1/crosswalk?entity=customer&system=erp&key=D03-000002",
        code("D03-000002", FIRST),
    );
    check(
        "/v1/crosswalk?key=D03%2D000003&system=erp&entity=customer",
        code("D03-000003", THIRD),
    );
}

#[test]
fn values_keep_the_order_of_the_dictionary() {
    let text = get(&router(&World::new(1)), "/v1/golden/C00-000001-M").text;
    let place = |name: &str| text.find(&format!("\"{name}\":")).unwrap();
    assert!(place("name") < place("contact_name") && place("resident_id") < place("bank_account"));
    assert!(place("bank_account") < place("city"), "{text}");
}

#[test]
fn problems() {
    let world = World::new(2);
    let router = router(&world);
    let check = |uri: &str, status: u16, name: &str, expected: Value| {
        let answer = get(&router, uri);
        check_problem(&answer, status, name, &expected);
    };
    check("/", 404, "no-such-route", json!({}));
    check("/v1/golden", 404, "no-such-route", json!({}));
    check("/v1/golden/C00-000001-M/how", 404, "no-such-route", json!({}));

    let checksum = json!({
        "reason": "checksum", "detail": "check character N does not fit, computed M",
        "detail_zh": "校验码 N 不符，应为 M", "suggestions": [],
    });
    check("/v1/ids/C00000001N", 400, "malformed-id", checksum.clone());
    check("/v1/golden/C00000001N", 400, "malformed-id", checksum);
    check(
        "/v1/ids/C00000010M",
        400,
        "malformed-id",
        json!({"reason": "checksum", "suggestions": [FIRST]}),
    );
    check("/v1/ids/123", 400, "malformed-id", json!({"reason": "length"}));
    check(
        "/v1/ids/%FF",
        400,
        "malformed-id",
        json!({"detail": "the path is not percent-encoded UTF-8"}),
    );
    check("/v1/ids/C0701ADLPK", 404, "never-issued", json!({}));
    check("/v1/golden/C0701ADLPK", 404, "never-issued", json!({}));
    check(
        "/v1/golden/C00-000001-M?view=history",
        400,
        "bad-parameter",
        json!({"parameter": "view", "allowed": "lineage"}),
    );

    let crosswalk = "/v1/crosswalk?entity=customer&system=erp&key=";
    check(&format!("{crosswalk}D03-000009"), 404, "unknown-code", json!({}));
    check(
        "/v1/crosswalk?entity=customer&system=crm&key=D03-000001",
        404,
        "unknown-code",
        json!({}),
    );
    check(
        "/v1/crosswalk?entity=supplier&system=erp&key=D03-000001",
        404,
        "unknown-code",
        json!({}),
    );
    check(crosswalk, 400, "missing-parameter", json!({"parameter": "key"}));
    check(
        "/v1/crosswalk",
        400,
        "missing-parameter",
        json!({"parameter": "entity"}),
    );
    check(
        "/v1/crosswalk?entity=Customer&system=erp&key=1",
        400,
        "bad-parameter",
        json!({"parameter": "entity"}),
    );
    check(
        &format!("{crosswalk}%FF"),
        400,
        "bad-parameter",
        json!({"parameter": "key"}),
    );
    check(
        &format!("{crosswalk}1&key=2"),
        400,
        "repeated-parameter",
        json!({"parameter": "key"}),
    );
    check(
        "/v1/crosswalk?entty=customer",
        400,
        "unknown-parameter",
        json!({
            "allowed": ["entity", "system", "key"], "detail": "did you mean entity?", "detail_zh": "是否想用 entity？",
        }),
    );

    for route in ["/healthz", "/readyz", "/metrics", "/v1/ids/C00-000001-M"] {
        check(
            &format!("{route}?pretty"),
            400,
            "unknown-parameter",
            json!({"allowed": []}),
        );
    }
    for bad in [
        "limit=0",
        "limit=1001",
        "limit=-1",
        "limit=ten",
        "since=+1",
        "since=99999999999999999999999",
    ] {
        let name = &bad[..5];
        check(
            &format!("/v1/changes?{bad}"),
            400,
            "bad-parameter",
            json!({"parameter": name}),
        );
    }
    check("/v1/changes?since=7", 410, "unknown-cursor", json!({}));
    check(
        &format!("/v1/changes?since={}", u64::MAX),
        410,
        "unknown-cursor",
        json!({}),
    );

    let long = "x".repeat(MAX_URI);
    check(
        &format!("/v1/ids/{long}"),
        414,
        "query-too-long",
        json!({"limit": MAX_URI}),
    );
}

#[test]
fn requests_that_no_route_sees() {
    let world = World::new(1);
    let router = router(&world);
    let request = |method: Method, host: &str, length: u64| {
        let request = Request::builder()
            .method(method)
            .uri("/v1/changes")
            .header("Host", host);
        request.header("Content-Length", length).body(Body::empty()).unwrap()
    };
    let posted = ask(&router, request(Method::POST, "localhost", 0));
    check_problem(&posted, 405, "method-not-allowed", &json!({}));
    assert_eq!(posted.header("allow"), "GET,HEAD");
    let large = ask(&router, request(Method::GET, "localhost", MAX_BODY + 1));
    check_problem(&large, 413, "body-too-large", &json!({"limit": MAX_BODY}));
    for host in ["example.com", "127.0.0.1.example.com", "192.0.2.1:80"] {
        check_problem(
            &ask(&router, request(Method::GET, host, 0)),
            421,
            "foreign-host",
            &json!({}),
        );
    }
    let head = ask(&router, request(Method::HEAD, "localhost", 0));
    assert_eq!((head.status.as_u16(), head.text.as_str()), (200, ""));
}

#[test]
fn a_version_is_sent_once() {
    let world = World::new(1);
    let router = router(&world);
    let ask = |gid: &str, known: &str| {
        let request = Request::get(format!("/v1/golden/{gid}")).header("If-None-Match", known);
        let answer = ask(&router, request.body(Body::empty()).unwrap());
        (
            answer.status.as_u16(),
            answer.header("etag").to_owned(),
            answer.text.is_empty(),
        )
    };
    let same = || (304, "\"1\"".to_owned(), true);
    for known in ["\"1\"", "W/\"1\"", "\"7\", \"1\"", "*"] {
        assert_eq!(ask(FIRST, known), same(), "{known}");
    }
    for known in ["\"2\"", "1", "", "\"C00-000001-M-1\""] {
        assert_eq!(ask(FIRST, known), (200, "\"1\"".to_owned(), false), "{known}");
    }
    assert_eq!(ask(SECOND, "\"1\""), same());
    // The second run merges the second customer into the first, and a connection that is open sees it.
    commit(&world.path, 1);
    assert_eq!(ask(FIRST, "\"1\""), (200, "\"2\"".to_owned(), false));
    assert_eq!(ask(SECOND, "\"2\""), (200, "\"C00-000001-M-2\"".to_owned(), false));
    assert_eq!(ask(SECOND, "\"C00-000001-M-2\"").0, 304);
}

#[test]
fn what_was_known_and_what_held_at_a_time() {
    let world = World::new(2);
    let check = |router: &axum::Router, query: &str, gid: &str, version: Value, city: &str, members: usize| {
        let uri = format!("/v1/golden/{gid}?{query}");
        let answer = get(router, &uri);
        let found = answer.json();
        assert_eq!(answer.status.as_u16(), 200, "{uri}: {found}");
        let city_shown = found["values"]["city"].as_str().unwrap_or_default();
        let shown = (&found["gid"], &found["version"], city_shown);
        assert_eq!(shown, (&json!(gid), &version, city), "{uri}");
        assert_eq!(found["members"].as_array().unwrap().len(), members, "{uri}");
        assert!(
            SECRETS.iter().all(|secret| !answer.text.contains(secret)),
            "{uri}: {found}"
        );
    };
    let recorded = router(&world);
    for (query, gid, version, city, members) in [
        ("known_at=2026-01-01", FIRST, 1, "杭州市", 1),
        ("known_at=2026-01-02", FIRST, 2, "杭州市", 2),
        ("known_at=2026-01-01", SECOND, 1, "", 1),
        ("as_of=2026-01-01T08:00:00Z", THIRD, 1, "苏州市", 1),
        ("as_of=2026-01-05&known_at=2026-01-01", THIRD, 1, "苏州市", 1),
        ("as_of=2026-01-05&view=lineage", THIRD, 2, "无锡市", 1),
    ] {
        check(&recorded, query, gid, json!(version), city, members);
    }
    // With valid times what held is worked out, and no version says it.
    let mut config = world.config();
    config.rulebooks[0].survivorship.valid_from.insert("crm".into(), 0);
    let valid = crate::routes::router(std::sync::Arc::new(crate::service::App::new(config).unwrap()));
    check(&valid, "as_of=2026-01-05", THIRD, Value::Null, "无锡市", 1);
    check(&valid, "known_at=2026-01-01", THIRD, json!(1), "苏州市", 1);

    for (uri, status, kind) in [
        ("/v1/golden/C00-000001-M?as_of=2025-01-01", 404, "not-then"),
        // It went into the first one.
        ("/v1/golden/C00-000002-J?known_at=2026-01-03", 404, "not-then"),
        ("/v1/golden/C00-000009-W?known_at=2026-01-03", 404, "never-issued"),
        ("/v1/golden/C00-000001-M?as_of=01.03.2026", 400, "bad-parameter"),
        ("/v1/golden/C00-000001-M?known_at=2026-02-30", 400, "bad-parameter"),
    ] {
        check_problem(&get(&recorded, uri), status, kind, &json!({}));
    }
}

#[test]
fn a_retired_golden_record_is_gone_and_known() {
    use guiyi_core::global_id::GlobalId;
    let world = World::new(2);
    let by = guiyi_store::By {
        actor: "王芳",
        reason: "wound up",
        utc: "2026-01-05T00:00:00Z",
    };
    let mut store = guiyi_store::Store::open(&world.path).unwrap();
    let first = GlobalId::parse(FIRST).unwrap();
    store.retire(&super::world::rulebook(), first, true, by).unwrap();
    drop(store);
    let router = router(&world);
    let of = |gid: &str, status: &str, canonical: Value| json!({"gid": gid, "entity": "customer", "status": status, "canonical_gid": canonical});
    let mut retired = of(FIRST, "retired", Value::Null);
    retired["retired_at"] = json!(by.utc);
    assert_eq!(get(&router, "/v1/ids/C00-000001-M").json(), retired);
    assert_eq!(
        get(&router, "/v1/ids/C00-000002-J").json(),
        of(SECOND, "superseded", json!(FIRST))
    );
    for gid in [FIRST, SECOND] {
        check_problem(&get(&router, &format!("/v1/golden/{gid}")), 410, "retired", &json!({}));
    }
    let then = get(&router, "/v1/golden/C00-000001-M?as_of=2026-01-03").json();
    assert_eq!(then["version"], 2);
    let changes = get(&router, "/v1/changes?since=6").json();
    assert_eq!(
        (&changes["changes"][0]["kind"], &changes["changes"][0]["gid"]),
        (&json!("retired"), &json!(FIRST))
    );
    assert!(changes["changes"][0]["digest"].is_null());
    // Its codes lead to it for ever.
    let code = get(&router, "/v1/crosswalk?entity=customer&system=erp&key=D03-000001").json();
    assert_eq!(code["gid"], FIRST);
}

#[test]
fn the_feed_is_read_once_whatever_the_page() {
    let world = World::new(2);
    let router = router(&world);
    let kinds = |page: &Value| -> Vec<(u64, String, String)> {
        let lines = page["changes"].as_array().unwrap().iter();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        lines
            .map(|line| (line["seq"].as_u64().unwrap(), text(&line["gid"]), text(&line["kind"])))
            .collect()
    };
    let whole = get(&router, "/v1/changes").json();
    let lines = kinds(&whole);
    let line = |seq: u64, gid: &str, kind: &str| (seq, gid.to_owned(), kind.to_owned());
    assert_eq!(
        lines[..3],
        [
            line(1, FIRST, "created"),
            line(2, SECOND, "created"),
            line(3, THIRD, "created")
        ]
    );
    let mut later: Vec<_> = lines[3..]
        .iter()
        .map(|line| (line.1.as_str(), line.2.as_str()))
        .collect();
    later.sort_unstable();
    assert_eq!(later, [(FIRST, "changed"), (SECOND, "superseded"), (THIRD, "changed")]);
    assert_eq!((&whole["next"], &whole["more"]), (&json!("6"), &json!(false)));
    for line in whole["changes"].as_array().unwrap() {
        assert_eq!(line["digest"].is_null(), line["kind"] == "superseded", "{line}");
    }
    for limit in 1..=7 {
        let (mut since, mut read) = (String::new(), Vec::new());
        loop {
            let page = get(&router, &format!("/v1/changes?since={since}&limit={limit}")).json();
            read.extend(kinds(&page));
            page["next"].as_str().unwrap().clone_into(&mut since);
            if page["more"] == json!(false) {
                break;
            }
        }
        assert_eq!((&read, since.as_str()), (&lines, "6"), "{limit}");
        let end = get(&router, &format!("/v1/changes?since={since}&limit={limit}")).json();
        assert_eq!(end, json!({"changes": [], "next": "6", "more": false}));
    }
}

#[test]
fn nothing_sensitive_in_any_answer() {
    let world = World::new(2);
    let mut blind = world.config();
    blind.rulebooks.clear();
    let blind = crate::routes::router(std::sync::Arc::new(crate::service::App::new(blind).unwrap()));
    for router in [router(&world), blind.clone()] {
        for gid in [FIRST, SECOND, THIRD] {
            for uri in [
                format!("/v1/golden/{gid}"),
                format!("/v1/golden/{gid}?view=lineage"),
                format!("/v1/ids/{gid}"),
            ] {
                let text = get(&router, &uri).text;
                assert!(SECRETS.iter().all(|secret| !text.contains(secret)), "{text}");
            }
        }
    }
    // Without a dictionary nothing is known to be harmless.
    let values = get(&blind, "/v1/golden/C00-000003-F").json();
    let hidden = json!({
        "name": "***", "contact_name": "***", "mobile": null, "resident_id": null, "bank_account": null, "city": "***",
    });
    assert_eq!(
        (&values["values"], &values["masked"]),
        (&hidden, &json!(["name", "contact_name", "city"]))
    );
}

#[test]
fn counters() {
    let router = router(&World::new(1));
    get(&router, "/healthz");
    get(&router, "/nowhere");
    get(&router, "/healthz");
    let answer = get(&router, "/metrics");
    assert!(
        answer
            .header("content-type")
            .starts_with("application/openmetrics-text")
    );
    for line in [
        "guiyi_http_answers_total{status=\"200\"} 2\n",
        "guiyi_http_answers_total{status=\"404\"} 1\n",
        "guiyi_store_lookups 0\n",
    ] {
        assert!(answer.text.contains(line), "{}", answer.text);
    }
    assert!(answer.text.ends_with("# EOF\n"));
}

#[test]
fn a_store_that_went_away() {
    let world = World::new(1);
    let router = router(&world);
    std::fs::write(&world.path, b"not a store any more, but a text of some length").unwrap();
    check_problem(&get(&router, "/readyz"), 503, "store-unavailable", &json!({}));
    assert_eq!(get(&router, "/healthz").status, 200);
    let answer = get(&router, "/v1/ids/C00-000001-M");
    check_problem(&answer, 503, "store-unavailable", &json!({}));
    assert_eq!(answer.header("retry-after"), "1");
}
