//! Numbers for operators, as Prometheus reads them. What the components count they add to numbers in the cache that all
//! of them share; what stands in the database is counted there.

use std::fmt::{Display, Write as _};

use edge_capabilities::Counters;
use edge_capabilities::counters::{
    CALL_OUTCOMES, Name, PLANS_LEFT_OUT, RULE_EVALUATIONS, RULE_OUTCOMES, UNWRITTEN_DECISIONS, UPSTREAM_CALLS,
    UPSTREAM_MICROS,
};
use edge_capabilities::http::UpstreamName;
use edge_gateways::{Provider, Rejection};
use edge_http::{Code, Problem};
use edge_seats::{NO_VERDICT, Reason, Source, Unreachable, VERDICTS};

use crate::processor::Processor;

/// Reasons for which a webhook is turned away before it is stored, beside the signature's.
pub(crate) const TOO_LARGE: &str = "too_large";
pub(crate) const BROKEN_OFF: &str = "broken_off";
pub(crate) const COMPRESSED: &str = "compressed";
pub(crate) const NO_ENDPOINT: &str = "no_endpoint";
pub(crate) const NOT_STORED: &str = "not_stored";

/// What deliveries that were not turned away come to.
const OUTCOMES: [&str; 5] = ["processed", "ignored", "quarantined", "accepted", "duplicate"];

const REJECTED: &str = "webhooks_rejected";
const DELIVERED: &str = "webhooks_delivered";

pub(crate) const fn rejected(provider: Provider, reason: &'static str) -> Name {
    [REJECTED, provider.as_str(), reason]
}

pub(crate) const fn delivered(provider: Provider, outcome: &'static str) -> Name {
    [DELIVERED, provider.as_str(), outcome]
}

/// All numbers, in Prometheus' text format.
pub(crate) async fn text(counters: &Counters, processor: &Processor) -> Result<String, Problem> {
    let mut page = Page { counters, text: String::new() };
    webhooks(&mut page, processor).await?;
    seats(&mut page).await?;
    rules(&mut page).await?;
    upstreams(&mut page).await?;
    let name = "plans_left_out_total";
    page.head(name, "counter", "Plans of the ERP's list that could not be read, each time the list was.");
    let count = counters.read(PLANS_LEFT_OUT).await.map_err(Unreachable::from)?;
    page.line(name, &[], count);
    Ok(page.text)
}

async fn webhooks(page: &mut Page<'_>, processor: &Processor) -> Result<(), Problem> {
    page.head("webhooks_rejected_total", "counter", "Webhooks turned away before they were stored.");
    let reasons = Rejection::ALL.map(Rejection::as_str).into_iter();
    for provider in Provider::ALL {
        for reason in reasons.clone().chain([TOO_LARGE, BROKEN_OFF, COMPRESSED, NO_ENDPOINT, NOT_STORED]) {
            page.counter("webhooks_rejected_total", ["provider", "reason"], rejected(provider, reason)).await?;
        }
    }
    page.head("webhooks_delivered_total", "counter", "Genuine deliveries, by what they came to.");
    for provider in Provider::ALL {
        for outcome in OUTCOMES {
            page.counter("webhooks_delivered_total", ["provider", "outcome"], delivered(provider, outcome)).await?;
        }
    }
    page.head("webhook_events", "gauge", "Events of the inbox that stand open or wait for somebody.");
    for (status, count) in processor.inbox.backlog().await? {
        page.line("webhook_events", &[("status", &status)], count);
    }
    page.head("notifications", "gauge", "Notifications of the last 30 days.");
    for (status, count) in processor.notifications.count_by_status().await? {
        page.line("notifications", &[("status", &status)], count);
    }
    page.head("tenants", "gauge", "Tenants, by the state of their subscription.");
    for (status, count) in processor.tenants.count_by_status().await? {
        page.line("tenants", &[("subscription_status", &status)], count);
    }
    Ok(())
}

async fn seats(page: &mut Page<'_>) -> Result<(), Problem> {
    let (name, labels) = ("seat_verdicts_total", ["source", "reason"]);
    page.head(
        name,
        "counter",
        "Checks of seats, by where the verdict came from and why; none: the edge could not know.",
    );
    for source in Source::ALL {
        for reason in Reason::ALL {
            page.counter(name, labels, [VERDICTS, source.as_str(), reason.as_str()]).await?;
        }
    }
    page.counter(name, labels, [VERDICTS, NO_VERDICT, Code::UpstreamUnavailable.as_str()]).await?;
    Ok(())
}

async fn rules(page: &mut Page<'_>) -> Result<(), Problem> {
    let name = "rule_evaluations_total";
    page.head(name, "counter", "Decisions of rules; of seat checks, which seat_verdicts_total has, those that failed.");
    for (rule, outcomes) in RULE_OUTCOMES {
        for outcome in outcomes {
            page.counter(name, ["rule", "outcome"], [RULE_EVALUATIONS, rule, outcome]).await?;
        }
    }
    let name = "rule_decisions_unwritten";
    page.head(name, "gauge", "Decisions of rules that are not in the database: on their way, or lost.");
    let count = page.counters.at(UNWRITTEN_DECISIONS).await.map_err(Unreachable::from)?;
    page.line(name, &[], count.max(0));
    Ok(())
}

async fn upstreams(page: &mut Page<'_>) -> Result<(), Problem> {
    let name = "upstream_calls_total";
    page.head(name, "counter", "Calls to upstreams, by what came of them; failed: answered with a 5xx.");
    let mut calls = Vec::new();
    for upstream in UpstreamName::ALL.map(UpstreamName::as_str) {
        let mut all = 0_i64;
        for outcome in CALL_OUTCOMES {
            let of_outcome = page.counter(name, ["upstream", "outcome"], [UPSTREAM_CALLS, upstream, outcome]).await?;
            all = all.saturating_add(of_outcome);
        }
        calls.push((upstream, all));
    }
    page.head("upstream_seconds", "summary", "How long calls to upstreams took together, and how many there were.");
    for (upstream, all) in calls {
        let micros = page.counters.read([UPSTREAM_MICROS, upstream, ""]).await.map_err(Unreachable::from)?;
        let (seconds, rest) = (micros.div_euclid(1_000_000), micros.rem_euclid(1_000_000));
        page.line("upstream_seconds_sum", &[("upstream", upstream)], format_args!("{seconds}.{rest:06}"));
        page.line("upstream_seconds_count", &[("upstream", upstream)], all);
    }
    Ok(())
}

/// The text as it grows.
struct Page<'a> {
    counters: &'a Counters,
    text: String,
}

impl Page<'_> {
    fn head(&mut self, name: &str, kind: &str, help: &str) {
        let _ = writeln!(self.text, "# HELP bheem_edge_{name} {help}\n# TYPE bheem_edge_{name} {kind}");
    }

    /// Labels are words of ours: none needs escaping.
    fn line(&mut self, name: &str, labels: &[(&str, &str)], value: impl Display) {
        let labels: Vec<String> = labels.iter().map(|(label, value)| format!("{label}=\"{value}\"")).collect();
        let labels = if labels.is_empty() { String::new() } else { format!("{{{}}}", labels.join(",")) };
        let _ = writeln!(self.text, "bheem_edge_{name}{labels} {value}");
    }

    /// One line, of what was counted under `counted`; gives how often it was.
    async fn counter(&mut self, name: &str, labels: [&str; 2], counted: Name) -> Result<i64, Problem> {
        let count = self.counters.read(counted).await.map_err(Unreachable::from)?;
        let ([one, other], [_, is_one, is_other]) = (labels, counted);
        self.line(name, &[(one, is_one), (other, is_other)], count);
        Ok(count)
    }
}
