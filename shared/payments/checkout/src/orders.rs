//! Orders, which BheemPay makes and knows.

use edge_money::{Currency, Money};
use edge_tenants::Tenant;
use edge_upstreams::{Upstream, UpstreamResponse, segment};
use http::StatusCode;
use serde::Serialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use crate::checkouts::Quoted;
use crate::customer::COMPANY_CODE;
use crate::purchase::Purchase;
use crate::trouble::CheckoutError;
use crate::written::{Object, number};

const CHECK_OUT: &str = "/api/v1/pay/checkout/subscription";
const VERIFY: &str = "/api/v1/pay/verify";
const BHEEMPAY: &str = "BheemPay";

/// An order, ready to be paid.
#[derive(Serialize, ToSchema)]
#[schema(as = Order)]
pub(crate) struct Made {
    checkout_id: String,
    /// What the payment's gateway calls it.
    pub(crate) order_id: String,
    /// What is to be paid.
    #[schema(value_type = f64)]
    amount: Option<Box<RawValue>>,
    /// ISO 4217.
    currency: String,
    plan_name: String,
    /// The gateway's public key, for the page that takes the payment.
    key_id: Option<String>,
    /// What the gateway said, for the same page.
    #[schema(value_type = Object)]
    gateway_response: Option<Box<RawValue>>,
    #[serde(skip)]
    pub(crate) asked: Option<Money>,
}

/// An order that BheemPay is to make.
pub(crate) struct Order<'a> {
    pub(crate) bheempay: &'a Upstream,
    /// What it is for: goes as its `Idempotency-Key`.
    pub(crate) checkout: &'a str,
    pub(crate) tenant: &'a Tenant,
    pub(crate) user: &'a str,
    pub(crate) purchase: &'a Purchase,
    pub(crate) quote: &'a Quoted,
}

impl Order<'_> {
    /// Has BheemPay make it, or give it again.
    pub(crate) async fn make(&self) -> Result<Made, CheckoutError> {
        let Self { bheempay, checkout, tenant, user, purchase, quote } = self;
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
        let answer = bheempay.post(CHECK_OUT, Some(checkout), body.to_string()).await?;
        match answer.status {
            StatusCode::OK | StatusCode::CREATED => read(&answer.body, quote),
            status => Err(CheckoutError::not_done(BHEEMPAY, status)),
        }
    }
}

/// The order that BheemPay made for `checkout`, as it knows it; None: it knows of none. It is asked for by the
/// `Idempotency-Key` that the order was asked for under.
pub(crate) async fn find(bheempay: &Upstream, checkout: &str) -> Result<Option<UpstreamResponse>, CheckoutError> {
    let answer = bheempay.get(&format!("/api/v1/pay/checkout/{}", segment(checkout))).await?;
    match answer.status {
        StatusCode::OK => {
            let has_id = Object::read(&answer.body).is_some_and(|order| order.text(&["order_id"]).is_some());
            if has_id { Ok(Some(answer)) } else { Err(CheckoutError::unreadable(BHEEMPAY, "order_id")) }
        }
        StatusCode::NOT_FOUND | StatusCode::GONE => Ok(None),
        status => Err(CheckoutError::status(BHEEMPAY, status)),
    }
}

/// Reads an order that costs and gives what `quote` says, unless `body` says otherwise.
pub(crate) fn read(body: &[u8], quote: &Quoted) -> Result<Made, CheckoutError> {
    let unreadable = |field| CheckoutError::unreadable(BHEEMPAY, field);
    let order = Object::read(body).ok_or_else(|| unreadable("JSON"))?;
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
    Ok(Made {
        checkout_id: order.text(&["checkout_id", "id"]).unwrap_or_else(|| order_id.clone()),
        amount: number(amount),
        currency: currency.as_str().to_owned(),
        plan_name: order.text(&["plan_name"]).unwrap_or_else(|| quote.terms.plan_name.clone()),
        key_id: order.text(&["key_id"]),
        gateway_response: order.json(&["gateway_response"]).map(ToOwned::to_owned),
        asked: Some(amount),
        order_id,
    })
}

/// What BheemPay knows of an order, JSON; None: nothing.
pub(crate) async fn show(bheempay: &Upstream, order: &str) -> Result<Option<Box<RawValue>>, CheckoutError> {
    let answer = bheempay.get(&format!("/api/v1/pay/checkout/{}", segment(order))).await?;
    match answer.status {
        StatusCode::OK => object(&answer.body).map(Some),
        StatusCode::NOT_FOUND => Ok(None),
        status => Err(CheckoutError::status(BHEEMPAY, status)),
    }
}

/// What BheemPay says of a payment's signature, JSON; None: it is not genuine.
pub(crate) async fn verify(
    bheempay: &Upstream,
    order: &str,
    payment: &str,
    signature: &str,
) -> Result<Option<Box<RawValue>>, CheckoutError> {
    let body = json!({"order_id": order, "payment_id": payment, "signature": signature});
    let answer = bheempay.post(VERIFY, None, body.to_string()).await?;
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
