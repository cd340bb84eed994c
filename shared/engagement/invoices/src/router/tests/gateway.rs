//! Payments that Stripe reported of invoices which it knows by their `external_id`.

use edge_capabilities::Clock as _;
use edge_capabilities::database::Value as Sql;
use edge_jobs::{JobQueue, JobRunner};

use super::*;

impl Test {
    /// Stripe's word that an invoice of a tenant was paid, in the inbox with `status`.
    async fn stripe(&self, tenant: &str, invoice: &str, amount: i64, status: &str) {
        let now = self.world.clock.now();
        let id = format!("evt_{invoice}_{amount}");
        let object =
            json!({"id": invoice, "currency": "inr", "amount_paid": amount, "billing_reason": "subscription_cycle"});
        let body =
            json!({"id": id, "type": "invoice.paid", "created": now.as_millis() / 1000, "data": {"object": object}});
        let statement =
            "INSERT INTO webhook_events (id, provider, identity, event, tenant_id, body, status, received_at,
                occurred_at, settled_at, attempts, leased_until)
            VALUES ($1, 'stripe', $1, 'invoice.paid', $2, $3, $4, $5, $5, $5, 0, 0)
            ON CONFLICT (id) DO UPDATE SET status = excluded.status";
        let values: [Sql; 5] = [id.into(), tenant.into(), format!("t{body}").into(), status.into(), now.into()];
        self.world.instance().0.db.query(statement, &values).await.unwrap();
    }

    /// Runs what looks for payments.
    async fn look(&self) {
        let (capabilities, _) = self.world.instance();
        let db = Db::new(capabilities.db.clone());
        let runner = JobRunner::new("messaging", &capabilities, &JobQueue::new(&capabilities, &db));
        let runner = jobs(&capabilities, &db, runner);
        self.world.clock.advance(Duration::from_mins(1)).await;
        runner.drain_all().await.unwrap();
    }

    async fn paid(&self, path: &str) -> (Value, Value) {
        let shown = self.get(path).await;
        (shown["status"].clone(), shown["amount_paid"].clone())
    }
}

fn named(id: &str) -> Value {
    with(new(), "external_id", json!(id))
}

fn paid() -> (Value, Value) {
    (json!("paid"), json!(1180.0))
}

#[tokio::test(start_paused = true)]
async fn an_invoice_that_stripe_says_is_paid_is_paid_once() {
    let test = test().await;
    let path = test.open(named("in_1")).await;
    let other = test.open(named("in_2")).await;
    test.stripe(ACME, "in_1", 118_000, "received").await;
    test.look().await;
    assert_eq!(test.paid(&path).await.0, "sent", "the event is not in effect yet");
    test.stripe(ACME, "in_1", 118_000, "processed").await;
    // What is said of another tenant's invoice of that name is not said of this.
    test.stripe(OTHER, "in_2", 118_000, "processed").await;
    for _ in 0..3 {
        test.look().await;
        assert_eq!(test.paid(&path).await, paid());
        assert_eq!(test.paid(&other).await.0, "sent");
    }
    let shown = test.get(&path).await;
    assert_eq!((&shown["payments"][0]["method"], &shown["credit"]), (&json!("stripe"), &json!(0.0)));
    // An invoice that was paid otherwise by then is not paid twice.
    test.acme("POST", &format!("{other}/payments"), json!({"amount": 1180})).await;
    test.stripe(ACME, "in_2", 118_000, "processed").await;
    test.look().await;
    assert_eq!(test.paid(&other).await, paid());
}

#[tokio::test(start_paused = true)]
async fn a_payment_before_its_invoice_is_finalised_or_has_its_name_is_applied_then() {
    let test = test().await;
    test.stripe(ACME, "in_early", 118_000, "processed").await;
    test.stripe(ACME, "in_unknown", 118_000, "processed").await;
    let early = test.make(named("in_early")).await;
    test.look().await;
    assert_eq!(test.paid(&early).await.0, "pending");
    test.world.clock.advance(Duration::from_hours(24 * 20)).await;
    test.acme("POST", &format!("{early}/finalize"), Value::Null).await;
    let unnamed = test.open(new()).await;
    test.look().await;
    assert_eq!(test.paid(&early).await, paid());
    assert_eq!(test.paid(&unnamed).await.0, "sent");
    assert_eq!(test.acme("PUT", &unnamed, json!({"external_id": "in_unknown"})).await.0, 200);
    test.look().await;
    assert_eq!(test.paid(&unnamed).await, paid());
}
