//! The answer to a request to provision an organisation.

use edge_applications::ApplicationPlan;
use edge_capabilities::Timestamp;
use edge_money::{Currency, DecimalAmount};
use serde::{Serialize, Serializer};
use utoipa::ToSchema;

use crate::mail_service::DnsRecord;

/// A provisioned organisation.
#[derive(Serialize, ToSchema)]
#[schema(as = ProvisionedOrganization)]
pub(crate) struct ProvisionedOrganizationResponse {
    pub(crate) provisioned: bool,
    pub(crate) organization: OrganizationResponse,
    /// None: no plan was named.
    pub(crate) subscription: Option<SubscriptionResponse>,
    pub(crate) provisioning_details: ProvisioningDetails,
}

/// The organisation.
#[derive(Serialize, ToSchema)]
#[schema(as = ProvisionedOrganizationFields)]
pub(crate) struct OrganizationResponse {
    /// The organisation's number.
    pub(crate) id: i64,
    pub(crate) name: String,
    /// The domain in ASCII.
    pub(crate) domain_name: String,
    /// The `domain` of the organisation's e-mail accounts.
    pub(crate) domain_id: i64,
    pub(crate) odoo_customer_id: i64,
    pub(crate) max_users: i64,
    pub(crate) max_storage_gb: i64,
    pub(crate) is_active: bool,
    #[serde(serialize_with = "rfc_3339")]
    #[schema(value_type = String)]
    pub(crate) created_at: Timestamp,
    /// The organisation's id in the rest of this API.
    pub(crate) organization_id: String,
}

/// The organisation's subscription.
#[derive(Serialize, ToSchema)]
#[schema(as = ProvisionedSubscription)]
pub(crate) struct SubscriptionResponse {
    pub(crate) id: i64,
    pub(crate) plan_name: String,
    pub(crate) status: &'static str,
    /// The plan's price.
    #[schema(value_type = f64)]
    pub(crate) amount: DecimalAmount,
    #[serde(serialize_with = "code")]
    #[schema(value_type = String)]
    pub(crate) currency: Currency,
}

impl SubscriptionResponse {
    pub(crate) fn new(id: i64, plan: &ApplicationPlan) -> Self {
        Self {
            id,
            plan_name: plan.name.clone(),
            status: "active",
            amount: DecimalAmount(plan.price_per_seat),
            currency: plan.price_per_seat.currency,
        }
    }
}

/// The steps of provisioning that are done.
#[derive(Serialize, ToSchema)]
pub(crate) struct ProvisioningDetails {
    pub(crate) domain_created: bool,
    pub(crate) dns_records_generated: bool,
    pub(crate) initial_admin_created: bool,
    /// The DNS records that the owner of the domain has to publish.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) dns_records: Vec<DnsRecord>,
}

fn rfc_3339<S: Serializer>(at: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(at)
}

fn code<S: Serializer>(currency: &Currency, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(currency)
}
