//! Spans and histograms in OTLP's JSON.

use std::time::{Duration, SystemTime};

use serde_json::{Value, json};

use super::histograms::{BOUNDS, Histogram, Series};
use super::trace_context::TraceContext;

/// What an operation is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A request that the node answers.
    Server,
    /// A call to an upstream.
    Client,
}

/// A recorded operation.
#[derive(Clone, Debug)]
pub struct Span {
    /// Its trace and its own number.
    pub context: TraceContext,
    /// The span that it belongs to.
    pub parent: Option<u64>,
    /// What it is.
    pub kind: Kind,
    /// The method.
    pub method: &'static str,
    /// The route, of a request.
    pub route: Option<String>,
    /// The component, of a request.
    pub component: Option<String>,
    /// Host and port, of a call.
    pub server: Option<(String, u16)>,
    /// The status of the answer.
    pub status: Option<u16>,
    /// Why it failed.
    pub error: Option<String>,
    /// When it began.
    pub began: SystemTime,
    /// How long it took.
    pub took: Duration,
}

/// An instant as OTLP writes it: nanoseconds since 1970, as text.
pub fn nanos(instant: SystemTime) -> String {
    instant.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_nanos().to_string()
}

fn text(key: &str, value: &str) -> Value {
    json!({"key": key, "value": {"stringValue": value}})
}

fn number(key: &str, value: u64) -> Value {
    json!({"key": key, "value": {"intValue": value.to_string()}})
}

/// What all spans and metrics of this process have in common.
fn resource() -> Value {
    let mut attributes = vec![
        text("service.name", &std::env::var("OTEL_SERVICE_NAME").unwrap_or_else(|_| "bheem-edge".to_owned())),
        text("service.version", env!("CARGO_PKG_VERSION")),
        number("process.pid", u64::from(std::process::id())),
    ];
    if let Ok(host) = std::fs::read_to_string("/proc/sys/kernel/hostname") {
        attributes.push(text("host.name", host.trim()));
    }
    json!({"attributes": attributes})
}

fn scope() -> Value {
    json!({"name": "bheem-edge", "version": env!("CARGO_PKG_VERSION")})
}

impl Span {
    fn written(&self) -> Value {
        let mut attributes = vec![text("http.request.method", self.method)];
        let texts = [("http.route", &self.route), ("bheem.component", &self.component), ("error.type", &self.error)];
        attributes.extend(texts.iter().filter_map(|(key, value)| Some(text(key, value.as_ref()?))));
        match &self.server {
            Some((host, port)) => {
                attributes.extend([text("server.address", host), number("server.port", u64::from(*port))]);
            }
            None => attributes.push(text("url.scheme", "http")),
        }
        attributes.extend(self.status.map(|status| number("http.response.status_code", u64::from(status))));
        let name = match &self.route {
            Some(route) => format!("{} {route}", self.method),
            None => self.method.to_owned(),
        };
        let mut span = json!({
            "traceId": format!("{:032x}", self.context.trace),
            "spanId": format!("{:016x}", self.context.span),
            "name": name,
            "kind": match self.kind { Kind::Server => 2, Kind::Client => 3 },
            "startTimeUnixNano": nanos(self.began),
            "endTimeUnixNano": nanos(self.began + self.took),
            "attributes": attributes,
            "status": if self.error.is_some() { json!({"code": 2}) } else { json!({}) },
            // Whether it is recorded is the caller's word, if there is one.
            "flags": u8::from(self.context.is_sampled),
        });
        if let (Some(parent), Some(fields)) = (self.parent, span.as_object_mut()) {
            fields.insert("parentSpanId".to_owned(), Value::from(format!("{parent:016x}")));
        }
        span
    }
}

/// A request to `/v1/traces`.
pub fn traces(spans: &[Span]) -> Value {
    let spans: Vec<Value> = spans.iter().map(Span::written).collect();
    json!({"resourceSpans": [{"resource": resource(), "scopeSpans": [{"scope": scope(), "spans": spans}]}]})
}

/// What stands in a request to `/v1/metrics` beside the histograms.
#[derive(Clone, Copy, Debug)]
pub struct Numbers {
    /// When the counts began.
    pub started: SystemTime,
    /// When they were read.
    pub now: SystemTime,
    /// Requests in progress.
    pub active: i64,
    /// Spans that were dropped.
    pub dropped: u64,
}

/// A request to `/v1/metrics`.
pub fn metrics(series: &[(Series, Histogram)], numbers: &Numbers) -> Value {
    let (began, now) = (nanos(numbers.started), nanos(numbers.now));
    let of = |kind: Kind, name: &str, description: &str| {
        let points: Vec<Value> =
            series.iter().filter(|(series, _)| series.kind == kind).map(|one| point(one, &began, &now)).collect();
        // 2: cumulative.
        let histogram = json!({"aggregationTemporality": 2, "dataPoints": points});
        json!({"name": name, "description": description, "unit": "s", "histogram": histogram})
    };
    let count = |value: String| json!([{"startTimeUnixNano": began, "timeUnixNano": now, "asInt": value}]);
    let sum = |name: &str, unit: &str, is_monotonic: bool, value: String| {
        json!({"name": name, "unit": unit, "sum": {
            "aggregationTemporality": 2, "isMonotonic": is_monotonic, "dataPoints": count(value),
        }})
    };
    let all = json!([
        of(Kind::Server, "http.server.request.duration", "Duration of HTTP server requests."),
        of(Kind::Client, "http.client.request.duration", "Duration of HTTP client requests."),
        sum("http.server.active_requests", "{request}", false, numbers.active.to_string()),
        sum("bheem.telemetry.dropped_spans", "{span}", true, numbers.dropped.to_string()),
    ]);
    json!({"resourceMetrics": [{"resource": resource(), "scopeMetrics": [{"scope": scope(), "metrics": all}]}]})
}

fn point((series, histogram): &(Series, Histogram), began: &str, now: &str) -> Value {
    let mut attributes = vec![text("http.request.method", series.method)];
    attributes.extend(series.route.as_ref().map(|route| text("http.route", route)));
    match &series.server {
        Some((host, port)) => {
            attributes.extend([text("server.address", host), number("server.port", u64::from(*port))]);
        }
        None => attributes.push(text("url.scheme", "http")),
    }
    attributes.extend(series.status.map(|status| number("http.response.status_code", u64::from(status))));
    attributes.extend(series.error.as_ref().map(|error| text("error.type", error)));
    let count: u64 = histogram.counts.iter().fold(0, |all, count| all.saturating_add(*count));
    json!({
        "startTimeUnixNano": began, "timeUnixNano": now, "attributes": attributes, "count": count.to_string(),
        "sum": histogram.sum, "explicitBounds": BOUNDS,
        "bucketCounts": histogram.counts.iter().map(u64::to_string).collect::<Vec<_>>(),
    })
}
