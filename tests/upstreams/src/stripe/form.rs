//! Parameters as Stripe takes them: form-encoded, with `items[0][price]` for what is nested.

use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};

use super::error::StripeError;

/// How deep parameters nest at most.
const MAX_DEPTH: usize = 10;

/// Reads a form: objects, lists and texts.
pub(super) fn parse(form: &str) -> Result<Value, StripeError> {
    let mut root = Map::new();
    for pair in form.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let (name, value) = (decode(name)?, decode(value)?);
        let path = path_of(&name).filter(|path| path.len() <= MAX_DEPTH);
        put(&mut root, &path.ok_or_else(|| StripeError::unknown(&name))?, value);
    }
    Ok(lists(Value::Object(root)))
}

fn decode(text: &str) -> Result<String, StripeError> {
    let spaced = text.replace('+', " ");
    let decoded = percent_decode_str(&spaced).decode_utf8().map(std::borrow::Cow::into_owned);
    decoded.map_err(|_| StripeError::refused("Invalid UTF-8 in the request's parameters."))
}

/// `a[b][]` as `a`, `b` and an empty name.
fn path_of(name: &str) -> Option<Vec<String>> {
    let Some((first, rest)) = name.split_once('[') else { return Some(vec![name.to_owned()]) };
    let rest = rest.strip_suffix(']')?;
    let parts = std::iter::once(first).chain(rest.split("][")).map(ToOwned::to_owned);
    Some(parts.collect())
}

fn put(object: &mut Map<String, Value>, path: &[String], value: String) {
    let Some((name, rest)) = path.split_first() else { return };
    // `a[]` appends.
    let name = if name.is_empty() { object.len().to_string() } else { name.clone() };
    if rest.is_empty() {
        object.insert(name, Value::String(value));
        return;
    }
    let inner = object.entry(name).or_insert_with(|| Value::Object(Map::new()));
    if let Value::Object(inner) = inner {
        put(inner, rest, value);
    }
}

/// Objects whose names are numbers are lists.
fn lists(value: Value) -> Value {
    let Value::Object(object) = value else { return value };
    if !object.is_empty() && object.keys().all(|name| name.bytes().all(|byte| byte.is_ascii_digit())) {
        let mut entries: Vec<(usize, Value)> =
            object.into_iter().filter_map(|(name, value)| Some((name.parse().ok()?, lists(value)))).collect();
        entries.sort_by_key(|(index, _)| *index);
        return Value::Array(entries.into_iter().map(|(_, value)| value).collect());
    }
    Value::Object(object.into_iter().map(|(name, value)| (name, lists(value))).collect())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_form_is_read_as_stripe_reads_it() {
        let form = "mode=subscription&line_items[0][price]=price_1&line_items[0][quantity]=5&metadata%5Ba%20b%5D=%E0%A4%A8+x\
            &lookup_keys[]=one&lookup_keys[]=two&pause_collection=";
        let expected = json!({
            "mode": "subscription", "line_items": [{"price": "price_1", "quantity": "5"}], "metadata": {"a b": "न x"},
            "lookup_keys": ["one", "two"], "pause_collection": "",
        });
        assert_eq!(parse(form).unwrap(), expected);
        assert_eq!(parse("").unwrap(), json!({}));
        for wrong in ["a[b=1", "a=%FF"] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }
}
