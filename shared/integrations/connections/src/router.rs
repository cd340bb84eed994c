//! The routes and jobs of connections. The handlers of each resource are in its `api`.

mod error;

use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};
use edge_access::Authenticator;
use edge_capabilities::Capabilities;
use edge_database::Db;
use edge_idempotency::Idempotency;
use edge_jobs::{JobQueue, JobRunner};
use edge_tenants::Tenants;
use utoipa::OpenApi;

use crate::connections::Connections;
use crate::integration::{NoRuns, Runs};
use crate::jobs::{KEEP, KEEP_EVERY, KeepTokens, LEFT, LEFT_EVERY, LeftUndone};
use crate::{consent, integration};

#[derive(Clone)]
pub(crate) struct AppState {
    authenticator: Authenticator,
    pub(crate) capabilities: Capabilities,
    pub(crate) connections: Connections,
    pub(crate) idempotency: Idempotency,
    pub(crate) runs: Runs,
    tenants: Tenants,
}

edge_http::state_parts!(AppState { authenticator: Authenticator, tenants: Tenants });

/// The routes, for a component that serves others too. `runs` says what became of the last run of an integration.
pub fn routes(capabilities: &Capabilities, db: &Db, connections: &Connections, runs: Runs) -> Router {
    let state = AppState {
        authenticator: Authenticator::new(capabilities, db),
        connections: connections.clone(),
        idempotency: Idempotency::new(capabilities, db),
        runs,
        tenants: Tenants::new(db.clone()),
        capabilities: capabilities.clone(),
    };
    let integrations = "/api/v1/enterprise-billing/integrations";
    let one = format!("{integrations}/{{integration_id}}");
    Router::new()
        .route(integrations, get(integration::api::list_integrations))
        .route(&format!("{integrations}/configure"), post(integration::api::configure_integration))
        .route(&format!("{integrations}/callback"), get(consent::api::take_back))
        .route(&format!("{one}/status"), get(integration::api::get_integration_status))
        .route(&format!("{one}/authorize"), get(consent::api::authorize_integration))
        .route(&format!("{one}/disconnect"), post(integration::api::disconnect_integration))
        .with_state(state)
}

/// `runner` with the jobs of connections. They call the providers.
#[must_use]
pub fn jobs(connections: &Connections, runner: JobRunner) -> JobRunner {
    runner.repeat(LEFT, LEFT_EVERY, LeftUndone(connections.clone())).repeat(
        KEEP,
        KEEP_EVERY,
        KeepTokens(connections.clone()),
    )
}

/// The routes and jobs alone, with the layers that all components share.
pub fn router(capabilities: Capabilities) -> Router {
    let db = Db::new(capabilities.db.clone());
    let connections = Connections::new(&capabilities, &db);
    let runner = JobRunner::new("integrations", &capabilities, &JobQueue::new(&capabilities, &db));
    let routes = routes(&capabilities, &db, &connections, Arc::new(NoRuns)).merge(edge_access::jobs_router(
        &capabilities,
        &db,
        jobs(&connections, runner),
    ));
    edge_http::finish(routes, "integrations", &capabilities)
}

/// The OpenAPI description of these routes.
#[derive(OpenApi)]
#[openapi(paths(
    integration::api::configure_integration,
    integration::api::list_integrations,
    integration::api::get_integration_status,
    integration::api::disconnect_integration,
    consent::api::authorize_integration,
    consent::api::take_back
))]
pub struct ApiDoc;
