//! What a gateway reported of a subscription, each fact with the time at which it happened. In whatever order reports arrive,
//! the newer fact takes precedence over the older.

use edge_capabilities::Timestamp;
use serde::{Deserialize, Serialize};

/// How many failed payments are kept. Beyond these the oldest is dropped.
const MAX_FAILURES: usize = 32;

/// Something and when it happened, by the gateway's clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dated<T> {
    /// When.
    pub at: Timestamp,
    /// What.
    pub value: T,
}

/// The state of a subscription as a gateway reports it. Of two of the same second the later in this order is the newer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReportedStatus {
    /// The first payment is not made.
    Incomplete,
    /// The first payment was never made.
    IncompleteExpired,
    /// In its trial.
    Trialing,
    /// Paid.
    Active,
    /// A payment failed and is tried again.
    PastDue,
    /// The gateway gave up collecting a payment.
    Unpaid,
    /// No payments are collected.
    Paused,
    /// It has ended.
    Cancelled,
}

/// A subscription as a gateway reports it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reported {
    /// The state.
    pub status: ReportedStatus,
    /// The number of seats.
    pub seats: Option<i64>,
    /// The present period.
    pub period: Option<(Timestamp, Timestamp)>,
    /// When the trial ends or ended.
    pub trial_end: Option<Timestamp>,
    /// Whether it ends with the period; None: the gateway does not say.
    pub cancel_at_period_end: Option<bool>,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
}

/// What a gateway said of a subscription.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct GatewayFacts {
    /// The newest report of the whole subscription.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) reported: Option<Dated<Reported>>,
    /// The newest word on the number of seats, the edge's own included.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) seats: Option<Dated<i64>>,
    /// The newest number of seats that was paid for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) paid_seats: Option<Dated<i64>>,
    /// The newest payment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) paid_at: Option<Timestamp>,
    /// The first payment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) first_paid_at: Option<Timestamp>,
    /// Until when was paid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) paid_until: Option<Timestamp>,
    /// When payments failed, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) failures: Vec<Timestamp>,
    /// The newest word on whether it ends with its period, the edge's own included.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) cancels: Option<Dated<bool>>,
    /// Whether it was ever more than incomplete.
    #[serde(default)]
    pub(super) has_begun: bool,
    /// When it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) ended_at: Option<Timestamp>,
    /// When the checkout was given up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) checkout_expired_at: Option<Timestamp>,
    /// When the newest increase that was not paid was given up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) voided_at: Option<Timestamp>,
}

/// Replaces `known` by `said` where that is newer.
pub(super) fn newer<T: Copy>(known: &mut Option<Dated<T>>, said: Dated<T>) {
    if known.is_none_or(|known| known.at <= said.at) {
        *known = Some(said);
    }
}

impl GatewayFacts {
    /// Until when was paid.
    pub(super) const fn paid_until(&self) -> Option<Timestamp> {
        self.paid_until
    }

    /// Takes over a report, unless a newer one is known.
    pub(super) fn report(&mut self, said: Dated<Reported>) {
        let rank = |known: &Dated<Reported>| (known.at, known.value.status);
        if self.reported.as_ref().is_none_or(|known| rank(known) <= rank(&said)) {
            self.reported = Some(said);
        }
        if let Some(value) = said.value.cancel_at_period_end {
            newer(&mut self.cancels, Dated { at: said.at, value });
        }
        match said.value.status {
            ReportedStatus::PastDue | ReportedStatus::Unpaid => {
                self.has_begun = true;
                self.fail(said.at);
            }
            ReportedStatus::Trialing | ReportedStatus::Active | ReportedStatus::Paused => self.has_begun = true,
            ReportedStatus::Incomplete => {}
            ReportedStatus::Cancelled | ReportedStatus::IncompleteExpired => {
                self.end(said.value.ended_at.unwrap_or(said.at));
            }
        }
    }

    /// Takes note of a payment at `at`, which pays until `until`.
    pub(super) fn pay(&mut self, at: Timestamp, until: Option<Timestamp>) {
        self.paid_at = self.paid_at.max(Some(at));
        self.first_paid_at = Some(self.first_paid_at.map_or(at, |known| known.min(at)));
        self.paid_until = self.paid_until.max(until);
    }

    /// The number of seats: of an increase that was not paid and is given up, those that were paid for.
    pub(super) fn seats_in_force(&self) -> Option<i64> {
        let seats = self.seats?;
        let is_void = self.voided_at.is_some_and(|voided| seats.at <= voided);
        let paid = self.paid_seats.filter(|paid| is_void && paid.value < seats.value);
        Some(paid.map_or(seats.value, |paid| paid.value))
    }

    /// The number of seats before an increase that was not paid and is given up, while the gateway still has it.
    pub(crate) fn unpaid_increase_from(&self) -> Option<i64> {
        self.seats_in_force().filter(|in_force| self.seats.is_some_and(|seats| *in_force < seats.value))
    }

    /// Whether it was paid, or tried.
    pub(super) const fn has_begun(&self) -> bool {
        self.has_begun || self.paid_at.is_some()
    }

    /// Takes note of its end.
    pub(super) fn end(&mut self, at: Timestamp) {
        self.ended_at = Some(self.ended_at.map_or(at, |known| known.min(at)));
    }

    /// Takes note of a failed payment.
    pub(super) fn fail(&mut self, at: Timestamp) {
        if let Err(place) = self.failures.binary_search(&at) {
            self.failures.insert(place, at);
        }
        if self.failures.len() > MAX_FAILURES {
            self.failures.remove(0);
        }
    }

    /// Since when a payment is overdue: the first failure after everything that shows that all was paid.
    pub(super) fn overdue_since(&self) -> Option<Timestamp> {
        let in_order = self
            .reported
            .filter(|known| matches!(known.value.status, ReportedStatus::Active | ReportedStatus::Trialing));
        let settled = self.paid_at.max(in_order.map(|known| known.at));
        self.failures.iter().copied().find(|failed| settled.is_none_or(|settled| *failed > settled))
    }
}
