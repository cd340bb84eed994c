//! The payment that a dispute is about.

use std::time::Duration;

use edge_capabilities::Timestamp;
use edge_capabilities::clock::millis;
use edge_gateways::Provider;
use edge_money::Money;
use edge_payment_history::RecordedPayment;

use super::resolver::Resolver;
use crate::dispute::{Dispute, SubjectKind};
use crate::error::DisputesError;

/// How far back the inbox is looked at for the payment of an invoice: longer than it keeps events.
const LONG_AGO: Duration = Duration::from_hours(24 * 90);

/// How much a gateway's clock may be ahead.
const AHEAD: Duration = Duration::from_hours(1);

/// The most events of a tenant that are looked at.
const MAX_EVENTS: u32 = 10_000;

impl Resolver {
    /// The total of the tenant's own invoice `id`.
    pub(crate) async fn invoice(&self, tenant: &str, id: &str) -> Result<Option<Money>, DisputesError> {
        Ok(self.invoices.find(tenant, id).await?.map(|invoice| invoice.money(invoice.total)))
    }

    /// The payment that `dispute` is about, which BheemPay can refund.
    pub(super) async fn payment_of(&self, dispute: &Dispute) -> Result<RecordedPayment, DisputesError> {
        let name = match (&dispute.payment, dispute.subject_kind) {
            (Some(payment), _) => Some(payment.clone()),
            (None, SubjectKind::Payment) => Some(dispute.subject_id.clone()),
            (None, SubjectKind::Invoice) => self.payment_of_invoice(dispute).await?,
            (None, SubjectKind::Charge) => None,
        };
        let name = name.ok_or(DisputesError::PaymentUnknown)?;
        let found = self.keeper.payment(&name, Some(&dispute.tenant)).await?.ok_or(DisputesError::PaymentUnknown)?;
        // BheemPay stands on Razorpay: it knows a payment by the same id.
        let by_bheempay = [Provider::BheemPay, Provider::Razorpay].map(Provider::as_str);
        if !by_bheempay.contains(&found.provider.as_str()) {
            return Err(DisputesError::NotRefundable);
        }
        Ok(found)
    }

    /// The payment of the invoice that `dispute` is about: one of the tenant's own, or one that a gateway gave a number.
    async fn payment_of_invoice(&self, dispute: &Dispute) -> Result<Option<String>, DisputesError> {
        if let Some(invoice) = self.invoices.find(&dispute.tenant, &dispute.subject_id).await? {
            return Ok(invoice.external_id.filter(|_| !invoice.payments.is_empty()));
        }
        let now = self.now();
        let from = Timestamp::from_millis(now.as_millis().saturating_sub(millis(LONG_AGO)));
        let found = self.inbox.between(from, now.plus(AHEAD), Some(&dispute.tenant), MAX_EVENTS).await?;
        let is_of = |payment: &edge_webhooks::Payment| payment.invoice.as_deref() == Some(&*dispute.subject_id);
        Ok(found.unwrap_or_default().into_iter().find(is_of).and_then(|payment| payment.id.or(payment.invoice)))
    }
}
