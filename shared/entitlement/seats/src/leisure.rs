//! Waiting until the processor is at leisure, by what can be told from within an instance: how late a sleeper is woken tells
//! how many are before him.

use std::time::Duration;

use edge_capabilities::Clock;

/// How long it is slept at first; after that, twice as long each time.
const FIRST_PAUSE: Duration = Duration::from_millis(2);

/// Whoever sleeps and is woken no later than this has the processor for himself. A timer of the host is one millisecond
/// late by itself.
const CALM: Duration = Duration::from_millis(2);

/// How long it is waited.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Patience {
    /// In all; the last sleep, and what the processor adds to it, comes on top.
    pub(crate) total: Duration,
    /// The longest sleep.
    pub(crate) pause: Duration,
}

/// What `take` gives when it is called with the processor at leisure, and whether that was the first time; None: until it was
/// waited for long enough, it gave nothing.
pub(crate) async fn wait<T>(clock: &dyn Clock, patience: Patience, take: impl Fn() -> Option<T>) -> Option<(T, bool)> {
    let (began, mut pause) = (clock.elapsed(), FIRST_PAUSE);
    loop {
        let due = clock.elapsed().saturating_add(pause);
        clock.sleep(pause).await;
        let now = clock.elapsed();
        let is_calm = now.saturating_sub(due) <= CALM;
        if is_calm && let Some(taken) = take() {
            return Some((taken, pause == FIRST_PAUSE));
        }
        if now.saturating_sub(began) >= patience.total {
            return None;
        }
        pause = pause.saturating_mul(2).min(patience.pause);
    }
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
            let patience = Patience { total: ms(500), pause: ms(256) };
            let was_calm = wait(&clock, patience, || Some(())).await;
            let expected = if times == 99 { None } else { Some(((), lateness <= CALM)) };
            assert_eq!((clock.elapsed(), was_calm), (waits, expected), "{times} times {lateness:?}");
        }
    }
}
