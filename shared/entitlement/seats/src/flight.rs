//! One question to the ERP for everybody who wants to know the same.
//!
//! Within an instance, whoever comes first leads and the others wait for its outcome. Among instances, leaders elect
//! one of them by rounds: a counter for each subject says which round was opened last, and only the one whose addition
//! opened a round leads it. It leaves word until when it may take (a *lease*), and takes the word back when it has
//! stored its verdict. A leader that dies leaves a lease that runs out, and the next round is opened.
//!
//! Nobody waits for another except by the clock: see the components' capabilities for why.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use edge_capabilities::key_value::StoreError;
use edge_capabilities::{Clock, KeyValue, Timestamp};
use serde::{Deserialize, Serialize};

/// How long a round may have been opened without a lease before it is taken for dead: the leader writes its lease
/// right after, but in a burst of starting instances that waits for its turn behind all their additions, each of which
/// may be a disk sync.
pub(crate) const GAP: Duration = Duration::from_millis(1500);

/// How long refreshing is left alone after it failed.
const BACKOFF: Duration = Duration::from_millis(250);

/// What a leader leaves for others to see.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Lease {
    round: i64,
    until: Timestamp,
    /// The round ended without a verdict to store: at this instant.
    ended: Option<Timestamp>,
    /// It ended because the ERP gave no answer.
    failed: bool,
}

/// Whether a round may be led.
pub(crate) enum Claim {
    /// Yes: by the caller, who must end it.
    Won(Round),
    /// No: another leads it.
    Held,
    /// Another led it since the caller came, and the ERP gave no answer.
    Failed,
    /// Not for a moment: it was led just now, and the ERP gave no answer.
    Resting,
}

/// A round that is being led.
pub(crate) struct Round {
    key: String,
    pub(crate) number: i64,
}

/// Elections among instances.
#[derive(Clone)]
pub(crate) struct LeaderElection {
    cache: Arc<dyn KeyValue>,
    clock: Arc<dyn Clock>,
}

/// What a claimant knows.
pub(crate) struct Candidate {
    /// When it came.
    pub(crate) since: Timestamp,
    /// The round of the verdict it has seen.
    pub(crate) seen_round: Option<i64>,
    /// How long a leader may take.
    pub(crate) lease: Duration,
    /// Whether somebody waits for the answer.
    pub(crate) cold: bool,
    /// The round it saw opened without a lease, and when.
    pub(crate) without_lease: Option<(i64, Timestamp)>,
}

impl LeaderElection {
    pub(crate) fn new(cache: Arc<dyn KeyValue>, clock: Arc<dyn Clock>) -> Self {
        Self { cache, clock }
    }

    /// Tries to lead the next round for `key`.
    pub(crate) async fn claim(&self, key: &str, claimant: &mut Candidate) -> Result<Claim, StoreError> {
        // INVARIANT: the round is read before its lease: a round that is led by then has its lease in place, or has it
        // within GAP.
        let last = self.cache.counter(&round_key(key)).await?.unwrap_or(0);
        let lease = self.cache.get(&lease_key(key)).await?;
        let lease = lease.and_then(|bytes| serde_json::from_slice::<Lease>(&bytes).ok());
        let now = self.clock.now();
        match lease {
            Some(Lease { ended: None, until, .. }) if now < until => return Ok(Claim::Held),
            Some(Lease { ended: Some(at), failed: true, .. }) if at > claimant.since => return Ok(Claim::Failed),
            Some(Lease { ended: Some(_), failed: true, until, .. }) if now < until && !claimant.cold => {
                return Ok(Claim::Resting);
            }
            // The last round has ended, or its leader has died.
            Some(Lease { round, .. }) if round == last => {}
            None if last == 0 || claimant.seen_round == Some(last) => {}
            // What is being refreshed was stored outside any round.
            None if !claimant.cold && claimant.seen_round.is_none() => {}
            // A round was opened just now; or its leader died in the gap; or the store lost its lease; or one who
            // lost an election was late.
            _ => {
                let (_, seen) = claimant.without_lease.filter(|(round, _)| *round == last).unwrap_or((last, now));
                claimant.without_lease = Some((last, seen));
                if now < seen.plus(GAP) {
                    return Ok(Claim::Held);
                }
            }
        }
        let number = self.cache.increment(&round_key(key), 1).await?;
        if number.checked_sub(last) != Some(1) {
            return Ok(Claim::Held);
        }
        let lease = Lease { round: number, until: now.plus(claimant.lease), ended: None, failed: false };
        self.leave(key, &lease).await?;
        Ok(Claim::Won(Round { key: key.to_owned(), number }))
    }

    /// The number to end a round by: those who lost the election have counted on.
    pub(crate) async fn settle(&self, round: &mut Round) {
        if let Ok(Some(last)) = self.cache.counter(&round_key(&round.key)).await {
            round.number = last;
        }
    }

    /// Ends a round whose verdict was stored.
    pub(crate) async fn end_stored(&self, round: &Round) {
        // Without it the lease runs out by itself.
        let _ = self.cache.delete(&lease_key(&round.key)).await;
    }

    /// Ends a round that left nothing to store; `failed`: because the ERP gave no answer.
    pub(crate) async fn end_without(&self, round: &mut Round, failed: bool) {
        self.settle(round).await;
        let now = self.clock.now();
        let lease = Lease { round: round.number, until: now.plus(BACKOFF), ended: Some(now), failed };
        let _ = self.leave(&round.key, &lease).await;
    }

    /// Removes what is kept of the rounds for `key`. Somebody who leads one goes on, and another may lead beside.
    pub(crate) async fn remove(&self, key: &str) -> Result<(), StoreError> {
        self.cache.delete(&lease_key(key)).await?;
        self.cache.delete(&round_key(key)).await
    }

    async fn leave(&self, key: &str, lease: &Lease) -> Result<(), StoreError> {
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

/// Questions under way in this instance, by what is asked.
pub(crate) struct SingleFlight<T>(Arc<Mutex<HashMap<String, Arc<Slot<T>>>>>);

struct Slot<T>(Mutex<Progress<T>>);

enum Progress<T> {
    UnderWay,
    Landed(T),
    /// Whoever asked was dropped before there was an outcome.
    Abandoned,
}

/// A caller's part in a question.
pub(crate) enum Part<T> {
    /// To ask it, and to land.
    Lead(Lead<T>),
    /// To wait for whoever asks it.
    Follow(Follower<T>),
}

/// The part of whoever asks. Dropped before it lands, it leaves the question to its followers.
pub(crate) struct Lead<T> {
    key: String,
    slot: Arc<Slot<T>>,
    flights: SingleFlight<T>,
}

/// The part of whoever waits.
pub(crate) struct Follower<T>(Arc<Slot<T>>);

impl<T> Clone for SingleFlight<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T> Default for SingleFlight<T> {
    fn default() -> Self {
        Self(Arc::default())
    }
}

fn lock<V>(mutex: &Mutex<V>) -> MutexGuard<'_, V> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<T> SingleFlight<T> {
    /// The caller's part in the question `key`.
    pub(crate) fn join(&self, key: &str) -> Part<T> {
        let mut flights = lock(&self.0);
        if let Some(slot) = flights.get(key) {
            return Part::Follow(Follower(slot.clone()));
        }
        let slot = Arc::new(Slot(Mutex::new(Progress::UnderWay)));
        flights.insert(key.to_owned(), slot.clone());
        Part::Lead(Lead { key: key.to_owned(), slot, flights: self.clone() })
    }
}

impl<T> Lead<T> {
    /// Gives the outcome to all followers. Who comes from now on asks anew.
    pub(crate) fn complete(self, outcome: T) {
        *lock(&self.slot.0) = Progress::Landed(outcome);
    }
}

impl<T> Drop for Lead<T> {
    fn drop(&mut self) {
        let mut progress = lock(&self.slot.0);
        if matches!(*progress, Progress::UnderWay) {
            *progress = Progress::Abandoned;
        }
        drop(progress);
        lock(&self.flights.0).remove(&self.key);
    }
}

/// How long a follower sleeps at most between two looks.
const MAX_SLEEP: Duration = Duration::from_millis(5);

impl<T: Clone> Follower<T> {
    /// The outcome; None: the leader is gone without one.
    pub(crate) async fn outcome(self, clock: &dyn Clock) -> Option<T> {
        let mut nap = Duration::from_millis(1);
        loop {
            match &*lock(&self.0.0) {
                Progress::Landed(outcome) => return Some(outcome.clone()),
                Progress::Abandoned => return None,
                Progress::UnderWay => {}
            }
            clock.sleep(nap).await;
            nap = nap.saturating_mul(2).min(MAX_SLEEP);
        }
    }
}
