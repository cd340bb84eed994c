//! Comparison. Incomparable values are an error; in plain Rhai `"5000" > 1000` would silently be false.

use std::cmp::Ordering;

use rhai::plugin::*;

use super::{Fallible, error};
use crate::contract::Instant;
use crate::run::charge;

#[export_module]
pub mod functions {
    /// Whether two values are the same. Numbers are the same by their value (`20 == 20.00`); lists and maps by what
    /// they hold; everything may be compared with `()`, which stands for "not given".
    #[rhai_fn(name = "==", return_raw)]
    pub fn equal(a: Dynamic, b: Dynamic) -> Fallible<bool> {
        equals(&a, &b)
    }

    /// Whether two values differ.
    #[rhai_fn(name = "!=", return_raw)]
    pub fn different(a: Dynamic, b: Dynamic) -> Fallible<bool> {
        Ok(!equals(&a, &b)?)
    }

    /// Whether a number is smaller, an instant earlier, a text earlier in the alphabet.
    #[rhai_fn(name = "<", return_raw)]
    pub fn less(a: Dynamic, b: Dynamic) -> Fallible<bool> {
        Ok(compare(&a, &b)?.is_lt())
    }

    /// Whether a number is smaller or the same; so for instants and texts.
    #[rhai_fn(name = "<=", return_raw)]
    pub fn at_most(a: Dynamic, b: Dynamic) -> Fallible<bool> {
        Ok(compare(&a, &b)?.is_le())
    }

    /// Whether a number is greater, an instant later, a text later in the alphabet.
    #[rhai_fn(name = ">", return_raw)]
    pub fn greater(a: Dynamic, b: Dynamic) -> Fallible<bool> {
        Ok(compare(&a, &b)?.is_gt())
    }

    /// Whether a number is greater or the same; so for instants and texts.
    #[rhai_fn(name = ">=", return_raw)]
    pub fn at_least(a: Dynamic, b: Dynamic) -> Fallible<bool> {
        Ok(compare(&a, &b)?.is_ge())
    }

    /// Turns true into false, and false into true.
    #[rhai_fn(name = "!")]
    pub fn not(value: bool) -> bool {
        !value
    }
}

/// Whether two values are equal.
pub fn equals(a: &Dynamic, b: &Dynamic) -> Fallible<bool> {
    if a.is_unit() || b.is_unit() {
        return Ok(a.is_unit() && b.is_unit());
    }
    if let (Ok(a), Ok(b)) = (a.as_bool(), b.as_bool()) {
        return Ok(a == b);
    }
    if let (Ok(a), Ok(b)) = (a.as_array_ref(), b.as_array_ref()) {
        charge(a.len())?;
        let alike = a.len() == b.len();
        return a.iter().zip(b.iter()).try_fold(alike, |alike, (a, b)| Ok(alike && equals(a, b)?));
    }
    if let (Ok(a), Ok(b)) = (a.as_map_ref(), b.as_map_ref()) {
        charge(a.len())?;
        let alike = a.len() == b.len();
        return a
            .iter()
            .zip(b.iter())
            .try_fold(alike, |alike, ((a_key, a), (b_key, b))| Ok(alike && a_key == b_key && equals(a, b)?));
    }
    Ok(compare(a, b)?.is_eq())
}

/// Compares two values.
pub fn compare(a: &Dynamic, b: &Dynamic) -> Fallible<Ordering> {
    if let (Ok(a), Ok(b)) = (a.as_int(), b.as_int()) {
        return Ok(a.cmp(&b));
    }
    if let (Some(a), Some(b)) = (super::numbers::decimal(a), super::numbers::decimal(b)) {
        return Ok(a.cmp(&b));
    }
    if let (Ok(a), Ok(b)) = (a.as_immutable_string_ref(), b.as_immutable_string_ref()) {
        charge(a.len().min(b.len()) / 64)?;
        return Ok(a.as_str().cmp(b.as_str()));
    }
    if let (Some(a), Some(b)) = (a.clone().try_cast::<Instant>(), b.clone().try_cast::<Instant>()) {
        return Ok(a.cmp(&b));
    }
    if let (Ok(a), Ok(b)) = (a.as_char(), b.as_char()) {
        return Ok(a.cmp(&b));
    }
    error(format!("cannot compare {} with {}", type_label(a), type_label(b)))
}

/// The type of a value, in messages.
pub fn type_label(value: &Dynamic) -> &'static str {
    match value.type_name() {
        "()" => "nothing (the field was not given)",
        "i64" => "a number",
        "bool" => "true or false",
        "char" => "a letter",
        "array" => "a list",
        "map" => "a map",
        "Fn" => "a function",
        _ if value.is_decimal() => "a number",
        _ if value.is_string() => "a text",
        _ if value.is_array() => "a list",
        _ if value.is_map() => "a map",
        _ if value.is::<Instant>() => "an instant",
        _ => "something else",
    }
}
