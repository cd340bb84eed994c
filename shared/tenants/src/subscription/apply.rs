//! One more event: where the subscription stands then, and what is to be done about it, or why nothing is.

use std::time::Duration;

use edge_capabilities::Instant;
use edge_plans::{Ordered, Plan};
use serde::{Deserialize, Serialize};

use super::facts::{Fact, History, Paid, What};
use super::standing::{PaymentStatus, Standing, Status, gateway};

/// How far a gateway's clock may be ahead. Nothing is heard of before it happened: what says it came later than that
/// must not go before everything that follows.
const AHEAD: Duration = Duration::from_mins(5);

/// Something a gateway says happened to a tenant's subscription.
#[derive(Clone, Debug)]
pub struct Event {
    /// When it happened, by the gateway's clock.
    pub at: Instant,
    /// Which subscription, as its gateway knows it: `razorpay:sub_…`.
    pub subscription: Option<String>,
    /// What happened. A payment's terms follow from `plan`, where there is one.
    pub what: What,
    /// The plan that was paid for, where the ERP knows it: what must have been paid.
    pub plan: Option<Plan>,
    /// Whether the event itself names that plan; else it is the one so far.
    pub names_plan: bool,
    /// For how many seats was paid, where that is said.
    pub seats: Option<i64>,
}

/// What is to be done about an event that changed something. Each is to happen once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// What is known of the tenant's seats is out of date.
    RaiseFence,
    /// Tell the tenant that a payment came in.
    TellPaid,
    /// Tell the tenant that a payment failed.
    TellFailed,
    /// Tell the tenant that its subscription was cancelled.
    TellCancelled,
}

/// What one event comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Everything that was told, with this.
    pub history: History,
    /// Where the subscription stands now.
    pub standing: Standing,
    /// What is to be done.
    pub effects: Vec<Effect>,
    /// Whether the subscription now stands as the event says. It does not where something later goes before it, or
    /// where it was about another subscription.
    pub took_effect: bool,
    /// Whether anything is new at all; else it was told before, and there is nothing to store.
    pub is_news: bool,
}

/// Why an event cannot be true. It changes nothing; somebody has to look at it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum Contradiction {
    /// The amount is none that the plan costs.
    #[error("wrong_amount")]
    WrongAmount,
    /// The currency is not the plan's.
    #[error("wrong_currency")]
    WrongCurrency,
    /// It was paid into another account than before.
    #[error("wrong_account")]
    WrongAccount,
}

/// Takes `event`, of which was heard at `now`, into account. The state machine is [`Standing::follow`]; this finds the
/// event's place in the history and compares what was with what is.
pub fn apply(history: &History, event: &Event, now: Instant) -> Result<Step, Contradiction> {
    let before = history.standing();
    let mut what = event.what.clone();
    let mut was_known = false;
    if let What::Paid(paid) = &mut what {
        was_known = check(history, &before, event, paid)?;
    }
    let mut after = history.clone();
    let at = event.at.min(now.plus(AHEAD));
    let fact = Fact { at, subscription: event.subscription.clone(), what };
    let is_news = !history_has(history, &fact) && after.note(fact);
    let standing = after.standing();
    let took_effect = agrees(&standing, event) || was_known;
    let mut effects = Vec::new();
    if !same_for_seats(&before, &standing) {
        effects.push(Effect::RaiseFence);
    }
    match event.what {
        What::Paid(_) if is_news && !was_known => effects.push(Effect::TellPaid),
        What::Failed(_) if is_news && took_effect => effects.push(Effect::TellFailed),
        What::Cancelled if is_news && took_effect && before.status != Some(Status::Cancelled) => {
            effects.push(Effect::TellCancelled);
        }
        _ => {}
    }
    Ok(Step { history: after, standing, effects, took_effect, is_news })
}

/// A payment that was summed up long ago is not told of again.
fn history_has(history: &History, fact: &Fact) -> bool {
    matches!(&fact.what, What::Paid(paid) if history.known(paid).is_none() && history.has_summed_up(paid))
}

/// Completes a payment by what it bought; gives whether it was told of before.
fn check(history: &History, before: &Standing, event: &Event, paid: &mut Paid) -> Result<bool, Contradiction> {
    let known = history.known(paid);
    let other_account = |account: &Option<String>| match (account, &paid.account) {
        (Some(before), Some(now)) => before != now && gateway(before) == gateway(now),
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
    if let Some(plan) = &event.plan {
        let amount = paid.amount.as_ref().and_then(|(minor, code)| {
            let currency = edge_signatures::Currency::parse(code).ok()?;
            Some(edge_signatures::Money { minor: *minor, currency })
        });
        if let Some((amount, currency)) = amount.zip(plan.currency())
            && amount.currency != currency
        {
            return Err(Contradiction::WrongCurrency);
        }
        // Who has paid this price for this plan before may go on to, whatever the plan costs by now.
        let as_before = || before.terms.clone().filter(|terms| terms.plan_id == plan.id && before.price == paid.amount);
        let ordered = Ordered { cycle: paid.period.cycle, seats: event.seats };
        let terms = plan.bought_by(amount, ordered).or_else(as_before).ok_or(Contradiction::WrongAmount)?;
        if amount.is_some() {
            paid.period.cycle = terms.cycle.or(paid.period.cycle);
        }
        if event.names_plan {
            paid.terms = Some(terms);
        }
    }
    Ok(known.is_some() || history.has_summed_up(paid))
}

/// Whether the subscription stands as the event says.
fn agrees(standing: &Standing, event: &Event) -> bool {
    let own = standing.is_of(event.subscription.as_deref());
    match event.what {
        // It counts, wherever its place is.
        What::Paid(_) => true,
        What::Failed(_) | What::Pending => own && standing.payment != Some(PaymentStatus::Paid) && !stopped(standing),
        What::Halted => own && standing.status == Some(Status::Suspended),
        What::Cancelled => own && standing.status == Some(Status::Cancelled),
    }
}

fn stopped(standing: &Standing) -> bool {
    matches!(standing.status, Some(Status::Cancelled | Status::Suspended))
}

fn same_for_seats(before: &Standing, after: &Standing) -> bool {
    before.status == after.status
        && before.period_end == after.period_end
        && before.payment == after.payment
        && before.terms == after.terms
}
