//! What a body must look like.

use rust_decimal::Decimal;
use serde_json::{Map, Number, Value};

/// What a field holds.
#[allow(dead_code, reason = "not every provider uses all of them")]
pub(crate) enum Field {
    /// Text of at most so many characters, not empty.
    Text(usize),
    /// One of these words.
    Word(&'static [&'static str]),
    /// A number with at most so many decimals.
    Number(u32),
    /// A day: `2026-11-30`.
    Date,
    /// True or false.
    Bool,
    /// An object.
    Object(Shape),
    /// A list of objects, at least one.
    List(Shape),
    /// A list of words.
    Words(&'static [&'static str]),
}

/// The fields of an object: name, whether it must be there, what it holds. Others must not be there.
pub(crate) type Shape = &'static [(&'static str, bool, Field)];

/// A problem: the path of the field, and what is wrong with it.
#[derive(Debug)]
pub(crate) struct Misshapen {
    pub path: String,
    pub message: String,
}

/// Checks `value`.
pub(crate) fn check(value: &Value, shape: Shape) -> Result<(), Misshapen> {
    object(value, shape, "")
}

fn misshapen(path: &str, message: impl Into<String>) -> Misshapen {
    Misshapen { path: path.to_owned(), message: message.into() }
}

fn object(value: &Value, shape: Shape, path: &str) -> Result<(), Misshapen> {
    let Some(fields) = value.as_object() else { return Err(misshapen(path, "is no object")) };
    let at = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
    if let Some(name) = fields.keys().find(|name| !shape.iter().any(|(known, ..)| known == name)) {
        return Err(misshapen(&at(name), "is not known"));
    }
    for (name, required, holds) in shape {
        match fields.get(*name) {
            None if *required => return Err(misshapen(&at(name), "is missing")),
            None => {}
            Some(value) => field(value, holds, &at(name))?,
        }
    }
    Ok(())
}

fn field(value: &Value, holds: &Field, path: &str) -> Result<(), Misshapen> {
    match holds {
        Field::Text(most) => match value.as_str() {
            Some(text) if !text.is_empty() && text.chars().count() <= *most => Ok(()),
            Some(_) => Err(misshapen(path, format!("must have 1 to {most} characters"))),
            None => Err(misshapen(path, "is no text")),
        },
        Field::Word(words) if value.as_str().is_some_and(|word| words.contains(&word)) => Ok(()),
        Field::Word(words) => Err(misshapen(path, format!("must be one of {}", words.join(", ")))),
        Field::Number(places) => match value {
            Value::Number(_) if decimal(value).normalize().scale() <= *places => Ok(()),
            Value::Number(_) => Err(misshapen(path, format!("must have at most {places} decimals"))),
            _ => Err(misshapen(path, "is no number")),
        },
        Field::Date if value.as_str().is_some_and(is_date) => Ok(()),
        Field::Date => Err(misshapen(path, "is no date")),
        Field::Bool if value.is_boolean() => Ok(()),
        Field::Bool => Err(misshapen(path, "is neither true nor false")),
        Field::Object(shape) => object(value, shape, path),
        Field::List(shape) => match value.as_array() {
            Some(list) if !list.is_empty() => {
                list.iter().enumerate().try_for_each(|(place, one)| object(one, shape, &format!("{path}[{place}]")))
            }
            _ => Err(misshapen(path, "must be a list with something in it")),
        },
        Field::Words(words) => match value.as_array() {
            Some(list) if list.iter().all(|one| one.as_str().is_some_and(|word| words.contains(&word))) => Ok(()),
            _ => Err(misshapen(path, format!("must be a list of {}", words.join(", ")))),
        },
    }
}

/// Whether `text` is a day of the calendar, as far as its digits go.
pub(crate) fn is_date(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let [year, month, day] = parts.as_slice() else { return false };
    let number = |part: &str, length: usize| {
        (part.len() == length).then(|| part.parse::<u32>().ok()).flatten().unwrap_or_default()
    };
    number(year, 4) > 0 && (1..=12).contains(&number(month, 2)) && (1..=31).contains(&number(day, 2))
}

/// The days from 1970-01-01 to a day of the Gregorian calendar.
pub(crate) fn days_since_1970(day: &str) -> i64 {
    let mut parts = day.split('-').map(|part| part.parse::<i64>().unwrap_or_default());
    let mut next = || parts.next().unwrap_or_default();
    let (year, month, day) = (next(), next(), next());
    // Years begin in March here, so that the leap day is the last one.
    let year = if month <= 2 { year.saturating_sub(1) } else { year };
    let month = (month + 9).rem_euclid(12);
    year * 365 + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400) + (month * 153 + 2) / 5 + day
        - 719_469
}

/// A number, exactly; 0 where there is none.
pub(crate) fn decimal(value: &Value) -> Decimal {
    let written = match value {
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.clone(),
        _ => return Decimal::ZERO,
    };
    written.parse().or_else(|_| Decimal::from_scientific(&written)).unwrap_or_default()
}

/// The number at a JSON pointer; 0 where there is none.
pub(crate) fn amount(value: &Value, pointer: &str) -> Decimal {
    value.pointer(pointer).map_or(Decimal::ZERO, decimal)
}

/// `amount` as a JSON number.
pub(crate) fn number(amount: Decimal) -> Value {
    let number: Option<Number> = serde_json::from_str(&amount.normalize().to_string()).ok();
    number.map_or(Value::Null, Value::Number)
}

/// The text at a JSON pointer; empty where there is none.
pub(crate) fn text<'v>(value: &'v Value, pointer: &str) -> &'v str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

/// The list at a JSON pointer; empty where there is none.
pub(crate) fn list<'v>(value: &'v Value, pointer: &str) -> &'v [Value] {
    value.pointer(pointer).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// `fields` and those of `more`, which go before.
pub(crate) fn with(fields: &Value, more: Value) -> Value {
    let mut all: Map<String, Value> = fields.as_object().cloned().unwrap_or_default();
    if let Value::Object(more) = more {
        all.extend(more);
    }
    Value::Object(all)
}

/// Sets a field of an object.
pub(crate) fn set(object: &mut Value, name: &str, value: impl Into<Value>) {
    if let Some(fields) = object.as_object_mut() {
        fields.insert(name.to_owned(), value.into());
    }
}
