//! Turns of requests to the ERP: few at once, and each waits until others who want the processor have had it. An instance
//! begins with one at a time, for under load there are many instances, none of which lives long.
//!
//! Verdicts that were read together become stale together, and with as many checks as a machine can answer each of them is
//! asked for at once. Refreshing them all at once would take the processor from those who wait for an answer, for as long as
//! it takes, while a stale verdict is as good as it was a moment before. Whoever gets no turn starts none: the next check of
//! that verdict asks again. Many users whom nobody knows would do the same: on an overloaded host each of their checks waits
//! for a turn.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use edge_capabilities::Clock;

use crate::leisure::{self, Patience};

/// The most refreshes of an instance at once, where the processor is at leisure.
pub(crate) const MAX_AT_ONCE: usize = 4;

/// How long a refresh waits for the processor at most.
const PATIENCE: Patience = Patience { total: Duration::from_millis(500), pause: Duration::from_millis(256) };

/// How long a check that has to ask the ERP waits for it and for a turn.
const CALLERS_PATIENCE: Patience = Patience { total: Duration::from_secs(2), pause: Duration::from_millis(128) };

/// The turns of an instance.
#[derive(Clone)]
pub(crate) struct Turns(Arc<Counts>);

struct Counts {
    taken: AtomicUsize,
    /// How many there are now.
    at_once: AtomicUsize,
}

/// A turn, which ends when it is dropped.
pub(crate) struct Turn(Arc<Counts>);

impl Default for Turns {
    fn default() -> Self {
        Self(Arc::new(Counts { taken: AtomicUsize::new(0), at_once: AtomicUsize::new(1) }))
    }
}

impl Turns {
    /// A turn, if there is one.
    pub(crate) fn take(&self) -> Option<Turn> {
        let at_once = self.0.at_once.load(Ordering::Relaxed);
        let more = |taken: usize| Some(taken.saturating_add(1)).filter(|taken| *taken <= at_once);
        self.0.taken.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more).ok()?;
        Some(Turn(self.0.clone()))
    }

    /// A turn once there is one and the processor is at leisure; None: it took too long.
    pub(crate) async fn wait_for_one(&self, clock: &dyn Clock) -> Option<Turn> {
        Some(leisure::wait(clock, CALLERS_PATIENCE, || self.take()).await?.0)
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
    pub(crate) async fn wait_for_leisure(&self, clock: &dyn Clock) {
        let at_once = &self.0.at_once;
        if let Some(((), true)) = leisure::wait(clock, PATIENCE, || Some(())).await {
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
        let turns = Turns::default();
        let all = || std::iter::from_fn(|| turns.take()).collect::<Vec<_>>();
        for (at_once, lateness) in [(1, 0), (2, 0), (MAX_AT_ONCE, 0), (MAX_AT_ONCE, 5), (1, 5), (1, 0), (2, 0)] {
            let mut taken = all();
            assert_eq!(taken.len(), at_once);
            let ended = taken.pop().unwrap();
            ended.wait_for_leisure(&Busy::new(1, Duration::from_millis(lateness))).await;
            drop((ended, taken));
            assert!(turns.take().is_some());
        }
    }

    #[tokio::test]
    async fn who_waits_gets_a_turn_when_it_is_free_and_the_processor_is_at_leisure_or_goes_without() {
        let ms = Duration::from_millis;
        let turns = Turns::default();
        for (late, waits) in [(0, ms(2)), (3, ms(45))] {
            let clock = Busy::new(late, ms(5));
            let turn = turns.wait_for_one(&clock).await;
            assert_eq!((turn.is_some(), clock.elapsed()), (true, waits));
        }
        let clock = Busy::new(0, ms(0));
        let taken = turns.take().unwrap();
        assert!(turns.wait_for_one(&clock).await.is_none());
        assert!((ms(2_000)..ms(2_128)).contains(&clock.elapsed()), "{:?}", clock.elapsed());
        drop(taken);
        assert!(turns.wait_for_one(&clock).await.is_some());
    }
}
