//! Seats bought through BheemPay: paid, assigned, more of them, and lost when nobody pays.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::edge::{SeatBuyer, SeatGateway, Settings, eventually};
use crate::facts::facts;
use crate::shape::Stage;

facts! {
    seats_are_bought_at_bheempay_increased_and_lost_when_nobody_pays,
}

const BHEEMPAY: SeatGateway = SeatGateway { name: "bheempay", webhooks: "/api/v1/billing/webhook" };

fn of(has_access: bool, reason: &str) -> (bool, String) {
    (has_access, reason.to_owned())
}

async fn seats_are_bought_at_bheempay_increased_and_lost_when_nobody_pays(stage: Arc<Stage>) {
    let edge = stage.own(Settings::steady().with_webhooks()).await;
    let plan = json!({"id": "sku_starter", "name": "Starter", "pricePerSeat": 499, "currency": "INR",
        "billingCycle": "monthly"});
    let buyer = SeatBuyer::new(edge, BHEEMPAY, &plan).await;
    let ordered = &buyer.ordered["checkout"];
    assert_eq!(ordered["amount"], json!(2_495.0), "{ordered}");
    buyer.assign("early").await.refused(409, "SUBSCRIPTION_INACTIVE");
    // Paid; the event comes twice.
    buyer.steer("PUT", "hold", json!({"hold": true})).await;
    let paid = buyer.steer("POST", &format!("orders/{}/pay", ordered["order_id"].as_str().unwrap()), json!({})).await;
    let reference = paid["event"]["payload"]["subscription_id"].as_str().unwrap().to_owned();
    buyer.steer("PUT", "hold", json!({"hold": false})).await;
    buyer.steer("POST", "deliver", json!({"order": "in_order", "times": 2})).await;
    buyer.becomes("ACTIVE").await;
    for number in 1..=5 {
        buyer.assign(&format!("user_{number}")).await.expect(201);
    }
    buyer.assign("sixth").await.refused(409, "SEAT_LIMIT_REACHED");
    assert_eq!(buyer.access("user_5").await, of(true, "SEAT_ACTIVE"));

    // Three more count at once, and are paid by an order of their own.
    let more = buyer.ask("PATCH", "", &json!({"seats": 8})).await.expect(200);
    assert_eq!(more["seats"]["purchased"], 8);
    let order = more["unpaidIncrease"]["checkout"]["order_id"].as_str().unwrap();
    buyer.ask("PATCH", "", &json!({"seats": 9})).await.refused(409, "PAYMENT_PENDING");
    buyer.steer("POST", &format!("orders/{order}/pay"), json!({})).await;
    eventually("the increase is paid", async || {
        let found = buyer.ask("GET", "", &Value::Null).await.expect(200);
        found["unpaidIncrease"].is_null().then_some(())
    })
    .await;
    buyer.assign("sixth").await.expect(201);

    // The next charge fails: a grace. It is given up: nobody has access. It is paid, for eight: everybody has.
    buyer.steer("POST", &format!("subscriptions/{reference}/pending"), json!({})).await;
    buyer.becomes("PAST_DUE").await;
    assert_eq!(buyer.access("user_1").await, of(true, "GRACE_PERIOD"));
    buyer.steer("POST", &format!("subscriptions/{reference}/halt"), json!({})).await;
    buyer.becomes("SUSPENDED").await;
    assert_eq!(buyer.access("user_1").await, of(false, "SUBSCRIPTION_SUSPENDED"));
    buyer.steer("POST", &format!("subscriptions/{reference}/charge"), json!({})).await;
    let renewed = buyer.becomes("ACTIVE").await;
    assert_eq!(renewed["seats"]["purchased"], 8);
    assert_eq!(buyer.access("user_1").await, of(true, "SEAT_ACTIVE"));
}
