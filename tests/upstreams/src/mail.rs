//! The mail service: domains and their DNS records, mailboxes. What was made under an `Idempotency-Key` is given again under
//! the same key, with the fields of the last request; under another key it exists already.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use http::{HeaderMap, StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::Upstreams;

/// Domains and mailboxes by name, each beside the `Idempotency-Key` that it was made under.
#[derive(Default)]
pub struct Mail(Mutex<Made>);

#[derive(Default)]
struct Made {
    domains: BTreeMap<String, (String, Value)>,
    mailboxes: BTreeMap<String, (String, Value)>,
}

impl Mail {
    fn made(&self) -> MutexGuard<'_, Made> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// All domains.
    pub fn domains(&self) -> Vec<Value> {
        self.made().domains.values().map(|(_, domain)| domain.clone()).collect()
    }

    /// All mailboxes, with their passwords.
    pub fn mailboxes(&self) -> Vec<Value> {
        self.made().mailboxes.values().map(|(_, mailbox)| mailbox.clone()).collect()
    }
}

type Shared = State<Arc<Upstreams>>;

pub(crate) fn router() -> Router<Arc<Upstreams>> {
    Router::new()
        .route("/api/v1/domains", post(create_domain))
        .route("/api/v1/mailboxes", post(create_mailbox))
        .route("/_control/mail", get(show).delete(clear))
}

fn key(headers: &HeaderMap) -> String {
    headers.get("idempotency-key").and_then(|key| key.to_str().ok()).unwrap_or_default().to_owned()
}

fn exists() -> Response {
    (StatusCode::CONFLICT, Json(json!({"code": "ALREADY_EXISTS"}))).into_response()
}

#[derive(Deserialize)]
struct NewDomain {
    name: String,
    organization: String,
}

async fn create_domain(State(upstreams): Shared, headers: HeaderMap, Json(new): Json<NewDomain>) -> Response {
    let NewDomain { name, organization } = new;
    let mut made = upstreams.mail.made();
    if let Some((known, domain)) = made.domains.get(&name) {
        let is_the_same = *known == key(&headers);
        return if is_the_same { (StatusCode::OK, Json(domain.clone())).into_response() } else { exists() };
    }
    let records = json!([
        {"type": "MX", "name": name, "value": "mx.mail.example", "priority": 10, "ttl": 3600},
        {"type": "TXT", "name": name, "value": "v=spf1 include:spf.mail.example -all", "ttl": 3600},
        {"type": "TXT", "name": format!("bheem._domainkey.{name}"), "value": "v=DKIM1; k=ed25519; p=MCowBQ", "ttl": 3600},
        {"type": "TXT", "name": format!("_dmarc.{name}"), "value": "v=DMARC1; p=quarantine", "ttl": 3600},
    ]);
    let id = format!("dom_{:04}", made.domains.len().saturating_add(1));
    let domain = json!({"id": id, "name": name, "organization": organization, "dns_records": records});
    made.domains.insert(name, (key(&headers), domain.clone()));
    (StatusCode::CREATED, Json(domain)).into_response()
}

#[derive(Deserialize)]
struct NewMailbox {
    domain: String,
    local_part: String,
    quota: i64,
    #[serde(default)]
    first_name: Option<String>,
    #[serde(default)]
    last_name: Option<String>,
    #[serde(default)]
    password: Option<String>,
}

async fn create_mailbox(State(upstreams): Shared, headers: HeaderMap, Json(new): Json<NewMailbox>) -> Response {
    let mut made = upstreams.mail.made();
    if !made.domains.contains_key(&new.domain) {
        return (StatusCode::NOT_FOUND, Json(json!({"code": "DOMAIN_NOT_FOUND"}))).into_response();
    }
    let address = format!("{}@{}", new.local_part, new.domain);
    let (id, status) = match made.mailboxes.get(&address) {
        Some((known, _)) if *known != key(&headers) => return exists(),
        Some((_, mailbox)) => (mailbox.get("id").cloned().unwrap_or_default(), StatusCode::OK),
        None => (format!("mbx_{:04}", made.mailboxes.len().saturating_add(1)).into(), StatusCode::CREATED),
    };
    let mut mailbox = json!({
        "id": id, "address": address, "quota": new.quota, "first_name": new.first_name, "last_name": new.last_name,
        "password": new.password,
    });
    made.mailboxes.insert(address, (key(&headers), mailbox.clone()));
    if let Some(fields) = mailbox.as_object_mut() {
        fields.remove("password");
    }
    (status, Json(mailbox)).into_response()
}

async fn show(State(upstreams): Shared) -> Json<Value> {
    Json(json!({"domains": upstreams.mail.domains(), "mailboxes": upstreams.mail.mailboxes()}))
}

async fn clear(State(upstreams): Shared) -> StatusCode {
    *upstreams.mail.made() = Made::default();
    StatusCode::NO_CONTENT
}
