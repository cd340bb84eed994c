//! Invoices over HTTP.

use axum::extract::State;
use edge_access::BillingRead;
use edge_http::{Json, Listing, Page, Problem};
use edge_tenants::{Scoped, TenantHeader};
use edge_upstreams::Upstream;
use serde_json::value::RawValue;

use crate::error::CheckoutError;
use crate::invoices;
use crate::router::{AppState, check_mode};

/// List invoices
///
/// Returns the tenant's invoices as the ERP has them.
#[utoipa::path(
    get, path = "/api/v1/billing/invoices", tag = "Billing", security(("key" = ["billing:read"])),
    params(Page, TenantHeader),
    responses((status = 200, description = "A page of invoices.", body = Listing<Object>)),
)]
pub(crate) async fn list_invoices(
    State(state): State<AppState>,
    Scoped { tenant, .. }: Scoped<BillingRead>,
    page: Page,
) -> Result<Json<Listing<Box<RawValue>>>, Problem> {
    check_mode(&tenant)?;
    let wrong = |_| Problem::field("cursor", "must be the nextCursor of a page");
    let skipped: usize = page.cursor.as_deref().unwrap_or("0").parse().map_err(wrong)?;
    let erp = Upstream::erp(&state.capabilities).await.map_err(CheckoutError::from)?;
    let all = invoices::list_all(&erp, &tenant).await?;
    let limit = usize::try_from(page.limit).unwrap_or(usize::MAX);
    let next = skipped.saturating_add(limit);
    let next_cursor = (next < all.len()).then(|| next.to_string());
    Ok(Json(Listing { data: all.into_iter().skip(skipped).take(limit).collect(), next_cursor }))
}
