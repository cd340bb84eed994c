//! Organizations.

// Made from docs/openapi.json: UPDATE_CLIENT=1 cargo test -p bheem-edge-client --test api

#![allow(unused_imports, reason = "which are needed differs")]

use std::collections::BTreeMap;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::call::{Api, Body, Path, query};
use super::schemas::*;
use crate::EdgeError;

impl Api<'_> {
    /// List organizations: `GET /organizations`.
    ///
    /// Organizations are listed newest first. A tenant's key lists only its own; a person lists those of which they are a
    /// member with the right to read them.
    ///
    /// The key needs `organizations:read`.
    pub async fn list_organizations(&self, query_parameters: &ListOrganizationsQuery) -> Result<ListingOrganization, EdgeError> {
        let path = Path::new("/organizations").query(&query(query_parameters)?);
        self.json(http::Method::GET, path, Body::None).await
    }

    /// Create an organization: `POST /organizations`.
    ///
    /// With a platform key, `ownerUserId` names the OWNER. A person who is signed in becomes the OWNER and reaches the
    /// organization by `X-Tenant-Id`; in a tenant, only its OWNER may create another organization. Repeating the request
    /// with the same `Idempotency-Key` creates only one organization.
    ///
    /// The key needs `organizations:write`.
    pub async fn create_organization(&self, body: &CreateOrganizationRequest) -> Result<Organization, EdgeError> {
        let path = Path::new("/organizations");
        self.json(http::Method::POST, path, Body::json(body)?).await
    }

    /// Get an organization: `GET /organizations/{id}`.
    ///
    /// The key needs `organizations:read`.
    pub async fn get_organization(&self, id: &str) -> Result<Organization, EdgeError> {
        let path = Path::new("/organizations/").value(id);
        self.json(http::Method::GET, path, Body::None).await
    }

    /// Update an organization: `PATCH /organizations/{id}`.
    ///
    /// Omitted fields keep their values; null clears an optional field. An organization's own callers can change its name,
    /// its billing address and its time zone.
    ///
    /// The key needs `organizations:write`.
    pub async fn update_organization(&self, id: &str, body: &UpdateOrganizationRequest) -> Result<Organization, EdgeError> {
        let path = Path::new("/organizations/").value(id);
        self.json(http::Method::PATCH, path, Body::json(body)?).await
    }

    /// List an organization's audit entries: `GET /organizations/{id}/audit`.
    ///
    /// Entries are listed newest first. They are never changed or deleted.
    ///
    /// The key needs `organizations:read`.
    pub async fn list_organization_audit_entries(&self, id: &str, query_parameters: &ListOrganizationAuditEntriesQuery) -> Result<ListingTenantDeed, EdgeError> {
        let path = Path::new("/organizations/").value(id).text("/audit").query(&query(query_parameters)?);
        self.json(http::Method::GET, path, Body::None).await
    }

    /// Delete a person's data: `DELETE /organizations/{id}/users/{userId}`.
    ///
    /// Removes the user from the organization and deletes the person's data everywhere. The user's id stays in the audit
    /// and payment records. What was begun and not finished is finished when the request is repeated.
    ///
    /// The key needs `organizations:write`.
    pub async fn erase_user(&self, id: &str, user_id: &str, query_parameters: &EraseUserQuery) -> Result<(), EdgeError> {
        let path = Path::new("/organizations/").value(id).text("/users/").value(user_id).query(&query(query_parameters)?);
        self.nothing(http::Method::DELETE, path, Body::None).await
    }
}

/// The query of [`list_organizations`](Api::list_organizations).
#[derive(Clone, Debug, Default, Serialize)]
pub struct ListOrganizationsQuery {
    /// The maximum number of entries: 1 to 200; the default is 50.
    pub limit: Option<i32>,
    /// The `nextCursor` of the previous page. By default the first page is returned.
    pub cursor: Option<String>,
}

/// The query of [`list_organization_audit_entries`](Api::list_organization_audit_entries).
#[derive(Clone, Debug, Default, Serialize)]
pub struct ListOrganizationAuditEntriesQuery {
    /// The maximum number of entries: 1 to 200; the default is 50.
    pub limit: Option<i32>,
    /// The `nextCursor` of the previous page. By default the first page is returned.
    pub cursor: Option<String>,
}

/// The query of [`erase_user`](Api::erase_user).
#[derive(Clone, Debug, Default, Serialize)]
pub struct EraseUserQuery {
    /// `revoke` also revokes the keys that the user created and all their descendants.
    pub api_keys: Option<String>,
}

/// A request to create an organization.
#[derive(Clone, Debug, Default, Serialize)]
pub struct CreateOrganizationRequest {
    /// The address for bills. Required with a platform key unless `ownerEmail` is sent.
    #[serde(rename = "billingEmail", skip_serializing_if = "Option::is_none")]
    pub billing_email: Option<String>,
    /// The company's code in the ERP, which internal organizations have. Requires a platform key.
    #[serde(rename = "erpCompanyCode", skip_serializing_if = "Option::is_none")]
    pub erp_company_code: Option<String>,
    /// The organization's id in each application. Requires a platform key.
    #[serde(rename = "externalIds", skip_serializing_if = "Option::is_none")]
    pub external_ids: Option<BTreeMap<String, String>>,
    /// `mode`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mode: Option<Mode>,
    /// `name`.
    pub name: String,
    /// The owner's address. Default: the address in the person's token, or `billingEmail`.
    #[serde(rename = "ownerEmail", skip_serializing_if = "Option::is_none")]
    pub owner_email: Option<String>,
    /// The user who becomes the organization's OWNER. Required with a platform key; a person becomes the OWNER of their
    /// organization.
    #[serde(rename = "ownerUserId", skip_serializing_if = "Option::is_none")]
    pub owner_user_id: Option<String>,
    /// 1 to 63 of `a`–`z`, `0`–`9` and `-`, unique. The default is made from the name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub slug: Option<String>,
    /// The organization's customer at Stripe, unique. Requires a platform key.
    #[serde(rename = "stripeCustomerId", skip_serializing_if = "Option::is_none")]
    pub stripe_customer_id: Option<String>,
    /// An IANA time zone: `Asia/Kolkata`. Default: `UTC`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timezone: Option<String>,
}

/// A page of a list.
#[derive(Clone, Debug, Deserialize)]
pub struct ListingOrganization {
    /// The entries of the page.
    pub data: Vec<Organization>,
    /// The `cursor` of the next page; null on the last page.
    #[serde(rename = "nextCursor")]
    pub next_cursor: Option<String>,
}

/// An organization.
#[derive(Clone, Debug, Deserialize)]
pub struct Organization {
    /// `billingEmail`.
    #[serde(rename = "billingEmail")]
    pub billing_email: Option<String>,
    /// `createdAt`.
    #[serde(rename = "createdAt")]
    pub created_at: String,
    /// The company's code in the ERP.
    #[serde(rename = "erpCompanyCode")]
    pub erp_company_code: Option<String>,
    /// The organization's id in each application.
    #[serde(rename = "externalIds")]
    pub external_ids: BTreeMap<String, String>,
    /// The organization's id, which is the tenant's id.
    pub id: String,
    /// `mode`.
    pub mode: Mode,
    /// `name`.
    pub name: String,
    /// The organization's number among all organizations, from 1.
    pub number: i64,
    /// The user who has been an OWNER for the longest time; null: the organization has none.
    #[serde(rename = "ownerUserId")]
    pub owner_user_id: Option<String>,
    /// `slug`.
    pub slug: String,
    /// `active`, `suspended` by payment events, or `inactive`.
    pub status: String,
    /// `stripeCustomerId`.
    #[serde(rename = "stripeCustomerId")]
    pub stripe_customer_id: Option<String>,
    /// The IANA time zone.
    pub timezone: String,
    /// `updatedAt`.
    #[serde(rename = "updatedAt")]
    pub updated_at: String,
}

/// The fields of an organization that can be updated.
#[derive(Clone, Debug, Default, Serialize)]
pub struct UpdateOrganizationRequest {
    /// `billingEmail`.
    #[serde(rename = "billingEmail", skip_serializing_if = "Option::is_none")]
    pub billing_email: Option<Option<String>>,
    /// `erpCompanyCode`.
    #[serde(rename = "erpCompanyCode", skip_serializing_if = "Option::is_none")]
    pub erp_company_code: Option<Option<String>>,
    /// The ids to change, by application; null removes one.
    #[serde(rename = "externalIds", skip_serializing_if = "Option::is_none")]
    pub external_ids: Option<Option<BTreeMap<String, Option<String>>>>,
    /// `mode`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mode: Option<Option<Mode>>,
    /// `name`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<Option<String>>,
    /// Cannot be changed here: it follows from the roles of the users.
    #[serde(rename = "ownerUserId", skip_serializing_if = "Option::is_none")]
    pub owner_user_id: Option<Option<String>>,
    /// Requires a platform key, as do all fields below `timezone`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub slug: Option<Option<String>>,
    /// `active` or `inactive`: an inactive organization is closed to its keys and people, and gets no seat.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<Option<String>>,
    /// `stripeCustomerId`.
    #[serde(rename = "stripeCustomerId", skip_serializing_if = "Option::is_none")]
    pub stripe_customer_id: Option<Option<String>>,
    /// An IANA time zone: `Asia/Kolkata`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timezone: Option<Option<String>>,
}
