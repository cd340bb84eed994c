//! A connection whose requests a test answers, and clocks that it turns.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use chrono::{DateTime, SecondsFormat};
use http::{Request, Response};
use serde_json::{Value, json};
use tokio::sync::oneshot;
use tokio::time::Instant;

use crate::clock::Clock;
use crate::shared::lock;
use crate::{Builder, EdgeClient, ResponseFuture, Transport, TransportError};

/// What the wall clock shows when a world begins, milliseconds since 1970: 2026-01-01T00:00:00Z.
const BEGINNING: i64 = 1_767_225_600_000;

type Outcome = Result<Response<Bytes>, TransportError>;

/// A request that waits for its response.
pub(super) struct Pending {
    pub(super) request: Request<Bytes>,
    response: oneshot::Sender<Outcome>,
}

impl Pending {
    pub(super) fn kind(&self) -> &'static str {
        match self.request.uri().path() {
            "/verify-seat" => "verify",
            "/api/v1/seats/changes" => "changes",
            "/.well-known/jwks.json" => "jwks",
            other => panic!("a request of {other}"),
        }
    }

    pub(super) fn body(&self) -> Value {
        serde_json::from_slice(self.request.body()).unwrap()
    }

    pub(super) fn query(&self, name: &str) -> Option<&str> {
        let pairs = self.request.uri().query().unwrap_or_default().split('&');
        pairs.filter_map(|pair| pair.split_once('=')).find(|(it, _)| *it == name).map(|(_, value)| value)
    }

    pub(super) fn is_given_up(&self) -> bool {
        self.response.is_closed()
    }

    pub(super) fn end(self, outcome: Outcome) {
        // The client may have given the request up.
        let _ = self.response.send(outcome);
    }
}

#[derive(Clone)]
struct Wire(Arc<Mutex<VecDeque<Pending>>>);

impl Transport for Wire {
    fn send(&self, request: Request<Bytes>) -> ResponseFuture {
        let (response, received) = oneshot::channel();
        lock(&self.0).push_back(Pending { request, response });
        Box::pin(async { received.await.unwrap() })
    }
}

/// A client's surroundings. The monotonic clock is tokio's, which is paused.
pub(super) struct World {
    start: Instant,
    /// How far the wall clock was turned, milliseconds.
    turned: Arc<AtomicI64>,
    wire: Wire,
}

impl World {
    pub(super) fn new() -> Self {
        Self { start: Instant::now(), turned: Arc::default(), wire: Wire(Arc::default()) }
    }

    /// A client in this world, whose random factor is 1.
    pub(super) fn client(&self, options: impl FnOnce(Builder) -> Builder) -> EdgeClient {
        let (start, turned) = (self.start, self.turned.clone());
        let wall = move || wall(start, &turned);
        let builder = EdgeClient::builder("http://edge.test/", "key").transport(self.wire.clone());
        options(builder.clock(Clock::new(wall)).random(|| 1.0)).build().unwrap()
    }

    /// The milliseconds since the beginning.
    pub(super) fn now(&self) -> u64 {
        u64::try_from(self.start.elapsed().as_millis()).unwrap()
    }

    pub(super) fn wall_millis(&self) -> i64 {
        let since = wall(self.start, &self.turned).duration_since(UNIX_EPOCH).unwrap();
        i64::try_from(since.as_millis()).unwrap()
    }

    /// Turns the wall clock.
    pub(super) fn turn(&self, millis: i64) {
        self.turned.fetch_add(millis, Ordering::Relaxed);
    }

    /// Lets time pass until `at`, with all timers in their order, and lets the client do what it can.
    pub(super) async fn go_to(&self, at: u64) {
        let at = self.start + Duration::from_millis(at);
        assert!(at >= Instant::now(), "time goes backwards");
        tokio::time::sleep_until(at).await;
        self.settle().await;
    }

    /// Lets the client do what it can without waiting.
    pub(super) async fn settle(&self) {
        for _ in 0..50 {
            tokio::task::yield_now().await;
        }
    }

    /// Looks at the oldest unanswered request of a kind.
    pub(super) fn look<T>(&self, kind: &str, read: impl FnOnce(&Pending) -> T) -> Option<T> {
        let mut pending = lock(&self.wire.0);
        pending.retain(|request| !request.response.is_closed());
        pending.iter().find(|request| request.kind() == kind).map(read)
    }

    /// Takes the oldest unanswered request of a kind.
    pub(super) fn take(&self, kind: &str) -> Option<Pending> {
        let mut pending = lock(&self.wire.0);
        pending.retain(|request| !request.response.is_closed());
        let place = pending.iter().position(|request| request.kind() == kind)?;
        pending.remove(place)
    }

    /// A verdict as the edge writes it, whose clock is `skew` ahead. Without `lifetime` (fresh and stale, milliseconds) it
    /// has none.
    pub(super) fn verdict(
        &self,
        has_access: bool,
        reason: &str,
        version: Option<i64>,
        lifetime: Option<(i64, i64)>,
        skew: i64,
    ) -> Value {
        let now = self.wall_millis() + skew;
        let time =
            |millis| DateTime::from_timestamp_millis(millis).unwrap().to_rfc3339_opts(SecondsFormat::Millis, true);
        let mut verdict = json!({
            "hasAccess": has_access, "seatId": "seat_789", "subscriptionStatus": "ACTIVE", "expiresAt": null,
            "reason": reason, "source": "cache", "asOf": time(now), "version": version,
        });
        if let Some((fresh, stale)) = lifetime {
            verdict["now"] = time(now).into();
            verdict["freshUntil"] = time(now + fresh).into();
            verdict["staleUntil"] = time(now + stale).into();
        }
        verdict
    }
}

fn wall(start: Instant, turned: &AtomicI64) -> SystemTime {
    let turned = BEGINNING + turned.load(Ordering::Relaxed);
    UNIX_EPOCH + Duration::from_millis(turned.try_into().unwrap()) + start.elapsed()
}

/// A response with this status, headers and body.
pub(super) fn response(status: u16, headers: &[(String, String)], body: String) -> Response<Bytes> {
    let mut response = Response::builder().status(status);
    for (name, value) in headers {
        response = response.header(name, value);
    }
    response.body(Bytes::from(body)).unwrap()
}
