//! What there is to see of what was bought.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use edge_access::{BillingRead, Granted};
use edge_border::{Json, Listing, Page, Problem};
use edge_upstreams::Upstream;
use http::HeaderMap;
use serde_json::json;
use serde_json::value::RawValue;

use super::Desk;
use crate::customer::user_of;
use crate::invoices;
use crate::subscription::{self, Shown};
use crate::trouble::Trouble;

/// Look at the subscription
///
/// As gateways last told of it; what they do not tell, from the ERP. `{"status":"not_found"}` where there is none.
#[utoipa::path(
    get, path = "/api/v1/billing/subscription", tag = "Billing", security(("key" = ["billing:read"])),
    params(("X-Tenant-Id" = Option<String>, Header, description = "The tenant that a key of the platform's speaks for.")),
    responses((status = 200, description = "The subscription.", body = Shown)),
)]
pub(super) async fn subscription(
    State(desk): State<Desk>,
    granted: Granted<BillingRead>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let tenant = desk.tenant(&granted.caller, &headers).await?;
    let erp = Upstream::erp(&desk.capabilities).await.map_err(Trouble::from)?;
    let user = user_of(&desk.record, &tenant).await?;
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
        ("X-Tenant-Id" = Option<String>, Header, description = "The tenant that a key of the platform's speaks for."),
    ),
    responses((status = 200, description = "A page of invoices.", body = Listing<Object>)),
)]
pub(super) async fn invoices(
    State(desk): State<Desk>,
    granted: Granted<BillingRead>,
    headers: HeaderMap,
    page: Page,
) -> Result<Json<Listing<Box<RawValue>>>, Problem> {
    let tenant = desk.tenant(&granted.caller, &headers).await?;
    let wrong = |_| Problem::field("cursor", "must be the nextCursor of a page");
    let skipped: usize = page.cursor.as_deref().unwrap_or("0").parse().map_err(wrong)?;
    let erp = Upstream::erp(&desk.capabilities).await.map_err(Trouble::from)?;
    let all = invoices::all(&erp, &tenant).await?;
    let limit = usize::try_from(page.limit).unwrap_or(usize::MAX);
    let next = skipped.saturating_add(limit);
    let next_cursor = (next < all.len()).then(|| next.to_string());
    Ok(Json(Listing { data: all.into_iter().skip(skipped).take(limit).collect(), next_cursor }))
}
