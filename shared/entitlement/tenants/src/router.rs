//! Tenants over HTTP.

mod api_keys;
mod audit;
mod error;
mod external_ids;
mod members;
mod organizations;
mod request;
mod response;
mod seat_overrides;
mod subsidiaries;
mod usage;

use axum::Router;
use axum::extract::{FromRef, Path, Query, State};
use axum::response::Response;
use axum::routing::{delete, get, post, put};
use edge_access::{Authenticator, Caller, Granted, TenantsAdmin};
use edge_capabilities::database::Cursor;
use edge_capabilities::{Capabilities, Timestamp};
use edge_database::Db;
use edge_http::{Address, Code, Json, Listing, Page, Problem, Text};
use edge_idempotency::{Idempotency, Idempotent};
use edge_notifications::Notifications;
use edge_seats::Invalidation;
use http::{StatusCode, Uri};
use serde::Deserialize;
use utoipa::{IntoParams, OpenApi};

use crate::change::{CommitResult, Task};
use crate::departures::Departures;
use crate::error::TenantError;
use crate::external_ids::ExternalIds;
use crate::members::Members;
use crate::people::People;
use crate::store::Tenants;
use crate::tenant::{Mode, Tenant};
use edge_audit::{Actor, AuditEntry, AuditLog};
use request::{CreateTenantRequest, UpdateTenantRequest};
use response::TenantResponse;

/// How often a change is tried again when somebody else was faster.
const MAX_ATTEMPTS: u32 = 5;

#[derive(Clone)]
struct AppState {
    authenticator: Authenticator,
    capabilities: Capabilities,
    audit: AuditLog,
    departures: Departures,
    external_ids: ExternalIds,
    idempotency: Idempotency,
    invalidation: Invalidation,
    members: Members,
    notifications: Notifications,
    people: People,
    db: Db,
    tenants: Tenants,
}

impl FromRef<AppState> for Authenticator {
    fn from_ref(state: &AppState) -> Self {
        state.authenticator.clone()
    }
}

/// The routes, for a component that serves others too. `departures` removes members.
pub fn routes(capabilities: &Capabilities, departures: Departures) -> Router {
    let db = Db::new(capabilities.db.clone());
    let state = AppState {
        authenticator: Authenticator::new(capabilities, &db),
        audit: AuditLog::new(db.clone()),
        departures,
        external_ids: ExternalIds::new(db.clone()),
        idempotency: Idempotency::new(capabilities, &db),
        invalidation: Invalidation::new(&capabilities.cache, &capabilities.clock, &db),
        members: Members::new(db.clone()),
        notifications: Notifications::new(db.clone()),
        people: People::new(db.clone()),
        tenants: Tenants::new(db.clone()),
        db,
        capabilities: capabilities.clone(),
    };
    Router::new()
        .route("/api/v1/tenants", post(create).get(list))
        .route("/api/v1/tenants/provision-internal", post(subsidiaries::provision))
        .route("/api/v1/tenants/{id}", get(show).put(change))
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
        create,
        list,
        show,
        change,
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

/// Create a tenant
///
/// Requires a platform key. Repeating the request with the same `Idempotency-Key` creates only one tenant.
#[utoipa::path(
    post, path = "/api/v1/tenants", operation_id = "create_tenant",
    tag = "Tenants", security(("key" = ["tenants:admin"])),
    request_body = CreateTenantRequest,
    responses(
        (status = 201, description = "The tenant is created.", body = TenantResponse),
        (status = 409, description = "`ALREADY_EXISTS`: another tenant has this slug, domain or id."),
    ),
)]
async fn create(
    State(state): State<AppState>,
    granted: Granted<TenantsAdmin>,
    address: Address,
    request: Idempotent<CreateTenantRequest>,
) -> Result<Response, Problem> {
    require_platform(&granted.caller)?;
    let actor = granted.caller.actor(address);
    state
        .idempotency
        .once(&granted.caller.idempotency_scope(), request, async |new| {
            let tenant = new.read(&*state.capabilities.random, state.now())?;
            Ok((StatusCode::CREATED, TenantResponse::from(state.insert(tenant, &actor).await?)))
        })
        .await
}

/// The filter of the list.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct TenantListQuery {
    /// Only tenants whose name, slug or id contains this text, in upper or lower case.
    search: Option<String>,
}

/// List tenants
///
/// Tenants are listed newest first. A tenant's key lists only its own tenant.
#[utoipa::path(
    get, path = "/api/v1/tenants", operation_id = "list_tenants",
    tag = "Tenants", security(("key" = ["tenants:admin"])), params(Page, TenantListQuery),
    responses((status = 200, description = "A page of tenants.", body = Listing<TenantResponse>)),
)]
async fn list(
    State(state): State<AppState>,
    granted: Granted<TenantsAdmin>,
    page: Page,
    uri: Uri,
) -> Result<Json<Listing<TenantResponse>>, Problem> {
    let unreadable = |_| Problem::field("query", "cannot be read");
    let Query(query) = Query::<TenantListQuery>::try_from_uri(&uri).map_err(unreadable)?;
    let search = query.search.filter(|search| !search.is_empty());
    if search.as_deref().is_some_and(|search| !Text::<{ request::MAX_TEXT_LEN }>::accepts(search)) {
        return Err(Problem::field("search", "must be at most 256 bytes without control characters"));
    }
    let own = granted.caller.tenant.as_ref().map(|own| vec![own.as_str().to_owned()]);
    let cursor = page.cursor(request::is_uuid)?;
    let tenants = state.tenants.list(own, search.as_deref(), cursor, page.rows()).await?;
    Ok(Json(page.listing(tenants, |last| Cursor::new(last.created_at, last.id.clone()), TenantResponse::from)))
}

/// Get a tenant
#[utoipa::path(
    get, path = "/api/v1/tenants/{id}", operation_id = "get_tenant",
    tag = "Tenants", security(("key" = ["tenants:admin"])),
    params(("id" = String, Path, description = "The tenant's id.")),
    responses((status = 200, description = "The tenant.", body = TenantResponse)),
)]
async fn show(
    State(state): State<AppState>,
    granted: Granted<TenantsAdmin>,
    Path(id): Path<String>,
) -> Result<Json<TenantResponse>, Problem> {
    Ok(Json(state.find(&granted.caller, &id).await?.into()))
}

/// Update a tenant
///
/// Omitted fields keep their values; null clears an optional field. A tenant's own key can change the tenant's names,
/// addresses and settings, but nothing that the tenant pays for.
#[utoipa::path(
    put, path = "/api/v1/tenants/{id}", operation_id = "update_tenant",
    tag = "Tenants", security(("key" = ["tenants:admin"])),
    params(("id" = String, Path, description = "The tenant's id.")), request_body = UpdateTenantRequest,
    responses(
        (status = 200, description = "The updated tenant.", body = TenantResponse),
        (status = 409, description = "`ALREADY_EXISTS`: another tenant has this slug or domain."),
    ),
)]
async fn change(
    State(state): State<AppState>,
    granted: Granted<TenantsAdmin>,
    address: Address,
    Path(id): Path<String>,
    Json(changes): Json<UpdateTenantRequest>,
) -> Result<Json<TenantResponse>, Problem> {
    let actor = granted.caller.actor(address);
    Ok(Json(state.update(&granted.caller, &actor, &id, &changes).await?.into()))
}

impl AppState {
    fn now(&self) -> Timestamp {
        self.capabilities.clock.now()
    }

    fn audit_entry(&self, action: &str, detail: &serde_json::Value, actor: &Actor, at: Timestamp) -> AuditEntry {
        AuditEntry::new(action, detail, actor, &*self.capabilities.random, at)
    }

    /// Makes `changes` to the tenant `id`.
    async fn update(
        &self,
        caller: &Caller,
        actor: &Actor,
        id: &str,
        changes: &UpdateTenantRequest,
    ) -> Result<Tenant, Problem> {
        if changes.touch_what_is_paid_for() {
            require_platform(caller)?;
        }
        for _ in 0..MAX_ATTEMPTS {
            let before = self.find(caller, id).await?;
            let mut tenant = before.clone();
            changes.apply(&mut tenant)?;
            let Some(detail) = request::difference(&before, &tenant) else {
                // It may be as wanted by a change that did not get to its end.
                let undone: Vec<Task> =
                    before.outbox.iter().filter(|task| task.is_audited_and_concerns_seats()).cloned().collect();
                self.complete(&before.id, &undone).await?;
                return Ok(before);
            };
            let now = self.now();
            tenant.updated_at = now;
            let entry = self.audit_entry("tenant.changed", &detail, actor, now);
            tenant.note_organization(&entry.id, now);
            let mut task = Task::of_audit_entry(entry);
            if before.is_active != tenant.is_active {
                task = task.concerning_seats();
            }
            tenant.outbox.push(task.clone());
            // What payments still have to bring about stays due as it was, or a moment later.
            if self.tenants.replace(&tenant, now).await? == CommitResult::Stored {
                self.complete(&tenant.id, &[task]).await?;
                return Ok(tenant);
            }
        }
        Err(Problem::new(Code::StoreUnavailable, "The tenant is being changed by others; try again.").retry_after(1))
    }

    /// Does what is to be done about changes that somebody made to the tenant `id`.
    async fn complete(&self, id: &str, tasks: &[Task]) -> Result<(), Problem> {
        if tasks.iter().any(Task::is_audited_and_concerns_seats) {
            self.invalidation.invalidate(id).await?;
        }
        if !tasks.is_empty() {
            self.tenants.done(id, tasks).await?;
        }
        Ok(())
    }

    /// Stores a new tenant, and who made it.
    async fn insert(&self, tenant: Tenant, actor: &Actor) -> Result<Tenant, TenantError> {
        self.tenants.create(tenant, actor, &*self.capabilities.random).await
    }

    /// The tenant `id`, if it is the caller's to see. Another's looks like one that does not exist.
    async fn find(&self, caller: &Caller, id: &str) -> Result<Tenant, Problem> {
        let id = id.to_ascii_lowercase();
        let found = if request::is_uuid(&id) && caller.sees(&id) { self.tenants.find(&id).await? } else { None };
        found.ok_or_else(|| Problem::new(Code::TenantNotFound, "There is no such tenant."))
    }
}

fn require_platform(caller: &Caller) -> Result<(), Problem> {
    match caller.tenant {
        None => Ok(()),
        Some(_) => Err(Problem::new(Code::PermissionDenied, "This takes a key of the platform's, not a tenant's.")),
    }
}

#[cfg(test)]
mod tests;
