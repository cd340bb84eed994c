//! Carries a resolution out, step by step. Each step may be repeated, and the next one sees in the database what the last one
//! did: an instance may die between any two.

use std::time::Duration;

use edge_budgets::{BudgetError, Refund as BudgetRefund};
use edge_invoices::InvoiceRefund;

use super::model::{Resolution, ResolutionKind};
use super::resolver::{Resolved, Resolver};
use crate::dispute::{Dispute, DisputeStatus};
use crate::error::DisputesError;
use crate::keeper::{edge, task};
use crate::refund::{Answer, Refund, RefundState, Reservation};

/// More steps than there are from any state to the end.
const MAX_STEPS: u32 = 12;

/// How long after BheemPay was asked it is asked after a refund at first, and at most how long between two times.
const FIRST_WAIT: Duration = Duration::from_secs(15);
const MAX_WAIT: Duration = Duration::from_hours(1);

/// How far a resolution was carried out.
#[derive(Debug)]
pub(super) struct CarriedOut {
    /// The dispute as it is now.
    pub(super) dispute: Dispute,
    /// Why the resolution came to nothing.
    pub(super) failure: Option<DisputesError>,
    /// How long to wait until its refund is asked after again. None: nothing is left to do.
    pub(super) again: Option<Duration>,
}

impl CarriedOut {
    /// As the one who resolved is told.
    pub(super) fn into_resolved(self) -> Result<Resolved, DisputesError> {
        match self.failure {
            Some(failure) => Err(failure),
            None => Ok(Resolved::Done(Box::new(self.dispute))),
        }
    }
}

impl Resolver {
    /// Carries the resolution of `dispute` on, as far as it goes. With `asks_after`, BheemPay is asked after a refund whose
    /// status is not final.
    pub(super) async fn carry_out(&self, dispute: &Dispute, asks_after: bool) -> Result<CarriedOut, DisputesError> {
        let (mut asks_after, mut failure) = (asks_after, None);
        let done = |dispute, failure| Ok(CarriedOut { dispute, failure, again: None });
        let mut dispute = dispute.clone();
        for _ in 0..MAX_STEPS {
            let found = self.keeper.disputes.find(&dispute.tenant, &dispute.id).await?;
            dispute = self.keeper.flush(found.ok_or(DisputesError::NotFound)?).await?;
            let Some(resolution) = dispute.resolution.clone() else { return done(dispute, failure) };
            match resolution.kind {
                ResolutionKind::Refund => {}
                ResolutionKind::Credit | ResolutionKind::Adjustment if dispute.status == DisputeStatus::Resolving => {
                    return done(self.credit(&dispute, &resolution).await?, failure);
                }
                ResolutionKind::Credit | ResolutionKind::Adjustment | ResolutionKind::Reject => {
                    return done(dispute, failure);
                }
            }
            let Some(payment) = dispute.payment.clone() else { return done(dispute, failure) };
            let reference = resolution.reference(&dispute.id);
            let account = self.keeper.accounts.find(&dispute.tenant, &payment).await?;
            let refund = account.as_ref().and_then(|account| account.refund(&reference)).cloned();
            let Some(refund) = refund else {
                if dispute.status != DisputeStatus::Resolving {
                    return done(dispute, failure);
                }
                failure = self.reserve(&dispute, &resolution, &payment).await?;
                continue;
            };
            match refund.state {
                RefundState::Reserved => {
                    let answer = self.ask(&dispute, &resolution, &payment).await?;
                    failure = answer.as_ref().and_then(failure_of).or(failure);
                }
                RefundState::Asked | RefundState::Pending if asks_after => {
                    asks_after = false;
                    let id = refund.gateway_id.as_deref();
                    let answer = self.bheempay.ask_after(&payment, &reference, id).await;
                    self.note(&dispute, &payment, &reference, &answer).await?;
                }
                RefundState::Asked | RefundState::Pending => {
                    dispute = self.keeper.follow_refund(&dispute, &refund).await?;
                    return Ok(CarriedOut { again: Some(self.wait(&refund)), dispute, failure });
                }
                RefundState::Processed => {
                    let provider = account.map(|account| account.provider).unwrap_or_default();
                    self.settle(&dispute, (&provider, &payment), &refund).await?;
                    self.show_refund(&dispute, &refund).await?;
                    dispute = self.keeper.follow_refund(&dispute, &refund).await?;
                    return done(dispute, failure);
                }
                RefundState::Failed => {
                    dispute = self.keeper.follow_refund(&dispute, &refund).await?;
                    self.release_last(&dispute).await?;
                    let failure = failure.or_else(|| refund.reason.map(DisputesError::Refused));
                    return done(dispute, failure);
                }
            }
        }
        Err(DisputesError::Busy)
    }

    /// Reserves the refund, or opens the dispute again: why.
    async fn reserve(
        &self,
        dispute: &Dispute,
        resolution: &Resolution,
        payment: &str,
    ) -> Result<Option<DisputesError>, DisputesError> {
        let reference = resolution.reference(&dispute.id);
        let of = (dispute.tenant.as_str(), payment);
        let (accounts, names) = (&self.keeper.accounts, (reference.as_str(), dispute.id.as_str()));
        let failure = match accounts.reserve(of, names, resolution.want(), self.now()).await? {
            Reservation::Reserved(refund) => {
                self.keeper.follow_refund(dispute, &refund).await?;
                return Ok(None);
            }
            Reservation::Exceeds(left) => DisputesError::ExceedsPayment { left: dispute.money(left).to_decimal() },
            Reservation::Barred => DisputesError::CardDispute,
        };
        self.reopen(dispute, resolution).await?;
        Ok(Some(failure))
    }

    /// Opens a dispute again whose resolution came to nothing before anything was reserved.
    async fn reopen(&self, dispute: &Dispute, resolution: &Resolution) -> Result<(), DisputesError> {
        let now = self.now();
        let change = |dispute: &mut Dispute| {
            let is_it = dispute.resolution.as_ref().is_some_and(|it| it.attempt == resolution.attempt);
            if !is_it || dispute.status != DisputeStatus::Resolving {
                return Ok(None);
            }
            let before = dispute.clone();
            dispute.become_status(resolution.from, now);
            Ok(Some(task(&before, dispute, "dispute.reopened", &edge(), None, now)))
        };
        let reopened = self.keeper.disputes.change(&dispute.tenant, &dispute.id, now, change).await?;
        self.release_last(&reopened).await
    }

    /// Asks BheemPay for the refund, unless somebody else does or did. None: somebody else.
    async fn ask(
        &self,
        dispute: &Dispute,
        resolution: &Resolution,
        payment: &str,
    ) -> Result<Option<Answer>, DisputesError> {
        let reference = resolution.reference(&dispute.id);
        let claimed = self.keeper.accounts.claim(&dispute.tenant, payment, &reference, self.now()).await?;
        let Some(amount) = claimed else { return Ok(None) };
        let answer = self.bheempay.ask(payment, &reference, amount, &resolution.reason).await;
        self.note(dispute, payment, &reference, &answer).await?;
        Ok(Some(answer))
    }

    /// Notes what BheemPay says of a refund.
    async fn note(
        &self,
        dispute: &Dispute,
        payment: &str,
        reference: &str,
        answer: &Answer,
    ) -> Result<(), DisputesError> {
        let (id, state, reason) = match answer {
            Answer::Known { id, state, reason } => (id.as_deref(), *state, reason.as_deref()),
            Answer::Refused(reason) | Answer::NotAsked(reason) => (None, RefundState::Failed, Some(reason.as_str())),
            Answer::Unknown(reason) => (None, RefundState::Asked, Some(reason.as_str())),
            Answer::Absent => (None, RefundState::Asked, Some("BheemPay does not know of it so far")),
        };
        let change = |account: &mut crate::refund::RefundAccount| account.note_answer(reference, id, state, reason);
        self.keeper.accounts.change(&dispute.tenant, payment, self.now(), change).await?;
        Ok(())
    }

    /// Moves the budget and the invoice of a payment of which something was given back. A webhook may have done so: a refund
    /// counts once by its name.
    async fn settle(
        &self,
        dispute: &Dispute,
        (provider, payment): (&str, &str),
        refund: &Refund,
    ) -> Result<(), DisputesError> {
        let name = refund.name.clone().unwrap_or_else(|| refund.id.clone());
        let moved = BudgetRefund {
            tenant: dispute.tenant.clone(),
            payment: payment.to_owned(),
            name,
            amount: Some(dispute.money(refund.amount)),
            is_total: false,
        };
        match self.settlement.refunded(&moved).await {
            // Then nothing was spent there.
            Ok(()) | Err(BudgetError::CurrencyMismatch) => {}
            Err(error) => return Err(error.into()),
        }
        let of_invoice =
            InvoiceRefund { name: moved.name, amount: refund.amount, at: refund.asked_at.unwrap_or(refund.created_at) };
        let of = (dispute.tenant.as_str(), provider, payment);
        let noted = self.invoices.refunded(of, &of_invoice, dispute.currency, self.now()).await;
        noted.map_err(|error| DisputesError::Invoice(error.to_string()))
    }

    /// How long to wait until a refund is asked after again: the longer, the older it is.
    fn wait(&self, refund: &Refund) -> Duration {
        let age = self.now().millis_since(refund.asked_at.unwrap_or(refund.created_at));
        let age = u64::try_from(age.max(0)).unwrap_or(0);
        Duration::from_millis(age).clamp(FIRST_WAIT, MAX_WAIT)
    }
}

/// Why nothing is refunded, where that is certain.
fn failure_of(answer: &Answer) -> Option<DisputesError> {
    match answer {
        Answer::Refused(reason) => Some(DisputesError::Refused(reason.clone())),
        Answer::NotAsked(reason) => Some(DisputesError::NotReached(reason.clone())),
        Answer::Known { state: RefundState::Failed, reason, .. } => {
            Some(DisputesError::Refused(reason.clone().unwrap_or_else(|| "the refund failed".into())))
        }
        Answer::Known { .. } | Answer::Unknown(_) | Answer::Absent => None,
    }
}
