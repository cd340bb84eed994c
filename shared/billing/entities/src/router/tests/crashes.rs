//! Instances that die at any call.

use std::time::Duration;

use edge_capabilities::testing::World;
use edge_jobs::{JobQueue, JobRunner};

use super::*;

/// Runs what is due.
pub(super) async fn run_jobs(world: &World) {
    let capabilities = world.instance().0;
    let db = Db::new(capabilities.db.clone());
    let runner = JobRunner::new("enterprise", &capabilities, &JobQueue::new(&capabilities, &db));
    let runner = jobs(&capabilities, &db, runner);
    while runner.drain().await.unwrap().more {}
}

/// Whether a request was answered by an instance that dies at its call number `calls`.
pub(super) async fn ask_mortal(
    test: &Test,
    (calls, makes_the_last): (i64, bool),
    (method, path, body): (&str, &str, Value),
) -> bool {
    let (capabilities, life) = test.world.mortal(calls, makes_the_last);
    let mortal = router(capabilities);
    let full = format!("{ENTITIES}{path}");
    let asked = edge_http::testing::ask(&mortal, PLATFORM, Some(ACME), method, &full, &body);
    tokio::select! {
        (status, _) = asked => (200..300).contains(&status),
        () = life.death() => false,
    }
}

#[tokio::test(start_paused = true)]
async fn whatever_dies_each_change_is_made_whole_or_not_at_all_and_is_in_the_audit_log() {
    let mut deaths = 0;
    for makes_the_last in [false, true] {
        for calls in 1..14 {
            let test = test().await;
            let (root, one) = (test.make(new("root")).await, test.make(new("one")).await);
            let before = test.audit("entity.").await.len();
            let change = json!({"parent_id": root, "name": "moved"});
            let is_alive = ask_mortal(&test, (calls, makes_the_last), ("PUT", &format!("/{one}"), change)).await;
            deaths += u32::from(!is_alive);
            test.world.clock.advance(Duration::from_mins(10)).await;
            run_jobs(&test.world).await;
            let shown = test.done("GET", &format!("/{one}"), Value::Null).await;
            let is_moved = shown["parent_id"] == json!(root);
            assert_eq!(shown["name"] == "moved", is_moved);
            assert!(is_moved || !is_alive);
            let audited = test.audit("entity.").await.len() - before;
            assert_eq!(audited, usize::from(is_moved), "{calls} {makes_the_last}");
        }
    }
    assert!(deaths > 8, "{deaths}");
}

#[tokio::test(start_paused = true)]
async fn a_charge_that_was_posted_by_whoever_died_is_in_the_audit_log() {
    for makes_the_last in [false, true] {
        for calls in 1..12 {
            let test = test().await;
            let path = format!("/{}/charges", test.make(new("x")).await);
            let charge = json!({"description": "x", "amount": 1, "currency": "EUR"});
            ask_mortal(&test, (calls, makes_the_last), ("POST", &path, charge)).await;
            test.world.clock.advance(Duration::from_mins(10)).await;
            run_jobs(&test.world).await;
            let posted = test.done("GET", &path, Value::Null).await["data"].as_array().unwrap().len();
            assert_eq!(test.audit("charge.").await.len(), posted, "{calls} {makes_the_last}");
        }
    }
}
