//! What the ERP lists, one at a time: fields that are there and what they must be, or what is wrong with them.

use serde_json::{Map, Value};

/// The longest text that is taken, bytes.
const MAX_LEN: usize = 256;

/// One of a page's items, as it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Item<T> {
    /// Somebody, or something, that is there.
    Good(T),
    /// Listed, and said to be no longer active.
    Inactive,
    /// What is wrong with it; and its id, if that can be read.
    Bad {
        /// The ERP's id.
        id: Option<String>,
        /// What is wrong with it.
        message: String,
    },
}

/// The fields of an item.
pub(crate) struct Fields<'a>(&'a Map<String, Value>);

impl<'a> Fields<'a> {
    pub(crate) fn of(item: &'a Value) -> Result<Self, String> {
        item.as_object().map(Self).ok_or_else(|| "is no object".to_owned())
    }

    /// The item's id: a text, or a number.
    pub(crate) fn id(&self) -> Result<String, String> {
        match self.0.get("id") {
            Some(Value::Number(number)) => Ok(number.to_string()),
            _ => self.text("id")?.ok_or_else(|| "has no id".to_owned()),
        }
    }

    /// A text; None where there is none, null, `false` (as some ERPs write it) or nothing but blanks.
    pub(crate) fn text(&self, name: &str) -> Result<Option<String>, String> {
        self.text_up_to(name, MAX_LEN)
    }

    pub(crate) fn text_up_to(&self, name: &str, longest: usize) -> Result<Option<String>, String> {
        match self.0.get(name) {
            None | Some(Value::Null | Value::Bool(false)) => Ok(None),
            Some(Value::String(text)) => is_valid(name, text, longest),
            Some(_) => Err(format!("{name} is not a text")),
        }
    }

    /// The name of what `name` refers to: `{"department":{"name":"HR"}}`, or the name itself.
    pub(crate) fn name_of(&self, name: &str) -> Result<Option<String>, String> {
        match self.0.get(name) {
            Some(Value::Object(referred)) => match referred.get("name") {
                None | Some(Value::Null | Value::Bool(false)) => Ok(None),
                Some(Value::String(text)) => is_valid(name, text, MAX_LEN),
                Some(_) => Err(format!("{name}.name is not a text")),
            },
            _ => self.text(name),
        }
    }

    /// The ids that the list `name` refers to by `field`.
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

    /// Whether the item says that it is not active. Who is asked for active ones may list others.
    pub(crate) fn is_inactive(&self) -> bool {
        let status = self.0.get("status").and_then(Value::as_str);
        status.is_some_and(|status| !status.eq_ignore_ascii_case("active"))
    }

    /// That the item is of `company`, where it says of which it is.
    pub(crate) fn check_company(&self, company: &str) -> Result<(), String> {
        match self.0.get("company_id").and_then(Value::as_str) {
            Some(other) if !other.eq_ignore_ascii_case(company) => Err("belongs to another company".to_owned()),
            _ => Ok(()),
        }
    }
}

fn is_valid(name: &str, text: &str, longest: usize) -> Result<Option<String>, String> {
    let text = text.trim();
    if text.len() > longest {
        Err(format!("{name} is longer than {longest} bytes"))
    } else if text.chars().any(|one| one.is_control() && !matches!(one, '\n' | '\r' | '\t')) || text.contains('\0') {
        Err(format!("{name} holds control characters"))
    } else {
        Ok((!text.is_empty()).then(|| text.to_owned()))
    }
}
