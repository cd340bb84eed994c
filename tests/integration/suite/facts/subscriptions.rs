//! Subscriptions and seats in the edge's own record: bought, assigned, checked, taken away, with no ERP asked.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use futures::future::join_all;
use serde_json::{Value, json};

use crate::client::Answer;
use crate::edge::{BOOTSTRAP, Edge};
use crate::facts::facts;
use crate::shape::Stage;

facts! {
    of_the_last_seat_one_of_fifty_gets_it,
    a_seat_in_the_record_grants_until_it_is_revoked_and_no_erp_is_asked,
    a_seat_is_transferred_and_an_ended_subscription_grants_nobody,
}

/// An organization with a subscription that nobody pays.
struct Subscribed {
    edge: Arc<Edge>,
    application: String,
    external: String,
    path: String,
}

impl Subscribed {
    async fn new(stage: &Stage, seats: i64) -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let edge = stage.restless().await;
        let (application, external) = (format!("edge-app-{number}"), format!("workspace_{number}"));
        let new = json!({"slug": application, "name": "Edge App", "seatSource": "edge"});
        edge.post("/applications", BOOTSTRAP, &new).await.expect(201);
        let plan =
            json!({"id": "pro", "name": "Pro", "pricePerSeat": 10, "currency": "USD", "billingCycle": "monthly"});
        edge.post(&format!("/applications/{application}/plans"), BOOTSTRAP, &plan).await.expect(201);
        let owner = format!("owner_{number}");
        let new = json!({"name": "Clinic", "slug": format!("edge-clinic-{number}"),
            "billingEmail": "bills@clinic.example", "ownerUserId": owner});
        let organization = edge.post("/organizations", BOOTSTRAP, &new).await.expect(201);
        let new = json!({"organizationId": organization["id"], "applicationSlug": application, "planId": "pro",
            "seats": seats, "gateway": "manual", "externalOrgId": external});
        let made = edge.post("/subscriptions", BOOTSTRAP, &new).await.expect(201);
        assert_eq!((&made["status"], &made["seats"]["available"]), (&json!("ACTIVE"), &json!(seats)));
        edge.post("/subscriptions", BOOTSTRAP, &new).await.refused(409, "SUBSCRIPTION_EXISTS");
        let path = format!("/subscriptions/{}", made["id"].as_str().unwrap());
        Self { edge, application, external, path }
    }

    async fn ask(&self, method: &str, path: &str, body: &Value) -> Answer {
        self.edge.call(method, &format!("{}{path}", self.path)).key(BOOTSTRAP).json(body).send().await
    }

    async fn assign(&self, user: &str) -> Answer {
        self.ask("POST", "/seats", &json!({"userId": user})).await
    }

    async fn reason(&self, user: &str) -> (bool, String) {
        let check = json!({"userId": user, "applicationSlug": self.application, "externalOrgId": self.external});
        let verdict = self.edge.verify(&check).await.expect(200);
        assert!(["record", "cache"].contains(&verdict["source"].as_str().unwrap()), "{verdict}");
        (verdict["hasAccess"].as_bool().unwrap(), verdict["reason"].as_str().unwrap().to_owned())
    }

    fn questions(&self) -> u64 {
        self.edge.erp.calls.under(&format!("/api/v1/seats/{}/", self.application))
    }
}

fn of(has_access: bool, reason: &str) -> (bool, String) {
    (has_access, reason.to_owned())
}

async fn of_the_last_seat_one_of_fifty_gets_it(stage: Arc<Stage>) {
    let subscribed = Subscribed::new(&stage, 2).await;
    subscribed.assign("first").await.expect(201);
    let names: Vec<String> = (0..50).map(|number| format!("user_{number}")).collect();
    let answers = join_all(names.iter().map(|user| subscribed.assign(user))).await;
    let made = answers.iter().filter(|answer| answer.status == 201).count();
    let full = answers.iter().filter(|answer| answer.problem() == (409, "SEAT_LIMIT_REACHED".to_owned())).count();
    assert_eq!((made, full), (1, 49), "{:?}", answers.iter().map(|answer| answer.status).collect::<Vec<_>>());
    let seats = subscribed.ask("GET", "/seats?state=ACTIVE", &Value::Null).await.expect(200);
    assert_eq!(seats["data"].as_array().unwrap().len(), 2);
    for user in &names {
        let (has_access, _) = subscribed.reason(user).await;
        assert_eq!(has_access, seats["data"].as_array().unwrap().iter().any(|seat| seat["userId"] == json!(user)));
    }
}

async fn a_seat_in_the_record_grants_until_it_is_revoked_and_no_erp_is_asked(stage: Arc<Stage>) {
    let subscribed = Subscribed::new(&stage, 5).await;
    assert_eq!(subscribed.reason("ana").await, of(false, "SEAT_NOT_FOUND"));
    let seat = subscribed.assign("ana").await.expect(201);
    assert_eq!(subscribed.reason("ana").await, of(true, "SEAT_ACTIVE"));
    assert_eq!(subscribed.reason("ana").await, of(true, "SEAT_ACTIVE"));
    let path = format!("/seats/{}", seat["seatId"].as_str().unwrap());
    assert_eq!(subscribed.ask("DELETE", &path, &Value::Null).await.status, 204);
    for _ in 0..2 {
        assert_eq!(subscribed.reason("ana").await, of(false, "SEAT_REVOKED"));
    }
    subscribed.assign("ana").await.expect(201);
    assert_eq!(subscribed.reason("ana").await, of(true, "SEAT_ACTIVE"));
    assert_eq!(subscribed.questions(), 0);
}

async fn a_seat_is_transferred_and_an_ended_subscription_grants_nobody(stage: Arc<Stage>) {
    let subscribed = Subscribed::new(&stage, 1).await;
    let seat = subscribed.assign("ana").await.expect(201);
    assert_eq!(subscribed.reason("ana").await, of(true, "SEAT_ACTIVE"));
    subscribed.assign("ben").await.refused(409, "SEAT_LIMIT_REACHED");
    let path = format!("/seats/{}/transfer", seat["seatId"].as_str().unwrap());
    let to = subscribed.ask("POST", &path, &json!({"userId": "ben"})).await.expect(200);
    assert_eq!((&to["userId"], &to["state"]), (&json!("ben"), &json!("ACTIVE")));
    assert_eq!(subscribed.reason("ana").await, of(false, "SEAT_REVOKED"));
    assert_eq!(subscribed.reason("ben").await, of(true, "SEAT_ACTIVE"));
    subscribed.ask("PATCH", "", &json!({"seats": 0})).await.refused(400, "VALIDATION_ERROR");
    subscribed.ask("POST", "/cancel", &json!({"immediate": true})).await.expect(200);
    assert_eq!(subscribed.reason("ben").await, of(false, "SUBSCRIPTION_CANCELLED"));
    subscribed.assign("cid").await.refused(409, "SUBSCRIPTION_INACTIVE");
}
