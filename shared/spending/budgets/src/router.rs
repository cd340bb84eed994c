//! Budgets over HTTP.

mod fields;
mod reserving;
mod shown;

use axum::Router;
use axum::extract::{FromRef, Path, Query, State};
use axum::response::Response;
use axum::routing::{get, post};
use edge_access::{AnyScope, Authenticator, BillingRead, BillingWrite, Scope};
use edge_capabilities::{Capabilities, Timestamp};
use edge_database::Db;
use edge_http::{Code, Json, Listing, Page, Problem};
use edge_idempotency::{Idempotency, Idempotent};
use edge_tenants::{Actor, Audit, AuditEntry, Scoped, Tenant, TenantHeader, Tenants};
use http::{StatusCode, Uri};
use serde::Deserialize;
use utoipa::{IntoParams, OpenApi};

use crate::alerts;
use crate::budget::Budget;
use crate::loosening::is_looser;
use crate::store::{Cursor, Filter};
use crate::tracking::{burn_down, forecast};
use crate::treasury::BudgetService;
use fields::{BudgetChanges, Hand, NewBudget, taken};
use shown::{AlertShown, Shown, Tracking};

/// How often a change is tried again when somebody else was faster.
const TRIES: u32 = 5;

#[derive(Clone)]
struct AppState {
    access: Authenticator,
    audit: Audit,
    capabilities: Capabilities,
    idempotency: Idempotency,
    tenants: Tenants,
    treasury: BudgetService,
}

impl FromRef<AppState> for Tenants {
    fn from_ref(state: &AppState) -> Self {
        state.tenants.clone()
    }
}

impl FromRef<AppState> for Authenticator {
    fn from_ref(state: &AppState) -> Self {
        state.access.clone()
    }
}

/// The routes, for a component that serves others too.
pub fn routes(capabilities: &Capabilities) -> Router {
    let db = Db::new(capabilities.db.clone());
    let state = AppState {
        access: Authenticator::new(capabilities, &db),
        audit: Audit::new(db.clone()),
        idempotency: Idempotency::new(capabilities, &db),
        tenants: Tenants::new(db.clone()),
        treasury: BudgetService::new(capabilities, &db),
        capabilities: capabilities.clone(),
    };
    let budgets = "/api/v1/enterprise-billing/budgets";
    Router::new()
        .route(budgets, post(create).get(list))
        .route(&format!("{budgets}/{{budget_id}}"), get(show).put(change))
        .route(&format!("{budgets}/{{budget_id}}/tracking"), get(track))
        .route(&format!("{budgets}/{{budget_id}}/alerts"), get(list_alerts))
        .route(&format!("{budgets}/{{budget_id}}/reservations"), post(reserving::reserve))
        .route(&format!("{budgets}/{{budget_id}}/reservations/{{reference}}/commit"), post(reserving::commit))
        .route(&format!("{budgets}/{{budget_id}}/reservations/{{reference}}/release"), post(reserving::release))
        .with_state(state)
}

/// The routes by themselves, under the edge's conventions.
pub fn router(capabilities: Capabilities) -> Router {
    edge_http::finish(routes(&capabilities), "enterprise", &capabilities)
}

/// The OpenAPI description of these routes.
#[derive(OpenApi)]
#[openapi(paths(
    create,
    list,
    show,
    change,
    track,
    list_alerts,
    reserving::reserve,
    reserving::commit,
    reserving::release
))]
pub struct ApiDoc;

/// Create a budget
///
/// Only one budget can be active for each combination of tenant, department and cost centre. A request that is repeated
/// with the same `Idempotency-Key` creates only one budget.
#[utoipa::path(
    post, path = "/api/v1/enterprise-billing/budgets", tag = "Budgets", security(("key" = ["billing:write"])),
    params(
        ("Idempotency-Key" = Option<String>, Header, description = "A key of 1 to 255 visible ASCII characters."),
        TenantHeader,
    ),
    request_body = NewBudget,
    responses(
        (status = 201, description = "The budget was created.", body = Shown),
        (status = 409, description = "`ALREADY_EXISTS`: an active budget covers the same part of the tenant."),
    ),
)]
async fn create(
    State(state): State<AppState>,
    Scoped { tenant, caller, actor, .. }: Scoped<BillingWrite>,
    request: Idempotent<NewBudget>,
) -> Result<Response, Problem> {
    // One key stands for one tenant's budget, also with a caller who speaks for many.
    let scope = caller.idempotency_scope_in(&tenant.id);
    state
        .idempotency
        .once(&scope, request, async |new| {
            let hand = state.hand(&actor, caller.may(Scope::TenantsAdmin));
            let budget = new.read(&tenant.id, &*state.capabilities.random, &hand)?;
            state.treasury.budgets().insert(&budget).await.map_err(taken)?;
            state.tell(&budget, "budget.created", &actor).await;
            Ok((StatusCode::CREATED, state.shown(budget).await?))
        })
        .await
}

/// The filters of the list.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Asked {
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
        Asked,
        TenantHeader,
    ),
    responses((status = 200, description = "A page of budgets, newest first.", body = Listing<Shown>)),
)]
async fn list(
    State(state): State<AppState>,
    Scoped { tenant, .. }: Scoped<BillingRead>,
    page: Page,
    uri: Uri,
) -> Result<Json<Listing<Shown>>, Problem> {
    let unreadable = |_| Problem::field("query", "cannot be read");
    let Query(Asked { department_id, cost_centre, is_active }) =
        Query::<Asked>::try_from_uri(&uri).map_err(unreadable)?;
    let filter = Filter { department: department_id, cost_centre, is_active };
    let behind = page.cursor(is_valid)?.map(|cursor| Cursor { created_at: cursor.at, id: cursor.id });
    let found = state.treasury.budgets().list(&tenant.id, &filter, behind, page.limit.saturating_add(1)).await?;
    let mut shown = Vec::new();
    for budget in found {
        shown.push(state.shown(budget).await?);
    }
    Ok(Json(Listing::from_one_more(shown, &page, |shown: &Shown| shown.cursor.clone())))
}

/// Whether a cursor may name it.
fn is_valid(name: &str) -> bool {
    name.len() <= 64 && !name.chars().any(char::is_control)
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
        (status = 200, description = "The budget and its history of changes.", body = Shown),
        (status = 404, description = "`BUDGET_NOT_FOUND`: the budget does not exist or belongs to another tenant."),
    ),
)]
async fn show(
    State(state): State<AppState>,
    Scoped { tenant, .. }: Scoped<BillingRead>,
    Path(id): Path<String>,
) -> Result<Json<Shown>, Problem> {
    let budget = state.find(&tenant, &id).await?;
    Ok(Json(state.shown(budget).await?))
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
    request_body = BudgetChanges,
    responses(
        (status = 200, description = "The budget was updated.", body = Shown),
        (status = 403, description = "`PERMISSION_DENIED`: allowing more spending requires `tenants:admin`."),
        (status = 404, description = "`BUDGET_NOT_FOUND`: the tenant has no such budget."),
        (status = 409, description = "`ALREADY_EXISTS`: another active budget covers the same part of the tenant."),
    ),
)]
async fn change(
    State(state): State<AppState>,
    Scoped { tenant, caller, actor, .. }: Scoped<AnyScope>,
    Path(id): Path<String>,
    Json(changes): Json<BudgetChanges>,
) -> Result<Json<Shown>, Problem> {
    let is_admin = caller.may(Scope::TenantsAdmin);
    if !is_admin && !caller.may(Scope::BillingWrite) {
        return Err(Problem::new(Code::PermissionDenied, "This requires billing:write or tenants:admin."));
    }
    for _ in 0..TRIES {
        let before = state.find(&tenant, &id).await?;
        let mut budget = before.clone();
        let changed = changes.apply(&mut budget, &state.hand(&actor, is_admin))?;
        if is_looser(&before, &budget, budget.period(state.now())?) && !is_admin {
            return Err(Problem::new(
                Code::PermissionDenied,
                "A change that allows more spending requires tenants:admin.",
            ));
        }
        if !changed || state.treasury.budgets().replace(&budget).await.map_err(taken)? {
            if changed {
                state.tell(&budget, "budget.changed", &actor).await;
            }
            let budget = state.find(&tenant, &id).await?;
            return Ok(Json(state.shown(budget).await?));
        }
    }
    Err(Problem::new(Code::StoreUnavailable, "Too many callers are changing the budget at once; try again.")
        .retry_after(1))
}

/// Get a budget's tracking
///
/// Returns the amounts spent and reserved in the current period, day by day, and a forecast of the period's end at the
/// present rate of spending.
#[utoipa::path(
    get, path = "/api/v1/enterprise-billing/budgets/{budget_id}/tracking", tag = "Budgets",
    security(("key" = ["billing:read"])),
    params(
        ("budget_id" = String, Path, description = "The budget's id."),
        TenantHeader,
    ),
    responses(
        (status = 200, description = "The budget's current period, burn-down and forecast.", body = Tracking),
        (status = 404, description = "`BUDGET_NOT_FOUND`: the tenant has no such budget."),
    ),
)]
async fn track(
    State(state): State<AppState>,
    Scoped { tenant, .. }: Scoped<BillingRead>,
    Path(id): Path<String>,
) -> Result<Json<Tracking>, Problem> {
    let budget = state.find(&tenant, &id).await?;
    let standing = state.treasury.standing(&budget).await?;
    let now = state.now();
    let course = state.treasury.ledger().course(&budget.id, &standing.period).await?;
    let days = burn_down(&budget, &standing, &course, now);
    Ok(Json(Tracking::new(&budget, &standing, days, forecast(&standing, now))))
}

/// List a budget's alerts
///
/// Each threshold raises at most one alert in a period. The alert is listed here and sent through Notify.
#[utoipa::path(
    get, path = "/api/v1/enterprise-billing/budgets/{budget_id}/alerts", tag = "Budgets",
    security(("key" = ["billing:read"])),
    params(
        Page,
        ("budget_id" = String, Path, description = "The budget's id."),
        TenantHeader,
    ),
    responses(
        (status = 200, description = "A page of alerts, newest first.", body = Listing<AlertShown>),
        (status = 404, description = "`BUDGET_NOT_FOUND`: the tenant has no such budget."),
    ),
)]
async fn list_alerts(
    State(state): State<AppState>,
    Scoped { tenant, .. }: Scoped<BillingRead>,
    page: Page,
    Path(id): Path<String>,
) -> Result<Json<Listing<AlertShown>>, Problem> {
    let budget = state.find(&tenant, &id).await?;
    let behind = page.cursor(is_valid)?.map(|cursor| alerts::Cursor { at: cursor.at, threshold: cursor.id });
    let standing = state.treasury.standing(&budget).await?;
    state.treasury.alerts.raise(&budget, &standing, &[]).await?;
    let found = state.treasury.alerts.list(&budget.id, behind, page.limit.saturating_add(1)).await?;
    let shown = found.into_iter().map(|alert| AlertShown::new(&budget, alert)).collect();
    Ok(Json(Listing::from_one_more(shown, &page, |shown: &AlertShown| shown.cursor.clone())))
}

impl AppState {
    fn now(&self) -> Timestamp {
        self.capabilities.clock.now()
    }

    fn hand(&self, author: &Actor, is_admin: bool) -> Hand {
        Hand { actor: author.id.clone(), address: author.address.clone(), is_admin, at: self.now() }
    }

    async fn find(&self, tenant: &Tenant, id: &str) -> Result<Budget, Problem> {
        let unknown = || Problem::new(Code::BudgetNotFound, "There is no such budget.");
        let is_valid = id.len() <= 64 && !id.chars().any(char::is_control);
        let found = if is_valid { self.treasury.budgets().find(&tenant.id, id).await? } else { None };
        found.ok_or_else(unknown)
    }

    async fn shown(&self, budget: Budget) -> Result<Shown, Problem> {
        let standing = self.treasury.standing(&budget).await?;
        Ok(Shown::new(budget, &standing))
    }

    /// Tells the tenant's audit of the budget's last change. Should it fail: the budget's own history has it, which was
    /// stored with the change.
    async fn tell(&self, budget: &Budget, action: &str, author: &Actor) {
        let Some(last) = budget.history.last() else { return };
        let detail = serde_json::json!({"budget_id": budget.id, "fields": last.fields});
        let deed = AuditEntry::new(action, &detail, author, &*self.capabilities.random, self.now());
        let _ = self.audit.add(&budget.tenant, &deed).await;
    }
}

#[cfg(test)]
mod tests;
