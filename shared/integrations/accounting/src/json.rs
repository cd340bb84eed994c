//! Reading and writing JSON.

use rust_decimal::Decimal;
use serde_json::{Number, Value};

use crate::error::AccountingError;

/// `amount` as a JSON number. An amount that a JSON number does not keep to the last digit is refused.
pub(crate) fn number(amount: Decimal) -> Result<Value, AccountingError> {
    let written = amount.normalize().to_string();
    let number: Option<Number> = serde_json::from_str(&written).ok();
    match number {
        Some(number) if decimal(&Value::Number(number.clone())) == Some(amount.normalize()) => {
            Ok(Value::Number(number))
        }
        _ => Err(AccountingError::refused("amount", format!("{written} has more digits than can be sent"))),
    }
}

/// A number, or a string that is one.
pub(crate) fn decimal(value: &Value) -> Option<Decimal> {
    let written = match value {
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.clone(),
        _ => return None,
    };
    let parsed = written.parse().or_else(|_| Decimal::from_scientific(&written));
    parsed.ok().map(|decimal: Decimal| decimal.normalize())
}

/// The text at a JSON pointer; empty where there is none. A number is given as it is written.
pub(crate) fn text(value: &Value, pointer: &str) -> String {
    match value.pointer(pointer) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) => number.to_string(),
        _ => String::new(),
    }
}

/// The list at a JSON pointer; empty where there is none.
pub(crate) fn list<'v>(value: &'v Value, pointer: &str) -> &'v [Value] {
    value.pointer(pointer).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// `text`, cut to so many characters.
pub(crate) fn cut(text: &str, characters: usize) -> String {
    text.chars().take(characters).collect()
}

/// A number of seconds, or a string that is one.
pub(crate) fn seconds(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str()?.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_sent_to_the_last_digit_or_not_at_all() {
        for (written, sent) in
            [("0.10", "0.1"), ("100", "100"), ("-33.33", "-33.33"), ("1234567890123.45", "1234567890123.45")]
        {
            assert_eq!(number(written.parse().unwrap()).unwrap().to_string().trim_end_matches(".0"), sent);
        }
        let refused = number("12345678901234567.89".parse().unwrap());
        assert!(matches!(refused, Err(AccountingError::Refused { .. })), "{refused:?}");
    }

    #[test]
    fn amounts_are_read_however_they_are_written() {
        let read = |value: Value| decimal(&value).map(|amount| amount.to_string());
        assert_eq!(read(serde_json::json!(118)), Some("118".to_owned()));
        assert_eq!(read(serde_json::json!(33.330)), Some("33.33".to_owned()));
        assert_eq!(read(serde_json::json!(1e-7)), Some("0.0000001".to_owned()));
        assert_eq!(read(serde_json::json!("18.00")), Some("18".to_owned()));
        assert_eq!(read(serde_json::json!("eighteen")), None);
        assert_eq!(read(serde_json::json!(null)), None);
    }
}
