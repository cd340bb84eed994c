//! Approvals of resolutions above the tenant's setting `dispute_approval_above`.

use edge_approvals::{
    ApprovalError, Evaluation, Level, NewApprovalRequest, Purchase, Request as ApprovalRequest, Requirement, Terms,
};
use edge_tenants::Tenant;

use super::model::Resolution;
use super::resolver::{Resolver, Wanted};
use crate::dispute::Dispute;
use crate::error::DisputesError;
use crate::settings::approval_above;

/// What the rule `approval` is asked about.
const KIND: &str = "dispute";

/// Who approves where the rule asks nobody.
const APPROVERS: &str = "role:finance_manager";

/// How long such a request may be pending, and again how long it may stay approved: a week, in milliseconds.
const LIFETIME_MS: i64 = 7 * 24 * 60 * 60 * 1000;

impl Resolver {
    /// The approval that resolving `dispute` with `amount` uses, for exactly that amount; None: it needs none. Err: people
    /// have to approve it first.
    pub(super) async fn approval(
        &self,
        tenant: &Tenant,
        dispute: &Dispute,
        wanted: &Wanted,
        amount: i64,
    ) -> Result<Result<Option<String>, ApprovalRequest>, DisputesError> {
        if amount <= approval_above(tenant, dispute.currency) {
            return Ok(Ok(None));
        }
        let attempt = dispute.attempts.saturating_add(1);
        let purchase =
            Purchase { kind: KIND.to_owned(), minor: amount, currency: dispute.currency.to_string(), plan: None };
        let prefix = format!("{}.{}.", dispute.id, wanted.kind.as_str());
        if let Some(id) = &wanted.approval {
            let found = self.approvals.requests().find(&tenant.id, id).await?.ok_or(ApprovalError::RequestNotFound)?;
            // Another dispute's would be for the same amount only by chance.
            if !found.reference.starts_with(&prefix) {
                return Err(DisputesError::OtherApproval);
            }
            let used_for = Resolution::used_for(&dispute.id, attempt);
            self.approvals.use_for(&tenant.id, id, &used_for, &purchase).await?;
            return Ok(Ok(Some(id.clone())));
        }
        let new = NewApprovalRequest {
            tenant: tenant.id.clone(),
            reference: format!("{prefix}{attempt}.{amount}.{}", wanted.actor.id),
            purchase,
            department: None,
            contract: None,
            description: Some(format!("{} of {}: {}", wanted.kind.as_str(), dispute.written_number(), wanted.reason)),
            requester: wanted.actor.id.clone(),
            role: wanted.role.clone(),
            request_id: wanted.request_id.clone(),
        };
        let known = self.approvals.requests().by_reference(&tenant.id, &new.reference).await?;
        let request = match known {
            Some(known) => known,
            None => {
                let evaluation = self.approvals.evaluate(&new).await?;
                let requirement = match evaluation.requirement {
                    Requirement::Rejected => return Err(DisputesError::Rejected(evaluation.decision.reason)),
                    Requirement::None => Requirement::Approval(Terms {
                        levels: vec![Level::new(vec![APPROVERS.to_owned()], 1)],
                        lifetime_ms: LIFETIME_MS,
                    }),
                    required @ Requirement::Approval(_) => required,
                };
                self.approvals.submit_evaluated(&new, Evaluation { requirement, ..evaluation }).await?
            }
        };
        Ok(Err(request))
    }

    /// Releases the approval of a resolution that was not made, unless it was made after all.
    pub(super) async fn release_unless_used(
        &self,
        dispute: &Dispute,
        approval: &str,
        attempt: i64,
    ) -> Result<(), DisputesError> {
        let found = self.keeper.disputes.find(&dispute.tenant, &dispute.id).await?;
        let used = found.and_then(|found| found.resolution);
        let is_used = used.is_some_and(|it| it.attempt == attempt && it.approval.as_deref() == Some(approval));
        if !is_used {
            self.release(dispute, approval, attempt).await?;
        }
        Ok(())
    }

    /// Releases the approval of the last resolution of `dispute`, which came to nothing.
    pub(super) async fn release_last(&self, dispute: &Dispute) -> Result<(), DisputesError> {
        let last = dispute.resolution.as_ref().filter(|_| dispute.status.is_open());
        match last.and_then(|last| last.approval.as_ref().map(|approval| (approval, last.attempt))) {
            Some((approval, attempt)) => self.release(dispute, approval, attempt).await,
            None => Ok(()),
        }
    }

    async fn release(&self, dispute: &Dispute, approval: &str, attempt: i64) -> Result<(), DisputesError> {
        let used_for = Resolution::used_for(&dispute.id, attempt);
        match self.approvals.release(&dispute.tenant, approval, &used_for).await {
            Ok(_) | Err(ApprovalError::RequestNotFound) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}
