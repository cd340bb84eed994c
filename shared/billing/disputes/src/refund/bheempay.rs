//! BheemPay, as it is asked for refunds and after them.
//!
//! It is asked for a refund once. Where its answer does not come, or says nothing of what it did, the payment's status tells,
//! whenever that is: a refund that is asked for twice may be paid twice.

use edge_capabilities::Capabilities;
use edge_capabilities::http::HttpError;
use edge_money::Money;
use edge_upstreams::{Upstream, UpstreamError, UpstreamResponse, segment};
use http::StatusCode;
use serde::Deserialize;
use serde_json::json;
use serde_json::value::RawValue;

use super::account::RefundState;

/// The longest reason that is kept.
const MAX_REASON: usize = 256;

/// What BheemPay says of a refund.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// It has it.
    Known {
        /// Its id there.
        id: Option<String>,
        /// Pending, processed or failed.
        state: RefundState,
        /// Why it failed.
        reason: Option<String>,
    },
    /// It refuses it, so it certainly does not make it: why.
    Refused(String),
    /// It was not reached, so it certainly does not make it: why.
    NotAsked(String),
    /// What it did is not known: why.
    Unknown(String),
    /// It does not know of it.
    Absent,
}

/// A refund in BheemPay's words. It is read leniently, but for its status.
#[derive(Deserialize)]
struct Written {
    #[serde(default)]
    id: Option<Id>,
    #[serde(default)]
    refund_id: Option<Id>,
    #[serde(default)]
    reference: Option<Id>,
    #[serde(default)]
    status: Option<String>,
    #[serde(default)]
    reason: Option<String>,
    #[serde(default)]
    error_description: Option<String>,
}

/// An id: a text or a number.
struct Id(String);

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        let text = serde_json::from_str::<String>(raw.get()).unwrap_or_else(|_| raw.get().to_owned());
        Ok(Self(text))
    }
}

#[derive(Deserialize)]
struct Enveloped {
    #[serde(default)]
    refund: Option<Written>,
    #[serde(default)]
    data: Option<Written>,
}

#[derive(Deserialize)]
struct PaymentStatus {
    #[serde(default)]
    refunds: Option<Vec<Written>>,
    #[serde(default)]
    data: Option<Box<PaymentStatus>>,
}

impl Written {
    fn answer(self) -> Option<Answer> {
        let state = match self.status.as_deref()?.to_ascii_lowercase().as_str() {
            "pending" | "created" | "queued" | "initiated" | "processing" => RefundState::Pending,
            "processed" | "succeeded" | "success" | "completed" | "refunded" => RefundState::Processed,
            "failed" | "rejected" | "cancelled" => RefundState::Failed,
            _ => return None,
        };
        let id = self.id.or(self.refund_id).map(|id| id.0);
        let reason = self.reason.or(self.error_description).map(|reason| shortened(&reason));
        Some(Answer::Known { id, state, reason })
    }
}

/// BheemPay's refunds.
#[derive(Clone)]
pub(crate) struct BheemPayRefunds(Capabilities);

impl BheemPayRefunds {
    pub(crate) fn new(capabilities: &Capabilities) -> Self {
        Self(capabilities.clone())
    }

    /// Asks for the refund `reference` of `amount`, which is its idempotency key too.
    pub(crate) async fn ask(&self, payment: &str, reference: &str, amount: Money, reason: &str) -> Answer {
        let bheempay = match Upstream::bheempay(&self.0).await {
            Ok(bheempay) => bheempay,
            Err(error) => return Answer::NotAsked(error.to_string()),
        };
        // The amount is written with its own digits.
        let Ok(digits) = RawValue::from_string(amount.to_decimal()) else {
            return Answer::NotAsked("the amount cannot be written".into());
        };
        let reason = shortened(reason);
        let body = Asked {
            payment_id: payment,
            amount: digits,
            currency: amount.currency.as_str(),
            reason: &reason,
            reference,
        };
        let Ok(body) = serde_json::to_string(&body) else {
            return Answer::NotAsked("the request cannot be written".into());
        };
        match bheempay.post("/api/v1/pay/refund", Some(reference), body).await {
            Err(UpstreamError::NoResponse(_, HttpError::NotSent(reason))) => Answer::NotAsked(reason),
            Err(UpstreamError::NoResponse(_, error @ HttpError::Busy(_))) => Answer::NotAsked(error.to_string()),
            Err(UpstreamError::Misconfigured(reason)) => Answer::NotAsked(reason),
            Err(error) => Answer::Unknown(error.to_string()),
            Ok(answer) => asked(&answer),
        }
    }

    /// Asks after the refund `reference`, which has the id `id` at BheemPay where that is known.
    pub(crate) async fn ask_after(&self, payment: &str, reference: &str, id: Option<&str>) -> Answer {
        let bheempay = match Upstream::bheempay(&self.0).await {
            Ok(bheempay) => bheempay,
            Err(error) => return Answer::Unknown(error.to_string()),
        };
        let answer = match bheempay.get(&format!("/api/v1/pay/status/{}", segment(payment))).await {
            Ok(answer) => answer,
            Err(error) => return Answer::Unknown(error.to_string()),
        };
        if !answer.status.is_success() {
            return Answer::Unknown(format!("BheemPay answered with the status {}", answer.status.as_u16()));
        }
        let Ok(status) = serde_json::from_slice::<PaymentStatus>(&answer.body) else {
            return Answer::Unknown("BheemPay's answer cannot be read".into());
        };
        let refunds = status.refunds.or_else(|| status.data.and_then(|data| data.refunds)).unwrap_or_default();
        let is_it = |known: &Written| {
            let has = |own: &Option<Id>, sought: &str| own.as_ref().is_some_and(|own| own.0 == sought);
            has(&known.reference, reference) || id.is_some_and(|id| has(&known.id, id) || has(&known.refund_id, id))
        };
        match refunds.into_iter().find(is_it) {
            None => Answer::Absent,
            Some(found) => found.answer().unwrap_or_else(|| Answer::Unknown("the refund's status is not known".into())),
        }
    }
}

#[derive(serde::Serialize)]
struct Asked<'a> {
    payment_id: &'a str,
    amount: Box<RawValue>,
    currency: &'a str,
    reason: &'a str,
    reference: &'a str,
}

/// What an answer to a refund that was asked for says.
fn asked(answer: &UpstreamResponse) -> Answer {
    let status = answer.status;
    if status.is_success() {
        let read = || -> Option<Answer> {
            if let Some(known) = serde_json::from_slice::<Written>(&answer.body).ok().and_then(Written::answer) {
                return Some(known);
            }
            let envelope: Enveloped = serde_json::from_slice(&answer.body).ok()?;
            envelope.refund.or(envelope.data)?.answer()
        };
        return read().unwrap_or_else(|| Answer::Unknown("BheemPay's answer cannot be read".into()));
    }
    // A status from 400 to 499 says that nothing was done, but for those after which another request under the same key may
    // be running. After all others the request may have been carried out.
    let may_run = [StatusCode::CONFLICT, StatusCode::REQUEST_TIMEOUT, StatusCode::TOO_EARLY, StatusCode::LOCKED];
    if !status.is_client_error() || may_run.contains(&status) {
        return Answer::Unknown(format!("BheemPay answered with the status {}", status.as_u16()));
    }
    let told = serde_json::from_slice::<serde_json::Value>(&answer.body).unwrap_or_else(|_| json!({}));
    let texts = ["/error/description", "/error/message", "/detail", "/message", "/error", "/reason"];
    let told = texts.iter().find_map(|place| told.pointer(place)?.as_str());
    let code = format!("it answered with the status {}", status.as_u16());
    Answer::Refused(told.map_or(code, shortened))
}

/// A text of somebody else's, made fit to be shown.
fn shortened(text: &str) -> String {
    let legible: String = text.chars().map(|char| if char.is_control() { ' ' } else { char }).collect();
    let mut short = String::new();
    for char in legible.trim().chars() {
        if short.len().saturating_add(char.len_utf8()) > MAX_REASON {
            break;
        }
        short.push(char);
    }
    short
}
