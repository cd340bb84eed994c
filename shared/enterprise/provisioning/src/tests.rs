//! The ERP's endpoints over HTTP, with a mail service and an ERP that may fail.

mod crashes;
mod email_accounts;
mod events;
mod organizations;
mod usage;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use bytes::Bytes;
use edge_capabilities::http::HttpError;
use edge_capabilities::testing::World;
use edge_capabilities::{Capabilities, Database as _};
use http::{HeaderMap, Request, Response};
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use tower::ServiceExt as _;

const PLATFORM: &str = "bootstrap-key-of-the-tests";
const ORGANIZATION: &str = "/erp/provision/organization/";
const ACCOUNT: &str = "/erp/provision/email-account/";

/// What goes wrong with calls to a path.
#[derive(Clone, Copy, PartialEq)]
enum Fault {
    /// It answers with this status and does nothing.
    Status(u16),
    /// It does what it is asked for, and its answer is lost.
    AnswerLost,
}

/// The mail service and the ERP.
#[derive(Default)]
struct Outside {
    /// By name, the key that each was made under.
    domains: BTreeMap<String, String>,
    /// By address, the key and the last request.
    mailboxes: BTreeMap<String, (String, Value)>,
    /// The billing events that the ERP took, in their order, and how often it was sent one.
    events: Vec<Value>,
    deliveries: usize,
    /// The last event as it arrived.
    last_event: Option<(HeaderMap, Bytes)>,
    faults: BTreeMap<&'static str, Fault>,
}

impl Outside {
    fn answer(&mut self, path: &str, key: &str, body: &Value) -> Result<(u16, Value), HttpError> {
        let fault = self.faults.iter().find(|(known, _)| path == **known).map(|(_, fault)| *fault);
        if let Some(Fault::Status(status)) = fault {
            return Ok((status, json!({})));
        }
        let text = |field: &str| body[field].as_str().unwrap().to_owned();
        let answer = match path {
            "/api/v1/domains" => {
                let made = self.domains.entry(text("name")).or_insert_with(|| key.to_owned());
                let records =
                    json!({"dns_records": [{"type": "MX", "name": text("name"), "value": "mx.mail.example"}]});
                if made == key { (201, records) } else { (409, json!({})) }
            }
            "/api/v1/mailboxes" => {
                let address = format!("{}@{}", text("local_part"), text("domain"));
                match self.mailboxes.get(&address) {
                    Some((made, _)) if made != key => (409, json!({})),
                    _ => {
                        self.mailboxes.insert(address, (key.to_owned(), body.clone()));
                        (201, json!({}))
                    }
                }
            }
            "/api/v1/billing/events" => {
                self.deliveries += 1;
                let known = self.events.iter().any(|event| event["event_id"] == body["event_id"]);
                if known {
                    (409, json!({"code": "ALREADY_EXISTS"}))
                } else {
                    self.events.push(body.clone());
                    (201, json!({}))
                }
            }
            other => panic!("{other}"),
        };
        if fault == Some(Fault::AnswerLost) { Err(HttpError::Failed("cut".into())) } else { Ok(answer) }
    }
}

struct Answer {
    status: u16,
    headers: HeaderMap,
    body: Value,
}

impl Answer {
    fn is_replay(&self) -> bool {
        self.headers.get("idempotent-replay").is_some_and(|replay| replay == "true")
    }

    fn code(&self) -> (u16, &str) {
        assert_eq!(self.body["code"], self.body["error_code"], "{}", self.body);
        assert!(self.body["error"].as_str().is_some_and(|error| !error.is_empty()), "{}", self.body);
        (self.status, self.body["code"].as_str().unwrap())
    }

    #[track_caller]
    fn expect(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.body);
        self.body
    }
}

#[derive(Clone)]
struct Test {
    world: World,
    outside: Arc<Mutex<Outside>>,
}

impl Test {
    fn new() -> Self {
        let world = World::new(1);
        for (name, value) in [
            ("bootstrap_admin_key", PLATFORM),
            ("mail_url", "http://mail"),
            ("erp_url", "http://erp"),
            ("reporting_currency", "USD"),
        ] {
            world.config.set(name, value);
        }
        let outside = Arc::<Mutex<Outside>>::default();
        let stub = outside.clone();
        world.http.on_request(move |request: Request<Bytes>| {
            let key = request.headers().get("idempotency-key").unwrap().to_str().unwrap().to_owned();
            let body = serde_json::from_slice(request.body()).unwrap();
            let mut outside = stub.lock().unwrap();
            if request.uri().path() == "/api/v1/billing/events" {
                outside.last_event = Some((request.headers().clone(), request.body().clone()));
            }
            let answer = outside.answer(request.uri().path(), &key, &body);
            drop(outside);
            let answer = answer
                .map(|(status, body)| Response::builder().status(status).body(Bytes::from(body.to_string())).unwrap());
            async move { answer }
        });
        Self { world, outside }
    }

    fn fault(&self, path: &'static str, fault: Option<Fault>) {
        let faults = &mut self.outside.lock().unwrap().faults;
        match fault {
            Some(fault) => faults.insert(path, fault),
            None => faults.remove(path),
        };
    }

    async fn ask_as(&self, router: Router, headers: &[(&str, &str)], method: &str, path: &str, body: &Value) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let body = if body.is_null() { Body::empty() } else { Body::from(body.to_string()) };
        let response = router.oneshot(request.body(body).unwrap()).await.unwrap();
        let (head, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        Answer {
            status: head.status.as_u16(),
            headers: head.headers,
            body: serde_json::from_slice(&body).unwrap_or_default(),
        }
    }

    async fn ask_on(&self, capabilities: Capabilities, key: &str, method: &str, path: &str, body: &Value) -> Answer {
        let token = format!("Token {key}");
        self.ask_as(super::router(capabilities), &[("authorization", &token)], method, path, body).await
    }

    async fn ask(&self, key: &str, method: &str, path: &str, body: &Value) -> Answer {
        self.ask_on(self.world.instance().0, key, method, path, body).await
    }

    async fn post(&self, path: &str, body: &Value) -> Answer {
        self.ask(PLATFORM, "POST", path, body).await
    }

    async fn summary(&self, query: &str) -> Value {
        let path = format!("/erp/usage-summary/?{query}");
        self.ask(PLATFORM, "GET", &path, &Value::Null).await.expect(200)
    }

    async fn drain(&self) -> Value {
        self.post("/jobs/drain", &Value::Null).await.expect(200)
    }

    /// A key with `erp:admin` that is bound to a tenant.
    async fn key_of(&self, tenant: &str) -> String {
        let access = edge_access::router(self.world.instance().0);
        let body = json!({"name": "erp", "scopes": ["erp:admin"], "tenant_id": tenant});
        let token = format!("Bearer {PLATFORM}");
        let made = self.ask_as(access, &[("authorization", &token)], "POST", "/api/v1/api-keys", &body).await;
        made.expect(201)["key"].as_str().unwrap().to_owned()
    }

    /// Registers the plans of the seed: the second is the one that it provisions with.
    async fn register_plans(&self) {
        let token = format!("Bearer {PLATFORM}");
        let headers = [("authorization", token.as_str())];
        let app = json!({"slug": "mail"});
        let router = || edge_applications::router(self.world.instance().0);
        self.ask_as(router(), &headers, "POST", "/applications", &app).await.expect(201);
        for (id, name) in [("basic", "Business Basic"), ("pro", "Business Pro")] {
            let plan = json!({
                "id": id, "name": name, "pricePerSeat": 99.99, "currency": "USD", "billingCycle": "monthly",
            });
            self.ask_as(router(), &headers, "POST", "/applications/mail/plans", &plan).await.expect(201);
        }
    }

    async fn count(&self, table: &str) -> i64 {
        let rows = self.world.db.query(&format!("SELECT COUNT(*) FROM {table}"), &[]).await.unwrap();
        rows[0].integer(0).unwrap()
    }

    /// All that the database holds, as text.
    async fn database(&self) -> String {
        let tables = "SELECT name FROM sqlite_master WHERE type = 'table'";
        let mut text = String::new();
        for table in self.world.db.query(tables, &[]).await.unwrap() {
            let name = table.text(0).unwrap();
            for row in self.world.db.query(&format!("SELECT * FROM {name}"), &[]).await.unwrap() {
                text.push_str(&format!("{name}: {row:?}\n"));
            }
        }
        text
    }
}

/// The seed's request, of its own customer and domain.
fn acme() -> Value {
    json!({"organization_data": {
        "name": "Acme Corporation", "domain": "acme.com", "odoo_customer_id": 67890, "max_users": 100,
        "max_storage_gb": 100, "plan_id": 2,
        "contact_info": {
            "primary_email": "admin@acme.com", "phone": "+1234567890", "address": "123 Business St, City, State 12345",
        },
    }})
}

fn john(organization: i64, domain: i64) -> Value {
    json!({"email_account_data": {
        "organization_id": organization, "address": "john.doe", "domain": domain, "quota": 1_073_741_824,
        "user_info": {"first_name": "John", "last_name": "Doe", "password": "securepassword123"},
    }})
}

/// `body` with another value at `pointer`.
fn with(mut body: Value, pointer: &str, value: Value) -> Value {
    let (parent, field) = pointer.rsplit_once('/').unwrap();
    body.pointer_mut(parent).unwrap()[field] = value;
    body
}
