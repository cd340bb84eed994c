//! For admins and schedulers: what came in, once more, whatever was left undone, addresses of single organisations.

use axum::extract::{FromRequestParts, Path, Query, State};
use axum::response::Response;
use edge_access::{Caller, Granted, TenantId, WebhooksRead, WebhooksWrite};
use edge_capabilities::config::text;
use edge_capabilities::random;
use edge_gateways::Provider;
use edge_http::{Code, Json, Listing, Page, Problem, bearer};
use edge_idempotency::Idempotent;
use http::StatusCode;
use http::request::Parts;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;
use utoipa::{IntoParams, ToSchema};

use super::AppState;
use super::shown::Shown;
use crate::drain::DrainResult;
use crate::error::WebhookError;
use crate::event::{Status, WebhookEvent};
use crate::inbox::Filter;

/// The most events that one request has tried again.
const MAX_COUNT: u32 = 1_000;

/// Which events.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Wanted {
    /// Returns only events with this status.
    #[param(value_type = Option<Status>)]
    status: Option<String>,
    /// Returns only events from this sender:
    /// `bheempay`, `razorpay`, `stripe`, `erp`, `standard`, `shopify`, `woocommerce`.
    provider: Option<String>,
}

impl<S: Sync> FromRequestParts<S> for Wanted {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let wanted = Query::<Self>::try_from_uri(&parts.uri).map_err(|_| Problem::field("query", "cannot be read"))?;
        Ok(wanted.0)
    }
}

fn status(written: &str) -> Result<Status, Problem> {
    Status::parse(written).ok_or_else(|| Problem::field("status", "is not a status"))
}

fn provider(written: &str) -> Result<String, Problem> {
    let known = Provider::parse(written).ok_or_else(|| Problem::field("provider", "is not a sender"))?;
    Ok(known.as_str().to_owned())
}

/// List webhook events
///
/// Events are listed newest first. A tenant's key lists only that tenant's events.
#[utoipa::path(
    get, path = "/api/v1/webhooks/events", tag = "Webhooks", security(("key" = ["webhooks:read"])),
    params(Wanted, Page), responses((status = 200, description = "A page of events.", body = Listing<Shown>)),
)]
pub(super) async fn list(
    State(state): State<AppState>,
    granted: Granted<WebhooksRead>,
    wanted: Wanted,
    page: Page,
) -> Result<Json<Listing<Shown>>, Problem> {
    let filter = Filter {
        status: wanted.status.as_deref().map(status).transpose()?,
        provider: wanted.provider.as_deref().map(provider).transpose()?,
        tenant: granted.caller.tenant.as_ref().map(|tenant| tenant.as_str().to_owned()),
        cursor: page.cursor(is_valid)?,
    };
    let events = state.processor.inbox.list(&filter, page.limit.saturating_add(1)).await?;
    let shown = events.into_iter().map(Shown::from).collect();
    Ok(Json(Listing::from_one_more(shown, &page, |shown: &Shown| shown.cursor.clone())))
}

/// Whether it may be the id of an event.
fn is_valid(id: &str) -> bool {
    id.len() <= 64 && id.bytes().all(|byte| byte.is_ascii_graphic())
}

/// Get a webhook event
#[utoipa::path(
    get, path = "/api/v1/webhooks/events/{id}", tag = "Webhooks", security(("key" = ["webhooks:read"])),
    params(("id" = String, Path, description = "The event's id.")),
    responses((status = 200, description = "The event.", body = Shown)),
)]
pub(super) async fn show(
    State(state): State<AppState>,
    granted: Granted<WebhooksRead>,
    Path(id): Path<String>,
) -> Result<Json<Shown>, Problem> {
    Ok(Json(state.find(&granted.caller, &id).await?.into()))
}

/// Replay a webhook event
///
/// The event can have any status. An event that is already in effect is not applied a second time.
#[utoipa::path(
    post, path = "/api/v1/webhooks/events/{id}/replay", tag = "Webhooks", security(("key" = ["webhooks:write"])),
    params(("id" = String, Path, description = "The event's id.")),
    responses((status = 200, description = "The event in its current state.", body = Shown)),
)]
pub(super) async fn replay(
    State(state): State<AppState>,
    granted: Granted<WebhooksWrite>,
    Path(id): Path<String>,
) -> Result<Json<Shown>, Problem> {
    let event = state.find(&granted.caller, &id).await?;
    let lease = state.processor.new_lease();
    if let Some(event) = state.processor.inbox.reopen(&event.id, &lease, state.processor.now()).await? {
        // What comes of it stands in the event.
        let _ = state.processor.process_stored(&event, &lease).await;
    }
    Ok(Json(state.find(&granted.caller, &id).await?.into()))
}

/// The events to replay.
#[derive(Deserialize, ToSchema)]
pub(super) struct Replay {
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
pub(super) struct Replayed {
    /// The number of events that are due again.
    replayed: usize,
}

/// Replay webhook events
///
/// The events are due immediately and are processed by the next drain.
#[utoipa::path(
    post, path = "/api/v1/webhooks/events/replay", tag = "Webhooks", security(("key" = ["webhooks:write"])),
    request_body = Replay, responses((status = 202, description = "The events are due.", body = Replayed)),
)]
pub(super) async fn replay_all(
    State(state): State<AppState>,
    granted: Granted<WebhooksWrite>,
    Json(replay): Json<Replay>,
) -> Result<(StatusCode, Json<Replayed>), Problem> {
    only_the_platform(&granted.caller)?;
    let wanted = status(&replay.status)?;
    if matches!(wanted, Status::Processed | Status::Received) {
        return Err(Problem::field("status", "must be dead, quarantined, ignored or failed"));
    }
    let of = replay.provider.as_deref().map(provider).transpose()?;
    let limit = replay.limit.unwrap_or(MAX_COUNT);
    if !(1..=MAX_COUNT).contains(&limit) {
        return Err(Problem::field("limit", format!("must be a number from 1 to {MAX_COUNT}")));
    }
    let now = state.processor.now();
    let replayed = state.processor.inbox.reopen_all(wanted, of.as_deref(), now, limit).await?;
    let background = state.clone();
    state.capabilities.background.spawn(Box::pin(async move {
        let _ = background.processor.drain().await;
    }));
    Ok((StatusCode::ACCEPTED, Json(Replayed { replayed })))
}

/// Process pending webhook work
///
/// A scheduler calls this, for example every ten seconds. It processes events that are due, propagates changes that
/// are still pending, sends unsent notifications and deletes old events.
#[utoipa::path(
    post, path = "/api/v1/webhooks/drain", tag = "Webhooks", security(("key" = ["webhooks:write"])),
    responses((status = 200, description = "The work that was done.", body = DrainResult)),
)]
pub(super) async fn drain(State(state): State<AppState>, _: MayDrain) -> Result<Json<DrainResult>, Problem> {
    Ok(Json(state.processor.drain().await?))
}

/// The shortest `drain_key` that is taken: a shorter one could be guessed.
const SHORTEST_DRAIN_KEY: usize = 16;

/// Whoever may drain: who may write webhooks, or a scheduler with the variable `drain_key`, which opens nothing else.
pub(super) struct MayDrain;

impl FromRequestParts<AppState> for MayDrain {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        let key = text(&*state.capabilities.config, "drain_key").await.map_err(|error| {
            let detail = "The edge's settings cannot be read; try again.";
            Problem::new(Code::StoreUnavailable, detail).retry_after(1).because(error)
        })?;
        // Of equal length by hashing: the comparison tells neither where they differ nor how long the key is.
        let hash = |text: &str| Sha256::digest(text.as_bytes());
        let is_key = |sent: &str| bool::from(hash(sent).as_slice().ct_eq(hash(&key).as_slice()));
        if key.len() >= SHORTEST_DRAIN_KEY && bearer(&parts.headers).is_some_and(is_key) {
            return Ok(Self);
        }
        let granted = Granted::<WebhooksWrite>::from_request_parts(parts, state).await?;
        only_the_platform(&granted.caller)?;
        Ok(Self)
    }
}

/// A request to create a webhook endpoint.
#[derive(Deserialize, ToSchema)]
pub(super) struct NewEndpoint {
    /// The tenant's id.
    tenant_id: String,
}

/// A webhook endpoint of one organisation, shown only once.
#[derive(Serialize, ToSchema)]
pub(super) struct Endpoint {
    /// The endpoint's id, used to delete it.
    id: String,
    /// The token that identifies the sender, in addition to the signature.
    token: String,
    /// The address to which the ERP posts the organisation's events.
    url: String,
}

/// Create a webhook endpoint
///
/// The endpoint receives the events of one organisation. The token is shown only in this response. To replace it,
/// create another endpoint and delete this one.
#[utoipa::path(
    post, path = "/api/v1/webhooks/endpoints", tag = "Webhooks", security(("key" = ["webhooks:write"])),
    request_body = NewEndpoint, responses((status = 201, description = "The endpoint is created.", body = Endpoint)),
)]
pub(super) async fn create_endpoint(
    State(state): State<AppState>,
    granted: Granted<WebhooksWrite>,
    request: Idempotent<NewEndpoint>,
) -> Result<Response, Problem> {
    let caller = granted.caller;
    let scope = caller.idempotency_scope();
    state
        .idempotency
        .once_for_secret(&scope, request, async |new| {
            let id = new.tenant_id.to_ascii_lowercase();
            let seen = caller.sees(&id) && !id.contains(char::is_control);
            let tenant = if seen { state.processor.tenants.find(&id).await? } else { None };
            let tenant = tenant.ok_or_else(|| Problem::new(Code::TenantNotFound, "There is no such tenant."))?;
            let random = &*state.capabilities.random;
            let (id, token) = (format!("whe_{}", random::hex::<8>(random)), random::hex::<24>(random));
            state.endpoints.insert(&id, &tenant.id, &token, &caller.id, state.processor.now()).await?;
            let url = format!("/erp/webhooks/billing/{token}");
            Ok((StatusCode::CREATED, Endpoint { id, token, url }))
        })
        .await
}

/// Delete a webhook endpoint
#[utoipa::path(
    delete, path = "/api/v1/webhooks/endpoints/{id}", tag = "Webhooks", security(("key" = ["webhooks:write"])),
    params(("id" = String, Path, description = "The endpoint's id.")),
    responses((status = 204, description = "The endpoint is deleted.")),
)]
pub(super) async fn delete_endpoint(
    State(state): State<AppState>,
    granted: Granted<WebhooksWrite>,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    let tenant = granted.caller.tenant.as_ref().map(TenantId::as_str);
    if id.contains(char::is_control) || !state.endpoints.revoke(&id, tenant, state.processor.now()).await? {
        return Err(Problem::new(Code::EndpointNotFound, "There is no such endpoint."));
    }
    Ok(StatusCode::NO_CONTENT)
}

impl AppState {
    async fn find(&self, caller: &Caller, id: &str) -> Result<WebhookEvent, Problem> {
        let is_valid = id.len() <= 64 && id.bytes().all(|byte| byte.is_ascii_graphic());
        let found = if is_valid { self.processor.inbox.find(id).await? } else { None };
        let own = |event: &WebhookEvent| match &caller.tenant {
            None => true,
            Some(tenant) => event.tenant_id.as_deref() == Some(tenant.as_str()),
        };
        found.filter(own).ok_or_else(|| Problem::new(Code::EventNotFound, "There is no such webhook event."))
    }
}

fn only_the_platform(caller: &Caller) -> Result<(), Problem> {
    match caller.tenant {
        None => Ok(()),
        Some(_) => Err(Problem::new(Code::PermissionDenied, "This takes a key of the platform's, not a tenant's.")),
    }
}

impl From<WebhookError> for Problem {
    fn from(error: WebhookError) -> Self {
        let detail = "A store of the edge's cannot be reached; try again.";
        Self::new(Code::StoreUnavailable, detail).retry_after(1).because(error)
    }
}
