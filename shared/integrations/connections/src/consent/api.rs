//! Consents over HTTP.

use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse as _, Response};
use edge_access::IntegrationsAdmin;
use edge_accounting::{Company, Provider};
use edge_capabilities::config;
use edge_http::{Address, Json, Problem};
use edge_tenants::{Scoped, TenantHeader};
use http::{HeaderMap, StatusCode, Uri};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::page::{is_wanted, page};
use super::redemption::Returned;
use crate::integration::api::checked;
use crate::integration::{Integration, IntegrationStatus};
use crate::router::AppState;

/// The longest query of a callback, bytes.
const MAX_QUERY: usize = 8192;

/// Where somebody consents.
#[derive(Serialize, ToSchema)]
pub(crate) struct AuthorizeResponse {
    /// The provider's page, to be opened in a browser.
    url: String,
    /// Until when whoever consents there is taken back.
    expires_at: String,
}

/// Begin a consent
///
/// Answers the address of the provider's page, where somebody who may write to the books signs in and consents. The provider
/// sends them back to `callback`, once, within ten minutes.
#[utoipa::path(
    get, path = "/api/v1/enterprise-billing/integrations/{integration_id}/authorize", tag = "Integrations",
    security(("key" = ["integrations:admin"])),
    params(("integration_id" = String, Path, description = "The integration's id."), TenantHeader),
    responses(
        (status = 200, description = "The page.", body = AuthorizeResponse),
        (status = 404, description = "`INTEGRATION_NOT_FOUND`: there is none with this id, or it is another tenant's."),
        (status = 409, description = "`CONSENT_NOT_NEEDED`: the credentials are enough. `INTEGRATION_NOT_CONNECTED`: it is \
            disconnected; configure it again."),
    ),
)]
pub(crate) async fn authorize_integration(
    State(state): State<AppState>,
    Scoped { tenant, actor, .. }: Scoped<IntegrationsAdmin>,
    Path(id): Path<String>,
) -> Result<Json<AuthorizeResponse>, Problem> {
    let (url, expires_at) = state.connections.authorize(&tenant.id, checked(&id)?, &actor).await?;
    Ok(Json(AuthorizeResponse { url, expires_at: expires_at.to_rfc3339_millis() }))
}

/// What a provider sends somebody back with.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code, reason = "only the description reads it: providers add parameters of their own")]
pub(crate) struct CallbackQuery {
    /// What `authorize` put into the page's address.
    state: Option<String>,
    /// The authorization code.
    code: Option<String>,
    /// Why nobody consented.
    error: Option<String>,
}

/// What came of a consent.
#[derive(Serialize, ToSchema)]
pub(crate) struct ConsentResponse {
    integration_id: String,
    provider: Provider,
    status: IntegrationStatus,
    /// The company whose books are written to.
    company: Option<Company>,
    /// What is to be done for it to work, if it does not.
    problem: Option<String>,
}

/// Take somebody back who consented
///
/// The provider sends a browser here from its page. The answer is a page, or JSON for whoever does not accept HTML. It takes
/// no credential: the `state` is one, for one use.
#[utoipa::path(
    get, path = "/api/v1/enterprise-billing/integrations/callback", tag = "Integrations", security(()),
    params(CallbackQuery),
    responses(
        (status = 200, description = "The integration has tokens.", body = ConsentResponse),
        (status = 400, description = "`CONSENT_INVALID`: the consent is unknown, used or expired."),
        (status = 403, description = "`CONSENT_DENIED`: nobody consented, or the provider does not take the code."),
        (status = 409, description = "`COMPANY_CHANGED`: documents were written to the books of another company."),
    ),
)]
pub(crate) async fn take_back(
    State(state): State<AppState>,
    Address(address): Address,
    headers: HeaderMap,
    uri: Uri,
) -> Response {
    let is_short = uri.query().is_some_and(|query| query.len() <= MAX_QUERY);
    let parameters = Query::<Vec<(String, String)>>::try_from_uri(&uri).ok().filter(|_| is_short);
    let returned = Returned { parameters: parameters.map(|Query(pairs)| pairs).unwrap_or_default() };
    let taken = state.connections.take_back(&returned, address).await.map_err(Problem::from);
    if !is_wanted(&headers) {
        let response = |integration: Integration| {
            Json(ConsentResponse {
                integration_id: integration.id.clone(),
                provider: integration.provider,
                status: integration.status,
                company: integration.company(),
                problem: integration.problem,
            })
        };
        return taken.map(response).into_response();
    }
    let public_url = config::url(&*state.capabilities.config, "public_url").await.unwrap_or_default();
    let console = format!("{public_url}/console/integrations");
    match taken {
        Ok(integration) => {
            let (label, company) = (integration.provider.label(), integration.company());
            let text = match (company, integration.problem) {
                (Some(company), None) => format!("{} is connected to the books of {}.", integration.name, company.name),
                (_, problem) => problem.unwrap_or_else(|| format!("{} is connected.", integration.name)),
            };
            page(StatusCode::OK, &format!("{label} let the edge in"), &text, &console)
        }
        Err(problem) => page(problem.code().status(), "The edge is not connected", problem.detail(), &console),
    }
}
