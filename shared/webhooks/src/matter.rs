//! What an event is about, by its own words alone.

use edge_signatures::{Kind, Provider, Reading, Unreadable};
use edge_tenants::{Cycle, Event as Told, Paid, Period, What};

use crate::event::{Event, Verdict};

/// What an event is about.
pub(crate) struct Matter<'r> {
    pub(crate) reading: &'r Reading,
    pub(crate) organization: &'r str,
    pub(crate) about: About<'r>,
}

/// What there is to do about an event.
pub(crate) enum About<'r> {
    /// This happened to the subscription.
    Subscription(Box<What>),
    /// Who has a seat may have changed.
    Seats,
    /// Something of this payment was given back.
    Refund(&'r str),
}

/// What an event is about. Err: it is about nothing, which takes nothing but its own words to tell.
pub(crate) fn matter(provider: Provider, reading: &Result<Reading, Unreadable>) -> Result<Matter<'_>, Verdict> {
    let reading = reading.as_ref().map_err(|unreadable| Verdict::Quarantined(format!("unreadable: {unreadable}")))?;
    // First: what means nothing means nothing to anybody, whomever it names.
    if reading.kind == Kind::Unhandled {
        return Err(Verdict::Ignored("unhandled_event"));
    }
    let organization = reading.tenant_id.as_deref().ok_or(Verdict::Ignored("no_tenant_id"))?;
    let about = match (what(provider, reading), reading.kind, &reading.payment_id) {
        (Some(what), ..) => About::Subscription(Box::new(what)),
        (None, Kind::PaymentRefunded, Some(payment)) => About::Refund(payment),
        (None, kind, _) if kind.may_repeat() => About::Seats,
        (None, ..) => return Err(Verdict::Ignored("unhandled_event")),
    };
    Ok(Matter { reading, organization, about })
}

/// What an event says happened to a subscription; None: nothing.
fn what(provider: Provider, reading: &Reading) -> Option<What> {
    match reading.kind {
        Kind::PaymentCaptured | Kind::SubscriptionCharged => {
            let invoice = reading.invoice_number.as_ref();
            let id = reading.payment_id.as_ref().filter(|id| Some(*id) != invoice);
            let names = id.cloned().into_iter().chain(invoice.map(|invoice| format!("invoice:{invoice}")));
            let amount = reading.amount.as_ref().map(|money| (money.minor, money.currency.as_str().to_owned()));
            Some(What::Paid(Paid {
                names: names.collect(),
                amount,
                period: Period {
                    end: reading.period_end,
                    cycle: reading.billing_cycle.as_deref().and_then(Cycle::parse),
                },
                terms: None,
                account: reading.account_id.as_ref().map(|account| format!("{provider}:{account}")),
            }))
        }
        Kind::PaymentFailed => Some(What::Failed(reading.payment_id.clone())),
        Kind::SubscriptionPending => Some(What::Pending),
        Kind::SubscriptionHalted => Some(What::Halted),
        Kind::SubscriptionCancelled => Some(What::Cancelled),
        Kind::PaymentRefunded
        | Kind::SubscriptionCreated
        | Kind::SubscriptionUpdated
        | Kind::SeatAssigned
        | Kind::SeatRevoked
        | Kind::OrganizationUpdated
        | Kind::Unhandled => None,
    }
}

/// What the tenant is told happened.
pub(crate) fn told(event: &Event, reading: &Reading, mut what: What) -> Told {
    if let What::Paid(paid) = &mut what
        && paid.names.is_empty()
    {
        // A payment that has no name is that of its event.
        paid.names.insert(event.identity.clone());
    }
    Told {
        at: event.occurred_at,
        subscription: reading.subscription_id.as_ref().map(|id| format!("{}:{id}", event.provider)),
        what,
        plan: None,
        names_plan: reading.plan_id.is_some(),
        seats: reading.seats,
    }
}
