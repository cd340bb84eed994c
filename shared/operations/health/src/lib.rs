//! For operators and integrators: whether the edge lives and is ready, and what it serves.

mod health;
mod openapi;

use axum::Router;
use axum::routing::get;
use edge_capabilities::Capabilities;
use edge_database::Db;
use utoipa::OpenApi;

/// The OpenAPI description of these routes.
#[derive(OpenApi)]
#[openapi(paths(health::alive, health::ready))]
pub struct ApiDoc;

/// `/healthz` and `/openapi.json`, and what answers at paths that lead nowhere: the component `operations`.
pub fn router(capabilities: Capabilities) -> Router {
    let routes = Router::new().route("/healthz", get(health::alive)).route("/openapi.json", get(openapi::openapi));
    edge_http::finish(routes, "operations", &capabilities)
}

/// `/readyz`: for a component that has the rules' engine, as it compiles the active rules.
pub fn readiness(capabilities: &Capabilities) -> Router {
    let stores = health::Stores::new(capabilities, Db::new(capabilities.db.clone()));
    Router::new().route("/readyz", get(health::ready)).with_state(stores)
}
