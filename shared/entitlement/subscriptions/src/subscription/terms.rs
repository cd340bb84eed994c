//! What an organization has subscribed to: the plan, the number of seats, the period, and how the gateway stands to it. The
//! terms of a subscription change as a whole; each change is a movement.

use std::time::Duration;

use edge_capabilities::Timestamp;
use edge_money::Currency;
use edge_plans::Cycle;
use edge_seats::SubscriptionStatus;
use serde::{Deserialize, Serialize};

use super::facts::{Dated, GatewayFacts};
use super::period::{payments_per_year, period_at};
use super::status::Status;

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

/// The plan as it was when the subscription took it: a later price does not change what runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanTerms {
    /// The plan's id within the application.
    pub id: String,
    /// The plan's version.
    pub version: i64,
    /// Its name.
    pub name: String,
    /// The price of a seat for one cycle, in the currency's smallest unit.
    pub price: i64,
    /// The currency.
    #[serde(with = "currency")]
    pub currency: Currency,
    /// How often it is paid.
    pub cycle: Cycle,
    /// The price at Stripe, where the plan names one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stripe_price: Option<String>,
}

mod currency {
    use edge_money::Currency;
    use serde::{Deserialize as _, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(currency: &Currency, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(currency.as_str())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Currency, D::Error> {
        Currency::parse(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
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

/// A subscription as another system has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Imported {
    /// Its state there.
    pub status: SubscriptionStatus,
    /// When the period ends; None: it has no end.
    pub period_end: Option<Timestamp>,
}

/// Why a subscription of another system is not taken over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotImportable {
    /// It grants nobody access.
    #[error("grants nobody access, so there is nothing to import")]
    GrantsNothing,
    /// In this state it must have an end.
    #[error("must have a currentPeriodEnd in this state")]
    HasNoEnd,
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

    /// Puts them in force at `now` as they were in force elsewhere. Err: nobody could be assigned a seat of them.
    pub fn import(mut self, imported: Imported, now: Timestamp) -> Result<Self, NotImportable> {
        let Imported { status, period_end } = imported;
        let is_over = period_end.is_some_and(|end| end <= now);
        match (status, period_end) {
            (SubscriptionStatus::Suspended | SubscriptionStatus::Expired, _) => {
                return Err(NotImportable::GrantsNothing);
            }
            (SubscriptionStatus::Active | SubscriptionStatus::Trialing | SubscriptionStatus::Cancelled, _)
                if is_over =>
            {
                return Err(NotImportable::GrantsNothing);
            }
            (SubscriptionStatus::Trialing | SubscriptionStatus::Cancelled | SubscriptionStatus::PastDue, None) => {
                return Err(NotImportable::HasNoEnd);
            }
            (SubscriptionStatus::Trialing, end) => return Ok(self.begin(end, now)),
            (SubscriptionStatus::Active, None) => return Ok(self.begin(None, now)),
            (SubscriptionStatus::Active | SubscriptionStatus::Cancelled, Some(end)) => {
                self.status = Status::Active;
                self.cancel_at_period_end = status == SubscriptionStatus::Cancelled;
                self.anchor = end;
                self.period = Some((now, end));
            }
            (SubscriptionStatus::PastDue, Some(end)) => {
                self.status = Status::PastDue;
                self.anchor = end;
                self.period = Some((now.min(end), end));
                self.past_due_since = Some(end);
                if !self.may_assign(now) {
                    return Err(NotImportable::GrantsNothing);
                }
            }
        }
        Ok(self)
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

    /// Brings it forward to `now` by what needs nobody: a manual subscription renews by itself, a scheduled change takes
    /// effect, one that is cancelled ends with its period. Gives the terms after each change that is a movement, with the
    /// time at which it took effect. So a change that is due holds whether or not anything has run since.
    pub fn advance(&mut self, now: Timestamp) -> Vec<(Timestamp, Self)> {
        let mut changes = Vec::new();
        while let Some(at) = self.next_change(now) {
            changes.push((at, self.clone()));
        }
        changes
    }

    /// When it next changes without anybody's doing, at the earliest: it ends with its period, its trial ends, a scheduled
    /// change takes effect. None: it does not.
    pub fn due_at(&self) -> Option<Timestamp> {
        let (_, end) = self.period.filter(|_| self.status.is_live())?;
        let is_trial = self.gateway == GatewayName::Manual && self.status == Status::Trialing;
        let ends = (self.cancel_at_period_end || is_trial).then_some(end);
        let scheduled = self.scheduled.as_ref().map(|scheduled| scheduled.at);
        ends.into_iter().chain(scheduled).min()
    }

    /// Makes the first change that is due at `now` and is a movement; gives when it took effect.
    fn next_change(&mut self, now: Timestamp) -> Option<Timestamp> {
        let (_, end) = self.period.filter(|_| self.status.is_live())?;
        if let Some(lapsed) = self.unpaid_increase.take_if(|open| open.lapses_at <= now) {
            self.facts.voided_at = self.facts.voided_at.max(Some(lapsed.lapses_at));
            self.seats = self.facts.seats_in_force().unwrap_or(self.seats);
            return Some(lapsed.lapses_at);
        }
        if let Some(end) = self.cancelled_at().filter(|end| *end <= now) {
            self.end(end);
            return Some(end);
        }
        // One that is overdue waits for somebody's word: it was imported so, for a manual one is never overdue by itself.
        let renews = matches!(self.status, Status::Trialing | Status::Active);
        if self.gateway == GatewayName::Manual && renews && end <= now {
            let was_trial = self.status == Status::Trialing;
            self.status = Status::Active;
            let is_changed = self.take_scheduled(end);
            if was_trial || is_changed {
                self.period = Some(period_at(self.plan.cycle, self.anchor, end));
                return Some(end);
            }
            // Renewals without a change are no movement: however many passed, the period is the one of now.
            self.period = Some(period_at(self.plan.cycle, self.anchor, now));
            return None;
        }
        if let Some(at) = self.scheduled.as_ref().map(|scheduled| scheduled.at).filter(|at| *at <= now) {
            return self.take_scheduled(at).then_some(at);
        }
        if self.gateway == GatewayName::Bheempay && self.status == Status::Active && end <= now {
            // The gateway tells of payments alone: until it tells of one for the next period, that one is overdue.
            self.status = Status::PastDue;
            self.past_due_since = Some(end);
            return Some(end);
        }
        None
    }

    /// When it ends, if it is to end with its period. A period that is over when it is cancelled ends it at once.
    fn cancelled_at(&self) -> Option<Timestamp> {
        let (_, end) = self.period.filter(|_| self.cancel_at_period_end)?;
        Some(end).max(self.facts.cancels.map(|cancels| cancels.at))
    }

    /// When the next change comes due that needs nobody and is a movement; None: none does. See [`Terms::advance`].
    pub fn next_due(&self) -> Option<Timestamp> {
        let (_, end) = self.period.filter(|_| self.status.is_live())?;
        let is_due_at_end = match self.gateway {
            GatewayName::Manual => self.status == Status::Trialing,
            GatewayName::Bheempay => self.status == Status::Active,
            GatewayName::Stripe => false,
        };
        let candidates = [
            self.unpaid_increase.as_ref().map(|open| open.lapses_at),
            self.cancelled_at(),
            self.scheduled.as_ref().map(|scheduled| scheduled.at),
            is_due_at_end.then_some(end),
        ];
        candidates.into_iter().flatten().min()
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

    /// Makes the scheduled change, if it is due at `at`; gives whether there was one.
    fn take_scheduled(&mut self, at: Timestamp) -> bool {
        let Some(due) = self.scheduled.take_if(|scheduled| scheduled.at <= at) else { return false };
        if let Some(seats) = due.seats {
            self.set_seats(seats, due.at);
        }
        if let Some(plan) = due.plan {
            if plan.cycle != self.plan.cycle {
                self.anchor = at;
            }
            self.plan = plan;
        }
        true
    }
}

#[cfg(test)]
pub(crate) mod testing {
    use super::*;

    /// A plan of 10.00 USD a seat and month.
    pub(crate) fn plan() -> PlanTerms {
        PlanTerms {
            id: "pro".into(),
            version: 1,
            name: "Pro".into(),
            price: 1_000,
            currency: Currency::parse("USD").unwrap(),
            cycle: Cycle::Monthly,
            stripe_price: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::testing::plan;
    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse(&format!("{text}T00:00:00Z")).unwrap()
    }

    fn manual(seats: i64, trial_end: Option<Timestamp>) -> Terms {
        Terms::new(plan(), seats, GatewayName::Manual, at("2026-01-31")).begin(trial_end, at("2026-01-31"))
    }

    #[test]
    fn a_manual_subscription_renews_without_movements() {
        let mut terms = manual(5, None);
        assert_eq!(terms.annual_amount(), 60_000);
        for (now, from, to) in [
            ("2026-02-27", "2026-01-31", "2026-02-28"),
            ("2026-02-28", "2026-02-28", "2026-03-31"),
            ("2028-01-01", "2027-12-31", "2028-01-31"),
        ] {
            assert_eq!(terms.advance(at(now)), []);
            assert_eq!(terms.period, Some((at(from), at(to))));
            assert!(terms.may_assign(at(now)));
        }
    }

    #[test]
    fn an_imported_subscription_grants_as_long_as_it_did_elsewhere() {
        use SubscriptionStatus as Is;
        let (now, later, gone) = (at("2026-01-31"), at("2026-03-15"), at("2026-01-30"));
        let nothing = Err(NotImportable::GrantsNothing);
        for (status, end, expected) in [
            (Is::Active, Some(later), Ok((Status::Active, Some(later), Status::Active))),
            (Is::Active, None, Ok((Status::Active, Some(at("2026-02-28")), Status::Active))),
            (Is::Trialing, Some(later), Ok((Status::Trialing, Some(later), Status::Active))),
            (Is::Cancelled, Some(later), Ok((Status::Active, Some(later), Status::Cancelled))),
            (Is::PastDue, Some(gone), Ok((Status::PastDue, Some(gone), Status::PastDue))),
            (Is::PastDue, Some(at("2026-01-20")), nothing),
            (Is::Active, Some(gone), nothing),
            (Is::Cancelled, Some(gone), nothing),
            (Is::Suspended, Some(later), nothing),
            (Is::Expired, None, nothing),
            (Is::Cancelled, None, Err(NotImportable::HasNoEnd)),
            (Is::Trialing, None, Err(NotImportable::HasNoEnd)),
        ] {
            let new = Terms::new(plan(), 5, GatewayName::Manual, now);
            let outcome = new.import(Imported { status, period_end: end }, now).map(|terms| {
                assert!(terms.may_assign(now), "{status:?}");
                let mut after = terms.clone();
                after.advance(at("2026-06-01"));
                (terms.status, terms.access_end(), after.status)
            });
            assert_eq!(outcome, expected, "{status:?} {end:?}");
        }
    }

    #[test]
    fn a_trial_pays_nothing_until_it_ends() {
        let mut terms = manual(5, Some(at("2026-02-14")));
        assert_eq!((terms.status, terms.annual_amount(), terms.purchased()), (Status::Trialing, 0, 5));
        let changes = terms.advance(at("2026-05-01"));
        assert_eq!(changes.len(), 1);
        assert_eq!((changes[0].0, changes[0].1.annual_amount()), (at("2026-02-14"), 60_000));
        assert_eq!(terms.period, Some((at("2026-04-14"), at("2026-05-14"))));
    }

    #[test]
    fn a_scheduled_change_takes_effect_with_the_next_period() {
        let mut terms = manual(8, None);
        let dearer = PlanTerms { price: 2_000, ..plan() };
        terms.scheduled = Some(Scheduled { seats: Some(5), plan: Some(dearer), at: at("2026-02-28") });
        assert_eq!(terms.advance(at("2026-02-27")), []);
        let changes = terms.advance(at("2026-06-01"));
        assert_eq!(changes.len(), 1);
        assert_eq!((changes[0].0, changes[0].1.seats, changes[0].1.annual_amount()), (at("2026-02-28"), 5, 120_000));
        assert_eq!(terms.scheduled, None);
    }

    #[test]
    fn a_cancelled_subscription_ends_with_its_period_and_stays_ended() {
        let mut terms = manual(8, None);
        terms.cancel_at_period_end = true;
        assert_eq!(terms.advance(at("2026-02-27")), []);
        let changes = terms.advance(at("2026-06-01"));
        assert_eq!((changes.len(), changes[0].0, terms.status), (1, at("2026-02-28"), Status::Cancelled));
        assert_eq!((terms.purchased(), terms.annual_amount(), terms.access_end()), (0, 0, Some(at("2026-02-28"))));
        assert_eq!(terms.advance(at("2027-06-01")), []);
    }
}
