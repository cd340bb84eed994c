//! Processes what is due of webhooks.

use axum::extract::State;
use edge_access::{DrainAccess, WebhooksWrite};
use edge_http::{Json, Problem};

use super::AppState;
use crate::drain::DrainResult;

/// Process pending webhook work
///
/// A scheduler calls this, or better `POST /api/v1/jobs/drain`. It processes events that are due, propagates changes
/// that are still pending, sends unsent notifications and deletes old events.
#[utoipa::path(
    post, path = "/api/v1/webhooks/drain", operation_id = "drain_webhooks",
    tag = "Webhooks", security(("key" = ["webhooks:write"])),
    responses((status = 200, description = "The work that was done.", body = DrainResult)),
)]
pub(super) async fn drain(
    State(state): State<AppState>,
    _: DrainAccess<WebhooksWrite>,
) -> Result<Json<DrainResult>, Problem> {
    Ok(Json(state.processor.drain().await?))
}
