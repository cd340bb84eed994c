//! Operations.

// Made from docs/openapi.json: UPDATE_CLIENT=1 cargo test -p bheem-edge-client --test api

#![allow(unused_imports, reason = "which are needed differs")]

use std::collections::BTreeMap;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::call::{Api, Body, Path, query};
use super::schemas::*;
use crate::EdgeError;

impl Api<'_> {
    /// Get figures of the edge: `GET /api/v1/stats`.
    ///
    /// Rates and quantiles of a window that ends now, of all nodes together: requests, seat verdicts, upstreams, webhooks, jobs
    /// and rules. They hold over restarts. A window begins up to a minute earlier than it says, one of 24 hours or 30 days up
    /// to an hour; `from` says when. Requires a platform key.
    ///
    /// The key needs `operations:read`.
    pub async fn get_stats(&self, query_parameters: &GetStatsQuery) -> Result<Stats, EdgeError> {
        let path = Path::new("/api/v1/stats").query(&query(query_parameters)?);
        self.json(http::Method::GET, path, Body::None).await
    }

    /// Check liveness: `GET /healthz`.
    ///
    /// Succeeds as long as the process can respond. No store is accessed.
    pub async fn check_liveness(&self) -> Result<Alive, EdgeError> {
        let path = Path::new("/healthz");
        self.json(http::Method::GET, path, Body::None).await
    }

    /// Get metrics: `GET /metrics`.
    ///
    /// Returns counts of webhooks, seat verdicts, rules and calls to upstreams by outcome, in the Prometheus text format.
    /// All instances of the edge share the same counters, which are a second or two behind.
    pub async fn get_metrics(&self) -> Result<String, EdgeError> {
        let path = Path::new("/metrics");
        self.text(http::Method::GET, path, Body::None).await
    }

    /// Check readiness: `GET /readyz`.
    ///
    /// Reads and writes the stores. The ERP is not checked, because the edge continues with cached data without it. A
    /// lapsed rule is reported but does not make the edge unready, because the latest version that compiles is used.
    pub async fn check_readiness(&self) -> Result<Ready, EdgeError> {
        let path = Path::new("/readyz");
        self.json(http::Method::GET, path, Body::None).await
    }
}

/// The query of [`get_stats`](Api::get_stats).
#[derive(Clone, Debug, Default, Serialize)]
pub struct GetStatsQuery {
    /// By default `15m`.
    pub window: Option<StatsWindow>,
}

/// The process is alive.
#[derive(Clone, Debug, Deserialize)]
pub struct Alive {
    /// Always `ok`.
    pub status: String,
}

/// The state of each dependency.
#[derive(Clone, Debug, Deserialize)]
pub struct Checks {
    /// The key-value store: `ok`, `unreachable`, or `not_writable` if it can be read but not written.
    pub cache: String,
    /// The node's clock: `ok`; `behind` if there are records dated more than five minutes later; `off` if it differs by
    /// more than five minutes from the clock of the database server; `unknown` if the database does not respond.
    pub clock: String,
    /// The rules that use an earlier version than the activated one; omitted if there are none.
    pub lapsed: Option<Vec<Lapsed>>,
    /// The SQL database: `ok`, `unreachable`, `not_writable` if it can be read but not written, or `newer_schema` if a
    /// newer build changed the schema and this build is not known to work with it.
    pub record: String,
    /// The rules: `ok`; `lapsed` if an activated version does not compile on this build, so that the latest version
    /// that compiles is used instead; `unknown` if no store can tell which version is active.
    pub rules: String,
    /// `seat_tokens`.
    pub seat_tokens: Option<TokenState>,
    /// The upstreams of this node whose calls fail at once or are held back, by scheme, host and port: `open`, `probing` or
    /// `ramping`. The embedded host adds it; omitted on Spin.
    pub upstreams: Option<BTreeMap<String, String>>,
}

/// The requests of a component.
#[derive(Clone, Debug, Deserialize)]
pub struct ComponentStats {
    /// `component`.
    pub component: String,
    /// `error_rate`.
    pub error_rate: Option<f64>,
    /// Answers with a 5xx status.
    pub errors: i64,
    /// Half of the requests took no longer, milliseconds; an estimate.
    pub p50_ms: Option<f64>,
    /// 99 of 100 requests took no longer.
    pub p99_ms: Option<f64>,
    /// Answers with a 4xx status.
    pub refused: i64,
    /// `requests`.
    pub requests: i64,
    /// `requests_per_second`.
    pub requests_per_second: f64,
}

/// Jobs, now.
#[derive(Clone, Debug, Deserialize)]
pub struct JobStats {
    /// `dead`.
    pub dead: i64,
    /// For how long the oldest job that is due has been waiting, seconds.
    pub lag_seconds: f64,
    /// `queued`.
    pub queued: i64,
    /// `running`.
    pub running: i64,
}

/// A rule that does not use its activated version.
#[derive(Clone, Debug, Deserialize)]
pub struct Lapsed {
    /// The version that is used instead.
    pub deciding: i64,
    /// The rule's name.
    pub rule: String,
    /// The activated version, which does not compile on this build.
    pub version: i64,
}

/// Whether the edge is ready to serve requests.
#[derive(Clone, Debug, Deserialize)]
pub struct Ready {
    /// The results of the checks.
    pub checks: Checks,
    /// `ready` or `not ready`.
    pub status: String,
}

/// The decisions of a rule.
#[derive(Clone, Debug, Deserialize)]
pub struct RuleStats {
    /// Decisions and failures. Each seat check is a decision of `seat_access`.
    pub decisions: i64,
    /// `decisions_per_second`.
    pub decisions_per_second: f64,
    /// Times at which the rule made no decision.
    pub failures: i64,
    /// `rule`.
    pub rule: String,
}

/// Figures of a window of time.
#[derive(Clone, Debug, Deserialize)]
pub struct Stats {
    /// The share of verdicts that were answered from the cache, fresh or stale; null if there was none.
    pub cache_hit_rate: Option<f64>,
    /// By component, those without requests left out.
    pub components: Vec<ComponentStats>,
    /// Decisions of rules that are not in the database now: on their way, or lost.
    pub decisions_unwritten: i64,
    /// The share of requests that were answered with a 5xx status; null if there was none.
    pub error_rate: Option<f64>,
    /// Answers with a 5xx status.
    pub errors: i64,
    /// When the window begins. Later than the window says if the edge has counted for less long.
    pub from: String,
    /// `jobs`.
    pub jobs: JobStats,
    /// All requests that components answered. Requests that the host turned away, and those for the API's description and
    /// the console's files, are not counted.
    pub requests: i64,
    /// `requests_per_second`.
    pub requests_per_second: f64,
    /// `rules`.
    pub rules: Vec<RuleStats>,
    /// `to`.
    pub to: String,
    /// `upstreams`.
    pub upstreams: Vec<UpstreamStats>,
    /// By source and reason, those without verdicts left out.
    pub verdicts: Vec<VerdictStats>,
    /// `webhooks`.
    pub webhooks: WebhookStats,
    /// `window`.
    pub window: StatsWindow,
}

/// A window of time that ends now.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum StatsWindow {
    /// `15m`.
    #[serde(rename = "15m")]
    N15m,
    /// `24h`.
    #[serde(rename = "24h")]
    N24h,
    /// `30d`.
    #[serde(rename = "30d")]
    N30d,
    /// A word that this version of the library does not know.
    #[serde(untagged)]
    Other(String),
}

/// Whether seat tokens can be signed, as the readiness check shows it.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub enum TokenState {
    /// `ok`.
    #[serde(rename = "ok")]
    Ok,
    /// `off`.
    #[serde(rename = "off")]
    Off,
    /// `malformed`.
    #[serde(rename = "malformed")]
    Malformed,
    /// A word that this version of the library does not know.
    #[serde(untagged)]
    Other(String),
}

/// How the calls of the last minutes went.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub enum UpstreamState {
    /// `up`.
    #[serde(rename = "up")]
    Up,
    /// `degraded`.
    #[serde(rename = "degraded")]
    Degraded,
    /// `down`.
    #[serde(rename = "down")]
    Down,
    /// `idle`.
    #[serde(rename = "idle")]
    Idle,
    /// A word that this version of the library does not know.
    #[serde(untagged)]
    Other(String),
}

/// The calls to an upstream.
#[derive(Clone, Debug, Deserialize)]
pub struct UpstreamStats {
    /// `calls`.
    pub calls: i64,
    /// `calls_per_second`.
    pub calls_per_second: f64,
    /// `error_rate`.
    pub error_rate: Option<f64>,
    /// Calls without an answer, and answers with a 5xx status.
    pub failures: i64,
    /// `p50_ms`.
    pub p50_ms: Option<f64>,
    /// `p99_ms`.
    pub p99_ms: Option<f64>,
    /// `state`.
    pub state: UpstreamState,
    /// `upstream`.
    pub upstream: String,
}

/// Verdicts of one source, for one reason.
#[derive(Clone, Debug, Deserialize)]
pub struct VerdictStats {
    /// `count`.
    pub count: i64,
    /// `per_second`.
    pub per_second: f64,
    /// `reason`.
    pub reason: String,
    /// `erp`, `record`, `cache`, `stale`; `none`: the edge could not know.
    pub source: String,
}

/// Webhooks.
#[derive(Clone, Debug, Deserialize)]
pub struct WebhookStats {
    /// Events that were given up and wait for somebody now.
    pub dead: i64,
    /// Of these, events that had come in before.
    pub duplicates: i64,
    /// Genuine deliveries in the window.
    pub r#in: i64,
    /// `in_per_second`.
    pub in_per_second: f64,
    /// Events that are not settled now.
    pub open: i64,
    /// Events that cannot be true and wait for somebody now.
    pub quarantined: i64,
    /// Deliveries that were turned away in the window: a wrong signature, a body that is too large.
    pub rejected: i64,
}
