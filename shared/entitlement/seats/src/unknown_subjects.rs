//! Subjects for which the ERP has no seat or gave no answer. Callers can invent any number of them, and entries in the
//! cache do not expire, so only the entries of the last [`MAX_COUNT`] such subjects are kept.

use std::sync::Arc;

use edge_capabilities::key_value::StoreError;
use edge_capabilities::{KeyValue, Timestamp};

use crate::leader_election::LeaderElection;
use crate::seat::SeatLookup;
use crate::verdict::{self, CachedVerdict};

/// The most unknown subjects whose entries are kept.
const MAX_COUNT: i64 = 1000;

/// The key of the counter of all unknown subjects so far.
const COUNT: &str = "strangers";

#[derive(Clone)]
pub(crate) struct UnknownSubjects {
    cache: Arc<dyn KeyValue>,
    election: LeaderElection,
}

impl UnknownSubjects {
    pub(crate) fn new(cache: Arc<dyn KeyValue>, election: LeaderElection) -> Self {
        Self { cache, election }
    }

    /// Adds the subject with this key. The entries of the one that was added [`MAX_COUNT`] subjects ago are removed.
    pub(crate) async fn add(&self, key: &str, now: Timestamp) -> Result<(), StoreError> {
        let slot = self.cache.increment(COUNT, 1).await?.rem_euclid(MAX_COUNT);
        let slot = format!("stranger:{slot}");
        let previous = self.cache.get(&slot).await?.and_then(|bytes| String::from_utf8(bytes).ok());
        self.cache.set(&slot, key.as_bytes()).await?;
        match previous {
            Some(previous) if previous != key => self.remove(&previous, now).await,
            _ => Ok(()),
        }
    }

    /// Removes the entries of a subject, unless it has a seat by now.
    async fn remove(&self, key: &str, now: Timestamp) -> Result<(), StoreError> {
        let verdict = verdict::key_of(key);
        let cached = self.cache.get(&verdict).await?.and_then(|bytes| CachedVerdict::from_bytes(&bytes));
        if cached.is_some_and(|cached| matches!(cached.answer, SeatLookup::Seat(_)) && !cached.has_expired(now)) {
            return Ok(());
        }
        self.cache.delete(&verdict).await?;
        self.election.remove(key).await
    }
}
