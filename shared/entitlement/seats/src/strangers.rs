//! Subjects of which the ERP knows no seat, or that it did not answer about: anybody can make up as many as they like. The
//! cache, which has no time-outs of its own, keeps what it holds of the last [`MAX_COUNT`] of them.

use std::sync::Arc;

use edge_capabilities::key_value::StoreError;
use edge_capabilities::{KeyValue, Timestamp};

use crate::flight::LeaderElection;
use crate::standing::Answer;
use crate::verdict::{self, CachedVerdict};

/// Strangers remembered.
const MAX_COUNT: i64 = 1000;

/// How many there ever were.
const COUNT: &str = "strangers";

#[derive(Clone)]
pub(crate) struct Strangers {
    cache: Arc<dyn KeyValue>,
    rounds: LeaderElection,
}

impl Strangers {
    pub(crate) fn new(cache: Arc<dyn KeyValue>, rounds: LeaderElection) -> Self {
        Self { cache, rounds }
    }

    /// Notes that the subject with this key is a stranger. The one that was noted [`MAX_COUNT`] strangers ago makes room.
    pub(crate) async fn note(&self, key: &str, now: Timestamp) -> Result<(), StoreError> {
        let place = self.cache.increment(COUNT, 1).await?.rem_euclid(MAX_COUNT);
        let place = format!("stranger:{place}");
        let before = self.cache.get(&place).await?.and_then(|bytes| String::from_utf8(bytes).ok());
        self.cache.set(&place, key.as_bytes()).await?;
        match before {
            Some(before) if before != key => self.remove(&before, now).await,
            _ => Ok(()),
        }
    }

    /// Removes what is kept of a subject, unless it has turned out to have a seat.
    async fn remove(&self, key: &str, now: Timestamp) -> Result<(), StoreError> {
        let verdict = verdict::key_of(key);
        let known = self.cache.get(&verdict).await?.and_then(|bytes| CachedVerdict::from_bytes(&bytes));
        if known.is_some_and(|known| matches!(known.answer, Answer::Seat(_)) && !known.has_ended(now)) {
            return Ok(());
        }
        self.cache.delete(&verdict).await?;
        self.rounds.remove(key).await
    }
}
