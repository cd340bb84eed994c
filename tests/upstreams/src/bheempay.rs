//! BheemPay: checkouts that one pays or refuses, subscriptions that one charges, lets lapse, halts, cancels, payments
//! that one gives back, that it is asked to give back, or that are disputed; and the signed webhooks that follow, at once,
//! or held back and then sent in order, backwards, shuffled, doubled. One that nobody took is sent again, as gateways do.

mod refunds;
mod seats;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post, put};
use axum::{Json, Router};
use chrono::{DateTime, Months, Utc};
use edge_gateways::Provider;
use http::{HeaderMap, StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::Upstreams;
use crate::outgoing::{Delivery, Hold, Outgoing, Webhook};

/// BheemPay's books, and the webhooks that follow from them.
pub struct BheemPay {
    books: Mutex<Books>,
    webhooks: Outgoing,
}

#[derive(Default)]
struct Books {
    number: u64,
    orders: BTreeMap<String, Order>,
    subscriptions: BTreeMap<String, Subscription>,
    payments: BTreeMap<String, refunds::Payment>,
    /// Refunds that it was asked for, by their ids.
    refunds: BTreeMap<String, refunds::Asked>,
    /// What becomes of those that it is asked for.
    becomes: refunds::Becomes,
    /// Seconds since 1970 of the last event: no two happen in the same second.
    last: i64,
}

#[derive(Clone)]
struct Order {
    status: &'static str,
    subscription: String,
    /// What it is for beside the first period of its subscription: more seats of one that runs.
    increase: Option<Increase>,
    /// The `Idempotency-Key` it was asked for under, and what was answered.
    key: Option<String>,
    answer: Value,
}

/// More seats of a subscription, once they are paid.
#[derive(Clone)]
struct Increase {
    seats: Value,
    amount: Value,
    metadata: Value,
}

#[derive(Clone)]
struct Subscription {
    user: String,
    email: String,
    plan: Value,
    /// As it was given at checkout.
    metadata: Value,
    /// What each period costs.
    amount: Value,
    months: u32,
    status: &'static str,
    period_end: Option<DateTime<Utc>>,
}

type Shared = State<Arc<Upstreams>>;

pub(crate) fn router() -> Router<Arc<Upstreams>> {
    Router::new()
        .route("/api/v1/pay/checkout/subscription", post(check_out))
        .route("/api/v1/pay/checkout/{order}", get(show_order))
        .route("/api/v1/pay/create", post(seats::order))
        .route("/api/v1/pay/subscriptions/{subscription}/change", post(seats::change))
        .route("/api/v1/pay/subscriptions/{subscription}/cancel", post(seats::cancel))
        .route("/api/v1/pay/verify", post(verify))
        .route("/api/v1/pay/refund", post(refunds::ask))
        .route("/api/v1/pay/status/{payment}", get(refunds::status))
        .route("/api/v1/subscriptions/user/{user}", get(show_subscription))
        .route("/api/v1/subscriptions/{subscription}/cancel", post(cancel))
        .route("/_control/bheempay/webhook", put(set_webhook))
        .route("/_control/bheempay/orders/{order}/{what}", post(settle))
        .route("/_control/bheempay/payments/{payment}/refund", post(refunds::refund))
        .route("/_control/bheempay/payments/{payment}/dispute/{what}", post(refunds::dispute))
        .route("/_control/bheempay/refunds", put(refunds::order))
        .route("/_control/bheempay/refunds/{refund}/{what}", post(refunds::settle))
        .route("/_control/bheempay/subscriptions/{subscription}/{what}", post(change))
        .route("/_control/bheempay/hold", put(hold))
        .route("/_control/bheempay/deliver", post(deliver))
}

impl Default for BheemPay {
    fn default() -> Self {
        Self { books: Mutex::default(), webhooks: Outgoing::of(Provider::BheemPay) }
    }
}

impl BheemPay {
    fn books(&self) -> MutexGuard<'_, Books> {
        self.books.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The orders of a tenant, by their ids.
    pub fn orders_of(&self, tenant: &str) -> Vec<String> {
        let books = self.books();
        let of_tenant = |order: &Order| {
            let metadata = books.subscriptions.get(&order.subscription).map(|known| &known.metadata);
            metadata.and_then(|metadata| metadata.get("tenant_id")?.as_str()) == Some(tenant)
        };
        books.orders.iter().filter(|(_, order)| of_tenant(order)).map(|(id, _)| id.clone()).collect()
    }
}

impl Books {
    fn next(&mut self, kind: &str) -> String {
        self.number = self.number.saturating_add(1);
        format!("{kind}_{}_{:04}", Utc::now().timestamp_millis(), self.number)
    }

    fn event(&mut self, event: &str, subscription: &str, more: &Value) -> Option<Value> {
        let known = self.subscriptions.get(subscription)?;
        self.last = Utc::now().timestamp().max(self.last.saturating_add(1));
        let mut payload = json!({
            "metadata": known.metadata, "subscription_id": subscription, "plan_id": known.plan.get("sku_id"), "plan_name": known.plan.get("name"),
        });
        for (field, value) in more.as_object().into_iter().flatten() {
            payload.as_object_mut()?.insert(field.clone(), value.clone());
        }
        Some(json!({"event": event, "payload": payload, "created_at": self.last}))
    }

    /// A payment for the next period.
    fn pay(&mut self, event: &str, subscription: &str, order: Option<&str>) -> Option<Value> {
        let known = self.subscriptions.get_mut(subscription)?;
        let now = Utc::now();
        let start = known.period_end.map_or(now, |end| end.max(now));
        let end = start.checked_add_months(Months::new(known.months))?;
        (known.period_end, known.status) = (Some(end), "active");
        let (amount, currency) = (known.amount.clone(), known.plan.get("currency").cloned());
        let payment = self.next("pay");
        let paid = refunds::Payment {
            subscription: subscription.to_owned(),
            amount: amount.clone(),
            currency: json!(currency),
        };
        self.payments.insert(payment.clone(), paid);
        let more = json!({
            "payment_id": payment, "invoice_number": self.next("INV"), "amount": amount, "currency": currency,
            "period_end": end.to_rfc3339_opts(chrono::SecondsFormat::Secs, true), "order_id": order,
        });
        self.event(event, subscription, &more)
    }
}

#[derive(Deserialize)]
struct Checkout {
    plan_id: String,
    #[serde(default)]
    user_id: String,
    #[serde(default)]
    customer_email: String,
    metadata: Value,
}

/// Makes an order. Who asks again under the same `Idempotency-Key` is given it again.
async fn check_out(State(upstreams): Shared, headers: HeaderMap, Json(checkout): Json<Checkout>) -> Response {
    let Some(plan) = upstreams.plans.find(&checkout.plan_id) else {
        return (StatusCode::NOT_FOUND, Json(json!({"detail": "Plan not found"}))).into_response();
    };
    let key = headers.get("idempotency-key").and_then(|key| key.to_str().ok()).map(ToOwned::to_owned);
    let mut books = upstreams.bheempay.books();
    let known = books.orders.values().find(|order| key.is_some() && order.key == key);
    if let Some(known) = known {
        return (StatusCode::CREATED, Json(known.answer.clone())).into_response();
    }
    let (order, subscription) = (books.next("order"), books.next("sub"));
    let text = |field: &str| checkout.metadata.get(field).and_then(Value::as_str).unwrap_or_default().to_owned();
    let months = months(&text("billing_cycle"));
    let amount = price(&plan, &checkout.metadata, months);
    let answer = json!({
        "checkout_id": order, "order_id": order, "amount": amount, "currency": plan.get("currency"),
        "plan_name": plan.get("name"), "key_id": "rzp_test_standin", "gateway_response": {"id": order},
    });
    let known = Subscription {
        user: checkout.user_id,
        email: checkout.customer_email,
        metadata: checkout.metadata,
        plan,
        amount,
        months,
        status: "pending",
        period_end: None,
    };
    books.subscriptions.insert(subscription.clone(), known);
    books.orders.insert(order, Order { status: "created", subscription, increase: None, key, answer: answer.clone() });
    (StatusCode::CREATED, Json(answer)).into_response()
}

/// How many months a period of this cycle has.
fn months(cycle: &str) -> u32 {
    match cycle {
        "annual" => 12,
        "quarterly" => 3,
        _ => 1,
    }
}

/// What a period costs: the tier's price, or else the plan's, for each seat and month of what is paid monthly.
fn price(plan: &Value, metadata: &Value, months: u32) -> Value {
    let tier = metadata.get("tier_code");
    let tiers = plan.get("tiers").and_then(Value::as_array).into_iter().flatten();
    let of_tier = tiers.filter(|one| tier.is_some() && one.get("tier_code") == tier).find_map(|one| one.get("price"));
    let Some(price) = of_tier.or_else(|| plan.get("offer_price")) else { return Value::Null };
    let seats = metadata.get("seats").and_then(Value::as_i64).unwrap_or(1);
    let times =
        if plan.get("billing_cycle").and_then(Value::as_str) == Some("monthly") { i64::from(months) } else { 1 };
    price.as_i64().map_or_else(|| price.clone(), |price| json!(price.saturating_mul(seats).saturating_mul(times)))
}

/// An order, by its id or by the `Idempotency-Key` that it was asked for under.
async fn show_order(State(upstreams): Shared, Path(order): Path<String>) -> Response {
    let books = upstreams.bheempay.books();
    let by_key = || books.orders.iter().find(|(_, one)| one.key.as_ref() == Some(&order));
    match books.orders.get_key_value(&order).or_else(by_key) {
        Some((id, found)) => {
            Json(json!({"order_id": id, "status": found.status, "subscription_id": found.subscription})).into_response()
        }
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

#[derive(Deserialize)]
struct Proof {
    order_id: String,
    payment_id: String,
    signature: String,
}

/// A signature is genuine that reads `genuine`.
async fn verify(State(upstreams): Shared, Json(proof): Json<Proof>) -> Response {
    let known = upstreams.bheempay.books().orders.contains_key(&proof.order_id);
    if !known || proof.signature != "genuine" {
        return (StatusCode::BAD_REQUEST, Json(json!({"detail": "Invalid signature"}))).into_response();
    }
    Json(json!({"verified": true, "order_id": proof.order_id, "payment_id": proof.payment_id})).into_response()
}

/// The ERP's view of a user's subscription: the last that was paid for.
async fn show_subscription(State(upstreams): Shared, Path(user): Path<String>) -> Response {
    let books = upstreams.bheempay.books();
    let paid = books.subscriptions.iter().rfind(|(_, known)| known.user == user && known.period_end.is_some());
    let Some((id, known)) = paid else {
        return (StatusCode::NOT_FOUND, Json(json!({"detail": "No subscription"}))).into_response();
    };
    let end = known.period_end.map(|end| end.to_rfc3339_opts(chrono::SecondsFormat::Secs, true));
    let next = (known.status == "active").then(|| end.clone());
    Json(json!({
        "id": id, "user_id": user, "status": known.status, "payment_status": "paid", "plan_id": known.plan.get("sku_id"),
        "plan_name": known.plan.get("name"), "price": known.amount, "currency": known.plan.get("currency"),
        "next_billing_date": next, "end_date": end,
    }))
    .into_response()
}

/// The ERP cancels; BheemPay tells of it. The ERP answers before.
async fn cancel(State(upstreams): Shared, Path(subscription): Path<String>) -> Response {
    let event = {
        let mut books = upstreams.bheempay.books();
        if let Some(known) = books.subscriptions.get_mut(&subscription) {
            known.status = "cancelled";
        }
        books.event("subscription.cancelled", &subscription, &json!({}))
    };
    if event.is_none() {
        return (StatusCode::NOT_FOUND, Json(json!({"detail": "No subscription"}))).into_response();
    }
    tokio::spawn(async move { follow(&upstreams, event).await });
    Json(json!({"status": "cancelled"})).into_response()
}

async fn set_webhook(State(upstreams): Shared, Json(webhook): Json<Webhook>) -> StatusCode {
    upstreams.bheempay.webhooks.set(webhook);
    StatusCode::NO_CONTENT
}

/// Pays or refuses an order.
async fn settle(State(upstreams): Shared, Path((order, what)): Path<(String, String)>) -> Response {
    let event = {
        let mut books = upstreams.bheempay.books();
        let Some(found) = books.orders.get(&order).cloned() else { return StatusCode::NOT_FOUND.into_response() };
        let (status, event) = match what.as_str() {
            "pay" => {
                let event = match &found.increase {
                    None => books.pay("payment.captured", &found.subscription, Some(&order)),
                    Some(increase) => books.pay_increase(&found.subscription, &order, increase),
                };
                ("paid", event)
            }
            "refuse" => {
                let payment = books.next("pay");
                (
                    "failed",
                    books.event(
                        "payment.failed",
                        &found.subscription,
                        &json!({ "payment_id": payment, "order_id": order }),
                    ),
                )
            }
            _ => return StatusCode::NOT_FOUND.into_response(),
        };
        books.orders.insert(order, Order { status, ..found });
        event
    };
    follow(&upstreams, event).await
}

/// Charges a subscription, lets a charge fail, halts it, cancels it.
async fn change(State(upstreams): Shared, Path((subscription, what)): Path<(String, String)>) -> Response {
    let event = {
        let mut books = upstreams.bheempay.books();
        match what.as_str() {
            "charge" => books.pay("subscription.charged", &subscription, None),
            "pending" | "halt" | "pause" | "resume" | "cancel" => {
                let event = match what.as_str() {
                    "pending" => "subscription.pending",
                    "halt" => "subscription.halted",
                    "pause" => "subscription.paused",
                    "resume" => "subscription.resumed",
                    _ => "subscription.cancelled",
                };
                books.event(event, &subscription, &json!({}))
            }
            _ => None,
        }
    };
    follow(&upstreams, event).await
}

impl Upstreams {
    /// What BheemPay has the ERP write of a payment.
    fn write_invoice(&self, event: &Value) {
        let Some(payload) = event.get("payload").filter(|payload| payload.get("invoice_number").is_some()) else {
            return;
        };
        let subscription = payload.get("subscription_id").and_then(Value::as_str).unwrap_or_default();
        let email = self.bheempay.books().subscriptions.get(subscription).map(|known| known.email.clone());
        let contacts = self.crm.contacts();
        let of_email = |contact: &&Value| contact.get("email").and_then(Value::as_str) == email.as_deref();
        self.crm.invoice(json!({
            "invoice_number": payload.get("invoice_number"), "customer_id": contacts.iter().find(of_email).map(|one| one.get("id")),
            "total_amount": payload.get("amount"), "currency": payload.get("currency"), "status": "PAID",
            "gateway_payment_id": payload.get("payment_id"),
            "invoice_date": Utc::now().to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
        }));
    }
}

/// What follows from an event: its webhook, now or when it is told to.
async fn follow(upstreams: &Upstreams, event: Option<Value>) -> Response {
    let Some(event) = event else { return StatusCode::NOT_FOUND.into_response() };
    upstreams.write_invoice(&event);
    let answers = upstreams.bheempay.webhooks.follow(vec![event.clone()]).await;
    Json(json!({"event": event, "webhook": answers.first()})).into_response()
}

async fn hold(State(upstreams): Shared, Json(hold): Json<Hold>) -> StatusCode {
    upstreams.bheempay.webhooks.hold(&hold);
    StatusCode::NO_CONTENT
}

async fn deliver(State(upstreams): Shared, Json(delivery): Json<Delivery>) -> Json<Value> {
    let (count, answers) = upstreams.bheempay.webhooks.deliver(&delivery).await;
    Json(json!({"events": count, "webhooks": answers}))
}
