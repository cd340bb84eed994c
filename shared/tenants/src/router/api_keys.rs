//! A tenant's API keys over HTTP: the same keys as everybody's, bound to the tenant.

use axum::extract::{Path, State};
use axum::response::Response;
use edge_access::{Descendants, Granted, IssuedKey, NewApiKey, RevokedKeys, ShownKey, TenantId, TenantsAdmin};
use edge_border::{Json, Listing, Page, Problem};
use edge_idempotency::Idempotent;
use http::StatusCode;

use super::Desk;

/// Make an API key of a tenant's
///
/// As at `/api/v1/api-keys`; it sees and changes things of this tenant alone, and has no scope that its maker lacks.
#[utoipa::path(
    post, path = "/api/v1/tenants/{id}/api-keys", tag = "Tenants", security(("key" = ["tenants:admin"])),
    params(("id" = String, Path, description = "The tenant's id.")), request_body = NewApiKey,
    responses((status = 201, description = "Made.", body = IssuedKey)),
)]
pub(super) async fn create(
    State(desk): State<Desk>,
    granted: Granted<TenantsAdmin>,
    Path(id): Path<String>,
    request: Idempotent<NewApiKey>,
) -> Result<Response, Problem> {
    let tenant = desk.find(&granted.caller, &id).await?;
    desk.idempotency
        .once_for_secret(&granted.caller.idempotency_scope_in(&tenant.id), request, async |new| {
            let issued = desk.access.issue_key(new.bound_to(&tenant.id)?, &granted.caller).await?;
            Ok((StatusCode::CREATED, issued))
        })
        .await
}

/// List a tenant's API keys
///
/// Newest first, without those that were revoked.
#[utoipa::path(
    get, path = "/api/v1/tenants/{id}/api-keys", tag = "Tenants", security(("key" = ["tenants:admin"])),
    params(("id" = String, Path, description = "The tenant's id."), Page),
    responses((status = 200, description = "A page of keys.", body = Listing<ShownKey>)),
)]
pub(super) async fn list(
    State(desk): State<Desk>,
    granted: Granted<TenantsAdmin>,
    Path(id): Path<String>,
    page: Page,
) -> Result<Json<Listing<ShownKey>>, Problem> {
    let tenant = TenantId::new(desk.find(&granted.caller, &id).await?.id);
    desk.access.list_keys(Some(&tenant), &page).await.map(Json)
}

/// Revoke an API key of a tenant's
///
/// Everywhere on this node it stops working within one second. The keys that it made, and those that they made, go on
/// unless `?descendants=revoke` asks for them too; then the answer names all that were revoked.
#[utoipa::path(
    delete, path = "/api/v1/tenants/{id}/api-keys/{key_id}", tag = "Tenants", security(("key" = ["tenants:admin"])),
    params(
        ("id" = String, Path, description = "The tenant's id."),
        ("key_id" = String, Path, description = "The key's id."),
        ("descendants" = Option<String>, Query, description = "`revoke`: the keys that descend from it, too."),
    ),
    responses(
        (status = 200, description = "Revoked with its descendants.", body = RevokedKeys),
        (status = 204, description = "Revoked."),
    ),
)]
pub(super) async fn revoke(
    State(desk): State<Desk>,
    granted: Granted<TenantsAdmin>,
    Path((id, key)): Path<(String, String)>,
    descendants: Descendants,
) -> Result<Response, Problem> {
    let tenant = TenantId::new(desk.find(&granted.caller, &id).await?.id);
    let revoked = desk.access.revoke_key(&key, Some(&tenant), descendants, &granted.caller).await?;
    Ok(revoked.answer(descendants))
}
