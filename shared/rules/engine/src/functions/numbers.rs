//! Numbers: integers and exact decimals. An inexact result is an error, except for functions that round, and for
//! quotients that do not terminate.

use rhai::plugin::*;
use rhai::{FuncRegistration, Module};
use rust_decimal::{Decimal, RoundingStrategy};

use super::exact::{self, QUOTIENT_PLACES};
use super::{Fallible, error};

#[export_module]
pub mod functions {
    /// Divides, and rounds half up to so many digits behind the point.
    ///
    /// # Example
    /// `div(10, 4, 2) == 2.50`
    #[rhai_fn(return_raw)]
    pub fn div(a: Dynamic, b: Dynamic, digits: i64) -> Fallible<Decimal> {
        rounded_quotient(required(&a)?, required(&b)?, digits, 0, "cannot divide by zero")
    }

    /// How many percent of the whole a part is, rounded half up to so many digits behind the point.
    ///
    /// # Example
    /// `percent(850, 1000, 0) == 85`
    #[rhai_fn(return_raw)]
    pub fn percent(part: Dynamic, whole: Dynamic, digits: i64) -> Fallible<Decimal> {
        rounded_quotient(required(&part)?, required(&whole)?, digits, 2, "cannot take a percentage of zero")
    }

    /// Rounds half up to so many digits behind the point.
    ///
    /// # Example
    /// `round(2.345, 2) == 2.35`
    #[rhai_fn(return_raw)]
    pub fn round(number: Dynamic, digits: i64) -> Fallible<Decimal> {
        rounded(required(&number)?, digits)
    }

    /// The next whole number below.
    ///
    /// # Example
    /// `floor(2.7) == 2`
    #[rhai_fn(return_raw)]
    pub fn floor(number: Dynamic) -> Fallible<Decimal> {
        Ok(unsigned_zero(required(&number)?.floor()))
    }

    /// The next whole number above.
    ///
    /// # Example
    /// `ceiling(2.1) == 3`
    #[rhai_fn(return_raw)]
    pub fn ceiling(number: Dynamic) -> Fallible<Decimal> {
        Ok(unsigned_zero(required(&number)?.ceil()))
    }

    /// The number without its sign.
    ///
    /// # Example
    /// `abs(-5) == 5`
    #[rhai_fn(return_raw)]
    pub fn abs(number: Dynamic) -> Fallible<Decimal> {
        Ok(required(&number)?.abs())
    }

    /// The smaller of two numbers.
    ///
    /// # Example
    /// `min(input.amount, 100)`
    #[rhai_fn(return_raw)]
    pub fn min(a: Dynamic, b: Dynamic) -> Fallible<Dynamic> {
        Ok(if required(&a)? <= required(&b)? { a } else { b })
    }

    /// The greater of two numbers.
    ///
    /// # Example
    /// `max(input.amount, 0)`
    #[rhai_fn(return_raw)]
    pub fn max(a: Dynamic, b: Dynamic) -> Fallible<Dynamic> {
        Ok(if required(&a)? >= required(&b)? { a } else { b })
    }

    /// A number, read from a text; one of more digits than can be kept exactly is an error.
    ///
    /// # Example
    /// `number("19.90") == 19.90`
    #[rhai_fn(return_raw)]
    pub fn number(text: &str) -> Fallible<Decimal> {
        match crate::amount::Amount::parse(text) {
            Some(amount) => Ok(amount.decimal()),
            None => error("expected a text such as \"19.90\", of at most 28 digits"),
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
            None if b == 0 => error("cannot divide by zero"),
            None => error("the number is too large"),
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
        unsigned_zero(-number)
    }
}

type Operation = fn(Decimal, Decimal) -> Fallible<Decimal>;

/// The operators of decimals and integers: name, assigning name, description, operation.
const OPERATORS: [(&str, &str, &str, Operation); 6] = [
    ("+", "+=", "/// Adds numbers: the sum is exact, or an error.", add),
    ("-", "-=", "/// Subtracts numbers: the difference is exact, or an error.", subtract),
    ("*", "*=", "/// Multiplies numbers: the product is exact, or an error.", multiply),
    (
        "/",
        "/=",
        "/// Divides decimals: exact, or rounded half up to 12 digits behind the point where that does not end.",
        divide,
    ),
    ("%", "%=", "/// What is left over where numbers are divided, with the sign of the first: exact.", remainder),
    ("**", "**=", "/// A number to the power of a whole number: exact, or an error.", power),
];

/// Registers the operators, in place of the engine's own, which round.
pub fn register_operators(module: &mut Module) {
    for (name, assigning, described, operation) in OPERATORS {
        let function = |name| function(name, described);
        function(name).set_into_module(module, move |a: Decimal, b: Decimal| operation(a, b));
        function(name).set_into_module(module, move |a: Decimal, b: i64| operation(a, b.into()));
        function(name).set_into_module(module, move |a: i64, b: Decimal| operation(a.into(), b));
        let assign = move |a: &mut Decimal, b: Decimal| operation(*a, b).map(|result| *a = result);
        function(assigning).set_into_module(module, assign);
        let assign = move |a: &mut Decimal, b: i64| operation(*a, b.into()).map(|result| *a = result);
        function(assigning).set_into_module(module, assign);
    }
    // The engine's own gives zero on overflow.
    let described = "/// A whole number times two, so many times.";
    function("<<", described).set_into_module(module, shift_left);
    let assign = |number: &mut i64, times: i64| shift_left(*number, times).map(|result| *number = result);
    function("<<=", described).set_into_module(module, assign);
}

/// A function with its description for the reference.
#[cfg_attr(not(feature = "reference"), expect(unused_variables, reason = "descriptions are for the reference alone"))]
fn function(name: &'static str, described: &'static str) -> FuncRegistration {
    let function = FuncRegistration::new(name);
    #[cfg(feature = "reference")]
    let function = function.with_comments([described]);
    function
}

fn shift_left(number: i64, times: i64) -> Fallible<i64> {
    let power = u32::try_from(times).ok().and_then(|times| 2_i64.checked_pow(times));
    power.and_then(|power| number.checked_mul(power)).map_or_else(|| error("the number is too large"), Ok)
}

fn add(a: Decimal, b: Decimal) -> Fallible<Decimal> {
    exact::sum(a, b).map_or_else(|| inexact(&format!("{a} + {b}")), Ok)
}

fn subtract(a: Decimal, b: Decimal) -> Fallible<Decimal> {
    exact::difference(a, b).map_or_else(|| inexact(&format!("{a} - {b}")), Ok)
}

fn multiply(a: Decimal, b: Decimal) -> Fallible<Decimal> {
    exact::product(a, b).map_or_else(|| inexact(&format!("{a} * {b}")), Ok)
}

fn divide(a: Decimal, b: Decimal) -> Fallible<Decimal> {
    if b.is_zero() {
        return error("cannot divide by zero");
    }
    exact::quotient(a, b).map_or_else(|| inexact(&format!("{a} / {b}")), Ok)
}

fn remainder(a: Decimal, b: Decimal) -> Fallible<Decimal> {
    exact::remainder(a, b).map_or_else(|| error("cannot divide by zero"), Ok)
}

fn power(a: Decimal, b: Decimal) -> Fallible<Decimal> {
    exact::power(a, b).map_or_else(|| inexact(&format!("{a} ** {b}")), Ok)
}

fn inexact<T>(operation: &str) -> Fallible<T> {
    error(format!("{operation} has more than 28 digits, which cannot be kept exactly: round what it is made of"))
}

fn rounded_quotient(a: Decimal, b: Decimal, digits: i64, tens: u32, by_zero: &str) -> Fallible<Decimal> {
    let places = places(digits)?;
    if b.is_zero() {
        return error(by_zero);
    }
    exact::rounded_quotient(a, b, places, tens)
        .map_or_else(|| inexact(&format!("{a} / {b}, to {places} digits behind the point,")), Ok)
}

/// A number as a decimal. None: it is not a number.
pub fn decimal(number: &Dynamic) -> Option<Decimal> {
    number.as_int().map(Decimal::from).or_else(|_| number.as_decimal()).ok()
}

fn required(number: &Dynamic) -> Fallible<Decimal> {
    decimal(number)
        .map_or_else(|| error(format!("expected a number, not {}", super::comparison::type_label(number))), Ok)
}

fn rounded(number: Decimal, digits: i64) -> Fallible<Decimal> {
    let places = places(digits)?;
    let mut rounded = number.round_dp_with_strategy(places, RoundingStrategy::MidpointAwayFromZero);
    rounded.rescale(places);
    Ok(rounded)
}

/// Removes the sign of zero.
fn unsigned_zero(number: Decimal) -> Decimal {
    if number.is_zero() { number.abs() } else { number }
}

fn places(digits: i64) -> Fallible<u32> {
    let places = u32::try_from(digits).ok().filter(|places| *places <= QUOTIENT_PLACES);
    places.map_or_else(|| error(format!("expected 0 to {QUOTIENT_PLACES} digits")), Ok)
}
