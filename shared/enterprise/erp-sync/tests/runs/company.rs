//! A company with an HR, and an edge that dies at a call of its own.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use axum::Router;
use bytes::Bytes;
use edge_capabilities::database::{DatabaseError, Dialect, Row, Value as Column};
use edge_capabilities::testing::{Lifetime, World};
use edge_capabilities::{Capabilities, Database};
use http::Response;
use serde_json::{Value, json};

pub(crate) const KEY: &str = "bootstrap-key-of-the-tests";
pub(crate) const TENANT: &str = "4bb6da85-66ab-4707-8d65-3ffee7927e5b";
pub(crate) const USERS: &str = "/api/v1/tenants/4bb6da85-66ab-4707-8d65-3ffee7927e5b/users";

/// What HR answers beside what it has.
pub(crate) type Oddity = Arc<dyn Fn(&str) -> Option<(u16, String)> + Send + Sync>;

/// What the ERP has.
#[derive(Default)]
pub(crate) struct Erp {
    pub(crate) people: Vec<Value>,
    pub(crate) projects: Vec<Value>,
    pub(crate) page: usize,
    pub(crate) oddity: Option<Oddity>,
    pub(crate) asked: Vec<String>,
}

pub(crate) struct Company {
    pub(crate) world: World,
    pub(crate) erp: Arc<Mutex<Erp>>,
    /// Statements that write, but for those that runs keep themselves by.
    pub(crate) written: Arc<Mutex<Vec<String>>>,
}

/// An instance of the edge.
pub(crate) struct Instance {
    pub(crate) router: Router,
    life: Lifetime,
}

/// A database that notes what is written to it.
struct Watched {
    of: Arc<dyn Database>,
    written: Arc<Mutex<Vec<String>>>,
}

#[async_trait]
impl Database for Watched {
    async fn query(&self, statement: &str, parameters: &[Column]) -> Result<Vec<Row>, DatabaseError> {
        let is_own = statement.contains("erp_sync_runs") || statement.contains("rule_") || statement.contains("CREATE");
        if !statement.trim_start().starts_with("SELECT") && !is_own {
            self.written.lock().unwrap().push(statement.to_owned());
        }
        self.of.query(statement, parameters).await
    }

    async fn dialect(&self) -> Result<Dialect, DatabaseError> {
        self.of.dialect().await
    }
}

impl Instance {
    pub(crate) fn is_dead(&self) -> bool {
        self.life.is_dead()
    }

    pub(crate) fn calls(&self) -> i64 {
        self.life.calls()
    }

    /// What is answered; None: the instance died, or nothing came in an hour.
    pub(crate) async fn ask(&self, method: &str, path: &str, body: Value) -> Option<(u16, Value)> {
        let answer = ask(&self.router, method, path, body, KEY, TENANT);
        tokio::time::timeout(Duration::from_secs(3), answer).await.ok()
    }
}

pub(crate) async fn ask(
    router: &Router,
    method: &str,
    path: &str,
    body: Value,
    key: &str,
    tenant: &str,
) -> (u16, Value) {
    edge_http::testing::ask(router, key, Some(tenant), method, path, &body).await
}

/// Somebody who works there.
pub(crate) fn person(number: usize) -> Value {
    let title = ["Senior Engineer", "Engineer", "Director of Sales", "Contractor"][number % 4];
    json!({
        "id": format!("emp-{number:04}"), "first_name": "P", "last_name": format!("{number}"),
        "work_email": format!("p{number}@bheem.cloud"), "department": {"name": "Sales"}, "job_title": title,
        "status": "ACTIVE", "company_id": TENANT, "manager": {"name": "M"},
    })
}

fn page_of(all: &[Value], size: usize, query: &str) -> Value {
    let cursor = query.split('&').find_map(|part| part.strip_prefix("cursor=at-"));
    let from: usize = cursor.map_or(0, |cursor| cursor.parse().unwrap());
    let to = (from + size).min(all.len());
    let next = (to < all.len()).then(|| format!("at-{to}"));
    json!({"items": all[from.min(to)..to], "next_cursor": next})
}

impl Company {
    /// One with `people`, ten to a page, whose tenant is there.
    pub(crate) async fn new(people: usize) -> Self {
        let world = World::new(7);
        for (name, value) in [
            ("bootstrap_admin_key", KEY),
            ("erp_url", "http://erp"),
            ("notify_url", "http://notify"),
            ("workspace_url", "http://w/"),
        ] {
            world.config.set(name, value);
        }
        let erp = Erp { people: (0..people).map(person).collect(), page: 10, ..Erp::default() };
        let erp = Arc::new(Mutex::new(erp));
        let answering = erp.clone();
        world.http.on_request(move |request| {
            let mut erp = answering.lock().unwrap();
            let asked = request.uri().to_string();
            let query = request.uri().query().unwrap_or_default().to_owned();
            let odd = erp.oddity.clone().and_then(|oddity| oddity(&asked));
            let (status, body) = odd.unwrap_or_else(|| {
                let all = if asked.contains("/hr/employees") { &erp.people } else { &erp.projects };
                assert!(query.contains(&format!("company_id={TENANT}")), "{query}");
                (200, page_of(all, erp.page, &query).to_string())
            });
            erp.asked.push(asked);
            async move { Ok(Response::builder().status(status).body(Bytes::from(body)).unwrap()) }
        });
        let company = Self { world, erp, written: Arc::default() };
        let (status, _) = company.tenants("POST", "/api/v1/tenants/provision-internal", Value::Null).await;
        assert_eq!(status, 200);
        company
    }

    pub(crate) fn capabilities(&self) -> Capabilities {
        self.world.instance().0
    }

    /// An instance that makes `calls` calls to the world, and then dies.
    pub(crate) fn mortal(&self, calls: i64, makes_the_last: bool) -> Instance {
        let (mut capabilities, life) = self.world.mortal(calls, makes_the_last);
        capabilities.db = Arc::new(Watched { of: capabilities.db, written: self.written.clone() });
        Instance { router: edge_erp_sync::router(capabilities), life }
    }

    pub(crate) fn instance(&self) -> Instance {
        self.mortal(i64::MAX, false)
    }

    pub(crate) async fn tenants(&self, method: &str, path: &str, body: Value) -> (u16, Value) {
        ask(&edge_tenants::router(self.capabilities()), method, path, body, KEY, TENANT).await
    }

    /// Has a run go to wherever it ends; gives its status.
    pub(crate) async fn sync(&self, kind: &str, body: Value) -> Value {
        let instance = self.instance();
        let (status, started) = instance.ask("POST", &format!("/api/v1/erp-sync/{kind}"), body).await.unwrap();
        assert_eq!((status, &started["status"]), (202, &json!("sync_started")), "{started}");
        let status = self.settled(&instance).await;
        assert_eq!(status["job_id"], started["job_id"]);
        status
    }

    /// The status, once nothing is under way.
    pub(crate) async fn settled(&self, instance: &Instance) -> Value {
        for _ in 0..200 {
            let (code, status) = instance.ask("GET", "/api/v1/erp-sync/status", Value::Null).await.unwrap();
            assert_eq!(code, 200, "{status}");
            if status["status"] != "running" {
                return status;
            }
            self.world.clock.advance(Duration::from_millis(500)).await;
        }
        panic!("the run goes on for ever");
    }

    /// Everybody's role, by their ids.
    pub(crate) async fn roles(&self) -> Vec<(String, String)> {
        let (_, users) = self.tenants("GET", &format!("{USERS}?limit=200"), Value::Null).await;
        let text = |user: &Value, field: &str| user[field].as_str().unwrap().to_owned();
        users["data"].as_array().unwrap().iter().map(|user| (text(user, "user_id"), text(user, "role"))).collect()
    }

    pub(crate) async fn role(&self, user: &str) -> Option<String> {
        self.roles().await.into_iter().find(|(id, _)| id == user).map(|(_, role)| role)
    }

    /// Every row that a run may write, but for when it was written and which number the run had.
    pub(crate) async fn state(&self) -> Vec<String> {
        let mut state = Vec::new();
        for statement in [
            "SELECT user_id, number, role, before FROM tenant_memberships ORDER BY number",
            "SELECT user_id, email, name, erp_employee_id, department, job_title, provisioned_by FROM tenant_people ORDER BY 1",
            "SELECT kind, erp_id, ordinal, user_id, role, data, digest, is_active, change FROM erp_records ORDER BY 1, 2",
            "SELECT id, body, status FROM notifications ORDER BY id",
            "SELECT erp_id, message FROM erp_sync_errors ORDER BY item",
            "SELECT erp_id, email FROM erp_sync_deferred",
            "SELECT action, COUNT(*) FROM tenant_deeds GROUP BY action ORDER BY action",
        ] {
            let rows = self.world.db.query(statement, &[]).await.unwrap();
            state.extend(rows.iter().map(|row| format!("{row:?}")));
        }
        state
    }

    pub(crate) async fn count(&self, statement: &str) -> i64 {
        self.world.db.query(statement, &[]).await.unwrap()[0].integer(0).unwrap()
    }
}
