use std::convert::Infallible;
use std::net::SocketAddr;

use http::{Request, Response};
use http_body_util::{BodyExt as _, Empty};
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::*;

/// A collector on a port of its own; what is posted to it comes out of the channel. It answers 503 as often as it is told
/// to, then 200.
async fn collector(mut failures: usize) -> (SocketAddr, mpsc::UnboundedReceiver<(String, Value)>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (posted, received) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let fails = failures > 0;
            failures = failures.saturating_sub(1);
            let posted = posted.clone();
            let service = service_fn(move |request: Request<Incoming>| {
                let posted = posted.clone();
                async move {
                    let (head, body) = request.into_parts();
                    let body = body.collect().await.unwrap().to_bytes();
                    assert_eq!(head.headers["content-type"], "application/json");
                    let _ = posted.send((head.uri.path().to_owned(), serde_json::from_slice(&body).unwrap()));
                    let status = if fails { 503 } else { 200 };
                    let response = Response::builder().status(status).header("connection", "close");
                    Ok::<_, Infallible>(response.body(Empty::<Bytes>::new()).unwrap())
                }
            });
            tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
        }
    });
    (address, received)
}

fn telemetry(address: SocketAddr, ratio: f64, every: Duration) -> Telemetry {
    let endpoint = format!("http://{address}/otlp/").parse().unwrap();
    Telemetry::start(Options { endpoint, ratio, every }).unwrap()
}

const NEVER: Duration = Duration::from_secs(3600);

fn ended(result: Result<u16, &'static str>) -> Ended<'static> {
    let result = result.map(|status| StatusCode::from_u16(status).unwrap());
    Ended { method: &Method::POST, route: Some("/verify-seat"), component: Some("seats"), server: None, result }
}

fn attributes(of: &Value) -> std::collections::BTreeMap<String, Value> {
    let all = of["attributes"].as_array().unwrap().iter();
    all.map(|one| (one["key"].as_str().unwrap().to_owned(), one["value"].clone())).collect()
}

#[tokio::test]
async fn a_request_and_its_call_are_spans_of_the_callers_trace() {
    let (address, mut received) = collector(0).await;
    let telemetry = telemetry(address, 0.0, NEVER);
    let sent = TraceContext::new(1.0);
    let mut headers = HeaderMap::new();
    headers.insert(TRACEPARENT, sent.header().unwrap());
    let request = telemetry.request(&mut headers).unwrap();
    let within = TraceContext::of(&headers).unwrap();
    assert!(within.trace == sent.trace && within.span != sent.span && within.is_sampled);
    // The component passes it on.
    let call = telemetry.call(&mut headers).unwrap();
    let upstream = TraceContext::of(&headers).unwrap();
    call.end(&Ended { route: None, component: None, server: Some(("erp", 8000)), ..ended(Ok(404)) });
    request.end(&ended(Err("timeout")));
    let (path, posted) = received.recv().await.unwrap();
    assert_eq!(path, "/otlp/v1/traces");
    let service = attributes(&posted["resourceSpans"][0]["resource"]);
    assert_eq!(service["service.name"], json!({"stringValue": "bheem-edge"}));
    let spans = &posted["resourceSpans"][0]["scopeSpans"][0]["spans"];
    let (call, request) = (&spans[0], &spans[1]);
    let hex = |span: u64| format!("{span:016x}");
    for span in [call, request] {
        assert_eq!(span["traceId"], format!("{:032x}", sent.trace));
    }
    assert_eq!((&call["spanId"], &call["parentSpanId"]), (&json!(hex(upstream.span)), &json!(hex(within.span))));
    assert_eq!((&request["spanId"], &request["parentSpanId"]), (&json!(hex(within.span)), &json!(hex(sent.span))));
    assert_eq!((&call["kind"], &call["name"]), (&json!(3), &json!("POST")));
    assert_eq!((&request["kind"], &request["name"]), (&json!(2), &json!("POST /verify-seat")));
    let (call, request) = (attributes(call), attributes(request));
    assert_eq!(call["server.address"], json!({"stringValue": "erp"}));
    assert_eq!(call["http.response.status_code"], json!({"intValue": "404"}));
    assert_eq!(request["http.route"], json!({"stringValue": "/verify-seat"}));
    assert_eq!(request["error.type"], json!({"stringValue": "timeout"}));
    assert_eq!(request["bheem.component"], json!({"stringValue": "seats"}));
}

#[tokio::test]
async fn who_sends_no_trace_begins_one_that_is_recorded_by_chance_and_background_calls_are_none() {
    let (address, mut received) = collector(0).await;
    let telemetry = telemetry(address, 1.0, NEVER);
    let mut none = HeaderMap::new();
    telemetry.call(&mut none).unwrap().end(&ended(Ok(200)));
    assert!(none.is_empty(), "a call that belongs to no request says nothing of one");
    let mut unsampled = HeaderMap::new();
    let sent = TraceContext { is_sampled: false, ..TraceContext::new(1.0) };
    unsampled.insert(TRACEPARENT, sent.header().unwrap());
    telemetry.request(&mut unsampled).unwrap().end(&ended(Ok(200)));
    assert!(!TraceContext::of(&unsampled).unwrap().is_sampled, "the caller has decided");
    let mut new = HeaderMap::new();
    telemetry.request(&mut new).unwrap().end(&ended(Ok(200)));
    let (_, posted) = received.recv().await.unwrap();
    let spans = posted["resourceSpans"][0]["scopeSpans"][0]["spans"].as_array().unwrap();
    assert_eq!(spans.len(), 1);
    assert_eq!(spans[0]["traceId"], format!("{:032x}", TraceContext::of(&new).unwrap().trace));
    assert!(spans[0].get("parentSpanId").is_none());
    assert_eq!(Telemetry::default().dropped(), None);
    assert!(Telemetry::default().request(&mut HeaderMap::new()).is_none());
}

#[tokio::test]
async fn metrics_are_cumulative_histograms_by_route_and_status() {
    let (address, mut received) = collector(0).await;
    let telemetry = telemetry(address, 0.0, Duration::from_millis(200));
    for status in [200, 200, 503] {
        telemetry.request(&mut HeaderMap::new()).unwrap().end(&ended(Ok(status)));
    }
    let _active = telemetry.request(&mut HeaderMap::new());
    let call = Ended { route: None, component: None, server: Some(("erp", 8000)), ..ended(Err("connection")) };
    telemetry.call(&mut HeaderMap::new()).unwrap().end(&call);
    for _ in 0..2 {
        let (path, posted) = received.recv().await.unwrap();
        assert_eq!(path, "/otlp/v1/metrics");
        let metrics = posted["resourceMetrics"][0]["scopeMetrics"][0]["metrics"].as_array().unwrap();
        let named = |name: &str| metrics.iter().find(|metric| metric["name"] == name).unwrap();
        let requests = named("http.server.request.duration");
        assert_eq!((&requests["unit"], &requests["histogram"]["aggregationTemporality"]), (&json!("s"), &json!(2)));
        let points = requests["histogram"]["dataPoints"].as_array().unwrap();
        let of = |status: &str| {
            points.iter().find(|point| attributes(point)["http.response.status_code"]["intValue"] == status).unwrap()
        };
        assert_eq!((&of("200")["count"], &of("503")["count"]), (&json!("2"), &json!("1")));
        assert_eq!(attributes(of("503"))["error.type"], json!({"stringValue": "503"}));
        assert_eq!(attributes(of("200"))["http.route"], json!({"stringValue": "/verify-seat"}));
        let (counts, bounds) = (&of("200")["bucketCounts"], &of("200")["explicitBounds"]);
        assert_eq!(counts.as_array().unwrap().len(), bounds.as_array().unwrap().len() + 1);
        let calls = &named("http.client.request.duration")["histogram"]["dataPoints"][0];
        assert_eq!(attributes(calls)["server.port"], json!({"intValue": "8000"}));
        assert_eq!(named("http.server.active_requests")["sum"]["dataPoints"][0]["asInt"], "1");
    }
}

#[tokio::test]
async fn what_a_collector_does_not_take_is_dropped_and_counted() {
    let (address, mut received) = collector(1).await;
    let telemetry = telemetry(address, 1.0, NEVER);
    telemetry.request(&mut HeaderMap::new()).unwrap().end(&ended(Ok(200)));
    received.recv().await.unwrap();
    telemetry.request(&mut HeaderMap::new()).unwrap().end(&ended(Ok(200)));
    let (_, posted) = received.recv().await.unwrap();
    assert_eq!(posted["resourceSpans"][0]["scopeSpans"][0]["spans"].as_array().unwrap().len(), 1, "it is back");
    assert_eq!(telemetry.dropped(), Some(1));
}

#[tokio::test]
async fn a_collector_that_does_not_answer_costs_nothing_but_spans() {
    // The kernel accepts connections; nobody reads.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let telemetry = telemetry(listener.local_addr().unwrap(), 1.0, NEVER);
    let made = MAX_WAITING * 3;
    for _ in 0..made {
        // It never waits: this is no async call.
        telemetry.request(&mut HeaderMap::new()).unwrap().end(&ended(Ok(200)));
    }
    let dropped = usize::try_from(telemetry.dropped().unwrap()).unwrap();
    assert!((made - 2 * MAX_WAITING..=made - MAX_WAITING).contains(&dropped), "{dropped} of {made}");
}

#[test]
fn an_endpoint_is_an_address() {
    for endpoint in ["collector", "/v1", "collector:4318"] {
        assert!(export::Collector::new(&endpoint.parse().unwrap()).is_err(), "{endpoint}");
    }
}
