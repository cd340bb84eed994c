//! Integrations over HTTP.

use axum::extract::{Path, State};
use axum::response::Response;
use edge_access::IntegrationsAdmin;
use edge_database::Cursor;
use edge_http::{Json, Listing, Page, Problem};
use edge_idempotency::IdempotentWithSecret;
use edge_tenants::{Scoped, TenantHeader};
use http::StatusCode;

use super::model::Integration;
use super::request::{ConfigureRequest, is_id};
use super::response::{DisconnectResponse, IntegrationResponse, IntegrationStatusResponse};
use crate::error::ConnectionError;
use crate::router::AppState;

/// Configure an integration
///
/// Creates the tenant's integration with this provider under this name, or changes it. Where nobody has to consent, the edge
/// signs in at once, and `status` says what came of it; else `authorize` comes next. Once documents were written to the books
/// of a company, the integration keeps to it: other books take another integration, under another name.
#[utoipa::path(
    post, path = "/api/v1/enterprise-billing/integrations/configure", tag = "Integrations",
    security(("key" = ["integrations:admin"])),
    params(
        ("Idempotency-Key" = Option<String>, Header, description = "A key of 1 to 255 visible ASCII characters."),
        TenantHeader,
    ),
    request_body = ConfigureRequest,
    responses(
        (status = 200, description = "The integration was changed.", body = IntegrationResponse),
        (status = 201, description = "The integration was created.", body = IntegrationResponse),
        (status = 409, description = "`COMPANY_CHANGED`: documents were written to the books of another company."),
        (status = 503, description = "`NOT_CONFIGURED`: `encryption_key` is not set."),
    ),
)]
pub(crate) async fn configure_integration(
    State(state): State<AppState>,
    Scoped { tenant, caller, actor, .. }: Scoped<IntegrationsAdmin>,
    IdempotentWithSecret(request): IdempotentWithSecret<ConfigureRequest>,
) -> Result<Response, Problem> {
    let scope = caller.idempotency_scope_in(&tenant.id);
    let work = async |request: ConfigureRequest| {
        let name = request.name()?;
        let (integration, is_new) = state.connections.configure(&tenant, name, &request, &actor).await?;
        let status = if is_new { StatusCode::CREATED } else { StatusCode::OK };
        Ok((status, IntegrationResponse::new(&integration)))
    };
    state.idempotency.once(&scope, request, work).await
}

/// List integrations
#[utoipa::path(
    get, path = "/api/v1/enterprise-billing/integrations", tag = "Integrations",
    security(("key" = ["integrations:admin"])),
    params(Page, TenantHeader),
    responses((status = 200, description = "A page of integrations, newest first.", body = Listing<IntegrationResponse>)),
)]
pub(crate) async fn list_integrations(
    State(state): State<AppState>,
    Scoped { tenant, .. }: Scoped<IntegrationsAdmin>,
    page: Page,
) -> Result<Json<Listing<IntegrationResponse>>, Problem> {
    let cursor = page.cursor(is_id)?;
    let found = state.connections.integrations.list(&tenant.id, cursor, page.rows()).await?;
    let position = |integration: &Integration| Cursor::new(integration.created_at, integration.id.as_str());
    Ok(Json(page.listing(found, position, |integration| IntegrationResponse::new(&integration))))
}

/// Get the status of an integration
///
/// How it stands, what is to be done for it to work, and its last run.
#[utoipa::path(
    get, path = "/api/v1/enterprise-billing/integrations/{integration_id}/status", tag = "Integrations",
    security(("key" = ["integrations:admin"])),
    params(("integration_id" = String, Path, description = "The integration's id."), TenantHeader),
    responses(
        (status = 200, description = "The integration.", body = IntegrationStatusResponse),
        (status = 404, description = "`INTEGRATION_NOT_FOUND`: there is none with this id, or it is another tenant's."),
    ),
)]
pub(crate) async fn get_integration_status(
    State(state): State<AppState>,
    Scoped { tenant, .. }: Scoped<IntegrationsAdmin>,
    Path(id): Path<String>,
) -> Result<Json<IntegrationStatusResponse>, Problem> {
    let integration = state.connections.get(&tenant.id, checked(&id)?).await?;
    let last_run = state.runs.last_run(&tenant.id, &integration.id).await?;
    Ok(Json(IntegrationStatusResponse { integration: IntegrationResponse::new(&integration), last_run }))
}

/// Disconnect an integration
///
/// A run in progress stops. The tokens become worthless at the provider, if it answers, and all secrets are erased in any
/// case. What was written is remembered: configured again, the integration goes on with it.
#[utoipa::path(
    post, path = "/api/v1/enterprise-billing/integrations/{integration_id}/disconnect", tag = "Integrations",
    security(("key" = ["integrations:admin"])),
    params(("integration_id" = String, Path, description = "The integration's id."), TenantHeader),
    responses(
        (status = 200, description = "It is disconnected.", body = DisconnectResponse),
        (status = 404, description = "`INTEGRATION_NOT_FOUND`: there is none with this id, or it is another tenant's."),
    ),
)]
pub(crate) async fn disconnect_integration(
    State(state): State<AppState>,
    Scoped { tenant, actor, .. }: Scoped<IntegrationsAdmin>,
    Path(id): Path<String>,
) -> Result<Json<DisconnectResponse>, Problem> {
    let (integration, problem) = state.connections.disconnect(&tenant.id, checked(&id)?, &actor).await?;
    Ok(Json(DisconnectResponse {
        integration: IntegrationResponse::new(&integration),
        revoked: problem.is_none(),
        revocation_problem: problem,
    }))
}

/// `id`, if it can be one.
pub(crate) fn checked(id: &str) -> Result<&str, ConnectionError> {
    if is_id(id) { Ok(id) } else { Err(ConnectionError::NotFound) }
}
