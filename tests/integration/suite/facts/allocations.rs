//! Departments and allocations: what is billed is split to the smallest unit, posted once and given back as it was split.

use std::sync::Arc;
use std::time::Duration;

use futures::future::join_all;
use serde_json::{Value, json};

use crate::client::{Answer, Call};
use crate::edge::{BOOTSTRAP, Customer, Edge, Settings, eventually_within};
use crate::facts::facts;
use crate::shape::Stage;

facts! {
    of_twenty_shares_at_once_no_more_are_made_than_there_is,
    an_invoice_is_posted_to_departments_and_given_back_when_it_is_voided,
}

/// Twice the time after which what was billed is looked at again.
const POSTED: Duration = Duration::from_secs(60);

/// A tenant of an edge.
struct Acme {
    edge: Arc<Edge>,
    tenant: String,
    entity: String,
}

impl Acme {
    async fn new(edge: Arc<Edge>) -> Self {
        let tenant = Customer::new(&edge).await.tenant.clone();
        let mut acme = Self { edge, tenant, entity: String::new() };
        let entity = acme.send("POST", "/entities", json!({"name": "Acme", "currency": "INR", "country": "IN"})).await;
        acme.entity = entity.expect(201)["id"].as_str().unwrap().to_owned();
        acme
    }

    fn call(&self, method: &str, path: &str) -> Call {
        self.edge.call(method, path).key(BOOTSTRAP).header("x-tenant-id", &self.tenant)
    }

    async fn send(&self, method: &str, path: &str, body: Value) -> Answer {
        let call = self.call(method, &format!("/api/v1/enterprise-billing{path}"));
        if body.is_null() { call.send().await } else { call.json(&body).send().await }
    }

    async fn get(&self, path: &str) -> Value {
        self.send("GET", path, Value::Null).await.expect(200)
    }

    async fn department(&self, name: &str) -> String {
        let new = json!({"entity_id": self.entity, "name": name, "code": name, "cost_center": name});
        self.send("POST", "/departments", new).await.expect(201)["id"].as_str().unwrap().to_owned()
    }

    /// The sums of posted lines by account.
    async fn by_account(&self) -> Value {
        let totals = self.get("/allocations/totals?by=gl_code").await;
        let sums = totals["data"].as_array().unwrap().iter().map(|sum| json!([sum["value"], sum["amount"]]));
        sums.collect()
    }

    /// Waits until the lines posted are summed up to `expected`.
    async fn posted(&self, expected: Value) {
        eventually_within(POSTED, "the lines", async || {
            self.edge.call("POST", "/api/v1/jobs/drain").key(BOOTSTRAP).send().await.expect(200);
            (self.by_account().await == expected).then_some(())
        })
        .await;
    }
}

fn percentage(department: &str, basis_points: u32) -> Value {
    json!({"department_id": department, "method": "percentage", "basis_points": basis_points})
}

async fn of_twenty_shares_at_once_no_more_are_made_than_there_is(stage: Arc<Stage>) {
    let acme = Acme::new(stage.paid().await).await;
    let names: Vec<String> = (0..20).map(|number| format!("D{number}")).collect();
    let ids = join_all(names.iter().map(|name| acme.department(name))).await;
    let share = async |id: &String| {
        let new = json!({"source": {"kind": "subscription", "id": "sub_1"}, "method": "percentage",
            "basis_points": 900, "from": "2026-01-01"});
        acme.send("POST", &format!("/departments/{id}/allocations"), new).await
    };
    let answers = join_all(ids.iter().map(share)).await;
    let made = answers.iter().filter(|answer| answer.status == 201).count();
    assert_eq!(made, 11);
    answers.iter().filter(|answer| answer.status != 201).for_each(|answer| answer.refused(409, "ALLOCATION_EXCEEDED"));
    let preview = acme.get("/allocations/preview?source=subscription:sub_1&amount=0.11&currency=INR").await;
    let sum: f64 = preview["lines"].as_array().unwrap().iter().map(|line| line["amount"].as_f64().unwrap()).sum();
    assert_eq!(((sum * 100.0).round(), &preview["unallocated"]), (11.0, &json!(0.0)), "{preview}");
    // Departments in a ring, of which each wants to be below the next.
    let below = async |(index, id): (usize, &String)| {
        let parent = json!({"parent_id": ids[(index + 1) % ids.len()]});
        acme.send("PUT", &format!("/departments/{id}"), parent).await
    };
    let moved = join_all(ids.iter().enumerate().map(below)).await;
    assert!(moved.iter().all(|answer| [200, 409, 503].contains(&answer.status)));
    let listed = acme.get("/departments").await;
    let listed = listed["data"].as_array().unwrap();
    assert!(listed.iter().any(|department| department["parent_id"].is_null()), "one is at the top");
}

async fn an_invoice_is_posted_to_departments_and_given_back_when_it_is_voided(stage: Arc<Stage>) {
    let acme = Acme::new(Arc::new(stage.own(Settings::steady().with_webhooks()).await)).await;
    let (research, sales) = (acme.department("R").await, acme.department("S").await);
    for (kind, code) in [("revenue", "4000"), ("tax", "2200")] {
        acme.send("POST", "/gl-mappings", json!({"kind": kind, "gl_code": code})).await.expect(201);
    }
    let new = json!({"customer": {"name": "Zoë"}, "currency": "INR",
        "items": [{"description": "Seats", "unit_price": "1000.01", "tax_rate": 18}]});
    let made = acme.call("POST", "/api/v1/invoices").json(&new).send().await.expect(201);
    let id = made["id"].as_str().unwrap();
    let source = format!("/allocations?source=invoice:{id}");
    let short = json!({"from": "2026-01-01", "shares": [percentage(&research, 3333), percentage(&sales, 6666)]});
    acme.send("PUT", &source, short).await.refused(400, "VALIDATION_ERROR");
    let whole = json!({"from": "2026-01-01", "shares": [percentage(&research, 3333), percentage(&sales, 6667)]});
    acme.send("PUT", &source, whole.clone()).await.expect(200);
    acme.call("POST", &format!("/api/v1/invoices/{id}/finalize")).send().await.expect(200);
    acme.posted(json!([["2200", 180.0], ["4000", 1000.01]])).await;
    let lines = acme.get(&format!("/allocations/lines?document=invoice:{id}&department_id={research}")).await;
    let mut amounts: Vec<f64> =
        lines["data"].as_array().unwrap().iter().map(|line| line["amount"].as_f64().unwrap()).collect();
    amounts.sort_by(f64::total_cmp);
    assert_eq!(amounts, [59.99, 333.30], "{lines}");
    acme.send("PUT", &source, whole).await.refused(409, "ALLOCATION_POSTED");
    // Accounts change; what is given back goes to those that it came from.
    acme.send("POST", "/gl-mappings", json!({"kind": "revenue", "gl_code": "4999"})).await.expect(201);
    acme.call("POST", &format!("/api/v1/invoices/{id}/void")).send().await.expect(200);
    acme.posted(json!([["2200", 0.0], ["4000", 0.0]])).await;
}
