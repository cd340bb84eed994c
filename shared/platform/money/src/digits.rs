//! A decimal amount whose currency is not yet known.

use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use crate::money::{Currency, InvalidMoney, Money};

/// The digits of an amount in the currency's main unit, from a JSON number or a string with a number. Never a float.
#[derive(Clone, Debug)]
pub struct Digits(String);

impl<'de> Deserialize<'de> for Digits {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        let digits = raw.get().strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(raw.get());
        Ok(Self(digits.to_owned()))
    }
}

impl Digits {
    /// The amount in `currency`.
    pub fn read(&self, currency: Currency) -> Result<Money, InvalidMoney> {
        Money::parse(&self.0, currency)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_is_a_number_or_a_string_that_holds_one() {
        for (json, minor) in [
            ("2499", Ok(249_900)),
            ("2499.00", Ok(249_900)),
            ("\"2499.5\"", Ok(249_950)),
            ("-1", Ok(-100)),
            ("90071992547409.93", Ok(9_007_199_254_740_993)),
            ("0.001", Err(InvalidMoney::Precision)),
            ("\"\"", Err(InvalidMoney::Number)),
            ("\"\\u0031\"", Err(InvalidMoney::Number)),
            ("true", Err(InvalidMoney::Number)),
            ("[1]", Err(InvalidMoney::Number)),
        ] {
            let digits: Digits = serde_json::from_str(json).unwrap();
            assert_eq!(digits.read(Currency::INR).map(|money| money.minor), minor, "{json}");
        }
    }
}
