//! Organisations over HTTP.

use axum::extract::State;
use axum::response::Response;
use edge_access::{ErpAdmin, Granted};
use edge_http::{Address, Code, Problem};
use edge_idempotency::Idempotent;
use http::{HeaderName, HeaderValue, StatusCode};
use serde_json::value::RawValue;

use super::request::ProvisionOrganizationRequest;
use super::response::ProvisionedOrganizationResponse;
use super::saga::Provisioned;
use crate::router::AppState;

/// Tells an answer that was given before.
const IDEMPOTENT_REPLAY: HeaderName = HeaderName::from_static("idempotent-replay");

/// Provision an organization
///
/// Creates the organization, its domain at the mail service and its first administrator. The same request again gets the
/// first answer, with the header `Idempotent-Replay: true`; a request that failed half-way goes on. Requires a platform
/// key. The path without the last slash works too.
#[utoipa::path(
    post, path = "/erp/provision/organization/", operation_id = "provision_organization", tag = "ERP", security(("key" = ["erp:admin"])),
    request_body = ProvisionOrganizationRequest,
    responses(
        (status = 201, description = "The organization is provisioned.", body = ProvisionedOrganizationResponse),
        (status = 400, description = "`VALIDATION_ERROR`, `ODOO_CUSTOMER_ID_EXISTS`, `ORGANIZATION_ALREADY_EXISTS`."),
        (status = 500, description = "`PROVISIONING_FAILED`: the same request goes on."),
    ),
)]
pub(crate) async fn provision(
    State(state): State<AppState>,
    granted: Granted<ErpAdmin>,
    address: Address,
    request: Idempotent<ProvisionOrganizationRequest>,
) -> Result<Response, Problem> {
    if granted.caller.tenant.is_some() {
        let detail = "This takes a key of the platform's, not a tenant's.";
        return Err(Problem::new(Code::PermissionDenied, detail));
    }
    let actor = granted.caller.actor(address);
    let mut is_first = false;
    let first = &mut is_first;
    let mut response = state
        .idempotency
        .once(&granted.caller.idempotency_scope(), request, async |new| {
            let answer = match state.organizations.provision(&new.read()?, &actor).await? {
                Provisioned::First(answer) => {
                    *first = true;
                    answer
                }
                Provisioned::Again(answer) => answer,
            };
            let unreadable = |error| Problem::new(Code::Internal, "The edge failed.").because(error);
            Ok((StatusCode::CREATED, RawValue::from_string(answer).map_err(unreadable)?))
        })
        .await?;
    if !is_first {
        response.headers_mut().insert(IDEMPOTENT_REPLAY, HeaderValue::from_static("true"));
    }
    Ok(response)
}
