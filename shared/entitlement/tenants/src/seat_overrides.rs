//! The state of a tenant's subscription that payment events reported takes precedence over the ERP's. If a gateway reported
//! something wrong, the platform, and nobody else, makes the ERP's state count again.

use axum::extract::{Path, State};
use edge_access::{Granted, TenantsAdmin};
use edge_http::{Address, Code, Problem};
use http::StatusCode;
use serde_json::json;

use crate::router::{AppState, require_platform};

/// Delete a tenant's seat override
///
/// Requires a platform key. The subscription state from earlier payment events no longer takes precedence over the
/// state in the ERP; the next payment event takes precedence again. A tenant that is not active still gets no seat.
#[utoipa::path(
    delete, path = "/api/v1/seats/overrides/{organizationId}", operation_id = "delete_seat_override",
    tag = "Seats", security(("key" = ["tenants:admin"])),
    params(("organizationId" = String, Path, description = "The organisation's id, which is the tenant's id at the edge.")),
    responses(
        (status = 204, description = "The override is deleted; the next seat check asks the ERP."),
        (status = 404, description = "`TENANT_NOT_FOUND`: there is no such tenant."),
    ),
)]
pub(crate) async fn drop_payments(
    State(state): State<AppState>,
    granted: Granted<TenantsAdmin>,
    address: Address,
    Path(organization): Path<String>,
) -> Result<StatusCode, Problem> {
    require_platform(&granted.caller)?;
    let tenant = state.find(&granted.caller, &organization).await?;
    // The entry is written first: once the override is dropped, nothing would tell that the entry is missing.
    let detail = json!({"subscription_status": tenant.subscription_status});
    let entry = state.audit_entry("seat_override.dropped", &detail, &granted.caller.actor(address), state.now());
    state.audit.append(&tenant.id, &entry).await?;
    let dropped = state.invalidation.drop_payments(&tenant.id).await?;
    dropped
        .map(|_| StatusCode::NO_CONTENT)
        .ok_or_else(|| Problem::new(Code::TenantNotFound, "There is no such tenant."))
}
