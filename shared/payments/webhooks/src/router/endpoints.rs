//! The webhook endpoints of single organisations: create and delete them.

use axum::extract::{Path, State};
use axum::response::Response;
use edge_access::{Granted, TenantId, WebhooksWrite};
use edge_capabilities::random;
use edge_http::{Code, Problem};
use edge_idempotency::Idempotent;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::AppState;
use crate::endpoints::{Endpoint, hash};

/// A request to create a webhook endpoint.
#[derive(Deserialize, ToSchema)]
pub(super) struct CreateEndpointRequest {
    /// The tenant's id.
    tenant_id: String,
}

/// A webhook endpoint of one organisation, shown only once.
#[derive(Serialize, ToSchema)]
#[schema(as = WebhookEndpoint)]
pub(super) struct EndpointResponse {
    /// The endpoint's id, used to delete it.
    id: String,
    /// The token that identifies the sender, in addition to the signature.
    token: String,
    /// The address to which the ERP posts the organisation's events.
    url: String,
}

/// Create a webhook endpoint
///
/// The endpoint receives the events of one organisation. The token is shown only in this response. To replace it,
/// create another endpoint and delete this one.
#[utoipa::path(
    post, path = "/api/v1/webhooks/endpoints", operation_id = "create_webhook_endpoint",
    tag = "Webhooks", security(("key" = ["webhooks:write"])),
    request_body = CreateEndpointRequest, responses((status = 201, description = "The endpoint is created.", body = EndpointResponse)),
)]
pub(super) async fn create_endpoint(
    State(state): State<AppState>,
    granted: Granted<WebhooksWrite>,
    request: Idempotent<CreateEndpointRequest>,
) -> Result<Response, Problem> {
    let caller = granted.caller;
    let scope = caller.idempotency_scope();
    state
        .idempotency
        .once_for_secret(&scope, request, async |new| {
            let id = new.tenant_id.to_ascii_lowercase();
            let is_visible = caller.sees(&id) && !id.contains(char::is_control);
            let tenant = if is_visible { state.processor.tenants.find(&id).await? } else { None };
            let tenant = tenant.ok_or_else(|| Problem::new(Code::TenantNotFound, "There is no such tenant."))?;
            let random = &*state.capabilities.random;
            let (id, token) = (format!("whe_{}", random::hex::<8>(random)), random::hex::<24>(random));
            let endpoint = Endpoint {
                id,
                tenant_id: tenant.id,
                token_sha256: hash(&token),
                created_by: caller.id.to_string(),
                created_at: state.processor.now(),
            };
            state.endpoints.insert(&endpoint).await?;
            let url = format!("/erp/webhooks/billing/{token}");
            Ok((StatusCode::CREATED, EndpointResponse { id: endpoint.id, token, url }))
        })
        .await
}

/// Delete a webhook endpoint
#[utoipa::path(
    delete, path = "/api/v1/webhooks/endpoints/{id}", operation_id = "delete_webhook_endpoint",
    tag = "Webhooks", security(("key" = ["webhooks:write"])),
    params(("id" = String, Path, description = "The endpoint's id.")),
    responses((status = 204, description = "The endpoint is deleted.")),
)]
pub(super) async fn delete_endpoint(
    State(state): State<AppState>,
    granted: Granted<WebhooksWrite>,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    let tenant = granted.caller.tenant.as_ref().map(TenantId::as_str);
    if id.contains(char::is_control) || !state.endpoints.revoke(&id, tenant, state.processor.now()).await? {
        return Err(Problem::new(Code::EndpointNotFound, "There is no such endpoint."));
    }
    Ok(StatusCode::NO_CONTENT)
}
