//! One request for all callers in this instance who want the same at the same time: the first caller leads, and the
//! others wait for its outcome.
//!
//! A follower waits by the clock and never on the leader's task: see the components' capabilities for why.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use edge_capabilities::Clock;

/// The running requests of this instance, by key.
pub(crate) struct SingleFlight<T>(Arc<Mutex<HashMap<String, Arc<Slot<T>>>>>);

struct Slot<T>(Mutex<Progress<T>>);

enum Progress<T> {
    Running,
    Completed(T),
    /// The leader was dropped before it had an outcome.
    Abandoned,
}

/// The role of a caller in a request.
pub(crate) enum Role<T> {
    /// The caller makes the request and completes it.
    Leader(Leader<T>),
    /// The caller waits for the leader.
    Follower(Follower<T>),
}

/// The leader of a request. If it is dropped before it completes, its followers take the request over.
pub(crate) struct Leader<T> {
    key: String,
    slot: Arc<Slot<T>>,
    flights: SingleFlight<T>,
}

/// A caller that waits for the leader.
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
    /// Joins the request `key`.
    pub(crate) fn join(&self, key: &str) -> Role<T> {
        let mut flights = lock(&self.0);
        if let Some(slot) = flights.get(key) {
            return Role::Follower(Follower(slot.clone()));
        }
        let slot = Arc::new(Slot(Mutex::new(Progress::Running)));
        flights.insert(key.to_owned(), slot.clone());
        Role::Leader(Leader { key: key.to_owned(), slot, flights: self.clone() })
    }
}

impl<T: Clone> SingleFlight<T> {
    /// The outcome of the request `key`: of this caller's `request`, or of the leader that it follows. If the leader dies,
    /// or the caller does not accept its outcome, the caller joins again, up to `attempts` times. `request` is told whether
    /// the caller has followed a leader before. None: every leader died.
    pub(crate) async fn run(
        &self,
        key: &str,
        attempts: usize,
        clock: &dyn Clock,
        is_accepted: impl Fn(&T) -> bool,
        request: impl AsyncFnOnce(bool) -> T,
    ) -> Option<T> {
        let mut last = None;
        for attempt in 0..attempts {
            match self.join(key) {
                Role::Leader(leader) => {
                    let outcome = request(attempt > 0).await;
                    leader.complete(outcome.clone());
                    return Some(outcome);
                }
                Role::Follower(follower) => match follower.outcome(clock).await {
                    Some(outcome) if is_accepted(&outcome) => return Some(outcome),
                    Some(outcome) => last = Some(outcome),
                    None => {}
                },
            }
        }
        last
    }
}

impl<T> Leader<T> {
    /// Gives the outcome to all followers. Callers that join from now on start a new request.
    pub(crate) fn complete(self, outcome: T) {
        *lock(&self.slot.0) = Progress::Completed(outcome);
    }
}

impl<T> Drop for Leader<T> {
    fn drop(&mut self) {
        let mut progress = lock(&self.slot.0);
        if matches!(*progress, Progress::Running) {
            *progress = Progress::Abandoned;
        }
        drop(progress);
        lock(&self.flights.0).remove(&self.key);
    }
}

/// The longest sleep of a follower between two looks.
const MAX_SLEEP: Duration = Duration::from_millis(5);

impl<T: Clone> Follower<T> {
    /// Waits for the outcome; None: the leader was dropped without one.
    pub(crate) async fn outcome(self, clock: &dyn Clock) -> Option<T> {
        let mut nap = Duration::from_millis(1);
        loop {
            match &*lock(&self.0.0) {
                Progress::Completed(outcome) => return Some(outcome.clone()),
                Progress::Abandoned => return None,
                Progress::Running => {}
            }
            clock.sleep(nap).await;
            nap = nap.saturating_mul(2).min(MAX_SLEEP);
        }
    }
}
