//! A tenant: an organisation as the edge knows it. Its id is also the organisation's in the ERP's answers.

use edge_capabilities::Timestamp;
use edge_capabilities::database::{DatabaseError, Row};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::change::Task;
use crate::subscription::History;

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
}

/// A tenant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tenant {
    /// Its id, a UUID.
    pub id: String,
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
    /// Where word of payments goes; without it, to the owner.
    pub billing_email: Option<String>,
    /// Where word of failed payments goes as well.
    pub billing_phone: Option<String>,
    /// The plan it is on, as the platform calls it.
    pub plan: Option<String>,
    /// The state of its subscription.
    pub subscription_status: Option<String>,
    /// How it is with its last payment.
    pub payment_status: Option<String>,
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
    /// Raised by each change.
    pub revision: i64,
}

/// The columns, in the order in which [`Tenant::from_row`] reads them.
pub(crate) const COLUMNS: &str = "id, name, slug, domain, tenant_mode, erp_company_code, erp_company_id, \
    erp_customer_id, erp_subscription_id, owner_email, billing_email, billing_phone, plan, subscription_status, \
    payment_status, subscription_plan, subscription_period_end, max_users, docs_quota_mb, credits, is_active, \
    is_suspended, suspended_reason, settings, created_at, updated_at, history, outbox, revision";

impl Tenant {
    pub(crate) fn from_row(row: &Row) -> Result<Self, DatabaseError> {
        let text = |index| Ok::<_, DatabaseError>(row.text(index)?.to_owned());
        let optional = |index| Ok::<_, DatabaseError>(row.optional_text(index)?.map(ToOwned::to_owned));
        let instant = |index| row.integer(index).map(Timestamp::from_millis);
        let mode = match row.text(4)? {
            "internal" => Mode::Internal,
            "external" => Mode::External,
            _ => return Err(DatabaseError::Refused("tenants.tenant_mode is not known".into())),
        };
        Ok(Self {
            id: text(0)?,
            name: text(1)?,
            slug: text(2)?,
            domain: optional(3)?,
            mode,
            erp_company_code: optional(5)?,
            erp_company_id: optional(6)?,
            erp_customer_id: optional(7)?,
            erp_subscription_id: optional(8)?,
            owner_email: text(9)?,
            billing_email: optional(10)?,
            billing_phone: optional(11)?,
            plan: optional(12)?,
            subscription_status: optional(13)?,
            payment_status: optional(14)?,
            subscription_plan: optional(15)?,
            subscription_period_end: row.optional_integer(16)?.map(Timestamp::from_millis),
            max_users: row.optional_integer(17)?,
            docs_quota_mb: row.optional_integer(18)?,
            credits: row.integer(19)?,
            is_active: row.integer(20)? != 0,
            is_suspended: row.integer(21)? != 0,
            suspended_reason: optional(22)?,
            settings: text(23)?,
            created_at: instant(24)?,
            updated_at: instant(25)?,
            history: from_json(row.text(26)?, "history")?,
            outbox: from_json(row.text(27)?, "outbox")?,
            revision: row.integer(28)?,
        })
    }

    /// Where word of payments goes.
    pub fn billing_address(&self) -> &str {
        self.billing_email.as_deref().unwrap_or(&self.owner_email)
    }
}

fn from_json<T: serde::de::DeserializeOwned>(text: &str, column: &str) -> Result<T, DatabaseError> {
    serde_json::from_str(text).map_err(|error| DatabaseError::Refused(format!("tenants.{column}: {error}")))
}

pub(crate) fn to_json<T: Serialize>(value: &T) -> Result<String, DatabaseError> {
    serde_json::to_string(value).map_err(|error| DatabaseError::Refused(error.to_string()))
}
