//! Buying, and giving up what was bought.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use edge_access::{BillingRead, BillingWrite};
use edge_audit::{AuditEntry, AuditLog};
use edge_capabilities::Capabilities;
use edge_http::{Code, Json, Problem, RequestId};
use edge_idempotency::Idempotent;
use edge_tenants::{Scoped, TenantHeader};
use edge_upstreams::Upstream;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::json;
use serde_json::value::RawValue;
use utoipa::ToSchema;

use super::AppState;
use crate::checkout::{CheckoutRequest, Pending};
use crate::customer::user_of;
use crate::orders::{self, Made};
use crate::purchase::Wanted;
use crate::return_url::ReturnHosts;
use crate::subscription;
use crate::trouble::CheckoutError;

const MAX_LEN: usize = 256;

/// Check out
///
/// Makes an order at BheemPay, to be paid on the page that `key_id` and `gateway_response` are for. With an
/// `Idempotency-Key` there is one order, whatever fails in between and however often the request is sent: it goes on
/// where the last one stopped.
#[utoipa::path(
    post, path = "/api/v1/billing/checkout", tag = "Billing", security(("key" = ["billing:write"])),
    params(
        ("Idempotency-Key" = Option<String>, Header, description = "1 to 255 visible ASCII characters."),
        TenantHeader,
    ),
    request_body = Wanted,
    responses(
        (status = 201, description = "An order.", body = Made),
        (status = 202, description = "People have to approve it first.", body = Pending),
        (status = 400, description = "`VALIDATION_ERROR`; `INTERNAL_TENANT`: it is never billed."),
        (status = 404, description = "`PLAN_NOT_FOUND`."),
        (status = 409, description = "`BUDGET_EXCEEDED`, `PURCHASE_REJECTED`; `IDEMPOTENCY_IN_PROGRESS`: try again."),
        (status = 422, description = "`IDEMPOTENCY_KEY_REUSED`; `UPSTREAM_REFUSED`: BheemPay or the ERP refuses it."),
        (status = 503, description = "`UPSTREAM_UNAVAILABLE`: send it again under the same key."),
    ),
)]
pub(super) async fn check_out(
    State(state): State<AppState>,
    Scoped { tenant, caller, actor, .. }: Scoped<BillingWrite>,
    request_id: RequestId,
    request: Idempotent<Wanted>,
) -> Result<Response, Problem> {
    super::check_mode(&tenant)?;
    let (wanted, named) = request.into_parts();
    let purchase = wanted.read(&ReturnHosts::of(&tenant))?;
    let asking = CheckoutRequest {
        author: actor,
        role: caller.role().to_owned(),
        request_id: request_id.as_str().to_owned(),
        named,
    };
    let given = state.checking.check_out(&tenant, &purchase, &asking).await?;
    let status = StatusCode::from_u16(given.status).unwrap_or(StatusCode::CREATED);
    let kind = HeaderValue::from_static("application/json");
    Ok((status, [(CONTENT_TYPE, kind)], given.body).into_response())
}

/// Look at an order
///
/// As BheemPay knows it.
#[utoipa::path(
    get, path = "/api/v1/billing/checkout/{order_id}", tag = "Billing", security(("key" = ["billing:read"])),
    params(
        ("order_id" = String, Path, description = "The order's id."),
        TenantHeader,
    ),
    responses(
        (status = 200, description = "The order.", body = Object),
        (status = 404, description = "`ORDER_NOT_FOUND`: there is none, or it is another tenant's."),
    ),
)]
pub(super) async fn show(
    State(state): State<AppState>,
    Scoped { tenant, .. }: Scoped<BillingRead>,
    Path(order): Path<String>,
) -> Result<Json<Box<RawValue>>, Problem> {
    super::check_mode(&tenant)?;
    if !state.checking.checkouts.has_order(&tenant.id, &order).await? {
        return Err(no_order());
    }
    let bheempay = Upstream::bheempay(&state.capabilities).await.map_err(CheckoutError::from)?;
    orders::show(&bheempay, &order).await?.map(Json).ok_or_else(no_order)
}

/// What the gateway gave the customer who paid.
#[derive(Deserialize, ToSchema)]
pub(crate) struct Proof {
    order_id: String,
    payment_id: String,
    signature: String,
}

/// Verify a payment
///
/// Whether what the customer's browser brought back is genuine, by BheemPay. The subscription itself follows from the
/// gateway's webhook.
#[utoipa::path(
    post, path = "/api/v1/billing/verify", tag = "Billing", security(("key" = ["billing:write"])),
    params(TenantHeader),
    request_body = Proof,
    responses(
        (status = 200, description = "It is genuine: what BheemPay says of it.", body = Object),
        (status = 400, description = "`INVALID_SIGNATURE`."),
        (status = 404, description = "`ORDER_NOT_FOUND`: there is none, or it is another tenant's."),
    ),
)]
pub(super) async fn verify(
    State(state): State<AppState>,
    Scoped { tenant, .. }: Scoped<BillingWrite>,
    Json(proof): Json<Proof>,
) -> Result<Json<Box<RawValue>>, Problem> {
    super::check_mode(&tenant)?;
    for (field, value) in
        [("order_id", &proof.order_id), ("payment_id", &proof.payment_id), ("signature", &proof.signature)]
    {
        if !(1..=MAX_LEN).contains(&value.len()) || value.chars().any(char::is_control) {
            return Err(Problem::field(field, "must be 1 to 256 bytes without control characters"));
        }
    }
    if !state.checking.checkouts.has_order(&tenant.id, &proof.order_id).await? {
        return Err(no_order());
    }
    let bheempay = Upstream::bheempay(&state.capabilities).await.map_err(CheckoutError::from)?;
    let said = orders::verify(&bheempay, &proof.order_id, &proof.payment_id, &proof.signature).await?;
    said.map(Json).ok_or_else(|| Problem::new(Code::InvalidSignature, "BheemPay does not find the signature genuine."))
}

fn no_order() -> Problem {
    Problem::new(Code::OrderNotFound, "There is no such order.")
}

/// Why a subscription is given up, and when.
#[derive(Deserialize, ToSchema)]
pub(crate) struct Cancellation {
    /// For people.
    #[serde(default)]
    reason: Option<String>,
    /// At once; else when what is paid for ends.
    #[serde(default)]
    immediate: Option<bool>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct Scheduled {
    /// `cancellation_scheduled`.
    status: &'static str,
}

/// Cancel the subscription
///
/// The ERP is told. What was paid for stays until it ends, unless `immediate`; the tenant's state follows from the
/// gateway's webhook.
#[utoipa::path(
    post, path = "/api/v1/billing/subscription/cancel", tag = "Billing", security(("key" = ["billing:write"])),
    params(
        ("Idempotency-Key" = Option<String>, Header, description = "1 to 255 visible ASCII characters."),
        TenantHeader,
    ),
    request_body = Cancellation,
    responses(
        (status = 200, description = "The ERP has taken note.", body = Scheduled),
        (status = 409, description = "`NO_SUBSCRIPTION`."),
    ),
)]
pub(super) async fn cancel(
    State(state): State<AppState>,
    Scoped { tenant, caller, actor, .. }: Scoped<BillingWrite>,
    request: Idempotent<Cancellation>,
) -> Result<Response, Problem> {
    super::check_mode(&tenant)?;
    // One key stands for one tenant's cancellation, also with a caller who speaks for many.
    let scope = caller.idempotency_scope_in(&tenant.id);
    state
        .idempotency
        .once(&scope, request, async |cancellation| {
            let reason = cancellation.reason.as_deref();
            if reason.is_some_and(|reason| reason.len() > 1024) {
                return Err(Problem::field("reason", "must be at most 1,024 bytes"));
            }
            let erp = Upstream::erp(&state.capabilities).await.map_err(CheckoutError::from)?;
            let user = user_of(&state.db, &tenant).await?;
            let immediate = cancellation.immediate.unwrap_or(false);
            let Capabilities { clock, random, .. } = &state.capabilities;
            let detail = json!({"immediate": immediate});
            let deed = AuditEntry::new("subscription.cancel", &detail, &actor, &**random, clock.now());
            AuditLog::new(state.db.clone()).append(&tenant.id, &deed).await?;
            subscription::cancel(&erp, &tenant, &user, reason, immediate).await?;
            Ok((StatusCode::OK, Scheduled { status: "cancellation_scheduled" }))
        })
        .await
}
