//! The metrics of webhooks, and the page with those of all crates. What the components count they add to numbers in the
//! cache that all of them share; what stands in the database is counted there.

use edge_capabilities::counters::Name;
use edge_capabilities::key_value::StoreError;
use edge_capabilities::{Counters, MetricsPage};
use edge_database::{DatabaseError, Db};
use edge_gateways::{Provider, Rejection};
use edge_http::Problem;
use edge_seats::StorageError;

use crate::inbox::Inbox;
use crate::processor::Processor;

/// Reasons for which a webhook is rejected before it is stored, beside the signature's.
pub(crate) const TOO_LARGE: &str = "too_large";
pub(crate) const BROKEN_OFF: &str = "broken_off";
pub(crate) const COMPRESSED: &str = "compressed";
pub(crate) const NO_ENDPOINT: &str = "no_endpoint";
pub(crate) const NOT_STORED: &str = "not_stored";

/// The outcomes of deliveries that were not rejected.
const OUTCOMES: [&str; 5] = ["processed", "ignored", "quarantined", "accepted", "duplicate"];

const REJECTED: &str = "webhooks_rejected";
const DELIVERED: &str = "webhooks_delivered";

pub(crate) const fn rejected(provider: Provider, reason: &'static str) -> Name {
    [REJECTED, provider.as_str(), reason]
}

pub(crate) const fn delivered(provider: Provider, outcome: &'static str) -> Name {
    [DELIVERED, provider.as_str(), outcome]
}

/// The counters of genuine deliveries; labels: gateway, outcome.
pub fn delivery_counters() -> impl Iterator<Item = Name> {
    Provider::ALL.into_iter().flat_map(|provider| OUTCOMES.map(|outcome| delivered(provider, outcome)))
}

/// The counters of webhooks that were turned away; labels: gateway, reason.
pub fn rejection_counters() -> impl Iterator<Item = Name> {
    let others = [TOO_LARGE, BROKEN_OFF, COMPRESSED, NO_ENDPOINT, NOT_STORED];
    Provider::ALL.into_iter().flat_map(move |provider| {
        let reasons = Rejection::ALL.map(Rejection::as_str).into_iter().chain(others);
        reasons.map(move |reason| rejected(provider, reason))
    })
}

/// How many events of the inbox are open or wait for somebody, by status.
pub async fn count_waiting_events(db: &Db) -> Result<Vec<(String, i64)>, DatabaseError> {
    Inbox::new(db.clone()).backlog().await
}

/// All metrics, in the Prometheus text format.
pub(crate) async fn text(counters: &Counters, processor: &Processor) -> Result<String, Problem> {
    let mut page = MetricsPage::new(counters);
    counts(&mut page).await.map_err(StorageError::from)?;
    backlog(&mut page, processor).await?;
    others(&mut page).await.map_err(StorageError::from)?;
    Ok(page.into_text())
}

/// The metrics of other crates.
async fn others(page: &mut MetricsPage<'_>) -> Result<(), StoreError> {
    edge_seats::write_metrics(page).await?;
    edge_rulebook::write_metrics(page).await?;
    page.upstreams().await?;
    edge_plans::write_metrics(page).await
}

async fn counts(page: &mut MetricsPage<'_>) -> Result<(), StoreError> {
    page.head("webhooks_rejected_total", "counter", "Webhooks turned away before they were stored.");
    for counted in rejection_counters() {
        page.counter("webhooks_rejected_total", ["provider", "reason"], counted).await?;
    }
    page.head("webhooks_delivered_total", "counter", "Genuine deliveries, by what they came to.");
    for counted in delivery_counters() {
        page.counter("webhooks_delivered_total", ["provider", "outcome"], counted).await?;
    }
    Ok(())
}

async fn backlog(page: &mut MetricsPage<'_>, processor: &Processor) -> Result<(), Problem> {
    page.head("webhook_events", "gauge", "Events of the inbox that stand open or wait for somebody.");
    for (status, count) in processor.inbox.backlog().await? {
        page.line("webhook_events", &[("status", &status)], count);
    }
    page.head("notifications", "gauge", "Notifications of the last 30 days.");
    for (status, count) in processor.notifications.count_by_status().await? {
        page.line("notifications", &[("status", &status)], count);
    }
    page.head("jobs", "gauge", "Jobs that wait, run or are dead.");
    for (kind, state, count) in processor.queue.count().await? {
        page.line("jobs", &[("kind", &kind), ("state", state.as_str())], count);
    }
    page.head("job_lag_seconds", "gauge", "How long the oldest job that is due has waited for a worker.");
    let now = processor.capabilities.clock.now();
    let lag = processor.queue.oldest_due().await?.map_or(0, |due| now.millis_since(due).max(0));
    page.line("job_lag_seconds", &[], format_args!("{}.{:03}", lag.div_euclid(1000), lag.rem_euclid(1000)));
    page.head("tenants", "gauge", "Tenants, by the state of their subscription.");
    for (status, count) in processor.tenants.count_by_status().await? {
        page.line("tenants", &[("subscription_status", &status)], count);
    }
    Ok(())
}
