//! Lists.

#![expect(clippy::unwrap_used, reason = "in macro-generated code: the engine matches the types before the call")]

use rhai::plugin::*;
use rhai::{Array, FnPtr};
use rust_decimal::Decimal;

use super::comparison::equals;
use super::exact;
use super::numbers::decimal;
use super::texts::check_text_len;
use super::{Fallible, error};
use crate::failure::Limit;
use crate::run::{charge, stop};
use crate::sandbox::MAX_LIST_LEN;

#[export_module]
pub mod functions {
    /// How many items a list has.
    ///
    /// # Example
    /// `[1, 2, 3].len() == 3`
    #[rhai_fn(name = "len", pure)]
    pub fn list_len(list: &mut Array) -> i64 {
        i64::try_from(list.len()).unwrap_or(i64::MAX)
    }

    /// Whether a list has no items.
    ///
    /// # Example
    /// `[].is_empty()`
    #[rhai_fn(name = "is_empty", pure)]
    pub fn list_is_empty(list: &mut Array) -> bool {
        list.is_empty()
    }

    /// Whether a list has an item; also written `item in list`.
    ///
    /// # Example
    /// `"INR" in ["INR", "USD"]`
    #[rhai_fn(name = "contains", pure, return_raw)]
    pub fn list_contains(list: &mut Array, item: Dynamic) -> Fallible<bool> {
        charge(list.len())?;
        list.iter().try_fold(false, |found, other| Ok(found || equals(other, &item)?))
    }

    /// Puts an item at the end of a list.
    ///
    /// # Example
    /// `let alerts = []; alerts.push("80 percent");`
    #[rhai_fn(return_raw)]
    pub fn push(list: &mut Array, item: Dynamic) -> Fallible<()> {
        if list.len() >= MAX_LIST_LEN {
            return Err(stop(Limit::Size));
        }
        list.push(item);
        Ok(())
    }

    /// A list of what a function makes of each item.
    ///
    /// # Example
    /// `[1, 2].map(|n| n * 10) == [10, 20]`
    #[rhai_fn(return_raw)]
    pub fn map(context: NativeCallContext, list: Array, function: FnPtr) -> Fallible<Array> {
        list.into_iter().map(|item| function.call_within_context(&context, (item,))).collect()
    }

    /// A list of the items for which a function says true.
    ///
    /// # Example
    /// `[1, 2, 3].filter(|n| n > 1) == [2, 3]`
    #[rhai_fn(return_raw)]
    pub fn filter(context: NativeCallContext, list: Array, function: FnPtr) -> Fallible<Array> {
        let mut kept = Array::new();
        for item in list {
            if holds(&context, &function, item.clone())? {
                kept.push(item);
            }
        }
        Ok(kept)
    }

    /// Whether a function says true for at least one item.
    ///
    /// # Example
    /// `[1, 2, 3].some(|n| n > 2)`
    #[rhai_fn(return_raw)]
    pub fn some(context: NativeCallContext, list: Array, function: FnPtr) -> Fallible<bool> {
        list.into_iter().try_fold(false, |found, item| Ok(found || holds(&context, &function, item)?))
    }

    /// Whether a function says true for every item.
    ///
    /// # Example
    /// `[1, 2, 3].all(|n| n > 0)`
    #[rhai_fn(return_raw)]
    pub fn all(context: NativeCallContext, list: Array, function: FnPtr) -> Fallible<bool> {
        list.into_iter().try_fold(true, |all, item| Ok(all && holds(&context, &function, item)?))
    }

    /// The sum of a list of numbers; 0 for an empty list.
    ///
    /// # Example
    /// `[1.50, 2.25].sum() == 3.75`
    #[rhai_fn(pure, return_raw)]
    pub fn sum(list: &mut Array) -> Fallible<Dynamic> {
        charge(list.len())?;
        match list.iter().try_fold(Decimal::ZERO, |sum, number| exact::sum(sum, decimal(number)?)) {
            Some(sum) => Ok(Dynamic::from_decimal(sum)),
            None => error("expected a list of numbers, each sum of which has at most 28 digits"),
        }
    }

    /// The texts of a list in one text, with something between them.
    ///
    /// # Example
    /// `["a", "b"].join(", ") == "a, b"`
    #[rhai_fn(pure, return_raw)]
    pub fn join(list: &mut Array, between: &str) -> Fallible<String> {
        charge(list.len())?;
        let mut joined = String::new();
        for (index, item) in list.iter().enumerate() {
            if index > 0 {
                joined.push_str(between);
            }
            match item.as_immutable_string_ref() {
                Ok(text) => joined.push_str(&text),
                Err(_) => return error("expected a list of texts"),
            }
            check_text_len(joined.len())?;
        }
        Ok(joined)
    }

    /// One list after the other.
    #[rhai_fn(name = "+", return_raw)]
    pub fn concatenate(list: Array, other: Array) -> Fallible<Array> {
        if list.len().saturating_add(other.len()) > MAX_LIST_LEN {
            return Err(stop(Limit::Size));
        }
        charge(list.len().saturating_add(other.len()))?;
        Ok(list.into_iter().chain(other).collect())
    }
}

fn holds(context: &NativeCallContext<'_>, function: &FnPtr, item: Dynamic) -> Fallible<bool> {
    let given: Dynamic = function.call_within_context(context, (item,))?;
    given.as_bool().map_or_else(|_| error("the function has to say true or false"), Ok)
}
