//! No more requests than a provider allows.

use edge_accounting::Limits;
use serde_json::json;

use crate::books::Fault;
use crate::fixture::with;

#[tokio::test(start_paused = true)]
async fn no_minute_has_more_requests_than_the_provider_allows() {
    let test = with(20).await;
    *test.books.limits.lock().unwrap() = Limits { per_minute: 30, at_once: 3, per_day: None };
    assert_eq!(test.sync().await["status"], "completed");
    let times: Vec<i64> = test.books.state.lock().unwrap().asked.iter().map(|(_, _, at)| *at).collect();
    let most = times.iter().map(|from| times.iter().filter(|at| (*from..from + 60_000).contains(at)).count()).max();
    assert!(times.len() > 60 && most.unwrap() <= 30, "{most:?} of {}", times.len());
}

#[tokio::test(start_paused = true)]
async fn a_run_whose_day_is_used_up_goes_on_on_the_next() {
    let test = with(20).await;
    *test.books.limits.lock().unwrap() = Limits { per_minute: 10_000, at_once: 1, per_day: Some(60) };
    test.start().await;
    test.drain().await;
    let run = test.run().await;
    let waits = (&run["status"], &run["error"]["code"], &run["resume_at"]);
    assert_eq!(waits, (&json!("waiting"), &json!("DAILY_LIMIT"), &json!("2026-01-02T00:00:00.000Z")), "{run}");
    assert_eq!(test.settle().await["status"], "completed");
    // As the provider says it.
    test.forget().await;
    test.books.limits.lock().unwrap().per_day = None;
    test.books.plant("create", 3, 1, Fault::Daily);
    test.start().await;
    test.drain().await;
    let run = test.run().await;
    assert_eq!((&run["status"], &run["error"]["code"]), (&json!("waiting"), &json!("DAILY_LIMIT")), "{run}");
    assert_eq!(test.settle().await["status"], "completed");
    assert!(test.books.counts().values().all(|count| *count == 1));
}

#[tokio::test(start_paused = true)]
async fn a_run_waits_as_long_as_the_provider_says() {
    let test = with(1).await;
    test.books.plant("find", 0, 1, Fault::Status(429, 120));
    test.start().await;
    test.drain().await;
    let run = test.run().await;
    let waits = (&run["status"], &run["error"]["code"], &run["error"]["remedy"]);
    let remedy = "Nothing: the run goes on by itself.";
    assert_eq!(waits, (&json!("waiting"), &json!("THROTTLED"), &json!(remedy)), "{run}");
    let wait = edge_capabilities::Timestamp::parse(run["resume_at"].as_str().unwrap()).unwrap();
    assert!((118_000..=120_000).contains(&wait.millis_since(test.now())), "{run}");
    assert_eq!(test.settle().await["status"], "completed");
}
