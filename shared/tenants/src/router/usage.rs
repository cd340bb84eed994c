//! What a tenant uses, over HTTP.

use std::collections::BTreeMap;
use std::time::Duration;

use axum::extract::{Path, Query, State};
use edge_access::{Granted, TenantsAdmin};
use edge_border::{Json, Problem};
use edge_capabilities::Instant;
use http::Uri;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::Desk;
use crate::usage::Usage;

const DAY: Duration = Duration::from_hours(24);
const USUAL_DAYS: u32 = 30;
const MOST_DAYS: u32 = 366;

/// Which days.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Asked {
    /// How many days back: 1 to 366, 30 unless told.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 366)]
    days: Option<String>,
}

/// What a tenant uses of what it may.
#[derive(Serialize, ToSchema)]
#[schema(as = UsageStats)]
pub(super) struct Stats {
    tenant_id: String,
    /// From when on decisions and events are counted.
    from: String,
    to: String,
    users: Users,
    /// API keys that work.
    api_keys: i64,
    /// Applications that know the tenant by an id of theirs.
    external_ids: i64,
    credits: i64,
    /// Null: as much as it likes.
    docs_quota_mb: Option<i64>,
    /// Decisions of rules for the tenant, by rule.
    decisions: BTreeMap<String, i64>,
    /// Webhook events about the tenant, by what became of them.
    webhook_events: BTreeMap<String, i64>,
}

/// The tenant's users.
#[derive(Serialize, ToSchema)]
#[schema(as = UsersUsed)]
struct Users {
    total: i64,
    /// How many it may have; null: as many as it likes.
    max: Option<i64>,
    /// `OWNER`, `BILLING_ADMIN`, `ADMIN`, `MANAGER`, `MEMBER`.
    by_role: BTreeMap<&'static str, i64>,
}

/// What a tenant uses
#[utoipa::path(
    get, path = "/api/v1/tenants/{id}/usage/stats", tag = "Tenants", security(("key" = ["tenants:admin"])),
    params(("id" = String, Path, description = "The tenant's id."), Asked),
    responses((status = 200, description = "What it uses.", body = Stats)),
)]
pub(super) async fn stats(
    State(desk): State<Desk>,
    granted: Granted<TenantsAdmin>,
    Path(id): Path<String>,
    uri: Uri,
) -> Result<Json<Stats>, Problem> {
    let tenant = desk.find(&granted.caller, &id).await?;
    let unreadable = |_| Problem::field("query", "cannot be read");
    let Query(asked) = Query::<Asked>::try_from_uri(&uri).map_err(unreadable)?;
    let days = match asked.days.as_deref().map(str::parse) {
        None => USUAL_DAYS,
        Some(Ok(days)) if (1..=MOST_DAYS).contains(&days) => days,
        Some(_) => return Err(Problem::field("days", format!("must be a number from 1 to {MOST_DAYS}"))),
    };
    let now = desk.now();
    let from = Instant::from_millis(now.as_millis().saturating_sub(edge_capabilities::clock::millis(DAY * days)));
    let usage = Usage::of(&desk.record, &tenant.id, from, now).await?;
    let by_role = desk.members.count_by_role(&tenant.id).await?;
    Ok(Json(Stats {
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
