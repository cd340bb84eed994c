//! Events over HTTP.

use axum::extract::{Path, State};
use edge_access::{ErpAdmin, Granted};
use edge_erp_events::EventStatus;
use edge_http::{Code, Json, Problem};
use edge_jobs::NewJob;

use super::SEND;
use crate::router::AppState;
use crate::usage::report;
use crate::usage::response::BillingEventResponse;

/// Send an event again
///
/// An event that was given up is sent to the ERP by the next drain, with all its attempts, before those that were raised after
/// it. Another event is left as it is. The id is `details.event_id` of the usage summary.
#[utoipa::path(
    post, path = "/erp/billing-events/{event_id}/replay", tag = "ERP", security(("key" = ["erp:admin"])),
    params(("event_id" = String, Path, description = "The event's id.")),
    responses(
        (status = 200, description = "The event in its current state.", body = BillingEventResponse),
        (status = 404, description = "`EVENT_NOT_FOUND`."),
    ),
)]
pub(crate) async fn replay(
    State(state): State<AppState>,
    granted: Granted<ErpAdmin>,
    Path(id): Path<String>,
) -> Result<Json<BillingEventResponse>, Problem> {
    let unknown = || Problem::new(Code::EventNotFound, "There is no such event.");
    let found = if id.len() <= 512 && !id.contains('\0') { state.erp_events.find(&id).await? } else { None };
    let event = found.filter(|event| granted.caller.sees(&event.tenant_id)).ok_or_else(unknown)?;
    if event.status == EventStatus::Dead {
        // INVARIANT: the job is enqueued first. One that finds nothing to send does nothing; an event without a job is found
        // by the job that looks for waiting ones.
        let job = NewJob::new(SEND, &*event.tenant_id, state.capabilities.clock.now()).for_tenant(&*event.tenant_id);
        state.queue.reschedule(vec![job]).await?;
        state.erp_events.revive(&event).await?;
    }
    let event = state.erp_events.find(&id).await?.ok_or_else(unknown)?;
    let tenant = state.tenants.find(&event.tenant_id).await?;
    Ok(Json(report::event(tenant.map(|tenant| tenant.number), event, true)))
}
