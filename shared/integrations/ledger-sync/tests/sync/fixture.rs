//! A tenant with invoices, payments, refunds and posted lines, and books for them.

use std::collections::BTreeMap;
use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use edge_allocations::{Allocations, Document, GlKind, Source};
use edge_capabilities::{Capabilities, Clock as _, Database as _, Timestamp};
use edge_database::Db;
use edge_invoices::{InvoiceRefund, Invoices};
use edge_jobs::{JobQueue, JobRunner};
use edge_money::Currency;
use edge_tenants::testing::{ACME, PLATFORM, Platform};
use edge_time_zones::Date;
use serde_json::{Value, json};

use crate::books::TestBooks;

pub const ONE: &str = "/api/v1/enterprise-billing/integrations/int_1";

pub struct Test {
    platform: Platform,
    pub books: TestBooks,
    invoices: Router,
    allocations: Router,
    entities: Router,
}

impl Deref for Test {
    type Target = Platform;

    fn deref(&self) -> &Platform {
        &self.platform
    }
}

/// Books, and a tenant without any records, whose accounts are all mapped.
pub async fn empty() -> Test {
    let mut books = None;
    let platform = Platform::new(|capabilities| {
        // The router gets the books once there is a world.
        let _ = capabilities;
        Router::new()
    })
    .await;
    let listening = books.get_or_insert_with(|| TestBooks::listen(&platform.world)).clone();
    let (capabilities, _) = platform.world.instance();
    let db = Db::new(capabilities.db.clone());
    let routes = edge_ledger_sync::routes(&capabilities, &db, Arc::new(listening.clone()));
    let router = edge_http::finish(routes, "integrations", &capabilities);
    let capabilities = || platform.world.instance().0;
    let (invoices, allocations, entities) = (
        edge_invoices::router(capabilities()),
        edge_allocations::router(capabilities()),
        edge_entities::router(capabilities()),
    );
    let platform = Platform { router, ..platform };
    let test = Test { platform, books: listening, invoices, allocations, entities };
    for (kind, code) in
        [("revenue", "4000"), ("tax", "2200"), ("cash", "1000"), ("refund", "4900"), ("deferred", "2400")]
    {
        test.map(kind, code).await;
    }
    test
}

/// With `count` invoices of two customers, taxed, each second one paid, the first given back in part, and split.
pub async fn with(count: usize) -> Test {
    let test = empty().await;
    let mut first = String::new();
    for number in 0..count {
        let id = test.invoice(number).await;
        if number % 2 == 0 {
            test.pay(&id, 500).await;
        }
        if number == 0 {
            first = id;
        }
    }
    test.refund(&first, 100).await;
    test.split(&first).await;
    test
}

impl Test {
    pub async fn call(&self, router: &Router, method: &str, path: &str, body: Value) -> Value {
        let (status, shown) = self.ask(router, PLATFORM, Some(ACME), method, path, body).await;
        assert!(status < 300, "{method} {path}: {status} {shown}");
        shown
    }

    pub async fn map(&self, kind: &str, code: &str) {
        let body = json!({"kind": kind, "gl_code": code});
        self.call(&self.allocations, "POST", "/api/v1/enterprise-billing/gl-mappings", body).await;
    }

    /// The id of a finalised invoice of 1,000.00 and 180.00 tax.
    pub async fn invoice(&self, number: usize) -> String {
        let body = json!({"customer": {"name": format!("Customer {}", number % 2), "email": format!("c{}@x.example",
            number % 2)}, "currency": "INR", "issue_date": "2026-01-01",
            "items": [{"description": "Seats", "quantity": 2, "unit_price": 500, "tax_rate": 18}]});
        let made = self.call(&self.invoices, "POST", "/api/v1/invoices", body).await;
        let id = made["id"].as_str().unwrap().to_owned();
        self.call(&self.invoices, "POST", &format!("/api/v1/invoices/{id}/finalize"), Value::Null).await;
        id
    }

    pub async fn void(&self, invoice: &str) {
        self.call(&self.invoices, "POST", &format!("/api/v1/invoices/{invoice}/void"), Value::Null).await;
    }

    pub async fn pay(&self, invoice: &str, amount: u32) {
        let path = format!("/api/v1/invoices/{invoice}/payments");
        self.call(&self.invoices, "POST", &path, json!({"amount": amount})).await;
    }

    /// What a gateway gives back of a payment, in the smallest unit.
    pub async fn refund(&self, invoice: &str, amount: i64) {
        let name = "UPDATE invoices SET provider = 'bheempay', external_id = 'pay_x' WHERE id = $1";
        self.world.db.query(name, &[invoice.into()]).await.unwrap();
        let refund = InvoiceRefund { name: "rf_1".into(), amount, at: self.now() };
        let of = (ACME, "bheempay", "pay_x");
        Invoices::new(self.db()).refunded(of, &refund, Currency::INR, self.now()).await.unwrap();
    }

    /// Posts an invoice, which two departments share: one has an account of its own.
    pub async fn split(&self, invoice: &str) {
        let base = "/api/v1/enterprise-billing";
        let made = json!({"name": "Group", "currency": "INR", "country": "IN"});
        let entity = self.call(&self.entities, "POST", &format!("{base}/entities"), made).await;
        let mut shares = Vec::new();
        for fields in [json!({"gl_code": "4010"}), json!({"gl_code": "4020"})] {
            let mut body = json!({"entity_id": entity["id"], "name": "Research"});
            body.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
            let made = self.call(&self.allocations, "POST", &format!("{base}/departments"), body).await;
            // The mapping of the kind would come before the department's own account.
            let own = json!({"kind": "revenue", "department_id": made["id"], "gl_code": fields["gl_code"]});
            self.call(&self.allocations, "POST", &format!("{base}/gl-mappings"), own).await;
            shares.push(json!({"department_id": made["id"], "method": "percentage", "basis_points": 5000}));
        }
        let path = format!("{base}/allocations?source=invoice:{invoice}");
        self.call(&self.allocations, "PUT", &path, json!({"from": "2026-01-01", "shares": shares})).await;
        let document = Document {
            name: format!("invoice:{invoice}"),
            source: Source::parse(&format!("invoice:{invoice}")).unwrap(),
            amounts: vec![(GlKind::Revenue, 100_000), (GlKind::Tax, 18_000)],
            currency: Currency::INR,
            date: Date::parse("2026-01-01").unwrap(),
            plan: None,
            entity: None,
        };
        let allocations = Allocations::new(&self.world.instance().0, &self.db());
        assert!(allocations.post(ACME, &document).await.unwrap());
    }

    pub fn now(&self) -> Timestamp {
        self.world.clock.now()
    }

    pub fn db(&self) -> Db {
        Db::new(self.world.db.clone())
    }

    pub async fn get(&self, path: &str) -> Value {
        self.call(&self.router, "GET", &format!("{ONE}{path}"), Value::Null).await
    }

    /// Starts a run.
    pub async fn start(&self) -> Value {
        self.world.clock.advance(Duration::from_millis(10)).await;
        self.call(&self.router, "POST", &format!("{ONE}/sync"), Value::Null).await
    }

    /// Runs the jobs that are due.
    pub async fn drain(&self) {
        let (capabilities, _) = self.world.instance();
        drain_on(&capabilities, &self.books).await;
    }

    /// The run that was started last.
    pub async fn run(&self) -> Value {
        let reports = edge_ledger_sync::SyncReports::new(&self.db());
        serde_json::to_value(reports.last("int_1").await.unwrap()).unwrap()
    }

    /// Has the open run go on until it ends; gives it.
    pub async fn settle(&self) -> Value {
        for _ in 0..300 {
            self.drain().await;
            let run = self.run().await;
            if !run["finished_at"].is_null() {
                return run;
            }
            let until = run["resume_at"].as_str().and_then(Timestamp::parse).unwrap_or(self.now());
            let wait = until.millis_since(self.now()).clamp(0, 100_000_000);
            // A job that failed waits by itself, and one whose worker died as long as its lease.
            self.world.clock.advance(Duration::from_millis(u64::try_from(wait).unwrap() + 1_000)).await;
        }
        panic!("the run goes on for ever: {}", self.run().await);
    }

    /// Starts a run and has it go on until it ends.
    pub async fn sync(&self) -> Value {
        self.start().await;
        self.settle().await
    }

    /// How many documents are in each state, by kind.
    pub async fn states(&self) -> BTreeMap<String, i64> {
        let statement = "SELECT state, COUNT(*) FROM ledger_documents GROUP BY state";
        let rows = self.world.db.query(statement, &[]).await.unwrap();
        rows.iter().map(|row| (row.text(0).unwrap().to_owned(), row.integer(1).unwrap())).collect()
    }

    /// Everything that a sync knows, and the books, as if there had been none.
    pub async fn forget(&self) {
        for table in ["ledger_documents", "ledger_runs", "ledger_logs", "ledger_positions", "jobs"] {
            self.world.db.query(&format!("DELETE FROM {table}"), &[]).await.unwrap();
        }
        let mut state = self.books.state.lock().unwrap();
        state.stored.clear();
        state.asked.clear();
        state.faults.clear();
    }

    /// The codes of documents' errors, each with how many there are.
    pub async fn codes(&self) -> BTreeMap<String, usize> {
        let listed = self.get("/documents?errors=true&limit=200").await;
        let mut codes = BTreeMap::new();
        for document in listed["data"].as_array().unwrap() {
            *codes.entry(document["error"]["code"].as_str().unwrap().to_owned()).or_default() += 1;
        }
        codes
    }
}

/// Runs the jobs that are due on an instance.
pub async fn drain_on(capabilities: &Capabilities, books: &TestBooks) {
    let db = Db::new(capabilities.db.clone());
    let books = Arc::new(books.through(capabilities.http.clone()));
    let runner = JobRunner::new("integrations", capabilities, &JobQueue::new(capabilities, &db));
    let _ = edge_ledger_sync::jobs(capabilities, &db, books, runner).drain().await;
}
