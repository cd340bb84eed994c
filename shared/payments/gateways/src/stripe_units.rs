//! Amounts as Stripe counts them. Its smallest unit is the currency's, but for three: it counts Icelandic krónur and Ugandan
//! shillings in hundredths, which they no longer have, and Malagasy ariary whole. Amounts in thousandths must be whole tens.

use edge_money::{Currency, Money, scaled};

/// An amount that Stripe counts, in the currency's smallest unit. None: it is no amount of the currency.
pub fn minor(counted: i64, currency: Currency) -> Option<i64> {
    match currency.as_str() {
        "ISK" | "UGX" => (counted % 100 == 0).then_some(counted / 100),
        "MGA" => counted.checked_mul(100),
        _ => Some(counted),
    }
}

/// The same from its digits.
pub(crate) fn read(digits: &str, currency: Currency) -> Option<i64> {
    minor(scaled(digits, 0).ok()?, currency)
}

/// An amount as Stripe counts it. None: Stripe has no such amount.
pub fn counted(money: Money) -> Option<i64> {
    match (money.currency.as_str(), money.currency.exponent()) {
        ("ISK" | "UGX", _) => money.minor.checked_mul(100),
        ("MGA", _) => (money.minor % 100 == 0).then_some(money.minor / 100),
        (_, 3) => (money.minor % 10 == 0).then_some(money.minor),
        _ => Some(money.minor),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_is_counted_as_stripe_does_and_read_back() {
        for (code, amount, expected) in [
            ("USD", 1_050, Some(1_050)),
            ("JPY", 1_050, Some(1_050)),
            ("ISK", 50, Some(5_000)),
            ("UGX", 50, Some(5_000)),
            ("MGA", 5_000, Some(50)),
            ("MGA", 5_050, None),
            ("KWD", 5_120, Some(5_120)),
            ("KWD", 5_124, None),
            ("ISK", i64::MAX, None),
        ] {
            let currency = Currency::parse(code).unwrap();
            let found = counted(Money { minor: amount, currency });
            assert_eq!(found, expected, "{code} {amount}");
            assert!(found.is_none_or(|found| minor(found, currency) == Some(amount)), "{code} {amount}");
        }
        assert_eq!(minor(5_050, Currency::parse("ISK").unwrap()), None);
    }
}
