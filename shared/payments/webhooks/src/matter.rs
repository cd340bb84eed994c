//! What an event is about, by its own words alone.

use edge_capabilities::Timestamp;
use edge_gateways::{EventError, EventKind, GatewayEvent, Provider};
use edge_tenants::{Cycle, Event as Told, Paid, Period, SubscriptionEvent, TaxRates};

use crate::event::{Event, Verdict};

/// No gateway is as old as 2010-01-01: an earlier time is no time, but a zero or a count of something else.
const FIRST: Timestamp = Timestamp::from_millis(1_262_304_000_000);

/// What an event is about.
pub(crate) struct Matter<'r> {
    pub(crate) reading: &'r GatewayEvent,
    pub(crate) about: About<'r>,
}

/// What there is to do about an event.
pub(crate) enum About<'r> {
    /// This happened to a subscription.
    Subscription(Box<SubscriptionEvent>),
    /// Who has a seat in this organisation may have changed.
    Seats { organization: &'r str },
    /// Something of this payment of this tenant's was given back.
    Refund { organization: &'r str, payment: &'r str },
}

/// What an event is about. Err: it is about nothing, which takes nothing but its own words to tell.
pub(crate) fn matter(provider: Provider, reading: &Result<GatewayEvent, EventError>) -> Result<Matter<'_>, Verdict> {
    let reading = reading.as_ref().map_err(|unreadable| Verdict::Quarantined(format!("unreadable: {unreadable}")))?;
    // First: what means nothing means nothing to anybody, whomever it names.
    if reading.kind == EventKind::Unhandled {
        return Err(Verdict::Ignored("unhandled_event"));
    }
    let unnamed = || match &reading.claimed_tenant_id {
        Some(_) => Verdict::Quarantined("unbound".into()),
        None => Verdict::Ignored("no_tenant_id"),
    };
    let organization = reading.tenant_id.as_deref();
    let about = match (what(provider, reading), reading.kind, &reading.payment_id) {
        (Some(_), ..) if organization.is_none() && !may_be_found(provider, reading) => return Err(unnamed()),
        (Some(what), ..) => About::Subscription(Box::new(what)),
        (None, EventKind::PaymentRefunded, Some(payment)) => {
            About::Refund { organization: organization.ok_or_else(unnamed)?, payment }
        }
        (None, kind, _) if kind.may_repeat() => About::Seats { organization: organization.ok_or_else(unnamed)? },
        (None, ..) => return Err(organization.map_or_else(unnamed, |_| Verdict::Ignored("unhandled_event"))),
    };
    Ok(Matter { reading, about })
}

/// Whether whom an event is about may be known by what it names besides: an order or a subscription.
pub(crate) fn may_be_found(provider: Provider, reading: &GatewayEvent) -> bool {
    let names_something = reading.order_id.is_some() || reading.subscription_id.is_some();
    matches!(provider, Provider::Razorpay | Provider::Stripe) && names_something
}

/// What an event says happened to a subscription; None: nothing.
fn what(provider: Provider, reading: &GatewayEvent) -> Option<SubscriptionEvent> {
    match reading.kind {
        EventKind::PaymentCaptured | EventKind::SubscriptionCharged => {
            let invoice = reading.invoice_number.as_ref();
            let id = reading.payment_id.as_ref().filter(|id| Some(*id) != invoice);
            let names = id.cloned().into_iter().chain(invoice.map(|invoice| format!("invoice:{invoice}")));
            let amount = reading.amount.as_ref().map(|money| (money.minor, money.currency.as_str().to_owned()));
            Some(SubscriptionEvent::Paid(Paid {
                names: names.collect(),
                amount,
                period: Period {
                    end: reading.period_end,
                    cycle: reading.billing_cycle.as_deref().and_then(Cycle::parse),
                },
                terms: None,
                account: reading.account_id.as_ref().map(|account| format!("{provider}:{account}")),
                price: None,
                is_trial: false,
            }))
        }
        EventKind::PaymentFailed => Some(SubscriptionEvent::Failed(reading.payment_id.clone())),
        EventKind::SubscriptionPending => Some(SubscriptionEvent::Pending),
        EventKind::SubscriptionHalted => Some(SubscriptionEvent::Halted),
        EventKind::SubscriptionPaused => Some(SubscriptionEvent::Paused),
        EventKind::SubscriptionOverdue => Some(SubscriptionEvent::Overdue),
        EventKind::SubscriptionReactivated => Some(SubscriptionEvent::Reactivated),
        EventKind::SubscriptionNeverStarted => Some(SubscriptionEvent::NeverStarted),
        EventKind::SubscriptionCancelled => Some(SubscriptionEvent::Cancelled),
        EventKind::PaymentRefunded
        | EventKind::SubscriptionCreated
        | EventKind::SubscriptionUpdated
        | EventKind::SeatAssigned
        | EventKind::SeatRevoked
        | EventKind::OrganizationUpdated
        | EventKind::Unhandled => None,
    }
}

/// What the tenant is told happened.
pub(crate) fn told(event: &Event, reading: &GatewayEvent, mut what: SubscriptionEvent) -> Told {
    if let SubscriptionEvent::Paid(paid) = &mut what
        && paid.names.is_empty()
    {
        // A payment that has no name is that of its event.
        paid.names.insert(event.identity.clone());
    }
    // Without a time of its own it was given the one at which it was received.
    let is_dated = reading.occurred_at.is_some() || event.occurred_at != event.received_at;
    Told {
        at: Some(event.occurred_at).filter(|at| is_dated && *at >= FIRST),
        gateway: Some(event.provider.as_str().to_owned()),
        subscription: reading.subscription_id.as_ref().map(|id| format!("{}:{id}", event.provider)),
        what,
        plan: None,
        names_plan: reading.plan_id.is_some(),
        seats: reading.seats,
        bill: reading.bill.clone(),
        tax_rates: TaxRates::default(),
    }
}
