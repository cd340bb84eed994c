//! Metrics for operators. Counts are collected in memory and added to counters in the shared cache from time to time, so
//! that a request needs no call into the host. Counts that a lost cache or a killed instance held are lost.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use http::{Request, Response};

use crate::histogram::bucket_of;
use crate::http::{HttpError, UpstreamName};
use crate::key_value::StoreError;
use crate::{Background, Capabilities, Clock, Http, KeyValue};

/// How long counts are collected before they are written.
const FLUSH_DELAY: Duration = Duration::from_secs(1);

/// The same for requests that waited this long for something to happen: nobody is in a hurry to see them, there are many
/// of them (followers of the feed of changes), and each write costs the store a sync.
const LONG_FLUSH_DELAY: Duration = Duration::from_secs(5);

/// How long a request took: a router puts it into the extensions of each response, for whoever serves it to count.
#[derive(Clone, Copy, Debug)]
pub struct AnsweredIn(pub Duration);

/// The name of a counter and two labels.
pub type Name = [&'static str; 3];

/// Calls to upstreams; labels: upstream, outcome.
pub const UPSTREAM_CALLS: &str = "upstream_calls";

/// The total duration of calls to an upstream, microseconds; label: upstream.
pub const UPSTREAM_MICROS: &str = "upstream_micros";

/// How long calls to upstreams took, a histogram; label: upstream.
pub const UPSTREAM_LATENCY: &str = "upstream_latency";

/// How long answers took, a histogram; label: component.
pub const REQUEST_LATENCY: &str = "request_latency";

/// Requests that were refused or failed; labels: component, [`REFUSED`] or [`FAILED`].
pub const REQUESTS_NOT_OK: &str = "requests_not_ok";

/// The label of answers with a 4xx status.
pub const REFUSED: &str = "refused";

/// The label of answers with a 5xx status.
pub const FAILED: &str = "failed";

/// The outcomes of a call: a response; a response with a 5xx status; no response in time; no response; not sent, because
/// too many calls were in progress.
pub const CALL_OUTCOMES: [&str; 5] = ["answered", "failed", "timed_out", "unreachable", "shed"];

/// Plans of the ERP's list that could not be read, counted each time that the list is read.
pub const PLANS_LEFT_OUT: Name = ["plans_left_out", "", ""];

/// Evaluations of rules; labels: rule, outcome.
pub const RULE_EVALUATIONS: &str = "rule_evaluations";

/// The outcome of a rule that makes no decision.
pub const RULE_FAILED: &str = "failed";

/// Rules, and what each may come to.
pub const RULE_OUTCOMES: [(&str, &[&str]); 4] = [
    ("approval", &["approve", "require", "reject", RULE_FAILED]),
    ("budget", &["allow", "warn", "deny", RULE_FAILED]),
    ("role_mapping", &["admin", "manager", "member", RULE_FAILED]),
    ("seat_access", &["true", "false", RULE_FAILED]),
];

/// Where the cache counts decisions of rules that are not in the database.
pub const UNWRITTEN_DECISIONS: &str = "rule-decisions:unwritten";

/// Counters.
#[derive(Clone)]
pub struct Counters(Arc<Inner>);

struct Inner {
    background: Arc<dyn Background>,
    cache: Arc<dyn KeyValue>,
    clock: Arc<dyn Clock>,
    pending: Mutex<Pending>,
}

#[derive(Default)]
struct Pending {
    counts: BTreeMap<Name, i64>,
    /// The delay of the flush that is scheduled, which also writes the counts that are added until then.
    scheduled: Option<Duration>,
}

impl Counters {
    /// Counters in the cache.
    pub fn new(capabilities: &Capabilities) -> Self {
        let Capabilities { background, cache, clock, .. } = capabilities;
        let (background, cache, clock) = (background.clone(), cache.clone(), clock.clone());
        Self(Arc::new(Inner { background, cache, clock, pending: Mutex::default() }))
    }

    /// Adds 1 to `name`.
    pub fn count(&self, name: Name) {
        self.add(name, 1);
    }

    /// Adds `amount` to `name`. Many additions become few writes, in the background.
    pub fn add(&self, name: Name, amount: i64) {
        self.add_within(FLUSH_DELAY, name, amount);
    }

    /// Adds `amount` to `name`, and has it written after `delay` at the latest.
    fn add_within(&self, delay: Duration, name: Name, amount: i64) {
        {
            let mut pending = self.pending();
            let count = pending.counts.entry(name).or_default();
            *count = count.saturating_add(amount);
            if pending.scheduled.is_some_and(|scheduled| scheduled <= delay) {
                return;
            }
            pending.scheduled = Some(delay);
        }
        let counters = self.clone();
        self.0.background.spawn(Box::pin(async move {
            counters.0.clock.sleep(delay).await;
            counters.flush().await;
        }));
    }

    /// Counts a request of `component` that was answered with `status`.
    pub fn request(&self, component: &'static str, status: u16, AnsweredIn(took): AnsweredIn) {
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        let delay = if took >= LONG_FLUSH_DELAY { LONG_FLUSH_DELAY } else { FLUSH_DELAY };
        self.add_within(delay, bucket_of(REQUEST_LATENCY, component, micros), 1);
        match status {
            500.. => self.count([REQUESTS_NOT_OK, component, FAILED]),
            400.. => self.count([REQUESTS_NOT_OK, component, REFUSED]),
            _ => {}
        }
    }

    async fn flush(&self) {
        let counts = {
            let mut pending = self.pending();
            pending.scheduled = None;
            std::mem::take(&mut pending.counts)
        };
        for (name, count) in counts {
            // A count that cannot be written is lost, and so are the others, which would wait for the same store.
            if self.0.cache.increment(&key(name), count).await.is_err() {
                return;
            }
        }
    }

    /// The value of `name`.
    pub async fn read(&self, name: Name) -> Result<i64, StoreError> {
        self.at(&key(name)).await
    }

    /// The value of the counter with the key `key` in the cache.
    pub async fn at(&self, key: &str) -> Result<i64, StoreError> {
        Ok(self.0.cache.counter(key).await?.unwrap_or(0))
    }

    /// `capabilities` with calls to upstreams counted: what a component is made of, once.
    #[must_use]
    pub fn watching(&self, capabilities: &Capabilities) -> Capabilities {
        let (http, clock) = (capabilities.http.clone(), capabilities.clock.clone());
        Capabilities { http: Arc::new(CountedHttp { http, clock, counters: self.clone() }), ..capabilities.clone() }
    }

    fn pending(&self) -> MutexGuard<'_, Pending> {
        self.0.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The key in the cache of the counter `name`.
fn key([what, one, other]: Name) -> String {
    format!("count:{what}:{one}:{other}")
}

struct CountedHttp {
    http: Arc<dyn Http>,
    clock: Arc<dyn Clock>,
    counters: Counters,
}

#[async_trait]
impl Http for CountedHttp {
    async fn send(
        &self,
        upstream: UpstreamName,
        request: Request<Bytes>,
        timeout: Duration,
    ) -> Result<Response<Bytes>, HttpError> {
        let started = self.clock.elapsed();
        let answer = self.http.send(upstream, request, timeout).await;
        let took = self.clock.elapsed().saturating_sub(started).as_micros();
        let took = u64::try_from(took).unwrap_or(u64::MAX);
        let outcome = match &answer {
            Ok(response) if response.status().is_server_error() => "failed",
            Ok(_) => "answered",
            Err(HttpError::TimedOut(_)) => "timed_out",
            Err(HttpError::NotSent(_) | HttpError::Failed(_) | HttpError::TooLarge(_)) => "unreachable",
            Err(HttpError::Busy(_)) => "shed",
        };
        self.counters.count([UPSTREAM_CALLS, upstream.as_str(), outcome]);
        self.counters.add([UPSTREAM_MICROS, upstream.as_str(), ""], i64::try_from(took).unwrap_or(i64::MAX));
        self.counters.count(bucket_of(UPSTREAM_LATENCY, upstream.as_str(), took));
        answer
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::World;

    #[tokio::test(start_paused = true)]
    async fn many_counts_are_few_writes_behind_the_answer() {
        let world = World::new(1);
        let (capabilities, _tasks) = world.instance();
        let counters = Counters::new(&capabilities);
        for _ in 0..1_000 {
            counters.count(["seats", "cache", "SEAT_ACTIVE"]);
            counters.count(["seats", "stale", "SEAT_ACTIVE"]);
        }
        assert_eq!(counters.read(["seats", "cache", "SEAT_ACTIVE"]).await, Ok(0));
        tokio::time::sleep(FLUSH_DELAY * 2).await;
        counters.count(["seats", "cache", "SEAT_ACTIVE"]);
        tokio::time::sleep(FLUSH_DELAY * 2).await;
        let another = Counters::new(&world.instance().0);
        for (name, count) in [("cache", 1_001), ("stale", 1_000), ("erp", 0)] {
            assert_eq!(another.read(["seats", name, "SEAT_ACTIVE"]).await, Ok(count), "{name}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn requests_are_counted_by_how_long_they_took_and_what_came_of_them() {
        let world = World::new(3);
        let counters = Counters::new(&world.instance().0);
        for (status, micros) in [(200, 100), (200, 100), (404, 900), (503, 2_000_000)] {
            counters.request("rules", status, AnsweredIn(Duration::from_micros(micros)));
        }
        tokio::time::sleep(FLUSH_DELAY * 2).await;
        for (name, count) in [
            (bucket_of(REQUEST_LATENCY, "rules", 100), 2),
            (bucket_of(REQUEST_LATENCY, "rules", 900), 1),
            (bucket_of(REQUEST_LATENCY, "rules", 2_000_000), 1),
            ([REQUESTS_NOT_OK, "rules", REFUSED], 1),
            ([REQUESTS_NOT_OK, "rules", FAILED], 1),
        ] {
            assert_eq!(counters.read(name).await, Ok(count), "{name:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn requests_that_waited_long_are_written_later_unless_others_are_written() {
        let world = World::new(4);
        let (capabilities, _tasks) = world.instance();
        let counters = Counters::new(&capabilities);
        let long = Duration::from_secs(20);
        let name = bucket_of(REQUEST_LATENCY, "seat-changes", 20_000_000);
        let held = || counters.request("seat-changes", 200, AnsweredIn(long));
        held();
        tokio::time::sleep(LONG_FLUSH_DELAY - FLUSH_DELAY).await;
        held();
        assert_eq!(counters.read(name).await, Ok(0));
        tokio::time::sleep(FLUSH_DELAY * 2).await;
        assert_eq!(counters.read(name).await, Ok(2));
        held();
        counters.request("seat-changes", 200, AnsweredIn(Duration::from_millis(1)));
        tokio::time::sleep(FLUSH_DELAY * 2).await;
        assert_eq!(counters.read(name).await, Ok(3));
    }

    #[tokio::test(start_paused = true)]
    async fn calls_to_upstreams_are_counted_by_what_came_of_them_and_timed() {
        let world = World::new(2);
        world.http.on_request(|request| async move {
            tokio::time::sleep(Duration::from_millis(20)).await;
            match request.uri().path() {
                "/base/api/v1/email/send/template" => Err(HttpError::TimedOut(Duration::from_secs(1))),
                "/api/v1/pay/verify" => Ok(Response::builder().status(502).body(Bytes::new()).unwrap()),
                _ => Ok(Response::builder().status(404).body(Bytes::new()).unwrap()),
            }
        });
        let (capabilities, _tasks) = world.instance();
        let counters = Counters::new(&capabilities);
        let http = counters.watching(&capabilities).http;
        for (upstream, path) in [
            (UpstreamName::Erp, "/api/v1/seats/a/b/keys"),
            (UpstreamName::BheemPay, "/api/v1/pay/verify"),
            (UpstreamName::Notify, "/base/api/v1/email/send/template"),
            (UpstreamName::Passport, "/.well-known/jwks.json"),
        ] {
            let request = Request::get(format!("http://upstream{path}")).body(Bytes::new()).unwrap();
            let _ = http.send(upstream, request, Duration::from_secs(1)).await;
        }
        tokio::time::sleep(FLUSH_DELAY * 2).await;
        for (upstream, outcome) in
            [("erp", "answered"), ("bheempay", "failed"), ("notify", "timed_out"), ("passport", "answered")]
        {
            assert!(UpstreamName::ALL.iter().any(|name| name.as_str() == upstream) && CALL_OUTCOMES.contains(&outcome));
            assert_eq!(counters.read([UPSTREAM_CALLS, upstream, outcome]).await, Ok(1), "{upstream}");
            assert!(counters.read([UPSTREAM_MICROS, upstream, ""]).await.unwrap() >= 20_000, "{upstream}");
            assert_eq!(counters.read(bucket_of(UPSTREAM_LATENCY, upstream, 20_000)).await, Ok(1), "{upstream}");
        }
    }
}
