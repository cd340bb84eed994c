//! Whether threads come late to their work. A request computes most of what it costs after it has first waited, when it waits
//! in no queue: the queue for the processor may be empty where there is more to do than can be done.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

/// With fewer requests under way nobody looks.
pub const BUSY: usize = 8;

/// How often it is looked, and how late who sleeps for so long may be woken: a timer is one millisecond late by itself.
const LOOK_EVERY: Duration = Duration::from_millis(2);
const CALM: Duration = Duration::from_millis(4);

/// For how long threads count as late after they were.
const REMEMBER: Duration = Duration::from_millis(50);

/// What was seen last.
#[derive(Debug, Default)]
pub struct Lateness(Mutex<Seen>);

#[derive(Debug, Default)]
struct Seen {
    is_watched: bool,
    late_until: Option<Instant>,
}

impl Lateness {
    /// Whether threads have been late a moment ago.
    pub fn is_late(&self) -> bool {
        self.lock().late_until.is_some_and(|until| Instant::now() < until)
    }

    /// Looks from now on, until `is_over`, unless somebody does.
    pub fn watch(self: &Arc<Self>, is_over: impl Fn() -> bool + Send + 'static) {
        if std::mem::replace(&mut self.lock().is_watched, true) {
            return;
        }
        let this = self.clone();
        tokio::spawn(async move {
            loop {
                let due = Instant::now() + LOOK_EVERY;
                sleep_until(due).await;
                let now = Instant::now();
                let mut seen = this.lock();
                if now.saturating_duration_since(due) > CALM {
                    seen.late_until = Some(now + REMEMBER);
                }
                if is_over() {
                    seen.is_watched = false;
                    return;
                }
            }
        });
    }

    fn lock(&self) -> MutexGuard<'_, Seen> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};

    use super::*;

    #[tokio::test]
    async fn threads_that_have_other_work_are_late_and_are_so_no_longer_when_it_is_done() {
        let (lateness, is_over) = (Arc::new(Lateness::default()), Arc::new(AtomicBool::new(false)));
        assert!(!lateness.is_late());
        for _ in 0..2 {
            let is_over = is_over.clone();
            lateness.watch(move || is_over.load(Ordering::Relaxed));
        }
        assert_eq!(tokio::runtime::Handle::current().metrics().num_alive_tasks(), 1, "one looks");
        while !lateness.is_late() {
            std::thread::sleep(CALM * 2);
            tokio::task::yield_now().await;
        }
        is_over.store(true, Ordering::Relaxed);
        while lateness.is_late() || lateness.lock().is_watched {
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }
}
