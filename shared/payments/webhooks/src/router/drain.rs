//! Runs the jobs of this component.

use axum::extract::State;
use edge_access::{DrainAccess, JobsWrite, WebhooksWrite};
use edge_http::{Json, Problem};
use edge_jobs::Drained;

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

/// This component's part of `POST /api/v1/jobs/drain`. No route of the application leads here.
pub(super) async fn run_jobs(
    State(state): State<AppState>,
    _: DrainAccess<JobsWrite>,
) -> Result<Json<Drained>, Problem> {
    Ok(Json(state.processor.run_jobs().await?))
}
