//! What the inbox hands over to whoever keeps refunds and disputes of payments: refunds that were made or failed, and card
//! disputes.

use async_trait::async_trait;
use edge_capabilities::Timestamp;
use edge_gateways::{CardDispute, Provider};
use edge_money::Money;

/// What a gateway reports of a refund.
#[derive(Clone, Copy, Debug)]
pub struct RefundReport<'e> {
    /// The gateway.
    pub provider: Provider,
    /// The tenant, as a server says. None: the payment tells whose it is.
    pub tenant: Option<&'e str>,
    /// The payment's id at the gateway.
    pub payment: &'e str,
    /// The refund's id at the gateway.
    pub refund: Option<&'e str>,
    /// What whoever asked for the refund calls it.
    pub reference: Option<&'e str>,
    /// What all deliveries of the event have in common.
    pub event: &'e str,
    /// The amount; None: all that was left.
    pub amount: Option<Money>,
    /// Whether `amount` is all that was given back so far.
    pub is_total: bool,
    /// Why it failed, in the gateway's words.
    pub failure: Option<&'e str>,
    /// When it happened, by the gateway's clock.
    pub at: Timestamp,
}

/// What a gateway reports of a card dispute.
#[derive(Clone, Copy, Debug)]
pub struct CardDisputeReport<'e> {
    /// The gateway.
    pub provider: Provider,
    /// The tenant, as a server says. None: the payment tells whose it is.
    pub tenant: Option<&'e str>,
    /// The payment's id at the gateway.
    pub payment: &'e str,
    /// Another id by which the payment may be known.
    pub other_payment: Option<&'e str>,
    /// The dispute.
    pub dispute: &'e CardDispute,
    /// How much is disputed.
    pub amount: Option<Money>,
    /// When it happened, by the gateway's clock.
    pub at: Timestamp,
}

/// A refund that is noted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotedRefund {
    /// The tenant whose payment it is of.
    pub tenant: String,
    /// Its name, the same for all reports of it: by this name it counts once in budgets.
    pub name: String,
}

/// What came of a report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DisputeOutcome {
    /// It is in effect.
    Noted {
        /// The tenant whose payment it is about.
        tenant: String,
    },
    /// It means nothing.
    Ignored(&'static str),
}

/// The keeper cannot be reached: the report is to be handed over again.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct DisputeError(pub String);

/// Who keeps refunds and disputes. Each report may be handed over more than once.
#[async_trait]
pub trait PaymentDisputes: Send + Sync {
    /// Notes that something of a payment was given back. None: it is not known whose payment it is.
    async fn refunded(&self, report: &RefundReport<'_>) -> Result<Option<NotedRefund>, DisputeError>;

    /// Notes that something of a payment was not given back that was to be.
    async fn refund_failed(&self, report: &RefundReport<'_>) -> Result<DisputeOutcome, DisputeError>;

    /// Notes what a payer disputes at the bank, or what the bank decided.
    async fn disputed(&self, report: &CardDisputeReport<'_>) -> Result<DisputeOutcome, DisputeError>;
}

/// Nobody keeps disputes.
pub(crate) struct NoDisputes;

#[async_trait]
impl PaymentDisputes for NoDisputes {
    async fn refunded(&self, report: &RefundReport<'_>) -> Result<Option<NotedRefund>, DisputeError> {
        let name = report.refund.unwrap_or(report.event).to_owned();
        Ok(report.tenant.map(|tenant| NotedRefund { tenant: tenant.to_owned(), name }))
    }

    async fn refund_failed(&self, _: &RefundReport<'_>) -> Result<DisputeOutcome, DisputeError> {
        Ok(DisputeOutcome::Ignored("unhandled_event"))
    }

    async fn disputed(&self, _: &CardDisputeReport<'_>) -> Result<DisputeOutcome, DisputeError> {
        Ok(DisputeOutcome::Ignored("unhandled_event"))
    }
}
