//! The queue of jobs over HTTP: lists and replays jobs, and drains the queue of all components.
//!
//! A job runs in the component that has the hosts and secrets it needs. The drain calls each of [`COMPONENTS`] by service
//! chaining, at a path that no route leads to, and passes on the caller's credential, which the component checks itself.

mod drain;
mod job;

use axum::Router;
use axum::routing::{get, post};
use edge_access::Authenticator;
use edge_capabilities::Capabilities;
use edge_database::Db;
use edge_jobs::JobQueue;
use utoipa::OpenApi;

pub use drain::COMPONENTS;

#[derive(Clone)]
struct AppState {
    authenticator: Authenticator,
    capabilities: Capabilities,
    db: Db,
    queue: JobQueue,
}

edge_http::state_parts!(AppState { authenticator: Authenticator });

/// The routes of jobs, for the component that serves them.
pub fn routes(capabilities: &Capabilities) -> Router {
    let db = Db::new(capabilities.db.clone());
    let state = AppState {
        authenticator: Authenticator::new(capabilities, &db),
        queue: JobQueue::new(capabilities, &db),
        capabilities: capabilities.clone(),
        db,
    };
    Router::new()
        .route("/api/v1/jobs", get(job::list_jobs))
        .route("/api/v1/jobs/drain", post(drain::drain_jobs))
        .route("/api/v1/jobs/{id}", get(job::get_job))
        .route("/api/v1/jobs/{id}/replay", post(job::replay_job))
        .with_state(state)
}

/// The OpenAPI description of these routes.
#[derive(OpenApi)]
#[openapi(paths(job::list_jobs, job::get_job, job::replay_job, drain::drain_jobs))]
pub struct ApiDoc;

#[cfg(test)]
mod tests;
