//! Webhooks over HTTP.

mod drain;
mod endpoints;
mod error;
mod events;
mod receiver;

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
use edge_jobs::JobRunner;
use edge_notifications::SuppressionList;
use http::HeaderValue;
use http::header::CONTENT_TYPE;
use utoipa::OpenApi;

use crate::disputes::PaymentDisputes;
use crate::endpoints::Endpoints;
use crate::processor::Processor;
use crate::shops::Shops;

#[derive(Clone)]
pub(crate) struct AppState(Arc<Services>);

pub(crate) struct Services {
    authenticator: Authenticator,
    capabilities: Capabilities,
    /// Whether work that is due is about to be done.
    is_cleanup_scheduled: AtomicBool,
    counters: Counters,
    endpoints: Endpoints,
    idempotency: Idempotency,
    processor: Processor,
}

impl std::ops::Deref for AppState {
    type Target = Services;

    fn deref(&self) -> &Services {
        &self.0
    }
}

edge_http::state_parts!(AppState { authenticator: Authenticator });

impl FromRef<AppState> for Arc<JobRunner> {
    fn from_ref(state: &AppState) -> Self {
        Self::new(state.processor.jobs())
    }
}

/// Who keeps what webhooks are about beside subscriptions and budgets. None: nobody.
#[derive(Clone, Default)]
pub struct Keepers {
    /// The addresses to which nothing is sent.
    pub suppression: Option<Arc<dyn SuppressionList>>,
    /// Who keeps shops' orders.
    pub shops: Option<Arc<dyn Shops>>,
    /// Who keeps refunds and disputes.
    pub disputes: Option<Arc<dyn PaymentDisputes>>,
}

/// The routes, where no address is suppressed, and nobody keeps shops' orders or disputes.
pub fn router(capabilities: Capabilities) -> Router {
    router_with(capabilities, Keepers::default())
}

/// The routes of the component `webhook-verification`. What it sends behind its answers goes to no address of the
/// suppression list; what shops report, refunds and card disputes go to their keepers.
pub fn router_with(capabilities: Capabilities, keepers: Keepers) -> Router {
    let db = Db::new(capabilities.db.clone());
    let counters = Counters::new(&capabilities);
    let state = AppState(Arc::new(Services {
        authenticator: Authenticator::new(&capabilities, &db),
        is_cleanup_scheduled: AtomicBool::new(false),
        counters,
        endpoints: Endpoints::new(db.clone()),
        idempotency: Idempotency::new(&capabilities, &db),
        processor: Processor::new(&capabilities, &db, keepers),
        capabilities: capabilities.clone(),
    }));
    let receiver = Router::new()
        .route("/api/v1/billing/webhook", post(receiver::bheempay))
        .route("/webhooks/razorpay", post(receiver::razorpay))
        .route("/webhooks/stripe", post(receiver::stripe))
        .route("/webhooks/shopify", post(receiver::shopify))
        .route("/webhooks/shopify/{token}", post(receiver::shopify_shop))
        .route("/webhooks/woocommerce", post(receiver::woocommerce))
        .route("/webhooks/woocommerce/{token}", post(receiver::woocommerce_shop))
        .route("/webhooks/standard/{source}", post(receiver::standard))
        .route("/erp/webhooks/billing", post(receiver::erp))
        .route("/erp/webhooks/billing/", post(receiver::erp))
        .route("/erp/webhooks/billing/{token}", post(receiver::erp_of_one))
        .layer(BodyLimit::LARGE.layer());
    let routes = Router::new()
        .merge(receiver)
        .route("/api/v1/webhooks/events", get(events::list))
        .route("/api/v1/webhooks/events/replay", post(events::replay_all))
        .route("/api/v1/webhooks/events/{id}", get(events::show))
        .route("/api/v1/webhooks/events/{id}/body", get(events::body))
        .route("/api/v1/webhooks/events/{id}/replay", post(events::replay))
        .route("/api/v1/webhooks/drain", post(drain::drain))
        .merge(edge_access::job_routes())
        .route("/api/v1/webhooks/endpoints", post(endpoints::create_endpoint))
        .route("/api/v1/webhooks/endpoints/{id}", delete(endpoints::delete_endpoint))
        .route("/metrics", get(metrics))
        .with_state(state);
    edge_http::finish(routes, "webhook-verification", &capabilities)
}

/// The OpenAPI description of these routes.
#[derive(OpenApi)]
#[openapi(paths(
    receiver::bheempay,
    receiver::razorpay,
    receiver::stripe,
    receiver::shopify,
    receiver::shopify_shop,
    receiver::woocommerce,
    receiver::woocommerce_shop,
    receiver::standard,
    receiver::erp,
    receiver::erp_of_one,
    events::list,
    events::show,
    events::body,
    events::replay,
    events::replay_all,
    drain::drain,
    endpoints::create_endpoint,
    endpoints::delete_endpoint,
    metrics,
))]
pub struct ApiDoc;

/// Get metrics
///
/// Returns counts of webhooks, seat verdicts, rules and calls to upstreams by outcome, in the Prometheus text format.
/// All instances of the edge share the same counters, which are a second or two behind.
#[utoipa::path(
    get, path = "/metrics", operation_id = "get_metrics", tag = "Operations",
    responses((status = 200, description = "The metrics.", content_type = "text/plain", body = String)),
)]
async fn metrics(State(state): State<AppState>) -> Result<Response, Problem> {
    let text = crate::metrics::text(&state.counters, &state.processor).await?;
    let kind = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");
    Ok(([(CONTENT_TYPE, kind)], text).into_response())
}

#[cfg(test)]
mod tests;
