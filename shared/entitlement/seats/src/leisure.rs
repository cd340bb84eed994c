//! Waiting until the processor is at leisure, by what can be told from within an instance: how late a sleeper is woken tells
//! how many are before him.

use std::time::Duration;

use edge_capabilities::Clock;

/// How long it is slept at first; after that, twice as long each time.
pub(crate) const FIRST_PAUSE: Duration = Duration::from_millis(2);

/// Whoever sleeps and is woken no later than this has the processor for himself. A timer of the host is one millisecond
/// late by itself.
pub(crate) const CALM: Duration = Duration::from_millis(2);

/// Waits until the processor is at leisure, but sleeps for no longer than `last_pause` at a time: for twice that in all, and
/// what the processor adds. Returns whether it was at leisure at first.
pub(crate) async fn wait(clock: &dyn Clock, last_pause: Duration) -> bool {
    let mut pause = FIRST_PAUSE;
    while pause <= last_pause {
        let due = clock.elapsed().saturating_add(pause);
        clock.sleep(pause).await;
        if clock.elapsed().saturating_sub(due) <= CALM {
            return pause == FIRST_PAUSE;
        }
        pause = pause.saturating_mul(2);
    }
    false
}

#[cfg(test)]
pub(crate) mod testing {
    use std::sync::Mutex;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use async_trait::async_trait;
    use edge_capabilities::Timestamp;

    use super::*;

    /// Wakes whoever sleeps too late, the first so many times.
    pub(crate) struct Busy {
        times: AtomicUsize,
        lateness: Duration,
        elapsed: Mutex<Duration>,
    }

    impl Busy {
        pub(crate) fn new(times: usize, lateness: Duration) -> Self {
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
}

#[cfg(test)]
mod tests {
    use super::testing::Busy;
    use super::*;

    #[tokio::test]
    async fn whoever_waits_does_so_while_sleepers_are_woken_late_but_not_for_ever() {
        let ms = Duration::from_millis;
        for (times, lateness, waits) in
            [(0, ms(0), ms(2)), (9, CALM, ms(4)), (1, ms(5), ms(11)), (3, ms(5), ms(45)), (99, ms(5), ms(550))]
        {
            let clock = Busy::new(times, lateness);
            let was_calm = wait(&clock, ms(256)).await;
            assert_eq!((clock.elapsed(), was_calm), (waits, lateness <= CALM), "{times} times {lateness:?}");
        }
    }
}
