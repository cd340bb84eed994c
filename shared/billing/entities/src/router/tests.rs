use std::ops::Deref;

use edge_http::testing::{Answer, request, send};
use edge_tenants::testing::{ACME, OTHER, PLATFORM, Platform};
use serde_json::{Value, json};

use super::*;

mod charges;
mod consolidation;
mod crashes;
mod entities;
mod hierarchy;
mod rights;
mod subscriptions;
mod trees;

const ENTITIES: &str = "/api/v1/enterprise-billing/entities";

pub(super) struct Test(Platform);

impl Deref for Test {
    type Target = Platform;

    fn deref(&self) -> &Platform {
        &self.0
    }
}

async fn test() -> Test {
    Test(Platform::new(router).await)
}

fn with(mut body: Value, field: &str, value: Value) -> Value {
    body[field] = value;
    body
}

fn new(name: &str) -> Value {
    json!({"name": name, "currency": "EUR"})
}

impl Test {
    /// The platform's call for Acme.
    async fn acme(&self, method: &str, path: &str, body: Value) -> (u16, Value) {
        self.ask(&self.router, PLATFORM, Some(ACME), method, &format!("{ENTITIES}{path}"), body).await
    }

    /// As [`Test::acme`], with headers more.
    async fn with(&self, method: &str, path: &str, headers: &[(&str, &str)], body: Value) -> Answer {
        let headers = headers.iter().copied().chain([("x-tenant-id", ACME)]);
        send(&self.router, request(method, &format!("{ENTITIES}{path}"), PLATFORM, headers, &body)).await
    }

    /// The body of an answer that must be a success.
    async fn done(&self, method: &str, path: &str, body: Value) -> Value {
        let (status, answer) = self.acme(method, path, body).await;
        assert!((200..300).contains(&status), "{method} {path}: {status} {answer}");
        answer
    }

    /// The id of a new entity.
    async fn make(&self, body: Value) -> String {
        self.done("POST", "", body).await["id"].as_str().unwrap().to_owned()
    }

    /// The id of a new entity below `parent`.
    async fn below(&self, parent: &str, name: &str) -> String {
        self.make(with(new(name), "parent_id", json!(parent))).await
    }

    /// The id of a new charge of `entity`.
    async fn charge(&self, entity: &str, amount: Value, currency: &str, date: &str) -> String {
        let body = json!({"description": format!("Of {date}"), "amount": amount, "currency": currency, "date": date});
        let posted = self.done("POST", &format!("/{entity}/charges"), body).await;
        posted["id"].as_str().unwrap().to_owned()
    }

    /// The consolidated invoices of `entity` for `period`.
    async fn invoice(&self, entity: &str, period: &str) -> Vec<Value> {
        let made = self.done("POST", &format!("/{entity}/invoices"), json!({"period": period})).await;
        made["invoices"].as_array().unwrap().clone()
    }

    /// The entries of the audit log whose actions begin with `prefix`, oldest first.
    async fn audit(&self, prefix: &str) -> Vec<Value> {
        let path = format!("/api/v1/tenants/{ACME}/audit?limit=200");
        let (_, audit) = self.ask(&self.tenants, PLATFORM, None, "GET", &path, Value::Null).await;
        let mut entries = audit["data"].as_array().unwrap().clone();
        entries.retain(|entry| entry["action"].as_str().unwrap().starts_with(prefix));
        entries.reverse();
        entries
    }
}
