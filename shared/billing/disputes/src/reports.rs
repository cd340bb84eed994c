//! What gateways report of refunds and card disputes, as the inbox of webhooks hands it over.

use async_trait::async_trait;
use edge_gateways::CardDisputeStatus;
use edge_webhooks::{CardDisputeReport, DisputeError, DisputeOutcome, NotedRefund, PaymentDisputes, RefundReport};
use sha2::{Digest as _, Sha256};

use crate::dispute::{CardCase, Dispute, DisputeReason, DisputeStatus, Notice, SubjectKind};
use crate::error::DisputesError;
use crate::keeper::{DisputeKeeper, edge, opened, task};
use crate::refund::{CardDisputeEntry, CardStatus, RefundAccount, Reported};
use crate::resolution::job;

impl From<DisputesError> for DisputeError {
    fn from(error: DisputesError) -> Self {
        Self(error.to_string())
    }
}

impl From<CardDisputeStatus> for CardStatus {
    fn from(status: CardDisputeStatus) -> Self {
        match status {
            CardDisputeStatus::Open => Self::Open,
            CardDisputeStatus::Won => Self::Won,
            CardDisputeStatus::Lost => Self::Lost,
            CardDisputeStatus::Closed => Self::Closed,
        }
    }
}

impl CardStatus {
    /// Where a dispute stands that the bank decided like this. None: it did not yet.
    const fn decides(self) -> Option<DisputeStatus> {
        match self {
            Self::Open => None,
            Self::Won => Some(DisputeStatus::Rejected),
            Self::Lost => Some(DisputeStatus::Resolved),
            Self::Closed => Some(DisputeStatus::Withdrawn),
        }
    }
}

fn reported<'r>(report: &RefundReport<'r>) -> Reported<'r> {
    Reported {
        gateway_id: report.refund,
        reference: report.reference,
        event: report.event,
        amount: report.amount,
        is_total: report.is_total,
        reason: report.failure,
        at: report.at,
    }
}

#[async_trait]
impl PaymentDisputes for DisputeKeeper {
    async fn refunded(&self, report: &RefundReport<'_>) -> Result<Option<NotedRefund>, DisputeError> {
        let Some(tenant) = self.tenant_of(report.payment, report.tenant).await? else { return Ok(None) };
        let reported = reported(report);
        let change = |account: &mut RefundAccount| account.note_processed(&reported);
        let (account, (name, dispute)) = self.accounts.change(&tenant, report.payment, self.now(), change).await?;
        self.follow(&account, dispute.as_deref(), |refund| refund.name.as_deref() == Some(&*name)).await?;
        Ok(Some(NotedRefund { tenant, name }))
    }

    async fn refund_failed(&self, report: &RefundReport<'_>) -> Result<DisputeOutcome, DisputeError> {
        let unknown = DisputeOutcome::Ignored("unknown_refund");
        let Some(tenant) = self.tenant_of(report.payment, report.tenant).await? else { return Ok(unknown) };
        if self.accounts.find(&tenant, report.payment).await?.is_none() {
            return Ok(unknown);
        }
        let reported = reported(report);
        let change = |account: &mut RefundAccount| account.note_failed(&reported);
        let (account, dispute) = self.accounts.change(&tenant, report.payment, self.now(), change).await?;
        if dispute.is_none() {
            return Ok(unknown);
        }
        let is_it = |refund: &crate::refund::Refund| {
            report.reference == Some(&*refund.id)
                || report.refund.is_some() && refund.gateway_id.as_deref() == report.refund
        };
        self.follow(&account, dispute.as_deref(), is_it).await?;
        Ok(DisputeOutcome::Noted { tenant })
    }

    async fn disputed(&self, report: &CardDisputeReport<'_>) -> Result<DisputeOutcome, DisputeError> {
        let mut found = self.payment(report.payment, None).await?;
        if let (None, Some(other)) = (&found, report.other_payment) {
            found = self.payment(other, None).await?;
        }
        let Some(payment) = found else { return Ok(DisputeOutcome::Ignored("unknown_payment")) };
        let entry =
            CardDisputeEntry { id: report.dispute.id.clone(), status: report.dispute.status.into(), at: report.at };
        self.accounts.open(&payment, &[], self.now()).await?;
        let change = |account: &mut RefundAccount| account.note_dispute(entry.clone());
        let (tenant, name) = (payment.organization.as_str(), payment.payment.as_str());
        let (account, ()) = self.accounts.change(tenant, name, self.now(), change).await?;
        let known = account.card_disputes.iter().find(|known| known.id == report.dispute.id);
        let status = known.map_or(CardStatus::Open, |known| known.status);
        self.follow_card(report, &payment, status).await?;
        Ok(DisputeOutcome::Noted { tenant: payment.organization })
    }
}

impl DisputeKeeper {
    /// The tenant whose payment it is: the one that a server named, or else the one that made it.
    async fn tenant_of(&self, payment: &str, named: Option<&str>) -> Result<Option<String>, DisputesError> {
        if let Some(named) = named {
            return Ok(Some(named.to_owned()));
        }
        let known = self.accounts.tenants_of(payment).await?;
        if let [only] = known.as_slice() {
            return Ok(Some(only.clone()));
        }
        Ok(self.payment(payment, None).await?.map(|payment| payment.organization))
    }

    /// Has a dispute follow the refund that resolves it, and what else is to be done followed up.
    async fn follow(
        &self,
        account: &RefundAccount,
        dispute: Option<&str>,
        is_it: impl Fn(&crate::refund::Refund) -> bool,
    ) -> Result<(), DisputesError> {
        let Some(id) = dispute else { return Ok(()) };
        let Some(dispute) = self.disputes.find(&account.tenant, id).await? else { return Ok(()) };
        let mut of_dispute = account.refunds.iter().filter(|refund| refund.dispute.as_deref() == Some(id));
        let Some(refund) = of_dispute.clone().find(|refund| is_it(refund)).or_else(|| of_dispute.next_back()) else {
            return Ok(());
        };
        self.queue.enqueue(job(&dispute, self.now())).await?;
        self.follow_refund(&dispute, refund).await?;
        Ok(())
    }

    /// Opens the dispute of a card dispute, or has it follow what the bank decided.
    async fn follow_card(
        &self,
        report: &CardDisputeReport<'_>,
        payment: &edge_payment_history::RecordedPayment,
        status: CardStatus,
    ) -> Result<(), DisputesError> {
        let (tenant, now) = (payment.organization.as_str(), self.now());
        let id = card_dispute_id(report);
        if self.disputes.find(tenant, &id).await?.is_none() {
            let amount = report.amount.unwrap_or(payment.amount);
            let words = report.dispute.reason.clone();
            let closed = status.decides();
            let mut dispute = Dispute {
                id: id.clone(),
                tenant: tenant.to_owned(),
                number: self.disputes.next_number(tenant).await?,
                entity_id: None,
                subject_kind: SubjectKind::Payment,
                subject_id: payment.payment.clone(),
                payment: Some(payment.payment.clone()),
                amount: amount.minor,
                currency: amount.currency,
                reason: DisputeReason::of_card(words.as_deref()),
                description: None,
                status: closed.unwrap_or(DisputeStatus::Open),
                due_at: report.dispute.due_by,
                evidence: Vec::new(),
                resolution: None,
                attempts: 0,
                card: Some(CardCase {
                    provider: report.provider.as_str().to_owned(),
                    id: report.dispute.id.clone(),
                    status,
                    reason: words,
                }),
                opened_by: format!("webhook:{}", report.provider),
                opened_root: None,
                created_at: now,
                updated_at: now,
                closed_at: closed.map(|_| now),
                tasks: Vec::new(),
                revision: 1,
            };
            dispute.tasks.push(opened(&dispute, &edge(), now));
            if self.disputes.insert(&dispute).await? {
                self.flush(dispute).await?;
                return Ok(());
            }
        }
        let change = |dispute: &mut Dispute| {
            let before = dispute.clone();
            dispute.due_at = report.dispute.due_by.or(dispute.due_at);
            if let Some(card) = &mut dispute.card {
                card.status = status;
                card.reason = report.dispute.reason.clone().or_else(|| card.reason.take());
            }
            let decided = status.decides().filter(|decided| *decided != dispute.status);
            if let Some(decided) = decided {
                dispute.become_status(decided, now);
            }
            let notice = decided.map(|_| Notice::Decided);
            Ok((*dispute != before).then(|| task(&before, dispute, "dispute.card_changed", &edge(), notice, now)))
        };
        let dispute = self.disputes.change(tenant, &id, now, change).await?;
        self.flush(dispute).await?;
        Ok(())
    }
}

/// The id of the dispute that a card dispute opens: the same for all reports of it.
fn card_dispute_id(report: &CardDisputeReport<'_>) -> String {
    let name = format!("{}:{}", report.provider, report.dispute.id);
    let hash = hex::encode(Sha256::digest(name));
    format!("dsp_{}", hash.chars().take(24).collect::<String>())
}
