//! A tenant's API keys over HTTP: the same keys as everybody's, bound to the tenant.

use axum::extract::{Path, State};
use axum::response::Response;
use edge_access::{
    ApiKeyResponse, CreateApiKeyRequest, CreateApiKeyResponse, Descendants, Granted, RevokeApiKeyResponse, TenantId,
    TenantsAdmin,
};
use edge_http::{Json, Listing, Page, Problem};
use edge_idempotency::Idempotent;
use http::StatusCode;

use crate::router::AppState;

/// Create an API key for a tenant
///
/// Works like `/api/v1/api-keys`. The key can read and change only this tenant's data and has no scope that its creator
/// lacks.
#[utoipa::path(
    post, path = "/api/v1/tenants/{id}/api-keys", operation_id = "create_tenant_api_key",
    tag = "Tenants", security(("key" = ["tenants:admin"])),
    params(("id" = String, Path, description = "The tenant's id.")), request_body = CreateApiKeyRequest,
    responses((status = 201, description = "The key is created.", body = CreateApiKeyResponse)),
)]
pub(crate) async fn create(
    State(state): State<AppState>,
    granted: Granted<TenantsAdmin>,
    Path(id): Path<String>,
    request: Idempotent<CreateApiKeyRequest>,
) -> Result<Response, Problem> {
    let tenant = state.find(&granted.caller, &id).await?;
    state
        .idempotency
        .once_for_secret(&granted.caller.idempotency_scope_in(&tenant.id), request, async |new| {
            let issued = state.authenticator.issue_key(new.bound_to(&tenant.id)?, &granted.caller).await?;
            Ok((StatusCode::CREATED, issued))
        })
        .await
}

/// List a tenant's API keys
///
/// Keys are listed newest first, without revoked keys.
#[utoipa::path(
    get, path = "/api/v1/tenants/{id}/api-keys", operation_id = "list_tenant_api_keys",
    tag = "Tenants", security(("key" = ["tenants:admin"])),
    params(("id" = String, Path, description = "The tenant's id."), Page),
    responses((status = 200, description = "A page of keys.", body = Listing<ApiKeyResponse>)),
)]
pub(crate) async fn list(
    State(state): State<AppState>,
    granted: Granted<TenantsAdmin>,
    Path(id): Path<String>,
    page: Page,
) -> Result<Json<Listing<ApiKeyResponse>>, Problem> {
    let tenant = TenantId::new(state.find(&granted.caller, &id).await?.id);
    state.authenticator.list_keys(Some(&tenant), &page).await.map(Json)
}

/// Revoke a tenant's API key
///
/// The key stops working everywhere on this node within one second. Its descendants, the keys created with it directly
/// or indirectly, keep working unless `?descendants=revoke` is given; then the response lists all revoked keys.
#[utoipa::path(
    delete, path = "/api/v1/tenants/{id}/api-keys/{key_id}", operation_id = "revoke_tenant_api_key",
    tag = "Tenants", security(("key" = ["tenants:admin"])),
    params(
        ("id" = String, Path, description = "The tenant's id."),
        ("key_id" = String, Path, description = "The key's id."),
        ("descendants" = Option<String>, Query, description = "`revoke` also revokes all descendants of the key."),
    ),
    responses(
        (status = 200, description = "The key and its descendants are revoked.", body = RevokeApiKeyResponse),
        (status = 204, description = "The key is revoked."),
    ),
)]
pub(crate) async fn revoke(
    State(state): State<AppState>,
    granted: Granted<TenantsAdmin>,
    Path((id, key)): Path<(String, String)>,
    descendants: Descendants,
) -> Result<Response, Problem> {
    let tenant = TenantId::new(state.find(&granted.caller, &id).await?.id);
    let revoked = state.authenticator.revoke_key(&key, Some(&tenant), descendants, &granted.caller).await?;
    Ok(RevokeApiKeyResponse::respond(revoked, descendants))
}
