//! Verdicts in the cache, and those that the instance remembers.

use edge_cache::Decision;
use edge_capabilities::Timestamp;
use edge_capabilities::key_value::StoreError;
use futures::future::join;

use super::Verification;
use crate::seat::SeatLookup;
use crate::seat_access::AccessDecision;
use crate::subject::Subject;
use crate::verdict::{CachedVerdict, Source, Verdict, decide};

/// The cache entry of a subject.
#[derive(Default)]
pub(super) struct CacheEntry {
    /// The verdict, if its fence is current.
    pub(super) verdict: Option<CurrentVerdict>,
    /// The round that led to the verdict, also if its fence is not current.
    pub(super) round: Option<i64>,
    /// The kind of the answer, also if its fence is not current.
    pub(super) kind: Option<AnswerKind>,
}

/// The kind of an answer of the ERP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum AnswerKind {
    Seat,
    NoSeat,
}

impl AnswerKind {
    pub(super) const fn of(answer: &SeatLookup) -> Self {
        match answer {
            SeatLookup::Seat(_) => Self::Seat,
            SeatLookup::OrganizationNotFound | SeatLookup::SeatNotFound => Self::NoSeat,
        }
    }
}

/// No cached verdict may be served, so the ERP has to be asked. None: the cache failed, and nothing in it can be
/// trusted.
pub(crate) struct CacheMiss(pub(super) Option<CacheEntry>);

/// A cached verdict whose fence is current, and the access that it gives at `at`.
pub(super) struct CurrentVerdict {
    pub(super) cached: CachedVerdict,
    pub(super) access: AccessDecision,
    pub(super) at: Timestamp,
}

impl CurrentVerdict {
    pub(super) fn decision(&self, min_version: Option<i64>) -> Decision {
        self.cached.decision(self.access, self.at, min_version)
    }

    pub(super) fn into_verdict(self, source: Source) -> Verdict {
        self.cached.verdict(self.access, source)
    }
}

impl Verification {
    pub(super) async fn remembered(&self, subject: &Subject) -> Option<CurrentVerdict> {
        let cached = self.0.remembered.get(subject).await?;
        let at = self.now();
        let access = decide(&*self.0.rule, &cached.answer, at).await;
        Some(CurrentVerdict { cached, access, at })
    }

    /// The entry with this key, its fence checked. An error: the cache failed, so nothing in it can be trusted.
    pub(super) async fn cache_entry(&self, key: &str) -> Result<CacheEntry, StoreError> {
        let bytes = self.0.capabilities.cache.get(key).await?;
        let Some(cached) = bytes.and_then(|bytes| CachedVerdict::from_bytes(&bytes)) else {
            return Ok(CacheEntry::default());
        };
        let (round, kind, mut at) = (cached.round, Some(AnswerKind::of(&cached.answer)), self.now());
        if let Some(checked) = self.0.reconciliation.ensure(at) {
            checked.await;
            // The verdict got older meanwhile.
            at = self.now();
        }
        // Both read the cache, and neither needs the result of the other.
        let (is_current, access) =
            join(self.0.fences.is_current(&cached.token), decide(&*self.0.rule, &cached.answer, at)).await;
        Ok(CacheEntry { verdict: is_current?.then_some(CurrentVerdict { cached, access, at }), round, kind })
    }
}
