//! The console: a web app for admins, and the page at `/docs` that shows the API's description. Its files are built from `console/` and embedded, so that a page costs no call into
//! the host. It calls the API as every other caller does; nothing here knows a secret.

mod assets;
mod page;
mod settings;

use std::sync::Arc;

use axum::Router;
use axum::routing::get;
use edge_capabilities::{Capabilities, Config, Random};

/// What the handlers need.
#[derive(Clone)]
struct AppState {
    config: Arc<dyn Config>,
    random: Arc<dyn Random>,
}

edge_http::state_parts!(AppState { config: Arc<dyn Config> });

/// `/console/…` and `/docs`: the component `console`.
pub fn router(capabilities: Capabilities) -> Router {
    let state = AppState { config: capabilities.config.clone(), random: capabilities.random.clone() };
    let routes = Router::new()
        .route("/console", get(page::redirect))
        .route("/console/", get(page::page))
        .route("/console/config.json", get(settings::settings))
        .route("/console/assets/{name}", get(assets::asset))
        .route("/console/{*path}", get(page::page))
        .route("/docs", get(page::api_page))
        .with_state(state);
    edge_http::finish(routes, "console", &capabilities)
}

#[cfg(test)]
mod tests;
