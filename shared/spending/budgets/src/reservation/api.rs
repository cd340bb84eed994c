//! Reservations over HTTP, for products that spend in other ways than by checkout.

use axum::extract::{Path, State};
use axum::response::Response;
use edge_access::{BillingWrite, Caller};
use edge_capabilities::Timestamp;
use edge_http::{FieldError, Json, Problem, RequestId};
use edge_idempotency::Idempotent;
use edge_money::{DecimalAmount, Digits};
use edge_tenants::{Parties, Scoped, TenantHeader};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::ledger::{Reservation, ReservationKey, Settled};
use super::settlement::CHECKOUT;
use crate::budget::{Budget, read_amount};
use crate::error::BudgetError;
use crate::router::AppState;
use crate::service::ReserveRequest;

const MAX_LEN: usize = 256;

/// An amount to reserve.
#[derive(Clone, Deserialize, ToSchema)]
#[schema(as = CreateBudgetReservationRequest)]
pub(crate) struct CreateReservationRequest {
    /// The caller's reference of the reservation: 1 to 256 bytes. One reference reserves only once.
    reference: String,
    /// The amount to reserve, in the budget's currency.
    #[schema(value_type = f64)]
    amount: Digits,
    /// When the reservation is released automatically (RFC 3339). Default: never.
    #[serde(default)]
    expires_at: Option<String>,
}

/// The part of a reservation that is spent.
#[derive(Clone, Default, Deserialize, ToSchema)]
#[schema(as = CommitBudgetReservationRequest)]
pub(crate) struct CommitReservationRequest {
    /// The amount spent, at most the reserved amount. The rest is released. Default: the whole reserved amount.
    #[serde(default)]
    #[schema(value_type = Option<f64>)]
    amount: Option<Digits>,
}

/// A reservation and its status.
#[derive(Serialize, ToSchema)]
#[schema(as = BudgetReservation)]
pub(crate) struct ReservationResponse {
    budget_id: String,
    reference: String,
    period: String,
    #[schema(value_type = f64)]
    amount: DecimalAmount,
    currency: String,
    /// `reserved`, `committed`, `released` or `refunded` (the whole spent amount was refunded).
    status: &'static str,
    /// The amount that was spent and not refunded.
    #[schema(value_type = f64)]
    spent: DecimalAmount,
    /// When the reservation is released automatically (RFC 3339); null: never.
    expires_at: Option<String>,
}

impl ReservationResponse {
    fn new(budget: &Budget, reservation: Reservation) -> Self {
        let (status, spent) = match reservation.settled {
            None => ("reserved", 0),
            Some(Settled::Committed(spent)) => ("committed", spent),
            Some(Settled::Released) => ("released", 0),
            Some(Settled::Refunded { spent, refunded }) if refunded < spent => {
                ("committed", spent.saturating_sub(refunded))
            }
            Some(Settled::Refunded { .. }) => ("refunded", 0),
        };
        Self {
            budget_id: reservation.budget,
            reference: reservation.reference,
            period: reservation.period,
            amount: DecimalAmount(budget.money(reservation.amount)),
            currency: budget.currency.as_str().to_owned(),
            status,
            spent: DecimalAmount(budget.money(spent)),
            expires_at: reservation.expires_at.map(|at| at.to_rfc3339_millis()),
        }
    }
}

/// Reserve an amount of a budget
///
/// The rule `budget` decides whether the amount may be reserved. A hard threshold is enforced even when many requests
/// arrive at once.
#[utoipa::path(
    post, path = "/api/v1/enterprise-billing/budgets/{budget_id}/reservations", operation_id = "create_reservation",
    tag = "Budgets",
    security(("key" = ["billing:write"])),
    params(
        ("budget_id" = String, Path, description = "The budget's id."),
        ("Idempotency-Key" = Option<String>, Header, description = "A key of 1 to 255 visible ASCII characters."),
        TenantHeader,
    ),
    request_body = CreateReservationRequest,
    responses(
        (status = 201, description = "The amount was reserved.", body = ReservationResponse),
        (status = 404, description = "`BUDGET_NOT_FOUND`: the tenant has no such budget."),
        (status = 409, description = "`BUDGET_EXCEEDED`; `RESERVATION_SETTLED`: released, or of another amount."),
    ),
)]
pub(crate) async fn reserve(
    State(state): State<AppState>,
    Scoped { tenant, caller, .. }: Scoped<BillingWrite>,
    request_id: RequestId,
    Path(id): Path<String>,
    request: Idempotent<CreateReservationRequest>,
) -> Result<Response, Problem> {
    let budget = state.find_budget(&tenant, &id).await?;
    state
        .idempotency
        .once(&caller.idempotency_scope_in(&tenant.id), request, async |new| {
            if is_reserved_for_checkout(&caller, &new.reference) {
                return Err(Problem::field("reference", "must not begin with chk_, which is reserved for checkouts"));
            }
            let request = new.read(&budget, state.now(), &caller.id, request_id.as_str())?;
            let reserved = state.service.reserve(&budget, &request).await?;
            Ok((StatusCode::CREATED, ReservationResponse::new(&budget, reserved.reservation)))
        })
        .await
}

/// Whether `reference` is a checkout's and `caller` is not the platform. What a checkout reserved is spent or released by its
/// payment, and not at the request of the buyer.
fn is_reserved_for_checkout(caller: &Caller, reference: &str) -> bool {
    reference.starts_with(CHECKOUT) && Parties::root_of(caller).is_some()
}

impl CreateReservationRequest {
    fn read(self, budget: &Budget, now: Timestamp, actor: &str, request_id: &str) -> Result<ReserveRequest, Problem> {
        if let Some(error) = FieldError::of_text::<MAX_LEN>("reference", Some(&self.reference)) {
            return Err(Problem::fields(vec![error]));
        }
        let amount = read_amount(&self.amount, budget.currency).map_err(|message| Problem::field("amount", message))?;
        if amount == 0 {
            return Err(Problem::field("amount", "must be greater than zero"));
        }
        let expires_at = match self.expires_at.as_deref().map(Timestamp::parse) {
            None => None,
            Some(Some(at)) if at > now => Some(at),
            Some(_) => return Err(Problem::field("expires_at", "must be an RFC 3339 time in the future")),
        };
        Ok(ReserveRequest {
            reference: self.reference,
            amount: budget.money(amount),
            expires_at,
            actor: actor.to_owned(),
            request_id: request_id.to_owned(),
            decision: None,
        })
    }
}

/// Commit a reservation
///
/// Records the reserved amount, or a part of it, as spent.
#[utoipa::path(
    post, path = "/api/v1/enterprise-billing/budgets/{budget_id}/reservations/{reference}/commit", operation_id = "commit_reservation",
    tag = "Budgets",
    security(("key" = ["billing:write"])),
    params(
        ("budget_id" = String, Path, description = "The budget's id."),
        ("reference" = String, Path, description = "The caller's reference of the reservation."),
        TenantHeader,
    ),
    request_body = CommitReservationRequest,
    responses(
        (status = 200, description = "The amount is spent. Repeating this changes nothing.", body = ReservationResponse),
        (status = 404, description = "`BUDGET_NOT_FOUND`, `RESERVATION_NOT_FOUND`."),
        (status = 409, description = "`RESERVATION_SETTLED`: it was released, or less was reserved."),
    ),
)]
pub(crate) async fn commit(
    State(state): State<AppState>,
    Scoped { tenant, caller, .. }: Scoped<BillingWrite>,
    Path((id, reference)): Path<(String, String)>,
    Json(body): Json<CommitReservationRequest>,
) -> Result<Json<ReservationResponse>, Problem> {
    let budget = state.find_budget(&tenant, &id).await?;
    let amount = body.amount.map(|amount| read_amount(&amount, budget.currency)).transpose();
    let amount = amount.map_err(|message| Problem::field("amount", message))?;
    if is_reserved_for_checkout(&caller, &reference) {
        return Err(BudgetError::ReservationNotFound.into());
    }
    let key = ReservationKey { budget: &budget.id, reference: &reference };
    let reservation = state.service.settlement().commit(key, amount, &caller.id).await?;
    Ok(Json(ReservationResponse::new(&budget, reservation)))
}

/// Release a reservation
///
/// Returns the reserved amount to the budget.
#[utoipa::path(
    post, path = "/api/v1/enterprise-billing/budgets/{budget_id}/reservations/{reference}/release", operation_id = "release_reservation",
    tag = "Budgets",
    security(("key" = ["billing:write"])),
    params(
        ("budget_id" = String, Path, description = "The budget's id."),
        ("reference" = String, Path, description = "The caller's reference of the reservation."),
        TenantHeader,
    ),
    responses(
        (status = 200, description = "It is released. Repeating this changes nothing.", body = ReservationResponse),
        (status = 404, description = "`BUDGET_NOT_FOUND`, `RESERVATION_NOT_FOUND`."),
        (status = 409, description = "`RESERVATION_SETTLED`: the reservation was already spent."),
    ),
)]
pub(crate) async fn release(
    State(state): State<AppState>,
    Scoped { tenant, caller, .. }: Scoped<BillingWrite>,
    Path((id, reference)): Path<(String, String)>,
) -> Result<Json<ReservationResponse>, Problem> {
    let budget = state.find_budget(&tenant, &id).await?;
    if is_reserved_for_checkout(&caller, &reference) {
        return Err(BudgetError::ReservationNotFound.into());
    }
    let key = ReservationKey { budget: &budget.id, reference: &reference };
    let reservation = state.service.settlement().release(key, &caller.id).await?;
    Ok(Json(ReservationResponse::new(&budget, reservation)))
}
