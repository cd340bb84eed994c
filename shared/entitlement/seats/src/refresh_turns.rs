//! Turns of refreshes behind answers: few at once, and each waits until others who want the processor have had it. An
//! instance begins with one at a time, for under load there are many instances, none of which lives long.
//!
//! Verdicts that were read together become stale together, and with as many checks as a machine can answer each of them is
//! asked for at once. Refreshing them all at once would take the processor from those who wait for an answer, for as long as
//! it takes, while a stale verdict is as good as it was a moment before. Whoever gets no turn starts none: the next check of
//! that verdict asks again.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use edge_capabilities::Clock;

use crate::leisure;

/// The most refreshes of an instance at once, where the processor is at leisure.
pub(crate) const MAX_AT_ONCE: usize = 4;

/// How long a refresh sleeps at a time before it no longer waits.
const LAST_PAUSE: Duration = Duration::from_millis(256);

/// The turns of an instance.
#[derive(Clone)]
pub(crate) struct RefreshTurns(Arc<Turns>);

struct Turns {
    taken: AtomicUsize,
    /// How many there are now.
    at_once: AtomicUsize,
}

/// A turn, which ends when it is dropped.
pub(crate) struct Turn(Arc<Turns>);

impl Default for RefreshTurns {
    fn default() -> Self {
        Self(Arc::new(Turns { taken: AtomicUsize::new(0), at_once: AtomicUsize::new(1) }))
    }
}

impl RefreshTurns {
    /// A turn, if there is one.
    pub(crate) fn take(&self) -> Option<Turn> {
        let at_once = self.0.at_once.load(Ordering::Relaxed);
        let more = |taken: usize| Some(taken.saturating_add(1)).filter(|taken| *taken <= at_once);
        self.0.taken.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more).ok()?;
        Some(Turn(self.0.clone()))
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.0.taken.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Turn {
    /// Waits until the processor is at leisure, for half a second and what the processor adds. Whether it was at leisure at
    /// first decides how many refreshes there may be at once.
    pub(crate) async fn wait(&self, clock: &dyn Clock) {
        let at_once = &self.0.at_once;
        if leisure::wait(clock, LAST_PAUSE).await {
            let more = |at_once: usize| Some(at_once.saturating_mul(2).min(MAX_AT_ONCE));
            let _ = at_once.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more);
        } else {
            at_once.store(1, Ordering::Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::leisure::testing::Busy;

    #[tokio::test]
    async fn there_are_more_turns_while_the_processor_is_at_leisure_and_a_turn_that_ended_is_anothers() {
        let turns = RefreshTurns::default();
        let all = || std::iter::from_fn(|| turns.take()).collect::<Vec<_>>();
        for (at_once, lateness) in [(1, 0), (2, 0), (MAX_AT_ONCE, 0), (MAX_AT_ONCE, 5), (1, 5), (1, 0), (2, 0)] {
            let mut taken = all();
            assert_eq!(taken.len(), at_once);
            let ended = taken.pop().unwrap();
            ended.wait(&Busy::new(1, Duration::from_millis(lateness))).await;
            drop((ended, taken));
            assert!(turns.take().is_some());
        }
    }
}
