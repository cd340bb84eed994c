//! An edge with two tenants, and the stand-ins of the accounting systems.

use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use bytes::Bytes;
use edge_capabilities::database::Value as Column;
use edge_capabilities::http::HttpError;
use edge_capabilities::testing::World;
use edge_capabilities::{Capabilities, Clock as _, Database as _};
use edge_connections::Connections;
use edge_database::Db;
use edge_http::testing::{Answer, request, send};
use edge_jobs::{JobQueue, JobRunner};
use edge_tenants::testing::{ACME, PLATFORM, Platform};
use ledgers::{Ledger, Ledgers};
use serde_json::{Value, json};

pub const INTEGRATIONS: &str = "/api/v1/enterprise-billing/integrations";
pub const KEY: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
pub const NEW_KEY: &str = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=";

pub struct Test {
    platform: Platform,
    pub ledgers: Arc<Ledgers>,
}

impl Deref for Test {
    type Target = Platform;

    fn deref(&self) -> &Platform {
        &self.platform
    }
}

/// Sets the variables that lead to the stand-ins.
pub fn set_variables(world: &World) {
    for (name, value) in [
        ("encryption_key", KEY),
        ("public_url", "https://edge.example"),
        ("xero_client_id", "xero-client"),
        ("xero_client_secret", "xero-secret"),
        ("xero_url", "http://upstreams.example/ledgers/xero"),
        ("xero_identity_url", "http://upstreams.example/ledgers/xero"),
        ("xero_consent_url", "http://upstreams.example/ledgers/xero/identity/connect/authorize"),
        ("quickbooks_url", "http://upstreams.example/ledgers/quickbooks"),
        ("quickbooks_sandbox_url", "http://upstreams.example/ledgers/quickbooks"),
        ("quickbooks_oauth_url", "http://upstreams.example/ledgers/quickbooks"),
        ("quickbooks_consent_url", "http://upstreams.example/ledgers/quickbooks/connect/oauth2"),
        ("sage_url", "http://upstreams.example/ledgers/sage"),
        ("sage_oauth_url", "http://upstreams.example/ledgers/sage"),
        ("sage_consent_url", "http://upstreams.example/ledgers/sage/oauth2/auth/central"),
        ("sap_host", "https://*.sap.example"),
        ("dynamics365_url", "http://upstreams.example/ledgers/dynamics365"),
        ("dynamics365_login_url", "http://upstreams.example/ledgers/dynamics365"),
        ("netsuite_url", "http://upstreams.example/ledgers/netsuite"),
    ] {
        world.config.set(name, value);
    }
}

/// Stand-ins that `world` reaches.
pub fn stand_in(world: &World) -> Arc<Ledgers> {
    let clock = world.clock.clone();
    let ledgers = Arc::new(Ledgers::new(move || clock.now().as_millis()));
    let asked = ledgers.clone();
    world.http.on_request(move |request| {
        let asked = asked.clone();
        async move { asked.send(request).await.map_err(HttpError::Failed) }
    });
    ledgers
}

pub async fn test() -> Test {
    let platform = Platform::new(edge_connections::router).await;
    set_variables(&platform.world);
    let ledgers = stand_in(&platform.world);
    Test { platform, ledgers }
}

impl Test {
    pub fn xero(&self) -> &Arc<Ledger> {
        self.ledgers.get("xero").unwrap()
    }

    /// The platform's call for Acme.
    pub async fn acme(&self, method: &str, path: &str, body: Value) -> (u16, Value) {
        self.of(ACME, method, path, body).await
    }

    pub async fn of(&self, tenant: &str, method: &str, path: &str, body: Value) -> (u16, Value) {
        self.ask(&self.router, PLATFORM, Some(tenant), method, &format!("{INTEGRATIONS}{path}"), body).await
    }

    /// Configures an integration of Acme's; gives its id.
    pub async fn configure(&self, body: Value) -> String {
        let (status, made) = self.acme("POST", "/configure", body).await;
        assert!(matches!(status, 200 | 201), "{made}");
        made["id"].as_str().unwrap().to_owned()
    }

    pub async fn status(&self, id: &str) -> Value {
        let (status, shown) = self.acme("GET", &format!("/{id}/status"), Value::Null).await;
        assert_eq!(status, 200, "{shown}");
        shown
    }

    /// Where the stand-in sends somebody back to who was sent to its page for `id`: path and query.
    pub async fn consent(&self, id: &str) -> String {
        let (status, begun) = self.acme("GET", &format!("/{id}/authorize"), Value::Null).await;
        assert_eq!(status, 200, "{begun}");
        let page = http::Request::get(begun["url"].as_str().unwrap()).body(Bytes::new()).unwrap();
        let answer = self.ledgers.send(page).await.unwrap();
        assert_eq!(answer.status(), 302, "{:?}", answer.body());
        let location = answer.headers()["location"].to_str().unwrap();
        location.strip_prefix("https://edge.example").unwrap().to_owned()
    }

    /// Comes back from the provider, to `router`.
    pub async fn come_back_to(&self, router: &Router, location: &str, accept: &str) -> Answer {
        send(router, request("GET", location, "", [("accept", accept)], &Value::Null)).await
    }

    pub async fn come_back(&self, location: &str) -> Answer {
        self.come_back_to(&self.router, location, "application/json").await
    }

    /// A connected Xero of Acme's.
    pub async fn connected(&self) -> String {
        let id = self.configure(json!({"provider": "xero"})).await;
        let location = self.consent(&id).await;
        let answer = self.come_back(&location).await;
        assert_eq!((answer.status, &answer.body["status"]), (200, &json!("connected")), "{}", answer.body);
        id
    }

    /// Runs the jobs that are due, `seconds` later.
    pub async fn later(&self, seconds: u64) {
        self.world.clock.advance(Duration::from_secs(seconds)).await;
        run_jobs(&self.world).await;
    }

    /// What the audit log has of Acme.
    pub async fn audit(&self) -> Vec<String> {
        self.texts("SELECT action FROM tenant_deeds WHERE action LIKE 'integration.%' ORDER BY at, id").await
    }

    /// The texts of the first column.
    pub async fn texts(&self, statement: &str) -> Vec<String> {
        let rows = self.world.db.query(statement, &[]).await.unwrap();
        rows.iter().map(|row| row.text(0).unwrap().to_owned()).collect()
    }

    pub async fn count(&self, statement: &str) -> i64 {
        let rows = self.world.db.query(statement, &[]).await.unwrap();
        match rows[0].0[0] {
            Column::Integer(count) => count,
            ref other => panic!("{other:?}"),
        }
    }
}

pub fn connections(capabilities: &Capabilities) -> Connections {
    Connections::new(capabilities, &Db::new(capabilities.db.clone()))
}

pub async fn run_jobs(world: &World) {
    let (capabilities, _) = world.instance();
    let db = Db::new(capabilities.db.clone());
    let runner = JobRunner::new("integrations", &capabilities, &JobQueue::new(&capabilities, &db));
    edge_connections::jobs(&connections(&capabilities), runner).drain_all().await.unwrap();
}
