//! The billing API.

use axum::Router;
use axum::routing::{get, post};
use edge_access::Authenticator;
use edge_capabilities::Capabilities;
use edge_database::Db;
use edge_http::{Code, Problem};
use edge_idempotency::Idempotency;
use edge_tenants::{Mode, Tenant, Tenants};
use utoipa::OpenApi;

use crate::checkout::CheckoutService;
use crate::checkout::api as checkout;
use crate::invoices::api as invoices;
use crate::reconciliation::api as reconciliation;
use crate::subscription::api as subscription;

#[derive(Clone)]
pub(crate) struct AppState {
    pub(crate) authenticator: Authenticator,
    pub(crate) capabilities: Capabilities,
    pub(crate) checkouts: CheckoutService,
    pub(crate) idempotency: Idempotency,
    pub(crate) db: Db,
    pub(crate) tenants: Tenants,
}

edge_http::state_parts!(AppState { tenants: Tenants, authenticator: Authenticator });

/// The routes, for a component that serves others too.
pub fn routes(capabilities: &Capabilities) -> Router {
    let db = Db::new(capabilities.db.clone());
    let state = AppState {
        authenticator: Authenticator::new(capabilities, &db),
        checkouts: CheckoutService::new(capabilities, &db),
        idempotency: Idempotency::new(capabilities, &db),
        tenants: Tenants::new(db.clone()),
        db,
        capabilities: capabilities.clone(),
    };
    Router::new()
        .route("/api/v1/billing/checkout", post(checkout::create_checkout))
        .route("/api/v1/billing/checkout/{order_id}", get(checkout::get_order))
        .route("/api/v1/billing/verify", post(checkout::verify_payment))
        .route("/api/v1/billing/subscription", get(subscription::get_subscription))
        .route("/api/v1/billing/subscription/cancel", post(subscription::cancel_subscription))
        .route("/api/v1/billing/invoices", get(invoices::list_invoices))
        .route("/api/v1/billing/reconciliation", get(reconciliation::reconcile))
        .with_state(state)
}

/// The routes alone, with the layers that all components share.
pub fn router(capabilities: Capabilities) -> Router {
    edge_http::finish(routes(&capabilities), "checkout", &capabilities)
}

/// The OpenAPI description of these routes.
#[derive(OpenApi)]
#[openapi(paths(
    checkout::create_checkout,
    checkout::get_order,
    checkout::verify_payment,
    subscription::cancel_subscription,
    subscription::get_subscription,
    invoices::list_invoices,
    reconciliation::reconcile
))]
pub struct ApiDoc;

/// Refuses tenants that are never billed.
pub(crate) fn check_mode(tenant: &Tenant) -> Result<(), Problem> {
    if tenant.mode == Mode::Internal {
        let detail = "This is one of the group's own companies: it is never billed.";
        return Err(Problem::new(Code::InternalTenant, detail));
    }
    Ok(())
}
