//! Seats bought through Stripe: paid, assigned, upgraded, and lost when nobody pays.

use std::sync::Arc;

use futures::future::join_all;
use serde_json::{Value, json};

use crate::client::{Answer, Call};
use crate::edge::{BOOTSTRAP, Edge, STRIPE_KEY, Settings, WEBHOOK_SECRET, eventually};
use crate::facts::facts;
use crate::shape::Stage;

facts! {
    seats_are_bought_at_stripe_upgraded_and_lost_when_nobody_pays,
}

/// An organization whose checkout at Stripe is open.
struct Buyer {
    edge: Edge,
    path: String,
    session: String,
    organization: String,
}

impl Buyer {
    async fn new(stage: &Stage) -> Self {
        let edge = stage.own(Settings::steady().with_webhooks()).await;
        let application = json!({"slug": "clinic-app", "name": "Clinic App", "seatSource": "edge"});
        edge.post("/applications", BOOTSTRAP, &application).await.expect(201);
        let plan =
            json!({"id": "pro", "name": "Pro", "pricePerSeat": 10, "currency": "USD", "billingCycle": "monthly"});
        edge.post("/applications/clinic-app/plans", BOOTSTRAP, &plan).await.expect(201);
        let organization = json!({"name": "Clinic", "slug": "clinic", "billingEmail": "bills@clinic.example",
            "ownerUserId": "owner"});
        let organization = edge.post("/organizations", BOOTSTRAP, &organization).await.expect(201);
        let order = json!({"organizationId": organization["id"], "applicationSlug": "clinic-app", "planId": "pro",
            "seats": 5, "gateway": "stripe", "externalOrgId": "clinic_1"});
        let made = edge.post("/subscriptions", BOOTSTRAP, &order).await.expect(201);
        assert_eq!(made["status"], "INCOMPLETE", "{made}");
        let session = made["checkoutUrl"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
        let path = format!("/subscriptions/{}", made["id"].as_str().unwrap());
        let organization = organization["id"].as_str().unwrap().to_owned();
        let buyer = Self { edge, path, session, organization };
        let url = format!("http://{}/webhooks/stripe", buyer.edge.nodes[0].address());
        buyer.stripe("PUT", "webhook", json!({"url": url, "secret": WEBHOOK_SECRET})).await;
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
    async fn stripe(&self, method: &str, what: &str, body: Value) -> Value {
        let url = format!("http://{}/_control/stripe/{what}", self.edge.erp_address);
        let answer = Call::new(method, url).json(&body).send().await;
        if answer.status == 204 { Value::Null } else { answer.expect(200) }
    }

    /// What Stripe has at this path.
    async fn at_stripe(&self, path: &str) -> Value {
        let url = format!("http://{}/v1/{path}", self.edge.erp_address);
        Call::new("GET", url).key(STRIPE_KEY).send().await.expect(200)
    }
}

/// Stripe dates events by the second: what happens next is of a later one than what was before.
async fn next_second() {
    tokio::time::sleep(std::time::Duration::from_millis(1_050)).await;
}

fn of(has_access: bool, reason: &str) -> (bool, String) {
    (has_access, reason.to_owned())
}

async fn seats_are_bought_at_stripe_upgraded_and_lost_when_nobody_pays(stage: Arc<Stage>) {
    let buyer = Buyer::new(&stage).await;
    buyer.assign("early").await.refused(409, "SUBSCRIPTION_INACTIVE");
    // Paid; the events come in any order, each twice.
    buyer.stripe("PUT", "hold", json!({"hold": true})).await;
    let paid = buyer.stripe("POST", &format!("sessions/{}/pay", buyer.session), json!({})).await;
    let (subscription, customer) = (paid["object"]["subscription"].clone(), paid["object"]["customer"].clone());
    let (subscription, customer) = (subscription.as_str().unwrap(), customer.as_str().unwrap());
    buyer.stripe("PUT", "hold", json!({"hold": false})).await;
    buyer.stripe("POST", "deliver", json!({"order": "shuffled", "times": 2})).await;
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
    buyer.stripe("POST", &format!("subscriptions/{subscription}/age"), json!({"seconds": 864_000})).await;
    let preview = buyer.ask("POST", "/preview", &json!({"seats": 8})).await.expect(200);
    let upgraded = buyer.ask("PATCH", "", &json!({"seats": 8})).await.expect(200);
    assert_eq!(upgraded["seats"]["purchased"], 8);
    buyer.assign("sixth").await.expect(201);
    let invoices = buyer.at_stripe(&format!("invoices?subscription={subscription}")).await;
    let (charged, said) = (invoices["data"][0]["total"].as_f64().unwrap(), preview["total"].as_f64().unwrap());
    assert!((charged / 100.0 - said).abs() < 0.011 && said > 15.0, "{charged} {preview}");
    assert_eq!(preview["lines"].as_array().unwrap().len(), 2);

    next_second().await;
    // The next charge fails: a grace. It is given up: nobody has access. It is paid: everybody has.
    buyer.stripe("POST", &format!("customers/{customer}/decline"), json!({})).await;
    buyer.stripe("POST", &format!("subscriptions/{subscription}/renew"), json!({})).await;
    buyer.becomes("PAST_DUE").await;
    assert_eq!(buyer.access("user_1").await, of(true, "GRACE_PERIOD"));
    next_second().await;
    buyer.stripe("POST", &format!("subscriptions/{subscription}/give_up"), json!({})).await;
    buyer.becomes("SUSPENDED").await;
    assert_eq!(buyer.access("user_1").await, of(false, "SUBSCRIPTION_SUSPENDED"));
    buyer.assign("seventh").await.refused(409, "SUBSCRIPTION_INACTIVE");
    next_second().await;
    buyer.stripe("POST", &format!("customers/{customer}/accept"), json!({})).await;
    let latest = buyer.at_stripe(&format!("subscriptions/{subscription}")).await["latest_invoice"].clone();
    buyer.stripe("POST", &format!("invoices/{}/retry", latest.as_str().unwrap()), json!({})).await;
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
