//! Resolves disputes.

use edge_approvals::{ApprovalService, Request as ApprovalRequest};
use edge_audit::Actor;
use edge_budgets::Settlement;
use edge_capabilities::{Capabilities, Timestamp};
use edge_database::Db;
use edge_entities::{Charges, Entities};
use edge_invoices::Invoices;
use edge_tenants::Tenant;
use edge_webhooks::Payments;

use super::follow_up::job;
use super::model::{Resolution, ResolutionKind};
use crate::dispute::{Dispute, DisputeStatus};
use crate::error::DisputesError;
use crate::keeper::{DisputeKeeper, task};
use crate::refund::BheemPayRefunds;

/// A resolution that somebody wants.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// How.
    pub kind: ResolutionKind,
    /// How much. None: all that is disputed and left.
    pub amount: Option<i64>,
    /// Why.
    pub reason: String,
    /// The approval to use.
    pub approval: Option<String>,
    /// Who resolves.
    pub actor: Actor,
    /// Their root. None: they are the platform.
    pub root: Option<String>,
    /// Their role, as rules see it.
    pub role: String,
    /// The id of the HTTP request.
    pub request_id: String,
}

/// What came of a resolution.
#[derive(Debug)]
pub enum Resolved {
    /// It is carried out, or on its way; the dispute as it is now.
    Done(Box<Dispute>),
    /// People have to approve it first.
    PendingApproval(Box<ApprovalRequest>),
}

/// Resolves disputes, and carries resolutions out.
#[derive(Clone)]
pub struct Resolver {
    pub(crate) keeper: DisputeKeeper,
    pub(super) approvals: ApprovalService,
    pub(super) bheempay: BheemPayRefunds,
    pub(super) charges: Charges,
    pub(super) entities: Entities,
    pub(super) inbox: Payments,
    pub(super) invoices: Invoices,
    pub(super) settlement: Settlement,
}

impl Resolver {
    /// Keeps what it knows in `db`.
    pub fn new(capabilities: &Capabilities, db: &Db) -> Self {
        Self {
            keeper: DisputeKeeper::new(capabilities, db),
            approvals: ApprovalService::new(capabilities, db),
            bheempay: BheemPayRefunds::new(capabilities),
            charges: Charges::new(capabilities, db),
            entities: Entities::new(capabilities, db),
            inbox: Payments::new(db.clone()),
            invoices: Invoices::new(db.clone()),
            settlement: Settlement::new(capabilities, db),
        }
    }

    pub(super) fn now(&self) -> Timestamp {
        self.keeper.now()
    }

    /// Resolves the dispute `id` of `tenant`. Of any number who do so at once, one does.
    pub async fn resolve(&self, tenant: &Tenant, id: &str, wanted: &Wanted) -> Result<Resolved, DisputesError> {
        let dispute = self.keeper.disputes.find(&tenant.id, id).await?.ok_or(DisputesError::NotFound)?;
        check(&dispute, wanted)?;
        self.release_last(&dispute).await?;
        let (payment, amount) = self.amount(&dispute, wanted).await?;
        let approval = match amount {
            Some(amount) => match self.approval(tenant, &dispute, wanted, amount).await? {
                Ok(approval) => approval,
                Err(pending) => return Ok(Resolved::PendingApproval(Box::new(pending))),
            },
            None => None,
        };
        // Before the dispute is changed: an instance that dies right after that leaves nothing undone.
        if wanted.kind != ResolutionKind::Reject {
            self.keeper.queue.enqueue(job(&dispute, self.now().plus(super::follow_up::GRACE))).await?;
        }
        let now = self.now();
        let resolution = Resolution {
            attempt: dispute.attempts.saturating_add(1),
            kind: wanted.kind,
            amount,
            // What is approved is approved exactly.
            is_all: wanted.kind == ResolutionKind::Refund && wanted.amount.is_none() && approval.is_none(),
            reason: wanted.reason.clone(),
            resolved_by: wanted.actor.id.clone(),
            approval,
            from: dispute.status,
            refund: None,
            charge: None,
            at: now,
        };
        let decided = self.decide(&dispute, payment, &resolution, &wanted.actor).await;
        if let (Err(_), Some(approval)) = (&decided, &resolution.approval) {
            self.release_unless_used(&dispute, approval, resolution.attempt).await?;
        }
        let decided = self.keeper.flush(decided?).await?;
        if decided.status != DisputeStatus::Resolving {
            return Ok(Resolved::Done(Box::new(decided)));
        }
        self.carry_out(&decided, false).await?.into_resolved()
    }

    /// Has the dispute be resolved like that, unless somebody was faster.
    async fn decide(
        &self,
        seen: &Dispute,
        payment: Option<String>,
        resolution: &Resolution,
        actor: &Actor,
    ) -> Result<Dispute, DisputesError> {
        let now = self.now();
        let change = |dispute: &mut Dispute| {
            if !dispute.status.is_open() || dispute.attempts != seen.attempts {
                return Err(DisputesError::Closed(dispute.status));
            }
            let before = dispute.clone();
            dispute.attempts = resolution.attempt;
            dispute.payment = payment.clone().or_else(|| dispute.payment.take());
            dispute.resolution = Some(Resolution { from: dispute.status, ..resolution.clone() });
            let (status, action, notice) = match resolution.kind {
                ResolutionKind::Reject => {
                    (DisputeStatus::Rejected, "dispute.rejected", Some(crate::dispute::Notice::Decided))
                }
                _ => (DisputeStatus::Resolving, "dispute.decided", None),
            };
            dispute.become_status(status, now);
            Ok(Some(task(&before, dispute, action, actor, notice, now)))
        };
        self.keeper.disputes.change(&seen.tenant, &seen.id, now, change).await
    }

    /// The payment to refund, and how much is given. None: nothing.
    async fn amount(&self, dispute: &Dispute, wanted: &Wanted) -> Result<(Option<String>, Option<i64>), DisputesError> {
        if let Some(amount) = wanted.amount {
            if amount <= 0 {
                return Err(DisputesError::Field("amount", "must be above zero".into()));
            }
            if amount > dispute.amount {
                return Err(DisputesError::Field("amount", "must not be above the amount that is disputed".into()));
            }
        }
        let disputed = wanted.amount.unwrap_or(dispute.amount);
        match wanted.kind {
            ResolutionKind::Reject => Ok((None, None)),
            ResolutionKind::Credit | ResolutionKind::Adjustment => {
                self.entity_of(dispute).await?.ok_or(DisputesError::NoEntity)?;
                Ok((None, Some(disputed)))
            }
            ResolutionKind::Refund => {
                let payment = self.payment_of(dispute).await?;
                if payment.amount.currency != dispute.currency {
                    return Err(DisputesError::Field("kind", "the payment has another currency".into()));
                }
                let account = self.keeper.open_account(&payment).await?;
                if account.is_barred {
                    return Err(DisputesError::CardDispute);
                }
                let left = account.left();
                let amount = if wanted.amount.is_none() { disputed.min(left) } else { disputed };
                if amount <= 0 || amount > left {
                    return Err(DisputesError::ExceedsPayment { left: dispute.money(left).to_decimal() });
                }
                // All that is left may become more until it is reserved, and never above what is disputed.
                let amount = if wanted.amount.is_none() { amount } else { disputed };
                Ok((Some(payment.payment), Some(amount)))
            }
        }
    }
}

/// An error if `dispute` may not be resolved by who wants to.
fn check(dispute: &Dispute, wanted: &Wanted) -> Result<(), DisputesError> {
    if dispute.is_opened_by(&wanted.actor.id, wanted.root.as_deref()) {
        return Err(DisputesError::OwnDispute);
    }
    if !dispute.status.is_open() {
        return Err(DisputesError::Closed(dispute.status));
    }
    // The bank decides it.
    if dispute.card.as_ref().is_some_and(|card| card.status == crate::refund::CardStatus::Open) {
        return Err(DisputesError::CardDispute);
    }
    Ok(())
}
