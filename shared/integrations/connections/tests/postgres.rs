//! The same on PostgreSQL: an integration is configured, consented to, renewed by ten instances at once, and disconnected.

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

use bytes::Bytes;
use edge_capabilities::http::HttpError;
use edge_capabilities::testing::World;
use edge_capabilities::{Capabilities, Clock as _, Database};
use edge_connections::Connections;
use edge_database::Db;
use edge_http::testing::{ask, request, send};
use edge_jobs::{JobQueue, JobRunner};
use edge_tenants::testing::{ACME, PLATFORM};
use ledgers::Ledgers;
use serde_json::{Value, json};

const INTEGRATIONS: &str = "/api/v1/enterprise-billing/integrations";

/// Where no server is installed there is nothing to test.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_instances_renew_at_once_and_one_asks_the_provider_on_postgresql() {
    let Some(server) = server::start().await else { return };
    let first: Arc<dyn Database> = Arc::new(server.new_database("connections").await);
    Db::new(first.clone()).prepare().await.unwrap();
    let world = World::new(1);
    for (name, value) in [
        ("bootstrap_admin_key", PLATFORM),
        ("encryption_key", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="),
        ("public_url", "https://edge.example"),
        ("xero_client_id", "xero-client"),
        ("xero_client_secret", "xero-secret"),
        ("xero_url", "http://upstreams.example/ledgers/xero"),
        ("xero_identity_url", "http://upstreams.example/ledgers/xero"),
        ("xero_consent_url", "http://upstreams.example/ledgers/xero/identity/connect/authorize"),
    ] {
        world.config.set(name, value);
    }
    let clock = world.clock.clone();
    let ledgers = Arc::new(Ledgers::new(move || clock.now().as_millis()));
    let asked = ledgers.clone();
    world.http.on_request(move |request| {
        let asked = asked.clone();
        async move { asked.send(request).await.map_err(HttpError::Failed) }
    });
    let on = |db: Arc<dyn Database>| Capabilities { db, ..world.instance().0 };
    let (router, tenants) = (edge_connections::router(on(first.clone())), edge_tenants::router(on(first.clone())));
    let new = json!({"id": ACME, "name": "Acme", "slug": "acme", "owner_email": "o@x.example"});
    assert_eq!(ask(&tenants, PLATFORM, None, "POST", "/api/v1/tenants", &new).await.0, 201);
    let acme = async |method: &str, path: String, body: Value| {
        let (status, answer) =
            ask(&router, PLATFORM, Some(ACME), method, &format!("{INTEGRATIONS}{path}"), &body).await;
        assert!(status < 300, "{path} {answer}");
        answer
    };
    let body = json!({"provider": "xero", "settings": {"every_minutes": 60}});
    let id = acme("POST", "/configure".into(), body).await["id"].as_str().unwrap().to_owned();
    let page = acme("GET", format!("/{id}/authorize"), Value::Null).await["url"].as_str().unwrap().to_owned();
    let sent = ledgers.send(http::Request::get(page).body(Bytes::new()).unwrap()).await.unwrap();
    let location =
        sent.headers()["location"].to_str().unwrap().strip_prefix("https://edge.example").unwrap().to_owned();
    let back = send(&router, request("GET", &location, "", [("accept", "application/json")], &Value::Null)).await;
    assert_eq!(back.body["status"], "connected", "{}", back.body);
    // Statements of one connection run one after the other: each instance has its own.
    let mut opened = Vec::new();
    for _ in 0..10 {
        let capabilities = on(Arc::new(server.connect("connections").await));
        let connections = Connections::new(&capabilities, &Db::new(capabilities.db.clone()));
        assert_eq!(connections.recurring().await.unwrap().len(), 1);
        opened.push(connections.open(ACME, &id, &capabilities.http).await.unwrap());
    }
    let xero = ledgers.get("xero").unwrap();
    for round in 1..=3 {
        xero.books().grants.expire_access();
        let renewed = futures::future::join_all(opened.iter().map(|open| open.renew())).await;
        assert!(renewed.iter().all(Result::is_ok), "{round}");
        assert_eq!(xero.books().grants.renewals, round);
        for open in &opened {
            open.ready().await.unwrap();
            open.client().companies().await.unwrap();
        }
    }
    opened[0].note_written().await.unwrap();
    assert_eq!(acme("GET", String::new(), Value::Null).await["data"][0]["status"], "connected");
    assert_eq!(acme("POST", format!("/{id}/disconnect"), json!({})).await["revoked"], true);
    assert!(opened[1].ready().await.is_err());
    let capabilities = on(first);
    let db = Db::new(capabilities.db.clone());
    let runner = JobRunner::new("integrations", &capabilities, &JobQueue::new(&capabilities, &db));
    edge_connections::jobs(&Connections::new(&capabilities, &db), runner).drain_all().await.unwrap();
    let left = "SELECT COUNT(*) FROM integrations WHERE tokens IS NOT NULL OR credentials IS NOT NULL";
    assert_eq!(db.query(left, &[]).await.unwrap()[0].integer(0).unwrap(), 0);
}
