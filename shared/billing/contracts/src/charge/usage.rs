//! Usage that is reported, and its charge.

use edge_capabilities::Timestamp;
use edge_time_zones::Date;
use serde::{Deserialize, Serialize};

use crate::contract::{ChargeKind, Contract, DueCharge, LineKind, Quantity};
use crate::error::ContractError;
use crate::sla::month_text;
use crate::timeline::{EventKind, Moment};

/// The usage of a line in a month. INVARIANT: never changed; there is one of each line and month.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UsageReport {
    /// The line.
    pub line_id: String,
    /// The first day of the month.
    pub month: Date,
    /// How many.
    pub quantity: Quantity,
    /// The charge.
    pub amount: i64,
    /// When it was reported.
    pub at: Timestamp,
}

impl Contract {
    /// Charges usage. The same report again changes nothing.
    pub(crate) fn report_usage(
        &mut self,
        line_id: &str,
        month: Date,
        quantity: Quantity,
        moment: Moment<'_>,
    ) -> Result<UsageReport, ContractError> {
        let known = self.usage_reports.iter().find(|known| known.line_id == line_id && known.month == month);
        if let Some(known) = known {
            return if known.quantity == quantity { Ok(known.clone()) } else { Err(ContractError::OtherReport) };
        }
        if self.signed_on.is_none() {
            return Err(ContractError::NotInForce(self.status));
        }
        let next = month.plus_months(1);
        if next <= self.start() || month >= self.limit() || month > moment.today {
            return Err(ContractError::field("month", "must be a month in which the contract was in force"));
        }
        let lines = self.lines_on(self.shown_on(next.minus_days(1)))?;
        let line = lines.iter().find(|line| line.id == line_id && line.kind == LineKind::Usage);
        let line = line.ok_or_else(|| ContractError::field("line_id", "must be a usage line of the contract"))?;
        let amount = line.amount_of(quantity).ok_or(ContractError::OutOfRange)?;
        let report = UsageReport { line_id: line_id.to_owned(), month, quantity, amount, at: moment.now };
        if amount > 0 {
            let charge = DueCharge {
                source: format!("{}:{line_id}:usage:{}", self.id, month_text(month)),
                kind: ChargeKind::Usage,
                description: format!("{}, {quantity} in {}", line.description, month_text(month)),
                amount,
                date: moment.today,
                service: None,
            };
            self.charge(vec![charge])?;
        }
        self.usage_reports.push(report.clone());
        let event = self.happened(EventKind::UsageReported, moment.today, moment);
        event.amount = Some(amount);
        event.detail = Some(format!("{quantity} of {line_id} in {}", month_text(month)));
        Ok(report)
    }
}
