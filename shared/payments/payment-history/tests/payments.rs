//! Payments, from what Stripe sent to what is answered.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

#[path = "../../../platform/database/tests/server/mod.rs"]
mod server;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use edge_capabilities::testing::World;
use edge_capabilities::{Clock as _, Timestamp};
use edge_database::{Db, Value};
use edge_money::Currency;
use edge_payment_history::{Collector, HistoryQuery, PaymentHistory, PaymentPeriods, PaymentTotals};

const DAY: i64 = 86_400_000;

struct Inbox {
    world: World,
    db: Db,
    begun: Timestamp,
    events: u32,
}

impl Inbox {
    fn new() -> Self {
        let world = World::new(1);
        let db = Db::new(world.db.clone());
        Self::of(world, db)
    }

    fn of(world: World, db: Db) -> Self {
        let begun = world.clock.now();
        Self { world, db, begun, events: 0 }
    }

    /// An event of `day`, in the inbox with `status`; gives its id.
    async fn put(&mut self, event: &str, object: &str, day: i64, status: &str, tenant: Option<&str>) -> String {
        self.events += 1;
        let at = Timestamp::from_millis(self.begun.as_millis() + day * DAY);
        let id = format!("event-{:04}", self.events);
        let body = format!(
            r#"t{{"id":"{id}","type":"{event}","created":{},"data":{{"object":{object}}}}}"#,
            at.as_millis() / 1000
        );
        let values: Vec<Value> = vec![
            id.as_str().into(),
            event.into(),
            tenant.into(),
            body.into(),
            status.into(),
            self.world.clock.now().into(),
            at.into(),
        ];
        let statement =
            "INSERT INTO webhook_events (id, provider, identity, event, tenant_id, body, status, received_at,
                occurred_at, settled_at, attempts, leased_until)
            VALUES ($1, 'stripe', $1, $2, $3, $4, $5, $6, $7, $6, 0, 0)";
        self.db.query(statement, &values).await.unwrap();
        id
    }

    async fn invoice(&mut self, event: &str, invoice: &str, amount: i64, currency: &str, day: i64) -> String {
        let object = format!(
            r#"{{"id":"{invoice}","currency":"{currency}","amount_paid":{amount},"amount_due":{amount},
                "billing_reason":"subscription_cycle","last_finalization_error":{{"message":"card_declined"}}}}"#
        );
        self.put(event, &object, day, "processed", Some("acme")).await
    }

    async fn paid(&mut self, invoice: &str, day: i64) -> String {
        self.invoice("invoice.paid", invoice, 1_000, "usd", day).await
    }

    async fn failed(&mut self, invoice: &str, day: i64) -> String {
        self.invoice("invoice.payment_failed", invoice, 1_000, "usd", day).await
    }

    /// Stripe's word that so much of an invoice was given back in all.
    async fn refunded(&mut self, invoice: &str, total: i64, day: i64) -> String {
        let object = format!(
            r#"{{"id":"ch_1","invoice":"{invoice}","currency":"usd","amount":1000,"amount_refunded":{total}}}"#
        );
        self.put("charge.refunded", &object, day, "ignored", None).await
    }

    async fn collect(&self) {
        let (capabilities, _) = self.world.instance();
        assert!(Collector::new(&capabilities, &self.db).catch_up().await.unwrap());
    }

    fn query(&self, days: &[i64]) -> HistoryQuery {
        let at = |day: &i64| Timestamp::from_millis(self.begun.as_millis() + day * DAY);
        HistoryQuery {
            boundaries: days.iter().map(at).collect(),
            organization: None,
            application: None,
            currency: None,
            until: self.world.clock.now(),
        }
    }

    async fn periods(&self, days: &[i64]) -> PaymentPeriods {
        PaymentHistory::new(self.db.clone()).periods(&self.query(days)).await.unwrap()
    }

    async fn takings(&self) -> (i64, i64) {
        let takings = self.periods(&[-30, 100]).await.takings;
        let PaymentTotals { collected, refunded } = takings.get(&(usd(), 0)).copied().unwrap_or_default();
        (collected, refunded)
    }
}

fn usd() -> Currency {
    Currency::parse("USD").unwrap()
}

#[tokio::test(start_paused = true)]
async fn the_golden_payments_are_9_of_17_9_of_10_7_of_10_and_2_of_3() {
    golden(Inbox::new()).await;
}

/// Where no server is installed there is nothing to test.
#[tokio::test(flavor = "multi_thread")]
async fn the_golden_payments_are_the_same_on_postgresql() {
    let Some(server) = server::start().await else { return };
    let db = Db::new(Arc::new(server.new_database("payments").await));
    golden(Inbox::of(World::new(1), db)).await;
}

async fn golden(mut inbox: Inbox) {
    for number in 0..7 {
        inbox.paid(&format!("in_{number}"), number).await;
    }
    for number in 7..9 {
        let invoice = format!("in_{number}");
        inbox.failed(&invoice, number).await;
        inbox.failed(&invoice, number + 1).await;
        inbox.paid(&invoice, number + 2).await;
    }
    for attempt in 0..4 {
        inbox.failed("in_9", 9 + attempt).await;
    }
    inbox.collect().await;
    let periods = inbox.periods(&[0, 31]).await;
    let attempts = &periods.attempts[&(usd(), 0)];
    assert_eq!((attempts.succeeded, attempts.failed), (9, 8));
    assert_eq!(
        attempts.reasons.iter().map(|(reason, count)| (reason.as_str(), *count)).collect::<Vec<_>>(),
        [("card_declined", 8)]
    );
    let invoices = periods.invoices[&(usd(), 0)];
    assert_eq!((invoices.total, invoices.paid, invoices.first_try), (10, 9, 7));
    // By the first attempt: an invoice is in one period, whenever it is paid.
    let halves = inbox.periods(&[0, 8, 31]).await.invoices;
    assert_eq!((halves[&(usd(), 0)].total, halves[&(usd(), 1)].total), (8, 2));
    assert_eq!((halves[&(usd(), 0)].paid, halves[&(usd(), 1)].paid), (8, 1));
    assert_eq!(inbox.periods(&[10, 31]).await.invoices, BTreeMap::default());
    let of_acme = HistoryQuery {
        organization: Some("acme".into()),
        application: Some(String::new()),
        currency: Some(usd()),
        ..inbox.query(&[0, 31])
    };
    let history = PaymentHistory::new(inbox.db.clone());
    assert_eq!(history.periods(&of_acme).await.unwrap(), periods);
    let attempts = history.attempts_of(&["acme", "beta"], &of_acme).await.unwrap();
    assert_eq!(attempts.into_iter().collect::<Vec<_>>(), [(("acme".to_owned(), 0), (9, 8))]);
}

#[tokio::test(start_paused = true)]
async fn one_payment_that_several_events_report_is_one() {
    let mut inbox = Inbox::new();
    inbox.paid("in_1", 0).await;
    inbox.invoice("invoice.payment_succeeded", "in_1", 1_000, "usd", 0).await;
    let session = r#"{"id":"cs_1","invoice":"in_1","currency":"usd","amount_total":1000,"payment_status":"paid"}"#;
    inbox.put("checkout.session.completed", session, 0, "processed", Some("acme")).await;
    inbox.collect().await;
    inbox.collect().await;
    assert_eq!(inbox.takings().await, (1_000, 0));
}

#[tokio::test(start_paused = true)]
async fn a_refund_is_counted_by_what_it_gave_back_even_where_it_comes_first() {
    let mut inbox = Inbox::new();
    inbox.refunded("in_1", 300, 2).await;
    inbox.collect().await;
    assert_eq!(inbox.takings().await, (0, 0));
    inbox.paid("in_1", 0).await;
    inbox.collect().await;
    assert_eq!(inbox.takings().await, (1_000, 300));
    // So much in all, and never more than was paid.
    inbox.refunded("in_1", 500, 3).await;
    inbox.refunded("in_1", 2_000, 4).await;
    inbox.refunded("in_unknown", 100, 4).await;
    inbox.collect().await;
    assert_eq!(inbox.takings().await, (1_000, 1_000));
    // In the period in which it was given back.
    let takings = inbox.periods(&[0, 1, 31]).await.takings;
    assert_eq!(takings[&(usd(), 0)], PaymentTotals { collected: 1_000, refunded: 0 });
    assert_eq!(takings[&(usd(), 1)], PaymentTotals { collected: 0, refunded: 1_000 });
}

#[tokio::test(start_paused = true)]
async fn an_event_counts_once_it_is_in_effect_however_late_that_is() {
    let mut inbox = Inbox::new();
    let object = r#"{"id":"in_1","currency":"usd","amount_paid":1000,"billing_reason":"subscription_cycle"}"#;
    let waiting = inbox.put("invoice.paid", object, 0, "quarantined", None).await;
    inbox.collect().await;
    assert_eq!(inbox.takings().await, (0, 0));
    inbox.world.clock.advance(Duration::from_secs(7 * 86_400)).await;
    let statement = "UPDATE webhook_events SET status = 'processed', tenant_id = 'acme' WHERE id = $1";
    inbox.db.query(statement, &[waiting.as_str().into()]).await.unwrap();
    inbox.collect().await;
    assert_eq!(inbox.takings().await, (1_000, 0));
    // And stays when the inbox has forgotten it.
    inbox.db.query("DELETE FROM webhook_events", &[]).await.unwrap();
    inbox.collect().await;
    assert_eq!(inbox.takings().await, (1_000, 0));
}

#[tokio::test(start_paused = true)]
async fn an_event_that_is_committed_late_is_not_skipped() {
    let mut inbox = Inbox::new();
    inbox.world.clock.advance(Duration::from_secs(600)).await;
    inbox.paid("in_1", 0).await;
    inbox.collect().await;
    let late = inbox.paid("in_2", 0).await;
    let statement = "UPDATE webhook_events SET received_at = received_at - 120000 WHERE id = $1";
    inbox.db.query(statement, &[late.as_str().into()]).await.unwrap();
    inbox.collect().await;
    assert_eq!(inbox.takings().await, (2_000, 0));
}

#[tokio::test(start_paused = true)]
async fn a_clock_that_is_ahead_has_nothing_passed_over() {
    let mut inbox = Inbox::new();
    let ahead = inbox.paid("in_1", 0).await;
    let statement = "UPDATE webhook_events SET received_at = received_at + 3600000 WHERE id = $1";
    inbox.db.query(statement, &[ahead.as_str().into()]).await.unwrap();
    inbox.collect().await;
    inbox.world.clock.advance(Duration::from_secs(1_200)).await;
    inbox.paid("in_2", 0).await;
    inbox.collect().await;
    let query =
        HistoryQuery { until: inbox.world.clock.now().plus(Duration::from_secs(7_200)), ..inbox.query(&[0, 31]) };
    let periods = PaymentHistory::new(inbox.db.clone()).periods(&query).await.unwrap();
    assert_eq!(periods.takings[&(usd(), 0)].collected, 2_000);
}

#[tokio::test(start_paused = true)]
async fn a_collector_that_dies_at_any_call_loses_nothing_and_counts_nothing_twice() {
    for calls in 0..40 {
        let mut inbox = Inbox::new();
        inbox.paid("in_1", 0).await;
        inbox.failed("in_2", 0).await;
        inbox.refunded("in_1", 400, 1).await;
        inbox.refunded("in_3", 100, 1).await;
        let (capabilities, lifetime) = inbox.world.mortal(calls, calls % 2 == 0);
        let mortal = Collector::new(&capabilities, &Db::new(capabilities.db.clone()));
        let death = lifetime.death();
        tokio::select! {
            _ = mortal.catch_up() => {}
            () = death => {}
        }
        drop(lifetime);
        inbox.paid("in_3", 0).await;
        inbox.collect().await;
        assert_eq!(inbox.takings().await, (2_000, 500), "after {calls} calls");
        assert_eq!(inbox.periods(&[0, 9]).await.attempts[&(usd(), 0)].failed, 1, "after {calls} calls");
    }
}

#[tokio::test(start_paused = true)]
async fn currencies_are_apart_and_so_is_what_was_not_known_yet() {
    let mut inbox = Inbox::new();
    for (invoice, amount, currency) in [("in_1", 1_500, "jpy"), ("in_2", 12_340, "kwd"), ("in_3", 99_900, "inr")] {
        inbox.invoice("invoice.paid", invoice, amount, currency, 0).await;
    }
    inbox.collect().await;
    let before = inbox.query(&[0, 31]);
    let takings = inbox.periods(&[0, 31]).await.takings;
    let collected: Vec<(&str, i64)> =
        takings.iter().map(|((currency, _), takings)| (currency.as_str(), takings.collected)).collect();
    assert_eq!(collected, [("INR", 99_900), ("JPY", 1_500), ("KWD", 12_340)]);
    inbox.world.clock.advance(Duration::from_secs(86_400)).await;
    // Of the same day, and heard of a day later.
    inbox.invoice("invoice.paid", "in_4", 100, "inr", 0).await;
    inbox.collect().await;
    let history = PaymentHistory::new(inbox.db.clone());
    let inr = (Currency::INR, 0);
    assert_eq!(history.periods(&before).await.unwrap().takings[&inr].collected, 99_900);
    assert_eq!(inbox.periods(&[0, 31]).await.takings[&inr].collected, 100_000);
    let nobody = HistoryQuery { organization: Some("beta".into()), ..before };
    assert_eq!(history.periods(&nobody).await.unwrap(), PaymentPeriods::default());
}
