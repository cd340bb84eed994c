//! Approval rules over HTTP.

use axum::extract::{Path, State};
use axum::response::Response;
use edge_access::{AnyScope, BillingRead, BillingWrite, Scope};
use edge_capabilities::Timestamp;
use edge_database::{Cursor, retry_on_conflict};
use edge_http::{Code, Json, Listing, Page, Problem, Text};
use edge_idempotency::Idempotent;
use edge_money::{Currency, DecimalAmount, Money};
use edge_tenants::{Scoped, TenantHeader};
use http::StatusCode;
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use super::body::RuleRequest;
use super::effective::is_looser;
use super::model::{ApprovalRule, Change};
use crate::request::Level;
use crate::router::AppState;
use crate::validation::{MAX_TEXT_LEN, is_id};

/// How often a change is tried again after somebody else was faster.
const MAX_UPDATE_ATTEMPTS: u32 = 5;

/// An approval rule of a tenant: what it requires of certain purchases, beyond the rule `approval`.
#[derive(Serialize, ToSchema)]
#[schema(as = ApprovalRule)]
pub(crate) struct RuleResponse {
    id: String,
    name: String,
    kind: Option<String>,
    currency: Option<String>,
    #[schema(value_type = Option<f64>)]
    min_amount: Option<DecimalAmount>,
    #[schema(value_type = Option<f64>)]
    max_amount: Option<DecimalAmount>,
    department_id: Option<String>,
    levels: Vec<LevelResponse>,
    expires_after_minutes: Option<u32>,
    escalate_after_minutes: Option<u32>,
    escalate_to: Vec<String>,
    is_active: bool,
    created_at: Option<String>,
    updated_at: Option<String>,
    /// The changes to the rule, oldest first.
    history: Vec<Change>,
}

/// A level that the rule adds.
#[derive(Serialize, ToSchema)]
#[schema(as = ApprovalRuleLevelResponse)]
struct LevelResponse {
    approvers: Vec<String>,
    quorum: u32,
}

impl From<ApprovalRule> for RuleResponse {
    fn from(rule: ApprovalRule) -> Self {
        let currency = rule.currency.as_deref().and_then(|code| Currency::parse(code).ok());
        let amount = |minor: Option<i64>| Some(DecimalAmount(Money { minor: minor?, currency: currency? }));
        let level = |level: Level| LevelResponse { approvers: level.approvers, quorum: level.quorum };
        Self {
            min_amount: amount(rule.above),
            max_amount: amount(rule.up_to),
            id: rule.id,
            name: rule.name,
            kind: rule.kind,
            currency: rule.currency,
            department_id: rule.department,
            levels: rule.levels.into_iter().map(level).collect(),
            expires_after_minutes: rule.expires_after_minutes,
            escalate_after_minutes: rule.escalates_after_minutes,
            escalate_to: rule.escalates_to,
            is_active: rule.is_active,
            created_at: rule.created_at.map(Timestamp::to_rfc3339_millis),
            updated_at: rule.updated_at.map(Timestamp::to_rfc3339_millis),
            history: rule.history,
        }
    }
}

/// Create an approval rule
///
/// An approval rule adds levels or shortens times. It never requires less than the rule `approval` does. `escalate_to`, which
/// lets others approve as well, requires `tenants:admin`.
#[utoipa::path(
    post, path = "/api/v1/enterprise-billing/approvals/rules", operation_id = "create_approval_rule", tag = "Approvals",
    security(("key" = ["billing:write"])),
    params(
        ("Idempotency-Key" = Option<String>, Header, description = "A key of 1 to 255 visible ASCII characters."),
        TenantHeader,
    ),
    request_body = RuleRequest,
    responses((
        status = 201,
        description = "The rule was created. It applies to new requests.",
        body = RuleResponse,
    )),
)]
pub(crate) async fn create_rule(
    State(state): State<AppState>,
    Scoped { tenant, caller, actor, .. }: Scoped<BillingWrite>,
    request: Idempotent<RuleRequest>,
) -> Result<Response, Problem> {
    let scope = caller.idempotency_scope_in(&tenant.id);
    state
        .idempotency
        .once(&scope, request, async |body| {
            let mut rule = body.create(&*state.capabilities.random)?;
            let now = state.now();
            let is_admin = caller.may(Scope::TenantsAdmin);
            if is_looser(None, &rule) && !is_admin {
                return Err(requires_admin());
            }
            rule.history.push(Change::new(None, &actor.id, actor.address.as_deref(), is_admin, now));
            (rule.created_at, rule.updated_at) = (Some(now), Some(now));
            state.service.rules().insert(&tenant.id, &rule, now).await?;
            state.add_audit_entry(&tenant.id, "approval_rule.created", &json!({"rule_id": rule.id}), &actor).await;
            Ok((StatusCode::CREATED, RuleResponse::from(rule)))
        })
        .await
}

fn requires_admin() -> Problem {
    let detail = "A change that requires less, or lets others approve as well, requires tenants:admin.";
    Problem::new(Code::PermissionDenied, detail)
}

/// Update an approval rule
///
/// Fields that are absent keep their values. Existing requests do not change. A change that requires less requires
/// `tenants:admin`. The caller who makes such a change remains bound by the previous rule until another caller with
/// `tenants:admin` changes it.
#[utoipa::path(
    put, path = "/api/v1/enterprise-billing/approvals/rules/{rule_id}", operation_id = "update_approval_rule",
    tag = "Approvals",
    security(("key" = ["billing:write"])),
    params(
        ("rule_id" = String, Path, description = "The rule's id."),
        TenantHeader,
    ),
    request_body = RuleRequest,
    responses(
        (status = 200, description = "The rule was updated.", body = RuleResponse),
        (status = 403, description = "`PERMISSION_DENIED`: a change that requires less requires `tenants:admin`."),
        (status = 404, description = "`APPROVAL_RULE_NOT_FOUND`: the tenant has no such rule."),
    ),
)]
pub(crate) async fn update_rule(
    State(state): State<AppState>,
    Scoped { tenant, caller, actor, .. }: Scoped<AnyScope>,
    Path(id): Path<String>,
    Json(body): Json<RuleRequest>,
) -> Result<Json<RuleResponse>, Problem> {
    let is_admin = caller.may(Scope::TenantsAdmin);
    if !is_admin && !caller.may(Scope::BillingWrite) {
        return Err(Problem::new(Code::PermissionDenied, "This requires billing:write or tenants:admin."));
    }
    let unknown = || Problem::new(Code::ApprovalRuleNotFound, "There is no such approval rule.");
    if !Text::<MAX_TEXT_LEN>::accepts(&id) {
        return Err(unknown());
    }
    let attempt = || async {
        let before = state.service.rules().find(&tenant.id, &id).await?.ok_or_else(unknown)?;
        let mut rule = before.clone();
        body.apply(&mut rule)?;
        let now = state.now();
        if is_looser(Some(&before), &rule) && !is_admin {
            return Err(requires_admin());
        }
        rule.history.push(Change::new(Some(&before), &actor.id, actor.address.as_deref(), is_admin, now));
        rule.updated_at = Some(now);
        let is_stored = state.service.rules().replace(&tenant.id, &rule, now).await?;
        Ok(is_stored.then_some(rule))
    };
    let Some(rule) = retry_on_conflict(MAX_UPDATE_ATTEMPTS, attempt).await? else {
        let detail = "Too many callers are changing the rule at once; try again.";
        return Err(Problem::new(Code::StoreUnavailable, detail).retry_after(1));
    };
    state.add_audit_entry(&tenant.id, "approval_rule.changed", &json!({"rule_id": rule.id}), &actor).await;
    Ok(Json(rule.into()))
}

/// List approval rules
#[utoipa::path(
    get, path = "/api/v1/enterprise-billing/approvals/rules", operation_id = "list_approval_rules", tag = "Approvals",
    security(("key" = ["billing:read"])),
    params(
        Page,
        TenantHeader,
    ),
    responses((status = 200, description = "A page of approval rules, newest first.", body = Listing<RuleResponse>)),
)]
pub(crate) async fn list_rules(
    State(state): State<AppState>,
    Scoped { tenant, .. }: Scoped<BillingRead>,
    page: Page,
) -> Result<Json<Listing<RuleResponse>>, Problem> {
    let rules = state.service.rules().list(&tenant.id, page.cursor(is_id)?, page.rows()).await?;
    // Stored rules have a time.
    let position =
        |rule: &ApprovalRule| Cursor::new(rule.created_at.unwrap_or(Timestamp::from_millis(0)), rule.id.as_str());
    Ok(Json(page.listing(rules, position, RuleResponse::from)))
}
