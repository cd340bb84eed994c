use std::ops::Deref;

use edge_database::DatabaseError;
use edge_http::testing::{Answer, request, send};
use edge_money::Currency;
use edge_tenants::testing::{ACME, OTHER, PLATFORM, Platform};
use serde_json::{Value, json};

use super::*;
use crate::entity::EntityFacts;

mod allocations;
mod departments;
mod gl_mappings;
mod posting;

const BASE: &str = "/api/v1/enterprise-billing";
const SUBSCRIPTION: &str = "subscription:sub_1";

/// Entities without their crate: `ent_inr` and `ent_usd`, and `ent_old`, which is closed.
pub(crate) struct TestEntities;

#[async_trait::async_trait]
impl EntityLookup for TestEntities {
    async fn entity(&self, tenant: &str, id: &str) -> Result<Option<EntityFacts>, DatabaseError> {
        let code = match (tenant, id) {
            (ACME, "ent_inr" | "ent_old") => "INR",
            (ACME, "ent_usd") => "USD",
            _ => return Ok(None),
        };
        Ok(Some(EntityFacts { currency: Currency::parse(code).unwrap(), is_active: id != "ent_old" }))
    }
}

pub(crate) struct Test {
    platform: Platform,
    pub(crate) capabilities: Capabilities,
    pub(crate) db: Db,
}

impl Deref for Test {
    type Target = Platform;

    fn deref(&self) -> &Platform {
        &self.platform
    }
}

pub(crate) async fn test() -> Test {
    let over = |capabilities: Capabilities| {
        let db = Db::new(capabilities.db.clone());
        let routes = routes_with(&capabilities, &db, Arc::new(TestEntities));
        edge_http::finish(routes, "enterprise", &capabilities)
    };
    let platform = Platform::new(over).await;
    let (capabilities, _) = platform.world.instance();
    let db = Db::new(capabilities.db.clone());
    Test { platform, capabilities, db }
}

impl Test {
    /// The answer to the platform's call for Acme.
    pub(crate) async fn call(&self, method: &str, path: &str, body: Value) -> Answer {
        self.call_for(ACME, method, path, body).await
    }

    pub(crate) async fn call_for(&self, tenant: &str, method: &str, path: &str, body: Value) -> Answer {
        let request = request(method, &format!("{BASE}{path}"), PLATFORM, [("x-tenant-id", tenant)], &body);
        send(&self.router, request).await
    }

    pub(crate) async fn get(&self, path: &str) -> Value {
        self.call("GET", path, Value::Null).await.expect(200)
    }

    /// The id of a new department of `ent_inr` with these fields more.
    pub(crate) async fn department(&self, fields: Value) -> String {
        let mut body = json!({"entity_id": "ent_inr", "name": "Research"});
        body.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        let made = self.call("POST", "/departments", body).await.expect(201);
        made["id"].as_str().unwrap().to_owned()
    }

    /// The ids of new departments, in their order.
    pub(crate) async fn departments<const COUNT: usize>(&self) -> [String; COUNT] {
        let mut ids = Vec::new();
        for _ in 0..COUNT {
            ids.push(self.department(json!({})).await);
        }
        ids.sort();
        ids.try_into().unwrap()
    }

    /// Sets the shares of a source.
    pub(crate) async fn set(&self, source: &str, body: Value) -> Answer {
        self.call("PUT", &format!("/allocations?source={source}"), body).await
    }

    /// The amounts of the preview of `amount` INR of [`SUBSCRIPTION`], as they are written, and what is left.
    pub(crate) async fn preview(&self, amount: &str, more: &str) -> (Vec<(String, String)>, String) {
        let path = format!("/allocations/preview?source={SUBSCRIPTION}&amount={amount}&currency=INR{more}");
        let shown = self.get(&path).await;
        let line = |line: &Value| (line["department_id"].as_str().unwrap().to_owned(), line["amount"].to_string());
        (shown["lines"].as_array().unwrap().iter().map(line).collect(), shown["unallocated"].to_string())
    }
}

/// Percentages for departments.
pub(crate) fn shares(points: &[(&str, u64)]) -> Value {
    let share =
        |(id, points): &(&str, u64)| json!({"department_id": id, "method": "percentage", "basis_points": points});
    points.iter().map(share).collect()
}

/// An amount as it is once the tests have read it: their JSON knows no digits, only numbers.
pub(crate) fn written(digits: &str) -> String {
    digits.parse::<Value>().unwrap().to_string()
}
