//! The routes of SCIM.

use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Router, middleware};
use edge_access::{AnyScope, Authenticator, Scope};
use edge_capabilities::Capabilities;
use edge_database::Db;
use edge_http::{Code, Json, Problem};
use edge_tenants::{Departures, Scoped, TenantHeader, Tenants};
use http::header::{CONTENT_TYPE, LOCATION};
use http::{HeaderValue, StatusCode, Uri};
use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::{IntoParams, OpenApi};

use crate::discovery::{list_response, resource_type, schemas, service_provider_config};
use crate::error::{SCIM_JSON, ScimError, in_scim_shape};
use crate::filter::Filter;
use crate::provisioning::{Change, Provisioning};
use crate::user::ScimUser;

/// The most users on a page, and how many there are on one where the caller does not say.
const MAX_RESULTS: i64 = 200;
const DEFAULT_RESULTS: i64 = 100;

#[derive(Clone)]
struct AppState {
    authenticator: Authenticator,
    provisioning: Provisioning,
    tenants: Tenants,
}

edge_http::state_parts!(AppState { tenants: Tenants, authenticator: Authenticator });

/// The routes, for a component that serves others too. `departures` removes who is not active.
pub fn routes(capabilities: &Capabilities, departures: Departures) -> Router {
    let db = Db::new(capabilities.db.clone());
    let state = AppState {
        authenticator: Authenticator::new(capabilities, &db),
        provisioning: Provisioning::new(capabilities, &db, departures),
        tenants: Tenants::new(db),
    };
    Router::new()
        .route("/scim/v2/Users", get(list_users).post(create_user))
        .route("/scim/v2/Users/{id}", get(get_user).put(replace_user).patch(patch_user).delete(delete_user))
        .route("/scim/v2/ServiceProviderConfig", get(get_service_provider_config))
        .route("/scim/v2/ResourceTypes", get(list_resource_types))
        .route("/scim/v2/ResourceTypes/User", get(get_resource_type))
        .route("/scim/v2/Schemas", get(list_schemas))
        .route("/scim/v2/Schemas/{id}", get(get_schema))
        .layer(middleware::map_response(in_scim_shape))
        .with_state(state)
}

/// The routes alone, with the layers that all components share.
pub fn router(capabilities: Capabilities, departures: Departures) -> Router {
    edge_http::finish(routes(&capabilities, departures), "admin", &capabilities)
}

/// The OpenAPI description of these routes.
#[derive(OpenApi)]
#[openapi(paths(
    list_users,
    create_user,
    get_user,
    replace_user,
    patch_user,
    delete_user,
    get_service_provider_config,
    list_resource_types,
    get_resource_type,
    list_schemas,
    get_schema,
))]
pub struct ApiDoc;

/// A response with a SCIM body.
fn scim(status: StatusCode, body: &Value) -> Response {
    (status, [(CONTENT_TYPE, SCIM_JSON)], body.to_string()).into_response()
}

fn shown(status: StatusCode, user: &ScimUser) -> Response {
    let mut response = scim(status, &Value::Object(user.document()));
    if let Ok(location) = HeaderValue::from_str(&user.location()) {
        response.headers_mut().insert(LOCATION, location);
    }
    response
}

/// Users are the tenant's: a key that may change its organization, or somebody who manages the tenant. A person with less
/// could put out those who may more.
fn require_provisioner(scoped: &Scoped<AnyScope>) -> Result<(), ScimError> {
    let is_key = scoped.caller.person().is_none();
    let may = scoped.caller.may(Scope::TenantsAdmin) || (is_key && scoped.caller.may(Scope::OrganizationsWrite));
    let denied = || Problem::new(Code::PermissionDenied, "This requires the scope organizations:write.");
    if may { Ok(()) } else { Err(denied().into()) }
}

/// The page of users to return.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    /// One comparison: `userName eq "…"`, `externalId eq "…"`.
    filter: Option<String>,
    /// The position of the first user, from 1.
    #[serde(rename = "startIndex")]
    #[param(rename = "startIndex")]
    start_index: Option<i64>,
    /// The maximum number of users: at most 200; the default is 100.
    count: Option<i64>,
}

/// List users (SCIM)
#[utoipa::path(
    operation_id = "scim_list_users",
    get, path = "/scim/v2/Users", tag = "SCIM", security(("key" = ["organizations:write"])),
    params(ListQuery, TenantHeader),
    responses((status = 200, description = "A SCIM `ListResponse`.")),
)]
async fn list_users(State(state): State<AppState>, scoped: Scoped<AnyScope>, uri: Uri) -> Result<Response, ScimError> {
    require_provisioner(&scoped)?;
    let unreadable = |_| ScimError::InvalidSyntax("the query cannot be read");
    let Query(query) = Query::<ListQuery>::try_from_uri(&uri).map_err(unreadable)?;
    let filter = Filter::parse(query.filter.as_deref().unwrap_or_default())?;
    let start = query.start_index.unwrap_or(1).max(1);
    let count = query.count.unwrap_or(DEFAULT_RESULTS).clamp(0, MAX_RESULTS);
    let users = &state.provisioning.users;
    let (total, users) = users.list(&scoped.tenant.id, filter, start.saturating_sub(1), count).await?;
    let users = users.iter().map(|user| Value::Object(user.document())).collect();
    Ok(scim(StatusCode::OK, &list_response(total, start, users)))
}

/// Create a user (SCIM)
///
/// The user becomes a member of the tenant with the role MEMBER. An existing member with the same e-mail address, or
/// whose id is the `externalId`, is linked and keeps its role.
#[utoipa::path(
    operation_id = "scim_create_user",
    post, path = "/scim/v2/Users", tag = "SCIM", security(("key" = ["organizations:write"])),
    params(TenantHeader), request_body = Object,
    responses((status = 201, description = "The user."), (status = 409, description = "Another user has this `userName`.")),
)]
async fn create_user(
    State(state): State<AppState>,
    scoped: Scoped<AnyScope>,
    Json(document): Json<Map<String, Value>>,
) -> Result<Response, ScimError> {
    require_provisioner(&scoped)?;
    let created = state.provisioning.create(&scoped.tenant, document, &scoped.actor).await;
    created.map(|user| shown(StatusCode::CREATED, &user))
}

/// Get a user (SCIM)
#[utoipa::path(
    operation_id = "scim_get_user",
    get, path = "/scim/v2/Users/{id}", tag = "SCIM", security(("key" = ["organizations:write"])),
    params(("id" = String, Path, description = "The user's SCIM id."), TenantHeader),
    responses((status = 200, description = "The user.")),
)]
async fn get_user(
    State(state): State<AppState>,
    scoped: Scoped<AnyScope>,
    Path(id): Path<String>,
) -> Result<Response, ScimError> {
    require_provisioner(&scoped)?;
    let found = if is_id(&id) { state.provisioning.users.find(&scoped.tenant.id, &id).await? } else { None };
    found.map(|user| shown(StatusCode::OK, &user)).ok_or(ScimError::NotFound)
}

/// Replace a user (SCIM)
///
/// A user who is not `active` is no member of the tenant any more and loses all seats.
#[utoipa::path(
    operation_id = "scim_replace_user",
    put, path = "/scim/v2/Users/{id}", tag = "SCIM", security(("key" = ["organizations:write"])),
    params(("id" = String, Path, description = "The user's SCIM id."), TenantHeader), request_body = Object,
    responses((status = 200, description = "The user.")),
)]
async fn replace_user(
    State(state): State<AppState>,
    scoped: Scoped<AnyScope>,
    Path(id): Path<String>,
    Json(document): Json<Map<String, Value>>,
) -> Result<Response, ScimError> {
    state.change(&scoped, &id, &Change::Replace(&document)).await
}

/// Update a user (SCIM)
///
/// A user who is not `active` is no member of the tenant any more and loses all seats. `op` is read in any case, with and
/// without `path`; `active` may be a text.
#[utoipa::path(
    operation_id = "scim_patch_user",
    patch, path = "/scim/v2/Users/{id}", tag = "SCIM", security(("key" = ["organizations:write"])),
    params(("id" = String, Path, description = "The user's SCIM id."), TenantHeader), request_body = Object,
    responses((status = 200, description = "The user.")),
)]
async fn patch_user(
    State(state): State<AppState>,
    scoped: Scoped<AnyScope>,
    Path(id): Path<String>,
    Json(body): Json<Map<String, Value>>,
) -> Result<Response, ScimError> {
    state.change(&scoped, &id, &Change::Patch(&body)).await
}

/// Delete a user (SCIM)
///
/// The user is no member of the tenant any more, loses all seats, and the person's data is deleted.
#[utoipa::path(
    operation_id = "scim_delete_user",
    delete, path = "/scim/v2/Users/{id}", tag = "SCIM", security(("key" = ["organizations:write"])),
    params(("id" = String, Path, description = "The user's SCIM id."), TenantHeader),
    responses((status = 204, description = "The user is deleted.")),
)]
async fn delete_user(
    State(state): State<AppState>,
    scoped: Scoped<AnyScope>,
    Path(id): Path<String>,
) -> Result<StatusCode, ScimError> {
    require_provisioner(&scoped)?;
    if !is_id(&id) {
        return Err(ScimError::NotFound);
    }
    let deleted = state.provisioning.delete(&scoped.tenant, &id, &scoped.actor).await;
    deleted.map(|()| StatusCode::NO_CONTENT)
}

/// Get the SCIM service's features
#[utoipa::path(
    operation_id = "scim_get_service_provider_config",
    get, path = "/scim/v2/ServiceProviderConfig", tag = "SCIM",
    responses((status = 200, description = "What is supported.")),
)]
async fn get_service_provider_config() -> Response {
    scim(StatusCode::OK, &service_provider_config(MAX_RESULTS))
}

/// List SCIM resource types
#[utoipa::path(
    operation_id = "scim_list_resource_types",
    get, path = "/scim/v2/ResourceTypes", tag = "SCIM",
    responses((status = 200, description = "The types of resources.")),
)]
async fn list_resource_types() -> Response {
    scim(StatusCode::OK, &list_response(1, 1, vec![resource_type()]))
}

/// Get the SCIM resource type of users
#[utoipa::path(
    operation_id = "scim_get_resource_type",
    get, path = "/scim/v2/ResourceTypes/User", tag = "SCIM",
    responses((status = 200, description = "The type of users.")),
)]
async fn get_resource_type() -> Response {
    scim(StatusCode::OK, &resource_type())
}

/// List SCIM schemas
#[utoipa::path(
    operation_id = "scim_list_schemas",
    get, path = "/scim/v2/Schemas", tag = "SCIM", responses((status = 200, description = "The schemas of users.")),
)]
async fn list_schemas() -> Response {
    let schemas = schemas();
    scim(StatusCode::OK, &list_response(i64::try_from(schemas.len()).unwrap_or_default(), 1, schemas))
}

/// Get a SCIM schema
#[utoipa::path(
    operation_id = "scim_get_schema",
    get, path = "/scim/v2/Schemas/{id}", tag = "SCIM",
    params(("id" = String, Path, description = "The schema's URN.")),
    responses((status = 200, description = "The schema.")),
)]
async fn get_schema(Path(id): Path<String>) -> Result<Response, ScimError> {
    let found = schemas().into_iter().find(|schema| schema.get("id").and_then(Value::as_str) == Some(&id));
    found.map(|schema| scim(StatusCode::OK, &schema)).ok_or(ScimError::NotFound)
}

fn is_id(id: &str) -> bool {
    id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit())
}

impl AppState {
    async fn change(&self, scoped: &Scoped<AnyScope>, id: &str, change: &Change<'_>) -> Result<Response, ScimError> {
        require_provisioner(scoped)?;
        if !is_id(id) {
            return Err(ScimError::NotFound);
        }
        let changed = self.provisioning.change(&scoped.tenant, id, change, &scoped.actor).await;
        changed.map(|user| shown(StatusCode::OK, &user))
    }
}

#[cfg(test)]
mod tests;
