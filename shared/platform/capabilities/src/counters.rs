//! How often things happened and how long they took, for operators. Counted in the instance, and now and then added to
//! what the cache, which all instances share, holds of them: a request costs a look into memory, not a call into the host.
//! What a lost cache or a killed instance takes with it is lost.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use http::{Request, Response};

use crate::http::{HttpError, UpstreamName};
use crate::key_value::StoreError;
use crate::{Background, Capabilities, Clock, Http, KeyValue};

/// How long counts wait in the instance for others.
const LINGER: Duration = Duration::from_secs(1);

/// What is counted: what it is, and two words by which it is told apart.
pub type Name = [&'static str; 3];

/// Calls to upstreams: which one, and what came of it.
pub const UPSTREAM_CALLS: &str = "upstream_calls";

/// Microseconds that calls to an upstream took together: which one, and nothing.
pub const UPSTREAM_MICROS: &str = "upstream_micros";

/// What comes of a call: an answer; one that says the upstream failed (5xx); nothing in time; nothing at all; or it was not
/// made, for too many were under way.
pub const CALL_OUTCOMES: [&str; 5] = ["answered", "failed", "timed_out", "unreachable", "shed"];

/// Plans of the ERP's list that could not be read, each time the list was.
pub const PLANS_LEFT_OUT: Name = ["plans_left_out", "", ""];

/// What rules decided: which rule, and what it came to.
pub const RULE_EVALUATIONS: &str = "rule_evaluations";

/// What a rule comes to that gives no decision.
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
    waiting: Mutex<Waiting>,
}

#[derive(Default)]
struct Waiting {
    counts: BTreeMap<Name, i64>,
    /// Whether somebody is about to write counts down; then whatever more comes is written with them.
    being_written: bool,
}

impl Counters {
    /// Counters in the cache.
    pub fn new(capabilities: &Capabilities) -> Self {
        let Capabilities { background, cache, clock, .. } = capabilities;
        let (background, cache, clock) = (background.clone(), cache.clone(), clock.clone());
        Self(Arc::new(Inner { background, cache, clock, waiting: Mutex::default() }))
    }

    /// Counts one more of `name`.
    pub fn count(&self, name: Name) {
        self.add(name, 1);
    }

    /// Adds `amount` to `name`. However many come meanwhile, few writes are made of them, behind the answer.
    pub fn add(&self, name: Name, amount: i64) {
        {
            let mut waiting = self.waiting();
            let count = waiting.counts.entry(name).or_default();
            *count = count.saturating_add(amount);
            if std::mem::replace(&mut waiting.being_written, true) {
                return;
            }
        }
        let counters = self.clone();
        self.0.background.spawn(Box::pin(async move {
            counters.0.clock.sleep(LINGER).await;
            counters.write_down().await;
        }));
    }

    async fn write_down(&self) {
        let counts = {
            let mut waiting = self.waiting();
            waiting.being_written = false;
            std::mem::take(&mut waiting.counts)
        };
        for (name, count) in counts {
            // A count that cannot be written is lost, and with it those that would wait for the same store.
            if self.0.cache.increment(&key(name), count).await.is_err() {
                return;
            }
        }
    }

    /// How often `name` was counted, or what was added up under it.
    pub async fn read(&self, name: Name) -> Result<i64, StoreError> {
        self.at(&key(name)).await
    }

    /// What the cache counts under a key of somebody else's.
    pub async fn at(&self, key: &str) -> Result<i64, StoreError> {
        Ok(self.0.cache.counter(key).await?.unwrap_or(0))
    }

    /// `capabilities` whose calls to upstreams are counted.
    #[must_use]
    pub fn watching(&self, capabilities: &Capabilities) -> Capabilities {
        let (http, clock) = (capabilities.http.clone(), capabilities.clock.clone());
        Capabilities { http: Arc::new(Watched { http, clock, counters: self.clone() }), ..capabilities.clone() }
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.0.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn key([what, one, other]: Name) -> String {
    format!("count:{what}:{one}:{other}")
}

struct Watched {
    http: Arc<dyn Http>,
    clock: Arc<dyn Clock>,
    counters: Counters,
}

#[async_trait]
impl Http for Watched {
    async fn send(
        &self,
        upstream: UpstreamName,
        request: Request<Bytes>,
        timeout: Duration,
    ) -> Result<Response<Bytes>, HttpError> {
        let started = self.clock.elapsed();
        let answer = self.http.send(upstream, request, timeout).await;
        let took = self.clock.elapsed().saturating_sub(started).as_micros();
        let outcome = match &answer {
            Ok(response) if response.status().is_server_error() => "failed",
            Ok(_) => "answered",
            Err(HttpError::TimedOut(_)) => "timed_out",
            Err(HttpError::Failed(_) | HttpError::TooLarge(_)) => "unreachable",
            Err(HttpError::Busy(_)) => "shed",
        };
        self.counters.count([UPSTREAM_CALLS, upstream.as_str(), outcome]);
        self.counters.add([UPSTREAM_MICROS, upstream.as_str(), ""], i64::try_from(took).unwrap_or(i64::MAX));
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
        tokio::time::sleep(LINGER * 2).await;
        counters.count(["seats", "cache", "SEAT_ACTIVE"]);
        tokio::time::sleep(LINGER * 2).await;
        let another = Counters::new(&world.instance().0);
        for (name, count) in [("cache", 1_001), ("stale", 1_000), ("erp", 0)] {
            assert_eq!(another.read(["seats", name, "SEAT_ACTIVE"]).await, Ok(count), "{name}");
        }
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
        tokio::time::sleep(LINGER * 2).await;
        for (upstream, outcome) in
            [("erp", "answered"), ("bheempay", "failed"), ("notify", "timed_out"), ("passport", "answered")]
        {
            assert!(UpstreamName::ALL.iter().any(|name| name.as_str() == upstream) && CALL_OUTCOMES.contains(&outcome));
            assert_eq!(counters.read([UPSTREAM_CALLS, upstream, outcome]).await, Ok(1), "{upstream}");
            assert!(counters.read([UPSTREAM_MICROS, upstream, ""]).await.unwrap() >= 20_000, "{upstream}");
        }
    }
}
