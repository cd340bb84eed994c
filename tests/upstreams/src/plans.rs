//! The ERP's plans: three of them, as one edits them.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, put};
use axum::{Json, Router};
use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::Upstreams;

/// Plans by the id of their SKU.
pub struct Plans(Mutex<BTreeMap<String, Value>>);

impl Default for Plans {
    fn default() -> Self {
        let plans = [
            plan("sku_starter", "WORKSPACE-STARTER", "Starter", 499, (5, 10, 20)),
            plan("sku_professional", "WORKSPACE-PRO", "Professional", 2_499, (25, 100, 100)),
            plan("sku_enterprise", "WORKSPACE-ENTERPRISE", "Enterprise", 9_999, (500, 1_000, 1_000)),
        ];
        let by_id = plans.into_iter().filter_map(|plan| Some((plan.get("sku_id")?.as_str()?.to_owned(), plan)));
        Self(Mutex::new(by_id.collect()))
    }
}

/// A plan with one tier: users, GB, credits.
fn plan(id: &str, code: &str, name: &str, price: i64, tier: (i64, i64, i64)) -> Value {
    let (users, storage, credits) = tier;
    json!({
        "sku_id": id, "sku_code": code, "name": name, "description": format!("Bheem Workspace {name}"),
        "currency": "INR", "billing_cycle": "monthly", "base_price": price, "offer_price": price, "setup_fee": 0,
        "trial_period_days": 14,
        "tiers": [{
            "tier_code": code, "tier_name": name, "price": price, "max_users": users, "max_storage_gb": storage,
            "features_included": {"credits": credits}, "is_featured": id == "sku_professional",
        }],
    })
}

impl Plans {
    fn all(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, Value>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes or replaces a plan.
    pub fn put(&self, id: &str, plan: Value) {
        self.all().insert(id.to_owned(), plan);
    }

    /// The plan with this id or code.
    pub fn find(&self, id: &str) -> Option<Value> {
        let all = self.all();
        let by_code = || all.values().find(|plan| plan.get("sku_code").and_then(Value::as_str) == Some(id));
        all.get(id).or_else(by_code).cloned()
    }
}

type Shared = State<Arc<Upstreams>>;

pub(crate) fn router() -> Router<Arc<Upstreams>> {
    Router::new()
        .route("/api/v1/shared/sku-subscription", get(list))
        .route("/api/v1/shared/sku-subscription/sku/{id}", get(show))
        .route("/_control/plans/{id}", put(replace).delete(remove))
}

#[derive(Deserialize)]
struct Wanted {
    #[serde(default)]
    plan_prefix: String,
}

async fn list(State(upstreams): Shared, Query(wanted): Query<Wanted>) -> Json<Value> {
    let starts = |plan: &&Value| {
        plan.get("sku_code").and_then(Value::as_str).is_some_and(|code| code.starts_with(&wanted.plan_prefix))
    };
    let plans: Vec<Value> = upstreams.plans.all().values().filter(starts).cloned().collect();
    Json(json!({ "data": plans }))
}

async fn show(State(upstreams): Shared, Path(id): Path<String>) -> Response {
    match upstreams.plans.find(&id) {
        Some(plan) => Json(plan).into_response(),
        None => (StatusCode::NOT_FOUND, Json(json!({"detail": "SKU not found"}))).into_response(),
    }
}

async fn replace(State(upstreams): Shared, Path(id): Path<String>, Json(plan): Json<Value>) -> StatusCode {
    upstreams.plans.put(&id, plan);
    StatusCode::NO_CONTENT
}

async fn remove(State(upstreams): Shared, Path(id): Path<String>) -> StatusCode {
    upstreams.plans.all().remove(&id);
    StatusCode::NO_CONTENT
}
