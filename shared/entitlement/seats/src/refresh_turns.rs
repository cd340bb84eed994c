//! Turns of refreshes behind answers: few at once, and each waits until others who want the processor have had it.
//!
//! Verdicts that were read together become stale together, and with as many checks as a machine can answer each of them is
//! asked for at once. Refreshing them all at once would take the processor from those who wait for an answer, for as long as
//! it takes, while a stale verdict is as good as it was a moment before. Whoever gets no turn starts none: the next check of
//! that verdict asks again.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use edge_capabilities::Clock;

/// The most refreshes of an instance at once.
pub(crate) const MAX_AT_ONCE: usize = 4;

/// How long a refresh waits at first, and how long at most before it no longer waits.
const FIRST_PAUSE: Duration = Duration::from_millis(2);
const LAST_PAUSE: Duration = Duration::from_millis(256);

/// Whoever sleeps and is woken no later than this has the processor for himself. A timer of the host is one millisecond
/// late by itself.
const CALM: Duration = Duration::from_millis(2);

/// The turns of an instance.
#[derive(Clone, Default)]
pub(crate) struct RefreshTurns(Arc<AtomicUsize>);

/// A turn, which ends when it is dropped.
pub(crate) struct Turn(Arc<AtomicUsize>);

impl RefreshTurns {
    /// A turn, if there is one.
    pub(crate) fn take(&self) -> Option<Turn> {
        let more = |taken: usize| Some(taken.saturating_add(1)).filter(|taken| *taken <= MAX_AT_ONCE);
        self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more).ok()?;
        Some(Turn(self.0.clone()))
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Turn {
    /// Waits until the processor is at leisure, for half a second and what the processor adds. How late a sleeper is woken
    /// tells how many are before him.
    pub(crate) async fn wait(&self, clock: &dyn Clock) {
        let mut pause = FIRST_PAUSE;
        while pause <= LAST_PAUSE {
            let due = clock.elapsed().saturating_add(pause);
            clock.sleep(pause).await;
            if clock.elapsed().saturating_sub(due) <= CALM {
                return;
            }
            pause = pause.saturating_mul(2);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use async_trait::async_trait;
    use edge_capabilities::Timestamp;

    use super::*;

    /// Wakes whoever sleeps too late, the first so many times.
    struct Busy {
        times: AtomicUsize,
        lateness: Duration,
        elapsed: Mutex<Duration>,
    }

    impl Busy {
        fn new(times: usize, lateness: Duration) -> Self {
            Self { times: AtomicUsize::new(times), lateness, elapsed: Mutex::default() }
        }
    }

    #[async_trait]
    impl Clock for Busy {
        fn now(&self) -> Timestamp {
            Timestamp::from_millis(0)
        }

        fn elapsed(&self) -> Duration {
            *self.elapsed.lock().unwrap()
        }

        async fn sleep(&self, duration: Duration) {
            let fewer = |times: usize| times.checked_sub(1);
            let is_late = self.times.fetch_update(Ordering::Relaxed, Ordering::Relaxed, fewer).is_ok();
            *self.elapsed.lock().unwrap() += if is_late { duration + self.lateness } else { duration };
        }
    }

    #[tokio::test]
    async fn a_refresh_waits_while_sleepers_are_woken_late_but_not_for_ever() {
        let ms = Duration::from_millis;
        for (times, lateness, waits) in
            [(0, ms(0), ms(2)), (9, CALM, ms(4)), (1, ms(5), ms(11)), (3, ms(5), ms(45)), (99, ms(5), ms(550))]
        {
            let clock = Busy::new(times, lateness);
            RefreshTurns::default().take().unwrap().wait(&clock).await;
            assert_eq!(clock.elapsed(), waits, "{times} times {lateness:?}");
        }
    }

    #[test]
    fn a_turn_that_ended_is_anothers() {
        let turns = RefreshTurns::default();
        let mut taken: Vec<_> = std::iter::from_fn(|| turns.take()).collect();
        assert_eq!(taken.len(), MAX_AT_ONCE);
        taken.pop();
        assert!(turns.take().is_some());
    }
}
