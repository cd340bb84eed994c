//! Consolidated invoices that many make at once, on PostgreSQL, while charges are posted: each charge is on one invoice, the
//! same month gives the same invoices, and no amount is lost or doubled.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

#[path = "../../../platform/database/tests/server/mod.rs"]
mod server;

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Router;
use edge_capabilities::testing::{SeededRandom, World};
use edge_capabilities::{Capabilities, Database};
use edge_database::Db;
use edge_http::testing::ask;
use serde_json::{Value, json};

const KEY: &str = "bootstrap-key-of-the-tests";
const TENANT: &str = "0b7e1f6c-6f0a-4a4e-9a55-3f1f0f6f2d11";
const ENTITIES: &str = "/api/v1/enterprise-billing/entities";
const SEED: u64 = 17;
const NODES: u64 = 12;
const MONTHS: [&str; 3] = ["2026-01", "2026-02", "2026-03"];

fn on(world: &World, database: Arc<dyn Database>) -> Router {
    edge_entities::router(Capabilities { db: database, ..world.instance().0 })
}

async fn done(router: &Router, method: &str, path: &str, body: Value) -> Value {
    let (status, answer) = ask(router, KEY, Some(TENANT), method, &format!("{ENTITIES}{path}"), &body).await;
    assert!(status < 300, "{method} {path}: {status} {answer}");
    answer
}

async fn charge(router: &Router, entity: &str, amount: u64, month: &str) {
    let currency = if amount.is_multiple_of(3) { "USD" } else { "EUR" };
    let body = json!({"description": "x", "amount": amount, "currency": currency, "date": format!("{month}-05")});
    done(router, "POST", &format!("/{entity}/charges"), body).await;
}

/// The sums of a statement's two columns, a currency and an amount.
async fn sums(db: &Db, statement: &str) -> BTreeMap<String, i64> {
    let rows = db.query(statement, &[]).await.unwrap();
    rows.iter().map(|row| (row.text(0).unwrap().to_owned(), row.integer(1).unwrap())).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_invoices_at_once_each_charge_is_on_one_invoice_on_postgresql() {
    let Some(server) = server::start().await else { return };
    let world = World::new(SEED);
    world.config.set("bootstrap_admin_key", KEY);
    let first = Arc::new(server.new_database("invoices").await);
    let db = Db::new(first.clone());
    let capabilities = Capabilities { db: first.clone(), ..world.instance().0 };
    let new = json!({"id": TENANT, "name": "Acme", "slug": "acme", "owner_email": "o@x.example"});
    let tenants = edge_tenants::router(capabilities);
    assert_eq!(ask(&tenants, KEY, None, "POST", "/api/v1/tenants", &new).await.0, 201);
    let router = on(&world, first);
    // A root, four children, and a grandchild of each.
    let mut entities: Vec<String> = Vec::new();
    for number in 0..9_usize {
        let parent = match number {
            0 => Value::Null,
            1..=4 => json!(entities[0]),
            _ => json!(entities[number - 4]),
        };
        let new = json!({"name": number.to_string(), "currency": "EUR", "parent_id": parent});
        entities.push(done(&router, "POST", "", new).await["id"].as_str().unwrap().to_owned());
    }
    let entities = Arc::new(entities);
    for (amount, place) in (1..=60).zip(1_usize..) {
        charge(&router, &entities[place % 9], amount, MONTHS[place % 2]).await;
    }
    let mut nodes = Vec::new();
    for node in 0..NODES {
        let router = on(&world, Arc::new(server.connect("invoices").await));
        let entities = entities.clone();
        nodes.push(tokio::spawn(async move {
            let random = SeededRandom::new(SEED + node);
            let mut made: Vec<(String, &str, Value)> = Vec::new();
            for step in 0..12 {
                // Most for the root, so that they are in each other's way.
                let entity = if random.below(2) == 0 { 0 } else { random.below(5) };
                let entity = &entities[usize::try_from(entity).unwrap()];
                let month = MONTHS[usize::try_from(random.below(3)).unwrap()];
                if step % 4 == 3 {
                    charge(&router, entity, 1_000 + node * 12 + step, month).await;
                    continue;
                }
                let invoices = done(&router, "POST", &format!("/{entity}/invoices"), json!({"period": month})).await;
                if invoices["invoices"] != json!([]) {
                    made.push((entity.clone(), month, invoices));
                }
            }
            made
        }));
    }
    let mut invoices: BTreeMap<(String, &str), Value> = BTreeMap::new();
    for node in nodes {
        for (entity, month, made) in node.await.unwrap() {
            let known = invoices.entry((entity.clone(), month)).or_insert_with(|| made.clone());
            assert_eq!(*known, made, "seed {SEED}: {entity} {month}");
        }
    }
    assert!(invoices.len() > 3, "{}", invoices.len());
    let charged = "SELECT c.currency, CAST(SUM(c.amount) AS BIGINT) FROM entity_charges c
        JOIN entity_invoice_lines l ON l.charge_id = c.id GROUP BY c.currency";
    let invoiced = "SELECT currency, CAST(SUM(total) AS BIGINT) FROM invoices GROUP BY currency";
    assert_eq!(sums(&db, charged).await, sums(&db, invoiced).await);
    // And what is left is on the next month's.
    done(&router, "POST", &format!("/{}/invoices", entities[0]), json!({"period": "2026-04"})).await;
    let all = "SELECT currency, CAST(SUM(amount) AS BIGINT) FROM entity_charges GROUP BY currency";
    assert_eq!(sums(&db, all).await, sums(&db, invoiced).await);
}

/// More entities than a statement usually takes rows.
#[tokio::test(start_paused = true)]
async fn a_group_of_two_thousand_entities_is_invoiced_in_one_statement() {
    const GROUP: usize = 2_000;
    let world = World::new(SEED);
    world.config.set("bootstrap_admin_key", KEY);
    let db = Db::new(world.db.clone());
    let new = json!({"id": TENANT, "name": "Acme", "slug": "acme", "owner_email": "o@x.example"});
    let tenants = edge_tenants::router(world.instance().0);
    assert_eq!(ask(&tenants, KEY, None, "POST", "/api/v1/tenants", &new).await.0, 201);
    for number in 0..GROUP {
        let (parent, placement) = if number == 0 { ("NULL", "null") } else { ("'ent_0'", "\"ent_0\"") };
        let statement = format!(
            "INSERT INTO entities (id, tenant_id, parent_id, name, currency, payment_terms_days, consolidate_to_parent,
             status, placements, created_at, updated_at, untold, revision)
             VALUES ('ent_{number}', '{TENANT}', {parent}, 'x', 'EUR', 30, 1, 'active',
             '[{{\"from\":null,\"parent_id\":{placement}}}]', 0, 0, '[]', 1)"
        );
        db.query(&statement, &[]).await.unwrap();
        let statement = format!(
            "INSERT INTO entity_charges (id, tenant_id, entity_id, description, amount, currency, date, terms_days,
             created_at, untold) VALUES ('chg_{number}', '{TENANT}', 'ent_{number}', 'x', 100, 'EUR', '2026-01-01', 30,
             0, '[]')"
        );
        db.query(&statement, &[]).await.unwrap();
    }
    let router = on(&world, world.db.clone());
    let made = done(&router, "POST", "/ent_0/invoices", json!({"period": "2026-01"})).await;
    assert_eq!((&made["invoices"][0]["total"], &made["invoices"][1]), (&json!(2_000.0), &Value::Null));
    assert_eq!(made["invoices"][0]["sections"].as_array().unwrap().len(), GROUP);
}
