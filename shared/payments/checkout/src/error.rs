//! Why a request of this crate fails.

use edge_approvals::ApprovalError;
use edge_budgets::BudgetError;
use edge_capabilities::database::DatabaseError;
use edge_capabilities::http::HttpError;
use edge_plans::{PlansUnavailable, QuoteError};
use edge_rulebook::RuleError;
use edge_upstreams::UpstreamError;
use http::StatusCode;

/// Why a request of this crate fails.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CheckoutError {
    /// An upstream does not answer as it should. Another try continues from there.
    #[error("{0}")]
    Upstream(String),
    /// An upstream refused, so it certainly has not done what it was asked for.
    #[error("{upstream} answered with the status {}", .status.as_u16())]
    Declined {
        /// The upstream.
        upstream: &'static str,
        /// Its answer's status.
        status: StatusCode,
    },
    /// The database does not answer.
    #[error(transparent)]
    Db(#[from] DatabaseError),
    /// Another request works on the same checkout or contact.
    #[error("another request works on this")]
    InProgress,
    /// The idempotency key stands for another request.
    #[error("the idempotency key was used for another request")]
    KeyReused,
    /// There is no such plan.
    #[error("there is no such plan")]
    PlanNotFound,
    /// The plan is not sold like this.
    #[error(transparent)]
    Quote(#[from] QuoteError),
    /// The rule `budget` denies the purchase: why.
    #[error("the rule budget denies the purchase: {0}")]
    BudgetExceeded(String),
    /// The rule `approval` rejects the purchase: why.
    #[error("the rule approval rejects the purchase: {0}")]
    PurchaseRejected(String),
    /// BheemPay's price of the seats is not the plan's.
    #[error("BheemPay's price of the seats is not the plan's")]
    WrongPrice,
    /// There is no subscription to cancel.
    #[error("there is no subscription to cancel")]
    NoSubscription,
    /// There are too many payments to reconcile at once.
    #[error("there are too many payments to reconcile at once")]
    TooManyPayments,
    /// The budget cannot be read, reserved or released.
    #[error(transparent)]
    Budget(#[from] BudgetError),
    /// The approval cannot be requested, used or given back.
    #[error(transparent)]
    Approval(#[from] ApprovalError),
    /// A rule gave no decision.
    #[error(transparent)]
    Rule(#[from] RuleError),
    /// A value that the edge itself made is wrong.
    #[error("{0}")]
    Internal(String),
}

impl CheckoutError {
    /// The upstream's answer cannot be read.
    pub(crate) fn unreadable(upstream: &str, field: &str) -> Self {
        Self::Upstream(format!("{upstream}'s answer cannot be read: {field}"))
    }

    /// The upstream answered with a status that says nothing about what it did.
    pub(crate) fn status(upstream: &str, status: StatusCode) -> Self {
        Self::Upstream(format!("{upstream} answered with the status {}", status.as_u16()))
    }

    /// An upstream that was asked to do something answered with the status `status`.
    ///
    /// A status from 400 to 499 means that nothing was done, except 409: another request under the same key may be
    /// running. After all others the request may have been carried out: proxies and gateways answer 5xx and 3xx for
    /// requests that they passed on.
    pub(crate) fn not_done(upstream: &'static str, status: StatusCode) -> Self {
        if status.is_client_error() && status != StatusCode::CONFLICT {
            Self::Declined { upstream, status }
        } else {
            Self::status(upstream, status)
        }
    }

    /// Whether the edge itself refuses the request, as against an upstream, the database or another request that stands
    /// in its way.
    pub(crate) const fn is_refusal(&self) -> bool {
        !matches!(self, Self::Upstream(_) | Self::Declined { .. } | Self::Db(_) | Self::InProgress)
    }
}

impl From<UpstreamError> for CheckoutError {
    fn from(error: UpstreamError) -> Self {
        match error {
            // The request was not sent at all.
            UpstreamError::NoResponse(upstream, HttpError::Busy(_)) => {
                let upstream = if upstream == "the ERP" { "The ERP" } else { upstream };
                Self::Declined { upstream, status: StatusCode::TOO_MANY_REQUESTS }
            }
            error => Self::Upstream(error.to_string()),
        }
    }
}

impl From<PlansUnavailable> for CheckoutError {
    fn from(error: PlansUnavailable) -> Self {
        Self::Upstream(error.to_string())
    }
}
