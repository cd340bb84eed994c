//! `GET /.well-known/jwks.json`.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use edge_http::{Json, Problem, ProblemBody};
use http::HeaderValue;
use http::header::CACHE_CONTROL;
use serde::Serialize;
use utoipa::ToSchema;

use super::AppState;
use crate::token::PublicKey;

/// How long the keys may be kept: a new key is published for longer than this before it signs.
const MAX_AGE: HeaderValue = HeaderValue::from_static("public, max-age=300");

/// The public keys of seat tokens (RFC 7517).
#[derive(Serialize, ToSchema)]
pub(super) struct SeatTokenKeys<'a> {
    /// The keys, newest first.
    #[schema(inline)]
    keys: &'a [PublicKey],
}

/// List the keys of seat tokens
///
/// The public keys that verify seat tokens. A token's header names its key by `kid`. No credential is needed.
#[utoipa::path(
    get, path = "/.well-known/jwks.json", operation_id = "list_seat_token_keys", tag = "Seats", security(()),
    responses(
        (status = 200, description = "The keys.", body = SeatTokenKeys),
        (status = 503, description = "`NOT_CONFIGURED`: there is no seat token key.", body = ProblemBody),
    ),
)]
pub(super) async fn jwks(State(state): State<AppState>) -> Result<Response, Problem> {
    let keys = state.tokens.keys().await?;
    let mut response = Json(SeatTokenKeys { keys: keys.published() }).into_response();
    response.headers_mut().insert(CACHE_CONTROL, MAX_AGE);
    Ok(response)
}
