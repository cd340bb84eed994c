//! Whatever goes wrong: each document once, or an error with a name.

use serde_json::json;

use crate::books::Fault;
use crate::fixture::with;

#[tokio::test(start_paused = true)]
async fn what_passes_leaves_each_document_sent_once() {
    let test = with(2).await;
    for op in ["find", "create", ""] {
        for fault in [
            Fault::Status(429, 7),
            Fault::Status(429, 0),
            Fault::Status(500, 0),
            Fault::Status(503, 3),
            Fault::Daily,
            Fault::Expired,
            Fault::HangsBefore,
            Fault::HangsAfter,
            Fault::FailsAfter,
            Fault::GarbageBefore,
            Fault::GarbageAfter,
        ] {
            for (after, times) in [(0, 1), (1, 2), (4, 3)] {
                // A token that is refused as soon as it is renewed is another case.
                let times = if fault == Fault::Expired { 1 } else { times };
                test.forget().await;
                test.books.plant(op, after, times, fault);
                let run = test.sync().await;
                let case = format!("{fault:?} of {op:?} {times} times after {after}: {run}");
                assert_eq!(run["status"], "completed", "{case}");
                let counts = test.books.counts();
                assert!(counts.len() == 7 && counts.values().all(|count| *count == 1), "{case}: {counts:?}");
                assert_eq!(test.states().await, [("sent".to_owned(), 7)].into(), "{case}");
            }
        }
    }
    let good = test.books.state.lock().unwrap().good;
    assert_eq!(*test.books.tokens.lock().unwrap(), good, "no refresh token is lost");
}

#[tokio::test(start_paused = true)]
async fn what_does_not_pass_has_a_name_and_is_sent_by_the_next_run_once_it_is_mended() {
    let test = with(2).await;
    for (fault, code, state) in [
        (Fault::Invalid, "REFUSED", "failed"),
        (Fault::Closed, "PERIOD_CLOSED", "blocked"),
        (Fault::Taken, "DUPLICATE_NUMBER", "failed"),
        (Fault::HangsBefore, "PROVIDER_UNAVAILABLE", "failed"),
    ] {
        test.forget().await;
        test.books.limits.lock().unwrap().at_once = 1;
        // The first invoice: two customers come before it.
        let times = if fault == Fault::HangsBefore { 5 } else { 1 };
        test.books.plant("create", 2, times, fault);
        if fault == Fault::HangsBefore {
            // One that hangs is passed by, so each of its attempts is met.
            test.books.state.lock().unwrap().faults.clear();
            for after in [2, 2, 2, 2, 2] {
                test.books.plant("create", after, 100, fault);
            }
        }
        let run = test.sync().await;
        let codes = test.codes().await;
        assert!(codes.contains_key(code), "{fault:?}: {codes:?} {run}");
        assert!(test.states().await.contains_key(state), "{fault:?}");
        test.books.state.lock().unwrap().faults.clear();
        test.world.clock.advance(std::time::Duration::from_secs(600)).await;
        let run = test.sync().await;
        assert_eq!(run["status"], "completed", "{fault:?}: {run}");
        assert!(test.codes().await.is_empty(), "{fault:?}: {run}");
        let counts = test.books.counts();
        assert!(counts.len() == 7 && counts.values().all(|count| *count == 1), "{fault:?}: {counts:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_in_the_books_already_is_linked() {
    let test = with(2).await;
    test.sync().await;
    let before = test.books.counts();
    // The mappings are lost.
    for table in ["ledger_documents", "ledger_positions"] {
        test.db().query(&format!("DELETE FROM {table}"), &[]).await.unwrap();
    }
    let run = test.sync().await;
    assert_eq!(run["done"]["invoices"], json!({"sent": 2}), "{run}");
    assert_eq!(test.books.counts(), before);
    let logs = test.get("/logs?outcome=linked").await;
    assert_eq!(logs["data"].as_array().unwrap().len(), 7);
}

#[tokio::test(start_paused = true)]
async fn tokens_that_nobody_renews_end_the_run_and_a_disconnection_stops_it() {
    let test = with(2).await;
    test.books.plant("create", 1, 1, Fault::Expired);
    // Somebody else has spent the refresh token.
    test.books.state.lock().unwrap().good.1 = 99;
    let run = test.sync().await;
    assert_eq!((&run["status"], &run["error"]["code"]), (&json!("failed"), &json!("NEEDS_REAUTH")), "{run}");
    assert!(test.states().await.keys().all(|state| state == "sent" || state == "pending"));
    // Somebody consents again.
    let good = test.books.state.lock().unwrap().good;
    *test.books.tokens.lock().unwrap() = good;
    test.start().await;
    test.books.integration.lock().unwrap().is_connected = false;
    let run = test.settle().await;
    assert_eq!((&run["status"], &run["error"]["code"]), (&json!("stopped"), &json!("DISCONNECTED")), "{run}");
    test.books.integration.lock().unwrap().is_connected = true;
    assert_eq!(test.sync().await["status"], "completed");
    let counts = test.books.counts();
    assert!(counts.len() == 7 && counts.values().all(|count| *count == 1), "{counts:?}");
}

#[tokio::test(start_paused = true)]
async fn a_provider_that_is_down_ends_the_run_after_so_many_attempts() {
    let test = with(2).await;
    test.books.plant("", 0, 10_000, Fault::Status(503, 0));
    let run = test.sync().await;
    assert_eq!((&run["status"], &run["error"]["code"]), (&json!("failed"), &json!("PROVIDER_UNAVAILABLE")), "{run}");
    assert!(test.books.state.lock().unwrap().asked.len() < 60, "it is left alone");
    test.books.state.lock().unwrap().faults.clear();
    assert_eq!(test.sync().await["status"], "completed");
    assert_eq!(test.states().await, [("sent".to_owned(), 7)].into());
}
