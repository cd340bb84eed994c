//! What gateways reported. A fact is kept once, however often it was reported, and is ordered by the time at which it
//! happened, whenever it was reported.

use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::mem::discriminant;

use edge_capabilities::Timestamp;
use edge_plans::Terms;
use serde::{Deserialize, Serialize};

use super::period::Period;
use super::state::SubscriptionState;

/// How many facts are kept one by one. Older ones are summed up: a late fact finds its place only among these.
const MAX_COUNT: usize = 64;

/// The prefix of an invoice's number among the names of a payment.
const INVOICE: &str = "invoice:";

/// Something that happened to a subscription.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Fact {
    /// When.
    pub(super) at: Timestamp,
    /// Which subscription, as its gateway knows it: `razorpay:sub_…`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(super) subscription: Option<String>,
    /// The gateway that reported it; of several, the last by name. Older facts have none.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(super) gateway: Option<String>,
    pub(super) what: SubscriptionEvent,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(clippy::large_enum_variant, reason = "most facts are payments; on 32-bit targets it is not large")]
pub enum SubscriptionEvent {
    /// A payment failed; its id, where it is known.
    Failed(Option<String>),
    /// A charge failed and will be tried again.
    Pending,
    /// Charging was given up.
    Halted,
    /// The subscription is paused.
    Paused,
    /// The subscription goes on, with a payment overdue: unlike [`SubscriptionEvent::Pending`], this lifts a
    /// suspension.
    Overdue,
    /// The subscription goes on: what was pending, paused or halted no longer is.
    Reactivated,
    /// The subscription ended before its first payment came in.
    NeverStarted,
    /// A payment came in.
    Paid(ReportedPayment),
    /// The subscription ends. What was paid for stays.
    Cancelled,
}

/// A payment. Several events may report the same one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportedPayment {
    /// What it is known by: the payment's id, the invoice's number (`invoice:…`). Reports with a name in common are of
    /// one payment.
    pub names: BTreeSet<String>,
    /// How much, in the currency's smallest unit, and its ISO 4217 code.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub amount: Option<(i64, String)>,
    /// For how long it pays.
    pub period: Period,
    /// What it bought, where it names a plan that the ERP knows; else it is for the plan so far.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub terms: Option<Terms>,
    /// Whose account at the gateway it was paid into: `razorpay:acc_…`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub account: Option<String>,
    /// What it costs regularly, where that is not the amount: with tax, discounts, proration or a trial it is not.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub price: Option<(i64, String)>,
    /// Whether it only began a trial: nothing was paid, and no credits are granted.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub is_trial: bool,
}

impl SubscriptionEvent {
    /// Of what happened in the same second, what comes later: a charge fails before it comes in or is given up, and
    /// nothing of the same subscription follows its end. Of what stops a subscription and what has it go on, whichever
    /// was told of later.
    const fn rank(&self) -> u8 {
        match self {
            Self::Failed(_) => 0,
            Self::Pending | Self::Overdue => 1,
            Self::Halted | Self::Paused | Self::Reactivated | Self::NeverStarted | Self::Paid(_) => 2,
            Self::Cancelled => 3,
        }
    }
}

impl ReportedPayment {
    /// Two payments are never one for their invoice's sake; a report without a payment's id is matched by that.
    fn is_one_with(&self, other: &Self) -> bool {
        match (self.has_id(), other.has_id()) {
            (true, true) => self.ids().any(|id| other.names.contains(id)),
            _ => !self.names.is_disjoint(&other.names),
        }
    }

    fn has_id(&self) -> bool {
        self.ids().next().is_some()
    }

    fn ids(&self) -> impl Iterator<Item = &String> {
        self.names.iter().filter(|name| !name.starts_with(INVOICE))
    }

    /// What tells it from every other payment.
    pub(super) fn own_names(&self) -> impl Iterator<Item = &String> {
        let has_id = self.has_id();
        self.names.iter().filter(move |name| !has_id || !name.starts_with(INVOICE))
    }

    /// Takes over what another report of the same payment says. The order of the reports makes no difference.
    fn join(&mut self, other: Self) {
        self.names.extend(other.names);
        self.amount = self.amount.take().or(other.amount);
        self.period = self.period.joined(other.period);
        self.account = self.account.take().max(other.account);
        self.terms = self.terms.take().max(other.terms);
        self.price = self.price.take().or(other.price);
        self.is_trial |= other.is_trial;
    }
}

impl Fact {
    fn order(&self, other: &Self) -> Ordering {
        // Gateways count in seconds.
        let second = |fact: &Self| fact.at.as_millis().div_euclid(1000);
        let name = |fact: &Self| match &fact.what {
            SubscriptionEvent::Paid(paid) => paid.names.first().cloned(),
            SubscriptionEvent::Failed(payment) => payment.clone(),
            _ => None,
        };
        second(self)
            .cmp(&second(other))
            .then_with(|| self.what.rank().cmp(&other.what.rank()))
            .then_with(|| self.at.cmp(&other.at))
            .then_with(|| match (&self.what, &other.what) {
                (one, other) if discriminant(one) != discriminant(other) => Ordering::Equal,
                _ => (&self.subscription, name(self)).cmp(&(&other.subscription, name(other))),
            })
    }
}

/// Everything that was told of a tenant's subscription.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct History {
    /// What the facts amount to that are no longer kept one by one.
    #[serde(default)]
    base: SubscriptionState,
    /// In the order in which they happened.
    #[serde(default)]
    facts: Vec<Fact>,
}

impl History {
    /// Where the subscription stands.
    pub fn state(&self) -> SubscriptionState {
        let paid: BTreeSet<&str> = self.facts.iter().filter_map(Fact::names).flatten().map(String::as_str).collect();
        let mut state = self.base.clone();
        for fact in &self.facts {
            state.follow(fact, &paid);
        }
        state
    }

    /// The payment that `paid` is another report of, if it was told of.
    pub(super) fn known(&self, paid: &ReportedPayment) -> Option<&ReportedPayment> {
        self.facts.iter().find_map(|fact| match &fact.what {
            SubscriptionEvent::Paid(known) if known.is_one_with(paid) => Some(known),
            _ => None,
        })
    }

    /// Whether this payment is among those that were summed up.
    pub(super) fn has_summed_up(&self, paid: &ReportedPayment) -> bool {
        paid.own_names().any(|name| self.base.has_counted(name))
    }

    /// When the newest of what is known happened.
    pub(super) fn newest(&self) -> Option<Timestamp> {
        self.facts.iter().map(|fact| fact.at).max().max(self.base.horizon)
    }

    /// Takes note of `fact`; gives false where it was known already, to the last detail.
    pub(super) fn note(&mut self, mut fact: Fact) -> bool {
        let before = self.facts.clone();
        if let Some(horizon) = self.base.horizon {
            // Too late to find its place: a payment counts, as if it came right after what was summed up.
            if fact.at < horizon && !matches!(fact.what, SubscriptionEvent::Paid(_)) {
                return false;
            }
            fact.at = fact.at.max(horizon);
        }
        let mut place = None;
        if let SubscriptionEvent::Paid(paid) = &mut fact.what {
            // Reports of one payment become one, also where this one shows that two others are.
            while let Some(index) = self
                .facts
                .iter()
                .position(|known| matches!(&known.what, SubscriptionEvent::Paid(other) if other.is_one_with(paid)))
            {
                let known = self.facts.remove(index);
                // It stays where it was, unless it turns out to be older.
                place = (known.at <= fact.at).then_some(index);
                fact.at = fact.at.min(known.at);
                fact.subscription = fact.subscription.take().max(known.subscription);
                fact.gateway = fact.gateway.take().max(known.gateway);
                if let SubscriptionEvent::Paid(known) = known.what {
                    paid.join(known);
                }
            }
        } else if self.facts.contains(&fact) {
            return false;
        }
        let in_order = || self.facts.partition_point(|known| known.order(&fact) != Ordering::Greater);
        let place = place.unwrap_or_else(in_order).min(self.facts.len());
        self.facts.insert(place, fact);
        if self.facts == before {
            return false;
        }
        self.sum_up();
        true
    }

    fn sum_up(&mut self) {
        while self.facts.len() > MAX_COUNT {
            let paid: BTreeSet<&str> =
                self.facts.iter().filter_map(Fact::names).flatten().map(String::as_str).collect();
            let Some(oldest) = self.facts.first() else { return };
            let mut base = self.base.clone();
            base.follow(oldest, &paid);
            base.horizon = base.horizon.max(Some(oldest.at));
            self.base = base;
            self.facts.remove(0);
        }
    }
}

impl Fact {
    fn names(&self) -> Option<&BTreeSet<String>> {
        match &self.what {
            SubscriptionEvent::Paid(paid) => Some(&paid.names),
            _ => None,
        }
    }
}
