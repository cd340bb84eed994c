//! The right to drain, and the route by which a component runs its jobs.

use std::marker::PhantomData;
use std::sync::Arc;

use axum::Router;
use axum::extract::{FromRef, FromRequestParts, State};
use axum::routing::post;
use edge_capabilities::Capabilities;
use edge_capabilities::config::text;
use edge_database::Db;
use edge_http::{Code, Json, Problem, bearer};
use edge_jobs::{Drained, JobRunner};
use http::request::Parts;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use crate::authenticator::Authenticator;
use crate::granted::{Granted, JobsWrite, Right};

/// The shortest `drain_key` that is accepted: a shorter one could be guessed.
const MIN_DRAIN_KEY_LEN: usize = 16;

/// The right to drain: of a platform key with the right `R`, or of a scheduler with the variable `drain_key`, which opens
/// nothing else.
pub struct DrainAccess<R: Right>(PhantomData<R>);

impl<R: Right, S: Sync> FromRequestParts<S> for DrainAccess<R>
where
    Authenticator: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let authenticator = Authenticator::from_ref(state);
        let key = text(&*authenticator.capabilities().config, "drain_key").await.map_err(|error| {
            let detail = "The edge's settings cannot be read; try again.";
            Problem::new(Code::StoreUnavailable, detail).retry_after(1).because(error)
        })?;
        // Of equal length by hashing: the comparison tells neither where they differ nor how long the key is.
        let hash = |text: &str| Sha256::digest(text.as_bytes());
        let is_key = |sent: &str| bool::from(hash(sent).as_slice().ct_eq(hash(&key).as_slice()));
        if key.len() >= MIN_DRAIN_KEY_LEN && bearer(&parts.headers).is_some_and(is_key) {
            return Ok(Self(PhantomData));
        }
        match Granted::<R>::from_request_parts(parts, state).await?.caller.tenant {
            None => Ok(Self(PhantomData)),
            Some(_) => Err(Problem::new(Code::PermissionDenied, "This takes a key of the platform's, not a tenant's.")),
        }
    }
}

/// A component's part of `POST /api/v1/jobs/drain`: runs the jobs of its [`JobRunner`]. No route of the application leads
/// here; the component that drains all others calls it by service chaining.
pub fn job_routes<S>() -> Router<S>
where
    S: Clone + Send + Sync + 'static,
    Authenticator: FromRef<S>,
    Arc<JobRunner>: FromRef<S>,
{
    Router::new().route("/jobs/drain", post(run_jobs))
}

/// As [`job_routes`], for a component whose jobs are of several crates.
pub fn jobs_router(capabilities: &Capabilities, db: &Db, runner: JobRunner) -> Router {
    let state = JobsState { authenticator: Authenticator::new(capabilities, db), runner: Arc::new(runner) };
    job_routes().with_state(state)
}

#[derive(Clone)]
struct JobsState {
    authenticator: Authenticator,
    runner: Arc<JobRunner>,
}

edge_http::state_parts!(JobsState { authenticator: Authenticator, runner: Arc<JobRunner> });

async fn run_jobs(State(runner): State<Arc<JobRunner>>, _: DrainAccess<JobsWrite>) -> Result<Json<Drained>, Problem> {
    Ok(Json(runner.drain().await?))
}
