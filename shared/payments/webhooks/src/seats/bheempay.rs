//! What BheemPay, and Razorpay below it, say of subscriptions of seats.
//!
//! They tell of payments, and not of whole subscriptions: how many seats a payment is for follows from its amount. An event
//! is bound by the order that the edge had made, whose checkout the edge stored, or by the subscription that a payment of
//! such an order began. What is written beside an event finds the checkout and proves nothing.

use edge_capabilities::Timestamp;
use edge_capabilities::database::DatabaseError;
use edge_database::Db;
use edge_gateways::{EventKind as Kind, GatewayEvent};
use edge_money::Money;
use edge_plans::TaxRates;
use edge_subscriptions::{EventKind, GatewayName, PlanTerms, Reported, ReportedStatus, SubscriptionError, Terms};
use serde::Deserialize;

use super::{SeatOutcome, SeatSubscriptions};
use crate::error::WebhookError;
use crate::event::{EventOutcome, WebhookEvent};
use crate::settings::tax_rates;

/// The orders that the edge had made for subscriptions of seats.
#[derive(Clone)]
pub(super) struct SeatOrders(Db);

/// An order for a subscription of seats.
struct SeatOrder {
    tenant: String,
    /// The order's id at BheemPay, if it is known.
    id: Option<String>,
    subscription: String,
    seats: i64,
    /// In the currency's smallest unit.
    minor: i64,
    currency: String,
    /// When it lapses, if it is for more seats of a subscription that runs.
    lapses_at: Option<Timestamp>,
}

/// As `edge-checkout` writes it.
#[derive(Deserialize)]
struct Quote {
    seats: i64,
    minor: i64,
    currency: String,
    #[serde(default)]
    of_seats: Option<OfSeats>,
}

#[derive(Deserialize)]
struct OfSeats {
    subscription: String,
    #[serde(default)]
    lapses_at: Option<Timestamp>,
}

impl SeatOrders {
    pub(super) const fn new(db: Db) -> Self {
        Self(db)
    }

    /// The order that an event names. None: it names none, or one that is for something else.
    async fn find(&self, event: &GatewayEvent) -> Result<Option<SeatOrder>, DatabaseError> {
        if event.order_id.is_none() && event.checkout_id.is_none() {
            return Ok(None);
        }
        // The checkouts are edge-checkout's, which stands upon this crate.
        let statement = "SELECT tenant_id, order_id, quote FROM checkouts WHERE order_id = $1 AND quote IS NOT NULL
            UNION ALL SELECT tenant_id, order_id, quote FROM checkouts WHERE id = $2 AND quote IS NOT NULL LIMIT 1";
        let name = |name: &Option<String>| name.clone().unwrap_or_default().into();
        let rows = self.0.query(statement, &[name(&event.order_id), name(&event.checkout_id)]).await?;
        let Some(row) = rows.first() else { return Ok(None) };
        let unreadable = |error| DatabaseError::Refused(format!("checkouts.quote: {error}"));
        let quote: Quote = serde_json::from_str(row.text(2)?).map_err(unreadable)?;
        let Some(of_seats) = quote.of_seats else { return Ok(None) };
        Ok(Some(SeatOrder {
            tenant: row.text(0)?.to_owned(),
            id: row.optional_text(1)?.map(ToOwned::to_owned),
            subscription: of_seats.subscription,
            seats: quote.seats,
            minor: quote.minor,
            currency: quote.currency,
            lapses_at: of_seats.lapses_at,
        }))
    }
}

impl SeatOrder {
    /// Whether an event is about a payment of this order, and not a later one of the subscription that it began.
    fn is_of(&self, event: &GatewayEvent, terms: &Terms) -> bool {
        let is_named = event.order_id.is_some() && event.order_id == self.id;
        let is_first = terms.reference.is_none() || self.lapses_at.is_some();
        let is_of_payment = matches!(event.kind, Kind::PaymentCaptured | Kind::PaymentFailed);
        is_named || (is_of_payment && event.order_id.is_none() && is_first)
    }

    /// Why an amount is not what the order costs.
    fn contradiction(&self, amount: Option<Money>) -> Option<&'static str> {
        match amount {
            Some(amount) if amount.currency.as_str() != self.currency => Some("wrong_currency"),
            Some(amount) if amount.minor == self.minor => None,
            Some(_) | None => Some("wrong_amount"),
        }
    }
}

/// What a payment or another event comes to.
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
    ) -> Result<Option<SeatOutcome>, WebhookError> {
        let known = self.by_reference(event).await?;
        let order = self.orders.find(event).await?;
        let ordered = order.as_ref().map(|order| &order.subscription);
        let quarantined = |reason: &str| Ok(Some(SeatOutcome::quarantined(reason)));
        let id = match (&known, ordered) {
            (Some(known), Some(ordered)) if known != ordered => return quarantined("wrong_subscription"),
            (Some(id), _) | (None, Some(id)) => id,
            (None, None) if event.edge_subscription_id.is_some() => return quarantined("unbound"),
            (None, None) => return Ok(None),
        };
        if let (Some(order), Some(said)) = (&order, &event.tenant_id)
            && !order.tenant.eq_ignore_ascii_case(said)
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
                Ok(Some(SeatOutcome { outcome, organization, pays_order: false }))
            }
            Meaning::Change(kind) => {
                let outcome = self.apply(&found, stored, event, kind).await?;
                Ok(Some(SeatOutcome { pays_order: order.is_some() && event.kind.pays(), ..outcome }))
            }
        }
    }
}

/// What an event of `at` means; `order`: the order that it is the payment of.
fn meaning(terms: &Terms, order: Option<&SeatOrder>, event: &GatewayEvent, at: Timestamp, rates: &TaxRates) -> Meaning {
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
        Kind::PaymentFailed if order.is_some_and(|order| order.lapses_at.is_some()) => {
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
fn payment(terms: &Terms, order: Option<&SeatOrder>, event: &GatewayEvent, at: Timestamp, rates: &TaxRates) -> Meaning {
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
    let until = match order.lapses_at {
        // By then the seats were gone, and what is left of the period costs less.
        Some(lapses_at) if lapses_at < at => return Meaning::quarantined("order_lapsed"),
        Some(_) => None,
        None => Some(event.period_end.unwrap_or_else(|| terms.plan.cycle.end_from(at))),
    };
    Meaning::Change(EventKind::Paid { seats: Some(order.seats), until })
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
