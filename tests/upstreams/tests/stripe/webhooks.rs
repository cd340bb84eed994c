//! What the edge makes of Stripe's events.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use axum::Router;
use axum::body::Body;
use edge_capabilities::testing::SeededRandom;
use edge_database::Db;
use edge_gateways::{Provider, sign};
use edge_stripe::Stripe;
use edge_subscriptions::{
    CheckoutOrder, GatewaySubscription, Gateways, PaymentGateway as _, Started, Status, Subscriptions, Terms,
};
use http::Request;
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use tower::ServiceExt as _;

use crate::support::{NOBODY, ORGANIZATION, Test, plan, test};

const SECRET: &str = "whsec_of_the_tests";

/// An edge with the subscription `sub_1` of five seats, whose checkout is open.
struct Edge {
    test: Test,
    router: Router,
    subscriptions: Subscriptions,
    session: String,
}

async fn edge() -> Edge {
    let test = test().await;
    test.world.config.set("webhook_secrets_stripe", SECRET);
    let db = Db::new(test.capabilities.db.clone());
    let terms = test.terms(plan(), 5);
    let key = "sub_1:checkout";
    let order = CheckoutOrder {
        subscription: GatewaySubscription {
            id: "sub_1",
            organization: ORGANIZATION,
            application: "openmic",
            terms: &terms,
            key,
        },
        organization_name: "Acme",
        billing_email: "bills@acme.example",
        customer: None,
        trial_days: None,
        success_url: None,
        cancel_url: None,
        buyer: &NOBODY,
    };
    let started = test.stripe.start_checkout(&order).await.unwrap();
    let Started::AwaitsPayment { checkout, customer, .. } = started else { panic!("{started:?}") };
    let session = checkout.id.clone();
    let terms = Terms { checkout: Some(checkout), customer, ..terms };
    let statement = "INSERT INTO subscription_movements (organization_id, application, number, subscription_id, kind,
            effective_at, recorded_at, currency, seats_before, seats_after, assigned_before, assigned_after, annual_before,
            annual_after, pending, terms_number, terms, actor)
        VALUES ($1, 'openmic', 1, 'sub_1', 'created', $2, $2, 'USD', 0, 0, 0, 0, 0, 0, 0, 1, $3, 'key:test')";
    let now = test.capabilities.clock.now();
    let terms = serde_json::to_string(&terms).unwrap();
    db.query(statement, &[ORGANIZATION.into(), now.into(), terms.into()]).await.unwrap();
    Edge {
        router: edge_webhooks::router(test.capabilities.clone()),
        subscriptions: Subscriptions::new(&test.capabilities, &db),
        session,
        test,
    }
}

impl Edge {
    async fn terms(&self) -> Terms {
        self.subscriptions.find("sub_1").await.unwrap().terms
    }

    /// What Stripe has to tell.
    async fn events(&self) -> Vec<Value> {
        let held = self.test.control("GET", "held", json!({})).await["data"].as_array().unwrap().clone();
        self.test.control("POST", "deliver", json!({})).await;
        held
    }

    async fn post(&self, event: &Value) -> Value {
        let (body, now) = (event.to_string(), self.test.capabilities.clock.now());
        let mut request = Request::builder().method("POST").uri("/webhooks/stripe");
        for (name, value) in sign(Provider::Stripe, SECRET, body.as_bytes(), now, "d").unwrap() {
            request = request.header(name, value);
        }
        let answer = self.router.clone().oneshot(request.body(Body::from(body)).unwrap()).await.unwrap();
        assert_eq!(answer.status(), 200, "{event}");
        serde_json::from_slice(&answer.into_body().collect().await.unwrap().to_bytes()).unwrap()
    }

    /// Delivers what Stripe has to tell, in order.
    async fn hear(&self) -> Vec<Value> {
        let mut answers = Vec::new();
        for event in self.events().await {
            answers.push(self.post(&event).await);
        }
        answers
    }

    /// Runs the jobs that are due.
    async fn run_jobs(&self) {
        let key = "a drain key of the tests";
        self.test.world.config.set("drain_key", key);
        let stripe = Arc::new(Stripe::new(&self.test.capabilities));
        let gateways = Gateways::manual(&self.test.capabilities).with_stripe(stripe);
        let router = edge_subscriptions::router(self.test.capabilities.clone(), gateways);
        let request = Request::post("/jobs/drain").header("authorization", format!("Bearer {key}"));
        let answer = router.oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        assert_eq!(answer.status(), 200);
    }

    /// Does something at Stripe, a second after what was before it.
    async fn do_at_stripe(&self, what: &str) -> Value {
        self.test.wait(1).await;
        let answer = self.test.control("POST", what, json!({})).await;
        assert!(answer["error"].is_null(), "{what}: {answer}");
        answer["object"].clone()
    }

    async fn begin(&self) -> String {
        let paid = self.do_at_stripe(&format!("sessions/{}/pay", self.session)).await;
        paid["subscription"].as_str().unwrap().to_owned()
    }

    /// Changes the quantity at Stripe, a second after what was before it.
    async fn resize(&self, reference: &str, seats: i64) {
        self.test.wait(1).await;
        let subscription = self.test.at_stripe(&format!("/v1/subscriptions/{reference}")).await;
        let item = subscription["items"]["data"][0]["id"].as_str().unwrap();
        let form = format!("items[0][id]={item}&items[0][quantity]={seats}&proration_behavior=always_invoice");
        self.test.post_to_stripe(&format!("/v1/subscriptions/{reference}"), &form).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_paid_checkout_begins_the_subscription_and_each_answer_says_what_it_did() {
    let edge = edge().await;
    edge.begin().await;
    let answers = edge.hear().await;
    assert!(answers.iter().any(|answer| answer["action"] == "subscription_activated"), "{answers:?}");
    let terms = edge.terms().await;
    assert_eq!((terms.status, terms.seats, terms.purchased()), (Status::Active, 5, 5));
    let (start, end) = terms.period.unwrap();
    // January.
    assert_eq!(end.millis_since(start), 31 * 86_400_000);
    assert_eq!(terms.checkout, None);
}

#[tokio::test(start_paused = true)]
async fn a_whole_life_told_in_any_order_and_twice_comes_to_the_same() {
    let mut expected = None;
    for seed in 0..12 {
        let edge = edge().await;
        let reference = edge.begin().await;
        edge.resize(&reference, 8).await;
        edge.do_at_stripe(&format!("subscriptions/{reference}/renew")).await;
        let customer = edge.terms().await.customer.unwrap();
        edge.do_at_stripe(&format!("customers/{customer}/decline")).await;
        edge.do_at_stripe(&format!("subscriptions/{reference}/renew")).await;
        edge.do_at_stripe(&format!("customers/{customer}/accept")).await;
        let latest = edge.test.at_stripe(&format!("/v1/subscriptions/{reference}")).await["latest_invoice"].clone();
        edge.do_at_stripe(&format!("invoices/{}/retry", latest.as_str().unwrap())).await;
        edge.resize(&reference, 6).await;
        edge.test.wait(1).await;
        edge.test.post_to_stripe(&format!("/v1/subscriptions/{reference}"), "cancel_at_period_end=true").await;
        edge.test.wait(1).await;
        let mut events = edge.events().await;
        if seed > 0 {
            events.extend(events.clone());
            let chance = SeededRandom::new(seed);
            for place in (1..events.len()).rev() {
                let other = usize::try_from(chance.below(u64::try_from(place + 1).unwrap())).unwrap();
                events.swap(place, other);
            }
        }
        for event in &events {
            edge.post(event).await;
        }
        let Terms { status, seats, cancel_at_period_end, past_due_since, reference: known, period, .. } =
            edge.terms().await;
        let found = (status, seats, cancel_at_period_end, past_due_since);
        assert_eq!(found, (Status::Active, 6, true, None), "seed {seed}");
        assert_eq!(known, Some(reference), "seed {seed}");
        assert_eq!(*expected.get_or_insert(period), period, "seed {seed}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_failed_payment_leads_to_a_grace_and_giving_up_to_the_end_of_access() {
    let edge = edge().await;
    let reference = edge.begin().await;
    edge.hear().await;
    let customer = edge.terms().await.customer.unwrap();
    edge.do_at_stripe(&format!("customers/{customer}/decline")).await;
    edge.do_at_stripe(&format!("subscriptions/{reference}/renew")).await;
    edge.hear().await;
    let terms = edge.terms().await;
    let now = edge.test.capabilities.clock.now();
    assert_eq!((terms.status, terms.past_due_since.is_some(), terms.may_assign(now)), (Status::PastDue, true, true));
    edge.do_at_stripe(&format!("subscriptions/{reference}/give_up")).await;
    edge.hear().await;
    let terms = edge.terms().await;
    assert_eq!((terms.status, terms.may_assign(now)), (Status::Suspended, false));
    edge.do_at_stripe(&format!("customers/{customer}/accept")).await;
    let latest = edge.test.at_stripe(&format!("/v1/subscriptions/{reference}")).await["latest_invoice"].clone();
    edge.do_at_stripe(&format!("invoices/{}/retry", latest.as_str().unwrap())).await;
    edge.hear().await;
    assert_eq!(edge.terms().await.status, Status::Active);
}

#[tokio::test(start_paused = true)]
async fn an_increase_that_is_not_paid_loses_its_seats_when_its_invoice_is_void() {
    let edge = edge().await;
    let reference = edge.begin().await;
    edge.hear().await;
    let customer = edge.terms().await.customer.unwrap();
    edge.do_at_stripe(&format!("customers/{customer}/decline")).await;
    edge.resize(&reference, 8).await;
    edge.hear().await;
    assert_eq!((edge.terms().await.status, edge.terms().await.seats), (Status::PastDue, 8));
    let latest = edge.test.at_stripe(&format!("/v1/subscriptions/{reference}")).await["latest_invoice"].clone();
    edge.do_at_stripe(&format!("invoices/{}/void", latest.as_str().unwrap())).await;
    edge.hear().await;
    assert_eq!(edge.terms().await.seats, 5);
    // The next renewal charges for five.
    let quantity = async || {
        edge.test.at_stripe(&format!("/v1/subscriptions/{reference}")).await["items"]["data"][0]["quantity"].clone()
    };
    assert_eq!(quantity().await, 8);
    for _ in 0..2 {
        edge.run_jobs().await;
        edge.hear().await;
        assert_eq!((quantity().await, edge.terms().await.seats), (json!(5), 5));
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_paused_grants_nothing_until_it_is_resumed() {
    let edge = edge().await;
    let reference = edge.begin().await;
    edge.hear().await;
    for (what, status) in [("pause", Status::Paused), ("resume", Status::Active)] {
        edge.do_at_stripe(&format!("subscriptions/{reference}/{what}")).await;
        edge.hear().await;
        assert_eq!(edge.terms().await.status, status);
    }
    edge.test.wait(1).await;
    edge.test.post_to_stripe(&format!("/v1/subscriptions/{reference}"), "pause_collection[behavior]=void").await;
    edge.hear().await;
    assert_eq!(edge.terms().await.status, Status::Paused);
}

#[tokio::test(start_paused = true)]
async fn a_checkout_that_expires_never_becomes_a_subscription() {
    let edge = edge().await;
    edge.do_at_stripe(&format!("sessions/{}/expire", edge.session)).await;
    edge.hear().await;
    assert_eq!((edge.terms().await.status, edge.terms().await.purchased()), (Status::Expired, 0));
}

#[tokio::test(start_paused = true)]
async fn an_event_binds_by_what_the_edge_stored_and_by_nothing_that_it_says() {
    let edge = edge().await;
    let reference = edge.begin().await;
    let events = edge.events().await;
    let of = |kind: &str| events.iter().find(|event| event["type"] == kind).unwrap().clone();
    let with = |kind: &str, fields: &[(&str, Value)]| {
        let mut event = of(kind);
        event["id"] = json!(format!("evt_{kind}_{fields:?}"));
        for (pointer, value) in fields {
            *event.pointer_mut(pointer).unwrap() = value.clone();
        }
        event
    };
    let marker = "/data/object/metadata/edge_subscription_id";
    let customer = "/data/object/customer";
    let updated = "customer.subscription.updated";
    for (event, status, reason) in [
        // Another customer says that the subscription is theirs.
        (with(updated, &[(customer, json!("cus_x"))]), "quarantined", "unbound"),
        (with("invoice.paid", &[(customer, json!("cus_x"))]), "quarantined", "unbound"),
        (
            with("checkout.session.completed", &[(customer, json!("cus_x")), ("/data/object/id", json!("cs_x"))]),
            "quarantined",
            "unbound",
        ),
        // No such subscription.
        (with(updated, &[(marker, json!("sub_9"))]), "quarantined", "unknown_subscription"),
        // Nothing says whose it is.
        (with(updated, &[("/data/object/metadata", json!({}))]), "ignored", "no_tenant_id"),
    ] {
        let answer = edge.post(&event).await;
        assert_eq!((&answer["status"], &answer["reason"]), (&json!(status), &json!(reason)), "{event}");
        assert_eq!(edge.terms().await.status, Status::Incomplete);
    }
    for event in &events {
        edge.post(event).await;
    }
    assert_eq!(edge.terms().await.status, Status::Active);
    // Once Stripe's id is known it is enough, and another subscription of the same customer is not this one.
    edge.test.wait(1).await;
    let now = edge.test.capabilities.clock.now().as_millis() / 1_000;
    let late = with(
        updated,
        &[
            ("/data/object/metadata", json!({})),
            ("/created", json!(now)),
            ("/data/object/items/data/0/quantity", json!(7)),
        ],
    );
    edge.post(&late).await;
    assert_eq!((edge.terms().await.seats, edge.terms().await.reference), (7, Some(reference)));
    let other = with(updated, &[("/data/object/id", json!("sub_other")), ("/created", json!(now))]);
    let answer = edge.post(&other).await;
    assert_eq!((&answer["status"], &answer["reason"]), (&json!("quarantined"), &json!("wrong_subscription")));
    assert_eq!(edge.test.network.lost.load(Ordering::Acquire), 0);
}
