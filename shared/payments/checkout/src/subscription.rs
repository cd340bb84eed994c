//! A tenant's subscription: what gateways said of it, which the edge keeps, and what the ERP knows beside that.

use edge_http::{Code, Problem};
use edge_money::{Currency, Money};
use edge_tenants::Tenant;
use edge_upstreams::{Upstream, segment};
use http::StatusCode;
use serde::Serialize;
use serde_json::json;
use serde_json::value::RawValue;
use utoipa::ToSchema;

use crate::trouble::CheckoutError;
use crate::written::{Object, number};

const ERP: &str = "the ERP";

/// A tenant's subscription.
#[derive(Serialize, ToSchema)]
#[schema(as = Subscription)]
pub(crate) struct Shown {
    subscription_id: Option<String>,
    /// `active`, `past_due`, `suspended`, `cancelled`, or as the ERP writes it.
    status: String,
    /// `paid`, `pending`, `failed`, or as the ERP writes it.
    payment_status: Option<String>,
    /// What people call the plan.
    plan: Option<String>,
    #[schema(value_type = Option<f64>)]
    price: Option<Box<RawValue>>,
    next_billing_date: Option<String>,
    /// Until when is paid for.
    period_end: Option<String>,
}

/// What the ERP knows of a subscription.
#[derive(Default)]
struct Known {
    id: Option<String>,
    status: Option<String>,
    payment_status: Option<String>,
    plan: Option<String>,
    price: Option<Box<RawValue>>,
    next_billing_date: Option<String>,
    period_end: Option<String>,
}

/// The subscription of `tenant`, whose owner is `user`; None: there is none. While the ERP does not answer, what gateways
/// said will do.
pub(crate) async fn show(erp: &Upstream, tenant: &Tenant, user: &str) -> Result<Option<Shown>, CheckoutError> {
    let known = match ask(erp, user).await {
        Ok(known) => known,
        Err(trouble) if tenant.subscription_status.is_none() => return Err(trouble),
        Err(_) => None,
    };
    let Known { id, status, payment_status, plan, price, next_billing_date, period_end } = known.unwrap_or_default();
    let Some(status) = tenant.subscription_status.clone().or(status) else { return Ok(None) };
    let standing = tenant.history.standing();
    let paid = standing
        .price
        .and_then(|(minor, code)| Currency::parse(&code).ok().and_then(|currency| number(Money { minor, currency })));
    Ok(Some(Shown {
        subscription_id: tenant.erp_subscription_id.clone().or(id),
        status,
        payment_status: tenant.payment_status.clone().or(payment_status),
        plan: tenant.subscription_plan.clone().or(plan),
        price: paid.or(price),
        next_billing_date,
        period_end: tenant.subscription_period_end.map(|end| end.to_string()).or(period_end),
    }))
}

async fn ask(erp: &Upstream, user: &str) -> Result<Option<Known>, CheckoutError> {
    let answer = erp.get(&format!("/api/v1/subscriptions/user/{}", segment(user))).await?;
    match answer.status {
        StatusCode::OK => {}
        StatusCode::NOT_FOUND => return Ok(None),
        status => return Err(CheckoutError::status(ERP, status)),
    }
    // An ERP that knows of none may also say so by null.
    if answer.body.trim_ascii() == b"null" {
        return Ok(None);
    }
    let object = Object::read(&answer.body).ok_or_else(|| CheckoutError::unreadable(ERP, "JSON"))?;
    let plan = object.json(&["plan"]).and_then(Object::of);
    let named = plan.as_ref().and_then(|plan| plan.text(&["name", "plan_name"]));
    let price = object.digits(&["offer_price", "price", "final_price", "base_price", "amount"]);
    let currency = object.text(&["currency"]).map_or(Ok(Currency::INR), |code| Currency::parse(&code));
    let unreadable = |field| CheckoutError::unreadable(ERP, field);
    let currency = currency.map_err(|_| unreadable("currency"))?;
    let price = price.map(|digits| Money::parse(&digits, currency)).transpose().map_err(|_| unreadable("price"))?;
    Ok(Some(Known {
        id: object.text(&["subscription_id", "id"]),
        status: object.text(&["status", "subscription_status"]),
        payment_status: object.text(&["payment_status"]),
        plan: object.text(&["plan_name"]).or(named).or_else(|| object.text(&["plan", "plan_id"])),
        price: price.and_then(number),
        next_billing_date: object.text(&["next_billing_date"]),
        period_end: object.text(&["period_end", "current_period_end", "end_date"]),
    }))
}

/// Has the ERP cancel the subscription of `tenant`: at once, or when what is paid for ends. What follows comes by webhook.
pub(crate) async fn cancel(
    erp: &Upstream,
    tenant: &Tenant,
    user: &str,
    reason: Option<&str>,
    immediate: bool,
) -> Result<(), CheckoutError> {
    let none = || CheckoutError::refused(Problem::new(Code::NoSubscription, "There is no subscription to cancel."));
    let id = match &tenant.erp_subscription_id {
        Some(id) => id.clone(),
        None => ask(erp, user).await?.and_then(|known| known.id).ok_or_else(none)?,
    };
    let path = format!("/api/v1/subscriptions/{}/cancel", segment(&id));
    let body = json!({"reason": reason, "immediate": immediate});
    // Cancelling twice is cancelling once: it needs no name.
    let answer = erp.post(&path, None, body.to_string()).await?;
    match answer.status {
        status if status.is_success() => Ok(()),
        StatusCode::NOT_FOUND => Err(none()),
        // It is cancelled already.
        StatusCode::CONFLICT => Ok(()),
        status => Err(CheckoutError::status(ERP, status)),
    }
}
