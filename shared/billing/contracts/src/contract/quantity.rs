//! How many of something: an exact decimal number with at most six decimals.

use edge_money::scaled;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

const DECIMALS: u32 = 6;
const UNIT: i64 = 1_000_000;

/// A number that is not negative, with at most six decimals, up to a billion. Never a float.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Quantity(i64);

impl Quantity {
    /// One.
    pub const ONE: Self = Self(UNIT);

    /// Reads a decimal number as JSON writes one.
    pub fn parse(number: &str) -> Option<Self> {
        scaled(number, DECIMALS).ok().filter(|millionths| (0..=1_000_000_000 * UNIT).contains(millionths)).map(Self)
    }

    /// The number of millionths.
    pub const fn as_millionths(self) -> i64 {
        self.0
    }
}

impl std::fmt::Display for Quantity {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&decimal(self.0, DECIMALS))
    }
}

/// `scaled` ÷ 10^`places`, written without the zeros at its end.
pub(crate) fn decimal(scaled: i64, places: u32) -> String {
    let width = usize::try_from(places).unwrap_or_default();
    let sign = if scaled < 0 { "-" } else { "" };
    let digits = format!("{:0>length$}", scaled.unsigned_abs(), length = width.saturating_add(1));
    let (whole, fraction) = digits.split_at_checked(digits.len().saturating_sub(width)).unwrap_or((&digits, ""));
    match fraction.trim_end_matches('0') {
        "" => format!("{sign}{whole}"),
        fraction => format!("{sign}{whole}.{fraction}"),
    }
}

/// A decimal number in JSON: its own digits, or a string that holds them.
#[derive(Clone, Debug)]
pub(crate) struct Number(pub(crate) String);

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        let digits = raw.get().strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(raw.get());
        Ok(Self(digits.to_owned()))
    }
}

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        RawValue::from_string(self.0.clone()).map_err(serde::ser::Error::custom)?.serialize(serializer)
    }
}

impl Serialize for Quantity {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_i64(self.0)
    }
}

impl<'de> Deserialize<'de> for Quantity {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        i64::deserialize(deserializer).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quantity_is_written_as_it_is_read() {
        for (read, written) in [
            ("1", Some("1")),
            ("2.50", Some("2.5")),
            ("0.000001", Some("0.000001")),
            ("1e3", Some("1000")),
            ("0", Some("0")),
            ("0.0000001", None),
            ("-1", None),
            ("1000000001", None),
            ("many", None),
        ] {
            assert_eq!(Quantity::parse(read).map(|quantity| quantity.to_string()).as_deref(), written, "{read}");
        }
        assert_eq!(decimal(-995_000, 4), "-99.5");
    }
}
