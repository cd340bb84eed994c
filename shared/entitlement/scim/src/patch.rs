//! The changes of a `PATCH` (RFC 7644, section 3.5.2), as providers really send them: `op` in any case, without a path,
//! with dotted names in place of paths, and for values that the provider believes to exist and that do not.

use serde_json::{Map, Value, json};

use crate::error::ScimError;
use crate::user::{USER_SCHEMA, attribute, read_flag, spelled};

/// The most changes in one request.
const MAX_OPERATIONS: usize = 200;

/// What is done at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Op {
    Add,
    Replace,
    Remove,
}

/// A path: `active`, `name.givenName`, `emails[type eq "work"].value`, `urn:…:User:department`.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Path {
    /// The schema of an extension that the attribute is in.
    extension: Option<String>,
    attribute: String,
    /// Of a list: which entries.
    filter: Option<(String, String)>,
    sub: Option<String>,
}

/// Makes the changes of `body` to `document`.
pub(crate) fn apply(document: &mut Map<String, Value>, body: &Map<String, Value>) -> Result<(), ScimError> {
    let operations = attribute(body, "Operations").and_then(Value::as_array);
    let operations = operations.ok_or(ScimError::InvalidSyntax("Operations must be a list"))?;
    if operations.len() > MAX_OPERATIONS {
        return Err(ScimError::InvalidSyntax("Operations must be at most 200"));
    }
    for operation in operations {
        let operation = operation.as_object().ok_or(ScimError::InvalidSyntax("an operation must be an object"))?;
        let op = attribute(operation, "op").and_then(Value::as_str).unwrap_or_default();
        let op = match op.to_ascii_lowercase().as_str() {
            "add" => Op::Add,
            "replace" => Op::Replace,
            "remove" => Op::Remove,
            _ => return Err(ScimError::InvalidSyntax("op must be add, replace or remove")),
        };
        let value = attribute(operation, "value");
        let path = match attribute(operation, "path") {
            None | Some(Value::Null) => None,
            Some(Value::String(path)) if path.trim().is_empty() => None,
            Some(Value::String(path)) => Some(Path::parse(path)?),
            Some(_) => return Err(ScimError::InvalidPath),
        };
        match (path, op, value) {
            (None, Op::Remove, _) => return Err(ScimError::NoTarget),
            (None, _, Some(Value::Object(fields))) => {
                for (name, value) in fields {
                    Path::parse(name)?.change(document, op, Some(value))?;
                }
            }
            (None, _, _) => return Err(ScimError::InvalidValue("value")),
            (Some(path), Op::Remove, value) => path.change(document, op, value)?,
            (Some(_), _, None) => return Err(ScimError::InvalidValue("value")),
            (Some(path), _, value) => path.change(document, op, value)?,
        }
    }
    Ok(())
}

fn is_name(text: &str) -> bool {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"_-$".contains(&byte);
    !text.is_empty() && text.bytes().all(is_allowed)
}

impl Path {
    fn parse(path: &str) -> Result<Self, ScimError> {
        let path = path.trim().trim_start_matches('/');
        let is_urn = path.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("urn:"));
        if !is_urn {
            return Self::in_schema(None, path);
        }
        // The filter of a list may hold a colon too.
        let end = path.find('[').unwrap_or(path.len());
        let colon = path.get(..end).and_then(|start| start.rfind(':')).ok_or(ScimError::InvalidPath)?;
        let (schema, name) = path.split_at_checked(colon).ok_or(ScimError::InvalidPath)?;
        let name = name.trim_start_matches(':');
        if name.eq_ignore_ascii_case("User") {
            // The whole of an extension.
            let attribute = path.to_owned();
            return Ok(Self { extension: None, attribute, filter: None, sub: None });
        }
        let extension = (!schema.eq_ignore_ascii_case(USER_SCHEMA)).then(|| schema.to_owned());
        Self::in_schema(extension, name)
    }

    fn in_schema(extension: Option<String>, path: &str) -> Result<Self, ScimError> {
        let invalid = || ScimError::InvalidPath;
        let (attribute, filter, sub) = match path.split_once('[') {
            Some((attribute, rest)) => {
                let (filter, sub) = rest.rsplit_once(']').ok_or_else(invalid)?;
                let sub = if sub.is_empty() { None } else { Some(sub.strip_prefix('.').ok_or_else(invalid)?) };
                (attribute, Some(parse_filter(filter).ok_or_else(invalid)?), sub)
            }
            None => match path.split_once('.') {
                Some((attribute, sub)) => (attribute, None, Some(sub)),
                None => (path, None, None),
            },
        };
        if !is_name(attribute) || sub.is_some_and(|sub| !is_name(sub)) {
            return Err(invalid());
        }
        let (attribute, sub) = (attribute.to_owned(), sub.map(ToOwned::to_owned));
        Ok(Self { extension, attribute, filter, sub })
    }

    fn change(&self, document: &mut Map<String, Value>, op: Op, value: Option<&Value>) -> Result<(), ScimError> {
        let object = match &self.extension {
            None => document,
            Some(schema) => {
                let name = spelled(document, schema).unwrap_or_else(|| schema.clone());
                as_object(document.entry(name).or_insert_with(|| json!({}))).ok_or(ScimError::InvalidPath)?
            }
        };
        let name = spelled(object, &self.attribute).unwrap_or_else(|| self.attribute.clone());
        // To replace by nothing is to remove.
        let value = value.filter(|value| !value.is_null() && op != Op::Remove);
        match (&self.filter, &self.sub) {
            (None, None) => set(object, &name, op, value),
            (None, Some(sub)) => {
                if value.is_none() && !object.contains_key(&name) {
                    return Ok(());
                }
                match object.entry(name).or_insert_with(|| json!({})) {
                    Value::Object(inner) => set_sub(inner, sub, op, value),
                    Value::Array(entries) => {
                        for inner in entries.iter_mut().filter_map(as_object) {
                            set_sub(inner, sub, op, value);
                        }
                    }
                    _ => return Err(ScimError::InvalidPath),
                }
            }
            (Some(filter), sub) => {
                let entries = object.entry(name).or_insert_with(|| json!([]));
                let entries = entries.as_array_mut().ok_or(ScimError::InvalidPath)?;
                change_entries(entries, filter, sub.as_deref(), op, value);
            }
        }
        Ok(())
    }
}

fn as_object(value: &mut Value) -> Option<&mut Map<String, Value>> {
    value.as_object_mut()
}

/// `type eq "work"`, `primary eq true`.
fn parse_filter(filter: &str) -> Option<(String, String)> {
    let (name, rest) = filter.trim().split_once(char::is_whitespace)?;
    let (operator, value) = rest.trim_start().split_once(char::is_whitespace)?;
    let value = match serde_json::from_str(value.trim()).ok()? {
        Value::String(text) => text,
        Value::Bool(flag) => flag.to_string(),
        _ => return None,
    };
    (operator.eq_ignore_ascii_case("eq") && is_name(name)).then(|| (name.to_owned(), value))
}

fn set_sub(object: &mut Map<String, Value>, sub: &str, op: Op, value: Option<&Value>) {
    let name = spelled(object, sub).unwrap_or_else(|| sub.to_owned());
    set(object, &name, op, value);
}

fn set(object: &mut Map<String, Value>, name: &str, op: Op, value: Option<&Value>) {
    let Some(value) = value else {
        object.remove(name);
        return;
    };
    match (object.get_mut(name), value) {
        (Some(Value::Object(inner)), Value::Object(fields)) => {
            for (field, value) in fields {
                set_sub(inner, field, op, Some(value).filter(|value| !value.is_null()));
            }
        }
        (Some(Value::Array(entries)), Value::Array(more)) if op == Op::Add => {
            for entry in more {
                if !entries.contains(entry) {
                    entries.push(entry.clone());
                }
            }
        }
        (_, value) => {
            object.insert(name.to_owned(), value.clone());
        }
    }
}

fn matches(entry: &Value, (name, wanted): &(String, String)) -> bool {
    let value = entry.as_object().and_then(|entry| attribute(entry, name));
    match value {
        Some(Value::String(text)) => text.eq_ignore_ascii_case(wanted),
        Some(flag) => read_flag(flag).is_some_and(|flag| wanted == &flag.to_string()),
        None => false,
    }
}

/// Changes the entries of a list that meet `filter`. Where none does, an entry that is to be set is added: providers send
/// changes of entries that they never added.
fn change_entries(
    entries: &mut Vec<Value>,
    filter: &(String, String),
    sub: Option<&str>,
    op: Op,
    value: Option<&Value>,
) {
    let Some(value) = value else {
        match sub {
            None => entries.retain(|entry| !matches(entry, filter)),
            Some(sub) => {
                for entry in entries.iter_mut().filter(|entry| matches(entry, filter)).filter_map(as_object) {
                    set_sub(entry, sub, Op::Remove, None);
                }
            }
        }
        return;
    };
    if !entries.iter().any(|entry| matches(entry, filter)) {
        let (name, wanted) = filter;
        entries.push(json!({name: wanted}));
    }
    for entry in entries.iter_mut().filter(|entry| matches(entry, filter)).filter_map(as_object) {
        match (sub, value) {
            (Some(sub), value) => set_sub(entry, sub, op, Some(value)),
            (None, Value::Object(fields)) => {
                for (field, value) in fields {
                    set_sub(entry, field, op, Some(value).filter(|value| !value.is_null()));
                }
            }
            (None, _) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user() -> Value {
        json!({
            "userName": "ana@clinic.example", "active": true, "title": "Nurse",
            "name": {"givenName": "Ana", "familyName": "Rao"},
            "emails": [{"type": "work", "value": "ana@clinic.example", "primary": true}],
        })
    }

    fn patched(operations: Value) -> Result<Value, ScimError> {
        let mut document = user().as_object().unwrap().clone();
        let body = json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": operations});
        apply(&mut document, body.as_object().unwrap())?;
        Ok(Value::Object(document))
    }

    #[test]
    fn a_deactivation_is_read_as_okta_and_entra_send_it() {
        for operation in [
            json!({"op": "replace", "value": {"active": false}}),
            json!({"op": "Replace", "path": "active", "value": "False"}),
            json!({"op": "REPLACE", "path": "Active", "value": false}),
            json!({"op": "replace", "path": "", "value": {"active": "false"}}),
            json!({"op": "Add", "path": "active", "value": "FALSE"}),
            json!({"op": "Replace", "path": "active", "value": [{"$ref": null, "value": "False"}]}),
            json!({"OP": "replace", "PATH": "urn:ietf:params:scim:schemas:core:2.0:User:active", "VALUE": false}),
        ] {
            let document = patched(json!([operation])).unwrap();
            assert_eq!(
                attribute(document.as_object().unwrap(), "active").and_then(read_flag),
                Some(false),
                "{operation}"
            );
        }
    }

    #[test]
    fn changes_reach_what_their_path_names() {
        let enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
        for (operation, pointer, expected) in [
            (json!({"op": "Replace", "path": "name.familyName", "value": "Iyer"}), "/name/familyName", json!("Iyer")),
            (json!({"op": "Replace", "value": {"name.givenName": "Anna"}}), "/name/givenName", json!("Anna")),
            (json!({"op": "replace", "value": {"name": {"givenName": "Anna"}}}), "/name/familyName", json!("Rao")),
            (
                json!({"op": "Replace", "path": "emails[type eq \"work\"].value", "value": "a@b.example"}),
                "/emails/0/value",
                json!("a@b.example"),
            ),
            (
                json!({"op": "Add", "path": "emails[type eq \"home\"].value", "value": "h@b.example"}),
                "/emails/1",
                json!({"type": "home", "value": "h@b.example"}),
            ),
            (
                json!({"op": "Add", "path": "phoneNumbers[type eq \"mobile\"].value", "value": "+91"}),
                "/phoneNumbers/0/value",
                json!("+91"),
            ),
            (json!({"op": "add", "path": "emails", "value": [{"value": "x@y"}]}), "/emails/1/value", json!("x@y")),
            (json!({"op": "replace", "path": "emails", "value": [{"value": "x@y"}]}), "/emails/0/value", json!("x@y")),
            (json!({"op": "Add", "path": format!("{enterprise}:department"), "value": "ICU"}), "/-", json!("ICU")),
            (json!({"op": "add", "value": {enterprise: {"department": "ICU"}}}), "/-", json!("ICU")),
            (json!({"op": "Remove", "path": "title"}), "/title", Value::Null),
            (json!({"op": "replace", "path": "title", "value": null}), "/title", Value::Null),
            (json!({"op": "remove", "path": "emails[type eq \"work\"]"}), "/emails/0", Value::Null),
            (json!({"op": "remove", "path": "name.givenName"}), "/name/givenName", Value::Null),
            (json!({"op": "remove", "path": "nickName.x"}), "/nickName", Value::Null),
        ] {
            let document = patched(json!([operation])).unwrap();
            let found = match pointer {
                "/-" => document.get(enterprise).and_then(|extension| extension.get("department")),
                pointer => document.pointer(pointer),
            };
            assert_eq!(found.unwrap_or(&Value::Null), &expected, "{operation}: {document}");
        }
    }

    #[test]
    fn what_is_not_understood_is_refused_and_never_answered_as_done() {
        for (operations, error) in [
            (json!({"op": "replace"}), ScimError::InvalidSyntax("Operations must be a list")),
            (json!(["replace"]), ScimError::InvalidSyntax("an operation must be an object")),
            (json!([{"op": "move", "path": "a"}]), ScimError::InvalidSyntax("op must be add, replace or remove")),
            (json!([{"path": "active", "value": 1}]), ScimError::InvalidSyntax("op must be add, replace or remove")),
            (json!([{"op": "remove"}]), ScimError::NoTarget),
            (json!([{"op": "replace", "value": false}]), ScimError::InvalidValue("value")),
            (json!([{"op": "replace", "path": "active"}]), ScimError::InvalidValue("value")),
            (json!([{"op": "replace", "path": "a b", "value": 1}]), ScimError::InvalidPath),
            (json!([{"op": "replace", "path": 7, "value": 1}]), ScimError::InvalidPath),
            (json!([{"op": "replace", "path": "emails[type].value", "value": 1}]), ScimError::InvalidPath),
            (json!([{"op": "replace", "path": "emails[type eq \"x\"", "value": 1}]), ScimError::InvalidPath),
            (json!([{"op": "replace", "path": "title.x", "value": 1}]), ScimError::InvalidPath),
        ] {
            assert_eq!(patched(operations.clone()), Err(error), "{operations}");
        }
    }
}
