//! Wherever an instance dies, whoever comes next sends what is missing, and nothing twice.

use std::time::Duration;

use crate::books::TestBooks;
use crate::fixture::{Test, drain_on, with};

/// How many invoices there are. `LEDGER_SYNC_INVOICES=670` makes some thousand documents; every `LEDGER_SYNC_STEP`th call is
/// tried.
fn setting(name: &str, default: usize) -> usize {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

/// A node that dies after `calls`; gives whether it died, and how many calls it made.
async fn node(test: &Test, books: &TestBooks, calls: i64, makes_the_last: bool) -> (bool, i64) {
    let (capabilities, life) = test.world.mortal(calls, makes_the_last);
    let death = life.death();
    tokio::select! {
        () = drain_on(&capabilities, books) => {}
        () = death => {}
    }
    (life.is_dead(), life.calls())
}

#[tokio::test(start_paused = true)]
async fn a_node_that_dies_at_any_call_leaves_no_document_twice_and_none_forgotten() {
    let test = with(setting("LEDGER_SYNC_INVOICES", 2)).await;
    test.start().await;
    let (_, calls) = node(&test, &test.books, i64::MAX, false).await;
    test.settle().await;
    let expected = test.books.counts();
    assert!(expected.len() >= 7 && expected.values().all(|count| *count == 1) && calls > 50, "{calls} {expected:?}");
    let mut died = 0;
    let step = setting("LEDGER_SYNC_STEP", 1);
    for (calls, makes_the_last) in (1..=calls).step_by(step).flat_map(|calls| [(calls, false), (calls, true)]) {
        test.forget().await;
        test.start().await;
        let (is_dead, _) = node(&test, &test.books, calls, makes_the_last).await;
        died += usize::from(is_dead);
        test.world.clock.advance(Duration::from_secs(61)).await;
        let run = test.settle().await;
        assert_eq!(run["status"], "completed", "call {calls}, made: {makes_the_last}: {run}");
        assert_eq!(test.books.counts(), expected, "call {calls}, made: {makes_the_last}");
        let sent = i64::try_from(expected.len()).unwrap();
        assert_eq!(test.states().await, [("sent".to_owned(), sent)].into(), "call {calls}, made: {makes_the_last}");
    }
    assert!(died * step > 80, "{died}");
}

#[tokio::test(start_paused = true)]
async fn many_nodes_that_all_die_young_get_there_together() {
    for life in [29, 37, 53] {
        let test = with(3).await;
        test.start().await;
        let mut nodes = 0;
        while test.run().await["finished_at"].is_null() {
            node(&test, &test.books, life, nodes % 2 == 0).await;
            nodes += 1;
            assert!(nodes < 60, "{life} calls get nowhere");
            test.world.clock.advance(Duration::from_secs(61)).await;
        }
        assert!(nodes > 1, "{nodes}");
        if test.run().await["status"] != "completed" {
            test.sync().await;
        }
        let counts = test.books.counts();
        assert!(counts.len() == 9 && counts.values().all(|count| *count == 1), "{life}: {counts:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn two_nodes_at_once_send_each_document_once() {
    let test = with(4).await;
    test.start().await;
    let (one, other) = (test.world.instance().0, test.world.instance().0);
    tokio::join!(drain_on(&one, &test.books), drain_on(&other, &test.books));
    test.settle().await;
    let counts = test.books.counts();
    assert!(counts.len() == 10 && counts.values().all(|count| *count == 1), "{counts:?}");
}
