//! How fast the queue for the processor moves.

use std::time::Duration;

use tokio::time::Instant;

/// How long slots are counted before the pace is said anew: for longer than a thread is busy with those who are turned away,
/// when no slot is handed on, and then many are.
const PACE_WINDOW: Duration = Duration::from_millis(100);

/// The time from one slot that is handed on to the next while somebody waits, on average.
#[derive(Default)]
pub struct Pace {
    /// Since when slots are counted; none while nobody waits.
    since: Option<Instant>,
    /// How many were handed on since then.
    count: u32,
    /// The average over the last whole window.
    known: Duration,
}

impl Pace {
    /// Another slot is handed on.
    pub fn note(&mut self, now: Instant) {
        let Some(since) = self.since else {
            self.since = Some(now);
            return;
        };
        self.count = self.count.saturating_add(1);
        let elapsed = now.saturating_duration_since(since);
        if elapsed >= PACE_WINDOW {
            *self = Self { since: Some(now), count: 0, known: elapsed / self.count };
        }
    }

    /// Nobody waits any more.
    pub const fn rest(&mut self) {
        self.since = None;
        self.count = 0;
    }

    /// The pace as it is known at `now`; zero where it is not.
    pub fn at(&self, now: Instant) -> Duration {
        let elapsed = self.since.map_or(Duration::ZERO, |since| now.saturating_duration_since(since));
        if elapsed >= PACE_WINDOW {
            // None is handed on for so long: those who wait will wait for longer.
            self.known.max(elapsed / self.count.saturating_add(1))
        } else if self.known.is_zero() {
            elapsed.checked_div(self.count).unwrap_or_default()
        } else {
            self.known
        }
    }
}
