//! The route for schedulers: resumes interrupted runs and starts runs that are due.

use axum::extract::{FromRequestParts, State};
use edge_access::{ErpAdmin, Granted};
use edge_audit::Actor;
use edge_capabilities::Timestamp;
use edge_capabilities::clock::millis;
use edge_capabilities::config::text;
use edge_http::{Code, Json, Problem, bearer};
use edge_tenants::Mode;
use http::request::Parts;
use serde::Serialize;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;
use utoipa::ToSchema;

use super::Kind;
use super::api::StartRequest;
use crate::router::{AppState, config_unavailable};

/// The maximum number of tenants for which a run is started at once.
const BATCH: u32 = 20;

/// The work that was done.
#[derive(Debug, Default, Serialize, ToSchema)]
#[schema(as = SyncDrained)]
pub(crate) struct DrainResponse {
    /// The number of resumed runs.
    taken_up: usize,
    /// The number of due runs that were started.
    started: usize,
}

/// Resume and start sync runs
///
/// A scheduler calls this. It resumes runs whose worker died, and starts the next run where a run ended
/// `erp_sync_every_minutes` ago. The value of the variable `drain_key` is accepted as a credential too.
#[utoipa::path(
    post, path = "/api/v1/erp-sync/drain", tag = "ERP sync", security(("key" = ["erp:admin"])),
    responses((status = 200, description = "The work that was done.", body = DrainResponse)),
)]
pub(crate) async fn drain(State(state): State<AppState>, _: DrainAccess) -> Result<Json<DrainResponse>, Problem> {
    let mut drained = DrainResponse { taken_up: state.resume_abandoned(None).await?, started: 0 };
    let settings = state.worker.settings().await.map_err(|error| config_unavailable(&error))?;
    let Some(interval) = settings.interval else { return Ok(Json(drained)) };
    let before = Timestamp::from_millis(state.worker.now().as_millis().saturating_sub(millis(interval)));
    let actor = Actor { id: "scheduler".to_owned(), address: None };
    for kind in Kind::ALL {
        for id in state.worker.runs().find_due_tenants(kind, before, BATCH).await? {
            let Some(tenant) = state.tenants.find(&id).await? else { continue };
            let is_due = tenant.mode == Mode::Internal && tenant.is_active;
            if is_due && state.start_once(kind, &tenant, &actor, &StartRequest::default()).await?.is_some() {
                drained.started = drained.started.saturating_add(1);
            }
        }
    }
    Ok(Json(drained))
}

/// The minimum length of `drain_key`: a shorter one could be guessed.
const MIN_DRAIN_KEY_LEN: usize = 16;

/// The right to drain: a platform key with `erp:admin`, or the value of the variable `drain_key`.
pub(crate) struct DrainAccess;

impl FromRequestParts<AppState> for DrainAccess {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        let key = text(&*state.capabilities.config, "drain_key").await.map_err(|error| config_unavailable(&error))?;
        // Hashes have equal lengths: the time of the comparison reveals neither a common prefix nor the key's length.
        let hash = |text: &str| Sha256::digest(text.as_bytes());
        let is_key = |sent: &str| bool::from(hash(sent).as_slice().ct_eq(hash(&key).as_slice()));
        if key.len() >= MIN_DRAIN_KEY_LEN && bearer(&parts.headers).is_some_and(is_key) {
            return Ok(Self);
        }
        let granted = Granted::<ErpAdmin>::from_request_parts(parts, state).await?;
        match granted.caller.tenant {
            None => Ok(Self),
            Some(_) => {
                Err(Problem::new(Code::PermissionDenied, "This requires a platform key, not a key of a tenant."))
            }
        }
    }
}
