//! E-mail accounts over HTTP.

use axum::extract::State;
use axum::response::Response;
use edge_access::{ErpAdmin, Granted};
use edge_http::{Address, Problem};
use edge_idempotency::IdempotentWithSecret;
use http::StatusCode;

use super::request::ProvisionEmailAccountRequest;
use super::response::ProvisionedEmailAccountResponse;
use crate::router::AppState;

/// Provision an e-mail account
///
/// Creates the mailbox at the mail service, and its user. The quotas of all accounts together stay within the
/// organization's storage. The path without the last slash works too.
#[utoipa::path(
    post, path = "/erp/provision/email-account/", operation_id = "provision_email_account", tag = "ERP", security(("key" = ["erp:admin"])),
    request_body = ProvisionEmailAccountRequest,
    responses(
        (status = 201, description = "The account is provisioned.", body = ProvisionedEmailAccountResponse),
        (status = 400, description = "`VALIDATION_ERROR`, `EMAIL_ACCOUNT_ALREADY_EXISTS`."),
        (status = 404, description = "`ORGANIZATION_NOT_FOUND`, `DOMAIN_NOT_FOUND`."),
        (status = 409, description = "`USER_LIMIT_REACHED`: the organization has as many users as it may."),
        (status = 500, description = "`PROVISIONING_FAILED`: the same request goes on."),
    ),
)]
pub(crate) async fn provision(
    State(state): State<AppState>,
    granted: Granted<ErpAdmin>,
    address: Address,
    IdempotentWithSecret(request): IdempotentWithSecret<ProvisionEmailAccountRequest>,
) -> Result<Response, Problem> {
    let caller = &granted.caller;
    let actor = caller.actor(address);
    state
        .idempotency
        .once(&caller.idempotency_scope(), request, async |new| {
            let account = state.email_accounts.provision(&new.read()?, caller, &actor).await?;
            Ok((StatusCode::CREATED, account))
        })
        .await
}
