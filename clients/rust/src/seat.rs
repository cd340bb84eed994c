//! Seat checks and their answers.

use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// The user, application and organisation to check. Ids have 1 to 256 bytes without control characters, and are compared
/// byte for byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SeatCheck<'a> {
    /// The user's id in the application.
    pub user_id: &'a str,
    /// The application's slug.
    pub application_slug: &'a str,
    /// The organisation's id in the application.
    pub external_org_id: &'a str,
    /// The lowest acceptable `version` of the seat: pass the version of a change, and its check sees it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_version: Option<i64>,
}

impl<'a> SeatCheck<'a> {
    /// A check of any version.
    pub fn new(user_id: &'a str, application_slug: &'a str, external_org_id: &'a str) -> Self {
        Self { user_id, application_slug, external_org_id, min_version: None }
    }

    /// The same check, for an answer that is not older than `version`.
    #[must_use]
    pub fn min_version(self, version: i64) -> Self {
        Self { min_version: Some(version), ..self }
    }
}

/// Whether a user has a seat, as the edge says it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SeatVerdict {
    /// Whether the user has access.
    pub has_access: bool,
    /// Why: `SEAT_ACTIVE`, `SEAT_REVOKED`, …, or `EDGE_UNAVAILABLE`.
    pub reason: String,
    /// The seat's id, if the user has one.
    pub seat_id: Option<String>,
    /// The state of the organisation's subscription.
    pub subscription_status: Option<String>,
    /// When the paid period ends, RFC 3339.
    pub expires_at: Option<String>,
    /// Where the edge had the answer: `erp`, `record`, `cache` or `stale`.
    pub source: Option<String>,
    /// When the state was reported to the edge, RFC 3339.
    pub as_of: Option<String>,
    /// The version of the seat, which increases with every change.
    pub version: Option<i64>,
}

/// The reason of a denial for which the edge could not be asked.
pub const EDGE_UNAVAILABLE: &str = "EDGE_UNAVAILABLE";

impl SeatVerdict {
    /// A denial for this reason.
    pub fn denial(reason: &str) -> Self {
        Self {
            has_access: false,
            reason: reason.to_owned(),
            seat_id: None,
            subscription_status: None,
            expires_at: None,
            source: None,
            as_of: None,
            version: None,
        }
    }

    /// Whether it is not older than `version`.
    pub(crate) fn is_at_least(&self, version: Option<i64>) -> bool {
        version.is_none_or(|lowest| self.version.is_some_and(|version| version >= lowest))
    }
}

/// Where an answer comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Origin {
    /// The edge was asked.
    Edge,
    /// The client's memory.
    Memory,
    /// The client's memory, because the edge cannot answer.
    Outage,
    /// Nobody: the edge cannot answer, and the client does not know.
    Unavailable,
}

/// The answer to a seat check: a verdict, whose members it has, and where it comes from. Cheap to clone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeatAnswer {
    /// Where it comes from.
    pub origin: Origin,
    verdict: Arc<SeatVerdict>,
}

impl SeatAnswer {
    pub(crate) fn new(verdict: impl Into<Arc<SeatVerdict>>, origin: Origin) -> Self {
        Self { origin, verdict: verdict.into() }
    }

    /// The verdict.
    pub fn verdict(&self) -> &SeatVerdict {
        &self.verdict
    }
}

impl Deref for SeatAnswer {
    type Target = SeatVerdict;

    fn deref(&self) -> &SeatVerdict {
        &self.verdict
    }
}

/// For how long an answer may be used, counted from when its check was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Lifetime {
    /// Until the edge is asked again.
    pub(crate) fresh: Duration,
    /// While the edge cannot answer.
    pub(crate) stale: Duration,
}

/// The body of a check, as the edge reads it.
#[derive(Serialize)]
pub(crate) struct CheckBody<'a> {
    #[serde(flatten)]
    check: SeatCheck<'a>,
    lifetime: bool,
}

impl<'a> CheckBody<'a> {
    pub(crate) fn new(check: SeatCheck<'a>) -> Self {
        Self { check, lifetime: true }
    }
}

/// The edge's answer to a check.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CheckAnswer {
    #[serde(flatten)]
    pub(crate) verdict: SeatVerdict,
    now: Option<String>,
    fresh_until: Option<String>,
    stale_until: Option<String>,
}

impl CheckAnswer {
    /// None: the edge gave none, or it cannot be read.
    pub(crate) fn lifetime(&self) -> Option<Lifetime> {
        let read = |text: &Option<String>| crate::timestamp::unix_millis(text.as_deref()?);
        let (now, fresh, stale) = (read(&self.now)?, read(&self.fresh_until)?, read(&self.stale_until)?);
        let left = |until: i64| Duration::from_millis(u64::try_from(until.saturating_sub(now)).unwrap_or(0));
        Some(Lifetime { fresh: left(fresh), stale: left(stale) })
    }
}
