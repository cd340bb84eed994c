//! Which states of seat and subscription grant access: the rule `seat_access`.

use std::time::Duration;

use async_trait::async_trait;
use edge_capabilities::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::seat::{SeatStatus, SubscriptionStatus};

/// Why access is granted or denied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Reason {
    /// Access is granted: the seat is active.
    SeatActive,
    /// Access is granted although a payment is overdue.
    GracePeriod,
    /// The organisation is unknown.
    OrganizationNotFound,
    /// The organisation has no seat for the user.
    SeatNotFound,
    /// The seat was revoked.
    SeatRevoked,
    /// The seat was offered and is not yet accepted.
    SeatPending,
    /// A payment is overdue and the grace period has ended.
    SubscriptionPastDue,
    /// The subscription was cancelled and the paid period has ended.
    SubscriptionCancelled,
    /// The subscription is suspended.
    SubscriptionSuspended,
    /// The subscription has expired.
    SubscriptionExpired,
}

impl Reason {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::SeatActive,
        Self::GracePeriod,
        Self::OrganizationNotFound,
        Self::SeatNotFound,
        Self::SeatRevoked,
        Self::SeatPending,
        Self::SubscriptionPastDue,
        Self::SubscriptionCancelled,
        Self::SubscriptionSuspended,
        Self::SubscriptionExpired,
    ];

    /// The name in JSON: `SEAT_ACTIVE`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SeatActive => "SEAT_ACTIVE",
            Self::GracePeriod => "GRACE_PERIOD",
            Self::OrganizationNotFound => "ORGANIZATION_NOT_FOUND",
            Self::SeatNotFound => "SEAT_NOT_FOUND",
            Self::SeatRevoked => "SEAT_REVOKED",
            Self::SeatPending => "SEAT_PENDING",
            Self::SubscriptionPastDue => "SUBSCRIPTION_PAST_DUE",
            Self::SubscriptionCancelled => "SUBSCRIPTION_CANCELLED",
            Self::SubscriptionSuspended => "SUBSCRIPTION_SUSPENDED",
            Self::SubscriptionExpired => "SUBSCRIPTION_EXPIRED",
        }
    }
}

/// The input of the rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SeatFacts {
    /// The seat's state.
    pub seat_status: SeatStatus,
    /// The subscription's state.
    pub subscription_status: SubscriptionStatus,
    /// When the paid period ends; None: it has no end.
    pub expires_at: Option<Timestamp>,
    /// The time of the decision.
    pub now: Timestamp,
}

/// The outcome of the rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AccessDecision {
    /// Whether the user has access.
    pub has_access: bool,
    /// Why.
    pub reason: Reason,
}

/// The rule `seat_access`. It is evaluated for each check, also for a cached answer, so that access ends on time.
#[async_trait]
pub trait SeatAccess: Send + Sync {
    /// Evaluates the rule.
    async fn decide(&self, facts: SeatFacts) -> AccessDecision;
}

/// The rule as shipped grants access: ACTIVE, TRIALING and CANCELLED until the paid period ends; PAST_DUE for three days
/// more; SUSPENDED and EXPIRED never.
pub struct ShippedSeatAccess;

/// The grace period: how long after the end of the paid period access lasts while a payment is overdue.
const GRACE_PERIOD: Duration = Duration::from_hours(3 * 24);

#[async_trait]
impl SeatAccess for ShippedSeatAccess {
    async fn decide(&self, facts: SeatFacts) -> AccessDecision {
        decide(facts)
    }
}

fn decide(facts: SeatFacts) -> AccessDecision {
    let SeatFacts { seat_status, subscription_status, expires_at, now } = facts;
    let grant = |reason| AccessDecision { has_access: true, reason };
    let deny = |reason| AccessDecision { has_access: false, reason };
    match seat_status {
        SeatStatus::Revoked => return deny(Reason::SeatRevoked),
        SeatStatus::Pending => return deny(Reason::SeatPending),
        SeatStatus::Active => {}
    }
    let is_paid = expires_at.is_none_or(|end| now < end);
    let is_in_grace = expires_at.is_none_or(|end| now < end.plus(GRACE_PERIOD));
    match subscription_status {
        SubscriptionStatus::Active | SubscriptionStatus::Trialing if is_paid => grant(Reason::SeatActive),
        SubscriptionStatus::Active | SubscriptionStatus::Trialing => deny(Reason::SubscriptionExpired),
        SubscriptionStatus::PastDue if is_in_grace => grant(Reason::GracePeriod),
        SubscriptionStatus::PastDue => deny(Reason::SubscriptionPastDue),
        SubscriptionStatus::Cancelled if is_paid => grant(Reason::SeatActive),
        SubscriptionStatus::Cancelled => deny(Reason::SubscriptionCancelled),
        SubscriptionStatus::Suspended => deny(Reason::SubscriptionSuspended),
        SubscriptionStatus::Expired => deny(Reason::SubscriptionExpired),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_rule_grants_what_was_paid_for_and_a_grace() {
        use {Reason::*, SeatStatus as Seat, SubscriptionStatus as Sub};
        let end = Timestamp::from_millis(1_000_000_000_000);
        let day = 24 * 3600 * 1000;
        for (seat, subscription, after_end, has_access, reason) in [
            (Seat::Active, Sub::Active, -1, true, SeatActive),
            (Seat::Active, Sub::Active, 0, false, SubscriptionExpired),
            (Seat::Active, Sub::Trialing, -1, true, SeatActive),
            (Seat::Active, Sub::Trialing, 0, false, SubscriptionExpired),
            (Seat::Active, Sub::PastDue, -1, true, GracePeriod),
            (Seat::Active, Sub::PastDue, 3 * day - 1, true, GracePeriod),
            (Seat::Active, Sub::PastDue, 3 * day, false, SubscriptionPastDue),
            (Seat::Active, Sub::Cancelled, -1, true, SeatActive),
            (Seat::Active, Sub::Cancelled, 0, false, SubscriptionCancelled),
            (Seat::Active, Sub::Suspended, -1, false, SubscriptionSuspended),
            (Seat::Active, Sub::Expired, -1, false, SubscriptionExpired),
            (Seat::Revoked, Sub::Active, -1, false, SeatRevoked),
            (Seat::Pending, Sub::Active, -1, false, SeatPending),
        ] {
            let now = Timestamp::from_millis(end.as_millis() + after_end);
            let facts = SeatFacts { seat_status: seat, subscription_status: subscription, expires_at: Some(end), now };
            assert_eq!(decide(facts), AccessDecision { has_access, reason }, "{seat:?} {subscription:?} {after_end}");
        }
    }

    #[test]
    fn a_period_without_an_end_does_not_end() {
        use {Reason::*, SubscriptionStatus as Sub};
        for (subscription_status, has_access, reason) in [
            (Sub::Active, true, SeatActive),
            (Sub::Trialing, true, SeatActive),
            (Sub::PastDue, true, GracePeriod),
            (Sub::Cancelled, true, SeatActive),
            (Sub::Suspended, false, SubscriptionSuspended),
            (Sub::Expired, false, SubscriptionExpired),
        ] {
            let now = Timestamp::from_millis(i64::MAX);
            let facts = SeatFacts { seat_status: SeatStatus::Active, subscription_status, expires_at: None, now };
            assert_eq!(decide(facts), AccessDecision { has_access, reason }, "{subscription_status:?}");
        }
    }

    #[test]
    fn serde_and_as_str_write_the_same_reason() {
        for reason in [Reason::SeatActive, Reason::OrganizationNotFound, Reason::SubscriptionPastDue] {
            assert_eq!(serde_json::to_value(reason).unwrap(), reason.as_str());
        }
    }
}
