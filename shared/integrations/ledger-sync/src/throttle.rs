//! No more requests than a provider allows. A token bucket for each run, kept in the run's row, so that a run that goes on
//! somewhere else does not begin with a full one.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use edge_accounting::Limits;
use edge_capabilities::http::{HttpError, UpstreamName};
use edge_capabilities::{Clock, Http, Timestamp};
use edge_database::json_column;
use http::{Request, Response};
use serde::{Deserialize, Serialize};

const DAY_MILLIS: i64 = 86_400_000;

/// A token, in thousandths: what a request takes from the bucket.
const TOKEN: i64 = 1_000;

/// What is left of the requests that a provider allows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Allowance {
    /// Tokens in the bucket, in thousandths.
    tokens: i64,
    /// When they were counted.
    at: i64,
    /// The day of `used`, in days since 1970.
    day: i64,
    /// The requests of that day.
    used: i64,
}

json_column!(Allowance);

impl Allowance {
    /// How many requests may be made at once, after a pause. With what comes in during a minute it makes no more than
    /// `per_minute`, whichever minute one looks at.
    fn burst(limits: Limits) -> i64 {
        (i64::from(limits.per_minute) / 6).max(1)
    }

    /// Thousandths of a token that come in within a minute.
    fn inflow(limits: Limits) -> i64 {
        i64::from(limits.per_minute).saturating_sub(Self::burst(limits)).max(1).saturating_mul(TOKEN)
    }

    /// Takes a request, or says how long to wait for one.
    fn take(&mut self, limits: Limits, now: Timestamp) -> Option<Duration> {
        let now = now.as_millis();
        let most = Self::burst(limits).saturating_mul(TOKEN);
        let passed = now.saturating_sub(self.at).clamp(0, 60_000);
        // One that was never used is full.
        let come_in = if self.at == 0 { most } else { passed.saturating_mul(Self::inflow(limits)) / 60_000 };
        self.tokens = self.tokens.saturating_add(come_in).min(most);
        self.at = now;
        if self.tokens < TOKEN {
            let missing = TOKEN.saturating_sub(self.tokens).saturating_mul(60_000);
            let wait = missing.checked_div(Self::inflow(limits)).unwrap_or_default().saturating_add(1);
            return Some(Duration::from_millis(u64::try_from(wait).unwrap_or(1)));
        }
        self.tokens = self.tokens.saturating_sub(TOKEN);
        self.count(now);
        None
    }

    fn count(&mut self, now: i64) {
        let day = now.div_euclid(DAY_MILLIS);
        if self.day != day {
            (self.day, self.used) = (day, 0);
        }
        self.used = self.used.saturating_add(1);
    }

    /// Whether `requests` more may be made today.
    fn has_today(&self, limits: Limits, requests: i64, now: Timestamp) -> bool {
        let today = now.as_millis().div_euclid(DAY_MILLIS);
        let used = if self.day == today { self.used } else { 0 };
        limits.per_day.is_none_or(|most| used.saturating_add(requests) <= i64::from(most))
    }
}

/// When the day after `now` begins, by UTC.
pub(crate) fn next_day(now: Timestamp) -> Timestamp {
    let day = now.as_millis().div_euclid(DAY_MILLIS).saturating_add(1);
    Timestamp::from_millis(day.saturating_mul(DAY_MILLIS))
}

/// Requests of one run, no more than the provider allows.
pub(crate) struct Throttle {
    http: Arc<dyn Http>,
    clock: Arc<dyn Clock>,
    state: Mutex<(Allowance, Option<Limits>)>,
}

impl Throttle {
    /// Goes on with `allowance`.
    pub(crate) fn new(http: Arc<dyn Http>, clock: Arc<dyn Clock>, allowance: Allowance) -> Self {
        Self { http, clock, state: Mutex::new((allowance, None)) }
    }

    fn state(&self) -> MutexGuard<'_, (Allowance, Option<Limits>)> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps to `limits` from now on.
    pub(crate) fn limit(&self, limits: Limits) {
        self.state().1 = Some(limits);
    }

    /// What is left.
    pub(crate) fn allowance(&self) -> Allowance {
        self.state().0
    }

    /// Whether `requests` more may be made today.
    pub(crate) fn has_today(&self, requests: i64) -> bool {
        let now = self.clock.now();
        let state = self.state();
        state.1.is_none_or(|limits| state.0.has_today(limits, requests, now))
    }
}

#[async_trait]
impl Http for Throttle {
    async fn send(
        &self,
        upstream: UpstreamName,
        request: Request<Bytes>,
        timeout: Duration,
    ) -> Result<Response<Bytes>, HttpError> {
        loop {
            let wait = {
                let now = self.clock.now();
                let (allowance, limits) = &mut *self.state();
                limits.and_then(|limits| allowance.take(limits, now))
            };
            match wait {
                None => break,
                Some(wait) => self.clock.sleep(wait).await,
            }
        }
        self.http.send(upstream, request, timeout).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_minute_has_more_requests_than_are_allowed() {
        for per_minute in [1, 6, 60, 500, 10_000] {
            let limits = Limits { per_minute, at_once: 5, per_day: None };
            let mut allowance = Allowance::default();
            let mut now = 1_000_000_i64;
            let mut made: Vec<i64> = Vec::new();
            for _ in 0..2_000 {
                while let Some(wait) = allowance.take(limits, Timestamp::from_millis(now)) {
                    now += i64::try_from(wait.as_millis()).unwrap();
                }
                made.push(now);
            }
            let most =
                made.iter().map(|from| made.iter().filter(|at| (*from..from + 60_000).contains(at)).count()).max();
            assert!(most.unwrap() <= per_minute as usize, "{per_minute}: {most:?}");
            if made[1_999] - made[0] > 600_000 {
                let minutes = (made[1_999] - made[0]) / 60_000;
                assert!(2_000 / minutes >= i64::from(per_minute) * 4 / 5, "{per_minute} a minute are used");
            }
        }
    }

    #[test]
    fn a_day_has_so_many_requests() {
        let limits = Limits { per_minute: 60, at_once: 5, per_day: Some(3) };
        let mut allowance = Allowance::default();
        let day = |day: i64| Timestamp::from_millis(day * DAY_MILLIS + 5);
        for left in [3, 2, 1] {
            assert!(allowance.has_today(limits, left, day(20)) && !allowance.has_today(limits, left + 1, day(20)));
            assert_eq!(allowance.take(limits, day(20)), None);
        }
        assert!(!allowance.has_today(limits, 1, day(20)) && allowance.has_today(limits, 3, day(21)));
        assert_eq!(next_day(day(20)), Timestamp::from_millis(21 * DAY_MILLIS));
    }
}
