//! Circuit breakers. A store or an upstream that does not respond costs each caller a time-out. After several failures in a
//! row the breaker opens: calls fail at once until one call, the probe, finds that it responds again. Upstreams have one that
//! also counts failures among successes and bounds the calls in flight ([`upstream`]).

pub mod upstream;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// When a breaker opens, and for how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Failures in a row, with no success between them, that open it.
    pub failures: u32,
    /// The minimum time from the start of the first of these failures to the end of the last: calls that fail together count
    /// as one failure.
    pub span: Duration,
    /// How long it stays open at first; twice as long after each failed probe, up to `max_open`.
    pub initial_open: Duration,
    /// The maximum time that it stays open before the next probe.
    pub max_open: Duration,
}

impl Policy {
    /// Opens after `failures` over at least `span`, for half a second at first, then for up to a second and a half.
    pub const fn new(failures: u32, span: Duration) -> Self {
        Self { failures, span, initial_open: Duration::from_millis(500), max_open: Duration::from_millis(1500) }
    }
}

/// The breaker is open: the call was not made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it did not answer lately; it is tried again in {} ms", .after.as_millis())]
pub struct Open {
    /// The time until the next attempt.
    pub after: Duration,
}

/// How a call changed the state of the breaker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// The breaker opened.
    Opened,
    /// The breaker closed again.
    Closed,
}

/// The breaker of one store or upstream. Times are durations since a fixed point, of a clock that never goes back.
#[derive(Debug)]
pub struct Breaker {
    policy: Policy,
    /// Whether `state` differs from [`HEALTHY`], so that almost every call takes no lock.
    has_failures: AtomicBool,
    state: Mutex<State>,
}

#[derive(Clone, Copy, Debug)]
enum State {
    Closed {
        failures: u32,
        /// When the first of these calls began.
        since: Duration,
    },
    Open {
        until: Duration,
        length: Duration,
        /// Whether a probe is in progress.
        probing: bool,
    },
}

const HEALTHY: State = State::Closed { failures: 0, since: Duration::ZERO };

/// The permission to make a call. The caller reports the outcome; a permit that is dropped without one counts neither as a
/// success nor as a failure.
#[derive(Debug)]
pub struct Permit<'b> {
    breaker: &'b Breaker,
    is_probe: bool,
}

impl Breaker {
    /// A closed breaker.
    pub const fn new(policy: Policy) -> Self {
        Self { policy, has_failures: AtomicBool::new(false), state: Mutex::new(HEALTHY) }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The permission to make a call, unless the breaker is open. `now` is called only if the breaker is not healthy.
    pub fn permit(&self, now: impl FnOnce() -> Duration) -> Result<Permit<'_>, Open> {
        let mut is_probe = false;
        if self.has_failures.load(Ordering::Acquire)
            && let State::Open { until, probing, .. } = &mut *self.state()
        {
            let now = now();
            if *probing || now < *until {
                return Err(Open { after: until.saturating_sub(now).max(Duration::from_millis(1)) });
            }
            *probing = true;
            is_probe = true;
        }
        Ok(Permit { breaker: self, is_probe })
    }

    /// As [`Breaker::permit`], for a call that its caller may abandon. If it is abandoned after [`ABANDONED_AFTER`] or later, it
    /// counts as failed.
    pub fn watch<N: Fn() -> Duration>(&self, now: N) -> Result<Watch<'_, N>, Open> {
        let permit = Some(self.permit(&now)?);
        Ok(Watch { permit, began: now(), now })
    }

    /// Closes, for there was an answer, to whichever call.
    pub fn answered(&self) -> Option<Change> {
        if !self.has_failures.load(Ordering::Acquire) {
            return None;
        }
        let mut state = self.state();
        let was_open = matches!(*state, State::Open { .. });
        *state = HEALTHY;
        self.has_failures.store(false, Ordering::Release);
        was_open.then_some(Change::Closed)
    }

    /// Whether calls fail at once.
    pub fn is_open(&self) -> bool {
        self.has_failures.load(Ordering::Acquire) && matches!(*self.state(), State::Open { .. })
    }
}

impl Permit<'_> {
    /// Reports a response.
    pub fn succeeded(mut self) -> Option<Change> {
        self.is_probe = false;
        self.breaker.answered()
    }

    /// Reports a failure at `now` of a call that took `took`.
    pub fn failed(mut self, now: Duration, took: Duration) -> Option<Change> {
        let is_probe = std::mem::take(&mut self.is_probe);
        let Policy { failures: max_failures, span, initial_open, max_open } = self.breaker.policy;
        let began = now.saturating_sub(took);
        let mut state = self.breaker.state();
        self.breaker.has_failures.store(true, Ordering::Release);
        match &mut *state {
            State::Closed { failures, since } => {
                *since = if *failures == 0 { began } else { began.min(*since) };
                *failures = failures.saturating_add(1);
                if *failures >= max_failures && now.saturating_sub(*since) >= span {
                    *state =
                        State::Open { until: now.saturating_add(initial_open), length: initial_open, probing: false };
                    return Some(Change::Opened);
                }
            }
            State::Open { until, length, probing } if is_probe => {
                *length = length.saturating_mul(2).min(max_open);
                *until = now.saturating_add(*length);
                *probing = false;
            }
            // The call began before the breaker opened.
            State::Open { .. } => {}
        }
        None
    }

    /// Reports a response that asks for a pause.
    pub fn paused(mut self, now: Duration, pause: Duration) -> Option<Change> {
        self.is_probe = false;
        let mut state = self.breaker.state();
        self.breaker.has_failures.store(true, Ordering::Release);
        let was_open = matches!(*state, State::Open { .. });
        let length = self.breaker.policy.initial_open;
        *state = State::Open { until: now.saturating_add(pause), length, probing: false };
        (!was_open).then_some(Change::Opened)
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        // After a probe without an outcome, the next caller probes.
        if self.is_probe
            && let State::Open { probing, .. } = &mut *self.breaker.state()
        {
            *probing = false;
        }
    }
}

/// The duration from which an abandoned call counts as a failure.
pub const ABANDONED_AFTER: Duration = Duration::from_millis(200);

/// A call in progress.
#[derive(Debug)]
pub struct Watch<'b, N: Fn() -> Duration> {
    permit: Option<Permit<'b>>,
    began: Duration,
    now: N,
}

impl<N: Fn() -> Duration> Watch<'_, N> {
    /// Reports a response.
    pub fn succeeded(mut self) -> Option<Change> {
        self.permit.take().and_then(Permit::succeeded)
    }

    /// Reports a failure.
    pub fn failed(mut self) -> Option<Change> {
        self.end()
    }

    /// Reports a response that asks for a pause.
    pub fn paused(mut self, pause: Duration) -> Option<Change> {
        let permit = self.permit.take()?;
        permit.paused((self.now)(), pause)
    }

    /// Ends without an outcome.
    pub fn forget(mut self) {
        self.permit = None;
    }

    /// Whether it counts as failed if it is abandoned now.
    pub fn is_overdue(&self) -> bool {
        self.permit.is_some() && (self.now)().saturating_sub(self.began) >= ABANDONED_AFTER
    }

    fn end(&mut self) -> Option<Change> {
        let (permit, now) = (self.permit.take()?, (self.now)());
        permit.failed(now, now.saturating_sub(self.began))
    }
}

impl<N: Fn() -> Duration> Drop for Watch<'_, N> {
    fn drop(&mut self) {
        if self.is_overdue() {
            self.end();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn ms(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    fn breaker() -> Breaker {
        Breaker::new(Policy::new(3, ms(100)))
    }

    fn fails(breaker: &Breaker, at: u64, took: u64) -> Option<Change> {
        breaker.permit(|| ms(at)).unwrap().failed(ms(at), ms(took))
    }

    fn refused(breaker: &Breaker, at: u64) -> Option<u64> {
        breaker.permit(|| ms(at)).err().map(|open| u64::try_from(open.after.as_millis()).unwrap())
    }

    #[test]
    fn it_opens_after_failures_in_a_row_that_take_a_while() {
        let breaker = breaker();
        assert_eq!(fails(&breaker, 1000, 10), None);
        assert_eq!(fails(&breaker, 1050, 10), None);
        assert_eq!(breaker.permit(|| ms(1060)).unwrap().succeeded(), None, "a success begins the count anew");
        for at in [1100, 1150] {
            assert_eq!(fails(&breaker, at, 10), None);
        }
        assert!(!breaker.is_open());
        assert_eq!(fails(&breaker, 1200, 10), Some(Change::Opened));
        assert!(breaker.is_open());
        assert_eq!(refused(&breaker, 1300), Some(400));
    }

    #[test]
    fn failures_that_come_together_are_one() {
        let breaker = breaker();
        let together: Vec<_> = (0..50).map(|_| breaker.permit(|| ms(1000)).unwrap()).collect();
        for permit in together {
            assert_eq!(permit.failed(ms(1005), ms(5)), None);
        }
        assert_eq!(breaker.permit(|| ms(1010)).unwrap().succeeded(), None);
        // As long as they all took, they say more.
        let together: Vec<_> = (0..3).map(|_| breaker.permit(|| ms(2000)).unwrap()).collect();
        let changes: Vec<_> = together.into_iter().map(|permit| permit.failed(ms(3000), ms(1000))).collect();
        assert_eq!(changes, [None, None, Some(Change::Opened)]);
    }

    #[test]
    fn one_probe_at_a_time_finds_out_whether_it_answers_again() {
        let breaker = breaker();
        for at in [1000, 1100, 1200] {
            fails(&breaker, at, 0);
        }
        let mut now = 1200;
        for wait in [500, 1000, 1500, 1500] {
            assert!(refused(&breaker, now + wait - 1).is_some(), "not before {wait} ms");
            now += wait;
            let probe = breaker.permit(|| ms(now)).unwrap();
            assert!(refused(&breaker, now + 10).is_some(), "one at a time");
            now += 50;
            assert_eq!(probe.failed(ms(now), ms(50)), None);
        }
        now += 1500;
        drop(breaker.permit(|| ms(now)).unwrap());
        let probe = breaker.permit(|| ms(now)).expect("the last one came to nothing");
        assert_eq!(probe.succeeded(), Some(Change::Closed));
        assert!(!breaker.is_open());
        assert_eq!(fails(&breaker, now, 0), None);
    }

    #[test]
    fn what_began_before_it_opened_does_not_keep_it_open() {
        let breaker = breaker();
        let (late, later) = (breaker.permit(|| ms(0)).unwrap(), breaker.permit(|| ms(0)).unwrap());
        for at in [1000, 1100, 1200] {
            fails(&breaker, at, 0);
        }
        assert_eq!(late.failed(ms(1600), ms(1600)), None);
        assert_eq!(refused(&breaker, 1650), Some(50));
        assert_eq!(later.succeeded(), Some(Change::Closed), "an answer is an answer");
    }

    #[test]
    fn a_call_that_is_given_up_after_a_while_has_failed() {
        let breaker = breaker();
        let now = std::cell::Cell::new(ms(1000));
        for (after, is_open) in [(50, false), (300, false), (300, false), (10, false), (300, true)] {
            let watch = breaker.watch(|| now.get()).unwrap();
            now.set(now.get() + ms(after));
            drop(watch);
            assert_eq!(breaker.is_open(), is_open);
        }
        now.set(now.get() + ms(500));
        let probe = breaker.watch(|| now.get()).unwrap();
        now.set(now.get() + ms(300));
        drop(probe);
        assert_eq!(breaker.watch(|| now.get()).err(), Some(Open { after: ms(1000) }), "so has the probe");
    }

    #[test]
    fn it_waits_as_long_as_it_is_told_to() {
        let breaker = breaker();
        let told = breaker.permit(|| ms(0)).unwrap().paused(ms(0), ms(7000));
        assert_eq!((told, refused(&breaker, 6999)), (Some(Change::Opened), Some(1)));
        assert_eq!(breaker.permit(|| ms(7000)).unwrap().succeeded(), Some(Change::Closed));
    }
}
