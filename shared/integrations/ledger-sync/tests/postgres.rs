//! A sync on PostgreSQL, by two nodes at once.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]
#![allow(dead_code, reason = "the books know faults that this test has no use for")]

#[path = "sync/books.rs"]
mod books;
#[path = "support/records.rs"]
mod records;
#[path = "../../../platform/database/tests/server/mod.rs"]
mod server;

use std::sync::Arc;

use edge_capabilities::testing::World;
use edge_capabilities::{Capabilities, Database};
use edge_database::Db;
use edge_jobs::{JobQueue, JobRunner};
use edge_tenants::testing::{ACME, PLATFORM};
use serde_json::{Value, json};

use crate::books::{Fault, TestBooks};
use crate::records::Records;

fn node(world: &World, database: Arc<dyn Database>) -> Capabilities {
    Capabilities { db: database, ..world.instance().0 }
}

async fn drain(capabilities: &Capabilities, books: &TestBooks) {
    let db = Db::new(capabilities.db.clone());
    let books = Arc::new(books.through(capabilities.http.clone()));
    let runner = JobRunner::new("integrations", capabilities, &JobQueue::new(capabilities, &db));
    edge_ledger_sync::jobs(capabilities, &db, books, runner).drain().await.unwrap();
}

/// Where no server is installed there is nothing to test.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_nodes_on_postgresql_send_each_document_once() {
    let Some(server) = server::start().await else { return };
    let world = World::new(1);
    world.config.set("bootstrap_admin_key", PLATFORM);
    let first = node(&world, Arc::new(server.new_database("ledger_sync").await));
    Db::new(first.db.clone()).prepare().await.unwrap();
    let second = node(&world, Arc::new(server.connect("ledger_sync").await));
    let tenants = edge_tenants::router(first.clone());
    let tenant = json!({"id": ACME, "name": "acme", "slug": "acme", "owner_email": "o@x.example"});
    let made = edge_http::testing::ask(&tenants, PLATFORM, None, "POST", "/api/v1/tenants", &tenant).await;
    assert_eq!(made.0, 201, "{made:?}");
    let records = Records::new(&first);
    records.map_all().await;
    records.make(4).await;
    let books = TestBooks::listen(&world);
    let routes = edge_ledger_sync::routes(&first, &Db::new(first.db.clone()), Arc::new(books.clone()));
    let router = edge_http::finish(routes, "integrations", &first);
    let ask = async |method: &str, path: &str, body: Value, status: u16| {
        let path = format!("/api/v1/enterprise-billing/integrations/int_1{path}");
        let answer = edge_http::testing::ask(&router, PLATFORM, Some(ACME), method, &path, &body).await;
        assert_eq!(answer.0, status, "{path}: {}", answer.1);
        answer.1
    };
    let planned = ask("POST", "/sync?limit=3", json!({"dry_run": true}), 200).await;
    let rest = format!("/sync?limit=200&cursor={}", planned["nextCursor"].as_str().unwrap());
    let rest = ask("POST", &rest, json!({"dry_run": true}), 200).await;
    assert_eq!((planned["data"].as_array().unwrap().len(), rest["data"].as_array().unwrap().len()), (3, 7));
    books.plant("create", 3, 1, Fault::Invalid);
    ask("POST", "/sync", Value::Null, 202).await;
    tokio::join!(drain(&first, &books), drain(&second, &books));
    let reports = edge_ledger_sync::SyncReports::new(&Db::new(first.db.clone()));
    let run = serde_json::to_value(reports.last("int_1").await.unwrap()).unwrap();
    assert_eq!(run["status"], "completed", "{run}");
    let errors = ask("GET", "/documents?errors=true&limit=1", Value::Null, 200).await;
    assert_eq!(errors["data"][0]["error"]["code"], "REFUSED", "{errors}");
    ask("POST", "/sync", Value::Null, 202).await;
    tokio::join!(drain(&second, &books), drain(&first, &books));
    let counts = books.counts();
    assert!(counts.len() == 10 && counts.values().all(|count| *count == 1), "{counts:?}");
    let logs = ask("GET", "/logs?limit=200&kind=invoices", Value::Null, 200).await;
    assert!(logs["data"].as_array().unwrap().len() >= 4, "{logs}");
}
