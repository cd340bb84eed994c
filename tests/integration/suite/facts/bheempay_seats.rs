//! Seats bought through BheemPay: paid, assigned, more of them, and lost when nobody pays.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::client::{Answer, Call};
use crate::edge::{BOOTSTRAP, Edge, Settings, WEBHOOK_SECRET, eventually};
use crate::facts::facts;
use crate::shape::Stage;

facts! {
    seats_are_bought_at_bheempay_increased_and_lost_when_nobody_pays,
}

/// An organization that has ordered five seats at BheemPay.
struct Buyer {
    edge: Edge,
    path: String,
    order: String,
}

impl Buyer {
    async fn new(stage: &Stage) -> Self {
        let settings = Settings::steady().with_webhooks();
        let edge = stage.own(settings).await;
        let application = json!({"slug": "clinic-app", "name": "Clinic App", "seatSource": "edge"});
        edge.post("/applications", BOOTSTRAP, &application).await.expect(201);
        let plan = json!({"id": "sku_starter", "name": "Starter", "pricePerSeat": 499, "currency": "INR",
            "billingCycle": "monthly"});
        edge.post("/applications/clinic-app/plans", BOOTSTRAP, &plan).await.expect(201);
        let organization = json!({"name": "Clinic", "slug": "clinic", "billingEmail": "bills@clinic.example",
            "ownerUserId": "owner"});
        let organization = edge.post("/organizations", BOOTSTRAP, &organization).await.expect(201);
        let order = json!({"organizationId": organization["id"], "applicationSlug": "clinic-app",
            "planId": "sku_starter", "seats": 5, "gateway": "bheempay", "externalOrgId": "clinic_1"});
        let made = edge.post("/subscriptions", BOOTSTRAP, &order).await.expect(201);
        assert_eq!((&made["status"], &made["checkout"]["amount"]), (&json!("INCOMPLETE"), &json!(2_495.0)), "{made}");
        let path = format!("/subscriptions/{}", made["id"].as_str().unwrap());
        let buyer = Self { edge, path, order: made["checkout"]["order_id"].as_str().unwrap().to_owned() };
        let url = format!("http://{}/api/v1/billing/webhook", buyer.edge.nodes[0].address());
        buyer.bheempay("PUT", "webhook", json!({"url": url, "secret": WEBHOOK_SECRET})).await;
        buyer
    }

    async fn ask(&self, method: &str, path: &str, body: &Value) -> Answer {
        self.edge.call(method, &format!("{}{path}", self.path)).key(BOOTSTRAP).json(body).send().await
    }

    async fn assign(&self, user: &str) -> Answer {
        self.ask("POST", "/seats", &json!({"userId": user})).await
    }

    async fn access(&self, user: &str) -> (bool, String) {
        let check = json!({"userId": user, "applicationSlug": "clinic-app", "externalOrgId": "clinic_1"});
        let verdict = self.edge.verify(&check).await.expect(200);
        (verdict["hasAccess"].as_bool().unwrap(), verdict["reason"].as_str().unwrap().to_owned())
    }

    /// Waits until the subscription is in this state.
    async fn becomes(&self, status: &str) -> Value {
        eventually(status, async || {
            let found = self.ask("GET", "", &Value::Null).await.expect(200);
            (found["status"] == status).then_some(found)
        })
        .await
    }

    /// Steers the stand-in.
    async fn bheempay(&self, method: &str, what: &str, body: Value) -> Value {
        let url = format!("http://{}/_control/bheempay/{what}", self.edge.erp_address);
        let answer = Call::new(method, url).json(&body).send().await;
        if answer.status == 204 { Value::Null } else { answer.expect(200) }
    }
}

fn of(has_access: bool, reason: &str) -> (bool, String) {
    (has_access, reason.to_owned())
}

async fn seats_are_bought_at_bheempay_increased_and_lost_when_nobody_pays(stage: Arc<Stage>) {
    let buyer = Buyer::new(&stage).await;
    buyer.assign("early").await.refused(409, "SUBSCRIPTION_INACTIVE");
    // Paid; the event comes twice.
    buyer.bheempay("PUT", "hold", json!({"hold": true})).await;
    let paid = buyer.bheempay("POST", &format!("orders/{}/pay", buyer.order), json!({})).await;
    let reference = paid["event"]["payload"]["subscription_id"].as_str().unwrap().to_owned();
    buyer.bheempay("PUT", "hold", json!({"hold": false})).await;
    buyer.bheempay("POST", "deliver", json!({"order": "in_order", "times": 2})).await;
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
    buyer.bheempay("POST", &format!("orders/{order}/pay"), json!({})).await;
    eventually("the increase is paid", async || {
        let found = buyer.ask("GET", "", &Value::Null).await.expect(200);
        found["unpaidIncrease"].is_null().then_some(())
    })
    .await;
    buyer.assign("sixth").await.expect(201);

    // The next charge fails: a grace. It is given up: nobody has access. It is paid, for eight: everybody has.
    buyer.bheempay("POST", &format!("subscriptions/{reference}/pending"), json!({})).await;
    buyer.becomes("PAST_DUE").await;
    assert_eq!(buyer.access("user_1").await, of(true, "GRACE_PERIOD"));
    buyer.bheempay("POST", &format!("subscriptions/{reference}/halt"), json!({})).await;
    buyer.becomes("SUSPENDED").await;
    assert_eq!(buyer.access("user_1").await, of(false, "SUBSCRIPTION_SUSPENDED"));
    buyer.bheempay("POST", &format!("subscriptions/{reference}/charge"), json!({})).await;
    let renewed = buyer.becomes("ACTIVE").await;
    assert_eq!(renewed["seats"]["purchased"], 8);
    assert_eq!(buyer.access("user_1").await, of(true, "SEAT_ACTIVE"));
}
