//! Telling organizations that a subscription of seats renews soon. The job is there from when the subscription begins; it
//! looks at the terms of the moment, so that one that is early or late does no harm.

use async_trait::async_trait;
use edge_applications::Applications;
use edge_capabilities::Timestamp;
use edge_jobs::{Job, JobError, JobHandler, JobKind, JobOutcome, JobResult, NewJob};
use edge_notifications::Notifications;
use edge_tenants::{RENEWAL_NOTICE, Tenants, renewal_event};

use crate::error::SubscriptionError;
use crate::movement::Movement;
use crate::service::Subscriptions;
use crate::subscription::{GatewayName, Status, Terms};

/// The job, by the subscription's id; due when the organization is to be told.
pub(crate) const TELL_RENEWAL: JobKind = JobKind::new("subscriptions.tell_renewal");

/// When it renews; None: it does not.
fn renews_at(terms: &Terms) -> Option<Timestamp> {
    let is_renewed = matches!(terms.status, Status::Trialing | Status::Active) && !terms.cancel_at_period_end;
    terms.period.filter(|_| is_renewed).map(|(_, end)| end)
}

/// When the organization is told of the renewal at `end`.
fn told_at(end: Timestamp) -> Timestamp {
    Timestamp::from_millis(end.as_millis().saturating_sub(RENEWAL_NOTICE.as_millis().try_into().unwrap_or(0)))
}

/// The job that follows from `movements`, which are of one change.
pub(crate) fn renewal_job(movements: &[Movement]) -> Option<NewJob> {
    let terms = movements.iter().rev().find_map(|movement| movement.terms.as_ref())?;
    let (end, last) = (renews_at(terms)?, movements.last()?);
    Some(NewJob::new(TELL_RENEWAL, &last.subscription, told_at(end)).for_tenant(&last.organization))
}

/// Runs [`TELL_RENEWAL`].
pub(crate) struct TellRenewal {
    pub(crate) service: Subscriptions,
    pub(crate) applications: Applications,
    pub(crate) notifications: Notifications,
    pub(crate) tenants: Tenants,
}

#[async_trait]
impl JobHandler for TellRenewal {
    async fn run(&self, job: &Job) -> JobResult {
        let stored = match self.service.find(&job.key).await {
            Ok(stored) => stored,
            Err(SubscriptionError::NotFound) => return Ok(JobOutcome::Done),
            Err(error) => return Err(JobError::Retry(error.to_string())),
        };
        let (terms, now) = (&stored.terms, self.service.now());
        let Some(end) = renews_at(terms).filter(|end| *end > now) else { return Ok(JobOutcome::Done) };
        if now < told_at(end) {
            return Ok(JobOutcome::Again(told_at(end)));
        }
        if let Some(tenant) = self.tenants.find(&stored.account.organization).await? {
            let application = self.applications.find(&stored.account.application).await?;
            let plan = format!("{} ({})", terms.plan.name, application.name);
            self.notifications.raise(&renewal_event(&tenant, &stored.id, &plan, end), now).await?;
        }
        // One without a gateway renews by itself, and nobody says so.
        let next = (terms.gateway == GatewayName::Manual).then(|| told_at(terms.period_end_at(end)));
        Ok(next.filter(|next| *next > now).map_or(JobOutcome::Done, JobOutcome::Again))
    }
}
