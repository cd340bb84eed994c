//! What sends to the collector.

use std::sync::{Arc, Weak};
use std::time::{Duration, SystemTime};

use anyhow::{Context as _, ensure};
use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{Request, Uri};
use http_body_util::Full;
use hyper_rustls::HttpsConnector;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::Value;
use tokio::sync::mpsc;

use super::spans::{Numbers, Span, metrics as metrics_of, traces};
use super::{Inner, Ordering};
use crate::capabilities::outbound_http::connector;
use crate::log;

/// Spans that are sent together.
const BATCH: usize = 512;

/// How long spans are collected for a batch.
const COLLECT: Duration = Duration::from_secs(1);

/// How long the collector may take.
const TIMEOUT: Duration = Duration::from_secs(5);

/// How long it is left alone after it failed: at first, and at most. Meanwhile spans are dropped.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const MAX_PAUSE: Duration = Duration::from_secs(30);

/// A collector.
#[derive(Clone)]
pub struct Collector {
    client: Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
    traces: Uri,
    metrics: Uri,
}

impl Collector {
    /// The collector at `endpoint`.
    pub fn new(endpoint: &Uri) -> anyhow::Result<Self> {
        ensure!(endpoint.scheme().is_some() && endpoint.authority().is_some(), "it is no address: {endpoint}");
        let path = |path: &str| {
            let base = endpoint.to_string();
            format!("{}{path}", base.trim_end_matches('/')).parse::<Uri>().context("it is no address")
        };
        let client = Client::builder(TokioExecutor::new()).build(connector(TIMEOUT)?);
        Ok(Self { client, traces: path("/v1/traces")?, metrics: path("/v1/metrics")? })
    }

    async fn post(&self, uri: &Uri, body: &Value) -> Result<(), String> {
        let request = Request::post(uri.clone()).header(CONTENT_TYPE, "application/json");
        let request = request.body(Full::from(body.to_string())).map_err(|error| error.to_string())?;
        let sent = tokio::time::timeout(TIMEOUT, self.client.request(request)).await;
        let response = sent.map_err(|_| "it does not answer".to_owned())?.map_err(|error| format!("{error:?}"))?;
        if response.status().is_success() { Ok(()) } else { Err(format!("its status is {}", response.status())) }
    }
}

/// Says once that the collector fails, and once that it is back.
#[derive(Default)]
struct Standing {
    has_failed: bool,
}

impl Standing {
    fn note(&mut self, result: &Result<(), String>) {
        match result {
            Err(reason) if !std::mem::replace(&mut self.has_failed, true) => {
                log::error("host", "the collector takes no telemetry: it is dropped until it does", reason);
            }
            Ok(()) if std::mem::take(&mut self.has_failed) => {
                log::info("host", "the collector takes telemetry again", "")
            }
            _ => {}
        }
    }
}

/// Sends spans as they come, until nobody makes any.
pub async fn spans(collector: Collector, mut waiting: mpsc::Receiver<Span>, telemetry: Weak<Inner>) {
    let (mut standing, mut pause) = (Standing::default(), FIRST_PAUSE);
    while let Some(first) = waiting.recv().await {
        let mut batch = vec![first];
        let deadline = tokio::time::Instant::now() + COLLECT;
        while batch.len() < BATCH {
            match tokio::time::timeout_at(deadline, waiting.recv()).await {
                Ok(Some(span)) => batch.push(span),
                Ok(None) | Err(_) => break,
            }
        }
        let result = collector.post(&collector.traces, &traces(&batch)).await;
        standing.note(&result);
        if result.is_ok() {
            pause = FIRST_PAUSE;
            continue;
        }
        if let Some(telemetry) = telemetry.upgrade() {
            telemetry.drop_spans(batch.len());
        }
        tokio::time::sleep(pause).await;
        pause = pause.saturating_mul(2).min(MAX_PAUSE);
    }
}

/// Sends what has been counted now and then, until nobody counts.
pub async fn metrics(collector: Collector, every: Duration, telemetry: Weak<Inner>) {
    let mut standing = Standing::default();
    loop {
        tokio::time::sleep(every).await;
        let Some(telemetry) = telemetry.upgrade() else { return };
        standing.note(&collector.post(&collector.metrics, &read(&telemetry)).await);
    }
}

fn read(telemetry: &Arc<Inner>) -> Value {
    let numbers = Numbers {
        started: telemetry.started,
        now: SystemTime::now(),
        active: telemetry.active.load(Ordering::Relaxed),
        dropped: telemetry.dropped.load(Ordering::Relaxed),
    };
    metrics_of(&telemetry.histograms.read(), &numbers)
}
