//! The life of a subscription, and the events of it.

use super::*;

#[tokio::test]
async fn a_paid_session_becomes_a_subscription_with_an_invoice() {
    let test = test().await;
    let subscription = test.subscribe(1_000, "usd", 5, "metadata[a]=1&subscription_data[metadata][b]=2").await;
    let found = (&subscription["status"], &subscription["items"]["data"][0]["quantity"], &subscription["metadata"]);
    assert_eq!(found, (&json!("active"), &json!(5), &json!({"b": "2"})));
    let events = test.events();
    let kinds: Vec<&str> = events.iter().map(|event| event["type"].as_str().unwrap()).collect();
    let expected = [
        "customer.created",
        "product.created",
        "price.created",
        "customer.subscription.created",
        "invoice.created",
        "invoice.finalized",
        "invoice.paid",
        "invoice.payment_succeeded",
        "customer.subscription.updated",
        "checkout.session.completed",
    ];
    assert_eq!(kinds, expected);
    for event in &events {
        is_described(event);
        is_described(&event["data"]["object"]);
    }
    let of = |kind: &str| events.iter().find(|event| event["type"] == kind).unwrap();
    assert_eq!(of("customer.subscription.created")["data"]["object"]["status"], "incomplete");
    let updated = &of("customer.subscription.updated")["data"];
    assert_eq!(updated["previous_attributes"], json!({"latest_invoice": null, "status": "incomplete"}));
    let session = &of("checkout.session.completed")["data"]["object"];
    assert_eq!((&session["subscription"], &session["metadata"]), (&subscription["id"], &json!({"a": "1"})));
    let invoice = &of("invoice.paid")["data"]["object"];
    let details = &invoice["parent"]["subscription_details"];
    assert_eq!((&details["subscription"], &details["metadata"]), (&subscription["id"], &json!({"b": "2"})));
    assert_eq!((&invoice["amount_paid"], &invoice["billing_reason"]), (&json!(5_000), &json!("subscription_create")));
}

#[tokio::test]
async fn a_charge_fails_is_tried_again_and_is_given_up() {
    let test = test().await;
    let subscription = test.subscribe(1_000, "usd", 5, "").await;
    let (id, customer) = (subscription["id"].as_str().unwrap(), subscription["customer"].as_str().unwrap());
    test.new_events().await;
    test.control("POST", &format!("customers/{customer}/decline"), json!({})).await;
    let renewed = test.control("POST", &format!("subscriptions/{id}/renew"), json!({})).await;
    assert_eq!(renewed["object"]["status"], "past_due");
    let expected = [
        "customer.subscription.updated",
        "invoice.created",
        "invoice.finalized",
        "invoice.payment_failed",
        "customer.subscription.updated",
    ];
    assert_eq!(test.new_events().await, expected);
    let invoice = test.latest_invoice(&subscription).await;
    assert_eq!(
        (&invoice["status"], &invoice["attempt_count"], &invoice["amount_remaining"]),
        (&json!("open"), &json!(1), &json!(5_000))
    );
    let invoice = invoice["id"].as_str().unwrap();
    test.control("POST", &format!("invoices/{invoice}/retry"), json!({})).await;
    assert_eq!(test.new_events().await, ["invoice.payment_failed"]);
    let (status, answer) = test.call("POST", &format!("/v1/invoices/{invoice}/pay"), "").await;
    assert_eq!((status, &answer["error"]["code"]), (402, &json!("card_declined")));
    test.new_events().await;
    let given_up = test.control("POST", &format!("subscriptions/{id}/give_up"), json!({})).await;
    assert_eq!(given_up["object"]["status"], "unpaid");
    assert_eq!(test.new_events().await, ["invoice.marked_uncollectible", "customer.subscription.updated"]);
    test.control("POST", &format!("customers/{customer}/accept"), json!({})).await;
    test.control("POST", &format!("invoices/{invoice}/retry"), json!({})).await;
    assert_eq!(test.new_events().await, ["invoice.paid", "invoice.payment_succeeded", "customer.subscription.updated"]);
    assert_eq!(test.get("GET", &format!("/v1/subscriptions/{id}"), "").await["status"], "active");
}

#[tokio::test]
async fn an_increase_that_is_not_paid_stands_until_its_invoice_is_voided() {
    let test = test().await;
    let subscription = test.subscribe(1_000, "usd", 5, "").await;
    let (id, customer) = (subscription["id"].as_str().unwrap(), subscription["customer"].as_str().unwrap());
    let item = subscription["items"]["data"][0]["id"].as_str().unwrap();
    test.control("POST", &format!("customers/{customer}/decline"), json!({})).await;
    let more = format!("items[0][id]={item}&items[0][quantity]=8&proration_behavior=always_invoice");
    let path = format!("/v1/subscriptions/{id}");
    let (status, answer) = test.call("POST", &path, &format!("{more}&payment_behavior=error_if_incomplete")).await;
    assert_eq!((status, &answer["error"]["type"]), (402, &json!("card_error")));
    let changed = test.get("POST", &path, &more).await;
    assert_eq!((&changed["status"], &changed["items"]["data"][0]["quantity"]), (&json!("past_due"), &json!(8)));
    test.new_events().await;
    let invoice = changed["latest_invoice"].as_str().unwrap();
    let voided = test.get("POST", &format!("/v1/invoices/{invoice}/void"), "").await;
    assert_eq!(voided["status"], "void");
    assert_eq!(test.new_events().await, ["invoice.voided", "customer.subscription.updated"]);
    let (status, _) = test.call("POST", &format!("/v1/invoices/{invoice}/pay"), "").await;
    assert_eq!(status, 400);
}

#[tokio::test]
async fn a_cancellation_at_the_end_can_be_taken_back_and_one_now_cannot() {
    let test = test().await;
    let subscription = test.subscribe(1_000, "usd", 5, "").await;
    let path = format!("/v1/subscriptions/{}", subscription["id"].as_str().unwrap());
    let ends = test.get("POST", &path, "cancel_at_period_end=true&cancellation_details[comment]=dear").await;
    let found = (&ends["status"], &ends["cancel_at_period_end"], &ends["cancel_at"]);
    assert_eq!(found, (&json!("active"), &json!(true), &ends["items"]["data"][0]["current_period_end"]));
    let goes_on = test.get("POST", &path, "cancel_at_period_end=false").await;
    assert_eq!((&goes_on["cancel_at_period_end"], &goes_on["cancel_at"]), (&json!(false), &Value::Null));
    test.get("POST", &path, "cancel_at_period_end=true").await;
    test.new_events().await;
    test.control("POST", &format!("subscriptions/{}/renew", subscription["id"].as_str().unwrap()), json!({})).await;
    assert_eq!(test.new_events().await, ["customer.subscription.deleted"]);
    assert_eq!(test.call("POST", &path, "cancel_at_period_end=false").await.0, 400);
    assert_eq!(test.call("DELETE", &path, "").await.0, 404);
    let other = test.subscribe(1_000, "usd", 5, "").await;
    let deleted = test
        .get("DELETE", &format!("/v1/subscriptions/{}", other["id"].as_str().unwrap()), "prorate=true&invoice_now=true")
        .await;
    assert_eq!(deleted["status"], "canceled");
    let invoices = test.get("GET", "/v1/invoices", &format!("subscription={}", other["id"].as_str().unwrap())).await;
    let reasons: Vec<(&Value, &Value)> =
        invoices["data"].as_array().unwrap().iter().map(|one| (&one["billing_reason"], &one["total"])).collect();
    assert_eq!(
        reasons,
        [(&json!("subscription_update"), &json!(-5_000)), (&json!("subscription_create"), &json!(5_000))]
    );
}

#[tokio::test]
async fn a_trial_costs_nothing_and_ends_with_the_first_charge() {
    let test = test().await;
    let subscription = test.subscribe(1_000, "usd", 5, "subscription_data[trial_period_days]=14").await;
    assert_eq!((&subscription["status"], &subscription["trial_end"]), (&json!("trialing"), &json!(JANUARY + 14 * DAY)));
    let session = test.events().pop().unwrap()["data"]["object"].clone();
    assert_eq!((&session["payment_status"], &session["amount_total"]), (&json!("no_payment_required"), &json!(0)));
    let renew = format!("subscriptions/{}/renew", subscription["id"].as_str().unwrap());
    let renewed = test.control("POST", &renew, json!({})).await["object"].clone();
    assert_eq!(renewed["status"], "active");
    assert_eq!(test.latest_invoice(&subscription).await["amount_paid"], 5_000);
}

#[tokio::test]
async fn periods_that_begin_on_the_31st_come_back_to_it() {
    let test = test().await;
    test.set_clock(JANUARY + 30 * DAY).await;
    let subscription = test.subscribe(1_000, "usd", 1, "").await;
    let end = |one: &Value| one["items"]["data"][0]["current_period_end"].as_i64().unwrap();
    // 29 February, 31 March.
    let mut ends = vec![end(&subscription)];
    test.set_clock(ends[0]).await;
    let renew = format!("subscriptions/{}/renew", subscription["id"].as_str().unwrap());
    ends.push(end(&test.control("POST", &renew, json!({})).await["object"]));
    assert_eq!(ends, [1_709_164_800, 1_711_843_200]);
}

#[tokio::test]
async fn a_session_expires_and_cannot_be_paid_then() {
    let test = test().await;
    let form = "mode=subscription&success_url=https://e.example&line_items[0][quantity]=1&\
        line_items[0][price_data][currency]=usd&line_items[0][price_data][unit_amount]=100&\
        line_items[0][price_data][recurring][interval]=month&line_items[0][price_data][product_data][name]=Seats";
    let session = test.get("POST", "/v1/checkout/sessions", form).await;
    let id = session["id"].as_str().unwrap();
    test.set_clock(JANUARY + DAY).await;
    let answer = test.control("POST", &format!("sessions/{id}/pay"), json!({})).await;
    assert_eq!(answer["error"]["type"], "invalid_request_error", "{answer}");
    let expired = test.get("GET", &format!("/v1/checkout/sessions/{id}"), "").await;
    assert_eq!((&expired["status"], &expired["url"]), (&json!("expired"), &Value::Null));
    assert!(test.new_events().await.contains(&"checkout.session.expired".to_owned()));
    assert_eq!(test.call("POST", &format!("/v1/checkout/sessions/{id}/expire"), "").await.0, 400);
}

#[tokio::test]
async fn what_is_paused_is_not_collected_and_goes_on() {
    let test = test().await;
    let subscription = test.subscribe(1_000, "usd", 5, "").await;
    let id = subscription["id"].as_str().unwrap();
    let path = format!("/v1/subscriptions/{id}");
    let paused = test.get("POST", &path, "pause_collection[behavior]=void").await;
    assert_eq!((&paused["status"], &paused["pause_collection"]["behavior"]), (&json!("active"), &json!("void")));
    let before = test.latest_invoice(&subscription).await["id"].clone();
    test.control("POST", &format!("subscriptions/{id}/renew"), json!({})).await;
    assert_eq!(test.latest_invoice(&subscription).await["id"], before);
    assert_eq!(test.get("POST", &path, "pause_collection=").await["pause_collection"], Value::Null);
    test.new_events().await;
    test.control("POST", &format!("subscriptions/{id}/pause"), json!({})).await;
    assert_eq!(test.new_events().await, ["customer.subscription.updated", "customer.subscription.paused"]);
    assert_eq!(test.get("POST", &format!("{path}/resume"), "").await["status"], "active");
    assert_eq!(test.new_events().await, ["customer.subscription.updated", "customer.subscription.resumed"]);
}
