//! The answer to a request to provision an e-mail account.

use serde::Serialize;
use utoipa::ToSchema;

/// A provisioned e-mail account.
#[derive(Serialize, ToSchema)]
#[schema(as = ProvisionedEmailAccount)]
pub(crate) struct ProvisionedEmailAccountResponse {
    pub(crate) provisioned: bool,
    pub(crate) email_account: EmailAccountResponse,
    pub(crate) provisioning_details: EmailAccountDetails,
}

/// The account.
#[derive(Serialize, ToSchema)]
#[schema(as = EmailAccount)]
pub(crate) struct EmailAccountResponse {
    pub(crate) id: i64,
    pub(crate) email: String,
    pub(crate) first_name: Option<String>,
    pub(crate) last_name: Option<String>,
    /// Bytes.
    pub(crate) quota: i64,
    /// The organization's number.
    pub(crate) organization_id: i64,
    /// The user's id in the rest of this API.
    pub(crate) user_id: String,
}

/// The steps that are done.
#[derive(Serialize, ToSchema)]
pub(crate) struct EmailAccountDetails {
    pub(crate) mailbox_created: bool,
    pub(crate) user_profile_created: bool,
    pub(crate) quota_set: bool,
}
