//! Figures for operators over HTTP: rates and quantiles of a window of time.
//!
//! Components count in the cache ([`edge_capabilities::Counters`]), all nodes into the same counters. A job keeps what the
//! counters are each minute ([`snapshot`]); a window is the difference of two snapshots, the later of which is now.

mod api;
mod counts;
mod snapshot;
mod stats;

use axum::Router;
use axum::routing::get;
use edge_access::Authenticator;
use edge_capabilities::{Capabilities, Counters};
use edge_database::Db;
use edge_jobs::JobQueue;
use utoipa::OpenApi;

pub use counts::COMPONENTS;
pub use snapshot::{SNAPSHOT_EVERY, TAKE_SNAPSHOT, TakeSnapshot};

#[derive(Clone)]
struct AppState {
    authenticator: Authenticator,
    capabilities: Capabilities,
    counters: Counters,
    db: Db,
    queue: JobQueue,
}

edge_http::state_parts!(AppState { authenticator: Authenticator });

/// The routes of figures, for the component that serves them.
pub fn routes(capabilities: &Capabilities) -> Router {
    let db = Db::new(capabilities.db.clone());
    let state = AppState {
        authenticator: Authenticator::new(capabilities, &db),
        counters: Counters::new(capabilities),
        queue: JobQueue::new(capabilities, &db),
        capabilities: capabilities.clone(),
        db,
    };
    Router::new().route("/api/v1/stats", get(api::get_stats)).with_state(state)
}

/// The OpenAPI description of these routes.
#[derive(OpenApi)]
#[openapi(paths(api::get_stats))]
pub struct ApiDoc;

#[cfg(test)]
mod tests;
