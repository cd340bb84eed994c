//! Departments over HTTP.

use axum::extract::{Path, Query, State};
use axum::response::Response;
use edge_access::{EnterpriseRead, EnterpriseWrite};
use edge_capabilities::random;
use edge_database::{Cursor, DatabaseError, Record as _};
use edge_entities::zone_of;
use edge_http::{Json, Listing, Page, Problem};
use edge_idempotency::Idempotent;
use edge_invoices::Date;
use edge_tenants::{Scoped, Tenant, TenantHeader};
use http::{StatusCode, Uri};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};

use super::model::{Department, DepartmentStatus, Headcount};
use super::request::{Calendar, CreateDepartmentRequest, UpdateDepartmentRequest};
use super::store::DepartmentFilter;
use crate::body::is_id;
use crate::error::AllocationError;
use crate::router::AppState;

/// How often a change is tried again after somebody else was faster.
const MAX_ATTEMPTS: u32 = 20;

/// A department.
#[derive(Serialize, ToSchema)]
#[schema(as = Department)]
pub(crate) struct DepartmentResponse {
    id: String,
    tenant_id: String,
    entity_id: String,
    /// The department of the same entity that it is part of.
    parent_id: Option<String>,
    name: String,
    /// Its code, unique within the entity.
    code: Option<String>,
    cost_center: Option<String>,
    /// The account of the general ledger of its lines for which no mapping names one.
    gl_code: Option<String>,
    manager_user_id: Option<String>,
    /// How many people it has today.
    headcount: u32,
    /// How many people it had and has, each from a day on.
    headcounts: Vec<Headcount>,
    status: DepartmentStatus,
    created_at: String,
    updated_at: String,
}

impl DepartmentResponse {
    fn new(department: Department, today: Date) -> Self {
        Self {
            headcount: department.headcount(today),
            created_at: department.created_at.to_rfc3339_millis(),
            updated_at: department.updated_at.to_rfc3339_millis(),
            id: department.id,
            tenant_id: department.tenant,
            entity_id: department.entity,
            parent_id: department.parent,
            name: department.name,
            code: department.code,
            cost_center: department.cost_center,
            gl_code: department.gl_code,
            manager_user_id: department.manager,
            headcounts: department.headcounts,
            status: department.status,
        }
    }
}

/// Create a department
#[utoipa::path(
    post, path = "/api/v1/enterprise-billing/departments", tag = "Departments",
    security(("key" = ["enterprise:write"])),
    params(
        ("Idempotency-Key" = Option<String>, Header, description = "A key of 1 to 255 visible ASCII characters."),
        TenantHeader,
    ),
    request_body = CreateDepartmentRequest,
    responses(
        (status = 201, description = "The department was created.", body = DepartmentResponse),
        (status = 409, description = "`ALREADY_EXISTS`: another department of the entity has this code."),
    ),
)]
pub(crate) async fn create_department(
    State(state): State<AppState>,
    Scoped { tenant, caller, actor, .. }: Scoped<EnterpriseWrite>,
    request: Idempotent<CreateDepartmentRequest>,
) -> Result<Response, Problem> {
    let scope = caller.idempotency_scope_in(&tenant.id);
    let work = async |new: CreateDepartmentRequest| {
        let calendar = state.calendar(&tenant);
        let mut department = state.new_department(&tenant);
        new.apply(&mut department, &calendar)?;
        state.check_entity(&department).await?;
        state.check_parent(&department).await?;
        state.feed.start(&tenant.id).await?;
        let detail = json!({"department_id": department.id, "before": null, "after": detail(&department)});
        department.untold = vec![state.entry(format!("{}.1", department.id), "department.created", &detail, &actor)];
        state.departments.insert(&department).await?;
        state.tell_department(&department).await?;
        Ok((StatusCode::CREATED, DepartmentResponse::new(department, calendar.today)))
    };
    state.idempotency.once(&scope, request, work).await
}

/// The filters of the list.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct DepartmentListQuery {
    /// Only departments of this entity.
    entity_id: Option<String>,
    /// Only departments that are directly part of this one.
    parent_id: Option<String>,
    /// Only departments with this status.
    #[param(inline)]
    status: Option<DepartmentStatus>,
    /// Only departments with this code.
    code: Option<String>,
}

/// List departments
#[utoipa::path(
    get, path = "/api/v1/enterprise-billing/departments", tag = "Departments",
    security(("key" = ["enterprise:read"])),
    params(
        Page,
        DepartmentListQuery,
        TenantHeader,
    ),
    responses((status = 200, description = "A page of departments, newest first.", body = Listing<DepartmentResponse>)),
)]
pub(crate) async fn list_departments(
    State(state): State<AppState>,
    Scoped { tenant, .. }: Scoped<EnterpriseRead>,
    page: Page,
    uri: Uri,
) -> Result<Json<Listing<DepartmentResponse>>, Problem> {
    let unreadable = |_| Problem::field("status", "must be active or closed");
    let Query(query) = Query::<DepartmentListQuery>::try_from_uri(&uri).map_err(unreadable)?;
    let DepartmentListQuery { entity_id, parent_id, status, code } = query;
    let filter = DepartmentFilter { entity: entity_id, parent: parent_id, status, code };
    let found = state.departments.list(&tenant.id, filter, page.cursor(is_id)?, page.rows()).await?;
    let today = state.calendar(&tenant).today;
    let position = |department: &Department| Cursor::new(department.created_at, department.id.as_str());
    Ok(Json(page.listing(found, position, |department| DepartmentResponse::new(department, today))))
}

/// Get a department
#[utoipa::path(
    get, path = "/api/v1/enterprise-billing/departments/{department_id}", tag = "Departments",
    security(("key" = ["enterprise:read"])),
    params(
        ("department_id" = String, Path, description = "The department's id."),
        TenantHeader,
    ),
    responses(
        (status = 200, description = "The department.", body = DepartmentResponse),
        (status = 404, description = "`DEPARTMENT_NOT_FOUND`: the department does not exist or belongs to another tenant."),
    ),
)]
pub(crate) async fn get_department(
    State(state): State<AppState>,
    Scoped { tenant, .. }: Scoped<EnterpriseRead>,
    Path(id): Path<String>,
) -> Result<Json<DepartmentResponse>, Problem> {
    let department = state.find_department(&tenant.id, &id).await?;
    Ok(Json(DepartmentResponse::new(department, state.calendar(&tenant).today)))
}

/// Update a department
///
/// Fields that are absent keep their values; null removes one. A department stays in its entity and is never below itself,
/// whoever moves departments at the same time. A headcount holds from `headcount_from` on; lines that were posted stay as
/// they are.
#[utoipa::path(
    put, path = "/api/v1/enterprise-billing/departments/{department_id}", tag = "Departments",
    security(("key" = ["enterprise:write"])),
    params(
        ("department_id" = String, Path, description = "The department's id."),
        TenantHeader,
    ),
    request_body = UpdateDepartmentRequest,
    responses(
        (status = 200, description = "The department was updated.", body = DepartmentResponse),
        (status = 404, description = "`DEPARTMENT_NOT_FOUND`: the department does not exist or belongs to another tenant."),
        (status = 409, description = "`HIERARCHY_CYCLE`: it would be below itself; `ALREADY_EXISTS`: another department of the entity has this code; `ALLOCATION_POSTED`: lines of it were posted on a past day from which the headcount would hold."),
    ),
)]
pub(crate) async fn update_department(
    State(state): State<AppState>,
    Scoped { tenant, actor, .. }: Scoped<EnterpriseWrite>,
    Path(id): Path<String>,
    Json(changes): Json<UpdateDepartmentRequest>,
) -> Result<Json<DepartmentResponse>, Problem> {
    let calendar = state.calendar(&tenant);
    for _ in 0..MAX_ATTEMPTS {
        // A move counts from here on: what is read after this is not older.
        let known = state.find_department(&tenant.id, &id).await?;
        let moves = state.departments.moves(&tenant.id, &known.entity).await?;
        let before = state.find_department(&tenant.id, &id).await?;
        let mut department = before.clone();
        changes.apply(&mut department, &calendar)?;
        if department == before {
            state.tell_department(&before).await?;
            return Ok(Json(DepartmentResponse::new(before, calendar.today)));
        }
        department.updated_at = state.now();
        state.check_headcounts(&before, &department, calendar.today).await?;
        let detail = json!({"department_id": department.id, "before": detail(&before), "after": detail(&department)});
        let mark = format!("{}.{}", before.id, before.revision.saturating_add(1));
        department.untold.push(state.entry(mark, "department.changed", &detail, &actor));
        let is_stored = if department.parent == before.parent {
            state.departments.replace(&department).await?
        } else {
            state.check_parent(&department).await?;
            state.departments.move_to(&department, moves).await?
        };
        if is_stored {
            state.tell_department(&department).await?;
            return Ok(Json(DepartmentResponse::new(department, calendar.today)));
        }
    }
    Err(AllocationError::Busy.into())
}

/// What the audit log says of a department. Who manages it is personal, so it is not there.
fn detail(department: &Department) -> serde_json::Value {
    let Department { entity, parent, name, code, cost_center, gl_code, manager, headcounts, status, .. } = department;
    json!({
        "entity_id": entity, "parent_id": parent, "name": name, "code": code, "cost_center": cost_center,
        "gl_code": gl_code, "has_manager": manager.is_some(), "headcounts": headcounts, "status": status,
    })
}

impl AppState {
    fn calendar(&self, tenant: &Tenant) -> Calendar {
        let zone = zone_of(tenant);
        Calendar { today: Date::of(self.now(), &zone), zone }
    }

    fn new_department(&self, tenant: &Tenant) -> Department {
        let now = self.now();
        Department {
            id: format!("dep_{}", random::hex::<12>(&*self.capabilities.random)),
            tenant: tenant.id.clone(),
            entity: String::new(),
            parent: None,
            name: String::new(),
            code: None,
            cost_center: None,
            gl_code: None,
            manager: None,
            headcounts: Vec::new(),
            status: DepartmentStatus::Active,
            created_at: now,
            updated_at: now,
            untold: Vec::new(),
            revision: 1,
        }
    }

    /// The department `id` of `tenant`.
    pub(crate) async fn find_department(&self, tenant: &str, id: &str) -> Result<Department, AllocationError> {
        let found = if is_id(id) { self.departments.find(tenant, id).await? } else { None };
        found.ok_or(AllocationError::DepartmentNotFound)
    }

    async fn tell_department(&self, department: &Department) -> Result<(), DatabaseError> {
        self.untold.tell(Department::TABLE, &department.tenant, &department.id, &department.untold).await
    }

    async fn check_entity(&self, department: &Department) -> Result<(), AllocationError> {
        let known = is_id(&department.entity);
        let entity = if known { self.entities.entity(&department.tenant, &department.entity).await? } else { None };
        match entity {
            None => Err(AllocationError::field("entity_id", "must be the id of an entity")),
            Some(entity) if !entity.is_active => Err(AllocationError::field("entity_id", "must be an active entity")),
            Some(_) => Ok(()),
        }
    }

    async fn check_parent(&self, department: &Department) -> Result<(), AllocationError> {
        let Some(id) = &department.parent else { return Ok(()) };
        if *id == department.id {
            return Err(AllocationError::Cycle);
        }
        let parent = self.departments.find(&department.tenant, id).await?;
        if parent.is_none_or(|parent| parent.entity != department.entity) {
            return Err(AllocationError::field("parent_id", "must be the id of a department of the same entity"));
        }
        if self.departments.is_above(department, id).await? {
            return Err(AllocationError::Cycle);
        }
        Ok(())
    }

    /// An error if a headcount would change on a past day on which lines of the department were posted.
    async fn check_headcounts(
        &self,
        before: &Department,
        after: &Department,
        today: Date,
    ) -> Result<(), AllocationError> {
        let changed = after.headcounts.iter().find(|one| !before.headcounts.contains(one) && one.from < today);
        let Some(changed) = changed else { return Ok(()) };
        match self.lines.last_of_department(&after.tenant, &after.id).await? {
            Some(last) if changed.from <= last => Err(AllocationError::Posted(last)),
            _ => Ok(()),
        }
    }
}
