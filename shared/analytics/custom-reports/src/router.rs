//! The routes of custom reports.

use axum::Router;
use axum::routing::{get, post};
use edge_access::Authenticator;
use edge_capabilities::{Capabilities, Timestamp};
use edge_database::Db;
use edge_payment_history::Collector;
use edge_tenants::Tenants;
use utoipa::OpenApi;

use crate::{members, run};

#[derive(Clone)]
pub(crate) struct AppState {
    authenticator: Authenticator,
    pub(crate) capabilities: Capabilities,
    pub(crate) db: Db,
    pub(crate) payments: Collector,
    tenants: Tenants,
}

impl AppState {
    pub(crate) fn now(&self) -> Timestamp {
        self.capabilities.clock.now()
    }
}

edge_http::state_parts!(AppState { authenticator: Authenticator, tenants: Tenants });

/// The routes, for a component that serves others too.
pub fn routes(capabilities: &Capabilities, db: &Db) -> Router {
    let state = AppState {
        authenticator: Authenticator::new(capabilities, db),
        capabilities: capabilities.clone(),
        db: db.clone(),
        payments: Collector::new(capabilities, db),
        tenants: Tenants::new(db.clone()),
    };
    let custom = "/api/v1/enterprise-billing/reports/custom";
    Router::new()
        .route(custom, post(run::run_report))
        .route(&format!("{custom}/members"), get(members::list_report_members))
        .with_state(state)
}

/// The routes alone, with the layers that all components share.
pub fn router(capabilities: Capabilities) -> Router {
    let db = Db::new(capabilities.db.clone());
    edge_http::finish(routes(&capabilities, &db), "analytics", &capabilities)
}

/// The OpenAPI description of these routes.
#[derive(OpenApi)]
#[openapi(paths(run::run_report, members::list_report_members))]
pub struct ApiDoc;
