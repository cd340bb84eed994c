//! Billing over HTTP.

mod buying;
mod reading;

use std::sync::Arc;

use axum::Router;
use axum::extract::FromRef;
use axum::routing::{get, post};
use edge_access::Authenticator;
use edge_capabilities::Capabilities;
use edge_database::Db;
use edge_http::{Code, Problem};
use edge_idempotency::Idempotency;
use edge_rulebook::Rulebook;
use edge_tenants::{Mode, Tenant, Tenants};
use utoipa::OpenApi;

use crate::checkout::CheckoutService;
use crate::permission::{ApprovalAdapter, BudgetAdapter};
use crate::policy::{Approvals, Budgets, Policy};

#[derive(Clone)]
struct AppState {
    access: Authenticator,
    capabilities: Capabilities,
    checking: CheckoutService,
    idempotency: Idempotency,
    db: Db,
    tenants: Tenants,
}

impl FromRef<AppState> for Tenants {
    fn from_ref(state: &AppState) -> Self {
        state.tenants.clone()
    }
}

impl FromRef<AppState> for Authenticator {
    fn from_ref(state: &AppState) -> Self {
        state.access.clone()
    }
}

/// The routes of the component `checkout`.
pub fn router(capabilities: Capabilities) -> Router {
    let db = Db::new(capabilities.db.clone());
    let purses = Arc::new(BudgetAdapter::new(&capabilities, &db));
    let people = Arc::new(ApprovalAdapter::new(&capabilities, &db));
    router_with(capabilities, purses, people)
}

/// The same, with others who know of budgets and of approvals.
pub fn router_with(capabilities: Capabilities, budgets: Arc<dyn Budgets>, approvals: Arc<dyn Approvals>) -> Router {
    let db = Db::new(capabilities.db.clone());
    let policy = Policy { rulebook: Rulebook::new(&capabilities, &db), budgets, approvals };
    let state = AppState {
        access: Authenticator::new(&capabilities, &db),
        checking: CheckoutService::new(&capabilities, &db, policy),
        idempotency: Idempotency::new(&capabilities, &db),
        tenants: Tenants::new(db.clone()),
        db,
        capabilities: capabilities.clone(),
    };
    let routes = Router::new()
        .route("/api/v1/billing/checkout", post(buying::check_out))
        .route("/api/v1/billing/checkout/{order_id}", get(buying::show))
        .route("/api/v1/billing/verify", post(buying::verify))
        .route("/api/v1/billing/subscription", get(reading::subscription))
        .route("/api/v1/billing/subscription/cancel", post(buying::cancel))
        .route("/api/v1/billing/invoices", get(reading::invoices))
        .route("/api/v1/billing/reconciliation", get(reading::reconciliation))
        .with_state(state);
    edge_http::finish(routes, "checkout", &capabilities)
}

/// The OpenAPI description of these routes.
#[derive(OpenApi)]
#[openapi(paths(
    buying::check_out,
    buying::show,
    buying::verify,
    buying::cancel,
    reading::subscription,
    reading::invoices,
    reading::reconciliation
))]
pub struct ApiDoc;

/// Refuses tenants that are never billed.
fn check_mode(tenant: &Tenant) -> Result<(), Problem> {
    if tenant.mode == Mode::Internal {
        let detail = "This is one of the group's own companies: it is never billed.";
        return Err(Problem::new(Code::InternalTenant, detail));
    }
    Ok(())
}

#[cfg(test)]
mod tests;
