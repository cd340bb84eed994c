//! The fields of an organization as callers send them.

use std::collections::BTreeMap;

use edge_http::{FieldError, Problem, nullable};
use edge_seats::Id;
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::external_ids::api::read_id;
use crate::tenant::Mode;
use crate::tenant::request::{OrganizationFields, UpdateTenantRequest};

const MAX_SLUG_LEN: usize = 63;

/// A request to create an organization.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CreateOrganizationRequest {
    pub(crate) name: String,
    /// 1 to 63 of `a`–`z`, `0`–`9` and `-`, unique. The default is made from the name.
    #[serde(default)]
    pub(crate) slug: Option<String>,
    /// The address for bills. Required with a platform key unless `ownerEmail` is sent.
    #[serde(default)]
    pub(crate) billing_email: Option<String>,
    /// The user who becomes the organization's OWNER. Required with a platform key; a person becomes the OWNER of their
    /// organization.
    #[serde(default)]
    pub(crate) owner_user_id: Option<String>,
    /// The owner's address. Default: the address in the person's token, or `billingEmail`.
    #[serde(default)]
    pub(crate) owner_email: Option<String>,
    #[serde(default)]
    #[schema(value_type = Option<Mode>)]
    pub(crate) mode: Mode,
    /// An IANA time zone: `Asia/Kolkata`. Default: `UTC`.
    #[serde(default)]
    pub(crate) timezone: Option<String>,
    /// The organization's id in each application. Requires a platform key.
    #[serde(default)]
    #[schema(value_type = Option<BTreeMap<String, String>>)]
    pub(crate) external_ids: BTreeMap<String, Value>,
    /// The organization's customer at Stripe, unique. Requires a platform key.
    #[serde(default)]
    pub(crate) stripe_customer_id: Option<String>,
    /// The company's code in the ERP, which internal organizations have. Requires a platform key.
    #[serde(default)]
    pub(crate) erp_company_code: Option<String>,
}

/// The fields of an organization that can be updated.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct UpdateOrganizationRequest {
    #[serde(default)]
    name: Option<String>,
    /// Requires a platform key, as do all fields below `timezone`.
    #[serde(default)]
    slug: Option<String>,
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>)]
    billing_email: Option<Option<String>>,
    /// An IANA time zone: `Asia/Kolkata`.
    #[serde(default)]
    timezone: Option<String>,
    #[serde(default)]
    mode: Option<Mode>,
    /// `active` or `inactive`: an inactive organization is closed to its keys and people, and gets no seat.
    #[serde(default)]
    status: Option<String>,
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>)]
    stripe_customer_id: Option<Option<String>>,
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>)]
    erp_company_code: Option<Option<String>>,
    /// The ids to change, by application; null removes one.
    #[serde(default)]
    #[schema(value_type = Option<BTreeMap<String, Option<String>>>)]
    pub(crate) external_ids: BTreeMap<String, Value>,
    /// Cannot be changed here: it follows from the roles of the users.
    #[serde(default)]
    owner_user_id: Option<String>,
}

/// An external id to set, or to remove.
pub(crate) struct ExternalIdChange {
    pub(crate) application: Id,
    pub(crate) external_org: Option<Id>,
}

/// Reads the external ids that were sent, by application.
pub(crate) fn read_external_ids(sent: &BTreeMap<String, Value>) -> Result<Vec<ExternalIdChange>, Problem> {
    let read = |(application, value): (&String, &Value)| {
        let field = format!("externalIds.{application}");
        let external_org = match value {
            Value::Null => None,
            Value::String(text) => Some(read_id(&field, text)?),
            _ => return Err(Problem::field(field, "must be a text")),
        };
        Ok(ExternalIdChange { application: read_id(&field, application)?, external_org })
    };
    sent.iter().map(read).collect()
}

impl CreateOrganizationRequest {
    /// Whether only the platform may send it.
    pub(crate) fn is_for_the_platform(&self) -> bool {
        self.mode == Mode::Internal
            || !self.external_ids.is_empty()
            || self.stripe_customer_id.is_some()
            || self.erp_company_code.is_some()
    }

    /// Its fields as changes of a new tenant.
    pub(crate) fn fields(&self) -> UpdateTenantRequest {
        UpdateTenantRequest::of_organization(OrganizationFields {
            name: Some(self.name.clone()),
            timezone: self.timezone.clone(),
            billing_email: Some(self.billing_email.clone()),
            stripe_customer_id: Some(self.stripe_customer_id.clone()),
            erp_company_code: Some(self.erp_company_code.clone()),
            ..OrganizationFields::default()
        })
    }
}

impl UpdateOrganizationRequest {
    /// Its fields as changes of a tenant.
    pub(crate) fn fields(&self) -> Result<UpdateTenantRequest, Problem> {
        let is_active = match self.status.as_deref() {
            None => None,
            Some("active") => Some(true),
            Some("inactive") => Some(false),
            Some(_) => return Err(Problem::field("status", "must be active or inactive")),
        };
        if self.owner_user_id.is_some() {
            return Err(Problem::field("ownerUserId", "follows from the roles of the users; change these"));
        }
        Ok(UpdateTenantRequest::of_organization(OrganizationFields {
            name: self.name.clone(),
            slug: self.slug.clone(),
            mode: self.mode,
            is_active,
            timezone: self.timezone.clone(),
            billing_email: self.billing_email.clone(),
            stripe_customer_id: self.stripe_customer_id.clone(),
            erp_company_code: self.erp_company_code.clone(),
        }))
    }
}

/// `problem` with the names that an organization's fields have.
pub(crate) fn with_field_names(problem: Problem) -> Problem {
    if problem.errors().is_empty() {
        return problem;
    }
    let rename = |error: &FieldError| {
        let field = match error.field.as_str() {
            "tenant_mode" => "mode",
            "billing_email" => "billingEmail",
            "owner_email" => "ownerEmail",
            "stripe_customer_id" => "stripeCustomerId",
            "erp_company_code" => "erpCompanyCode",
            other => other,
        };
        FieldError::new(field, error.message.clone())
    };
    Problem::fields(problem.errors().iter().map(rename).collect())
}

/// A slug made from a name: `City Clinic` is `city-clinic`.
pub(crate) fn slug_of(name: &str) -> String {
    let mut slug = String::new();
    for letter in name.chars() {
        if letter.is_ascii_alphanumeric() {
            slug.push(letter.to_ascii_lowercase());
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
        if slug.len() == MAX_SLUG_LEN - SUFFIX_LEN {
            break;
        }
    }
    let slug = slug.trim_end_matches('-');
    if slug.is_empty() { "organization".to_owned() } else { slug.to_owned() }
}

/// The length of what is appended to a slug that another organization has: `-` and 8 letters.
const SUFFIX_LEN: usize = 9;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slug_is_made_from_a_name() {
        let long = "x".repeat(100);
        for (name, slug) in [
            ("City Clinic", "city-clinic"),
            ("  A & B, Inc. ", "a-b-inc"),
            ("Ärzte", "rzte"),
            ("病院", "organization"),
            (&long, &"x".repeat(54)),
        ] {
            assert_eq!(slug_of(name), slug, "{name}");
        }
    }
}
