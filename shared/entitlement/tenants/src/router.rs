//! The routes of this crate. The handlers of each resource are in its `api`.

mod error;

use axum::Router;
use axum::routing::{delete, get, post, put};
use edge_access::{Authenticator, Caller};
use edge_audit::{Actor, AuditEntry, AuditLog};
use edge_capabilities::{Capabilities, Timestamp};
use edge_database::Db;
use edge_http::{Code, Problem};
use edge_idempotency::Idempotency;
use edge_jobs::JobRunner;
use edge_seats::Invalidation;
use utoipa::OpenApi;

use crate::audit::api as audit;
use crate::external_ids::api as external_ids;
use crate::external_ids::{ExternalIdChanges, ExternalIds};
use crate::members::api as members;
use crate::members::{Departures, Members, People, TELL_MEMBERS, TELL_MEMBERS_EVERY, TellMembers};
use crate::organizations::api as organizations;
use crate::subscription::{TELL_RENEWALS, TELL_RENEWALS_EVERY, TellRenewals};
use crate::subsidiaries::api as subsidiaries;
use crate::tenant::api as tenants;
use crate::tenant::request::is_uuid;
use crate::tenant::{Mode, Tenant, Tenants};
use crate::usage::api as usage;
use crate::{api_keys, seat_overrides};

#[derive(Clone)]
pub(crate) struct AppState {
    pub(crate) authenticator: Authenticator,
    pub(crate) capabilities: Capabilities,
    pub(crate) audit: AuditLog,
    pub(crate) departures: Departures,
    pub(crate) external_id_changes: ExternalIdChanges,
    pub(crate) external_ids: ExternalIds,
    pub(crate) idempotency: Idempotency,
    pub(crate) invalidation: Invalidation,
    pub(crate) members: Members,
    pub(crate) people: People,
    pub(crate) db: Db,
    pub(crate) tenants: Tenants,
}

edge_http::state_parts!(AppState { authenticator: Authenticator });

/// The routes, for a component that serves others too. `departures` removes members.
pub fn routes(capabilities: &Capabilities, departures: Departures) -> Router {
    let db = Db::new(capabilities.db.clone());
    let state = AppState {
        authenticator: Authenticator::new(capabilities, &db),
        audit: AuditLog::new(db.clone()),
        departures,
        external_id_changes: ExternalIdChanges::new(capabilities, &db),
        external_ids: ExternalIds::new(db.clone()),
        idempotency: Idempotency::new(capabilities, &db),
        invalidation: Invalidation::new(capabilities, &db),
        members: Members::new(db.clone()),
        people: People::new(db.clone()),
        tenants: Tenants::new(db.clone()),
        db,
        capabilities: capabilities.clone(),
    };
    Router::new()
        .route("/api/v1/tenants", post(tenants::create).get(tenants::list))
        .route("/api/v1/tenants/provision-internal", post(subsidiaries::provision))
        .route("/api/v1/tenants/{id}", get(tenants::show).put(tenants::change))
        .route("/api/v1/tenants/{id}/users", post(members::add).get(members::list))
        .route("/api/v1/tenants/{id}/users/{user_id}", put(members::change).delete(members::remove))
        .route("/api/v1/tenants/{id}/api-keys", post(api_keys::create).get(api_keys::list))
        .route("/api/v1/tenants/{id}/api-keys/{key_id}", delete(api_keys::revoke))
        .route("/api/v1/tenants/{id}/external-ids", get(external_ids::list))
        .route(
            "/api/v1/tenants/{id}/external-ids/{applicationSlug}",
            put(external_ids::set).delete(external_ids::remove),
        )
        .route("/api/v1/tenants/{id}/usage/stats", get(usage::stats))
        .route("/api/v1/tenants/{id}/audit", get(audit::list))
        .route("/api/v1/seats/overrides/{organizationId}", delete(seat_overrides::drop_payments))
        .route("/organizations", post(organizations::create_organization).get(organizations::list_organizations))
        .route("/organizations/{id}", get(organizations::get_organization).patch(organizations::update_organization))
        .route("/organizations/{id}/audit", get(organizations::list_audit_entries))
        .route("/organizations/{id}/users/{userId}", delete(organizations::erase_user))
        .with_state(state)
}

/// `runner` with the jobs of this crate, for the component that runs them.
#[must_use]
pub fn jobs(capabilities: &Capabilities, db: &Db, runner: JobRunner) -> JobRunner {
    runner.repeat(TELL_MEMBERS, TELL_MEMBERS_EVERY, TellMembers::new(capabilities, db)).repeat(
        TELL_RENEWALS,
        TELL_RENEWALS_EVERY,
        TellRenewals::new(capabilities, db),
    )
}

/// The routes by themselves, under the edge's conventions, where nothing else is kept of members.
pub fn router(capabilities: Capabilities) -> Router {
    let departures = Departures::new(&capabilities, &Db::new(capabilities.db.clone()), Vec::new());
    router_with(capabilities, departures)
}

/// As [`router`], with what other crates keep of members.
pub fn router_with(capabilities: Capabilities, departures: Departures) -> Router {
    edge_http::finish(routes(&capabilities, departures), "admin", &capabilities)
}

/// The OpenAPI description of these routes.
#[derive(OpenApi)]
#[openapi(
    paths(
        tenants::create,
        tenants::list,
        tenants::show,
        tenants::change,
        subsidiaries::provision,
        members::add,
        members::list,
        members::change,
        members::remove,
        api_keys::create,
        api_keys::list,
        api_keys::revoke,
        external_ids::list,
        external_ids::set,
        external_ids::remove,
        usage::stats,
        audit::list,
        seat_overrides::drop_payments,
        organizations::create_organization,
        organizations::list_organizations,
        organizations::get_organization,
        organizations::update_organization,
        organizations::list_audit_entries,
        organizations::erase_user,
    ),
    components(schemas(Mode))
)]
pub struct ApiDoc;

impl AppState {
    pub(crate) fn now(&self) -> Timestamp {
        self.capabilities.clock.now()
    }

    pub(crate) fn audit_entry(
        &self,
        action: &str,
        detail: &serde_json::Value,
        actor: &Actor,
        at: Timestamp,
    ) -> AuditEntry {
        AuditEntry::new(action, detail, actor, &*self.capabilities.random, at)
    }

    /// The tenant `id`, if it is the caller's to see. Another's looks like one that does not exist.
    pub(crate) async fn find(&self, caller: &Caller, id: &str) -> Result<Tenant, Problem> {
        let id = id.to_ascii_lowercase();
        let found = if is_uuid(&id) && caller.sees(&id) { self.tenants.find(&id).await? } else { None };
        found.ok_or_else(|| Problem::new(Code::TenantNotFound, "There is no such tenant."))
    }
}

pub(crate) fn require_platform(caller: &Caller) -> Result<(), Problem> {
    match caller.tenant {
        None => Ok(()),
        Some(_) => Err(Problem::new(Code::PermissionDenied, "This takes a key of the platform's, not a tenant's.")),
    }
}

#[cfg(test)]
mod tests;
