//! The drain: the work that is due.

use axum::extract::{FromRequestParts, State};
use edge_access::{Granted, WebhooksWrite};
use edge_capabilities::config::text;
use edge_http::{Code, Json, Problem, bearer};
use http::request::Parts;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use super::AppState;
use super::error::require_platform;
use crate::drain::DrainResult;

/// Process pending webhook work
///
/// A scheduler calls this, for example every ten seconds. It processes events that are due, propagates changes that
/// are still pending, sends unsent notifications and deletes old events.
#[utoipa::path(
    post, path = "/api/v1/webhooks/drain", tag = "Webhooks", security(("key" = ["webhooks:write"])),
    responses((status = 200, description = "The work that was done.", body = DrainResult)),
)]
pub(super) async fn drain(State(state): State<AppState>, _: DrainAccess) -> Result<Json<DrainResult>, Problem> {
    Ok(Json(state.processor.drain().await?))
}

/// The shortest `drain_key` that is accepted: a shorter one could be guessed.
const MIN_DRAIN_KEY_LEN: usize = 16;

/// The right to drain: of a platform key with `webhooks:write`, or of a scheduler with the variable `drain_key`, which opens
/// nothing else.
pub(super) struct DrainAccess;

impl FromRequestParts<AppState> for DrainAccess {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        let key = text(&*state.capabilities.config, "drain_key").await.map_err(|error| {
            let detail = "The edge's settings cannot be read; try again.";
            Problem::new(Code::StoreUnavailable, detail).retry_after(1).because(error)
        })?;
        // Of equal length by hashing: the comparison tells neither where they differ nor how long the key is.
        let hash = |text: &str| Sha256::digest(text.as_bytes());
        let is_key = |sent: &str| bool::from(hash(sent).as_slice().ct_eq(hash(&key).as_slice()));
        if key.len() >= MIN_DRAIN_KEY_LEN && bearer(&parts.headers).is_some_and(is_key) {
            return Ok(Self);
        }
        let granted = Granted::<WebhooksWrite>::from_request_parts(parts, state).await?;
        require_platform(&granted.caller)?;
        Ok(Self)
    }
}
