//! Traces and metrics for a collector that speaks OTLP over HTTP, with the names of OpenTelemetry's stable conventions for
//! HTTP. What is on `/metrics` is there without it.
//!
//! Nothing waits for the collector: spans go into a bounded queue, and those that do not fit, or that it does not take, are
//! dropped and counted.

mod export;
mod histograms;
mod spans;
mod trace_context;

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime};

use anyhow::Context as _;
use http::{HeaderMap, Method, StatusCode, Uri};
use tokio::sync::mpsc;

use histograms::{Histograms, Series};
use spans::{Kind, Span};
pub use trace_context::{TRACEPARENT, TraceContext};

/// Spans that wait to be sent.
const MAX_WAITING: usize = 8192;

/// How to reach the collector, and what is sent to it.
#[derive(Clone, Debug)]
pub struct Options {
    /// Its address, to which `/v1/traces` and `/v1/metrics` are added.
    pub endpoint: Uri,
    /// The part of traces that is recorded where the caller has not decided, from 0 to 1.
    pub ratio: f64,
    /// How often metrics are sent.
    pub every: Duration,
}

/// Where spans and measurements go; nowhere where no collector was named.
#[derive(Clone, Default)]
pub struct Telemetry(Option<Arc<Inner>>);

struct Inner {
    ratio: f64,
    spans: mpsc::Sender<Span>,
    histograms: Histograms,
    active: AtomicI64,
    /// Spans that were not sent.
    dropped: AtomicU64,
    started: SystemTime,
}

/// A request that is being answered, or a call to an upstream.
pub struct Operation {
    telemetry: Arc<Inner>,
    kind: Kind,
    context: TraceContext,
    parent: Option<u64>,
    since: Instant,
    since_epoch: SystemTime,
}

/// What is said of an operation that has ended.
#[derive(Clone, Debug)]
pub struct Ended<'o> {
    /// Its method.
    pub method: &'o Method,
    /// Of a request, its route: `/users/:id`; of a call, none.
    pub route: Option<&'o str>,
    /// Of a request, the component that answered it.
    pub component: Option<&'o str>,
    /// Of a call, the host and port that were called.
    pub server: Option<(&'o str, u16)>,
    /// The status of the answer; or why there is none.
    pub result: Result<StatusCode, &'static str>,
}

impl Telemetry {
    /// Begins to send to a collector; tasks of the current runtime do so.
    pub fn start(options: Options) -> anyhow::Result<Self> {
        let (spans, waiting) = mpsc::channel(MAX_WAITING);
        let Options { endpoint, ratio, every } = options;
        let inner = Arc::new(Inner {
            ratio,
            spans,
            histograms: Histograms::default(),
            active: AtomicI64::new(0),
            dropped: AtomicU64::new(0),
            started: SystemTime::now(),
        });
        let collector = export::Collector::new(&endpoint).context("--otlp-endpoint")?;
        tokio::spawn(export::spans(collector.clone(), waiting, Arc::downgrade(&inner)));
        tokio::spawn(export::metrics(collector, every, Arc::downgrade(&inner)));
        Ok(Self(Some(inner)))
    }

    /// Whether a collector was named.
    pub const fn is_on(&self) -> bool {
        self.0.is_some()
    }

    /// Begins a request that came with `headers`, and has them say that what comes of it belongs to it.
    pub fn request(&self, headers: &mut HeaderMap) -> Option<Operation> {
        let telemetry = self.0.as_ref()?;
        telemetry.active.fetch_add(1, Ordering::Relaxed);
        let sent = TraceContext::of(headers);
        let context = sent.map_or_else(|| TraceContext::new(telemetry.ratio), TraceContext::child);
        Some(telemetry.begin(Kind::Server, context, sent, headers))
    }

    /// Begins a call to an upstream. It belongs to the request that `headers` name, if they name one.
    pub fn call(&self, headers: &mut HeaderMap) -> Option<Operation> {
        let telemetry = self.0.as_ref()?;
        let sent = TraceContext::of(headers);
        let context = sent.map_or_else(|| TraceContext::new(0.0), TraceContext::child);
        Some(telemetry.begin(Kind::Client, context, sent, headers))
    }

    /// Spans that were dropped; None: no collector was named.
    pub fn dropped(&self) -> Option<u64> {
        self.0.as_ref().map(|inner| inner.dropped.load(Ordering::Relaxed))
    }
}

impl Inner {
    fn begin(
        self: &Arc<Self>,
        kind: Kind,
        context: TraceContext,
        sent: Option<TraceContext>,
        headers: &mut HeaderMap,
    ) -> Operation {
        if let Some(header) = context.header().filter(|_| kind == Kind::Server || sent.is_some()) {
            headers.insert(TRACEPARENT, header);
        }
        Operation {
            telemetry: self.clone(),
            kind,
            context,
            parent: sent.map(|sent| sent.span),
            since: Instant::now(),
            since_epoch: SystemTime::now(),
        }
    }

    fn drop_spans(&self, count: usize) {
        self.dropped.fetch_add(u64::try_from(count).unwrap_or(u64::MAX), Ordering::Relaxed);
    }
}

impl Operation {
    /// It has ended.
    pub fn end(self, ended: &Ended<'_>) {
        let took = self.since.elapsed();
        let Ended { method, route, component, server, result } = ended;
        let method = known(method);
        let status = result.ok();
        let error = match result {
            Ok(status) if status.is_server_error() || (self.kind == Kind::Client && status.is_client_error()) => {
                Some(status.as_str().to_owned())
            }
            Ok(_) => None,
            Err(error) => Some((*error).to_owned()),
        };
        let series = Series {
            kind: self.kind,
            method,
            route: route.map(str::to_owned),
            server: server.map(|(host, port)| (host.to_owned(), port)),
            status: status.map(|status| status.as_u16()),
            error: error.clone(),
        };
        self.telemetry.histograms.observe(series, took);
        if !self.context.is_sampled {
            return;
        }
        let span = Span {
            context: self.context,
            parent: self.parent,
            kind: self.kind,
            method,
            route: route.map(str::to_owned),
            component: component.map(str::to_owned),
            server: server.map(|(host, port)| (host.to_owned(), port)),
            status: status.map(|status| status.as_u16()),
            error,
            began: self.since_epoch,
            took,
        };
        if self.telemetry.spans.try_send(span).is_err() {
            self.telemetry.drop_spans(1);
        }
    }
}

impl Drop for Operation {
    fn drop(&mut self) {
        if self.kind == Kind::Server {
            self.telemetry.active.fetch_sub(1, Ordering::Relaxed);
        }
    }
}

/// The methods that have names of their own; whatever else a client makes up is one.
fn known(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::DELETE => "DELETE",
        Method::CONNECT => "CONNECT",
        Method::OPTIONS => "OPTIONS",
        Method::TRACE => "TRACE",
        Method::PATCH => "PATCH",
        _ => "_OTHER",
    }
}

#[cfg(test)]
mod tests;
