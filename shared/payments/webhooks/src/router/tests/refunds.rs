//! What gateways give back of payments, and the budget that they were spent from.

use super::*;

const BUDGETS: &str = "/api/v1/enterprise-billing/budgets";

/// A tenant's budget.
struct Budget<'a> {
    test: &'a Test,
    router: Router,
    path: String,
}

impl<'a> Budget<'a> {
    async fn of(test: &'a Test) -> Self {
        let router = edge_budgets::router(test.world.instance().0);
        let mut budget = Self { test, router, path: BUDGETS.to_owned() };
        let new = json!({"name": "All", "limit": 10_000, "currency": "INR", "period": "monthly"});
        let made = budget.ask("POST", "", &new).await;
        budget.path = format!("{BUDGETS}/{}", made["id"].as_str().unwrap());
        budget
    }

    async fn ask(&self, method: &str, path: &str, body: &Value) -> Value {
        let headers = [("x-tenant-id".parse().unwrap(), TENANT.parse().unwrap())].into_iter().collect();
        let path = format!("{}{path}", self.path);
        let (status, answer) = self.test.ask(&self.router, method, &path, headers, body.to_string()).await;
        assert!(status < 300, "{answer}");
        answer
    }

    /// An order that is not paid yet.
    async fn ordered(&self, checkout: &str) {
        self.ask("POST", "/reservations", &json!({"reference": checkout, "amount": 2_499})).await;
    }

    /// What was spent, and what is promised.
    async fn sums(&self) -> (Value, Value) {
        let shown = self.ask("GET", "", &Value::Null).await;
        (shown["current"]["spent"].clone(), shown["current"]["reserved"].clone())
    }

    async fn has_spent(&self, amount: f64) {
        assert_eq!(self.sums().await, (json!(amount), json!(0.0)));
    }
}

/// Something of a payment is given back, as BheemPay tells.
fn refund(payment: &str, name: &str, amount: f64, seconds: i64) -> Value {
    let mut event = event("refund.processed", seconds);
    event["payload"]["payment_id"] = json!(payment);
    event["payload"]["refund_id"] = json!(name);
    event["payload"]["amount"] = json!(amount);
    event["payload"]["currency"] = json!("INR");
    event
}

fn success() -> Value {
    json!({"status": "success", "action": "payment_refunded"})
}

#[tokio::test(start_paused = true)]
async fn refunds_give_the_budget_back_what_was_spent_once_each_and_change_nothing_else() {
    let test = test().await;
    test.wait(100).await;
    let budget = Budget::of(&test).await;
    budget.ordered("chk_1").await;
    test.bheempay(&paid("payment.captured", "p1", 5)).await;
    budget.has_spent(2_499.00).await;
    assert_eq!(test.seat().await, "SEAT_ACTIVE");
    test.wait(5).await;
    let (tenant, calls, sent) = (test.tenant().await, test.world.http.calls(), test.sent.lock().unwrap().len());
    for (body, kept) in [
        (refund("p1", "rfnd_1", 499.00, 10), 2_000.00),
        (refund("p1", "rfnd_2", 0.01, 11), 1_999.99),
        // The same again in another event, as where Razorpay tells of it too.
        (refund("p1", "rfnd_1", 499.00, 12), 1_999.99),
        (refund("p1", "rfnd_3", 5_000.00, 13), 0.00),
        (refund("p1", "rfnd_4", 1.00, 14), 0.00),
    ] {
        assert_eq!(test.bheempay(&body).await, (200, success()));
        budget.has_spent(kept).await;
        let (_, again) = test.bheempay(&body).await;
        assert_eq!(again["duplicate"], true);
        budget.has_spent(kept).await;
    }
    test.wait(5).await;
    // Nobody's subscription heard of it: no seat is asked for anew, nobody is told.
    assert_eq!((test.seat().await, test.world.http.calls()), ("SEAT_ACTIVE", calls));
    assert_eq!((test.tenant().await, test.sent.lock().unwrap().len()), (tenant, sent));
    let (_, list) = test.admin("GET", "/api/v1/webhooks/events?limit=1", Value::Null).await;
    assert_eq!(list["data"][0]["status"], "processed");
}

#[tokio::test(start_paused = true)]
async fn fifty_who_bring_the_same_refund_at_once_bring_about_one() {
    let test = test().await;
    test.wait(100).await;
    let budget = Budget::of(&test).await;
    budget.ordered("chk_1").await;
    test.bheempay(&paid("payment.captured", "p1", 5)).await;
    // Without a name of its own a refund is its event.
    let mut body = refund("p1", "", 100.00, 10);
    body["payload"]["refund_id"] = Value::Null;
    let answers = futures::future::join_all((0..50).map(|_| test.bheempay(&body))).await;
    assert!(answers.iter().all(|(status, answer)| *status == 200 && answer["status"] == "success"), "{answers:?}");
    budget.has_spent(2_399.00).await;
    body["created_at"] = json!(at(11));
    test.bheempay(&body).await;
    budget.has_spent(2_299.00).await;
}

#[tokio::test(start_paused = true)]
async fn a_refund_that_comes_before_its_payment_is_given_back_with_it() {
    let test = test().await;
    test.wait(100).await;
    let budget = Budget::of(&test).await;
    budget.ordered("chk_1").await;
    assert_eq!(test.bheempay(&refund("p1", "rfnd_1", 499.00, 10)).await, (200, success()));
    assert_eq!(budget.sums().await, (json!(0.0), json!(2_499.0)));
    // The payment itself waits for the ERP.
    *test.erp.lock().unwrap() = UpstreamState::Failing;
    assert_eq!(test.bheempay(&paid("payment.captured", "p1", 5)).await.1["status"], "accepted");
    assert_eq!(budget.sums().await, (json!(0.0), json!(2_499.0)));
    *test.erp.lock().unwrap() = UpstreamState::Up;
    test.wait(60).await;
    budget.has_spent(2_000.00).await;
    assert_eq!(test.tenant().await["subscription_status"], "active");
}

#[tokio::test(start_paused = true)]
async fn razorpays_and_stripes_refunds_come_to_the_same() {
    let test = test().await;
    test.wait(100).await;
    let budget = Budget::of(&test).await;
    budget.ordered("chk_1").await;
    test.bheempay(&paid("payment.captured", "pay_R", 5)).await;
    let razorpay = json!({
        "entity": "event", "account_id": "acc_1", "event": "refund.processed", "contains": ["refund", "payment"],
        "payload": {
            "refund": {"entity": {"id": "rfnd_R", "payment_id": "pay_R", "amount": 49_900, "currency": "INR", "notes": []}},
            "payment": {"entity": {"id": "pay_R", "amount": 249_900, "currency": "INR", "notes": {"tenant_id": TENANT}}},
        },
        "created_at": at(6),
    });
    let (_, answer) = test.post(Provider::Razorpay, "/webhooks/razorpay", &razorpay.to_string()).await;
    assert_eq!(answer, success());
    budget.has_spent(2_000.00).await;
    // BheemPay stands on Razorpay, and tells of the same refund.
    assert_eq!(test.bheempay(&refund("pay_R", "rfnd_R", 499.00, 7)).await.1, success());
    budget.has_spent(2_000.00).await;

    budget.ordered("chk_2").await;
    let session = json!({
        "id": "evt_1", "type": "checkout.session.completed", "created": at(20),
        "data": {"object": {"id": "cs_1", "payment_status": "paid", "amount_total": 249_900, "currency": "inr",
            "invoice": null, "payment_intent": "pi_1", "metadata": {"tenant_id": TENANT, "plan_id": "sku-pro"}}},
    });
    let (_, answer) = test.post(Provider::Stripe, "/webhooks/stripe", &session.to_string()).await;
    assert_eq!(answer["action"], "subscription_activated", "{answer}");
    budget.has_spent(4_499.00).await;
    for (event, total, before, kept) in [
        ("evt_3", 300, json!({"amount_refunded": 100}), 4_497.00),
        ("evt_2", 100, json!({"amount_refunded": 0}), 4_496.00),
        ("evt_3", 300, json!({"amount_refunded": 100}), 4_496.00),
        // It does not say what it was before.
        ("evt_4", 1_000, json!({}), 4_489.00),
        ("evt_5", 249_900, json!({"amount_refunded": 1_000}), 2_000.00),
    ] {
        let charge = json!({
            "id": event, "type": "charge.refunded", "created": at(30),
            "data": {"previous_attributes": before, "object": {"id": "ch_1", "payment_intent": "pi_1", "amount": 249_900,
                "amount_refunded": total, "currency": "inr", "metadata": {"tenant_id": TENANT}}},
        });
        let (_, answer) = test.post(Provider::Stripe, "/webhooks/stripe", &charge.to_string()).await;
        assert_eq!(answer["action"], "payment_refunded", "{answer}");
        budget.has_spent(kept).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_refund_that_is_nobodys_or_not_done_or_cannot_be_true_gives_nothing_back() {
    let test = test().await;
    test.wait(100).await;
    // No budget at all, and a payment that nobody heard of.
    assert_eq!(test.bheempay(&refund("p0", "rfnd_0", 1.00, 1)).await, (200, success()));
    let budget = Budget::of(&test).await;
    budget.ordered("chk_1").await;
    test.bheempay(&paid("payment.captured", "p1", 5)).await;
    let with = |path: &str, value: Value| {
        let mut body = refund("p1", "rfnd_1", 100.00, 10);
        *body.pointer_mut(path).unwrap() = value;
        body
    };
    let none = |path: &str| with(path, Value::Null);
    let stranger = with("/payload/metadata/tenant_id", json!("0b7e1f6c-6f0a-4a4e-9a55-000000000000"));
    for (body, status, reason) in [
        (none("/payload/metadata/tenant_id"), "ignored", "no_tenant_id"),
        (with("/event", json!("refund.created")), "ignored", "unhandled_event"),
        (with("/event", json!("refund.failed")), "ignored", "unhandled_event"),
        (stranger, "quarantined", "unknown_tenant"),
        (with("/payload/currency", json!("USD")), "quarantined", "wrong_currency"),
        (none("/payload/currency"), "quarantined", "unreadable: currency is missing"),
        (none("/payload/payment_id"), "quarantined", "unreadable: payment_id is missing"),
        (with("/payload/amount", json!("much")), "quarantined", "unreadable: amount cannot be read"),
    ] {
        assert_eq!(test.bheempay(&body).await, (200, json!({"status": status, "reason": reason})));
        budget.has_spent(2_499.00).await;
    }
    // The true report of the same refund counts.
    assert_eq!(test.bheempay(&refund("p1", "rfnd_1", 100.00, 10)).await, (200, success()));
    budget.has_spent(2_399.00).await;
}

/// Whoever dies between any two calls to the world, before or right after one: a refund and its payment are settled once.
#[tokio::test(start_paused = true)]
async fn a_crash_between_any_two_steps_neither_loses_nor_doubles_a_refund() {
    for refund_first in [false, true] {
        let mut survived = 0;
        for (calls, makes_the_last) in (1..200).flat_map(|calls| [(calls, false), (calls, true)]) {
            let test = test().await;
            test.wait(100).await;
            let budget = Budget::of(&test).await;
            budget.ordered("chk_1").await;
            let mut told = [paid("payment.captured", "p1", 5), refund("p1", "rfnd_1", 499.00, 10)];
            if refund_first {
                told.reverse();
            }
            assert_eq!(test.bheempay(&told[0]).await.0, 200);
            let (capabilities, life) = test.world.mortal(calls, makes_the_last);
            let (mortal, body) = (router(capabilities), told[1].to_string());
            tokio::select! {
                answer = test.post_to(&mortal, Provider::BheemPay, "/api/v1/billing/webhook", &body) => {
                    assert_eq!(answer.0, 200, "{answer:?}");
                    survived += 1;
                }
                () = life.death() => {}
            }
            // Another takes it up, and the gateway sends it again.
            test.wait(61).await;
            assert_eq!(test.admin("POST", "/api/v1/webhooks/drain", Value::Null).await.0, 200);
            assert_eq!(test.bheempay(&told[1]).await.1["status"], "success");
            budget.has_spent(2_000.00).await;
            let refunds = test.count("SELECT COUNT(*) FROM budget_ledger WHERE kind = 'refund'").await;
            assert_eq!(refunds, 1, "{calls} calls, the last made: {makes_the_last}");
            let open = "SELECT COUNT(*) FROM webhook_events WHERE status <> 'processed'";
            assert_eq!(test.count(open).await, 0);
            if survived > 4 {
                break;
            }
        }
        assert!(survived > 4, "nobody lived long enough");
    }
}
