//! What an organization has subscribed to: the plan, the number of seats, the period, and how the gateway stands to it. The
//! terms of a subscription change as a whole; each change is a movement.

mod due;
mod import;

use std::time::Duration;

use edge_capabilities::Timestamp;
use serde::{Deserialize, Serialize};

use super::facts::{Dated, GatewayFacts};
use super::period::{payments_per_year, period_at};
use super::plan::PlanTerms;
use super::status::Status;

pub use import::{Imported, NotImportable};

/// How long seats may be assigned after a payment failed: as long as the rule `seat_access`, as shipped, grants access.
pub const GRACE: Duration = Duration::from_hours(72);

/// How far the clock of a gateway may be behind.
const CLOCK_SKEW: Duration = Duration::from_mins(5);

/// Who takes the money.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum GatewayName {
    /// Stripe.
    Stripe,
    /// BheemPay.
    Bheempay,
    /// Nobody: the platform says what is subscribed to.
    Manual,
}

impl GatewayName {
    /// Its name: `stripe`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Stripe => "stripe",
            Self::Bheempay => "bheempay",
            Self::Manual => "manual",
        }
    }

    /// Reads a name.
    pub fn parse(written: &str) -> Option<Self> {
        [Self::Stripe, Self::Bheempay, Self::Manual].into_iter().find(|name| name.as_str() == written)
    }
}

/// A change that takes effect later.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scheduled {
    /// The number of seats from then on, if it changes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seats: Option<i64>,
    /// The plan from then on, if it changes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan: Option<PlanTerms>,
    /// When.
    pub at: Timestamp,
}

/// Where something is paid: the gateway's page, or what the buyer's own page needs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checkout {
    /// The gateway's id of it.
    pub id: String,
    /// The gateway's page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// What a page of the buyer's needs to take the payment: a JSON object, digit by digit as the gateway wrote it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<String>,
}

/// More seats that count already and are still to be paid.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnpaidIncrease {
    /// Where they are paid.
    pub checkout: Checkout,
    /// Since when they count, by the gateway's clock.
    pub since: Timestamp,
    /// The number of seats with them.
    pub seats: i64,
    /// When they go, unless they are paid.
    pub lapses_at: Timestamp,
}

/// What an organization has subscribed to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    /// The plan.
    pub plan: PlanTerms,
    /// The number of seats.
    pub seats: i64,
    /// Who takes the money.
    pub gateway: GatewayName,
    /// The state.
    pub status: Status,
    /// When it was made.
    pub created_at: Timestamp,
    /// When the first period began: later ones are counted from it.
    pub anchor: Timestamp,
    /// The present period; None: it has not begun.
    pub period: Option<(Timestamp, Timestamp)>,
    /// When the trial ends or ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trial_end: Option<Timestamp>,
    /// Since when a payment is overdue.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub past_due_since: Option<Timestamp>,
    /// Whether it ends with the period.
    #[serde(default)]
    pub cancel_at_period_end: bool,
    /// Why it was cancelled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cancel_reason: Option<String>,
    /// When it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
    /// What changes later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scheduled: Option<Scheduled>,
    /// Where it is paid, while it is not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checkout: Option<Checkout>,
    /// More seats that are still to be paid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unpaid_increase: Option<UnpaidIncrease>,
    /// The gateway's id of the subscription.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// The gateway's id of the customer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer: Option<String>,
    /// Whether the organization has had its trial of the application.
    #[serde(default)]
    pub had_trial: bool,
    /// What the gateway said.
    #[serde(default)]
    pub facts: GatewayFacts,
}

impl Terms {
    /// Terms that are not in force yet.
    pub fn new(plan: PlanTerms, seats: i64, gateway: GatewayName, now: Timestamp) -> Self {
        Self {
            plan,
            seats,
            gateway,
            status: Status::Incomplete,
            created_at: now,
            anchor: now,
            period: None,
            trial_end: None,
            past_due_since: None,
            cancel_at_period_end: false,
            cancel_reason: None,
            ended_at: None,
            scheduled: None,
            checkout: None,
            unpaid_increase: None,
            reference: None,
            customer: None,
            had_trial: false,
            facts: GatewayFacts::default(),
        }
    }

    /// Puts them in force at `now` without a gateway; `trial_end`: at first as a trial until then.
    #[must_use]
    pub fn begin(mut self, trial_end: Option<Timestamp>, now: Timestamp) -> Self {
        self.anchor = trial_end.unwrap_or(now);
        self.trial_end = trial_end;
        self.had_trial |= trial_end.is_some();
        self.status = if trial_end.is_some() { Status::Trialing } else { Status::Active };
        self.period = Some(trial_end.map_or_else(|| period_at(self.plan.cycle, now, now), |end| (now, end)));
        self
    }

    /// When the access that is paid for ends; None: it has no end.
    pub fn access_end(&self) -> Option<Timestamp> {
        let period_end = self.period.map(|(_, end)| end);
        match self.status {
            Status::Trialing => self.trial_end.or(period_end),
            Status::PastDue => self.past_due_since.max(self.facts.paid_until()).or(period_end),
            Status::Cancelled | Status::Expired => self.ended_at.or(period_end),
            Status::Incomplete | Status::Active | Status::Paused | Status::Suspended => period_end,
        }
    }

    /// Whether seats may be assigned at `now`: while it is in its trial, active, or in the grace after a failed payment.
    pub fn may_assign(&self, now: Timestamp) -> bool {
        let until = |grace: Duration| self.access_end().is_none_or(|end| now < end.plus(grace));
        match self.status {
            Status::Trialing | Status::Active => until(Duration::ZERO),
            Status::PastDue => until(GRACE),
            _ => false,
        }
    }

    /// The seats that count as purchased: none before it is paid and after it has ended.
    pub const fn purchased(&self) -> i64 {
        if self.status.is_live() { self.seats } else { 0 }
    }

    /// The recurring amount of a year, in the currency's smallest unit: 0 in a trial, while it is paused or suspended, before
    /// it is paid and after it has ended.
    pub const fn annual_amount(&self) -> i64 {
        if !self.status.is_paying() {
            return 0;
        }
        self.plan.price.saturating_mul(self.seats).saturating_mul(payments_per_year(self.plan.cycle))
    }

    /// Changes the number of seats as of `at`, by the gateway's clock where there is one.
    pub fn set_seats(&mut self, seats: i64, at: Timestamp) {
        self.seats = seats;
        self.facts.seats = Some(Dated { at, value: seats });
    }

    /// Ends it at `at`.
    pub fn end(&mut self, at: Timestamp) {
        self.status = Status::Cancelled;
        self.ended_at = Some(at);
        self.scheduled = None;
        self.unpaid_increase = None;
        self.cancel_at_period_end = false;
        self.past_due_since = None;
        if let Some((start, end)) = &mut self.period {
            *end = at.max(*start).min(*end);
        }
    }

    /// Notes that the seats that were still to be paid are paid, if they are.
    pub(super) fn settle_increase(&mut self) {
        // The gateway's clock may be behind.
        let is_since = |open: &UnpaidIncrease, at: Timestamp| at.plus(CLOCK_SKEW) >= open.since;
        let paid = self.facts.paid_seats;
        self.unpaid_increase
            .take_if(|open| paid.is_some_and(|paid| is_since(open, paid.at) && paid.value >= open.seats));
    }

    /// The numbers of seats that a payment may be for: those in force, scheduled, ordered and paid before.
    pub fn likely_seats(&self) -> Vec<i64> {
        let scheduled = self.scheduled.as_ref().and_then(|scheduled| scheduled.seats);
        let facts = [self.facts.paid_seats, self.facts.seats].map(|said| said.map(|said| said.value));
        [Some(self.seats), scheduled].into_iter().chain(facts).flatten().collect()
    }

    /// The end of the period with `at` in it, of those that follow the first one.
    pub fn period_end_at(&self, at: Timestamp) -> Timestamp {
        period_at(self.plan.cycle, self.anchor.min(at), at).1
    }
}
