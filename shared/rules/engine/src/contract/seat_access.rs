//! The rule `seat_access`: whether a seat grants access.

use std::borrow::Cow;

use edge_capabilities::Timestamp;
use rhai::Dynamic;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

use super::input::{instant, map};
use super::outcome::{Fields, Outcome, flag};
use super::{Instant, RuleInput};
use crate::Rule;
use crate::failure::Failure;

/// The state of a seat.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum SeatStatus {
    /// The seat is assigned.
    Active,
    /// The seat was offered, and is not accepted yet.
    Pending,
    /// The seat was revoked.
    Revoked,
}

impl SeatStatus {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "ACTIVE",
            Self::Pending => "PENDING",
            Self::Revoked => "REVOKED",
        }
    }
}

/// The state of an organisation's subscription.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum SubscriptionStatus {
    /// In a free trial.
    Trialing,
    /// Paid.
    Active,
    /// A payment is overdue.
    PastDue,
    /// Not renewed; it lasts until the end of the paid period.
    Cancelled,
    /// Suspended because a payment failed finally.
    Suspended,
    /// Ended.
    Expired,
}

impl SubscriptionStatus {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Trialing => "TRIALING",
            Self::Active => "ACTIVE",
            Self::PastDue => "PAST_DUE",
            Self::Cancelled => "CANCELLED",
            Self::Suspended => "SUSPENDED",
            Self::Expired => "EXPIRED",
        }
    }
}

/// A seat, and the instant to decide for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SeatAccessInput {
    /// The seat's state.
    pub seat_status: SeatStatus,
    /// The subscription's state.
    pub subscription_status: SubscriptionStatus,
    /// The end of the paid period; null if it has no end: scripts then receive an instant in the distant future.
    pub expires_at: PeriodEnd,
    /// The instant to decide for.
    pub now: Instant,
}

/// The end of a period; null if it has none. The field is required.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PeriodEnd(pub Option<Instant>);

impl JsonSchema for PeriodEnd {
    fn schema_name() -> Cow<'static, str> {
        "PeriodEnd".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": ["string", "null"], "format": "date-time" })
    }
}

/// The end of a period without an end, for scripts: an instant that compares and adds like any other, so that scripts
/// need no special case. 9000-01-01T00:00:00Z.
const NEVER: Instant = Instant(Timestamp::from_millis(221_845_392_000_000));

impl RuleInput for SeatAccessInput {
    const RULE: Rule = Rule::SeatAccess;
    type Outcome = SeatAccessOutcome;
}

impl SeatAccessInput {
    pub(super) fn into_script(self) -> Dynamic {
        map([
            ("seatStatus", self.seat_status.as_str().into()),
            ("subscriptionStatus", self.subscription_status.as_str().into()),
            ("expiresAt", instant(self.expires_at.0.unwrap_or(NEVER))),
            ("now", instant(self.now)),
        ])
    }
}

/// The reason of the outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum SeatAccessReason {
    /// Granted.
    SeatActive,
    /// Granted although a payment is overdue.
    GracePeriod,
    /// The organisation is unknown.
    OrganizationNotFound,
    /// The organisation has no seat for the user.
    SeatNotFound,
    /// The seat was revoked.
    SeatRevoked,
    /// The seat was offered, and is not accepted yet.
    SeatPending,
    /// A payment is overdue, and the grace period has ended.
    SubscriptionPastDue,
    /// The subscription was cancelled, and the paid period has ended.
    SubscriptionCancelled,
    /// The subscription is suspended.
    SubscriptionSuspended,
    /// The subscription has ended.
    SubscriptionExpired,
}

/// The outcome of the rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SeatAccessOutcome {
    /// Whether the user has access.
    pub has_access: bool,
    /// The reason.
    pub reason: SeatAccessReason,
}

impl Outcome for SeatAccessOutcome {
    fn from_script(given: Dynamic) -> Result<Self, Failure> {
        use SeatAccessReason::*;
        let mut fields = Fields::of(given, "")?;
        let has_access = fields.take("hasAccess", flag)?;
        let reason = fields.one_of(
            "reason",
            &[
                ("SEAT_ACTIVE", SeatActive),
                ("GRACE_PERIOD", GracePeriod),
                ("ORGANIZATION_NOT_FOUND", OrganizationNotFound),
                ("SEAT_NOT_FOUND", SeatNotFound),
                ("SEAT_REVOKED", SeatRevoked),
                ("SEAT_PENDING", SeatPending),
                ("SUBSCRIPTION_PAST_DUE", SubscriptionPastDue),
                ("SUBSCRIPTION_CANCELLED", SubscriptionCancelled),
                ("SUBSCRIPTION_SUSPENDED", SubscriptionSuspended),
                ("SUBSCRIPTION_EXPIRED", SubscriptionExpired),
            ],
        )?;
        fields.end()?;
        Ok(Self { has_access, reason })
    }
}
