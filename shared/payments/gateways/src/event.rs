//! The content of a verified body, in terms that are the same for all gateways.

use edge_capabilities::Timestamp;
use edge_money::{Bill, Money};
use http::HeaderMap;

use crate::error::EventError;
use crate::json::JsonObject;
use crate::provider::Provider;

/// What an event means to the edge, whichever gateway sent it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum EventKind {
    /// A payment came in: the subscription is, or becomes, active.
    PaymentCaptured,
    /// A subscription was charged for another period.
    SubscriptionCharged,
    /// A subscription ends; what was paid for stays.
    SubscriptionCancelled,
    /// A charge failed and will be tried again.
    SubscriptionPending,
    /// Charging was given up.
    SubscriptionHalted,
    /// A subscription is paused.
    SubscriptionPaused,
    /// A subscription goes on, with a payment overdue.
    SubscriptionOverdue,
    /// A subscription goes on: it is no longer pending, paused or halted.
    SubscriptionReactivated,
    /// A subscription ended before its first payment came in.
    SubscriptionNeverStarted,
    /// A payment failed.
    PaymentFailed,
    /// Something of a payment, or all of it, was given back.
    PaymentRefunded,
    /// What was to be given back of a payment was not.
    RefundFailed,
    /// A payer disputes a payment at the bank, or the bank has decided on that.
    PaymentDisputed,
    /// A buyer completed a checkout, and its payment is still to come or none is needed.
    CheckoutCompleted,
    /// A checkout was given up.
    CheckoutExpired,
    /// An invoice will not be collected.
    InvoiceVoided,
    /// The ERP made a subscription.
    SubscriptionCreated,
    /// The ERP changed a subscription.
    SubscriptionUpdated,
    /// The ERP gave somebody a seat.
    SeatAssigned,
    /// The ERP took a seat away.
    SeatRevoked,
    /// The ERP changed an organisation.
    OrganizationUpdated,
    /// A person's account at the identity provider was deleted.
    UserDeleted,
    /// A person left an organization at the identity provider.
    MembershipDeleted,
    /// Genuine, and without meaning to the edge.
    Unhandled,
}

impl EventKind {
    /// Its name in stores and counters.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::PaymentCaptured => "payment.captured",
            Self::SubscriptionCharged => "subscription.charged",
            Self::SubscriptionCancelled => "subscription.cancelled",
            Self::SubscriptionPending => "subscription.pending",
            Self::SubscriptionHalted => "subscription.halted",
            Self::SubscriptionPaused => "subscription.paused",
            Self::SubscriptionOverdue => "subscription.overdue",
            Self::SubscriptionReactivated => "subscription.reactivated",
            Self::SubscriptionNeverStarted => "subscription.never_started",
            Self::PaymentFailed => "payment.failed",
            Self::PaymentRefunded => "payment.refunded",
            Self::RefundFailed => "refund.failed",
            Self::PaymentDisputed => "payment.disputed",
            Self::CheckoutCompleted => "checkout.completed",
            Self::CheckoutExpired => "checkout.expired",
            Self::InvoiceVoided => "invoice.voided",
            Self::SubscriptionCreated => "subscription.created",
            Self::SubscriptionUpdated => "subscription.updated",
            Self::SeatAssigned => "seat.assigned",
            Self::SeatRevoked => "seat.revoked",
            Self::OrganizationUpdated => "organization.updated",
            Self::UserDeleted => "user.deleted",
            Self::MembershipDeleted => "membership.deleted",
            Self::Unhandled => "unhandled",
        }
    }

    /// Whether it reports that money came in, so that its amount must be readable.
    pub const fn pays(self) -> bool {
        matches!(self, Self::PaymentCaptured | Self::SubscriptionCharged)
    }

    /// Whether it means something to subscriptions of seats alone.
    pub const fn is_of_seats_alone(self) -> bool {
        matches!(self, Self::CheckoutCompleted | Self::CheckoutExpired | Self::InvoiceVoided)
    }

    /// Whether it may take effect more than once: two genuine events may be equal to the byte, where the sender gives them
    /// neither an id nor a time. The fence of seats is raised for each of them.
    pub const fn may_repeat(self) -> bool {
        matches!(
            self,
            Self::SubscriptionCreated
                | Self::SubscriptionUpdated
                | Self::SeatAssigned
                | Self::SeatRevoked
                | Self::OrganizationUpdated
        )
    }
}

/// What a report of a whole subscription says beside its state, its seats and its period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SubscriptionReport {
    /// Whether it is in its trial.
    pub is_trialing: bool,
    /// When the trial ends or ended.
    pub trial_end: Option<Timestamp>,
    /// Whether it ends with its period.
    pub cancel_at_period_end: bool,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
}

/// A payment that its payer disputes at the bank: a chargeback.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CardDispute {
    /// Its id at the gateway.
    pub id: String,
    /// What became of it.
    pub status: CardDisputeStatus,
    /// Why, in the gateway's words.
    pub reason: Option<String>,
    /// Until when evidence is taken.
    pub due_by: Option<Timestamp>,
}

/// What became of a card dispute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CardDisputeStatus {
    /// The bank has not decided.
    Open,
    /// The bank let the payment stand.
    Won,
    /// The bank gave the payer the money.
    Lost,
    /// It ended without a decision, and the payment stands.
    Closed,
}

/// The content of a verified body. Ids and names are 1 to 256 bytes without control characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GatewayEvent {
    /// What it means.
    pub kind: EventKind,
    /// The sender's name of the event type: `invoice.paid`.
    pub name: String,
    /// The organisation, as a server says: the merchant's or the gateway's.
    pub tenant_id: Option<String>,
    /// The organisation, as the payer says. It proves nothing.
    pub claimed_tenant_id: Option<String>,
    /// `tenant_id` as the JSON that it was: the ERP numbers its organisations, and is answered with that number.
    pub tenant_json: Option<String>,
    /// When it happened, by the sender's clock.
    pub occurred_at: Option<Timestamp>,
    /// The payment. One payment that several events report has one id in all of them.
    pub payment_id: Option<String>,
    /// The order that was paid, as the sender knows it.
    pub order_id: Option<String>,
    /// The subscription, as the sender knows it.
    pub subscription_id: Option<String>,
    /// The plan, as the sender knows it.
    pub plan_id: Option<String>,
    /// What the plan is called.
    pub plan_name: Option<String>,
    /// `monthly`, `annual`, or as the sender writes it.
    pub billing_cycle: Option<String>,
    /// For how many seats, where the sender says so.
    pub seats: Option<i64>,
    /// How much was paid, was to be, or was given back; None of what was given back: all that was left.
    pub amount: Option<Money>,
    /// How the sender arrives at `amount`, where it shows that.
    pub bill: Option<Bill>,
    /// Whether `amount` is all that was given back of the payment so far, and not what was given back this time.
    pub is_total: bool,
    /// What the sender calls it that something was given back, where that has a name.
    pub refund_id: Option<String>,
    /// What whoever asked for the refund calls it.
    pub refund_reference: Option<String>,
    /// What the payer disputes.
    pub card_dispute: Option<Box<CardDispute>>,
    /// Another id by which the payment may be known.
    pub other_payment_id: Option<String>,
    /// The invoice.
    pub invoice_number: Option<String>,
    /// When the period begins that this is about.
    pub period_start: Option<Timestamp>,
    /// When the period ends that this is about.
    pub period_end: Option<Timestamp>,
    /// Whose account at the gateway it was paid into.
    pub account_id: Option<String>,
    /// Why a payment failed, in the gateway's words.
    pub failure: Option<String>,
    /// The customer, as the sender knows it.
    pub customer_id: Option<String>,
    /// The page where a new subscription is paid, as the sender knows it; or the checkout as the edge knows it, which a
    /// server of ours had the sender note.
    pub checkout_id: Option<String>,
    /// The subscription as the edge knows it, which the edge had the gateway note. It finds, and proves nothing.
    pub edge_subscription_id: Option<String>,
    /// The report of the whole subscription.
    pub report: Option<SubscriptionReport>,
    /// The person, as the identity provider knows them.
    pub user_id: Option<String>,
    /// The organisation, as the identity provider knows it.
    pub organization_id: Option<String>,
}

impl GatewayEvent {
    /// Reads a body that was verified. `headers` are not signed: nothing that takes effect is read from them.
    pub fn parse(provider: Provider, body: &[u8], headers: &HeaderMap) -> Result<Self, EventError> {
        Self::from_object(provider, JsonObject::parse(body).as_ref(), headers)
    }

    /// Reads a body, which is None where it is not a JSON object.
    pub(crate) fn from_object(
        provider: Provider,
        body: Option<&JsonObject<'_>>,
        headers: &HeaderMap,
    ) -> Result<Self, EventError> {
        let event = (provider.definition().read)(body.ok_or(EventError::NotJson)?, headers)?;
        // A refund needs its payment, unless it concerns no tenant of the edge's.
        if event.kind == EventKind::PaymentRefunded && event.tenant_id.is_some() && event.payment_id.is_none() {
            return Err(EventError::Missing("payment_id"));
        }
        Ok(event)
    }

    /// An event of which only kind and name are known.
    pub(crate) fn of(kind: EventKind, name: String) -> Self {
        Self {
            kind,
            name,
            tenant_id: None,
            claimed_tenant_id: None,
            tenant_json: None,
            occurred_at: None,
            payment_id: None,
            order_id: None,
            subscription_id: None,
            plan_id: None,
            plan_name: None,
            billing_cycle: None,
            seats: None,
            amount: None,
            bill: None,
            is_total: false,
            refund_id: None,
            refund_reference: None,
            card_dispute: None,
            other_payment_id: None,
            invoice_number: None,
            period_start: None,
            period_end: None,
            account_id: None,
            failure: None,
            customer_id: None,
            checkout_id: None,
            edge_subscription_id: None,
            report: None,
            user_id: None,
            organization_id: None,
        }
    }
}

impl CardDisputeStatus {
    /// The status of which events of the gateways' tell: by the end of its name, `payment.dispute.lost`, or by the status
    /// of the dispute itself, `needs_response`. None: a word that is not known.
    pub(crate) fn parse(word: &str) -> Option<Self> {
        Some(match word {
            "created"
            | "open"
            | "under_review"
            | "action_required"
            | "needs_response"
            | "warning_needs_response"
            | "warning_under_review" => Self::Open,
            "won" => Self::Won,
            "lost" => Self::Lost,
            "closed" | "warning_closed" | "prevented" => Self::Closed,
            _ => return None,
        })
    }
}

impl EventKind {
    /// A field that must be readable only where money came in: a cancellation does not fail on the amount beside it.
    pub(crate) fn required_if_paid<T>(self, field: Result<Option<T>, EventError>) -> Result<Option<T>, EventError> {
        if self.pays() { field } else { Ok(field.unwrap_or_default()) }
    }

    /// A field that must be readable unless the event has no meaning: nobody has to look at such an event for a field that
    /// is not needed.
    pub(crate) fn required_if_handled<T>(self, field: Result<Option<T>, EventError>) -> Result<Option<T>, EventError> {
        if self == Self::Unhandled { Ok(field.unwrap_or_default()) } else { field }
    }
}
