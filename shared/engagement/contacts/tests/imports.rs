//! Imports on a SQLite file and on PostgreSQL: the same contacts, and how long 100,000 take.
//!
//! ```sh
//! cargo test --release -p edge-contacts --test imports -- --ignored --nocapture
//! ```

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test fails by panicking, and a measurement is printed"
)]

#[path = "../../../platform/database/tests/server/mod.rs"]
mod server;

use std::sync::{Arc, Mutex};
use std::time::Instant;

use async_trait::async_trait;
use axum::Router;
use axum::body::Body;
use edge_capabilities::database::{DatabaseError, Dialect, Row, Value as SqlValue, sqlite};
use edge_capabilities::testing::World;
use edge_capabilities::{Capabilities, Database};
use edge_database::Db;
use edge_http::testing::{request, send};
use edge_jobs::{JobQueue, JobRunner};
use serde_json::{Value, json};

const KEY: &str = "bootstrap-key-of-the-tests";
const TENANT: &str = "0b7e1f6c-6f0a-4a4e-9a55-3f1f0f6f2d11";

/// A SQLite file, as the embedded host opens it.
struct File(Mutex<rusqlite::Connection>);

impl File {
    fn new(folder: &tempfile::TempDir) -> Self {
        let connection = rusqlite::Connection::open(folder.path().join("edge.db")).unwrap();
        connection.execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL").unwrap();
        Self(Mutex::new(connection))
    }
}

#[async_trait]
impl Database for File {
    async fn query(&self, statement: &str, parameters: &[SqlValue]) -> Result<Vec<Row>, DatabaseError> {
        sqlite::query(&self.0.lock().unwrap(), statement, parameters)
    }

    async fn dialect(&self) -> Result<Dialect, DatabaseError> {
        Ok(Dialect::Sqlite)
    }
}

/// An edge with one tenant.
struct Edge {
    capabilities: Capabilities,
    contacts: Router,
}

impl Edge {
    async fn new(database: Arc<dyn Database>) -> Self {
        let world = World::new(7);
        world.config.set("bootstrap_admin_key", KEY);
        let capabilities = Capabilities { db: database, ..world.instance().0 };
        let new = json!({"id": TENANT, "name": "Acme", "slug": "acme", "owner_email": "o@x.example"});
        let tenants = edge_tenants::router(capabilities.clone());
        send(&tenants, request("POST", "/api/v1/tenants", KEY, [], &new)).await.expect(201);
        Self { contacts: edge_contacts::router(capabilities.clone()), capabilities }
    }

    async fn get(&self, path: &str) -> Value {
        let path = format!("/api/v1/contacts{path}");
        let get = request("GET", &path, KEY, [("x-tenant-id", TENANT)], &Value::Null);
        send(&self.contacts, get).await.expect(200)
    }

    /// Imports `file`; gives the import when it ended.
    async fn import(&self, file: String) -> Value {
        let post = http::Request::post("/api/v1/contacts/import").header("authorization", format!("Bearer {KEY}"));
        let post = post.header("x-tenant-id", TENANT).header("content-type", "text/csv");
        let started = send(&self.contacts, post.body(Body::from(file)).unwrap()).await.expect(202);
        let db = Db::new(self.capabilities.db.clone());
        let queue = JobQueue::new(&self.capabilities, &db);
        let runner = JobRunner::new("messaging", &self.capabilities, &queue);
        let runner = edge_contacts::jobs(&self.capabilities, &db, runner);
        loop {
            runner.drain().await.unwrap();
            let import = self.get(&format!("/imports/{}", started["job_id"].as_str().unwrap())).await;
            if !import["finished_at"].is_null() {
                return import;
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    }
}

fn file(rows: usize, name: &str) -> String {
    let mut file = "email,phone,name,tags,plan,city,timezone\n".to_owned();
    for row in 0..rows {
        // A third has no phone: NULLs.
        let phone = if row % 3 == 0 { String::new() } else { format!("+9190{row:08}") };
        file.push_str(&format!("person{row}@x.example,{phone},{name} {row},a;b,pro,Pune,Asia/Kolkata\n"));
    }
    file
}

/// The same file makes and then changes the same contacts, some of whom were there.
async fn check(edge: &Edge) {
    edge.import("phone,email\n+919000000001,\n,person2@x.example\n".to_owned()).await;
    let made = edge.import(file(2_400, "First")).await;
    assert_eq!(
        (&made["status"], &made["created"], &made["updated"], &made["failed"]),
        (&json!("completed"), &json!(2_398), &json!(2), &json!(0)),
        "{made}"
    );
    let changed = edge.import(file(2_400, "Second")).await;
    assert_eq!((&changed["created"], &changed["updated"]), (&json!(0), &json!(2_400)), "{changed}");
    for (query, phone) in
        [("?email=person1@x.example", json!("+919000000001")), ("?email=person3@x.example", Value::Null)]
    {
        let found = edge.get(query).await["data"][0].clone();
        assert_eq!((&found["phone"], &found["attributes"]["plan"]), (&phone, &json!("pro")), "{found}");
        assert!(found["name"].as_str().unwrap().starts_with("Second"), "{found}");
        let revision = found["revision"].as_i64().unwrap();
        assert_eq!(revision, if phone.is_null() { 2 } else { 3 });
    }
    let list = edge.get("?tag=a&limit=200").await;
    assert!(list["data"].as_array().unwrap().len() == 200 && list["nextCursor"].is_string());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_makes_and_changes_contacts_on_a_sqlite_file() {
    let folder = tempfile::tempdir().unwrap();
    check(&Edge::new(Arc::new(File::new(&folder))).await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_makes_and_changes_contacts_on_postgresql() {
    let Some(server) = server::start().await else { return };
    check(&Edge::new(Arc::new(server.new_database("contacts").await)).await).await;
}

async fn measure(name: &str, edge: &Edge) {
    let (once, again) = (file(100_000, "First"), file(100_000, "Second"));
    let size = once.len() >> 10;
    for (what, file) in [("made", once), ("changed", again)] {
        let started = Instant::now();
        let import = edge.import(file).await;
        assert_eq!((&import["status"], &import["failed"]), (&json!("completed"), &json!(0)));
        let seconds = started.elapsed().as_secs_f64();
        let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
        let load = load.split(' ').next().unwrap_or_default().to_owned();
        println!("{name}: 100,000 contacts ({size} KiB) {what} in {seconds:.1} s, at a load of {load}");
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "measures"]
async fn a_hundred_thousand_contacts_on_a_sqlite_file() {
    let folder = tempfile::tempdir().unwrap();
    measure("SQLite", &Edge::new(Arc::new(File::new(&folder))).await).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "measures"]
async fn a_hundred_thousand_contacts_on_postgresql() {
    let Some(server) = server::start().await else { return };
    measure("PostgreSQL", &Edge::new(Arc::new(server.new_database("contacts").await)).await).await;
}
