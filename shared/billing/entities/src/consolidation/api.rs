//! Consolidated invoices over HTTP.

use axum::extract::{Path, Query, State};
use axum::response::Response;
use edge_access::{EnterpriseRead, EnterpriseWrite};
use edge_http::{Json, Problem};
use edge_idempotency::Idempotent;
use edge_tenants::{Scoped, TenantHeader};
use http::{StatusCode, Uri};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::response::ConsolidatedInvoices;
use crate::period::{Month, zone_of};
use crate::router::AppState;

/// A month to invoice.
#[derive(Clone, Deserialize, ToSchema)]
pub(crate) struct ConsolidateRequest {
    /// The month, such as `2026-11`, where the tenant is.
    period: String,
}

fn read_period(text: &str) -> Result<Month, Problem> {
    Month::parse(text).ok_or_else(|| Problem::field("period", "must be a month such as 2026-11"))
}

/// Create consolidated invoices
///
/// Makes a draft of an invoice for each currency and terms, with a section for each entity: of all charges until the end of
/// the month that are on no invoice yet, of the entity and of those below it that are billed with their parents. The same
/// month again gives the same invoices: what is charged later is on those of the next month. Where there is nothing to
/// invoice, the list is empty, and the month may be asked for again. Credits that are more than what is charged in their
/// currency and terms wait for the next month.
#[utoipa::path(
    post, path = "/api/v1/enterprise-billing/entities/{entity_id}/invoices", tag = "Entities",
    security(("key" = ["enterprise:write"])),
    params(
        ("entity_id" = String, Path, description = "The entity's id."),
        ("Idempotency-Key" = Option<String>, Header, description = "A key of 1 to 255 visible ASCII characters."),
        TenantHeader,
    ),
    request_body = ConsolidateRequest,
    responses(
        (status = 200, description = "The invoices of the month, which were there already, or none.", body = ConsolidatedInvoices),
        (status = 201, description = "The invoices of the month, which were created.", body = ConsolidatedInvoices),
        (status = 404, description = "`ENTITY_NOT_FOUND`: the entity does not exist or belongs to another tenant."),
    ),
)]
pub(crate) async fn create_consolidated_invoices(
    State(state): State<AppState>,
    Scoped { tenant, caller, actor, .. }: Scoped<EnterpriseWrite>,
    Path(id): Path<String>,
    request: Idempotent<ConsolidateRequest>,
) -> Result<Response, Problem> {
    let scope = caller.idempotency_scope_in(&tenant.id);
    let work = async |body: ConsolidateRequest| {
        let entity = state.find_entity(&tenant, &id).await?;
        let period = read_period(&body.period)?;
        let invoices = state.consolidation.invoice(&tenant, &entity, period, &actor).await?;
        let is_new = invoices.iter().any(|invoice| invoice.is_new);
        let status = if is_new { StatusCode::CREATED } else { StatusCode::OK };
        Ok((status, ConsolidatedInvoices::new(invoices, &zone_of(&tenant), state.now())))
    };
    state.idempotency.once(&scope, request, work).await
}

/// The filter of the list.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ConsolidatedInvoicesQuery {
    /// Only invoices for this month, such as `2026-11`.
    period: Option<String>,
}

/// List consolidated invoices
#[utoipa::path(
    get, path = "/api/v1/enterprise-billing/entities/{entity_id}/invoices", tag = "Entities",
    security(("key" = ["enterprise:read"])),
    params(
        ("entity_id" = String, Path, description = "The entity's id."),
        ConsolidatedInvoicesQuery,
        TenantHeader,
    ),
    responses(
        (status = 200, description = "The invoices of the entity, newest month first.", body = ConsolidatedInvoices),
        (status = 404, description = "`ENTITY_NOT_FOUND`: the entity does not exist or belongs to another tenant."),
    ),
)]
pub(crate) async fn list_consolidated_invoices(
    State(state): State<AppState>,
    Scoped { tenant, .. }: Scoped<EnterpriseRead>,
    Path(id): Path<String>,
    uri: Uri,
) -> Result<Json<ConsolidatedInvoices>, Problem> {
    let unreadable = |_| Problem::field("period", "must be a month such as 2026-11");
    let Query(ConsolidatedInvoicesQuery { period }) = Query::try_from_uri(&uri).map_err(unreadable)?;
    let period = period.as_deref().map(read_period).transpose()?;
    let entity = state.find_entity(&tenant, &id).await?;
    let found = state.consolidation.list(&tenant, &entity, period).await?;
    Ok(Json(ConsolidatedInvoices::new(found, &zone_of(&tenant), state.now())))
}
