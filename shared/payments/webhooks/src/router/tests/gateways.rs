//! What gateways send and are told, and what it does.

use super::*;

#[tokio::test(start_paused = true)]
async fn a_payment_activates_and_the_next_seat_check_grants() {
    let test = test().await;
    assert_eq!(test.seat().await, "SUBSCRIPTION_EXPIRED");
    test.wait(10).await;
    let (status, answer) = test.bheempay(&paid("payment.captured", "p1", 5)).await;
    assert_eq!((status, answer), (200, json!({"status": "success", "action": "subscription_activated"})));
    assert_eq!(test.seat().await, "SEAT_ACTIVE");
    let tenant = test.tenant().await;
    for (field, value) in [
        ("subscription_status", json!("active")),
        ("payment_status", json!("paid")),
        ("subscription_plan", json!("Professional")),
        ("subscription_period_end", json!("2026-02-01T00:00:00Z")),
        ("erp_subscription_id", json!("sub_1")),
        ("max_users", json!(25)),
        ("docs_quota_mb", json!(102_400)),
        ("credits", json!(100)),
        ("is_suspended", json!(false)),
    ] {
        assert_eq!(tenant[field], value, "{field}");
    }
}

#[tokio::test(start_paused = true)]
async fn each_event_has_its_effect_its_answer_and_its_seat_verdict() {
    let test = test().await;
    test.wait(100).await;
    test.bheempay(&paid("payment.captured", "p1", 5)).await;
    for (kind, seconds, action, status, payment, suspended, seat) in [
        ("subscription.pending", 10, "payment_pending", "past_due", "pending", Value::Null, "GRACE_PERIOD"),
        ("payment.failed", 20, "payment_failed", "past_due", "failed", Value::Null, "GRACE_PERIOD"),
        (
            "subscription.halted",
            30,
            "tenant_suspended",
            "suspended",
            "failed",
            json!("Payment failed"),
            "SUBSCRIPTION_SUSPENDED",
        ),
        ("subscription.charged", 40, "subscription_renewed", "active", "paid", Value::Null, "SEAT_ACTIVE"),
        ("subscription.cancelled", 50, "subscription_cancelled", "cancelled", "paid", Value::Null, "SEAT_ACTIVE"),
    ] {
        let body = if kind == "subscription.charged" { paid(kind, "p2", seconds) } else { event(kind, seconds) };
        let (code, answer) = test.bheempay(&body).await;
        assert_eq!((code, answer), (200, json!({"status": "success", "action": action})), "{kind}");
        let tenant = test.tenant().await;
        let found = (&tenant["subscription_status"], &tenant["payment_status"], &tenant["suspended_reason"]);
        assert_eq!(found, (&json!(status), &json!(payment), &suspended), "{kind}");
        assert_eq!(test.seat().await, seat, "{kind}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_means_nothing_is_ignored_and_says_why() {
    let test = test().await;
    let mut nobody = event("payment.captured", 1);
    nobody["payload"]["metadata"] = json!({});
    for (body, reason) in [(nobody, "no_tenant_id"), (event("refund.created", 1), "unhandled_event")] {
        assert_eq!(test.bheempay(&body).await, (200, json!({"status": "ignored", "reason": reason})));
    }
    test.bheempay(&paid("payment.captured", "p1", 5)).await;
    test.wait(100).await;
    test.bheempay(&event("subscription.halted", 30)).await;
    let (_, late) = test.bheempay(&event("subscription.pending", 20)).await;
    assert_eq!(late, json!({"status": "ignored", "reason": "superseded"}));
    assert_eq!(test.tenant().await["subscription_status"], "suspended");
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_true_is_quarantined_and_changes_nothing() {
    let test = test().await;
    test.wait(100).await;
    let with = |field: &str, value: Value| {
        let mut body = paid("payment.captured", "p9", 5);
        body["payload"][field] = value;
        body
    };
    let mut stranger = paid("payment.captured", "p9", 5);
    stranger["payload"]["metadata"]["tenant_id"] = json!("0b7e1f6c-6f0a-4a4e-9a55-000000000000");
    for (body, reason) in [
        (with("amount", json!(1)), "wrong_amount"),
        (with("currency", json!("USD")), "wrong_currency"),
        (stranger, "unknown_tenant"),
    ] {
        assert_eq!(test.bheempay(&body).await, (200, json!({"status": "quarantined", "reason": reason})));
    }
    let (status, answer) = test.bheempay(&with("amount", json!("much"))).await;
    assert_eq!((status, &answer["status"]), (200, &json!("quarantined")), "{answer}");
    assert_eq!(test.tenant().await["subscription_status"], Value::Null);
    assert_eq!(test.seat().await, "SUBSCRIPTION_EXPIRED");
    // The money came in all the same: the true report of it counts.
    test.bheempay(&paid("payment.captured", "p9", 5)).await;
    assert_eq!(test.tenant().await["subscription_status"], "active");
}

#[tokio::test(start_paused = true)]
async fn a_duplicate_is_answered_as_the_first_was_and_takes_no_effect() {
    let test = test().await;
    test.wait(10).await;
    let body = paid("payment.captured", "p1", 5);
    test.bheempay(&body).await;
    // The same bytes under a fresh delivery id.
    test.wait(1).await;
    let (status, answer) = test.bheempay(&body).await;
    let expected = json!({"status": "success", "action": "subscription_activated", "duplicate": true});
    assert_eq!((status, answer), (200, expected));
    let (_, answer) = test.bheempay(&paid("subscription.charged", "p1", 6)).await;
    assert_eq!(answer["action"], "subscription_renewed");
    assert_eq!(test.tenant().await["credits"], 100);
    assert_eq!(test.count("SELECT COUNT(*) FROM webhook_events").await, 2);
}

#[tokio::test(start_paused = true)]
async fn fifty_who_bring_the_same_event_at_once_bring_about_one_effect() {
    let test = test().await;
    test.wait(10).await;
    let body = paid("payment.captured", "p1", 5);
    let answers = futures::future::join_all((0..50).map(|_| test.bheempay(&body))).await;
    let firsts = answers.iter().filter(|(status, answer)| *status == 200 && answer.get("duplicate").is_none()).count();
    let again = answers.iter().filter(|(status, answer)| *status == 200 && answer["duplicate"] == true).count();
    assert_eq!((firsts, again), (1, 49), "{answers:?}");
    assert_eq!(test.tenant().await["credits"], 100);
    test.wait(5).await;
    assert_eq!(test.sent.lock().unwrap().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn fifty_payments_of_one_tenant_at_once_all_count() {
    let test = test().await;
    test.wait(100).await;
    let bodies: Vec<Value> = (0..50)
        .map(|number| {
            let mut body = paid("subscription.charged", &format!("p{number}"), number);
            body["payload"]["period_end"] = json!(at(1_000_000 + number));
            body
        })
        .collect();
    let answers = futures::future::join_all(bodies.iter().map(|body| test.bheempay(body))).await;
    assert!(answers.iter().all(|(status, _)| *status == 200), "{answers:?}");
    assert_eq!(test.tenant().await["credits"], 5_000);
    assert_eq!(test.count("SELECT COUNT(*) FROM webhook_events WHERE status = 'processed'").await, 50);
}

#[tokio::test(start_paused = true)]
async fn the_erp_is_answered_in_its_own_shape() {
    let test = test().await;
    test.wait(100).await;
    test.bheempay(&paid("payment.captured", "p1", 5)).await;
    assert_eq!(test.seat().await, "SEAT_ACTIVE");
    let body = |kind: &str| json!({"event_type": kind, "organization_id": 42, "timestamp": "2026-01-01T00:00:50Z"});
    let erp = async |body: &Value| test.post(Provider::Erp, "/erp/webhooks/billing/", &body.to_string()).await;
    let (status, answer) = erp(&body("subscription_cancelled")).await;
    assert_eq!(status, 200);
    assert_eq!((&answer["processed"], &answer["organization_id"]), (&json!(true), &json!(42)));
    assert_eq!((&answer["event_type"], answer["processed_at"].is_string()), (&json!("subscription_cancelled"), true));
    assert_eq!(test.tenant().await["subscription_status"], "cancelled");
    // The seat is asked for anew each time, also where two events are equal to the byte.
    for duplicate in [false, true] {
        let calls = test.world.http.calls();
        test.seat().await;
        assert_eq!(test.world.http.calls(), calls + u64::from(!duplicate));
        let (_, answer) = erp(&body("seat_revoked")).await;
        assert_eq!((&answer["processed"], answer["duplicate"] == true), (&json!(true), duplicate));
        test.seat().await;
        assert_eq!(test.world.http.calls(), calls + 1 + u64::from(!duplicate));
    }
    let unsigned = test.ask(&test.edge, "POST", "/erp/webhooks/billing/", HeaderMap::new(), "{}").await;
    let expected = json!({"processed": false, "error": "Invalid webhook signature", "error_code": "INVALID_SIGNATURE"});
    assert_eq!(unsigned, (400, expected));
}

#[tokio::test(start_paused = true)]
async fn a_gateway_without_a_secret_is_not_there_and_a_wrong_signature_is_refused_and_counted() {
    let test = test().await;
    let path = "/api/v1/billing/webhook";
    let body = event("payment.captured", 1).to_string();
    let wrong = sign(Provider::BheemPay, "another", body.as_bytes(), START, "d").unwrap().into_iter().collect();
    let (status, problem) = test.ask(&test.edge, "POST", path, wrong, body.clone()).await;
    assert_eq!((status, &problem["code"]), (400, &json!("INVALID_SIGNATURE")));
    let (status, _) = test.ask(&test.edge, "POST", path, HeaderMap::new(), vec![b'x'; (1 << 20) + 1]).await;
    assert_eq!(status, 413);
    test.world.config.set("webhook_secrets_bheempay", "");
    assert_eq!(test.bheempay(&event("payment.captured", 1)).await.0, 404);
    assert_eq!(test.count("SELECT COUNT(*) FROM webhook_events").await, 0);
    test.wait(2).await;
    let (_, metrics) = test.ask(&test.edge, "GET", "/metrics", HeaderMap::new(), "").await;
    for reason in ["bad_signature", "too_large", "no_secret"] {
        let line = format!("bheem_edge_webhooks_rejected_total{{provider=\"bheempay\",reason=\"{reason}\"}} 1\n");
        assert!(metrics.as_str().unwrap().contains(&line), "{reason}: {metrics}");
    }
}

#[tokio::test(start_paused = true)]
async fn razorpay_and_stripe_come_to_the_same() {
    let test = test().await;
    test.wait(100).await;
    let razorpay = json!({
        "entity": "event", "account_id": "acc_1", "event": "subscription.charged", "contains": ["subscription", "payment"],
        "payload": {
            "subscription": {"entity": {"id": "sub_R", "plan_id": "plan_R", "status": "active", "current_start": at(0),
                "current_end": at(2_592_000), "notes": {"tenant_id": TENANT}}},
            "payment": {"entity": {"id": "pay_R", "amount": 249_900, "currency": "INR", "status": "captured", "notes": []}},
        },
        "created_at": at(5),
    });
    let (_, answer) = test.post(Provider::Razorpay, "/webhooks/razorpay", &razorpay.to_string()).await;
    assert_eq!(answer["action"], "subscription_renewed", "{answer}");
    assert_eq!(test.tenant().await["subscription_status"], "active");
    // Cut off: the period that Razorpay names has advanced already and is not paid for.
    let halted = json!({
        "entity": "event", "account_id": "acc_1", "event": "subscription.halted", "contains": ["subscription"],
        "payload": {"subscription": {"entity": {"id": "sub_R", "plan_id": "plan_R", "status": "halted",
            "current_start": at(2_592_000), "current_end": at(5_184_000), "notes": {"tenant_id": TENANT}}}},
        "created_at": at(50),
    });
    test.post(Provider::Razorpay, "/webhooks/razorpay", &halted.to_string()).await;
    let tenant = test.tenant().await;
    assert_eq!(
        (&tenant["subscription_status"], &tenant["subscription_period_end"]),
        (&json!("suspended"), &json!("2026-01-31T00:00:00Z"))
    );
    let stripe = json!({
        "id": "evt_S", "object": "event", "type": "customer.subscription.deleted", "created": at(60),
        "data": {"object": {"id": "sub_S", "object": "subscription", "metadata": {"tenant_id": TENANT}}},
    });
    // Of another subscription, which does not concern this one.
    let (status, answer) = test.post(Provider::Stripe, "/webhooks/stripe", &stripe.to_string()).await;
    assert_eq!((status, &answer["reason"]), (200, &json!("superseded")), "{answer}");
    assert_eq!(test.tenant().await["subscription_status"], "suspended");
}

#[tokio::test(start_paused = true)]
async fn woocommerces_set_up_ping_is_welcome_and_changes_nothing() {
    let test = test().await;
    let (status, _) = test.ask(&test.edge, "POST", "/webhooks/woocommerce", HeaderMap::new(), "webhook_id=12").await;
    assert_eq!((status, test.count("SELECT COUNT(*) FROM webhook_events").await), (200, 0));
}

#[tokio::test(start_paused = true)]
async fn one_delivery_of_standard_webhooks_is_one_event_under_whatever_name_it_is_posted() {
    let test = test().await;
    let body = event("payment.failed", 1).to_string();
    for (source, expected) in [("a", false), ("b", true), ("a", true)] {
        let (_, answer) = test.post(Provider::Standard, &format!("/webhooks/standard/{source}"), &body).await;
        assert_eq!(answer["duplicate"] == true, expected, "{source}: {answer}");
    }
}
