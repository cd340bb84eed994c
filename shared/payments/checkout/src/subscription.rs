//! A tenant's subscription: as the gateways reported it, which the edge stores, and what only the ERP has.

pub(crate) mod api;

use edge_money::{Currency, DecimalAmount, Money};
use edge_tenants::Tenant;
use edge_upstreams::{Upstream, segment};
use http::StatusCode;
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use crate::error::CheckoutError;
use crate::upstream_json::JsonObject;

const ERP: &str = "the ERP";

/// A tenant's subscription.
#[derive(Serialize, ToSchema)]
#[schema(as = TenantSubscription)]
pub(crate) struct SubscriptionResponse {
    subscription_id: Option<String>,
    /// `active`, `past_due`, `suspended`, `cancelled`, or another word of the ERP.
    status: String,
    /// `paid`, `pending`, `failed`, or another word of the ERP.
    payment_status: Option<String>,
    /// The name of the plan.
    plan: Option<String>,
    #[schema(value_type = Option<f64>)]
    price: Option<DecimalAmount>,
    next_billing_date: Option<String>,
    /// The end of the paid period.
    period_end: Option<String>,
}

/// A subscription as the ERP has it.
#[derive(Default)]
struct ErpSubscription {
    id: Option<String>,
    status: Option<String>,
    payment_status: Option<String>,
    plan: Option<String>,
    price: Option<DecimalAmount>,
    next_billing_date: Option<String>,
    period_end: Option<String>,
}

/// The subscription of `tenant`, whose owner is `user`; None: there is none. While the ERP does not answer, it is as the
/// gateways reported it.
pub(crate) async fn get(
    erp: &Upstream,
    tenant: &Tenant,
    user: &str,
) -> Result<Option<SubscriptionResponse>, CheckoutError> {
    let found = match find(erp, user).await {
        Ok(found) => found,
        Err(error) if tenant.subscription_status.is_none() => return Err(error),
        Err(_) => None,
    };
    let ErpSubscription { id, status, payment_status, plan, price, next_billing_date, period_end } =
        found.unwrap_or_default();
    let Some(status) = tenant.subscription_status.map(|status| status.as_str().to_owned()).or(status) else {
        return Ok(None);
    };
    let paid =
        tenant.history.state().price.and_then(|(minor, code)| {
            Currency::parse(&code).ok().map(|currency| DecimalAmount(Money { minor, currency }))
        });
    Ok(Some(SubscriptionResponse {
        subscription_id: tenant.erp_subscription_id.clone().or(id),
        status,
        payment_status: tenant.payment_status.map(|status| status.as_str().to_owned()).or(payment_status),
        plan: tenant.subscription_plan.clone().or(plan),
        price: paid.or(price),
        next_billing_date,
        period_end: tenant.subscription_period_end.map(|end| end.to_string()).or(period_end),
    }))
}

async fn find(erp: &Upstream, user: &str) -> Result<Option<ErpSubscription>, CheckoutError> {
    let answer = erp.get(&format!("/api/v1/subscriptions/user/{}", segment(user))).await?;
    match answer.status {
        StatusCode::OK => {}
        StatusCode::NOT_FOUND => return Ok(None),
        status => return Err(CheckoutError::status(ERP, status)),
    }
    // The ERP may also answer null where there is none.
    if answer.body.trim_ascii() == b"null" {
        return Ok(None);
    }
    let object = JsonObject::read(&answer.body).ok_or_else(|| CheckoutError::unreadable(ERP, "JSON"))?;
    let plan = object.json(&["plan"]).and_then(JsonObject::of);
    let plan_name = plan.as_ref().and_then(|plan| plan.text(&["name", "plan_name"]));
    let price = object.digits(&["offer_price", "price", "final_price", "base_price", "amount"]);
    let currency = object.text(&["currency"]).map_or(Ok(Currency::INR), |code| Currency::parse(&code));
    let unreadable = |field| CheckoutError::unreadable(ERP, field);
    let currency = currency.map_err(|_| unreadable("currency"))?;
    let price = price.map(|digits| Money::parse(&digits, currency)).transpose().map_err(|_| unreadable("price"))?;
    Ok(Some(ErpSubscription {
        id: object.text(&["subscription_id", "id"]),
        status: object.text(&["status", "subscription_status"]),
        payment_status: object.text(&["payment_status"]),
        plan: object.text(&["plan_name"]).or(plan_name).or_else(|| object.text(&["plan", "plan_id"])),
        price: price.map(DecimalAmount),
        next_billing_date: object.text(&["next_billing_date"]),
        period_end: object.text(&["period_end", "current_period_end", "end_date"]),
    }))
}

/// Cancels the subscription of `tenant` in the ERP: at once, or at the end of the paid period. The tenant changes by the
/// webhook that follows.
pub(crate) async fn cancel(
    erp: &Upstream,
    tenant: &Tenant,
    user: &str,
    reason: Option<&str>,
    immediate: bool,
) -> Result<(), CheckoutError> {
    let id = match &tenant.erp_subscription_id {
        Some(id) => id.clone(),
        None => find(erp, user).await?.and_then(|found| found.id).ok_or(CheckoutError::NoSubscription)?,
    };
    let path = format!("/api/v1/subscriptions/{}/cancel", segment(&id));
    let body = json!({"reason": reason, "immediate": immediate});
    // Cancelling is idempotent: it needs no key.
    let answer = erp.post(&path, None, body.to_string()).await?;
    match answer.status {
        status if status.is_success() => Ok(()),
        StatusCode::NOT_FOUND => Err(CheckoutError::NoSubscription),
        // It is cancelled already.
        StatusCode::CONFLICT => Ok(()),
        status => Err(CheckoutError::status(ERP, status)),
    }
}
