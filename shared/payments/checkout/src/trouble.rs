//! Why something was not done.

use edge_capabilities::database::DatabaseError;
use edge_capabilities::http::HttpError;
use edge_http::{Code, Problem};
use edge_plans::Unknown;
use edge_upstreams::UpstreamError;
use http::StatusCode;

/// Why something was not done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum CheckoutError {
    /// An upstream does not do its part now. Trying again goes on from there.
    Upstream(String),
    /// An upstream said no, so it has certainly not done what it was asked to do.
    Declined {
        /// Which.
        upstream: &'static str,
        /// Its answer's status.
        status: StatusCode,
    },
    /// The database cannot be asked.
    Db(DatabaseError),
    /// Somebody else is at it.
    Taken,
    /// It is not to be done.
    Refused(Box<Problem>),
}

impl CheckoutError {
    pub(crate) fn refused(problem: Problem) -> Self {
        Self::Refused(Box::new(problem))
    }

    /// An upstream answered what says nothing.
    pub(crate) fn unreadable(upstream: &str, what: &str) -> Self {
        Self::Upstream(format!("{upstream}'s answer cannot be read: {what}"))
    }

    /// An upstream answered with a status that says nothing.
    pub(crate) fn status(upstream: &str, status: StatusCode) -> Self {
        Self::Upstream(format!("{upstream} answered with the status {}", status.as_u16()))
    }

    /// An upstream that was to do something answered with the status `status`.
    ///
    /// A status from 400 to 499 means that nothing was done, except 409: another request under the same key may be under
    /// way. After all others the request may have been carried out: proxies and gateways answer 5xx and 3xx for what they
    /// passed on.
    pub(crate) fn not_done(upstream: &'static str, status: StatusCode) -> Self {
        if status.is_client_error() && status != StatusCode::CONFLICT {
            Self::Declined { upstream, status }
        } else {
            Self::status(upstream, status)
        }
    }
}

impl From<UpstreamError> for CheckoutError {
    fn from(error: UpstreamError) -> Self {
        match error {
            // It was not asked at all.
            UpstreamError::NoResponse(upstream, HttpError::Busy(_)) => {
                let upstream = if upstream == "the ERP" { "The ERP" } else { upstream };
                Self::Declined { upstream, status: StatusCode::TOO_MANY_REQUESTS }
            }
            error => Self::Upstream(error.to_string()),
        }
    }
}

impl From<Unknown> for CheckoutError {
    fn from(error: Unknown) -> Self {
        Self::Upstream(error.to_string())
    }
}

impl From<DatabaseError> for CheckoutError {
    fn from(error: DatabaseError) -> Self {
        Self::Db(error)
    }
}

impl From<CheckoutError> for Problem {
    fn from(trouble: CheckoutError) -> Self {
        match trouble {
            CheckoutError::Upstream(cause) => {
                let detail = "The ERP or BheemPay does not answer as it should; try again.";
                Self::new(Code::UpstreamUnavailable, detail).retry_after(2).because(cause)
            }
            CheckoutError::Declined { upstream, status } => declined(upstream, status),
            CheckoutError::Db(error) => error.into(),
            CheckoutError::Taken => {
                let detail = "This is being worked on for another request.";
                Self::new(Code::IdempotencyInProgress, detail).retry_after(1)
            }
            CheckoutError::Refused(problem) => *problem,
        }
    }
}

/// What the caller is told when `upstream` said no. The upstream's own words are not passed on.
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
            let trouble = CheckoutError::not_done("BheemPay", StatusCode::from_u16(status).unwrap());
            assert!(matches!(trouble, CheckoutError::Declined { .. }), "{status}");
            assert_eq!(Problem::from(trouble).code().as_str(), code, "{status}");
        }
        for status in [202, 204, 302, 409, 500, 502, 503, 504] {
            let trouble = CheckoutError::not_done("BheemPay", StatusCode::from_u16(status).unwrap());
            assert!(matches!(trouble, CheckoutError::Upstream(_)), "{status}");
        }
    }
}
