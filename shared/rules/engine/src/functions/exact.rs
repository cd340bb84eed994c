//! Exact decimal arithmetic. `rust_decimal` silently rounds a result with too many digits; here there is no result
//! instead.

use rust_decimal::Decimal;

/// The maximum number of decimal places.
const MAX_PLACES: u32 = 28;
/// The number of decimal places of a quotient that does not terminate.
pub const QUOTIENT_PLACES: u32 = 12;

/// `mantissa / 10^places`. Trailing zeros that do not fit are dropped.
fn decimal(mut mantissa: i128, mut places: u32) -> Option<Decimal> {
    loop {
        if places <= MAX_PLACES
            && let Ok(decimal) = Decimal::try_from_i128_with_scale(mantissa, places)
        {
            return Some(decimal);
        }
        if mantissa % 10 != 0 {
            return None;
        }
        mantissa /= 10;
        places = places.checked_sub(1)?;
    }
}

/// The mantissa of `number` at the scale `places`, which must not be smaller than its own.
fn mantissa_at(number: Decimal, places: u32) -> Option<i128> {
    let more = places.checked_sub(number.scale())?;
    number.mantissa().checked_mul(10_i128.checked_pow(more)?)
}

/// `a + b`.
pub fn sum(a: Decimal, b: Decimal) -> Option<Decimal> {
    let of = |a: Decimal, b: Decimal| {
        let places = a.scale().max(b.scale());
        decimal(mantissa_at(a, places)?.checked_add(mantissa_at(b, places)?)?, places)
    };
    // Trailing zeros are kept if they fit.
    of(a, b).or_else(|| of(a.normalize(), b.normalize()))
}

/// `a - b`.
pub fn difference(a: Decimal, b: Decimal) -> Option<Decimal> {
    sum(a, -b)
}

/// `a * b`.
pub fn product(a: Decimal, b: Decimal) -> Option<Decimal> {
    let places = a.scale().checked_add(b.scale())?;
    let mantissa = a.mantissa().checked_mul(b.mantissa());
    mantissa.and_then(|mantissa| decimal(mantissa, places)).or_else(|| long_product(a.normalize(), b.normalize()))
}

/// The product of two normalized numbers; factors of 2 in one and 5 in the other are cancelled first.
fn long_product(a: Decimal, b: Decimal) -> Option<Decimal> {
    let (mut a, mut b, mut places) = (a.mantissa(), b.mantissa(), a.scale().checked_add(b.scale())?);
    while places > 0 {
        if a % 2 == 0 && b % 5 == 0 {
            (a, b) = (a / 2, b / 5);
        } else if a % 5 == 0 && b % 2 == 0 {
            (a, b) = (a / 5, b / 2);
        } else {
            break;
        }
        places -= 1;
    }
    decimal(a.checked_mul(b)?, places)
}

/// `a / b`: exact if it terminates within 28 digits, else rounded to [`QUOTIENT_PLACES`] decimal places, or to as many
/// as fit. None: it does not fit, or `b` is zero.
pub fn quotient(a: Decimal, b: Decimal) -> Option<Decimal> {
    if let Some(exact) = exact_quotient(a, b) {
        return Some(exact);
    }
    (0..=QUOTIENT_PLACES).rev().find_map(|places| rounded_quotient(a, b, places, 0))
}

/// `a * 10^tens / b`, rounded half up once to so many decimal places. None: it does not fit, or `b` is zero.
pub fn rounded_quotient(a: Decimal, b: Decimal, places: u32, tens: u32) -> Option<Decimal> {
    long_division(a, b, places, tens).or_else(|| {
        // With fewer digits it may fit.
        let a = product(a, Decimal::from(10_u64.checked_pow(tens)?))?;
        let quotient = exact_quotient(a, b)?.normalize();
        (quotient.scale() <= places).then_some(quotient)
    })
}

fn exact_quotient(a: Decimal, b: Decimal) -> Option<Decimal> {
    a.checked_div(b).filter(|quotient| product(*quotient, b) == Some(a))
}

fn long_division(a: Decimal, b: Decimal, places: u32, tens: u32) -> Option<Decimal> {
    let is_negative = a.is_sign_negative() != b.is_sign_negative();
    let (mut rest, mut divisor) = (a.mantissa().unsigned_abs(), b.mantissa().unsigned_abs());
    let steps = i64::from(places) + i64::from(tens) + i64::from(b.scale()) - i64::from(a.scale());
    if let Ok(shorter) = u32::try_from(-steps) {
        // On overflow the divisor is more than twice any number.
        divisor = 10_u128.checked_pow(shorter).and_then(|tens| divisor.checked_mul(tens)).unwrap_or(u128::MAX);
    }
    let mut quotient = rest.checked_div(divisor)?;
    rest %= divisor;
    for _ in 0..steps {
        rest = rest.checked_mul(10)?;
        quotient = quotient.checked_mul(10)?.checked_add(rest / divisor)?;
        rest %= divisor;
    }
    if rest >= divisor - rest {
        quotient = quotient.checked_add(1)?;
    }
    let mantissa = i128::try_from(quotient).ok()?;
    decimal(if is_negative { -mantissa } else { mantissa }, places)
}

/// `a % b`, with the sign of `a`. None: `b` is zero.
pub fn remainder(a: Decimal, b: Decimal) -> Option<Decimal> {
    let places = a.scale().max(b.scale());
    let b_longer = places.checked_sub(b.scale())?;
    let Some(divisor) = 10_i128.checked_pow(b_longer).and_then(|tens| b.mantissa().checked_mul(tens)) else {
        // The divisor is greater than any number with the digits of `a`.
        return Some(a);
    };
    let mut rest = a.mantissa().checked_rem(divisor)?;
    for _ in 0..places.checked_sub(a.scale())? {
        rest = rest.checked_mul(10)?.checked_rem(divisor)?;
    }
    decimal(rest, places)
}

/// `base` to the power of a whole number. None: it does not fit, or the exponent is not whole.
pub fn power(base: Decimal, exponent: Decimal) -> Option<Decimal> {
    let mut left = i64::try_from(exponent).ok().filter(|whole| Decimal::from(*whole) == exponent)?;
    if left < 0 {
        return power(exact_quotient(Decimal::ONE, base)?, -exponent);
    }
    let (mut square, mut power) = (base, Decimal::ONE);
    while left > 0 {
        if left % 2 == 1 {
            power = product(power, square)?;
        }
        left /= 2;
        if left > 0 {
            square = product(square, square)?;
        }
    }
    Some(power)
}
