//! A user as the identity provider described it.

use edge_capabilities::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::error::ScimError;

/// The schema of a user.
pub(crate) const USER_SCHEMA: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
/// The schema of what companies add to a user.
pub(crate) const ENTERPRISE_SCHEMA: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

/// The longest id or address, bytes.
const MAX_LEN: usize = 256;
/// The largest description of a user, bytes.
const MAX_ATTRIBUTES_LEN: usize = 16 << 10;

/// Attributes that the service sets, or does not keep: a password is the provider's own.
const NOT_KEPT: [&str; 7] = ["schemas", "id", "meta", "groups", "password", "userName", "externalId"];

/// The attributes of a user beyond those that the edge acts on, as they were sent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Attributes(pub(crate) Map<String, Value>);

/// A user that an identity provider provisioned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ScimUser {
    pub(crate) tenant: String,
    /// The id that the provider knows it by from now on.
    pub(crate) id: String,
    /// The member of the tenant that it is.
    pub(crate) user: String,
    pub(crate) user_name: String,
    /// `user_name` in lower case, by which it is found.
    pub(crate) folded_name: String,
    /// The provider's own id.
    pub(crate) external_id: Option<String>,
    pub(crate) active: bool,
    pub(crate) attributes: Attributes,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
    pub(crate) revision: i64,
}

edge_database::record! {
    ScimUser in "scim_users" {
        tenant: "tenant_id", id, user: "user_id", user_name, folded_name, external_id, active, attributes, created_at,
        updated_at, revision,
    }
}

edge_database::json_column!(Attributes);

/// The name in `object` that is `name` in another case: names of attributes are compared so.
pub(crate) fn spelled(object: &Map<String, Value>, name: &str) -> Option<String> {
    object.keys().find(|key| key.eq_ignore_ascii_case(name)).cloned()
}

/// The attribute `name` of `object`.
pub(crate) fn attribute<'v>(object: &'v Map<String, Value>, name: &str) -> Option<&'v Value> {
    object.get(&spelled(object, name)?)
}

fn is_valid(text: &str) -> bool {
    (1..=MAX_LEN).contains(&text.len()) && !text.chars().any(char::is_control)
}

/// A flag as providers write it: Entra sends the text `False`, and in older set-ups a list with it.
pub(crate) fn read_flag(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(flag) => Some(*flag),
        Value::String(text) if text.trim().eq_ignore_ascii_case("true") => Some(true),
        Value::String(text) if text.trim().eq_ignore_ascii_case("false") => Some(false),
        Value::Array(list) => match list.as_slice() {
            [one] => read_flag(one),
            _ => None,
        },
        Value::Object(object) => read_flag(attribute(object, "value")?),
        _ => None,
    }
}

/// A text, also one that was sent as a number.
fn read_text(name: &'static str, value: &Value) -> Result<Option<String>, ScimError> {
    match value {
        Value::Null => Ok(None),
        Value::String(text) if text.is_empty() => Ok(None),
        Value::String(text) if is_valid(text) => Ok(Some(text.clone())),
        Value::Number(number) => Ok(Some(number.to_string())),
        _ => Err(ScimError::InvalidValue(name)),
    }
}

impl ScimUser {
    /// The user as a document: what was sent, and what the service adds.
    pub(crate) fn document(&self) -> Map<String, Value> {
        let mut document = self.attributes.0.clone();
        let mut schemas = vec![USER_SCHEMA];
        if document.contains_key(ENTERPRISE_SCHEMA) {
            schemas.push(ENTERPRISE_SCHEMA);
        }
        document.insert("schemas".into(), json!(schemas));
        document.insert("id".into(), json!(self.id));
        document.insert("userName".into(), json!(self.user_name));
        if let Some(external_id) = &self.external_id {
            document.insert("externalId".into(), json!(external_id));
        }
        document.insert("active".into(), json!(self.active));
        let meta = json!({
            "resourceType": "User", "created": self.created_at.to_rfc3339_millis(),
            "lastModified": self.updated_at.to_rfc3339_millis(), "location": self.location(),
        });
        document.insert("meta".into(), meta);
        document
    }

    /// Where it is.
    pub(crate) fn location(&self) -> String {
        format!("/scim/v2/Users/{}", self.id)
    }

    /// Takes over what `document` says; what it does not say is gone.
    pub(crate) fn describe(&mut self, mut document: Map<String, Value>) -> Result<(), ScimError> {
        let mut take = |name: &str| spelled(&document, name).and_then(|spelled| document.remove(&spelled));
        let (name, external_id, active) = (take("userName"), take("externalId"), take("active"));
        let name = name.as_ref().map(|name| read_text("userName", name)).transpose()?.flatten();
        self.user_name = name.ok_or(ScimError::InvalidValue("userName"))?;
        self.folded_name = self.user_name.to_lowercase();
        self.external_id = external_id.as_ref().map(|id| read_text("externalId", id)).transpose()?.flatten();
        self.active = match active {
            None | Some(Value::Null) => true,
            Some(flag) => read_flag(&flag).ok_or(ScimError::InvalidValue("active"))?,
        };
        document.retain(|name, value| {
            !NOT_KEPT.iter().any(|not_kept| not_kept.eq_ignore_ascii_case(name)) && !value.is_null()
        });
        if Value::Object(document.clone()).to_string().len() > MAX_ATTRIBUTES_LEN {
            return Err(ScimError::TooLarge);
        }
        self.attributes = Attributes(document);
        Ok(())
    }

    /// The e-mail address: the primary one, else the first, else the name if it is one.
    pub(crate) fn email(&self) -> Option<String> {
        let listed = attribute(&self.attributes.0, "emails").and_then(Value::as_array);
        let emails: Vec<&Map<String, Value>> =
            listed.into_iter().flatten().filter_map(|email| email.as_object()).collect();
        let is_primary =
            |email: &&&Map<String, Value>| attribute(email, "primary").and_then(read_flag).unwrap_or(false);
        let chosen = emails.iter().find(is_primary).or(emails.first());
        let written = chosen.and_then(|email| attribute(email, "value")?.as_str()).unwrap_or(&self.user_name);
        (written.contains('@') && is_valid(written)).then(|| written.to_owned())
    }

    /// The name for display.
    pub(crate) fn display_name(&self) -> Option<String> {
        let text = |object: &Map<String, Value>, name: &str| {
            attribute(object, name).and_then(Value::as_str).filter(|text| is_valid(text)).map(ToOwned::to_owned)
        };
        let name = attribute(&self.attributes.0, "name").and_then(Value::as_object);
        let parts = || {
            let name = name?;
            let parts = [text(name, "givenName"), text(name, "familyName")];
            let joined = parts.into_iter().flatten().collect::<Vec<_>>().join(" ");
            is_valid(&joined).then_some(joined)
        };
        text(&self.attributes.0, "displayName").or_else(|| text(name?, "formatted")).or_else(parts)
    }
}
