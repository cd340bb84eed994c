//! The upstreams that components call: one breaker and one bound on calls in flight for each, shared by all instances of the
//! application, by scheme, host and port.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use edge_capabilities::breaker::upstream::{Call, Limits, Outcome, Refused, State, UpstreamBreaker};
use edge_capabilities::breaker::{ABANDONED_AFTER, Change};
use http::uri::Authority;
use tokio::sync::Notify;
use tokio::time::{Instant, timeout_at};

use crate::{log, random};

/// Upstreams that are kept. A component may ask anybody: beyond these, those that nobody is calling are forgotten.
const MAX_UPSTREAMS: usize = 256;

/// How long a call waits for one of those in flight to end.
const MAX_WAIT: Duration = Duration::from_millis(500);

/// Calls to one upstream that wait; the next fails at once.
const MAX_WAITING: usize = 256;

/// How often a call that waits looks whether more calls may be in flight: after a breaker closed their bound rises.
const LOOK_AGAIN: Duration = Duration::from_millis(25);

/// All upstreams.
pub struct Upstreams {
    limits: Limits,
    all: Mutex<HashMap<Address, Arc<Upstream>>>,
}

type Address = (String, String, u16);

/// One upstream.
pub struct Upstream {
    /// As operators know it: `https://erp.example.com:443`.
    name: String,
    breaker: UpstreamBreaker,
    started: Instant,
    /// A call in flight has ended, or the breaker has opened.
    freed: Notify,
    waiting: AtomicUsize,
    opened: AtomicU64,
    refused_open: AtomicU64,
    refused_busy: AtomicU64,
}

/// What operators see of an upstream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    /// The state of its breaker.
    pub state: State,
    /// Calls in flight.
    pub in_flight: usize,
    /// Calls that wait for one of those to end.
    pub waiting: usize,
    /// How often its breaker opened.
    pub opened: u64,
    /// Calls that were not made because the breaker was open.
    pub refused_open: u64,
    /// Calls that were not made because too many were in flight.
    pub refused_busy: u64,
}

impl Upstreams {
    /// No upstream yet; each is met within `limits`.
    pub fn new(limits: Limits) -> Self {
        Self { limits, all: Mutex::default() }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Address, Arc<Upstream>>> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The upstream at `authority`, without whatever stands before its host.
    pub fn of(&self, scheme: &str, authority: &Authority, port: u16) -> Arc<Upstream> {
        let mut all = self.lock();
        let address = (scheme.to_owned(), authority.host().to_ascii_lowercase(), port);
        if let Some(known) = all.get(&address) {
            return known.clone();
        }
        if all.len() >= MAX_UPSTREAMS {
            let is_needed = |upstream: &Arc<Upstream>| {
                Arc::strong_count(upstream) > 1 || upstream.breaker.state(upstream.now()) != State::Closed
            };
            all.retain(|_, upstream| is_needed(upstream));
            if all.len() >= MAX_UPSTREAMS {
                all.clear();
            }
        }
        let name = format!("{scheme}://{}:{port}", address.1);
        all.entry(address).or_insert_with(|| Arc::new(Upstream::new(name, self.limits))).clone()
    }

    /// All that are known, by their names.
    pub fn status(&self) -> BTreeMap<String, Status> {
        self.lock().values().map(|upstream| (upstream.name.clone(), upstream.status())).collect()
    }
}

impl Upstream {
    fn new(name: String, limits: Limits) -> Self {
        Self {
            name,
            breaker: UpstreamBreaker::new(limits),
            started: Instant::now(),
            freed: Notify::new(),
            waiting: AtomicUsize::new(0),
            opened: AtomicU64::new(0),
            refused_open: AtomicU64::new(0),
            refused_busy: AtomicU64::new(0),
        }
    }

    fn now(&self) -> Duration {
        self.started.elapsed()
    }

    fn status(&self) -> Status {
        Status {
            state: self.breaker.state(self.now()),
            in_flight: self.breaker.in_flight(),
            waiting: self.waiting.load(Ordering::Relaxed),
            opened: self.opened.load(Ordering::Relaxed),
            refused_open: self.refused_open.load(Ordering::Relaxed),
            refused_busy: self.refused_busy.load(Ordering::Relaxed),
        }
    }

    /// The permission to make a call, which is counted until it is told what came of it. A call that is given up has failed,
    /// unless that was soon.
    pub async fn permit(self: &Arc<Self>) -> Result<Permitted, Refused> {
        let permitted = self.wait_for_permit().await;
        match permitted {
            Err(Refused::Open(_)) => self.refused_open.fetch_add(1, Ordering::Relaxed),
            Err(Refused::Busy(_)) => self.refused_busy.fetch_add(1, Ordering::Relaxed),
            Ok(_) => 0,
        };
        permitted
    }

    async fn wait_for_permit(self: &Arc<Self>) -> Result<Permitted, Refused> {
        let mut waiting: Option<Waiting<'_>> = None;
        let mut deadline = None;
        loop {
            let mut freed = std::pin::pin!(self.freed.notified());
            // From here on no call that ends is missed.
            freed.as_mut().enable();
            let now = self.now();
            let busy = match self.breaker.begin(now) {
                Ok(call) => return Ok(Permitted { upstream: self.clone(), call: Some(call), began: now }),
                Err(refused @ Refused::Open(_)) => return Err(refused),
                Err(refused @ Refused::Busy(_)) => refused,
            };
            let deadline = *deadline.get_or_insert_with(|| Instant::now() + MAX_WAIT);
            if Instant::now() >= deadline {
                return Err(busy);
            }
            if waiting.is_none() {
                waiting = Some(Waiting::new(&self.waiting).ok_or(busy)?);
            }
            let is_ramping = self.breaker.state(now) == State::Ramping;
            let until = if is_ramping { deadline.min(Instant::now() + LOOK_AGAIN) } else { deadline };
            let _ = timeout_at(until, freed).await;
        }
    }
}

/// A call that waits.
struct Waiting<'u>(&'u AtomicUsize);

impl<'u> Waiting<'u> {
    fn new(count: &'u AtomicUsize) -> Option<Self> {
        let waiting = Self(count);
        (count.fetch_add(1, Ordering::Relaxed) < MAX_WAITING).then_some(waiting)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// A call in flight.
pub struct Permitted {
    upstream: Arc<Upstream>,
    call: Option<Call>,
    began: Duration,
}

impl Permitted {
    /// The upstream has sent the head of its answer: it has failed if the rest does not come.
    pub fn await_rest(&mut self) {
        self.began = self.upstream.now();
    }

    /// What came of it.
    pub fn end(mut self, outcome: Outcome) {
        self.note(outcome);
    }

    fn note(&mut self, outcome: Outcome) {
        let Some(call) = self.call.take() else { return };
        let upstream = &self.upstream;
        match upstream.breaker.end(call, outcome, upstream.now(), random::chance()) {
            Some(Change::Opened) => {
                upstream.opened.fetch_add(1, Ordering::Relaxed);
                // Those that wait need not.
                upstream.freed.notify_waiters();
                let what =
                    format!("the upstream {} does not answer: until it does, calls to it fail at once", upstream.name);
                log::error("host", &what, "");
            }
            Some(Change::Closed) => {
                upstream.freed.notify_waiters();
                log::info("host", &format!("the upstream {} answers again", upstream.name), "");
            }
            None => upstream.freed.notify_one(),
        }
    }
}

impl Drop for Permitted {
    fn drop(&mut self) {
        if self.call.is_some() {
            let took = self.upstream.now().saturating_sub(self.began);
            self.note(if took >= ABANDONED_AFTER { Outcome::Failed } else { Outcome::Unknown });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn upstreams(max_calls: usize) -> Upstreams {
        Upstreams::new(Limits::new(max_calls, Limits::FAILURES))
    }

    fn erp(upstreams: &Upstreams) -> Arc<Upstream> {
        upstreams.of("http", &Authority::from_static("erp:8000"), 8000)
    }

    async fn ask(upstream: &Arc<Upstream>, takes: Duration, outcome: Outcome) -> Result<(), Refused> {
        let permitted = upstream.permit().await?;
        tokio::time::sleep(takes).await;
        permitted.end(outcome);
        Ok(())
    }

    #[test]
    fn each_upstream_has_a_breaker_of_its_own() {
        let upstreams = upstreams(1);
        let of = |scheme, authority, port| upstreams.of(scheme, &Authority::from_static(authority), port);
        let erp = of("http", "erp:8000", 8000);
        for same in ["erp:8000", "ERP:8000", "user@erp:8000"] {
            assert!(Arc::ptr_eq(&erp, &of("http", same, 8000)), "{same}");
        }
        for other in [of("http", "erp:8001", 8001), of("https", "erp:8000", 8000), of("http", "pay:8000", 8000)] {
            assert!(!Arc::ptr_eq(&erp, &other));
        }
        assert_eq!(erp.name, "http://erp:8000");
    }

    #[tokio::test(start_paused = true)]
    async fn upstreams_that_nobody_calls_make_room_and_open_breakers_stay() {
        let upstreams = upstreams(4);
        let gone = erp(&upstreams);
        for _ in 0..Limits::FAILURES {
            ask(&gone, Duration::ZERO, Outcome::Failed).await.unwrap();
        }
        drop(gone);
        for port in 0..2000 {
            upstreams.of("http", &Authority::from_static("shop"), port);
        }
        let status = upstreams.status();
        assert!(status.len() <= MAX_UPSTREAMS);
        assert_eq!(status.get("http://erp:8000").map(|status| (status.state, status.opened)), Some((State::Open, 1)));
    }

    #[tokio::test(start_paused = true)]
    async fn calls_beyond_the_bound_wait_a_moment_and_are_then_refused() {
        let upstreams = upstreams(2);
        let erp = erp(&upstreams);
        let began = Instant::now();
        let takes = Duration::from_millis(200);
        let all = futures::future::join_all((0..8).map(|_| ask(&erp, takes, Outcome::Succeeded))).await;
        // Two at a time; whoever has not begun after half a second does not begin.
        assert_eq!(all.iter().filter(|answer| answer.is_ok()).count(), 6);
        assert_eq!(all.iter().filter(|answer| **answer == Err(Refused::Busy(2))).count(), 2);
        assert_eq!(began.elapsed(), takes * 3);
        let status = erp.status();
        assert_eq!((status.in_flight, status.waiting, status.refused_busy), (0, 0, 2));
    }

    #[tokio::test(start_paused = true)]
    async fn so_many_wait_and_the_next_is_refused_at_once() {
        let upstreams = upstreams(1);
        let erp = erp(&upstreams);
        let many = (0..MAX_WAITING + 11).map(|_| ask(&erp, Duration::from_secs(9), Outcome::Succeeded));
        let mut all = futures::future::join_all(many);
        tokio::select! {
            biased;
            _ = &mut all => panic!("the first takes longer"),
            () = tokio::time::sleep(Duration::from_millis(1)) => {}
        }
        let status = erp.status();
        assert_eq!((status.in_flight, status.waiting, status.refused_busy), (1, MAX_WAITING, 10));
        drop(all);
        assert_eq!(erp.status().waiting, 0, "who gives up waits no more");
    }

    #[tokio::test(start_paused = true)]
    async fn an_upstream_that_hangs_opens_its_breaker_once_its_callers_give_up() {
        let upstreams = upstreams(32);
        let erp = erp(&upstreams);
        let hangs = async || {
            let call = ask(&erp, Duration::MAX, Outcome::Succeeded);
            tokio::time::timeout(Duration::from_secs(2), call).await.map_err(|_| ())
        };
        let all = futures::future::join_all((0..40).map(|_| hangs())).await;
        let refused = all.iter().filter(|answer| matches!(answer, Ok(Err(Refused::Busy(_))))).count();
        assert_eq!(refused, 8, "the others hang");
        assert_eq!(erp.status().state, State::Open);
        // Who gives up soon says nothing about the upstream.
        tokio::time::sleep(Duration::from_secs(1)).await;
        let soon = tokio::time::timeout(Duration::from_millis(50), ask(&erp, Duration::MAX, Outcome::Succeeded)).await;
        assert!(soon.is_err());
        assert_eq!(erp.status().state, State::Probing);
    }

    #[tokio::test(start_paused = true)]
    async fn an_upstream_that_sends_heads_without_bodies_opens_its_breaker() {
        let upstreams = upstreams(4);
        let erp = erp(&upstreams);
        for (waits, state) in [(50, State::Closed), (500, State::Open)] {
            for _ in 0..Limits::FAILURES {
                let mut permitted = erp.permit().await.unwrap();
                tokio::time::sleep(Duration::from_secs(1)).await;
                permitted.await_rest();
                tokio::time::sleep(Duration::from_millis(waits)).await;
                assert_eq!(erp.status().in_flight, 1);
            }
            assert_eq!(erp.status().state, state, "given up after {waits} ms");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn those_that_wait_are_told_at_once_that_the_breaker_opened() {
        let upstreams = upstreams(10);
        let erp = erp(&upstreams);
        let began = Instant::now();
        let all =
            futures::future::join_all((0..25).map(|_| ask(&erp, Duration::from_millis(10), Outcome::Failed))).await;
        assert_eq!(all.iter().filter(|answer| matches!(answer, Err(Refused::Open(_)))).count(), 15);
        assert_eq!(began.elapsed(), Duration::from_millis(10));
        assert_eq!(erp.status().refused_open, 15);
    }

    #[tokio::test(start_paused = true)]
    async fn an_upstream_that_is_back_is_called_again_within_two_seconds_and_gently() {
        let upstreams = upstreams(8);
        let erp = erp(&upstreams);
        // Long enough for its breaker to stay open for as long as it ever does.
        for _ in 0..400 {
            let _ = ask(&erp, Duration::ZERO, Outcome::Failed).await;
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        let back = Instant::now();
        while ask(&erp, Duration::from_millis(1), Outcome::Succeeded).await.is_err() {
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        assert!(back.elapsed() < Duration::from_secs(2), "{:?}", back.elapsed());
        for _ in 0..2 {
            ask(&erp, Duration::from_millis(1), Outcome::Succeeded).await.unwrap();
        }
        assert_eq!(erp.status().state, State::Ramping);
        let all =
            futures::future::join_all((0..8).map(|_| ask(&erp, Duration::from_millis(1), Outcome::Succeeded))).await;
        assert!(all.iter().all(Result::is_ok), "they wait for each other");
    }
}
