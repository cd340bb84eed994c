//! API keys over HTTP.

use axum::Router;
use axum::extract::{FromRequestParts, Path, Query, State};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{delete, get, post};
use edge_capabilities::database::Cursor;
use edge_capabilities::{Capabilities, Timestamp};
use edge_database::Db;
use edge_http::{FieldError, Json, Listing, Page, Problem};
use edge_idempotency::{Idempotency, Idempotent};
use http::StatusCode;
use http::request::Parts;
use serde::{Deserialize, Serialize};
use utoipa::{OpenApi, ToSchema};

use super::service::ApiKeyDraft;
use super::{ApiKey, caller_id};
use crate::authenticator::Authenticator;
use crate::caller::{Caller, MAX_ID_LEN, TenantId, is_valid_id};
use crate::granted::{Granted, TenantsAdmin};
use crate::scope::Scope;

pub use super::service::Descendants;

const MAX_NAME_LEN: usize = 200;

/// The API key to create.
#[derive(Deserialize, ToSchema)]
#[schema(as = NewApiKey)]
pub struct CreateApiKeyRequest {
    /// A name that tells people who uses the key and for what; 1 to 200 characters.
    name: String,
    /// The scopes of the key: at least one, and only scopes that the caller has.
    #[schema(value_type = Vec<Scope>, min_items = 1)]
    scopes: Vec<String>,
    /// The tenant that the key belongs to. By default it is the caller's tenant; a key that the platform creates belongs
    /// to the platform.
    #[serde(default)]
    tenant_id: Option<String>,
    /// The applications that the key may be used for; only applications that the caller may use. By default they are the
    /// caller's own: all applications, if the caller is not restricted.
    #[serde(default)]
    applications: Option<Vec<String>>,
    /// When the key expires, RFC 3339; not later than the key that creates it. By default both expire at the same time.
    #[serde(default)]
    expires_at: Option<String>,
}

/// A new API key. It is shown only once.
#[derive(Serialize, ToSchema)]
#[schema(as = CreatedApiKey)]
pub struct CreateApiKeyResponse {
    /// The key's id, used to revoke it.
    id: String,
    /// The complete key, to be sent as `Authorization: Bearer …`.
    key: String,
}

/// An API key, without its secret.
#[derive(Serialize, ToSchema)]
#[schema(as = ApiKey)]
pub struct ApiKeyResponse {
    /// The key's id.
    id: String,
    /// The key's name.
    name: String,
    /// The key's scopes.
    scopes: Vec<Scope>,
    /// The tenant that the key belongs to; null if it belongs to the platform.
    tenant_id: Option<TenantId>,
    /// The applications that the key may be used for; null if all are allowed.
    applications: Option<Vec<String>>,
    /// The id of the caller that created the key.
    created_by: String,
    /// When the key was created, RFC 3339.
    created_at: String,
    /// When the key expires, RFC 3339; null if it does not expire.
    expires_at: Option<String>,
    /// When the key was last used, RFC 3339, to within an hour; null: never.
    last_used_at: Option<String>,
    /// The origin of the chain of keys that created this key: a person of the tenant, or the first key bound to it.
    /// Omitted if the chain begins with this key.
    #[serde(skip_serializing_if = "Option::is_none")]
    root: Option<String>,
}

/// The keys that were revoked together.
#[derive(Serialize, ToSchema)]
#[schema(as = RevokedApiKeys)]
pub struct RevokeApiKeyResponse {
    /// The ids of the revoked keys, beginning with the requested key; it is omitted if it had been revoked before.
    revoked: Vec<String>,
}

impl<S: Sync> FromRequestParts<S> for Descendants {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        #[derive(Deserialize)]
        struct RevokeQuery {
            descendants: Option<String>,
        }
        let unreadable = |_| Problem::field("query", "cannot be read");
        let Query(query) = Query::<RevokeQuery>::try_from_uri(&parts.uri).map_err(unreadable)?;
        match query.descendants.as_deref() {
            None => Ok(Self::Keep),
            Some("revoke") => Ok(Self::Revoke),
            Some(_) => Err(Problem::field("descendants", "must be `revoke`, or left out")),
        }
    }
}

impl RevokeApiKeyResponse {
    /// The response to a request with these `descendants`: the ids of the revoked keys, or 204 if only one key was to be
    /// revoked.
    pub fn respond(revoked: Vec<String>, descendants: Descendants) -> Response {
        match descendants {
            Descendants::Keep => StatusCode::NO_CONTENT.into_response(),
            Descendants::Revoke => Json(Self { revoked }).into_response(),
        }
    }
}

impl From<ApiKey> for ApiKeyResponse {
    fn from(key: ApiKey) -> Self {
        let own = caller_id(&key.id);
        Self {
            id: key.id,
            name: key.name,
            scopes: key.scopes,
            tenant_id: key.tenant,
            applications: key.applications,
            created_by: key.created_by,
            created_at: key.created_at.to_rfc3339_millis(),
            expires_at: key.expires_at.map(|at| at.to_string()),
            last_used_at: key.last_used_at.map(Timestamp::to_rfc3339_millis),
            root: Some(key.root).filter(|root| *root != own),
        }
    }
}

impl CreateApiKeyRequest {
    /// The same key, bound to `tenant`; an error if it names another tenant.
    pub fn bound_to(mut self, tenant: &str) -> Result<Self, Problem> {
        if self.tenant_id.as_deref().is_some_and(|named| named != tenant) {
            return Err(Problem::field("tenant_id", "is not the tenant of the path"));
        }
        self.tenant_id = Some(tenant.to_owned());
        Ok(self)
    }

    fn parse(self, now: Timestamp) -> Result<ApiKeyDraft, Problem> {
        let mut errors = Vec::new();
        let is_valid_name =
            (1..=MAX_NAME_LEN).contains(&self.name.chars().count()) && !self.name.chars().any(char::is_control);
        if self.name.trim().is_empty() || !is_valid_name {
            let message = format!("must be 1 to {MAX_NAME_LEN} characters, none of them a control character");
            errors.push(FieldError::new("name", message));
        }
        let mut scopes = Vec::new();
        for (index, text) in self.scopes.iter().enumerate() {
            match Scope::parse(text) {
                Some(scope) if scopes.contains(&scope) => {}
                Some(scope) => scopes.push(scope),
                None => errors.push(FieldError::new(format!("scopes[{index}]"), "is not a scope")),
            }
        }
        if self.scopes.is_empty() {
            errors.push(FieldError::new("scopes", "must name at least one scope"));
        }
        if self.applications.as_ref().is_some_and(Vec::is_empty) {
            let message = "must name at least one application, or be left out for all";
            errors.push(FieldError::new("applications", message));
        }
        let invalid_id = || format!("must be 1 to {MAX_ID_LEN} bytes without control characters");
        for (index, application) in self.applications.iter().flatten().enumerate() {
            if !is_valid_id(application) {
                errors.push(FieldError::new(format!("applications[{index}]"), invalid_id()));
            }
        }
        if self.tenant_id.as_deref().is_some_and(|tenant| !is_valid_id(tenant)) {
            errors.push(FieldError::new("tenant_id", invalid_id()));
        }
        let expires_at = self.expires_at.as_deref().map(Timestamp::parse);
        match expires_at {
            Some(None) => errors.push(FieldError::new("expires_at", "must be an RFC 3339 instant")),
            Some(Some(at)) if at <= now => errors.push(FieldError::new("expires_at", "must lie in the future")),
            Some(Some(_)) | None => {}
        }
        if !errors.is_empty() {
            return Err(Problem::fields(errors));
        }
        Ok(ApiKeyDraft {
            name: self.name,
            scopes,
            tenant: self.tenant_id.map(TenantId::new),
            applications: self.applications,
            expires_at: expires_at.flatten(),
        })
    }
}

impl Authenticator {
    /// Creates a key, unless it would have more rights than `caller`.
    pub async fn issue_key(
        &self,
        request: CreateApiKeyRequest,
        caller: &Caller,
    ) -> Result<CreateApiKeyResponse, Problem> {
        let draft = request.parse(self.capabilities().clock.now())?;
        let (key, token) = self.create_key(draft, caller).await?;
        Ok(CreateApiKeyResponse { id: key.id, key: token.reveal() })
    }

    /// A page of the keys that are not revoked, newest first; only those of `tenant` if one is given.
    pub async fn list_keys(&self, tenant: Option<&TenantId>, page: &Page) -> Result<Listing<ApiKeyResponse>, Problem> {
        let keys = self.keys().source().table.list(tenant, page.cursor(is_valid_id)?, page.rows()).await?;
        Ok(page.listing(keys, |key| Cursor::new(key.created_at, key.id.as_str()), ApiKeyResponse::from))
    }
}

#[derive(Clone)]
struct AppState {
    authenticator: Authenticator,
    idempotency: Idempotency,
}

edge_http::state_parts!(AppState { authenticator: Authenticator });

/// The routes, for a component that serves others too.
pub fn routes(capabilities: &Capabilities) -> Router {
    let db = Db::new(capabilities.db.clone());
    let state = AppState {
        authenticator: Authenticator::new(capabilities, &db),
        idempotency: Idempotency::new(capabilities, &db),
    };
    Router::new()
        .route("/api/v1/api-keys", post(create).get(list))
        .route("/api/v1/api-keys/{id}", delete(revoke))
        .route("/api/v1/me", get(crate::me::me))
        .with_state(state)
}

/// The routes by themselves, under the edge's conventions.
pub fn router(capabilities: Capabilities) -> Router {
    edge_http::finish(routes(&capabilities), "admin", &capabilities)
}

/// The OpenAPI description of these routes.
#[derive(OpenApi)]
#[openapi(paths(create, list, revoke, crate::me::me))]
pub struct ApiDoc;

/// Create an API key
///
/// The key is shown only in this response. Repeating the request with the same `Idempotency-Key` returns the same key.
#[utoipa::path(
    post, path = "/api/v1/api-keys", operation_id = "create_api_key",
    tag = "API keys", security(("key" = ["tenants:admin"])),
    request_body = CreateApiKeyRequest,
    responses((status = 201, description = "The API key was created.", body = CreateApiKeyResponse)),
)]
async fn create(
    State(state): State<AppState>,
    granted: Granted<TenantsAdmin>,
    request: Idempotent<CreateApiKeyRequest>,
) -> Result<Response, Problem> {
    let caller = granted.caller;
    let scope = caller.idempotency_scope();
    state
        .idempotency
        .once_for_secret(&scope, request, async move |new| {
            Ok((StatusCode::CREATED, state.authenticator.issue_key(new, &caller).await?))
        })
        .await
}

/// List API keys
///
/// Returns the newest keys first and omits revoked keys. A tenant's key sees only the keys of its tenant.
#[utoipa::path(
    get, path = "/api/v1/api-keys", operation_id = "list_api_keys",
    tag = "API keys", security(("key" = ["tenants:admin"])),
    params(Page), responses((status = 200, description = "A page of API keys.", body = Listing<ApiKeyResponse>)),
)]
async fn list(
    State(state): State<AppState>,
    granted: Granted<TenantsAdmin>,
    page: Page,
) -> Result<Json<Listing<ApiKeyResponse>>, Problem> {
    state.authenticator.list_keys(granted.caller.tenant.as_ref(), &page).await.map(Json)
}

/// Revoke an API key
///
/// The key stops working on the whole node within one second. Keys created with it, directly or through other keys,
/// keep working unless `?descendants=revoke` is sent; the response then lists all revoked keys.
#[utoipa::path(
    delete, path = "/api/v1/api-keys/{id}", operation_id = "revoke_api_key",
    tag = "API keys", security(("key" = ["tenants:admin"])),
    params(
        ("id" = String, Path, description = "The API key's id."),
        ("descendants" = Option<String>, Query, description = "`revoke` also revokes all keys that descend from this key. By default they are kept."),
    ),
    responses(
        (status = 200, description = "The key and its descendants were revoked.", body = RevokeApiKeyResponse),
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
    let revoked = state.authenticator.revoke_key(&id, caller.tenant.as_ref(), descendants, &caller).await?;
    Ok(RevokeApiKeyResponse::respond(revoked, descendants))
}

#[cfg(test)]
mod tests;
