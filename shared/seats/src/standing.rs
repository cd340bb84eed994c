//! What the ERP says of a user's seat.

use edge_capabilities::Instant;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The state of a seat.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum SeatStatus {
    /// The user has it.
    Active,
    /// The user was offered it.
    Pending,
    /// The user had it.
    Revoked,
}

/// The state of an organisation's subscription.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum SubscriptionStatus {
    /// Not yet to be paid.
    Trialing,
    /// Paid.
    Active,
    /// A payment is overdue.
    PastDue,
    /// Will not be renewed; what was paid for stays.
    Cancelled,
    /// Stopped, for a payment failed for good.
    Suspended,
    /// Over.
    Expired,
}

impl SubscriptionStatus {
    const ALL: [Self; 6] =
        [Self::Trialing, Self::Active, Self::PastDue, Self::Cancelled, Self::Suspended, Self::Expired];

    /// As it is written: `PAST_DUE`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Trialing => "TRIALING",
            Self::Active => "ACTIVE",
            Self::PastDue => "PAST_DUE",
            Self::Cancelled => "CANCELLED",
            Self::Suspended => "SUSPENDED",
            Self::Expired => "EXPIRED",
        }
    }

    /// Reads a state as it is written.
    pub fn parse(written: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == written)
    }
}

/// A seat and the subscription it hangs on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// The organisation's id in the ERP, which is the tenant's id at the edge.
    #[serde(rename = "o")]
    pub organization: String,
    /// The seat's id.
    #[serde(rename = "i")]
    pub seat_id: String,
    /// The seat's state.
    #[serde(rename = "s")]
    pub seat_status: SeatStatus,
    /// The subscription's state.
    #[serde(rename = "b")]
    pub subscription_status: SubscriptionStatus,
    /// When the period that was paid for ends.
    #[serde(rename = "e")]
    pub period_end: Instant,
    /// Counts the changes of the seat.
    #[serde(rename = "v")]
    pub version: i64,
}

/// The ERP's answer about a subject.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Answer {
    /// There is a seat.
    #[serde(rename = "seat")]
    Seat(Standing),
    /// The organisation is not known to the ERP.
    #[serde(rename = "no-org")]
    OrganizationNotFound,
    /// The organisation has no seat for the user.
    #[serde(rename = "no-seat")]
    SeatNotFound,
}

impl Answer {
    /// The version of the seat, where there is one.
    pub(crate) fn version(&self) -> Option<i64> {
        match self {
            Self::Seat(standing) => Some(standing.version),
            Self::OrganizationNotFound | Self::SeatNotFound => None,
        }
    }
}
