//! A user's seat, as its source has it: the ERP, or the edge's own record.

use edge_capabilities::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The state of a seat.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum SeatStatus {
    /// The user has the seat.
    Active,
    /// The seat was offered to the user, who has not accepted it.
    Pending,
    /// The user no longer has the seat.
    Revoked,
}

/// The state of an organisation's subscription.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum SubscriptionStatus {
    /// In its trial period: no payment is due yet.
    Trialing,
    /// Active and paid.
    Active,
    /// A payment is overdue.
    PastDue,
    /// Cancelled: it is not renewed, and access lasts until the paid period ends.
    Cancelled,
    /// Suspended because a payment failed permanently.
    Suspended,
    /// Expired.
    Expired,
}

impl SubscriptionStatus {
    const ALL: [Self; 6] =
        [Self::Trialing, Self::Active, Self::PastDue, Self::Cancelled, Self::Suspended, Self::Expired];

    /// The name in JSON: `PAST_DUE`.
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

    /// Parses a state in any spelling: `past_due`, `Past Due`, `CANCELED`.
    pub fn parse(written: &str) -> Option<Self> {
        let letters = letters(written);
        if letters == "CANCELED" {
            return Some(Self::Cancelled);
        }
        Self::ALL.into_iter().find(|status| self::letters(status.as_str()) == letters)
    }
}

impl SeatStatus {
    /// Parses a state in any spelling.
    pub(crate) fn parse(written: &str) -> Option<Self> {
        match letters(written).as_str() {
            "ACTIVE" => Some(Self::Active),
            "PENDING" => Some(Self::Pending),
            "REVOKED" => Some(Self::Revoked),
            _ => None,
        }
    }
}

/// The letters of a name in upper case, without separators.
fn letters(written: &str) -> String {
    let separates = |char: &char| char.is_whitespace() || matches!(char, '_' | '-');
    written.trim().chars().filter(|char| !separates(char)).map(|char| char.to_ascii_uppercase()).collect()
}

/// A seat and the subscription of its organisation, as the source had them when it was asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeatSnapshot {
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
    /// When the paid period ends; None: it has no end.
    #[serde(rename = "e")]
    pub period_end: Option<Timestamp>,
    /// Counts the changes of the seat.
    #[serde(rename = "v")]
    pub version: i64,
    /// Whether the organisation's tenant is inactive at the edge: then nobody has access, whatever the other fields say.
    #[serde(rename = "x", default, skip_serializing_if = "std::ops::Not::not")]
    pub tenant_is_inactive: bool,
}

/// What the source answers about a subject.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum SeatLookup {
    /// There is a seat.
    #[serde(rename = "seat")]
    Seat(SeatSnapshot),
    /// The source does not know the organisation.
    #[serde(rename = "no-org")]
    OrganizationNotFound,
    /// The organisation has no seat for the user.
    #[serde(rename = "no-seat")]
    SeatNotFound,
}

impl SeatLookup {
    /// The version of the seat, where there is one.
    pub(crate) fn version(&self) -> Option<i64> {
        match self {
            Self::Seat(seat) => Some(seat.version),
            Self::OrganizationNotFound | Self::SeatNotFound => None,
        }
    }
}
