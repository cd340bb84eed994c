//! Setting back the number of seats at the gateway, once an increase was not paid and its invoice is void. Left as it is,
//! the next renewal would charge for seats that nobody has.

use async_trait::async_trait;
use edge_jobs::{Job, JobError, JobHandler, JobKind, JobOutcome, JobResult, NewJob};

use crate::error::SubscriptionError;
use crate::gateway::{Effective, GatewayError, Gateways, TermsChange};
use crate::movement::Movement;
use crate::service::Subscriptions;
use crate::subscription::{GatewayName, Terms};

/// The job that does it, by the subscription's id.
pub(crate) const RESTORE_SEATS: JobKind = JobKind::new("subscriptions.restore_seats");

/// The number of seats that the gateway should have, where it has more than are in force.
fn seats_to_restore(terms: &Terms) -> Option<i64> {
    let in_force = terms.facts.unpaid_increase_from().filter(|_| terms.ended_at.is_none())?;
    // A decrease that takes effect later is set at the gateway already.
    let scheduled = terms.scheduled.as_ref().and_then(|scheduled| scheduled.seats);
    Some(scheduled.map_or(in_force, |seats| seats.min(in_force)))
}

/// The job that follows from `movement`, if the gateway has to be set back.
pub(crate) fn restoration(movement: &Movement) -> Option<NewJob> {
    // BheemPay has more seats once they are paid, so it never has too many.
    let has_more = |terms: &&Terms| terms.gateway != GatewayName::Bheempay;
    movement.terms.as_ref().filter(has_more).and_then(seats_to_restore)?;
    let job = NewJob::new(RESTORE_SEATS, &movement.subscription, movement.recorded_at);
    Some(job.for_tenant(&movement.organization))
}

/// Sets the number of seats at the gateway.
pub(crate) struct RestoreSeats {
    pub(crate) service: Subscriptions,
    pub(crate) gateways: Gateways,
}

#[async_trait]
impl JobHandler for RestoreSeats {
    async fn run(&self, job: &Job) -> JobResult {
        let stored = match self.service.find(&job.key).await {
            Ok(stored) => stored,
            Err(SubscriptionError::NotFound) => return Ok(JobOutcome::Done),
            Err(error) => return Err(JobError::Retry(error.to_string())),
        };
        let Some(seats) = seats_to_restore(&stored.terms) else { return Ok(JobOutcome::Done) };
        let key = format!("{}:{}:restore:{seats}", stored.id, stored.version);
        let change = TermsChange {
            subscription: stored.at_gateway(&key),
            seats,
            plan: &stored.terms.plan,
            // Nothing was paid for the increase, so nothing is credited.
            effective: Effective::PeriodEnd,
            now: self.service.now(),
            buyer: None,
        };
        let gateway = self.gateways.get(stored.terms.gateway).map_err(|error| JobError::Retry(error.to_string()))?;
        match gateway.change(&change).await {
            Ok(_) => Ok(JobOutcome::Done),
            Err(error @ (GatewayError::Refused(_) | GatewayError::Unsupported(_))) => {
                Err(JobError::Dead(error.to_string()))
            }
            Err(error) => Err(JobError::Retry(error.to_string())),
        }
    }
}
