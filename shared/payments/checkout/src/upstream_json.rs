//! JSON of upstreams: some fields are read, the rest is passed on unchanged, digit by digit.

use std::borrow::Cow;
use std::collections::BTreeMap;

use edge_money::{Currency, Money};
use serde_json::value::RawValue;

/// An object whose fields are not parsed yet.
pub(crate) struct JsonObject<'a>(BTreeMap<Cow<'a, str>, &'a RawValue>);

impl<'a> JsonObject<'a> {
    /// Reads an object, by itself or as `{"data": {…}}`.
    pub(crate) fn read(body: &'a [u8]) -> Option<Self> {
        let whole = Self(serde_json::from_slice(body).ok()?);
        let inner = whole.0.get("data").and_then(|data| Self::of(data));
        Some(inner.unwrap_or(whole))
    }

    /// Reads an object.
    pub(crate) fn of(json: &'a RawValue) -> Option<Self> {
        serde_json::from_str(json.get()).ok().map(Self)
    }

    /// The JSON of the first of these fields that is present and not null.
    pub(crate) fn json(&self, names: &[&str]) -> Option<&'a RawValue> {
        names.iter().filter_map(|name| self.0.get(*name).copied()).find(|json| json.get() != "null")
    }

    /// A string or a whole number, as a text that is not empty.
    pub(crate) fn text(&self, names: &[&str]) -> Option<String> {
        let json = self.json(names)?.get();
        let text = if json.bytes().all(|byte| byte.is_ascii_digit()) {
            json.to_owned()
        } else {
            serde_json::from_str(json).ok()?
        };
        Some(text).filter(|text| !text.is_empty())
    }

    /// The digits of a number, or of a string that holds one.
    pub(crate) fn digits(&self, names: &[&str]) -> Option<String> {
        let json = self.json(names)?.get();
        if json.starts_with('"') { serde_json::from_str(json).ok() } else { Some(json.to_owned()) }
    }

    /// An amount; None: there is none; Err: it is not an amount of that currency.
    pub(crate) fn amount(&self, names: &[&str], currency: Currency) -> Option<Result<Money, ()>> {
        let digits = self.digits(names)?;
        Some(Money::parse(&digits, currency).map_err(|_| ()))
    }
}

/// The items of a list: a JSON array, or one of the usual fields of an object.
pub(crate) fn list(body: &[u8]) -> Option<Vec<&RawValue>> {
    let whole: &RawValue = serde_json::from_slice(body).ok()?;
    if whole.get().starts_with('[') {
        return serde_json::from_str(whole.get()).ok();
    }
    let object = JsonObject::of(whole)?;
    let list = object.json(&["data", "items", "invoices", "contacts", "results"])?;
    if list.get().starts_with('[') {
        return serde_json::from_str(list.get()).ok();
    }
    let inner = JsonObject::of(list)?.json(&["items", "invoices", "contacts", "results"])?;
    serde_json::from_str(inner.get()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_found_where_upstreams_put_it() {
        for body in
            [r#"[{"a":1}]"#, r#"{"data":[{"a":1}]}"#, r#"{"items":[{"a":1}]}"#, r#"{"data":{"items":[{"a":1}]}}"#]
        {
            assert_eq!(list(body.as_bytes()).unwrap()[0].get(), r#"{"a":1}"#, "{body}");
        }
        for body in ["{}", "7", "", r#"{"data":7}"#, r#"{"data":{}}"#] {
            assert!(list(body.as_bytes()).is_none(), "{body}");
        }
    }

    #[test]
    fn fields_are_read_by_whichever_name_they_have() {
        let object = JsonObject::read(br#"{"data":{"id":null,"contact_id":17,"price":"0.10","name":""}}"#).unwrap();
        assert_eq!(object.text(&["id", "contact_id"]).as_deref(), Some("17"));
        assert_eq!(object.text(&["name"]), None);
        assert_eq!(object.amount(&["price"], Currency::INR).unwrap().unwrap().minor, 10);
    }
}
