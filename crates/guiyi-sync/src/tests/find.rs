//! Records looked for over HTTP: what is found, how it is masked, how the index is taken up anew, and what is refused.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use guiyi_core::dictionary::EntityType;
use guiyi_store::{By, Store};
use serde_json::{Value, json};

use super::world::{SECRETS, World, commit, rulebook};
use super::{Answer, ask, check_problem, router};
use crate::entries::{Entries, Lack};
use crate::index;

const FIRST: &str = "C00-000001-M";
const SECOND: &str = "C00-000002-J";
const THIRD: &str = "C00-000003-F";

fn send(router: &Router, query: &str, body: impl Into<Body>) -> Answer {
    let request = Request::post(format!("/v1/find?{query}"))
        .header("Host", "127.0.0.1")
        .header("Content-Type", "application/json; charset=utf-8");
    ask(router, request.body(body.into()).unwrap())
}

fn find(router: &Router, record: &Value) -> Value {
    let answer = send(router, "entity=customer", record.to_string());
    assert_eq!(answer.status.as_u16(), 200, "{}", answer.text);
    for secret in SECRETS {
        assert!(!answer.text.contains(secret), "{}", answer.text);
    }
    answer.json()
}

/// Golden record, decision and veto of each that was found.
fn told(answer: &Value) -> Vec<(String, String, Value)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let found = answer["found"].as_array().unwrap().iter();
    let told = found.map(|found| (text(&found["gid"]), text(&found["decision"]), found["veto"].clone()));
    told.collect()
}

#[test]
fn a_customer_is_known_before_it_is_created() {
    let world = World::new(1);
    world.make_index();
    let router = router(&world);
    // As people type it: a run would read the same of it.
    let record = json!({"name": "杭州甲有限公司 ", "mobile": "+86 138-0013-8001", "contact_name": null, "city": ""});
    let answer = find(&router, &record);
    assert_eq!(
        (&answer["decision"], &answer["gid"]),
        (&json!("match"), &json!(FIRST)),
        "{answer}"
    );
    assert_eq!(
        (&answer["entity"], &answer["not_compared"]),
        (&json!("customer"), &json!([]))
    );
    assert!(answer["indexed_at"].as_str().unwrap().ends_with('Z'));
    let first = &answer["found"][0];
    assert_eq!(first["nearest"], json!({"system": "erp", "key": "D03-000001"}));
    assert_eq!(first["values"]["name"], "杭州甲有限公司");
    assert_eq!(first["values"]["mobile"], "138****8001");
    assert!(first["masked"].as_array().unwrap().contains(&json!("mobile")));
    assert!(
        first["levels"]["mobile"].as_str().unwrap().starts_with("equal"),
        "{answer}"
    );
    assert!(first["probability"].as_f64().unwrap() > 0.95 && first["weight"].as_f64().unwrap() > 0.0);
    assert!(first["levels"].get("city").is_none());

    let stranger = find(
        &router,
        &json!({"name": "乌鲁木齐丙丁贸易商行", "mobile": 13_900_000_000_u64}),
    );
    assert_eq!(
        (&stranger["decision"], &stranger["gid"]),
        (&json!("none"), &Value::Null),
        "{stranger}"
    );
    assert_eq!(stranger["found"], json!([]));

    // The same name under another valid resident ID is somebody else.
    let other = json!({"name": "杭州甲有限公司", "resident_id": "110101199003070054"});
    let other = find(&router, &other);
    assert_eq!(other["gid"], Value::Null, "{other}");
    assert_eq!(
        told(&other)[0],
        (FIRST.to_owned(), "review".to_owned(), json!("hard-identifier"))
    );
}

#[test]
fn found_is_what_the_store_has_now() {
    let world = World::new(1);
    world.make_index();
    let router = router(&world);
    let record = json!({"name": "杭州甲公司", "mobile": "13800138002"});
    let gid = |answer: &Value| answer["gid"].as_str().unwrap().to_owned();
    assert_eq!(gid(&find(&router, &record)), SECOND);

    // The second run makes the two one: told at once, by an index from before.
    commit(&world.path, 1);
    assert_eq!(gid(&find(&router, &record)), FIRST);

    // An index that is made anew is taken up: the third moved to another city.
    let third = json!({"name": "苏州乙有限公司", "city": "无锡市"});
    let level = |answer: &Value| answer["found"][0]["levels"]["city"].clone();
    assert!(level(&find(&router, &third)) == json!("different"));
    world.make_index();
    let found = find(&router, &third);
    assert_eq!(gid(&found), THIRD);
    assert!(level(&found).as_str().unwrap().starts_with("equal"), "{found}");

    // Nothing joins what is retired.
    let by = By {
        actor: "Wang",
        reason: "",
        utc: "2026-01-03T00:00:00Z",
    };
    let mut store = Store::open(&world.path).unwrap();
    store.retire(&rulebook(), THIRD.parse().unwrap(), true, by).unwrap();
    drop(store);
    let found = find(&router, &third);
    assert_eq!(
        (&found["decision"], &found["gid"]),
        (&json!("review"), &Value::Null),
        "{found}"
    );
    assert_eq!(
        told(&found)[0],
        (THIRD.to_owned(), "review".to_owned(), json!("retired"))
    );
    assert_eq!(found["found"][0]["values"], Value::Null);
}

#[test]
fn who_differs_from_one_of_two_that_became_one_joins_neither() {
    let world = World::new(1);
    world.make_index();
    let router = router(&world);
    // The resident ID of somebody else than the first, whose numbers and names are those of the first and of the second:
    // once the first is found before the second, once after it.
    let resident = "110101199003070054";
    let records = [
        json!({"name": "杭州甲有限公司", "contact_name": "王小明", "mobile": "13800138002", "resident_id": resident}),
        json!({"name": "杭州甲公司", "mobile": "13800138002", "resident_id": resident}),
    ];
    let before = records.each_ref().map(|record| told(&find(&router, record)));
    for told in &before {
        assert!(
            told.contains(&(FIRST.to_owned(), "review".to_owned(), json!("hard-identifier"))),
            "{told:?}"
        );
        assert!(
            told.contains(&(SECOND.to_owned(), "match".to_owned(), Value::Null)),
            "{told:?}"
        );
    }
    // They become one, and the index is from before.
    commit(&world.path, 1);
    for record in &records {
        let found = find(&router, record);
        assert_eq!(found["gid"], Value::Null, "{found}");
        let expected = (FIRST.to_owned(), "review".to_owned(), json!("hard-identifier"));
        assert_eq!(told(&found)[0], expected);
    }
}

#[test]
fn one_failed_read_is_not_remembered() {
    let world = World::new(1);
    let rulebooks = BTreeMap::from([(EntityType::Customer, rulebook())]);
    let entries = Entries::new(world.config().indexes, &rulebooks);
    let entry = entries.get(EntityType::Customer).unwrap();
    let fails = || entry.known_by(|_| Err(std::io::ErrorKind::Interrupted.into()));
    assert_eq!(fails().unwrap_err(), Lack::Missing);
    world.make_index();
    assert_eq!(fails().unwrap_err(), Lack::Unusable);
    assert_eq!(entry.known().unwrap().index.len(), 3);
    // What is in memory is not read again.
    assert_eq!(fails().unwrap().index.len(), 3);
}

#[test]
fn what_cannot_be_looked_for_is_a_problem() {
    let world = World::new(1);
    let router = router(&world);
    let customer = "entity=customer";
    let name = json!({"name": "杭州甲有限公司"}).to_string();
    let check = |query: &str, body: &str, status: u16, problem: &str, expected: &Value| {
        check_problem(&send(&router, query, body.to_owned()), status, problem, expected);
    };
    // No index yet, and one that is none; then one that came while the service ran.
    check(customer, &name, 503, "index-unavailable", &json!({}));
    check("entity=supplier", &name, 503, "index-unavailable", &json!({}));
    std::fs::write(world.index(), "nothing").unwrap();
    check(customer, &name, 503, "index-unavailable", &json!({}));
    world.make_index();
    assert_eq!(send(&router, customer, name.clone()).status.as_u16(), 200);

    check("", &name, 400, "missing-parameter", &json!({"parameter": "entity"}));
    check(
        "entity=client",
        &name,
        400,
        "bad-parameter",
        &json!({"parameter": "entity"}),
    );
    for most in ["0", "101", "-1", "x"] {
        check(
            &format!("{customer}&most={most}"),
            &name,
            400,
            "bad-parameter",
            &json!({"parameter": "most"}),
        );
    }
    check(
        customer,
        "{\"nam\": \"x\"}",
        400,
        "unknown-element",
        &json!({"detail": "did you mean name?"}),
    );
    for body in [
        "",
        "[]",
        "{",
        "\"x\"",
        "{\"name\": [1]}",
        "{\"name\": {}}",
        "{}",
        "{\"name\": \"\"}",
        "{\"name\": null}",
    ] {
        check(customer, body, 400, "bad-record", &json!({}));
    }
    check(customer, &" ".repeat(64 * 1024 + 1), 413, "body-too-large", &json!({}));
    for kind in ["text/plain", "application/x-www-form-urlencoded", ""] {
        let request = Request::post("/v1/find?entity=customer").header("Host", "127.0.0.1");
        let request = request.header("Content-Type", kind).body(Body::from(name.clone()));
        check_problem(&ask(&router, request.unwrap()), 415, "not-json", &json!({}));
    }
    let request = Request::get("/v1/find?entity=customer").header("Host", "127.0.0.1");
    check_problem(
        &ask(&router, request.body(Body::empty()).unwrap()),
        405,
        "method-not-allowed",
        &json!({}),
    );

    let mut long = String::from("{\"name\": \"");
    (0..9000).for_each(|at| write!(long, "{at}").unwrap());
    long.push_str("\"}");
    assert_eq!(send(&router, customer, long).status.as_u16(), 200);
}

#[test]
fn what_the_store_encrypts_is_in_no_index() {
    let world = World::new(1);
    let key = world.encrypt("mobile");
    let mut store = Store::open(&world.path).unwrap();
    store.use_key(&key).unwrap();
    let made = index(&store, &rulebook()).unwrap();
    std::fs::write(world.index(), made.index.to_bytes()).unwrap();
    drop(store);
    assert_eq!(made.left_out, ["mobile"]);
    let bytes = std::fs::read(world.index()).unwrap();
    let holds = |text: &str| bytes.windows(text.len()).any(|window| window == text.as_bytes());
    assert!(holds("杭州甲有限公司") && !holds("13800138001"));
    let router = router(&world);
    let answer = find(&router, &json!({"name": "杭州甲有限公司", "mobile": "13800138001"}));
    assert_eq!(answer["not_compared"], json!(["mobile"]));
    assert_eq!(told(&answer)[0].0, FIRST);
    assert_eq!(answer["found"][0]["values"]["mobile"], "***");
}
