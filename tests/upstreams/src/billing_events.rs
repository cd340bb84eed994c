//! The billing events that the ERP was sent.

use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use http::StatusCode;
use serde_json::{Value, json};

use crate::Upstreams;

/// The events, in the order in which they arrived first.
#[derive(Default)]
pub struct BillingEvents(Mutex<Vec<Value>>);

impl BillingEvents {
    /// All of them.
    pub fn all(&self) -> Vec<Value> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Those of one organisation.
    pub fn of(&self, organization: i64) -> Vec<Value> {
        let is_its_own = |event: &Value| event.get("organization_id") == Some(&json!(organization));
        self.all().into_iter().filter(is_its_own).collect()
    }

    /// Takes an event; gives whether it is new.
    fn take(&self, event: Value) -> bool {
        let mut events = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_known = events.iter().any(|known| known.get("event_id") == event.get("event_id"));
        if !is_known {
            events.push(event);
        }
        !is_known
    }
}

type Shared = State<Arc<Upstreams>>;

pub(crate) fn router() -> Router<Arc<Upstreams>> {
    Router::new()
        .route("/api/v1/billing/events", post(receive))
        .route("/_control/billing-events", get(show).delete(clear))
}

/// An event that arrived before is refused: it exists already.
async fn receive(State(upstreams): Shared, Json(event): Json<Value>) -> Response {
    if event.get("event_id").and_then(Value::as_str).is_none() {
        return (StatusCode::UNPROCESSABLE_ENTITY, Json(json!({"code": "VALIDATION_ERROR"}))).into_response();
    }
    if upstreams.billing_events.take(event) {
        (StatusCode::CREATED, Json(json!({"received": true}))).into_response()
    } else {
        (StatusCode::CONFLICT, Json(json!({"code": "ALREADY_EXISTS"}))).into_response()
    }
}

async fn show(State(upstreams): Shared) -> Json<Value> {
    Json(json!({"data": upstreams.billing_events.all()}))
}

async fn clear(State(upstreams): Shared) -> StatusCode {
    upstreams.billing_events.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    StatusCode::NO_CONTENT
}
