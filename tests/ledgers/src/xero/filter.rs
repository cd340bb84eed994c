//! The parameter `where`: comparisons that are joined by `AND` or `&&`.

use serde_json::Value;

/// Whether `document` meets the filter. None: it cannot be read.
pub(super) fn meets(document: &Value, filter: &str) -> Option<bool> {
    let filter = filter.replace("&&", " AND ");
    let mut meets = true;
    for term in filter.split(" AND ") {
        let (field, value, is_prefix) = match term.split_once("==") {
            Some((field, value)) => (field, value, false),
            None => {
                let (field, value) = term.split_once(".StartsWith(")?;
                (field, value.trim().strip_suffix(')')?, true)
            }
        };
        let value = value.trim();
        let value = value.strip_prefix("guid(").and_then(|value| value.strip_suffix(')')).unwrap_or(value);
        let value = value.strip_prefix('"')?.strip_suffix('"')?;
        let pointer = format!("/{}", field.trim().replace('.', "/"));
        let own = document.pointer(&pointer).and_then(Value::as_str).unwrap_or_default();
        meets &= if is_prefix { own.starts_with(value) } else { own == value };
    }
    Some(meets)
}
