//! The ledger over HTTP, for products that spend otherwise than by checkout.

use axum::extract::{Path, State};
use axum::response::Response;
use edge_access::{BillingWrite, Caller};
use edge_capabilities::Timestamp;
use edge_http::{Json, Problem, RequestId};
use edge_idempotency::Idempotent;
use edge_money::Digits;
use edge_tenants::{Parties, Scoped, TenantHeader};
use http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;

use super::AppState;
use super::fields::read_amount;
use super::shown::ReservationShown;
use crate::budget::Budget;
use crate::ledger::Reservation;
use crate::settlement::CHECKOUT;
use crate::treasury::{BudgetError, ReserveRequest};

const MAX_LEN: usize = 256;

/// An amount to reserve.
#[derive(Clone, Deserialize, ToSchema)]
#[schema(as = NewBudgetReservation)]
pub(super) struct NewReservation {
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
#[schema(as = SpentOfReservation)]
pub(super) struct Spent {
    /// The amount spent, at most the reserved amount. The rest is released. Default: the whole reserved amount.
    #[serde(default)]
    #[schema(value_type = Option<f64>)]
    amount: Option<Digits>,
}

/// Reserve an amount of a budget
///
/// The rule `budget` decides whether the amount may be reserved. A hard threshold is enforced even when many requests
/// arrive at once.
#[utoipa::path(
    post, path = "/api/v1/enterprise-billing/budgets/{budget_id}/reservations", tag = "Budgets",
    security(("key" = ["billing:write"])),
    params(
        ("budget_id" = String, Path, description = "The budget's id."),
        ("Idempotency-Key" = Option<String>, Header, description = "A key of 1 to 255 visible ASCII characters."),
        TenantHeader,
    ),
    request_body = NewReservation,
    responses(
        (status = 201, description = "The amount was reserved.", body = ReservationShown),
        (status = 404, description = "`BUDGET_NOT_FOUND`: the tenant has no such budget."),
        (status = 409, description = "`BUDGET_EXCEEDED`; `RESERVATION_SETTLED`: released, or of another amount."),
    ),
)]
pub(super) async fn reserve(
    State(state): State<AppState>,
    Scoped { tenant, caller, .. }: Scoped<BillingWrite>,
    request_id: RequestId,
    Path(id): Path<String>,
    request: Idempotent<NewReservation>,
) -> Result<Response, Problem> {
    let budget = state.find(&tenant, &id).await?;
    state
        .idempotency
        .once(&caller.idempotency_scope_in(&tenant.id), request, async |new| {
            if is_closed(&caller, &new.reference) {
                return Err(Problem::field("reference", "must not begin with chk_, which is kept for checkouts"));
            }
            let wish = new.read(&budget, state.now(), &caller.id, request_id.as_str())?;
            let reserved = state.treasury.reserve(&budget, &wish).await?;
            Ok((StatusCode::CREATED, ReservationShown::new(&budget, reserved.reservation)))
        })
        .await
}

/// Whether `reference` is a checkout's and `caller` is not the platform. What a checkout reserved is spent or given back by
/// its payment, and not by the word of whoever buys.
fn is_closed(caller: &Caller, reference: &str) -> bool {
    reference.starts_with(CHECKOUT) && Parties::root_of(caller).is_some()
}

impl NewReservation {
    fn read(self, budget: &Budget, now: Timestamp, actor: &str, request_id: &str) -> Result<ReserveRequest, Problem> {
        if !(1..=MAX_LEN).contains(&self.reference.len()) || self.reference.chars().any(char::is_control) {
            return Err(Problem::field("reference", "must be 1 to 256 bytes without control characters"));
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
            decided: None,
        })
    }
}

/// Commit a reservation
///
/// Records the reserved amount, or a part of it, as spent.
#[utoipa::path(
    post, path = "/api/v1/enterprise-billing/budgets/{budget_id}/reservations/{reference}/commit", tag = "Budgets",
    security(("key" = ["billing:write"])),
    params(
        ("budget_id" = String, Path, description = "The budget's id."),
        ("reference" = String, Path, description = "The caller's reference of the reservation."),
        TenantHeader,
    ),
    request_body = Spent,
    responses(
        (status = 200, description = "The amount is spent. Repeating this changes nothing.", body = ReservationShown),
        (status = 404, description = "`BUDGET_NOT_FOUND`, `RESERVATION_NOT_FOUND`."),
        (status = 409, description = "`RESERVATION_SETTLED`: it was released, or less was reserved."),
    ),
)]
pub(super) async fn commit(
    State(state): State<AppState>,
    Scoped { tenant, caller, .. }: Scoped<BillingWrite>,
    Path((id, reference)): Path<(String, String)>,
    Json(spent): Json<Spent>,
) -> Result<Json<ReservationShown>, Problem> {
    let budget = state.find(&tenant, &id).await?;
    let amount = spent.amount.map(|amount| read_amount(&amount, budget.currency)).transpose();
    let amount = amount.map_err(|message| Problem::field("amount", message))?;
    if is_closed(&caller, &reference) {
        return Err(BudgetError::Unknown.into());
    }
    let settled = state.treasury.settlement().commit(&budget.id, &reference, amount, &caller.id).await;
    show(&budget, settled)
}

/// Release a reservation
///
/// Returns the reserved amount to the budget.
#[utoipa::path(
    post, path = "/api/v1/enterprise-billing/budgets/{budget_id}/reservations/{reference}/release", tag = "Budgets",
    security(("key" = ["billing:write"])),
    params(
        ("budget_id" = String, Path, description = "The budget's id."),
        ("reference" = String, Path, description = "The caller's reference of the reservation."),
        TenantHeader,
    ),
    responses(
        (status = 200, description = "It is released. Repeating this changes nothing.", body = ReservationShown),
        (status = 404, description = "`BUDGET_NOT_FOUND`, `RESERVATION_NOT_FOUND`."),
        (status = 409, description = "`RESERVATION_SETTLED`: the reservation was already spent."),
    ),
)]
pub(super) async fn release(
    State(state): State<AppState>,
    Scoped { tenant, caller, .. }: Scoped<BillingWrite>,
    Path((id, reference)): Path<(String, String)>,
) -> Result<Json<ReservationShown>, Problem> {
    let budget = state.find(&tenant, &id).await?;
    if is_closed(&caller, &reference) {
        return Err(BudgetError::Unknown.into());
    }
    show(&budget, state.treasury.settlement().release(&budget.id, &reference, &caller.id).await)
}

fn show(budget: &Budget, settled: Result<Reservation, BudgetError>) -> Result<Json<ReservationShown>, Problem> {
    Ok(Json(ReservationShown::new(budget, settled?)))
}
