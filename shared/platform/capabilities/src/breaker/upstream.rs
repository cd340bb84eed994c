//! The breaker of an upstream that many callers share, and the bound on their calls in flight.
//!
//! It opens after failures in a row, or where half of the calls of the last seconds failed. It stays open for a time that
//! doubles with each failed probe; after that one call at a time, the probe, finds out whether the upstream is back. Several
//! successes close it, and the calls in flight then rise from one to their bound over a ramp: an upstream that has just
//! started is not met with all that waited for it.
//!
//! Times are durations since a fixed point, of a clock that never goes back.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::{Change, Open};

/// The environment variable of a component by which a host says that it has a breaker for each upstream: the component then
/// has none of its own.
pub const HOST_BREAKS: &str = "EDGE_HOST_BREAKS";

/// When a breaker opens and closes, and how many calls it lets through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Failures in a row, with no success between them, that open it; `u32::MAX`: never.
    pub in_a_row: u32,
    /// The time over which calls are counted; half of them failing opens it.
    pub window: Duration,
    /// The least number of calls in the window from which their failures count.
    pub min_calls: u32,
    /// How long it stays open at first; twice as long after each failed probe, up to `max_open`.
    pub initial_open: Duration,
    /// The longest that it stays open before the next probe.
    pub max_open: Duration,
    /// The longest that it stays open because the upstream asked for a pause.
    pub max_pause: Duration,
    /// Probes that must succeed, one after the other, before it closes.
    pub probes: u32,
    /// How long the calls in flight take to rise to their bound after it closed.
    pub ramp: Duration,
    /// Calls in flight at once.
    pub max_calls: usize,
}

impl Limits {
    /// Failures that open a breaker, unless the operator says otherwise.
    pub const FAILURES: u32 = 10;
    /// Calls in flight at once, unless the operator says otherwise.
    pub const MAX_CALLS: usize = 32;

    /// At most `max_calls` calls in flight, but one in any case. `failures` in a row open the breaker, or half of twice as
    /// many calls; 0: nothing but the upstream's own request for a pause does.
    pub const fn new(max_calls: usize, failures: u32) -> Self {
        let (in_a_row, min_calls) = match failures {
            0 => (u32::MAX, u32::MAX),
            failures => (failures, failures.saturating_mul(2)),
        };
        let max_calls = if max_calls == 0 { 1 } else { max_calls };
        Self {
            in_a_row,
            window: Duration::from_secs(10),
            min_calls,
            initial_open: Duration::from_millis(500),
            max_open: Duration::from_millis(1500),
            max_pause: Duration::from_secs(30),
            probes: 3,
            ramp: Duration::from_secs(1),
            max_calls,
        }
    }
}

/// Why a call is not made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// The breaker is open, or a probe is under way.
    #[error(transparent)]
    Open(#[from] Open),
    /// So many calls are in flight.
    #[error("{0} calls to it are under way")]
    Busy(usize),
}

/// What came of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The upstream responded; also where it refused what was asked.
    Succeeded,
    /// It gave no response, none in time, or one that says that it failed.
    Failed,
    /// It asks to be left alone for so long.
    Paused(Duration),
    /// Nothing is known: the caller gave up too soon.
    Unknown,
}

/// The state of a breaker, as operators read it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Calls are made.
    Closed,
    /// Calls are made again, more of them from moment to moment.
    Ramping,
    /// One call at a time is made, to find out.
    Probing,
    /// No call is made.
    Open,
}

impl State {
    /// All states.
    pub const ALL: [Self; 4] = [Self::Closed, Self::Ramping, Self::Probing, Self::Open];

    /// Its name in metrics and on `/readyz`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::Ramping => "ramping",
            Self::Probing => "probing",
            Self::Open => "open",
        }
    }
}

/// The breaker of one upstream.
#[derive(Debug)]
pub struct UpstreamBreaker {
    limits: Limits,
    inner: Mutex<Inner>,
}

#[derive(Debug)]
struct Inner {
    phase: Phase,
    /// Raised with each phase: the outcome of a call counts in the phase that it began in.
    epoch: u64,
    in_a_row: u32,
    window: VecDeque<Second>,
    in_flight: usize,
}

#[derive(Clone, Copy, Debug)]
enum Phase {
    Closed { since: Option<Duration> },
    Open { until: Duration, length: Duration },
    Probing { succeeded: u32, is_out: bool, length: Duration },
}

/// The calls that ended within one second.
#[derive(Clone, Copy, Debug)]
struct Second {
    number: u64,
    calls: u32,
    failures: u32,
}

/// A call that may be made. Whoever makes it says what came of it by [`UpstreamBreaker::end`].
#[derive(Debug)]
#[must_use]
pub struct Call {
    epoch: u64,
    is_probe: bool,
}

impl UpstreamBreaker {
    /// A closed breaker.
    pub const fn new(limits: Limits) -> Self {
        let phase = Phase::Closed { since: None };
        let inner = Inner { phase, epoch: 0, in_a_row: 0, window: VecDeque::new(), in_flight: 0 };
        Self { limits, inner: Mutex::new(inner) }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The permission to make a call at `now`.
    pub fn begin(&self, now: Duration) -> Result<Call, Refused> {
        let mut inner = self.lock();
        let mut is_probe = false;
        match &mut inner.phase {
            Phase::Closed { .. } => {}
            Phase::Open { until, length } => {
                if now < *until {
                    return Err(Open { after: until.saturating_sub(now) }.into());
                }
                let length = *length;
                inner.enter(Phase::Probing { succeeded: 0, is_out: true, length });
                is_probe = true;
            }
            Phase::Probing { is_out, .. } => {
                if *is_out {
                    return Err(Open { after: Duration::from_millis(1) }.into());
                }
                *is_out = true;
                is_probe = true;
            }
        }
        // INVARIANT: a probe finds room. Whatever opened the breaker was a call that ended, and none was made since.
        if !is_probe && inner.in_flight >= inner.max_calls(&self.limits, now) {
            return Err(Refused::Busy(inner.in_flight));
        }
        inner.in_flight = inner.in_flight.saturating_add(1);
        Ok(Call { epoch: inner.epoch, is_probe })
    }

    /// Notes what came of `call` at `now`. `chance` is uniform from 0 to 1: nodes that saw an upstream go do not all come back
    /// to it in the same moment.
    pub fn end(&self, call: Call, outcome: Outcome, now: Duration, chance: f64) -> Option<Change> {
        let mut inner = self.lock();
        inner.in_flight = inner.in_flight.saturating_sub(1);
        let Call { epoch, is_probe } = call;
        if let Outcome::Paused(pause) = outcome {
            let was_closed = matches!(inner.phase, Phase::Closed { .. });
            let until = now.saturating_add(pause.min(self.limits.max_pause));
            let until = match inner.phase {
                Phase::Open { until: other, .. } => until.max(other),
                _ => until,
            };
            inner.enter(Phase::Open { until, length: self.limits.initial_open });
            return was_closed.then_some(Change::Opened);
        }
        // What began before the breaker changed says nothing of how things are now.
        if epoch != inner.epoch {
            return None;
        }
        match (outcome, is_probe) {
            (Outcome::Unknown, false) | (Outcome::Paused(_), _) => None,
            (Outcome::Unknown, true) => {
                if let Phase::Probing { is_out, .. } = &mut inner.phase {
                    *is_out = false;
                }
                None
            }
            (Outcome::Succeeded, true) => inner.probe_succeeded(&self.limits, now),
            (Outcome::Failed, true) => {
                let Phase::Probing { length, .. } = inner.phase else { return None };
                let length = length.saturating_mul(2).min(self.limits.max_open);
                inner.enter(Phase::Open { until: now.saturating_add(spread(length, chance)), length });
                None
            }
            (Outcome::Succeeded, false) => {
                inner.in_a_row = 0;
                inner.count(&self.limits, now, false);
                None
            }
            (Outcome::Failed, false) => {
                inner.in_a_row = inner.in_a_row.saturating_add(1);
                let half_failed = inner.count(&self.limits, now, true);
                if inner.in_a_row < self.limits.in_a_row && !half_failed {
                    return None;
                }
                let length = self.limits.initial_open;
                inner.enter(Phase::Open { until: now.saturating_add(spread(length, chance)), length });
                Some(Change::Opened)
            }
        }
    }

    /// How things are at `now`.
    pub fn state(&self, now: Duration) -> State {
        match self.lock().phase {
            Phase::Closed { since: Some(since) } if now.saturating_sub(since) < self.limits.ramp => State::Ramping,
            Phase::Closed { .. } => State::Closed,
            Phase::Open { .. } => State::Open,
            Phase::Probing { .. } => State::Probing,
        }
    }

    /// Calls in flight.
    pub fn in_flight(&self) -> usize {
        self.lock().in_flight
    }
}

impl Inner {
    fn enter(&mut self, phase: Phase) {
        self.phase = phase;
        self.epoch = self.epoch.wrapping_add(1);
        self.in_a_row = 0;
        self.window.clear();
    }

    /// The bound on calls in flight, which rises after the breaker closed.
    fn max_calls(&self, limits: &Limits, now: Duration) -> usize {
        let Phase::Closed { since: Some(since) } = self.phase else { return limits.max_calls };
        let (passed, ramp) = (now.saturating_sub(since).as_millis(), limits.ramp.as_millis());
        if passed >= ramp {
            return limits.max_calls;
        }
        let more = u128::try_from(limits.max_calls.saturating_sub(1)).unwrap_or(0).saturating_mul(passed);
        let more = more.checked_div(ramp).and_then(|more| usize::try_from(more).ok()).unwrap_or(0);
        more.saturating_add(1)
    }

    fn probe_succeeded(&mut self, limits: &Limits, now: Duration) -> Option<Change> {
        let Phase::Probing { succeeded, is_out, .. } = &mut self.phase else { return None };
        *is_out = false;
        *succeeded = succeeded.saturating_add(1);
        if *succeeded < limits.probes {
            return None;
        }
        self.enter(Phase::Closed { since: Some(now) });
        Some(Change::Closed)
    }

    /// Counts a call; whether half of the window's calls failed.
    fn count(&mut self, limits: &Limits, now: Duration, has_failed: bool) -> bool {
        let number = now.as_secs();
        let oldest = number.saturating_sub(limits.window.as_secs().saturating_sub(1));
        while self.window.front().is_some_and(|second| second.number < oldest) {
            self.window.pop_front();
        }
        if self.window.back().is_none_or(|second| second.number != number) {
            self.window.push_back(Second { number, calls: 0, failures: 0 });
        }
        if let Some(second) = self.window.back_mut() {
            second.calls = second.calls.saturating_add(1);
            second.failures = second.failures.saturating_add(u32::from(has_failed));
        }
        let sum = |count: fn(&Second) -> u32| self.window.iter().map(count).fold(0_u32, u32::saturating_add);
        let (calls, failures) = (sum(|second| second.calls), sum(|second| second.failures));
        has_failed && calls >= limits.min_calls && failures.saturating_mul(2) >= calls
    }
}

/// `length`, shorter or longer by up to a fifth.
fn spread(length: Duration, chance: f64) -> Duration {
    length.mul_f64(0.8 + 0.4 * chance.clamp(0.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn ms(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    /// No shorter and no longer.
    const EVEN: f64 = 0.5;

    /// As on a node that nobody has set otherwise, but for the calls in flight.
    fn breaker() -> UpstreamBreaker {
        UpstreamBreaker::new(Limits::new(4, Limits::FAILURES))
    }

    fn call(breaker: &UpstreamBreaker, at: u64, outcome: Outcome) -> Option<Change> {
        let call = breaker.begin(ms(at)).unwrap();
        breaker.end(call, outcome, ms(at), EVEN)
    }

    /// How long until the next attempt, milliseconds.
    fn refused(breaker: &UpstreamBreaker, at: u64) -> Option<u128> {
        match breaker.begin(ms(at)) {
            Err(Refused::Open(Open { after })) => Some(after.as_millis()),
            Err(Refused::Busy(_)) => panic!("busy"),
            Ok(call) => {
                breaker.end(call, Outcome::Unknown, ms(at), EVEN);
                None
            }
        }
    }

    fn opened(at: u64) -> UpstreamBreaker {
        let breaker = breaker();
        for _ in 0..Limits::FAILURES {
            call(&breaker, at, Outcome::Failed);
        }
        assert_eq!(breaker.state(ms(at)), State::Open);
        breaker
    }

    #[test]
    fn ten_failures_in_a_row_open_it_and_a_success_between_begins_the_count_anew() {
        let breaker = breaker();
        for _ in 0..9 {
            assert_eq!(call(&breaker, 0, Outcome::Failed), None);
        }
        // The calls are too few to say anything as a share.
        assert_eq!(call(&breaker, 0, Outcome::Succeeded), None);
        for _ in 0..9 {
            assert_eq!(call(&breaker, 0, Outcome::Failed), None);
        }
        assert_eq!(call(&breaker, 0, Outcome::Failed), Some(Change::Opened));
        assert_eq!(refused(&breaker, 100), Some(400));
    }

    #[test]
    fn half_of_twenty_calls_in_ten_seconds_failing_opens_it() {
        let breaker = breaker();
        for at in 0..9 {
            assert_eq!(call(&breaker, at * 1000, Outcome::Failed), None);
            assert_eq!(call(&breaker, at * 1000, Outcome::Succeeded), None);
        }
        assert_eq!(call(&breaker, 9000, Outcome::Succeeded), None);
        assert_eq!(call(&breaker, 9000, Outcome::Failed), Some(Change::Opened), "10 of 20");
    }

    #[test]
    fn a_breaker_without_a_number_of_failures_opens_for_nothing_but_a_pause_that_is_asked_for() {
        let breaker = UpstreamBreaker::new(Limits::new(0, 0));
        for at in 0..1000 {
            assert_eq!(call(&breaker, at, Outcome::Failed), None);
        }
        assert_eq!(call(&breaker, 1000, Outcome::Paused(ms(5000))), Some(Change::Opened));
    }

    #[test]
    fn less_than_half_failing_or_half_of_calls_long_past_does_not_open_it() {
        let breaker = breaker();
        for at in 0..100 {
            let outcome = if at % 5 > 2 { Outcome::Failed } else { Outcome::Succeeded };
            assert_eq!(call(&breaker, at * 100, outcome), None, "two in five fail");
        }
        call(&breaker, 20_000, Outcome::Succeeded);
        for at in 1..10 {
            call(&breaker, 20_000 + at, Outcome::Failed);
        }
        for at in 0..9 {
            assert_eq!(call(&breaker, 30_000 + at, Outcome::Succeeded), None);
        }
        assert_eq!(
            call(&breaker, 30_100, Outcome::Failed),
            None,
            "the nine are ten seconds old: one of ten failed, not ten of twenty"
        );
    }

    #[test]
    fn it_stays_open_for_half_a_second_then_twice_as_long_up_to_a_second_and_a_half() {
        let breaker = opened(0);
        let mut now = 0;
        for wait in [500, 1000, 1500, 1500] {
            assert_eq!(refused(&breaker, now), Some(u128::from(wait)));
            now += wait;
            assert_eq!(call(&breaker, now, Outcome::Failed), None);
        }
    }

    #[test]
    fn the_time_that_it_stays_open_is_spread_by_a_fifth() {
        for (chance, wait) in [(0.0, 400), (0.5, 500), (1.0, 600)] {
            let breaker = breaker();
            for _ in 0..Limits::FAILURES {
                let call = breaker.begin(ms(0)).unwrap();
                breaker.end(call, Outcome::Failed, ms(0), chance);
            }
            assert_eq!(refused(&breaker, 0), Some(wait), "{chance}");
        }
    }

    #[test]
    fn one_probe_at_a_time_is_made_and_three_successes_close_it() {
        let breaker = opened(0);
        for number in 1..=3 {
            let probe = breaker.begin(ms(500)).unwrap();
            assert_eq!(breaker.state(ms(500)), State::Probing);
            assert_eq!(refused(&breaker, 510), Some(1), "one at a time");
            let change = breaker.end(probe, Outcome::Succeeded, ms(520), EVEN);
            assert_eq!(change, (number == 3).then_some(Change::Closed), "{number}");
        }
        assert_eq!(breaker.state(ms(520)), State::Ramping);
    }

    #[test]
    fn a_probe_of_which_nothing_is_known_is_made_again() {
        let breaker = opened(0);
        let probe = breaker.begin(ms(500)).unwrap();
        assert_eq!(breaker.end(probe, Outcome::Unknown, ms(510), EVEN), None);
        assert_eq!(refused(&breaker, 511), None);
    }

    #[test]
    fn after_it_closed_calls_in_flight_rise_over_a_second() {
        let breaker = opened(0);
        for _ in 0..3 {
            call(&breaker, 1000, Outcome::Succeeded);
        }
        for (at, most) in [(1000, 1), (1334, 2), (1667, 3), (2000, 4), (9000, 4)] {
            let calls: Vec<_> = std::iter::from_fn(|| breaker.begin(ms(at)).ok()).collect();
            assert_eq!(calls.len(), most, "at {at}");
            assert_eq!(breaker.begin(ms(at)).unwrap_err(), Refused::Busy(most));
            for call in calls {
                breaker.end(call, Outcome::Unknown, ms(at), EVEN);
            }
        }
        assert_eq!(breaker.state(ms(2000)), State::Closed);
    }

    #[test]
    fn calls_in_flight_are_bounded_and_each_that_ends_makes_room() {
        let breaker = breaker();
        let mut calls: Vec<_> = (0..4).map(|_| breaker.begin(ms(0)).unwrap()).collect();
        assert_eq!((breaker.begin(ms(0)).unwrap_err(), breaker.in_flight()), (Refused::Busy(4), 4));
        breaker.end(calls.pop().unwrap(), Outcome::Unknown, ms(0), EVEN);
        assert!(breaker.begin(ms(0)).is_ok());
    }

    #[test]
    fn it_stays_open_as_long_as_the_upstream_asks_within_reason() {
        for (asked, waits) in [(7000, 7000), (3_600_000, 30_000)] {
            let breaker = breaker();
            assert_eq!(call(&breaker, 0, Outcome::Paused(ms(asked))), Some(Change::Opened));
            assert_eq!(refused(&breaker, 0), Some(waits));
            assert_eq!(refused(&breaker, asked), None);
        }
    }

    #[test]
    fn what_began_before_it_opened_neither_keeps_it_open_nor_closes_it() {
        let breaker = breaker();
        let old: Vec<_> = (0..3).map(|_| breaker.begin(ms(0)).unwrap()).collect();
        for _ in 0..Limits::FAILURES {
            call(&breaker, 10, Outcome::Failed);
        }
        for (call, outcome) in old.into_iter().zip([Outcome::Failed, Outcome::Succeeded, Outcome::Unknown]) {
            assert_eq!(breaker.end(call, outcome, ms(100), EVEN), None);
        }
        assert_eq!((refused(&breaker, 100), breaker.in_flight()), (Some(410), 0));
    }
}
