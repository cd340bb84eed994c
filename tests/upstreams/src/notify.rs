//! Bheem Notify: remembers what it was sent.

use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::State;
use axum::routing::{get, post};
use axum::{Json, Router};
use http::{HeaderMap, StatusCode, Uri};
use serde_json::{Value, json};

use crate::Upstreams;

/// What was sent, oldest first: `{"path", "idempotency_key", "body"}`.
#[derive(Default)]
pub struct Sent(Mutex<Vec<Value>>);

impl Sent {
    /// All of it.
    pub fn all(&self) -> Vec<Value> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Forgets it.
    pub fn clear(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

type Shared = State<Arc<Upstreams>>;

pub(crate) fn router() -> Router<Arc<Upstreams>> {
    Router::new()
        .route("/api/v1/email/send/template", post(send))
        .route("/api/v1/bheem-tele/sms/send", post(send))
        .route("/_control/notifications", get(show).delete(clear))
}

async fn send(State(upstreams): Shared, uri: Uri, headers: HeaderMap, Json(body): Json<Value>) -> Json<Value> {
    let key = headers.get("idempotency-key").and_then(|key| key.to_str().ok());
    let sent = json!({"path": uri.path(), "idempotency_key": key, "body": body});
    upstreams.sent.0.lock().unwrap_or_else(PoisonError::into_inner).push(sent);
    Json(json!({"success": true}))
}

async fn show(State(upstreams): Shared) -> Json<Value> {
    Json(json!({"data": upstreams.sent.all()}))
}

async fn clear(State(upstreams): Shared) -> StatusCode {
    upstreams.sent.clear();
    StatusCode::NO_CONTENT
}
