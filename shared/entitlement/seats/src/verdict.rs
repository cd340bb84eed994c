//! What is known of a subject, how long it may be used, and what it amounts to now.

use edge_capabilities::Timestamp;
use edge_capabilities::key_value::StoreError;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::fence::FenceToken;
use crate::seat_access::{AccessDecision, Reason, SeatAccess, SeatFacts};
use crate::settings::Settings;
use crate::standing::{Answer, ErpSeat, SubscriptionStatus};
use crate::subject::Subject;

/// Where the result of a seat check comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Source {
    /// The ERP was asked for this check.
    Erp,
    /// The cache, with data that is still fresh.
    Cache,
    /// The cache, with data that is no longer fresh: new data is being fetched, or cannot be fetched.
    Stale,
}

impl Source {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Erp, Self::Cache, Self::Stale];

    /// As it is written.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Erp => "erp",
            Self::Cache => "cache",
            Self::Stale => "stale",
        }
    }
}

/// Whether a user has a seat.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// Whether the user gets in.
    pub access: AccessDecision,
    /// Where this comes from.
    pub source: Source,
    /// When the ERP said so.
    pub as_of: Timestamp,
    /// The seat, where there is one.
    pub seat: Option<Seat>,
}

/// The seat behind a verdict.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seat {
    /// The organisation's id.
    pub organization: String,
    /// The seat's id.
    pub id: String,
    /// The subscription's state.
    pub subscription_status: SubscriptionStatus,
    /// When the period that was paid for ends; None: it does not end.
    pub expires_at: Option<Timestamp>,
    /// Counts the changes of the seat.
    pub version: i64,
}

/// An answer of the ERP's as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct CachedVerdict {
    #[serde(rename = "a")]
    pub(crate) answer: Answer,
    /// Whether it granted access when it was given.
    #[serde(rename = "g")]
    granted: bool,
    #[serde(rename = "t")]
    pub(crate) as_of: Timestamp,
    #[serde(rename = "f")]
    fresh_until: Timestamp,
    #[serde(rename = "s")]
    stale_until: Timestamp,
    #[serde(rename = "m")]
    pub(crate) mark: FenceToken,
    /// The round that led to it, if one did.
    #[serde(rename = "r")]
    pub(crate) round: Option<i64>,
}

/// How what is known may be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Use {
    /// As it is.
    Fresh,
    /// As it is, while news is fetched.
    Stale,
    /// Only if there is no news to be had.
    IfNeedBe,
    /// Not at all.
    Not,
}

/// A clock that was set back, or another machine's that is ahead, makes an answer seem to come from the future. Up to
/// here that is borne.
const SKEW_MILLIS: i64 = 60_000;

impl CachedVerdict {
    /// `answer`, given now, to be kept under `mark`.
    pub(crate) fn new(
        answer: Answer,
        access: AccessDecision,
        now: Timestamp,
        mark: FenceToken,
        settings: &Settings,
    ) -> Self {
        let granted = access.has_access;
        let fresh = if granted { settings.fresh } else { settings.negative };
        // Only what the ERP said of a seat is worth having in an outage: who was unknown may have come since.
        let stale = match answer {
            Answer::Seat(_) => settings.stale.max(fresh),
            Answer::OrganizationNotFound | Answer::SeatNotFound => fresh,
        };
        Self {
            answer,
            granted,
            as_of: now,
            fresh_until: now.plus(fresh),
            stale_until: now.plus(stale),
            mark,
            round: None,
        }
    }

    /// How it may be used at `now`, where it amounts to `access`, by a caller who wants to know of changes up to
    /// `min_version`.
    pub(crate) fn usable(&self, access: AccessDecision, now: Timestamp, min_version: Option<i64>) -> Use {
        if self.has_ended(now) || now.millis_since(self.as_of) < -SKEW_MILLIS || self.older_than(min_version) {
            return Use::Not;
        }
        match (access.has_access, now < self.fresh_until) {
            (true, true) => Use::Fresh,
            (true, false) => Use::Stale,
            (false, true) if !self.granted => Use::Fresh,
            // It was a grant and its time ran out, or it is an old denial: the user may have paid since. The ERP knows.
            (false, _) => Use::IfNeedBe,
        }
    }

    /// Whether it may not be used any more, whatever happens.
    pub(crate) fn has_ended(&self, now: Timestamp) -> bool {
        now >= self.stale_until
    }

    /// Whether it is older than `min_version`. What has no version may be older than any.
    pub(crate) fn older_than(&self, min_version: Option<i64>) -> bool {
        min_version.is_some_and(|wanted| self.answer.version().is_none_or(|version| version < wanted))
    }

    pub(crate) fn to_bytes(&self) -> Result<Vec<u8>, StoreError> {
        serde_json::to_vec(self).map_err(|error| StoreError(error.to_string()))
    }

    /// None: it was written by another version of the edge, or by nobody: as good as lost.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        serde_json::from_slice(bytes).ok()
    }

    pub(crate) fn verdict(self, access: AccessDecision, source: Source) -> Verdict {
        let seat = match self.answer {
            Answer::Seat(standing) => Some(Seat {
                organization: standing.organization,
                id: standing.seat_id,
                subscription_status: standing.subscription_status,
                expires_at: standing.period_end,
                version: standing.version,
            }),
            Answer::OrganizationNotFound | Answer::SeatNotFound => None,
        };
        Verdict { access, source, as_of: self.as_of, seat }
    }
}

/// What `answer` amounts to at `now`.
pub(crate) async fn decide(rule: &dyn SeatAccess, answer: &Answer, now: Timestamp) -> AccessDecision {
    match answer {
        // Not for the rule to decide.
        Answer::Seat(ErpSeat { tenant_is_inactive: true, .. }) => {
            AccessDecision { has_access: false, reason: Reason::SubscriptionSuspended }
        }
        Answer::Seat(standing) => {
            let facts = SeatFacts {
                seat_status: standing.seat_status,
                subscription_status: standing.subscription_status,
                expires_at: standing.period_end,
                now,
            };
            rule.decide(facts).await
        }
        Answer::OrganizationNotFound => AccessDecision { has_access: false, reason: Reason::OrganizationNotFound },
        Answer::SeatNotFound => AccessDecision { has_access: false, reason: Reason::SeatNotFound },
    }
}

/// Where what is known of `subject` is kept.
pub(crate) fn key(subject: &Subject) -> String {
    subject.key_under(PREFIX)
}

/// The same by the subject's key.
pub(crate) fn key_of(subject: &str) -> String {
    format!("{PREFIX}{subject}")
}

const PREFIX: &str = "verdict:";
