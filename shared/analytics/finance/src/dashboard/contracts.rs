//! Contracts in force: what of them is still to be recognised, and which are to be renewed.

use std::collections::BTreeSet;

use edge_contracts::{Contract, RenewalMode};
use edge_http::Problem;
use edge_money::{Currency, DecimalAmount};
use edge_time_zones::Date;
use serde::Serialize;
use utoipa::ToSchema;

use crate::contracts::failed;
use crate::figure::{Compared, amount};
use crate::query::ReportDays;

/// What contracts in force charge in all, and what of that is recognised.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub(crate) struct ContractBacklog {
    contracts: i64,
    /// What their terms charge in all: recurring lines and lines that are charged once, without usage.
    #[schema(value_type = f64)]
    contracted: DecimalAmount,
    /// What of that is for days until the end of the period.
    #[schema(value_type = f64)]
    recognised: DecimalAmount,
    /// `contracted` less `recognised`.
    #[schema(value_type = f64)]
    backlog: DecimalAmount,
}

/// Contracts of which something is due in so many days.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct RenewalsDue {
    /// `0_30`, `31_60` or `61_90`: the days from the end of the period on.
    days: &'static str,
    contracts: i64,
    /// Their recurring amount of a year, on their last days.
    #[schema(value_type = f64)]
    arr: DecimalAmount,
}

/// Contracts that are to be renewed.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ReportRenewals)]
pub(crate) struct Renewals {
    /// By the end of the last term, of contracts that are renewed by themselves or by hand.
    by_end: Vec<RenewalsDue>,
    /// By the last day on which notice is in time, of contracts that are renewed by themselves.
    by_notice: Vec<RenewalsDue>,
}

const DAYS: [(&str, i64); 3] = [("0_30", 30), ("31_60", 60), ("61_90", 90)];

#[derive(Clone, Copy, Debug)]
struct Running {
    place: usize,
    currency: Currency,
    contracted: i64,
    recognised: i64,
}

#[derive(Clone, Copy, Debug)]
struct Due {
    currency: Currency,
    arr: i64,
    /// Days until the end.
    end: i64,
    /// Days until the last day of notice.
    notice: Option<i64>,
}

/// What was reckoned of contracts.
pub(super) struct Contracts {
    running: Vec<Running>,
    due: Vec<Due>,
}

impl Contracts {
    /// The figures of `contracts`.
    pub(super) fn of(days: &ReportDays, contracts: &[Contract]) -> Result<Self, Problem> {
        let (mut running, mut due) = (Vec::new(), Vec::new());
        for (place, end) in days.ends().into_iter().enumerate() {
            for contract in contracts {
                let known = contract.as_of(end.day, &days.zone).filter(|known| known.runs_past(end.day));
                let Some(known) = known else { continue };
                let backlog = known.backlog_on(end.day).map_err(failed)?;
                let (contracted, recognised) = (backlog.contracted, backlog.recognised);
                running.push(Running { place, currency: known.currency, contracted, recognised });
                if place == 1 {
                    due.extend(due_of(&known, end.day)?);
                }
            }
        }
        Ok(Self { running, due })
    }

    pub(super) fn currencies(&self, found: &mut BTreeSet<Currency>) {
        found.extend(self.running.iter().map(|running| running.currency));
    }

    pub(super) fn backlog(&self, currency: Currency) -> Compared<ContractBacklog> {
        Compared::of(|place| {
            let own = || self.running.iter().filter(|one| one.place == place && one.currency == currency);
            let sum = |of: fn(&Running) -> i64| own().fold(0, |sum: i64, one| sum.saturating_add(of(one)));
            let (contracted, recognised) = (sum(|one| one.contracted), sum(|one| one.recognised));
            ContractBacklog {
                contracts: sum(|_| 1),
                contracted: amount(contracted, currency),
                recognised: amount(recognised, currency),
                backlog: amount(contracted.saturating_sub(recognised), currency),
            }
        })
    }

    pub(super) fn renewals(&self, currency: Currency) -> Renewals {
        let by = |days_of: fn(&Due) -> Option<i64>| {
            let mut after = -1;
            let mut found = Vec::new();
            for (days, until) in DAYS {
                let is_due = |due: &&Due| {
                    due.currency == currency && days_of(due).is_some_and(|days| days > after && days <= until)
                };
                let (contracts, arr) =
                    self.due.iter().filter(is_due).fold((0_i64, 0_i64), |(count, arr), due| {
                        (count.saturating_add(1), arr.saturating_add(due.arr))
                    });
                found.push(RenewalsDue { days, contracts, arr: amount(arr, currency) });
                after = until;
            }
            found
        };
        Renewals { by_end: by(|due| Some(due.end)), by_notice: by(|due| due.notice) }
    }
}

fn due_of(contract: &Contract, day: Date) -> Result<Option<Due>, Problem> {
    let mode = contract.renewal_mode().map_err(failed)?;
    let Some(mode) = mode.filter(|mode| *mode != RenewalMode::None) else { return Ok(None) };
    let term = contract.last_term().map_err(failed)?;
    let notice = contract.last_notice_day(&term).map_err(failed)?;
    Ok(Some(Due {
        currency: contract.currency,
        arr: contract.annual_on(term.end.minus_days(1), |_| true).map_err(failed)?,
        end: day.days_until(term.end),
        notice: (mode == RenewalMode::Auto).then(|| day.days_until(notice)),
    }))
}
