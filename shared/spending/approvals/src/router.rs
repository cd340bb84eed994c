//! Approvals over HTTP.

mod fields;
mod requesting;
mod ruling;
mod shown;

use axum::Router;
use axum::extract::FromRef;
use axum::routing::{delete, get, post, put};
use edge_access::Authenticator;
use edge_audit::{Actor, AuditEntry, AuditLog};
use edge_capabilities::{Capabilities, Timestamp};
use edge_database::Db;
use edge_idempotency::Idempotency;
use edge_tenants::Tenants;
use utoipa::OpenApi;

use crate::asking::ApprovalService;
use crate::delegations::Delegations;

#[derive(Clone)]
struct AppState {
    access: Authenticator,
    asking: ApprovalService,
    audit: AuditLog,
    capabilities: Capabilities,
    delegations: Delegations,
    idempotency: Idempotency,
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

/// The routes, for a component that serves others too.
pub fn routes(capabilities: &Capabilities) -> Router {
    let db = Db::new(capabilities.db.clone());
    let state = AppState {
        access: Authenticator::new(capabilities, &db),
        asking: ApprovalService::new(capabilities, &db),
        audit: AuditLog::new(db.clone()),
        delegations: Delegations::new(db.clone()),
        idempotency: Idempotency::new(capabilities, &db),
        tenants: Tenants::new(db.clone()),
        capabilities: capabilities.clone(),
    };
    let at = |path: &str| format!("/api/v1/enterprise-billing/approvals{path}");
    Router::new()
        .route(&at("/requests"), post(requesting::create).get(requesting::list))
        .route(&at("/requests/bulk-approve"), post(requesting::bulk_approve))
        .route(&at("/requests/{request_id}"), get(requesting::show))
        .route(&at("/requests/{request_id}/process"), post(requesting::process))
        .route(&at("/rules"), post(ruling::create).get(ruling::list))
        .route(&at("/rules/{rule_id}"), put(ruling::update))
        .route(&at("/roles"), get(ruling::list_roles))
        .route(&at("/roles/{role}"), put(ruling::set_role))
        .route(&at("/delegations"), post(ruling::delegate).get(ruling::list_delegations))
        .route(&at("/delegations/{delegation_id}"), delete(ruling::revoke))
        .with_state(state)
}

/// The routes by themselves, under the edge's conventions.
pub fn router(capabilities: Capabilities) -> Router {
    edge_http::finish(routes(&capabilities), "enterprise", &capabilities)
}

/// The OpenAPI description of these routes.
#[derive(OpenApi)]
#[openapi(paths(
    requesting::create,
    requesting::list,
    requesting::show,
    requesting::process,
    requesting::bulk_approve,
    ruling::create,
    ruling::update,
    ruling::list,
    ruling::set_role,
    ruling::list_roles,
    ruling::delegate,
    ruling::list_delegations,
    ruling::revoke
))]
pub struct ApiDoc;

impl AppState {
    fn now(&self) -> Timestamp {
        self.capabilities.clock.now()
    }

    /// Tells the tenant's audit. What must not be lost is stored with the change itself.
    async fn deed(&self, tenant: &str, action: &str, detail: &serde_json::Value, author: &Actor) {
        let deed = AuditEntry::new(action, detail, author, &*self.capabilities.random, self.now());
        let _ = self.audit.append(tenant, &deed).await;
    }
}

/// Whether a cursor may name it.
fn is_valid(name: &str) -> bool {
    name.len() <= 64 && !name.chars().any(char::is_control)
}

#[cfg(test)]
mod tests;
