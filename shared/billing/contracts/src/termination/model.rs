//! How a contract is ended early, and what that costs.

use edge_capabilities::Timestamp;
use edge_time_zones::Date;
use serde::{Deserialize, Serialize};

use crate::contract::{ChargeKind, Contract, DueCharge, Fee, WHOLE_BASIS_POINTS, rounded};
use crate::error::ContractError;
use crate::timeline::{EventKind, Moment};

/// A termination. INVARIANT: never changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Termination {
    /// The first day on which the contract is not in force any more.
    pub date: Date,
    /// Why.
    pub reason: String,
    /// What remained of the commitment: the recurring charges of the days from `date` on.
    pub remaining: i64,
    /// What of that was charged before, and is given back.
    pub credit: i64,
    /// The fee.
    pub fee: i64,
    /// The caller who terminated it.
    pub by: String,
    /// When.
    pub at: Timestamp,
}

impl Contract {
    /// Ends it as of `date`: what is charged of later days is given back, and the fee is charged, which is never more than what
    /// remains. Once it is terminated, this changes nothing.
    pub(crate) fn terminate(&mut self, date: Date, reason: String, moment: Moment<'_>) -> Result<(), ContractError> {
        if self.termination.is_some() {
            return Ok(());
        }
        self.check_open()?;
        self.check_termination_date(date)?;
        let fee = self.content_on(self.shown_on(date))?.fee;
        let mrr = self.mrr_on(self.shown_on(date))?;
        let before = self.value()?.recurring;
        let (by, at) = (moment.actor.to_owned(), moment.now);
        let mut termination = Termination { date, reason, remaining: 0, credit: 0, fee: 0, by, at };
        self.termination = Some(termination.clone());
        let credits = self.credits_from(date)?;
        let credit = credits.iter().try_fold(0_i64, |sum, charge| sum.checked_sub(charge.amount));
        termination.credit = credit.ok_or(ContractError::OutOfRange)?;
        self.charge(credits)?;
        termination.remaining = before.saturating_sub(self.value()?.recurring).max(0);
        termination.fee = fee_of(fee, termination.remaining, mrr)?;
        if termination.fee > 0 {
            let charge = DueCharge {
                source: format!("{}:termination", self.id),
                kind: ChargeKind::Fee,
                description: format!("Fee for the termination as of {date}"),
                amount: termination.fee,
                date,
                service: None,
            };
            self.charge(vec![charge])?;
        }
        let event = self.happened(EventKind::Terminated, date, moment);
        event.amount = Some(termination.fee);
        event.detail = Some(termination.reason.clone());
        self.termination = Some(termination);
        // Where the day has come, it has ended.
        self.advance(moment).map(drop)
    }

    /// An error if it cannot end on `date`: what was agreed on for days that are over stands.
    fn check_termination_date(&self, date: Date) -> Result<(), ContractError> {
        let today = self.billed_until.unwrap_or(self.start());
        let begun = self.terms.iter().filter(|term| term.start <= today).map(|term| term.start);
        let amended = self.versions.iter().map(|version| version.effective_date).filter(|from| *from <= today);
        let earliest = begun.chain(amended).max().unwrap_or(self.start());
        if date < earliest || date > self.end() {
            let message =
                format!("must be from {earliest}, since when the contract runs as it does, to {}", self.end());
            return Err(ContractError::field("date", message));
        }
        Ok(())
    }
}

/// The fee where `remaining` is left of the commitment, which is its most.
fn fee_of(fee: Fee, remaining: i64, mrr: i64) -> Result<i64, ContractError> {
    let wanted = match fee {
        Fee::None => Some(0),
        Fee::Fixed(amount) => Some(amount),
        Fee::PercentRemaining(basis_points) => {
            rounded(i128::from(remaining).saturating_mul(i128::from(basis_points)), i128::from(WHOLE_BASIS_POINTS))
        }
        Fee::Months(months) => Some(mrr.saturating_mul(i64::from(months))),
    };
    wanted.map(|wanted| wanted.clamp(0, remaining)).ok_or(ContractError::OutOfRange)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fee_is_never_more_than_what_remains() {
        for (fee, remaining, mrr, expected) in [
            (Fee::None, 1_000, 100, 0),
            (Fee::Fixed(400), 1_000, 100, 400),
            (Fee::Fixed(4_000), 1_000, 100, 1_000),
            (Fee::PercentRemaining(5_000), 1_001, 100, 501),
            (Fee::PercentRemaining(10_000), 1_001, 100, 1_001),
            (Fee::Months(3), 1_000, 100, 300),
            (Fee::Months(12), 1_000, 100, 1_000),
            (Fee::Months(3), 0, 100, 0),
            (Fee::Months(u32::MAX), 1_000, i64::MAX, 1_000),
        ] {
            assert_eq!(fee_of(fee, remaining, mrr).unwrap(), expected, "{fee:?} {remaining}");
        }
    }
}
