//! Circuit breakers. A store or an upstream that does not answer costs each caller a time-out. After some failures in a
//! row its breaker opens: calls fail at once, until one call, the probe, finds that it answers again.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// When a breaker opens, and for how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Failures in a row, with no success between them, that open it.
    pub failures: u32,
    /// The least time from the beginning of the first of them to the end of the last: calls that fail together are one
    /// failure.
    pub span: Duration,
    /// How long it stays open at first; each time that the probe fails twice as long, up to `longest`.
    pub first: Duration,
    /// The longest that it stays open before the next probe.
    pub longest: Duration,
}

impl Policy {
    /// Open for half a second at first, then for up to a second and a half, after `failures` within `span` or more.
    pub const fn new(failures: u32, span: Duration) -> Self {
        Self { failures, span, first: Duration::from_millis(500), longest: Duration::from_millis(1500) }
    }
}

/// A call that was not made: the breaker is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it did not answer lately; it is tried again in {} ms", .after.as_millis())]
pub struct Open {
    /// When it is tried again.
    pub after: Duration,
}

/// What a call changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// The breaker opened.
    Opened,
    /// The breaker closed again.
    Closed,
}

/// The breaker of one store or upstream. Times are those of a clock that never goes back, from any fixed point on.
#[derive(Debug)]
pub struct Breaker {
    policy: Policy,
    /// Whether there is anything to look at: false on almost every call.
    troubled: AtomicBool,
    state: Mutex<State>,
}

#[derive(Clone, Copy, Debug)]
enum State {
    Closed {
        failures: u32,
        /// When the first of them began.
        since: Duration,
    },
    Open {
        until: Duration,
        length: Duration,
        /// Whether a probe is under way.
        probing: bool,
    },
}

const WELL: State = State::Closed { failures: 0, since: Duration::ZERO };

/// A call that may be made. Whoever makes it says what came of it; where it is dropped before that, nothing came of it.
#[derive(Debug)]
pub struct Permit<'b> {
    breaker: &'b Breaker,
    is_probe: bool,
}

impl Breaker {
    /// A closed breaker.
    pub const fn new(policy: Policy) -> Self {
        Self { policy, troubled: AtomicBool::new(false), state: Mutex::new(WELL) }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether a call may be made; `now` is asked for only where that is in question.
    pub fn permit(&self, now: impl FnOnce() -> Duration) -> Result<Permit<'_>, Open> {
        let mut is_probe = false;
        if self.troubled.load(Ordering::Acquire)
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

    /// As [`Breaker::permit`], for a call whose caller may give it up: given up after [`GIVEN_UP`] or later, it has failed.
    pub fn watch<N: Fn() -> Duration>(&self, now: N) -> Result<Watch<'_, N>, Open> {
        let permit = Some(self.permit(&now)?);
        Ok(Watch { permit, began: now(), now })
    }

    /// Whether calls fail at once.
    pub fn is_open(&self) -> bool {
        self.troubled.load(Ordering::Acquire) && matches!(*self.state(), State::Open { .. })
    }
}

impl Permit<'_> {
    /// It was answered.
    pub fn succeeded(mut self) -> Option<Change> {
        self.is_probe = false;
        if !self.breaker.troubled.load(Ordering::Acquire) {
            return None;
        }
        let mut state = self.breaker.state();
        let was_open = matches!(*state, State::Open { .. });
        *state = WELL;
        self.breaker.troubled.store(false, Ordering::Release);
        was_open.then_some(Change::Closed)
    }

    /// It failed at `now`, having begun `took` before.
    pub fn failed(mut self, now: Duration, took: Duration) -> Option<Change> {
        let is_probe = std::mem::take(&mut self.is_probe);
        let Policy { failures: most, span, first, longest } = self.breaker.policy;
        let began = now.saturating_sub(took);
        let mut state = self.breaker.state();
        self.breaker.troubled.store(true, Ordering::Release);
        match &mut *state {
            State::Closed { failures, since } => {
                *since = if *failures == 0 { began } else { began.min(*since) };
                *failures = failures.saturating_add(1);
                if *failures >= most && now.saturating_sub(*since) >= span {
                    *state = State::Open { until: now.saturating_add(first), length: first, probing: false };
                    return Some(Change::Opened);
                }
            }
            State::Open { until, length, probing } if is_probe => {
                *length = length.saturating_mul(2).min(longest);
                *until = now.saturating_add(*length);
                *probing = false;
            }
            // It began before the breaker opened.
            State::Open { .. } => {}
        }
        None
    }

    /// It was answered that nothing more is to be asked for `pause`.
    pub fn told_to_wait(mut self, now: Duration, pause: Duration) -> Option<Change> {
        self.is_probe = false;
        let mut state = self.breaker.state();
        self.breaker.troubled.store(true, Ordering::Release);
        let was_open = matches!(*state, State::Open { .. });
        let first = self.breaker.policy.first;
        *state = State::Open { until: now.saturating_add(pause), length: first, probing: false };
        (!was_open).then_some(Change::Opened)
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        // A probe of which nothing came leaves the next one to the next caller.
        if self.is_probe
            && let State::Open { probing, .. } = &mut *self.breaker.state()
        {
            *probing = false;
        }
    }
}

/// How long a call has to go without an answer until its being given up says something about whom it was made to.
pub const GIVEN_UP: Duration = Duration::from_millis(200);

/// A call that is under way.
#[derive(Debug)]
pub struct Watch<'b, N: Fn() -> Duration> {
    permit: Option<Permit<'b>>,
    began: Duration,
    now: N,
}

impl<N: Fn() -> Duration> Watch<'_, N> {
    /// It was answered.
    pub fn succeeded(mut self) -> Option<Change> {
        self.permit.take().and_then(Permit::succeeded)
    }

    /// It failed.
    pub fn failed(mut self) -> Option<Change> {
        self.end()
    }

    /// It was answered that nothing more is to be asked for `pause`.
    pub fn told_to_wait(mut self, pause: Duration) -> Option<Change> {
        let permit = self.permit.take()?;
        permit.told_to_wait((self.now)(), pause)
    }

    /// It came to nothing, which says nothing.
    pub fn forget(mut self) {
        self.permit = None;
    }

    fn end(&mut self) -> Option<Change> {
        let (permit, now) = (self.permit.take()?, (self.now)());
        permit.failed(now, now.saturating_sub(self.began))
    }
}

impl<N: Fn() -> Duration> Drop for Watch<'_, N> {
    fn drop(&mut self) {
        if self.permit.is_some() && (self.now)().saturating_sub(self.began) >= GIVEN_UP {
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
        let told = breaker.permit(|| ms(0)).unwrap().told_to_wait(ms(0), ms(7000));
        assert_eq!((told, refused(&breaker, 6999)), (Some(Change::Opened), Some(1)));
        assert_eq!(breaker.permit(|| ms(7000)).unwrap().succeeded(), Some(Change::Closed));
    }
}
