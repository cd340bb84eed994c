//! Exact amounts of money in integer minor units of a currency.

use std::fmt;

use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

/// A currency by its ISO 4217 code.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Currency([u8; 3]);

/// An amount of money.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Money {
    /// The amount in the currency's smallest unit: paise, cents, fils, yen.
    pub minor: i64,
    /// The currency.
    pub currency: Currency,
}

/// An amount that is serialised as a decimal number in major units, with all its digits: `12.50`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DecimalAmount(pub Money);

impl Serialize for DecimalAmount {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let number = RawValue::from_string(self.0.to_decimal()).map_err(serde::ser::Error::custom)?;
        number.serialize(serializer)
    }
}

/// Why a text is not an amount of the currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidMoney {
    /// The code is not that of a currency in use.
    #[error("is no ISO 4217 currency")]
    Currency,
    /// The text is not a decimal number.
    #[error("is no decimal number")]
    Number,
    /// The amount is finer than the currency's smallest unit.
    #[error("has more decimals than its currency")]
    Precision,
    /// The amount is out of range.
    #[error("is out of range")]
    Range,
}

/// Currencies in use whose smallest unit is a hundredth.
const HUNDREDTHS: &str = "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BOV BRL BSD BTN BWP BYN BZD \
    CAD CDF CHE CHF CHW CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD \
    HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR \
    MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE \
    SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG";
const WHOLE: &str = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF";
const THOUSANDTHS: &str = "BHD IQD JOD KWD LYD OMR TND";
const TEN_THOUSANDTHS: &str = "CLF UYW";

impl Currency {
    /// The Indian rupee.
    pub const INR: Self = Self(*b"INR");

    /// The currency with this code, in upper or lower case (Stripe writes `inr`).
    pub fn parse(code: &str) -> Result<Self, InvalidMoney> {
        let code: [u8; 3] = code.as_bytes().try_into().map_err(|_| InvalidMoney::Currency)?;
        let currency = Self(code.map(|letter| letter.to_ascii_uppercase()));
        currency.exponent_in_use().map(|_| currency).ok_or(InvalidMoney::Currency)
    }

    /// The code, in upper case.
    pub fn as_str(&self) -> &str {
        // INVARIANT: three ASCII letters.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// The number of decimals of its amounts.
    pub fn exponent(&self) -> u32 {
        self.exponent_in_use().unwrap_or_default()
    }

    fn exponent_in_use(&self) -> Option<u32> {
        let code = self.as_str();
        [(HUNDREDTHS, 2), (WHOLE, 0), (THOUSANDTHS, 3), (TEN_THOUSANDTHS, 4)]
            .into_iter()
            .find_map(|(codes, exponent)| codes.split(' ').any(|known| known == code).then_some(exponent))
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl Money {
    /// Reads a decimal number as JSON writes one (`2499`, `-0.50`, `2.499e3`), digit by digit: never through a float.
    /// Decimals past the currency's own must be zeros.
    pub fn parse(number: &str, currency: Currency) -> Result<Self, InvalidMoney> {
        let minor = scaled(number, currency.exponent())?;
        Ok(Self { minor, currency })
    }

    /// The amount as a decimal number with all of the currency's decimals: `2499.00`.
    pub fn to_decimal(&self) -> String {
        let exponent = usize::try_from(self.currency.exponent()).unwrap_or_default();
        let sign = if self.minor < 0 { "-" } else { "" };
        let digits = format!("{:0>width$}", self.minor.unsigned_abs(), width = exponent + 1);
        match digits.split_at_checked(digits.len() - exponent) {
            Some((whole, fraction)) if !fraction.is_empty() => format!("{sign}{whole}.{fraction}"),
            _ => format!("{sign}{digits}"),
        }
    }
}

/// `number` × 10^`places`, which must be an integer.
pub fn scaled(number: &str, places: u32) -> Result<i64, InvalidMoney> {
    let (negative, number) = number.strip_prefix('-').map_or((false, number), |rest| (true, rest));
    let (mantissa, exponent) = match number.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().map_err(|_| InvalidMoney::Number)?),
        None => (number, 0),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((_, "")) => return Err(InvalidMoney::Number),
        Some(parts) => parts,
        None => (mantissa, ""),
    };
    let digits = || whole.bytes().chain(fraction.bytes());
    if whole.is_empty() || !digits().all(|byte| byte.is_ascii_digit()) {
        return Err(InvalidMoney::Number);
    }
    // The digits are an integer whose decimal point must move `shift` places to the left.
    let length = i64::try_from(fraction.len()).map_err(|_| InvalidMoney::Range)?;
    let shift = i64::from(exponent) - length + i64::from(places);
    let dropped = usize::try_from((-shift).max(0)).map_err(|_| InvalidMoney::Range)?;
    let kept = digits().count().saturating_sub(dropped);
    if digits().skip(kept).any(|digit| digit != b'0') {
        return Err(InvalidMoney::Precision);
    }
    let mut value: i64 = 0;
    for digit in digits().take(kept) {
        // Negative, because there is one more negative number.
        value = times_ten(value)?.checked_sub(i64::from(digit - b'0')).ok_or(InvalidMoney::Range)?;
    }
    for _ in 0..shift.max(0) {
        if value == 0 {
            break;
        }
        value = times_ten(value)?;
    }
    if negative { Ok(value) } else { value.checked_neg().ok_or(InvalidMoney::Range) }
}

fn times_ten(value: i64) -> Result<i64, InvalidMoney> {
    value.checked_mul(10).ok_or(InvalidMoney::Range)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_is_written_with_its_currencys_decimals_and_read_back() {
        for (code, minor, decimal) in [
            ("INR", 249_900, "2499.00"),
            ("INR", 5, "0.05"),
            ("INR", -5, "-0.05"),
            ("INR", 0, "0.00"),
            ("JPY", 500, "500"),
            ("JPY", 0, "0"),
            ("KWD", 1234, "1.234"),
            ("CLF", 1, "0.0001"),
            ("USD", i64::MAX, "92233720368547758.07"),
            ("USD", i64::MIN, "-92233720368547758.08"),
        ] {
            let money = Money { minor, currency: Currency::parse(code).unwrap() };
            assert_eq!(money.to_decimal(), decimal);
            assert_eq!(Money::parse(decimal, money.currency), Ok(money));
        }
    }

    #[test]
    fn a_number_is_read_digit_by_digit_or_not_at_all() {
        for (number, minor) in [
            ("1e2", Ok(10_000)),
            ("1E+2", Ok(10_000)),
            ("100e-2", Ok(100)),
            ("1.10e0", Ok(110)),
            ("0e999999999", Ok(0)),
            ("0.000000000000000000000000000", Ok(0)),
            ("007", Ok(700)),
            ("0.001", Err(InvalidMoney::Precision)),
            ("1e-3", Err(InvalidMoney::Precision)),
            ("1e-999999999", Err(InvalidMoney::Precision)),
            ("1e99", Err(InvalidMoney::Range)),
            ("1e2147483647", Err(InvalidMoney::Range)),
            ("1e9999999999", Err(InvalidMoney::Number)),
            ("92233720368547758.08", Err(InvalidMoney::Range)),
            ("99999999999999999999", Err(InvalidMoney::Range)),
            ("", Err(InvalidMoney::Number)),
            ("-", Err(InvalidMoney::Number)),
            ("--1", Err(InvalidMoney::Number)),
            ("+1", Err(InvalidMoney::Number)),
            (".5", Err(InvalidMoney::Number)),
            ("5.", Err(InvalidMoney::Number)),
            ("1.2.3", Err(InvalidMoney::Number)),
            ("1 ", Err(InvalidMoney::Number)),
            ("1e", Err(InvalidMoney::Number)),
            ("0x10", Err(InvalidMoney::Number)),
            ("NaN", Err(InvalidMoney::Number)),
            ("١", Err(InvalidMoney::Number)),
        ] {
            assert_eq!(Money::parse(number, Currency::INR).map(|money| money.minor), minor, "{number:?}");
        }
    }

    #[test]
    fn a_currency_is_one_in_use() {
        for (code, exponent) in [("INR", 2), ("inr", 2), ("Usd", 2), ("JPY", 0), ("KWD", 3), ("UYW", 4)] {
            let currency = Currency::parse(code).unwrap();
            assert_eq!((currency.as_str(), currency.exponent()), (code.to_uppercase().as_str(), exponent));
        }
        for code in ["", "IN", "INRR", "XXX", "₹", "   ", "E U", "R S"] {
            assert_eq!(Currency::parse(code), Err(InvalidMoney::Currency), "{code:?}");
        }
    }
}
