//! The ERP's customers: contacts of the CRM, and the invoices of those who paid.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use http::{HeaderMap, StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::Upstreams;

/// Contacts and invoices.
#[derive(Default)]
pub struct Crm(Mutex<Files>);

#[derive(Default)]
struct Files {
    /// As they were sent, with an `id`; beside them the `Idempotency-Key` they were sent under.
    contacts: Vec<(Option<String>, Value)>,
    invoices: Vec<Value>,
}

impl Crm {
    fn files(&self) -> MutexGuard<'_, Files> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// All contacts.
    pub fn contacts(&self) -> Vec<Value> {
        self.files().contacts.iter().map(|(_, contact)| contact.clone()).collect()
    }

    /// Writes an invoice.
    pub fn invoice(&self, invoice: Value) {
        self.files().invoices.push(invoice);
    }
}

type Shared = State<Arc<Upstreams>>;

pub(crate) fn router() -> Router<Arc<Upstreams>> {
    Router::new()
        .route("/api/v1/crm/contacts", post(create).get(list))
        .route("/api/v1/sales/invoices", get(invoices))
        .route("/_control/invoices", post(write).delete(burn))
}

/// Makes a contact. Who asks again under the same `Idempotency-Key` is given it again.
async fn create(State(upstreams): Shared, headers: HeaderMap, Json(mut contact): Json<Value>) -> Response {
    let key = headers.get("idempotency-key").and_then(|key| key.to_str().ok()).map(ToOwned::to_owned);
    let mut files = upstreams.crm.files();
    let known = files.contacts.iter().find(|(known, _)| key.is_some() && *known == key);
    if let Some((_, contact)) = known {
        return (StatusCode::CREATED, Json(contact.clone())).into_response();
    }
    let id = format!("contact_{:04}", files.contacts.len().saturating_add(1));
    let Some(fields) = contact.as_object_mut() else { return StatusCode::UNPROCESSABLE_ENTITY.into_response() };
    fields.insert("id".to_owned(), id.into());
    files.contacts.push((key, contact.clone()));
    (StatusCode::CREATED, Json(contact)).into_response()
}

#[derive(Deserialize)]
struct Wanted {
    #[serde(default)]
    email: Option<String>,
}

async fn list(State(upstreams): Shared, Query(wanted): Query<Wanted>) -> Json<Value> {
    let mut contacts = upstreams.crm.contacts();
    let email = wanted.email.map(Value::String);
    contacts.retain(|contact| email.is_none() || contact.get("email") == email.as_ref());
    Json(json!({"items": contacts}))
}

#[derive(Deserialize)]
struct OfCustomer {
    customer_id: String,
}

async fn invoices(State(upstreams): Shared, Query(OfCustomer { customer_id }): Query<OfCustomer>) -> Json<Value> {
    let of = Value::String(customer_id);
    let files = upstreams.crm.files();
    let own: Vec<&Value> = files.invoices.iter().filter(|invoice| invoice.get("customer_id") == Some(&of)).collect();
    Json(json!({"data": own}))
}

async fn write(State(upstreams): Shared, Json(invoice): Json<Value>) -> StatusCode {
    upstreams.crm.invoice(invoice);
    StatusCode::NO_CONTENT
}

async fn burn(State(upstreams): Shared) -> StatusCode {
    upstreams.crm.files().invoices.clear();
    StatusCode::NO_CONTENT
}
