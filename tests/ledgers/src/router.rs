//! The stand-ins over HTTP, and what steers them.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{any, delete, get, post, put};
use axum::{Json, Router};
use http::{HeaderMap, Method, StatusCode, Uri};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::books::{Account, Company, Stored};
use crate::call::{Call, parameters};
use crate::fault::Fault;
use crate::ledger::Ledger;
use crate::limit::Limits;

type Shared = State<Arc<Ledger>>;

pub(crate) fn router(ledger: Arc<Ledger>) -> Router {
    let (provider, control) = (format!("/ledgers/{}", ledger.name()), format!("/_control/ledgers/{}", ledger.name()));
    let under = |path: &str| format!("{control}{path}");
    Router::new()
        .route(&format!("{provider}/{{*path}}"), any(answer))
        .route(&control, delete(reset))
        .route(&under("/documents"), get(documents))
        .route(&under("/faults"), get(faults).post(order_fault).delete(clear_faults))
        .route(&under("/calls"), get(calls).delete(forget_calls))
        .route(&under("/limits"), get(limits).put(limit))
        .route(&under("/closed-before"), put(close))
        .route(&under("/accounts/{code}"), put(put_account).delete(delete_account))
        .route(&under("/currency"), put(put_currency))
        .route(&under("/companies"), put(put_companies))
        .route(&under("/tokens/{step}"), post(step_tokens))
        .route(&under("/time"), put(put_time))
        .with_state(ledger)
}

async fn answer(State(ledger): Shared, method: Method, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    let prefix = format!("/ledgers/{}", ledger.name());
    let path = uri.path().strip_prefix(&prefix).unwrap_or_default().to_owned();
    let raw_query = uri.query().unwrap_or_default().to_owned();
    let host = uri.authority().map(ToString::to_string);
    let host = host.or_else(|| headers.get("host").and_then(|host| host.to_str().ok()).map(str::to_owned));
    let base = format!("http://{}{prefix}", host.unwrap_or_default());
    let query = parameters(&raw_query);
    ledger.answer(Call { method, path, raw_query, query, headers, body, base }).await
}

async fn reset(State(ledger): Shared) -> StatusCode {
    ledger.reset();
    StatusCode::NO_CONTENT
}

#[derive(Deserialize)]
struct OfKind {
    kind: Option<String>,
}

async fn documents(State(ledger): Shared, Query(of): Query<OfKind>) -> Json<Vec<Stored>> {
    let mut documents = ledger.documents();
    documents.retain(|document| of.kind.as_ref().is_none_or(|kind| *kind == document.kind));
    Json(documents)
}

async fn faults(State(ledger): Shared) -> Json<Vec<Fault>> {
    Json(ledger.faults())
}

async fn order_fault(State(ledger): Shared, Json(fault): Json<Fault>) -> StatusCode {
    ledger.order(fault);
    StatusCode::NO_CONTENT
}

async fn clear_faults(State(ledger): Shared) -> StatusCode {
    ledger.clear_faults();
    StatusCode::NO_CONTENT
}

async fn calls(State(ledger): Shared) -> Json<Value> {
    let calls = ledger.calls();
    Json(json!({"total": calls.values().sum::<u64>(), "by_call": calls}))
}

async fn forget_calls(State(ledger): Shared) -> StatusCode {
    ledger.forget_calls();
    StatusCode::NO_CONTENT
}

async fn limits(State(ledger): Shared) -> Json<Value> {
    let (limits, refused) = ledger.limits();
    Json(json!({"per_minute": limits.per_minute, "per_day": limits.per_day, "refused": refused}))
}

async fn limit(State(ledger): Shared, Json(limits): Json<Limits>) -> StatusCode {
    ledger.limit(limits);
    StatusCode::NO_CONTENT
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ClosedBefore {
    date: Option<String>,
}

async fn close(State(ledger): Shared, Json(closed): Json<ClosedBefore>) -> StatusCode {
    ledger.books().closed_before = closed.date;
    StatusCode::NO_CONTENT
}

async fn put_account(State(ledger): Shared, Path(code): Path<String>, Json(account): Json<Account>) -> StatusCode {
    ledger.books().accounts.insert(code, account);
    StatusCode::NO_CONTENT
}

async fn delete_account(State(ledger): Shared, Path(code): Path<String>) -> StatusCode {
    ledger.books().accounts.remove(&code);
    StatusCode::NO_CONTENT
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Currency {
    base: String,
}

async fn put_currency(State(ledger): Shared, Json(currency): Json<Currency>) -> StatusCode {
    ledger.books().base_currency = currency.base;
    StatusCode::NO_CONTENT
}

async fn put_companies(State(ledger): Shared, Json(companies): Json<Vec<Company>>) -> StatusCode {
    ledger.books().companies = companies;
    StatusCode::NO_CONTENT
}

async fn step_tokens(State(ledger): Shared, Path(step): Path<String>) -> Response {
    match step.as_str() {
        "expire" => ledger.books().grants.expire_access(),
        "revoke" => ledger.books().grants.revoke(),
        _ => return StatusCode::NOT_FOUND.into_response(),
    }
    StatusCode::NO_CONTENT.into_response()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Time {
    ahead_seconds: i64,
}

async fn put_time(State(ledger): Shared, Json(time): Json<Time>) -> StatusCode {
    ledger.set_ahead(time.ahead_seconds.saturating_mul(1_000));
    StatusCode::NO_CONTENT
}
