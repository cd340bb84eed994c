//! Movements of what comes due by itself: a trial or a period that ends, a change that was scheduled, seats that were not
//! paid, an invitation that was not accepted. All of it holds from the moment at which it is due, for every read, whether or
//! not anything has run ([`crate::Terms::advance`]). The job here writes the movements, so that the ledger, the audit log and
//! the ERP have them too, without waiting for the next change.

use async_trait::async_trait;
use edge_audit::Actor;
use edge_capabilities::Timestamp;
use edge_jobs::{Job, JobError, JobHandler, JobKind, JobOutcome, JobResult, NewJob};

use crate::error::SubscriptionError;
use crate::movement::{Account, Batch, Movement};
use crate::seat::{SeatList, SeatState};
use crate::service::{MAX_ATTEMPTS, Subscriptions};

/// The job that writes them, by the subscription's id; due when the next of them is.
pub(crate) const WRITE_DUE: JobKind = JobKind::new("subscriptions.write_due");

/// Who makes what nobody makes.
const ACTOR: &str = "scheduler";

/// The job for what comes due after `movements`, which are of one change.
pub(crate) fn due_job(movements: &[Movement]) -> Option<NewJob> {
    let last = movements.last()?;
    let of_terms =
        movements.iter().rev().find_map(|movement| movement.terms.as_ref()).and_then(|terms| terms.next_due());
    let is_offered = |movement: &&Movement| movement.seat_state == Some(SeatState::Pending);
    let of_invitations = movements.iter().filter(is_offered).filter_map(|movement| movement.expires_at).min();
    let due = of_terms.into_iter().chain(of_invitations).min()?;
    Some(NewJob::new(WRITE_DUE, &last.subscription, due).for_tenant(&last.organization))
}

impl Subscriptions {
    /// Writes the movements of what has come due in `account`; gives when the next comes due.
    pub(crate) async fn write_due(&self, account: &Account) -> Result<Option<Timestamp>, SubscriptionError> {
        let actor = Actor { id: ACTOR.to_owned(), address: None };
        for _ in 0..MAX_ATTEMPTS {
            let Some(head) = self.movements.head(account).await? else { return Ok(None) };
            let (subscription, now) = (head.subscription.clone(), self.now());
            let mut batch = Batch::new(account, Some(head), &actor, now);
            let Some(head) = batch.head() else { return Ok(None) };
            let (next, has_pending) = (head.terms.next_due(), head.pending > 0);
            if has_pending {
                let expired = self.movements.expired(account, &subscription, now).await?;
                SeatList::default().expire(&mut batch, &expired);
            }
            if batch.len() > 0 {
                // A change that was faster, or the rest of many: either way there may be more.
                self.append(account, batch).await?;
                continue;
            }
            self.settle_undone(account).await?;
            let expiry = if has_pending { self.movements.next_expiry(account, &subscription).await? } else { None };
            return Ok(next.into_iter().chain(expiry).min());
        }
        Err(SubscriptionError::Busy)
    }
}

/// Runs [`WRITE_DUE`].
pub(crate) struct WriteDue(pub(crate) Subscriptions);

#[async_trait]
impl JobHandler for WriteDue {
    async fn run(&self, job: &Job) -> JobResult {
        let retry = |error: SubscriptionError| JobError::Retry(error.to_string());
        let account = match self.0.find(&job.key).await {
            Ok(found) => found.account,
            Err(SubscriptionError::NotFound) => return Ok(JobOutcome::Done),
            Err(error) => return Err(retry(error)),
        };
        let next = self.0.write_due(&account).await.map_err(retry)?;
        Ok(next.map_or(JobOutcome::Done, JobOutcome::Again))
    }
}
