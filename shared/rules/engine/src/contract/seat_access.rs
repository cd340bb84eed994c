//! `seat_access`: whether a seat grants access.

use std::borrow::Cow;

use edge_capabilities::Timestamp;
use rhai::Dynamic;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

use super::input::{map, moment};
use super::outcome::{Fields, Outcome, flag};
use super::{Moment, RuleInput};
use crate::Rule;
use crate::failure::Failure;

/// The state of a seat.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum SeatStatus {
    /// The user has it.
    Active,
    /// The user was offered it.
    Pending,
    /// The user had it.
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
    /// When the period that was paid for ends; null where it does not end: scripts are then given an instant that never
    /// comes.
    pub expires_at: PeriodEnd,
    /// The instant to decide for.
    pub now: Moment,
}

/// When a period ends; null where it does not. It has to be said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PeriodEnd(pub Option<Moment>);

impl JsonSchema for PeriodEnd {
    fn schema_name() -> Cow<'static, str> {
        "PeriodEnd".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": ["string", "null"], "format": "date-time" })
    }
}

/// What scripts are given for the end of a period that does not end: an instant that compares and adds up as every
/// other does, so that no script has to know of the case. 9000-01-01T00:00:00Z.
const NEVER: Moment = Moment(Timestamp::from_millis(221_845_392_000_000));

impl RuleInput for SeatAccessInput {
    const RULE: Rule = Rule::SeatAccess;
    type Outcome = SeatAccessOutcome;
}

impl SeatAccessInput {
    pub(super) fn into_script(self) -> Dynamic {
        map([
            ("seatStatus", self.seat_status.as_str().into()),
            ("subscriptionStatus", self.subscription_status.as_str().into()),
            ("expiresAt", moment(self.expires_at.0.unwrap_or(NEVER))),
            ("now", moment(self.now)),
        ])
    }
}

/// Why access is granted or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum SeatAccessReason {
    /// Granted.
    SeatActive,
    /// Granted although a payment is overdue.
    GracePeriod,
    /// The organisation is not known.
    OrganizationNotFound,
    /// The organisation has no seat for the user.
    SeatNotFound,
    /// The seat was taken back.
    SeatRevoked,
    /// The seat was offered and not yet taken.
    SeatPending,
    /// A payment is overdue, and the grace has passed.
    SubscriptionPastDue,
    /// The subscription was cancelled, and what was paid for has ended.
    SubscriptionCancelled,
    /// The subscription is suspended.
    SubscriptionSuspended,
    /// The subscription is over.
    SubscriptionExpired,
}

/// Whether the user gets in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SeatAccessOutcome {
    /// Whether they do.
    pub has_access: bool,
    /// Why.
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
