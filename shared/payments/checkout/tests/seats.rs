//! Subscriptions of seats that BheemPay takes the money of, from the purchase through signed webhooks to the state.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by a panic")]

mod seats {
    pub(crate) mod fixture;
}

use std::time::Duration;

use edge_capabilities::Database as _;
use edge_capabilities::database::Row;
use edge_gateways::Provider;
use edge_http::testing;
use serde_json::{Value, json};

use seats::fixture::{DAY, KEY, Test, of, success};

#[tokio::test(start_paused = true)]
async fn seats_are_ordered_at_bheempay_and_count_once_they_are_paid() {
    let test = Test::new().await;
    let bought = test.bought("acme").await;
    let made = &bought.made;
    assert_eq!((&made["status"], &made["checkoutUrl"]), (&json!("INCOMPLETE"), &json!("https://pay.example/rzp_1")));
    let checkout = json!({"checkout_id": "co", "order_id": "order_1", "amount": 500.0, "currency": "INR",
        "plan_name": "pro", "key_id": "rzp", "gateway_response": {"id": "rzp_1", "short_url": "https://pay.example/rzp_1"}});
    assert_eq!(made["checkout"], checkout);
    {
        let pay = test.pay();
        let (path, key, body) = &pay.asked[0];
        assert_eq!((path.as_str(), key.starts_with("chk_")), ("/api/v1/pay/checkout/subscription", true));
        let metadata = &body["metadata"];
        assert_eq!((&metadata["seats"], &metadata["checkout_id"]), (&json!(5), &json!(key)));
        assert_eq!((&metadata["tenant_id"], &body["plan_id"]), (&json!(bought.organization), &json!("pro")));
    }
    assert_eq!(bought.pay().await, success("subscription_activated"));
    let shown = bought.shown().await;
    assert_eq!((&shown["status"], &shown["checkout"]), (&json!("ACTIVE"), &Value::Null));
    assert_eq!(shown["currentPeriodEnd"], json!(test.now().plus(DAY * 30).to_rfc3339_millis()));
    // The same event again.
    assert_eq!(bought.pay().await["duplicate"], true);
    // The tenant's own plan is as it was.
    let (_, tenant) = test.ask("GET", &format!("/api/v1/tenants/{}", bought.organization), &Value::Null).await;
    assert_eq!(tenant["subscription_status"], Value::Null);
}

#[tokio::test(start_paused = true)]
async fn each_event_of_bheempay_has_its_effect_in_any_order() {
    let test = Test::new().await;
    for (number, (events, status)) in [
        (vec![], "ACTIVE"),
        (vec![("subscription.pending", 10)], "PAST_DUE"),
        (vec![("payment.failed", 10)], "PAST_DUE"),
        (vec![("subscription.halted", 10)], "SUSPENDED"),
        (vec![("subscription.paused", 10)], "SUSPENDED"),
        (vec![("subscription.paused", 10), ("subscription.resumed", 20)], "ACTIVE"),
        (vec![("subscription.halted", 10), ("subscription.charged", 20)], "ACTIVE"),
        (vec![("subscription.pending", 10), ("subscription.activated", 20)], "ACTIVE"),
        (vec![("subscription.cancelled", 10)], "ACTIVE"),
    ]
    .into_iter()
    .enumerate()
    {
        for is_reversed in [false, true] {
            let test = &test;
            let bought = test.bought(&format!("org-{number}-{is_reversed}")).await;
            let start = test.now();
            // Each organization's subscription at BheemPay is another.
            let (order, name) = (test.pay().asked.len(), format!("psub_{number}_{is_reversed}"));
            let end = start.plus(DAY * 30);
            test.world.clock.advance(Duration::from_secs(30)).await;
            let mut all = vec![("payment.captured", 0)];
            all.extend(events.iter().copied());
            if is_reversed {
                all.reverse();
            }
            for (event, seconds) in all.iter().chain(&all) {
                let at = start.plus(Duration::from_secs(*seconds));
                let end = if *event == "subscription.charged" { end.plus(DAY * 30) } else { end };
                let more = json!({"subscription_id": name, "payment_id": format!("pay_{number}_{seconds}"), "amount": 500,
                    "currency": "INR", "period_end": end.to_rfc3339_millis()});
                let answer = test.tell(event, bought.payload(order, &more), at).await;
                assert!(["success", "ignored"].contains(&answer["status"].as_str().unwrap()), "{event}: {answer}");
            }
            assert_eq!(bought.state().await, of(status, 5), "{events:?} {is_reversed}");
            let shown = bought.shown().await;
            let is_cancelled = events.iter().any(|(event, _)| *event == "subscription.cancelled");
            assert_eq!(shown["cancelAtPeriodEnd"], json!(is_cancelled));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn the_organization_is_told_once_of_each_payment_for_seats() {
    let test = Test::new().await;
    let bought = test.bought("acme").await;
    let told = async || {
        let statement = "SELECT event_type, body FROM notifications WHERE channel = 'EMAIL' ORDER BY event_type";
        let rows = test.world.db.query(statement, &[]).await.unwrap();
        let body = |row: &Row| -> Value { serde_json::from_str(row.text(1).unwrap()).unwrap() };
        rows.iter().map(|row| (row.text(0).unwrap().to_owned(), body(row))).collect::<Vec<_>>()
    };
    assert!(told().await.is_empty());
    bought.pay().await;
    bought.pay().await;
    // BheemPay reports the same payment by another event.
    let end = test.now().plus(DAY * 30).to_rfc3339_millis();
    let again = json!({"payment_id": "pay_1", "amount": 500, "currency": "INR", "period_end": end});
    test.tell("subscription.charged", bought.payload(1, &again), test.now()).await;
    let receipts = told().await;
    let [(kind, receipt)] = receipts.as_slice() else { panic!("{receipts:?}") };
    assert_eq!(
        (kind.as_str(), &receipt["recipient"]["email"]),
        ("WORKSPACE_PAYMENT_SUCCESS", &json!("bills@x.example"))
    );
    let data = &receipt["data"];
    assert_eq!(
        (&data["plan_name"], &data["amount"], &data["payment_id"]),
        (&json!("pro"), &json!("₹500.00"), &json!("pay_1"))
    );
    test.world.clock.advance(Duration::from_secs(60)).await;
    for _ in 0..2 {
        let failed = json!({"payment_id": "pay_2", "amount": 500, "currency": "INR"});
        test.tell("payment.failed", bought.payload(1, &failed), test.now()).await;
    }
    let kinds: Vec<String> = told().await.into_iter().map(|(kind, _)| kind).collect();
    assert_eq!(kinds, ["WORKSPACE_PAYMENT_FAILED", "WORKSPACE_PAYMENT_SUCCESS"]);
}

#[tokio::test(start_paused = true)]
async fn an_event_that_is_bound_to_no_order_or_contradicts_it_changes_nothing() {
    let test = Test::new().await;
    let bought = test.bought("acme").await;
    let other = test.organization("other").await;
    let id = &bought.made["id"];
    let good = json!({"payment_id": "p", "amount": 500, "currency": "INR"});
    let with = |field: &str, value: Value| {
        let mut payload = bought.payload(1, &good);
        payload["metadata"][field] = value;
        payload
    };
    let bare = json!({"metadata": {"tenant_id": bought.organization, "edge_subscription_id": id},
        "subscription_id": "psub_1", "payment_id": "p", "amount": 500, "currency": "INR"});
    for (payload, reason) in [
        (bare, "unbound"),
        (with("checkout_id", json!("chk_unknown")), "unbound"),
        (with("tenant_id", json!(other)), "unbound"),
        (bought.payload(1, &json!({"payment_id": "p", "amount": 499, "currency": "INR"})), "wrong_amount"),
        (bought.payload(1, &json!({"payment_id": "p", "amount": 500, "currency": "USD"})), "wrong_currency"),
        (bought.payload(1, &json!({"payment_id": "p"})), "wrong_amount"),
    ] {
        let answer = test.tell("payment.captured", payload.clone(), test.now()).await;
        assert_eq!(answer, json!({"status": "quarantined", "reason": reason}), "{payload}");
        assert_eq!(bought.state().await, of("INCOMPLETE", 5));
    }
    bought.pay().await;
    let end = test.now().plus(DAY * 60);
    for amount in [501, 600, 0] {
        let answer = bought.charge(&format!("c{amount}"), amount, test.now(), end).await;
        assert_eq!(answer, json!({"status": "quarantined", "reason": "wrong_amount"}), "{amount}");
    }
    // With India's tax on top.
    assert_eq!(bought.charge("c590", 590, test.now(), end).await, success("subscription_renewed"));
    let (_, ended) = bought.ask("POST", "/cancel", &json!({"immediate": true})).await;
    assert_eq!(ended["status"], "CANCELLED");
    test.world.clock.advance(DAY).await;
    let answer = bought.charge("late", 500, test.now(), end).await;
    assert_eq!(answer, json!({"status": "quarantined", "reason": "subscription_ended"}));
}

#[tokio::test(start_paused = true)]
async fn a_renewal_that_is_not_paid_is_overdue_and_one_that_is_goes_on() {
    let test = Test::new().await;
    let bought = test.bought("acme").await;
    bought.pay().await;
    test.world.clock.advance(DAY * 30).await;
    assert_eq!(bought.state().await, of("PAST_DUE", 5));
    assert_eq!(bought.ask("POST", "/seats", &json!({"userId": "ana"})).await.0, 201);
    test.world.clock.advance(DAY * 3).await;
    assert_eq!(bought.ask("POST", "/seats", &json!({"userId": "ben"})).await.1["code"], "SUBSCRIPTION_INACTIVE");
    let end = test.now().plus(DAY * 27);
    assert_eq!(bought.charge("pay_2", 500, test.now(), end).await, success("subscription_renewed"));
    let shown = bought.shown().await;
    assert_eq!((&shown["status"], &shown["currentPeriodEnd"]), (&json!("ACTIVE"), &json!(end.to_rfc3339_millis())));
    // It was paid for fewer: those count.
    let end = end.plus(DAY * 30);
    bought.charge("pay_3", 300, test.now().plus(Duration::from_secs(9)), end).await;
    assert_eq!(bought.state().await, of("ACTIVE", 3));
}

#[tokio::test(start_paused = true)]
async fn more_seats_count_at_once_and_go_unless_their_order_is_paid() {
    let test = Test::new().await;
    for is_paid in [true, false] {
        let bought = test.bought(if is_paid { "acme" } else { "other" }).await;
        let first = test.pay().asked.len();
        let reference = if is_paid { "psub_1" } else { "psub_2" };
        let end = test.now().plus(DAY * 30);
        let payment = json!({"payment_id": format!("{reference}_1"), "subscription_id": reference, "amount": 500,
            "currency": "INR", "period_end": end.to_rfc3339_millis()});
        test.tell("payment.captured", bought.payload(first, &payment), test.now()).await;
        // A third of the period has passed: what is left costs two thirds.
        test.world.clock.advance(DAY * 10).await;
        let (_, preview) = bought.ask("POST", "/preview", &json!({"seats": 8})).await;
        let (status, more) = bought.ask("PATCH", "", &json!({"seats": 8})).await;
        assert_eq!(status, 200, "{more}");
        let (path, key, body) = test.pay().asked.last().unwrap().clone();
        assert_eq!(path, "/api/v1/pay/create");
        assert_eq!((&body["amount"], &preview["total"]), (&json!(200.0), &json!(200.0)));
        assert_eq!((&body["subscription_id"], &body["seats"]), (&json!(reference), &json!(8)));
        assert_eq!(body["metadata"]["checkout_id"], json!(key));
        assert_eq!(more["seats"]["purchased"], 8);
        let lapses_at = test.now().plus(DAY).to_rfc3339_millis();
        let open = &more["unpaidIncrease"];
        assert_eq!((&open["seats"], &open["lapsesAt"]), (&json!(8), &json!(lapses_at)));
        assert_eq!(open["checkout"]["amount"], json!(200.0));
        // One at a time.
        for change in [json!({"seats": 9}), json!({"seats": 4}), json!({"planId": "small", "effective": "period_end"})]
        {
            assert_eq!(bought.ask("PATCH", "", &change).await.1["code"], "PAYMENT_PENDING", "{change}");
        }
        let order = test.pay().asked.len();
        let amount = |amount: i64| {
            let more = json!({"payment_id": format!("{reference}_2"), "subscription_id": null, "amount": amount, "currency": "INR"});
            bought.payload(order, &more)
        };
        let wrong = test.tell("payment.captured", amount(199), test.now()).await;
        assert_eq!(wrong["reason"], "wrong_amount");
        // An attempt that fails takes nothing: the order may still be paid.
        let failed = test.tell("payment.failed", amount(200), test.now()).await;
        assert_eq!(failed["reason"], "order_open");
        if is_paid {
            let paid = test.tell("payment.captured", amount(200), test.now()).await;
            assert_eq!(paid, success("subscription_activated"));
            test.world.clock.advance(DAY * 2).await;
            assert_eq!(bought.state().await, of("ACTIVE", 8));
            assert_eq!(bought.shown().await["unpaidIncrease"], Value::Null);
            let charged = json!({"payment_id": "r", "subscription_id": reference, "amount": 800, "currency": "INR",
                "period_end": end.plus(DAY * 30).to_rfc3339_millis()});
            let renewed = test.tell("subscription.charged", bought.payload(first, &charged), end).await;
            assert_eq!(renewed, success("subscription_renewed"));
        } else {
            test.world.clock.advance(DAY).await;
            assert_eq!(bought.state().await, of("ACTIVE", 5));
            let late = test.tell("payment.captured", amount(200), test.now().plus(Duration::from_secs(1))).await;
            assert_eq!(late["reason"], "order_lapsed");
            // They may be ordered again, and cost less by now.
            let (status, again) = bought.ask("PATCH", "", &json!({"seats": 8})).await;
            assert_eq!((status, &again["unpaidIncrease"]["checkout"]["amount"]), (200, &json!(190.0)));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn what_bheempay_cannot_do_is_refused_and_says_why() {
    let test = Test::new().await;
    let organization = test.organization("acme").await;
    for (field, value, wrong) in [
        ("trial", json!(true), "trial"),
        ("successUrl", json!("http://10.0.0.1/"), "successUrl"),
        ("cancelUrl", json!("https://localhost/"), "cancelUrl"),
    ] {
        let mut order = Test::order(&organization);
        order[field] = value;
        let (status, answer) = test.ask("POST", "/subscriptions", &order).await;
        assert_eq!((status, answer["errors"][0]["field"].as_str()), (400, Some(wrong)), "{answer}");
    }
    // A price of BheemPay's that is not the plan's sells nothing, and holds nothing up.
    test.pay().price = 99;
    let (status, answer) = test.ask("POST", "/subscriptions", &Test::order(&organization)).await;
    assert_eq!((status, answer["code"].as_str()), (422, Some("UPSTREAM_REFUSED")), "{answer}");
    test.pay().price = 0;
    for (status, code) in [(400, "UPSTREAM_REFUSED"), (401, "NOT_CONFIGURED"), (500, "UPSTREAM_UNAVAILABLE")] {
        test.pay().status = Some(status);
        let (_, answer) = test.ask("POST", "/subscriptions", &Test::order(&organization)).await;
        assert_eq!(answer["code"].as_str(), Some(code), "{status}");
    }
    test.pay().status = None;
    let bought = test.bought("other").await;
    // Nobody has paid: nothing is told, unless the order is paid after all.
    test.pay().order_status = "paid";
    assert_eq!(bought.ask("POST", "/cancel", &Value::Null).await.1["code"], "UPSTREAM_REFUSED");
    test.pay().order_status = "created";
    let order = test.pay().asked.len();
    let end = test.now().plus(DAY * 30);
    let payment = json!({"payment_id": "p", "amount": 500, "currency": "INR", "period_end": end.to_rfc3339_millis()});
    test.tell("payment.captured", bought.payload(order, &payment), test.now()).await;
    for change in [json!({"planId": "small", "effective": "now"}), json!({"seats": 2, "effective": "now"})] {
        let (status, answer) = bought.ask("PATCH", "", &change).await;
        assert_eq!((status, answer["errors"][0]["field"].as_str()), (400, Some("effective")), "{answer}");
    }
    // Fewer, and another plan, count with the next period.
    let (status, later) = bought.ask("PATCH", "", &json!({"seats": 2, "planId": "small"})).await;
    assert_eq!((status, &later["scheduled"]["seats"]), (200, &json!(2)), "{later}");
    let (path, _, body) = test.pay().asked.last().unwrap().clone();
    assert_eq!(path, "/api/v1/pay/subscriptions/psub_1/change");
    assert_eq!((&body["seats"], &body["plan_id"]), (&json!(2), &json!("small")));
    test.world.clock.advance(DAY * 30).await;
    let next = end.plus(DAY * 30);
    let charged = json!({"payment_id": "r", "amount": 100, "currency": "INR", "period_end": next.to_rfc3339_millis()});
    let renewed = test.tell("subscription.charged", bought.payload(order, &charged), end).await;
    assert_eq!(renewed, success("subscription_renewed"));
    assert_eq!(bought.state().await, of("ACTIVE", 2));
    // A cancellation is told and final.
    let (status, cancelled) = bought.ask("POST", "/cancel", &Value::Null).await;
    assert_eq!((status, &cancelled["cancelAtPeriodEnd"]), (200, &json!(true)));
    assert_eq!(test.pay().asked.last().unwrap().2, json!({"immediate": false}));
    let (status, answer) = bought.ask("POST", "/reactivate", &Value::Null).await;
    assert_eq!((status, answer["errors"][0]["field"].as_str()), (400, Some("gateway")), "{answer}");
}

#[tokio::test(start_paused = true)]
async fn razorpays_events_about_an_order_of_seats_count_alike() {
    let test = Test::new().await;
    let bought = test.bought("acme").await;
    let event = |name: &str, payload: Value| {
        json!({"event": name, "account_id": "acc", "payload": payload,
        "created_at": test.now().as_millis() / 1_000})
    };
    let payment = |amount: i64| {
        json!({"entity": {"id": "pay_1", "order_id": "order_1", "amount": amount, "currency": "INR",
        "notes": {"tenant_id": "somebody else's"}}})
    };
    let deliver = async |amount: i64| {
        let body = event("payment.captured", json!({"payment": payment(amount)}));
        test.deliver(Provider::Razorpay, "/webhooks/razorpay", &body).await
    };
    assert_eq!(deliver(100).await["reason"], "wrong_amount");
    assert_eq!(deliver(50_000).await, success("subscription_activated"));
    assert_eq!(bought.state().await, of("ACTIVE", 5));
}

#[tokio::test(start_paused = true)]
async fn payments_of_seats_are_missing_from_no_books_where_there_are_none() {
    let test = Test::new().await;
    let bought = test.bought("acme").await;
    bought.pay().await;
    test.world.config.set("erp_url", "http://erp");
    let billing = edge_checkout::router(test.world.instance().0);
    let path = "/api/v1/billing/reconciliation?from=2026-01-01&to=2026-02-01";
    let (status, report) = testing::ask(&billing, KEY, None, "GET", path, &Value::Null).await;
    assert_eq!((status, &report["missing"], &report["payments"]), (200, &json!([]), &json!(0)), "{report}");
}
