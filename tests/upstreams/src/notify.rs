//! Bheem Notify: takes messages over all channels, delivers each once by its idempotency key, tries those that fail again by
//! itself, and reports by signed webhooks what became of them.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post, put};
use axum::{Json, Router};
use edge_gateways::Provider;
use http::{HeaderMap, StatusCode, Uri};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::Upstreams;
use crate::outgoing::{Delivery, Hold, Outgoing, Webhook};

/// How long it takes until a message is delivered, and until an attempt that failed is made again.
const DELIVERY_TIME: Duration = Duration::from_millis(50);

/// How often it tries to deliver a message before it gives up.
const MAX_ATTEMPTS: u32 = 5;

/// Notify.
pub struct Sent {
    state: Mutex<Book>,
    reports: Outgoing,
}

#[derive(Default)]
struct Book {
    /// What was sent, oldest first: `{"path", "idempotency_key", "body", "message_id", "status", "attempts"}`.
    messages: Vec<Value>,
    /// Companies' mappings by company, type and channel.
    mappings: BTreeMap<[String; 3], Value>,
    outcome: Outcome,
}

/// What becomes of messages from now on.
#[derive(Clone, Deserialize)]
struct Outcome {
    /// `delivered`, `read`, `failed`; `sent`: nothing more is heard of them.
    #[serde(default = "delivered")]
    status: String,
    /// The reason of a failure.
    #[serde(default)]
    reason: Option<String>,
    /// How many attempts fail before one succeeds.
    #[serde(default)]
    failures: u32,
}

fn delivered() -> String {
    "delivered".to_owned()
}

impl Default for Outcome {
    fn default() -> Self {
        Self { status: delivered(), reason: None, failures: 0 }
    }
}

impl Default for Sent {
    fn default() -> Self {
        Self { state: Mutex::default(), reports: Outgoing::of(Provider::Standard) }
    }
}

impl Sent {
    fn state(&self) -> MutexGuard<'_, Book> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// All of it.
    pub fn all(&self) -> Vec<Value> {
        self.state().messages.clone()
    }

    /// Forgets it.
    pub fn clear(&self) {
        self.state().messages.clear();
    }

    /// Has a message have these fields; gives it as it is now.
    fn note(&self, message: &str, fields: &[(&str, Value)]) -> Option<Value> {
        let mut state = self.state();
        let noted = state.messages.iter_mut().find(|one| one["message_id"] == message)?;
        for (field, value) in fields {
            noted[*field] = value.clone();
        }
        Some(noted.clone())
    }

    /// Reports the state of a message.
    async fn report(&self, message: &str, status: &str, reason: Option<&str>) {
        self.report_with(message, status, &json!({"reason": reason})).await;
    }

    /// Reports the state of a message, or what its recipient did with it, such as `replied`, with these fields more.
    async fn report_with(&self, message: &str, status: &str, more: &Value) {
        let Some(noted) = self.note(message, &[("status", json!(status))]) else { return };
        let to = noted.pointer("/body/to");
        let mut data = json!({
            "message_id": message, "idempotency_key": noted.get("idempotency_key"), "status": status, "to": to,
            "from": to,
        });
        if let (Some(data), Some(more)) = (data.as_object_mut(), more.as_object()) {
            data.extend(more.clone());
        }
        let event = json!({
            "type": format!("message.{status}"), "timestamp": chrono::Utc::now().to_rfc3339(), "data": data,
        });
        self.reports.follow(vec![event]).await;
    }
}

type Shared = State<Arc<Upstreams>>;

pub(crate) fn router() -> Router<Arc<Upstreams>> {
    let mut router = Router::new();
    for path in [
        "/api/v1/email/send/template",
        "/api/v1/email/send",
        "/api/v1/bheem-tele/sms/send",
        "/api/v1/whatsapp/send/template",
        "/api/v1/whatsapp/send/text",
        "/api/v1/push/send",
        "/api/v1/mail/bheem-tele/meeting-invite",
    ] {
        router = router.route(path, post(send));
    }
    router
        .route("/api/v1/company/{company}/notify/mappings", post(map))
        .route("/_control/notifications", get(show).delete(clear))
        .route("/_control/notify/webhook", put(set_webhook))
        .route("/_control/notify/hold", put(hold))
        .route("/_control/notify/deliver", post(deliver))
        .route("/_control/notify/outcome", put(set_outcome))
        .route("/_control/notify/messages/{message}/{status}", post(report))
        .route("/_control/notify/mappings", get(mappings))
}

/// What each path cannot do without.
fn missing(path: &str, body: &Value) -> Option<&'static str> {
    let needs: &[&'static str] = match path {
        "/api/v1/email/send/template" | "/api/v1/whatsapp/send/template" => &["to", "template_name"],
        "/api/v1/bheem-tele/sms/send" | "/api/v1/whatsapp/send/text" => &["to", "message"],
        "/api/v1/mail/bheem-tele/meeting-invite" => &["to", "meeting_title", "meeting_time", "meeting_url"],
        _ => &["to"],
    };
    needs.iter().copied().find(|field| body[*field].as_str().is_none_or(str::is_empty))
}

async fn send(State(upstreams): Shared, uri: Uri, headers: HeaderMap, Json(body): Json<Value>) -> Response {
    if let Some(field) = missing(uri.path(), &body) {
        return (StatusCode::UNPROCESSABLE_ENTITY, Json(json!({"error": format!("{field} is missing")})))
            .into_response();
    }
    let key = headers.get("idempotency-key").and_then(|key| key.to_str().ok());
    let (message, outcome) = {
        let mut state = upstreams.sent.state();
        // The same key again is the same message.
        let known = state.messages.iter().find(|one| key.is_some() && one["idempotency_key"].as_str() == key);
        if let Some(known) = known {
            return Json(json!({"success": true, "message_id": known["message_id"]})).into_response();
        }
        let message = format!("ntf_{}", state.messages.len().wrapping_add(1));
        let sent = json!({
            "path": uri.path(), "idempotency_key": key, "body": body, "message_id": message, "status": "sent",
            "attempts": 0,
        });
        state.messages.push(sent);
        (message, state.outcome.clone())
    };
    tokio::spawn(come_to(upstreams, message.clone(), outcome));
    Json(json!({"success": true, "message_id": message})).into_response()
}

/// Delivers a message, or fails to.
async fn come_to(upstreams: Arc<Upstreams>, message: String, outcome: Outcome) {
    let sent = &upstreams.sent;
    sent.report(&message, "sent", None).await;
    if outcome.status == "sent" {
        return;
    }
    for attempt in 1..=MAX_ATTEMPTS {
        tokio::time::sleep(DELIVERY_TIME).await;
        sent.note(&message, &[("attempts", json!(attempt))]);
        if outcome.status == "failed" || attempt <= outcome.failures {
            continue;
        }
        sent.report(&message, "delivered", None).await;
        if outcome.status == "read" {
            sent.report(&message, "read", None).await;
        }
        return;
    }
    sent.report(&message, "failed", outcome.reason.as_deref().or(Some("undeliverable"))).await;
}

async fn map(
    State(upstreams): Shared,
    Path(company): Path<String>,
    Json(mapping): Json<Value>,
) -> (StatusCode, Json<Value>) {
    let text = |field: &str| mapping.get(field).and_then(Value::as_str).unwrap_or_default().to_owned();
    let name = [company, text("event_type"), text("channel")];
    if text("event_type").is_empty() || text("channel").is_empty() || text("template_name").is_empty() {
        return (StatusCode::UNPROCESSABLE_ENTITY, Json(json!({"error": "a field is missing"})));
    }
    let mut state = upstreams.sent.state();
    if state.mappings.contains_key(&name) {
        return (StatusCode::CONFLICT, Json(json!({"error": "the mapping exists"})));
    }
    state.mappings.insert(name, mapping);
    (StatusCode::CREATED, Json(json!({"success": true})))
}

async fn mappings(State(upstreams): Shared) -> Json<Value> {
    let all: Vec<Value> = upstreams.sent.state().mappings.values().cloned().collect();
    Json(json!({"data": all}))
}

async fn show(State(upstreams): Shared) -> Json<Value> {
    Json(json!({"data": upstreams.sent.all()}))
}

async fn clear(State(upstreams): Shared) -> StatusCode {
    upstreams.sent.clear();
    StatusCode::NO_CONTENT
}

async fn set_webhook(State(upstreams): Shared, Json(webhook): Json<Webhook>) -> StatusCode {
    upstreams.sent.reports.set(webhook);
    StatusCode::NO_CONTENT
}

async fn hold(State(upstreams): Shared, Json(hold): Json<Hold>) -> StatusCode {
    upstreams.sent.reports.hold(&hold);
    StatusCode::NO_CONTENT
}

async fn deliver(State(upstreams): Shared, Json(delivery): Json<Delivery>) -> Json<Value> {
    let (delivered, answers) = upstreams.sent.reports.deliver(&delivery).await;
    Json(json!({"delivered": delivered, "answers": answers}))
}

async fn set_outcome(State(upstreams): Shared, Json(outcome): Json<Outcome>) -> StatusCode {
    upstreams.sent.state().outcome = outcome;
    StatusCode::NO_CONTENT
}

async fn report(
    State(upstreams): Shared,
    Path((message, status)): Path<(String, String)>,
    more: Option<Json<Value>>,
) -> StatusCode {
    let more = more.map(|Json(more)| more).unwrap_or_default();
    upstreams.sent.report_with(&message, &status, &more).await;
    StatusCode::NO_CONTENT
}
