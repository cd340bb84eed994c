//! How errors are answered over HTTP.

use edge_http::{Code, Problem};
use edge_plans::QuoteError;
use http::StatusCode;

use crate::error::CheckoutError;

impl From<CheckoutError> for Problem {
    fn from(error: CheckoutError) -> Self {
        match error {
            CheckoutError::Upstream(cause) => {
                let detail = "The ERP or BheemPay does not answer as it should; try again.";
                Self::new(Code::UpstreamUnavailable, detail).retry_after(2).because(cause)
            }
            CheckoutError::Declined { upstream, status } => declined(upstream, status),
            CheckoutError::Db(error) => error.into(),
            CheckoutError::InProgress => {
                let detail = "This is being worked on for another request.";
                Self::new(Code::IdempotencyInProgress, detail).retry_after(1)
            }
            CheckoutError::KeyReused => {
                Self::new(Code::IdempotencyKeyReused, "This Idempotency-Key was used for another request.")
            }
            CheckoutError::PlanNotFound => Self::new(Code::PlanNotFound, "There is no such plan."),
            CheckoutError::Quote(error) => {
                let field = match error {
                    QuoteError::Tier => "tier_code",
                    QuoteError::Seats(_) | QuoteError::Amount => "seats",
                    QuoteError::Cycle(_) => "billing_cycle",
                    QuoteError::Price => "plan_id",
                };
                Self::field(field, error.to_string())
            }
            CheckoutError::BudgetExceeded(reason) => {
                Self::new(Code::BudgetExceeded, "The budget does not allow it.").with("reason", json_text(&reason))
            }
            CheckoutError::PurchaseRejected(reason) => {
                let problem = Self::new(Code::PurchaseRejected, "The rule approval rejects the purchase.");
                problem.with("reason", json_text(&reason))
            }
            CheckoutError::WrongPrice => {
                let detail = "BheemPay's price of the seats is not the plan's. Nothing can be paid.";
                Self::new(Code::UpstreamRefused, detail)
            }
            CheckoutError::NoSubscription => Self::new(Code::NoSubscription, "There is no subscription to cancel."),
            CheckoutError::TooManyPayments => Self::field("to", "is too far from from: too much was paid in between"),
            CheckoutError::Budget(error) => error.into(),
            CheckoutError::Approval(error) => error.into(),
            CheckoutError::Rule(error) => error.into(),
            CheckoutError::Internal(cause) => Self::new(Code::Internal, "The edge failed.").because(cause),
        }
    }
}

fn json_text(text: &str) -> String {
    serde_json::to_string(text).unwrap_or_else(|_| "null".to_owned())
}

/// The answer where `upstream` refused. The upstream's own words are not passed on.
fn declined(upstream: &'static str, status: StatusCode) -> Problem {
    let cause = format!("{upstream} answered with the status {}", status.as_u16());
    let problem = match status {
        StatusCode::UNAUTHORIZED | StatusCode::PROXY_AUTHENTICATION_REQUIRED => {
            let detail = format!("{upstream} does not accept the edge's credential. Nothing was ordered.");
            Problem::new(Code::UpstreamUnavailable, detail)
        }
        StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_EARLY | StatusCode::TOO_MANY_REQUESTS => {
            let detail = format!("{upstream} takes no more requests now. Nothing was ordered; try again.");
            Problem::new(Code::UpstreamUnavailable, detail).retry_after(5)
        }
        _ => {
            let detail = format!("{upstream} refuses this. Nothing was ordered, and nothing stays reserved for it.");
            Problem::new(Code::UpstreamRefused, detail).with("upstreamStatus", status.as_u16().to_string())
        }
    };
    problem.because(cause)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clear_no_is_told_from_what_may_have_been_done() {
        for (status, code) in [
            (400, "UPSTREAM_REFUSED"),
            (401, "UPSTREAM_UNAVAILABLE"),
            (402, "UPSTREAM_REFUSED"),
            (403, "UPSTREAM_REFUSED"),
            (404, "UPSTREAM_REFUSED"),
            (410, "UPSTREAM_REFUSED"),
            (422, "UPSTREAM_REFUSED"),
            (429, "UPSTREAM_UNAVAILABLE"),
        ] {
            let error = CheckoutError::not_done("BheemPay", StatusCode::from_u16(status).unwrap());
            assert!(matches!(error, CheckoutError::Declined { .. }), "{status}");
            assert_eq!(Problem::from(error).code().as_str(), code, "{status}");
        }
        for status in [202, 204, 302, 409, 500, 502, 503, 504] {
            let error = CheckoutError::not_done("BheemPay", StatusCode::from_u16(status).unwrap());
            assert!(matches!(error, CheckoutError::Upstream(_)), "{status}");
        }
    }
}
