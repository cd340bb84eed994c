//! What this node knows of itself, on two pages that components answer: `/metrics` and `/readyz`. Components count into the
//! cache, for all nodes together; what is here is of this node alone, and its metrics begin with `bheem_edge_node_`.

use std::collections::BTreeMap;
use std::fmt::{Display, Write as _};

use edge_capabilities::breaker::upstream::State;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use http::{HeaderValue, Method, Response, StatusCode};
use http_body_util::{BodyExt as _, Full, Limited};
use serde_json::Value;
use wasmtime_wasi_http::WasiBody;

use crate::admission::Shed;
use crate::admission::class::Class;
use crate::admission::counts::ClassCounts;
use crate::capabilities::guard::RemoteStore;
use crate::capabilities::upstreams::Status;

/// The largest page that is read, bytes.
const MAX_PAGE_LEN: usize = 4 << 20;

/// A page that the node adds to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Page {
    /// The metrics, in the Prometheus text format.
    Metrics,
    /// Whether the edge is ready, as JSON.
    Readiness,
}

impl Page {
    /// The page that this request asks for.
    pub fn of(method: &Method, path: &str) -> Option<Self> {
        match path {
            _ if method != Method::GET => None,
            "/metrics" => Some(Self::Metrics),
            "/readyz" => Some(Self::Readiness),
            _ => None,
        }
    }

    /// `response` of a component with what the node adds to it. A response that is not this page stays as it is.
    pub async fn extend(self, response: Response<WasiBody>, node: &Node) -> Response<WasiBody> {
        let is_page = match self {
            Self::Metrics => response.status() == StatusCode::OK,
            Self::Readiness => response.headers().get(CONTENT_TYPE).is_some_and(|kind| kind == "application/json"),
        };
        if !is_page {
            return response;
        }
        let (mut head, body) = response.into_parts();
        let Ok(body) = Limited::new(body, MAX_PAGE_LEN).collect().await else {
            head.status = StatusCode::BAD_GATEWAY;
            head.headers.remove(CONTENT_LENGTH);
            return Response::from_parts(head, full(Vec::new()));
        };
        let body = body.to_bytes();
        let extended = match self {
            Self::Metrics => [&body[..], node.metrics().as_bytes()].concat(),
            Self::Readiness => node.readiness(&body).unwrap_or_else(|| body.to_vec()),
        };
        head.headers.insert(CONTENT_LENGTH, HeaderValue::from(extended.len()));
        Response::from_parts(head, full(extended))
    }
}

fn full(bytes: Vec<u8>) -> WasiBody {
    Full::from(bytes).map_err(|never| match never {}).boxed_unsync()
}

/// What the node knows of itself.
pub struct Node {
    /// The upstreams, by their names.
    pub upstreams: BTreeMap<String, Status>,
    /// What became of requests, by class, and how many of them wait for the processor.
    pub classes: Vec<(Class, ClassCounts, usize)>,
    /// Spans that the collector did not get; None: there is no collector.
    pub dropped_spans: Option<u64>,
}

impl Node {
    /// The upstreams whose breakers are not closed, beside the component's checks.
    fn readiness(&self, body: &[u8]) -> Option<Vec<u8>> {
        let mut said: Value = serde_json::from_slice(body).ok()?;
        let checks = said.get_mut("checks")?.as_object_mut()?;
        let troubled = self.upstreams.iter().filter(|(_, status)| status.state != State::Closed);
        let troubled: serde_json::Map<String, Value> =
            troubled.map(|(name, status)| (name.clone(), Value::from(status.state.as_str()))).collect();
        if troubled.is_empty() {
            return None;
        }
        checks.insert("upstreams".to_owned(), Value::Object(troubled));
        serde_json::to_vec(&said).ok()
    }

    fn write_classes(&self, page: &mut Metrics) {
        let name = "requests_admitted_total";
        page.head(name, "counter", "Requests that were let in, by class.");
        for (class, counts, _) in &self.classes {
            page.line(name, &[("class", class.as_str())], counts.admitted);
        }
        let name = "requests_shed_total";
        page.head(name, "counter", "Requests that were turned away with 503, by class and reason.");
        for (class, counts, _) in &self.classes {
            for (reason, count) in Shed::ALL.iter().zip(counts.shed) {
                page.line(name, &[("class", class.as_str()), ("reason", reason.as_str())], count);
            }
        }
        let name = "requests_in_progress";
        page.head(name, "gauge", "Requests that components are answering.");
        for (class, counts, _) in &self.classes {
            page.line(name, &[("class", class.as_str())], counts.in_progress);
        }
        let name = "requests_waiting";
        page.head(name, "gauge", "Requests that wait for the processor.");
        for (class, _, waiting) in &self.classes {
            page.line(name, &[("class", class.as_str())], waiting);
        }
        let name = "requests_waited_seconds_total";
        page.head(name, "counter", "How long requests that were let in waited for the processor, together.");
        for (class, counts, _) in &self.classes {
            page.line(name, &[("class", class.as_str())], format_args!("{:.6}", counts.waited.as_secs_f64()));
        }
    }

    fn metrics(&self) -> String {
        let mut page = Metrics::default();
        self.write_classes(&mut page);
        let name = "store_calls_failed_total";
        page.head(
            name,
            "counter",
            "Calls to Redis and PostgreSQL that got no answer in time, or were not made after such calls.",
        );
        for store in RemoteStore::ALL {
            for (reason, count) in [("unanswered", store.unanswered()), ("refused", store.refused())] {
                page.line(name, &[("store", store.as_str()), ("reason", reason)], count);
            }
        }
        if let Some(dropped) = self.dropped_spans {
            let name = "spans_dropped_total";
            page.head(name, "counter", "Spans that were not sent, for the collector did not take them in time.");
            page.line(name, &[], dropped);
        }
        let upstreams = &self.upstreams;
        let name = "upstream_breaker";
        page.head(name, "gauge", "1 for the state of the upstream's breaker on this node, 0 for the others.");
        for (upstream, status) in upstreams {
            for state in State::ALL {
                let is_it = u8::from(state == status.state);
                page.line(name, &[("upstream", upstream), ("state", state.as_str())], is_it);
            }
        }
        page.of_each(
            upstreams,
            "upstream_breaker_opened_total",
            "counter",
            "How often the breaker opened.",
            |status| vec![("", "", status.opened)],
        );
        let help = "Calls that were not made: its breaker was open, or too many were in flight.";
        page.of_each(upstreams, "upstream_calls_refused_total", "counter", help, |status| {
            vec![("reason", "open", status.refused_open), ("reason", "busy", status.refused_busy)]
        });
        let count = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
        page.of_each(upstreams, "upstream_calls_in_flight", "gauge", "Calls in flight.", |status| {
            vec![("", "", count(status.in_flight))]
        });
        let help = "Calls that wait for one in flight to end.";
        page.of_each(upstreams, "upstream_calls_waiting", "gauge", help, |status| {
            vec![("", "", count(status.waiting))]
        });
        page.text
    }
}

/// The page of metrics as it grows.
#[derive(Default)]
struct Metrics {
    text: String,
}

impl Metrics {
    fn head(&mut self, name: &str, kind: &str, help: &str) {
        let _ = writeln!(self.text, "# HELP bheem_edge_node_{name} {help}\n# TYPE bheem_edge_node_{name} {kind}");
    }

    fn line(&mut self, name: &str, labels: &[(&str, &str)], value: impl Display) {
        let labels = labels.iter().filter(|(label, _)| !label.is_empty());
        let labels: Vec<String> = labels.map(|(label, value)| format!("{label}=\"{}\"", escaped(value))).collect();
        let labels = if labels.is_empty() { String::new() } else { format!("{{{}}}", labels.join(",")) };
        let _ = writeln!(self.text, "bheem_edge_node_{name}{labels} {value}");
    }

    /// A metric of each upstream; `values` gives one more label, its value, and the metric's.
    fn of_each(
        &mut self,
        upstreams: &BTreeMap<String, Status>,
        name: &str,
        kind: &str,
        help: &str,
        values: impl Fn(&Status) -> Vec<(&'static str, &'static str, u64)>,
    ) {
        self.head(name, kind, help);
        for (upstream, status) in upstreams {
            for (label, label_value, value) in values(status) {
                self.line(name, &[("upstream", upstream), (label, label_value)], value);
            }
        }
    }
}

/// A label's value: names of hosts come from tenants too.
fn escaped(value: &str) -> String {
    value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn upstreams() -> BTreeMap<String, Status> {
        let calm =
            Status { state: State::Closed, in_flight: 2, waiting: 0, opened: 1, refused_open: 7, refused_busy: 0 };
        let gone = Status { state: State::Open, in_flight: 0, waiting: 3, opened: 4, refused_open: 9, refused_busy: 1 };
        BTreeMap::from([("http://erp:8000".to_owned(), gone), ("https://pay:443".to_owned(), calm)])
    }

    async fn extended(page: Page, status: u16, kind: &'static str, body: &'static str) -> (u16, String) {
        let response = Response::builder()
            .status(status)
            .header(CONTENT_TYPE, kind)
            .header(CONTENT_LENGTH, body.len())
            .body(full(body.into()))
            .unwrap();
        let checks = ClassCounts { admitted: 5, in_progress: 2, shed: [0, 1, 7], waited: Duration::from_micros(1_500) };
        let node = Node { upstreams: upstreams(), classes: vec![(Class::Checks, checks, 3)], dropped_spans: Some(6) };
        let (head, body) = page.extend(response, &node).await.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        assert_eq!(head.headers[CONTENT_LENGTH], body.len().to_string());
        (head.status.as_u16(), String::from_utf8(body.to_vec()).unwrap())
    }

    #[test]
    fn only_these_two_pages_are_added_to() {
        assert_eq!(Page::of(&Method::GET, "/metrics"), Some(Page::Metrics));
        assert_eq!(Page::of(&Method::GET, "/readyz"), Some(Page::Readiness));
        for (method, path) in [(Method::HEAD, "/metrics"), (Method::POST, "/readyz"), (Method::GET, "/readyz/")] {
            assert_eq!(Page::of(&method, path), None);
        }
    }

    #[tokio::test]
    async fn readiness_names_the_upstreams_that_are_left_alone_whether_ready_or_not() {
        for status in [200, 503] {
            let said = r#"{"status":"x","checks":{"cache":"ok"}}"#;
            let (same, said) = extended(Page::Readiness, status, "application/json", said).await;
            let said: Value = serde_json::from_str(&said).unwrap();
            assert_eq!(same, status);
            let checks = serde_json::json!({"cache": "ok", "upstreams": {"http://erp:8000": "open"}});
            assert_eq!(said["checks"], checks);
        }
        let problem = r#"{"code":"OVERLOADED","checks":{}}"#;
        assert_eq!(extended(Page::Readiness, 503, "application/problem+json", problem).await.1, problem);
        assert_eq!(extended(Page::Readiness, 200, "application/json", "[1]").await.1, "[1]");
    }

    #[tokio::test]
    async fn metrics_show_each_upstreams_breaker_and_its_calls() {
        let (_, page) = extended(Page::Metrics, 200, "text/plain; version=0.0.4", "other 1\n").await;
        for line in [
            "other 1",
            "bheem_edge_node_spans_dropped_total 6",
            "# TYPE bheem_edge_node_store_calls_failed_total counter",
            "bheem_edge_node_requests_admitted_total{class=\"checks\"} 5",
            "bheem_edge_node_requests_shed_total{class=\"checks\",reason=\"share\"} 1",
            "bheem_edge_node_requests_shed_total{class=\"checks\",reason=\"queue\"} 7",
            "bheem_edge_node_requests_in_progress{class=\"checks\"} 2",
            "bheem_edge_node_requests_waiting{class=\"checks\"} 3",
            "bheem_edge_node_requests_waited_seconds_total{class=\"checks\"} 0.001500",
            "bheem_edge_node_upstream_breaker{upstream=\"http://erp:8000\",state=\"open\"} 1",
            "bheem_edge_node_upstream_breaker{upstream=\"http://erp:8000\",state=\"closed\"} 0",
            "bheem_edge_node_upstream_breaker{upstream=\"https://pay:443\",state=\"closed\"} 1",
            "bheem_edge_node_upstream_breaker_opened_total{upstream=\"http://erp:8000\"} 4",
            "bheem_edge_node_upstream_calls_refused_total{upstream=\"https://pay:443\",reason=\"open\"} 7",
            "bheem_edge_node_upstream_calls_refused_total{upstream=\"http://erp:8000\",reason=\"busy\"} 1",
            "bheem_edge_node_upstream_calls_in_flight{upstream=\"https://pay:443\"} 2",
            "bheem_edge_node_upstream_calls_waiting{upstream=\"http://erp:8000\"} 3",
        ] {
            assert!(page.lines().any(|shown| shown == line), "{line} is not in {page}");
        }
        assert_eq!(extended(Page::Metrics, 503, "application/problem+json", "{}").await.1, "{}");
    }

    #[test]
    fn a_name_cannot_break_out_of_its_label() {
        assert_eq!(escaped("a\"b\\c\n"), "a\\\"b\\\\c\\n");
    }
}
