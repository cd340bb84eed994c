//! A tenant as it is shown.

use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;

use super::model::{Mode, Tenant};

/// A tenant.
#[derive(Serialize, ToSchema)]
#[schema(as = Tenant)]
pub(crate) struct TenantResponse {
    /// The tenant's id, which is also the organisation's id in ERP responses.
    id: String,
    /// The tenant's number among all tenants, from 1.
    number: i64,
    name: String,
    slug: String,
    domain: Option<String>,
    tenant_mode: Mode,
    erp_company_code: Option<String>,
    erp_company_id: Option<String>,
    erp_customer_id: Option<String>,
    /// The subscription that was last paid for.
    erp_subscription_id: Option<String>,
    owner_email: String,
    billing_email: Option<String>,
    billing_phone: Option<String>,
    /// The tenant's customer at Stripe.
    stripe_customer_id: Option<String>,
    /// The tenant's IANA time zone.
    timezone: String,
    /// The platform's name for the tenant's plan.
    plan: Option<String>,
    /// `active`, `past_due`, `suspended`, `cancelled`; null if nothing was ever paid.
    subscription_status: Option<String>,
    /// `paid`, `pending`, `failed`; null if nothing was ever paid.
    payment_status: Option<String>,
    /// The plan that was last paid for.
    subscription_plan: Option<String>,
    /// The end of the paid period.
    subscription_period_end: Option<String>,
    /// The maximum number of users; null means unlimited.
    max_users: Option<i64>,
    /// The document quota in MB; null means unlimited.
    docs_quota_mb: Option<i64>,
    credits: i64,
    is_active: bool,
    is_suspended: bool,
    suspended_reason: Option<String>,
    #[schema(value_type = Object)]
    settings: Option<Box<RawValue>>,
    created_at: String,
    updated_at: String,
}

impl From<Tenant> for TenantResponse {
    fn from(tenant: Tenant) -> Self {
        Self {
            id: tenant.id,
            number: tenant.number,
            name: tenant.name,
            slug: tenant.slug,
            domain: tenant.domain,
            tenant_mode: tenant.mode,
            erp_company_code: tenant.erp_company_code,
            erp_company_id: tenant.erp_company_id,
            erp_customer_id: tenant.erp_customer_id,
            erp_subscription_id: tenant.erp_subscription_id,
            owner_email: tenant.owner_email,
            billing_email: tenant.billing_email,
            billing_phone: tenant.billing_phone,
            stripe_customer_id: tenant.stripe_customer_id,
            timezone: tenant.timezone,
            plan: tenant.plan,
            subscription_status: tenant.subscription_status.map(|status| status.as_str().to_owned()),
            payment_status: tenant.payment_status.map(|status| status.as_str().to_owned()),
            subscription_plan: tenant.subscription_plan,
            subscription_period_end: tenant.subscription_period_end.map(|at| at.to_string()),
            max_users: tenant.max_users,
            docs_quota_mb: tenant.docs_quota_mb,
            credits: tenant.credits,
            is_active: tenant.is_active,
            is_suspended: tenant.is_suspended,
            suspended_reason: tenant.suspended_reason,
            settings: RawValue::from_string(tenant.settings).ok(),
            created_at: tenant.created_at.to_rfc3339_millis(),
            updated_at: tenant.updated_at.to_rfc3339_millis(),
        }
    }
}
