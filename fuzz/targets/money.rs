//! Whatever stands where an amount should, nothing panics, and what is read is written as what it was.
//!
//! Input: three bytes of a currency's code, then the number.

#![no_main]

use edge_money::{Currency, Money};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let Ok(text) = std::str::from_utf8(input) else { return };
    let Some((code, number)) = text.split_at_checked(3) else { return };
    let currency = Currency::parse(code).unwrap_or(Currency::INR);
    let Ok(money) = Money::parse(number, currency) else { return };
    assert_eq!(Money::parse(&money.to_decimal(), currency), Ok(money));
});
