//! The state machine of a subscription that a gateway keeps: terms and an event give terms.
//!
//! [`Terms::after`] is a pure function. An event adds what it says to the facts; the state follows from all facts
//! together, so events that come late, twice or in another order come to the same state.

use edge_capabilities::Timestamp;

use super::facts::{Dated, Reported, ReportedStatus, newer};
use super::period::{cycle_before, period_at};
use super::status::Status;
use super::terms::{GatewayName, Terms};

/// Something that a gateway says happened to a subscription.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubscriptionEvent {
    /// When, by the gateway's clock.
    pub at: Timestamp,
    /// The gateway's id of the subscription, where the event names it.
    pub reference: Option<String>,
    /// The gateway's id of the customer, where the event names it.
    pub customer: Option<String>,
    /// What happened.
    pub kind: EventKind,
}

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventKind {
    /// The buyer completed the checkout. `is_paid`: and paid by it; else the payment is still under way, or a trial begins.
    CheckoutCompleted {
        /// Whether the checkout was paid.
        is_paid: bool,
    },
    /// The checkout was given up.
    CheckoutExpired,
    /// The subscription is as reported: it was created, updated, paused, resumed or deleted.
    Reported(Reported),
    /// An invoice was paid.
    Paid {
        /// For how many seats; None: it is not said, or the invoice is not for the whole subscription.
        seats: Option<i64>,
        /// Until when it pays.
        until: Option<Timestamp>,
    },
    /// The payment of an invoice failed.
    PaymentFailed,
    /// An invoice will not be collected.
    Voided,
    /// The gateway collects no more payments: it ends with what is paid.
    Ending,
}

/// The result of an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transition {
    /// The terms after it.
    pub terms: Terms,
    /// Whether it changed anything.
    pub is_news: bool,
}

/// Why an event cannot be about the subscription.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Contradiction {
    /// The subscription is another one at the gateway.
    #[error("wrong_subscription")]
    WrongSubscription,
    /// The subscription is not with a gateway.
    #[error("no_gateway")]
    NoGateway,
    /// Another subscription of the organization to the application is live.
    #[error("another_subscription_is_live")]
    AnotherIsLive,
}

impl Terms {
    /// The terms after `event`, of which was heard at `heard`.
    pub fn after(&self, event: &SubscriptionEvent, heard: Timestamp) -> Result<Transition, Contradiction> {
        if self.gateway == GatewayName::Manual {
            return Err(Contradiction::NoGateway);
        }
        if let Some((known, said)) = self.reference.as_ref().zip(event.reference.as_ref())
            && known != said
        {
            return Err(Contradiction::WrongSubscription);
        }
        let mut terms = self.clone();
        terms.reference = terms.reference.or_else(|| event.reference.clone());
        terms.customer = terms.customer.or_else(|| event.customer.clone());
        // An event is not received before it happened: one from the future must not take precedence over all that follow.
        let at = event.at.min(heard);
        terms.note(at, event.kind);
        terms.follow_facts(heard);
        let is_news = terms != *self;
        Ok(Transition { terms, is_news })
    }

    /// Adds what happened at `at` to the facts.
    fn note(&mut self, at: Timestamp, kind: EventKind) {
        let facts = &mut self.facts;
        match kind {
            EventKind::CheckoutCompleted { is_paid: false } => {}
            EventKind::CheckoutCompleted { is_paid: true } => facts.pay(at, None),
            EventKind::CheckoutExpired => facts.checkout_expired_at = facts.checkout_expired_at.max(Some(at)),
            EventKind::PaymentFailed => facts.fail(at),
            EventKind::Voided => facts.voided_at = facts.voided_at.max(Some(at)),
            EventKind::Ending => newer(&mut facts.cancels, Dated { at, value: true }),
            EventKind::Paid { seats, until } => {
                facts.pay(at, until);
                if let Some(value) = seats {
                    newer(&mut facts.paid_seats, Dated { at, value });
                    if self.gateway == GatewayName::Bheempay {
                        self.note_seats(Dated { at, value });
                    }
                }
            }
            EventKind::Reported(reported) => {
                self.had_trial |= reported.trial_end.is_some();
                facts.report(Dated { at, value: reported });
                if let Some(value) = reported.seats {
                    self.note_seats(Dated { at, value });
                }
            }
        }
    }

    /// Adds the gateway's word on the number of seats to the facts.
    fn note_seats(&mut self, said: Dated<i64>) {
        // A decrease that takes effect later is set at the gateway at once, so that the next invoice is right.
        let is_scheduled =
            self.scheduled.as_ref().is_some_and(|later| said.at < later.at && later.seats == Some(said.value));
        if !is_scheduled {
            newer(&mut self.facts.seats, said);
        }
    }

    /// Has the state follow from the facts, as it is at `now`.
    fn follow_facts(&mut self, now: Timestamp) {
        self.settle_increase();
        let facts = &self.facts;
        self.seats = facts.seats_in_force().unwrap_or(self.seats);
        let reported = facts.reported.map(|reported| reported.value);
        if let Some(reported) = reported {
            self.period = reported.period.or(self.period);
            self.trial_end = reported.trial_end;
        }
        if self.gateway == GatewayName::Bheempay {
            self.period = self.paid_period().or(self.period);
        }
        let facts = &self.facts;
        if let Some(ended) = facts.ended_at {
            // BheemPay calls a subscription active that nobody has paid.
            let is_paid = facts.first_paid_at.is_some();
            let has_begun = if self.gateway == GatewayName::Bheempay { is_paid } else { facts.has_begun() };
            self.end(ended);
            if !has_begun {
                self.status = Status::Expired;
            }
            return;
        }
        self.cancel_at_period_end = facts.cancels.is_some_and(|cancels| cancels.value);
        self.past_due_since = facts.overdue_since().or_else(|| self.unrenewed_since(now));
        self.status = self.status_by_facts(reported.map(|reported| reported.status));
        if self.status != Status::PastDue {
            self.past_due_since = None;
        }
        if self.status.is_live() {
            self.checkout = None;
            // The gateway may report the period after the payment.
            if self.period.is_none() {
                let paid = self.facts.paid_at.unwrap_or(self.anchor);
                self.period = Some(period_at(self.plan.cycle, paid, paid));
            }
            self.anchor = self.period.map_or(self.anchor, |(start, _)| start);
        }
    }

    /// The period that was paid last, by a gateway that reports payments alone.
    fn paid_period(&self) -> Option<(Timestamp, Timestamp)> {
        let (first, until) = self.facts.first_paid_at.zip(self.facts.paid_until)?;
        let start = cycle_before(self.plan.cycle, until).max(first).min(until);
        Some((start, until))
    }

    /// Since when the next period is not paid, where the gateway reports payments alone.
    fn unrenewed_since(&self, now: Timestamp) -> Option<Timestamp> {
        let end = self.facts.paid_until.filter(|end| self.gateway == GatewayName::Bheempay && *end <= now)?;
        (!self.cancel_at_period_end).then_some(end)
    }

    fn status_by_facts(&self, reported: Option<ReportedStatus>) -> Status {
        let facts = &self.facts;
        let is_overdue = self.past_due_since.is_some();
        let paid_since = facts.paid_at >= facts.reported.map(|reported| reported.at) && facts.paid_at.is_some();
        let is_never_paid = facts.paid_at.is_none() && self.gateway == GatewayName::Bheempay;
        match reported {
            _ if is_never_paid => {
                let is_given_up = facts.checkout_expired_at.is_some() || self.cancel_at_period_end;
                if is_given_up { Status::Expired } else { Status::Incomplete }
            }
            None if facts.paid_at.is_some() && is_overdue => Status::PastDue,
            None if facts.paid_at.is_some() => Status::Active,
            None if facts.checkout_expired_at.is_some() => Status::Expired,
            None => Status::Incomplete,
            Some(ReportedStatus::Incomplete | ReportedStatus::Unpaid | ReportedStatus::PastDue) if paid_since => {
                if is_overdue {
                    Status::PastDue
                } else {
                    Status::Active
                }
            }
            Some(ReportedStatus::Incomplete) => Status::Incomplete,
            Some(ReportedStatus::Trialing) => Status::Trialing,
            Some(ReportedStatus::Active | ReportedStatus::PastDue) if is_overdue => Status::PastDue,
            Some(ReportedStatus::Active | ReportedStatus::PastDue) => Status::Active,
            Some(ReportedStatus::Unpaid) => Status::Suspended,
            Some(ReportedStatus::Paused) => Status::Paused,
            Some(ReportedStatus::Cancelled | ReportedStatus::IncompleteExpired) => Status::Cancelled,
        }
    }
}

#[cfg(test)]
mod tests;
