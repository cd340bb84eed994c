//! API keys over HTTP: made, listed, revoked.

use axum::Router;
use axum::extract::{FromRef, Path, State};
use axum::routing::{delete, post};
use edge_border::{Code, FieldError, Json, Listing, Page, Problem};
use edge_capabilities::{Capabilities, Instant};
use edge_idempotency::{Idempotency, Idempotent};
use edge_record::Record;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::{OpenApi, ToSchema};

use crate::authentication::Access;
use crate::caller::{Caller, TenantId};
use crate::granted::{Granted, TenantsAdmin};
use crate::keys::{ApiKey, Behind};
use crate::scope::{Scope, Scopes};
use crate::token::Token;

const LONGEST_NAME: usize = 200;
const LONGEST_ID: usize = 256;

#[derive(Clone)]
struct Desk {
    access: Access,
    idempotency: Idempotency,
}

impl FromRef<Desk> for Access {
    fn from_ref(desk: &Desk) -> Self {
        desk.access.clone()
    }
}

/// The routes of the component `api-keys`.
pub fn router(capabilities: Capabilities) -> Router {
    let record = Record::new(capabilities.record.clone());
    let desk =
        Desk { access: Access::new(&capabilities, &record), idempotency: Idempotency::new(&capabilities, &record) };
    let routes = Router::new()
        .route("/api/v1/api-keys", post(create).get(list))
        .route("/api/v1/api-keys/{id}", delete(revoke))
        .with_state(desk);
    edge_border::finish(routes, "api-keys", &capabilities)
}

/// The OpenAPI description of these routes.
#[derive(OpenApi)]
#[openapi(paths(create, list, revoke))]
pub struct ApiDoc;

/// An API key to be made.
#[derive(Deserialize, ToSchema)]
struct NewApiKey {
    /// For people: who uses it for what. 1 to 200 characters.
    name: String,
    /// What it may do; at least one, and none that the caller lacks.
    #[schema(value_type = Vec<Scope>)]
    scopes: Vec<String>,
    /// The tenant it belongs to; without one it is the platform's.
    #[serde(default)]
    tenant_id: Option<String>,
    /// The applications it may speak for; without them, all.
    #[serde(default)]
    applications: Option<Vec<String>>,
    /// When it stops working, RFC 3339; without it, never.
    #[serde(default)]
    expires_at: Option<String>,
}

/// A new API key, shown this once.
#[derive(Serialize, ToSchema)]
struct Created {
    /// Its id, to revoke it by.
    id: String,
    /// The whole key: send it as `Authorization: Bearer …`.
    key: String,
}

/// An API key, without its secret.
#[derive(Serialize, ToSchema)]
struct Shown {
    id: String,
    name: String,
    scopes: Vec<Scope>,
    tenant_id: Option<TenantId>,
    applications: Option<Vec<String>>,
    created_by: String,
    created_at: String,
    expires_at: Option<String>,
    #[serde(skip)]
    cursor: String,
}

impl From<ApiKey> for Shown {
    fn from(key: ApiKey) -> Self {
        let cursor = format!("{}.{}", key.created_at.as_millis(), key.id);
        Self {
            id: key.id,
            name: key.name,
            scopes: key.scopes,
            tenant_id: key.tenant,
            applications: key.applications,
            created_by: key.created_by,
            created_at: key.created_at.to_rfc3339_millis(),
            expires_at: key.expires_at.map(|at| at.to_string()),
            cursor,
        }
    }
}

/// Make an API key
///
/// The key is shown in this answer and never again. With an `Idempotency-Key` the same request gives the same key.
#[utoipa::path(
    post, path = "/api/v1/api-keys", tag = "API keys", security(("key" = ["tenants:admin"])),
    request_body = NewApiKey,
    responses((status = 201, description = "Made.", body = Created)),
)]
async fn create(
    State(desk): State<Desk>,
    granted: Granted<TenantsAdmin>,
    request: Idempotent<NewApiKey>,
) -> Result<axum::response::Response, Problem> {
    let caller = granted.caller;
    let id = caller.id.clone();
    desk.idempotency
        .once(&id, request, async move |new| {
            let Capabilities { clock, random, .. } = desk.access.capabilities();
            let token = Token::generate(&**random);
            let key = read(new, &caller, &token, clock.now())?;
            desk.access.ring().keys().insert(&key, &token.hash()).await?;
            Ok((StatusCode::CREATED, Created { id: key.id, key: token.reveal() }))
        })
        .await
}

/// An id that the record can hold.
fn sane(id: &str) -> bool {
    (1..=LONGEST_ID).contains(&id.len()) && !id.chars().any(char::is_control)
}

/// Reads what was asked for, and makes sure that the caller hands on nothing it does not have.
fn read(new: NewApiKey, caller: &Caller, token: &Token, now: Instant) -> Result<ApiKey, Problem> {
    let mut errors = Vec::new();
    let name_is_sane =
        (1..=LONGEST_NAME).contains(&new.name.chars().count()) && !new.name.chars().any(char::is_control);
    if new.name.trim().is_empty() || !name_is_sane {
        let message = format!("must be 1 to {LONGEST_NAME} characters, none of them a control character");
        errors.push(FieldError::new("name", message));
    }
    let mut scopes = Vec::new();
    for (index, written) in new.scopes.iter().enumerate() {
        match Scope::parse(written) {
            Some(scope) if scopes.contains(&scope) => {}
            Some(scope) => scopes.push(scope),
            None => errors.push(FieldError::new(format!("scopes[{index}]"), "is not a scope")),
        }
    }
    if new.scopes.is_empty() {
        errors.push(FieldError::new("scopes", "must name at least one scope"));
    }
    if new.applications.as_ref().is_some_and(Vec::is_empty) {
        errors.push(FieldError::new("applications", "must name at least one application, or be left out for all"));
    }
    for (index, application) in new.applications.iter().flatten().enumerate() {
        if !sane(application) {
            let message = format!("must be 1 to {LONGEST_ID} bytes without control characters");
            errors.push(FieldError::new(format!("applications[{index}]"), message));
        }
    }
    if new.tenant_id.as_deref().is_some_and(|tenant| !sane(tenant)) {
        errors
            .push(FieldError::new("tenant_id", format!("must be 1 to {LONGEST_ID} bytes without control characters")));
    }
    let expires_at = new.expires_at.as_deref().map(Instant::parse);
    match expires_at {
        Some(None) => errors.push(FieldError::new("expires_at", "must be an RFC 3339 instant")),
        Some(Some(at)) if at <= now => errors.push(FieldError::new("expires_at", "must lie in the future")),
        Some(Some(_)) | None => {}
    }
    if !errors.is_empty() {
        return Err(Problem::fields(errors));
    }
    hands_on_only_its_own(&new, &scopes, caller)?;
    Ok(ApiKey {
        id: token.id.clone(),
        name: new.name,
        scopes,
        tenant: new.tenant_id.map(TenantId::new).or_else(|| caller.tenant.clone()),
        applications: new.applications.or_else(|| caller.applications.as_deref().map(<[String]>::to_vec)),
        created_by: caller.id.to_string(),
        created_at: now,
        expires_at: expires_at.flatten(),
    })
}

fn hands_on_only_its_own(new: &NewApiKey, scopes: &[Scope], caller: &Caller) -> Result<(), Problem> {
    let wanted: Scopes = scopes.iter().copied().collect();
    if let Some(scope) = wanted.missing_from(caller.scopes).next() {
        let detail = format!("A key cannot hand on the scope {scope}, which it does not have.");
        return Err(Problem::new(Code::PermissionDenied, detail));
    }
    if new.applications.iter().flatten().any(|application| !caller.speaks_for(application)) {
        let detail = "A key cannot hand on an application that it may not speak for.";
        return Err(Problem::new(Code::PermissionDenied, detail));
    }
    // Another tenant looks like one that does not exist.
    if new.tenant_id.as_deref().is_some_and(|tenant| !caller.sees(tenant)) {
        return Err(Problem::field("tenant_id", "is not a tenant"));
    }
    Ok(())
}

/// List API keys
///
/// Newest first, without those that were revoked. A tenant's key sees its tenant's keys.
#[utoipa::path(
    get, path = "/api/v1/api-keys", tag = "API keys", security(("key" = ["tenants:admin"])),
    params(Page), responses((status = 200, description = "A page of keys.", body = Listing<Shown>)),
)]
async fn list(
    State(desk): State<Desk>,
    granted: Granted<TenantsAdmin>,
    page: Page,
) -> Result<Json<Listing<Shown>>, Problem> {
    let behind = page.cursor.as_deref().map(read_cursor).transpose()?;
    let tenant = granted.caller.tenant.as_ref();
    let keys = desk.access.ring().keys().list(tenant, behind, page.limit.saturating_add(1)).await;
    let shown = keys?.into_iter().map(Shown::from).collect();
    Ok(Json(Listing::from_one_more(shown, &page, |shown| shown.cursor.clone())))
}

fn read_cursor(cursor: &str) -> Result<Behind, Problem> {
    let behind = cursor.split_once('.').and_then(|(created_at, id)| {
        Some(Behind { created_at: Instant::from_millis(created_at.parse().ok()?), id: id.to_owned() })
    });
    behind.filter(|behind| sane(&behind.id)).ok_or_else(|| Problem::field("cursor", "must be the nextCursor of a page"))
}

/// Revoke an API key
///
/// Everywhere on this node it stops working within one second.
#[utoipa::path(
    delete, path = "/api/v1/api-keys/{id}", tag = "API keys", security(("key" = ["tenants:admin"])),
    params(("id" = String, Path, description = "The key's id.")),
    responses((status = 204, description = "Revoked.")),
)]
async fn revoke(
    State(desk): State<Desk>,
    granted: Granted<TenantsAdmin>,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    let ring = desk.access.ring();
    let now = desk.access.capabilities().clock.now();
    if !sane(&id) || !ring.keys().revoke(&id, granted.caller.tenant.as_ref(), now).await? {
        return Err(Problem::new(Code::ApiKeyNotFound, "There is no such API key."));
    }
    ring.forget(&id).await;
    Ok(StatusCode::NO_CONTENT)
}

#[cfg(test)]
mod tests;
