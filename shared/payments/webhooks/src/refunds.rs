//! Events about what was given back of payments, and about what payers dispute at their banks. Whoever keeps disputes is told
//! first, for it knows the refund by name; then the budget changes.

use edge_budgets::{BudgetError, Refund};
use edge_gateways::{CardDispute, GatewayEvent};

use crate::disputes::{CardDisputeReport, DisputeOutcome, RefundReport};
use crate::error::WebhookError;
use crate::event::{EventOutcome, WebhookEvent};
use crate::processor::Processor;

/// What an event came to, and the tenant that it is about.
type Result = std::result::Result<(Option<String>, EventOutcome), WebhookError>;

const UNKNOWN_TENANT: &str = "unknown_tenant";

impl Processor {
    /// Notes that a gateway gave something of a payment back. The customer keeps what was bought until the gateway says
    /// otherwise: only the budget and what is disputed change.
    pub(crate) async fn refund(&self, stored: &WebhookEvent, event: &GatewayEvent, payment: &str) -> Result {
        let tenant = match self.named_tenant(event).await? {
            Ok(tenant) => tenant,
            Err(outcome) => return Ok((None, outcome)),
        };
        let report = refund_report(stored, event, tenant.as_deref(), payment);
        let Some(noted) = self.disputes.refunded(&report).await? else {
            return Ok((None, EventOutcome::Ignored("no_tenant_id")));
        };
        let refund = Refund {
            tenant: noted.tenant.clone(),
            payment: payment.to_owned(),
            name: noted.name,
            amount: event.amount,
            is_total: event.is_total,
        };
        let outcome = match self.settlement.refunded(&refund).await {
            Err(BudgetError::CurrencyMismatch) => EventOutcome::Quarantined("wrong_currency".into()),
            result => result.map(|()| EventOutcome::Processed)?,
        };
        Ok((Some(noted.tenant).filter(|_| tenant.is_none()), outcome))
    }

    /// Notes that something of a payment was not given back that was to be.
    pub(crate) async fn refund_failed(&self, stored: &WebhookEvent, event: &GatewayEvent, payment: &str) -> Result {
        let tenant = match self.named_tenant(event).await? {
            Ok(tenant) => tenant,
            Err(outcome) => return Ok((None, outcome)),
        };
        let report = refund_report(stored, event, tenant.as_deref(), payment);
        Ok(outcome(self.disputes.refund_failed(&report).await?))
    }

    /// Notes what a payer disputes at the bank.
    pub(crate) async fn dispute(
        &self,
        stored: &WebhookEvent,
        event: &GatewayEvent,
        payment: &str,
        dispute: &CardDispute,
    ) -> Result {
        let tenant = match self.named_tenant(event).await? {
            Ok(tenant) => tenant,
            Err(outcome) => return Ok((None, outcome)),
        };
        let report = CardDisputeReport {
            provider: stored.provider,
            tenant: tenant.as_deref(),
            payment,
            other_payment: event.other_payment_id.as_deref(),
            dispute,
            amount: event.amount,
            at: stored.occurred_at,
        };
        Ok(outcome(self.disputes.disputed(&report).await?))
    }

    /// The tenant that an event names, if it names one; Err: there is no such tenant.
    async fn named_tenant(
        &self,
        event: &GatewayEvent,
    ) -> std::result::Result<std::result::Result<Option<String>, EventOutcome>, WebhookError> {
        let Some(named) = &event.tenant_id else { return Ok(Ok(None)) };
        let found = self.tenants.find(&named.to_ascii_lowercase()).await?;
        let unknown = || EventOutcome::Quarantined(UNKNOWN_TENANT.into());
        Ok(found.map(|tenant| Some(tenant.id)).ok_or_else(unknown))
    }
}

fn refund_report<'e>(
    stored: &'e WebhookEvent,
    event: &'e GatewayEvent,
    tenant: Option<&'e str>,
    payment: &'e str,
) -> RefundReport<'e> {
    RefundReport {
        provider: stored.provider,
        tenant,
        payment,
        refund: event.refund_id.as_deref(),
        reference: event.refund_reference.as_deref(),
        event: &stored.identity,
        amount: event.amount,
        is_total: event.is_total,
        failure: event.failure.as_deref(),
        at: stored.occurred_at,
    }
}

fn outcome(came: DisputeOutcome) -> (Option<String>, EventOutcome) {
    match came {
        DisputeOutcome::Noted { tenant } => (Some(tenant), EventOutcome::Processed),
        DisputeOutcome::Ignored(reason) => (None, EventOutcome::Ignored(reason)),
    }
}
