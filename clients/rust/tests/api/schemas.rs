//! Rust's types for the description's schemas.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use serde_json::{Map, Value};

/// The words that may not name a field.
const KEYWORDS: [&str; 10] = ["as", "for", "in", "match", "move", "ref", "static", "type", "use", "where"];

/// How a type travels: what it must be able to do.
#[derive(Clone, Copy, Default, PartialEq)]
pub struct Travel {
    /// To the edge.
    pub sent: bool,
    /// From the edge.
    pub received: bool,
}

/// All named schemas, and inline ones under names that are made up for them.
pub struct Schemas {
    pub all: BTreeMap<String, Value>,
    /// The names of schemas by what they are, descriptions apart.
    by_shape: BTreeMap<String, String>,
}

/// `created_at` and `createdAt` as `CreatedAt`.
pub fn pascal(name: &str) -> String {
    let mut next_is_upper = true;
    let mut text = String::new();
    for letter in name.chars() {
        if !letter.is_ascii_alphanumeric() {
            next_is_upper = true;
        } else if std::mem::take(&mut next_is_upper) {
            text.push(letter.to_ascii_uppercase());
        } else {
            text.push(letter);
        }
    }
    text
}

/// `createdAt` and `X-Request-Id` as `created_at` and `x_request_id`.
pub fn snake(name: &str) -> String {
    let mut text = String::new();
    let mut was_lower = false;
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && was_lower {
            text.push('_');
        }
        was_lower = letter.is_ascii_lowercase() || letter.is_ascii_digit();
        text.push(if letter.is_ascii_alphanumeric() { letter.to_ascii_lowercase() } else { '_' });
    }
    text
}

/// The name of a field or an argument, which is no word of the language.
pub fn identifier(name: &str) -> String {
    let name = snake(name);
    if KEYWORDS.contains(&name.as_str()) { format!("r#{name}") } else { name }
}

/// `text` as a comment in front of an item: one line for each of its own.
pub fn comment(indent: &str, text: &str) -> String {
    let lines = text.trim().lines().map(str::trim_end);
    lines.fold(String::new(), |mut comment, line| {
        let _ = writeln!(comment, "{}", format!("{indent}/// {line}").trim_end());
        comment
    })
}

/// `text` as a literal.
pub fn literal(text: &str) -> String {
    format!("{text:?}")
}

/// Without what says nothing of the shape.
fn shape(schema: &Value) -> Value {
    match schema {
        Value::Object(members) => {
            let described = ["description", "example", "examples"];
            // A property may have one of these names: then it is a schema.
            let kept = members.iter().filter(|(name, value)| !described.contains(&name.as_str()) || value.is_object());
            Value::Object(kept.map(|(name, value)| (name.clone(), shape(value))).collect())
        }
        Value::Array(values) => Value::Array(values.iter().map(shape).collect()),
        other => other.clone(),
    }
}

impl Schemas {
    pub fn new(description: &Value) -> Self {
        let named = description["components"]["schemas"].as_object().unwrap();
        let all: BTreeMap<String, Value> = named.iter().map(|(name, schema)| (pascal(name), schema.clone())).collect();
        assert_eq!(all.len(), named.len(), "two schemas have one name");
        let mut by_shape = BTreeMap::new();
        for (name, schema) in &all {
            by_shape.entry(shape(schema).to_string()).or_insert_with(|| name.clone());
        }
        let mut schemas = Self { all, by_shape };
        let names: Vec<String> = schemas.all.keys().cloned().collect();
        for name in names {
            let schema = schemas.all[&name].clone();
            let flat = schemas.flat(&schema);
            let named = schemas.named(&name, flat);
            schemas.all.insert(name, named);
        }
        schemas
    }

    /// `allOf` as one object.
    fn flat(&self, schema: &Value) -> Value {
        let Some(parts) = schema.get("allOf").and_then(Value::as_array) else { return schema.clone() };
        let (mut properties, mut required) = (Map::new(), BTreeSet::new());
        for part in parts {
            let part = match reference(part) {
                Some(name) => self.flat(&self.all[&name]),
                None => self.flat(part),
            };
            properties.extend(part["properties"].as_object().unwrap().clone());
            required.extend(texts(&part, "required"));
        }
        let mut flat = serde_json::json!({"type": "object", "properties": properties, "required": required});
        if let Some(text) = schema.get("description") {
            flat["description"] = text.clone();
        }
        flat
    }

    /// `schema` with references in place of the inline objects in it.
    fn named(&mut self, name: &str, mut schema: Value) -> Value {
        if let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) {
            for (field, property) in properties {
                *property = self.without_inline(&format!("{name}{}", pascal(field)), property.take());
            }
        }
        for list in ["oneOf", "anyOf"] {
            let Some(options) = schema.get_mut(list).and_then(Value::as_array_mut) else { continue };
            let required: Vec<Vec<String>> = options.iter().map(|option| texts(option, "required")).collect();
            for option in options {
                // An option is named for what it alone has.
                let own = texts(option, "required");
                let has_it = |field: &&String| required.iter().filter(|fields| fields.contains(field)).count() == 1;
                let first = own.iter().find(has_it).cloned().unwrap_or_default();
                *option = self.without_inline(&format!("{name}{}", pascal(&first)), option.take());
            }
        }
        for member in ["items", "additionalProperties"] {
            if let Some(inner) = schema.get_mut(member).filter(|inner| inner.is_object()) {
                *inner = self.without_inline(&format!("{name}Item"), inner.take());
            }
        }
        schema
    }

    fn without_inline(&mut self, name: &str, schema: Value) -> Value {
        if schema.get("properties").is_none() {
            return self.named(name, schema);
        }
        let text = schema.get("description").cloned();
        let known = self.by_shape.get(&shape(&schema).to_string()).cloned();
        let known = known.unwrap_or_else(|| {
            let named = self.named(name, schema.clone());
            assert!(self.all.insert(name.to_owned(), named).is_none(), "{name} is there twice");
            self.by_shape.insert(shape(&schema).to_string(), name.to_owned());
            name.to_owned()
        });
        let mut reference = serde_json::json!({"$ref": format!("#/components/schemas/{known}")});
        if let Some(text) = text {
            reference["description"] = text;
        }
        reference
    }

    /// The schemas that `schema` names, with those that they name.
    pub fn reachable(&self, schema: &Value, found: &mut BTreeSet<String>) {
        match schema {
            Value::Object(members) => {
                if let Some(name) = reference(schema)
                    && found.insert(name.clone())
                {
                    self.reachable(&self.all[&name], found);
                }
                members.values().for_each(|value| self.reachable(value, found));
            }
            Value::Array(values) => values.iter().for_each(|value| self.reachable(value, found)),
            _ => {}
        }
    }

    /// The type of a value that is there.
    pub fn type_of(&self, schema: &Value) -> String {
        if let Some(name) = reference(schema) {
            return name;
        }
        if let Some(options) = schema.get("oneOf").and_then(Value::as_array) {
            let others: Vec<&Value> = options.iter().filter(|option| option["type"] != "null").collect();
            return match others[..] {
                [one] => self.type_of(one),
                _ => "serde_json::Value".to_owned(),
            };
        }
        match type_name(schema) {
            Some("string") => "String".to_owned(),
            Some("boolean") => "bool".to_owned(),
            Some("integer") if schema["format"] == "int32" => "i32".to_owned(),
            Some("integer") => "i64".to_owned(),
            Some("number") => "f64".to_owned(),
            Some("array") => format!("Vec<{}>", self.nullable_type(&schema["items"])),
            Some("object") => match schema.get("additionalProperties").filter(|inner| inner.is_object()) {
                Some(inner) => format!("BTreeMap<String, {}>", self.nullable_type(inner)),
                None => "serde_json::Value".to_owned(),
            },
            _ => "serde_json::Value".to_owned(),
        }
    }

    fn nullable_type(&self, schema: &Value) -> String {
        let inner = self.type_of(schema);
        if is_nullable(schema) { format!("Option<{inner}>") } else { inner }
    }

    /// Whether a value of this type can be made of nothing.
    fn has_default(&self, schema: &Value) -> bool {
        if is_nullable(schema) {
            return true;
        }
        match reference(schema) {
            Some(name) => {
                let named = &self.all[&name];
                let required = texts(named, "required");
                named.get("properties").is_some()
                    && required.iter().all(|field| self.has_default(&named["properties"][field]))
            }
            None => schema.get("oneOf").is_none(),
        }
    }

    /// The definition of a named schema.
    pub fn definition(&self, name: &str, travel: Travel, is_patch: bool) -> String {
        let schema = &self.all[name];
        let text = schema["description"].as_str().map_or_else(|| format!("`{name}`."), str::to_owned);
        let mut made = comment("", &text);
        let mut derived = vec!["Clone", "Debug"];
        let is_struct = schema.get("properties").is_some();
        if is_struct && travel.sent && self.has_default(&serde_json::json!({"$ref": name})) {
            derived.push("Default");
        }
        if travel.received {
            derived.push("Deserialize");
        }
        if schema.get("enum").is_some() {
            derived.extend(["Eq", "PartialEq"]);
        }
        if travel.sent {
            derived.push("Serialize");
        }
        let is_transparent = !is_struct && schema.get("enum").is_none() && schema.get("oneOf").is_none();
        if !is_transparent {
            let _ = writeln!(made, "#[derive({})]", derived.join(", "));
        }
        if is_struct {
            let _ = writeln!(made, "pub struct {name} {{");
            let required = texts(schema, "required");
            for (field, property) in schema["properties"].as_object().unwrap() {
                made +=
                    &self.field(field, property, required.contains(field), is_patch && !travel.received, travel.sent);
            }
        } else if let Some(words) = schema.get("enum").and_then(Value::as_array) {
            let _ = writeln!(made, "pub enum {name} {{");
            for word in words.iter().map(|word| word.as_str().unwrap()) {
                let _ = write!(
                    made,
                    "    /// `{word}`.\n    #[serde(rename = {})]\n    {},\n",
                    literal(word),
                    variant(word)
                );
            }
            made += "    /// A word that this version of the library does not know.\n    #[serde(untagged)]\n    Other(String),\n";
        } else if let Some(options) = schema.get("oneOf").and_then(Value::as_array) {
            let _ = writeln!(made, "#[serde(untagged)]\npub enum {name} {{");
            for option in options {
                let inner = self.type_of(option);
                let text = option["description"].as_str().map_or_else(|| format!("`{inner}`."), str::to_owned);
                let _ = writeln!(made, "{}    {}({inner}),", comment("    ", &text), variant_name(&inner));
            }
        } else {
            let _ = writeln!(made, "pub type {name} = {};", self.type_of(schema));
            return made;
        }
        made + "}\n"
    }

    fn field(&self, name: &str, schema: &Value, is_required: bool, may_be_emptied: bool, is_sent: bool) -> String {
        let inner = self.type_of(schema);
        let is_optional = !is_required || is_nullable(schema);
        let mut text = schema["description"].as_str().map_or_else(|| format!("`{name}`."), str::to_owned);
        if let Some(words) = schema.get("enum").and_then(Value::as_array) {
            let words: Vec<String> = words.iter().filter_map(Value::as_str).map(|word| format!("`{word}`")).collect();
            text = format!("{} One of {}.", text.trim_end(), words.join(", "));
        }
        let mut made = comment("    ", &text);
        let field = identifier(name);
        let mut attributes = Vec::new();
        if field.trim_start_matches("r#") != name {
            attributes.push(format!("rename = {}", literal(name)));
        }
        if is_sent && !is_required {
            attributes.push("skip_serializing_if = \"Option::is_none\"".to_owned());
        }
        if !attributes.is_empty() {
            let _ = writeln!(made, "    #[serde({})]", attributes.join(", "));
        }
        let inner = match (is_optional, may_be_emptied && !is_required && is_nullable(schema)) {
            // None leaves the value as it is, Some(None) removes it.
            (_, true) => format!("Option<Option<{inner}>>"),
            (true, false) => format!("Option<{inner}>"),
            (false, false) => inner,
        };
        let _ = writeln!(made, "    pub {field}: {inner},");
        made
    }
}

fn type_name(schema: &Value) -> Option<&str> {
    match schema.get("type")? {
        Value::String(name) => Some(name),
        Value::Array(names) => names.iter().filter_map(Value::as_str).find(|name| *name != "null"),
        _ => None,
    }
}

pub fn is_nullable(schema: &Value) -> bool {
    let in_type = schema.get("type").and_then(Value::as_array).is_some_and(|names| names.iter().any(|it| it == "null"));
    let options = schema.get("oneOf").and_then(Value::as_array);
    in_type || options.is_some_and(|options| options.iter().any(|option| option["type"] == "null"))
}

pub fn reference(schema: &Value) -> Option<String> {
    schema.get("$ref").and_then(Value::as_str).map(|path| pascal(path.rsplit('/').next().unwrap()))
}

pub fn texts(schema: &Value, name: &str) -> Vec<String> {
    let list = schema.get(name).and_then(Value::as_array).into_iter().flatten();
    list.map(|text| text.as_str().unwrap().to_owned()).collect()
}

/// The variant of an enum for a word on the wire.
fn variant(word: &str) -> String {
    let is_shouted = word.chars().all(|letter| !letter.is_ascii_lowercase());
    let name = pascal(&if is_shouted { word.to_ascii_lowercase() } else { word.to_owned() });
    match name.chars().next() {
        Some(first) if first.is_ascii_digit() => format!("N{name}"),
        _ if name == "Other" => "OtherWord".to_owned(),
        _ => name,
    }
}

fn variant_name(inner: &str) -> String {
    match inner.strip_prefix("Vec<").and_then(|inner| inner.strip_suffix('>')) {
        Some(items) => format!("{}List", variant_name(items)),
        None => pascal(inner.rsplit("::").next().unwrap()),
    }
}
