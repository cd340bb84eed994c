//! Verdicts: the ERP's answer about a subject as it is cached, how long it may be used, and the access that it gives now.

use edge_cache::{Decision, FenceState, Times};
use edge_capabilities::Timestamp;
use edge_capabilities::key_value::StoreError;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::fence::FenceToken;
use crate::seat::{SeatLookup, SeatSnapshot, SeatStatus, SubscriptionStatus};
use crate::seat_access::{AccessDecision, Reason, SeatAccess, SeatFacts};
use crate::settings::Settings;
use crate::subject::Subject;

/// Where the result of a seat check comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Source {
    /// The ERP was asked for this check.
    Erp,
    /// The edge's own record was read for this check.
    Record,
    /// The cache, with data that is still fresh.
    Cache,
    /// The cache, with data that is no longer fresh: new data is being fetched, or cannot be fetched.
    Stale,
}

impl Source {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Erp, Self::Record, Self::Cache, Self::Stale];

    /// As it is written.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Erp => "erp",
            Self::Record => "record",
            Self::Cache => "cache",
            Self::Stale => "stale",
        }
    }
}

/// Whether a user has a seat.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// Whether the user has access, and why.
    pub access: AccessDecision,
    /// Where the verdict comes from.
    pub source: Source,
    /// When the ERP gave the answer.
    pub as_of: Timestamp,
    /// Until when the answer is fresh.
    pub fresh_until: Timestamp,
    /// Until when it may be used while no newer one can be had.
    pub stale_until: Timestamp,
    /// Whether it was read under a fence, so that who follows the feed of changes hears of a revocation.
    pub is_fenced: bool,
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
    /// The seat's state.
    pub status: SeatStatus,
    /// The subscription's state.
    pub subscription_status: SubscriptionStatus,
    /// When the paid period ends; None: it has no end.
    pub expires_at: Option<Timestamp>,
    /// Counts the changes of the seat.
    pub version: i64,
}

/// An answer of the ERP as it is cached.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct CachedVerdict {
    #[serde(rename = "a")]
    pub(crate) answer: SeatLookup,
    /// Whether it granted access when the ERP gave it.
    #[serde(rename = "g")]
    granted: bool,
    #[serde(rename = "t")]
    pub(crate) as_of: Timestamp,
    #[serde(rename = "f")]
    fresh_until: Timestamp,
    #[serde(rename = "s")]
    stale_until: Timestamp,
    #[serde(rename = "m")]
    pub(crate) token: FenceToken,
    /// The round of the leader that stored it, if it was stored in a round.
    #[serde(rename = "r")]
    pub(crate) round: Option<i64>,
}

/// How far an answer may seem to come from the future, because a clock was set back or another machine's is ahead.
const SKEW_MILLIS: i64 = 60_000;

/// How many times as old as it is fresh a verdict becomes before it is refreshed, where more comes than can be served.
const MAX_PUT_OFF: i64 = 4;

impl CachedVerdict {
    /// `answer`, which the ERP gave at `now`, under the fence `token`.
    pub(crate) fn new(
        answer: SeatLookup,
        access: AccessDecision,
        now: Timestamp,
        token: FenceToken,
        settings: &Settings,
    ) -> Self {
        let granted = access.has_access;
        let fresh = if granted { settings.fresh } else { settings.negative };
        // During an outage only a seat is of use: an unknown user may have got one since.
        let stale = match answer {
            SeatLookup::Seat(_) => settings.stale.max(fresh),
            SeatLookup::OrganizationNotFound | SeatLookup::SeatNotFound => fresh,
        };
        Self {
            answer,
            granted,
            as_of: now,
            fresh_until: now.plus(fresh),
            stale_until: now.plus(stale),
            token,
            round: None,
        }
    }

    /// Whether it granted access when the ERP gave it.
    pub(crate) const fn is_grant(&self) -> bool {
        self.granted
    }

    /// What to do with it at `now`, when it gives `access`, for a caller that accepts nothing older than `min_version`. Its
    /// fence holds.
    pub(crate) fn decision(&self, access: AccessDecision, now: Timestamp, min_version: Option<i64>) -> Decision {
        let outage = self.stale_until.millis_since(self.as_of);
        let (fresh, stale) = self.lifetime(access);
        let [fresh, stale] = [fresh, stale].map(|until| until.millis_since(self.as_of));
        let times = Times { fresh, stale, outage, skew: SKEW_MILLIS, ahead: Decision::Discard };
        let fence = if self.is_older_than(min_version) { FenceState::Raised } else { FenceState::Holds };
        edge_cache::decide(now.millis_since(self.as_of), &times, fence)
    }

    /// Until when it is fresh, and until when it is used while a newer one is fetched, when it gives `access`.
    fn lifetime(&self, access: AccessDecision) -> (Timestamp, Timestamp) {
        match (access.has_access, self.granted) {
            (true, _) => (self.fresh_until, self.stale_until),
            (false, false) => (self.fresh_until, self.fresh_until),
            // A grant whose period has ended: the user may have paid since, so the ERP is asked first.
            (false, true) => (self.as_of, self.as_of),
        }
    }

    /// Whether it is as old at `now` as it becomes where refreshes are put off.
    pub(crate) fn is_overdue(&self, now: Timestamp) -> bool {
        now.millis_since(self.as_of) >= self.fresh_until.millis_since(self.as_of).saturating_mul(MAX_PUT_OFF)
    }

    /// Whether a token of it is good for a second or more at `now`.
    pub(crate) fn is_good_for_token(&self, now: Timestamp) -> bool {
        self.fresh_until.as_millis().div_euclid(1000) > now.as_millis().div_euclid(1000)
    }

    /// Whether it is too old for any use.
    pub(crate) fn has_expired(&self, now: Timestamp) -> bool {
        now >= self.stale_until
    }

    /// Whether it is older than `min_version`. An answer without a version may be older than any.
    pub(crate) fn is_older_than(&self, min_version: Option<i64>) -> bool {
        min_version.is_some_and(|min| self.answer.version().is_none_or(|version| version < min))
    }

    pub(crate) fn to_bytes(&self) -> Result<Vec<u8>, StoreError> {
        serde_json::to_vec(self).map_err(|error| StoreError(error.to_string()))
    }

    /// None: another build of the edge wrote it. It counts as lost.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        serde_json::from_slice(bytes).ok()
    }

    pub(crate) fn verdict(self, access: AccessDecision, source: Source) -> Verdict {
        let (fresh_until, stale_until) = self.lifetime(access);
        let is_fenced = self.token.is_fenced();
        let seat = match self.answer {
            SeatLookup::Seat(seat) => Some(Seat {
                organization: seat.organization,
                id: seat.seat_id,
                status: seat.seat_status,
                subscription_status: seat.subscription_status,
                expires_at: seat.period_end,
                version: seat.version,
            }),
            SeatLookup::OrganizationNotFound | SeatLookup::SeatNotFound => None,
        };
        Verdict { access, source, as_of: self.as_of, fresh_until, stale_until, is_fenced, seat }
    }
}

/// The access that `answer` gives at `now`.
pub(crate) async fn decide(rule: &dyn SeatAccess, answer: &SeatLookup, now: Timestamp) -> AccessDecision {
    match answer {
        // The rule has no say in this.
        SeatLookup::Seat(SeatSnapshot { tenant_is_inactive: true, .. }) => {
            AccessDecision { has_access: false, reason: Reason::SubscriptionSuspended }
        }
        SeatLookup::Seat(seat) => {
            let facts = SeatFacts {
                seat_status: seat.seat_status,
                subscription_status: seat.subscription_status,
                expires_at: seat.period_end,
                now,
            };
            rule.decide(facts).await
        }
        SeatLookup::OrganizationNotFound => AccessDecision { has_access: false, reason: Reason::OrganizationNotFound },
        SeatLookup::SeatNotFound => AccessDecision { has_access: false, reason: Reason::SeatNotFound },
    }
}

/// The key of the cached verdict for `subject`.
pub(crate) fn key(subject: &Subject) -> String {
    subject.key_under(PREFIX)
}

/// The same by the subject's key.
pub(crate) fn key_of(subject: &str) -> String {
    format!("{PREFIX}{subject}")
}

const PREFIX: &str = "verdict:";
