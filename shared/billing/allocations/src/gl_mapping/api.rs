//! Mappings to accounts of the general ledger over HTTP.

use axum::extract::{Query, State};
use axum::response::Response;
use edge_access::{EnterpriseRead, EnterpriseWrite};
use edge_capabilities::random;
use edge_database::{Cursor, Record as _, retry_on_conflict};
use edge_http::{FieldErrors, Json, Listing, Page, Problem};
use edge_idempotency::Idempotent;
use edge_tenants::{Scoped, TenantHeader};
use http::{StatusCode, Uri};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};

use super::model::{GlKind, GlMapping};
use crate::body::{MAX_LEN, is_id};
use crate::error::AllocationError;
use crate::router::AppState;

const MAX_ATTEMPTS: u32 = 10;

/// A mapping to create, or to give another account.
#[derive(Clone, Deserialize, ToSchema)]
pub(crate) struct CreateGlMappingRequest {
    /// What the amounts are. Default: any kind for which nothing else names an account.
    #[serde(default)]
    kind: Option<GlKind>,
    /// Only amounts of this department.
    #[serde(default)]
    department_id: Option<String>,
    /// Only amounts for this plan.
    #[serde(default)]
    plan_id: Option<String>,
    /// The account of the general ledger: 1 to 256 bytes.
    gl_code: String,
}

/// A mapping to an account of the general ledger.
#[derive(Serialize, ToSchema)]
#[schema(as = GlMapping)]
pub(crate) struct GlMappingResponse {
    id: String,
    /// What the amounts are; null: any kind for which nothing else names an account.
    kind: Option<GlKind>,
    department_id: Option<String>,
    plan_id: Option<String>,
    gl_code: String,
    created_at: String,
    updated_at: String,
}

impl GlMappingResponse {
    fn new(mapping: GlMapping) -> Self {
        let non_empty = |text: String| Some(text).filter(|text| !text.is_empty());
        Self {
            id: mapping.id,
            kind: GlKind::parse(&mapping.kind),
            department_id: non_empty(mapping.department),
            plan_id: non_empty(mapping.plan),
            gl_code: mapping.gl_code,
            created_at: mapping.created_at.to_rfc3339_millis(),
            updated_at: mapping.updated_at.to_rfc3339_millis(),
        }
    }
}

/// Create a GL mapping
///
/// A mapping for the same kind, department and plan gets the new account. Lines that were posted keep theirs. The most
/// specific mapping counts: of department, kind and plan; of department and kind; of kind and plan; of the kind; then the
/// department's own account; then a mapping for any kind.
#[utoipa::path(
    post, path = "/api/v1/enterprise-billing/gl-mappings", tag = "Allocations", operation_id = "create_gl_mapping",
    security(("key" = ["enterprise:write"])),
    params(
        ("Idempotency-Key" = Option<String>, Header, description = "A key of 1 to 255 visible ASCII characters."),
        TenantHeader,
    ),
    request_body = CreateGlMappingRequest,
    responses((status = 201, description = "The mapping holds from now on.", body = GlMappingResponse)),
)]
pub(crate) async fn create_gl_mapping(
    State(state): State<AppState>,
    Scoped { tenant, caller, actor, .. }: Scoped<EnterpriseWrite>,
    request: Idempotent<CreateGlMappingRequest>,
) -> Result<Response, Problem> {
    let scope = caller.idempotency_scope_in(&tenant.id);
    let work = async |new: CreateGlMappingRequest| {
        let CreateGlMappingRequest { kind, department_id, plan_id, gl_code } = new;
        let mut errors = FieldErrors::default();
        errors.check_text::<MAX_LEN>("gl_code", Some(&gl_code));
        errors.check_text::<MAX_LEN>("plan_id", plan_id.as_deref());
        if let Some(id) = &department_id
            && state.find_department(&tenant.id, id).await.is_err_and(|error| is_unknown(&error))
        {
            errors.add("department_id", "must be the id of a department");
        }
        errors.finish().map_err(Problem::fields)?;
        let now = state.now();
        let new = GlMapping {
            id: format!("glm_{}", random::hex::<12>(&*state.capabilities.random)),
            tenant: tenant.id.clone(),
            kind: kind.map(GlKind::as_str).unwrap_or_default().to_owned(),
            department: department_id.unwrap_or_default(),
            plan: plan_id.unwrap_or_default(),
            gl_code,
            created_at: now,
            updated_at: now,
            untold: Vec::new(),
            revision: 1,
        };
        let entry = |before: Option<&GlMapping>, after: &GlMapping| {
            let detail = json!({
                "gl_mapping_id": after.id, "kind": after.kind, "department_id": after.department,
                "plan_id": after.plan, "before": before.map(|before| &before.gl_code), "after": after.gl_code,
            });
            let mark = format!("{}.{}", after.id, before.map_or(0, |before| before.revision));
            state.entry(mark, "gl_mapping.set", &detail, &actor)
        };
        let set = retry_on_conflict(MAX_ATTEMPTS, || state.gl_mappings.set(&new, entry)).await?;
        let after = set.ok_or(AllocationError::Busy)?;
        state.untold.tell(GlMapping::TABLE, &tenant.id, &after.id, &after.untold).await?;
        Ok((StatusCode::CREATED, GlMappingResponse::new(after)))
    };
    state.idempotency.once(&scope, request, work).await
}

const fn is_unknown(error: &AllocationError) -> bool {
    matches!(error, AllocationError::DepartmentNotFound)
}

/// The filters of the list.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct GlMappingListQuery {
    /// Only mappings of this kind.
    #[param(inline)]
    kind: Option<GlKind>,
    /// Only mappings of this department.
    department_id: Option<String>,
}

/// List GL mappings
#[utoipa::path(
    get, path = "/api/v1/enterprise-billing/gl-mappings", tag = "Allocations", operation_id = "list_gl_mappings",
    security(("key" = ["enterprise:read"])),
    params(
        Page,
        GlMappingListQuery,
        TenantHeader,
    ),
    responses((status = 200, description = "A page of mappings, newest first.", body = Listing<GlMappingResponse>)),
)]
pub(crate) async fn list_gl_mappings(
    State(state): State<AppState>,
    Scoped { tenant, .. }: Scoped<EnterpriseRead>,
    page: Page,
    uri: Uri,
) -> Result<Json<Listing<GlMappingResponse>>, Problem> {
    let unreadable = |_| Problem::field("kind", "must be revenue, cash, receivable, deferred, tax or refund");
    let Query(query) = Query::<GlMappingListQuery>::try_from_uri(&uri).map_err(unreadable)?;
    let filter = (query.kind, query.department_id);
    let found = state.gl_mappings.list(&tenant.id, filter, page.cursor(is_id)?, page.rows()).await?;
    let position = |mapping: &GlMapping| Cursor::new(mapping.created_at, mapping.id.as_str());
    Ok(Json(page.listing(found, position, GlMappingResponse::new)))
}
