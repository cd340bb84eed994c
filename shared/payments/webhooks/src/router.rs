//! Webhooks over HTTP.

mod administration;
mod reception;
mod shown;

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use axum::Router;
use axum::extract::{FromRef, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, post};
use edge_access::Authenticator;
use edge_capabilities::{Capabilities, Counters};
use edge_database::Db;
use edge_http::{BodyLimit, Problem};
use edge_idempotency::Idempotency;
use http::HeaderValue;
use http::header::CONTENT_TYPE;
use utoipa::OpenApi;

use crate::endpoints::Endpoints;
use crate::processing::Processing;

#[derive(Clone)]
pub(crate) struct AppState(Arc<Services>);

pub(crate) struct Services {
    access: Authenticator,
    capabilities: Capabilities,
    /// Whether somebody is about to do what was left undone.
    clears_up: AtomicBool,
    counters: Counters,
    endpoints: Endpoints,
    idempotency: Idempotency,
    processing: Processing,
}

impl std::ops::Deref for AppState {
    type Target = Services;

    fn deref(&self) -> &Services {
        &self.0
    }
}

impl FromRef<AppState> for Authenticator {
    fn from_ref(state: &AppState) -> Self {
        state.access.clone()
    }
}

/// The routes of the component `webhook-verification`.
pub fn router(capabilities: Capabilities) -> Router {
    let db = Db::new(capabilities.db.clone());
    let counters = Counters::new(&capabilities);
    let capabilities = counters.watching(&capabilities);
    let state = AppState(Arc::new(Services {
        access: Authenticator::new(&capabilities, &db),
        clears_up: AtomicBool::new(false),
        counters,
        endpoints: Endpoints::new(db.clone()),
        idempotency: Idempotency::new(&capabilities, &db),
        processing: Processing::new(&capabilities, &db),
        capabilities: capabilities.clone(),
    }));
    let reception = Router::new()
        .route("/api/v1/billing/webhook", post(reception::bheempay))
        .route("/webhooks/razorpay", post(reception::razorpay))
        .route("/webhooks/stripe", post(reception::stripe))
        .route("/webhooks/shopify", post(reception::shopify))
        .route("/webhooks/woocommerce", post(reception::woocommerce))
        .route("/webhooks/standard/{source}", post(reception::standard))
        .route("/erp/webhooks/billing", post(reception::erp))
        .route("/erp/webhooks/billing/", post(reception::erp))
        .route("/erp/webhooks/billing/{token}", post(reception::erp_of_one))
        .layer(BodyLimit::LARGE.layer());
    let routes = Router::new()
        .merge(reception)
        .route("/api/v1/webhooks/events", get(administration::list))
        .route("/api/v1/webhooks/events/replay", post(administration::replay_all))
        .route("/api/v1/webhooks/events/{id}", get(administration::show))
        .route("/api/v1/webhooks/events/{id}/replay", post(administration::replay))
        .route("/api/v1/webhooks/drain", post(administration::drain))
        .route("/api/v1/webhooks/endpoints", post(administration::create_endpoint))
        .route("/api/v1/webhooks/endpoints/{id}", delete(administration::delete_endpoint))
        .route("/metrics", get(metrics))
        .with_state(state);
    edge_http::finish(routes, "webhook-verification", &capabilities)
}

/// The OpenAPI description of these routes.
#[derive(OpenApi)]
#[openapi(paths(
    reception::bheempay,
    reception::razorpay,
    reception::stripe,
    reception::shopify,
    reception::woocommerce,
    reception::standard,
    reception::erp,
    reception::erp_of_one,
    administration::list,
    administration::show,
    administration::replay,
    administration::replay_all,
    administration::drain,
    administration::create_endpoint,
    administration::delete_endpoint,
    metrics,
))]
pub struct ApiDoc;

/// Get metrics
///
/// Returns counts of webhooks, seat verdicts, rules and calls to upstreams by outcome, in the Prometheus text format.
/// All instances of the edge share the same counters, which are a second or two behind.
#[utoipa::path(
    get, path = "/metrics", tag = "Operations",
    responses((status = 200, description = "The metrics.", content_type = "text/plain", body = String)),
)]
async fn metrics(State(state): State<AppState>) -> Result<Response, Problem> {
    let text = crate::metrics::text(&state.counters, &state.processing).await?;
    let kind = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");
    Ok(([(CONTENT_TYPE, kind)], text).into_response())
}

#[cfg(test)]
mod tests;
