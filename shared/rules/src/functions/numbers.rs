//! Numbers: whole ones and exact decimals. There are no others.

use rhai::plugin::*;
use rust_decimal::{Decimal, RoundingStrategy};

use super::{Fallible, error};

#[export_module]
pub mod functions {
    /// Divides, and rounds half up to so many digits behind the point.
    ///
    /// # Example
    /// `div(10, 4, 2) == 2.50`
    #[rhai_fn(return_raw)]
    pub fn div(a: Dynamic, b: Dynamic, digits: i64) -> Fallible<Decimal> {
        let (a, b) = (needed(&a)?, needed(&b)?);
        match a.checked_div(b) {
            Some(quotient) => rounded(quotient, digits),
            None => error("cannot divide by zero"),
        }
    }

    /// How many percent of the whole a part is, rounded half up to so many digits behind the point.
    ///
    /// # Example
    /// `percent(850, 1000, 0) == 85`
    #[rhai_fn(return_raw)]
    pub fn percent(part: Dynamic, whole: Dynamic, digits: i64) -> Fallible<Decimal> {
        let (part, whole) = (needed(&part)?, needed(&whole)?);
        match part.checked_mul(Decimal::ONE_HUNDRED).and_then(|part| part.checked_div(whole)) {
            Some(percent) => rounded(percent, digits),
            None => error("cannot take a percentage of zero"),
        }
    }

    /// Rounds half up to so many digits behind the point.
    ///
    /// # Example
    /// `round(2.345, 2) == 2.35`
    #[rhai_fn(return_raw)]
    pub fn round(number: Dynamic, digits: i64) -> Fallible<Decimal> {
        rounded(needed(&number)?, digits)
    }

    /// The next whole number below.
    ///
    /// # Example
    /// `floor(2.7) == 2`
    #[rhai_fn(return_raw)]
    pub fn floor(number: Dynamic) -> Fallible<Decimal> {
        Ok(needed(&number)?.floor())
    }

    /// The next whole number above.
    ///
    /// # Example
    /// `ceiling(2.1) == 3`
    #[rhai_fn(return_raw)]
    pub fn ceiling(number: Dynamic) -> Fallible<Decimal> {
        Ok(needed(&number)?.ceil())
    }

    /// The number without its sign.
    ///
    /// # Example
    /// `abs(-5) == 5`
    #[rhai_fn(return_raw)]
    pub fn abs(number: Dynamic) -> Fallible<Decimal> {
        Ok(needed(&number)?.abs())
    }

    /// The smaller of two numbers.
    ///
    /// # Example
    /// `min(input.amount, 100)`
    #[rhai_fn(return_raw)]
    pub fn min(a: Dynamic, b: Dynamic) -> Fallible<Dynamic> {
        Ok(if needed(&a)? <= needed(&b)? { a } else { b })
    }

    /// The greater of two numbers.
    ///
    /// # Example
    /// `max(input.amount, 0)`
    #[rhai_fn(return_raw)]
    pub fn max(a: Dynamic, b: Dynamic) -> Fallible<Dynamic> {
        Ok(if needed(&a)? >= needed(&b)? { a } else { b })
    }

    /// A number, read from a text.
    ///
    /// # Example
    /// `number("19.90") == 19.90`
    #[rhai_fn(return_raw)]
    pub fn number(text: &str) -> Fallible<Decimal> {
        match crate::amount::Amount::parse(text) {
            Some(amount) => Ok(amount.decimal()),
            None => error("expected a text such as \"19.90\""),
        }
    }

    /// The number as a text.
    ///
    /// # Example
    /// `20.00.to_string() == "20.00"`
    #[rhai_fn(name = "to_string")]
    pub fn decimal_to_string(number: Decimal) -> String {
        number.to_string()
    }

    /// The whole number as a text.
    ///
    /// # Example
    /// `20.to_string() == "20"`
    #[rhai_fn(name = "to_string")]
    pub fn int_to_string(number: i64) -> String {
        number.to_string()
    }

    /// Divides whole numbers where nothing is left over; where something is, `div` says to how many digits.
    #[rhai_fn(name = "/", return_raw)]
    pub fn divide(a: i64, b: i64) -> Fallible<i64> {
        match a.checked_rem(b) {
            None => error("cannot divide by zero"),
            Some(0) => a.checked_div(b).map_or_else(|| error("the number is too large"), Ok),
            Some(_) => error(format!("{a} / {b} is no whole number: use div({a}, {b}, digits), or write {a}.0 / {b}")),
        }
    }

    /// The number with its sign turned.
    #[rhai_fn(name = "-", return_raw)]
    pub fn negate(number: i64) -> Fallible<i64> {
        number.checked_neg().map_or_else(|| error("the number is too large"), Ok)
    }

    /// The number with its sign turned.
    #[rhai_fn(name = "-")]
    pub fn negate_decimal(number: Decimal) -> Decimal {
        -number
    }
}

/// A number as a decimal. None: it is no number.
pub fn decimal(number: &Dynamic) -> Option<Decimal> {
    number.as_int().map(Decimal::from).or_else(|_| number.as_decimal()).ok()
}

fn needed(number: &Dynamic) -> Fallible<Decimal> {
    decimal(number).map_or_else(|| error(format!("expected a number, not {}", super::comparing::named(number))), Ok)
}

fn rounded(number: Decimal, digits: i64) -> Fallible<Decimal> {
    let digits = u32::try_from(digits).ok().filter(|digits| *digits <= 12);
    let Some(digits) = digits else { return error("expected 0 to 12 digits") };
    let mut rounded = number.round_dp_with_strategy(digits, RoundingStrategy::MidpointAwayFromZero);
    rounded.rescale(digits);
    Ok(rounded)
}
