//! Published schemas, as far as they are used: fields and their types, written by hand from what the extract names.
//!
//! A type is `text`, `text:50` (at most so many characters), `number`, `integer`, `bool`, `one of A|B`, `object` (anything),
//! the name of an object, or one of these in brackets, for a list. Before it stands `!` if a request must have the field, `-`
//! if only answers have it.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

/// An extract.
#[derive(Deserialize)]
pub struct Schema {
    /// Where it is from.
    pub source: String,
    objects: BTreeMap<String, BTreeMap<String, String>>,
}

impl Schema {
    pub fn parse(written: &str) -> Self {
        serde_json::from_str(written).unwrap()
    }

    /// What is wrong with `value` as an object of that name; `request`: it is sent, else it is an answer.
    pub fn problems(&self, value: &Value, object: &str, request: bool) -> Vec<String> {
        let mut problems = Vec::new();
        self.object(value, object, request, object, &mut problems);
        problems
    }

    fn object(&self, value: &Value, object: &str, request: bool, path: &str, problems: &mut Vec<String>) {
        let known = self.objects.get(object).unwrap_or_else(|| panic!("{object} is in no schema"));
        let Some(fields) = value.as_object() else {
            problems.push(format!("{path} is no object"));
            return;
        };
        for (name, holds) in known.iter().filter(|(name, holds)| holds.starts_with('!') && !fields.contains_key(*name))
        {
            if request {
                problems.push(format!("{path}.{name} ({holds}) is missing"));
            }
        }
        for (name, value) in fields {
            let at = format!("{path}.{name}");
            match known.get(name) {
                None => problems.push(format!("{at} is not known")),
                Some(holds) if request && holds.starts_with('-') => problems.push(format!("{at} is only read")),
                Some(holds) => self.value(value, holds.trim_start_matches(['!', '-']), request, &at, problems),
            }
        }
    }

    fn value(&self, value: &Value, holds: &str, request: bool, path: &str, problems: &mut Vec<String>) {
        if value.is_null() && !request {
            return;
        }
        if let Some(inner) = holds.strip_prefix('[').and_then(|holds| holds.strip_suffix(']')) {
            match value.as_array() {
                Some(list) => {
                    list.iter().for_each(|one| self.value(one, inner, request, &format!("{path}[]"), problems))
                }
                None => problems.push(format!("{path} is no list")),
            }
            return;
        }
        let text = value.as_str();
        let fits = match holds.split_once([':', ' ']) {
            Some(("text", most)) => text.is_some_and(|text| text.chars().count() <= most.parse::<usize>().unwrap()),
            Some(("one", words)) => {
                text.is_some_and(|text| words.trim_start_matches("of ").split('|').any(|word| word == text))
            }
            None if holds == "text" => text.is_some(),
            None if holds == "number" => value.is_number(),
            None if holds == "integer" => value.is_u64() || value.is_i64(),
            None if holds == "bool" => value.is_boolean(),
            None if holds == "object" => true,
            _ => return self.object(value, holds, request, path, problems),
        };
        if !fits {
            problems.push(format!("{path} is {value}, not {holds}"));
        }
    }
}
