//! Strict JSON: a list is refused where an object is expected.
//!
//! Derived deserializers also accept a list for a struct, with one value per field in declaration order. So
//! `["u1", "healos", "h1"]` would be a seat check, and `[true]` a confirmation. [`Strict`] refuses that at every depth. All
//! JSON from outside is read through this crate: requests, inputs and tests of rules, responses of upstreams.
//!
//! [`Strict`] does not reach values that serde buffers before it knows their type (`untagged`, `tag = "…"`, struct fields
//! of a `flatten`ed struct): no type that is read from outside uses these.
//!
//! [`Text`] and [`AtMost`] bound what a request may hold.

mod bounded_list;
mod strict;
mod text;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::{Error, Value};

pub use bounded_list::AtMost;
pub use strict::Strict;
pub use text::{InvalidText, Text, is_email};

/// Tells null from an absent field, for a field with `#[serde(default, deserialize_with = "nullable")]`: None, it is absent;
/// `Some(None)`, it is null.
pub fn nullable<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

/// Reads `bytes`, which must be one JSON value.
pub fn from_slice<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Result<T, Error> {
    // Most bodies contain no list, so there is none to refuse.
    if !bytes.contains(&b'[') {
        return serde_json::from_slice(bytes);
    }
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let value = T::deserialize(Strict::new(&mut json))?;
    json.end()?;
    Ok(value)
}

/// Reads `text`, which must be one JSON value.
pub fn from_str<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T, Error> {
    let mut json = serde_json::Deserializer::from_str(text);
    let value = T::deserialize(Strict::new(&mut json))?;
    json.end()?;
    Ok(value)
}

/// Reads a parsed value.
pub fn from_value<T: DeserializeOwned>(value: Value) -> Result<T, Error> {
    T::deserialize(Strict::new(value))
}
