//! BheemPay: checkouts that one pays or refuses, subscriptions that one charges, lets lapse, halts, cancels; and the
//! signed webhooks that follow, at once, or held back and then sent in order, backwards, shuffled, doubled. One that
//! nobody took is sent again, as gateways do.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::Context as _;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post, put};
use axum::{Json, Router};
use bytes::Bytes;
use chrono::{DateTime, Months, Utc};
use edge_capabilities::Instant;
use edge_signatures::{Provider, sign};
use http::{Request, StatusCode, Uri};
use http_body_util::{BodyExt as _, Full};
use hyper_util::rt::TokioIo;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::Upstreams;

/// How long after a failure a webhook is sent again, and how often. Gateways wait longer.
const AGAIN_AFTER: Duration = Duration::from_secs(1);
const TIMES: usize = 300;

/// BheemPay's books.
#[derive(Default)]
pub struct BheemPay(Mutex<Books>);

#[derive(Default)]
struct Books {
    number: u64,
    orders: BTreeMap<String, Order>,
    subscriptions: BTreeMap<String, Subscription>,
    /// Where webhooks go, and what they are signed with; none: nowhere.
    webhook: Option<Webhook>,
    /// Whether they are held back.
    holds: bool,
    held: Vec<Value>,
    /// Seconds since 1970 of the last event: no two happen in the same second.
    last: i64,
}

#[derive(Clone)]
struct Order {
    status: &'static str,
    subscription: String,
}

#[derive(Clone)]
struct Subscription {
    tenant: String,
    plan: Value,
    period_end: Option<DateTime<Utc>>,
}

#[derive(Clone, Deserialize)]
struct Webhook {
    url: String,
    secret: String,
}

type Shared = State<Arc<Upstreams>>;

pub(crate) fn router() -> Router<Arc<Upstreams>> {
    Router::new()
        .route("/api/v1/pay/checkout/subscription", post(check_out))
        .route("/api/v1/pay/checkout/{order}", get(show_order))
        .route("/_control/bheempay/webhook", put(set_webhook))
        .route("/_control/bheempay/orders/{order}/{what}", post(settle))
        .route("/_control/bheempay/subscriptions/{subscription}/{what}", post(change))
        .route("/_control/bheempay/hold", put(hold))
        .route("/_control/bheempay/deliver", post(deliver))
}

impl BheemPay {
    fn books(&self) -> MutexGuard<'_, Books> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
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
            "metadata": {"tenant_id": known.tenant, "billing_cycle": "monthly"}, "subscription_id": subscription,
            "plan_id": known.plan.get("sku_id"), "plan_name": known.plan.get("name"),
        });
        for (field, value) in more.as_object().into_iter().flatten() {
            payload.as_object_mut()?.insert(field.clone(), value.clone());
        }
        Some(json!({"event": event, "payload": payload, "created_at": self.last}))
    }

    /// A payment for the next month.
    fn pay(&mut self, event: &str, subscription: &str) -> Option<Value> {
        let known = self.subscriptions.get_mut(subscription)?;
        let now = Utc::now();
        let start = known.period_end.map_or(now, |end| end.max(now));
        let end = start.checked_add_months(Months::new(1))?;
        known.period_end = Some(end);
        let (amount, currency) = (known.plan.get("offer_price").cloned(), known.plan.get("currency").cloned());
        let more = json!({
            "payment_id": self.next("pay"), "invoice_number": self.next("INV"), "amount": amount, "currency": currency,
            "period_end": end.to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
        });
        self.event(event, subscription, &more)
    }
}

#[derive(Deserialize)]
struct Checkout {
    plan_id: String,
    metadata: Metadata,
}

#[derive(Deserialize)]
struct Metadata {
    tenant_id: String,
}

async fn check_out(State(upstreams): Shared, Json(checkout): Json<Checkout>) -> Response {
    let Some(plan) = upstreams.plans.find(&checkout.plan_id) else {
        return (StatusCode::NOT_FOUND, Json(json!({"detail": "Plan not found"}))).into_response();
    };
    let mut books = upstreams.bheempay.books();
    let (order, subscription) = (books.next("order"), books.next("sub"));
    let known = Subscription { tenant: checkout.metadata.tenant_id, plan: plan.clone(), period_end: None };
    books.subscriptions.insert(subscription.clone(), known);
    books.orders.insert(order.clone(), Order { status: "created", subscription });
    let answer = json!({
        "checkout_id": order, "order_id": order, "amount": plan.get("offer_price"), "currency": plan.get("currency"),
        "plan_name": plan.get("name"), "key_id": "rzp_test_standin", "gateway_response": {"id": order},
    });
    (StatusCode::CREATED, Json(answer)).into_response()
}

async fn show_order(State(upstreams): Shared, Path(order): Path<String>) -> Response {
    let books = upstreams.bheempay.books();
    match books.orders.get(&order) {
        Some(found) => Json(json!({"order_id": order, "status": found.status, "subscription_id": found.subscription}))
            .into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn set_webhook(State(upstreams): Shared, Json(webhook): Json<Webhook>) -> StatusCode {
    upstreams.bheempay.books().webhook = Some(webhook);
    StatusCode::NO_CONTENT
}

/// Pays or refuses an order.
async fn settle(State(upstreams): Shared, Path((order, what)): Path<(String, String)>) -> Response {
    let event = {
        let mut books = upstreams.bheempay.books();
        let Some(found) = books.orders.get(&order).cloned() else { return StatusCode::NOT_FOUND.into_response() };
        let (status, event) = match what.as_str() {
            "pay" => ("paid", books.pay("payment.captured", &found.subscription)),
            "refuse" => {
                let payment = books.next("pay");
                ("failed", books.event("payment.failed", &found.subscription, &json!({ "payment_id": payment })))
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
            "charge" => books.pay("subscription.charged", &subscription),
            "pending" | "halt" | "cancel" => {
                let event = match what.as_str() {
                    "pending" => "subscription.pending",
                    "halt" => "subscription.halted",
                    _ => "subscription.cancelled",
                };
                books.event(event, &subscription, &json!({}))
            }
            _ => None,
        }
    };
    follow(&upstreams, event).await
}

/// What follows from an event: its webhook, now or when it is told to.
async fn follow(upstreams: &Upstreams, event: Option<Value>) -> Response {
    let Some(event) = event else { return StatusCode::NOT_FOUND.into_response() };
    {
        let mut books = upstreams.bheempay.books();
        if books.holds {
            books.held.push(event.clone());
            return Json(json!({"event": event, "webhook": "held"})).into_response();
        }
    }
    let answers = send_all(upstreams, vec![event.clone()]).await;
    Json(json!({"event": event, "webhook": answers.first()})).into_response()
}

#[derive(Deserialize)]
struct Hold {
    hold: bool,
}

async fn hold(State(upstreams): Shared, Json(Hold { hold }): Json<Hold>) -> StatusCode {
    upstreams.bheempay.books().holds = hold;
    StatusCode::NO_CONTENT
}

#[derive(Deserialize)]
struct Delivery {
    /// `in_order`, `backwards` or `shuffled`.
    #[serde(default)]
    order: String,
    /// How often each is sent.
    #[serde(default = "once")]
    times: usize,
}

const fn once() -> usize {
    1
}

async fn deliver(State(upstreams): Shared, Json(delivery): Json<Delivery>) -> Json<Value> {
    let held = std::mem::take(&mut upstreams.bheempay.books().held);
    let count = held.len();
    let mut events: Vec<Value> = std::iter::repeat_n(held, delivery.times).flatten().collect();
    match delivery.order.as_str() {
        "backwards" => events.reverse(),
        // As good as by chance, and the same each time: by what their texts hash to.
        "shuffled" => events.sort_by_cached_key(|event| {
            use std::hash::{DefaultHasher, Hash as _, Hasher as _};
            let mut hasher = DefaultHasher::new();
            event.to_string().hash(&mut hasher);
            hasher.finish()
        }),
        _ => {}
    }
    let answers = send_all(&upstreams, events).await;
    Json(json!({"events": count, "webhooks": answers}))
}

/// Sends webhooks one after the other; gives what each was answered. Those that nobody took are sent again later.
async fn send_all(upstreams: &Upstreams, events: Vec<Value>) -> Vec<Value> {
    let Some(webhook) = upstreams.bheempay.books().webhook.clone() else { return vec![json!("there is no webhook")] };
    let mut answers = Vec::new();
    for event in events {
        let sent = send(&webhook, &event).await;
        let taken = sent.as_ref().is_ok_and(|(status, _)| *status < 500);
        answers.push(match sent {
            Ok((status, body)) => json!({"status": status, "body": body}),
            Err(error) => json!({"error": error.to_string()}),
        });
        if !taken {
            tokio::spawn(send_again(webhook.clone(), event));
        }
    }
    answers
}

async fn send_again(webhook: Webhook, event: Value) {
    for _ in 0..TIMES {
        tokio::time::sleep(AGAIN_AFTER).await;
        if send(&webhook, &event).await.is_ok_and(|(status, _)| status < 500) {
            return;
        }
    }
}

async fn send(webhook: &Webhook, event: &Value) -> anyhow::Result<(u16, Value)> {
    let uri: Uri = webhook.url.parse()?;
    let authority = uri.authority().context("the webhook's url has no host")?.clone();
    let address = format!("{}:{}", authority.host(), authority.port_u16().unwrap_or(80));
    let stream = tokio::net::TcpStream::connect(address).await?;
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
    tokio::spawn(connection);
    let body = event.to_string();
    let now = Instant::from_millis(Utc::now().timestamp_millis());
    let id = format!("evt_{}", Utc::now().timestamp_micros());
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    let mut request = Request::post(path).header("host", authority.as_str()).header("content-type", "application/json");
    for (name, value) in sign(Provider::BheemPay, &webhook.secret, body.as_bytes(), now, &id)? {
        request = request.header(name, value);
    }
    let response = sender.send_request(request.body(Full::new(Bytes::from(body)))?).await?;
    let status = response.status().as_u16();
    let body = response.into_body().collect().await?.to_bytes();
    Ok((status, serde_json::from_slice(&body).unwrap_or(Value::Null)))
}
