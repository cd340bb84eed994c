//! Seats bought through Stripe: paid, assigned, upgraded, and lost when nobody pays.

use std::sync::Arc;

use futures::future::join_all;
use serde_json::{Value, json};

use crate::client::Call;
use crate::edge::{BOOTSTRAP, STRIPE_KEY, SeatBuyer, SeatGateway, Settings};
use crate::facts::facts;
use crate::shape::Stage;

facts! {
    seats_are_bought_at_stripe_upgraded_and_lost_when_nobody_pays,
}

const STRIPE: SeatGateway = SeatGateway { name: "stripe", webhooks: "/webhooks/stripe" };

/// What Stripe has at this path.
async fn at_stripe(buyer: &SeatBuyer, path: &str) -> Value {
    let url = format!("http://{}/v1/{path}", buyer.edge.erp_address);
    Call::new("GET", url).key(STRIPE_KEY).send().await.expect(200)
}

/// Stripe dates events by the second: what happens next is of a later one than what was before.
async fn next_second() {
    tokio::time::sleep(std::time::Duration::from_millis(1_050)).await;
}

fn of(has_access: bool, reason: &str) -> (bool, String) {
    (has_access, reason.to_owned())
}

async fn seats_are_bought_at_stripe_upgraded_and_lost_when_nobody_pays(stage: Arc<Stage>) {
    let edge = stage.own(Settings::steady().with_webhooks()).await;
    let plan = json!({"id": "pro", "name": "Pro", "pricePerSeat": 10, "currency": "USD", "billingCycle": "monthly"});
    let buyer = SeatBuyer::new(edge, STRIPE, &plan).await;
    let session = buyer.ordered["checkoutUrl"].as_str().unwrap().rsplit('/').next().unwrap();
    buyer.assign("early").await.refused(409, "SUBSCRIPTION_INACTIVE");
    // Paid; the events come in any order, each twice.
    buyer.steer("PUT", "hold", json!({"hold": true})).await;
    let paid = buyer.steer("POST", &format!("sessions/{session}/pay"), json!({})).await;
    let (subscription, customer) = (paid["object"]["subscription"].clone(), paid["object"]["customer"].clone());
    let (subscription, customer) = (subscription.as_str().unwrap(), customer.as_str().unwrap());
    buyer.steer("PUT", "hold", json!({"hold": false})).await;
    buyer.steer("POST", "deliver", json!({"order": "shuffled", "times": 2})).await;
    let active = buyer.becomes("ACTIVE").await;
    assert_eq!(
        active["seats"],
        json!({"purchased": 5, "assigned": 0, "pending": 0, "available": 5, "overAssigned": 0})
    );

    let users: Vec<String> = (1..=5).map(|number| format!("user_{number}")).collect();
    for answer in join_all(users.iter().map(|user| buyer.assign(user))).await {
        answer.expect(201);
    }
    buyer.assign("sixth").await.refused(409, "SEAT_LIMIT_REACHED");
    assert_eq!(buyer.access("user_5").await, of(true, "SEAT_ACTIVE"));

    // Ten days on, three more: what the preview says is what Stripe charges, but for a second between the two.
    buyer.steer("POST", &format!("subscriptions/{subscription}/age"), json!({"seconds": 864_000})).await;
    let preview = buyer.ask("POST", "/preview", &json!({"seats": 8})).await.expect(200);
    let upgraded = buyer.ask("PATCH", "", &json!({"seats": 8})).await.expect(200);
    assert_eq!(upgraded["seats"]["purchased"], 8);
    buyer.assign("sixth").await.expect(201);
    let invoices = at_stripe(&buyer, &format!("invoices?subscription={subscription}")).await;
    let (charged, said) = (invoices["data"][0]["total"].as_f64().unwrap(), preview["total"].as_f64().unwrap());
    assert!((charged / 100.0 - said).abs() < 0.011 && said > 15.0, "{charged} {preview}");
    assert_eq!(preview["lines"].as_array().unwrap().len(), 2);

    next_second().await;
    // The next charge fails: a grace. It is given up: nobody has access. It is paid: everybody has.
    buyer.steer("POST", &format!("customers/{customer}/decline"), json!({})).await;
    buyer.steer("POST", &format!("subscriptions/{subscription}/renew"), json!({})).await;
    buyer.becomes("PAST_DUE").await;
    assert_eq!(buyer.access("user_1").await, of(true, "GRACE_PERIOD"));
    next_second().await;
    buyer.steer("POST", &format!("subscriptions/{subscription}/give_up"), json!({})).await;
    buyer.becomes("SUSPENDED").await;
    assert_eq!(buyer.access("user_1").await, of(false, "SUBSCRIPTION_SUSPENDED"));
    buyer.assign("seventh").await.refused(409, "SUBSCRIPTION_INACTIVE");
    next_second().await;
    buyer.steer("POST", &format!("customers/{customer}/accept"), json!({})).await;
    let latest = at_stripe(&buyer, &format!("subscriptions/{subscription}")).await["latest_invoice"].clone();
    buyer.steer("POST", &format!("invoices/{}/retry", latest.as_str().unwrap()), json!({})).await;
    buyer.becomes("ACTIVE").await;
    assert_eq!(buyer.access("user_1").await, of(true, "SEAT_ACTIVE"));

    // Eight seats, a first and a second month, and between them a charge that failed.
    let path = format!("/analytics/revenue?organizationId={}", buyer.organization);
    let report = buyer.edge.call("GET", &path).key(BOOTSTRAP).send().await.expect(200);
    let points = report["results"][0]["points"].as_array().unwrap();
    assert_eq!(points.last().unwrap()["mrr"], 80.0, "{report}");
    let collected: f64 = points.iter().map(|point| point["collected"].as_f64().unwrap()).sum();
    let failed: i64 = points.iter().map(|point| point["paymentSuccess"]["byAttempt"]["failed"].as_i64().unwrap()).sum();
    assert!(collected >= 130.0 && failed >= 1, "{report}");
}
