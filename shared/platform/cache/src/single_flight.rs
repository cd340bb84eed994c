//! One fetch for all callers in this instance who want the same at the same time: the first caller leads, and the others
//! wait for its outcome.
//!
//! A follower waits by the clock and never on the leader's task: see the components' capabilities for why.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use edge_capabilities::Clock;

/// The running fetches of this instance, by key.
pub struct SingleFlight<K, T>(Arc<Mutex<HashMap<K, Arc<Slot<T>>>>>);

struct Slot<T> {
    /// When the leader began, by [`Clock::elapsed`].
    since: Duration,
    progress: Mutex<Progress<T>>,
}

enum Progress<T> {
    Running,
    Completed(T),
    /// The leader was dropped before it had an outcome.
    Abandoned,
}

/// The leader of a fetch. If it is dropped before it completes, its followers take the fetch over.
pub struct Leader<K: Eq + Hash, T> {
    key: K,
    slot: Arc<Slot<T>>,
    flights: SingleFlight<K, T>,
}

/// A caller that waits for the leader.
struct Follower<T>(Arc<Slot<T>>);

impl<K, T> Clone for SingleFlight<K, T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<K, T> Default for SingleFlight<K, T> {
    fn default() -> Self {
        Self(Arc::default())
    }
}

fn lock<V>(mutex: &Mutex<V>) -> MutexGuard<'_, V> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<K: Clone + Eq + Hash, T> SingleFlight<K, T> {
    /// Joins the fetch of `key`.
    fn join(&self, key: &K, clock: &dyn Clock) -> Result<Leader<K, T>, Follower<T>> {
        let mut flights = lock(&self.0);
        if let Some(slot) = flights.get(key).filter(|slot| !slot.is_dead(clock)) {
            return Err(Follower(slot.clone()));
        }
        let slot = Arc::new(Slot { since: clock.elapsed(), progress: Mutex::new(Progress::Running) });
        flights.insert(key.clone(), slot.clone());
        Ok(Leader { key: key.clone(), slot, flights: self.clone() })
    }

    /// Leads the fetch of `key`, unless somebody else does.
    pub fn lead(&self, key: &K, clock: &dyn Clock) -> Option<Leader<K, T>> {
        self.join(key, clock).ok()
    }

    /// For how long the fetch of `key` has been running; None: it is not.
    pub fn running_for(&self, key: &K, clock: &dyn Clock) -> Option<Duration> {
        lock(&self.0).get(key).map(|slot| clock.elapsed().saturating_sub(slot.since))
    }
}

impl<K: Clone + Eq + Hash, T: Clone> SingleFlight<K, T> {
    /// The outcome of the fetch of `key`: of this caller's `fetch`, or of the leader that it follows. If the leader dies, or
    /// the caller does not accept its outcome, the caller joins again, up to `attempts` times. `fetch` is told whether the
    /// caller has followed a leader before. None: every leader died.
    pub async fn run(
        &self,
        key: &K,
        attempts: usize,
        clock: &dyn Clock,
        is_accepted: impl Fn(&T) -> bool,
        fetch: impl AsyncFnOnce(bool) -> T,
    ) -> Option<T> {
        let mut last = None;
        for attempt in 0..attempts {
            match self.join(key, clock) {
                Ok(leader) => {
                    let outcome = fetch(attempt > 0).await;
                    leader.complete(outcome.clone());
                    return Some(outcome);
                }
                Err(follower) => match follower.outcome(clock).await {
                    Some(outcome) if is_accepted(&outcome) => return Some(outcome),
                    Some(outcome) => last = Some(outcome),
                    None => {}
                },
            }
        }
        last
    }
}

impl<K: Eq + Hash, T> Leader<K, T> {
    /// Gives the outcome to all followers. Callers that join from now on start a new fetch.
    pub fn complete(self, outcome: T) {
        *lock(&self.slot.progress) = Progress::Completed(outcome);
    }
}

impl<K: Eq + Hash, T> Drop for Leader<K, T> {
    fn drop(&mut self) {
        let mut progress = lock(&self.slot.progress);
        if matches!(*progress, Progress::Running) {
            *progress = Progress::Abandoned;
        }
        drop(progress);
        let mut flights = lock(&self.flights.0);
        if flights.get(&self.key).is_some_and(|slot| Arc::ptr_eq(slot, &self.slot)) {
            flights.remove(&self.key);
        }
    }
}

impl<T> Slot<T> {
    fn is_dead(&self, clock: &dyn Clock) -> bool {
        clock.elapsed().saturating_sub(self.since) >= DEAD_AFTER
    }
}

/// How long a fetch may run until its leader is taken for dead: longer than any time-out.
const DEAD_AFTER: Duration = Duration::from_secs(30);

/// The longest sleep of a follower between two looks.
const MAX_SLEEP: Duration = Duration::from_millis(5);

impl<T: Clone> Follower<T> {
    /// Waits for the outcome; None: the leader was dropped without one, or is taken for dead.
    async fn outcome(self, clock: &dyn Clock) -> Option<T> {
        let mut nap = Duration::from_millis(1);
        loop {
            match &*lock(&self.0.progress) {
                Progress::Completed(outcome) => return Some(outcome.clone()),
                Progress::Abandoned => return None,
                Progress::Running if self.0.is_dead(clock) => return None,
                Progress::Running => {}
            }
            clock.sleep(nap).await;
            nap = nap.saturating_mul(2).min(MAX_SLEEP);
        }
    }
}
