//! JSON as the edge reads it: where an object is due, a list is refused.
//!
//! The readers that serde derives also take a list for a struct, one value for each field in the order of the source.
//! Read so, `["u1", "healos", "h1"]` would be a seat check, and `[true]` a confirmation. [`Strict`] refuses that at
//! every depth. Whatever comes from outside is read through this crate: requests, rules' inputs and tests, upstreams'
//! answers.
//!
//! What serde keeps in between before it knows the type (`untagged`, `tag = "…"`, fields of a `flatten`ed struct that
//! are structs themselves) is out of [`Strict`]'s reach: no type that is read from outside has such.

mod at_most;
mod strict;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Error, Value};

pub use at_most::AtMost;
pub use strict::Strict;

/// Reads the one JSON value in `bytes`.
pub fn from_slice<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Result<T, Error> {
    // Most bodies hold no list anywhere, and then there is none to refuse.
    if !bytes.contains(&b'[') {
        return serde_json::from_slice(bytes);
    }
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let value = T::deserialize(Strict::new(&mut json))?;
    json.end()?;
    Ok(value)
}

/// Reads the one JSON value in `text`.
pub fn from_str<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T, Error> {
    let mut json = serde_json::Deserializer::from_str(text);
    let value = T::deserialize(Strict::new(&mut json))?;
    json.end()?;
    Ok(value)
}

/// Reads `value`.
pub fn from_value<T: DeserializeOwned>(value: Value) -> Result<T, Error> {
    T::deserialize(Strict::new(value))
}
