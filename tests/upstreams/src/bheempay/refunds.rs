//! Payments that are given back, in part or whole.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Books, Shared, follow};

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
}

/// Gives a payment back.
pub(super) async fn refund(State(upstreams): Shared, Path(payment): Path<String>, body: Bytes) -> Response {
    let wanted = if body.is_empty() { Ok(Refund::default()) } else { serde_json::from_slice(&body) };
    let Ok(wanted) = wanted else { return StatusCode::BAD_REQUEST.into_response() };
    let event = upstreams.bheempay.books().give_back(&payment, wanted);
    follow(&upstreams, event).await
}
