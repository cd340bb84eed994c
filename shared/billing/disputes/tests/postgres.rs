//! Refunds that many reserve at once, on the databases that the edge runs on: never more than was captured.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

#[path = "../../../platform/database/tests/server/mod.rs"]
mod server;

use std::sync::Arc;

use edge_capabilities::testing::{MemoryDatabase, START};
use edge_database::Db;
use edge_disputes::{RefundAccounts, RefundState, Reservation, Want};
use edge_money::{Currency, Money};
use edge_payment_history::RecordedPayment;

const CAPTURED: i64 = 10_000;
const CALLERS: usize = 40;

/// Forty instances reserve at once, each an amount of its own or all that is left; some ask for what they have already.
async fn reserve_at_once(dbs: &[Db]) {
    let payment = RecordedPayment {
        organization: "acme".into(),
        provider: "bheempay".into(),
        payment: "p1".into(),
        amount: Money { minor: CAPTURED, currency: Currency::INR },
        at: START,
    };
    let opened = futures::future::join_all(dbs.iter().map(|db| {
        let accounts = RefundAccounts::new(db.clone());
        let payment = payment.clone();
        async move { accounts.open(&payment, &[], START).await.unwrap().captured }
    }));
    assert!(opened.await.iter().all(|captured| *captured == Some(CAPTURED)));
    let each = (0..CALLERS).map(|caller| {
        let accounts = RefundAccounts::new(dbs[caller % dbs.len()].clone());
        // Every second asks under the id of the one before.
        let id = format!("rfd_{}", caller / 2);
        let want = if caller % 10 < 2 { Want::UpTo(6_000) } else { Want::Exactly(300 + 13 * (caller as i64 / 2)) };
        async move { accounts.reserve(("acme", "p1"), (&id, "dsp_1"), want, START).await.unwrap() }
    });
    let done = futures::future::join_all(each).await;
    let account = RefundAccounts::new(dbs[0].clone()).find("acme", "p1").await.unwrap().unwrap();
    let sum: i64 = account.refunds.iter().map(|refund| refund.amount).sum();
    assert_eq!(account.taken, sum);
    assert!(sum <= CAPTURED && account.refunds.iter().all(|refund| refund.amount > 0), "{sum}");
    assert!(account.refunds.iter().all(|refund| refund.state == RefundState::Reserved));
    let mut ids: Vec<&str> = account.refunds.iter().map(|refund| refund.id.as_str()).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), account.refunds.len(), "each once");
    for reserved in &done {
        match reserved {
            Reservation::Reserved(refund) => assert!(ids.contains(&refund.id.as_str())),
            Reservation::Exceeds(_) => {}
            Reservation::Barred => panic!("nothing bars it"),
        }
    }
    // What is left is taken by one, and then nothing is.
    let accounts = RefundAccounts::new(dbs[0].clone());
    if account.left() > 0 {
        let all = accounts.reserve(("acme", "p1"), ("rfd_all", "dsp_1"), Want::UpTo(CAPTURED), START).await.unwrap();
        assert!(matches!(all, Reservation::Reserved(refund) if refund.amount == account.left()));
    }
    for want in [Want::Exactly(1), Want::UpTo(1), Want::Exactly(0), Want::Exactly(-5)] {
        let none = accounts.reserve(("acme", "p1"), ("rfd_more", "dsp_1"), want, START).await.unwrap();
        assert_eq!(none, Reservation::Exceeds(0), "{want:?}");
    }
}

#[tokio::test]
async fn refunds_reserved_at_once_stay_within_what_was_captured_on_sqlite() {
    let db = Db::new(Arc::new(MemoryDatabase::new()));
    db.prepare().await.unwrap();
    reserve_at_once(&[db]).await;
}

/// Where no server is installed there is nothing to test.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn refunds_reserved_at_once_stay_within_what_was_captured_on_postgresql() {
    let Some(server) = server::start().await else { return };
    let first = Arc::new(server.new_database("disputes").await);
    let db = Db::new(first);
    db.prepare().await.unwrap();
    // Statements of one connection run one after the other.
    let mut dbs = vec![db];
    for _ in 0..9 {
        dbs.push(Db::new(Arc::new(server.connect("disputes").await)));
    }
    reserve_at_once(&dbs).await;
}
