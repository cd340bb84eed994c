//! Who did what to a tenant, over HTTP.

use axum::extract::{Path, Query, State};
use edge_access::{Granted, TenantsAdmin};
use edge_audit::{AuditEntry, AuditFilter};
use edge_capabilities::Timestamp;
use edge_capabilities::database::Cursor;
use edge_http::{Json, Listing, Page, Problem, Text};
use http::Uri;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::{IntoParams, ToSchema};

use super::SOURCES;
use crate::router::AppState;
use crate::tenant::Tenant;

/// How many entries are read at once to find those with an action, and for one page at most.
const SCANNED_AT_ONCE: u32 = 500;
const MAX_SCANNED: usize = 5_000;
/// The longest id of a caller, bytes: `user:` and the longest `sub`.
const MAX_ACTOR_LEN: usize = 300;

/// The filters of the list.
#[derive(Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct AuditQuery {
    /// Only entries with this action: `user.added`; or with all actions that begin with it and a dot: `user`. A page may
    /// then have fewer entries than `limit`, or none, although another follows.
    action: Option<String>,
    /// Only entries of this actor: `key:<id>`, `user:<sub>`, `bootstrap`.
    actor: Option<String>,
    /// Only entries from this time on, RFC 3339.
    from: Option<String>,
    /// Only entries before this time, RFC 3339.
    to: Option<String>,
}

impl AuditQuery {
    fn read(uri: &Uri) -> Result<(Option<String>, AuditFilter), Problem> {
        let unreadable = |_| Problem::field("query", "cannot be read");
        let Query(Self { action, actor, from, to }) = Query::try_from_uri(uri).map_err(unreadable)?;
        let time = |field: &'static str, text: Option<String>| {
            let read =
                |text: String| Timestamp::parse(&text).ok_or_else(|| Problem::field(field, "must be an RFC 3339 time"));
            text.filter(|text| !text.is_empty()).map(read).transpose()
        };
        let actor = actor.filter(|actor| !actor.is_empty());
        if actor.as_deref().is_some_and(|actor| !Text::<MAX_ACTOR_LEN>::accepts(actor)) {
            return Err(Problem::field("actor", "must be the id of a caller"));
        }
        let filter = AuditFilter { actor, from: time("from", from)?, to: time("to", to)? };
        Ok((action.filter(|action| !action.is_empty()), filter))
    }
}

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
    params(("id" = String, Path, description = "The tenant's id."), Page, AuditQuery),
    responses((status = 200, description = "A page of audit entries.", body = Listing<AuditEntryResponse>)),
)]
pub(crate) async fn list(
    State(state): State<AppState>,
    granted: Granted<TenantsAdmin>,
    Path(id): Path<String>,
    page: Page,
    uri: Uri,
) -> Result<Json<Listing<AuditEntryResponse>>, Problem> {
    let tenant = state.find(&granted.caller, &id).await?;
    let (action, filter) = AuditQuery::read(&uri)?;
    Ok(Json(state.audit_entries(&tenant, action.as_deref(), &filter, &page).await?))
}

impl AppState {
    /// A page of the audit entries of `tenant` that match `filter`, and `action` if one is given.
    pub(crate) async fn audit_entries(
        &self,
        tenant: &Tenant,
        action: Option<&str>,
        filter: &AuditFilter,
        page: &Page,
    ) -> Result<Listing<AuditEntryResponse>, Problem> {
        let is_valid = |id: &str| id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'.');
        let mut cursor = page.cursor(is_valid)?;
        let position = |entry: &AuditEntry| Cursor::new(entry.at, entry.id.clone());
        let Some(action) = action else {
            let entries = self.audit.list(&tenant.id, &SOURCES, filter, cursor, page.rows()).await?;
            return Ok(page.listing(entries, position, AuditEntryResponse::from));
        };
        // The action of members' and keys' rows is known once they are read.
        let is_wanted = |entry: &AuditEntry| {
            entry.action.strip_prefix(action).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        let wanted = usize::try_from(page.rows()).unwrap_or(usize::MAX);
        let (mut found, mut scanned) = (Vec::new(), 0_usize);
        loop {
            let entries = self.audit.list(&tenant.id, &SOURCES, filter, cursor.take(), SCANNED_AT_ONCE).await?;
            let is_last = entries.len() < usize::try_from(SCANNED_AT_ONCE).unwrap_or(usize::MAX);
            scanned = scanned.saturating_add(entries.len());
            let next = entries.last().map(position);
            found.extend(entries.into_iter().filter(is_wanted));
            if found.len() >= wanted || is_last {
                return Ok(page.listing(found, position, AuditEntryResponse::from));
            }
            if scanned >= MAX_SCANNED {
                let next_cursor = next.map(|next| next.to_string());
                return Ok(Listing { data: found.into_iter().map(AuditEntryResponse::from).collect(), next_cursor });
            }
            cursor = next;
        }
    }
}
