//! The webhook events of the inbox: list, get and replay them. No response holds a signature or a secret, and only the one
//! that is asked for it holds a body.

use axum::extract::{FromRequestParts, Path, Query, State};
use axum::response::{IntoResponse as _, Response};
use edge_access::{Caller, Granted, WebhooksRead, WebhooksWrite};
use edge_capabilities::database::Cursor;
use edge_gateways::Provider;
use edge_http::{Code, Json, Listing, Page, Problem, ProblemBody, Text};
use http::StatusCode;
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use http::request::Parts;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::{IntoParams, ToSchema};

use super::AppState;
use super::error::require_platform;
use crate::event::{Status, WebhookEvent};
use crate::inbox::Filter;

/// The most events that one request replays.
const MAX_REPLAYED: u32 = 1_000;

/// Which events a list holds.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct EventFilter {
    /// Returns only events with this status.
    #[param(value_type = Option<Status>)]
    status: Option<String>,
    /// Returns only events from this sender:
    /// `bheempay`, `razorpay`, `stripe`, `erp`, `standard`, `shopify`, `woocommerce`.
    provider: Option<String>,
}

impl<S: Sync> FromRequestParts<S> for EventFilter {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let query = Query::<Self>::try_from_uri(&parts.uri).map_err(|_| Problem::field("query", "cannot be read"))?;
        Ok(query.0)
    }
}

fn parse_status(name: &str) -> Result<Status, Problem> {
    Status::parse(name).ok_or_else(|| Problem::field("status", "is not a status"))
}

fn parse_provider(name: &str) -> Result<String, Problem> {
    let provider = Provider::parse(name).ok_or_else(|| Problem::field("provider", "is not a sender"))?;
    Ok(provider.as_str().to_owned())
}

/// List webhook events
///
/// Events are listed newest first. A tenant's key lists only that tenant's events.
#[utoipa::path(
    get, path = "/api/v1/webhooks/events", operation_id = "list_webhook_events",
    tag = "Webhooks", security(("key" = ["webhooks:read"])),
    params(EventFilter, Page), responses((status = 200, description = "A page of events.", body = Listing<EventResponse>)),
)]
pub(super) async fn list(
    State(state): State<AppState>,
    granted: Granted<WebhooksRead>,
    query: EventFilter,
    page: Page,
) -> Result<Json<Listing<EventResponse>>, Problem> {
    let filter = Filter {
        status: query.status.as_deref().map(parse_status).transpose()?,
        provider: query.provider.as_deref().map(parse_provider).transpose()?,
        tenant: granted.caller.tenant.as_ref().map(|tenant| tenant.as_str().to_owned()),
        cursor: page.cursor(Text::<64>::accepts)?,
    };
    let events = state.processor.inbox.list(&filter, page.rows()).await?;
    let cursor = |event: &WebhookEvent| Cursor::new(event.received_at, event.id.as_str());
    Ok(Json(page.listing(events, cursor, EventResponse::from)))
}

/// A webhook event.
#[derive(Serialize, ToSchema)]
#[schema(as = WebhookEvent)]
pub(super) struct EventResponse {
    id: String,
    /// The sender of the event.
    provider: &'static str,
    /// The sender's name for the event type, for example `payment.captured`.
    event: String,
    tenant_id: Option<String>,
    status: Status,
    /// The reason why the event is not in effect; null if it is in effect or soon will be.
    reason: Option<String>,
    /// The sender's id of the delivery. Most senders do not sign it.
    gateway_event_id: Option<String>,
    received_at: String,
    occurred_at: String,
    /// When the event took effect or was found to have no effect.
    settled_at: Option<String>,
    /// The number of failed attempts to apply the event.
    attempts: i64,
    /// When the next attempt is made.
    next_attempt_at: Option<String>,
    /// The response that the sender received.
    #[schema(value_type = Object)]
    answer: Option<Box<RawValue>>,
}

impl From<WebhookEvent> for EventResponse {
    fn from(event: WebhookEvent) -> Self {
        Self {
            id: event.id,
            provider: event.provider.as_str(),
            event: event.name,
            tenant_id: event.tenant_id,
            status: event.status,
            reason: event.reason,
            gateway_event_id: event.gateway_id,
            received_at: event.received_at.to_rfc3339_millis(),
            occurred_at: event.occurred_at.to_rfc3339_millis(),
            settled_at: event.settled_at.map(|at| at.to_rfc3339_millis()),
            attempts: event.attempts,
            next_attempt_at: event.due_at.filter(|_| event.status.is_open()).map(|at| at.to_rfc3339_millis()),
            answer: event.answer.and_then(|json| RawValue::from_string(json).ok()),
        }
    }
}

/// Get a webhook event
#[utoipa::path(
    get, path = "/api/v1/webhooks/events/{id}", operation_id = "get_webhook_event",
    tag = "Webhooks", security(("key" = ["webhooks:read"])),
    params(("id" = String, Path, description = "The event's id.")),
    responses((status = 200, description = "The event.", body = EventResponse)),
)]
pub(super) async fn show(
    State(state): State<AppState>,
    granted: Granted<WebhooksRead>,
    Path(id): Path<String>,
) -> Result<Json<EventResponse>, Problem> {
    Ok(Json(state.find_event(&granted.caller, &id).await?.into()))
}

/// Get a webhook event's body
///
/// Returns the body as the sender posted it, byte for byte. Browsers download it and never show it as a page.
#[utoipa::path(
    get, path = "/api/v1/webhooks/events/{id}/body", operation_id = "get_webhook_event_body",
    tag = "Webhooks", security(("key" = ["webhooks:read"])),
    params(("id" = String, Path, description = "The event's id.")),
    responses(
        (status = 200, description = "The body.", body = Vec<u8>, content_type = "application/octet-stream"),
        (status = 404, description = "`EVENT_NOT_FOUND`: there is no such event.", body = ProblemBody),
    ),
)]
pub(super) async fn body(
    State(state): State<AppState>,
    granted: Granted<WebhooksRead>,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let event = state.find_event(&granted.caller, &id).await?;
    // The sender may have put a web page into it.
    let headers = [
        (CONTENT_TYPE, "application/octet-stream"),
        (CONTENT_DISPOSITION, "attachment"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    Ok((headers, event.body).into_response())
}

/// Replay a webhook event
///
/// The event can have any status. An event that is already in effect is not applied a second time.
#[utoipa::path(
    post, path = "/api/v1/webhooks/events/{id}/replay", operation_id = "replay_webhook_event",
    tag = "Webhooks", security(("key" = ["webhooks:write"])),
    params(("id" = String, Path, description = "The event's id.")),
    responses((status = 200, description = "The event in its current state.", body = EventResponse)),
)]
pub(super) async fn replay(
    State(state): State<AppState>,
    granted: Granted<WebhooksWrite>,
    Path(id): Path<String>,
) -> Result<Json<EventResponse>, Problem> {
    let event = state.find_event(&granted.caller, &id).await?;
    state.processor.replay(&event).await?;
    Ok(Json(state.find_event(&granted.caller, &id).await?.into()))
}

/// The events to replay.
#[derive(Deserialize, ToSchema)]
pub(super) struct ReplayRequest {
    /// `dead`, `quarantined`, `ignored` or `failed`.
    #[schema(value_type = Status)]
    status: String,
    /// Replays only events from this sender.
    #[serde(default)]
    provider: Option<String>,
    /// The maximum number of events, oldest first: 1 to 1000. The default is 1000.
    #[serde(default)]
    limit: Option<u32>,
}

/// The result of a replay request.
#[derive(Serialize, ToSchema)]
pub(super) struct ReplayResponse {
    /// The number of events that are due again.
    replayed: usize,
}

/// Replay webhook events
///
/// The events are due immediately and are processed by the next drain.
#[utoipa::path(
    post, path = "/api/v1/webhooks/events/replay", operation_id = "replay_webhook_events",
    tag = "Webhooks", security(("key" = ["webhooks:write"])),
    request_body = ReplayRequest, responses((status = 202, description = "The events are due.", body = ReplayResponse)),
)]
pub(super) async fn replay_all(
    State(state): State<AppState>,
    granted: Granted<WebhooksWrite>,
    Json(request): Json<ReplayRequest>,
) -> Result<(StatusCode, Json<ReplayResponse>), Problem> {
    require_platform(&granted.caller)?;
    let status = parse_status(&request.status)?;
    if matches!(status, Status::Processed | Status::Received) {
        return Err(Problem::field("status", "must be dead, quarantined, ignored or failed"));
    }
    let provider = request.provider.as_deref().map(parse_provider).transpose()?;
    let limit = request.limit.unwrap_or(MAX_REPLAYED);
    if !(1..=MAX_REPLAYED).contains(&limit) {
        return Err(Problem::field("limit", format!("must be a number from 1 to {MAX_REPLAYED}")));
    }
    let replayed = state.processor.reopen_all(status, provider.as_deref(), limit).await?;
    let background = state.clone();
    state.capabilities.background.spawn(Box::pin(async move {
        let _ = background.processor.drain().await;
    }));
    Ok((StatusCode::ACCEPTED, Json(ReplayResponse { replayed })))
}

impl AppState {
    async fn find_event(&self, caller: &Caller, id: &str) -> Result<WebhookEvent, Problem> {
        let found = if Text::<64>::accepts(id) { self.processor.inbox.find(id).await? } else { None };
        let own = |event: &WebhookEvent| match &caller.tenant {
            None => true,
            Some(tenant) => event.tenant_id.as_deref() == Some(tenant.as_str()),
        };
        found.filter(own).ok_or_else(|| Problem::new(Code::EventNotFound, "There is no such webhook event."))
    }
}
