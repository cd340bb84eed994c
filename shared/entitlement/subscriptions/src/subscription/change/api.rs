//! Changing a subscription over HTTP.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use edge_access::{AnyScope, Caller, Granted, Scope, SubscriptionsWrite};
use edge_http::{Address, Json, Problem, RequestId};
use http::{HeaderMap, StatusCode};

use super::WantedChange;
use crate::error::SubscriptionError;
use crate::gateway::GatewayError;
use crate::movement::StoredSubscription;
use crate::router::AppState;
use crate::router::access::{precondition, require_any, require_word_of_platform};
use crate::seat::api::SeatResponse;
use crate::subscription::api::with_etag;
use crate::subscription::purchase::api::{buyer, check_seats, pending};
use crate::subscription::request::UpdateSubscriptionRequest;
use crate::subscription::response::{PreviewResponse, SubscriptionResponse};
use crate::subscription::terms::GatewayName;

/// How many holders of seats a refused decrease names.
const MAX_HOLDERS: i64 = 100;

/// Update a subscription
///
/// More seats count at once, and are prorated. Fewer count from the next period on, or with `effective: "now"` at once where
/// they are free. Asking for what there is takes back what is scheduled.
#[utoipa::path(
    patch, path = "/subscriptions/{id}", tag = "Subscriptions", security(("key" = ["subscriptions:write"])),
    params(
        ("id" = String, Path, description = "The subscription's id."),
        ("If-Match" = Option<String>, Header, description = "The version that the change was decided on."),
    ),
    request_body = UpdateSubscriptionRequest,
    responses(
        (status = 200, description = "The subscription; its version as `ETag`.", body = SubscriptionResponse),
        (status = 202, description = "People have to approve it first: `status`, `approval_request_id`, `levels`.", body = Object),
        (status = 409, description = "`SEATS_IN_USE`: more seats are in use, see `holders`; `SUBSCRIPTION_INACTIVE`: it is not paid or has ended; `PAYMENT_PENDING`: more seats are still to be paid."),
        (status = 412, description = "`PRECONDITION_FAILED`: it was changed since."),
    ),
)]
pub(crate) async fn update_subscription(
    State(state): State<AppState>,
    granted: Granted<SubscriptionsWrite>,
    address: Address,
    headers: HeaderMap,
    Path(id): Path<String>,
    request_id: RequestId,
    Json(request): Json<UpdateSubscriptionRequest>,
) -> Result<Response, Problem> {
    let caller = granted.caller;
    let actor = caller.actor(address);
    let buyer = buyer(&caller, &actor, &request_id, request.approval_request_id.as_deref())?;
    let mut stored = state.subscription(&caller, &headers, &id).await?;
    let version = precondition(&headers);
    if version.is_some_and(|version| version != Some(stored.version)) {
        return Err(SubscriptionError::Changed.into());
    }
    let wanted = state.wanted_change(&caller, &stored, &request).await?;
    let wanted = WantedChange { version: version.flatten(), buyer, ..wanted };
    if wanted.seats.is_some() || wanted.plan.is_some() {
        if stored.terms.gateway == GatewayName::Manual && wanted.gives_more(&stored.terms) {
            require_word_of_platform(&caller, &state.organization_of(&stored).await?)?;
        }
        match state.service.resize(&stored, &wanted, &state.gateways, &actor).await {
            Ok(()) => {}
            Err(SubscriptionError::Gateway(GatewayError::ApprovalRequired(answer))) => {
                return Ok((StatusCode::ACCEPTED, Json(pending(&answer)?)).into_response());
            }
            Err(error) => return Err(state.with_holders(&stored, error).await),
        }
        stored = state.service.find(&id).await?;
    }
    match request.cancel_at_period_end {
        Some(true) => state.service.cancel(&stored, false, None, &state.gateways, &actor).await?,
        Some(false) => state.service.reactivate(&stored, &state.gateways, &actor).await?,
        None => {}
    }
    let stored = state.service.find(&id).await?;
    Ok(with_etag(state.subscription_response(stored).await?))
}

/// Preview a change
///
/// What the same body would cost if it were sent to update the subscription. Nothing is changed.
#[utoipa::path(
    post, path = "/subscriptions/{id}/preview", tag = "Subscriptions", security(("key" = ["subscriptions:read"])),
    params(("id" = String, Path, description = "The subscription's id.")), request_body = UpdateSubscriptionRequest,
    responses((status = 200, description = "The lines and their sum.", body = PreviewResponse)),
)]
pub(crate) async fn preview_subscription(
    State(state): State<AppState>,
    granted: Granted<AnyScope>,
    headers: HeaderMap,
    Path(id): Path<String>,
    Json(request): Json<UpdateSubscriptionRequest>,
) -> Result<Json<PreviewResponse>, Problem> {
    require_any(&granted.caller, &[Scope::SubscriptionsRead, Scope::SubscriptionsWrite])?;
    let stored = state.subscription(&granted.caller, &headers, &id).await?;
    let wanted = state.wanted_change(&granted.caller, &stored, &request).await?;
    Ok(Json(state.service.preview(&stored, &wanted, &state.gateways).await?.into()))
}

impl AppState {
    /// What `request` asks to change of `stored`.
    async fn wanted_change(
        &self,
        caller: &Caller,
        stored: &StoredSubscription,
        request: &UpdateSubscriptionRequest,
    ) -> Result<WantedChange, Problem> {
        let effective = request.effective()?;
        let (slug, terms) = (&stored.account.application, &stored.terms);
        let plan = match &request.plan_id {
            None => None,
            // Asking for the plan that there is keeps its price.
            Some(plan) if *plan == terms.plan.id => Some(terms.plan.clone()),
            Some(plan) => {
                let plan = self.plan_to_sell(caller, slug, plan).await?;
                if plan.price_per_seat.currency != terms.plan.currency {
                    return Err(Problem::field("planId", "must be a plan of the subscription's currency"));
                }
                check_seats(&plan, request.seats.unwrap_or(terms.seats))?;
                Some((&plan).into())
            }
        };
        if let Some(seats) = request.seats.filter(|seats| *seats != terms.seats)
            && plan.as_ref().is_none_or(|plan| *plan == terms.plan)
            && let Some(sold) = self.plans.version(slug, &terms.plan.id, terms.plan.version).await?
        {
            check_seats(&sold, seats)?;
        }
        Ok(WantedChange { seats: request.seats, plan, effective, ..WantedChange::default() })
    }

    /// The answer to `error`, with who has the seats where they are in use.
    async fn with_holders(&self, stored: &StoredSubscription, error: SubscriptionError) -> Problem {
        let is_in_use = error == SubscriptionError::SeatsInUse;
        let problem = Problem::from(error);
        if !is_in_use {
            return problem;
        }
        let now = self.now();
        match self.service.movements().live(&stored.account, &stored.id, now, MAX_HOLDERS).await {
            Ok(seats) => {
                let holders: Vec<SeatResponse> = seats.into_iter().map(|seat| SeatResponse::new(seat, now)).collect();
                problem.with("holders", serde_json::to_string(&holders).unwrap_or_else(|_| "[]".to_owned()))
            }
            Err(_) => problem,
        }
    }
}
