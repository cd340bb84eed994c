//! What calls to upstreams take over from the request that they are made for.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::routing::get;
use bytes::Bytes;
use edge_capabilities::http::{HttpError, UpstreamName};
use edge_capabilities::request::OfRequest;
use edge_capabilities::testing::World;
use edge_capabilities::{Clock as _, Http};
use http::{Request, Response};
use tower::ServiceExt as _;

const TRACE: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

fn ask(http: &Arc<dyn Http>, timeout: Duration) -> impl Future<Output = Result<Response<Bytes>, HttpError>> + use<> {
    let (http, request) = (http.clone(), Request::get("http://erp/").body(Bytes::new()).unwrap());
    async move { http.send(UpstreamName::Erp, request, timeout).await }
}

/// Calls an upstream that never answers; gives what came of it after how long.
async fn call(world: &World, before: Duration, traceparent: &str) -> (Result<(), HttpError>, Duration) {
    let http: Arc<dyn Http> = Arc::new(OfRequest::new(world.http.clone(), world.clock.clone()));
    let clock = world.clock.clone();
    let result = Arc::new(Mutex::new(None));
    let noted = result.clone();
    let handler = async move || {
        clock.sleep(before).await;
        let began = clock.elapsed();
        let answer = ask(&http, Duration::from_secs(20)).await.map(drop);
        *noted.lock().unwrap() = Some((answer, clock.elapsed().saturating_sub(began)));
    };
    let (capabilities, _tasks) = world.instance();
    let router = edge_http::finish(Router::new().route("/", get(handler)), "things", &capabilities);
    let request = Request::get("/").header("traceparent", traceparent).body(Body::empty()).unwrap();
    router.oneshot(request).await.unwrap();
    let result = result.lock().unwrap().take();
    result.unwrap()
}

/// A world whose upstream notes the traces that it is told of, and never answers.
fn world() -> (World, Arc<Mutex<Vec<String>>>) {
    let world = World::new(1);
    let traces = Arc::<Mutex<Vec<String>>>::default();
    let noted = traces.clone();
    world.http.on_request(move |request| {
        let trace = request.headers().get("traceparent").map_or("-", |trace| trace.to_str().unwrap());
        noted.lock().unwrap().push(trace.to_owned());
        std::future::pending()
    });
    (world, traces)
}

#[tokio::test(start_paused = true)]
async fn a_call_has_what_is_left_of_its_requests_time() {
    for (before, left) in [(0, 20), (5, 20), (20, 9), (28, 1)] {
        let (world, _) = world();
        let (answer, took) = call(&world, Duration::from_secs(before), TRACE).await;
        assert!(matches!(answer, Err(HttpError::TimedOut(_))), "{answer:?}");
        assert_eq!(took.as_secs(), left, "after {before} s");
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_that_has_no_time_left_is_not_made() {
    let (world, traces) = world();
    let (answer, took) = call(&world, Duration::from_secs(29), TRACE).await;
    assert!(matches!(answer, Err(HttpError::NotSent(_))), "{answer:?}");
    assert!(took.is_zero() && traces.lock().unwrap().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_call_belongs_to_the_trace_of_its_request_and_nonsense_is_no_trace() {
    for (sent, passed_on) in
        [(TRACE, TRACE), ("", "-"), ("a trace", "-"), ("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331", "-")]
    {
        let (world, traces) = world();
        call(&world, Duration::from_secs(28), sent).await.0.unwrap_err();
        assert_eq!(*traces.lock().unwrap(), [passed_on]);
    }
}

#[tokio::test(start_paused = true)]
async fn work_that_belongs_to_no_request_has_its_own_time_and_no_trace() {
    let (world, traces) = world();
    let http: Arc<dyn Http> = Arc::new(OfRequest::new(world.http.clone(), world.clock.clone()));
    let behind: Arc<Mutex<Option<_>>> = Arc::default();
    let kept = behind.clone();
    let handler = async move || *kept.lock().unwrap() = Some(Box::pin(ask(&http, Duration::from_secs(50))));
    let (capabilities, _tasks) = world.instance();
    let router = edge_http::finish(Router::new().route("/", get(handler)), "things", &capabilities);
    let request = Request::get("/").header("traceparent", TRACE).body(Body::empty()).unwrap();
    router.oneshot(request).await.unwrap();
    let work = behind.lock().unwrap().take().unwrap();
    let began = world.clock.elapsed();
    assert!(matches!(work.await, Err(HttpError::TimedOut(_))));
    assert_eq!((world.clock.elapsed() - began).as_secs(), 50);
    assert_eq!(*traces.lock().unwrap(), ["-"]);
}
