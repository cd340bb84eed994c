//! Orders at BheemPay.

use edge_money::{Currency, DecimalAmount};
use edge_tenants::Tenant;
use edge_upstreams::{Upstream, UpstreamResponse, segment};
use http::StatusCode;
use serde::Serialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use super::purchase::Purchase;
use super::store::CheckoutQuote;
use super::to_json;
use crate::customer::COMPANY_CODE;
use crate::error::CheckoutError;
use crate::upstream_json::JsonObject;

/// Where orders of plans are created.
const PATH: &str = "/api/v1/pay/checkout/subscription";
/// Where orders of one amount are created.
const AMOUNT_PATH: &str = "/api/v1/pay/create";
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

/// What BheemPay is asked to create an order for.
pub(super) struct OrderRequest<'a> {
    pub(super) tenant: &'a Tenant,
    /// The user who has the tenant's subscription at BheemPay.
    pub(super) user: &'a str,
    pub(super) purchase: &'a Purchase,
    pub(super) quote: &'a CheckoutQuote,
    /// The checkout's id, which goes as the `Idempotency-Key`: asked again, BheemPay returns the same order.
    pub(super) checkout: &'a str,
}

/// An order of one amount, for more seats of a subscription that runs.
#[derive(Serialize)]
struct SeatsOrder<'a> {
    amount: DecimalAmount,
    currency: &'a str,
    user_id: &'a str,
    customer_email: &'a str,
    customer_phone: Option<&'a str>,
    company_code: &'a str,
    description: String,
    /// The subscription as BheemPay knows it. Once the order is paid, each later period is charged for `seats`.
    subscription_id: &'a str,
    plan_id: &'a str,
    seats: i64,
    metadata: Value,
}

impl OrderRequest<'_> {
    /// Has BheemPay create an order of a plan.
    pub(super) async fn create(&self, bheempay: &Upstream) -> Result<OrderResponse, CheckoutError> {
        let Self { tenant, user, purchase, quote, checkout } = *self;
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
        if let Some(of_seats) = &quote.of_seats {
            metadata.insert("checkout_id".to_owned(), json!(checkout));
            metadata.insert("edge_subscription_id".to_owned(), json!(of_seats.subscription));
        }
        let body = json!({
            "user_id": user, "plan_id": quote.terms.plan_id, "customer_email": tenant.billing_address(),
            "customer_phone": tenant.billing_phone, "company_code": COMPANY_CODE, "success_url": purchase.success_url,
            "cancel_url": purchase.cancel_url, "metadata": Value::Object(metadata),
        });
        created(&bheempay.post(PATH, Some(checkout), body.to_string()).await?, quote)
    }

    /// Has BheemPay create an order that pays for the rest of the period of more seats of the subscription `reference`.
    pub(super) async fn create_increase(
        &self,
        bheempay: &Upstream,
        reference: &str,
    ) -> Result<OrderResponse, CheckoutError> {
        let Self { tenant, user, quote, checkout, .. } = *self;
        let subscription = quote.of_seats.as_ref().map(|of_seats| of_seats.subscription.as_str());
        let metadata = json!({
            "source": "workspace", "tenant_id": tenant.id, "seats": quote.seats, "checkout_id": checkout,
            "edge_subscription_id": subscription,
        });
        let order = SeatsOrder {
            amount: DecimalAmount(quote.amount()?),
            currency: &quote.currency,
            user_id: user,
            customer_email: tenant.billing_address(),
            customer_phone: tenant.billing_phone.as_deref(),
            company_code: COMPANY_CODE,
            description: format!("{} seats of {}", quote.seats, quote.terms.plan_name),
            subscription_id: reference,
            plan_id: &quote.terms.plan_id,
            seats: quote.seats,
            metadata,
        };
        created(&bheempay.post(AMOUNT_PATH, Some(checkout), to_json(&order)?).await?, quote)
    }
}

/// Reads the answer to a request for an order.
fn created(answer: &UpstreamResponse, quote: &CheckoutQuote) -> Result<OrderResponse, CheckoutError> {
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

/// Whether the order `order` is paid, as BheemPay has it.
pub(crate) async fn is_paid(bheempay: &Upstream, order: &str) -> Result<bool, CheckoutError> {
    let found = get(bheempay, order).await?;
    let status = found.and_then(|json| JsonObject::of(&json).and_then(|order| order.text(&["status"])));
    Ok(status.is_some_and(|status| matches!(status.to_ascii_lowercase().as_str(), "paid" | "captured" | "completed")))
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
