//! Numbers for operators, as Prometheus reads them.

use std::fmt::Write as _;

use edge_border::Problem;
use edge_signatures::{Provider, Rejection};

use crate::counters::Counters;
use crate::processing::Processing;

/// Reasons for which a webhook is turned away before it is stored, beside the signature's.
pub(crate) const TOO_LARGE: &str = "too_large";
pub(crate) const NO_ENDPOINT: &str = "no_endpoint";
pub(crate) const NOT_STORED: &str = "not_stored";

/// What deliveries that were not turned away come to.
pub(crate) const OUTCOMES: [&str; 6] = ["processed", "ignored", "quarantined", "accepted", "duplicate", "unsettled"];

pub(crate) fn rejected(provider: Provider, reason: &str) -> String {
    format!("webhooks_rejected:{provider}:{reason}")
}

pub(crate) fn delivered(provider: Provider, outcome: &str) -> String {
    format!("webhooks_delivered:{provider}:{outcome}")
}

/// All numbers, in Prometheus' text format.
pub(crate) async fn text(counters: &Counters, processing: &Processing) -> Result<String, Problem> {
    let mut text = String::new();
    head(&mut text, "webhooks_rejected_total", "counter", "Webhooks turned away before they were stored.");
    let reasons = Rejection::ALL.map(Rejection::as_str).into_iter().chain([TOO_LARGE, NO_ENDPOINT, NOT_STORED]);
    for provider in Provider::ALL {
        for reason in reasons.clone() {
            let count = read(counters, &rejected(provider, reason)).await?;
            line(&mut text, "webhooks_rejected_total", &[("provider", provider.as_str()), ("reason", reason)], count);
        }
    }
    head(&mut text, "webhooks_delivered_total", "counter", "Genuine deliveries, by what they came to.");
    for provider in Provider::ALL {
        for outcome in OUTCOMES {
            let count = read(counters, &delivered(provider, outcome)).await?;
            line(
                &mut text,
                "webhooks_delivered_total",
                &[("provider", provider.as_str()), ("outcome", outcome)],
                count,
            );
        }
    }
    head(&mut text, "webhook_events", "gauge", "Events of the inbox that stand open or wait for somebody.");
    for (status, count) in processing.inbox.backlog().await? {
        line(&mut text, "webhook_events", &[("status", &status)], count);
    }
    head(&mut text, "notifications", "gauge", "Notifications of the last 30 days.");
    for (status, count) in processing.notifications.by_status().await? {
        line(&mut text, "notifications", &[("status", &status)], count);
    }
    head(&mut text, "tenants", "gauge", "Tenants, by the state of their subscription.");
    for (status, count) in processing.tenants.count_by_status().await? {
        line(&mut text, "tenants", &[("subscription_status", &status)], count);
    }
    Ok(text)
}

async fn read(counters: &Counters, name: &str) -> Result<i64, Problem> {
    Ok(counters.read(name).await.map_err(edge_seats::Unreachable::from)?)
}

fn head(text: &mut String, name: &str, kind: &str, help: &str) {
    let _ = writeln!(text, "# HELP bheem_edge_{name} {help}\n# TYPE bheem_edge_{name} {kind}");
}

/// Labels are words of ours: none needs escaping.
fn line(text: &mut String, name: &str, labels: &[(&str, &str)], value: i64) {
    let labels: Vec<String> = labels.iter().map(|(label, value)| format!("{label}=\"{value}\"")).collect();
    let _ = writeln!(text, "bheem_edge_{name}{{{}}} {value}", labels.join(","));
}
