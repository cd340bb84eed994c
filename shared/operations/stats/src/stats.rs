//! Figures of a window, from what was counted in it.

use edge_capabilities::Timestamp;
use edge_capabilities::counters::{
    FAILED, Name, REFUSED, REQUEST_LATENCY, REQUESTS_NOT_OK, RULE_EVALUATIONS, RULE_FAILED, RULE_OUTCOMES,
    UPSTREAM_CALLS, UPSTREAM_LATENCY,
};
use edge_capabilities::histogram::{BUCKETS, quantile};
use edge_jobs::JobState;
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::StatsWindow;
use crate::counts::{COMPONENTS, Counts, upstreams};

/// Figures of a window of time.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Stats {
    window: StatsWindow,
    /// When the window begins. Later than the window says if the edge has counted for less long.
    from: String,
    to: String,
    /// All requests that components answered. Requests that the host turned away, and those for the API's description and
    /// the console's files, are not counted.
    requests: i64,
    requests_per_second: f64,
    /// Answers with a 5xx status.
    errors: i64,
    /// The share of requests that were answered with a 5xx status; null if there was none.
    error_rate: Option<f64>,
    /// By component, those without requests left out.
    components: Vec<ComponentStats>,
    /// By source and reason, those without verdicts left out.
    verdicts: Vec<VerdictStats>,
    /// The share of verdicts that were answered from the cache, fresh or stale; null if there was none.
    cache_hit_rate: Option<f64>,
    upstreams: Vec<UpstreamStats>,
    webhooks: WebhookStats,
    jobs: JobStats,
    rules: Vec<RuleStats>,
    /// Decisions of rules that are not in the database now: on their way, or lost.
    decisions_unwritten: i64,
}

/// The requests of a component.
#[derive(Debug, Serialize, ToSchema)]
struct ComponentStats {
    component: &'static str,
    requests: i64,
    requests_per_second: f64,
    /// Answers with a 4xx status.
    refused: i64,
    /// Answers with a 5xx status.
    errors: i64,
    error_rate: Option<f64>,
    /// Half of the requests took no longer, milliseconds; an estimate.
    p50_ms: Option<f64>,
    /// 99 of 100 requests took no longer.
    p99_ms: Option<f64>,
}

/// Verdicts of one source, for one reason.
#[derive(Debug, Serialize, ToSchema)]
struct VerdictStats {
    /// `erp`, `record`, `cache`, `stale`; `none`: the edge could not know.
    source: &'static str,
    reason: &'static str,
    count: i64,
    per_second: f64,
}

/// The calls to an upstream.
#[derive(Debug, Serialize, ToSchema)]
struct UpstreamStats {
    upstream: &'static str,
    state: UpstreamState,
    calls: i64,
    calls_per_second: f64,
    /// Calls without an answer, and answers with a 5xx status.
    failures: i64,
    error_rate: Option<f64>,
    p50_ms: Option<f64>,
    p99_ms: Option<f64>,
}

/// How the calls of the last minutes went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum UpstreamState {
    /// All were answered.
    Up,
    /// Some were answered.
    Degraded,
    /// None was answered.
    Down,
    /// There was no call.
    Idle,
}

/// Webhooks.
#[derive(Debug, Serialize, ToSchema)]
struct WebhookStats {
    /// Genuine deliveries in the window.
    r#in: i64,
    in_per_second: f64,
    /// Of these, events that had come in before.
    duplicates: i64,
    /// Deliveries that were turned away in the window: a wrong signature, a body that is too large.
    rejected: i64,
    /// Events that are not settled now.
    open: i64,
    /// Events that were given up and wait for somebody now.
    dead: i64,
    /// Events that cannot be true and wait for somebody now.
    quarantined: i64,
}

/// Jobs, now.
#[derive(Debug, Serialize, ToSchema)]
struct JobStats {
    /// For how long the oldest job that is due has been waiting, seconds.
    lag_seconds: f64,
    queued: i64,
    running: i64,
    dead: i64,
}

/// The decisions of a rule.
#[derive(Debug, Serialize, ToSchema)]
struct RuleStats {
    rule: &'static str,
    /// Decisions and failures. Each seat check is a decision of `seat_access`.
    decisions: i64,
    decisions_per_second: f64,
    /// Times at which the rule made no decision.
    failures: i64,
}

/// What is true now, beside what was counted.
pub(crate) struct Current {
    pub(crate) waiting_events: Vec<(String, i64)>,
    pub(crate) jobs: Vec<(String, JobState, i64)>,
    pub(crate) oldest_due: Option<Timestamp>,
    pub(crate) decisions_unwritten: i64,
}

/// What was counted, from when to when.
pub(crate) struct Counted {
    pub(crate) from: Timestamp,
    pub(crate) to: Timestamp,
    /// In the window.
    pub(crate) all: Counts,
    /// In the last minutes.
    pub(crate) lately: Counts,
}

impl Counted {
    fn per_second(&self, count: i64) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "a rate")]
        let seconds = self.to.millis_since(self.from).max(1) as f64 / 1000.0;
        rounded(float(count) / seconds, 10_000.0)
    }

    fn component(&self, component: &'static str) -> Option<ComponentStats> {
        let latency = self.all.histogram(REQUEST_LATENCY, component);
        let requests = sum(latency);
        let not_ok = |what| self.all.of([REQUESTS_NOT_OK, component, what]);
        let errors = not_ok(FAILED);
        (requests > 0 || errors > 0).then(|| ComponentStats {
            component,
            requests,
            requests_per_second: self.per_second(requests),
            refused: not_ok(REFUSED),
            errors,
            error_rate: share(errors, requests),
            p50_ms: milliseconds(&latency, 0.5),
            p99_ms: milliseconds(&latency, 0.99),
        })
    }

    fn upstream(&self, upstream: &'static str) -> UpstreamStats {
        let latency = self.all.histogram(UPSTREAM_LATENCY, upstream);
        let (calls, failures) = calls(&self.all, upstream);
        let state = match calls_lately(&self.lately, upstream) {
            (0, _) => UpstreamState::Idle,
            (_, 0) => UpstreamState::Up,
            (calls, failures) if failures >= calls => UpstreamState::Down,
            _ => UpstreamState::Degraded,
        };
        UpstreamStats {
            upstream,
            state,
            calls,
            calls_per_second: self.per_second(calls),
            failures,
            error_rate: share(failures, calls),
            p50_ms: milliseconds(&latency, 0.5),
            p99_ms: milliseconds(&latency, 0.99),
        }
    }

    fn verdicts(&self) -> Vec<VerdictStats> {
        let of = |name @ [_, source, reason]: Name| {
            let count = self.all.of(name);
            (count > 0).then(|| VerdictStats { source, reason, count, per_second: self.per_second(count) })
        };
        let mut verdicts: Vec<_> = edge_seats::verdict_counters().filter_map(of).collect();
        verdicts.sort_by_key(|verdict| std::cmp::Reverse(verdict.count));
        verdicts
    }

    fn rule(&self, rule: &'static str, outcomes: &[&'static str], verdicts: i64) -> RuleStats {
        let of = |outcome| self.all.of([RULE_EVALUATIONS, rule, outcome]);
        let counted = sum(outcomes.iter().map(|outcome| of(*outcome)));
        // Seat checks count only failures of their rule: their decisions are the verdicts.
        let decisions = if rule == "seat_access" { counted.saturating_add(verdicts) } else { counted };
        RuleStats { rule, decisions, decisions_per_second: self.per_second(decisions), failures: of(RULE_FAILED) }
    }
}

impl Stats {
    pub(crate) fn new(window: StatsWindow, counted: &Counted, current: &Current) -> Self {
        let components: Vec<_> = COMPONENTS.into_iter().filter_map(|name| counted.component(name)).collect();
        let requests = sum(components.iter().map(|component| component.requests));
        let errors = sum(components.iter().map(|component| component.errors));
        let verdicts = counted.verdicts();
        let known = verdicts.iter().filter(|verdict| verdict.source != "none");
        let known = sum(known.map(|verdict| verdict.count));
        let cached = verdicts.iter().filter(|verdict| matches!(verdict.source, "cache" | "stale"));
        let cached = sum(cached.map(|verdict| verdict.count));
        let delivered = sum(edge_webhooks::delivery_counters().map(|name| counted.all.of(name)));
        let duplicates = edge_webhooks::delivery_counters().filter(|[_, _, outcome]| *outcome == "duplicate");
        let waiting = |statuses: &[&str]| {
            let events = current.waiting_events.iter().filter(|(status, _)| statuses.contains(&status.as_str()));
            sum(events.map(|(_, count)| *count))
        };
        let jobs = |wanted: JobState| {
            sum(current.jobs.iter().filter(|(_, state, _)| *state == wanted).map(|(_, _, count)| *count))
        };
        let lag = current.oldest_due.map_or(0, |due| counted.to.millis_since(due).max(0));
        Self {
            window,
            from: counted.from.to_rfc3339_millis(),
            to: counted.to.to_rfc3339_millis(),
            requests,
            requests_per_second: counted.per_second(requests),
            errors,
            error_rate: share(errors, requests),
            components,
            cache_hit_rate: share(cached, sum(verdicts.iter().map(|verdict| verdict.count))),
            verdicts,
            upstreams: upstreams().map(|name| counted.upstream(name)).collect(),
            webhooks: WebhookStats {
                r#in: delivered,
                in_per_second: counted.per_second(delivered),
                duplicates: sum(duplicates.map(|name| counted.all.of(name))),
                rejected: sum(edge_webhooks::rejection_counters().map(|name| counted.all.of(name))),
                open: waiting(&["received", "failed"]),
                dead: waiting(&["dead"]),
                quarantined: waiting(&["quarantined"]),
            },
            jobs: JobStats {
                lag_seconds: rounded(float(lag) / 1000.0, 1000.0),
                queued: jobs(JobState::Queued),
                running: jobs(JobState::Running),
                dead: jobs(JobState::Dead),
            },
            rules: RULE_OUTCOMES.iter().map(|(rule, outcomes)| counted.rule(rule, outcomes, known)).collect(),
            decisions_unwritten: current.decisions_unwritten.max(0),
        }
    }
}

/// Calls to `upstream`, and those that failed.
fn calls(counts: &Counts, upstream: &'static str) -> (i64, i64) {
    let of = |outcome| counts.of([UPSTREAM_CALLS, upstream, outcome]);
    let failures = sum(["failed", "timed_out", "unreachable", "shed"].map(of));
    (failures.saturating_add(of("answered")), failures)
}

/// Those that were sent: a call that was not says nothing of the upstream.
fn calls_lately(counts: &Counts, upstream: &'static str) -> (i64, i64) {
    let of = |outcome| counts.of([UPSTREAM_CALLS, upstream, outcome]);
    let failures = sum(["failed", "timed_out", "unreachable"].map(of));
    (failures.saturating_add(of("answered")), failures)
}

fn sum(counts: impl IntoIterator<Item = i64>) -> i64 {
    counts.into_iter().fold(0, i64::saturating_add)
}

#[expect(clippy::cast_precision_loss, reason = "for rates and shares")]
fn float(count: i64) -> f64 {
    count as f64
}

fn rounded(value: f64, steps: f64) -> f64 {
    (value * steps).round() / steps
}

fn share(part: i64, whole: i64) -> Option<f64> {
    (whole > 0).then(|| rounded(float(part) / float(whole), 1_000_000.0))
}

fn milliseconds(histogram: &[i64; BUCKETS], part: f64) -> Option<f64> {
    quantile(histogram, part).map(|micros| rounded(micros / 1000.0, 1000.0))
}
