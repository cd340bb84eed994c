//! `GET /api/v1/seats/changes`: the one route of the component `seat-changes`. Its requests wait, so they are kept apart
//! from seat checks, which must not wait for a place.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{FromRef, FromRequestParts, Query, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use edge_access::{Authenticator, Granted, SeatsVerify};
use edge_capabilities::Capabilities;
use edge_database::Db;
use edge_http::{Json, Problem, ProblemBody, Timings};
use http::header::ETAG;
use http::request::Parts;
use http::{HeaderMap, HeaderValue, StatusCode};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use utoipa::{IntoParams, OpenApi, ToSchema};

use crate::changes::{Changes, Feed};
use crate::reconciliation::Position;

/// How long a request may wait, seconds.
const MAX_WAIT: f64 = 25.0;

#[derive(Clone)]
struct FeedState(Arc<Services>);

struct Services {
    authenticator: Authenticator,
    feed: Feed,
}

impl FromRef<FeedState> for Authenticator {
    fn from_ref(state: &FeedState) -> Self {
        state.0.authenticator.clone()
    }
}

/// The routes of the component `seat-changes`.
pub fn changes_router(capabilities: Capabilities) -> Router {
    let db = Db::new(capabilities.db.clone());
    let state = FeedState(Arc::new(Services {
        authenticator: Authenticator::new(&capabilities, &db),
        feed: Feed::new(&capabilities, &db),
    }));
    let routes = Router::new().route("/api/v1/seats/changes", get(changes)).with_state(state);
    edge_http::finish(routes, "seat-changes", &capabilities)
}

/// What a follower asks.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
struct Following {
    /// The `next` of the previous response. By default the response has the present `next` alone.
    #[param(value_type = Option<String>, required = false)]
    since: Option<Position>,
    /// How long to wait for a change if there is none, seconds: 0 to 25; the default is 0.
    #[param(value_type = Option<f64>, required = false, minimum = 0, maximum = 25)]
    wait: Duration,
}

#[derive(Deserialize)]
struct ChangesQuery {
    since: Option<String>,
    wait: Option<String>,
}

impl<S: Sync> FromRequestParts<S> for Following {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let unreadable = |_| Problem::field("query", "cannot be read");
        let Query(query) = Query::<ChangesQuery>::try_from_uri(&parts.uri).map_err(unreadable)?;
        let since = match query.since.as_deref().filter(|since| !since.is_empty()) {
            Some(text) => {
                let garbled = || Problem::field("since", "must be the next of a previous response");
                Some(Position::parse(text).ok_or_else(garbled)?)
            }
            None => None,
        };
        let wait = match query.wait.as_deref().filter(|wait| !wait.is_empty()) {
            Some(text) => {
                let seconds = text.parse().ok().filter(|seconds| (0.0..=MAX_WAIT).contains(seconds));
                let seconds = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
                seconds.ok_or_else(|| Problem::field("wait", "must be a number of seconds from 0 to 25"))?
            }
            None => Duration::ZERO,
        };
        Ok(Self { since, wait })
    }
}

/// An organisation of an application whose seats may have changed.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct SeatChange {
    /// The application's slug.
    #[schema(example = "healos")]
    application_slug: String,
    /// The organisation's id in the application.
    #[schema(example = "hospital_456")]
    external_org_id: String,
    /// The organisation's fence number, which increases with every change.
    #[schema(example = 59_570_761_953_000_i64)]
    fence: i64,
}

/// What has changed since a position.
#[derive(Serialize, ToSchema)]
struct SeatChanges {
    /// The organisations whose seats may have changed, each once. What is remembered of their users must be forgotten.
    changes: Vec<SeatChange>,
    /// The position to pass as `since` next.
    next: String,
    /// Whether changes may have been missed: everything that is remembered must be forgotten.
    reset: bool,
}

impl From<Changes> for SeatChanges {
    fn from(found: Changes) -> Self {
        let changes = found.changes.into_iter().map(|change| SeatChange {
            application_slug: change.application,
            external_org_id: change.external_org,
            fence: change.fence,
        });
        Self { changes: changes.collect(), next: found.next.to_text(), reset: found.reset }
    }
}

/// Follow changes of seats
///
/// Lists the organisations whose seats may have changed since `since`, in the applications of the key. If there are none,
/// the request waits up to `wait` seconds. A client that follows the list may answer seat checks from its own memory.
#[utoipa::path(
    get, path = "/api/v1/seats/changes", operation_id = "follow_seat_changes", tag = "Seats",
    security(("key" = ["seats:verify"])), params(Following),
    responses(
        (status = 200, description = "The changes; none if nothing has changed.", body = SeatChanges,
            headers(("ETag" = String, description = "Identifies this response."))),
        (status = 304, description = "The response is the one that `If-None-Match` names."),
        (status = 400, description = "`VALIDATION_ERROR`: `since` or `wait` is invalid.", body = ProblemBody),
        (status = 503, description = "`STORE_UNAVAILABLE`: changes cannot be determined. What is remembered must not be used.", body = ProblemBody),
    ),
)]
async fn changes(
    State(state): State<FeedState>,
    granted: Granted<SeatsVerify>,
    following: Following,
    timings: Timings,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    timings.note_personal();
    let Services { authenticator, feed } = &*state.0;
    authenticator.count(&granted.caller, Some(&timings)).await?;
    let found = feed.follow(following.since, following.wait, &granted.caller).await?;
    if !following.wait.is_zero() {
        // The key may have been revoked meanwhile.
        authenticator.authenticate(&headers).await?;
    }
    let body = SeatChanges::from(found);
    let written = serde_json::to_vec(&body).unwrap_or_default();
    let hash = Sha256::digest(&written);
    let hash: Vec<u8> = hash.iter().take(16).copied().collect();
    let etag = format!("\"{}\"", hex::encode(hash));
    let mut response = if edge_http::if_none_match(&headers, etag.as_bytes()) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        Json(body).into_response()
    };
    if let Ok(etag) = HeaderValue::try_from(etag) {
        response.headers_mut().insert(ETAG, etag);
    }
    Ok(response)
}

/// The OpenAPI description of these routes.
#[derive(OpenApi)]
#[openapi(paths(changes))]
pub struct ChangesApiDoc;

#[cfg(test)]
mod tests;
