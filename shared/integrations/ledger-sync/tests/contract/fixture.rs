//! A tenant whose books at a stand-in are connected.

use std::collections::BTreeMap;
use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use edge_accounting::{DocumentKind, Provider};
use edge_capabilities::http::HttpError;
use edge_capabilities::{Capabilities, Clock as _, Database as _, Timestamp};
use edge_connections::Connections;
use edge_database::Db;
use edge_jobs::{JobQueue, JobRunner};
use edge_tenants::testing::{ACME, PLATFORM, Platform};
use ledgers::{Ledger, Ledgers};
use serde_json::{Value, json};

use crate::records::Records;

const INTEGRATIONS: &str = "/api/v1/enterprise-billing/integrations";

pub struct Test {
    platform: Platform,
    pub ledger: Arc<Ledger>,
    pub id: String,
}

impl Deref for Test {
    type Target = Platform;

    fn deref(&self) -> &Platform {
        &self.platform
    }
}

/// The variables that lead to a stand-in.
const ADDRESSES: [(&str, &str); 14] = [
    ("quickbooks_url", "quickbooks"),
    ("quickbooks_sandbox_url", "quickbooks"),
    ("quickbooks_oauth_url", "quickbooks"),
    ("quickbooks_consent_url", "quickbooks/connect/oauth2"),
    ("xero_url", "xero"),
    ("xero_identity_url", "xero"),
    ("xero_consent_url", "xero/identity/connect/authorize"),
    ("sage_url", "sage"),
    ("sage_oauth_url", "sage"),
    ("sage_consent_url", "sage/oauth2/auth/central"),
    ("netsuite_url", "netsuite"),
    ("dynamics365_url", "dynamics365"),
    ("dynamics365_login_url", "dynamics365"),
    ("sap_api_endpoint", "sap"),
];

/// Books at the stand-in for `provider`, and two invoices with what belongs to them.
pub async fn connected(provider: Provider) -> Test {
    let platform = Platform::new(|_| Router::new()).await;
    let world = &platform.world;
    let clock = world.clock.clone();
    let ledgers = Arc::new(Ledgers::new(move || clock.now().as_millis()));
    let answering = ledgers.clone();
    world.http.on_request(move |request| {
        let answering = answering.clone();
        async move { answering.send(request).await.map_err(HttpError::Failed) }
    });
    world.config.set("encryption_key", "c2l4dGVlbiBieXRlcyBhbmQgc2l4dGVlbiBtb3JlICE=");
    world.config.set("public_url", "http://edge.test");
    world.config.set("sap_host", "http://ledgers.test");
    for (name, path) in ADDRESSES {
        world.config.set(name, format!("http://ledgers.test/ledgers/{path}"));
    }
    let records = Records::new(&world.instance().0);
    records.map_all().await;
    records.make(2).await;
    let router = edge_ledger_sync::router(world.instance().0);
    let ledger = ledgers.get(provider.as_str()).unwrap().clone();
    ledger.books().base_currency = "INR".to_owned();
    let mut test = Test { platform: Platform { router, ..platform }, ledger, id: String::new() };
    let mut credentials = json!(ledgers::credentials(provider.as_str()));
    if provider == Provider::Sap {
        credentials["api_endpoint"] = json!("http://ledgers.test/ledgers/sap");
    }
    let settings = test.settings(provider);
    let configured = json!({"provider": provider.as_str(), "credentials": credentials, "settings": settings});
    let made = test.call("POST", "/configure", configured).await;
    test.id = format!("/{}", made["id"].as_str().unwrap());
    if made["status"] == "needs_consent" {
        let sent = test.call("GET", &format!("{}/authorize", test.id), Value::Null).await;
        let consent = http::Request::get(sent["url"].as_str().unwrap()).body(bytes::Bytes::new()).unwrap();
        let answer = ledgers.send(consent).await.unwrap();
        let back = answer.headers()["location"].to_str().unwrap();
        let back = back.strip_prefix(&format!("http://edge.test{INTEGRATIONS}")).unwrap().to_owned();
        test.call("GET", &back, Value::Null).await;
    }
    let shown = test.call("GET", &format!("{}/status", test.id), Value::Null).await;
    assert_eq!(shown["status"], "connected", "{shown}");
    test
}

impl Test {
    /// What a provider needs to be told.
    fn settings(&self, provider: Provider) -> Value {
        match provider {
            Provider::Sap => json!({"company_code": "1010", "receivable_account": "1200"}),
            Provider::NetSuite => json!({"subsidiary": "1"}),
            _ => json!({}),
        }
    }

    /// The answer to the platform's call for Acme, which is answered well.
    pub async fn call(&self, method: &str, path: &str, body: Value) -> Value {
        let path = format!("{INTEGRATIONS}{path}");
        let (status, shown) = self.ask(&self.router, PLATFORM, Some(ACME), method, &path, body).await;
        assert!(status < 300, "{method} {path}: {status} {shown}");
        shown
    }

    pub fn now(&self) -> Timestamp {
        self.world.clock.now()
    }

    /// Runs the jobs of syncs that are due, on an instance.
    pub async fn drain_on(&self, capabilities: &Capabilities) {
        let db = Db::new(capabilities.db.clone());
        let connections = Arc::new(Connections::new(capabilities, &db));
        let runner = JobRunner::new("integrations", capabilities, &JobQueue::new(capabilities, &db));
        let _ = edge_ledger_sync::jobs(capabilities, &db, connections, runner).drain().await;
    }

    /// The run that was started last.
    pub async fn run(&self) -> Value {
        self.call("GET", &format!("{}/status", self.id), Value::Null).await["last_run"].clone()
    }

    /// Starts a run.
    pub async fn start(&self) {
        self.world.clock.advance(Duration::from_millis(10)).await;
        self.call("POST", &format!("{}/sync", self.id), Value::Null).await;
    }

    /// Has the open run go on until it ends; gives it.
    pub async fn settle(&self) -> Value {
        for _ in 0..300 {
            self.drain_on(&self.world.instance().0).await;
            let run = self.run().await;
            if !run["finished_at"].is_null() {
                return run;
            }
            let until = run["resume_at"].as_str().and_then(Timestamp::parse).unwrap_or(self.now());
            let wait = until.millis_since(self.now()).clamp(0, 100_000_000);
            self.world.clock.advance(Duration::from_millis(u64::try_from(wait).unwrap() + 1_000)).await;
        }
        panic!("the run goes on for ever: {}", self.run().await);
    }

    /// Starts a run, and has it go on until it ends.
    pub async fn sync(&self) -> Value {
        self.start().await;
        self.settle().await
    }

    /// How often each document is in the books. A draft does not count there.
    pub fn counts(&self) -> BTreeMap<(String, String), usize> {
        let mut counts = BTreeMap::new();
        for document in self.ledger.documents() {
            if DocumentKind::parse(&document.kind).is_some() && !document.draft {
                *counts.entry((document.kind, document.number)).or_default() += 1;
            }
        }
        counts
    }

    /// The documents with errors: code and what the books say.
    pub async fn errors(&self) -> Vec<(String, String)> {
        let path = format!("{}/documents?errors=true&limit=200", self.id);
        let listed = self.call("GET", &path, Value::Null).await;
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let error = |document: &Value| (text(&document["error"]["code"]), text(&document["error"]["message"]));
        listed["data"].as_array().unwrap().iter().map(error).collect()
    }

    /// Everything that syncs know, and the books, as if there had been none. Nobody has to consent again.
    pub async fn forget(&self) {
        for table in ["ledger_documents", "ledger_runs", "ledger_logs", "ledger_positions", "jobs"] {
            self.world.db.query(&format!("DELETE FROM {table}"), &[]).await.unwrap();
        }
        self.ledger.clear_faults();
        let mut books = self.ledger.books();
        books.documents.clear();
        books.answered.clear();
        books.closed_before = None;
    }

    /// All texts in the database, in the log, and in what callers see of a sync.
    pub async fn everything(&self) -> String {
        let mut all = self.world.log.lines().join("\n");
        for table in ["ledger_documents", "ledger_runs", "ledger_logs", "ledger_positions", "jobs", "integrations"] {
            for row in self.world.db.query(&format!("SELECT * FROM {table}"), &[]).await.unwrap() {
                all.push_str(&format!("{row:?}\n"));
            }
        }
        for path in ["/status", "/logs?limit=200", "/documents?limit=200"] {
            all.push_str(&self.call("GET", &format!("{}{path}", self.id), Value::Null).await.to_string());
        }
        all
    }
}
