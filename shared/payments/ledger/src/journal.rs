//! Journal entries. An entry that does not balance cannot be constructed.

use chrono::NaiveDate;
use edge_money::{Currency, Money};

use crate::accounts::Account;

/// The side of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Debit.
    Debit,
    /// Credit.
    Credit,
}

/// A line of a journal entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The account.
    pub account: Account,
    /// The side of the account.
    pub side: Side,
    /// In the currency's smallest unit; not negative.
    pub minor: i64,
    /// The description.
    pub description: &'static str,
}

/// A journal entry. The sum of its debits equals the sum of its credits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    date: NaiveDate,
    reference: String,
    currency: Currency,
    lines: Vec<Line>,
}

/// The lines do not balance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the debits and the credits do not balance")]
pub struct Unbalanced;

impl Line {
    /// A debit.
    pub const fn debit(account: Account, minor: i64, description: &'static str) -> Self {
        Self { account, side: Side::Debit, minor, description }
    }

    /// A credit.
    pub const fn credit(account: Account, minor: i64, description: &'static str) -> Self {
        Self { account, side: Side::Credit, minor, description }
    }
}

impl Entry {
    /// An entry of `lines`; lines with the amount 0 are left out.
    pub fn new(
        date: NaiveDate,
        reference: &str,
        currency: Currency,
        lines: impl IntoIterator<Item = Line>,
    ) -> Result<Self, Unbalanced> {
        let lines: Vec<Line> = lines.into_iter().filter(|line| line.minor != 0).collect();
        let sum = |side| {
            let of_side = lines.iter().filter(|line| line.side == side);
            of_side.map(|line| u64::try_from(line.minor).ok()).try_fold(0_u64, |sum, minor| sum.checked_add(minor?))
        };
        match (sum(Side::Debit), sum(Side::Credit)) {
            (Some(debits), Some(credits)) if debits == credits => {
                Ok(Self { date, reference: reference.to_owned(), currency, lines })
            }
            _ => Err(Unbalanced),
        }
    }

    /// The date of the entry.
    pub const fn date(&self) -> NaiveDate {
        self.date
    }

    /// The reference: the number of an invoice.
    pub fn reference(&self) -> &str {
        &self.reference
    }

    /// The lines, debits first.
    pub fn lines(&self) -> &[Line] {
        &self.lines
    }

    /// The amount of `line`.
    pub const fn amount(&self, line: &Line) -> Money {
        Money { minor: line.minor, currency: self.currency }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_do_not_balance_make_no_entry() {
        let day = NaiveDate::default();
        let entry = |debit, credit| {
            let lines = [
                Line::debit(Account::BankRazorpay, debit, ""),
                Line::credit(Account::UnearnedRevenue, credit, ""),
                Line::credit(Account::TaxPayable, 0, ""),
            ];
            Entry::new(day, "INV-1", Currency::INR, lines)
        };
        assert_eq!(entry(5, 5).unwrap().lines().len(), 2);
        assert_eq!(entry(5, 4), Err(Unbalanced));
        assert_eq!(entry(-5, -5), Err(Unbalanced));
    }
}
