//! A run as callers see it.

use std::time::Duration;

use edge_capabilities::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::run::{Asked, Counts, Kind, Run, Status};

/// The most errors that are shown.
pub(super) const MAX_ERRORS: u32 = 100;

/// How it is with a run.
#[derive(Clone, Serialize, ToSchema)]
#[schema(as = SyncRun)]
pub(super) struct ShownRun {
    job_id: String,
    kind: Kind,
    status: Status,
    /// What it does now: `reading` or `deactivating`; null once it is over.
    phase: Option<&'static str>,
    /// Pages that were read.
    pages: u32,
    #[serde(flatten)]
    counts: Counts,
    /// The version of `role_mapping` that decides from its first page to its last.
    rule_version: Option<i64>,
    started_by: String,
    started_at: String,
    /// When something was last heard of it.
    updated_at: String,
    finished_at: Option<String>,
    /// Those it would deactivate, where it asks.
    deactivations: Option<Asked>,
    /// Why it failed.
    error: Option<String>,
}

/// Something wrong with one of those whom the ERP lists.
#[derive(Clone, Serialize, ToSchema)]
#[schema(as = SyncError)]
pub(super) struct ShownError {
    /// The ERP's id of the employee, or of the project; null where it has none.
    employee_id: Option<String>,
    error: String,
}

/// A run that came to its end.
#[derive(Clone, Serialize, ToSchema)]
#[schema(as = GoodSyncRun)]
pub(super) struct GoodRun {
    job_id: String,
    finished_at: String,
}

/// A run, and what was before and comes next.
#[derive(Serialize, ToSchema)]
#[schema(as = SyncStatus)]
pub(super) struct ShownStatus {
    tenant_id: String,
    /// `never_run` where there was none; else as the run's.
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
    /// Those it would deactivate, where it asks.
    deactivations: Option<Asked>,
    /// Why it failed.
    error: Option<String>,
    /// What is wrong with whom: the first hundred of `failed`.
    pub(super) errors: Vec<ShownError>,
    /// The last run of this kind that came to its end.
    last_good_run: Option<GoodRun>,
    /// When the next of this kind is due; null where none has come to its end yet.
    next_due: Option<String>,
    /// The last run of employees.
    pub(super) employees: Option<ShownRun>,
    /// The last run of projects.
    pub(super) projects: Option<ShownRun>,
}

impl From<&Run> for ShownRun {
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

impl ShownStatus {
    pub(super) fn new(
        tenant: &str,
        run: Option<&Run>,
        good: Option<(String, Timestamp)>,
        every: Option<Duration>,
    ) -> Self {
        let next_due = good.as_ref().zip(every).map(|((_, at), every)| at.plus(every).to_rfc3339_millis());
        let last_good_run = good.map(|(job_id, at)| GoodRun { job_id, finished_at: at.to_rfc3339_millis() });
        let shown = run.map(ShownRun::from);
        let of = |read: fn(&ShownRun) -> String| shown.as_ref().map(read);
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

pub(super) fn errors(found: Vec<(Option<String>, String)>) -> Vec<ShownError> {
    found.into_iter().map(|(employee_id, error)| ShownError { employee_id, error }).collect()
}
