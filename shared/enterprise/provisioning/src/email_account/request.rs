//! A request to provision an e-mail account.

use edge_http::{FieldError, Problem};
use edge_idempotency::WithSecret;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::local_part::LocalPart;
use crate::password::Password;

/// The smallest quota: 1 MiB in bytes.
pub(crate) const MIN_QUOTA: i64 = 1 << 20;

/// The longest first or last name, characters.
const MAX_NAME_CHARS: usize = 30;

/// A request to provision an e-mail account.
#[derive(Deserialize, Serialize, ToSchema)]
pub(crate) struct ProvisionEmailAccountRequest {
    email_account_data: EmailAccountData,
}

#[derive(Deserialize, Serialize, ToSchema)]
struct EmailAccountData {
    /// The organization's number.
    organization_id: i64,
    /// The part of the address before the `@`, at most 64 bytes. Capitals do not matter.
    address: String,
    /// The `domain_id` that provisioning the organization returned.
    domain: i64,
    /// Bytes, at least 1048576 (1 MiB). The default is an equal share of the organization's storage.
    #[serde(default)]
    quota: Option<i64>,
    #[serde(default)]
    user_info: UserInfo,
}

#[derive(Default, Deserialize, Serialize, ToSchema)]
struct UserInfo {
    /// At most 30 characters.
    #[serde(default)]
    first_name: Option<String>,
    /// At most 30 characters.
    #[serde(default)]
    last_name: Option<String>,
    /// At least 8 characters. It is passed on to the mail service and stored nowhere else.
    #[serde(default, skip_serializing)]
    #[schema(value_type = Option<String>, write_only)]
    password: Option<Password>,
}

impl WithSecret for ProvisionEmailAccountRequest {
    fn without_secret(&self) -> String {
        // The password is not written.
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// An account as it is to be provisioned.
pub(crate) struct NewEmailAccount {
    pub(crate) organization: i64,
    pub(crate) local_part: LocalPart,
    pub(crate) domain: i64,
    /// Bytes.
    pub(crate) quota: Option<i64>,
    pub(crate) first_name: Option<String>,
    pub(crate) last_name: Option<String>,
    pub(crate) password: Option<Password>,
}

impl ProvisionEmailAccountRequest {
    /// The account, if all fields are valid.
    pub(crate) fn read(self) -> Result<NewEmailAccount, Problem> {
        let data = self.email_account_data;
        let user = data.user_info;
        let mut errors = Vec::new();
        let mut check = |is_valid: bool, field: &str, message: &str| {
            if !is_valid {
                errors.push(FieldError::new(format!("email_account_data.{field}"), message));
            }
        };
        let local_part = LocalPart::parse(&data.address);
        let message = "must be the part of an e-mail address before the @, at most 64 characters";
        check(local_part.is_some(), "address", message);
        check(data.quota.is_none_or(|quota| quota >= MIN_QUOTA), "quota", "must be at least 1048576 bytes (1 MiB)");
        let (first_name, last_name) = (present(user.first_name), present(user.last_name));
        for (field, name) in [("user_info.first_name", &first_name), ("user_info.last_name", &last_name)] {
            check(name.as_deref().is_none_or(is_name), field, "must be at most 30 characters");
        }
        let is_long_enough = user.password.as_ref().is_none_or(Password::is_long_enough);
        check(is_long_enough, "user_info.password", "must be at least 8 characters");
        match local_part {
            Some(local_part) if errors.is_empty() => Ok(NewEmailAccount {
                organization: data.organization_id,
                local_part,
                domain: data.domain,
                quota: data.quota,
                first_name,
                last_name,
                password: user.password,
            }),
            _ => Err(Problem::fields(errors)),
        }
    }
}

fn present(name: Option<String>) -> Option<String> {
    name.map(|name| name.trim().to_owned()).filter(|name| !name.is_empty())
}

fn is_name(name: &str) -> bool {
    name.chars().count() <= MAX_NAME_CHARS && !name.chars().any(char::is_control)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn request(changes: Value) -> ProvisionEmailAccountRequest {
        let mut data = json!({"organization_id": 2, "address": "John.Doe", "domain": 2, "quota": MIN_QUOTA});
        data.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        edge_json::from_value(json!({"email_account_data": data})).unwrap()
    }

    fn wrong(changes: Value) -> Vec<String> {
        let problem = request(changes).read().map(drop).unwrap_err();
        problem.errors().iter().map(|error| error.field.clone()).collect()
    }

    #[test]
    fn each_field_is_checked() {
        let user = |field: &str, value: &str| json!({"user_info": {field: value}});
        for (changes, field) in [
            (json!({"address": "john@acme.com"}), "address"),
            (json!({"address": ""}), "address"),
            (json!({"quota": MIN_QUOTA - 1}), "quota"),
            (json!({"quota": -1}), "quota"),
            (user("first_name", &"é".repeat(31)), "user_info.first_name"),
            (user("last_name", "a\u{7}"), "user_info.last_name"),
            (user("password", "1234567"), "user_info.password"),
        ] {
            assert_eq!(wrong(changes.clone()), [format!("email_account_data.{field}")], "{changes}");
        }
        let account = request(json!({"user_info": {"first_name": "é".repeat(30), "password": "éééééééé"}})).read();
        let account = account.unwrap_or_else(|_| panic!());
        assert_eq!((account.local_part.as_str(), account.last_name), ("john.doe", None));
        assert!(request(json!({"quota": null})).read().is_ok());
    }

    #[test]
    fn the_password_is_nowhere_but_in_the_request() {
        let with = |password: &str| request(json!({"user_info": {"first_name": "John", "password": password}}));
        assert!(!with("securepassword123").without_secret().contains("secure"));
        assert_eq!(with("securepassword123").without_secret(), with("other password").without_secret());
        assert_ne!(with("securepassword123").without_secret(), request(json!({})).without_secret());
        let message = format!("{:?}", with("secure1").read().map(drop).unwrap_err());
        assert!(!message.contains("secure1"), "{message}");
    }
}
