//! A tenant with invoices, payments, refunds and posted lines, and books for them.

use std::collections::BTreeMap;
use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use edge_capabilities::{Capabilities, Clock as _, Database as _, Timestamp};
use edge_database::Db;
use edge_jobs::{JobQueue, JobRunner};
use edge_tenants::testing::{ACME, PLATFORM, Platform};
use serde_json::Value;

use crate::books::TestBooks;
use crate::records::Records;

pub const ONE: &str = "/api/v1/enterprise-billing/integrations/int_1";

pub struct Test {
    platform: Platform,
    pub books: TestBooks,
    pub records: Records,
}

impl Deref for Test {
    type Target = Platform;

    fn deref(&self) -> &Platform {
        &self.platform
    }
}

/// Books, and a tenant without any records, whose accounts are all mapped.
pub async fn empty() -> Test {
    let platform = Platform::new(|_| Router::new()).await;
    let books = TestBooks::listen(&platform.world);
    let (capabilities, _) = platform.world.instance();
    let db = Db::new(capabilities.db.clone());
    let routes = edge_ledger_sync::routes(&capabilities, &db, Arc::new(books.clone()));
    let router = edge_http::finish(routes, "integrations", &capabilities);
    let records = Records::new(&capabilities);
    records.map_all().await;
    Test { platform: Platform { router, ..platform }, books, records }
}

/// With `count` invoices of two customers, taxed, each second one paid, the first given back in part, and split.
pub async fn with(count: usize) -> Test {
    let test = empty().await;
    test.records.make(count).await;
    test
}

impl Test {
    pub async fn call(&self, router: &Router, method: &str, path: &str, body: Value) -> Value {
        let (status, shown) = self.ask(router, PLATFORM, Some(ACME), method, path, body).await;
        assert!(status < 300, "{method} {path}: {status} {shown}");
        shown
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
