//! What changes in terms by itself, with time: periods, trials, scheduled changes, cancellations.

use edge_capabilities::Timestamp;

use super::{GatewayName, Terms};
use crate::subscription::period::period_at;
use crate::subscription::status::Status;

impl Terms {
    /// Brings the terms forward to `now`: a manual subscription renews by itself, a scheduled change takes effect, a cancelled
    /// subscription ends with its period. Returns the terms after each change that is a movement, with the time at which it
    /// took effect. So a change that is due counts whether or not a job has run since.
    pub fn advance(&mut self, now: Timestamp) -> Vec<(Timestamp, Self)> {
        let mut changes = Vec::new();
        while let Some(at) = self.next_change(now) {
            changes.push((at, self.clone()));
        }
        changes
    }

    /// When the next change comes due by itself, at the earliest: the end with the period, the end of the trial, a scheduled
    /// change. None: none does.
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
            // The gateway reports nothing but payments: until it reports one for the next period, that period is overdue.
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
mod tests {
    use super::super::Scheduled;
    use super::*;
    use crate::subscription::plan::PlanTerms;
    use crate::subscription::plan::testing::plan;

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
