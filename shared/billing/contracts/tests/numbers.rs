//! Numbers of contracts on PostgreSQL: 1 to n for a tenant, none missing and none twice, although some of those who sign are
//! rolled back, and several sign the same contract at once.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

#[path = "../../../platform/database/tests/server/mod.rs"]
mod server;

use std::sync::Arc;

use axum::Router;
use edge_capabilities::testing::World;
use edge_capabilities::{Capabilities, Database};
use edge_database::Db;
use edge_http::testing::ask;
use serde_json::{Value, json};

const CONTRACTS: usize = 60;
const NODES: usize = 6;
const KEY: &str = "bootstrap-key-of-the-tests";
const TENANT: &str = "0b7e1f6c-6f0a-4a4e-9a55-3f1f0f6f2d11";
const PATH: &str = "/api/v1/enterprise-billing/contracts";

fn on(world: &World, database: Arc<dyn Database>) -> Capabilities {
    Capabilities { db: database, ..world.instance().0 }
}

async fn post(router: &Router, path: &str, body: &Value) -> (u16, Value) {
    ask(router, KEY, Some(TENANT), "POST", path, body).await
}

#[tokio::test(flavor = "multi_thread")]
async fn contracts_signed_at_once_on_postgresql_are_numbered_without_a_gap() {
    let Some(server) = server::start().await else { return };
    let world = World::new(7);
    world.config.set("bootstrap_admin_key", KEY);
    let first = Arc::new(server.new_database("contracts").await);
    let capabilities = on(&world, first.clone());
    let db = Db::new(first);
    let tenant = json!({"id": TENANT, "name": "acme", "slug": "acme", "owner_email": "o@x.example"});
    let made = ask(&edge_tenants::router(capabilities.clone()), KEY, None, "POST", "/api/v1/tenants", &tenant).await;
    assert_eq!(made.0, 201, "{}", made.1);
    let entity = json!({"name": "Clinic", "code": "CL", "currency": "INR"});
    let entities = edge_entities::router(capabilities.clone());
    let made = post(&entities, "/api/v1/enterprise-billing/entities", &entity).await;
    assert_eq!(made.0, 201, "{}", made.1);
    let router = edge_contracts::router(capabilities);
    let new = json!({"entity_id": made.1["id"], "counterparty": "Clinic", "title": "Seats", "start": "2025-12-01",
        "end": "2026-12-01", "currency": "INR",
        "lines": [{"kind": "recurring", "description": "Seats", "unit_price": 100}]});
    let mut paths = Vec::new();
    for _ in 0..CONTRACTS {
        let (status, made) = post(&router, PATH, &new).await;
        assert_eq!(status, 201, "{made}");
        paths.push(format!("{PATH}/{}/activate", made["id"].as_str().unwrap()));
    }
    let is_rolled_back = |number: usize| number.is_multiple_of(3);
    let mut nodes = Vec::new();
    for node in 0..NODES {
        let connection = Arc::new(server.connect("contracts").await);
        let router = edge_contracts::router(on(&world, connection.clone()));
        let paths = paths.clone();
        nodes.push(tokio::spawn(async move {
            // Every contract that is not rolled back is signed by two nodes.
            for (number, path) in paths.iter().enumerate() {
                let own = number % NODES;
                let is_own = own == node || (!is_rolled_back(number) && (own + 1) % NODES == node);
                if !is_own {
                    continue;
                }
                // What a node that dies leaves is rolled back: here by a transaction around its statements.
                if is_rolled_back(number) {
                    connection.0.batch_execute("BEGIN").await.unwrap();
                }
                let (status, signed) = post(&router, path, &Value::Null).await;
                assert_eq!(status, 200, "{signed}");
                if is_rolled_back(number) {
                    connection.0.batch_execute("ROLLBACK").await.unwrap();
                }
            }
        }));
    }
    for node in nodes {
        node.await.unwrap();
    }
    let numbers = async || {
        let rows =
            db.query("SELECT number FROM contracts WHERE number IS NOT NULL ORDER BY number", &[]).await.unwrap();
        rows.iter().map(|row| row.integer(0).unwrap()).collect::<Vec<_>>()
    };
    let kept = i64::try_from((0..CONTRACTS).filter(|number| !is_rolled_back(*number)).count()).unwrap();
    assert_eq!(numbers().await, (1..=kept).collect::<Vec<_>>());
    for path in &paths {
        assert_eq!(post(&router, path, &Value::Null).await.0, 200);
    }
    assert_eq!(numbers().await, (1..=i64::try_from(CONTRACTS).unwrap()).collect::<Vec<_>>());
    // Two months began: each contract is charged for both once.
    let rows = db.query("SELECT COUNT(*), COUNT(DISTINCT source_id) FROM entity_charges", &[]).await.unwrap();
    let expected = 2 * i64::try_from(CONTRACTS).unwrap();
    assert_eq!((rows[0].integer(0).unwrap(), rows[0].integer(1).unwrap()), (expected, expected));
}
