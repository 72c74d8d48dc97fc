//! Many at once: more look-ups than places, and a run that commits while others read.

use std::sync::{Arc, Barrier};
use std::thread;
use std::time::Duration;

use axum::body::Body;
use axum::http::Request;
use serde_json::json;
use tower::ServiceExt as _;

use super::world::{World, commit};
use super::{Answer, check_problem, get, router, runtime};
use crate::routes;
use crate::service::App;
use crate::stores::{READERS, read};

#[test]
fn who_finds_no_place_is_told_in_time() {
    let world = World::new(1);
    let mut app = App::new(world.config()).unwrap();
    app.timeout = Duration::from_millis(200);
    let app = Arc::new(app);
    let router = routes::router(Arc::clone(&app));
    let gate = Arc::new(Barrier::new(READERS + 1));
    runtime().block_on(async {
        let hold = |_| {
            let (app, gate) = (Arc::clone(&app), Arc::clone(&gate));
            tokio::spawn(async move {
                let held = read(&app, move |_| {
                    gate.wait();
                    Ok(())
                });
                held.await.is_ok()
            })
        };
        let held: Vec<_> = (0..READERS).map(hold).collect();
        tokio::task::yield_now().await;
        let request = Request::get("/v1/changes").body(Body::empty()).unwrap();
        let late = router.clone().oneshot(request).await.unwrap();
        check_problem(&Answer::of(late).await, 503, "timeout", &json!({}));
        gate.wait();
        for held in held {
            assert!(held.await.unwrap());
        }
    });
    assert_eq!(get(&router, "/v1/changes").status, 200);
}

/// The two runs by turns: merged in even versions, apart in odd ones.
#[test]
fn no_answer_mixes_two_states() {
    let world = World::new(1);
    let router = router(&world);
    let path = world.path.clone();
    let writer = thread::spawn(move || (1..60).for_each(|turn| commit(&path, turn % 2)));
    let mut versions = 0;
    let mut last = 0;
    while !writer.is_finished() {
        let answer = get(&router, "/v1/golden/C00-000001-M").json();
        let version = answer["version"].as_u64().unwrap_or_else(|| panic!("{answer}"));
        let members = answer["members"].as_array().unwrap().len() as u64;
        assert_eq!(members, 2 - version % 2, "{answer}");
        assert!(version >= last, "{answer}");
        versions += u64::from(version > last);
        last = version;
        let third = get(&router, "/v1/golden/C00-000003-F").json();
        let city = if third["version"].as_u64().unwrap() % 2 == 1 {
            "苏州市"
        } else {
            "无锡市"
        };
        assert_eq!(third["values"]["city"], json!(city), "{third}");
        let second = get(&router, "/v1/golden/C00-000002-J").json();
        let members = second["members"].as_array().unwrap().len();
        assert_eq!(members == 1, second["canonical_gid"] == second["gid"], "{second}");
    }
    writer.join().unwrap();
    assert!(versions > 1, "nothing was written while others read");
}
