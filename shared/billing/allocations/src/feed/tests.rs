use std::time::Duration;

use edge_capabilities::Clock as _;
use edge_capabilities::database::Value as Sql;
use edge_http::testing::{request, send};
use edge_jobs::JobRunner;
use edge_tenants::testing::{ACME, OTHER, PLATFORM};
use serde_json::{Value, json};

use super::*;
use crate::router::jobs;
use crate::router::tests::{Test, shares, test};

const INVOICES: &str = "/api/v1/invoices";

impl Test {
    async fn invoices(&self, tenant: &str, path: &str, body: Value) -> Value {
        let (capabilities, _) = self.world.instance();
        let router = edge_invoices::router(capabilities);
        let request = request("POST", &format!("{INVOICES}{path}"), PLATFORM, [("x-tenant-id", tenant)], &body);
        let answer = send(&router, request).await;
        assert!([200, 201].contains(&answer.status), "{}", answer.body);
        answer.body
    }

    /// The id of a new draft of 1000.00 INR and 180.00 tax.
    async fn draft(&self, tenant: &str) -> String {
        let body = json!({"customer": {"name": "Zoë"}, "currency": "INR",
            "items": [{"description": "Seats", "unit_price": 1000, "tax_rate": 18}]});
        self.invoices(tenant, "", body).await["id"].as_str().unwrap().to_owned()
    }

    async fn finalize(&self, tenant: &str, id: &str) {
        self.invoices(tenant, &format!("/{id}/finalize"), Value::Null).await;
    }

    /// An event of BheemPay in effect, in the inbox.
    async fn reported(&self, tenant: &str, id: &str, payload: Value) {
        let now = self.world.clock.now();
        let event = "payment.captured";
        let body = json!({"event": event, "payload": payload, "created_at": now.as_millis() / 1000});
        let statement =
            "INSERT INTO webhook_events (id, provider, identity, event, tenant_id, body, status, received_at,
                occurred_at, settled_at, attempts, leased_until)
            VALUES ($1, 'bheempay', $1, $2, $3, $4, 'processed', $5, $5, $5, 0, 0)";
        let body = format!("t{body}");
        let values: [Sql; 5] = [id.into(), event.into(), tenant.into(), body.into(), now.into()];
        self.db.query(statement, &values).await.unwrap();
    }

    /// A payment of 100.01 INR for `sub_1`.
    async fn paid(&self, tenant: &str, payment: &str) {
        let payload = json!({"metadata": {"tenant_id": tenant}, "subscription_id": "sub_1", "plan_id": "team",
            "payment_id": payment, "amount": 100.01, "currency": "INR"});
        self.reported(tenant, &format!("evt_{payment}"), payload).await;
    }

    /// What a gateway says was given back of a payment of Acme.
    async fn refunded(&self, payment: &str, name: &str, minor: Option<i64>) {
        let statement = "INSERT INTO payment_refunds (tenant_id, payment, refund, amount, currency, is_total, at)
            VALUES ($1, $2, $3, $4, $5, 0, $6)";
        let currency = minor.map(|_| "INR".to_owned());
        let values: [Sql; 6] =
            [ACME.into(), payment.into(), name.into(), minor.into(), currency.into(), self.world.clock.now().into()];
        self.db.query(statement, &values).await.unwrap();
    }

    /// Runs the jobs, a minute later.
    async fn follow(&self) {
        let (capabilities, _) = self.world.instance();
        let db = Db::new(capabilities.db.clone());
        let runner = JobRunner::new("enterprise", &capabilities, &JobQueue::new(&capabilities, &db));
        self.world.clock.advance(Duration::from_mins(1)).await;
        jobs(&capabilities, &db, runner).drain_all().await.unwrap();
    }

    /// The sums of Acme's lines by `by`, in minor units.
    async fn totals(&self, by: &str, query: &str) -> Vec<(Option<String>, i64)> {
        let totals = self.get(&format!("/allocations/totals?by={by}{query}")).await;
        let minor = |sum: &Value| (sum["amount"].as_f64().unwrap() * 100.0).round() as i64;
        let value = |sum: &Value| sum["value"].as_str().map(str::to_owned);
        totals["data"].as_array().unwrap().iter().map(|sum| (value(sum), minor(sum))).collect()
    }
}

#[tokio::test(start_paused = true)]
async fn a_finalised_invoice_is_posted_once_and_a_voided_one_given_back() {
    let test = test().await;
    let [a, b] = test.departments().await;
    let id = test.draft(ACME).await;
    let source = format!("invoice:{id}");
    test.set(&source, json!({"from": "2026-01-01", "shares": shares(&[(&a, 2500), (&b, 7500)])})).await.expect(200);
    test.follow().await;
    assert_eq!(test.totals("department", "").await, [], "a draft is not posted");
    test.finalize(ACME, &id).await;
    for _ in 0..3 {
        test.follow().await;
        assert_eq!(test.totals("kind", "").await, [(Some("revenue".into()), 100_000), (Some("tax".into()), 18_000)]);
        let expected = [(Some(a.clone()), 29_500), (Some(b.clone()), 88_500)];
        assert_eq!(test.totals("department", "").await, expected);
    }
    let refused = test.set(&source, json!({"from": "2026-01-01", "shares": shares(&[(&a, 10_000)])})).await;
    assert_eq!(refused.code(), (409, "ALLOCATION_POSTED"));
    test.invoices(ACME, &format!("/{id}/void"), Value::Null).await;
    for _ in 0..3 {
        test.follow().await;
        assert_eq!(test.totals("department", "").await, [(Some(a.clone()), 0), (Some(b.clone()), 0)]);
    }
    assert_eq!(test.get("/allocations/lines").await["data"].as_array().unwrap().len(), 8);
}

#[tokio::test(start_paused = true)]
async fn a_refund_of_an_invoice_gives_back_what_is_of_it() {
    let test = test().await;
    let [a, b] = test.departments().await;
    let body = json!({"customer": {"name": "Zoë"}, "currency": "INR", "provider": "stripe", "external_id": "in_1",
        "items": [{"description": "Seats", "unit_price": 1000, "tax_rate": 18}]});
    let id = test.invoices(ACME, "", body).await["id"].as_str().unwrap().to_owned();
    let split = shares(&[(&a, 5000), (&b, 5000)]);
    test.set(&format!("invoice:{id}"), json!({"from": "2026-01-01", "shares": split})).await.expect(200);
    test.finalize(ACME, &id).await;
    // Twenty too much.
    test.invoices(ACME, &format!("/{id}/payments"), json!({"amount": 1200})).await;
    let invoices = edge_invoices::Invoices::new(test.db.clone());
    let now = test.world.clock.now();
    for (name, amount, left) in [("re_1", 2_000, 118_000), ("re_2", 59_000, 59_000), ("re_3", 59_000, 0)] {
        let refund = edge_invoices::InvoiceRefund { name: name.into(), amount, at: now };
        let of = (ACME, "stripe", "in_1");
        invoices.refunded(of, &refund, edge_money::Currency::INR, test.world.clock.now()).await.unwrap();
        for _ in 0..2 {
            test.follow().await;
            let expected = [(Some(a.clone()), left / 2), (Some(b.clone()), left / 2)];
            assert_eq!(test.totals("department", "").await, expected, "{name}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn what_was_billed_before_the_first_department_is_posted_too() {
    let test = test().await;
    let (old, others) = (test.draft(ACME).await, test.draft(OTHER).await);
    test.finalize(ACME, &old).await;
    test.finalize(OTHER, &others).await;
    test.paid(ACME, "pay_old").await;
    test.world.clock.advance(Duration::from_hours(24 * 10)).await;
    test.follow().await;
    assert_eq!(test.totals("department", "").await, [], "a tenant without departments is not followed");
    let [a] = test.departments().await;
    test.follow().await;
    assert_eq!(test.totals("department", "").await, [(None, 118_000 + 10_001)]);
    // It is shared as soon as somebody shares it.
    test.set(&format!("invoice:{old}"), json!({"from": "2026-01-01", "shares": shares(&[(&a, 10_000)])}))
        .await
        .expect(200);
    assert_eq!(test.totals("department", "").await.len(), 2);
    assert_eq!(test.totals("department", &format!("&document=invoice:{old}&department_id={a}")).await[0].1, 118_000);
    let of_other = test.call_for(OTHER, "GET", "/allocations/lines", Value::Null).await;
    assert_eq!(of_other.body["data"], json!([]));
}

#[tokio::test(start_paused = true)]
async fn payments_of_a_subscription_are_split_and_refunds_give_them_back() {
    let test = test().await;
    let [a, b] = test.departments().await;
    let split = shares(&[(&a, 5000), (&b, 5000)]);
    test.set("subscription:sub_1", json!({"from": "2026-01-01", "shares": split})).await.expect(200);
    // A refund that is reported before its payment is waits for it.
    test.refunded("pay_1", "rfnd_1", Some(5000)).await;
    test.follow().await;
    test.paid(ACME, "pay_1").await;
    test.paid(OTHER, "pay_2").await;
    for _ in 0..2 {
        test.follow().await;
        assert_eq!(test.totals("plan", "").await, [(Some("team".into()), 5001)]);
    }
    test.refunded("pay_1", "rfnd_2", Some(1000)).await;
    test.follow().await;
    assert_eq!(test.totals("kind", "").await, [(Some("cash".into()), 4001)]);
    // All that was left.
    test.refunded("pay_1", "rfnd_3", None).await;
    for _ in 0..2 {
        test.follow().await;
        assert_eq!(test.totals("department", "").await, [(Some(a.clone()), 0), (Some(b.clone()), 0)]);
    }
}

#[tokio::test(start_paused = true)]
async fn charges_are_posted_and_not_once_more_with_their_invoice() {
    let test = test().await;
    let [a, b] = test.departments().await;
    let (capabilities, _) = test.world.instance();
    let entities = edge_entities::router(capabilities.clone());
    let entity = |method: &'static str, path: String, body: Value| {
        let request = request(
            method,
            &format!("/api/v1/enterprise-billing/entities{path}"),
            PLATFORM,
            [("x-tenant-id", ACME)],
            &body,
        );
        let entities = &entities;
        async move { send(entities, request).await.expect(201) }
    };
    let made = entity("POST", String::new(), json!({"name": "Holding", "currency": "INR", "country": "IN"})).await;
    let id = made["id"].as_str().unwrap().to_owned();
    for (source, department) in [("amount:con_1", &a), ("subscription:sub_1", &b)] {
        let whole = json!({"from": "2026-01-01", "shares": shares(&[(department, 10_000)])});
        test.set(source, whole).await.expect(200);
    }
    let charges = Charges::new(&capabilities, &test.db);
    for (kind, source, minor) in [
        ("contract", "con_1:line:2026-01-01", 700),
        ("subscription", "sub_1:2026-01", 200),
        ("dispute", "dsp_1", -50),
        ("sla", "con_1:uptime:2026-01", -7),
    ] {
        let new = edge_entities::NewCharge {
            service: None,
            entity_id: id.clone(),
            description: "Charge".into(),
            amount: edge_money::Money { minor, currency: edge_money::Currency::INR },
            date: edge_invoices::Date::parse("2026-01-01").unwrap(),
            terms_days: None,
            source: Some(edge_entities::ChargeSource { kind: kind.into(), id: source.into() }),
        };
        charges.post(ACME, new).await.unwrap();
    }
    let mut expected = vec![(None, -50), (Some(a.clone()), 693), (Some(b.clone()), 200)];
    for _ in 0..2 {
        test.follow().await;
        assert_eq!(test.totals("department", "").await, expected);
    }
    assert_eq!(test.totals("entity", &format!("&entity_id={id}")).await, [(Some(id.clone()), -50)]);
    // The invoice of all of them, finalised, posts none of them again.
    let invoices = entity("POST", format!("/{id}/invoices"), json!({"period": "2026-01"})).await;
    let invoice = &invoices["invoices"][0];
    let invoice = invoice["id"].as_str().or(invoice["invoice"]["id"].as_str()).unwrap();
    test.finalize(ACME, invoice).await;
    test.follow().await;
    assert_eq!(test.totals("department", "").await, expected);
    // A charge that somebody shares by itself is split by that.
    let open = test.get("/allocations/lines?department_id=unallocated").await;
    let charge = open["data"][0]["source"].as_str().unwrap().to_owned();
    test.set(&charge, json!({"from": "2026-01-01", "shares": shares(&[(&a, 10_000)])})).await.expect(200);
    expected = vec![(None, 0), (Some(a), 643), (Some(b), 200)];
    assert_eq!(test.totals("department", "").await, expected);
}

#[tokio::test(start_paused = true)]
async fn nothing_is_lost_while_nobody_drains_nor_when_workers_die() {
    let test = test().await;
    let [a] = test.departments().await;
    test.follow().await;
    let id = test.draft(ACME).await;
    test.set(&format!("invoice:{id}"), json!({"from": "2026-01-01", "shares": shares(&[(&a, 10_000)])}))
        .await
        .expect(200);
    test.finalize(ACME, &id).await;
    test.paid(ACME, "pay_1").await;
    // Nobody drains for a week.
    test.world.clock.advance(Duration::from_hours(24 * 7)).await;
    for calls in 1..60 {
        let (capabilities, life) = test.world.mortal(calls, calls % 2 == 0);
        let db = Db::new(capabilities.db.clone());
        let runner = JobRunner::new("enterprise", &capabilities, &JobQueue::new(&capabilities, &db));
        let runner = jobs(&capabilities, &db, runner);
        tokio::select! {
            _ = runner.drain_all() => {}
            () = life.death() => {}
        }
        // Its leases end.
        test.world.clock.advance(Duration::from_mins(2)).await;
    }
    test.follow().await;
    assert_eq!(
        test.totals("kind", "").await,
        [(Some("cash".into()), 10_001), (Some("revenue".into()), 100_000), (Some("tax".into()), 18_000)]
    );
    assert_eq!(test.totals("department", &format!("&department_id={a}")).await, [(Some(a), 118_000)]);
}
