//! Jobs.

// Made from docs/openapi.json: UPDATE_CLIENT=1 cargo test -p bheem-edge-client --test api

#![allow(unused_imports, reason = "which are needed differs")]

use std::collections::BTreeMap;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::call::{Api, Body, Path, query};
use super::schemas::*;
use crate::EdgeError;

impl Api<'_> {
    /// List jobs: `GET /api/v1/jobs`.
    ///
    /// Jobs are listed newest first. Completed jobs are removed and not listed. A tenant's key lists only that tenant's jobs.
    ///
    /// The key needs `jobs:read`.
    pub async fn list_jobs(&self, query_parameters: &ListJobsQuery) -> Result<ListingJob, EdgeError> {
        let path = Path::new("/api/v1/jobs").query(&query(query_parameters)?);
        self.json(http::Method::GET, path, Body::None).await
    }

    /// Run jobs that are due: `POST /api/v1/jobs/drain`.
    ///
    /// A scheduler calls this, for example every ten seconds. It runs all jobs that are due in all components, for some 20
    /// seconds at most. The value of the variable `drain_key` is accepted as a credential too.
    ///
    /// The key needs `jobs:write`.
    pub async fn drain_jobs(&self) -> Result<Drained, EdgeError> {
        let path = Path::new("/api/v1/jobs/drain");
        self.json(http::Method::POST, path, Body::None).await
    }

    /// Get a job: `GET /api/v1/jobs/{id}`.
    ///
    /// The key needs `jobs:read`.
    pub async fn get_job(&self, id: &str) -> Result<Job, EdgeError> {
        let path = Path::new("/api/v1/jobs/").value(id);
        self.json(http::Method::GET, path, Body::None).await
    }

    /// Replay a job: `POST /api/v1/jobs/{id}/replay`.
    ///
    /// A dead job, or one that waits, is due immediately and is run by the next drain, with all its attempts. A running job is
    /// left as it is.
    ///
    /// The key needs `jobs:write`.
    pub async fn replay_job(&self, id: &str) -> Result<Job, EdgeError> {
        let path = Path::new("/api/v1/jobs/").value(id).text("/replay");
        self.json(http::Method::POST, path, Body::None).await
    }
}

/// The query of [`list_jobs`](Api::list_jobs).
#[derive(Clone, Debug, Default, Serialize)]
pub struct ListJobsQuery {
    /// Returns only jobs in this state.
    pub state: Option<JobState>,
    /// Returns only jobs of this kind, for example `webhooks.event`.
    pub kind: Option<String>,
    /// Returns only jobs for this tenant.
    pub tenant_id: Option<String>,
    /// The maximum number of entries: 1 to 200; the default is 50.
    pub limit: Option<i32>,
    /// The `nextCursor` of the previous page. By default the first page is returned.
    pub cursor: Option<String>,
}

/// The work that was done.
#[derive(Clone, Debug, Deserialize)]
pub struct Drained {
    /// The number of jobs that were completed.
    pub completed: i32,
    /// The number of jobs that failed for good.
    pub dead: i32,
    /// Whether there is more to do right away.
    pub more: bool,
    /// The number of attempts that failed and are made again.
    pub retried: i32,
}

/// A job.
#[derive(Clone, Debug, Deserialize)]
pub struct Job {
    /// The number of attempts, the current one included.
    pub attempts: i64,
    /// `created_at`.
    pub created_at: String,
    /// When the next attempt is made; for a running job, when another worker takes it over; null if the job is dead.
    pub due_at: Option<String>,
    /// `id`.
    pub id: String,
    /// What the job is about, unique within the kind.
    pub key: String,
    /// What the job does: `webhooks.event`.
    pub kind: String,
    /// Why the last attempt failed.
    pub last_error: Option<String>,
    /// `state`.
    pub state: JobState,
    /// The tenant that the job is done for.
    pub tenant_id: Option<String>,
}

/// The state of a job.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum JobState {
    /// `queued`.
    #[serde(rename = "queued")]
    Queued,
    /// `running`.
    #[serde(rename = "running")]
    Running,
    /// `dead`.
    #[serde(rename = "dead")]
    Dead,
    /// A word that this version of the library does not know.
    #[serde(untagged)]
    Other(String),
}

/// A page of a list.
#[derive(Clone, Debug, Deserialize)]
pub struct ListingJob {
    /// The entries of the page.
    pub data: Vec<Job>,
    /// The `cursor` of the next page; null on the last page.
    #[serde(rename = "nextCursor")]
    pub next_cursor: Option<String>,
}
