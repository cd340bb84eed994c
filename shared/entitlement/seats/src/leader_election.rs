//! The election of the one instance that asks the ERP about a subject.
//!
//! Instances elect a leader by rounds. A counter for each subject holds the number of the last round, and only the
//! instance whose increment opened a round leads it. The leader writes a *lease*, which says until when it may take, and
//! deletes the lease once it has stored its verdict. The lease of a leader that dies runs out, and the next round is
//! opened.

use std::sync::Arc;
use std::time::Duration;

use edge_capabilities::key_value::StoreError;
use edge_capabilities::{Clock, KeyValue, Timestamp};
use serde::{Deserialize, Serialize};

/// How long a round may have no lease before its leader is taken for dead. The leader writes the lease right after it
/// has opened the round, but in a burst of starting instances that write waits behind all their increments, each of
/// which may be a disk sync.
pub(crate) const LEASE_GAP: Duration = Duration::from_millis(1500);

/// How long no refresh is started after one has failed.
const BACKOFF: Duration = Duration::from_millis(250);

/// The state of a round, in the cache.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Lease {
    round: i64,
    until: Timestamp,
    /// When the round ended, if it ended without a stored verdict.
    ended: Option<Timestamp>,
    /// Whether it ended because the ERP gave no answer.
    failed: bool,
}

/// The result of a claim to the next round.
pub(crate) enum Claim {
    /// The caller leads the round and must end it.
    Won(Round),
    /// Another instance leads a round.
    Held,
    /// A round that ended after the candidate came got no answer from the ERP.
    Failed,
    /// The last round got no answer from the ERP a moment ago. No refresh is started yet.
    BackingOff,
}

/// A round that the caller leads.
pub(crate) struct Round {
    key: String,
    pub(crate) number: i64,
}

/// Elections among the instances that share a cache.
#[derive(Clone)]
pub(crate) struct LeaderElection {
    cache: Arc<dyn KeyValue>,
    clock: Arc<dyn Clock>,
}

/// An instance that wants to lead.
pub(crate) struct Candidate {
    /// When it became a candidate.
    pub(crate) since: Timestamp,
    /// The round of the cached verdict that it has read.
    pub(crate) seen_round: Option<i64>,
    /// How long it may lead.
    pub(crate) lease: Duration,
    /// Whether a caller waits for the answer: it is no refresh behind an answer.
    pub(crate) caller_waits: bool,
    /// The last round that it found without a lease, and when it first did.
    pub(crate) without_lease: Option<(i64, Timestamp)>,
}

impl LeaderElection {
    pub(crate) fn new(cache: Arc<dyn KeyValue>, clock: Arc<dyn Clock>) -> Self {
        Self { cache, clock }
    }

    /// Tries to lead the next round for `key`.
    pub(crate) async fn claim(&self, key: &str, candidate: &mut Candidate) -> Result<Claim, StoreError> {
        // INVARIANT: the round is read before its lease. So a round that was already opened has its lease, or gets it
        // within LEASE_GAP.
        let last = self.cache.counter(&round_key(key)).await?.unwrap_or(0);
        let lease = self.cache.get(&lease_key(key)).await?;
        let lease = lease.and_then(|bytes| serde_json::from_slice::<Lease>(&bytes).ok());
        let now = self.clock.now();
        match lease {
            Some(Lease { ended: None, until, .. }) if now < until => {
                // It has a leader. What is seen without a lease after this has just ended.
                candidate.without_lease = None;
                return Ok(Claim::Held);
            }
            Some(Lease { ended: Some(at), failed: true, .. }) if at > candidate.since => return Ok(Claim::Failed),
            Some(Lease { ended: Some(_), failed: true, until, .. }) if now < until && !candidate.caller_waits => {
                return Ok(Claim::BackingOff);
            }
            // The last round has ended, or its leader has died.
            Some(Lease { round, .. }) if round == last => {}
            None if last == 0 || candidate.seen_round == Some(last) => {}
            // The verdict that is being refreshed was stored outside any round.
            None if !candidate.caller_waits && candidate.seen_round.is_none() => {}
            // A round was opened just now; or its leader died before it wrote the lease; or the cache lost the
            // lease; or the increment of a loser came late.
            _ => {
                let (_, seen) = candidate.without_lease.filter(|(round, _)| *round == last).unwrap_or((last, now));
                candidate.without_lease = Some((last, seen));
                if now < seen.plus(LEASE_GAP) {
                    return Ok(Claim::Held);
                }
            }
        }
        let number = self.cache.increment(&round_key(key), 1).await?;
        if number.checked_sub(last) != Some(1) {
            return Ok(Claim::Held);
        }
        let lease = Lease { round: number, until: now.plus(candidate.lease), ended: None, failed: false };
        self.write_lease(key, &lease).await?;
        Ok(Claim::Won(Round { key: key.to_owned(), number }))
    }

    /// Sets the number to end the round by: the increments of those who lost the election have raised the counter.
    pub(crate) async fn update_number(&self, round: &mut Round) {
        if let Ok(Some(last)) = self.cache.counter(&round_key(&round.key)).await {
            round.number = last;
        }
    }

    /// Ends a round whose verdict was stored.
    pub(crate) async fn end_stored(&self, round: &Round) {
        // If this fails, the lease runs out by itself.
        let _ = self.cache.delete(&lease_key(&round.key)).await;
    }

    /// Ends a round without a stored verdict; `failed`: because the ERP gave no answer.
    pub(crate) async fn end_unstored(&self, round: &mut Round, failed: bool) {
        self.update_number(round).await;
        let now = self.clock.now();
        let lease = Lease { round: round.number, until: now.plus(BACKOFF), ended: Some(now), failed };
        let _ = self.write_lease(&round.key, &lease).await;
    }

    /// Removes the rounds of `key` from the cache. A present leader goes on, and another may lead at the same time.
    pub(crate) async fn remove(&self, key: &str) -> Result<(), StoreError> {
        self.cache.delete(&lease_key(key)).await?;
        self.cache.delete(&round_key(key)).await
    }

    async fn write_lease(&self, key: &str, lease: &Lease) -> Result<(), StoreError> {
        let written = serde_json::to_vec(lease).map_err(|error| StoreError(error.to_string()))?;
        self.cache.set(&lease_key(key), &written).await
    }
}

fn round_key(key: &str) -> String {
    format!("round:{key}")
}

fn lease_key(key: &str) -> String {
    format!("lease:{key}")
}

#[cfg(test)]
mod tests {
    use edge_capabilities::testing::World;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_round_that_has_just_ended_is_no_round_whose_leader_died_however_long_it_took() {
        let world = World::new(1);
        let election = LeaderElection::new(world.cache.clone(), world.clock.clone());
        let mut candidate = Candidate {
            since: world.clock.now(),
            seen_round: None,
            lease: Duration::from_secs(10),
            caller_waits: true,
            without_lease: None,
        };
        // The leader has opened the round, and not yet written its lease.
        let number = world.cache.increment(&round_key("u"), 1).await.unwrap();
        let round = Round { key: "u".to_owned(), number };
        assert!(matches!(election.claim("u", &mut candidate).await, Ok(Claim::Held)));
        let until = world.clock.now().plus(Duration::from_secs(10));
        let lease = Lease { round: number, until, ended: None, failed: false };
        election.write_lease("u", &lease).await.unwrap();
        assert!(matches!(election.claim("u", &mut candidate).await, Ok(Claim::Held)));
        world.clock.advance(LEASE_GAP * 2).await;
        // The candidate has read the cache, and the leader stores its verdict right after that.
        election.end_stored(&round).await;
        assert!(matches!(election.claim("u", &mut candidate).await, Ok(Claim::Held)));
        // A cache that has lost the verdict again delays nobody for longer than a dead leader does.
        world.clock.advance(LEASE_GAP).await;
        assert!(matches!(election.claim("u", &mut candidate).await, Ok(Claim::Won(_))));
    }
}
