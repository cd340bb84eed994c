//! Who did what to a tenant, over HTTP.

use axum::extract::{Path, State};
use edge_access::{Granted, TenantsAdmin};
use edge_audit::AuditEntry;
use edge_capabilities::database::Cursor;
use edge_http::{Json, Listing, Page, Problem};
use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;

use super::AppState;
use crate::audit::SOURCES;
use crate::tenant::Tenant;

/// An audit entry of a tenant.
#[derive(Serialize, ToSchema)]
#[schema(as = TenantDeed)]
pub(crate) struct AuditEntryResponse {
    at: String,
    /// `tenant.created`, `tenant.changed`, `user.added`, `user.role_changed`, `user.changed`, `user.removed`,
    /// `user.erased`, `api_key.created`, `api_key.revoked`, `external_id.set`, `external_id.removed`.
    action: String,
    /// The object of the action and its details, without personal data.
    #[schema(value_type = Object)]
    detail: Option<Box<RawValue>>,
    /// The actor: `key:<id>`, `user:<sub>`, `bootstrap`.
    actor: String,
    /// The actor's address, if known.
    address: Option<String>,
}

impl From<AuditEntry> for AuditEntryResponse {
    fn from(entry: AuditEntry) -> Self {
        Self {
            at: entry.at.to_rfc3339_millis(),
            action: entry.action,
            detail: RawValue::from_string(entry.detail).ok(),
            actor: entry.actor,
            address: entry.address,
        }
    }
}

/// List a tenant's audit entries
///
/// Entries are listed newest first. They are never changed or deleted.
#[utoipa::path(
    get, path = "/api/v1/tenants/{id}/audit", operation_id = "list_tenant_audit_entries",
    tag = "Tenants", security(("key" = ["tenants:admin"])),
    params(("id" = String, Path, description = "The tenant's id."), Page),
    responses((status = 200, description = "A page of audit entries.", body = Listing<AuditEntryResponse>)),
)]
pub(super) async fn list(
    State(state): State<AppState>,
    granted: Granted<TenantsAdmin>,
    Path(id): Path<String>,
    page: Page,
) -> Result<Json<Listing<AuditEntryResponse>>, Problem> {
    let tenant = state.find(&granted.caller, &id).await?;
    Ok(Json(state.audit_entries(&tenant, &page).await?))
}

impl AppState {
    /// A page of the audit entries of `tenant`.
    pub(super) async fn audit_entries(
        &self,
        tenant: &Tenant,
        page: &Page,
    ) -> Result<Listing<AuditEntryResponse>, Problem> {
        let is_valid = |id: &str| id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'.');
        let entries = self.audit.list(&tenant.id, &SOURCES, page.cursor(is_valid)?, page.rows()).await?;
        let cursor = |entry: &AuditEntry| Cursor::new(entry.at, entry.id.clone());
        Ok(page.listing(entries, cursor, AuditEntryResponse::from))
    }
}
