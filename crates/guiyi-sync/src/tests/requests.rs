//! Change requests over HTTP: shown with where they stand, the value of a pin masked.

use guiyi_store::{Approval, By, Proposal, Store, Terms};
use serde_json::json;

use super::world::{SECRETS, World, rulebook};
use super::{check_problem, get, router};

const REASON: &str = "asked by phone, 13800138002";

fn by(actor: &str) -> By<'_> {
    By {
        actor,
        reason: REASON,
        utc: "2026-01-03T00:00:00Z",
    }
}

#[test]
fn requests_are_shown() {
    let world = World::new(1);
    let mut store = Store::open(&world.path).unwrap();
    let pin = |code: &str, element: &str, value: &str| Proposal::Pin {
        gid: code.parse().unwrap(),
        element: element.into(),
        value: Some(value.into()),
        expires: None,
        valid_from: None,
    };
    let terms = Terms {
        approvals: 1,
        effective: Some("2026-12-01T00:00:00Z"),
    };
    for proposal in [
        pin("C00-000001-M", "mobile", "13800138001"),
        pin("C00-000003-F", "city", "无锡市"),
    ] {
        store.propose(&rulebook(), &proposal, terms, by("Wang")).unwrap();
    }
    store.approve(2, Approval::default(), by("Li")).unwrap();
    drop(store);

    let router = router(&world);
    let step = |step: &str, by: &str| json!({"step": step, "by": by, "at": "2026-01-03T00:00:00Z"});
    let first = json!({
        "number": 1, "entity": "customer", "state": "open", "kind": "pin", "gids": ["C00-000001-M"],
        "asks": {"element": "mobile", "value": "138****8001", "masked": true, "valid_from": null, "expires": null},
        "author": "Wang", "approvals_needed": 1, "approved_by": [], "effective": "2026-12-01T00:00:00Z",
        "stale": false, "conflicts": [], "steps": [step("propose", "Wang")],
    });
    let answer = get(&router, "/v1/requests/1");
    assert_eq!((answer.status.as_u16(), answer.json()), (200, first.clone()));
    let all = get(&router, "/v1/requests");
    for secret in SECRETS.iter().chain([&REASON]) {
        assert!(!all.text.contains(secret), "{secret}: {}", all.text);
    }
    let all = all.json();
    assert_eq!(
        (&all["requests"][0], all["requests"].as_array().unwrap().len()),
        (&first, 2)
    );
    assert_eq!(all["requests"][1]["approved_by"], json!(["Li"]));
    let approved = get(&router, "/v1/requests?state=approved").json();
    assert_eq!(approved["requests"].as_array().unwrap().len(), 1);
    assert_eq!(approved["requests"][0]["number"], 2);

    for unknown in ["3", "0", "-1", "x", "%FF", "99999999999999999999"] {
        let answer = get(&router, &format!("/v1/requests/{unknown}"));
        check_problem(&answer, 404, "unknown-request", &json!({}));
    }
    let wrong = get(&router, "/v1/requests?state=done");
    check_problem(&wrong, 400, "bad-parameter", &json!({"parameter": "state"}));
}
