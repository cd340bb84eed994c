//! The group's own companies made tenants, over HTTP.

use axum::extract::State;
use edge_access::{Granted, TenantsAdmin};
use edge_http::{Address, Json, Problem};
use serde::Serialize;
use utoipa::ToSchema;

use super::model::SUBSIDIARIES;
use crate::error::TenantError;
use crate::router::{AppState, require_platform};
use crate::tenant::response::TenantResponse;

/// The group's own companies.
#[derive(Serialize, ToSchema)]
pub(crate) struct ProvisionResponse {
    /// All internal companies, sorted by code.
    data: Vec<TenantResponse>,
    /// The codes of the companies for which this request created tenants.
    created: Vec<&'static str>,
}

/// Provision internal tenants
///
/// Creates tenants for the group's own companies, BHM001 to BHM008: internal, with the plan `enterprise` and unlimited
/// users. Existing tenants are not changed. Requires a platform key.
#[utoipa::path(
    post, path = "/api/v1/tenants/provision-internal", operation_id = "provision_internal_tenants",
    tag = "Tenants", security(("key" = ["tenants:admin"])),
    responses(
        (status = 200, description = "All internal tenants.", body = ProvisionResponse),
        (status = 409, description = "`ALREADY_EXISTS`: another tenant has the slug of one of the companies."),
    ),
)]
pub(crate) async fn provision(
    State(state): State<AppState>,
    granted: Granted<TenantsAdmin>,
    address: Address,
) -> Result<Json<ProvisionResponse>, Problem> {
    require_platform(&granted.caller)?;
    let actor = granted.caller.actor(address);
    let mut provisioned = ProvisionResponse { data: Vec::new(), created: Vec::new() };
    for subsidiary in SUBSIDIARIES {
        let known = state.tenants.of_company(subsidiary.code).await?;
        let tenant = match known {
            Some(tenant) => tenant,
            None => match state.insert(subsidiary.tenant(state.now()), &actor).await {
                Ok(tenant) => {
                    provisioned.created.push(subsidiary.code);
                    tenant
                }
                // Somebody else was faster, or made it something else on purpose.
                Err(error @ TenantError::Taken(_)) => {
                    state.tenants.find(subsidiary.id).await?.ok_or_else(|| Problem::from(error))?
                }
                Err(error) => return Err(error.into()),
            },
        };
        provisioned.data.push(tenant.into());
    }
    Ok(Json(provisioned))
}
