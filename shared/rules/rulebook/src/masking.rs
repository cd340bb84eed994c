//! Keeps secrets out of the database: masks the value of each field whose name suggests one. Everything else stays as
//! it was written, digit by digit.

use std::fmt;

use serde::de::{Deserializer as _, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

/// Parts of the names of fields with secrets, in lower case.
const SECRET_NAMES: [&str; 4] = ["secret", "token", "password", "key"];

/// The replacement of a secret.
const MASK: &str = "\"***\"";

/// The depth of nesting beyond which values are masked.
const MAX_DEPTH: usize = 32;

/// The length in bytes beyond which JSON is left out.
const MAX_LEN: usize = 64 << 10;

/// `json` with its secrets masked.
pub(crate) fn masked(json: &str) -> String {
    if json.len() > MAX_LEN {
        return format!("\"(left out: {} bytes)\"", json.len());
    }
    // A name may be written with escapes.
    if !names_secret(json) && !json.contains('\\') {
        return json.to_owned();
    }
    let mut written = String::with_capacity(json.len());
    mask(json, MAX_DEPTH, &mut written);
    written
}

fn names_secret(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    SECRET_NAMES.iter().any(|part| text.contains(part))
}

fn mask(json: &str, depth: usize, to: &mut String) {
    let first = json.trim_start().chars().next();
    let Some(inner) = depth.checked_sub(1).filter(|_| matches!(first, Some('{' | '['))) else {
        // Too deep to look into, or neither an object nor a list.
        to.push_str(if matches!(first, Some('{' | '[')) { MASK } else { json });
        return;
    };
    let writing = MaskingWriter { depth: inner, to };
    let mut parsed = serde_json::Deserializer::from_str(json);
    let done = if first == Some('{') { parsed.deserialize_map(writing) } else { parsed.deserialize_seq(writing) };
    if done.is_err() {
        to.push_str(MASK);
    }
}

struct MaskingWriter<'a> {
    depth: usize,
    to: &'a mut String,
}

impl<'de> Visitor<'de> for MaskingWriter<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object or a list")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        self.to.push('{');
        let mut separator = "";
        while let Some((name, value)) = map.next_entry::<String, &RawValue>()? {
            self.to.push_str(separator);
            separator = ",";
            self.to.push_str(&serde_json::Value::from(name.as_str()).to_string());
            self.to.push(':');
            if names_secret(&name) {
                self.to.push_str(MASK);
            } else {
                mask(value.get(), self.depth, self.to);
            }
        }
        self.to.push('}');
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        self.to.push('[');
        let mut separator = "";
        while let Some(value) = list.next_element::<&RawValue>()? {
            self.to.push_str(separator);
            separator = ",";
            mask(value.get(), self.depth, self.to);
        }
        self.to.push(']');
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_masked_and_digits_are_kept() {
        for (json, written) in [
            (r#"{"amount": 20.00, "id":"a"}"#, r#"{"amount": 20.00, "id":"a"}"#),
            (
                r#"{"apiKey":"k","amount":12345678901234567890.10}"#,
                r#"{"apiKey":"***","amount":12345678901234567890.10}"#,
            ),
            (r#"{"a":{"Client_Secret":{"x":1}},"b":1.10}"#, r#"{"a":{"Client_Secret":"***"},"b":1.10}"#),
            (
                r#"[{"token":1},{"x":[{"PASSWORD":null}]},"key"]"#,
                r#"[{"token":"***"},{"x":[{"PASSWORD":"***"}]},"key"]"#,
            ),
            (r#"{"to\u006ben":"t"}"#, r#"{"token":"***"}"#),
        ] {
            assert_eq!(masked(json), written);
        }
    }

    #[test]
    fn what_is_too_deep_or_too_long_is_left_out() {
        let deep = format!("{}{}{}", r#"{"key":1,"a":["#, "[".repeat(10_000), "]".repeat(10_000) + "]}");
        assert!(masked(&deep).len() < 200, "{}", masked(&deep));
        assert!(masked(&format!("\"{}\"", "x".repeat(70_000))).len() < 100);
    }
}
