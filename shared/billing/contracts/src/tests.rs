use std::collections::BTreeMap;
use std::ops::Deref;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use edge_database::Db;
use edge_jobs::{JobQueue, JobRunner};
use edge_money::Money;
use edge_tenants::testing::{ACME, OTHER, PLATFORM, Platform};
use serde_json::{Value, json};

use crate::charge::{ChargeBook, EntityTerms};
use crate::contract::DueCharge;
use crate::error::ContractError;

mod amendments;
mod approvals;
mod contracts;
mod example;
mod model;
mod renewals;
mod reports;
mod terminations;

const CONTRACTS: &str = "/api/v1/enterprise-billing/contracts";

/// Charges as they were posted: by tenant, kind and source.
#[derive(Default)]
pub(super) struct MemoryBook(pub(super) Mutex<BTreeMap<(String, String), (DueCharge, Money)>>);

#[async_trait]
impl ChargeBook for MemoryBook {
    async fn entity(&self, _: &str, id: &str) -> Result<Option<EntityTerms>, ContractError> {
        Ok(id.starts_with("ent_").then(|| EntityTerms { is_active: id != "ent_closed" }))
    }

    async fn post(&self, tenant: &str, _: &str, charge: &DueCharge, amount: Money) -> Result<(), ContractError> {
        let source = (tenant.to_owned(), format!("{}:{}", charge.kind.source_kind(), charge.source));
        let posted = (charge.clone(), amount);
        let mut charges = self.0.lock().unwrap();
        let known = charges.entry(source).or_insert_with(|| posted.clone());
        assert_eq!(*known, posted, "of one source there is one charge");
        Ok(())
    }
}

pub(super) struct Test {
    platform: Platform,
    book: Arc<MemoryBook>,
}

impl Deref for Test {
    type Target = Platform;

    fn deref(&self) -> &Platform {
        &self.platform
    }
}

fn router(capabilities: edge_capabilities::Capabilities, book: Arc<MemoryBook>) -> axum::Router {
    let db = Db::new(capabilities.db.clone());
    edge_http::finish(crate::router::routes_with(&capabilities, &db, book), "enterprise", &capabilities)
}

/// It is 1 January 2026 where Acme is.
async fn test() -> Test {
    let book = Arc::new(MemoryBook::default());
    let own = book.clone();
    Test { platform: Platform::new(move |capabilities| router(capabilities, own)).await, book }
}

impl Test {
    /// The platform's call for Acme.
    async fn acme(&self, method: &str, path: &str, body: Value) -> (u16, Value) {
        self.ask(&self.router, PLATFORM, Some(ACME), method, &format!("{CONTRACTS}{path}"), body).await
    }

    /// A call that is answered with `status`.
    async fn call(&self, status: u16, method: &str, path: &str, body: Value) -> Value {
        let (found, answer) = self.acme(method, path, body).await;
        assert_eq!(found, status, "{answer}");
        answer
    }

    /// A call that is refused with `code`.
    async fn refused(&self, code: &str, method: &str, path: &str, body: Value) -> Value {
        let (_, answer) = self.acme(method, path, body).await;
        assert_eq!(answer["code"], code, "{answer}");
        answer
    }

    /// The path of a new draft.
    async fn draft(&self, body: Value) -> String {
        let made = self.call(201, "POST", "", body).await;
        format!("/{}", made["id"].as_str().unwrap())
    }

    /// The path of a new contract that is signed.
    async fn signed(&self, body: Value) -> String {
        let path = self.draft(body).await;
        self.call(200, "POST", &format!("{path}/activate"), Value::Null).await;
        path
    }

    async fn get(&self, path: &str) -> Value {
        self.call(200, "GET", path, Value::Null).await
    }

    /// The events of a contract.
    async fn events(&self, path: &str) -> Vec<String> {
        let timeline = self.get(&format!("{path}/timeline")).await;
        let event = |event: &Value| format!("{} {}", event["event"].as_str().unwrap(), event["date"].as_str().unwrap());
        timeline["data"].as_array().unwrap().iter().map(event).collect()
    }

    /// Days go by.
    async fn days(&self, days: u64) {
        self.world.clock.advance(Duration::from_hours(24 * days)).await;
    }

    /// The jobs run until there is nothing to do.
    async fn run_jobs(&self) {
        let capabilities = self.world.instance().0;
        let db = Db::new(capabilities.db.clone());
        let runner = JobRunner::new("enterprise", &capabilities, &JobQueue::new(&capabilities, &db));
        let runner = crate::router::jobs_with(&capabilities, &db, self.book.clone(), runner);
        for _ in 0..20 {
            self.world.clock.advance(Duration::from_secs(11)).await;
            runner.drain_all().await.unwrap();
        }
    }

    /// The charges of all contracts, as their days and amounts, in order.
    fn charges(&self) -> Vec<String> {
        let charges = self.book.0.lock().unwrap();
        let mut charges: Vec<String> =
            charges.values().map(|(charge, amount)| format!("{} {}", charge.date, amount.to_decimal())).collect();
        charges.sort();
        charges
    }

    /// Changes Acme.
    async fn change_tenant(&self, body: Value) {
        let path = format!("/api/v1/tenants/{ACME}");
        let (status, changed) = self.ask(&self.tenants, PLATFORM, None, "PUT", &path, body).await;
        assert_eq!(status, 200, "{changed}");
    }
}

/// A year of ten seats at 100.00 a month, and a set-up, that renews by itself.
fn new() -> Value {
    json!({"entity_id": "ent_1", "counterparty": "Clinic GmbH", "title": "Seats", "start": "2026-01-01", "end": "2027-01-01",
        "currency": "INR",
        "lines": [
            {"kind": "recurring", "description": "Seats", "quantity": 10, "unit_price": "100.00", "cycle": "monthly"},
            {"kind": "one_off", "description": "Set-up", "unit_price": 500},
            {"kind": "usage", "description": "Calls", "unit_price": "0.05"},
        ],
        "renewal": {"mode": "auto", "term_months": 12, "notice_days": 30, "uplift_basis_points": 500},
        "termination": {"fee": {"kind": "percent_remaining", "value": 50}},
        "sla": [{"metric": "uptime", "target": 99.9, "credit_steps": [
            {"below": 99.9, "basis_points": 1000}, {"below": 99, "basis_points": 3000}, {"below": "95.0", "basis_points": 10000}]}],
        "documents": [{"name": "Signed", "url": "https://files.example/1.pdf", "sha256": "0".repeat(64)}]})
}

fn with(mut body: Value, field: &str, value: Value) -> Value {
    let mut place = &mut body;
    for part in field.split('.') {
        place = match part.parse::<usize>() {
            Ok(index) => &mut place[index],
            Err(_) => &mut place[part],
        };
    }
    *place = value;
    body
}
