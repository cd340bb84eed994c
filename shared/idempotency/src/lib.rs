//! `Idempotency-Key`: the same key and the same method, path and body give the first answer again for 24 hours; the
//! same key for another request is refused; while the first is running the second is told so. Keys are told apart by
//! [`Scope`]: by the caller and the tenant.
//!
//! An answer is kept sealed under the credential of whoever asked. A person's token is renewed every few minutes, so what
//! a person is answered is sealed under the caller's name; where it shows a secret, also under a key that lies in the
//! cache and not in the record, so that nobody reads the secret who has the record alone.

mod scope;
mod seal;

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{FromRequest, Request};
use axum::response::{IntoResponse, Response};
use edge_border::{Code, Json, JsonAndBytes, Problem, bearer};
use edge_capabilities::clock::{Clock, millis};
use edge_capabilities::database::{DatabaseError, Value};
use edge_capabilities::{Capabilities, Instant, Random};
use edge_record::Record;
use http::{HeaderMap, StatusCode};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest as _, Sha256};

pub use scope::Scope;
use seal::{CacheKey, Sealing};

/// How long a first answer is given again.
const KEPT: Duration = Duration::from_hours(24);

/// How long a mark is kept that nobody is answered by any more: a clock that was ahead for a while has made it old.
const KEPT_AFTERWARDS: Duration = Duration::from_hours(24 * 7);

/// The most marks that are removed at once.
const MOST_REMOVED: i64 = 100;

/// How long a request may run before another with its key may run in its place: its instance has died.
const LONGEST_RUN: Duration = Duration::from_mins(1);

const HEADER: &str = "idempotency-key";

/// A JSON request that may carry an Idempotency-Key.
pub struct Idempotent<T> {
    /// The body.
    pub body: T,
    mark: Option<Mark>,
}

struct Mark {
    key: String,
    /// SHA-256 of method, path and body, in hex.
    fingerprint: String,
    /// The credential; None: it is a token.
    credential: Option<String>,
}

/// What tells a marked request from others, for those who keep the outcome themselves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// Its Idempotency-Key.
    pub key: String,
    /// SHA-256 of method, path and body, in hex.
    pub fingerprint: String,
}

impl<T> Idempotent<T> {
    /// The body, and what tells the request from others where it carries a mark.
    pub fn into_parts(self) -> (T, Option<Named>) {
        let named = self.mark.map(|Mark { key, fingerprint, .. }| Named { key, fingerprint });
        (self.body, named)
    }
}

impl<T: DeserializeOwned, S: Sync> FromRequest<S> for Idempotent<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let key = key_in(request.headers())?;
        let credential = bearer(request.headers()).unwrap_or_default();
        let is_token = credential.bytes().filter(|byte| *byte == b'.').count() == 2;
        let credential = (!is_token).then(|| credential.to_owned());
        let (method, path) = (request.method().to_string(), request.uri().path().to_owned());
        let JsonAndBytes(body, bytes) = JsonAndBytes::from_request(request, state).await?;
        let mark = key.map(|key| {
            let mut fingerprint = Sha256::new();
            for part in [method.as_bytes(), path.as_bytes(), &bytes] {
                fingerprint.update(part.len().to_le_bytes());
                fingerprint.update(part);
            }
            Mark { fingerprint: hex::encode(fingerprint.finalize()), credential, key }
        });
        Ok(Self { body, mark })
    }
}

fn key_in(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let Some(key) = headers.get(HEADER) else { return Ok(None) };
    let sane = |key: &&str| (1..=255).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic());
    match key.to_str().ok().filter(sane) {
        Some(key) => Ok(Some(key.to_owned())),
        None => Err(Problem::field("Idempotency-Key", "must be 1 to 255 visible ASCII characters")),
    }
}

/// Makes marked requests happen once.
#[derive(Clone)]
pub struct Idempotency {
    record: Record,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
    cache_key: CacheKey,
}

/// Whether an answer shows what is shown once alone.
#[derive(Clone, Copy, PartialEq)]
enum Holds {
    Secret,
    NoSecret,
}

/// What the record knows of a mark.
enum Seen {
    /// It is ours to run; the instant marks the run.
    New(Instant),
    Answered(StatusCode, String),
}

impl Idempotency {
    /// Keeps answers in `record`.
    pub fn new(capabilities: &Capabilities, record: &Record) -> Self {
        let Capabilities { clock, random, .. } = capabilities;
        let cache_key = CacheKey::new(capabilities);
        Self { record: record.clone(), clock: clock.clone(), random: random.clone(), cache_key }
    }

    /// Runs `work` for whoever `scope` names, unless `request` carries a mark that was answered. Work that fails leaves
    /// no mark: it may be tried again under the same key. For an answer that shows a secret there is
    /// [`Idempotency::once_for_secret`].
    pub async fn once<T, B: Serialize>(
        &self,
        scope: &Scope,
        request: Idempotent<T>,
        work: impl AsyncFnOnce(T) -> Result<(StatusCode, B), Problem>,
    ) -> Result<Response, Problem> {
        self.run(scope, request, Holds::NoSecret, work).await
    }

    /// As [`Idempotency::once`], for an answer that shows a secret.
    pub async fn once_for_secret<T, B: Serialize>(
        &self,
        scope: &Scope,
        request: Idempotent<T>,
        work: impl AsyncFnOnce(T) -> Result<(StatusCode, B), Problem>,
    ) -> Result<Response, Problem> {
        self.run(scope, request, Holds::Secret, work).await
    }

    async fn run<T, B: Serialize>(
        &self,
        scope: &Scope,
        request: Idempotent<T>,
        holds: Holds,
        work: impl AsyncFnOnce(T) -> Result<(StatusCode, B), Problem>,
    ) -> Result<Response, Problem> {
        let caller = scope.as_str();
        let Idempotent { body, mark } = request;
        let Some(mark) = mark else {
            return work(body).await.map(|(status, answer)| (status, Json(answer)).into_response());
        };
        // Before anything is done: without the key the answer could not be kept.
        let sealing = self.sealing(caller, &mark, holds).await?;
        let started_at = match self.claim(caller, &mark, &sealing).await? {
            Seen::Answered(status, answer) => return Ok(json(status, answer)),
            Seen::New(started_at) => started_at,
        };
        match work(body).await {
            Ok((status, answer)) => {
                let unwritten = |_| Problem::new(Code::Internal, "The answer could not be written.");
                let answer = serde_json::to_string(&answer).map_err(unwritten)?;
                let sealed = sealing.seal(&*self.random, &answer);
                // Should this fail, the caller still has its answer; a second request is refused until the mark lapses.
                let _ = self.keep(caller, &mark, started_at, status, sealed).await;
                Ok(json(status, answer))
            }
            Err(problem) => {
                let _ = self.release(caller, &mark, started_at).await;
                Err(problem)
            }
        }
    }

    async fn sealing(&self, caller: &str, mark: &Mark, holds: Holds) -> Result<Sealing, Problem> {
        Ok(match (&mark.credential, holds) {
            (Some(credential), _) => Sealing::new(&[credential, &mark.key]),
            (None, Holds::NoSecret) => Sealing::new(&[caller, &mark.key]),
            (None, Holds::Secret) => Sealing::new(&[caller, &mark.key, &self.cache_key.get().await?]),
        })
    }

    async fn claim(&self, caller: &str, mark: &Mark, sealing: &Sealing) -> Result<Seen, Problem> {
        let now = self.clock.now();
        self.remove_old(caller, mark, now).await?;
        let stalled = Value::Integer(now.as_millis().saturating_sub(millis(LONGEST_RUN)));
        let claim = "INSERT INTO idempotent_requests (caller, key, fingerprint, started_at) VALUES ($1, $2, $3, $4)
            ON CONFLICT (caller, key) DO UPDATE SET started_at = excluded.started_at
            WHERE idempotent_requests.status IS NULL AND idempotent_requests.started_at < $5
              AND idempotent_requests.fingerprint = excluded.fingerprint
            RETURNING started_at";
        let (key, fingerprint) = (mark.key.as_str(), mark.fingerprint.as_str());
        let values = [caller.into(), key.into(), fingerprint.into(), now.into(), stalled];
        if !self.record.query(claim, &values).await?.is_empty() {
            return Ok(Seen::New(now));
        }
        let find = "SELECT fingerprint, status, answer FROM idempotent_requests WHERE caller = $1 AND key = $2";
        let found = self.record.query(find, &[caller.into(), key.into()]).await?;
        let running = || {
            Problem::new(Code::IdempotencyInProgress, "A request with this Idempotency-Key is running.").retry_after(1)
        };
        // It was there a moment ago: whoever ran it failed and took it away.
        let row = found.first().ok_or_else(running)?;
        if row.text(0)? != mark.fingerprint {
            let detail = "This Idempotency-Key was used for another request.";
            return Err(Problem::new(Code::IdempotencyKeyReused, detail));
        }
        let status = row.optional_integer(1)?.ok_or_else(running)?;
        let status = u16::try_from(status).ok().and_then(|status| StatusCode::from_u16(status).ok());
        let answer = row.text(2).ok().and_then(|sealed| sealing.open(sealed));
        match status.zip(answer) {
            Some((status, answer)) => Ok(Seen::Answered(status, answer)),
            None => {
                let detail = "This Idempotency-Key was used with another credential, or what it was answered can no \
                    longer be shown: see what was made, and use another key.";
                Err(Problem::new(Code::IdempotencyKeyReused, detail))
            }
        }
    }

    /// Removes the mark where its time is up, and some of those that are long over.
    async fn remove_old(&self, caller: &str, mark: &Mark, now: Instant) -> Result<(), DatabaseError> {
        let this = "DELETE FROM idempotent_requests WHERE caller = $1 AND key = $2 AND started_at < $3";
        let expired = self.record.expired_before(now, KEPT).await?;
        self.record.query(this, &[caller.into(), mark.key.as_str().into(), expired.into()]).await?;
        let others = "DELETE FROM idempotent_requests WHERE (caller, key) IN (
            SELECT caller, key FROM idempotent_requests WHERE started_at < $1 ORDER BY started_at LIMIT $2)";
        let over = Instant::from_millis(expired.as_millis().saturating_sub(millis(KEPT_AFTERWARDS)));
        self.record.query(others, &[over.into(), MOST_REMOVED.into()]).await.map(drop)
    }

    async fn keep(
        &self,
        caller: &str,
        mark: &Mark,
        started_at: Instant,
        status: StatusCode,
        answer: String,
    ) -> Result<(), DatabaseError> {
        let statement = "UPDATE idempotent_requests SET status = $1, answer = $2
            WHERE caller = $3 AND key = $4 AND started_at = $5";
        let status = Value::Integer(i64::from(status.as_u16()));
        let values = [status, answer.into(), caller.into(), mark.key.as_str().into(), started_at.into()];
        self.record.query(statement, &values).await.map(drop)
    }

    async fn release(&self, caller: &str, mark: &Mark, started_at: Instant) -> Result<(), DatabaseError> {
        let statement = "DELETE FROM idempotent_requests WHERE caller = $1 AND key = $2 AND started_at = $3";
        self.record.query(statement, &[caller.into(), mark.key.as_str().into(), started_at.into()]).await.map(drop)
    }
}

fn json(status: StatusCode, body: String) -> Response {
    let kind = http::HeaderValue::from_static("application/json");
    (status, [(http::header::CONTENT_TYPE, kind)], body).into_response()
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use axum::Router;
    use axum::body::Body;
    use axum::extract::State;
    use axum::routing::post;
    use edge_capabilities::testing::World;
    use http::Request;
    use http_body_util::BodyExt as _;
    use tower::ServiceExt as _;

    use super::*;

    #[derive(Clone)]
    struct Shop {
        idempotency: Idempotency,
        sold: Arc<AtomicU64>,
        clock: Arc<dyn Clock>,
    }

    fn scope(headers: &HeaderMap) -> Scope {
        let of = |name| headers.get(name).and_then(|value| value.to_str().ok());
        Scope::new(of("x-caller").unwrap_or("caller"), of("x-tenant"))
    }

    /// Sells `body` things: takes a second; refuses to sell none.
    async fn sell(State(shop): State<Shop>, headers: HeaderMap, request: Idempotent<u64>) -> Result<Response, Problem> {
        let work = async |number| {
            shop.clock.sleep(Duration::from_secs(1)).await;
            if number == 0 {
                return Err(Problem::field("number", "must not be 0"));
            }
            Ok((StatusCode::CREATED, shop.sold.fetch_add(number, Ordering::SeqCst) + number))
        };
        shop.idempotency.once(&scope(&headers), request, work).await
    }

    /// Hands out a secret.
    async fn tell(State(shop): State<Shop>, headers: HeaderMap, request: Idempotent<u64>) -> Result<Response, Problem> {
        let work = async |_| Ok((StatusCode::CREATED, format!("secret{}", shop.sold.fetch_add(1, Ordering::SeqCst))));
        shop.idempotency.once_for_secret(&scope(&headers), request, work).await
    }

    struct Test {
        world: World,
        router: Router,
        sold: Arc<AtomicU64>,
    }

    fn test() -> Test {
        let world = World::new(1);
        let (capabilities, _) = world.instance();
        let record = Record::new(capabilities.record.clone());
        let sold = Arc::<AtomicU64>::default();
        let idempotency = Idempotency::new(&capabilities, &record);
        let shop = Shop { idempotency, sold: sold.clone(), clock: capabilities.clock.clone() };
        let routes = Router::new().route("/sell", post(sell)).route("/sell-again", post(sell));
        let routes = routes.route("/tell", post(tell)).with_state(shop);
        Test { router: edge_border::finish(routes, "shop", &capabilities), world, sold }
    }

    impl Test {
        async fn drain(&self) {
            let record = Record::new(self.world.record.clone());
            record.advance_retention_time(self.world.clock.now()).await.unwrap();
        }

        async fn post(&self, path: &str, key: &str, body: &str) -> (u16, String) {
            self.post_as("t", path, key, body).await
        }

        async fn post_as(&self, credential: &str, path: &str, key: &str, body: &str) -> (u16, String) {
            let request = Request::post(path).header("authorization", format!("Bearer {credential}"));
            let request = request.header("idempotency-key", key);
            let request = request.body(Body::from(body.to_owned())).unwrap();
            let response = self.router.clone().oneshot(request).await.unwrap();
            let status = response.status().as_u16();
            let body = response.into_body().collect().await.unwrap().to_bytes();
            (status, String::from_utf8(body.to_vec()).unwrap())
        }
    }

    #[tokio::test(start_paused = true)]
    async fn the_same_request_happens_once_and_is_answered_the_same() {
        let test = test();
        assert_eq!(test.post("/sell", "k", "3").await, (201, "3".into()));
        assert_eq!(test.post("/sell", "k", "3").await, (201, "3".into()));
        assert_eq!(test.post("/sell", "other", "3").await, (201, "6".into()));
        assert_eq!(test.sold.load(Ordering::SeqCst), 6);
        // Drains go on meanwhile.
        for _ in 0..100 {
            test.world.clock.advance(Duration::from_mins(15)).await;
            test.drain().await;
        }
        assert_eq!(test.post("/sell", "k", "3").await, (201, "9".into()));
    }

    #[tokio::test(start_paused = true)]
    async fn a_clock_that_is_ahead_for_a_while_makes_no_request_happen_again() {
        let test = test();
        let forty_days = millis(Duration::from_hours(24 * 40));
        test.post("/sell", "k", "3").await;
        for drained_before in [false, true] {
            if drained_before {
                test.drain().await;
            }
            test.world.clock.shift(forty_days);
            assert_eq!(test.post("/sell", "k", "3").await, (201, "3".into()), "{drained_before}");
            test.post("/sell", &format!("{drained_before}"), "0").await;
            for _ in 0..10 {
                test.drain().await;
                assert_eq!(test.post("/sell", "k", "3").await, (201, "3".into()), "{drained_before}");
            }
            test.world.clock.shift(-forty_days);
            assert_eq!(test.post("/sell", "k", "3").await, (201, "3".into()), "{drained_before}");
        }
        assert_eq!(test.sold.load(Ordering::SeqCst), 3);
    }

    #[tokio::test(start_paused = true)]
    async fn marks_go_a_week_after_their_time_a_hundred_at_once() {
        let test = test();
        for number in 0..250 {
            test.post("/sell", &format!("k{number}"), "1").await;
        }
        let record = Record::new(test.world.record.clone());
        let marks = async || record.query("SELECT COUNT(*) FROM idempotent_requests", &[]).await.unwrap()[0].integer(0);
        for _ in 0..8 * 96 {
            test.world.clock.advance(Duration::from_mins(15)).await;
            test.drain().await;
        }
        test.post("/sell", "a", "1").await;
        assert_eq!(marks().await, Ok(251));
        test.world.clock.advance(Duration::from_hours(1)).await;
        for _ in 0..4 {
            test.drain().await;
        }
        for (key, left) in [("b", 152), ("c", 53), ("d", 4)] {
            test.post("/sell", key, "1").await;
            assert_eq!(marks().await, Ok(left), "{key}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn the_same_key_for_another_request_is_refused() {
        let test = test();
        test.post("/sell", "k", "3").await;
        for (path, body) in [("/sell", "4"), ("/sell-again", "3"), ("/sell", "3 ")] {
            let (status, answer) = test.post(path, "k", body).await;
            assert_eq!(status, 422);
            assert!(answer.contains("IDEMPOTENCY_KEY_REUSED"), "{answer}");
        }
        assert_eq!(test.sold.load(Ordering::SeqCst), 3);
    }

    #[tokio::test(start_paused = true)]
    async fn while_the_first_runs_the_second_is_told_so() {
        let test = test();
        let posts = futures::future::join_all((0..5).map(|_| test.post("/sell", "k", "1"))).await;
        assert_eq!(posts.iter().filter(|(status, _)| *status == 201).count(), 1);
        for (status, answer) in posts.iter().filter(|(status, _)| *status != 201) {
            assert_eq!(*status, 409);
            assert!(answer.contains("IDEMPOTENCY_IN_PROGRESS"), "{answer}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn work_that_failed_may_be_tried_again_and_work_that_died_after_a_minute() {
        let test = test();
        assert_eq!(test.post("/sell", "k", "0").await.0, 400);
        assert_eq!(test.post("/sell", "k", "2").await, (201, "2".into()));
        let died = tokio::time::timeout(Duration::from_millis(500), test.post("/sell", "dies", "1")).await;
        assert!(died.is_err());
        assert_eq!(test.post("/sell", "dies", "1").await.0, 409);
        test.world.clock.advance(Duration::from_secs(61)).await;
        assert_eq!(test.post("/sell", "dies", "1").await, (201, "3".into()));
    }

    #[tokio::test(start_paused = true)]
    async fn a_key_that_is_no_key_is_refused() {
        let test = test();
        for key in ["", "has space", &"x".repeat(256)] {
            assert_eq!(test.post("/sell", key, "1").await.0, 400, "{key:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn the_same_request_with_a_renewed_token_is_answered_the_same_and_with_another_key_not_at_all() {
        let test = test();
        assert_eq!(test.post_as("head.claims.one", "/sell", "k", "3").await, (201, "3".into()));
        assert_eq!(test.post_as("head.claims.two", "/sell", "k", "3").await, (201, "3".into()));
        assert_eq!(test.post_as("key one", "/sell", "l", "3").await, (201, "6".into()));
        assert_eq!(test.post_as("key two", "/sell", "l", "3").await.0, 422);
    }

    #[tokio::test(start_paused = true)]
    async fn a_key_is_one_callers_in_one_tenant() {
        let test = test();
        let mut answers = Vec::new();
        for (caller, tenant) in [
            ("user:ana", None),
            ("user:ana", Some("a")),
            ("user:ana", Some("b")),
            ("user:ben", Some("a")),
            ("key:1", Some("a")),
            ("user:ana:a", None),
            ("user:ana:a", Some("b")),
            ("user:ana", Some("a:b")),
        ] {
            for _ in 0..2 {
                let mut request = Request::post("/sell").header("authorization", "Bearer h.c.s");
                request = request.header("idempotency-key", "k").header("x-caller", caller);
                if let Some(tenant) = tenant {
                    request = request.header("x-tenant", tenant);
                }
                let response = test.router.clone().oneshot(request.body(Body::from("1")).unwrap()).await.unwrap();
                let body = response.into_body().collect().await.unwrap().to_bytes();
                answers.push(String::from_utf8(body.to_vec()).unwrap());
            }
        }
        let expected: Vec<String> = (1..=8).flat_map(|number| [number.to_string(), number.to_string()]).collect();
        assert_eq!(answers, expected);
    }

    #[tokio::test(start_paused = true)]
    async fn a_secret_is_told_again_and_whoever_has_the_record_alone_cannot_open_it() {
        let test = test();
        for credential in ["head.claims.one", "an api key"] {
            let first = test.post_as(credential, "/tell", credential.get(..2).unwrap(), "1").await;
            assert_eq!((first.0, first.1.starts_with("\"secret")), (201, true));
            assert_eq!(test.post_as(credential, "/tell", credential.get(..2).unwrap(), "1").await, first);
        }
        let renewed = test.post_as("head.claims.two", "/tell", "he", "1").await;
        assert_eq!(renewed, (201, "\"secret0\"".into()));
        // All that the record holds of it does not open it.
        let (capabilities, _) = test.world.instance();
        let all = "SELECT caller, key, fingerprint, answer FROM idempotent_requests";
        for row in capabilities.record.query(all, &[]).await.unwrap() {
            let cells: Vec<&str> = (0..4).map(|index| row.text(index).unwrap()).collect();
            let answer = cells[3];
            assert!(!answer.contains("secret"));
            for one in &cells {
                assert_eq!(Sealing::new(&[one]).open(answer), None);
                for other in &cells {
                    assert_eq!(Sealing::new(&[one, other]).open(answer), None);
                    assert!(cells.iter().all(|third| Sealing::new(&[one, other, third]).open(answer).is_none()));
                }
            }
        }
        // Where the cache has lost the key, nothing is made a second time, and nothing is told.
        capabilities.cache.delete("idempotency-sealing-key").await.unwrap();
        let sold = test.sold.load(Ordering::SeqCst);
        let shop = Idempotency::new(&capabilities, &Record::new(capabilities.record.clone()));
        let fresh = Shop { idempotency: shop, sold: test.sold.clone(), clock: capabilities.clock.clone() };
        let fresh = Test {
            router: edge_border::finish(
                Router::new().route("/tell", post(tell)).with_state(fresh),
                "shop",
                &capabilities,
            ),
            world: test.world,
            sold: test.sold,
        };
        let (status, answer) = fresh.post_as("head.claims.two", "/tell", "he", "1").await;
        assert_eq!(status, 422, "{answer}");
        assert_eq!(fresh.sold.load(Ordering::SeqCst), sold);
    }

    #[tokio::test(start_paused = true)]
    async fn without_the_record_nothing_happens() {
        let test = test();
        test.world.record.set_down(true);
        assert_eq!(test.post("/sell", "k", "1").await.0, 503);
        assert_eq!(test.sold.load(Ordering::SeqCst), 0);
    }
}
