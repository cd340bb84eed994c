//! Subscriptions over HTTP. They are bought in [`super::purchase::api`] and changed in [`super::change::api`].

use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use edge_access::{AnyScope, Granted, Scope, SubscriptionsWrite};
use edge_database::Cursor;
use edge_http::{Address, Json, Listing, Page, Problem, Raw};
use http::header::ETAG;
use http::{HeaderMap, HeaderValue, Uri};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use utoipa::IntoParams;

use super::request::CancelSubscriptionRequest;
use super::response::SubscriptionResponse;
use crate::movement::StoredSubscription;
use crate::router::AppState;
use crate::router::access::require_any;

/// Who may see subscriptions: who pays for them, and who assigns their seats.
pub(crate) const READERS: &[Scope] = &[Scope::SubscriptionsRead, Scope::SubscriptionsWrite, Scope::SeatsWrite];

/// The filters of the list.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SubscriptionListQuery {
    /// Only those of this organization.
    organization_id: Option<String>,
    /// Only those to this application.
    application_slug: Option<String>,
}

/// List subscriptions
///
/// Newest first. A platform key lists those of all organizations.
#[utoipa::path(
    get, path = "/subscriptions", tag = "Subscriptions", security(("key" = ["subscriptions:read"])),
    params(Page, SubscriptionListQuery),
    responses((status = 200, description = "A page of subscriptions.", body = Listing<SubscriptionResponse>)),
)]
pub(crate) async fn list_subscriptions(
    State(state): State<AppState>,
    granted: Granted<AnyScope>,
    headers: HeaderMap,
    page: Page,
    uri: Uri,
) -> Result<Json<Listing<SubscriptionResponse>>, Problem> {
    let caller = granted.caller;
    require_any(&caller, READERS)?;
    let unreadable = |_| Problem::field("query", "cannot be read");
    let Query(query) = Query::<SubscriptionListQuery>::try_from_uri(&uri).map_err(unreadable)?;
    let organization = state.listed(&caller, &headers, query.organization_id)?;
    let cursor = page.cursor(is_id)?;
    let movements = state.service.movements();
    let application = query.application_slug.as_deref();
    let found = movements.subscriptions(organization.as_deref(), application, cursor, page.rows()).await?;
    let mut rows = Vec::new();
    for stored in found {
        let position = Cursor::new(stored.terms.created_at, stored.id.as_str());
        let is_allowed = caller.speaks_for(&stored.account.application);
        let response = state.subscription_response(stored.at(state.now())).await?;
        rows.push((position, is_allowed.then_some(response)));
    }
    let listing = page.listing(rows, |(position, _)| position.clone(), |(_, response)| response);
    Ok(Json(Listing { data: listing.data.into_iter().flatten().collect(), next_cursor: listing.next_cursor }))
}

/// Get a subscription
#[utoipa::path(
    get, path = "/subscriptions/{id}", tag = "Subscriptions", security(("key" = ["subscriptions:read"])),
    params(("id" = String, Path, description = "The subscription's id.")),
    responses(
        (status = 200, description = "The subscription; its version as `ETag`.", body = SubscriptionResponse),
        (status = 404, description = "`SUBSCRIPTION_NOT_FOUND`."),
    ),
)]
pub(crate) async fn get_subscription(
    State(state): State<AppState>,
    granted: Granted<AnyScope>,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    require_any(&granted.caller, READERS)?;
    let stored = state.subscription(&granted.caller, &headers, &id).await?;
    Ok(with_etag(state.subscription_response(stored).await?))
}

/// Cancel a subscription
///
/// By default it ends with its period and grants access until then. With `immediate` it ends now: the next check denies.
#[utoipa::path(
    post, path = "/subscriptions/{id}/cancel", tag = "Subscriptions", security(("key" = ["subscriptions:write"])),
    params(("id" = String, Path, description = "The subscription's id.")), request_body = CancelSubscriptionRequest,
    responses(
        (status = 200, description = "The subscription.", body = SubscriptionResponse),
        (status = 409, description = "`SUBSCRIPTION_INACTIVE`: it has ended."),
    ),
)]
pub(crate) async fn cancel_subscription(
    State(state): State<AppState>,
    granted: Granted<SubscriptionsWrite>,
    address: Address,
    headers: HeaderMap,
    Path(id): Path<String>,
    body: Raw,
) -> Result<Response, Problem> {
    let request: CancelSubscriptionRequest = optional(&body)?;
    request.check()?;
    let stored = state.subscription(&granted.caller, &headers, &id).await?;
    let actor = granted.caller.actor(address);
    let immediate = request.immediate == Some(true);
    state.service.cancel(&stored, immediate, request.reason.as_deref(), &state.gateways, &actor).await?;
    Ok(with_etag(state.subscription_response(state.service.find(&id).await?).await?))
}

/// Reactivate a subscription
///
/// Takes back a cancellation before it takes effect: the same subscription goes on, and nothing is charged.
#[utoipa::path(
    post, path = "/subscriptions/{id}/reactivate", tag = "Subscriptions", security(("key" = ["subscriptions:write"])),
    params(("id" = String, Path, description = "The subscription's id.")),
    responses(
        (status = 200, description = "The subscription.", body = SubscriptionResponse),
        (status = 409, description = "`SUBSCRIPTION_INACTIVE`: it has ended; create another."),
    ),
)]
pub(crate) async fn reactivate_subscription(
    State(state): State<AppState>,
    granted: Granted<SubscriptionsWrite>,
    address: Address,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let stored = state.subscription(&granted.caller, &headers, &id).await?;
    state.service.reactivate(&stored, &state.gateways, &granted.caller.actor(address)).await?;
    Ok(with_etag(state.subscription_response(state.service.find(&id).await?).await?))
}

/// A body that may be left out.
pub(crate) fn optional<T: DeserializeOwned + Default>(Raw(bytes): &Raw) -> Result<T, Problem> {
    if bytes.is_empty() {
        return Ok(T::default());
    }
    let value = serde_json::from_slice(bytes).map_err(|_| Problem::field("body", "must be JSON"))?;
    edge_http::read_json(&value)
}

pub(super) fn with_etag(response: SubscriptionResponse) -> Response {
    let etag = HeaderValue::try_from(response.etag());
    let mut response = Json(response).into_response();
    if let Ok(etag) = etag {
        response.headers_mut().insert(ETAG, etag);
    }
    response
}

fn is_id(id: &str) -> bool {
    (1..=64).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-')
}

impl AppState {
    pub(crate) async fn subscription_response(
        &self,
        stored: StoredSubscription,
    ) -> Result<SubscriptionResponse, Problem> {
        let movements = self.service.movements();
        let expired = match stored.pending {
            0 => 0,
            _ => movements.count_expired(&stored.account, &stored.id, self.now()).await?,
        };
        Ok(SubscriptionResponse::new(stored, expired))
    }
}
