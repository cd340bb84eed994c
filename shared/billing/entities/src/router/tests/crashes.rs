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

/// Whoever dies at whatever step: each charge is on one invoice, and each invoice is there and in the audit log.
#[tokio::test(start_paused = true)]
async fn a_consolidation_that_dies_at_any_call_is_completed_by_the_job_or_by_whoever_asks_again() {
    for by_job in [false, true] {
        // Before a call the world is as it is after the one before.
        for calls in 1.. {
            let test = test().await;
            let root = test.make(new("root")).await;
            let child = test.below(&root, "child").await;
            test.charge(&root, json!(1), "EUR", "2026-01-01").await;
            test.charge(&child, json!(2), "USD", "2026-01-01").await;
            let (path, body) = (format!("/{root}/invoices"), json!({"period": "2026-01"}));
            let is_alive = ask_mortal(&test, (calls, true), ("POST", &path, body)).await;
            test.charge(&child, json!(4), "EUR", "2026-01-01").await;
            let mut of_job = Value::Null;
            if by_job {
                test.world.clock.advance(Duration::from_mins(10)).await;
                run_jobs(&test.world).await;
                of_job = test.done("GET", &path, Value::Null).await["invoices"].clone();
            }
            let made = test.invoice(&root, "2026-01").await;
            let later = test.invoice(&root, "2026-02").await;
            let totals = [&made, &later].map(|invoices| {
                let each = invoices.iter().map(|invoice| invoice["total"].as_f64().unwrap());
                each.collect::<Vec<_>>()
            });
            let context = format!("{by_job} {calls}: {made:?} {later:?}");
            if later.is_empty() {
                // It died before it claimed anything.
                assert_eq!(totals[0], [5.0, 2.0], "{context}");
            } else {
                assert_eq!(totals, [vec![1.0, 2.0], vec![4.0]], "{context}");
                assert!(!by_job || of_job == json!(made), "{context} {of_job}");
            }
            assert_eq!(test.audit("invoice.created").await.len(), made.len() + later.len(), "{context}");
            if is_alive {
                assert!(calls > 10, "{calls}");
                break;
            }
        }
    }
}
