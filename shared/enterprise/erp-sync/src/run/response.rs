//! A run in the API.

use std::time::Duration;

use edge_capabilities::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::run::{Counts, Kind, PendingDeactivations, Run, Status};

/// The maximum number of returned errors.
pub(super) const MAX_ERRORS: u32 = 100;

/// A sync run.
#[derive(Clone, Serialize, ToSchema)]
#[schema(as = SyncRun)]
pub(crate) struct SyncRunResponse {
    job_id: String,
    kind: Kind,
    status: Status,
    /// The phase of a run in progress: `reading` or `deactivating`; null after its end.
    phase: Option<&'static str>,
    /// The number of pages that were read.
    pages: u32,
    #[serde(flatten)]
    counts: Counts,
    /// The version of `role_mapping` that the whole run uses.
    rule_version: Option<i64>,
    started_by: String,
    started_at: String,
    /// When the run last made progress.
    updated_at: String,
    finished_at: Option<String>,
    /// The deactivations that wait for confirmation.
    deactivations: Option<PendingDeactivations>,
    /// Why the run failed.
    error: Option<String>,
}

/// An error about an item that the ERP lists.
#[derive(Clone, Serialize, ToSchema)]
#[schema(as = SyncError)]
pub(crate) struct SyncErrorResponse {
    /// The id of the employee or project in the ERP; null if it has none.
    employee_id: Option<String>,
    error: String,
}

/// A completed run.
#[derive(Clone, Serialize, ToSchema)]
#[schema(as = CompletedSyncRun)]
pub(crate) struct CompletedRun {
    job_id: String,
    finished_at: String,
}

/// The status of a sync: a run, the last completed run, and the next one.
#[derive(Serialize, ToSchema)]
#[schema(as = SyncStatus)]
pub(crate) struct SyncStatusResponse {
    tenant_id: String,
    /// The run's status; `never_run` if there was no run.
    status: String,
    /// The run's id.
    job_id: Option<String>,
    kind: Option<Kind>,
    phase: Option<&'static str>,
    pages: u32,
    #[serde(flatten)]
    counts: Counts,
    rule_version: Option<i64>,
    started_at: Option<String>,
    updated_at: Option<String>,
    finished_at: Option<String>,
    /// The deactivations that wait for confirmation.
    deactivations: Option<PendingDeactivations>,
    /// Why the run failed.
    error: Option<String>,
    /// The first 100 errors about items.
    pub(super) errors: Vec<SyncErrorResponse>,
    /// The last completed run of this kind.
    last_good_run: Option<CompletedRun>,
    /// When the next run of this kind is due; null if no run has completed yet.
    next_due: Option<String>,
    /// The last run of employees.
    pub(super) employees: Option<SyncRunResponse>,
    /// The last run of projects.
    pub(super) projects: Option<SyncRunResponse>,
}

impl From<&Run> for SyncRunResponse {
    fn from(run: &Run) -> Self {
        let phase = match run.status {
            Status::Running if run.progress.is_read => Some("deactivating"),
            Status::Running => Some("reading"),
            _ => None,
        };
        Self {
            job_id: run.id.clone(),
            kind: run.kind,
            status: run.status,
            phase,
            pages: run.progress.pages,
            counts: run.progress.counts,
            rule_version: run.rule_version,
            started_by: run.actor.clone(),
            started_at: run.started_at.to_rfc3339_millis(),
            updated_at: run.updated_at.to_rfc3339_millis(),
            finished_at: run.finished_at.map(Timestamp::to_rfc3339_millis),
            deactivations: run.progress.asked.clone().filter(|_| run.status == Status::NeedsConfirmation),
            error: run.error.clone(),
        }
    }
}

impl SyncStatusResponse {
    pub(super) fn new(
        tenant: &str,
        run: Option<&Run>,
        last_completed: Option<(String, Timestamp)>,
        interval: Option<Duration>,
    ) -> Self {
        let next_due =
            last_completed.as_ref().zip(interval).map(|((_, at), interval)| at.plus(interval).to_rfc3339_millis());
        let last_good_run =
            last_completed.map(|(job_id, at)| CompletedRun { job_id, finished_at: at.to_rfc3339_millis() });
        let shown = run.map(SyncRunResponse::from);
        let of = |read: fn(&SyncRunResponse) -> String| shown.as_ref().map(read);
        Self {
            tenant_id: tenant.to_owned(),
            status: run.map_or("never_run", |run| run.status.as_str()).to_owned(),
            job_id: of(|run| run.job_id.clone()),
            kind: run.map(|run| run.kind),
            phase: shown.as_ref().and_then(|run| run.phase),
            pages: shown.as_ref().map_or(0, |run| run.pages),
            counts: shown.as_ref().map(|run| run.counts).unwrap_or_default(),
            rule_version: run.and_then(|run| run.rule_version),
            started_at: of(|run| run.started_at.clone()),
            updated_at: of(|run| run.updated_at.clone()),
            finished_at: shown.as_ref().and_then(|run| run.finished_at.clone()),
            deactivations: shown.as_ref().and_then(|run| run.deactivations.clone()),
            error: run.and_then(|run| run.error.clone()),
            errors: Vec::new(),
            last_good_run,
            next_due,
            employees: None,
            projects: None,
        }
    }
}

pub(super) fn errors(found: Vec<(Option<String>, String)>) -> Vec<SyncErrorResponse> {
    found.into_iter().map(|(employee_id, error)| SyncErrorResponse { employee_id, error }).collect()
}
