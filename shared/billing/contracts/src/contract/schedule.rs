//! What a contract charges, and when.
//!
//! A recurring line is charged for each period of its cycle, on its first day and for all of it. A version that takes effect
//! within a period that is charged credits the rest of the period at the old prices, and charges it at the new ones. Nothing
//! here depends on when it is asked: what falls due in several steps is what falls due in one.

use edge_time_zones::Date;
use serde::{Deserialize, Serialize};

use super::model::Contract;
use super::terms::{Cycle, Line, LineKind, Period, Term, Version, rounded};
use crate::error::ContractError;

/// What a charge is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChargeKind {
    /// A recurring line, or its credit.
    Recurring,
    /// A line that is charged once.
    OneOff,
    /// Usage that was reported.
    Usage,
    /// The fee of a termination.
    Fee,
    /// A credit for a service level.
    Sla,
}

impl ChargeKind {
    /// The kind of the charge's source.
    pub const fn source_kind(self) -> &'static str {
        match self {
            Self::Sla => "sla",
            Self::Recurring | Self::OneOff | Self::Usage | Self::Fee => "contract",
        }
    }
}

/// A charge that is due.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DueCharge {
    /// The id of its source: the contract and what of it. There is one charge of each.
    pub source: String,
    /// What it is for.
    pub kind: ChargeKind,
    /// What it says.
    pub description: String,
    /// Its amount; negative: a credit.
    pub amount: i64,
    /// Its day.
    pub date: Date,
    /// The days that it is for, `[from, to)`. None: its own alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<(Date, Date)>,
}

impl Contract {
    /// The charges that fall due after `after` until `until`, both as days, in the order of their days. None: from the first
    /// day on. Amounts of zero are left out.
    pub fn due(&self, after: Option<Date>, until: Date) -> Result<Vec<DueCharge>, ContractError> {
        let falls_due = |date: Date| after.is_none_or(|after| date > after) && date <= until && date < self.limit();
        let mut due = Vec::new();
        for term in self.terms.iter().filter(|term| term.start <= until && after.is_none_or(|after| term.end > after)) {
            for cycle in self.cycles() {
                for period in term.periods(cycle.months()).filter(|period| falls_due(period.start)) {
                    let lines = self.lines_on(period.start)?;
                    for line in lines.iter().filter(|line| line.cycle == Some(cycle)) {
                        let amount = self.amount_from(line, &period, period.start)?;
                        let source = format!("{}:{}:{}", self.id, line.id, period.start);
                        let description =
                            format!("{}, {} to {}", line.description, period.start, last_day(&period, self.limit()));
                        due.push(DueCharge {
                            source,
                            kind: ChargeKind::Recurring,
                            description,
                            amount,
                            date: period.start,
                            service: Some((period.start, period.end.min(self.limit()))),
                        });
                    }
                }
            }
        }
        for (index, version) in self.versions.iter().enumerate().filter(|(_, new)| falls_due(new.effective_date)) {
            let before = index.checked_sub(1).and_then(|before| self.versions.get(before));
            if let Some(before) = before {
                due.extend(self.reprice(before, version, version.effective_date)?);
            }
            due.extend(self.once(before, version)?);
        }
        due.retain(|charge| charge.amount != 0);
        due.sort_by(|one, other| (one.date, &one.source).cmp(&(other.date, &other.source)));
        Ok(due)
    }

    /// What `version`, which takes effect on a day until which charges are made already, changes in them.
    pub(crate) fn due_retroactively(&self, version: &Version) -> Result<Vec<DueCharge>, ContractError> {
        let index = self.versions.iter().position(|known| known.number == version.number);
        let before = index.and_then(|index| index.checked_sub(1)).and_then(|before| self.versions.get(before));
        let (Some(before), Some(until)) = (before, self.billed_until) else { return Ok(Vec::new()) };
        let mut due = self.reprice(before, version, until.plus_days(1))?;
        due.extend(self.once(Some(before), version)?);
        due.retain(|charge| charge.amount != 0);
        Ok(due)
    }

    /// The credits for what is charged of the days from `date` on.
    pub(crate) fn credits_from(&self, date: Date) -> Result<Vec<DueCharge>, ContractError> {
        let Some(until) = self.billed_until else { return Ok(Vec::new()) };
        let mut credits = Vec::new();
        for (term, cycle) in self.cycles_of_terms() {
            let is_charged = |period: &Period| period.start <= until && period.end > date;
            for period in term.periods(cycle.months()).filter(is_charged) {
                let from = period.start.max(date);
                // A version that takes effect later has not repriced the period yet.
                let version = self.version_on(from.min(until))?;
                for line in self.lines_of(version, from)?.iter().filter(|line| line.cycle == Some(cycle)) {
                    let amount = line.amount().and_then(|amount| period.share(amount, from, period.end));
                    let amount = amount.and_then(i64::checked_neg).ok_or(ContractError::OutOfRange)?;
                    credits.push(DueCharge {
                        source: format!("{}:{}:{}:terminated", self.id, line.id, period.start),
                        kind: ChargeKind::Recurring,
                        description: format!("{}, credit for {from} to {}", line.description, period.end.minus_days(1)),
                        amount,
                        date,
                        service: Some((from, period.end)),
                    });
                }
            }
        }
        credits.retain(|charge| charge.amount != 0);
        Ok(credits)
    }

    /// The recurring amount of the days `[from, to)`, as it is charged now.
    pub fn recurring_between(&self, from: Date, to: Date) -> Result<i64, ContractError> {
        let to = to.min(self.limit());
        let mut sum: i64 = 0;
        for (term, cycle) in self.cycles_of_terms() {
            for period in term.periods(cycle.months()).filter(|period| period.start < to && period.end > from) {
                // The prices of a part hold until the next version.
                let begins = from.max(period.start);
                let mut cuts: Vec<Date> = self.versions.iter().map(|version| version.effective_date).collect();
                cuts.retain(|cut| *cut > begins && *cut < to.min(period.end));
                cuts.insert(0, begins);
                cuts.push(to.min(period.end));
                for (part, end) in cuts.iter().zip(cuts.iter().skip(1)) {
                    for line in self.lines_on(*part)?.iter().filter(|line| line.cycle == Some(cycle)) {
                        let share = line.amount().and_then(|amount| period.share(amount, *part, *end));
                        sum = share.and_then(|share| sum.checked_add(share)).ok_or(ContractError::OutOfRange)?;
                    }
                }
            }
        }
        Ok(sum)
    }

    /// The cycles of its lines.
    fn cycles(&self) -> impl Iterator<Item = Cycle> + '_ {
        let is_used = |cycle: &Cycle| {
            self.versions.iter().any(|version| version.content.lines.iter().any(|line| line.cycle == Some(*cycle)))
        };
        Cycle::ALL.into_iter().filter(is_used)
    }

    fn cycles_of_terms(&self) -> impl Iterator<Item = (Term, Cycle)> + '_ {
        self.terms.iter().flat_map(|term| self.cycles().map(|cycle| (*term, cycle)))
    }

    /// The amount of `line` for what is left of `period` from `from` on.
    fn amount_from(&self, line: &Line, period: &Period, from: Date) -> Result<i64, ContractError> {
        let amount = line.amount().ok_or(ContractError::OutOfRange)?;
        period.share(amount, from, period.end.min(self.limit())).ok_or(ContractError::OutOfRange)
    }

    /// What `after` changes in the periods that begin before `bound`, which are charged at the prices of `before`: for each line
    /// that it changes, the credit and the charge for the days on which it holds.
    fn reprice(&self, before: &Version, after: &Version, bound: Date) -> Result<Vec<DueCharge>, ContractError> {
        let (mut due, date) = (Vec::new(), after.effective_date);
        let is_changed = |line: &Line, others: &[Line]| line.kind == LineKind::Recurring && !others.contains(line);
        for (term, cycle) in self.cycles_of_terms() {
            let is_concerned = |period: &Period| {
                period.start < bound && period.end > date && period.start < self.limit() && date < self.limit()
            };
            for period in term.periods(cycle.months()).filter(is_concerned) {
                let from = period.start.max(date);
                let (old, new) = (self.lines_of(before, from)?, self.lines_of(after, from)?);
                for (lines, others, is_credit) in [(&old, &new, true), (&new, &old, false)] {
                    let lines = lines.iter().filter(|line| line.cycle == Some(cycle) && is_changed(line, others));
                    for line in lines {
                        let amount = self.amount_from(line, &period, from)?;
                        let amount = if is_credit { amount.checked_neg() } else { Some(amount) };
                        let (word, mark) = if is_credit { (", credit for", "credit") } else { (",", "charge") };
                        due.push(DueCharge {
                            source: format!("{}:{}:{}:v{}:{mark}", self.id, line.id, period.start, after.number),
                            kind: ChargeKind::Recurring,
                            description: format!(
                                "{}{word} {from} to {}",
                                line.description,
                                last_day(&period, self.limit())
                            ),
                            amount: amount.ok_or(ContractError::OutOfRange)?,
                            date,
                            service: Some((from, period.end.min(self.limit()))),
                        });
                    }
                }
            }
        }
        Ok(due)
    }

    /// The charges of lines that are charged once and are new in `version`.
    fn once(&self, before: Option<&Version>, version: &Version) -> Result<Vec<DueCharge>, ContractError> {
        let is_known =
            |line: &Line| before.is_some_and(|before| before.content.lines.iter().any(|known| known.id == line.id));
        let new = version.content.lines.iter().filter(|line| line.kind == LineKind::OneOff && !is_known(line));
        let charge = |line: &Line| {
            Ok(DueCharge {
                source: format!("{}:{}", self.id, line.id),
                kind: ChargeKind::OneOff,
                description: line.description.clone(),
                amount: line.amount().ok_or(ContractError::OutOfRange)?,
                date: version.effective_date,
                service: None,
            })
        };
        new.map(charge).collect()
    }

    /// The day on which the next charge may fall due after `after`.
    pub(crate) fn next_due(&self, after: Date) -> Option<Date> {
        let starts = self.terms.iter().filter(|term| term.end > after).flat_map(|term| {
            self.cycles().filter_map(|cycle| {
                term.periods(cycle.months()).map(|period| period.start).find(|start| *start > after)
            })
        });
        let changes = self.versions.iter().map(|version| version.effective_date).filter(|date| *date > after);
        starts.chain(changes).filter(|date| *date < self.limit()).min()
    }
}

fn last_day(period: &Period, limit: Date) -> Date {
    period.end.min(limit).minus_days(1)
}

/// What a contract is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ContractValue {
    /// The recurring lines over all terms that are agreed on.
    pub recurring: i64,
    /// Those, and the lines that are charged once: the total contract value.
    pub total: i64,
    /// The recurring lines in a year, on average: the annual contract value.
    pub annual: i64,
}

impl Contract {
    /// What it is worth: what was charged, and what its terms will charge. Without usage, fees and credits for service levels.
    pub fn value(&self) -> Result<ContractValue, ContractError> {
        let (mut recurring, mut once) = (self.billed_recurring, self.billed_once);
        for charge in self.due(self.billed_until, self.limit())? {
            let sum = match charge.kind {
                ChargeKind::Recurring => &mut recurring,
                _ => &mut once,
            };
            *sum = sum.checked_add(charge.amount).ok_or(ContractError::OutOfRange)?;
        }
        let total = recurring.checked_add(once).ok_or(ContractError::OutOfRange)?;
        Ok(ContractValue { recurring, total, annual: self.annual(recurring)? })
    }

    /// `recurring` of the whole life, for a year: by months where the life has whole ones, else by days.
    fn annual(&self, recurring: i64) -> Result<i64, ContractError> {
        let months: Option<u32> = self.terms.iter().map(Term::months).sum();
        let months = months.filter(|months| *months > 0 && self.limit() == self.end());
        let annual = match months {
            Some(months) => rounded(i128::from(recurring).saturating_mul(12), i128::from(months)),
            None => {
                let days = self.start().days_until(self.limit());
                if days <= 0 {
                    return Ok(0);
                }
                rounded(i128::from(recurring).saturating_mul(365), i128::from(days))
            }
        };
        annual.ok_or(ContractError::OutOfRange)
    }
}
