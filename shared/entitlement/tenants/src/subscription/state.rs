//! The state of a subscription, and how one fact changes it: the state machine.

use std::collections::BTreeSet;

use edge_capabilities::Timestamp;
use edge_plans::Terms;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::facts::{Fact, ReportedPayment, SubscriptionEvent};

/// Payments whose names are remembered after they were summed up.
const REMEMBERED: usize = 256;

/// Subscriptions that are remembered after they were left for another.
const FORMER: usize = 32;

/// The state of a tenant's subscription.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Paid.
    Active,
    /// A payment is overdue.
    PastDue,
    /// Charging was given up.
    Suspended,
    /// Will not be renewed; what was paid for stays.
    Cancelled,
}

impl Status {
    /// As it is written: `past_due`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::PastDue => "past_due",
            Self::Suspended => "suspended",
            Self::Cancelled => "cancelled",
        }
    }

    /// Reads a state as it is written.
    pub fn parse(written: &str) -> Option<Self> {
        [Self::Active, Self::PastDue, Self::Suspended, Self::Cancelled].into_iter().find(|one| one.as_str() == written)
    }
}

/// The state of the last payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PaymentStatus {
    /// It came in.
    Paid,
    /// It failed and will be tried again.
    Pending,
    /// It failed.
    Failed,
}

impl PaymentStatus {
    /// As it is written: `paid`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Paid => "paid",
            Self::Pending => "pending",
            Self::Failed => "failed",
        }
    }

    /// Reads a state as it is written.
    pub fn parse(written: &str) -> Option<Self> {
        [Self::Paid, Self::Pending, Self::Failed].into_iter().find(|one| one.as_str() == written)
    }
}

/// Where a subscription stands.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SubscriptionState {
    /// Its state; None: nothing was ever paid, halted or cancelled.
    pub status: Option<Status>,
    /// The state of the last payment.
    pub payment: Option<PaymentStatus>,
    /// Whether it is suspended because it is paused, and not because charging was given up.
    pub is_paused: bool,
    /// The subscription that was bought last, as its gateway knows it: `razorpay:sub_…`. Word of any other, whichever
    /// gateway's, never lowers the state.
    pub subscription: Option<String>,
    /// The gateway of the last purchase that named no subscription.
    gateway: Option<String>,
    /// Subscriptions that were left for another, oldest first.
    former: Vec<String>,
    /// Of which subscription it was said last that it is overdue or suspended, where that was named.
    lowered_by: Option<String>,
    /// Until when is paid for.
    pub period_end: Option<Timestamp>,
    /// What was bought last.
    pub terms: Option<Terms>,
    /// What was paid last: smallest units, ISO 4217 code.
    pub price: Option<(i64, String)>,
    /// Whose account at the gateway that was paid into.
    pub account: Option<String>,
    /// Credits granted so far.
    pub credits: i64,
    /// Payments and periods that credits were granted for, oldest first.
    counted: Vec<String>,
    /// What happened before this was summed up.
    pub(super) horizon: Option<Timestamp>,
}

impl SubscriptionState {
    pub(super) fn has_counted(&self, name: &str) -> bool {
        self.counted.iter().any(|counted| counted == name)
    }

    /// Moves on by one fact, in the order in which facts happened. `paid` names the payments that came in, at whatever
    /// time: one that came in has not failed.
    pub(super) fn follow(&mut self, fact: &Fact, paid: &BTreeSet<&str>) {
        match &fact.what {
            SubscriptionEvent::Paid(payment) => self.pay(fact, payment),
            _ if !self.is_of(fact.subscription.as_deref(), fact.gateway.as_deref()) => {}
            // No subscription follows its own end.
            SubscriptionEvent::Cancelled => self.status = Some(Status::Cancelled),
            _ if self.status == Some(Status::Cancelled) => {}
            SubscriptionEvent::Failed(Some(payment))
                if paid.contains(payment.as_str()) || self.has_counted(payment) => {}
            // A subscription that was given up or paused is not charged any more: what failed was something else.
            SubscriptionEvent::Failed(_) | SubscriptionEvent::Pending if self.status == Some(Status::Suspended) => {}
            SubscriptionEvent::Failed(_) => self.owe(PaymentStatus::Failed, fact),
            SubscriptionEvent::Pending => self.owe(PaymentStatus::Pending, fact),
            SubscriptionEvent::Overdue => {
                self.reactivate(fact);
                if self.status != Some(Status::Suspended) {
                    self.owe(PaymentStatus::Pending, fact);
                }
            }
            SubscriptionEvent::Halted => {
                self.suspend(fact, false);
                self.payment = Some(PaymentStatus::Failed);
            }
            SubscriptionEvent::NeverStarted
                if fact.subscription.is_none() || fact.subscription != self.subscription => {}
            SubscriptionEvent::NeverStarted => self.suspend(fact, false),
            SubscriptionEvent::Paused => self.suspend(fact, true),
            SubscriptionEvent::Reactivated => self.reactivate(fact),
        }
    }

    /// Whether an event about `subscription` at `gateway` is about this one.
    pub(super) fn is_of(&self, subscription: Option<&str>, gateway: Option<&str>) -> bool {
        match (self.subscription.as_deref(), subscription) {
            (Some(own), Some(other)) => is_same(own, other),
            (own, other) => {
                let own = own.map(gateway_of).or(self.gateway.as_deref());
                let other = other.map(gateway_of).or(gateway);
                own.zip(other).is_none_or(|(own, other)| are_related(own, other))
            }
        }
    }

    fn owe(&mut self, payment: PaymentStatus, fact: &Fact) {
        self.payment = Some(payment);
        // Who never paid owes nothing.
        if self.period_end.is_some() {
            self.status = Some(Status::PastDue);
            self.is_paused = false;
            self.lowered_by.clone_from(&fact.subscription);
        }
    }

    fn suspend(&mut self, fact: &Fact, is_paused: bool) {
        self.status = Some(Status::Suspended);
        self.is_paused = is_paused;
        self.lowered_by.clone_from(&fact.subscription);
    }

    /// Goes back to what is paid for: time is never granted by this. Where nothing was ever paid, nothing is known.
    fn reactivate(&mut self, fact: &Fact) {
        let is_lowered = matches!(self.status, Some(Status::PastDue | Status::Suspended));
        let is_meant = match (self.lowered_by.as_deref(), fact.subscription.as_deref()) {
            (Some(lowered), Some(reactivated)) => is_same(lowered, reactivated),
            _ => true,
        };
        if is_lowered && is_meant {
            let was_paid = self.period_end.is_some();
            self.status = was_paid.then_some(Status::Active);
            self.payment = was_paid.then_some(PaymentStatus::Paid);
            self.is_paused = false;
            self.lowered_by = None;
        }
    }

    /// Whether a payment for `subscription` is one for a subscription that was left for another, while that other is
    /// paid for: who pays for both keeps the one that was bought last.
    fn is_for_former(&self, subscription: &str, at: Timestamp) -> bool {
        let is_paid = self.status == Some(Status::Active) && self.period_end.is_some_and(|end| at < end);
        is_paid && self.former.iter().any(|former| is_same(former, subscription))
    }

    /// Has `fact`, a payment, be for the subscription that was bought last, or for the one so far.
    fn take_on(&mut self, fact: &Fact) {
        let foreign = |own: &str| fact.gateway.as_deref().is_some_and(|other| !are_related(gateway_of(own), other));
        let left = match (&self.subscription, &fact.subscription) {
            (Some(own), Some(paid)) => !is_same(own, paid),
            // A payment that names none mostly reports a charge of the one so far; another gateway's cannot.
            (Some(own), None) => foreign(own),
            (None, _) => false,
        };
        if left {
            self.former.retain(|former| Some(former) != fact.subscription.as_ref());
            self.former.extend(self.subscription.take());
            let excess = self.former.len().saturating_sub(FORMER);
            self.former.drain(..excess);
        }
        // The ERP has names of its own for what gateways charge.
        if self.subscription.as_deref().is_none_or(|own| gateway_of(own) == ERP) && fact.subscription.is_some() {
            self.subscription.clone_from(&fact.subscription);
        }
        if self.subscription.is_none() && fact.gateway.is_some() {
            self.gateway.clone_from(&fact.gateway);
        }
    }

    fn pay(&mut self, fact: &Fact, paid: &ReportedPayment) {
        let subscription = fact.subscription.as_deref();
        let is_for_former = subscription.is_some_and(|subscription| self.is_for_former(subscription, fact.at));
        let mut period = paid.period;
        if is_for_former {
            // What was paid for is paid for; all else stays as it was bought last.
            period.cycle = period.cycle.or_else(|| paid.terms.as_ref()?.cycle);
            period.end = period.end_after(self.period_end, fact.at);
            self.period_end = self.period_end.max(Some(period.extend(None, fact.at)));
        } else {
            self.take_on(fact);
            self.status = Some(Status::Active);
            self.payment = Some(PaymentStatus::Paid);
            self.is_paused = false;
            self.lowered_by = None;
            if paid.terms.is_some() {
                self.terms.clone_from(&paid.terms);
            }
            period.cycle = period.cycle.or_else(|| self.terms.as_ref()?.cycle);
            period.end = period.end_after(self.period_end, fact.at);
            self.period_end = Some(period.extend(self.period_end, fact.at));
            // What cost nothing this once is no price to go on paying.
            let amount = || paid.amount.clone().filter(|(minor, _)| *minor > 0);
            if let Some(price) = paid.price.clone().or_else(amount) {
                self.price = Some(price);
            }
            if paid.account.is_some() {
                self.account.clone_from(&paid.account);
            }
        }
        let terms = if is_for_former { paid.terms.as_ref() } else { self.terms.as_ref() };
        let grant = if paid.is_trial { 0 } else { terms.map_or(0, |terms| terms.credits) };
        // One payment, one grant; and one period, one grant.
        let of_period = period.end.map(|end| {
            let subscription = fact.subscription.as_deref().or(self.subscription.as_deref()).unwrap_or_default();
            format!("period:{subscription}:{}", end.as_millis())
        });
        let was_counted = of_period.as_ref().is_some_and(|name| self.has_counted(name))
            || paid.own_names().any(|name| self.has_counted(name));
        if !was_counted {
            self.credits = self.credits.saturating_add(grant);
        }
        for name in paid.names.iter().cloned().chain(of_period) {
            if !self.has_counted(&name) {
                self.counted.push(name);
            }
        }
        let excess = self.counted.len().saturating_sub(REMEMBERED);
        self.counted.drain(..excess);
    }
}

/// How names that the ERP gave begin.
const ERP: &str = "erp";

/// Gateways that know a subscription by the same name: BheemPay stands on Razorpay, and Standard Webhooks speak of
/// BheemPay's.
const FAMILY: [&str; 3] = ["bheempay", "razorpay", "standard"];

/// Whose name this is: what stands before its colon.
pub(super) fn gateway_of(name: &str) -> &str {
    name.split_once(':').map_or("", |(gateway, _)| gateway)
}

/// Whether a subscription of the one may be a subscription of the other.
fn are_related(one: &str, other: &str) -> bool {
    let is_in_family = |gateway: &str| FAMILY.contains(&gateway);
    // The ERP speaks of the organisation, whichever gateway it pays by.
    one == other || one == ERP || other == ERP || (is_in_family(one) && is_in_family(other))
}

/// Whether two names are of the same subscription.
fn is_same(one: &str, other: &str) -> bool {
    let bare = |name: &str| name.split_once(':').map_or(name, |(_, bare)| bare).to_owned();
    let (gateway, others) = (gateway_of(one), gateway_of(other));
    let is_erps_name = (gateway == ERP) != (others == ERP);
    is_erps_name || (are_related(gateway, others) && bare(one) == bare(other))
}
