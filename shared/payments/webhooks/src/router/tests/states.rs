//! States that gateways give and take back, subscriptions that were left for others, and clocks that are wrong.

use super::*;

fn of_subscription(kind: &str, subscription: &str, seconds: i64) -> Value {
    json!({
        "entity": "event", "account_id": "acc_1", "event": kind,
        "payload": {"subscription": {"entity": {"id": subscription, "notes": {"tenant_id": TENANT}}}},
        "created_at": at(seconds),
    })
}

fn stripes(kind: &str, subscription: &str, seconds: i64, more: &Value) -> Value {
    let mut object = json!({"id": subscription, "object": "subscription", "metadata": {"tenant_id": TENANT}});
    object.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    json!({"id": format!("evt_{seconds}"), "type": format!("customer.subscription.{kind}"), "created": at(seconds),
           "data": {"object": object}})
}

fn stripes_invoice(subscription: &str, seconds: i64) -> Value {
    json!({
        "id": format!("evt_in_{seconds}"), "type": "invoice.paid", "created": at(seconds),
        "data": {"object": {
            "id": format!("in_{seconds}"), "subscription": subscription, "billing_reason": "subscription_cycle",
            "amount_paid": 249_900, "currency": "inr", "metadata": {"tenant_id": TENANT, "plan_id": "sku-pro"},
            "lines": {"data": [{"amount": 249_900, "period": {"start": at(seconds), "end": at(seconds + 2_592_000)}}]},
        }},
    })
}

#[tokio::test(start_paused = true)]
async fn what_was_halted_pending_or_paused_is_lifted_where_the_gateway_says_so() {
    let test = test().await;
    test.wait(1_000).await;
    test.bheempay(&paid("payment.captured", "p1", 5)).await;
    let end = test.tenant().await["subscription_period_end"].clone();
    let mut seconds = 10;
    for (lowered, action, seat, reason) in [
        ("subscription.halted", "tenant_suspended", "SUBSCRIPTION_SUSPENDED", json!("Payment failed")),
        ("subscription.paused", "tenant_paused", "SUBSCRIPTION_SUSPENDED", json!("Paused")),
        ("subscription.pending", "payment_pending", "GRACE_PERIOD", Value::Null),
        ("payment.failed", "payment_failed", "GRACE_PERIOD", Value::Null),
    ] {
        for lifted in ["subscription.activated", "subscription.resumed", "subscription.authenticated"] {
            seconds += 10;
            let (_, answer) = test.bheempay(&event(lowered, seconds)).await;
            assert_eq!(answer, json!({"status": "success", "action": action}));
            assert_eq!((test.seat().await, &test.tenant().await["suspended_reason"]), (seat, &reason), "{lowered}");
            // Razorpay says it of the same subscription in its own words.
            let answer = if seconds % 20 == 0 {
                test.bheempay(&event(lifted, seconds + 5)).await.1
            } else {
                test.razorpay(&of_subscription(lifted, "sub_1", seconds + 5)).await
            };
            assert_eq!(answer, json!({"status": "success", "action": "subscription_reactivated"}));
            let tenant = test.tenant().await;
            assert_eq!(
                (&tenant["subscription_status"], &tenant["is_suspended"], &tenant["suspended_reason"]),
                (&json!("active"), &json!(false), &Value::Null)
            );
            assert_eq!((&tenant["subscription_period_end"], &tenant["credits"]), (&end, &json!(100)));
            assert_eq!(test.seat().await, "SEAT_ACTIVE", "{lowered} {lifted}");
        }
    }
    // What nobody paid for is not given: the period ends when it ends.
    test.bheempay(&event("subscription.halted", 500)).await;
    test.wait(40 * 24 * 3600).await;
    test.bheempay(&event("subscription.activated", 40 * 24 * 3600)).await;
    assert_eq!(test.tenant().await["subscription_period_end"], end);
    assert_eq!(test.seat().await, "SUBSCRIPTION_EXPIRED");
}

#[tokio::test(start_paused = true)]
async fn a_stripe_subscription_stands_as_its_status_and_its_collection_say() {
    let test = test().await;
    test.wait(1_000).await;
    assert_eq!(
        test.stripe(&stripes("created", "sub_S", 1, &json!({"status": "incomplete"}))).await["reason"],
        "unhandled_event"
    );
    assert_eq!(test.stripe(&stripes_invoice("sub_S", 5)).await["action"], "subscription_renewed");
    let paused =
        |behavior: &str| json!({"status": "active", "pause_collection": {"behavior": behavior, "resumes_at": null}});
    let mut seconds = 10;
    for (kind, more, action, status, seat) in [
        ("updated", json!({"status": "past_due"}), "payment_pending", "past_due", "GRACE_PERIOD"),
        ("updated", json!({"status": "active"}), "subscription_reactivated", "active", "SEAT_ACTIVE"),
        ("updated", json!({"status": "unpaid"}), "tenant_suspended", "suspended", "SUBSCRIPTION_SUSPENDED"),
        ("updated", json!({"status": "past_due"}), "payment_pending", "past_due", "GRACE_PERIOD"),
        ("updated", json!({"status": "unpaid"}), "tenant_suspended", "suspended", "SUBSCRIPTION_SUSPENDED"),
        ("updated", json!({"status": "active"}), "subscription_reactivated", "active", "SEAT_ACTIVE"),
        ("paused", json!({"status": "paused"}), "tenant_paused", "suspended", "SUBSCRIPTION_SUSPENDED"),
        ("resumed", json!({"status": "active"}), "subscription_reactivated", "active", "SEAT_ACTIVE"),
        ("updated", paused("void"), "tenant_paused", "suspended", "SUBSCRIPTION_SUSPENDED"),
        (
            "updated",
            json!({"status": "active", "pause_collection": null}),
            "subscription_reactivated",
            "active",
            "SEAT_ACTIVE",
        ),
        ("updated", paused("keep_as_draft"), "tenant_paused", "suspended", "SUBSCRIPTION_SUSPENDED"),
        ("updated", json!({"status": "past_due"}), "payment_pending", "past_due", "GRACE_PERIOD"),
        ("updated", paused("mark_uncollectible"), "tenant_paused", "suspended", "SUBSCRIPTION_SUSPENDED"),
        ("pending_update_applied", json!({"status": "trialing"}), "subscription_reactivated", "active", "SEAT_ACTIVE"),
        ("trial_will_end", json!({"status": "trialing"}), "subscription_reactivated", "active", "SEAT_ACTIVE"),
        ("deleted", json!({"status": "canceled"}), "subscription_cancelled", "cancelled", "SEAT_ACTIVE"),
    ] {
        seconds += 10;
        let body = stripes(kind, "sub_S", seconds, &more);
        assert_eq!(test.stripe(&body).await, json!({"status": "success", "action": action}), "{body}");
        assert_eq!((&test.tenant().await["subscription_status"], test.seat().await), (&json!(status), seat), "{body}");
    }
    // What has ended does not go on.
    let body = stripes("updated", "sub_S", 500, &json!({"status": "active"}));
    assert_eq!(test.stripe(&body).await["reason"], "superseded");
}

#[tokio::test(start_paused = true)]
async fn what_becomes_of_a_subscription_that_was_left_for_another_is_nothing_to_the_other() {
    let test = test().await;
    test.wait(1_000).await;
    let charged = |payment: &str, seconds: i64| {
        let mut body = of_subscription("subscription.charged", "sub_R", seconds);
        body["payload"]["payment"] =
            json!({"entity": {"id": payment, "amount": 249_900, "currency": "INR", "notes": []}});
        body
    };
    assert_eq!(test.razorpay(&charged("pay_1", 5)).await["action"], "subscription_renewed");
    assert_eq!(test.stripe(&stripes_invoice("sub_S", 10)).await["action"], "subscription_renewed");
    let before = test.tenant().await;
    assert_eq!(before["erp_subscription_id"], "sub_S");
    for (number, kind) in ["pending", "halted", "paused", "resumed", "cancelled"].into_iter().enumerate() {
        let body = of_subscription(&format!("subscription.{kind}"), "sub_R", 20 + i64::try_from(number).unwrap());
        assert_eq!(test.razorpay(&body).await, json!({"status": "ignored", "reason": "superseded"}), "{kind}");
    }
    let body = stripes("updated", "sub_T", 40, &json!({"status": "incomplete_expired"}));
    assert_eq!(test.stripe(&body).await["reason"], "superseded");
    let shown = |tenant: &Value| {
        [
            "subscription_status",
            "payment_status",
            "erp_subscription_id",
            "subscription_plan",
            "max_users",
            "is_suspended",
        ]
        .map(|field| tenant[field].clone())
    };
    assert_eq!(shown(&test.tenant().await), shown(&before));
    assert_eq!(test.seat().await, "SEAT_ACTIVE");
    // Charged once more, it is paid and does not take the other's place.
    assert_eq!(test.razorpay(&charged("pay_2", 50)).await["action"], "subscription_renewed");
    assert_eq!(shown(&test.tenant().await), shown(&before));
    test.razorpay(&of_subscription("subscription.cancelled", "sub_R", 60)).await;
    assert_eq!(test.tenant().await["subscription_status"], "active");
}

#[tokio::test(start_paused = true)]
async fn a_node_whose_clock_is_behind_takes_what_it_hears_for_what_came_last() {
    for (kind, status) in [
        ("subscription.halted", "suspended"),
        ("subscription.pending", "past_due"),
        ("subscription.cancelled", "cancelled"),
    ] {
        for dated in [true, false] {
            // The node's clock stands at 2 hours before what another has heard of.
            let test = test().await;
            let mut first = paid("payment.captured", "p1", 7_200);
            first["payload"]["period_end"] = Value::Null;
            test.bheempay(&first).await;
            let mut body = event(kind, 7_260);
            if !dated {
                body.as_object_mut().unwrap().remove("created_at");
            }
            let (_, answer) = test.bheempay(&body).await;
            assert_eq!(answer["status"], "success", "{kind} {answer}");
            assert_eq!(test.tenant().await["subscription_status"], status, "{kind} {dated}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_date_that_cannot_be_is_no_reason_to_believe_nothing_afterwards() {
    // Local time that is read as UTC, tomorrow, zero, a count of something else.
    for created in [json!(at(19_800)), json!(at(90_000)), json!("2026-01-03T00:00:00"), json!(0), json!(1_767_225)] {
        let test = test().await;
        test.wait(100).await;
        test.bheempay(&paid("payment.captured", "p1", 5)).await;
        let mut halted = event("subscription.halted", 0);
        halted["created_at"] = created.clone();
        assert_eq!(test.bheempay(&halted).await.1["action"], "tenant_suspended", "{created}");
        assert_eq!(test.seat().await, "SUBSCRIPTION_SUSPENDED");
        test.wait(60).await;
        let (_, answer) = test.bheempay(&paid("subscription.charged", "p2", 155)).await;
        assert_eq!(answer["action"], "subscription_renewed");
        assert_eq!(
            (&test.tenant().await["subscription_status"], test.seat().await),
            (&json!("active"), "SEAT_ACTIVE"),
            "{created}"
        );
    }
}
