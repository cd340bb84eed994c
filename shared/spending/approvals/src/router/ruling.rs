//! What a tenant asks for beyond the rule: further levels, roles, and who stands for whom.

use std::collections::BTreeMap;

use axum::extract::{Path, State};
use axum::response::Response;
use edge_access::{AnyScope, BillingRead, BillingWrite, Scope, TenantsAdmin};
use edge_capabilities::{Timestamp, random};
use edge_http::{Code, Json, Listing, Page, Problem};
use edge_idempotency::Idempotent;
use edge_tenants::{Scoped, TenantHeader};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::fields::{RuleWanted, is_approver, is_sane};
use super::shown::{DelegationShown, RuleShown};
use super::{AppState, is_valid};
use crate::delegations::{self, MAX_LIVE};
use crate::loosening::is_looser;
use crate::rules::{self, Change};

/// How often a change is tried again when somebody else was faster.
const TRIES: u32 = 5;

const MAX_PEOPLE: usize = 200;

/// The longest that somebody may stand for another, milliseconds: a year.
const MAX_DELEGATION_MS: i64 = 366 * 24 * 60 * 60 * 1000;

/// Make an approval rule
///
/// Data beyond the rule `approval`: it asks for further levels or less time, and never for less than the rule does. To let
/// others approve as well, by `escalate_to`, takes `tenants:admin`.
#[utoipa::path(
    post, path = "/api/v1/enterprise-billing/approvals/rules", tag = "Approvals",
    security(("key" = ["billing:write"])),
    params(
        ("Idempotency-Key" = Option<String>, Header, description = "1 to 255 visible ASCII characters."),
        TenantHeader,
    ),
    request_body = RuleWanted,
    responses((status = 201, description = "Made: asked for from the next request on.", body = RuleShown)),
)]
pub(super) async fn create(
    State(state): State<AppState>,
    Scoped { tenant, caller, actor, .. }: Scoped<BillingWrite>,
    request: Idempotent<RuleWanted>,
) -> Result<Response, Problem> {
    let scope = caller.idempotency_scope_in(&tenant.id);
    state
        .idempotency
        .once(&scope, request, async |wanted| {
            let mut rule = wanted.make(&*state.capabilities.random)?;
            let now = state.now();
            let is_admin = caller.may(Scope::TenantsAdmin);
            if is_looser(None, &rule) && !is_admin {
                return Err(takes_an_admin());
            }
            rule.history.push(Change::new(None, &actor.id, actor.address.as_deref(), is_admin, now));
            (rule.created_at, rule.updated_at) = (Some(now), Some(now));
            state.asking.rules().insert(&tenant.id, &rule, now).await?;
            state.deed(&tenant.id, "approval_rule.created", &json!({"rule_id": rule.id}), &actor).await;
            Ok((StatusCode::CREATED, RuleShown::from(rule)))
        })
        .await
}

fn takes_an_admin() -> Problem {
    let detail = "To ask for less, or to let others approve as well, takes tenants:admin.";
    Problem::new(Code::PermissionDenied, detail)
}

/// Change an approval rule
///
/// Fields that are not there stay as they are. Requests that were made before stay as they are too. To ask for less takes
/// `tenants:admin`; and whoever does is held by the rule as it was, until somebody else with `tenants:admin` changes it.
#[utoipa::path(
    put, path = "/api/v1/enterprise-billing/approvals/rules/{rule_id}", tag = "Approvals",
    security(("key" = ["billing:write"])),
    params(
        ("rule_id" = String, Path, description = "The rule's id."),
        TenantHeader,
    ),
    request_body = RuleWanted,
    responses(
        (status = 200, description = "Changed.", body = RuleShown),
        (status = 403, description = "`PERMISSION_DENIED`: it asks for less, which takes `tenants:admin`."),
        (status = 404, description = "`APPROVAL_RULE_NOT_FOUND`: there is none, or it is another tenant's."),
    ),
)]
pub(super) async fn update(
    State(state): State<AppState>,
    Scoped { tenant, caller, actor, .. }: Scoped<AnyScope>,
    Path(id): Path<String>,
    Json(wanted): Json<RuleWanted>,
) -> Result<Json<RuleShown>, Problem> {
    let is_admin = caller.may(Scope::TenantsAdmin);
    if !is_admin && !caller.may(Scope::BillingWrite) {
        return Err(Problem::new(Code::PermissionDenied, "This takes billing:write or tenants:admin."));
    }
    let unknown = || Problem::new(Code::ApprovalRuleNotFound, "There is no such approval rule.");
    if !is_sane(&id) {
        return Err(unknown());
    }
    for _ in 0..TRIES {
        let before = state.asking.rules().find(&tenant.id, &id).await?.ok_or_else(unknown)?;
        let mut rule = before.clone();
        wanted.apply(&mut rule)?;
        let now = state.now();
        if is_looser(Some(&before), &rule) && !is_admin {
            return Err(takes_an_admin());
        }
        rule.history.push(Change::new(Some(&before), &actor.id, actor.address.as_deref(), is_admin, now));
        rule.updated_at = Some(now);
        if state.asking.rules().replace(&tenant.id, &rule, now).await? {
            state.deed(&tenant.id, "approval_rule.changed", &json!({"rule_id": rule.id}), &actor).await;
            return Ok(Json(rule.into()));
        }
    }
    Err(Problem::new(Code::StoreUnavailable, "The rule is being changed by too many at once.").retry_after(1))
}

/// List approval rules
#[utoipa::path(
    get, path = "/api/v1/enterprise-billing/approvals/rules", tag = "Approvals",
    security(("key" = ["billing:read"])),
    params(
        Page,
        TenantHeader,
    ),
    responses((status = 200, description = "A page of them, newest first.", body = Listing<RuleShown>)),
)]
pub(super) async fn list(
    State(state): State<AppState>,
    Scoped { tenant, .. }: Scoped<BillingRead>,
    page: Page,
) -> Result<Json<Listing<RuleShown>>, Problem> {
    let behind = page.cursor(is_valid)?.map(|cursor| rules::Cursor { created_at: cursor.at, id: cursor.id });
    let found = state.asking.rules().list(&tenant.id, behind, page.limit.saturating_add(1)).await?;
    let shown = found.into_iter().map(RuleShown::from).collect();
    Ok(Json(Listing::from_one_more(shown, &page, |shown: &RuleShown| shown.cursor.clone())))
}

/// Who has a role.
#[derive(Deserialize, Serialize, ToSchema)]
#[schema(as = ApprovalRolePeople)]
pub(super) struct Holders {
    /// `user:u1`, `key:k1`: up to 200.
    people: Vec<String>,
}

/// Who has which role.
#[derive(Serialize, ToSchema)]
#[schema(as = ApprovalRoles)]
pub(super) struct Roles {
    roles: BTreeMap<String, Vec<String>>,
}

/// Say who has a role
///
/// Beyond those whose token says so, or who are it as members of the tenant: these people and no others.
#[utoipa::path(
    put, path = "/api/v1/enterprise-billing/approvals/roles/{role}", tag = "Approvals",
    security(("key" = ["tenants:admin"])),
    params(
        ("role" = String, Path, description = "As the rule writes it: `finance_manager`."),
        TenantHeader,
    ),
    request_body = Holders,
    responses((status = 200, description = "They have it.", body = Holders)),
)]
pub(super) async fn set_role(
    State(state): State<AppState>,
    Scoped { tenant, actor, .. }: Scoped<TenantsAdmin>,
    Path(role): Path<String>,
    Json(holders): Json<Holders>,
) -> Result<Json<Holders>, Problem> {
    if !is_sane(&role) {
        return Err(Problem::field("role", "must be 1 to 256 bytes without control characters"));
    }
    let is_person = |person: &String| is_approver(person) && !person.starts_with("role:");
    if holders.people.len() > MAX_PEOPLE || !holders.people.iter().all(is_person) {
        return Err(Problem::field("people", "must be up to 200 of user:… and key:…"));
    }
    let detail = json!({"role": role, "people": holders.people});
    state.deed(&tenant.id, "approval_role.set", &detail, &actor).await;
    state.asking.people().set_role(&tenant.id, &role, &holders.people, &actor.id, state.now()).await?;
    Ok(Json(holders))
}

/// List who has which role
#[utoipa::path(
    get, path = "/api/v1/enterprise-billing/approvals/roles", tag = "Approvals",
    security(("key" = ["billing:read"])),
    params(TenantHeader),
    responses((status = 200, description = "By what was said here.", body = Roles)),
)]
pub(super) async fn list_roles(
    State(state): State<AppState>,
    Scoped { tenant, .. }: Scoped<BillingRead>,
) -> Result<Json<Roles>, Problem> {
    let mut roles = BTreeMap::<String, Vec<String>>::new();
    for (role, person) in state.asking.people().with_roles(&tenant.id).await? {
        roles.entry(role).or_default().push(person);
    }
    Ok(Json(Roles { roles }))
}

/// Who is to stand for the caller.
#[derive(Clone, Deserialize, ToSchema)]
#[schema(as = NewApprovalDelegation)]
pub(super) struct NewDelegation {
    /// `user:u1`, `key:k1`.
    to: String,
    /// From when on, RFC 3339; from now on unless told.
    #[serde(default)]
    starts_at: Option<String>,
    /// Until when, RFC 3339: at most a year.
    ends_at: String,
    /// For people.
    #[serde(default)]
    reason: Option<String>,
}

/// Have somebody stand for oneself
///
/// For a time, whoever it is may approve and reject where the caller is asked by name, or by a role that the caller still
/// has by then: as a member, or by `PUT …/roles/{role}`. Where both are asked they are two people; where one has spoken
/// for the other, one.
#[utoipa::path(
    post, path = "/api/v1/enterprise-billing/approvals/delegations", tag = "Approvals", security(("key" = [])),
    params(
        ("Idempotency-Key" = Option<String>, Header, description = "1 to 255 visible ASCII characters."),
        TenantHeader,
    ),
    request_body = NewDelegation,
    responses(
        (status = 201, description = "They stand for the caller.", body = DelegationShown),
        (status = 409, description = "`DELEGATION_LIMIT_REACHED`: the caller has 20 that have not ended."),
    ),
)]
pub(super) async fn delegate(
    State(state): State<AppState>,
    Scoped { tenant, caller, actor, .. }: Scoped<AnyScope>,
    request: Idempotent<NewDelegation>,
) -> Result<Response, Problem> {
    let scope = caller.idempotency_scope_in(&tenant.id);
    state
        .idempotency
        .once(&scope, request, async |new| {
            let now = state.now();
            let delegator = state.asking.people().person(&caller.id).await?;
            let read = |field: &'static str, written: &str| {
                Timestamp::parse(written).ok_or_else(|| Problem::field(field, "must be an instant, RFC 3339"))
            };
            if !is_approver(&new.to) || new.to.starts_with("role:") || new.to == delegator {
                return Err(Problem::field("to", "must be somebody else, as user:… or key:…"));
            }
            let starts_at = new.starts_at.as_deref().map_or(Ok(now), |written| read("starts_at", written))?;
            let ends_at = read("ends_at", &new.ends_at)?;
            if ends_at <= now || !(1..=MAX_DELEGATION_MS).contains(&ends_at.millis_since(starts_at)) {
                return Err(Problem::field("ends_at", "must be to come, and at most a year after starts_at"));
            }
            let delegation = delegations::Delegation {
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
                let detail = format!("At most {MAX_LIVE} delegations of one person may be in force or to come.");
                return Err(Problem::new(Code::DelegationLimitReached, detail));
            }
            let detail = json!({"delegation_id": delegation.id, "to": delegation.delegate});
            state.deed(&tenant.id, "approval_delegation.created", &detail, &actor).await;
            Ok((StatusCode::CREATED, DelegationShown::from(delegation)))
        })
        .await
}

/// List who stands for whom
#[utoipa::path(
    get, path = "/api/v1/enterprise-billing/approvals/delegations", tag = "Approvals",
    security(("key" = ["billing:read"])),
    params(
        Page,
        TenantHeader,
    ),
    responses((status = 200, description = "A page of them, newest first.", body = Listing<DelegationShown>)),
)]
pub(super) async fn list_delegations(
    State(state): State<AppState>,
    Scoped { tenant, .. }: Scoped<BillingRead>,
    page: Page,
) -> Result<Json<Listing<DelegationShown>>, Problem> {
    let behind = page.cursor(is_valid)?.map(|cursor| delegations::Cursor { created_at: cursor.at, id: cursor.id });
    let found = state.delegations.list(&tenant.id, behind, page.limit.saturating_add(1)).await?;
    let shown = found.into_iter().map(DelegationShown::from).collect();
    Ok(Json(Listing::from_one_more(shown, &page, |shown: &DelegationShown| shown.cursor.clone())))
}

/// End a delegation
///
/// The caller's own; with `tenants:admin` any of the tenant's.
#[utoipa::path(
    delete, path = "/api/v1/enterprise-billing/approvals/delegations/{delegation_id}", tag = "Approvals",
    security(("key" = [])),
    params(
        ("delegation_id" = String, Path, description = "The delegation's id."),
        TenantHeader,
    ),
    responses(
        (status = 204, description = "Taken back."),
        (status = 404, description = "`DELEGATION_NOT_FOUND`: there is none, or the caller may not end it."),
    ),
)]
pub(super) async fn revoke(
    State(state): State<AppState>,
    Scoped { tenant, caller, actor, .. }: Scoped<AnyScope>,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    let own = state.asking.people().person(&caller.id).await?;
    let delegator = (!caller.may(Scope::TenantsAdmin)).then_some(own.as_str());
    if !is_sane(&id) || !state.delegations.revoke(&tenant.id, &id, delegator, state.now()).await? {
        return Err(Problem::new(Code::DelegationNotFound, "There is no such delegation that the caller may end."));
    }
    state.deed(&tenant.id, "approval_delegation.revoked", &json!({"delegation_id": id}), &actor).await;
    Ok(StatusCode::NO_CONTENT)
}
