//! Roles of approvers over HTTP.

use std::collections::BTreeMap;

use axum::extract::{Path, State};
use edge_access::{BillingRead, TenantsAdmin};
use edge_http::{FieldError, Json, Problem};
use edge_tenants::{Scoped, TenantHeader};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use crate::router::AppState;
use crate::validation::{MAX_TEXT_LEN, is_person};

const MAX_MEMBERS: usize = 200;

/// The members of a role.
#[derive(Deserialize, Serialize, ToSchema)]
#[schema(as = ApprovalRoleMembers)]
pub(crate) struct RoleMembers {
    /// At most 200 people: `user:<sub>` or `key:<id>`.
    people: Vec<String>,
}

/// The members of each role.
#[derive(Serialize, ToSchema)]
#[schema(as = ApprovalRoles)]
pub(crate) struct RolesResponse {
    roles: BTreeMap<String, Vec<String>>,
}

/// Set the members of a role
///
/// Replaces the present members. People also have the role if their token says so, or if it is their role as a member of the
/// tenant.
#[utoipa::path(
    put, path = "/api/v1/enterprise-billing/approvals/roles/{role}", operation_id = "set_approval_role_members",
    tag = "Approvals",
    security(("key" = ["tenants:admin"])),
    params(
        ("role" = String, Path, description = "The role as the rule `approval` spells it, such as `finance_manager`."),
        TenantHeader,
    ),
    request_body = RoleMembers,
    responses((status = 200, description = "The members were set.", body = RoleMembers)),
)]
pub(crate) async fn set_role_members(
    State(state): State<AppState>,
    Scoped { tenant, actor, .. }: Scoped<TenantsAdmin>,
    Path(role): Path<String>,
    Json(members): Json<RoleMembers>,
) -> Result<Json<RoleMembers>, Problem> {
    if let Some(error) = FieldError::of_text::<MAX_TEXT_LEN>("role", Some(&role)) {
        return Err(Problem::fields(vec![error]));
    }
    if members.people.len() > MAX_MEMBERS || !members.people.iter().all(|person| is_person(person)) {
        return Err(Problem::field("people", "must be at most 200 people, as user:… or key:…"));
    }
    let detail = json!({"role": role, "people": members.people});
    state.add_audit_entry(&tenant.id, "approval_role.set", &detail, &actor).await;
    state.service.people().set_role(&tenant.id, &role, &members.people, &actor.id, state.now()).await?;
    Ok(Json(members))
}

/// List roles and their members
#[utoipa::path(
    get, path = "/api/v1/enterprise-billing/approvals/roles", operation_id = "list_approval_roles", tag = "Approvals",
    security(("key" = ["billing:read"])),
    params(TenantHeader),
    responses((
        status = 200,
        description = "The roles whose members were set with `PUT …/roles/{role}`.",
        body = RolesResponse,
    )),
)]
pub(crate) async fn list_roles(
    State(state): State<AppState>,
    Scoped { tenant, .. }: Scoped<BillingRead>,
) -> Result<Json<RolesResponse>, Problem> {
    let mut roles = BTreeMap::<String, Vec<String>>::new();
    for (role, person) in state.service.people().roles(&tenant.id).await? {
        roles.entry(role).or_default().push(person);
    }
    Ok(Json(RolesResponse { roles }))
}
