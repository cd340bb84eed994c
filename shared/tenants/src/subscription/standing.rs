//! Where a subscription stands, and how one fact moves it: the state machine.

use std::collections::BTreeSet;

use edge_capabilities::Instant;
use edge_plans::Terms;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::facts::{Fact, Paid, What};

/// Payments whose names are remembered after they were summed up.
const REMEMBERED: usize = 256;

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

/// How it is with the last payment.
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
}

/// Where a subscription stands.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Standing {
    /// Its state; None: nothing was ever paid, halted or cancelled.
    pub status: Option<Status>,
    /// How it is with the last payment.
    pub payment: Option<PaymentStatus>,
    /// The subscription that was paid for last, as its gateway knows it: `razorpay:sub_…`. Word of that gateway's
    /// others changes nothing.
    pub subscription: Option<String>,
    /// Until when is paid for.
    pub period_end: Option<Instant>,
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
    pub(super) horizon: Option<Instant>,
}

impl Standing {
    pub(super) fn has_counted(&self, name: &str) -> bool {
        self.counted.iter().any(|counted| counted == name)
    }

    /// Moves on by one fact, in the order in which facts happened. `paid` names the payments that came in, at whatever
    /// time: one that came in has not failed.
    pub(super) fn follow(&mut self, fact: &Fact, paid: &BTreeSet<&str>) {
        let of_another = !self.is_of(fact.subscription.as_deref());
        match &fact.what {
            What::Paid(payment) => self.pay(fact, payment),
            _ if of_another => {}
            What::Failed(Some(payment)) if paid.contains(payment.as_str()) || self.has_counted(payment) => {}
            // A subscription that was cancelled or given up is not charged any more: what failed was something else.
            What::Failed(_) | What::Pending if matches!(self.status, Some(Status::Cancelled | Status::Suspended)) => {}
            What::Failed(_) => self.owe(PaymentStatus::Failed),
            What::Pending => self.owe(PaymentStatus::Pending),
            What::Halted if self.status == Some(Status::Cancelled) => {}
            What::Halted => {
                self.status = Some(Status::Suspended);
                self.payment = Some(PaymentStatus::Failed);
            }
            What::Cancelled => self.status = Some(Status::Cancelled),
        }
    }

    /// Whether word of `subscription` concerns this one. What another gateway calls it says nothing.
    pub(super) fn is_of(&self, subscription: Option<&str>) -> bool {
        match (self.subscription.as_deref(), subscription) {
            (Some(own), Some(other)) => own == other || gateway(own) != gateway(other),
            _ => true,
        }
    }

    fn owe(&mut self, payment: PaymentStatus) {
        self.payment = Some(payment);
        // Who never paid owes nothing.
        if self.status.is_some() {
            self.status = Some(Status::PastDue);
        }
    }

    fn pay(&mut self, fact: &Fact, paid: &Paid) {
        self.status = Some(Status::Active);
        self.payment = Some(PaymentStatus::Paid);
        if fact.subscription.is_some() {
            self.subscription.clone_from(&fact.subscription);
        }
        if paid.terms.is_some() {
            self.terms.clone_from(&paid.terms);
        }
        let mut period = paid.period;
        period.cycle = period.cycle.or_else(|| self.terms.as_ref()?.cycle);
        self.period_end = Some(period.extend(self.period_end, fact.at));
        if paid.amount.is_some() {
            self.price.clone_from(&paid.amount);
        }
        if paid.account.is_some() {
            self.account.clone_from(&paid.account);
        }
        let grant = self.terms.as_ref().map_or(0, |terms| terms.credits);
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

/// Whose name this is: what stands before its colon.
pub(super) fn gateway(name: &str) -> &str {
    name.split_once(':').map_or("", |(gateway, _)| gateway)
}
