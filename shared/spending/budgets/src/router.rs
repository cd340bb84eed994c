//! The routes of budgets. The handlers of each resource are in its `api`.

mod error;

use axum::Router;
use axum::routing::{get, post};
use edge_access::Authenticator;
use edge_audit::AuditLog;
use edge_capabilities::{Capabilities, Timestamp};
use edge_database::Db;
use edge_idempotency::Idempotency;
use edge_jobs::JobRunner;
use edge_tenants::Tenants;
use utoipa::OpenApi;

use crate::service::{BudgetService, RAISE_ALERTS, RAISE_ALERTS_EVERY, RaiseAlerts};
use crate::{alert, budget, reservation, tracking};

#[derive(Clone)]
pub(crate) struct AppState {
    authenticator: Authenticator,
    pub(crate) audit: AuditLog,
    pub(crate) capabilities: Capabilities,
    pub(crate) idempotency: Idempotency,
    pub(crate) service: BudgetService,
    tenants: Tenants,
}

impl AppState {
    pub(crate) fn now(&self) -> Timestamp {
        self.capabilities.clock.now()
    }
}

edge_http::state_parts!(AppState { tenants: Tenants, authenticator: Authenticator });

/// The routes, for a component that serves others too.
pub fn routes(capabilities: &Capabilities) -> Router {
    let db = Db::new(capabilities.db.clone());
    let state = AppState {
        authenticator: Authenticator::new(capabilities, &db),
        audit: AuditLog::new(db.clone()),
        idempotency: Idempotency::new(capabilities, &db),
        service: BudgetService::new(capabilities, &db),
        tenants: Tenants::new(db.clone()),
        capabilities: capabilities.clone(),
    };
    let budgets = "/api/v1/enterprise-billing/budgets";
    let one = format!("{budgets}/{{budget_id}}");
    let reservation = format!("{one}/reservations/{{reference}}");
    Router::new()
        .route(budgets, post(budget::api::create_budget).get(budget::api::list_budgets))
        .route(&one, get(budget::api::get_budget).put(budget::api::update_budget))
        .route(&format!("{one}/tracking"), get(tracking::api::get_tracking))
        .route(&format!("{one}/alerts"), get(alert::api::list_alerts))
        .route(&format!("{one}/reservations"), post(reservation::api::reserve))
        .route(&format!("{reservation}/commit"), post(reservation::api::commit))
        .route(&format!("{reservation}/release"), post(reservation::api::release))
        .with_state(state)
}

/// `runner` with the jobs of this crate, for the component that runs them.
#[must_use]
pub fn jobs(capabilities: &Capabilities, db: &Db, runner: JobRunner) -> JobRunner {
    runner.repeat(RAISE_ALERTS, RAISE_ALERTS_EVERY, RaiseAlerts(BudgetService::new(capabilities, db)))
}

/// The routes alone, with the layers that all components share.
pub fn router(capabilities: Capabilities) -> Router {
    edge_http::finish(routes(&capabilities), "enterprise", &capabilities)
}

/// The OpenAPI description of these routes.
#[derive(OpenApi)]
#[openapi(paths(
    budget::api::create_budget,
    budget::api::list_budgets,
    budget::api::get_budget,
    budget::api::update_budget,
    tracking::api::get_tracking,
    alert::api::list_alerts,
    reservation::api::reserve,
    reservation::api::commit,
    reservation::api::release
))]
pub struct ApiDoc;

#[cfg(test)]
mod tests;
