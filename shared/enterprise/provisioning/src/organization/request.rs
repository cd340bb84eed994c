//! A request to provision an organisation.

use std::fmt;

use edge_http::{FieldError, Problem, is_email};
use serde::de::{self, Deserializer, Visitor};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use utoipa::ToSchema;

use crate::domain_name::DomainName;

/// The longest name, characters.
const MAX_NAME_CHARS: usize = 200;
/// The longest address, characters, and the longest e-mail address and phone number, bytes.
const MAX_ADDRESS_CHARS: usize = 500;
const MAX_TEXT_LEN: usize = 256;
/// What is given to an organisation whose request does not say.
const DEFAULT_USERS: i64 = 10;
const DEFAULT_STORAGE_GB: i64 = 50;
/// More than any organisation has, and few enough that its bytes can be counted.
const MAX_USERS: i64 = 1_000_000_000;
const MAX_STORAGE_GB: i64 = 1 << 32;

/// A request to provision an organisation.
#[derive(Deserialize, ToSchema)]
pub(crate) struct ProvisionOrganizationRequest {
    organization_data: OrganizationData,
}

#[derive(Deserialize, ToSchema)]
struct OrganizationData {
    /// At most 200 characters.
    name: String,
    /// The domain of the organisation's e-mail addresses. Letters of any script are converted to ASCII.
    domain: String,
    /// The customer's id in Odoo, unique.
    odoo_customer_id: i64,
    /// The maximum number of users. The default is 10.
    #[serde(default)]
    max_users: Option<i64>,
    /// The storage for all mailboxes together, GiB. The default is 50.
    #[serde(default)]
    max_storage_gb: Option<i64>,
    /// The plan's number, or its id.
    #[serde(default)]
    #[schema(value_type = Option<i64>)]
    plan_id: Option<PlanId>,
    #[serde(default)]
    contact_info: Option<ContactInfo>,
}

#[derive(Default, Deserialize, ToSchema)]
struct ContactInfo {
    /// The first administrator's e-mail address. The default is `admin@` and the domain.
    #[serde(default)]
    primary_email: Option<String>,
    #[serde(default)]
    phone: Option<String>,
    #[serde(default)]
    address: Option<String>,
}

/// A plan as a request names it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub(crate) enum PlanId {
    Number(i64),
    Id(String),
}

impl<'de> Deserialize<'de> for PlanId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct NumberOrId;

        impl Visitor<'_> for NumberOrId {
            type Value = PlanId;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a plan's number or id")
            }

            fn visit_i64<E: de::Error>(self, number: i64) -> Result<PlanId, E> {
                Ok(PlanId::Number(number))
            }

            fn visit_u64<E: de::Error>(self, number: u64) -> Result<PlanId, E> {
                // No plan has a number that large.
                Ok(PlanId::Number(i64::try_from(number).unwrap_or(i64::MAX)))
            }

            fn visit_str<E: de::Error>(self, id: &str) -> Result<PlanId, E> {
                Ok(PlanId::Id(id.to_owned()))
            }
        }

        deserializer.deserialize_any(NumberOrId)
    }
}

/// An organisation as it is to be provisioned.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct NewOrganization {
    pub(crate) name: String,
    pub(crate) domain: DomainName,
    pub(crate) odoo_customer_id: i64,
    pub(crate) max_users: i64,
    pub(crate) max_storage_gb: i64,
    pub(crate) plan: Option<PlanId>,
    pub(crate) admin_email: String,
    pub(crate) phone: Option<String>,
    pub(crate) address: Option<String>,
}

impl ProvisionOrganizationRequest {
    /// The organisation, if all fields are valid.
    pub(crate) fn read(self) -> Result<NewOrganization, Problem> {
        let data = self.organization_data;
        let mut errors = Vec::new();
        let mut check = |is_valid: bool, field: &str, message: &str| {
            if !is_valid {
                errors.push(FieldError::new(format!("organization_data.{field}"), message));
            }
        };
        let name = data.name.trim();
        check(is_text(name, MAX_NAME_CHARS), "name", "must be 1 to 200 characters");
        let domain = DomainName::parse(&data.domain);
        if let Err(message) = &domain {
            check(false, "domain", message);
        }
        check(data.odoo_customer_id > 0, "odoo_customer_id", "must be positive");
        let max_users = data.max_users.unwrap_or(DEFAULT_USERS);
        check((1..=MAX_USERS).contains(&max_users), "max_users", "must be at least 1");
        let max_storage_gb = data.max_storage_gb.unwrap_or(DEFAULT_STORAGE_GB);
        check((1..=MAX_STORAGE_GB).contains(&max_storage_gb), "max_storage_gb", "must be at least 1");
        let contact = data.contact_info.unwrap_or_default();
        let (email, phone, address) =
            (present(contact.primary_email), present(contact.phone), present(contact.address));
        let field = "contact_info.primary_email";
        check(email.as_deref().is_none_or(is_email), field, "must be an e-mail address");
        let is_phone = |phone: &str| phone.len() <= MAX_TEXT_LEN && is_text(phone, MAX_TEXT_LEN);
        check(phone.as_deref().is_none_or(is_phone), "contact_info.phone", "must be at most 256 bytes");
        let is_address = |address: &str| is_text(&address.replace(['\n', '\r'], " "), MAX_ADDRESS_CHARS);
        check(address.as_deref().is_none_or(is_address), "contact_info.address", "must be at most 500 characters");
        match domain {
            Ok(domain) if errors.is_empty() => Ok(NewOrganization {
                name: name.to_owned(),
                odoo_customer_id: data.odoo_customer_id,
                max_users,
                max_storage_gb,
                plan: data.plan_id,
                admin_email: email.unwrap_or_else(|| format!("admin@{}", domain.as_str())),
                domain,
                phone,
                address,
            }),
            _ => Err(Problem::fields(errors)),
        }
    }
}

impl NewOrganization {
    /// Tells whether two requests are the same, however they were written.
    pub(crate) fn fingerprint(&self) -> String {
        // Such a struct can always be written.
        hex::encode(Sha256::digest(serde_json::to_vec(self).unwrap_or_default()))
    }
}

/// ERPs send empty texts for fields that nobody filled in.
fn present(text: Option<String>) -> Option<String> {
    text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
}

fn is_text(text: &str, max_chars: usize) -> bool {
    !text.is_empty() && text.chars().count() <= max_chars && !text.chars().any(char::is_control)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn data(changes: Value) -> Value {
        let mut data = json!({"name": "Acme", "domain": "acme.com", "odoo_customer_id": 67890});
        data.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        json!({"organization_data": data})
    }

    fn read(changes: Value) -> Result<NewOrganization, Vec<String>> {
        let request: ProvisionOrganizationRequest = edge_json::from_value(data(changes)).unwrap();
        let fields = |problem: Problem| problem.errors().iter().map(|error| error.field.clone()).collect();
        request.read().map_err(fields)
    }

    #[test]
    fn what_is_left_out_has_a_default() {
        let organization = read(json!({})).unwrap();
        assert_eq!((organization.max_users, organization.max_storage_gb), (10, 50));
        assert_eq!((organization.admin_email.as_str(), &organization.plan), ("admin@acme.com", &None));
        let same =
            read(json!({"max_users": 10, "domain": "ACME.com", "name": " Acme ", "contact_info": {"phone": ""}}));
        assert_eq!(same.unwrap().fingerprint(), organization.fingerprint());
        let other = read(json!({"max_users": 11})).unwrap();
        assert_ne!(other.fingerprint(), organization.fingerprint());
    }

    #[test]
    fn each_field_is_checked_and_all_errors_are_told() {
        for (changes, field) in [
            (json!({"name": ""}), "name"),
            (json!({"name": "  "}), "name"),
            (json!({"name": "é".repeat(201)}), "name"),
            (json!({"name": "a\nb"}), "name"),
            (json!({"domain": "127.0.0.1"}), "domain"),
            (json!({"odoo_customer_id": 0}), "odoo_customer_id"),
            (json!({"odoo_customer_id": -1}), "odoo_customer_id"),
            (json!({"max_users": 0}), "max_users"),
            (json!({"max_storage_gb": 0}), "max_storage_gb"),
            (json!({"max_storage_gb": i64::MAX}), "max_storage_gb"),
            (json!({"contact_info": {"primary_email": "admin"}}), "contact_info.primary_email"),
            (json!({"contact_info": {"phone": "1".repeat(257)}}), "contact_info.phone"),
            (json!({"contact_info": {"address": "a".repeat(501)}}), "contact_info.address"),
        ] {
            assert_eq!(read(changes.clone()).unwrap_err(), [format!("organization_data.{field}")], "{changes}");
        }
        let all = read(json!({"name": "", "domain": "", "odoo_customer_id": 0, "max_users": 0})).unwrap_err();
        assert_eq!(all.len(), 4);
        assert!(read(json!({"name": "é".repeat(200), "contact_info": {"address": "a\nb"}})).is_ok());
    }

    #[test]
    fn a_plan_is_named_by_number_or_id() {
        assert_eq!(read(json!({"plan_id": 2})).unwrap().plan, Some(PlanId::Number(2)));
        assert_eq!(read(json!({"plan_id": "pro"})).unwrap().plan, Some(PlanId::Id("pro".into())));
        assert_eq!(read(json!({"plan_id": null})).unwrap().plan, None);
        for wrong in [json!({"plan_id": 1.5}), json!({"plan_id": true}), json!({"odoo_customer_id": "67890"})] {
            assert!(edge_json::from_value::<ProvisionOrganizationRequest>(data(wrong)).is_err());
        }
    }
}
