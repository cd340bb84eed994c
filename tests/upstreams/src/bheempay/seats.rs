//! Subscriptions of seats that run: orders for more seats, other seats or another plan from the next period on, their end.

use axum::Json;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode};
use serde_json::{Value, json};

use super::{Books, Increase, Order, Shared, follow, months, price, refunds};

impl Books {
    /// A payment for more seats: from the next period on all of them are charged.
    pub(super) fn pay_increase(&mut self, subscription: &str, order: &str, increase: &Increase) -> Option<Value> {
        let known = self.subscriptions.get_mut(subscription)?;
        known.metadata.as_object_mut()?.insert("seats".into(), increase.seats.clone());
        known.amount = price(&known.plan, &known.metadata, known.months);
        let currency = json!(known.plan.get("currency"));
        let payment = self.next("pay");
        let paid = refunds::Payment {
            subscription: subscription.to_owned(),
            amount: increase.amount.clone(),
            currency: currency.clone(),
        };
        self.payments.insert(payment.clone(), paid);
        let more = json!({
            "payment_id": payment, "invoice_number": self.next("INV"), "amount": increase.amount, "currency": currency,
            "order_id": order, "metadata": increase.metadata,
        });
        self.event("payment.captured", subscription, &more)
    }
}

/// Makes an order of one amount. Who asks again under the same `Idempotency-Key` is given it again.
pub(super) async fn order(State(upstreams): Shared, headers: HeaderMap, Json(asked): Json<Value>) -> Response {
    let key = headers.get("idempotency-key").and_then(|key| key.to_str().ok()).map(ToOwned::to_owned);
    let mut books = upstreams.bheempay.books();
    if let Some(known) = books.orders.values().find(|order| key.is_some() && order.key == key) {
        return (StatusCode::CREATED, Json(known.answer.clone())).into_response();
    }
    let subscription = asked.get("subscription_id").and_then(Value::as_str).unwrap_or_default().to_owned();
    if !books.subscriptions.contains_key(&subscription) {
        return (StatusCode::NOT_FOUND, Json(json!({"detail": "No subscription"}))).into_response();
    }
    let of = |field: &str| asked.get(field).cloned().unwrap_or(Value::Null);
    let order = books.next("order");
    let answer = json!({
        "checkout_id": order, "order_id": order, "amount": of("amount"), "currency": of("currency"),
        "key_id": "rzp_test_standin", "gateway_response": {"id": order},
    });
    let increase = Some(Increase { seats: of("seats"), amount: of("amount"), metadata: of("metadata") });
    books.orders.insert(order, Order { status: "created", subscription, increase, key, answer: answer.clone() });
    (StatusCode::CREATED, Json(answer)).into_response()
}

/// Charges other seats, or another plan, from the next period on.
pub(super) async fn change(
    State(upstreams): Shared,
    Path(subscription): Path<String>,
    Json(asked): Json<Value>,
) -> Response {
    let plan = asked.get("plan_id").and_then(Value::as_str).and_then(|plan| upstreams.plans.find(plan));
    let mut books = upstreams.bheempay.books();
    let (Some(plan), Some(known)) = (plan, books.subscriptions.get_mut(&subscription)) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    if let Some(metadata) = known.metadata.as_object_mut() {
        for field in ["billing_cycle", "seats"] {
            metadata.insert(field.into(), asked.get(field).cloned().unwrap_or(Value::Null));
        }
    }
    known.months = months(asked.get("billing_cycle").and_then(Value::as_str).unwrap_or_default());
    known.plan = plan;
    known.amount = price(&known.plan, &known.metadata, known.months);
    Json(json!({"subscription_id": subscription, "amount": known.amount})).into_response()
}

/// Collects no more payments, and tells of it after it has answered.
pub(super) async fn cancel(State(upstreams): Shared, Path(subscription): Path<String>) -> Response {
    let event = {
        let mut books = upstreams.bheempay.books();
        if let Some(known) = books.subscriptions.get_mut(&subscription) {
            known.status = "cancelled";
        }
        books.event("subscription.cancelled", &subscription, &json!({}))
    };
    if event.is_none() {
        return StatusCode::NOT_FOUND.into_response();
    }
    tokio::spawn(async move { follow(&upstreams, event).await });
    Json(json!({"status": "cancelled"})).into_response()
}
