//! Journal entries. One that does not balance cannot be made.

use chrono::NaiveDate;
use edge_money::{Currency, Money};

use crate::accounts::Account;

/// Which side of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Debit.
    Debit,
    /// Credit.
    Credit,
}

/// One account's part of an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The account.
    pub account: Account,
    /// Which side of it.
    pub side: Side,
    /// In the currency's smallest unit; not negative.
    pub minor: i64,
    /// What it is for.
    pub description: &'static str,
}

/// An entry of the journal. Its debits and its credits add up to the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    date: NaiveDate,
    reference: String,
    currency: Currency,
    lines: Vec<Line>,
}

/// Lines that make no entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("debits and credits do not add up to the same")]
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
    /// An entry of `lines`, without those of nothing.
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

    /// The day it is for.
    pub const fn date(&self) -> NaiveDate {
        self.date
    }

    /// What it is about: an invoice's number.
    pub fn reference(&self) -> &str {
        &self.reference
    }

    /// Its lines, debits first.
    pub fn lines(&self) -> &[Line] {
        &self.lines
    }

    /// What `line` is of.
    pub const fn amount(&self, line: &Line) -> Money {
        Money { minor: line.minor, currency: self.currency }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_balance_is_no_entry() {
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
