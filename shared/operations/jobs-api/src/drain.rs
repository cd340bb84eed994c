//! The drain of all components.

use std::time::Duration;

use async_trait::async_trait;
use axum::extract::State;
use bytes::Bytes;
use edge_access::{DrainAccess, JobsWrite};
use edge_capabilities::Capabilities;
use edge_capabilities::http::UpstreamName;
use edge_database::Db;
use edge_http::{Code, Json, Problem};
use edge_jobs::{Drained, Job, JobHandler, JobKind, JobOutcome, JobQueue, JobResult, JobRunner};
use edge_stats::{SNAPSHOT_EVERY, TAKE_SNAPSHOT, TakeSnapshot};
use edge_subscriptions::{SETTLE, SETTLE_EVERY, SettleMovements, Subscriptions};
use http::header::AUTHORIZATION;
use http::{HeaderMap, Request, StatusCode};

use crate::AppState;

/// The other components that run jobs, each at `/jobs/drain`.
pub const COMPONENTS: [&str; 9] = [
    "analytics",
    "checkout",
    "enterprise",
    "erp-sync",
    "integrations",
    "messaging",
    "provisioning",
    "subscriptions",
    "webhook-verification",
];

/// How long a component may take to drain: longer than it goes on taking up work.
const TIMEOUT: Duration = Duration::from_secs(50);

/// How long a dead job is kept.
const KEPT: Duration = Duration::from_hours(24 * 90);

/// Dead jobs removed in one statement.
const REMOVED: u32 = 500;

const REMOVE_DEAD: JobKind = JobKind::new("jobs.remove_dead");

/// Run jobs that are due
///
/// A scheduler calls this, for example every ten seconds. It runs all jobs that are due in all components, for some 20
/// seconds at most. The value of the variable `drain_key` is accepted as a credential too.
#[utoipa::path(
    post, path = "/api/v1/jobs/drain", tag = "Jobs", security(("key" = ["jobs:write"])),
    responses(
        (status = 200, description = "The work that was done.", body = Drained),
        (status = 503, description = "`STORE_UNAVAILABLE`: a component cannot run its jobs now. The others have run theirs."),
    ),
)]
pub(crate) async fn drain_jobs(
    State(state): State<AppState>,
    _: DrainAccess<JobsWrite>,
    headers: HeaderMap,
) -> Result<Json<Drained>, Problem> {
    let runner = state.runner();
    let others = futures::future::join_all(COMPONENTS.iter().map(|component| state.drain_other(component, &headers)));
    let (own, others) = futures::join!(runner.drain(), others);
    let mut drained = own?;
    for other in others {
        drained = drained.and(other?);
    }
    Ok(Json(drained))
}

impl AppState {
    /// The jobs of this component.
    fn runner(&self) -> JobRunner {
        let every = Duration::from_hours(1);
        let remove =
            RemoveDead { capabilities: self.capabilities.clone(), db: self.db.clone(), queue: self.queue.clone() };
        let settle = SettleMovements::new(Subscriptions::new(&self.capabilities, &self.db));
        let snapshot = TakeSnapshot::new(&self.capabilities, &self.db);
        let runner = JobRunner::new("admin", &self.capabilities, &self.queue);
        edge_tenants::jobs(&self.capabilities, &self.db, runner)
            .repeat(REMOVE_DEAD, every, remove)
            .repeat(SETTLE, SETTLE_EVERY, settle)
            .repeat(TAKE_SNAPSHOT, SNAPSHOT_EVERY, snapshot)
    }

    /// Has another component run its jobs.
    async fn drain_other(&self, component: &str, headers: &HeaderMap) -> Result<Drained, Problem> {
        let failed = |cause: String| {
            let detail = format!("The component {component} cannot run its jobs now; try again.");
            Problem::new(Code::StoreUnavailable, detail).retry_after(5).because(cause)
        };
        let mut request = Request::post(format!("http://{component}.spin.internal/jobs/drain"));
        if let Some(credential) = headers.get(AUTHORIZATION) {
            request = request.header(AUTHORIZATION, credential);
        }
        let request = request.body(Bytes::new()).map_err(|error| failed(error.to_string()))?;
        let response = self.capabilities.http.send(UpstreamName::Component, request, TIMEOUT).await;
        let response = response.map_err(|error| failed(error.to_string()))?;
        match response.status() {
            StatusCode::OK => serde_json::from_slice(response.body()).map_err(|error| failed(error.to_string())),
            status => Err(failed(format!("its status is {}", status.as_u16()))),
        }
    }
}

/// Removes jobs that are long dead.
struct RemoveDead {
    capabilities: Capabilities,
    db: Db,
    queue: JobQueue,
}

#[async_trait]
impl JobHandler for RemoveDead {
    async fn run(&self, _: &Job) -> JobResult {
        let now = self.capabilities.clock.now();
        let removed = self.queue.remove_dead(self.db.expired_before(now, KEPT).await?, REMOVED).await?;
        let is_full = u32::try_from(removed).is_ok_and(|removed| removed >= REMOVED);
        Ok(if is_full { JobOutcome::Again(now) } else { JobOutcome::Done })
    }
}
