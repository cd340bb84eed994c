//! The routes of analytics. The handlers of each resource are in its own module.

use std::sync::Arc;

use axum::Router;
use axum::extract::{FromRef, State};
use axum::routing::{get, post};
use edge_access::{Authenticator, DrainAccess, JobsWrite};
use edge_capabilities::{Capabilities, Timestamp};
use edge_database::Db;
use edge_http::{Json, Problem};
use edge_jobs::{Drained, JobQueue, JobRunner};
use edge_mrr::{MrrLedger, ROLL_UP, ROLL_UP_EVERY, RollUp};
use edge_tenants::Tenants;
use utoipa::OpenApi;

use crate::mrr;

#[derive(Clone)]
pub(crate) struct AppState(Arc<Services>);

pub(crate) struct Services {
    authenticator: Authenticator,
    capabilities: Capabilities,
    jobs: JobRunner,
    pub(crate) mrr: MrrLedger,
    pub(crate) tenants: Tenants,
}

impl std::ops::Deref for AppState {
    type Target = Services;

    fn deref(&self) -> &Services {
        &self.0
    }
}

impl Services {
    pub(crate) fn now(&self) -> Timestamp {
        self.capabilities.clock.now()
    }
}

impl FromRef<AppState> for Authenticator {
    fn from_ref(state: &AppState) -> Self {
        state.authenticator.clone()
    }
}

/// The routes of the component `analytics`.
pub fn router(capabilities: Capabilities) -> Router {
    let db = Db::new(capabilities.db.clone());
    let runner = JobRunner::new("analytics", &capabilities, &JobQueue::new(&capabilities, &db));
    let state = AppState(Arc::new(Services {
        authenticator: Authenticator::new(&capabilities, &db),
        jobs: runner.repeat(ROLL_UP, ROLL_UP_EVERY, RollUp::new(&capabilities, &db)),
        mrr: MrrLedger::new(&capabilities, &db),
        tenants: Tenants::new(db.clone()),
        capabilities: capabilities.clone(),
    }));
    let routes =
        Router::new().route("/analytics/mrr", get(mrr::get_mrr)).route("/jobs/drain", post(run_jobs)).with_state(state);
    edge_http::finish(routes, "analytics", &capabilities)
}

/// This component's part of `POST /api/v1/jobs/drain`. No route of the application leads here.
async fn run_jobs(State(state): State<AppState>, _: DrainAccess<JobsWrite>) -> Result<Json<Drained>, Problem> {
    Ok(Json(state.jobs.drain().await?))
}

/// The OpenAPI description of these routes.
#[derive(OpenApi)]
#[openapi(paths(mrr::get_mrr))]
pub struct ApiDoc;

#[cfg(test)]
mod tests;
