//! What the parties of a contract agree on.

use edge_time_zones::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::quantity::Quantity;

/// Ten thousand basis points are the whole.
pub(crate) const WHOLE_BASIS_POINTS: u32 = 10_000;

/// How a line is charged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ContractLineKind)]
pub enum LineKind {
    /// In each cycle, in advance.
    Recurring,
    /// Once, when it is first in force.
    OneOff,
    /// By what is reported.
    Usage,
}

/// How often a recurring line is charged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ContractCycle)]
pub enum Cycle {
    /// Each month.
    Monthly,
    /// Every three months.
    Quarterly,
    /// Every six months.
    SemiAnnual,
    /// Each year. Read as `yearly` too.
    #[serde(alias = "yearly")]
    Annual,
}

impl Cycle {
    /// All cycles.
    pub const ALL: [Self; 4] = [Self::Monthly, Self::Quarterly, Self::SemiAnnual, Self::Annual];

    /// Its length in months.
    pub const fn months(self) -> u32 {
        match self {
            Self::Monthly => 1,
            Self::Quarterly => 3,
            Self::SemiAnnual => 6,
            Self::Annual => 12,
        }
    }
}

/// A line of a contract. Amounts are in the smallest unit of the contract's currency.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// Its id, by which amendments tell a line that stays from a new one: `l1`.
    pub id: String,
    /// How it is charged.
    pub kind: LineKind,
    /// The plan that it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan_id: Option<String>,
    /// What it is for.
    pub description: String,
    /// How many.
    pub quantity: Quantity,
    /// The price of one, for a whole cycle.
    pub unit_price: i64,
    /// How often it is charged. INVARIANT: a recurring line has one, no other has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cycle: Option<Cycle>,
    /// The discount, in hundredths of a per cent.
    pub discount_basis_points: u32,
}

impl Line {
    /// The amount of `quantity` of it, after the discount, rounded half up; None: out of range.
    pub fn amount_of(&self, quantity: Quantity) -> Option<i64> {
        let kept = WHOLE_BASIS_POINTS.saturating_sub(self.discount_basis_points);
        let exact = i128::from(quantity.as_millionths()).checked_mul(i128::from(self.unit_price))?;
        rounded(exact.checked_mul(i128::from(kept))?, 1_000_000 * i128::from(WHOLE_BASIS_POINTS))
    }

    /// Its amount for a whole cycle, or at once; None: out of range.
    pub fn amount(&self) -> Option<i64> {
        self.amount_of(self.quantity)
    }

    /// The line at a price that is `basis_points` higher. None: out of range.
    pub(crate) fn uplifted(&self, basis_points: u32) -> Option<Self> {
        if self.kind == LineKind::OneOff {
            return Some(self.clone());
        }
        let factor = i128::from(WHOLE_BASIS_POINTS.saturating_add(basis_points));
        let exact = i128::from(self.unit_price).checked_mul(factor)?;
        Some(Self { unit_price: rounded(exact, i128::from(WHOLE_BASIS_POINTS))?, ..self.clone() })
    }
}

/// `numerator` ÷ `denominator` (above zero), rounded half up by its magnitude.
pub(crate) fn rounded(numerator: i128, denominator: i128) -> Option<i64> {
    let magnitude = numerator.checked_abs()?;
    let (quotient, rest) = (magnitude.checked_div(denominator)?, magnitude.checked_rem(denominator)?);
    let rounded = quotient.checked_add(i128::from(rest.checked_mul(2)? >= denominator))?;
    i64::try_from(if numerator < 0 { rounded.checked_neg()? } else { rounded }).ok()
}

/// What happens at the end of a term.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ContractRenewalMode)]
pub enum RenewalMode {
    /// Another term begins, unless notice was given in time.
    Auto,
    /// The contract ends, unless it was renewed before.
    Manual,
    /// The contract ends, and cannot be renewed.
    None,
}

/// How a contract is renewed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = ContractRenewal)]
pub struct Renewal {
    /// What happens at the end of a term.
    pub mode: RenewalMode,
    /// The length of the terms after the first, in months: 1 to 120.
    pub term_months: u32,
    /// How many days before the end of a term notice can be given for it: 0 to 3,650. The last such day counts.
    pub notice_days: u32,
    /// How much dearer each further term is, in hundredths of a per cent: 0 to 10,000.
    pub uplift_basis_points: u32,
}

/// The fee of a termination. Never more than what remains of the commitment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind", content = "value")]
pub enum Fee {
    /// Nothing.
    #[default]
    None,
    /// This amount.
    Fixed(i64),
    /// This share of what remains of the commitment, in hundredths of a per cent.
    PercentRemaining(u32),
    /// The recurring revenue of so many months.
    Months(u32),
}

/// A credit of a service level.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreditStep {
    /// Values below this get the credit, in ten thousandths.
    pub below: i64,
    /// The share of the month's fee, in hundredths of a per cent.
    pub basis_points: u32,
}

/// A service level.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServiceLevel {
    /// What is measured: `uptime`.
    pub metric: String,
    /// What was promised, in ten thousandths.
    pub target: i64,
    /// The credits for what was less.
    pub credit_steps: Vec<CreditStep>,
}

/// A document of a contract, which is kept elsewhere.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = ContractDocument)]
pub struct Document {
    /// Its name.
    pub name: String,
    /// Where it is: an http or https URL.
    pub url: String,
    /// The SHA-256 of its bytes, 64 hexadecimal digits.
    pub sha256: String,
}

/// What the parties agree on, but for the dates.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Content {
    /// The other party.
    pub counterparty: String,
    /// What the contract is called.
    pub title: String,
    /// What is charged.
    pub lines: Vec<Line>,
    /// How it is renewed.
    pub renewal: Renewal,
    /// What ending it early costs.
    pub fee: Fee,
    /// The service levels.
    pub sla: Vec<ServiceLevel>,
    /// The documents.
    pub documents: Vec<Document>,
}

/// What holds from a day on. INVARIANT: never changed once it is signed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Version {
    /// Its number, from 1.
    pub number: u32,
    /// From when it holds.
    pub effective_date: Date,
    /// What holds.
    pub content: Content,
}

/// A term: `[start, end)`. INVARIANT: never changed once it is agreed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Term {
    /// Its number, from 1.
    pub number: u32,
    /// The first day.
    pub start: Date,
    /// The day after the last.
    pub end: Date,
    /// The day that its cycles are counted from, whose day of the month is kept.
    pub anchor: Date,
    /// How many months after the anchor it starts.
    pub offset_months: u32,
    /// How much dearer it is than the term before.
    pub uplift_basis_points: u32,
}

impl Term {
    /// The first term of a contract.
    pub fn first(start: Date, end: Date) -> Self {
        Self { number: 1, start, end, anchor: start, offset_months: 0, uplift_basis_points: 0 }
    }

    /// How many whole months it lasts; None: it lasts no whole number of months.
    pub fn months(&self) -> Option<u32> {
        whole_months(self.anchor, self.offset_months, self.end)
    }

    /// The term after it. It is counted from the same anchor where this one lasts whole months, so that a contract of 31
    /// January is renewed on the 31st of the months that have one.
    #[must_use]
    pub fn next(&self, months: u32, uplift_basis_points: u32) -> Self {
        let (anchor, offset_months) = match self.months() {
            Some(whole) => (self.anchor, self.offset_months.saturating_add(whole)),
            None => (self.end, 0),
        };
        let end = anchor.plus_months(offset_months.saturating_add(months));
        Self { number: self.number.saturating_add(1), start: self.end, end, anchor, offset_months, uplift_basis_points }
    }

    /// The period number `index` of a cycle of so many months; None: it begins after the term.
    pub fn period(&self, cycle_months: u32, index: u32) -> Option<Period> {
        let at =
            |index: u32| self.anchor.plus_months(self.offset_months.saturating_add(index.saturating_mul(cycle_months)));
        let (start, whole_end) = (at(index), at(index.saturating_add(1)));
        (start < self.end && whole_end > start).then(|| Period { start, end: whole_end.min(self.end), whole_end })
    }

    /// All periods of a cycle of so many months.
    pub fn periods(self, cycle_months: u32) -> impl Iterator<Item = Period> {
        (0..).map_while(move |index| self.period(cycle_months, index))
    }
}

/// How many months after `anchor` plus `offset` `end` is, if that is a whole number above zero.
fn whole_months(anchor: Date, offset: u32, end: Date) -> Option<u32> {
    let days = anchor.plus_months(offset).days_until(end).max(0);
    let about = u32::try_from(days.checked_div(31)?).ok()?;
    (about.max(1)..about.saturating_add(about.checked_div(50)?).saturating_add(3))
        .find(|months| anchor.plus_months(offset.saturating_add(*months)) == end)
}

/// A period of a cycle: `[start, end)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    /// The first day.
    pub start: Date,
    /// The day after the last.
    pub end: Date,
    /// Where it would end if the term did not end before.
    pub whole_end: Date,
}

impl Period {
    /// The part of a whole cycle's `amount` that falls on `[from, to)`, rounded half up; None: out of range.
    pub fn share(&self, amount: i64, from: Date, to: Date) -> Option<i64> {
        let (from, to) = (from.max(self.start), to.min(self.end));
        let days = from.days_until(to).max(0);
        let whole = self.start.days_until(self.whole_end);
        rounded(i128::from(amount).checked_mul(i128::from(days))?, i128::from(whole))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> Date {
        Date::parse(text).unwrap()
    }

    #[test]
    fn terms_follow_each_other_on_the_day_of_the_month_of_their_anchor() {
        for (start, end, months, ends) in [
            ("2026-01-31", "2026-02-28", 1, ["2026-03-31", "2026-04-30", "2026-05-31"]),
            ("2026-01-31", "2027-01-31", 1, ["2027-02-28", "2027-03-31", "2027-04-30"]),
            ("2024-02-29", "2025-02-28", 12, ["2026-02-28", "2027-02-28", "2028-02-29"]),
            ("2026-01-30", "2026-02-28", 1, ["2026-03-30", "2026-04-30", "2026-05-30"]),
            // No whole months: counted from the end.
            ("2026-01-10", "2026-01-31", 1, ["2026-02-28", "2026-03-31", "2026-04-30"]),
            ("2026-01-01", "2027-01-01", 12, ["2028-01-01", "2029-01-01", "2030-01-01"]),
        ] {
            let mut term = Term::first(date(start), date(end));
            for expected in ends {
                let next = term.next(months, 0);
                assert_eq!((next.start, next.end), (term.end, date(expected)), "{start} {end}");
                term = next;
            }
        }
    }

    #[test]
    fn periods_fill_their_term_and_the_last_may_be_cut_short() {
        let term = Term::first(date("2026-01-31"), date("2026-04-15"));
        let periods: Vec<String> =
            term.periods(1).map(|period| format!("{} {} {}", period.start, period.end, period.whole_end)).collect();
        assert_eq!(
            periods,
            [
                "2026-01-31 2026-02-28 2026-02-28",
                "2026-02-28 2026-03-31 2026-03-31",
                "2026-03-31 2026-04-15 2026-04-30"
            ]
        );
        let last = term.periods(1).last().unwrap();
        assert_eq!(last.share(3_000, last.start, last.end), Some(1_500));
        assert_eq!(last.share(-3_000, date("2026-04-10"), date("2026-05-01")), Some(-500));
        assert_eq!(term.periods(12).count(), 1);
    }

    #[test]
    fn an_amount_is_rounded_once_half_up() {
        let line = |quantity: &str, unit_price, discount_basis_points| Line {
            id: "l1".into(),
            kind: LineKind::Recurring,
            plan_id: None,
            description: "Seats".into(),
            quantity: Quantity::parse(quantity).unwrap(),
            unit_price,
            cycle: Some(Cycle::Monthly),
            discount_basis_points,
        };
        for (quantity, price, discount, amount) in [
            ("10", 10_000, 0, Some(100_000)),
            ("10", 10_000, 1_000, Some(90_000)),
            ("0.5", 1, 0, Some(1)),
            ("3", 333, 3_333, Some(666)),
            ("1", 100, 10_000, Some(0)),
            ("1000000000", i64::MAX, 0, None),
        ] {
            assert_eq!(line(quantity, price, discount).amount(), amount, "{quantity} × {price} − {discount}");
        }
        assert_eq!(line("1", 9_999, 0).uplifted(500).unwrap().unit_price, 10_499);
        assert_eq!(line("1", i64::MAX, 0).uplifted(1), None);
    }
}
