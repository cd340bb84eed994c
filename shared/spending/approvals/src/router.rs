//! The routes of approvals. The handlers of each resource are in its `api`.

mod error;

use axum::Router;
use axum::routing::{delete, get, post, put};
use edge_access::Authenticator;
use edge_audit::{Actor, AuditEntry, AuditLog};
use edge_capabilities::{Capabilities, Timestamp};
use edge_database::Db;
use edge_idempotency::Idempotency;
use edge_jobs::JobRunner;
use edge_tenants::Tenants;
use utoipa::OpenApi;

use crate::delegation::{self, Delegations};
use crate::notice::{TELL, TELL_EVERY, TellOfRequests};
use crate::service::ApprovalService;
use crate::{people, request, rule};

#[derive(Clone)]
pub(crate) struct AppState {
    audit: AuditLog,
    authenticator: Authenticator,
    pub(crate) capabilities: Capabilities,
    pub(crate) delegations: Delegations,
    pub(crate) idempotency: Idempotency,
    pub(crate) service: ApprovalService,
    tenants: Tenants,
}

edge_http::state_parts!(AppState { tenants: Tenants, authenticator: Authenticator });

impl AppState {
    pub(crate) fn now(&self) -> Timestamp {
        self.capabilities.clock.now()
    }

    /// Adds an entry to the tenant's audit log. A failure is ignored: what must not be lost is stored with the change itself.
    pub(crate) async fn add_audit_entry(&self, tenant: &str, action: &str, detail: &serde_json::Value, actor: &Actor) {
        let entry = AuditEntry::new(action, detail, actor, &*self.capabilities.random, self.now());
        let _ = self.audit.append(tenant, &entry).await;
    }
}

/// The routes, for a component that serves others too.
pub fn routes(capabilities: &Capabilities) -> Router {
    let db = Db::new(capabilities.db.clone());
    let state = AppState {
        audit: AuditLog::new(db.clone()),
        authenticator: Authenticator::new(capabilities, &db),
        delegations: Delegations::new(db.clone()),
        idempotency: Idempotency::new(capabilities, &db),
        service: ApprovalService::new(capabilities, &db),
        tenants: Tenants::new(db.clone()),
        capabilities: capabilities.clone(),
    };
    let at = |path: &str| format!("/api/v1/enterprise-billing/approvals{path}");
    Router::new()
        .route(&at("/requests"), post(request::api::create_request).get(request::api::list_requests))
        .route(&at("/requests/bulk-approve"), post(request::api::bulk_approve))
        .route(&at("/requests/{request_id}"), get(request::api::get_request))
        .route(&at("/requests/{request_id}/process"), post(request::api::process_request))
        .route(&at("/rules"), post(rule::api::create_rule).get(rule::api::list_rules))
        .route(&at("/rules/{rule_id}"), put(rule::api::update_rule))
        .route(&at("/roles"), get(people::api::list_roles))
        .route(&at("/roles/{role}"), put(people::api::set_role_members))
        .route(&at("/delegations"), post(delegation::api::create_delegation).get(delegation::api::list_delegations))
        .route(&at("/delegations/{delegation_id}"), delete(delegation::api::revoke_delegation))
        .with_state(state)
}

/// `runner` with the jobs of this crate, for the component that runs them.
#[must_use]
pub fn jobs(capabilities: &Capabilities, db: &Db, runner: JobRunner) -> JobRunner {
    runner.repeat(TELL, TELL_EVERY, TellOfRequests(ApprovalService::new(capabilities, db)))
}

/// The routes alone, with the layers that all components share.
pub fn router(capabilities: Capabilities) -> Router {
    edge_http::finish(routes(&capabilities), "enterprise", &capabilities)
}

/// The OpenAPI description of these routes.
#[derive(OpenApi)]
#[openapi(paths(
    request::api::create_request,
    request::api::list_requests,
    request::api::get_request,
    request::api::process_request,
    request::api::bulk_approve,
    rule::api::create_rule,
    rule::api::update_rule,
    rule::api::list_rules,
    people::api::set_role_members,
    people::api::list_roles,
    delegation::api::create_delegation,
    delegation::api::list_delegations,
    delegation::api::revoke_delegation
))]
pub struct ApiDoc;

#[cfg(test)]
mod tests;
