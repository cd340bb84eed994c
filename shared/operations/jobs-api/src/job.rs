//! Jobs over HTTP. Responses never hold a payload: it may be about people.

use axum::extract::{FromRequestParts, Path, Query, State};
use edge_access::{Caller, Granted, JobsRead, JobsWrite};
use edge_capabilities::Timestamp;
use edge_database::Cursor;
use edge_http::{Code, Json, Listing, Page, Problem};
use edge_jobs::{Job, JobFilter, JobState};
use http::request::Parts;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::AppState;

/// Which jobs to return.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListQuery {
    /// Returns only jobs in this state.
    #[param(value_type = Option<JobState>)]
    state: Option<String>,
    /// Returns only jobs of this kind, for example `webhooks.event`.
    kind: Option<String>,
    /// Returns only jobs for this tenant.
    #[serde(alias = "tenant")]
    tenant_id: Option<String>,
}

impl<S: Sync> FromRequestParts<S> for ListQuery {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let query = Query::<Self>::try_from_uri(&parts.uri).map_err(|_| Problem::field("query", "cannot be read"))?;
        Ok(query.0)
    }
}

/// A job.
#[derive(Serialize, ToSchema)]
#[schema(as = Job)]
pub(crate) struct JobResponse {
    id: String,
    /// What the job does: `webhooks.event`.
    kind: String,
    /// What the job is about, unique within the kind.
    key: String,
    /// The tenant that the job is done for.
    tenant_id: Option<String>,
    state: JobState,
    /// When the next attempt is made; for a running job, when another worker takes it over; null if the job is dead.
    due_at: Option<String>,
    /// The number of attempts, the current one included.
    attempts: i64,
    /// Why the last attempt failed.
    last_error: Option<String>,
    created_at: String,
}

impl JobResponse {
    fn new(job: Job, now: Timestamp) -> Self {
        Self {
            state: job.state(now),
            tenant_id: job.tenant().map(ToOwned::to_owned),
            due_at: job.due_at.map(Timestamp::to_rfc3339_millis),
            created_at: job.created_at.to_rfc3339_millis(),
            id: job.id,
            kind: job.kind,
            key: job.key,
            attempts: job.attempts,
            last_error: job.error,
        }
    }
}

/// List jobs
///
/// Jobs are listed newest first. Completed jobs are removed and not listed. A tenant's key lists only that tenant's jobs.
#[utoipa::path(
    get, path = "/api/v1/jobs", tag = "Jobs", security(("key" = ["jobs:read"])),
    params(ListQuery, Page), responses((status = 200, description = "A page of jobs.", body = Listing<JobResponse>)),
)]
pub(crate) async fn list_jobs(
    State(state): State<AppState>,
    granted: Granted<JobsRead>,
    query: ListQuery,
    page: Page,
) -> Result<Json<Listing<JobResponse>>, Problem> {
    let wanted = query
        .state
        .as_deref()
        .map(|name| JobState::parse(name).ok_or_else(|| Problem::field("state", "must be queued, running or dead")));
    let own = granted.caller.tenant.as_ref().map(|tenant| tenant.as_str().to_owned());
    let filter = JobFilter {
        state: wanted.transpose()?,
        kind: query.kind,
        tenant: own.clone().or_else(|| query.tenant_id.clone()),
    };
    let cursor = page.cursor(is_valid)?;
    let is_anothers = own.is_some() && query.tenant_id.is_some_and(|tenant| Some(tenant) != own);
    let jobs = if is_anothers { Vec::new() } else { state.queue.list(&filter, cursor, page.rows()).await? };
    let (now, cursor) = (state.capabilities.clock.now(), |job: &Job| Cursor::new(job.created_at, job.id.as_str()));
    Ok(Json(page.listing(jobs, cursor, |job| JobResponse::new(job, now))))
}

/// Whether `id` may be a job's.
fn is_valid(id: &str) -> bool {
    id.len() <= 64 && id.bytes().all(|byte| byte.is_ascii_graphic())
}

/// Get a job
#[utoipa::path(
    get, path = "/api/v1/jobs/{id}", tag = "Jobs", security(("key" = ["jobs:read"])),
    params(("id" = String, Path, description = "The job's id.")),
    responses((status = 200, description = "The job.", body = JobResponse)),
)]
pub(crate) async fn get_job(
    State(state): State<AppState>,
    granted: Granted<JobsRead>,
    Path(id): Path<String>,
) -> Result<Json<JobResponse>, Problem> {
    let job = state.find(&granted.caller, &id).await?;
    Ok(Json(JobResponse::new(job, state.capabilities.clock.now())))
}

/// Replay a job
///
/// A dead job, or one that waits, is due immediately and is run by the next drain, with all its attempts. A running job is
/// left as it is.
#[utoipa::path(
    post, path = "/api/v1/jobs/{id}/replay", tag = "Jobs", security(("key" = ["jobs:write"])),
    params(("id" = String, Path, description = "The job's id.")),
    responses((status = 200, description = "The job in its current state.", body = JobResponse)),
)]
pub(crate) async fn replay_job(
    State(state): State<AppState>,
    granted: Granted<JobsWrite>,
    Path(id): Path<String>,
) -> Result<Json<JobResponse>, Problem> {
    let job = state.find(&granted.caller, &id).await?;
    // It was completed meanwhile.
    let job = state.queue.replay(&job.id).await?.ok_or_else(not_found)?;
    Ok(Json(JobResponse::new(job, state.capabilities.clock.now())))
}

fn not_found() -> Problem {
    Problem::new(Code::JobNotFound, "There is no such job.")
}

impl AppState {
    async fn find(&self, caller: &Caller, id: &str) -> Result<Job, Problem> {
        let found = if is_valid(id) { self.queue.find(id).await? } else { None };
        let is_own = |job: &Job| match &caller.tenant {
            None => true,
            Some(tenant) => job.tenant() == Some(tenant.as_str()),
        };
        found.filter(is_own).ok_or_else(not_found)
    }
}
