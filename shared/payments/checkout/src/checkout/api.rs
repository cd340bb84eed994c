//! Checkouts over HTTP.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use edge_access::{BillingRead, BillingWrite};
use edge_http::{Code, FieldError, Json, Problem, RequestId};
use edge_idempotency::Idempotent;
use edge_tenants::{Scoped, Tenant, TenantHeader};
use edge_upstreams::Upstream;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, StatusCode};
use serde::Deserialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;

use super::CheckoutContext;
use super::order::{self, OrderResponse};
use super::policy::PendingApproval;
use super::purchase::CreateCheckoutRequest;
use super::return_url::ReturnHosts;
use crate::error::CheckoutError;
use crate::router::{AppState, check_mode};

const MAX_LEN: usize = 256;

/// Create a checkout
///
/// Creates an order at BheemPay. The customer pays it on the payment page that `key_id` and `gateway_response` are for.
/// With an `Idempotency-Key` the request can be repeated after any failure: it continues where the last one stopped, and
/// only one order is created.
#[utoipa::path(
    post, path = "/api/v1/billing/checkout", tag = "Billing", security(("key" = ["billing:write"])),
    params(
        ("Idempotency-Key" = Option<String>, Header, description = "1 to 255 visible ASCII characters."),
        TenantHeader,
    ),
    request_body = CreateCheckoutRequest,
    responses(
        (status = 201, description = "The order.", body = OrderResponse),
        (status = 202, description = "People have to approve it first.", body = PendingApproval),
        (status = 400, description = "`VALIDATION_ERROR`; `INTERNAL_TENANT`: the tenant is never billed."),
        (status = 404, description = "`PLAN_NOT_FOUND`."),
        (status = 409, description = "`BUDGET_EXCEEDED`, `PURCHASE_REJECTED`; `IDEMPOTENCY_IN_PROGRESS`: try again."),
        (status = 422, description = "`IDEMPOTENCY_KEY_REUSED`; `UPSTREAM_REFUSED`: BheemPay or the ERP refuses it."),
        (status = 503, description = "`UPSTREAM_UNAVAILABLE`: send it again under the same key."),
    ),
)]
pub(crate) async fn create_checkout(
    State(state): State<AppState>,
    Scoped { tenant, caller, actor, .. }: Scoped<BillingWrite>,
    request_id: RequestId,
    request: Idempotent<CreateCheckoutRequest>,
) -> Result<Response, Problem> {
    check_mode(&tenant)?;
    let (request, named) = request.into_parts();
    let purchase = request.validate(&ReturnHosts::of(&tenant))?;
    let context =
        CheckoutContext { actor, role: caller.role().to_owned(), request_id: request_id.as_str().to_owned(), named };
    let response = state.checkouts.check_out(&tenant, &purchase, &context).await?;
    let status = StatusCode::from_u16(response.status).unwrap_or(StatusCode::CREATED);
    let content_type = HeaderValue::from_static("application/json");
    Ok((status, [(CONTENT_TYPE, content_type)], response.body).into_response())
}

/// Get an order
///
/// Returns the order as BheemPay has it.
#[utoipa::path(
    get, path = "/api/v1/billing/checkout/{order_id}", tag = "Billing", security(("key" = ["billing:read"])),
    params(
        ("order_id" = String, Path, description = "The id of the order."),
        TenantHeader,
    ),
    responses(
        (status = 200, description = "The order.", body = Object),
        (status = 404, description = "`ORDER_NOT_FOUND`: the order does not exist, or belongs to another tenant."),
    ),
)]
pub(crate) async fn get_order(
    State(state): State<AppState>,
    Scoped { tenant, .. }: Scoped<BillingRead>,
    Path(order_id): Path<String>,
) -> Result<Json<Box<RawValue>>, Problem> {
    check_mode(&tenant)?;
    let bheempay = bheempay_for(&state, &tenant, &order_id).await?;
    order::get(&bheempay, &order_id).await?.map(Json).ok_or_else(no_order)
}

/// What the payment gateway returned to the customer's browser.
#[derive(Deserialize, ToSchema)]
pub(crate) struct VerifyPaymentRequest {
    order_id: String,
    payment_id: String,
    signature: String,
}

/// Verify a payment
///
/// Asks BheemPay whether the payment that the customer's browser reports is genuine. The subscription itself changes by
/// the gateway's webhook.
#[utoipa::path(
    post, path = "/api/v1/billing/verify", tag = "Billing", security(("key" = ["billing:write"])),
    params(TenantHeader),
    request_body = VerifyPaymentRequest,
    responses(
        (status = 200, description = "The payment is genuine: BheemPay's answer.", body = Object),
        (status = 400, description = "`INVALID_SIGNATURE`."),
        (status = 404, description = "`ORDER_NOT_FOUND`: the order does not exist, or belongs to another tenant."),
    ),
)]
pub(crate) async fn verify_payment(
    State(state): State<AppState>,
    Scoped { tenant, .. }: Scoped<BillingWrite>,
    Json(request): Json<VerifyPaymentRequest>,
) -> Result<Json<Box<RawValue>>, Problem> {
    check_mode(&tenant)?;
    for (field, value) in
        [("order_id", &request.order_id), ("payment_id", &request.payment_id), ("signature", &request.signature)]
    {
        if let Some(error) = FieldError::of_text::<MAX_LEN>(field, Some(value)) {
            return Err(Problem::fields(vec![error]));
        }
    }
    let bheempay = bheempay_for(&state, &tenant, &request.order_id).await?;
    let answer = order::verify(&bheempay, &request.order_id, &request.payment_id, &request.signature).await?;
    answer
        .map(Json)
        .ok_or_else(|| Problem::new(Code::InvalidSignature, "BheemPay does not find the signature genuine."))
}

/// BheemPay, to be asked about an order of `tenant`.
async fn bheempay_for(state: &AppState, tenant: &Tenant, order_id: &str) -> Result<Upstream, Problem> {
    if !state.checkouts.has_order(&tenant.id, order_id).await? {
        return Err(no_order());
    }
    Ok(Upstream::bheempay(&state.capabilities).await.map_err(CheckoutError::from)?)
}

fn no_order() -> Problem {
    Problem::new(Code::OrderNotFound, "There is no such order.")
}
