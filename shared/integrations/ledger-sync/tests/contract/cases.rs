//! The cases.

use std::time::Duration;

use edge_accounting::Provider;
use edge_capabilities::Database as _;
use ledgers::{Fault, FaultKind};

use crate::fixture::{Test, connected};

/// Each document of each kind once, as a run without faults writes them.
async fn clean(test: &Test) -> std::collections::BTreeMap<(String, String), usize> {
    let run = test.sync().await;
    let name = test.ledger.name();
    assert_eq!(run["status"], "completed", "{name}: {run} {:?}", test.errors().await);
    assert!(test.errors().await.is_empty(), "{name}: {:?}", test.errors().await);
    let counts = test.counts();
    for (kind, many) in [("customers", 2), ("invoices", 2), ("payments", 1), ("refunds", 1), ("journals", 1)] {
        let sent = run["done"][kind]["sent"].as_i64();
        assert_eq!(sent, Some(many), "{name} {kind}: {run}");
    }
    assert!(counts.values().all(|count| *count == 1), "{name}: {counts:?}");
    assert!(test.ledger.documents().iter().all(|document| !document.draft), "{name}");
    counts
}

/// What goes wrong at one request or another, and passes. `LEDGER_SYNC_CALLS` names more requests: `0,1,2,3`.
async fn whatever_passes_leaves_each_document_once(provider: Provider) {
    let test = connected(provider).await;
    let expected = clean(&test).await;
    let named = std::env::var("LEDGER_SYNC_CALLS").unwrap_or_else(|_| "0,3,8".to_owned());
    let calls: Vec<u64> = named.split(',').map(|call| call.parse().unwrap()).collect();
    for kind in [
        FaultKind::Throttled { retry_after: Some(7), daily: false },
        FaultKind::Throttled { retry_after: None, daily: false },
        FaultKind::Throttled { retry_after: None, daily: true },
        FaultKind::Unauthorized,
        FaultKind::Status { status: 500 },
        FaultKind::Status { status: 503 },
        FaultKind::Lost,
        FaultKind::Cut,
        FaultKind::Unheard,
        FaultKind::Garbage,
    ] {
        for after in calls.iter().copied() {
            test.forget().await;
            test.ledger.order(Fault::once("", kind.clone()).after(after));
            let run = test.sync().await;
            let case = format!("{provider:?}: {kind:?} after {after} calls: {run}");
            assert_eq!(run["status"], "completed", "{case}");
            if kind == FaultKind::Garbage && !test.errors().await.is_empty() {
                // What cannot be read may look like a refusal, which has a name: the next run asks again.
                assert_eq!(test.sync().await["status"], "completed", "{case}");
            }
            assert_eq!(test.counts(), expected, "{case} {:?}", test.errors().await);
            assert!(test.errors().await.is_empty(), "{case} {:?}", test.errors().await);
            assert!(test.ledger.documents().iter().all(|document| !document.draft), "{case}");
        }
    }
    // The tokens that the edge has are still good.
    test.ledger.books().grants.expire_access();
    test.forget().await;
    assert_eq!(clean(&test).await, expected, "{provider:?}");
    let all = test.everything().await;
    let secrets: Vec<String> = ledgers::credentials(provider.as_str())
        .into_iter()
        .filter(|(name, _)| is_secret(name))
        .map(|(_, it)| it)
        .collect();
    for secret in secrets {
        assert!(!all.contains(&secret), "{provider:?}: a secret is in the record");
    }
}

fn is_secret(name: &str) -> bool {
    ["secret", "password", "key"].iter().any(|part| name.contains(part)) && name != "consumer_key"
}

/// A closed period, an account that is gone, and mending both.
async fn what_does_not_pass_has_a_name(provider: Provider) {
    let test = connected(provider).await;
    let expected = clean(&test).await;
    test.forget().await;
    test.ledger.books().closed_before = Some("2026-02-01".to_owned());
    let run = test.sync().await;
    let errors = test.errors().await;
    assert_eq!(run["status"], "completed", "{provider:?}: {run} {errors:?}");
    assert!(errors.iter().any(|(code, _)| code == "PERIOD_CLOSED"), "{provider:?}: {errors:?}");
    assert!(test.counts().keys().all(|(kind, _)| kind == "customers"), "{provider:?}: {:?}", test.counts());
    test.ledger.books().closed_before = None;
    assert_eq!(test.sync().await["status"], "completed");
    assert_eq!(test.counts(), expected, "{provider:?}: {:?}", test.errors().await);

    test.forget().await;
    let gone = test.ledger.books().accounts.remove("4000").unwrap();
    let run = test.sync().await;
    let errors = test.errors().await;
    let is_named = |code: &str| ["MISSING_IN_BOOKS", "REFUSED"].contains(&code);
    assert!(errors.iter().any(|(code, _)| is_named(code)), "{provider:?}: {run} {errors:?}");
    assert!(!test.counts().keys().any(|(kind, _)| kind == "invoices"), "{provider:?}");
    test.ledger.books().accounts.insert("4000".to_owned(), gone);
    assert_eq!(test.sync().await["status"], "completed");
    assert_eq!(test.counts(), expected, "{provider:?}: {:?}", test.errors().await);
    // The mappings are lost: what is there is found, and linked.
    for table in ["ledger_documents", "ledger_positions"] {
        test.world.db.query(&format!("DELETE FROM {table}"), &[]).await.unwrap();
    }
    assert_eq!(test.sync().await["status"], "completed");
    assert_eq!(test.counts(), expected, "{provider:?}: {:?}", test.errors().await);
}

/// A node that dies at a call of a run, and another that goes on. Every `LEDGER_SYNC_STEP`th call is tried.
async fn wherever_a_node_dies_each_document_is_once(provider: Provider) {
    let test = connected(provider).await;
    test.start().await;
    let (capabilities, life) = test.world.mortal(i64::MAX, false);
    test.drain_on(&capabilities).await;
    let calls = life.calls();
    test.settle().await;
    let expected = test.counts();
    let step = std::env::var("LEDGER_SYNC_STEP").ok().and_then(|text| text.parse().ok()).unwrap_or(17);
    for (calls, makes_the_last) in (1..=calls).step_by(step).flat_map(|calls| [(calls, false), (calls, true)]) {
        test.forget().await;
        test.start().await;
        let (capabilities, life) = test.world.mortal(calls, makes_the_last);
        let death = life.death();
        tokio::select! {
            () = test.drain_on(&capabilities) => {}
            () = death => {}
        }
        drop(life);
        test.world.clock.advance(Duration::from_secs(61)).await;
        let run = test.settle().await;
        let case = format!("{provider:?}: call {calls}, made: {makes_the_last}: {run}");
        assert_eq!(run["status"], "completed", "{case}");
        assert_eq!(test.counts(), expected, "{case} {:?}", test.errors().await);
    }
}

/// Two nodes whose tokens have expired.
async fn two_nodes_renew_once_and_send_each_document_once(provider: Provider) {
    let test = connected(provider).await;
    let expected = clean(&test).await;
    for _ in 0..3 {
        test.forget().await;
        test.start().await;
        test.ledger.books().grants.expire_access();
        let (one, other) = (test.world.instance().0, test.world.instance().0);
        tokio::join!(test.drain_on(&one), test.drain_on(&other));
        let run = test.settle().await;
        assert_eq!(run["status"], "completed", "{provider:?}: {run}");
        assert_eq!(test.counts(), expected, "{provider:?}: {:?}", test.errors().await);
    }
}

/// The network is away for a while.
async fn a_provider_that_is_away_is_left_alone(provider: Provider) {
    let test = connected(provider).await;
    test.ledger.order(Fault::once("", FaultKind::Status { status: 503 }).times(10_000));
    let run = test.sync().await;
    assert_eq!((&run["status"], &run["error"]["code"]), (&"failed".into(), &"PROVIDER_UNAVAILABLE".into()), "{run}");
    test.ledger.clear_faults();
    clean(&test).await;
}

macro_rules! contract {
    ($($name:ident $provider:ident;)*) => {$(
        mod $name {
            use super::*;

            #[tokio::test(start_paused = true)]
            async fn whatever_passes_leaves_each_document_once() {
                super::whatever_passes_leaves_each_document_once(Provider::$provider).await;
            }

            #[tokio::test(start_paused = true)]
            async fn what_does_not_pass_has_a_name() {
                super::what_does_not_pass_has_a_name(Provider::$provider).await;
            }

            #[tokio::test(start_paused = true)]
            async fn wherever_a_node_dies_each_document_is_once() {
                super::wherever_a_node_dies_each_document_is_once(Provider::$provider).await;
            }

            #[tokio::test(start_paused = true)]
            async fn two_nodes_renew_once_and_send_each_document_once() {
                super::two_nodes_renew_once_and_send_each_document_once(Provider::$provider).await;
            }

            #[tokio::test(start_paused = true)]
            async fn a_provider_that_is_away_is_left_alone() {
                super::a_provider_that_is_away_is_left_alone(Provider::$provider).await;
            }
        }
    )*};
}

contract! {
    quickbooks QuickBooks;
    xero Xero;
    sage Sage;
    netsuite NetSuite;
    dynamics365 Dynamics365;
    sap Sap;
}
