//! What an event asks for, by its own content alone.

use edge_capabilities::Timestamp;
use edge_gateways::{CardDispute, EventError, EventKind, GatewayEvent, Provider};
use edge_tenants::{Cycle, Event as TenantEvent, Period, ReportedPayment, SubscriptionEvent, TaxRates};

use crate::event::{EventOutcome, WebhookEvent};

/// No gateway is as old as 2010-01-01: an earlier time is not a time, but a zero or a count of something else.
const EARLIEST: Timestamp = Timestamp::from_millis(1_262_304_000_000);

/// An event that asks for something.
pub(crate) struct Action<'e> {
    pub(crate) event: &'e GatewayEvent,
    pub(crate) kind: ActionKind<'e>,
}

/// What an event asks for.
pub(crate) enum ActionKind<'e> {
    /// To change a subscription of seats, if it is about one, or else a tenant's subscription.
    ChangeSubscription(Box<SubscriptionEvent>),
    /// To change a subscription of seats, if it is about one.
    ChangeSeats,
    /// To invalidate the cached seats of this organisation.
    InvalidateSeats { organization: &'e str },
    /// To end this person's memberships, and to free the seats.
    RemoveMember { user: &'e str },
    /// To take over what a shop says of an order.
    TakeOrder,
    /// To note that something of this payment was given back.
    Refund { payment: &'e str },
    /// To note that something of this payment was not given back that was to be.
    RefundFailed { payment: &'e str },
    /// To note what a payer disputes at the bank.
    Dispute { payment: &'e str, dispute: &'e CardDispute },
}

/// What an event asks for. Err: nothing, and that is its outcome; its own content is enough to know.
pub(crate) fn classify(
    provider: Provider,
    event: &Result<GatewayEvent, EventError>,
) -> Result<Action<'_>, EventOutcome> {
    let event = event.as_ref().map_err(|error| EventOutcome::Quarantined(format!("unreadable: {error}")))?;
    if is_shop(provider) {
        return Ok(Action { event, kind: ActionKind::TakeOrder });
    }
    // First: an event without meaning has none for any tenant, whichever it names.
    if event.kind == EventKind::Unhandled {
        return Err(EventOutcome::Ignored("unhandled_event"));
    }
    let unnamed = || match &event.claimed_tenant_id {
        Some(_) => EventOutcome::Quarantined("unbound".into()),
        None => EventOutcome::Ignored("no_tenant_id"),
    };
    let organization = event.tenant_id.as_deref();
    if event.kind.is_of_seats_alone() {
        let names_one = event.edge_subscription_id.is_some() || event.subscription_id.is_some();
        return match names_one {
            true => Ok(Action { event, kind: ActionKind::ChangeSeats }),
            false => Err(EventOutcome::Ignored("unhandled_event")),
        };
    }
    if let (EventKind::UserDeleted | EventKind::MembershipDeleted, Some(user)) = (event.kind, &event.user_id) {
        return Ok(Action { event, kind: ActionKind::RemoveMember { user } });
    }
    let kind = match (subscription_event(provider, event), event.kind, &event.payment_id) {
        (Some(_), ..) if organization.is_none() && !may_be_found(provider, event) => return Err(unnamed()),
        (Some(change), ..) => ActionKind::ChangeSubscription(Box::new(change)),
        // Whose payment it is need not be said: the payment says it.
        (None, EventKind::PaymentRefunded, Some(payment)) => ActionKind::Refund { payment },
        (None, EventKind::RefundFailed, Some(payment)) => ActionKind::RefundFailed { payment },
        // Of no payment they mean nothing.
        (None, EventKind::RefundFailed | EventKind::PaymentDisputed, None) => {
            return Err(EventOutcome::Ignored("unhandled_event"));
        }
        (None, EventKind::PaymentDisputed, Some(payment)) => match &event.card_dispute {
            Some(dispute) => ActionKind::Dispute { payment, dispute },
            None => return Err(EventOutcome::Ignored("unhandled_event")),
        },
        (None, kind, _) if kind.may_repeat() => {
            ActionKind::InvalidateSeats { organization: organization.ok_or_else(unnamed)? }
        }
        (None, ..) => return Err(organization.map_or_else(unnamed, |_| EventOutcome::Ignored("unhandled_event"))),
    };
    Ok(Action { event, kind })
}

/// Whether `provider` is what shops run on.
pub(crate) const fn is_shop(provider: Provider) -> bool {
    matches!(provider, Provider::Shopify | Provider::WooCommerce)
}

/// Whether the tenant of an event may be found by an order or a subscription that it names.
pub(crate) fn may_be_found(provider: Provider, event: &GatewayEvent) -> bool {
    let names_something =
        event.order_id.is_some() || event.subscription_id.is_some() || event.edge_subscription_id.is_some();
    matches!(provider, Provider::Razorpay | Provider::Stripe) && names_something
}

/// What happened to a subscription; None: nothing.
fn subscription_event(provider: Provider, event: &GatewayEvent) -> Option<SubscriptionEvent> {
    match event.kind {
        EventKind::PaymentCaptured | EventKind::SubscriptionCharged => {
            let invoice = event.invoice_number.as_ref();
            let id = event.payment_id.as_ref().filter(|id| Some(*id) != invoice);
            let names = id.cloned().into_iter().chain(invoice.map(|invoice| format!("invoice:{invoice}")));
            let amount = event.amount.as_ref().map(|money| (money.minor, money.currency.as_str().to_owned()));
            Some(SubscriptionEvent::Paid(ReportedPayment {
                names: names.collect(),
                amount,
                period: Period { end: event.period_end, cycle: event.billing_cycle.as_deref().and_then(Cycle::parse) },
                terms: None,
                account: event.account_id.as_ref().map(|account| format!("{provider}:{account}")),
                price: None,
                is_trial: false,
            }))
        }
        EventKind::PaymentFailed => Some(SubscriptionEvent::Failed(event.payment_id.clone())),
        EventKind::SubscriptionPending => Some(SubscriptionEvent::Pending),
        EventKind::SubscriptionHalted => Some(SubscriptionEvent::Halted),
        EventKind::SubscriptionPaused => Some(SubscriptionEvent::Paused),
        EventKind::SubscriptionOverdue => Some(SubscriptionEvent::Overdue),
        EventKind::SubscriptionReactivated => Some(SubscriptionEvent::Reactivated),
        EventKind::SubscriptionNeverStarted => Some(SubscriptionEvent::NeverStarted),
        EventKind::SubscriptionCancelled => Some(SubscriptionEvent::Cancelled),
        EventKind::PaymentRefunded
        | EventKind::RefundFailed
        | EventKind::PaymentDisputed
        | EventKind::SubscriptionCreated
        | EventKind::SubscriptionUpdated
        | EventKind::SeatAssigned
        | EventKind::SeatRevoked
        | EventKind::OrganizationUpdated
        | EventKind::CheckoutCompleted
        | EventKind::CheckoutExpired
        | EventKind::InvoiceVoided
        | EventKind::UserDeleted
        | EventKind::MembershipDeleted
        | EventKind::Unhandled => None,
    }
}

/// The event as the tenant's subscription takes it.
pub(crate) fn tenant_event(stored: &WebhookEvent, event: &GatewayEvent, mut change: SubscriptionEvent) -> TenantEvent {
    if let SubscriptionEvent::Paid(paid) = &mut change
        && paid.names.is_empty()
    {
        // A payment without a name is known by its event's.
        paid.names.insert(stored.identity.clone());
    }
    // An event without a time has the time at which it was received.
    let is_dated = event.occurred_at.is_some() || stored.occurred_at != stored.received_at;
    TenantEvent {
        at: Some(stored.occurred_at).filter(|at| is_dated && *at >= EARLIEST),
        gateway: Some(stored.provider.as_str().to_owned()),
        subscription: event.subscription_id.as_ref().map(|id| format!("{}:{id}", stored.provider)),
        what: change,
        plan: None,
        names_plan: event.plan_id.is_some(),
        seats: event.seats,
        bill: event.bill.clone(),
        tax_rates: TaxRates::default(),
    }
}
