//! The states of a subscription.

use edge_seats::SubscriptionStatus;
use serde::{Deserialize, Serialize};

/// The state of a subscription.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Not paid yet: it grants nothing, and another checkout may replace it.
    Incomplete,
    /// In its trial.
    Trialing,
    /// Paid.
    Active,
    /// A payment failed and is tried again. For a grace it grants access.
    PastDue,
    /// The gateway collects no payments until it is resumed.
    Paused,
    /// The gateway gave up collecting a payment.
    Suspended,
    /// It has ended.
    Cancelled,
    /// It was never paid.
    Expired,
}

impl Status {
    /// Whether no other subscription of the organization to the application may begin.
    pub const fn is_live(self) -> bool {
        matches!(self, Self::Trialing | Self::Active | Self::PastDue | Self::Paused | Self::Suspended)
    }

    /// Whether recurring revenue counts while it is in this state.
    pub const fn is_paying(self) -> bool {
        matches!(self, Self::Active | Self::PastDue)
    }

    /// The state as a seat check names it. None: the check finds no seat.
    pub const fn in_checks(self) -> Option<SubscriptionStatus> {
        Some(match self {
            Self::Incomplete => return None,
            Self::Trialing => SubscriptionStatus::Trialing,
            Self::Active => SubscriptionStatus::Active,
            Self::PastDue => SubscriptionStatus::PastDue,
            Self::Paused | Self::Suspended => SubscriptionStatus::Suspended,
            Self::Cancelled => SubscriptionStatus::Cancelled,
            Self::Expired => SubscriptionStatus::Expired,
        })
    }

    /// The state as the API names it: those of seat checks, and `INCOMPLETE`.
    pub const fn as_str(self) -> &'static str {
        match self.in_checks() {
            Some(status) => status.as_str(),
            None => "INCOMPLETE",
        }
    }
}
