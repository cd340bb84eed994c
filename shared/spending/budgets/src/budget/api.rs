//! Budgets over HTTP.

use axum::extract::{Path, Query, State};
use axum::response::Response;
use edge_access::{AnyScope, BillingRead, BillingWrite, Scope};
use edge_audit::{Actor, AuditEntry};
use edge_capabilities::database::DatabaseError;
use edge_database::{Cursor, retry_on_conflict};
use edge_http::{Code, Json, Listing, Page, Problem};
use edge_idempotency::Idempotent;
use edge_money::DecimalAmount;
use edge_tenants::{Scoped, Tenant, TenantHeader};
use http::{StatusCode, Uri};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::body::{Changer, CreateBudgetRequest, UpdateBudgetRequest, is_id};
use super::model::{Budget, Change, Threshold};
use super::period::PeriodLength;
use super::store::BudgetFilter;
use super::terms::is_looser;
use crate::balance::PeriodBalance;
use crate::router::AppState;

/// How often a change is tried again after somebody else was faster.
const MAX_UPDATE_ATTEMPTS: u32 = 5;

/// A budget.
#[derive(Serialize, ToSchema)]
#[schema(as = Budget)]
pub(crate) struct BudgetResponse {
    id: String,
    tenant_id: String,
    /// The entity that the budget covers; null: all entities.
    entity_id: Option<String>,
    /// The department that the budget covers; null: the whole tenant.
    department_id: Option<String>,
    /// The cost centre that the budget covers; null: all cost centres.
    cost_centre: Option<String>,
    name: String,
    /// The amount that may be spent in each period, from the current period on.
    #[schema(value_type = f64)]
    limit: DecimalAmount,
    currency: String,
    period: PeriodLength,
    time_zone: String,
    /// Whether the amount left at the end of a period may be spent in the next.
    carry_over: bool,
    thresholds: Vec<Threshold>,
    is_active: bool,
    /// The balance of the current period.
    current: PeriodBalanceResponse,
    created_at: String,
    updated_at: String,
    /// The changes to the budget, oldest first.
    history: Vec<Change>,
}

/// The balance of a budget in a period.
#[derive(Serialize, ToSchema)]
#[schema(as = BudgetPeriodBalance)]
pub(crate) struct PeriodBalanceResponse {
    /// The name of the period: `2024-02`, `2024-Q1` or `2024`.
    period: String,
    /// The beginning of the period (RFC 3339).
    from: String,
    /// The end of the period (RFC 3339), exclusive.
    to: String,
    #[schema(value_type = f64)]
    limit: DecimalAmount,
    /// The amount carried over from earlier periods.
    #[schema(value_type = f64)]
    carried: DecimalAmount,
    /// The amount that may be spent in this period: `limit` plus `carried`.
    #[schema(value_type = f64)]
    allowance: DecimalAmount,
    #[schema(value_type = f64)]
    spent: DecimalAmount,
    /// The amount reserved and neither spent nor released.
    #[schema(value_type = f64)]
    reserved: DecimalAmount,
    /// The amount still available. It is negative when more was used than the allowance.
    #[schema(value_type = f64)]
    remaining: DecimalAmount,
}

fn non_empty(text: String) -> Option<String> {
    (!text.is_empty()).then_some(text)
}

impl PeriodBalanceResponse {
    pub(crate) fn new(budget: &Budget, balance: &PeriodBalance) -> Self {
        let amount = |minor| DecimalAmount(budget.money(minor));
        Self {
            period: balance.period.clone(),
            from: balance.from.to_rfc3339_millis(),
            to: balance.to.to_rfc3339_millis(),
            limit: amount(balance.limit),
            carried: amount(balance.carried),
            allowance: amount(balance.allowance),
            spent: amount(balance.sums.spent),
            reserved: amount(balance.sums.reserved),
            remaining: amount(balance.remaining()),
        }
    }
}

impl BudgetResponse {
    fn new(budget: Budget, balance: &PeriodBalance) -> Self {
        Self {
            current: PeriodBalanceResponse::new(&budget, balance),
            limit: DecimalAmount(budget.money(balance.limit)),
            entity_id: non_empty(budget.entity),
            department_id: non_empty(budget.department),
            cost_centre: non_empty(budget.cost_centre),
            currency: budget.currency.as_str().to_owned(),
            period: budget.period_length,
            time_zone: budget.zone.as_str().to_owned(),
            carry_over: budget.carry_over,
            is_active: budget.is_active,
            created_at: budget.created_at.to_rfc3339_millis(),
            updated_at: budget.updated_at.to_rfc3339_millis(),
            id: budget.id,
            tenant_id: budget.tenant,
            name: budget.name,
            thresholds: budget.thresholds,
            history: budget.history,
        }
    }
}

/// Create a budget
///
/// Only one budget can be active for each combination of tenant, entity, department and cost centre. A request that is repeated
/// with the same `Idempotency-Key` creates only one budget.
#[utoipa::path(
    post, path = "/api/v1/enterprise-billing/budgets", tag = "Budgets", security(("key" = ["billing:write"])),
    params(
        ("Idempotency-Key" = Option<String>, Header, description = "A key of 1 to 255 visible ASCII characters."),
        TenantHeader,
    ),
    request_body = CreateBudgetRequest,
    responses(
        (status = 201, description = "The budget was created.", body = BudgetResponse),
        (status = 409, description = "`ALREADY_EXISTS`: an active budget covers the same part of the tenant."),
    ),
)]
pub(crate) async fn create_budget(
    State(state): State<AppState>,
    Scoped { tenant, caller, actor, .. }: Scoped<BillingWrite>,
    request: Idempotent<CreateBudgetRequest>,
) -> Result<Response, Problem> {
    // The same key may be used for several tenants by a caller who acts for many.
    let scope = caller.idempotency_scope_in(&tenant.id);
    state
        .idempotency
        .once(&scope, request, async |new| {
            let by = state.changer(&actor, caller.may(Scope::TenantsAdmin));
            let budget = new.read(&tenant.id, &*state.capabilities.random, &by)?;
            state.service.budgets().insert(&budget).await.map_err(duplicate)?;
            state.audit_budget(&budget, "budget.created", &actor).await;
            Ok((StatusCode::CREATED, state.budget_response(budget).await?))
        })
        .await
}

/// The filters of the list.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct BudgetListQuery {
    /// Only budgets of this entity.
    entity_id: Option<String>,
    /// Only budgets of this department.
    department_id: Option<String>,
    /// Only budgets for this cost centre.
    cost_centre: Option<String>,
    /// `true`: only active budgets; `false`: only inactive budgets.
    is_active: Option<bool>,
}

/// List budgets
#[utoipa::path(
    get, path = "/api/v1/enterprise-billing/budgets", tag = "Budgets", security(("key" = ["billing:read"])),
    params(
        Page,
        BudgetListQuery,
        TenantHeader,
    ),
    responses((status = 200, description = "A page of budgets, newest first.", body = Listing<BudgetResponse>)),
)]
pub(crate) async fn list_budgets(
    State(state): State<AppState>,
    Scoped { tenant, .. }: Scoped<BillingRead>,
    page: Page,
    uri: Uri,
) -> Result<Json<Listing<BudgetResponse>>, Problem> {
    let unreadable = |_| Problem::field("query", "cannot be read");
    let Query(query) = Query::<BudgetListQuery>::try_from_uri(&uri).map_err(unreadable)?;
    let BudgetListQuery { entity_id, department_id, cost_centre, is_active } = query;
    let filter = BudgetFilter { entity: entity_id, department: department_id, cost_centre, is_active };
    let cursor = page.cursor(is_id)?;
    let budgets = state.service.budgets().list(&tenant.id, filter, cursor, page.rows()).await?;
    let mut rows = Vec::new();
    for budget in budgets {
        let position = Cursor::new(budget.created_at, budget.id.as_str());
        rows.push((position, state.budget_response(budget).await?));
    }
    Ok(Json(page.listing(rows, |(position, _)| position.clone(), |(_, response)| response)))
}

/// Get a budget
#[utoipa::path(
    get, path = "/api/v1/enterprise-billing/budgets/{budget_id}", tag = "Budgets",
    security(("key" = ["billing:read"])),
    params(
        ("budget_id" = String, Path, description = "The budget's id."),
        TenantHeader,
    ),
    responses(
        (status = 200, description = "The budget and its history of changes.", body = BudgetResponse),
        (status = 404, description = "`BUDGET_NOT_FOUND`: the budget does not exist or belongs to another tenant."),
    ),
)]
pub(crate) async fn get_budget(
    State(state): State<AppState>,
    Scoped { tenant, .. }: Scoped<BillingRead>,
    Path(id): Path<String>,
) -> Result<Json<BudgetResponse>, Problem> {
    let budget = state.find_budget(&tenant, &id).await?;
    Ok(Json(state.budget_response(budget).await?))
}

/// Update a budget
///
/// Fields that are absent keep their values. A new limit applies from the current period on. A change that allows more
/// spending requires `tenants:admin`. The caller who makes such a change remains bound by the previous budget until
/// another caller with `tenants:admin` changes it.
#[utoipa::path(
    put, path = "/api/v1/enterprise-billing/budgets/{budget_id}", tag = "Budgets",
    security(("key" = ["billing:write"])),
    params(
        ("budget_id" = String, Path, description = "The budget's id."),
        TenantHeader,
    ),
    request_body = UpdateBudgetRequest,
    responses(
        (status = 200, description = "The budget was updated.", body = BudgetResponse),
        (status = 403, description = "`PERMISSION_DENIED`: allowing more spending requires `tenants:admin`."),
        (status = 404, description = "`BUDGET_NOT_FOUND`: the tenant has no such budget."),
        (status = 409, description = "`ALREADY_EXISTS`: another active budget covers the same part of the tenant."),
    ),
)]
pub(crate) async fn update_budget(
    State(state): State<AppState>,
    Scoped { tenant, caller, actor, .. }: Scoped<AnyScope>,
    Path(id): Path<String>,
    Json(changes): Json<UpdateBudgetRequest>,
) -> Result<Json<BudgetResponse>, Problem> {
    let is_admin = caller.may(Scope::TenantsAdmin);
    if !is_admin && !caller.may(Scope::BillingWrite) {
        return Err(Problem::new(Code::PermissionDenied, "This requires billing:write or tenants:admin."));
    }
    let attempt = || async {
        let before = state.find_budget(&tenant, &id).await?;
        let mut budget = before.clone();
        let is_changed = changes.apply(&mut budget, &state.changer(&actor, is_admin))?;
        if is_looser(&before, &budget, budget.period(state.now())?) && !is_admin {
            let detail = "A change that allows more spending requires tenants:admin.";
            return Err(Problem::new(Code::PermissionDenied, detail));
        }
        if is_changed {
            if !state.service.budgets().replace(&budget).await.map_err(duplicate)? {
                return Ok(None);
            }
            state.audit_budget(&budget, "budget.changed", &actor).await;
        }
        Ok(Some(()))
    };
    if retry_on_conflict(MAX_UPDATE_ATTEMPTS, attempt).await?.is_none() {
        let detail = "Too many callers are changing the budget at once; try again.";
        return Err(Problem::new(Code::StoreUnavailable, detail).retry_after(1));
    }
    let budget = state.find_budget(&tenant, &id).await?;
    Ok(Json(state.budget_response(budget).await?))
}

/// The problem where another active budget has the same scope.
fn duplicate(error: DatabaseError) -> Problem {
    match error {
        DatabaseError::Duplicate(_) => {
            let detail = "This tenant, entity, department and cost centre already have an active budget.";
            Problem::new(Code::AlreadyExists, detail)
        }
        error => error.into(),
    }
}

impl AppState {
    fn changer(&self, actor: &Actor, is_admin: bool) -> Changer {
        Changer { actor: actor.id.clone(), address: actor.address.clone(), is_admin, at: self.now() }
    }

    /// The budget `id` of `tenant`.
    pub(crate) async fn find_budget(&self, tenant: &Tenant, id: &str) -> Result<Budget, Problem> {
        let found = if is_id(id) { self.service.budgets().find(&tenant.id, id).await? } else { None };
        found.ok_or_else(|| Problem::new(Code::BudgetNotFound, "There is no such budget."))
    }

    async fn budget_response(&self, budget: Budget) -> Result<BudgetResponse, Problem> {
        let balance = self.service.balance(&budget).await?;
        Ok(BudgetResponse::new(budget, &balance))
    }

    /// Adds the budget's last change to the tenant's audit log. A failure is ignored: the budget's own history has the change,
    /// and was stored with it.
    async fn audit_budget(&self, budget: &Budget, action: &str, actor: &Actor) {
        let Some(last) = budget.history.last() else { return };
        let detail = serde_json::json!({"budget_id": budget.id, "fields": last.fields});
        let entry = AuditEntry::new(action, &detail, actor, &*self.capabilities.random, self.now());
        let _ = self.audit.append(&budget.tenant, &entry).await;
    }
}
