//! The error of this crate, and its answers.

use edge_capabilities::database::DatabaseError;
use edge_http::{Code, Problem};
use edge_tenants::{MemberError, TenantError};

use crate::mail_service::MailError;

/// Why something was not provisioned.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ProvisioningError {
    /// The customer was provisioned with other fields.
    #[error("the customer was provisioned with other fields")]
    CustomerExists,
    /// Another customer has the domain.
    #[error("another customer has the domain")]
    OrganizationExists,
    /// The domain has an e-mail account with this address.
    #[error("the domain has an e-mail account with this address")]
    EmailAccountExists,
    /// There is no such organisation.
    #[error("there is no such organisation")]
    UnknownOrganization,
    /// The organisation has no such domain.
    #[error("the organisation has no such domain")]
    UnknownDomain,
    /// The organisation has less storage left, bytes.
    #[error("the organisation has {0} bytes of storage left")]
    QuotaExceeded(i64),
    /// The mail service did not do it.
    #[error(transparent)]
    Mail(#[from] MailError),
    /// A member was not added.
    #[error(transparent)]
    Member(#[from] MemberError),
    /// The tenant was not stored.
    #[error(transparent)]
    Tenant(#[from] TenantError),
    /// Too many do the same at once.
    #[error("too many do the same at once")]
    Busy,
    /// The database failed.
    #[error(transparent)]
    Db(#[from] DatabaseError),
    /// The request is not valid, or something else that has its answer.
    #[error("{}", .0.detail())]
    Answered(Problem),
}

impl From<Problem> for ProvisioningError {
    fn from(problem: Problem) -> Self {
        Self::Answered(problem)
    }
}

impl From<ProvisioningError> for Problem {
    fn from(error: ProvisioningError) -> Self {
        let failed = |detail: &'static str| Self::new(Code::ProvisioningFailed, detail);
        match error {
            ProvisioningError::CustomerExists => {
                Self::new(Code::OdooCustomerIdExists, "Odoo customer ID already exists, with other fields.")
            }
            ProvisioningError::OrganizationExists => {
                Self::new(Code::OrganizationAlreadyExists, "Organization with same domain exists.")
            }
            ProvisioningError::EmailAccountExists => {
                Self::new(Code::EmailAccountAlreadyExists, "Email account already exists.")
            }
            ProvisioningError::UnknownOrganization => Self::new(Code::OrganizationNotFound, "Organization not found."),
            ProvisioningError::UnknownDomain => Self::new(Code::DomainNotFound, "Domain not found."),
            ProvisioningError::QuotaExceeded(left) => {
                let message = format!("is more than the {left} bytes that are left of the organization's storage");
                Self::field("email_account_data.quota", message)
            }
            ProvisioningError::Mail(MailError::Refused(status)) => {
                failed("The mail service refuses it.").with("upstreamStatus", status.as_u16().to_string())
            }
            ProvisioningError::Mail(MailError::NotConfigured) => failed("No mail service is configured: set mail_url."),
            ProvisioningError::Mail(error) => {
                failed("The mail service did not answer; the same request goes on.").retry_after(1).because(error)
            }
            ProvisioningError::Member(MemberError::Full) => {
                Self::new(Code::UserLimitReached, "The organization has as many users as it may.")
            }
            ProvisioningError::Member(MemberError::Db(error))
            | ProvisioningError::Tenant(TenantError::Db(error))
            | ProvisioningError::Db(error) => error.into(),
            ProvisioningError::Answered(problem) => problem,
            error @ (ProvisioningError::Member(_) | ProvisioningError::Tenant(_) | ProvisioningError::Busy) => {
                failed("It is being changed by others; the same request goes on.").retry_after(1).because(error)
            }
        }
    }
}
