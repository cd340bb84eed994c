//! Delegations over HTTP.

use axum::extract::{Path, State};
use axum::response::Response;
use edge_access::{AnyScope, Scope};
use edge_capabilities::{Timestamp, random};
use edge_database::Cursor;
use edge_http::{Code, Json, Listing, Page, Problem, Text};
use edge_idempotency::Idempotent;
use edge_tenants::{Scoped, TenantHeader};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::store::{Delegation, MAX_LIVE};
use crate::router::AppState;
use crate::validation::{MAX_TEXT_LEN, is_id, is_person};

/// The longest delegation, in milliseconds: a year.
const MAX_DELEGATION_MS: i64 = 366 * 24 * 60 * 60 * 1000;

/// A delegation to create.
#[derive(Clone, Deserialize, ToSchema)]
#[schema(as = CreateApprovalDelegationRequest)]
pub(crate) struct CreateDelegationRequest {
    /// The person who may act on behalf of the caller: `user:<sub>` or `key:<id>`.
    to: String,
    /// The beginning of the delegation (RFC 3339). Default: now.
    #[serde(default)]
    starts_at: Option<String>,
    /// The end of the delegation (RFC 3339), at most a year after its beginning.
    ends_at: String,
    /// The reason for display. It is cut off after 1,024 characters.
    #[serde(default)]
    reason: Option<String>,
}

/// A delegation: a person may approve and reject on behalf of another for a time.
#[derive(Serialize, ToSchema)]
#[schema(as = ApprovalDelegation)]
pub(crate) struct DelegationResponse {
    id: String,
    /// The person on whose behalf the delegate may act.
    from: String,
    /// The delegate.
    to: String,
    starts_at: String,
    ends_at: String,
    reason: String,
    created_at: String,
    /// When the delegation was revoked, or one of the two people was removed from the tenant (RFC 3339); null: neither.
    revoked_at: Option<String>,
}

impl From<Delegation> for DelegationResponse {
    fn from(delegation: Delegation) -> Self {
        Self {
            starts_at: delegation.starts_at.to_rfc3339_millis(),
            ends_at: delegation.ends_at.to_rfc3339_millis(),
            created_at: delegation.created_at.to_rfc3339_millis(),
            revoked_at: delegation.revoked_at.map(Timestamp::to_rfc3339_millis),
            id: delegation.id,
            from: delegation.delegator,
            to: delegation.delegate,
            reason: delegation.reason,
        }
    }
}

/// Create a delegation
///
/// The delegate may approve and reject on behalf of the caller for a time: where a level asks the caller by name, or by a
/// role that the caller then has as a member or by `PUT …/roles/{role}`. If a level asks both, they count as two people, until
/// one acts on behalf of the other.
#[utoipa::path(
    post, path = "/api/v1/enterprise-billing/approvals/delegations", tag = "Approvals", security(("key" = [])),
    params(
        ("Idempotency-Key" = Option<String>, Header, description = "A key of 1 to 255 visible ASCII characters."),
        TenantHeader,
    ),
    request_body = CreateDelegationRequest,
    responses(
        (status = 201, description = "The delegation was created.", body = DelegationResponse),
        (status = 409, description = "`DELEGATION_LIMIT_REACHED`: the caller has 20 delegations that have not ended."),
    ),
)]
pub(crate) async fn create_delegation(
    State(state): State<AppState>,
    Scoped { tenant, caller, actor, .. }: Scoped<AnyScope>,
    request: Idempotent<CreateDelegationRequest>,
) -> Result<Response, Problem> {
    let scope = caller.idempotency_scope_in(&tenant.id);
    state
        .idempotency
        .once(&scope, request, async |new| {
            let now = state.now();
            let delegator = state.service.people().person(&caller.id).await?;
            let read = |field: &'static str, text: &str| {
                Timestamp::parse(text).ok_or_else(|| Problem::field(field, "must be an RFC 3339 time"))
            };
            if !is_person(&new.to) || new.to == delegator {
                return Err(Problem::field("to", "must be another person, as user:… or key:…"));
            }
            let starts_at = new.starts_at.as_deref().map_or(Ok(now), |text| read("starts_at", text))?;
            let ends_at = read("ends_at", &new.ends_at)?;
            if ends_at <= now || !(1..=MAX_DELEGATION_MS).contains(&ends_at.millis_since(starts_at)) {
                return Err(Problem::field("ends_at", "must be in the future and at most a year after starts_at"));
            }
            let delegation = Delegation {
                id: format!("apd_{}", random::hex::<12>(&*state.capabilities.random)),
                delegator,
                delegate: new.to,
                starts_at,
                ends_at,
                reason: new.reason.unwrap_or_default().chars().take(1024).collect(),
                created_at: now,
                revoked_at: None,
            };
            if !state.delegations.insert(&tenant.id, &delegation, &caller.root).await? {
                let detail = format!("A person can have at most {MAX_LIVE} delegations that have not ended.");
                return Err(Problem::new(Code::DelegationLimitReached, detail));
            }
            let detail = json!({"delegation_id": delegation.id, "to": delegation.delegate});
            state.add_audit_entry(&tenant.id, "approval_delegation.created", &detail, &actor).await;
            Ok((StatusCode::CREATED, DelegationResponse::from(delegation)))
        })
        .await
}

/// List delegations
///
/// Without `billing:read`, this returns only those from or to the caller.
#[utoipa::path(
    get, path = "/api/v1/enterprise-billing/approvals/delegations", tag = "Approvals",
    security(("key" = ["billing:read"])),
    params(
        Page,
        TenantHeader,
    ),
    responses((status = 200, description = "A page of delegations, newest first.", body = Listing<DelegationResponse>)),
)]
pub(crate) async fn list_delegations(
    State(state): State<AppState>,
    Scoped { tenant, caller, .. }: Scoped<AnyScope>,
    page: Page,
) -> Result<Json<Listing<DelegationResponse>>, Problem> {
    let own = state.service.people().person(&caller.id).await?;
    let names = (!caller.may(Scope::BillingRead)).then_some([own.as_str(), &*caller.id]);
    let delegations = state.delegations.list(&tenant.id, names, page.cursor(is_id)?, page.rows()).await?;
    let position = |delegation: &Delegation| Cursor::new(delegation.created_at, delegation.id.as_str());
    Ok(Json(page.listing(delegations, position, DelegationResponse::from)))
}

/// Revoke a delegation
///
/// Callers can revoke their own delegations. A caller with `tenants:admin` can revoke any delegation of the tenant.
#[utoipa::path(
    delete, path = "/api/v1/enterprise-billing/approvals/delegations/{delegation_id}", tag = "Approvals",
    security(("key" = [])),
    params(
        ("delegation_id" = String, Path, description = "The delegation's id."),
        TenantHeader,
    ),
    responses(
        (status = 204, description = "The delegation was revoked."),
        (status = 404, description = "`DELEGATION_NOT_FOUND`: there is no such delegation that the caller may revoke."),
    ),
)]
pub(crate) async fn revoke_delegation(
    State(state): State<AppState>,
    Scoped { tenant, caller, actor, .. }: Scoped<AnyScope>,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    let own = state.service.people().person(&caller.id).await?;
    let delegator = (!caller.may(Scope::TenantsAdmin)).then_some(own.as_str());
    if !Text::<MAX_TEXT_LEN>::accepts(&id) || !state.delegations.revoke(&tenant.id, &id, delegator, state.now()).await?
    {
        let detail = "There is no such delegation that the caller may revoke.";
        return Err(Problem::new(Code::DelegationNotFound, detail));
    }
    state.add_audit_entry(&tenant.id, "approval_delegation.revoked", &json!({"delegation_id": id}), &actor).await;
    Ok(StatusCode::NO_CONTENT)
}
