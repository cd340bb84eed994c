//! For schedulers: runs whose workers died are taken up, and those that are due are started.

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

use super::starting::Start;
use super::{AppState, unset};
use crate::run::Kind;

/// Tenants in one go.
const BATCH: u32 = 20;

/// The work that was done.
#[derive(Debug, Default, Serialize, ToSchema)]
#[schema(as = SyncDrained)]
pub(super) struct Drained {
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
    responses((status = 200, description = "The work that was done.", body = Drained)),
)]
pub(super) async fn drain(State(state): State<AppState>, _: MayDrain) -> Result<Json<Drained>, Problem> {
    let mut drained = Drained { taken_up: state.take_up(None).await?, started: 0 };
    let settings = state.works.settings().await.map_err(|error| unset(&error))?;
    let Some(every) = settings.every else { return Ok(Json(drained)) };
    let before = Timestamp::from_millis(state.works.now().as_millis().saturating_sub(millis(every)));
    let author = Actor { id: "scheduler".to_owned(), address: None };
    for kind in Kind::ALL {
        for id in state.works.runs().due(kind, before, BATCH).await? {
            let Some(tenant) = state.tenants.find(&id).await? else { continue };
            let is_due = tenant.mode == Mode::Internal && tenant.is_active;
            if is_due && state.start_once(kind, &tenant, &author, &Start::default()).await?.is_some() {
                drained.started = drained.started.saturating_add(1);
            }
        }
    }
    Ok(Json(drained))
}

/// The shortest `drain_key` that is taken: a shorter one could be guessed.
const SHORTEST_DRAIN_KEY: usize = 16;

/// Whoever may drain: the platform, or a scheduler with the variable `drain_key`.
pub(super) struct MayDrain;

impl FromRequestParts<AppState> for MayDrain {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        let key = text(&*state.capabilities.config, "drain_key").await.map_err(|error| unset(&error))?;
        // Of equal length by hashing: the comparison tells neither where they differ nor how long the key is.
        let hash = |text: &str| Sha256::digest(text.as_bytes());
        let is_key = |sent: &str| bool::from(hash(sent).as_slice().ct_eq(hash(&key).as_slice()));
        if key.len() >= SHORTEST_DRAIN_KEY && bearer(&parts.headers).is_some_and(is_key) {
            return Ok(Self);
        }
        let granted = Granted::<ErpAdmin>::from_request_parts(parts, state).await?;
        match granted.caller.tenant {
            None => Ok(Self),
            Some(_) => Err(Problem::new(Code::PermissionDenied, "This takes a key of the platform's, not a tenant's.")),
        }
    }
}
