//! Events of BheemPay, and of Razorpay below it, about subscriptions of seats.
//!
//! They report payments, and not whole subscriptions: the number of seats that a payment is for follows from its amount. An event
//! is bound by the order that the edge had made, whose checkout the edge stored, or by the subscription that a payment of
//! such an order began. What is written beside an event finds the checkout and proves nothing.

use edge_capabilities::Timestamp;
use edge_gateways::{EventKind as Kind, GatewayEvent};
use edge_money::Money;
use edge_plans::TaxRates;
use edge_subscriptions::{EventKind, GatewayName, PlanTerms, Reported, ReportedStatus, SubscriptionError, Terms};

use super::{SeatOutcome, SeatSubscriptions};
use crate::error::WebhookError;
use crate::event::{EventOutcome, WebhookEvent};
use crate::order::{OfSeats, Order, Quote};
use crate::settings::tax_rates;

/// An order for a subscription of seats.
struct SeatOrder<'o> {
    order: &'o Order,
    quote: &'o Quote,
    of_seats: &'o OfSeats,
}

impl<'o> SeatOrder<'o> {
    /// None: the order is for something else.
    fn of(order: &'o Order) -> Option<Self> {
        let quote = order.quote.as_ref()?;
        Some(Self { order, quote, of_seats: quote.of_seats.as_ref()? })
    }

    /// Whether an event is about a payment of this order, and not a later one of the subscription that it began.
    fn is_of(&self, event: &GatewayEvent, terms: &Terms) -> bool {
        let is_first = terms.reference.is_none() || self.of_seats.lapses_at.is_some();
        let is_of_payment = matches!(event.kind, Kind::PaymentCaptured | Kind::PaymentFailed);
        self.order.is_named_by(event) || (is_of_payment && event.order_id.is_none() && is_first)
    }

    /// Why an amount is not what the order costs.
    fn contradiction(&self, amount: Option<Money>) -> Option<&'static str> {
        match amount {
            Some(amount) if amount.currency.as_str() != self.quote.currency => Some("wrong_currency"),
            Some(amount) if amount.minor == self.quote.minor => None,
            Some(_) | None => Some("wrong_amount"),
        }
    }
}

/// What a payment or another event does.
enum Meaning {
    Change(EventKind),
    Outcome(EventOutcome),
}

impl Meaning {
    fn quarantined(reason: &str) -> Self {
        Self::Outcome(EventOutcome::Quarantined(reason.to_owned()))
    }
}

impl SeatSubscriptions {
    pub(super) async fn take_bheempay(
        &self,
        stored: &WebhookEvent,
        event: &GatewayEvent,
        order: Option<&Order>,
    ) -> Result<Option<SeatOutcome>, WebhookError> {
        let known = self.by_reference(event).await?;
        let order = order.and_then(SeatOrder::of);
        let ordered = order.as_ref().map(|order| &order.of_seats.subscription);
        let quarantined = |reason: &str| Ok(Some(SeatOutcome::quarantined(reason)));
        let id = match (&known, ordered) {
            (Some(known), Some(ordered)) if known != ordered => return quarantined("wrong_subscription"),
            (Some(id), _) | (None, Some(id)) => id,
            (None, None) if event.edge_subscription_id.is_some() => return quarantined("unbound"),
            (None, None) => return Ok(None),
        };
        if let (Some(order), Some(said)) = (&order, &event.tenant_id)
            && !order.order.tenant.eq_ignore_ascii_case(said)
        {
            return quarantined("unbound");
        }
        let found = match self.subscriptions.find(id).await {
            Ok(found) if found.terms.gateway == GatewayName::Bheempay => found,
            Ok(_) | Err(SubscriptionError::NotFound) => return quarantined("unknown_subscription"),
            Err(error) => return Err(error.into()),
        };
        let order = order.filter(|order| order.is_of(event, &found.terms));
        let rates = tax_rates(&*self.config).await?;
        match meaning(&found.terms, order.as_ref(), event, stored.occurred_at, &rates) {
            Meaning::Outcome(outcome) => {
                let organization = Some(found.account.organization);
                Ok(Some(SeatOutcome { outcome, organization, pays_order: false, notice: None }))
            }
            Meaning::Change(kind) => {
                let outcome = self.apply(&found, stored, event, kind).await?;
                Ok(Some(SeatOutcome { pays_order: order.is_some() && event.kind.pays(), ..outcome }))
            }
        }
    }
}

/// What an event of `at` means; `order`: the order that it is the payment of.
fn meaning(
    terms: &Terms,
    order: Option<&SeatOrder<'_>>,
    event: &GatewayEvent,
    at: Timestamp,
    rates: &TaxRates,
) -> Meaning {
    let reported = |status| {
        Meaning::Change(EventKind::Reported(Reported {
            status,
            seats: None,
            period: None,
            trial_end: None,
            cancel_at_period_end: None,
            ended_at: None,
        }))
    };
    match event.kind {
        Kind::PaymentCaptured | Kind::SubscriptionCharged => payment(terms, order, event, at, rates),
        // The order may still be paid.
        Kind::PaymentFailed if order.is_some_and(|order| order.of_seats.lapses_at.is_some()) => {
            Meaning::Outcome(EventOutcome::Ignored("order_open"))
        }
        Kind::PaymentFailed | Kind::SubscriptionPending => Meaning::Change(EventKind::PaymentFailed),
        Kind::SubscriptionHalted => reported(ReportedStatus::Unpaid),
        Kind::SubscriptionPaused => reported(ReportedStatus::Paused),
        Kind::SubscriptionOverdue => reported(ReportedStatus::PastDue),
        Kind::SubscriptionReactivated => reported(ReportedStatus::Active),
        Kind::SubscriptionCancelled => Meaning::Change(EventKind::Ending),
        Kind::SubscriptionNeverStarted => Meaning::Change(EventKind::CheckoutExpired),
        Kind::CheckoutCompleted
        | Kind::CheckoutExpired
        | Kind::InvoiceVoided
        | Kind::PaymentRefunded
        | Kind::RefundFailed
        | Kind::PaymentDisputed
        | Kind::SubscriptionCreated
        | Kind::SubscriptionUpdated
        | Kind::SeatAssigned
        | Kind::SeatRevoked
        | Kind::OrganizationUpdated
        | Kind::UserDeleted
        | Kind::MembershipDeleted
        | Kind::Unhandled => Meaning::Outcome(EventOutcome::Ignored("unhandled_event")),
    }
}

/// What a payment of `at` pays for.
fn payment(
    terms: &Terms,
    order: Option<&SeatOrder<'_>>,
    event: &GatewayEvent,
    at: Timestamp,
    rates: &TaxRates,
) -> Meaning {
    // Money for nothing: somebody has to give it back.
    if terms.ended_at.is_some_and(|ended| ended < at) {
        return Meaning::quarantined("subscription_ended");
    }
    let Some(order) = order else {
        let until = event.period_end.unwrap_or_else(|| terms.period_end_at(at));
        return match paid_seats(terms, event.amount, rates) {
            Ok(seats) => Meaning::Change(EventKind::Paid { seats: Some(seats), until: Some(until) }),
            Err(contradiction) => Meaning::quarantined(contradiction),
        };
    };
    if let Some(contradiction) = order.contradiction(event.amount) {
        return Meaning::quarantined(contradiction);
    }
    let until = match order.of_seats.lapses_at {
        // By then the seats were gone, and what is left of the period costs less.
        Some(lapses_at) if lapses_at < at => return Meaning::quarantined("order_lapsed"),
        Some(_) => None,
        None => Some(event.period_end.unwrap_or_else(|| terms.plan.cycle.end_from(at))),
    };
    Meaning::Change(EventKind::Paid { seats: Some(order.quote.seats), until })
}

/// The number of seats that a payment for a period is for, at the present plan's price or at the one that is scheduled, with
/// an allowed tax on top or without. More than there are contradicts.
fn paid_seats(terms: &Terms, amount: Option<Money>, rates: &TaxRates) -> Result<i64, &'static str> {
    let amount = amount.ok_or("wrong_amount")?;
    if amount.currency != terms.plan.currency {
        return Err("wrong_currency");
    }
    let likely = terms.likely_seats();
    let most = likely.iter().copied().max().unwrap_or(0);
    let scheduled = terms.scheduled.as_ref().and_then(|scheduled| scheduled.plan.as_ref());
    let seats = |plan: &PlanTerms| rates.quantity(amount.minor, plan.price, &likely, most);
    seats(&terms.plan).or_else(|| scheduled.and_then(seats)).ok_or("wrong_amount")
}
