//! Whose an event is: what a server made binds it, what a payer wrote does not.

use super::*;

const OTHER: &str = "0b7e1f6c-6f0a-4a4e-9a55-3f1f0f6f2d12";

impl Test {
    pub(super) async fn razorpay(&self, body: &Value) -> Value {
        let (status, answer) = self.post(Provider::Razorpay, "/webhooks/razorpay", &body.to_string()).await;
        assert_eq!(status, 200, "{answer}");
        answer
    }

    pub(super) async fn stripe(&self, body: &Value) -> Value {
        let (status, answer) = self.post(Provider::Stripe, "/webhooks/stripe", &body.to_string()).await;
        assert_eq!(status, 200, "{answer}");
        answer
    }

    async fn execute(&self, statement: &str) {
        edge_capabilities::Database::query(&*self.world.db, statement, &[]).await.unwrap();
    }

    /// An order that the edge made for the tenant.
    async fn order(&self, order: &str, tenant: &str, seats: i64, minor: i64) {
        let terms = json!({
            "plan_id": "sku-pro", "plan_name": "Professional", "tier_code": "PRO", "max_users": 25, "docs_quota_mb": 102_400,
            "credits": 100, "has_quotas": true, "cycle": "monthly",
        });
        let quote = json!({"terms": terms, "seats": seats, "minor": minor, "currency": "INR"});
        self.execute(&format!(
            "INSERT INTO checkouts (id, tenant_id, fingerprint, actor, quote, order_id, created_at, lease, leased_until)
             VALUES ('chk_{order}', '{tenant}', '', '', '{quote}', '{order}', 0, '', 0)"
        ))
        .await;
    }

    async fn other_tenant(&self) {
        let body = json!({"id": OTHER, "name": "Other", "slug": "other", "owner_email": "o@other.example"});
        let made = self.ask(&self.tenants, "POST", "/api/v1/tenants", HeaderMap::new(), body.to_string()).await;
        assert_eq!(made.0, 201);
    }

    async fn other(&self) -> Value {
        self.ask(&self.tenants, "GET", &format!("/api/v1/tenants/{OTHER}"), HeaderMap::new(), "").await.1
    }
}

/// A Razorpay event about a payment, with `more` entities beside it.
pub(super) fn of_payment(kind: &str, seconds: i64, payment: &Value, more: &Value) -> Value {
    let mut entity = json!({"id": "pay_R", "amount": 249_900, "currency": "INR", "status": "captured", "notes": []});
    entity.as_object_mut().unwrap().extend(payment.as_object().unwrap().clone());
    let mut payload = json!({"payment": {"entity": entity}});
    for (name, entity) in more.as_object().unwrap() {
        payload[name] = json!({"entity": entity});
    }
    json!({"entity": "event", "account_id": "acc_1", "event": kind, "payload": payload, "created_at": at(seconds)})
}

#[tokio::test(start_paused = true)]
async fn what_a_payer_wrote_beside_a_payment_binds_nobody() {
    let test = test().await;
    test.wait(100).await;
    test.bheempay(&paid("payment.captured", "p1", 5)).await;
    let before = test.tenant().await;
    let notes = json!({"tenant_id": TENANT, "plan_id": "small", "plan_name": "Small"});
    for (number, (kind, payment)) in [
        ("payment.failed", json!({"notes": notes})),
        ("payment.captured", json!({"notes": notes, "amount": 9_900})),
        ("payment.captured", json!({"notes": notes, "amount": 249_900})),
        // An order that somebody made at Razorpay, and not the edge.
        ("payment.failed", json!({"notes": notes, "order_id": "order_of_mine"})),
        ("payment.captured", json!({"notes": notes, "amount": 9_900, "order_id": "order_of_mine"})),
    ]
    .into_iter()
    .enumerate()
    {
        let mut body = of_payment(kind, 20, &payment, &json!({}));
        body["payload"]["payment"]["entity"]["id"] = json!(format!("pay_{number}"));
        assert_eq!(test.razorpay(&body).await, json!({"status": "quarantined", "reason": "unbound"}), "{body}");
    }
    assert_eq!(test.tenant().await, before);
    assert_eq!(test.seat().await, "SEAT_ACTIVE");
    // The victim is not shown what others claimed.
    let (_, listed) = test.admin("GET", "/api/v1/webhooks/events?status=quarantined", Value::Null).await;
    let tenants: Vec<&Value> = listed["data"].as_array().unwrap().iter().map(|event| &event["tenant_id"]).collect();
    assert_eq!(tenants, [&Value::Null; 5]);
}

#[tokio::test(start_paused = true)]
async fn a_payment_is_of_whoever_ordered_it_whatever_its_payer_wrote() {
    let test = test().await;
    test.other_tenant().await;
    test.wait(100).await;
    test.order("order_1", OTHER, 1, 249_900).await;
    let body = |number: i64, kind: &str, amount: i64| {
        let payment = json!({"id": format!("pay_{number}"), "order_id": "order_1", "amount": amount,
                             "notes": {"tenant_id": TENANT, "plan_id": "small"}});
        of_payment(kind, 20 + number, &payment, &json!({}))
    };
    // Less than was ordered is not what was ordered.
    assert_eq!(test.razorpay(&body(1, "payment.captured", 9_900)).await["reason"], "wrong_amount");
    assert_eq!(test.razorpay(&body(2, "payment.failed", 249_900)).await["action"], "payment_failed");
    assert_eq!(test.other().await["payment_status"], "failed");
    assert_eq!(test.razorpay(&body(3, "payment.captured", 249_900)).await["action"], "subscription_activated");
    let other = test.other().await;
    assert_eq!((&other["subscription_status"], &other["max_users"]), (&json!("active"), &json!(25)));
    assert_eq!(other["subscription_plan"], "Professional");
    assert_eq!(test.tenant().await["subscription_status"], Value::Null);
    // Whose it turned out to be is stored with it, for those who keep books.
    let of_other = format!("SELECT COUNT(*) FROM webhook_events WHERE tenant_id = '{OTHER}'");
    assert_eq!(test.count(&of_other).await, 3);
}

#[tokio::test(start_paused = true)]
async fn an_event_is_of_the_tenant_whose_subscription_it_names() {
    let test = test().await;
    test.other_tenant().await;
    test.wait(100).await;
    let subscription = |id: &str, notes: Value| json!({"subscription": {"id": id, "notes": notes}});
    let charged = |payment: &str, seconds, more: &Value| {
        of_payment("subscription.charged", seconds, &json!({"id": payment}), more)
    };
    // What a server wrote beside the subscription.
    let answer = test.razorpay(&charged("pay_1", 10, &subscription("sub_R", json!({"tenant_id": TENANT})))).await;
    assert_eq!(answer["action"], "subscription_renewed", "{answer}");
    // From then on it is known, whatever stands beside it or does not.
    for (seconds, notes) in [(20, json!([])), (30, json!({"tenant_id": OTHER}))] {
        let answer = test.razorpay(&charged(&format!("pay_{seconds}"), seconds, &subscription("sub_R", notes))).await;
        assert_eq!(answer["action"], "subscription_renewed", "{answer}");
    }
    assert_eq!(test.count(&format!("SELECT COUNT(*) FROM webhook_events WHERE tenant_id = '{TENANT}'")).await, 3);
    assert_eq!(test.other().await["subscription_status"], Value::Null);
    let invoice = json!({
        "id": "evt_1", "type": "invoice.payment_failed", "created": at(40),
        "data": {"object": {"id": "in_1", "subscription": "sub_S", "amount_due": 249_900, "currency": "inr"}},
    });
    assert_eq!(test.stripe(&invoice).await["reason"], "no_tenant_id");
    // A payer's word beside somebody's subscription that is not known.
    let claim =
        of_payment("payment.failed", 50, &json!({"notes": {"tenant_id": TENANT}}), &subscription("sub_X", json!([])));
    assert_eq!(test.razorpay(&claim).await["reason"], "unbound");
}
