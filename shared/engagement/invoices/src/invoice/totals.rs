//! The arithmetic of an invoice, exact to the currency's smallest unit.
//!
//! Two things are rounded, both half up (half away from zero where they are negative): each line's amount, quantity times
//! unit price; and the tax of each rate, on the sum of the lines of that rate. Everything else is a sum of what is shown:
//! `amount` of the lines, `tax` of the taxes, `total` of the two.

use std::collections::BTreeMap;

use edge_money::Currency;
use rust_decimal::prelude::ToPrimitive as _;
use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Serialize};

/// A line of an invoice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// What is charged.
    pub description: String,
    /// How many.
    #[serde(with = "text")]
    pub quantity: Decimal,
    /// The price of one, in the currency's smallest unit; negative: a discount.
    pub unit_price: i64,
    /// The tax on top, per cent.
    #[serde(with = "text")]
    pub tax_rate: Decimal,
    /// The section of the invoice that it is in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub section: Option<String>,
}

/// The tax of one rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TaxLine {
    /// Per cent.
    pub rate: Decimal,
    /// The sum of the lines of this rate, in the currency's smallest unit.
    pub taxable: i64,
    /// The tax on it.
    pub tax: i64,
}

/// The sums of an invoice, in the currency's smallest unit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// The amount of each line.
    pub lines: Vec<i64>,
    /// The tax of each rate other than zero, lowest first.
    pub taxes: Vec<TaxLine>,
    /// The sum of the lines.
    pub amount: i64,
    /// The sum of the taxes.
    pub tax: i64,
    /// `amount` and `tax`.
    pub total: i64,
}

fn rounded(exact: Decimal) -> Option<i64> {
    exact.round_dp_with_strategy(0, RoundingStrategy::MidpointAwayFromZero).to_i64()
}

impl Item {
    /// The line's amount; None: out of range.
    pub fn amount(&self) -> Option<i64> {
        rounded(self.quantity.checked_mul(self.unit_price.into())?)
    }
}

impl Totals {
    /// The sums of `items`; None: out of range.
    pub fn of(items: &[Item]) -> Option<Self> {
        let lines = items.iter().map(Item::amount).collect::<Option<Vec<i64>>>()?;
        let mut by_rate: BTreeMap<Decimal, i64> = BTreeMap::new();
        for (item, line) in items.iter().zip(&lines) {
            let taxable = by_rate.entry(item.tax_rate).or_default();
            *taxable = taxable.checked_add(*line)?;
        }
        let mut taxes = Vec::new();
        for (rate, taxable) in by_rate.into_iter().filter(|(rate, _)| !rate.is_zero()) {
            let tax = rounded(Decimal::from(taxable).checked_mul(rate)?.checked_div(Decimal::ONE_HUNDRED)?)?;
            taxes.push(TaxLine { rate, taxable, tax });
        }
        let amount = lines.iter().try_fold(0_i64, |sum, line| sum.checked_add(*line))?;
        let tax = taxes.iter().try_fold(0_i64, |sum, line| sum.checked_add(line.tax))?;
        Some(Self { lines, taxes, amount, tax, total: amount.checked_add(tax)? })
    }
}

/// An amount of `minor` units of `currency`, as people write it: `1,310.72 CAD`.
pub fn written(minor: i64, currency: Currency) -> String {
    let decimal = edge_money::Money { minor, currency }.to_decimal();
    let (sign, digits) = decimal.strip_prefix('-').map_or(("", decimal.as_str()), |digits| ("-", digits));
    let (whole, fraction) = digits.split_once('.').map_or((digits, None), |(whole, rest)| (whole, Some(rest)));
    let mut grouped = String::new();
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && whole.len().saturating_sub(index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    let fraction = fraction.map(|fraction| format!(".{fraction}")).unwrap_or_default();
    format!("{sign}{grouped}{fraction} {currency}")
}

/// A decimal as the text of its digits.
mod text {
    use rust_decimal::Decimal;
    use serde::{Deserialize as _, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(decimal: &Decimal, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(decimal)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Decimal, D::Error> {
        let text = String::deserialize(deserializer)?;
        Decimal::from_str_exact(&text).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(quantity: &str, unit_price: i64, tax_rate: &str) -> Item {
        let decimal = |text: &str| Decimal::from_str_exact(text).unwrap();
        let (quantity, tax_rate) = (decimal(quantity), decimal(tax_rate));
        Item { description: "x".into(), quantity, unit_price, tax_rate, section: None }
    }

    #[test]
    fn lines_and_taxes_are_rounded_half_up_and_the_total_is_the_sum_of_what_is_shown() {
        for (items, lines, taxes, total) in [
            // Per line the tax would be 0.00; per rate it is 0.01.
            (vec![item("1", 4, "10"), item("1", 4, "10.0")], vec![4, 4], vec![1], 9),
            // 140 and 1140 with 5 and 9.975 per cent.
            (vec![item("1", 14_000, "14.975")], vec![14_000], vec![2_097], 16_097),
            (vec![item("1", 114_000, "14.975")], vec![114_000], vec![17_072], 131_072),
            (vec![item("2", 5_000, "5"), item("1", 4_000, "9.975")], vec![10_000, 4_000], vec![500, 399], 14_899),
            // Half a unit goes up, away from zero in a discount.
            (vec![item("0.5", 1, "0")], vec![1], vec![], 1),
            (vec![item("0.5", -1, "0"), item("1", 100, "0")], vec![-1, 100], vec![], 99),
            (vec![item("0.333333", 100, "18")], vec![33], vec![6], 39),
            // Discounts lower the base of their rate.
            (vec![item("1", 10_000, "18"), item("1", -1_000, "18")], vec![10_000, -1_000], vec![1_620], 10_620),
            (vec![item("3", 0, "18")], vec![0], vec![0], 0),
            (vec![], vec![], vec![], 0),
        ] {
            let totals = Totals::of(&items).unwrap();
            assert_eq!((&totals.lines, totals.total), (&lines, total), "{items:?}");
            assert_eq!(totals.taxes.iter().map(|tax| tax.tax).collect::<Vec<_>>(), taxes, "{items:?}");
            assert_eq!(totals.amount, lines.iter().sum::<i64>());
            assert_eq!(totals.tax, taxes.iter().sum::<i64>());
        }
    }

    #[test]
    fn sums_that_are_out_of_range_are_none() {
        for items in [
            vec![item("1", i64::MAX, "0"), item("1", 1, "0")],
            vec![item("2", i64::MAX, "0")],
            vec![item("1", i64::MAX, "100")],
            vec![item("999999999999999999999999", i64::MAX, "0")],
        ] {
            assert_eq!(Totals::of(&items), None, "{items:?}");
        }
    }

    #[test]
    fn an_amount_is_written_with_its_currencys_decimals() {
        for (minor, currency, text) in [
            (131_072, "CAD", "1,310.72 CAD"),
            (-5, "INR", "-0.05 INR"),
            (1_234_567, "JPY", "1,234,567 JPY"),
            (1_234_567, "KWD", "1,234.567 KWD"),
            (99_900, "EUR", "999.00 EUR"),
        ] {
            assert_eq!(written(minor, Currency::parse(currency).unwrap()), text);
        }
    }
}
