//! Errors of plans.

use edge_capabilities::http::HttpError;
use edge_upstreams::UpstreamError;

use crate::cycle::Cycle;

/// No copy of the plan is usable, and the ERP cannot be asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct PlansUnavailable(pub(crate) String);

impl<E: Into<FetchError>> From<E> for PlansUnavailable {
    fn from(error: E) -> Self {
        Self(error.into().to_string())
    }
}

/// The ERP did not give the plans.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum FetchError {
    #[error(transparent)]
    Upstream(#[from] UpstreamError),
    #[error("the ERP answered with the status {0}")]
    Status(u16),
    #[error("the ERP's answer cannot be read: {0}")]
    Unreadable(#[from] UnreadablePlan),
    /// The request was not sent.
    #[error("the ERP is not asked now: {0}")]
    NotSent(&'static str),
}

impl FetchError {
    /// Without its list, nobody can tell whether it has a plan.
    pub(crate) const NO_LIST: Self = Self::NotSent("it does not give its list");

    /// Whether a caller waited for the whole time-out.
    pub(crate) const fn took_long(&self) -> bool {
        use HttpError::{Busy, TimedOut};
        matches!(self, Self::NotSent(_) | Self::Upstream(UpstreamError::NoResponse(_, TimedOut(_) | Busy(_))))
    }
}

/// A plan that cannot be parsed, with the field that is wrong.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the plan's {0} cannot be read")]
pub struct UnreadablePlan(pub &'static str);

/// An order that has no price.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum QuoteError {
    /// The plan has no such tier.
    #[error("the plan has no such tier")]
    Tier,
    /// The tier does not allow that many seats.
    #[error("must be from 1 to {0}: the tier allows no more users")]
    Seats(i64),
    /// The plan is not paid that often.
    #[error("the plan is paid less often: {}", .0.as_str())]
    Cycle(Cycle),
    /// The plan has no price.
    #[error("the plan has no price")]
    Price,
    /// The amount is too large.
    #[error("comes to more than can be paid")]
    Amount,
}

/// A text that is not a list of tax rates.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no tax rate in percent, from 0 to 100 with at most two decimals")]
pub struct InvalidTaxRates(pub(crate) String);
