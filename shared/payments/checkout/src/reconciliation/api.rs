//! Reconciliation over HTTP.

use axum::extract::{Query, State};
use edge_access::BillingRead;
use edge_capabilities::Timestamp;
use edge_http::{Json, Problem};
use edge_tenants::{Scoped, TenantHeader};
use edge_upstreams::Upstream;
use http::Uri;
use serde::Deserialize;
use utoipa::IntoParams;

use super::ReconciliationResponse;
use crate::error::CheckoutError;
use crate::reconciliation;
use crate::router::{AppState, check_mode};

/// The longest range that is reconciled at once, in days.
const MAX_DAYS: i64 = 92;

/// The time of the payments.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct TimeRange {
    /// The start of the range: an RFC 3339 time, or a day like `2025-01-31`, which begins at midnight UTC.
    from: Option<String>,
    /// The end of the range, which is not part of it: a time or a day.
    to: Option<String>,
}

/// Reconcile invoices with payments
///
/// Compares the ERP's invoices with the payments that gateways reported by webhook. It lists payments whose invoice is
/// missing, doubled or different, and what the ERP's books should contain for them. A tenant's key sees its own payments.
/// A platform key sees those of all tenants, or of the one that it names. Payments are kept for 30 days.
#[utoipa::path(
    get, path = "/api/v1/billing/reconciliation", operation_id = "get_reconciliation",
    tag = "Billing", security(("key" = ["billing:read"])),
    params(
        TimeRange,
        TenantHeader,
    ),
    responses((status = 200, description = "The result of the comparison.", body = ReconciliationResponse)),
)]
pub(crate) async fn reconcile(
    State(state): State<AppState>,
    scoped: Option<Scoped<BillingRead>>,
    uri: Uri,
) -> Result<Json<ReconciliationResponse>, Problem> {
    let unreadable = |_| Problem::field("query", "cannot be read");
    let Query(TimeRange { from, to }) = Query::try_from_uri(&uri).map_err(unreadable)?;
    let (from, to) = (parse_time("from", from)?, parse_time("to", to)?);
    if !(1..=MAX_DAYS * 86_400_000).contains(&to.millis_since(from)) {
        return Err(Problem::field("to", format!("must be later than from, by at most {MAX_DAYS} days")));
    }
    let tenant = scoped.map(|scoped| scoped.tenant);
    if let Some(tenant) = &tenant {
        check_mode(tenant)?;
    }
    let erp = Upstream::erp(&state.capabilities).await.map_err(CheckoutError::from)?;
    let report = reconciliation::reconcile(&state.db, &state.tenants, &erp, tenant.as_ref(), from, to).await?;
    Ok(Json(report))
}

fn parse_time(field: &'static str, text: Option<String>) -> Result<Timestamp, Problem> {
    let text = text.ok_or_else(|| Problem::field(field, "is required"))?;
    let time = Timestamp::parse(&text).or_else(|| Timestamp::parse(&format!("{text}T00:00:00Z")));
    time.ok_or_else(|| Problem::field(field, "must be RFC 3339, or a day like 2025-01-31"))
}
