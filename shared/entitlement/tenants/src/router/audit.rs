//! Who did what to a tenant, over HTTP.

use axum::extract::{Path, State};
use edge_access::{Granted, TenantsAdmin};
use edge_capabilities::Timestamp;
use edge_http::{Json, Listing, Page, Problem};
use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;

use super::AppState;
use crate::audit::{AuditEntry, Cursor};

/// An audit entry of a tenant.
#[derive(Serialize, ToSchema)]
#[schema(as = TenantDeed)]
pub(super) struct AuditEntryResponse {
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
    #[serde(skip)]
    cursor: String,
}

impl From<AuditEntry> for AuditEntryResponse {
    fn from(deed: AuditEntry) -> Self {
        Self {
            cursor: format!("{}.{}", deed.at.as_millis(), deed.id),
            at: deed.at.to_rfc3339_millis(),
            action: deed.action,
            detail: RawValue::from_string(deed.detail).ok(),
            actor: deed.actor,
            address: deed.address,
        }
    }
}

/// List a tenant's audit entries
///
/// Entries are listed newest first. They are never changed or deleted.
#[utoipa::path(
    get, path = "/api/v1/tenants/{id}/audit", tag = "Tenants", security(("key" = ["tenants:admin"])),
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
    let behind = page.cursor.as_deref().map(|cursor| {
        let (at, id) = cursor.split_once('.')?;
        let is_valid = id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'.');
        Some(Cursor { at: Timestamp::from_millis(at.parse().ok()?), id: id.to_owned() }).filter(|_| is_valid)
    });
    let behind = match behind {
        Some(None) => return Err(Problem::field("cursor", "must be the nextCursor of a page")),
        behind => behind.flatten(),
    };
    let found = state.audit.list(&tenant.id, behind, page.limit.saturating_add(1)).await?;
    let shown = found.into_iter().map(AuditEntryResponse::from).collect();
    Ok(Json(Listing::from_one_more(shown, &page, |deed: &AuditEntryResponse| deed.cursor.clone())))
}
