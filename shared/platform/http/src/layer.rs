//! The layer around every router: request ids, timings, response headers, problem bodies and the access log.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::extract::{MatchedPath, Request};
use axum::response::{IntoResponse as _, Response};
use edge_capabilities::counters::AnsweredIn;
use edge_capabilities::request::{OVERLOADED, RequestScope, Scoped, TRACEPARENT};
use edge_capabilities::{Capabilities, Clock, Log, random};
use http::header::{CACHE_CONTROL, ETAG};
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use tower::{Layer, Service};

use crate::access_log::{Entry, LogOutcome, micros, timestamp};
use crate::context::{RateLimitStatus, RequestContext, Timings};
use crate::drain::DrainableBody;
use crate::problem::{Code, Problem, keep_allow};
use crate::proxies::Proxies;

const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const SERVER_TIMING: HeaderName = HeaderName::from_static("server-timing");

const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit-limit");
const RATE_REMAINING: HeaderName = HeaderName::from_static("ratelimit-remaining");
const RATE_RESET: HeaderName = HeaderName::from_static("ratelimit-reset");

/// The maximum length of a request id that a caller sends.
const MAX_ID_LEN: usize = 128;

/// Wraps a router's routes.
#[derive(Clone)]
pub(crate) struct HttpLayer {
    inner: Arc<Inner>,
    /// The route of all requests, where no router finds it.
    route: Option<&'static str>,
}

struct Inner {
    component: &'static str,
    clock: Arc<dyn Clock>,
    log: Arc<dyn Log>,
    ids: Ids,
    proxies: Arc<Proxies>,
    /// How long after its start a request may call upstreams.
    time_limit: Duration,
    /// Whether the host may say that it is overloaded.
    has_telling_host: bool,
}

/// Request ids for callers that send none: a random part per instance, and a counter. A random part per id would cost a
/// call into the host.
struct Ids {
    prefix: String,
    count: AtomicU32,
}

impl Ids {
    fn next(&self) -> String {
        let count = self.count.fetch_add(1, Ordering::Relaxed);
        let mut id = String::with_capacity(28);
        id.push_str("req_");
        id.push_str(&self.prefix);
        for place in (0..8).rev() {
            id.extend(char::from_digit(count >> (4 * place) & 0xf, 16));
        }
        id
    }
}

/// The request id that the caller sent, if it is valid.
fn sent_id(headers: &HeaderMap) -> Option<&str> {
    let is_valid = |id: &&str| {
        (1..=MAX_ID_LEN).contains(&id.len())
            && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.:/+=".contains(&byte))
    };
    headers.get(X_REQUEST_ID).and_then(|id| id.to_str().ok()).filter(is_valid)
}

/// Headers that a request may send only once: of two, neither is the obvious one to use.
static SINGLE_HEADERS: [(HeaderName, &str); 3] = [
    (http::header::AUTHORIZATION, "Authorization"),
    (HeaderName::from_static("idempotency-key"), "Idempotency-Key"),
    (HeaderName::from_static("x-tenant-id"), "X-Tenant-Id"),
];

/// The problem with a request that has one of [`SINGLE_HEADERS`] more than once.
fn duplicate_header(headers: &HeaderMap) -> Option<Box<Problem>> {
    let is_duplicate = |name: &HeaderName| headers.get_all(name).iter().nth(1).is_some();
    let (_, name) = SINGLE_HEADERS.iter().find(|(name, _)| is_duplicate(name))?;
    Some(Box::new(Problem::field(*name, "is sent more than once")))
}

/// The problem that axum itself reports, as plain text: a path that is not UTF-8.
fn router_rejection(response: &Response) -> Option<Problem> {
    let is_plain_text = || {
        let kind = response.headers().get(http::header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        kind.is_some_and(|kind| kind.starts_with("text/plain"))
    };
    (response.status() == http::StatusCode::BAD_REQUEST && is_plain_text())
        .then(|| Problem::new(Code::ValidationError, "The path cannot be read."))
}

/// A request in progress.
struct RequestSpan {
    context: Arc<RequestContext>,
    started: Duration,
    method: Method,
    route: Route,
}

/// The pattern of a request's route, not its path: a path may contain a secret.
enum Route {
    Fixed(&'static str),
    Matched(Option<MatchedPath>),
}

impl Route {
    fn as_str(&self) -> &str {
        match self {
            Self::Fixed(route) => route,
            Self::Matched(route) => route.as_ref().map_or("", MatchedPath::as_str),
        }
    }
}

impl HttpLayer {
    pub(crate) fn new(component: &'static str, capabilities: &Capabilities) -> Self {
        let Capabilities { clock, log, random, .. } = capabilities;
        let ids = Ids { prefix: random::hex::<8>(&**random), count: AtomicU32::new(0) };
        let proxies = Arc::new(Proxies::new(capabilities.config.clone()));
        let time_limit = RequestScope::time_limit();
        let has_telling_host = RequestScope::has_telling_host();
        let (clock, log) = (clock.clone(), log.clone());
        let inner = Inner { component, clock, log, ids, proxies, time_limit, has_telling_host };
        Self { inner: Arc::new(inner), route: None }
    }

    /// The same layer around the route `route` alone.
    pub(crate) fn at(self, route: &'static str) -> Self {
        Self { route: Some(route), ..self }
    }

    fn enter(&self, request: &mut Request) -> RequestSpan {
        let started = self.inner.clock.elapsed();
        let id = sent_id(request.headers()).map_or_else(|| self.inner.ids.next(), str::to_owned);
        let context = Arc::new(RequestContext::new(id, started, self.inner.proxies.clone()));
        let route = match self.route {
            Some(route) => Route::Fixed(route),
            None => Route::Matched(request.extensions().get::<MatchedPath>().cloned()),
        };
        request.extensions_mut().insert(Timings(context.clone()));
        RequestSpan { context, started, method: request.method().clone(), route }
    }

    fn leave(&self, span: &RequestSpan, mut response: Response) -> Response {
        let RequestSpan { context, started, method, route } = span;
        let Inner { component, clock, log, .. } = &*self.inner;
        let problem = response.extensions_mut().remove::<Problem>().or_else(|| router_rejection(&response));
        let outcome = match (&problem, response.extensions().get::<LogOutcome>()) {
            (Some(problem), _) => problem.code().as_str(),
            (None, Some(LogOutcome(outcome))) => outcome,
            (None, None) => "OK",
        };
        if let Some(problem) = &problem {
            let mut rendered = problem.render(context.id());
            keep_allow(&mut rendered, &response);
            response = rendered;
        }
        let total = clock.elapsed().saturating_sub(*started);
        let headers = response.headers_mut();
        if let Ok(value) = HeaderValue::from_str(context.id()) {
            headers.insert(X_REQUEST_ID, value);
        }
        let notes = context.notes();
        if let Ok(value) = HeaderValue::try_from(notes.server_timing(total)) {
            headers.insert(SERVER_TIMING, value);
        }
        if let Some(RateLimitStatus { limit, remaining, reset }) = notes.rate_limit {
            for (name, value) in [(RATE_LIMIT, limit), (RATE_REMAINING, remaining), (RATE_RESET, reset)] {
                headers.insert(name, value.into());
            }
        }
        // A response with an ETag may be stored, and is revalidated before each use.
        if notes.is_personal && !headers.contains_key(CACHE_CONTROL) {
            let rule = if headers.contains_key(ETAG) { "private, no-cache" } else { "no-store" };
            headers.insert(CACHE_CONTROL, HeaderValue::from_static(rule));
        }
        response.extensions_mut().insert(AnsweredIn(total));
        let status = response.status().as_u16();
        Entry {
            ts: timestamp(clock.now()),
            level: Entry::level(status),
            component,
            request_id: context.id(),
            method: method.as_str(),
            route: route.as_str(),
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
    type Service = HttpService<S>;

    fn layer(&self, routes: S) -> HttpService<S> {
        HttpService { layer: self.clone(), routes }
    }
}

/// Routes within the layer. (A middleware of axum would do the same with several more allocations per request.)
#[derive(Clone)]
pub(crate) struct HttpService<S> {
    layer: HttpLayer,
    routes: S,
}

impl<S> Service<Request> for HttpService<S>
where
    S: Service<Request, Response = Response, Error = Infallible>,
    S::Future: Send + 'static,
{
    type Response = Response;
    type Error = Infallible;
    type Future = Scoped<Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.routes.poll_ready(context)
    }

    fn call(&mut self, mut request: Request) -> Self::Future {
        let layer = self.layer.clone();
        let span = layer.enter(&mut request);
        let scope = RequestScope {
            traceparent: RequestScope::trace(request.headers().get(TRACEPARENT)),
            deadline: Some(span.started.saturating_add(layer.inner.time_limit)),
            is_overloaded: layer.inner.has_telling_host && request.headers().contains_key(OVERLOADED),
        };
        let body = DrainableBody::wrap(&mut request);
        let routed = match duplicate_header(request.headers()) {
            None => Ok(self.routes.call(request)),
            Some(problem) => Err(problem),
        };
        let answer: Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>> = Box::pin(async move {
            let response = match routed {
                Ok(response) => response.await?,
                Err(problem) => problem.into_response(),
            };
            if let Some(body) = body {
                Box::pin(body.drain(&*layer.inner.clock)).await;
            }
            Ok(layer.leave(&span, response))
        });
        Scoped::new(scope, answer)
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
