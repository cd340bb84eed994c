//! API keys over HTTP: made, listed, revoked.

use axum::Router;
use axum::extract::{FromRef, Path, State};
use axum::response::Response;
use axum::routing::{delete, post};
use edge_capabilities::Capabilities;
use edge_database::Db;
use edge_http::{Json, Listing, Page, Problem};
use edge_idempotency::{Idempotency, Idempotent};
use http::StatusCode;
use utoipa::OpenApi;

use crate::authentication::Authenticator;
use crate::granted::{Granted, TenantsAdmin};
use crate::issuing::{Descendants, IssuedKey, NewApiKey, RevokedKeys, ShownKey};

#[derive(Clone)]
struct AppState {
    access: Authenticator,
    idempotency: Idempotency,
}

impl FromRef<AppState> for Authenticator {
    fn from_ref(state: &AppState) -> Self {
        state.access.clone()
    }
}

/// The routes, for a component that serves others too.
pub fn routes(capabilities: &Capabilities) -> Router {
    let db = Db::new(capabilities.db.clone());
    let state =
        AppState { access: Authenticator::new(capabilities, &db), idempotency: Idempotency::new(capabilities, &db) };
    Router::new()
        .route("/api/v1/api-keys", post(create).get(list))
        .route("/api/v1/api-keys/{id}", delete(revoke))
        .with_state(state)
}

/// The routes by themselves, under the edge's conventions.
pub fn router(capabilities: Capabilities) -> Router {
    edge_http::finish(routes(&capabilities), "admin", &capabilities)
}

/// The OpenAPI description of these routes.
#[derive(OpenApi)]
#[openapi(paths(create, list, revoke))]
pub struct ApiDoc;

/// Create an API key
///
/// The key is shown only in this response. Repeating the request with the same `Idempotency-Key` returns the same key.
#[utoipa::path(
    post, path = "/api/v1/api-keys", tag = "API keys", security(("key" = ["tenants:admin"])),
    request_body = NewApiKey,
    responses((status = 201, description = "The API key was created.", body = IssuedKey)),
)]
async fn create(
    State(state): State<AppState>,
    granted: Granted<TenantsAdmin>,
    request: Idempotent<NewApiKey>,
) -> Result<Response, Problem> {
    let caller = granted.caller;
    let scope = caller.idempotency_scope();
    state
        .idempotency
        .once_for_secret(&scope, request, async move |new| {
            Ok((StatusCode::CREATED, state.access.issue_key(new, &caller).await?))
        })
        .await
}

/// List API keys
///
/// Returns the newest keys first and omits revoked keys. A tenant's key sees only the keys of its tenant.
#[utoipa::path(
    get, path = "/api/v1/api-keys", tag = "API keys", security(("key" = ["tenants:admin"])),
    params(Page), responses((status = 200, description = "A page of API keys.", body = Listing<ShownKey>)),
)]
async fn list(
    State(state): State<AppState>,
    granted: Granted<TenantsAdmin>,
    page: Page,
) -> Result<Json<Listing<ShownKey>>, Problem> {
    state.access.list_keys(granted.caller.tenant.as_ref(), &page).await.map(Json)
}

/// Revoke an API key
///
/// The key stops working on the whole node within one second. Keys created with it, directly or through other keys,
/// keep working unless `?descendants=revoke` is sent; the response then lists all revoked keys.
#[utoipa::path(
    delete, path = "/api/v1/api-keys/{id}", tag = "API keys", security(("key" = ["tenants:admin"])),
    params(
        ("id" = String, Path, description = "The API key's id."),
        ("descendants" = Option<String>, Query, description = "`revoke` also revokes all keys that descend from this key. By default they are kept."),
    ),
    responses(
        (status = 200, description = "The key and its descendants were revoked.", body = RevokedKeys),
        (status = 204, description = "The key was revoked."),
    ),
)]
async fn revoke(
    State(state): State<AppState>,
    granted: Granted<TenantsAdmin>,
    Path(id): Path<String>,
    descendants: Descendants,
) -> Result<Response, Problem> {
    let caller = granted.caller;
    Ok(state.access.revoke_key(&id, caller.tenant.as_ref(), descendants, &caller).await?.answer(descendants))
}

#[cfg(test)]
mod tests;
