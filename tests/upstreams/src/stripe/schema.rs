//! Stripe's own description of what it takes and answers, as far as the stand-in does. `tests/interop/stripe-schema.mjs`
//! cuts it out of the types of Stripe's SDK.

use std::sync::OnceLock;

use serde_json::Value;

use super::error::StripeError;

fn description() -> &'static Value {
    static DESCRIPTION: OnceLock<Value> = OnceLock::new();
    let text = include_str!("../../stripe-schema.json");
    DESCRIPTION.get_or_init(|| serde_json::from_str(text).unwrap_or_default())
}

/// The version of the API that is described.
pub fn api_version() -> &'static str {
    description().get("api_version").and_then(Value::as_str).unwrap_or_default()
}

/// How an object that Stripe might answer differs from Stripe's description of it.
pub fn violations(object: &Value) -> Vec<String> {
    let mut found = Vec::new();
    let name = object.get("object").and_then(Value::as_str).unwrap_or_default();
    match description().get("objects").and_then(|objects| objects.get(name)) {
        Some(schema) => compare(schema, object, name, &mut found),
        None => found.push(format!("there is no object {name:?}")),
    }
    found
}

fn compare(schema: &Value, value: &Value, at: &str, found: &mut Vec<String>) {
    let is_object = |name: &str| value.get("object").and_then(Value::as_str) == Some(name);
    if let Some(name) = schema.get("$ref").and_then(Value::as_str).filter(|name| is_object(name)) {
        compare(description().pointer(&format!("/objects/{name}")).unwrap_or(&Value::Null), value, name, found);
    } else if let Some(name) = schema.get("$ref").or_else(|| schema.get("object")).and_then(Value::as_str) {
        // Of what is not described further the name is all there is.
        if schema.get("$ref").is_some() || !is_object(name) {
            found.push(format!("{at} is no {name}"));
        }
    } else if let Some(any) = schema.get("anyOf").and_then(Value::as_array) {
        let tried: Vec<Vec<String>> = any
            .iter()
            .map(|one| {
                let mut found = Vec::new();
                compare(one, value, at, &mut found);
                found
            })
            .collect();
        // The alternative that says most is the one that was meant.
        if !tried.iter().any(Vec::is_empty) {
            found.extend(tried.into_iter().max_by_key(Vec::len).unwrap_or_default());
        }
    } else if let Some(values) = schema.get("enum").and_then(Value::as_array) {
        if !values.contains(value) {
            found.push(format!("{at} is none of its values: {value}"));
        }
    } else if let Some(kind) = schema.get("type").and_then(Value::as_str) {
        compare_kind(schema, kind, value, at, found);
    }
}

fn compare_kind(schema: &Value, kind: &str, value: &Value, at: &str, found: &mut Vec<String>) {
    let fits = match kind {
        "null" => value.is_null(),
        "string" => value.is_string(),
        "number" => value.is_number(),
        "boolean" => value.is_boolean(),
        "array" => value.is_array(),
        _ => value.is_object(),
    };
    if !fits {
        found.push(format!("{at} is no {kind}: {value}"));
        return;
    }
    if let (Some(items), Some(values)) = (schema.get("items"), value.as_array()) {
        values.iter().for_each(|value| compare(items, value, &format!("{at}[]"), found));
    }
    let Some(object) = value.as_object() else { return };
    if let Some(each) = schema.get("additionalProperties") {
        object.iter().for_each(|(name, value)| compare(each, value, &format!("{at}.{name}"), found));
        return;
    }
    let properties = schema.get("properties").and_then(Value::as_object);
    for name in required(schema).filter(|name| !object.contains_key(*name)) {
        found.push(format!("{at}.{name} is missing"));
    }
    let Some(properties) = properties.filter(|properties| !properties.is_empty()) else { return };
    for (name, value) in object {
        match properties.get(name) {
            Some(schema) => compare(schema, value, &format!("{at}.{name}"), found),
            None => found.push(format!("{at}.{name} is not known")),
        }
    }
}

fn required(schema: &Value) -> impl Iterator<Item = &str> {
    schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
}

/// Whether a route takes these parameters. Routes that are not described take none.
pub(super) fn check_parameters(route: &str, parameters: &Value) -> Result<(), StripeError> {
    match description().get("parameters").and_then(|routes| routes.get(route)) {
        Some(schema) => check(schema, parameters, ""),
        None => parameters
            .as_object()
            .and_then(|all| all.keys().next())
            .map_or(Ok(()), |name| if name == "expand" { Ok(()) } else { Err(StripeError::unknown(name)) }),
    }
}

fn check(schema: &Value, value: &Value, at: &str) -> Result<(), StripeError> {
    if let Some(any) = schema.get("anyOf").and_then(Value::as_array) {
        let mut refused = Ok(());
        for one in any {
            match check(one, value, at) {
                Ok(()) => return Ok(()),
                Err(error) => refused = Err(error),
            }
        }
        return refused;
    }
    if let Some(values) = schema.get("enum").and_then(Value::as_array) {
        let allowed: Vec<&str> = values.iter().filter_map(Value::as_str).collect();
        let fits = value.as_str().is_some_and(|text| allowed.contains(&text));
        let message = || format!("Invalid {at}: must be one of {}", allowed.join(", "));
        return if fits { Ok(()) } else { Err(StripeError::wrong(at, message())) };
    }
    let text = value.as_str();
    let fits = match schema.get("type").and_then(Value::as_str) {
        Some("number") => {
            let text = text.ok_or_else(|| StripeError::wrong(at, format!("Invalid {at}")))?;
            return text.parse::<f64>().map(drop).map_err(|_| StripeError::no_integer(at, text));
        }
        Some("boolean") => text.is_some_and(|text| matches!(text, "true" | "false")),
        Some("string") => text.is_some(),
        Some("null") => false,
        Some("array") => {
            let items = schema.get("items").unwrap_or(&Value::Null);
            let values = value.as_array().ok_or_else(|| StripeError::wrong(at, "Invalid array"))?;
            for (index, value) in values.iter().enumerate() {
                check(items, value, &format!("{at}[{index}]"))?;
            }
            true
        }
        Some("object") => return check_object(schema, value, at),
        _ => true,
    };
    if fits { Ok(()) } else { Err(StripeError::wrong(at, format!("Invalid {at}"))) }
}

fn check_object(schema: &Value, value: &Value, at: &str) -> Result<(), StripeError> {
    let object = value.as_object().ok_or_else(|| StripeError::wrong(at, "Invalid object"))?;
    let inner = |name: &str| if at.is_empty() { name.to_owned() } else { format!("{at}[{name}]") };
    let Some(properties) = schema.get("properties").and_then(Value::as_object) else { return Ok(()) };
    for (name, value) in object {
        check(properties.get(name).ok_or_else(|| StripeError::unknown(&inner(name)))?, value, &inner(name))?;
    }
    required(schema)
        .find(|name| !object.contains_key(*name))
        .map_or(Ok(()), |name| Err(StripeError::missing(&inner(name))))
}
