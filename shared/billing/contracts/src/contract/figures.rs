//! Contracts as of a day, for figures over all of them.

use edge_capabilities::Timestamp;
use edge_time_zones::{Date, Zone};

use super::model::{Contract, ContractStatus};
use super::schedule::DueCharge;
use super::terms::{Line, RenewalMode, Term, rounded};
use crate::amendment::AmendmentStatus;
use crate::error::ContractError;
use crate::timeline::{EDGE, EventKind, Moment};

/// How often charges that wait are set aside, so that further terms begin. A contract of 500 years has fewer.
const MAX_ROUNDS: u32 = 200;

/// What a contract is worth, and what of it is recognised.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Backlog {
    /// All that its terms charge, without usage, fees and credits for service levels.
    pub contracted: i64,
    /// What of that is for days until the one that was asked for, with it.
    pub recognised: i64,
}

impl Backlog {
    /// What is still to be recognised.
    pub const fn left(&self) -> i64 {
        self.contracted.saturating_sub(self.recognised)
    }
}

/// The share of `amount` for the service of `[from, to)` that is recognised at the end of `day`, day by day, rounded half away
/// from zero: nothing before it begins, all of it once it has ended.
pub fn recognised(amount: i64, (from, to): (Date, Date), day: Date) -> Option<i64> {
    let whole = from.days_until(to);
    let past = from.days_until(day).saturating_add(1);
    if whole <= 0 || past >= whole {
        return Some(if past > 0 { amount } else { 0 });
    }
    rounded(i128::from(amount).checked_mul(i128::from(past.max(0)))?, i128::from(whole))
}

impl DueCharge {
    /// What of it is recognised at the end of `day`. What is for no days is recognised on its own.
    pub fn recognised_on(&self, day: Date) -> Result<i64, ContractError> {
        let days = self.service.unwrap_or((self.date, self.date.plus_days(1)));
        recognised(self.amount, days, day).ok_or(ContractError::OutOfRange)
    }
}

impl Contract {
    /// It after what fell due until `today`, without the charges that wait: as it is shown, though no job came to it yet.
    pub(super) fn brought_up_to(mut self, today: Date, now: Timestamp) -> Result<Self, ContractError> {
        for _ in 0..MAX_ROUNDS {
            let has_more = self.advance(Moment { actor: EDGE, now, today })?;
            self.outbox = crate::outbox::Outbox::default();
            if !has_more {
                break;
            }
        }
        Ok(self)
    }

    /// What was agreed on by the end of `day` in `zone`: its terms, versions and end as they were known or in force then. None:
    /// nothing was.
    pub fn as_of(&self, day: Date, zone: &Zone) -> Option<Self> {
        let signed = self.signed_on?;
        if signed.min(self.start()) > day || self.status == ContractStatus::Cancelled {
            return None;
        }
        let is_by_then = |at: Timestamp| Date::of(at, zone) <= day;
        let mut known = self.clone();
        known.termination = known.termination.filter(|ended| ended.date <= day || is_by_then(ended.at));
        known.notice = known.notice.filter(|notice| notice.date <= day);
        let renewed = |term: &Term| {
            let of_term = self.events.iter().filter(|event| event.kind == EventKind::Renewed);
            of_term.filter(|event| event.term == Some(term.number)).any(|event| is_by_then(event.at))
        };
        known.terms.retain(|term| term.number == 1 || term.start <= day || renewed(term));
        let decided = |version: u32| {
            let of_version = self.amendments.iter().filter(|one| one.status == AmendmentStatus::Approved);
            of_version.filter(|one| one.version == Some(version)).any(|one| one.decided_at.is_some_and(is_by_then))
        };
        known
            .versions
            .retain(|version| version.number == 1 || version.effective_date <= day || decided(version.number));
        // What it is worth is reckoned anew from what was agreed on then.
        known.billed_until = None;
        known.billed_recurring = 0;
        known.billed_once = 0;
        Some(known)
    }

    /// Whether `day` is before its end.
    pub fn runs_past(&self, day: Date) -> bool {
        day < self.limit()
    }

    /// The recurring amount of a year on `day`, of the lines that `is_counted` says; 0 where it is not in force.
    pub fn annual_on(&self, day: Date, is_counted: impl Fn(&Line) -> bool) -> Result<i64, ContractError> {
        if day < self.start() || day >= self.limit() {
            return Ok(0);
        }
        let mut annual: i64 = 0;
        for line in self.lines_on(day)?.iter().filter(|line| is_counted(line)) {
            let Some(cycle) = line.cycle else { continue };
            let cycles_a_year = 12_u32.checked_div(cycle.months()).unwrap_or(1);
            let of_year = line.amount().and_then(|amount| amount.checked_mul(i64::from(cycles_a_year)));
            annual = of_year.and_then(|of_year| annual.checked_add(of_year)).ok_or(ContractError::OutOfRange)?;
        }
        Ok(annual)
    }

    /// Whether it had a recurring amount on a day before `day`, of the lines that `is_counted` says.
    pub fn recurred_before(&self, day: Date, is_counted: impl Fn(&Line) -> bool) -> Result<bool, ContractError> {
        let begins =
            self.versions.iter().map(|version| version.effective_date).chain(self.terms.iter().map(|term| term.start));
        for begin in begins.filter(|begin| *begin < day) {
            if self.annual_on(begin.max(self.start()), &is_counted)? > 0 && begin.max(self.start()) < day {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// What all its terms charge, and what of that is recognised at the end of `day`. It is to be as of that day.
    pub fn backlog_on(&self, day: Date) -> Result<Backlog, ContractError> {
        let mut backlog = Backlog::default();
        for charge in self.due(None, self.limit())? {
            let sum = |one: i64, more: i64| one.checked_add(more).ok_or(ContractError::OutOfRange);
            backlog.contracted = sum(backlog.contracted, charge.amount)?;
            backlog.recognised = sum(backlog.recognised, charge.recognised_on(day)?)?;
        }
        Ok(backlog)
    }

    /// What happens at the end of its last term; None: notice was given, or it is terminated.
    pub fn renewal_mode(&self) -> Result<Option<RenewalMode>, ContractError> {
        let term = self.last_term()?;
        let is_open = self.termination.is_none() && self.notice.is_none_or(|notice| term.number < notice.last_term);
        let mode = self.version_on(term.end.minus_days(1))?.content.renewal.mode;
        Ok(Some(mode).filter(|_| is_open))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_recognised_grows_day_by_day_to_all_of_it() {
        let date = |text: &str| Date::parse(text).unwrap();
        let month = (date("2026-11-01"), date("2026-12-01"));
        for (amount, day, expected) in [
            (3_000, "2026-10-31", 0),
            (3_000, "2026-11-01", 100),
            (3_000, "2026-11-29", 2_900),
            (3_000, "2026-11-30", 3_000),
            (3_000, "2027-11-30", 3_000),
            (100, "2026-11-01", 3),
            (100, "2026-11-15", 50),
            (1, "2026-11-14", 0),
            (1, "2026-11-15", 1),
            (-1, "2026-11-15", -1),
            (-100, "2026-11-01", -3),
        ] {
            assert_eq!(recognised(amount, month, date(day)), Some(expected), "{amount} {day}");
        }
        let one_day = (date("2026-11-05"), date("2026-11-06"));
        assert_eq!(recognised(7, one_day, date("2026-11-04")), Some(0));
        assert_eq!(recognised(7, one_day, date("2026-11-05")), Some(7));
    }
}
