//! A tenant whose clock is turned, and calls in it.

use std::sync::Arc;

use axum::Router;
use edge_capabilities::testing::World;
use edge_capabilities::{Capabilities, Clock as _, Database, Timestamp};
use edge_database::Db;
use edge_http::testing::{Answer, ask, request, send};
use edge_jobs::{JobQueue, JobRunner};
use edge_tenants::testing::{ACME, PLATFORM, Platform};
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use tower::ServiceExt as _;

pub const BILLING: &str = "/api/v1/enterprise-billing";

pub struct Test {
    pub platform: Platform,
    pub allocations: Router,
    pub contracts: Router,
    pub entities: Router,
    pub invoices: Router,
    database: Arc<dyn Database>,
}

/// A tenant in memory.
pub async fn test() -> Test {
    let platform = Platform::new(edge_finance_reports::router).await;
    let database = platform.world.instance().0.db;
    Test::over(platform, database)
}

/// A tenant in `database`.
pub async fn test_on(database: Arc<dyn Database>) -> Test {
    let world = World::new(1);
    world.config.set("bootstrap_admin_key", PLATFORM);
    let capabilities = || Capabilities { db: database.clone(), ..world.instance().0 };
    let (router, tenants) = (edge_finance_reports::router(capabilities()), edge_tenants::router(capabilities()));
    let access = edge_access::router(capabilities());
    let new = json!({"id": ACME, "name": "Acme", "slug": "acme", "owner_email": "o@x.example"});
    let (status, made) = ask(&tenants, PLATFORM, None, "POST", "/api/v1/tenants", &new).await;
    assert_eq!(status, 201, "{made}");
    Test::over(Platform { router, tenants, access, world }, database)
}

impl Test {
    fn over(platform: Platform, database: Arc<dyn Database>) -> Self {
        let capabilities = || Capabilities { db: database.clone(), ..platform.world.instance().0 };
        Self {
            allocations: edge_allocations::router(capabilities()),
            contracts: edge_contracts::router(capabilities()),
            entities: edge_entities::router(capabilities()),
            invoices: edge_invoices::router(capabilities()),
            platform,
            database,
        }
    }

    /// Turns the clock to `at`: `2026-03-01T12:00:00Z`.
    pub fn turn_to(&self, at: &str) {
        let clock = &self.platform.world.clock;
        clock.shift(Timestamp::parse(at).unwrap().as_millis() - clock.now().as_millis());
    }

    pub async fn call(&self, router: &Router, method: &str, path: &str, body: Value) -> Value {
        let (status, answer) = self.platform.ask(router, PLATFORM, Some(ACME), method, path, body).await;
        assert!((200..300).contains(&status), "{method} {path}: {status} {answer}");
        answer
    }

    /// The id of an invoice of `total` that is finalised.
    pub async fn invoice(&self, total: f64, currency: &str, issued: &str, due: &str) -> String {
        self.invoice_of(&json!(total), currency, issued, due).await
    }

    pub async fn invoice_of(&self, total: &Value, currency: &str, issued: &str, due: &str) -> String {
        let new = json!({"customer": {"name": "Zoë"}, "currency": currency, "issue_date": issued, "due_date": due,
            "items": [{"description": "Seats", "unit_price": total}]});
        let id = self.call(&self.invoices, "POST", "/api/v1/invoices", new).await["id"].as_str().unwrap().to_owned();
        self.finalize(&id).await;
        id
    }

    pub async fn finalize(&self, id: &str) {
        self.call(&self.invoices, "POST", &format!("/api/v1/invoices/{id}/finalize"), Value::Null).await;
    }

    pub async fn void(&self, id: &str) {
        self.call(&self.invoices, "POST", &format!("/api/v1/invoices/{id}/void"), Value::Null).await;
    }

    pub async fn pay(&self, id: &str, amount: f64, at: &str) {
        self.pay_amount(id, &json!(amount), at).await;
    }

    pub async fn pay_amount(&self, id: &str, amount: &Value, at: &str) {
        let path = format!("/api/v1/invoices/{id}/payments");
        self.call(&self.invoices, "POST", &path, json!({"amount": amount, "paid_at": at})).await;
    }

    pub async fn entity(&self, new: Value) -> String {
        let made = self.call(&self.entities, "POST", &format!("{BILLING}/entities"), new).await;
        made["id"].as_str().unwrap().to_owned()
    }

    pub async fn charge(&self, entity: &str, amount: f64, currency: &str, date: &str) -> String {
        self.charge_of(entity, &json!(amount), currency, date).await
    }

    /// The id of a charge.
    pub async fn charge_of(&self, entity: &str, amount: &Value, currency: &str, date: &str) -> String {
        let path = format!("{BILLING}/entities/{entity}/charges");
        let new = json!({"description": "x", "amount": amount, "currency": currency, "date": date});
        self.call(&self.entities, "POST", &path, new).await["id"].as_str().unwrap().to_owned()
    }

    /// The id of a contract that is signed, or waits for approval.
    pub async fn contract(&self, new: Value) -> String {
        let contracts = format!("{BILLING}/contracts");
        let id = self.call(&self.contracts, "POST", &contracts, new).await["id"].as_str().unwrap().to_owned();
        self.call(&self.contracts, "POST", &format!("{contracts}/{id}/activate"), Value::Null).await;
        id
    }

    /// The jobs of contracts and allocations run until there is nothing to do.
    pub async fn run_jobs(&self) {
        let capabilities = Capabilities { db: self.database.clone(), ..self.platform.world.instance().0 };
        let db = Db::new(capabilities.db.clone());
        let runner = JobRunner::new("enterprise", &capabilities, &JobQueue::new(&capabilities, &db));
        let runner = edge_contracts::jobs(&capabilities, &db, edge_allocations::jobs(&capabilities, &db, runner));
        for _ in 0..6 {
            self.platform.world.clock.shift(31_000);
            runner.drain_all().await.unwrap();
        }
    }

    /// The id of the first invoice of an entity's month.
    pub async fn consolidate(&self, entity: &str, period: &str) -> String {
        let path = format!("{BILLING}/entities/{entity}/invoices");
        let made = self.call(&self.entities, "POST", &path, json!({"period": period})).await;
        made["invoices"][0]["id"].as_str().unwrap().to_owned()
    }

    pub async fn answer(&self, report: &str) -> Answer {
        let path = format!("{BILLING}/reports/{report}");
        let headers = [("x-tenant-id", ACME)];
        send(&self.platform.router, request("GET", &path, PLATFORM, headers, &Value::Null)).await
    }

    pub async fn report(&self, report: &str) -> Value {
        self.answer(report).await.expect(200)
    }

    /// The lines of a report as CSV, each cut at its commas.
    pub async fn csv(&self, report: &str) -> Vec<Vec<String>> {
        let path = format!("{BILLING}/reports/{report}");
        let headers = [("x-tenant-id", ACME), ("accept", "text/csv")];
        let asked = request("GET", &path, PLATFORM, headers, &Value::Null);
        let (head, body) = self.platform.router.clone().oneshot(asked).await.unwrap().into_parts();
        assert_eq!(head.status, 200);
        assert!(head.headers["content-type"].to_str().unwrap().starts_with("text/csv"));
        let text = String::from_utf8(body.collect().await.unwrap().to_bytes().to_vec()).unwrap();
        edge_csv::Records::new(&text).map(|record| record.unwrap().fields).collect()
    }
}

/// The figures of `currency` in a dashboard.
pub fn in_currency<'d>(dashboard: &'d Value, currency: &str) -> &'d Value {
    let all = dashboard["currencies"].as_array().unwrap();
    all.iter().find(|figures| figures["currency"] == currency).expect(currency)
}
