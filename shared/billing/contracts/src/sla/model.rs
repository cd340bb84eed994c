//! A report of a service level, and the credit that follows from it.

use edge_capabilities::Timestamp;
use edge_time_zones::Date;
use serde::{Deserialize, Serialize};

use crate::contract::{ChargeKind, Contract, DueCharge, WHOLE_BASIS_POINTS, rounded};
use crate::error::ContractError;
use crate::timeline::{EventKind, Moment};

/// What was reported of a service level in a month. INVARIANT: never changed; there is one of each metric and month.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SlaReport {
    /// What was measured.
    pub metric: String,
    /// The first day of the month.
    pub month: Date,
    /// The value, in ten thousandths.
    pub value: i64,
    /// What was promised, in ten thousandths.
    pub target: i64,
    /// The share of the month's fee that is given back, in hundredths of a per cent.
    pub basis_points: u32,
    /// The recurring charges of the month's days.
    pub fee: i64,
    /// The credit. All credits of a month together are never more than its fee.
    pub credit: i64,
    /// When it was reported.
    pub at: Timestamp,
}

impl Contract {
    /// Takes a report; gives its number among the reports. The same report again changes nothing.
    pub(crate) fn report_sla(
        &mut self,
        metric: &str,
        month: Date,
        value: i64,
        moment: Moment<'_>,
    ) -> Result<SlaReport, ContractError> {
        let known = self.sla_reports.iter().find(|known| known.metric == metric && known.month == month);
        if let Some(known) = known {
            return if known.value == value { Ok(known.clone()) } else { Err(ContractError::OtherReport) };
        }
        if self.signed_on.is_none() {
            return Err(ContractError::NotInForce(self.status));
        }
        let next = month.plus_months(1);
        if next <= self.start() || month >= self.limit() || month > moment.today {
            return Err(ContractError::field("month", "must be a month in which the contract was in force"));
        }
        // What was promised in the last days of the month that it was in force.
        let content = self.content_on(self.shown_on(next.minus_days(1)))?;
        let level = content.sla.iter().find(|level| level.metric == metric);
        let level =
            level.ok_or_else(|| ContractError::field("metric", "must be one of the contract's service levels"))?;
        let missed = level.credit_steps.iter().filter(|step| value < step.below);
        let basis_points = missed.map(|step| step.basis_points).max().unwrap_or_default();
        let fee = self.recurring_between(month, next)?;
        let given: i64 = self.sla_reports.iter().filter(|known| known.month == month).map(|known| known.credit).sum();
        let share = rounded(i128::from(fee).saturating_mul(i128::from(basis_points)), i128::from(WHOLE_BASIS_POINTS));
        let credit = share.ok_or(ContractError::OutOfRange)?.min(fee.saturating_sub(given)).max(0);
        let target = level.target;
        let (metric, at) = (metric.to_owned(), moment.now);
        let report = SlaReport { metric, month, value, target, basis_points, fee, credit, at };
        if credit > 0 {
            let charge = DueCharge {
                source: format!("{}:{}:{month}", self.id, report.metric),
                kind: ChargeKind::Sla,
                description: format!("Service credit for {}, {}", report.metric, month_text(month)),
                amount: credit.checked_neg().ok_or(ContractError::OutOfRange)?,
                date: moment.today,
                service: None,
            };
            self.charge(vec![charge])?;
        }
        self.sla_reports.push(report.clone());
        let event = self.happened(EventKind::SlaReported, moment.today, moment);
        event.amount = Some(credit);
        event.detail = Some(format!("{} {}", report.metric, month_text(month)));
        Ok(report)
    }
}

/// A month as it is written: `2026-10`.
pub(crate) fn month_text(month: Date) -> String {
    let mut text = month.to_string();
    text.truncate(7);
    text
}

/// The first day of the month that is written as `2026-10`.
pub(crate) fn parse_month(text: &str) -> Option<Date> {
    Date::parse(&format!("{text}-01"))
}
