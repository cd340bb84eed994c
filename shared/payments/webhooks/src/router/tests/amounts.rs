//! What was paid: amounts that gateways show the arithmetic of, and periods that cannot be.

use super::owners::of_payment;
use super::*;

/// An invoice of Stripe's, paid.
fn invoice(paid: i64, lines: &Value, more: &Value) -> Value {
    let mut invoice = json!({
        "id": format!("in_{paid}"), "subscription": "sub_S", "billing_reason": "subscription_create", "currency": "inr",
        "amount_paid": paid, "amount_due": paid, "parent": {"subscription_details": {"metadata": {"tenant_id": TENANT}}},
        "lines": {"has_more": false, "data": lines},
    });
    invoice.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    json!({"id": format!("evt_{paid}"), "type": "invoice.paid", "created": at(10), "data": {"object": invoice}})
}

fn line(amount: i64, more: &Value) -> Value {
    let mut line = json!({
        "amount": amount, "quantity": 1, "proration": false, "period": {"start": at(10), "end": at(1_209_610)},
        "price": {"id": "sku-pro", "unit_amount": 249_900, "recurring": {"interval": "month"}},
    });
    line.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    line
}

#[tokio::test(start_paused = true)]
async fn what_stripe_shows_the_arithmetic_of_is_in_effect_at_once() {
    let small = json!({"id": "price_small", "unit_amount": 49_900});
    let full = line(249_900, &json!({}));
    for (name, body, users, credits) in [
        ("a trial", invoice(0, &json!([line(0, &json!({}))]), &json!({"subtotal": 0, "total": 0})), 25, 0),
        (
            "18 % on top",
            invoice(
                294_882,
                &json!([full]),
                &json!({"total": 294_882, "total_taxes": [{"amount": 44_982, "tax_behavior": "exclusive"}]}),
            ),
            25,
            100,
        ),
        (
            "a coupon",
            invoice(199_900, &json!([full]), &json!({"total_discount_amounts": [{"amount": 50_000}]})),
            25,
            100,
        ),
        (
            "a coupon for all",
            invoice(0, &json!([full]), &json!({"total_discount_amounts": [{"amount": 249_900}]})),
            25,
            100,
        ),
        (
            "an upgrade",
            invoice(
                100_000,
                &json!([
                    line(-24_950, &json!({"proration": true, "price": small})),
                    line(124_950, &json!({"proration": true}))
                ]),
                &json!({"billing_reason": "subscription_update"}),
            ),
            25,
            100,
        ),
        (
            "a trial of no price",
            invoice(
                0,
                &json!([line(0, &json!({"price": null, "description": "Trial period for Professional"}))]),
                &json!({"metadata": {"plan_id": "sku-pro"}}),
            ),
            25,
            0,
        ),
        (
            "an upgrade beside which the old plan stands",
            invoice(249_900, &json!([full]), &json!({"metadata": {"plan_id": "small"}})),
            25,
            100,
        ),
        ("three seats", invoice(749_700, &json!([line(749_700, &json!({"quantity": 3}))]), &json!({})), 25, 100),
        (
            "what was left over",
            invoice(149_900, &json!([full]), &json!({"starting_balance": -100_000, "ending_balance": 0})),
            25,
            100,
        ),
    ] {
        let test = test().await;
        test.wait(100).await;
        let answer = test.stripe(&body).await;
        assert_eq!(answer["status"], "success", "{name}: {answer}");
        let tenant = test.tenant().await;
        let found = (&tenant["subscription_status"], &tenant["max_users"], &tenant["credits"]);
        assert_eq!(found, (&json!("active"), &json!(users), &json!(credits)), "{name}");
        assert_eq!(tenant["subscription_period_end"], "2026-01-15T00:00:10Z", "{name}");
        assert_eq!(test.seat().await, "SEAT_ACTIVE", "{name}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_contradicts_itself_or_shows_nothing_waits_for_somebody() {
    let full = line(249_900, &json!({}));
    let taxed = |tax: i64| json!({"total_tax_amounts": [{"amount": tax, "inclusive": false}]});
    for (name, body) in [
        ("less than the lines", invoice(99, &json!([full]), &json!({}))),
        ("nothing, and no trial", invoice(0, &json!([full]), &json!({}))),
        (
            "a line at no price of the plan's",
            invoice(
                9_900,
                &json!([line(9_900, &json!({"price": {"id": "sku-pro", "unit_amount": 9_900}}))]),
                &json!({}),
            ),
        ),
        ("another tax", invoice(274_890, &json!([full]), &taxed(24_990))),
        (
            "a sum that is another",
            invoice(
                199_900,
                &json!([full]),
                &json!({"total": 249_900, "total_discount_amounts": [{"amount": 50_000}]}),
            ),
        ),
        ("no lines", invoice(199_900, &json!([]), &json!({"metadata": {"plan_id": "sku-pro"}}))),
    ] {
        let test = test().await;
        test.wait(100).await;
        assert_eq!(test.stripe(&body).await, json!({"status": "quarantined", "reason": "wrong_amount"}), "{name}");
        assert_eq!(test.tenant().await["subscription_status"], Value::Null, "{name}");
    }
}

#[tokio::test(start_paused = true)]
async fn which_taxes_may_be_on_top_is_a_setting() {
    for (rates, ten_percent, eighteen) in
        [("", false, true), ("0,18", false, true), ("10", true, false), ("5, 10, 18", true, true), ("0", false, false)]
    {
        for (amount, expected) in [(274_890, ten_percent), (294_882, eighteen), (249_900, true), (249_901, false)] {
            let test = test().await;
            test.world.config.set("tax_rates_percent", rates);
            test.wait(100).await;
            let order = json!({"id": "order_1", "notes": {"tenant_id": TENANT, "plan_id": "sku-pro"}});
            let body = of_payment("order.paid", 10, &json!({"amount": amount}), &json!({"order": order}));
            let answer = test.razorpay(&body).await;
            assert_eq!(answer["status"] == "success", expected, "{rates:?} {amount}: {answer}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn razorpays_invoice_shows_what_the_charge_alone_does_not() {
    let test = test().await;
    test.wait(100).await;
    let subscription = json!({"id": "sub_R", "quantity": 1, "notes": {"tenant_id": TENANT, "plan_id": "sku-pro"}});
    let payment = json!({"amount": 210_000, "invoice_id": "inv_1"});
    let charged = of_payment("subscription.charged", 10, &payment, &json!({"subscription": subscription}));
    assert_eq!(test.razorpay(&charged).await["reason"], "wrong_amount");
    let invoice = json!({
        "id": "inv_1", "payment_id": "pay_R", "subscription_id": "sub_R", "currency": "INR", "amount": 210_000,
        "amount_paid": 210_000, "offer_amount": 49_900, "notes": {"tenant_id": TENANT, "plan_id": "sku-pro"},
        "line_items": [
            {"type": "plan", "unit_amount": 249_900, "gross_amount": 249_900, "quantity": 1},
            {"type": "addon", "unit_amount": 10_000, "gross_amount": 10_000, "quantity": 1},
        ],
    });
    let answer = test.razorpay(&of_payment("invoice.paid", 11, &payment, &json!({"invoice": invoice}))).await;
    assert_eq!(answer["action"], "subscription_renewed", "{answer}");
    let tenant = test.tenant().await;
    assert_eq!((&tenant["subscription_status"], &tenant["max_users"]), (&json!("active"), &json!(25)));
    assert_eq!(test.seat().await, "SEAT_ACTIVE");
}

#[tokio::test(start_paused = true)]
async fn who_pays_for_a_month_has_bought_a_month_whatever_stands_for_its_end() {
    for end in [
        json!(0),
        json!(-1),
        json!("0"),
        Value::Null,
        json!("soon"),
        json!(at(5)),
        json!(at(4)),
        json!(at(4) * 1_000),
        json!(at(0) / 1_000),
        json!(at(2_592_000) * 1_000_000),
        json!("1970-01-01T00:00:00Z"),
        json!("2100-01-01T00:00:00Z"),
        json!("9999-12-31T23:59:59Z"),
        json!(true),
        json!({}),
    ] {
        let test = test().await;
        test.wait(100).await;
        let mut body = paid("payment.captured", "p1", 5);
        body["payload"]["period_end"] = end.clone();
        assert_eq!(test.bheempay(&body).await.1["status"], "success", "{end}");
        let tenant = test.tenant().await;
        assert_eq!(tenant["subscription_period_end"], "2026-02-01T00:00:05Z", "{end}");
        assert_eq!(test.seat().await, "SEAT_ACTIVE", "{end}");
    }
    // Seconds and milliseconds are told apart.
    for end in [json!(at(2_000_000)), json!(at(2_000_000) * 1_000), json!(at(2_000_000).to_string())] {
        let test = test().await;
        test.wait(100).await;
        let mut body = paid("payment.captured", "p1", 5);
        body["payload"]["period_end"] = end.clone();
        test.bheempay(&body).await;
        assert_eq!(test.tenant().await["subscription_period_end"], "2026-01-24T03:33:20Z", "{end}");
    }
}
