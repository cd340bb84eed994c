//! What a verified body says, in the edge's own words.

use edge_capabilities::Timestamp;
use http::HeaderMap;

use crate::json::Object;
use crate::provider::Provider;
use edge_money::Bill;
use edge_money::Money;

/// What an event means to the edge, whoever sent it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
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
    /// Genuine, and nothing to the edge.
    Unhandled,
}

impl Kind {
    /// As it is called in stores and counters.
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
            Self::SubscriptionCreated => "subscription.created",
            Self::SubscriptionUpdated => "subscription.updated",
            Self::SeatAssigned => "seat.assigned",
            Self::SeatRevoked => "seat.revoked",
            Self::OrganizationUpdated => "organization.updated",
            Self::Unhandled => "unhandled",
        }
    }

    /// Whether it says that money came in, so that its amount must be readable.
    pub const fn pays(self) -> bool {
        matches!(self, Self::PaymentCaptured | Self::SubscriptionCharged)
    }

    /// Whether taking effect again is harmless and may be meant: two genuine ones may be equal to the byte, where the
    /// sender gives them neither an id nor a time. Their fence is to be raised for each.
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

/// What a verified body says. Ids and names are 1 to 256 bytes without control characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GatewayEvent {
    /// What it means.
    pub kind: Kind,
    /// What the sender calls it.
    pub event: String,
    /// The organisation it is about, by the word of a server: the merchant's or the gateway's.
    pub tenant_id: Option<String>,
    /// The organisation it is about by the word of whoever paid: nothing is believed of it.
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
}

/// A genuine body that does not say what it should. It changes nothing; somebody has to look at it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// Not a JSON object.
    #[error("the body is not a JSON object")]
    NotJson,
    /// A field that an event cannot do without is missing.
    #[error("{0} is missing")]
    Missing(&'static str),
    /// A field is not what it should be.
    #[error("{0} cannot be read")]
    Field(&'static str),
    /// Two places in the body say different things.
    #[error("the body contradicts itself about {0}")]
    Contradiction(&'static str),
}

impl Unreadable {
    /// As it is called in counters.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NotJson => "not_json",
            Self::Missing(_) => "missing_field",
            Self::Field(_) => "unreadable_field",
            Self::Contradiction(_) => "contradiction",
        }
    }
}

/// Reads a body that [`crate::verify`] proved genuine. `headers` are not signed: nothing that takes effect is read from
/// them.
pub fn read(provider: Provider, body: &[u8], headers: &HeaderMap) -> Result<GatewayEvent, Unreadable> {
    let object = Object::parse(body).ok_or(Unreadable::NotJson)?;
    let reading = (provider.definition().read)(&object, headers)?;
    // Whose money it was must be known to give it back; whether anybody here cares, first.
    if reading.kind == Kind::PaymentRefunded && reading.tenant_id.is_some() && reading.payment_id.is_none() {
        return Err(Unreadable::Missing("payment_id"));
    }
    Ok(reading)
}

impl GatewayEvent {
    /// An event that says no more than what it is.
    pub(crate) fn of(kind: Kind, event: String) -> Self {
        Self {
            kind,
            event,
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
            invoice_number: None,
            period_start: None,
            period_end: None,
            account_id: None,
            failure: None,
        }
    }
}

impl Kind {
    /// What a field says that events of this kind can do without. Only where money came in does it have to be readable: a
    /// cancellation is not to fail on the amount beside it.
    pub(crate) fn needs<T>(self, read: Result<Option<T>, Unreadable>) -> Result<Option<T>, Unreadable> {
        if self.pays() { read } else { Ok(read.unwrap_or_default()) }
    }

    /// What a field says that an event of this kind must be readable in. One that means nothing here cannot be unreadable:
    /// nobody is to look at it for a field that nobody needs.
    pub(crate) fn minds<T>(self, read: Result<Option<T>, Unreadable>) -> Result<Option<T>, Unreadable> {
        if self == Self::Unhandled { Ok(read.unwrap_or_default()) } else { read }
    }
}
