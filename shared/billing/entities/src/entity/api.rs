//! Entities over HTTP.

use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse as _, Response};
use edge_access::{EnterpriseRead, EnterpriseWrite};
use edge_capabilities::random;
use edge_database::Cursor;
use edge_http::{Json, Listing, Page, Problem};
use edge_idempotency::Idempotent;
use edge_money::Currency;
use edge_tenants::{Scoped, Tenant, TenantHeader};
use http::header::{ETAG, IF_MATCH};
use http::{HeaderMap, HeaderValue, StatusCode, Uri};
use serde::{Deserialize, Serialize};
use utoipa::IntoParams;

use super::model::{Entity, EntityStatus};
use super::placement::Placement;

use super::request::{CreateEntityRequest, UpdateEntityRequest, is_id};
use super::response::{EntityDetails, EntityResponse};
use super::store::EntityFilter;
use crate::error::EntityError;
use crate::hierarchy::EntityBudgets;
use crate::router::AppState;

/// Create an entity
///
/// An entity is the root of a tree, or below another one. A tree has at most 8 levels.
#[utoipa::path(
    post, path = "/api/v1/enterprise-billing/entities", tag = "Entities", security(("key" = ["enterprise:write"])),
    params(
        ("Idempotency-Key" = Option<String>, Header, description = "A key of 1 to 255 visible ASCII characters."),
        TenantHeader,
    ),
    request_body = CreateEntityRequest,
    responses(
        (status = 201, description = "The entity was created.", body = EntityResponse),
        (status = 409, description = "`ALREADY_EXISTS`: another entity has this code; `HIERARCHY_TOO_DEEP`: it would be on the ninth level; `ENTITY_CLOSED`: the parent is closed."),
    ),
)]
pub(crate) async fn create_entity(
    State(state): State<AppState>,
    Scoped { tenant, caller, actor, .. }: Scoped<EnterpriseWrite>,
    request: Idempotent<CreateEntityRequest>,
) -> Result<Response, Problem> {
    let scope = caller.idempotency_scope_in(&tenant.id);
    let work = async |new: CreateEntityRequest| {
        let parent = match &new.parent_id {
            Some(id) => Some(state.find_parent(&tenant, id).await?),
            None => None,
        };
        let mut entity = state.new_entity(&tenant);
        new.apply(&mut entity, parent.as_ref())?;
        entity.placements = Placement::first(entity.parent_id.clone());
        let created = state.entities.create(entity, &actor).await?;
        Ok((StatusCode::CREATED, EntityResponse::from(created)))
    };
    state.idempotency.once(&scope, request, work).await
}

/// The filters of the list.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct EntityListQuery {
    /// Only entities right below this one.
    parent_id: Option<String>,
    /// Only entities with this status.
    #[param(inline)]
    status: Option<EntityStatus>,
    /// Only the entity with this code.
    code: Option<String>,
}

/// List entities
#[utoipa::path(
    get, path = "/api/v1/enterprise-billing/entities", tag = "Entities", security(("key" = ["enterprise:read"])),
    params(
        Page,
        EntityListQuery,
        TenantHeader,
    ),
    responses((status = 200, description = "A page of entities, newest first.", body = Listing<EntityResponse>)),
)]
pub(crate) async fn list_entities(
    State(state): State<AppState>,
    Scoped { tenant, .. }: Scoped<EnterpriseRead>,
    page: Page,
    uri: Uri,
) -> Result<Json<Listing<EntityResponse>>, Problem> {
    let unreadable = |_| Problem::field("status", "must be active or closed");
    let Query(EntityListQuery { parent_id, status, code }) = Query::try_from_uri(&uri).map_err(unreadable)?;
    let filter = EntityFilter { parent: parent_id, status, code };
    let cursor = page.cursor(is_id)?;
    let found = state.entities.list(&tenant.id, filter, cursor, page.rows()).await?;
    let position = |entity: &Entity| Cursor::new(entity.created_at, entity.id.as_str());
    Ok(Json(page.listing(found, position, EntityResponse::from)))
}

/// Get an entity
#[utoipa::path(
    get, path = "/api/v1/enterprise-billing/entities/{entity_id}", tag = "Entities",
    security(("key" = ["enterprise:read"])),
    params(
        ("entity_id" = String, Path, description = "The entity's id."),
        TenantHeader,
    ),
    responses(
        (status = 200, description = "The entity and its budgets; its version as `ETag`.", body = EntityDetails),
        (status = 404, description = "`ENTITY_NOT_FOUND`: the entity does not exist or belongs to another tenant."),
    ),
)]
pub(crate) async fn get_entity(
    State(state): State<AppState>,
    Scoped { tenant, .. }: Scoped<EnterpriseRead>,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let entity = state.find_entity(&tenant, &id).await?;
    let budgets = EntityBudgets::of(&state.budgets, &tenant.id, Some(&entity.id)).await?.take(&entity.id);
    let etag = etag(&entity);
    Ok(tagged(&etag, EntityDetails { entity: entity.into(), budgets }))
}

/// Update an entity
///
/// Fields that are absent keep their values. An entity may be moved below another one, or become the root of a tree: what
/// is charged from the next month on is billed there, and invoices stay as they are.
#[utoipa::path(
    put, path = "/api/v1/enterprise-billing/entities/{entity_id}", tag = "Entities",
    security(("key" = ["enterprise:write"])),
    params(
        ("entity_id" = String, Path, description = "The entity's id."),
        ("If-Match" = Option<String>, Header, description = "The `ETag` of the version to change."),
        TenantHeader,
    ),
    request_body = UpdateEntityRequest,
    responses(
        (status = 200, description = "The entity was updated; its version as `ETag`.", body = EntityResponse),
        (status = 404, description = "`ENTITY_NOT_FOUND`: the entity does not exist or belongs to another tenant."),
        (status = 409, description = "`HIERARCHY_CYCLE`: the parent is the entity or below it; `HIERARCHY_TOO_DEEP`: the tree would have more than 8 levels; `ENTITY_HAS_CHILDREN`: it has active children, so it cannot be closed; `ENTITY_CLOSED`: the parent is closed; `ALREADY_EXISTS`: another entity has this code."),
        (status = 412, description = "`PRECONDITION_FAILED`: it has changed since it was read."),
    ),
)]
pub(crate) async fn update_entity(
    State(state): State<AppState>,
    Scoped { tenant, actor, .. }: Scoped<EnterpriseWrite>,
    headers: HeaderMap,
    Path(id): Path<String>,
    Json(changes): Json<UpdateEntityRequest>,
) -> Result<Response, Problem> {
    let mut checked = state.find_entity(&tenant, &id).await?;
    if !matches(&headers, &checked) {
        return Err(EntityError::Changed.into());
    }
    changes.apply(&mut checked);
    changes.check(&checked)?;
    let change = |entity: &mut Entity| {
        if !matches(&headers, entity) {
            return Err(EntityError::Changed);
        }
        changes.apply(entity);
        Ok(())
    };
    let changed = state.entities.change(&tenant, &id, &actor, change).await?;
    let etag = etag(&changed);
    Ok(tagged(&etag, EntityResponse::from(changed)))
}

fn etag(entity: &Entity) -> String {
    format!("\"{}\"", entity.revision)
}

/// Whether `If-Match` names the version of `entity`, or is absent.
fn matches(headers: &HeaderMap, entity: &Entity) -> bool {
    let own = etag(entity);
    let values = headers.get_all(IF_MATCH).iter();
    let mut sent = values.flat_map(|value| value.to_str().unwrap_or_default().split(',')).map(str::trim).peekable();
    sent.peek().is_none() || sent.any(|known| known == "*" || known == own)
}

/// `body` with its `ETag`.
fn tagged(etag: &str, body: impl Serialize) -> Response {
    let mut response = Json(body).into_response();
    if let Ok(etag) = HeaderValue::try_from(etag) {
        response.headers_mut().insert(ETAG, etag);
    }
    response
}

impl AppState {
    fn new_entity(&self, tenant: &Tenant) -> Entity {
        let now = self.now();
        Entity {
            id: format!("ent_{}", random::hex::<12>(&*self.capabilities.random)),
            tenant_id: tenant.id.clone(),
            parent_id: None,
            name: String::new(),
            code: None,
            legal_name: None,
            tax_id: None,
            country: None,
            currency: Currency::INR,
            billing_email: None,
            address: None,
            payment_terms_days: 0,
            consolidate_to_parent: true,
            status: EntityStatus::Active,
            placements: Vec::new(),
            created_at: now,
            updated_at: now,
            untold: Vec::new(),
            revision: 1,
        }
    }

    /// The entity `id` of `tenant`.
    pub(crate) async fn find_entity(&self, tenant: &Tenant, id: &str) -> Result<Entity, Problem> {
        let found = if is_id(id) { self.entities.find(&tenant.id, id).await? } else { None };
        found.ok_or_else(|| EntityError::NotFound.into())
    }

    async fn find_parent(&self, tenant: &Tenant, id: &str) -> Result<Entity, Problem> {
        let found = if is_id(id) { self.entities.find(&tenant.id, id).await? } else { None };
        found.ok_or_else(|| EntityError::ParentNotFound.into())
    }
}
