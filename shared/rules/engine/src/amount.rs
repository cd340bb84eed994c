//! Amounts: exact decimals in JSON.

use std::borrow::Cow;
use std::fmt;

use edge_money::Money;
use rust_decimal::Decimal;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::Error as _;
use serde::ser::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

/// An exact decimal of up to 28 digits that keeps its scale: `20.00` stays `20.00`. It is read from a JSON number or
/// string and written as a JSON number, never through a float.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Amount(Decimal);

impl Amount {
    /// Creates an amount.
    pub const fn new(decimal: Decimal) -> Self {
        Self(decimal)
    }

    /// Returns the decimal.
    pub const fn decimal(self) -> Decimal {
        self.0
    }

    /// Parses the digits of a JSON number. None: it is not a number, or has more than 28 digits.
    pub fn parse(written: &str) -> Option<Self> {
        let (digits, exponent) = match written.split_once(['e', 'E']) {
            Some((digits, exponent)) => (digits, exponent.parse::<i64>().ok()?),
            None => (written, 0),
        };
        let bare = digits.strip_prefix('-').unwrap_or(digits);
        let plain = bare.starts_with(|first: char| first.is_ascii_digit())
            && bare.ends_with(|last: char| last.is_ascii_digit())
            && bare.chars().all(|character| character.is_ascii_digit() || character == '.');
        let decimal = plain.then(|| Decimal::from_str_exact(digits).ok()).flatten()?;
        if exponent == 0 {
            return Some(Self(decimal));
        }
        let scale = i64::from(decimal.scale()).checked_sub(exponent)?;
        // A negative scale multiplies the mantissa, as far as it fits.
        let mantissa = match u32::try_from(scale.checked_neg()?) {
            Ok(zeroes) => decimal.mantissa().checked_mul(10_i128.checked_pow(zeroes)?)?,
            Err(_) => decimal.mantissa(),
        };
        Decimal::try_from_i128_with_scale(mantissa, u32::try_from(scale.max(0)).ok()?).ok().map(Self)
    }
}

impl From<Money> for Amount {
    fn from(money: Money) -> Self {
        // INVARIANT: a currency has at most four decimals; more than 28 would panic.
        Self(Decimal::new(money.minor, money.currency.exponent()))
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

impl<'de> Deserialize<'de> for Amount {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        let digits = raw.get().strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(raw.get());
        Self::parse(digits).ok_or_else(|| {
            D::Error::custom("expected a decimal number of at most 28 digits, such as 20.00 or \"20.00\"")
        })
    }
}

impl Serialize for Amount {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        RawValue::from_string(self.0.to_string()).map_err(S::Error::custom)?.serialize(serializer)
    }
}

impl JsonSchema for Amount {
    fn schema_name() -> Cow<'static, str> {
        "Amount".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "An exact decimal of up to 28 digits, as a number or a string; written as a number.",
            "anyOf": [{ "type": "number" }, { "type": "string", "pattern": r"^-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?$" }],
        })
    }
}

#[cfg(test)]
mod tests {
    use edge_money::Currency;

    use super::*;

    #[test]
    fn an_amount_keeps_its_digits_and_its_scale() {
        for (written, read) in [
            ("20.00", "20.00"),
            ("\"20.00\"", "20.00"),
            ("0", "0"),
            ("-0.10", "-0.10"),
            ("12345678901234567890.12", "12345678901234567890.12"),
            ("1e3", "1000"),
            ("1.50E+2", "150"),
            ("15e-1", "1.5"),
        ] {
            let amount: Amount = serde_json::from_str(written).unwrap();
            assert_eq!(serde_json::to_string(&amount).unwrap(), read);
        }
    }

    #[test]
    fn money_is_written_with_its_currencys_decimals() {
        for (code, minor) in [("INR", 249_900), ("INR", 5), ("INR", -5), ("INR", 0), ("JPY", 500), ("KWD", i64::MIN)] {
            let money = Money { minor, currency: Currency::parse(code).unwrap() };
            assert_eq!(serde_json::to_string(&Amount::from(money)).unwrap(), money.to_decimal());
        }
    }

    #[test]
    fn an_amount_that_is_not_exact_is_refused() {
        let precise = format!("0.{}", "1".repeat(29));
        for written in ["\"\"", "\"ten\"", "null", "true", "[]", "\"1_000\"", "\".5\"", "1e40", "1e-40", &precise] {
            assert!(serde_json::from_str::<Amount>(written).is_err(), "{written}");
        }
    }
}
