//! The summary over HTTP.

use axum::extract::{Query, State};
use edge_access::{ErpAdmin, Granted, TenantId};
use edge_capabilities::config::text;
use edge_http::{Json, Problem};
use edge_money::Currency;
use serde::Deserialize;
use utoipa::IntoParams;

use super::period::Period;
use super::report::SummaryQuery;
use super::response::UsageSummaryResponse;
use crate::router::AppState;

/// What is asked for.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct UsageQuery {
    /// The number of the only organization to summarize.
    organization_id: Option<i64>,
    /// The first day, `YYYY-MM-DD`. The default is the first of the month of the last day.
    start_date: Option<String>,
    /// The last day, which is included. The default is today.
    end_date: Option<String>,
    /// `true` adds `details` to each organization and event.
    include_details: Option<String>,
}

/// Get a usage summary
///
/// Returns organizations with their users, storage and subscription, what was paid, and the events that the ERP is told of.
/// Days are in UTC. A tenant's key gets its own organization only. The path without the last slash works too.
#[utoipa::path(
    get, path = "/erp/usage-summary/", tag = "ERP", security(("key" = ["erp:admin"])), params(UsageQuery),
    responses(
        (status = 200, description = "The summary.", body = UsageSummaryResponse),
        (status = 404, description = "`ORGANIZATION_NOT_FOUND`."),
    ),
)]
pub(crate) async fn summary(
    State(state): State<AppState>,
    granted: Granted<ErpAdmin>,
    query: Result<Query<UsageQuery>, axum::extract::rejection::QueryRejection>,
) -> Result<Json<UsageSummaryResponse>, Problem> {
    let Query(query) = query.map_err(|_| Problem::field("organization_id", "must be an integer"))?;
    let now = state.capabilities.clock.now();
    let period = Period::read(query.start_date.as_deref(), query.end_date.as_deref(), now)?;
    let with_details = match query.include_details.as_deref().map(str::to_ascii_lowercase).as_deref() {
        None | Some("" | "false" | "0") => false,
        Some("true" | "1") => true,
        Some(_) => return Err(Problem::field("include_details", "must be true or false")),
    };
    let caller = &granted.caller;
    let tenant = match (query.organization_id, caller.tenant.as_ref().map(TenantId::as_str)) {
        (Some(number), _) => Some(state.usage.find(number, |id| caller.sees(id)).await?),
        // A caller of a tenant that does not exist sees nothing, rather than everything.
        (None, Some(own)) => Some(state.usage.own(own).await?),
        (None, None) => None,
    };
    let config = &*state.capabilities.config;
    let failed = |error: String| Problem::new(edge_http::Code::Internal, "The edge failed.").because(error);
    let currency = text(config, "reporting_currency").await.map_err(|error| failed(error.to_string()))?;
    let currency = match currency.as_str() {
        "" => Currency::INR,
        code => Currency::parse(code).map_err(|error| failed(format!("reporting_currency {error}")))?,
    };
    state.collector.collect().await?;
    let question = SummaryQuery { period, tenant: tenant.as_ref(), currency, with_details };
    state.usage.summary(&question).await.map(Json)
}
