//! A product that sends codes through the edge, and the phones that get them.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use bytes::Bytes;
use edge_capabilities::testing::{Tasks, World};
use edge_capabilities::{Capabilities, Database};
use edge_database::Db;
use edge_http::testing::{Answer, request, send};
use edge_jobs::{JobQueue, JobRunner};
use edge_notifications::{Notifications, Notifier, SendCounts};
use edge_tenants::TenantDirectory;
use edge_tenants::testing::PLATFORM;
pub use edge_tenants::testing::{ACME, OTHER};
use serde_json::{Value, json};

pub const KEY: &str = "c2l4dGVlbiBieXRlcyBhbmQgc2l4dGVlbiBtb3JlICE=";

/// What Notify was sent: path and body.
type Sent = Arc<Mutex<Vec<(String, Value)>>>;

/// A product.
pub struct Product {
    pub world: World,
    routers: Vec<Router>,
    turn: AtomicUsize,
    access: Router,
    runner: JobRunner,
    db: Arc<dyn Database>,
    sent: Sent,
    fails: Arc<AtomicBool>,
    _tasks: Vec<Tasks>,
}

/// A code that is not `code`.
pub fn wrong(code: &str) -> String {
    let first = if code.starts_with('7') { '8' } else { '7' };
    std::iter::once(first).chain(code.chars().skip(1)).collect()
}

fn parts(capabilities: &Capabilities) -> (Router, JobRunner) {
    let db = Db::new(capabilities.db.clone());
    let notifier = Notifier::new(capabilities, &Notifications::new(db.clone()), Arc::new(TenantDirectory::new(&db)));
    let notifier = notifier.with_unseal(edge_otp::unseal(capabilities));
    let runner = JobRunner::new("messaging", capabilities, &JobQueue::new(capabilities, &db));
    let counts = SendCounts::default();
    let runner = notifier.first_attempts(notifier.retries(runner, &counts), &counts);
    let runner = edge_otp::jobs(capabilities, &db, runner);
    (edge_http::finish(edge_otp::routes(capabilities, &db, &notifier), "messaging", capabilities), runner)
}

impl Product {
    /// With SQLite in memory.
    pub async fn in_memory() -> Self {
        let world = World::new(7);
        let db: Arc<dyn Database> = world.db.clone();
        Self::new(world, vec![db]).await
    }

    /// With a node per connection.
    pub async fn on_postgres<D: Database + 'static>(connections: Vec<D>) -> Self {
        let databases = connections.into_iter().map(|connection| Arc::new(connection) as Arc<dyn Database>);
        Self::new(World::new(7), databases.collect()).await
    }

    async fn new(world: World, databases: Vec<Arc<dyn Database>>) -> Self {
        for (name, value) in
            [("bootstrap_admin_key", PLATFORM), ("notify_url", "http://notify"), ("otp_key", KEY), ("otp_prefixes", "")]
        {
            world.config.set(name, value);
        }
        let (sent, fails) = (Sent::default(), Arc::new(AtomicBool::new(false)));
        let (seen, failing) = (sent.clone(), fails.clone());
        world.http.on_request(move |request| {
            let (head, body) = request.into_parts();
            let status = if failing.load(Ordering::SeqCst) { 503 } else { 200 };
            if status == 200 {
                let body = serde_json::from_slice(&body).unwrap();
                seen.lock().unwrap().push((head.uri.path().to_owned(), body));
            }
            let response = http::Response::builder().status(status).body(Bytes::from_static(b"{}")).unwrap();
            async move { Ok(response) }
        });
        let mut tasks = Vec::new();
        let mut instance = |db: &Arc<dyn Database>| {
            let (capabilities, own) = world.instance();
            tasks.push(own);
            Capabilities { db: db.clone(), ..capabilities }
        };
        let first = instance(&databases[0]);
        let (tenants, access) = (edge_tenants::router(first.clone()), edge_access::router(first.clone()));
        for (id, slug) in [(ACME, "acme"), (OTHER, "other")] {
            let new = json!({"id": id, "name": slug, "slug": slug, "owner_email": "o@x.example"});
            let made = send(&tenants, request("POST", "/api/v1/tenants", PLATFORM, [], &new)).await;
            assert_eq!(made.status, 201, "{} {:?}", made.body, world.log.lines());
        }
        let routers = databases.iter().map(|db| parts(&instance(db)).0).collect();
        let runner = parts(&first).1;
        let (turn, db) = (AtomicUsize::new(0), databases[0].clone());
        Self { routers, turn, access, runner, db, sent, fails, _tasks: tasks, world }
    }

    async fn ask_with(&self, key: &str, headers: &[(&str, &str)], method: &str, path: &str, body: Value) -> Answer {
        let turn = self.turn.fetch_add(1, Ordering::SeqCst);
        let router = &self.routers[turn % self.routers.len()];
        send(router, request(method, path, key, headers.iter().copied(), &body)).await
    }

    /// Asks in `tenant`.
    pub async fn ask(&self, tenant: &str, method: &str, path: &str, body: Value) -> Answer {
        self.ask_with(PLATFORM, &[("x-tenant-id", tenant)], method, path, body).await
    }

    /// Asks from this address.
    pub async fn ask_from(&self, address: &str, tenant: &str, method: &str, path: &str, body: Value) -> Answer {
        let headers = [("x-tenant-id", tenant), ("spin-client-addr", address)];
        self.ask_with(PLATFORM, &headers, method, path, body).await
    }

    /// Asks with a tenant's key.
    pub async fn ask_as(&self, key: &str, method: &str, path: &str, body: Value) -> Answer {
        self.ask_with(key, &[], method, path, body).await
    }

    pub async fn key(&self, scopes: &[&str]) -> String {
        let body = json!({"name": "k", "scopes": scopes, "tenant_id": ACME});
        let made = send(&self.access, request("POST", "/api/v1/api-keys", PLATFORM, [], &body)).await.expect(201);
        made["key"].as_str().unwrap().to_owned()
    }

    pub async fn send(&self, body: Value) -> Answer {
        self.ask(ACME, "POST", "/api/v1/otp/send", body).await
    }

    pub async fn send_with_key(&self, body: Value, key: &str) -> Answer {
        let headers = [("x-tenant-id", ACME), ("idempotency-key", key)];
        self.ask_with(PLATFORM, &headers, "POST", "/api/v1/otp/send", body).await
    }

    /// Asks an instance that dies at its call number `calls`; gives whether it died.
    pub async fn send_by_mortal(&self, body: Value, calls: i64) -> bool {
        let (capabilities, life) = self.world.mortal(calls, calls % 2 == 0);
        let router = parts(&capabilities).0;
        let headers = [("x-tenant-id", ACME)];
        let answer = send(&router, request("POST", "/api/v1/otp/send", PLATFORM, headers, &body));
        tokio::select! {
            _ = answer => {}
            () = life.death() => {}
        }
        self.settle().await;
        life.is_dead()
    }

    pub async fn verify(&self, phone: &str, purpose: &str, code: &str) -> Answer {
        let body = json!({"phone_number": phone, "purpose": purpose, "code": code});
        self.ask(ACME, "POST", "/api/v1/otp/verify", body).await
    }

    /// Lets Notify answer 503, or take everything.
    pub fn fail_notify(&self, fails: bool) {
        self.fails.store(fails, Ordering::SeqCst);
    }

    /// Lets work go on that goes on behind answers.
    pub async fn settle(&self) {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }

    /// Lets seconds pass, and what falls due meanwhile be done.
    pub async fn wait(&self, seconds: u64) {
        tokio::time::sleep(Duration::from_secs(seconds)).await;
        self.runner.drain_all().await.unwrap();
    }

    /// Waits until exactly five minutes after the last code was asked for.
    pub async fn wait_until_expiry(&self) {
        let expires = self.count("SELECT MAX(expires_at) FROM otp_codes").await;
        let now = edge_capabilities::Clock::now(&*self.world.clock).as_millis();
        tokio::time::sleep(Duration::from_millis(u64::try_from(expires - now).unwrap())).await;
    }

    /// Path and code of the last message to `phone`.
    pub async fn code(&self, phone: &str) -> (String, String) {
        for _ in 0..500 {
            let sent = self.sent.lock().unwrap().clone();
            if let Some((path, body)) = sent.iter().rev().find(|(_, body)| body["to"] == phone) {
                let code = code_in(body).unwrap();
                self.sent.lock().unwrap().retain(|(_, body)| body["to"] != phone);
                return (path.clone(), code);
            }
            self.settle().await;
        }
        panic!("no code came to {phone}");
    }

    /// Phones and codes of all messages.
    pub fn codes(&self) -> Vec<(String, String)> {
        let sent = self.sent.lock().unwrap();
        sent.iter().map(|(_, body)| (body["to"].as_str().unwrap().to_owned(), code_in(body).unwrap())).collect()
    }

    pub async fn count(&self, statement: &str) -> i64 {
        self.db.query(statement, &[]).await.unwrap()[0].integer(0).unwrap()
    }

    /// Everything in the database and the log.
    pub async fn dump(&self) -> String {
        let tables = self.db.query("SELECT name FROM sqlite_master WHERE type = 'table'", &[]).await.unwrap();
        let mut dump = self.world.log.lines().join("\n");
        for table in tables {
            let rows = self.db.query(&format!("SELECT * FROM {}", table.text(0).unwrap()), &[]).await.unwrap();
            dump.push_str(&format!("{rows:?}"));
        }
        dump
    }
}

/// The digits of a message of `Your … code is 123456.` or of a template's variables.
fn code_in(body: &Value) -> Option<String> {
    if let Some(code) = body["template_variables"]["1"].as_str() {
        return Some(code.to_owned());
    }
    let text = body["message"].as_str()?;
    text.split(|char: char| !char.is_ascii_digit()).find(|part| part.len() == 6).map(ToOwned::to_owned)
}
