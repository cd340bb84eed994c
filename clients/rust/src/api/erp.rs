//! ERP.

// Made from docs/openapi.json: UPDATE_CLIENT=1 cargo test -p bheem-edge-client --test api

#![allow(unused_imports, reason = "which are needed differs")]

use std::collections::BTreeMap;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::call::{Api, Body, Path, query};
use super::schemas::*;
use crate::EdgeError;

impl Api<'_> {
    /// Send an event again: `POST /erp/billing-events/{event_id}/replay`.
    ///
    /// An event that was given up is sent to the ERP by the next drain, with all its attempts, before those that were raised after
    /// it. Another event is left as it is. The id is `details.event_id` of the usage summary.
    ///
    /// The key needs `erp:admin`.
    pub async fn replay(&self, event_id: &str) -> Result<BillingEvent, EdgeError> {
        let path = Path::new("/erp/billing-events/").value(event_id).text("/replay");
        self.json(http::Method::POST, path, Body::None).await
    }

    /// Provision an e-mail account: `POST /erp/provision/email-account/`.
    ///
    /// Creates the mailbox at the mail service, and its user. The quotas of all accounts together stay within the
    /// organization's storage. The path without the last slash works too.
    ///
    /// The key needs `erp:admin`.
    pub async fn provision_email_account(&self, body: &ProvisionEmailAccountRequest) -> Result<ProvisionedEmailAccount, EdgeError> {
        let path = Path::new("/erp/provision/email-account/");
        self.json(http::Method::POST, path, Body::json(body)?).await
    }

    /// Provision an organization: `POST /erp/provision/organization/`.
    ///
    /// Creates the organization, its domain at the mail service and its first administrator. The same request again gets the
    /// first answer, with the header `Idempotent-Replay: true`; a request that failed half-way goes on. Requires a platform
    /// key. The path without the last slash works too.
    ///
    /// The key needs `erp:admin`.
    pub async fn provision_organization(&self, body: &ProvisionOrganizationRequest) -> Result<ProvisionedOrganization, EdgeError> {
        let path = Path::new("/erp/provision/organization/");
        self.json(http::Method::POST, path, Body::json(body)?).await
    }

    /// Get a usage summary: `GET /erp/usage-summary/`.
    ///
    /// Returns organizations with their users, storage and subscription, what was paid, and the events that the ERP is told of.
    /// Days are in UTC. A tenant's key gets its own organization only. The path without the last slash works too.
    ///
    /// The key needs `erp:admin`.
    pub async fn summary(&self, query_parameters: &SummaryQuery) -> Result<UsageSummary, EdgeError> {
        let path = Path::new("/erp/usage-summary/").query(&query(query_parameters)?);
        self.json(http::Method::GET, path, Body::None).await
    }
}

/// The query of [`summary`](Api::summary).
#[derive(Clone, Debug, Default, Serialize)]
pub struct SummaryQuery {
    /// The number of the only organization to summarize.
    pub organization_id: Option<i64>,
    /// The first day, `YYYY-MM-DD`. The default is the first of the month of the last day.
    pub start_date: Option<String>,
    /// The last day, which is included. The default is today.
    pub end_date: Option<String>,
    /// `true` adds `details` to each organization and event.
    pub include_details: Option<String>,
}

/// An event that the ERP is told of.
#[derive(Clone, Debug, Deserialize)]
pub struct BillingEvent {
    /// `description`.
    pub description: String,
    /// `details`.
    pub details: Option<BillingEventDetails>,
    /// `event_date`.
    pub event_date: String,
    /// `user_added`, `user_removed`, `storage_reported`, `seat_assigned`, `seat_revoked`, `subscription_changed`,
    /// `organization_changed`.
    pub event_type: String,
    /// `id`.
    pub id: i64,
    /// Whether the ERP has taken it.
    pub odoo_synced: bool,
    /// The organization's number; null: it no longer exists.
    pub organization_id: Option<i64>,
    /// `quantity`.
    pub quantity: i64,
    /// `pending`: it will be sent, again if need be. `synced`. `dead`: it was given up.
    pub sync_status: String,
    /// Null: it has no price.
    pub unit_price: Option<f64>,
}

/// More about an event.
#[derive(Clone, Debug, Deserialize)]
pub struct BillingEventDetails {
    /// `attempts`.
    pub attempts: i64,
    /// Why the ERP did not take it last.
    pub error: Option<String>,
    /// The id under which the ERP is sent the event.
    pub event_id: String,
    /// `occurred_at`.
    pub occurred_at: String,
    /// `synced_at`.
    pub synced_at: Option<String>,
}

/// `ContactInfo`.
#[derive(Clone, Debug, Default, Serialize)]
pub struct ContactInfo {
    /// `address`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// `phone`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// The first administrator's e-mail address. The default is `admin@` and the domain.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub primary_email: Option<String>,
}

/// What was paid in one currency.
#[derive(Clone, Debug, Deserialize)]
pub struct CurrencyRevenue {
    /// What was paid, less refunds.
    pub amount: f64,
    /// `collected`.
    pub collected: f64,
    /// `currency`.
    pub currency: String,
    /// `refunded`.
    pub refunded: f64,
}

/// A DNS record that the owner of a domain has to publish, so that mail reaches the mail service and is believed.
#[derive(Clone, Debug, Deserialize)]
pub struct DnsRecord {
    /// `name`.
    pub name: String,
    /// `priority`.
    pub priority: Option<i64>,
    /// `ttl`.
    pub ttl: Option<i64>,
    /// `MX`, `TXT`, `CNAME`.
    pub r#type: String,
    /// `value`.
    pub value: String,
}

/// The account.
#[derive(Clone, Debug, Deserialize)]
pub struct EmailAccount {
    /// `email`.
    pub email: String,
    /// `first_name`.
    pub first_name: Option<String>,
    /// `id`.
    pub id: i64,
    /// `last_name`.
    pub last_name: Option<String>,
    /// The organization's number.
    pub organization_id: i64,
    /// Bytes.
    pub quota: i64,
    /// The user's id in the rest of this API.
    pub user_id: String,
}

/// `EmailAccountData`.
#[derive(Clone, Debug, Default, Serialize)]
pub struct EmailAccountData {
    /// The part of the address before the `@`, at most 64 bytes. Capitals do not matter.
    pub address: String,
    /// The `domain_id` that provisioning the organization returned.
    pub domain: i64,
    /// The organization's number.
    pub organization_id: i64,
    /// Bytes, at least 1048576 (1 MiB). The default is an equal share of the organization's storage.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quota: Option<i64>,
    /// `user_info`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_info: Option<UserInfo>,
}

/// The steps that are done.
#[derive(Clone, Debug, Deserialize)]
pub struct EmailAccountDetails {
    /// `mailbox_created`.
    pub mailbox_created: bool,
    /// `quota_set`.
    pub quota_set: bool,
    /// `user_profile_created`.
    pub user_profile_created: bool,
}

/// `OrganizationData`.
#[derive(Clone, Debug, Default, Serialize)]
pub struct OrganizationData {
    /// `contact_info`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contact_info: Option<ContactInfo>,
    /// The domain of the organisation's e-mail addresses. Letters of any script are converted to ASCII.
    pub domain: String,
    /// The storage for all mailboxes together, GiB. The default is 50.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_storage_gb: Option<i64>,
    /// The maximum number of users. The default is 10.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_users: Option<i64>,
    /// At most 200 characters.
    pub name: String,
    /// The customer's id in Odoo, unique.
    pub odoo_customer_id: i64,
    /// The plan's number, or its id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plan_id: Option<i64>,
}

/// More about an organization.
#[derive(Clone, Debug, Deserialize)]
pub struct OrganizationDetails {
    /// `domain_name`.
    pub domain_name: Option<String>,
    /// `email_accounts`.
    pub email_accounts: i64,
    /// `is_active`.
    pub is_active: bool,
    /// `max_users`.
    pub max_users: Option<i64>,
    /// The organization's id in the rest of this API.
    pub organization_id: String,
    /// What it paid in the period, in each currency.
    pub revenue_by_currency: Vec<CurrencyRevenue>,
}

/// The storage of an organization.
#[derive(Clone, Debug, Deserialize)]
pub struct OrganizationStorage {
    /// GiB; null: no limit.
    pub limit_gb: Option<f64>,
    /// Null: no limit.
    pub percentage: Option<f64>,
    /// The quotas of its e-mail accounts, GiB.
    pub used_gb: f64,
}

/// The subscription of an organization.
#[derive(Clone, Debug, Deserialize)]
pub struct OrganizationSubscription {
    /// The plan's price; of a plan that was not provisioned, the last payment of the period.
    pub amount: Option<f64>,
    /// `currency`.
    pub currency: Option<String>,
    /// `plan_name`.
    pub plan_name: Option<String>,
    /// `status`.
    pub status: String,
}

/// One organization.
#[derive(Clone, Debug, Deserialize)]
pub struct OrganizationUsage {
    /// `details`.
    pub details: Option<OrganizationDetails>,
    /// The organization's number.
    pub id: i64,
    /// `name`.
    pub name: String,
    /// `odoo_customer_id`.
    pub odoo_customer_id: Option<i64>,
    /// `storage`.
    pub storage: OrganizationStorage,
    /// `subscription`.
    pub subscription: Option<OrganizationSubscription>,
    /// `users`.
    pub users: OrganizationUsers,
}

/// The users of an organization.
#[derive(Clone, Debug, Deserialize)]
pub struct OrganizationUsers {
    /// All of them while the organization is active, else none.
    pub active: i64,
    /// `inactive`.
    pub inactive: i64,
    /// `total`.
    pub total: i64,
}

/// A request to provision an e-mail account.
#[derive(Clone, Debug, Default, Serialize)]
pub struct ProvisionEmailAccountRequest {
    /// `email_account_data`.
    pub email_account_data: EmailAccountData,
}

/// A request to provision an organisation.
#[derive(Clone, Debug, Default, Serialize)]
pub struct ProvisionOrganizationRequest {
    /// `organization_data`.
    pub organization_data: OrganizationData,
}

/// A provisioned e-mail account.
#[derive(Clone, Debug, Deserialize)]
pub struct ProvisionedEmailAccount {
    /// `email_account`.
    pub email_account: EmailAccount,
    /// `provisioned`.
    pub provisioned: bool,
    /// `provisioning_details`.
    pub provisioning_details: EmailAccountDetails,
}

/// A provisioned organisation.
#[derive(Clone, Debug, Deserialize)]
pub struct ProvisionedOrganization {
    /// `organization`.
    pub organization: ProvisionedOrganizationFields,
    /// `provisioned`.
    pub provisioned: bool,
    /// `provisioning_details`.
    pub provisioning_details: ProvisioningDetails,
    /// `subscription`.
    pub subscription: Option<ProvisionedSubscription>,
}

/// The organisation.
#[derive(Clone, Debug, Deserialize)]
pub struct ProvisionedOrganizationFields {
    /// `created_at`.
    pub created_at: String,
    /// The `domain` of the organisation's e-mail accounts.
    pub domain_id: i64,
    /// The domain in ASCII.
    pub domain_name: String,
    /// The organisation's number.
    pub id: i64,
    /// `is_active`.
    pub is_active: bool,
    /// `max_storage_gb`.
    pub max_storage_gb: i64,
    /// `max_users`.
    pub max_users: i64,
    /// `name`.
    pub name: String,
    /// `odoo_customer_id`.
    pub odoo_customer_id: i64,
    /// The organisation's id in the rest of this API.
    pub organization_id: String,
}

/// The organisation's subscription.
#[derive(Clone, Debug, Deserialize)]
pub struct ProvisionedSubscription {
    /// The plan's price.
    pub amount: f64,
    /// `currency`.
    pub currency: String,
    /// `id`.
    pub id: i64,
    /// `plan_name`.
    pub plan_name: String,
    /// `status`.
    pub status: String,
}

/// The steps of provisioning that are done.
#[derive(Clone, Debug, Deserialize)]
pub struct ProvisioningDetails {
    /// The DNS records that the owner of the domain has to publish.
    pub dns_records: Option<Vec<DnsRecord>>,
    /// `dns_records_generated`.
    pub dns_records_generated: bool,
    /// `domain_created`.
    pub domain_created: bool,
    /// `initial_admin_created`.
    pub initial_admin_created: bool,
}

/// The days of the summary, in UTC, the last one included.
#[derive(Clone, Debug, Deserialize)]
pub struct UsagePeriod {
    /// `end_date`.
    pub end_date: String,
    /// `start_date`.
    pub start_date: String,
}

/// How organizations are used, and what they paid.
#[derive(Clone, Debug, Deserialize)]
pub struct UsageSummary {
    /// `billing_events`.
    pub billing_events: Vec<BillingEvent>,
    /// `organizations`.
    pub organizations: Vec<OrganizationUsage>,
    /// `period`.
    pub period: UsagePeriod,
    /// `summary`.
    pub summary: UsageTotals,
    /// Which lists are cut off: ask for one organization, or for fewer days.
    pub truncated: UsageTruncated,
}

/// The totals.
#[derive(Clone, Debug, Deserialize)]
pub struct UsageTotals {
    /// `active_organizations`.
    pub active_organizations: i64,
    /// The users of active organizations.
    pub active_users: i64,
    /// The reporting currency.
    pub currency: String,
    /// What was paid in the period, in each currency. Currencies are not converted.
    pub revenue_by_currency: Vec<CurrencyRevenue>,
    /// `suspended_organizations`.
    pub suspended_organizations: i64,
    /// `total_organizations`.
    pub total_organizations: i64,
    /// What was paid in the period, less refunds, in the reporting currency.
    pub total_revenue: f64,
    /// The quotas of all e-mail accounts, GiB.
    pub total_storage_gb: f64,
    /// `total_users`.
    pub total_users: i64,
}

/// Which lists are cut off.
#[derive(Clone, Debug, Deserialize)]
pub struct UsageTruncated {
    /// `billing_events`.
    pub billing_events: bool,
    /// `organizations`.
    pub organizations: bool,
}

/// `UserInfo`.
#[derive(Clone, Debug, Default, Serialize)]
pub struct UserInfo {
    /// At most 30 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_name: Option<String>,
    /// At most 30 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_name: Option<String>,
}
