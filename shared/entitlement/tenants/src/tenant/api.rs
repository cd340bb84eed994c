//! Tenants over HTTP.

use axum::extract::{Path, Query, State};
use axum::response::Response;
use edge_access::{Caller, Granted, TenantsAdmin};
use edge_audit::Actor;
use edge_capabilities::database::Cursor;
use edge_http::{Address, Code, Json, Listing, Page, Problem, Text};
use edge_idempotency::Idempotent;
use http::{StatusCode, Uri};
use serde::Deserialize;
use utoipa::IntoParams;

use super::change::{CommitResult, Task};
use super::model::Tenant;
use super::request::{CreateTenantRequest, MAX_TEXT_LEN, UpdateTenantRequest, difference, is_uuid};
use super::response::TenantResponse;
use crate::error::TenantError;
use crate::router::{AppState, require_platform};

/// How often a change is tried again when another one was faster.
const MAX_ATTEMPTS: u32 = 5;

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
pub(crate) async fn create(
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
pub(crate) struct TenantListQuery {
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
pub(crate) async fn list(
    State(state): State<AppState>,
    granted: Granted<TenantsAdmin>,
    page: Page,
    uri: Uri,
) -> Result<Json<Listing<TenantResponse>>, Problem> {
    let unreadable = |_| Problem::field("query", "cannot be read");
    let Query(query) = Query::<TenantListQuery>::try_from_uri(&uri).map_err(unreadable)?;
    let search = query.search.filter(|search| !search.is_empty());
    if search.as_deref().is_some_and(|search| !Text::<MAX_TEXT_LEN>::accepts(search)) {
        return Err(Problem::field("search", "must be at most 256 bytes without control characters"));
    }
    let own = granted.caller.tenant.as_ref().map(|own| vec![own.as_str().to_owned()]);
    let cursor = page.cursor(is_uuid)?;
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
pub(crate) async fn show(
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
pub(crate) async fn change(
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
    /// Makes `changes` to the tenant `id`.
    pub(crate) async fn update(
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
            let Some(detail) = difference(&before, &tenant) else {
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
    pub(crate) async fn insert(&self, tenant: Tenant, actor: &Actor) -> Result<Tenant, TenantError> {
        self.tenants.create(tenant, actor, &*self.capabilities.random).await
    }
}
