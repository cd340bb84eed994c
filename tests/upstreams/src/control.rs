//! Steering the stand-ins over HTTP.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::{Path, State};
use axum::routing::{get, put};
use axum::{Json, Router};
use http::{HeaderMap, StatusCode};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::Upstreams;
use crate::directory::Seat;
use crate::faults::Ordered;

/// How often each path was called, and with which headers last.
#[derive(Default)]
pub struct Calls(Mutex<BTreeMap<String, (u64, HeaderMap)>>);

impl Calls {
    pub(crate) fn count(&self, path: &str, headers: &HeaderMap) {
        let mut calls = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (count, last) = calls.entry(path.to_owned()).or_default();
        *count = count.saturating_add(1);
        last.clone_from(headers);
    }

    /// All calls so far.
    pub fn total(&self) -> u64 {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).values().map(|(count, _)| count).sum()
    }

    /// The calls to paths that begin with `prefix`, percent-encoded as they were sent.
    pub fn under(&self, prefix: &str) -> u64 {
        let calls = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        calls.iter().filter(|(path, _)| path.starts_with(prefix)).map(|(_, (count, _))| count).sum()
    }

    /// The headers of the last call to `path`.
    pub fn last_headers(&self, path: &str) -> Option<HeaderMap> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(path).map(|(_, headers)| headers.clone())
    }

    /// Counts from zero.
    pub fn reset(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    fn by_path(&self) -> BTreeMap<String, u64> {
        let calls = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        calls.iter().map(|(path, (count, _))| (path.clone(), *count)).collect()
    }
}

type Shared = State<Arc<Upstreams>>;
type SeatPath = Path<(String, String, String)>;
type OrganizationPath = Path<(String, String)>;

pub(crate) fn router() -> Router<Arc<Upstreams>> {
    Router::new()
        .route("/_control/seats/{application}/{external_org}/{user}", put(put_seat).delete(delete_seat))
        .route(
            "/_control/organizations/{application}/{external_org}",
            put(put_organization).delete(delete_organization),
        )
        .route("/_control/faults", put(order_fault).delete(clear_faults))
        .route("/_control/faults/route", put(order_fault_for_route))
        .route("/_control/faults/{application}/{external_org}", put(order_fault_for).delete(clear_faults_for))
        .route("/_control/calls", get(calls).delete(reset_calls))
}

async fn put_seat(
    State(upstreams): Shared,
    Path((application, external_org, user)): SeatPath,
    Json(changes): Json<Map<String, Value>>,
) -> Json<Map<String, Value>> {
    let before = upstreams.directory.seat(&application, &external_org, &user);
    // A seat that changes says so by its version, unless the change brings one.
    let version = before.as_ref().and_then(|seat| seat.0.get("version")?.as_i64()).unwrap_or(0).saturating_add(1);
    let mut seat = before.unwrap_or_else(|| Seat::good(&format!("seat_{user}")));
    seat.0.insert("version".to_owned(), version.into());
    let seat = seat.with(&changes);
    upstreams.directory.put_seat(&application, &external_org, &user, seat.clone());
    Json(seat.0)
}

async fn delete_seat(State(upstreams): Shared, Path((application, external_org, user)): SeatPath) -> StatusCode {
    upstreams.directory.delete_seat(&application, &external_org, &user);
    StatusCode::NO_CONTENT
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewOrganization {
    organization_id: String,
    #[serde(default)]
    everybody: bool,
}

async fn put_organization(
    State(upstreams): Shared,
    Path((application, external_org)): OrganizationPath,
    Json(new): Json<NewOrganization>,
) -> StatusCode {
    upstreams.directory.put_organization(&application, &external_org, &new.organization_id, new.everybody);
    StatusCode::NO_CONTENT
}

async fn delete_organization(
    State(upstreams): Shared,
    Path((application, external_org)): OrganizationPath,
) -> StatusCode {
    upstreams.directory.delete_organization(&application, &external_org);
    StatusCode::NO_CONTENT
}

async fn order_fault(State(upstreams): Shared, Json(fault): Json<Ordered>) -> StatusCode {
    upstreams.faults.order(fault);
    StatusCode::NO_CONTENT
}

#[derive(Deserialize)]
struct OfRoute {
    route: String,
    #[serde(flatten)]
    fault: Map<String, Value>,
}

async fn order_fault_for_route(State(upstreams): Shared, Json(OfRoute { route, fault }): Json<OfRoute>) -> StatusCode {
    let Ok(fault) = serde_json::from_value(Value::Object(fault)) else { return StatusCode::BAD_REQUEST };
    upstreams.faults.order_for_route(&route, fault);
    StatusCode::NO_CONTENT
}

async fn clear_faults(State(upstreams): Shared) -> StatusCode {
    upstreams.faults.clear();
    StatusCode::NO_CONTENT
}

async fn order_fault_for(
    State(upstreams): Shared,
    Path((application, external_org)): OrganizationPath,
    Json(fault): Json<Ordered>,
) -> StatusCode {
    upstreams.faults.order_for(&application, &external_org, fault);
    StatusCode::NO_CONTENT
}

async fn clear_faults_for(State(upstreams): Shared, Path((application, external_org)): OrganizationPath) -> StatusCode {
    upstreams.faults.clear_for(&application, &external_org);
    StatusCode::NO_CONTENT
}

async fn calls(State(upstreams): Shared) -> Json<Value> {
    Json(json!({"total": upstreams.calls.total(), "by_path": upstreams.calls.by_path()}))
}

async fn reset_calls(State(upstreams): Shared) -> StatusCode {
    upstreams.calls.reset();
    StatusCode::NO_CONTENT
}
