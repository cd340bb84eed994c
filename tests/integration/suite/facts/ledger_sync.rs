//! Syncs with accounting systems: each document is in the books once, whatever breaks on the way.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::client::Call;
use crate::edge::{BOOTSTRAP, Customer, Edge, Settings, eventually};
use crate::facts::facts;
use crate::shape::Stage;

facts! {
    a_sync_that_breaks_in_the_middle_leaves_each_document_in_the_books_once,
}

const BASE: &str = "/api/v1/enterprise-billing";

struct Books<'a> {
    edge: &'a Edge,
    tenant: String,
    integration: String,
}

impl Books<'_> {
    async fn call(&self, method: &str, path: &str, body: Value, status: u16) -> Value {
        let call = self.edge.call(method, path).key(BOOTSTRAP).header("x-tenant-id", &self.tenant);
        let call = if body.is_null() { call } else { call.json(&body) };
        call.send().await.expect(status)
    }

    async fn xero(&self, method: &str, path: &str, body: Value) -> Value {
        let url = format!("http://{}/_control/ledgers/xero{path}", self.edge.erp_address);
        let answer = Call::new(method, url).json(&body).send().await;
        if answer.status == 204 { Value::Null } else { answer.expect(200) }
    }

    /// Somebody consents.
    async fn connect(&mut self) {
        let made = self.call("POST", &format!("{BASE}/integrations/configure"), json!({"provider": "xero"}), 201).await;
        self.integration = format!("{BASE}/integrations/{}", made["id"].as_str().unwrap());
        let sent = self.call("GET", &format!("{}/authorize", self.integration), Value::Null, 200).await;
        let answer = Call::new("GET", sent["url"].as_str().unwrap().to_owned()).send().await;
        assert!([302, 303].contains(&answer.status), "{}", answer.text());
        let back = answer.header("location");
        let back = back.get(back.find("/api/v1/").unwrap()..).unwrap().to_owned();
        self.call("GET", &back, Value::Null, 200).await;
    }

    /// An invoice of 100.00, of which 40.00 are paid.
    async fn invoice(&self) {
        let body = json!({"customer": {"name": "City Clinic", "email": "bills@clinic.example"}, "currency": "USD",
            "items": [{"description": "Seats", "quantity": 1, "unit_price": 100}]});
        let made = self.call("POST", "/api/v1/invoices", body, 201).await;
        let path = format!("/api/v1/invoices/{}", made["id"].as_str().unwrap());
        self.call("POST", &format!("{path}/finalize"), Value::Null, 200).await;
        self.call("POST", &format!("{path}/payments"), json!({"amount": 40}), 201).await;
    }

    /// Starts a run, and waits for its end.
    async fn sync(&self) -> Value {
        self.call("POST", &format!("{}/sync", self.integration), Value::Null, 202).await;
        let path = format!("{}/status", self.integration);
        eventually("the run has ended", async || {
            let run = self.call("GET", &path, Value::Null, 200).await["last_run"].clone();
            (!run["finished_at"].is_null()).then_some(run)
        })
        .await
    }

    /// The numbers of what is in the books, in order.
    async fn numbers(&self) -> Vec<String> {
        let written = self.xero("GET", "/documents", Value::Null).await;
        let mut numbers: Vec<String> = written
            .as_array()
            .unwrap()
            .iter()
            .filter(|document| document["kind"] != "items")
            .map(|document| document["number"].as_str().unwrap().to_owned())
            .collect();
        numbers.sort();
        numbers
    }
}

async fn a_sync_that_breaks_in_the_middle_leaves_each_document_in_the_books_once(stage: Arc<Stage>) {
    let edge = stage.own(Settings::steady().with_webhooks().with("integrations_timeout_ms", 2_000)).await;
    let tenant = Customer::new(&edge).await.tenant;
    let mut books = Books { edge: &edge, tenant, integration: String::new() };
    books.connect().await;
    for (kind, code) in [("revenue", "4000"), ("tax", "2200"), ("cash", "1000"), ("refund", "4900")] {
        let body = json!({"kind": kind, "gl_code": code});
        books.call("POST", &format!("{BASE}/gl-mappings"), body, 201).await;
    }
    for _ in 0..3 {
        books.invoice().await;
    }
    // A customer, three invoices, three payments.
    let path = format!("{}/sync", books.integration);
    let planned = books.call("POST", &path, json!({"dry_run": true}), 200).await;
    assert_eq!(planned["data"].as_array().unwrap().len(), 7, "{planned}");
    assert!(books.numbers().await.is_empty());
    // The second invoice is written, and its answer is lost.
    let lost = json!({"call": "PUT /api.xro/2.0/Invoices", "fault": "cut", "after": 1});
    books.xero("POST", "/faults", lost).await;
    let run = books.sync().await;
    assert_eq!((&run["status"], &run["done"]["invoices"]), (&json!("completed"), &json!({"sent": 3})), "{run}");
    let numbers = books.numbers().await;
    let mut once = numbers.clone();
    once.dedup();
    assert!(numbers.len() == 7 && once.len() == 7, "{numbers:?}");
    books.invoice().await;
    assert_eq!(books.sync().await["done"], json!({"invoices": {"sent": 1}, "payments": {"sent": 1}}));
    assert_eq!(books.numbers().await.len(), 9);
}
