//! Parsing of the items that the ERP lists.

use serde_json::{Map, Value};

/// The maximum length of a text, in bytes.
const MAX_LEN: usize = 256;

/// A parsed item of a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Item<T> {
    /// An active employee or project.
    Valid(T),
    /// The item says that it is not active.
    Inactive,
    /// The item is invalid.
    Invalid {
        /// The ERP's id, if it can be read.
        id: Option<String>,
        /// The reason.
        message: String,
    },
}

/// The fields of an item.
pub(crate) struct Fields<'a>(&'a Map<String, Value>);

impl<'a> Fields<'a> {
    pub(crate) fn of(item: &'a Value) -> Result<Self, String> {
        item.as_object().map(Self).ok_or_else(|| "is no object".to_owned())
    }

    /// The item's id: a text or a number.
    pub(crate) fn id(&self) -> Result<String, String> {
        match self.0.get("id") {
            Some(Value::Number(number)) => Ok(number.to_string()),
            _ => self.text("id")?.ok_or_else(|| "has no id".to_owned()),
        }
    }

    /// A text; None: it is absent, null, `false` (as some ERPs write it) or blank.
    pub(crate) fn text(&self, name: &str) -> Result<Option<String>, String> {
        self.text_up_to(name, MAX_LEN)
    }

    pub(crate) fn text_up_to(&self, name: &str, max_len: usize) -> Result<Option<String>, String> {
        match self.0.get(name) {
            None | Some(Value::Null | Value::Bool(false)) => Ok(None),
            Some(Value::String(text)) => parse_text(name, text, max_len),
            Some(_) => Err(format!("{name} is not a text")),
        }
    }

    /// The name in the field `name`: `{"department":{"name":"HR"}}`, or the name itself.
    pub(crate) fn name_of(&self, name: &str) -> Result<Option<String>, String> {
        match self.0.get(name) {
            Some(Value::Object(referred)) => match referred.get("name") {
                None | Some(Value::Null | Value::Bool(false)) => Ok(None),
                Some(Value::String(text)) => parse_text(name, text, MAX_LEN),
                Some(_) => Err(format!("{name}.name is not a text")),
            },
            _ => self.text(name),
        }
    }

    /// The ids in the list `name`: the field `field` of each entry, or the entry itself.
    pub(crate) fn ids(&self, name: &str, field: &str) -> Result<Vec<String>, String> {
        let list = match self.0.get(name) {
            None | Some(Value::Null | Value::Bool(false)) => return Ok(Vec::new()),
            Some(Value::Array(list)) => list,
            Some(_) => return Err(format!("{name} is not a list")),
        };
        let read = |one: &Value| match one.get(field).unwrap_or(one) {
            Value::String(id) if !id.is_empty() => Ok(id.clone()),
            Value::Number(id) => Ok(id.to_string()),
            _ => Err(format!("{name} holds one without {field}")),
        };
        list.iter().map(read).collect()
    }

    /// Whether the item says that it is not active: an ERP may list others than the active ones it was asked for.
    pub(crate) fn is_inactive(&self) -> bool {
        let status = self.0.get("status").and_then(Value::as_str);
        status.is_some_and(|status| !status.eq_ignore_ascii_case("active"))
    }

    /// Checks that the item belongs to `company`, if it names a company.
    pub(crate) fn check_company(&self, company: &str) -> Result<(), String> {
        match self.0.get("company_id").and_then(Value::as_str) {
            Some(other) if !other.eq_ignore_ascii_case(company) => Err("belongs to another company".to_owned()),
            _ => Ok(()),
        }
    }
}

fn parse_text(name: &str, text: &str, max_len: usize) -> Result<Option<String>, String> {
    let text = text.trim();
    if text.len() > max_len {
        Err(format!("{name} is longer than {max_len} bytes"))
    } else if text.chars().any(|one| one.is_control() && !matches!(one, '\n' | '\r' | '\t')) || text.contains('\0') {
        Err(format!("{name} holds control characters"))
    } else {
        Ok((!text.is_empty()).then(|| text.to_owned()))
    }
}
