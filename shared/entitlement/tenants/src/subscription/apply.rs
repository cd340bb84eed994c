//! Applies one more event: the state of the subscription after it, and what has to be done about it, or why it is refused.

use std::time::Duration;

use edge_capabilities::Timestamp;
use edge_money::Bill;
use edge_plans::{OrderDetails, Payment, Plan, Purchase, TaxRates};
use serde::{Deserialize, Serialize};

use super::facts::{Fact, History, ReportedPayment, SubscriptionEvent};
use super::state::{PaymentStatus, Status, SubscriptionState, gateway_of};

/// How far a gateway's clock may be ahead. An event is not received before it happened, so an event from further in the
/// future must not take precedence over all that follow it.
const AHEAD: Duration = Duration::from_mins(5);

/// Facts are ordered by the second.
const SECOND: Duration = Duration::from_secs(1);

/// An event of a gateway about a tenant's subscription.
#[derive(Clone, Debug)]
pub struct Event {
    /// When it happened, by the gateway's clock; None: this is not known, and the time when it was received counts.
    pub at: Option<Timestamp>,
    /// Which subscription, as its gateway knows it: `razorpay:sub_…`.
    pub subscription: Option<String>,
    /// The gateway: `razorpay`.
    pub gateway: Option<String>,
    /// What happened. A payment's terms follow from `plan`, where there is one.
    pub what: SubscriptionEvent,
    /// The plan that was paid for, where the ERP knows it. Its price must be the amount.
    pub plan: Option<Plan>,
    /// Whether the event itself names that plan; if not, it is the tenant's present one.
    pub names_plan: bool,
    /// The number of seats that were paid for, where it is known.
    pub seats: Option<i64>,
    /// The lines of the amount, where the gateway shows them.
    pub bill: Option<Bill>,
    /// Taxes that may be on top of a price.
    pub tax_rates: TaxRates,
}

/// What has to be done about an event that changed something, each once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// The cached verdicts about the tenant's seats are out of date.
    RaiseFence,
    /// Notify the tenant that a payment came in.
    #[serde(rename = "tell_paid")]
    NotifyPaid,
    /// Notify the tenant that a payment failed.
    #[serde(rename = "tell_failed")]
    NotifyFailed,
    /// Notify the tenant that its subscription was cancelled.
    #[serde(rename = "tell_cancelled")]
    NotifyCancelled,
}

/// The result of one event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// All facts, with those of this event.
    pub history: History,
    /// The state of the subscription now.
    pub state: SubscriptionState,
    /// What has to be done.
    pub effects: Vec<Effect>,
    /// Whether the subscription is now in the state that the event reports. It is not where a later event takes precedence,
    /// or where the event was about another subscription.
    pub took_effect: bool,
    /// Whether there is anything to store; if not, the same was reported before.
    pub is_news: bool,
}

/// Why an event contradicts what is known. It changes nothing, and somebody has to look at it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum Contradiction {
    /// The amount is no price of the plan.
    #[error("wrong_amount")]
    WrongAmount,
    /// The currency is not the plan's.
    #[error("wrong_currency")]
    WrongCurrency,
    /// It was paid into another account than before.
    #[error("wrong_account")]
    WrongAccount,
}

/// Applies `event`, which was received at `now`. The state machine is [`SubscriptionState::follow`]; this function finds the
/// event's place in the history, and compares the states before and after.
pub fn apply(history: &History, event: &Event, now: Timestamp) -> Result<Step, Contradiction> {
    let before = history.state();
    let mut what = event.what.clone();
    let mut was_known = false;
    if let SubscriptionEvent::Paid(paid) = &mut what {
        paid.period = paid.period.possible(event.at.unwrap_or(now));
        was_known = check(history, &before, event, paid)?;
    }
    let mut after = history.clone();
    let at = place(event.at, now, history.newest());
    let fact = Fact { at, subscription: event.subscription.clone(), gateway: event.gateway.clone(), what };
    let is_news = !history_has(history, &fact) && after.note(fact);
    let state = after.state();
    let took_effect = agrees(&state, event) || was_known;
    let mut effects = Vec::new();
    if !same_for_seats(&before, &state) {
        effects.push(Effect::RaiseFence);
    }
    match event.what {
        SubscriptionEvent::Paid(_) if is_news && !was_known => effects.push(Effect::NotifyPaid),
        SubscriptionEvent::Failed(_) if is_news && took_effect => effects.push(Effect::NotifyFailed),
        SubscriptionEvent::Cancelled if is_news && took_effect && before.status != Some(Status::Cancelled) => {
            effects.push(Effect::NotifyCancelled);
        }
        _ => {}
    }
    Ok(Step { history: after, state, effects, took_effect, is_news })
}

/// The time of an event that the gateway dates `at`, that was received at `heard`, and that follows facts of which the newest
/// is of `newest`. An event from the future, or without a time, happened when it was received.
///
/// INVARIANT: an event that is dated by the edge's clock never comes before a known fact, however far behind the clock is.
fn place(at: Option<Timestamp>, heard: Timestamp, newest: Option<Timestamp>) -> Timestamp {
    let latest = newest.map_or(heard, |newest| newest.max(heard)).plus(AHEAD);
    let by_clock = || newest.map_or(heard, |newest| heard.max(newest.plus(SECOND)));
    at.filter(|at| *at <= latest).unwrap_or_else(by_clock)
}

/// Whether a payment is among those that were summed up long ago.
fn history_has(history: &History, fact: &Fact) -> bool {
    matches!(&fact.what, SubscriptionEvent::Paid(paid) if history.known(paid).is_none() && history.has_summed_up(paid))
}

/// Completes a payment by what it bought; returns whether it was reported before.
fn check(
    history: &History,
    before: &SubscriptionState,
    event: &Event,
    paid: &mut ReportedPayment,
) -> Result<bool, Contradiction> {
    let known = history.known(paid);
    let other_account = |account: &Option<String>| match (account, &paid.account) {
        (Some(before), Some(now)) => before != now && gateway_of(before) == gateway_of(now),
        _ => false,
    };
    if other_account(&before.account) {
        return Err(Contradiction::WrongAccount);
    }
    if let Some((known, said)) = known.and_then(|known| known.amount.as_ref()).zip(paid.amount.as_ref()) {
        if known.1 != said.1 {
            return Err(Contradiction::WrongCurrency);
        }
        if known.0 != said.0 {
            return Err(Contradiction::WrongAmount);
        }
    }
    let amount = paid.amount.as_ref().and_then(|(minor, code)| {
        let currency = edge_money::Currency::parse(code).ok()?;
        Some(edge_money::Money { minor: *minor, currency })
    });
    if let Some(plan) = &event.plan {
        if let Some((amount, currency)) = amount.zip(plan.currency())
            && amount.currency != currency
        {
            return Err(Contradiction::WrongCurrency);
        }
        let order = OrderDetails { cycle: paid.period.cycle, seats: event.seats };
        let payment = Payment { amount, bill: event.bill.as_ref(), order, tax_rates: &event.tax_rates };
        // A tenant that has paid this price for this plan before may go on to, whatever the plan costs by now.
        let as_before = || {
            let terms = before.terms.clone().filter(|terms| terms.plan_id == plan.id && before.price == paid.amount);
            terms.map(|terms| Purchase { terms, price: None, is_trial: false })
        };
        let purchase = plan.purchase(&payment).or_else(as_before).ok_or(Contradiction::WrongAmount)?;
        if amount.is_some() {
            paid.period.cycle = purchase.terms.cycle.or(paid.period.cycle);
        }
        paid.price = purchase.price.map(|price| (price.minor, price.currency.as_str().to_owned()));
        paid.is_trial = purchase.is_trial;
        if event.names_plan {
            paid.terms = Some(purchase.terms);
        }
    } else {
        paid.is_trial |= amount.is_some_and(|amount| amount.minor == 0);
    }
    Ok(known.is_some() || history.has_summed_up(paid))
}

/// Whether the subscription is in the state that the event reports.
fn agrees(state: &SubscriptionState, event: &Event) -> bool {
    let own = state.is_of(event.subscription.as_deref(), event.gateway.as_deref());
    match event.what {
        // A payment counts, whatever its place in the history.
        SubscriptionEvent::Paid(_) => true,
        SubscriptionEvent::Failed(_) | SubscriptionEvent::Pending => {
            own && state.payment != Some(PaymentStatus::Paid) && !stopped(state)
        }
        SubscriptionEvent::Overdue => own && state.payment == Some(PaymentStatus::Pending) && !stopped(state),
        SubscriptionEvent::Halted | SubscriptionEvent::NeverStarted => {
            own && state.status == Some(Status::Suspended) && !state.is_paused
        }
        SubscriptionEvent::Paused => own && state.status == Some(Status::Suspended) && state.is_paused,
        SubscriptionEvent::Reactivated => own && !stopped(state) && state.status != Some(Status::PastDue),
        SubscriptionEvent::Cancelled => own && state.status == Some(Status::Cancelled),
    }
}

fn stopped(state: &SubscriptionState) -> bool {
    matches!(state.status, Some(Status::Cancelled | Status::Suspended))
}

fn same_for_seats(before: &SubscriptionState, after: &SubscriptionState) -> bool {
    before.status == after.status
        && before.period_end == after.period_end
        && before.payment == after.payment
        && before.terms == after.terms
}
