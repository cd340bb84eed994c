//! Taxes that may be on top of a price.

use crate::error::InvalidTaxRates;

/// Rates of tax that may be on top of a price, in hundredths of a percent. Without tax is always allowed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TaxRates(Vec<i64>);

/// A hundred percent.
const WHOLE: i64 = 10_000;

impl TaxRates {
    /// Reads rates in percent, comma-separated: `0,18`.
    pub fn parse(written: &str) -> Result<Self, InvalidTaxRates> {
        let written = written.split(',').map(str::trim).filter(|rate| !rate.is_empty());
        let rates = written.map(|rate| hundredths(rate).ok_or_else(|| InvalidTaxRates(rate.to_owned())));
        Ok(Self(rates.collect::<Result<_, _>>()?))
    }

    /// The allowed rates, none at all first.
    pub(crate) fn with_none(&self) -> impl Iterator<Item = i64> {
        [0].into_iter().chain(self.0.iter().copied().filter(|rate| *rate > 0))
    }

    /// Whether `tax` is what one of these rates puts on top of `net`. Each of `parts` may have been rounded by itself.
    pub(crate) fn allow(&self, tax: i64, net: i64, parts: i64) -> bool {
        self.with_none().any(|rate| {
            let exact = i128::from(net) * i128::from(rate);
            let off = (i128::from(tax) * i128::from(WHOLE) - exact).abs();
            // Less than one unit off for each part that was rounded; without tax there is nothing to round.
            if rate == 0 { tax == 0 } else { off < i128::from(WHOLE) * i128::from(parts.max(1)) }
        })
    }
}

impl TaxRates {
    /// How many things of the price `unit` an amount is for, at most `most`, with one of these rates on top or without tax.
    /// Where several numbers are possible, one of `likely`. None: it is for no whole number of them.
    pub fn quantity(&self, amount: i64, unit: i64, likely: &[i64], most: i64) -> Option<i64> {
        let is_for = |count: i64, rate: i64| {
            let net = i128::from(unit) * i128::from(count);
            let off = (i128::from(amount) * i128::from(WHOLE) - net * i128::from(WHOLE + rate)).abs();
            (1..=most).contains(&count) && if rate == 0 { off == 0 } else { off < i128::from(WHOLE) }
        };
        let guessed = |rate: i64| {
            let gross = i128::from(unit).max(1) * i128::from(WHOLE + rate);
            let count = (i128::from(amount) * i128::from(WHOLE) + gross / 2) / gross;
            i64::try_from(count).ok()
        };
        let is_likely = |count: &i64| self.with_none().any(|rate| is_for(*count, rate));
        let likely = likely.iter().copied().find(is_likely);
        likely.or_else(|| self.with_none().find_map(|rate| guessed(rate).filter(|count| is_for(*count, rate))))
    }
}

fn hundredths(rate: &str) -> Option<i64> {
    let (whole, fraction) = rate.split_once('.').unwrap_or((rate, "0"));
    let is_digits =
        |text: &str, most: usize| (1..=most).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    if !is_digits(whole, 3) || !is_digits(fraction, 2) {
        return None;
    }
    let hundredths = format!("{whole}{fraction:0<2}").parse().ok()?;
    (0..=WHOLE).contains(&hundredths).then_some(hundredths)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_is_for_a_whole_number_of_seats_or_for_none() {
        let rates = TaxRates::parse("0,18").unwrap();
        for (amount, unit, likely, most, count) in [
            (5_000, 1_000, vec![5], 5, Some(5)),
            (3_000, 1_000, vec![5], 5, Some(3)),
            (6_000, 1_000, vec![5], 5, None),
            (5_001, 1_000, vec![5], 5, None),
            (5_900, 1_000, vec![5], 5, Some(5)),
            // 59 without tax, or 50 with it.
            (59_000, 1_000, vec![50], 100, Some(50)),
            (59_000, 1_000, vec![59], 100, Some(59)),
            (59_000, 1_000, vec![], 100, Some(59)),
            (354, 99, vec![3], 9, None),
            (350, 99, vec![3], 9, Some(3)),
            (0, 1_000, vec![5], 5, None),
            (-5_000, 1_000, vec![5], 5, None),
            (5_000, 0, vec![5], 5, None),
            (i64::MAX, 1, vec![5], 5, None),
        ] {
            assert_eq!(rates.quantity(amount, unit, &likely, most), count, "{amount} of {unit}");
        }
    }

    #[test]
    fn rates_are_percents_with_at_most_two_decimals() {
        for (written, rates) in [
            ("0,18", Some(vec![0, 1800])),
            (" 5 , 12.5,\t28 ,", Some(vec![500, 1250, 2800])),
            ("", Some(vec![])),
            ("100", Some(vec![10_000])),
            ("101", None),
            ("-1", None),
            ("18%", None),
            ("5.125", None),
            ("5.", None),
            (".5", None),
            ("1e1", None),
        ] {
            assert_eq!(TaxRates::parse(written).ok(), rates.map(TaxRates), "{written}");
        }
    }

    #[test]
    fn a_tax_is_allowed_where_one_of_the_rates_comes_to_it() {
        let rates = TaxRates::parse("0,18").unwrap();
        for (tax, net, parts, is_allowed) in [
            (0, 249_900, 1, true),
            (44_982, 249_900, 1, true),
            // 18 % of 99 is 17.82: rounded either way.
            (17, 99, 1, true),
            (18, 99, 1, true),
            (19, 99, 1, false),
            // 9 % and 9 %, each rounded by itself.
            (19, 99, 2, true),
            (1, 249_900, 1, false),
            (49_980, 249_900, 1, false),
        ] {
            assert_eq!(rates.allow(tax, net, parts), is_allowed, "{tax} on {net}");
        }
        assert!(TaxRates::default().allow(0, 5, 1) && !TaxRates::default().allow(1, 5, 1));
    }
}
