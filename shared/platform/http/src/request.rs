//! What every request goes through on its way in and out.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::extract::{FromRequestParts, MatchedPath, Request};
use axum::response::{IntoResponse as _, Response};
use edge_capabilities::{Capabilities, Clock, Log, random};
use http::header::{CACHE_CONTROL, ETAG};
use http::request::Parts;
use http::{Extensions, HeaderMap, HeaderName, HeaderValue, Method};
use tower::{Layer, Service};

use crate::access_log::{Entry, Outcome, micros, timestamp};
use crate::problem::{Code, Problem, keep_allow};
use crate::proxies::Proxies;
use crate::unread::Unread;

const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const SERVER_TIMING: HeaderName = HeaderName::from_static("server-timing");

const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit-limit");
const RATE_REMAINING: HeaderName = HeaderName::from_static("ratelimit-remaining");
const RATE_RESET: HeaderName = HeaderName::from_static("ratelimit-reset");

/// The longest request id that is taken over from a caller.
const MAX_ID_LEN: usize = 128;

/// Puts a router's routes behind the border.
#[derive(Clone)]
pub(crate) struct HttpLayer(Arc<Inner>);

struct Inner {
    component: &'static str,
    clock: Arc<dyn Clock>,
    log: Arc<dyn Log>,
    ids: Ids,
    proxies: Arc<Proxies>,
}

/// Request ids for callers who send none: a part that chance gives each instance, and a count. Chance for each id would
/// cost a call into the host.
struct Ids {
    of_instance: String,
    count: AtomicU32,
}

impl Ids {
    fn next(&self) -> String {
        let count = self.count.fetch_add(1, Ordering::Relaxed);
        let mut id = String::with_capacity(28);
        id.push_str("req_");
        id.push_str(&self.of_instance);
        for place in (0..8).rev() {
            id.extend(char::from_digit(count >> (4 * place) & 0xf, 16));
        }
        id
    }
}

/// What is known of a request while it is in the works.
#[derive(Debug, Default)]
struct RequestContext {
    id: String,
    laps: Mutex<Laps>,
    proxies: Option<Arc<Proxies>>,
}

impl RequestContext {
    fn laps(&self) -> MutexGuard<'_, Laps> {
        self.laps.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The request's id: the caller's, if it sent a sane one.
#[derive(Clone, Debug)]
pub struct RequestId(Arc<RequestContext>);

impl RequestId {
    /// As it is written.
    pub fn as_str(&self) -> &str {
        &self.0.id
    }
}

/// The caller's id for its request, if it sent a sane one.
fn sent_id(headers: &HeaderMap) -> Option<&str> {
    let is_valid = |id: &&str| {
        (1..=MAX_ID_LEN).contains(&id.len())
            && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.:/+=".contains(&byte))
    };
    headers.get(X_REQUEST_ID).and_then(|id| id.to_str().ok()).filter(is_valid)
}

/// How long parts of a request took, for `Server-Timing`.
#[derive(Clone, Debug)]
pub struct Timings(Arc<RequestContext>);

/// How often a caller may still ask, for the `RateLimit-…` headers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateLimitStatus {
    /// How often in a minute.
    pub limit: u64,
    /// How often now.
    pub remaining: u64,
    /// In how many seconds it may as often as ever; where it may not now, in how many it may again.
    pub reset: u64,
}

#[derive(Debug, Default)]
struct Laps {
    noted: Vec<(&'static str, Duration)>,
    /// When the last part ended, by [`Clock::elapsed`].
    last: Duration,
    allowance: Option<RateLimitStatus>,
    /// Whether the answer is for the caller alone.
    is_personal: bool,
}

impl Timings {
    /// Those of the request with these extensions.
    pub fn of(extensions: &Extensions) -> Option<&Self> {
        extensions.get()
    }

    pub(crate) fn proxies(&self) -> Option<&Proxies> {
        self.0.proxies.as_deref()
    }

    /// Notes that `part` took `duration`.
    pub fn note(&self, part: &'static str, duration: Duration) {
        self.0.laps().noted.push((part, duration));
    }

    /// Notes that `part` took from the end of the last part, or from the request's arrival, until now.
    pub fn lap(&self, part: &'static str, clock: &dyn Clock) {
        let now = clock.elapsed();
        let mut laps = self.0.laps();
        let last = std::mem::replace(&mut laps.last, now);
        laps.noted.push((part, now.saturating_sub(last)));
    }

    /// Notes how often the caller may still ask.
    pub fn allow(&self, allowance: RateLimitStatus) {
        self.0.laps().allowance = Some(allowance);
    }

    /// Notes that the answer is for the caller alone: unless the route says otherwise nobody may keep a copy.
    pub fn note_personal(&self) {
        self.0.laps().is_personal = true;
    }
}

impl Laps {
    fn header(&self, total: Duration) -> String {
        let mut header = String::with_capacity(96);
        for (index, (part, duration)) in [("total", total)].iter().chain(&self.noted).enumerate() {
            header.push_str(if index == 0 { "" } else { ", " });
            header.push_str(part);
            header.push_str(";dur=");
            push_millis(&mut header, *duration);
        }
        header
    }
}

/// Writes `duration` in milliseconds, with three decimals.
fn push_millis(text: &mut String, duration: Duration) {
    let micros = micros(duration);
    match micros / 1000 {
        0 => text.push('0'),
        millis => text.push_str(&millis.to_string()),
    }
    text.push('.');
    for place in [100, 10, 1] {
        let digit = u8::try_from(micros / place % 10).unwrap_or(0);
        text.push(char::from(b'0' + digit));
    }
}

macro_rules! from_extensions {
    ($($kind:ident)*) => {$(
        impl<S: Sync> FromRequestParts<S> for $kind {
            type Rejection = Infallible;

            async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
                Ok(Self(Timings::of(&parts.extensions).map(|timings| timings.0.clone()).unwrap_or_default()))
            }
        }
    )*};
}

from_extensions! { RequestId Timings }

/// Headers of which a request has one: of two it is not said which counts.
static SINGLE: [(HeaderName, &str); 3] = [
    (http::header::AUTHORIZATION, "Authorization"),
    (HeaderName::from_static("idempotency-key"), "Idempotency-Key"),
    (HeaderName::from_static("x-tenant-id"), "X-Tenant-Id"),
];

/// What is wrong with a request that has one of [`SINGLE`] more than once.
fn doubled(headers: &HeaderMap) -> Option<Box<Problem>> {
    let is_doubled = |name: &HeaderName| headers.get_all(name).iter().nth(1).is_some();
    let (_, name) = SINGLE.iter().find(|(name, _)| is_doubled(name))?;
    Some(Box::new(Problem::field(*name, "is sent more than once")))
}

/// What the router itself refuses, in words of its own: a path that is no UTF-8.
fn refused_by_the_router(response: &Response) -> Option<Problem> {
    let in_its_words = || {
        let kind = response.headers().get(http::header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        kind.is_some_and(|kind| kind.starts_with("text/plain"))
    };
    (response.status() == http::StatusCode::BAD_REQUEST && in_its_words())
        .then(|| Problem::new(Code::ValidationError, "The path cannot be read."))
}

/// A request that has come in, and is to go out again.
struct RequestSpan {
    passage: Arc<RequestContext>,
    started: Duration,
    method: Method,
    route: Option<MatchedPath>,
}

impl HttpLayer {
    pub(crate) fn new(component: &'static str, capabilities: &Capabilities) -> Self {
        let Capabilities { clock, log, random, .. } = capabilities;
        let ids = Ids { of_instance: random::hex::<8>(&**random), count: AtomicU32::new(0) };
        let proxies = Arc::new(Proxies::new(capabilities.config.clone()));
        Self(Arc::new(Inner { component, clock: clock.clone(), log: log.clone(), ids, proxies }))
    }

    fn enter(&self, request: &mut Request) -> RequestSpan {
        let started = self.0.clock.elapsed();
        let id = sent_id(request.headers()).map_or_else(|| self.0.ids.next(), str::to_owned);
        let laps = Laps { noted: Vec::with_capacity(4), last: started, allowance: None, is_personal: false };
        let passage = Arc::new(RequestContext { id, laps: Mutex::new(laps), proxies: Some(self.0.proxies.clone()) });
        // The pattern, not the path: a path may hold a secret.
        let route = request.extensions().get::<MatchedPath>().cloned();
        request.extensions_mut().insert(Timings(passage.clone()));
        RequestSpan { passage, started, method: request.method().clone(), route }
    }

    fn leave(&self, crossing: &RequestSpan, mut response: Response) -> Response {
        let RequestSpan { passage, started, method, route } = crossing;
        let Inner { component, clock, log, .. } = &*self.0;
        let problem = response.extensions_mut().remove::<Problem>().or_else(|| refused_by_the_router(&response));
        let outcome = match (&problem, response.extensions().get::<Outcome>()) {
            (Some(problem), _) => problem.code().as_str(),
            (None, Some(Outcome(outcome))) => outcome,
            (None, None) => "OK",
        };
        if let Some(problem) = &problem {
            let mut rendered = problem.render(&passage.id);
            keep_allow(&mut rendered, &response);
            response = rendered;
        }
        let total = clock.elapsed().saturating_sub(*started);
        let headers = response.headers_mut();
        if let Ok(value) = HeaderValue::from_str(&passage.id) {
            headers.insert(X_REQUEST_ID, value);
        }
        let laps = passage.laps();
        if let Ok(value) = HeaderValue::try_from(laps.header(total)) {
            headers.insert(SERVER_TIMING, value);
        }
        if let Some(RateLimitStatus { limit, remaining, reset }) = laps.allowance {
            for (name, value) in [(RATE_LIMIT, limit), (RATE_REMAINING, remaining), (RATE_RESET, reset)] {
                headers.insert(name, value.into());
            }
        }
        // What has a tag of its own may be kept, and is asked about before it is used.
        if laps.is_personal && !headers.contains_key(CACHE_CONTROL) {
            let rule = if headers.contains_key(ETAG) { "private, no-cache" } else { "no-store" };
            headers.insert(CACHE_CONTROL, HeaderValue::from_static(rule));
        }
        let status = response.status().as_u16();
        Entry {
            ts: timestamp(clock.now()),
            level: Entry::level(status),
            component,
            request_id: &passage.id,
            method: method.as_str(),
            route: route.as_ref().map_or("", MatchedPath::as_str),
            status,
            outcome,
            cause: problem.as_ref().and_then(Problem::cause),
            duration_us: micros(total),
        }
        .write(&**log);
        response
    }
}

impl<S> Layer<S> for HttpLayer {
    type Service = Guarded<S>;

    fn layer(&self, routes: S) -> Guarded<S> {
        Guarded { border: self.clone(), routes }
    }
}

/// Routes behind the border. (A middleware of axum's would do the same, for several allocations more on each request.)
#[derive(Clone)]
pub(crate) struct Guarded<S> {
    border: HttpLayer,
    routes: S,
}

impl<S> Service<Request> for Guarded<S>
where
    S: Service<Request, Response = Response, Error = Infallible>,
    S::Future: Send + 'static,
{
    type Response = Response;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.routes.poll_ready(context)
    }

    fn call(&mut self, mut request: Request) -> Self::Future {
        let border = self.border.clone();
        let crossing = border.enter(&mut request);
        let unread = Unread::of(&mut request);
        let answer = match doubled(request.headers()) {
            None => Ok(self.routes.call(request)),
            Some(problem) => Err(problem),
        };
        Box::pin(async move {
            let response = match answer {
                Ok(answer) => answer.await?,
                Err(problem) => problem.into_response(),
            };
            if let Some(unread) = unread {
                Box::pin(unread.drop_rest(&*border.0.clock)).await;
            }
            Ok(border.leave(&crossing, response))
        })
    }
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::body::Body;
    use axum::routing::{get, post};
    use edge_capabilities::testing::World;
    use http::StatusCode;
    use http_body_util::BodyExt as _;
    use serde_json::Value;
    use tower::ServiceExt as _;

    use super::*;
    use crate::Json;

    fn routes(world: &World) -> Router {
        let routes = Router::new()
            .route("/things/{id}", get(async || ([("x", "y")], "thing")))
            .route("/named/{id}", get(async |axum::extract::Path(id): axum::extract::Path<String>| id))
            .route("/refuse", get(async || Problem::new(Code::PermissionDenied, "No.").retry_after(3)))
            .route("/echo", post(async |Json(body): Json<Value>| Json(body)));
        crate::finish(routes, "things", &world.instance().0)
    }

    async fn ask(world: &World, request: http::Request<Body>) -> (StatusCode, HeaderMap, String) {
        let response = routes(world).oneshot(request).await.unwrap();
        let (head, body) = response.into_parts();
        let body = String::from_utf8(body.collect().await.unwrap().to_bytes().to_vec()).unwrap();
        (head.status, head.headers, body)
    }

    fn get_request(path: &str) -> http::request::Builder {
        http::Request::get(path)
    }

    #[tokio::test(start_paused = true)]
    async fn every_answer_has_an_id_and_a_timing_and_leaves_one_line_without_the_path() {
        let world = World::new(1);
        let request = get_request("/things/secret-token").header("x-request-id", "abc-1").body(Body::empty()).unwrap();
        let (status, headers, body) = ask(&world, request).await;
        assert_eq!((status, body.as_str()), (StatusCode::OK, "thing"));
        assert_eq!(headers["x-request-id"], "abc-1");
        assert!(headers["server-timing"].to_str().unwrap().starts_with("total;dur="));
        let lines = world.log.lines();
        assert_eq!(lines.len(), 1);
        assert!(!lines[0].contains("secret-token"));
        let line: Value = serde_json::from_str(&lines[0]).unwrap();
        assert_eq!(line["requestId"], "abc-1");
        assert_eq!(line["route"], "/things/{id}");
        assert_eq!(
            (&line["component"], &line["outcome"], &line["status"]),
            (&"things".into(), &"OK".into(), &200.into())
        );
    }

    #[tokio::test(start_paused = true)]
    async fn a_header_that_must_be_one_is_refused_where_there_are_two() {
        let world = World::new(4);
        for (name, values) in
            [("Authorization", ["Bearer a", "Bearer a"]), ("Idempotency-Key", ["a", "b"]), ("X-Tenant-Id", ["a", ""])]
        {
            let once = get_request("/things/1").header(name, values[0]).body(Body::empty()).unwrap();
            assert_eq!(ask(&world, once).await.0, StatusCode::OK);
            let [first, second] = values;
            let name_in_capitals = name.to_uppercase();
            let twice = get_request("/things/1").header(name, first).header(name_in_capitals, second);
            let (status, headers, body) = ask(&world, twice.body(Body::empty()).unwrap()).await;
            let body: Value = serde_json::from_str(&body).unwrap();
            assert_eq!((status, &body["errors"][0]["field"]), (StatusCode::BAD_REQUEST, &name.into()));
            assert_eq!(headers["x-request-id"].to_str().unwrap(), body["requestId"]);
        }
        let other = get_request("/things/1").header("accept", "a/b").header("accept", "c/d").body(Body::empty());
        assert_eq!(ask(&world, other.unwrap()).await.0, StatusCode::OK);
    }

    #[tokio::test(start_paused = true)]
    async fn nobody_keeps_a_copy_of_what_is_for_the_caller_alone() {
        let world = World::new(5);
        let personal = async |timings: Timings| {
            timings.note_personal();
            "thing"
        };
        let tagged = async |timings: Timings| {
            timings.note_personal();
            ([("etag", "\"1\"")], "thing")
        };
        let ruled = async |timings: Timings| {
            timings.note_personal();
            ([("cache-control", "private, max-age=5")], "thing")
        };
        let refused = async |timings: Timings| {
            timings.note_personal();
            Problem::new(Code::PermissionDenied, "No.")
        };
        let routes = Router::new()
            .route("/personal", get(personal))
            .route("/tagged", get(tagged))
            .route("/ruled", get(ruled))
            .route("/refused", get(refused))
            .route("/public", get(async || "thing"));
        let routes = crate::finish(routes, "things", &world.instance().0);
        for (path, rule) in [
            ("/personal", Some("no-store")),
            ("/tagged", Some("private, no-cache")),
            ("/ruled", Some("private, max-age=5")),
            ("/refused", Some("no-store")),
            ("/public", None),
        ] {
            let request = get_request(path).body(Body::empty()).unwrap();
            let headers = routes.clone().oneshot(request).await.unwrap().headers().clone();
            assert_eq!(headers.get("cache-control").map(|rule| rule.to_str().unwrap()), rule, "{path}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn an_insane_id_is_replaced() {
        let world = World::new(2);
        for insane in ["", "has space", "quote\"", &"x".repeat(129)] {
            let request = get_request("/refuse").header("x-request-id", insane).body(Body::empty()).unwrap();
            let (_, headers, body) = ask(&world, request).await;
            let id = headers["x-request-id"].to_str().unwrap();
            assert!(id.starts_with("req_") && id.len() == 28, "{id}");
            assert_eq!(serde_json::from_str::<Value>(&body).unwrap()["requestId"], id);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn problems_are_rendered_with_their_headers() {
        let world = World::new(3);
        let (status, headers, body) = ask(&world, get_request("/refuse").body(Body::empty()).unwrap()).await;
        assert_eq!(status, StatusCode::FORBIDDEN);
        assert_eq!(headers["content-type"], "application/problem+json");
        assert_eq!(headers["retry-after"], "3");
        assert_eq!(serde_json::from_str::<Value>(&body).unwrap()["code"], "PERMISSION_DENIED");

        let (status, _, body) = ask(&world, get_request("/nowhere").body(Body::empty()).unwrap()).await;
        assert_eq!(status, StatusCode::NOT_FOUND);
        assert_eq!(serde_json::from_str::<Value>(&body).unwrap()["code"], "NOT_FOUND");

        let (status, headers, body) = ask(&world, get_request("/named/%ff").body(Body::empty()).unwrap()).await;
        assert_eq!(
            (status, &headers["content-type"]),
            (StatusCode::BAD_REQUEST, &"application/problem+json".parse().unwrap())
        );
        assert_eq!(serde_json::from_str::<Value>(&body).unwrap()["code"], "VALIDATION_ERROR");

        let (status, headers, body) = ask(&world, get_request("/echo").body(Body::empty()).unwrap()).await;
        assert_eq!(status, StatusCode::METHOD_NOT_ALLOWED);
        assert_eq!(headers["allow"], "POST");
        assert_eq!(serde_json::from_str::<Value>(&body).unwrap()["code"], "METHOD_NOT_ALLOWED");
    }
}
