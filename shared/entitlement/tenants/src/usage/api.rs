//! What a tenant uses, over HTTP.

use std::collections::BTreeMap;
use std::time::Duration;

use axum::extract::{Path, Query, State};
use edge_access::{Granted, TenantsAdmin};
use edge_capabilities::Timestamp;
use edge_http::{Json, Problem};
use http::Uri;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::store::Usage;
use crate::router::AppState;

const DAY: Duration = Duration::from_hours(24);
const DEFAULT_DAYS: u32 = 30;
const MAX_DAYS: u32 = 366;

/// The period to report.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct UsageQuery {
    /// The number of days to look back: 1 to 366. The default is 30.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 366)]
    days: Option<String>,
}

/// A tenant's usage and limits.
#[derive(Serialize, ToSchema)]
#[schema(as = UsageStats)]
pub(crate) struct UsageResponse {
    tenant_id: String,
    /// The time from which decisions and events are counted.
    from: String,
    to: String,
    users: Users,
    /// The number of working API keys.
    api_keys: i64,
    /// The number of applications in which the tenant has an external id.
    external_ids: i64,
    credits: i64,
    /// The limit; null means unlimited.
    docs_quota_mb: Option<i64>,
    /// Rule decisions for the tenant, by rule.
    decisions: BTreeMap<String, i64>,
    /// Webhook events about the tenant, by outcome.
    webhook_events: BTreeMap<String, i64>,
}

/// The tenant's users.
#[derive(Serialize, ToSchema)]
#[schema(as = UsersUsed)]
struct Users {
    total: i64,
    /// The maximum number of users; null means unlimited.
    max: Option<i64>,
    /// `OWNER`, `BILLING_ADMIN`, `ADMIN`, `MANAGER`, `MEMBER`.
    by_role: BTreeMap<&'static str, i64>,
}

/// Get a tenant's usage
#[utoipa::path(
    get, path = "/api/v1/tenants/{id}/usage/stats", operation_id = "get_tenant_usage",
    tag = "Tenants", security(("key" = ["tenants:admin"])),
    params(("id" = String, Path, description = "The tenant's id."), UsageQuery),
    responses((status = 200, description = "The tenant's usage.", body = UsageResponse)),
)]
pub(crate) async fn stats(
    State(state): State<AppState>,
    granted: Granted<TenantsAdmin>,
    Path(id): Path<String>,
    uri: Uri,
) -> Result<Json<UsageResponse>, Problem> {
    let tenant = state.find(&granted.caller, &id).await?;
    let unreadable = |_| Problem::field("query", "cannot be read");
    let Query(asked) = Query::<UsageQuery>::try_from_uri(&uri).map_err(unreadable)?;
    let days = match asked.days.as_deref().map(str::parse) {
        None => DEFAULT_DAYS,
        Some(Ok(days)) if (1..=MAX_DAYS).contains(&days) => days,
        Some(_) => return Err(Problem::field("days", format!("must be a number from 1 to {MAX_DAYS}"))),
    };
    let now = state.now();
    let from = Timestamp::from_millis(now.as_millis().saturating_sub(edge_capabilities::clock::millis(DAY * days)));
    let usage = Usage::of(&state.db, &tenant.id, from, now).await?;
    let by_role = state.members.count_by_role(&tenant.id).await?;
    Ok(Json(UsageResponse {
        from: from.to_rfc3339_millis(),
        to: now.to_rfc3339_millis(),
        users: Users {
            total: by_role.iter().map(|(_, count)| count).sum(),
            max: tenant.max_users,
            by_role: by_role.into_iter().map(|(role, count)| (role.as_str(), count)).collect(),
        },
        api_keys: usage.api_keys,
        external_ids: usage.external_ids,
        credits: tenant.credits,
        docs_quota_mb: tenant.docs_quota_mb,
        decisions: usage.decisions.into_iter().collect(),
        webhook_events: usage.webhook_events.into_iter().collect(),
        tenant_id: tenant.id,
    }))
}
