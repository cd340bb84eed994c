//! What there is to see of what was bought.

use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use edge_access::BillingRead;
use edge_capabilities::Timestamp;
use edge_http::{Json, Listing, Page, Problem};
use edge_tenants::{Scoped, TenantHeader};
use edge_upstreams::Upstream;
use http::Uri;
use serde::Deserialize;
use serde_json::json;
use serde_json::value::RawValue;
use utoipa::IntoParams;

use super::AppState;
use crate::customer::user_of;
use crate::invoices;
use crate::reconciliation::{self, Report};
use crate::subscription::{self, Shown};
use crate::trouble::CheckoutError;

/// Look at the subscription
///
/// As gateways last told of it; what they do not tell, from the ERP. `{"status":"not_found"}` where there is none.
#[utoipa::path(
    get, path = "/api/v1/billing/subscription", tag = "Billing", security(("key" = ["billing:read"])),
    params(TenantHeader),
    responses((status = 200, description = "The subscription.", body = Shown)),
)]
pub(super) async fn subscription(
    State(state): State<AppState>,
    Scoped { tenant, .. }: Scoped<BillingRead>,
) -> Result<Response, Problem> {
    super::check_mode(&tenant)?;
    let erp = Upstream::erp(&state.capabilities).await.map_err(CheckoutError::from)?;
    let user = user_of(&state.db, &tenant).await?;
    Ok(match subscription::show(&erp, &tenant, &user).await? {
        Some(shown) => Json(shown).into_response(),
        None => Json(json!({"status": "not_found"})).into_response(),
    })
}

/// List invoices
///
/// As the ERP writes them.
#[utoipa::path(
    get, path = "/api/v1/billing/invoices", tag = "Billing", security(("key" = ["billing:read"])),
    params(
        Page,
        TenantHeader,
    ),
    responses((status = 200, description = "A page of invoices.", body = Listing<Object>)),
)]
pub(super) async fn invoices(
    State(state): State<AppState>,
    Scoped { tenant, .. }: Scoped<BillingRead>,
    page: Page,
) -> Result<Json<Listing<Box<RawValue>>>, Problem> {
    super::check_mode(&tenant)?;
    let wrong = |_| Problem::field("cursor", "must be the nextCursor of a page");
    let skipped: usize = page.cursor.as_deref().unwrap_or("0").parse().map_err(wrong)?;
    let erp = Upstream::erp(&state.capabilities).await.map_err(CheckoutError::from)?;
    let all = invoices::all(&erp, &tenant).await?;
    let limit = usize::try_from(page.limit).unwrap_or(usize::MAX);
    let next = skipped.saturating_add(limit);
    let next_cursor = (next < all.len()).then(|| next.to_string());
    Ok(Json(Listing { data: all.into_iter().skip(skipped).take(limit).collect(), next_cursor }))
}

/// The longest time that is reconciled at once, days.
const MAX_DAYS: i64 = 92;

/// Which payments.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Time {
    /// From this instant or this day on: RFC 3339, or `2025-01-31`, which begins at midnight UTC.
    from: Option<String>,
    /// Until before this instant or day.
    to: Option<String>,
}

/// Reconcile
///
/// Holds the invoices of the ERP against the payments that gateways told of by webhook, and lists what is missing,
/// doubled or off, with what the books must say. A tenant's key sees its own; a key of the platform's all, or the one
/// that it names. Payments are known for 30 days.
#[utoipa::path(
    get, path = "/api/v1/billing/reconciliation", tag = "Billing", security(("key" = ["billing:read"])),
    params(
        Time,
        TenantHeader,
    ),
    responses((status = 200, description = "What was found.", body = Report)),
)]
pub(super) async fn reconciliation(
    State(state): State<AppState>,
    scoped: Option<Scoped<BillingRead>>,
    uri: Uri,
) -> Result<Json<Report>, Problem> {
    let unreadable = |_| Problem::field("query", "cannot be read");
    let Query(Time { from, to }) = Query::try_from_uri(&uri).map_err(unreadable)?;
    let (from, to) = (read_instant("from", from)?, read_instant("to", to)?);
    if !(1..=MAX_DAYS * 86_400_000).contains(&to.millis_since(from)) {
        return Err(Problem::field("to", format!("must be later than from, by at most {MAX_DAYS} days")));
    }
    let tenant = scoped.map(|scoped| scoped.tenant);
    if let Some(tenant) = &tenant {
        super::check_mode(tenant)?;
    }
    let erp = Upstream::erp(&state.capabilities).await.map_err(CheckoutError::from)?;
    let report = reconciliation::reconcile(&state.db, &state.tenants, &erp, tenant.as_ref(), from, to).await?;
    Ok(Json(report))
}

fn read_instant(field: &'static str, written: Option<String>) -> Result<Timestamp, Problem> {
    let written = written.ok_or_else(|| Problem::field(field, "is required"))?;
    let read = Timestamp::parse(&written).or_else(|| Timestamp::parse(&format!("{written}T00:00:00Z")));
    read.ok_or_else(|| Problem::field(field, "must be RFC 3339, or a day like 2025-01-31"))
}
