//! An organization as it is shown.

use std::collections::BTreeMap;

use edge_capabilities::database::DatabaseError;
use serde::Serialize;
use utoipa::ToSchema;

use crate::router::AppState;
use crate::tenant::{Mode, Tenant};

/// An organization.
#[derive(Serialize, ToSchema)]
#[schema(as = Organization)]
#[serde(rename_all = "camelCase")]
pub(crate) struct OrganizationResponse {
    /// The organization's id, which is the tenant's id.
    id: String,
    /// The organization's number among all organizations, from 1.
    number: i64,
    name: String,
    slug: String,
    billing_email: Option<String>,
    /// The user who has been an OWNER for the longest time; null: the organization has none.
    owner_user_id: Option<String>,
    mode: Mode,
    /// `active`, `suspended` by payment events, or `inactive`.
    status: &'static str,
    /// The IANA time zone.
    timezone: String,
    /// The organization's id in each application.
    external_ids: BTreeMap<String, String>,
    stripe_customer_id: Option<String>,
    /// The company's code in the ERP.
    erp_company_code: Option<String>,
    created_at: String,
    updated_at: String,
}

impl OrganizationResponse {
    fn new(tenant: Tenant, owner_user_id: Option<String>, external_ids: BTreeMap<String, String>) -> Self {
        let status = match &tenant {
            Tenant { is_active: false, .. } => "inactive",
            Tenant { is_suspended: true, .. } => "suspended",
            _ => "active",
        };
        Self {
            id: tenant.id,
            number: tenant.number,
            name: tenant.name,
            slug: tenant.slug,
            billing_email: tenant.billing_email,
            owner_user_id,
            mode: tenant.mode,
            status,
            timezone: tenant.timezone,
            external_ids,
            stripe_customer_id: tenant.stripe_customer_id,
            erp_company_code: tenant.erp_company_code,
            created_at: tenant.created_at.to_rfc3339_millis(),
            updated_at: tenant.updated_at.to_rfc3339_millis(),
        }
    }
}

impl AppState {
    /// `tenants` as organizations, in their order.
    pub(crate) async fn organizations(&self, tenants: Vec<Tenant>) -> Result<Vec<OrganizationResponse>, DatabaseError> {
        let ids: Vec<&str> = tenants.iter().map(|tenant| tenant.id.as_str()).collect();
        let mut owners = self.members.first_owners(&ids).await?;
        let mut external_ids: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
        for (tenant, application, external_org) in self.external_ids.of_many(&ids).await? {
            external_ids.entry(tenant).or_default().insert(application, external_org);
        }
        let show = |tenant: Tenant| {
            let (owner, ids) = (owners.remove(&tenant.id), external_ids.remove(&tenant.id));
            OrganizationResponse::new(tenant, owner, ids.unwrap_or_default())
        };
        Ok(tenants.into_iter().map(show).collect())
    }
}
