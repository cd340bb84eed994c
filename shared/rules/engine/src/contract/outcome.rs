//! Parsing of the outcomes that scripts return. It is strict, and each error names its field.

use rhai::{Dynamic, Map};

use super::Amount;
use crate::failure::Failure;

/// The outcome of a rule.
pub trait Outcome: Sized {
    /// Parses what a script returned.
    fn from_script(given: Dynamic) -> Result<Self, Failure>;
}

/// The fields of a map, each taken once.
pub struct Fields {
    map: Map,
    path: String,
}

impl Fields {
    /// Reads `given`, the value at `path`.
    pub fn of(given: Dynamic, path: &str) -> Result<Self, Failure> {
        let kind = kind(&given);
        let map = given.try_cast::<Map>().ok_or_else(|| expected(path, "a map such as #{ … }", kind))?;
        Ok(Self { map, path: path.to_owned() })
    }

    /// Takes the field `name`.
    pub fn take<T>(
        &mut self,
        name: &str,
        read: impl FnOnce(Dynamic, &str) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let path = self.path_of(name);
        let value = self.map.remove(name).ok_or_else(|| Failure::outcome(path.as_str(), "is missing"))?;
        read(value, &path)
    }

    /// Takes the field `name`, whose value must be one of `words`.
    pub fn one_of<T: Copy>(&mut self, name: &str, words: &[(&str, T)]) -> Result<T, Failure> {
        self.take(name, |value, path| {
            let given = text(value, path)?;
            words.iter().find(|(word, _)| *word == given).map(|(_, meant)| *meant).ok_or_else(|| {
                let words: Vec<_> = words.iter().map(|(word, _)| format!("\"{word}\"")).collect();
                let shown: String = given.chars().take(40).collect();
                Failure::outcome(path, format!("expected one of {}, not \"{shown}\"", words.join(", ")))
            })
        })
    }

    /// Checks that no other field is present.
    pub fn end(self) -> Result<(), Failure> {
        match self.map.keys().next() {
            None => Ok(()),
            Some(name) => Err(Failure::outcome(self.path_of(name), "is not a field of the outcome")),
        }
    }

    fn path_of(&self, name: &str) -> String {
        if self.path.is_empty() { name.to_owned() } else { format!("{}.{name}", self.path) }
    }
}

/// A text.
pub fn text(given: Dynamic, path: &str) -> Result<String, Failure> {
    given.into_string().map_err(|kind| expected(path, "a text", kind))
}

/// `true` or `false`.
pub fn flag(given: Dynamic, path: &str) -> Result<bool, Failure> {
    given.as_bool().map_err(|kind| expected(path, "true or false", kind))
}

/// A whole number.
pub fn whole(given: Dynamic, path: &str) -> Result<i64, Failure> {
    given.as_int().map_err(|kind| expected(path, "a whole number", kind))
}

/// A number.
pub fn number(given: Dynamic, path: &str) -> Result<Amount, Failure> {
    match given.as_int() {
        Ok(whole) => Ok(Amount::new(whole.into())),
        Err(_) => given.as_decimal().map(Amount::new).map_err(|kind| expected(path, "a number", kind)),
    }
}

/// A list.
pub fn list<T>(
    given: Dynamic,
    path: &str,
    read: impl Fn(Dynamic, &str) -> Result<T, Failure>,
) -> Result<Vec<T>, Failure> {
    let items = given.into_array().map_err(|kind| expected(path, "a list such as [ … ]", kind))?;
    items.into_iter().enumerate().map(|(index, item)| read(item, &format!("{path}[{index}]"))).collect()
}

fn expected(path: &str, wanted: &str, given: &str) -> Failure {
    let given = match given {
        "()" => "nothing",
        "i64" | "decimal" => "a number",
        "string" | "char" => "a text",
        "bool" => "true or false",
        "array" => "a list",
        "map" => "a map",
        _ => "something else",
    };
    Failure::outcome(path, format!("expected {wanted}, not {given}"))
}

fn kind(given: &Dynamic) -> &'static str {
    match given.type_name() {
        "()" => "()",
        "i64" => "i64",
        "bool" => "bool",
        "string" => "string",
        "array" => "array",
        _ if given.is_decimal() => "decimal",
        _ => "",
    }
}
