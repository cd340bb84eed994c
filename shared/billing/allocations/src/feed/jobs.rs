//! The jobs that follow what was billed.

use std::collections::BTreeSet;
use std::time::Duration;

use async_trait::async_trait;
use edge_capabilities::Timestamp;
use edge_capabilities::clock::millis;
use edge_jobs::{Job, JobError, JobHandler, JobKind, JobOutcome, JobResult, JobRunner};
use edge_webhooks::PaymentReport;

use super::Feed;
use crate::error::AllocationError;

const LATELY: JobKind = JobKind::new("allocations.lately");
const LATELY_EVERY: Duration = Duration::from_secs(20);
const LATELY_SPAN: Duration = Duration::from_mins(5);

const LATE: JobKind = JobKind::new("allocations.late");
const LATE_EVERY: Duration = Duration::from_hours(1);
const LATE_SPAN: Duration = Duration::from_hours(24 * 3);

const REPOST: JobKind = JobKind::new("allocations.repost");
const REPOST_EVERY: Duration = Duration::from_mins(1);

/// Posts all that a tenant was billed.
pub(super) const BACKFILL: JobKind = JobKind::new("allocations.backfill");

/// Rows in one read.
const PAGE: u32 = 200;

/// Sources in one read.
const SOURCES: u32 = 50;

impl From<AllocationError> for JobError {
    fn from(error: AllocationError) -> Self {
        Self::Retry(error.to_string())
    }
}

/// `runner` with the jobs.
#[must_use]
pub(crate) fn register(feed: &Feed, runner: JobRunner) -> JobRunner {
    let of = |kind: JobKind, span| Follow { feed: feed.clone(), name: kind.name, span };
    runner
        .repeat(LATELY, LATELY_EVERY, of(LATELY, LATELY_SPAN))
        .repeat(LATE, LATE_EVERY, of(LATE, LATE_SPAN))
        .repeat(REPOST, REPOST_EVERY, Repost(feed.clone()))
        .handle(BACKFILL, Backfill(feed.clone()))
}

/// Posts what changed since the last time, and in a span before that.
struct Follow {
    feed: Feed,
    /// The name of the job, and of its position.
    name: &'static str,
    span: Duration,
}

#[async_trait]
impl JobHandler for Follow {
    async fn run(&self, job: &Job) -> JobResult {
        let start = self.feed.now();
        let position = self.feed.positions.of(self.name).await?.unwrap_or(start).min(start);
        let from = Timestamp::from_millis(position.as_millis().saturating_sub(millis(self.span)));
        self.feed.follow_invoices(from, job).await?;
        self.feed.follow_charges(from, job).await?;
        self.feed.follow_payments(from, job).await?;
        self.feed.follow_refunds(from, job).await?;
        self.feed.positions.set(self.name, start).await?;
        Ok(JobOutcome::Done)
    }
}

/// Looks again at documents whose source's shares have changed.
struct Repost(Feed);

#[async_trait]
impl JobHandler for Repost {
    async fn run(&self, job: &Job) -> JobResult {
        let Self(feed) = self;
        for source in feed.service.sources.due(feed.now(), SOURCES).await? {
            feed.queue.renew(job).await?;
            feed.service.repost(&source).await?;
        }
        Ok(JobOutcome::Done)
    }
}

/// Posts all that a tenant was billed, as far as it is known.
struct Backfill(Feed);

#[async_trait]
impl JobHandler for Backfill {
    async fn run(&self, job: &Job) -> JobResult {
        let Self(feed) = self;
        let Some(tenant) = job.tenant() else { return Ok(JobOutcome::Done) };
        let zones = [(tenant.to_owned(), feed.zone(tenant).await?)].into_iter().collect();
        let mut cursor = (Timestamp::from_millis(0), String::new());
        loop {
            let page = feed.invoices.changed_after((cursor.0, &cursor.1), Some(tenant), PAGE).await?;
            feed.post_invoices(&page, &zones).await?;
            let Some(last) = page.last() else { break };
            cursor = (last.updated_at, last.id.clone());
            feed.queue.renew(job).await?;
        }
        let mut cursor = (Timestamp::from_millis(0), String::new());
        loop {
            let page = feed.charges.posted_after((cursor.0, &cursor.1), Some(tenant), PAGE).await?;
            feed.post_charges(&page, &zones).await?;
            let Some(last) = page.last() else { break };
            cursor = (last.created_at, last.id.clone());
            feed.queue.renew(job).await?;
        }
        let mut cursor = (Timestamp::from_millis(0), String::new());
        loop {
            let page = feed.inbox.of_tenant_after(tenant, (cursor.0, &cursor.1), PAGE).await?;
            let reports: Vec<&PaymentReport> = page.iter().filter_map(|event| event.report.as_ref()).collect();
            feed.post_payments(&reports, &zones).await?;
            let Some(last) = page.last() else { break };
            cursor = (last.received_at, last.event.clone());
            feed.queue.renew(job).await?;
        }
        Ok(JobOutcome::Done)
    }
}

impl Feed {
    async fn follow_invoices(&self, from: Timestamp, job: &Job) -> Result<(), JobError> {
        let mut cursor = (from, String::new());
        loop {
            let page = self.invoices.changed_after((cursor.0, &cursor.1), None, PAGE).await?;
            let Some(last) = page.last() else { return Ok(()) };
            let tenants: BTreeSet<&str> = page.iter().map(|invoice| invoice.tenant.as_str()).collect();
            let zones = self.followed(tenants).await?;
            self.post_invoices(&page, &zones).await?;
            cursor = (last.updated_at, last.id.clone());
            self.queue.renew(job).await?;
        }
    }

    async fn follow_charges(&self, from: Timestamp, job: &Job) -> Result<(), JobError> {
        let mut cursor = (from, String::new());
        loop {
            let page = self.charges.posted_after((cursor.0, &cursor.1), None, PAGE).await?;
            let Some(last) = page.last() else { return Ok(()) };
            let tenants: BTreeSet<&str> = page.iter().map(|charge| charge.tenant_id.as_str()).collect();
            let zones = self.followed(tenants).await?;
            self.post_charges(&page, &zones).await?;
            cursor = (last.created_at, last.id.clone());
            self.queue.renew(job).await?;
        }
    }

    async fn follow_payments(&self, from: Timestamp, job: &Job) -> Result<(), JobError> {
        let mut cursor = (from, String::new());
        loop {
            let page = self.inbox.received_after((cursor.0, &cursor.1), PAGE).await?;
            let Some(last) = page.last() else { return Ok(()) };
            let reports: Vec<&PaymentReport> = page.iter().filter_map(|event| event.report.as_ref()).collect();
            let tenants: BTreeSet<&str> = reports.iter().filter_map(|report| report.organization.as_deref()).collect();
            let zones = self.followed(tenants).await?;
            self.post_payments(&reports, &zones).await?;
            cursor = (last.received_at, last.event.clone());
            self.queue.renew(job).await?;
        }
    }

    async fn follow_refunds(&self, from: Timestamp, job: &Job) -> Result<(), JobError> {
        let mut from = from;
        loop {
            let page = self.refunds.since(from, None, PAGE).await?;
            let tenants: BTreeSet<&str> = page.iter().map(|(_, refund)| refund.tenant.as_str()).collect();
            let zones = self.followed(tenants).await?;
            for (at, refund) in &page {
                if let Some(zone) = zones.get(&refund.tenant) {
                    self.give_back(&refund.tenant, &refund.payment, *at, zone).await?;
                }
            }
            let is_last = u32::try_from(page.len()).unwrap_or(u32::MAX) < PAGE;
            match page.last() {
                // More refunds of one instant than a page has do not occur: the clock counts milliseconds.
                Some((at, _)) if !is_last && *at > from => from = *at,
                _ => return Ok(()),
            }
            self.queue.renew(job).await?;
        }
    }
}
