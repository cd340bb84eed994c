//! The routes of applications and their plans. The handlers of each resource are in its `api`.

use axum::Router;
use axum::routing::{get, patch, post};
use edge_access::{Authenticator, Caller};
use edge_capabilities::{Capabilities, Timestamp};
use edge_database::Db;
use edge_http::{Code, Problem};
use edge_idempotency::Idempotency;
use edge_seats::Invalidation;
use utoipa::OpenApi;

use crate::application::api as applications;
use crate::application::store::Applications;
use crate::plan::api as plans;
use crate::plan::store::Plans;

/// How often a change is tried again after somebody else was faster.
pub(crate) const MAX_UPDATE_ATTEMPTS: u32 = 5;

#[derive(Clone)]
pub(crate) struct AppState {
    authenticator: Authenticator,
    pub(crate) applications: Applications,
    pub(crate) capabilities: Capabilities,
    pub(crate) idempotency: Idempotency,
    pub(crate) invalidation: Invalidation,
    pub(crate) plans: Plans,
}

impl AppState {
    pub(crate) fn now(&self) -> Timestamp {
        self.capabilities.clock.now()
    }
}

edge_http::state_parts!(AppState { authenticator: Authenticator });

/// Applications are the platform's: no tenant's caller changes them.
pub(crate) fn require_platform(caller: &Caller) -> Result<(), Problem> {
    match caller.tenant {
        None => Ok(()),
        Some(_) => Err(Problem::new(Code::PermissionDenied, "This requires a platform key.")),
    }
}

/// Too many callers make changes at once.
pub(crate) fn busy() -> Problem {
    Problem::new(Code::StoreUnavailable, "Too many callers are making changes at once; try again.").retry_after(1)
}

/// The routes, for a component that serves others too.
pub fn routes(capabilities: &Capabilities) -> Router {
    let db = Db::new(capabilities.db.clone());
    let state = AppState {
        applications: Applications::new(capabilities, &db),
        authenticator: Authenticator::new(capabilities, &db),
        idempotency: Idempotency::new(capabilities, &db),
        invalidation: Invalidation::new(capabilities, &db),
        plans: Plans::new(db.clone()),
        capabilities: capabilities.clone(),
    };
    Router::new()
        .route("/applications", post(applications::create_application).get(applications::list_applications))
        .route("/applications/{slug}", get(applications::get_application).patch(applications::update_application))
        .route("/applications/{slug}/plans", post(plans::create_plan).get(plans::list_plans))
        .route("/applications/{slug}/plans/{planId}", patch(plans::update_plan))
        .with_state(state)
}

/// The routes alone, with the layers that all components share.
pub fn router(capabilities: Capabilities) -> Router {
    edge_http::finish(routes(&capabilities), "admin", &capabilities)
}

/// The OpenAPI description of these routes.
#[derive(OpenApi)]
#[openapi(paths(
    applications::create_application,
    applications::list_applications,
    applications::get_application,
    applications::update_application,
    plans::create_plan,
    plans::list_plans,
    plans::update_plan,
))]
pub struct ApiDoc;

#[cfg(test)]
mod tests;
