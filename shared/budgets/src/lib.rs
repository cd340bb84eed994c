//! In the making.

use axum::Router;
use edge_capabilities::Capabilities;

/// The routes of the component `budgets`.
pub fn router(capabilities: Capabilities) -> Router {
    edge_border::finish(Router::new(), "budgets", &capabilities)
}
