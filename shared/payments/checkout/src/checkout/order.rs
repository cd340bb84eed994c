//! Orders at BheemPay.

use edge_money::{Currency, DecimalAmount};
use edge_tenants::Tenant;
use edge_upstreams::{Upstream, UpstreamError, UpstreamResponse, segment};
use http::StatusCode;
use serde::Serialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use super::purchase::Purchase;
use super::store::CheckoutQuote;
use crate::customer::COMPANY_CODE;
use crate::error::CheckoutError;
use crate::upstream_json::JsonObject;

/// Where orders are created. The checkout's id goes as the `Idempotency-Key`.
pub(super) const PATH: &str = "/api/v1/pay/checkout/subscription";
const VERIFY_PATH: &str = "/api/v1/pay/verify";
const BHEEMPAY: &str = "BheemPay";

/// An order, ready to be paid.
#[derive(Serialize, ToSchema)]
#[schema(as = Order)]
pub(crate) struct OrderResponse {
    checkout_id: String,
    /// The id of the order at the payment gateway.
    pub(super) order_id: String,
    /// The amount to pay.
    #[schema(value_type = f64)]
    pub(super) amount: DecimalAmount,
    /// The ISO 4217 code.
    currency: String,
    plan_name: String,
    /// The gateway's public key, for the page that takes the payment.
    key_id: Option<String>,
    /// The gateway's answer, for the same page.
    #[schema(value_type = Object)]
    gateway_response: Option<Box<RawValue>>,
}

/// The body of a request for an order.
pub(super) fn request(tenant: &Tenant, user: &str, purchase: &Purchase, quote: &CheckoutQuote) -> String {
    let mut metadata = Map::new();
    let cycle = quote.terms.cycle.map(edge_plans::Cycle::as_str);
    for (name, value) in
        [("source", json!("workspace")), ("tenant_id", json!(tenant.id)), ("billing_cycle", json!(cycle))]
    {
        metadata.insert(name.to_owned(), value);
    }
    if let Some(tier) = &purchase.tier_code {
        metadata.insert("tier_code".to_owned(), json!(tier));
    }
    if let Some(seats) = purchase.seats {
        metadata.insert("seats".to_owned(), json!(seats));
    }
    let body = json!({
        "user_id": user, "plan_id": quote.terms.plan_id, "customer_email": tenant.billing_address(),
        "customer_phone": tenant.billing_phone, "company_code": COMPANY_CODE, "success_url": purchase.success_url,
        "cancel_url": purchase.cancel_url, "metadata": Value::Object(metadata),
    });
    body.to_string()
}

/// Reads the answer to a request for an order.
pub(super) fn created(
    answer: Result<UpstreamResponse, UpstreamError>,
    quote: &CheckoutQuote,
) -> Result<OrderResponse, CheckoutError> {
    let answer = answer?;
    match answer.status {
        StatusCode::OK | StatusCode::CREATED => read(&answer.body, quote),
        status => Err(CheckoutError::not_done(BHEEMPAY, status)),
    }
}

/// The order that BheemPay created for `checkout`; None: there is none. It is looked up by the `Idempotency-Key` that the
/// order was requested under.
pub(super) async fn find(bheempay: &Upstream, checkout: &str) -> Result<Option<UpstreamResponse>, CheckoutError> {
    let answer = bheempay.get(&format!("/api/v1/pay/checkout/{}", segment(checkout))).await?;
    match answer.status {
        StatusCode::OK => {
            let has_id = JsonObject::read(&answer.body).is_some_and(|order| order.text(&["order_id"]).is_some());
            if has_id { Ok(Some(answer)) } else { Err(CheckoutError::unreadable(BHEEMPAY, "order_id")) }
        }
        StatusCode::NOT_FOUND | StatusCode::GONE => Ok(None),
        status => Err(CheckoutError::status(BHEEMPAY, status)),
    }
}

/// Reads an order. What `body` does not say is as in `quote`.
pub(super) fn read(body: &[u8], quote: &CheckoutQuote) -> Result<OrderResponse, CheckoutError> {
    let unreadable = |field| CheckoutError::unreadable(BHEEMPAY, field);
    let order = JsonObject::read(body).ok_or_else(|| unreadable("JSON"))?;
    let order_id = order.text(&["order_id"]).ok_or_else(|| unreadable("order_id"))?;
    let quoted = quote.amount()?;
    let currency = match order.text(&["currency"]) {
        Some(code) => Currency::parse(&code).map_err(|_| unreadable("currency"))?,
        None => quoted.currency,
    };
    if currency != quoted.currency {
        return Err(unreadable("currency: the plan has another"));
    }
    let amount = match order.amount(&["amount"], currency) {
        Some(amount) => amount.map_err(|()| unreadable("amount"))?,
        None => quoted,
    };
    if amount.minor < 0 {
        return Err(unreadable("amount"));
    }
    Ok(OrderResponse {
        checkout_id: order.text(&["checkout_id", "id"]).unwrap_or_else(|| order_id.clone()),
        amount: DecimalAmount(amount),
        currency: currency.as_str().to_owned(),
        plan_name: order.text(&["plan_name"]).unwrap_or_else(|| quote.terms.plan_name.clone()),
        key_id: order.text(&["key_id"]),
        gateway_response: order.json(&["gateway_response"]).map(ToOwned::to_owned),
        order_id,
    })
}

/// The order as BheemPay has it, JSON; None: it has none.
pub(super) async fn get(bheempay: &Upstream, order: &str) -> Result<Option<Box<RawValue>>, CheckoutError> {
    let answer = bheempay.get(&format!("/api/v1/pay/checkout/{}", segment(order))).await?;
    match answer.status {
        StatusCode::OK => object(&answer.body).map(Some),
        StatusCode::NOT_FOUND => Ok(None),
        status => Err(CheckoutError::status(BHEEMPAY, status)),
    }
}

/// BheemPay's answer about a payment's signature, JSON; None: it is not genuine.
pub(super) async fn verify(
    bheempay: &Upstream,
    order: &str,
    payment: &str,
    signature: &str,
) -> Result<Option<Box<RawValue>>, CheckoutError> {
    let body = json!({"order_id": order, "payment_id": payment, "signature": signature});
    let answer = bheempay.post(VERIFY_PATH, None, body.to_string()).await?;
    match answer.status {
        StatusCode::OK => object(&answer.body).map(Some),
        StatusCode::BAD_REQUEST | StatusCode::UNPROCESSABLE_ENTITY => Ok(None),
        status => Err(CheckoutError::status(BHEEMPAY, status)),
    }
}

fn object(body: &[u8]) -> Result<Box<RawValue>, CheckoutError> {
    let json: Option<Box<RawValue>> = serde_json::from_slice(body).ok();
    json.filter(|json| json.get().starts_with('{')).ok_or_else(|| CheckoutError::unreadable(BHEEMPAY, "JSON"))
}
