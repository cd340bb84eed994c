//! Tenants.

// Made from docs/openapi.json: UPDATE_CLIENT=1 cargo test -p bheem-edge-client --test api

#![allow(unused_imports, reason = "which are needed differs")]

use std::collections::BTreeMap;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::call::{Api, Body, Path, query};
use super::schemas::*;
use crate::EdgeError;

impl Api<'_> {
    /// List tenants: `GET /api/v1/tenants`.
    ///
    /// Tenants are listed newest first. A tenant's key lists only its own tenant.
    ///
    /// The key needs `tenants:admin`.
    pub async fn list_tenants(&self, query_parameters: &ListTenantsQuery) -> Result<ListingTenant, EdgeError> {
        let path = Path::new("/api/v1/tenants").query(&query(query_parameters)?);
        self.json(http::Method::GET, path, Body::None).await
    }

    /// Create a tenant: `POST /api/v1/tenants`.
    ///
    /// Requires a platform key. Repeating the request with the same `Idempotency-Key` creates only one tenant.
    ///
    /// The key needs `tenants:admin`.
    pub async fn create_tenant(&self, body: &CreateTenantRequest) -> Result<Tenant, EdgeError> {
        let path = Path::new("/api/v1/tenants");
        self.json(http::Method::POST, path, Body::json(body)?).await
    }

    /// Provision internal tenants: `POST /api/v1/tenants/provision-internal`.
    ///
    /// Creates tenants for the group's own companies, BHM001 to BHM008: internal, with the plan `enterprise` and unlimited
    /// users. Existing tenants are not changed. Requires a platform key.
    ///
    /// The key needs `tenants:admin`.
    pub async fn provision_internal_tenants(&self) -> Result<ProvisionResponse, EdgeError> {
        let path = Path::new("/api/v1/tenants/provision-internal");
        self.json(http::Method::POST, path, Body::None).await
    }

    /// Get a tenant: `GET /api/v1/tenants/{id}`.
    ///
    /// The key needs `tenants:admin`.
    pub async fn get_tenant(&self, id: &str) -> Result<Tenant, EdgeError> {
        let path = Path::new("/api/v1/tenants/").value(id);
        self.json(http::Method::GET, path, Body::None).await
    }

    /// Update a tenant: `PUT /api/v1/tenants/{id}`.
    ///
    /// Omitted fields keep their values; null clears an optional field. A tenant's own key can change the tenant's names,
    /// addresses and settings, but nothing that the tenant pays for.
    ///
    /// The key needs `tenants:admin`.
    pub async fn update_tenant(&self, id: &str, body: &UpdateTenantRequest) -> Result<Tenant, EdgeError> {
        let path = Path::new("/api/v1/tenants/").value(id);
        self.json(http::Method::PUT, path, Body::json(body)?).await
    }

    /// List a tenant's API keys: `GET /api/v1/tenants/{id}/api-keys`.
    ///
    /// Keys are listed newest first, without revoked keys.
    ///
    /// The key needs `tenants:admin`.
    pub async fn list_tenant_api_keys(&self, id: &str, query_parameters: &ListTenantApiKeysQuery) -> Result<ListingApiKey, EdgeError> {
        let path = Path::new("/api/v1/tenants/").value(id).text("/api-keys").query(&query(query_parameters)?);
        self.json(http::Method::GET, path, Body::None).await
    }

    /// Create an API key for a tenant: `POST /api/v1/tenants/{id}/api-keys`.
    ///
    /// Works like `/api/v1/api-keys`. The key can read and change only this tenant's data and has no scope that its creator
    /// lacks.
    ///
    /// The key needs `tenants:admin`.
    pub async fn create_tenant_api_key(&self, id: &str, body: &NewApiKey) -> Result<CreatedApiKey, EdgeError> {
        let path = Path::new("/api/v1/tenants/").value(id).text("/api-keys");
        self.json(http::Method::POST, path, Body::json(body)?).await
    }

    /// Revoke a tenant's API key: `DELETE /api/v1/tenants/{id}/api-keys/{key_id}`.
    ///
    /// The key stops working everywhere on this node within one second. Its descendants, the keys created with it directly
    /// or indirectly, keep working unless `?descendants=revoke` is given; then the response lists all revoked keys.
    ///
    /// The key needs `tenants:admin`.
    pub async fn revoke_tenant_api_key(&self, id: &str, key_id: &str, query_parameters: &RevokeTenantApiKeyQuery) -> Result<Option<RevokedApiKeys>, EdgeError> {
        let path = Path::new("/api/v1/tenants/").value(id).text("/api-keys/").value(key_id).query(&query(query_parameters)?);
        self.json_or_nothing(http::Method::DELETE, path, Body::None).await
    }

    /// List a tenant's audit entries: `GET /api/v1/tenants/{id}/audit`.
    ///
    /// Entries are listed newest first. They are never changed or deleted.
    ///
    /// The key needs `tenants:admin`.
    pub async fn list_tenant_audit_entries(&self, id: &str, query_parameters: &ListTenantAuditEntriesQuery) -> Result<ListingTenantDeed, EdgeError> {
        let path = Path::new("/api/v1/tenants/").value(id).text("/audit").query(&query(query_parameters)?);
        self.json(http::Method::GET, path, Body::None).await
    }

    /// List a tenant's external ids: `GET /api/v1/tenants/{id}/external-ids`.
    ///
    /// The key needs `tenants:admin`.
    pub async fn list_external_ids(&self, id: &str) -> Result<ListingExternalId, EdgeError> {
        let path = Path::new("/api/v1/tenants/").value(id).text("/external-ids");
        self.json(http::Method::GET, path, Body::None).await
    }

    /// Delete a tenant's external id: `DELETE /api/v1/tenants/{id}/external-ids/{applicationSlug}`.
    ///
    /// Requires a platform key.
    ///
    /// The key needs `tenants:admin`.
    pub async fn delete_external_id(&self, id: &str, application_slug: &str) -> Result<(), EdgeError> {
        let path = Path::new("/api/v1/tenants/").value(id).text("/external-ids/").value(application_slug);
        self.nothing(http::Method::DELETE, path, Body::None).await
    }

    /// Set a tenant's external id: `PUT /api/v1/tenants/{id}/external-ids/{applicationSlug}`.
    ///
    /// Requires a platform key. From then on, payment events of the tenant apply to seat checks under this id, regardless
    /// of the organisation's id in the ERP.
    ///
    /// The key needs `tenants:admin`.
    pub async fn set_external_id(&self, id: &str, application_slug: &str, body: &SetExternalIdRequest) -> Result<ExternalId, EdgeError> {
        let path = Path::new("/api/v1/tenants/").value(id).text("/external-ids/").value(application_slug);
        self.json(http::Method::PUT, path, Body::json(body)?).await
    }

    /// Get a tenant's usage: `GET /api/v1/tenants/{id}/usage/stats`.
    ///
    /// The key needs `tenants:admin`.
    pub async fn get_tenant_usage(&self, id: &str, query_parameters: &GetTenantUsageQuery) -> Result<UsageStats, EdgeError> {
        let path = Path::new("/api/v1/tenants/").value(id).text("/usage/stats").query(&query(query_parameters)?);
        self.json(http::Method::GET, path, Body::None).await
    }

    /// List users: `GET /api/v1/tenants/{id}/users`.
    ///
    /// Users are sorted by id.
    ///
    /// The key needs `tenants:admin`.
    pub async fn list_users(&self, id: &str, query_parameters: &ListUsersQuery) -> Result<ListingUser, EdgeError> {
        let path = Path::new("/api/v1/tenants/").value(id).text("/users").query(&query(query_parameters)?);
        self.json(http::Method::GET, path, Body::None).await
    }

    /// Add a user: `POST /api/v1/tenants/{id}/users`.
    ///
    /// The key needs `tenants:admin`.
    pub async fn add_user(&self, id: &str, body: &CreateMemberRequest) -> Result<User, EdgeError> {
        let path = Path::new("/api/v1/tenants/").value(id).text("/users");
        self.json(http::Method::POST, path, Body::json(body)?).await
    }

    /// Remove a user: `DELETE /api/v1/tenants/{id}/users/{user_id}`.
    ///
    /// The user's personal data is deleted. The user's id stays in the audit and payment records. The user's token no
    /// longer grants access. API keys that the user created keep working unless `?api_keys=revoke` is given.
    ///
    /// The key needs `tenants:admin`.
    pub async fn remove_user(&self, id: &str, user_id: &str, query_parameters: &RemoveUserQuery) -> Result<(), EdgeError> {
        let path = Path::new("/api/v1/tenants/").value(id).text("/users/").value(user_id).query(&query(query_parameters)?);
        self.nothing(http::Method::DELETE, path, Body::None).await
    }

    /// Update a user: `PUT /api/v1/tenants/{id}/users/{user_id}`.
    ///
    /// Omitted fields keep their values; null clears an optional field.
    ///
    /// The key needs `tenants:admin`.
    pub async fn update_user(&self, id: &str, user_id: &str, body: &UpdateMemberRequest) -> Result<User, EdgeError> {
        let path = Path::new("/api/v1/tenants/").value(id).text("/users/").value(user_id);
        self.json(http::Method::PUT, path, Body::json(body)?).await
    }
}

/// The query of [`list_tenants`](Api::list_tenants).
#[derive(Clone, Debug, Default, Serialize)]
pub struct ListTenantsQuery {
    /// The maximum number of entries: 1 to 200; the default is 50.
    pub limit: Option<i32>,
    /// The `nextCursor` of the previous page. By default the first page is returned.
    pub cursor: Option<String>,
    /// Only tenants whose name, slug or id contains this text, in upper or lower case.
    pub search: Option<String>,
}

/// The query of [`list_tenant_api_keys`](Api::list_tenant_api_keys).
#[derive(Clone, Debug, Default, Serialize)]
pub struct ListTenantApiKeysQuery {
    /// The maximum number of entries: 1 to 200; the default is 50.
    pub limit: Option<i32>,
    /// The `nextCursor` of the previous page. By default the first page is returned.
    pub cursor: Option<String>,
}

/// The query of [`revoke_tenant_api_key`](Api::revoke_tenant_api_key).
#[derive(Clone, Debug, Default, Serialize)]
pub struct RevokeTenantApiKeyQuery {
    /// `revoke` also revokes all descendants of the key.
    pub descendants: Option<String>,
}

/// The query of [`list_tenant_audit_entries`](Api::list_tenant_audit_entries).
#[derive(Clone, Debug, Default, Serialize)]
pub struct ListTenantAuditEntriesQuery {
    /// The maximum number of entries: 1 to 200; the default is 50.
    pub limit: Option<i32>,
    /// The `nextCursor` of the previous page. By default the first page is returned.
    pub cursor: Option<String>,
    /// Only entries with this action: `user.added`; or with all actions that begin with it and a dot: `user`. A page may
    /// then have fewer entries than `limit`, or none, although another follows.
    pub action: Option<String>,
    /// Only entries of this actor: `key:<id>`, `user:<sub>`, `bootstrap`.
    pub actor: Option<String>,
    /// Only entries from this time on, RFC 3339.
    pub from: Option<String>,
    /// Only entries before this time, RFC 3339.
    pub to: Option<String>,
}

/// The query of [`get_tenant_usage`](Api::get_tenant_usage).
#[derive(Clone, Debug, Default, Serialize)]
pub struct GetTenantUsageQuery {
    /// The number of days to look back: 1 to 366. The default is 30.
    pub days: Option<i32>,
}

/// The query of [`list_users`](Api::list_users).
#[derive(Clone, Debug, Default, Serialize)]
pub struct ListUsersQuery {
    /// The maximum number of entries: 1 to 200; the default is 50.
    pub limit: Option<i32>,
    /// The `nextCursor` of the previous page. By default the first page is returned.
    pub cursor: Option<String>,
}

/// The query of [`remove_user`](Api::remove_user).
#[derive(Clone, Debug, Default, Serialize)]
pub struct RemoveUserQuery {
    /// `revoke` also revokes the keys that the user created and all their descendants.
    pub api_keys: Option<String>,
}

/// A request to add a user to a tenant.
#[derive(Clone, Debug, Default, Serialize)]
pub struct CreateMemberRequest {
    /// `email`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// `name`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// `role`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<Role>,
    /// The user's id in the product's accounts, 1 to 256 bytes.
    pub user_id: String,
}

/// A request to create a tenant.
#[derive(Clone, Debug, Default, Serialize)]
pub struct CreateTenantRequest {
    /// `billing_email`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub billing_email: Option<String>,
    /// `billing_phone`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub billing_phone: Option<String>,
    /// The document quota in MB; null means unlimited.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub docs_quota_mb: Option<i64>,
    /// Unique.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub domain: Option<String>,
    /// Internal tenants must have one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub erp_company_code: Option<String>,
    /// `erp_company_id`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub erp_company_id: Option<String>,
    /// `erp_customer_id`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub erp_customer_id: Option<String>,
    /// A UUID chosen by the caller. The default is a random UUID.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The maximum number of users; null means unlimited.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_users: Option<i64>,
    /// `name`.
    pub name: String,
    /// `owner_email`.
    pub owner_email: String,
    /// `plan`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plan: Option<String>,
    /// A JSON object of at most 16 KiB.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub settings: Option<serde_json::Value>,
    /// 1 to 63 of `a`–`z`, `0`–`9` and `-`, unique.
    pub slug: String,
    /// The tenant's customer at Stripe, unique.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stripe_customer_id: Option<String>,
    /// `tenant_mode`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tenant_mode: Option<Mode>,
    /// An IANA time zone: `Asia/Kolkata`. The default is `UTC`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timezone: Option<String>,
}

/// A tenant's external id in an application.
#[derive(Clone, Debug, Deserialize)]
pub struct ExternalId {
    /// `applicationSlug`.
    #[serde(rename = "applicationSlug")]
    pub application_slug: String,
    /// `externalOrgId`.
    #[serde(rename = "externalOrgId")]
    pub external_org_id: String,
    /// `setAt`.
    #[serde(rename = "setAt")]
    pub set_at: String,
    /// `setBy`.
    #[serde(rename = "setBy")]
    pub set_by: String,
}

/// A page of a list.
#[derive(Clone, Debug, Deserialize)]
pub struct ListingExternalId {
    /// The entries of the page.
    pub data: Vec<ExternalId>,
    /// The `cursor` of the next page; null on the last page.
    #[serde(rename = "nextCursor")]
    pub next_cursor: Option<String>,
}

/// A page of a list.
#[derive(Clone, Debug, Deserialize)]
pub struct ListingTenant {
    /// The entries of the page.
    pub data: Vec<Tenant>,
    /// The `cursor` of the next page; null on the last page.
    #[serde(rename = "nextCursor")]
    pub next_cursor: Option<String>,
}

/// A page of a list.
#[derive(Clone, Debug, Deserialize)]
pub struct ListingUser {
    /// The entries of the page.
    pub data: Vec<User>,
    /// The `cursor` of the next page; null on the last page.
    #[serde(rename = "nextCursor")]
    pub next_cursor: Option<String>,
}

/// The group's own companies.
#[derive(Clone, Debug, Deserialize)]
pub struct ProvisionResponse {
    /// The codes of the companies for which this request created tenants.
    pub created: Vec<String>,
    /// All internal companies, sorted by code.
    pub data: Vec<Tenant>,
}

/// A tenant's external id in an application.
#[derive(Clone, Debug, Default, Serialize)]
pub struct SetExternalIdRequest {
    /// The tenant's id in the application, 1 to 256 bytes: `hospital_id` in HealOS, `company_id` in PowerDialer.
    #[serde(rename = "externalOrgId")]
    pub external_org_id: String,
}

/// A tenant.
#[derive(Clone, Debug, Deserialize)]
pub struct Tenant {
    /// `billing_email`.
    pub billing_email: Option<String>,
    /// `billing_phone`.
    pub billing_phone: Option<String>,
    /// `created_at`.
    pub created_at: String,
    /// `credits`.
    pub credits: i64,
    /// The document quota in MB; null means unlimited.
    pub docs_quota_mb: Option<i64>,
    /// `domain`.
    pub domain: Option<String>,
    /// `erp_company_code`.
    pub erp_company_code: Option<String>,
    /// `erp_company_id`.
    pub erp_company_id: Option<String>,
    /// `erp_customer_id`.
    pub erp_customer_id: Option<String>,
    /// The subscription that was last paid for.
    pub erp_subscription_id: Option<String>,
    /// The tenant's id, which is also the organisation's id in ERP responses.
    pub id: String,
    /// `is_active`.
    pub is_active: bool,
    /// `is_suspended`.
    pub is_suspended: bool,
    /// The maximum number of users; null means unlimited.
    pub max_users: Option<i64>,
    /// `name`.
    pub name: String,
    /// The tenant's number among all tenants, from 1.
    pub number: i64,
    /// `owner_email`.
    pub owner_email: String,
    /// `paid`, `pending`, `failed`; null if nothing was ever paid.
    pub payment_status: Option<String>,
    /// The platform's name for the tenant's plan.
    pub plan: Option<String>,
    /// `settings`.
    pub settings: serde_json::Value,
    /// `slug`.
    pub slug: String,
    /// The tenant's customer at Stripe.
    pub stripe_customer_id: Option<String>,
    /// The end of the paid period.
    pub subscription_period_end: Option<String>,
    /// The plan that was last paid for.
    pub subscription_plan: Option<String>,
    /// `active`, `past_due`, `suspended`, `cancelled`; null if nothing was ever paid.
    pub subscription_status: Option<String>,
    /// `suspended_reason`.
    pub suspended_reason: Option<String>,
    /// `tenant_mode`.
    pub tenant_mode: Mode,
    /// The tenant's IANA time zone.
    pub timezone: String,
    /// `updated_at`.
    pub updated_at: String,
}

/// The fields of a user that can be updated.
#[derive(Clone, Debug, Default, Serialize)]
pub struct UpdateMemberRequest {
    /// `email`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<Option<String>>,
    /// `name`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<Option<String>>,
    /// `role`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<Option<Role>>,
}

/// The fields of a tenant that can be updated.
#[derive(Clone, Debug, Default, Serialize)]
pub struct UpdateTenantRequest {
    /// `billing_email`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub billing_email: Option<Option<String>>,
    /// `billing_phone`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub billing_phone: Option<Option<String>>,
    /// The document quota in MB; null means unlimited.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub docs_quota_mb: Option<Option<i64>>,
    /// Unique.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub domain: Option<Option<String>>,
    /// Internal tenants must have one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub erp_company_code: Option<Option<String>>,
    /// `erp_company_id`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub erp_company_id: Option<Option<String>>,
    /// `erp_customer_id`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub erp_customer_id: Option<Option<String>>,
    /// `is_active`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_active: Option<Option<bool>>,
    /// The maximum number of users; null means unlimited.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_users: Option<Option<i64>>,
    /// `name`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<Option<String>>,
    /// `owner_email`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner_email: Option<Option<String>>,
    /// `plan`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plan: Option<Option<String>>,
    /// A JSON object of at most 16 KiB.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub settings: Option<serde_json::Value>,
    /// `slug`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub slug: Option<Option<String>>,
    /// The tenant's customer at Stripe, unique.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stripe_customer_id: Option<Option<String>>,
    /// `tenant_mode`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tenant_mode: Option<Option<Mode>>,
    /// An IANA time zone: `Asia/Kolkata`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timezone: Option<Option<String>>,
}

/// A tenant's usage and limits.
#[derive(Clone, Debug, Deserialize)]
pub struct UsageStats {
    /// The number of working API keys.
    pub api_keys: i64,
    /// `credits`.
    pub credits: i64,
    /// Rule decisions for the tenant, by rule.
    pub decisions: BTreeMap<String, i64>,
    /// The limit; null means unlimited.
    pub docs_quota_mb: Option<i64>,
    /// The number of applications in which the tenant has an external id.
    pub external_ids: i64,
    /// The time from which decisions and events are counted.
    pub from: String,
    /// `tenant_id`.
    pub tenant_id: String,
    /// `to`.
    pub to: String,
    /// `users`.
    pub users: UsersUsed,
    /// Webhook events about the tenant, by outcome.
    pub webhook_events: BTreeMap<String, i64>,
}

/// A user of a tenant.
#[derive(Clone, Debug, Deserialize)]
pub struct User {
    /// `department`.
    pub department: Option<String>,
    /// `email`.
    pub email: Option<String>,
    /// The employee's id in the ERP.
    pub erp_employee_id: Option<String>,
    /// `job_title`.
    pub job_title: Option<String>,
    /// `joined_at`.
    pub joined_at: String,
    /// `name`.
    pub name: Option<String>,
    /// The source that created the user: `admin`, `self`, `erp_hr`.
    pub provisioned_by: Option<String>,
    /// `role`.
    pub role: Role,
    /// When the role was last changed.
    pub updated_at: String,
    /// `user_id`.
    pub user_id: String,
}

/// The tenant's users.
#[derive(Clone, Debug, Deserialize)]
pub struct UsersUsed {
    /// `OWNER`, `BILLING_ADMIN`, `ADMIN`, `MANAGER`, `MEMBER`.
    pub by_role: BTreeMap<String, i64>,
    /// The maximum number of users; null means unlimited.
    pub max: Option<i64>,
    /// `total`.
    pub total: i64,
}
