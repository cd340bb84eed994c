//! Plans of applications over HTTP.

use axum::extract::{Path, State};
use axum::response::Response;
use edge_access::{ApplicationsRead, ApplicationsWrite, Granted};
use edge_database::{Cursor, retry_on_conflict};
use edge_http::{Code, Json, Listing, Page, Problem};
use edge_idempotency::Idempotent;
use edge_money::DecimalAmount;
use http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use super::model::ApplicationPlan;
use super::request::{CreatePlanRequest, UpdatePlanRequest, is_plan_id};
use crate::router::{AppState, MAX_UPDATE_ATTEMPTS, busy, require_platform};

/// A plan of an application.
#[derive(Serialize, ToSchema)]
#[schema(as = ApplicationPlan)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PlanResponse {
    id: String,
    application_slug: String,
    /// The plan's number among the plans of all applications.
    number: i64,
    /// The plan's version. A subscription keeps the version that it was sold under.
    version: i64,
    name: String,
    /// The price of one seat for one billing cycle.
    #[schema(value_type = f64)]
    price_per_seat: DecimalAmount,
    currency: String,
    /// `monthly`, `quarterly` or `annual`.
    billing_cycle: &'static str,
    /// The days for which a new subscription is not paid.
    trial_days: u32,
    min_seats: u32,
    /// Null: any number of seats can be bought.
    max_seats: Option<u32>,
    /// The id of the same price at Stripe.
    stripe_price_id: Option<String>,
    /// Whether the plan is sold.
    active: bool,
    created_at: String,
    updated_at: String,
}

impl From<ApplicationPlan> for PlanResponse {
    fn from(plan: ApplicationPlan) -> Self {
        Self {
            id: plan.id,
            application_slug: plan.application,
            number: plan.number,
            version: plan.version,
            name: plan.name,
            price_per_seat: DecimalAmount(plan.price_per_seat),
            currency: plan.price_per_seat.currency.as_str().to_owned(),
            billing_cycle: plan.billing_cycle.as_str(),
            trial_days: plan.trial_days,
            min_seats: plan.min_seats,
            max_seats: plan.max_seats,
            stripe_price_id: plan.stripe_price_id,
            active: plan.active,
            created_at: plan.created_at.to_rfc3339_millis(),
            updated_at: plan.updated_at.to_rfc3339_millis(),
        }
    }
}

/// Create a plan
///
/// Requires a platform key.
#[utoipa::path(
    post, path = "/applications/{slug}/plans", operation_id = "create_application_plan",
    tag = "Applications", security(("key" = ["applications:write"])),
    params(
        ("slug" = String, Path, description = "The application's slug."),
        ("Idempotency-Key" = Option<String>, Header, description = "A key of 1 to 255 visible ASCII characters."),
    ),
    request_body = CreatePlanRequest,
    responses(
        (status = 201, description = "The plan is created.", body = PlanResponse),
        (status = 404, description = "`APPLICATION_NOT_FOUND`: nobody registered the application."),
        (status = 409, description = "`ALREADY_EXISTS`: the application has a plan with this id."),
    ),
)]
pub(crate) async fn create_plan(
    State(state): State<AppState>,
    granted: Granted<ApplicationsWrite>,
    Path(slug): Path<String>,
    request: Idempotent<CreatePlanRequest>,
) -> Result<Response, Problem> {
    require_platform(&granted.caller)?;
    let application = state.find_application(&granted.caller, &slug).await?;
    state
        .idempotency
        .once(&granted.caller.idempotency_scope(), request, async |new| {
            let random = &*state.capabilities.random;
            let plan = new.read(&application.slug, random, &granted.caller.id, state.now())?;
            let taken = || Problem::new(Code::AlreadyExists, "The application has a plan with this id.");
            let plan = state.plans.insert(plan).await?.ok_or_else(taken)?;
            Ok((StatusCode::CREATED, PlanResponse::from(plan)))
        })
        .await
}

/// List an application's plans
///
/// Plans are listed newest first, each in its last version, also those that are not sold any more.
#[utoipa::path(
    get, path = "/applications/{slug}/plans", operation_id = "list_application_plans",
    tag = "Applications", security(("key" = ["applications:read"])),
    params(("slug" = String, Path, description = "The application's slug."), Page),
    responses(
        (status = 200, description = "A page of plans.", body = Listing<PlanResponse>),
        (status = 404, description = "`APPLICATION_NOT_FOUND`: nobody registered the application."),
    ),
)]
pub(crate) async fn list_plans(
    State(state): State<AppState>,
    granted: Granted<ApplicationsRead>,
    Path(slug): Path<String>,
    page: Page,
) -> Result<Json<Listing<PlanResponse>>, Problem> {
    let application = state.find_application(&granted.caller, &slug).await?;
    let plans = state.plans.list(&application.slug, page.cursor(is_plan_id)?, page.rows()).await?;
    Ok(Json(page.listing(plans, |last| Cursor::new(last.created_at, last.id.clone()), PlanResponse::from)))
}

/// Update a plan
///
/// Requires a platform key. A change is a new version of the plan, for new subscriptions; running subscriptions keep the
/// version that they were sold under.
#[utoipa::path(
    patch, path = "/applications/{slug}/plans/{planId}", operation_id = "update_application_plan", tag = "Applications",
    security(("key" = ["applications:write"])),
    params(
        ("slug" = String, Path, description = "The application's slug."),
        ("planId" = String, Path, description = "The plan's id."),
    ),
    request_body = UpdatePlanRequest,
    responses(
        (status = 200, description = "The plan's last version.", body = PlanResponse),
        (status = 404, description = "`APPLICATION_NOT_FOUND`, `PLAN_NOT_FOUND`: there is no such plan."),
    ),
)]
pub(crate) async fn update_plan(
    State(state): State<AppState>,
    granted: Granted<ApplicationsWrite>,
    Path((slug, plan)): Path<(String, String)>,
    Json(changes): Json<UpdatePlanRequest>,
) -> Result<Json<PlanResponse>, Problem> {
    require_platform(&granted.caller)?;
    let application = state.find_application(&granted.caller, &slug).await?;
    let attempt = || async {
        let found = if is_plan_id(&plan) { state.plans.current(&application.slug, &plan).await? } else { None };
        let before = found.ok_or_else(|| Problem::new(Code::PlanNotFound, "The application has no such plan."))?;
        let Some(after) = changes.read(&before, &granted.caller.id, state.now())? else { return Ok(Some(before)) };
        Ok::<_, Problem>(state.plans.insert_version(&after).await?.then_some(after))
    };
    let plan = retry_on_conflict(MAX_UPDATE_ATTEMPTS, attempt).await?.ok_or_else(busy)?;
    Ok(Json(plan.into()))
}
