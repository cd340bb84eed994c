//! Maps.

#![expect(clippy::unwrap_used, reason = "in macro-generated code: the engine matches the types before the call")]

use rhai::plugin::*;
use rhai::{Array, Map};

use super::Fallible;
use crate::run::charge;

#[export_module]
pub mod functions {
    /// How many entries a map has.
    ///
    /// # Example
    /// `#{ a: 1, b: 2 }.len() == 2`
    #[rhai_fn(name = "len", pure)]
    pub fn map_len(map: &mut Map) -> i64 {
        i64::try_from(map.len()).unwrap_or(i64::MAX)
    }

    /// Whether a map has no entries.
    ///
    /// # Example
    /// `#{}.is_empty()`
    #[rhai_fn(name = "is_empty", pure)]
    pub fn map_is_empty(map: &mut Map) -> bool {
        map.is_empty()
    }

    /// Whether a map has an entry of that name; also written `name in map`.
    ///
    /// # Example
    /// `"INR" in LIMITS`
    #[rhai_fn(name = "contains", pure)]
    pub fn map_contains(map: &mut Map, name: &str) -> bool {
        map.contains_key(name)
    }

    /// The entry of that name, or something else where there is none.
    ///
    /// # Example
    /// `LIMITS.get(input.currency, 0)`
    #[rhai_fn(pure)]
    pub fn get(map: &mut Map, name: &str, otherwise: Dynamic) -> Dynamic {
        map.get(name).cloned().unwrap_or(otherwise)
    }

    /// The names of a map's entries, in alphabetical order.
    ///
    /// # Example
    /// `#{ a: 1, b: 2 }.keys() == ["a", "b"]`
    #[rhai_fn(pure, return_raw)]
    pub fn keys(map: &mut Map) -> Fallible<Array> {
        charge(map.len())?;
        Ok(map.keys().map(|name| name.as_str().into()).collect())
    }

    /// The values of a map's entries, in the order of their names.
    ///
    /// # Example
    /// `#{ a: 1, b: 2 }.values() == [1, 2]`
    #[rhai_fn(pure, return_raw)]
    pub fn values(map: &mut Map) -> Fallible<Array> {
        charge(map.len())?;
        Ok(map.values().cloned().collect())
    }
}
