//! Payments that are given back, in part or whole, by BheemPay itself or because it was asked to: at once, later, never, or
//! refused, as it is told; and payments that are disputed at the payer's bank.

use axum::Json;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Books, Shared, follow};
use crate::Upstreams;

/// A payment that came in.
pub(super) struct Payment {
    pub(super) subscription: String,
    pub(super) amount: Value,
    pub(super) currency: Value,
}

/// How much is given back; all of it unless told.
#[derive(Default, Deserialize)]
struct Refund {
    amount: Option<Value>,
}

/// A refund that BheemPay was asked for.
pub(super) struct Asked {
    payment: String,
    reference: String,
    /// The `Idempotency-Key`, and the body that came with it.
    key: Option<String>,
    body: Value,
    amount: Value,
    status: &'static str,
}

/// What becomes of refunds that BheemPay is asked for.
#[derive(Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Becomes {
    /// They are processed at once, and told of.
    #[default]
    Processed,
    /// They are pending until they are settled by hand.
    Pending,
    /// They fail at once, and are told of.
    Failed,
    /// They are refused: the balance is too low.
    LowBalance,
}

#[derive(Deserialize)]
pub(super) struct Order {
    becomes: Becomes,
}

impl Books {
    /// BheemPay does not look whether so much is left: that is up to whoever hears of it.
    fn give_back(&mut self, payment: &str, refund: Refund) -> Option<Value> {
        let (name, paid) = (self.next("rfnd"), self.payments.get(payment)?);
        let more = json!({
            "payment_id": payment, "refund_id": name, "amount": refund.amount.unwrap_or_else(|| paid.amount.clone()),
            "currency": paid.currency,
        });
        let subscription = paid.subscription.clone();
        self.event("refund.processed", &subscription, &more)
    }

    /// What is told of a refund that BheemPay was asked for.
    fn refund_event(&mut self, id: &str) -> Option<Value> {
        let asked = self.refunds.get(id)?;
        let paid = self.payments.get(&asked.payment)?;
        let event = match asked.status {
            "processed" => "refund.processed",
            "failed" => "refund.failed",
            _ => return None,
        };
        let reason = (event == "refund.failed").then_some("The bank refuses it");
        let more = json!({
            "payment_id": asked.payment, "refund_id": id, "reference": asked.reference, "amount": asked.amount,
            "currency": paid.currency, "reason": reason,
        });
        let subscription = paid.subscription.clone();
        self.event(event, &subscription, &more)
    }

    /// An amount in hundredths. The stand-in's currencies have two decimals.
    fn hundredths(amount: &Value) -> Option<i64> {
        let (whole, fraction) = amount.to_string().split_once('.').map_or_else(
            || (amount.to_string(), "00".to_owned()),
            |(whole, fraction)| (whole.to_owned(), format!("{fraction:0<2}")),
        );
        let fraction = fraction.get(..2)?.parse::<i64>().ok()?;
        whole.parse::<i64>().ok()?.checked_mul(100)?.checked_add(fraction)
    }

    /// How much of a payment is left to give back to who asks, in hundredths.
    fn left(&self, payment: &str) -> Option<i64> {
        let mut left = Self::hundredths(&self.payments.get(payment)?.amount)?;
        for asked in self.refunds.values().filter(|asked| asked.payment == payment && asked.status != "failed") {
            left = left.checked_sub(Self::hundredths(&asked.amount)?)?;
        }
        Some(left)
    }
}

/// Gives a payment back.
pub(super) async fn refund(State(upstreams): Shared, Path(payment): Path<String>, body: Bytes) -> Response {
    let wanted = if body.is_empty() { Ok(Refund::default()) } else { serde_json::from_slice(&body) };
    let Ok(wanted) = wanted else { return StatusCode::BAD_REQUEST.into_response() };
    let event = upstreams.bheempay.books().give_back(&payment, wanted);
    follow(&upstreams, event).await
}

fn refused(status: StatusCode, detail: &str) -> Response {
    (status, Json(json!({"detail": detail}))).into_response()
}

/// Gives a payment back because somebody asks. Who asks again under the same `Idempotency-Key` is given the same refund.
pub(super) async fn ask(State(upstreams): Shared, headers: HeaderMap, Json(body): Json<Value>) -> Response {
    let key = headers.get("idempotency-key").and_then(|key| key.to_str().ok()).map(ToOwned::to_owned);
    let text = |field: &str| body.get(field).and_then(Value::as_str).unwrap_or_default().to_owned();
    let (payment, reference) = (text("payment_id"), text("reference"));
    let (answer, event) = {
        let mut books = upstreams.bheempay.books();
        let known = books.refunds.iter().find(|(_, asked)| key.is_some() && asked.key == key);
        if let Some((id, asked)) = known {
            if asked.body != body {
                return refused(StatusCode::BAD_REQUEST, "The Idempotency-Key was used for another refund");
            }
            return Json(
                json!({"id": id, "reference": asked.reference, "amount": asked.amount, "status": asked.status}),
            )
            .into_response();
        }
        let Some(left) = books.left(&payment) else {
            return refused(StatusCode::NOT_FOUND, "There is no such payment");
        };
        let amount = body.get("amount").cloned().unwrap_or(Value::Null);
        let status = match books.becomes {
            Becomes::Processed => "processed",
            Becomes::Pending => "pending",
            Becomes::Failed => "failed",
            Becomes::LowBalance => {
                return refused(StatusCode::BAD_REQUEST, "Your account does not have enough balance for the refund");
            }
        };
        match Books::hundredths(&amount) {
            Some(wanted) if 0 < wanted && wanted <= left => {}
            _ => return refused(StatusCode::BAD_REQUEST, "The amount is more than is left of the payment"),
        }
        let id = books.next("rfnd");
        let asked = Asked { payment, reference: reference.clone(), key, body, amount: amount.clone(), status };
        books.refunds.insert(id.clone(), asked);
        let event = books.refund_event(&id);
        (json!({"id": id, "reference": reference, "amount": amount, "status": status}), event)
    };
    if let Some(event) = event {
        tell_later(&upstreams, event);
    }
    Json(answer).into_response()
}

/// Tells of a refund beside its answer: either may be there first.
fn tell_later(upstreams: &std::sync::Arc<Upstreams>, event: Value) {
    let upstreams = upstreams.clone();
    tokio::spawn(async move { follow(&upstreams, Some(event)).await });
}

/// A payment, with the refunds that BheemPay was asked for.
pub(super) async fn status(State(upstreams): Shared, Path(payment): Path<String>) -> Response {
    let books = upstreams.bheempay.books();
    let Some(paid) = books.payments.get(&payment) else {
        return refused(StatusCode::NOT_FOUND, "There is no such payment");
    };
    let of_payment = books.refunds.iter().filter(|(_, asked)| asked.payment == payment);
    let refunds: Vec<Value> = of_payment
        .map(|(id, asked)| {
            json!({"id": id, "reference": asked.reference, "amount": asked.amount, "status": asked.status})
        })
        .collect();
    Json(json!({
        "payment_id": payment, "status": "captured", "amount": paid.amount, "currency": paid.currency, "refunds": refunds,
    }))
    .into_response()
}

/// Says what becomes of refunds that it is asked for from now on.
pub(super) async fn order(State(upstreams): Shared, Json(order): Json<Order>) -> StatusCode {
    upstreams.bheempay.books().becomes = order.becomes;
    StatusCode::NO_CONTENT
}

/// Settles a refund that is pending: `processed` or `failed`. It is found by its id or by its reference.
pub(super) async fn settle(State(upstreams): Shared, Path((refund, what)): Path<(String, String)>) -> Response {
    let event = {
        let mut books = upstreams.bheempay.books();
        let status = match what.as_str() {
            "processed" => "processed",
            "failed" => "failed",
            _ => return StatusCode::NOT_FOUND.into_response(),
        };
        let is_it = |(id, asked): &(&String, &mut Asked)| **id == refund || asked.reference == refund;
        let Some((id, asked)) = books.refunds.iter_mut().find(is_it) else {
            return StatusCode::NOT_FOUND.into_response();
        };
        asked.status = status;
        let id = id.clone();
        books.refund_event(&id)
    };
    follow(&upstreams, event).await
}

/// Has the payer dispute a payment at the bank, or the bank decide: `created`, `under_review`, `won`, `lost`, `closed`.
pub(super) async fn dispute(State(upstreams): Shared, Path((payment, what)): Path<(String, String)>) -> Response {
    let event = {
        let mut books = upstreams.bheempay.books();
        if !["created", "under_review", "won", "lost", "closed"].contains(&what.as_str()) {
            return StatusCode::NOT_FOUND.into_response();
        }
        let Some(paid) = books.payments.get(&payment) else { return StatusCode::NOT_FOUND.into_response() };
        let more = json!({
            "payment_id": payment, "dispute_id": format!("disp_{payment}"), "amount": paid.amount,
            "currency": paid.currency, "reason": "fraud",
        });
        let subscription = paid.subscription.clone();
        books.event(&format!("payment.dispute.{what}"), &subscription, &more)
    };
    follow(&upstreams, event).await
}
