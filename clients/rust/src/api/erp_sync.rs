//! ERP sync.

// Made from docs/openapi.json: UPDATE_CLIENT=1 cargo test -p bheem-edge-client --test api

#![allow(unused_imports, reason = "which are needed differs")]

use std::collections::BTreeMap;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::call::{Api, Body, Path, query};
use super::schemas::*;
use crate::EdgeError;

impl Api<'_> {
    /// List what a run would deactivate: `GET /api/v1/erp-sync/deactivations`.
    ///
    /// Lists whom the run deactivates if it is confirmed, in the order in which the ERP's records were first seen. The list is
    /// empty if no run waits for confirmation.
    ///
    /// The key needs `erp:admin`.
    pub async fn list_deactivations(&self, query_parameters: &ListDeactivationsQuery) -> Result<ListingSyncDeactivation, EdgeError> {
        let path = Path::new("/api/v1/erp-sync/deactivations").query(&query(query_parameters)?);
        self.json(http::Method::GET, path, Body::None).await
    }

    /// Resume and start sync runs: `POST /api/v1/erp-sync/drain`.
    ///
    /// A scheduler calls this, or better `POST /api/v1/jobs/drain`. It resumes runs whose worker died, and starts the next run
    /// where a run ended `erp_sync_every_minutes` ago. The value of the variable `drain_key` is accepted as a credential too.
    ///
    /// The key needs `erp:admin`.
    pub async fn drain_sync_runs(&self) -> Result<SyncDrained, EdgeError> {
        let path = Path::new("/api/v1/erp-sync/drain");
        self.json(http::Method::POST, path, Body::None).await
    }

    /// Sync employees from HR: `POST /api/v1/erp-sync/employees`.
    ///
    /// Starts a run or joins the run in progress. Its status is at `/api/v1/erp-sync/status`. A run that would deactivate
    /// many users stops and waits for confirmation: `{"confirm_deactivations":true}` continues it; without it, a new run
    /// starts.
    ///
    /// The key needs `erp:admin`.
    pub async fn sync_employees(&self, body: &Option<StartSyncRequest>) -> Result<StartSyncResponse, EdgeError> {
        let path = Path::new("/api/v1/erp-sync/employees");
        self.json(http::Method::POST, path, Body::json(body)?).await
    }

    /// List projects: `GET /api/v1/erp-sync/projects`.
    ///
    /// Returns the projects in the ERP as the last run found them, sorted by id.
    ///
    /// The key needs `erp:admin`.
    pub async fn list_projects(&self, query_parameters: &ListProjectsQuery) -> Result<ListingProject, EdgeError> {
        let path = Path::new("/api/v1/erp-sync/projects").query(&query(query_parameters)?);
        self.json(http::Method::GET, path, Body::None).await
    }

    /// Sync projects from the ERP: `POST /api/v1/erp-sync/projects`.
    ///
    /// Works like the sync of employees.
    ///
    /// The key needs `erp:admin`.
    pub async fn sync_projects(&self, body: &Option<StartSyncRequest>) -> Result<StartSyncResponse, EdgeError> {
        let path = Path::new("/api/v1/erp-sync/projects");
        self.json(http::Method::POST, path, Body::json(body)?).await
    }

    /// Get the status of a sync run: `GET /api/v1/erp-sync/status`.
    ///
    /// Without `kind` or `job_id`, this returns the run that was started last. The request also resumes a run whose worker
    /// died, from where it stopped.
    ///
    /// The key needs `erp:admin`.
    pub async fn get_sync_status(&self, query_parameters: &GetSyncStatusQuery) -> Result<SyncStatus, EdgeError> {
        let path = Path::new("/api/v1/erp-sync/status").query(&query(query_parameters)?);
        self.json(http::Method::GET, path, Body::None).await
    }
}

/// The query of [`list_deactivations`](Api::list_deactivations).
#[derive(Clone, Debug, Default, Serialize)]
pub struct ListDeactivationsQuery {
    /// The maximum number of entries: 1 to 200; the default is 50.
    pub limit: Option<i32>,
    /// The `nextCursor` of the previous page. By default the first page is returned.
    pub cursor: Option<String>,
    /// `employees`, which is the default, or `projects`.
    pub kind: Option<String>,
}

/// The query of [`list_projects`](Api::list_projects).
#[derive(Clone, Debug, Default, Serialize)]
pub struct ListProjectsQuery {
    /// The maximum number of entries: 1 to 200; the default is 50.
    pub limit: Option<i32>,
    /// The `nextCursor` of the previous page. By default the first page is returned.
    pub cursor: Option<String>,
}

/// The query of [`get_sync_status`](Api::get_sync_status).
#[derive(Clone, Debug, Default, Serialize)]
pub struct GetSyncStatusQuery {
    /// Returns the last run of this kind: `employees` or `projects`.
    pub kind: Option<String>,
    /// Returns the run with this id.
    pub job_id: Option<String>,
}

/// A completed run.
#[derive(Clone, Debug, Deserialize)]
pub struct CompletedSyncRun {
    /// `finished_at`.
    pub finished_at: String,
    /// `job_id`.
    pub job_id: String,
}

/// A page of a list.
#[derive(Clone, Debug, Deserialize)]
pub struct ListingProject {
    /// The entries of the page.
    pub data: Vec<Project>,
    /// The `cursor` of the next page; null on the last page.
    #[serde(rename = "nextCursor")]
    pub next_cursor: Option<String>,
}

/// A page of a list.
#[derive(Clone, Debug, Deserialize)]
pub struct ListingSyncDeactivation {
    /// The entries of the page.
    pub data: Vec<SyncDeactivation>,
    /// The `cursor` of the next page; null on the last page.
    #[serde(rename = "nextCursor")]
    pub next_cursor: Option<String>,
}

/// The deactivations that a run asks to confirm.
#[derive(Clone, Debug, Deserialize)]
pub struct PendingDeactivations {
    /// The number of active records.
    pub active: i64,
    /// The number of records that would be deactivated.
    pub gone: i64,
    /// The reason why confirmation is required.
    pub reason: String,
}

/// A project.
#[derive(Clone, Debug, Deserialize)]
pub struct Project {
    /// `description`.
    pub description: Option<String>,
    /// The project's id in the ERP.
    pub id: String,
    /// `name`.
    pub name: String,
    /// The ids of the employees who work on it, in the ERP.
    pub team: Vec<String>,
}

/// The confirmation of a waiting run. The body is optional.
#[derive(Clone, Debug, Default, Serialize)]
pub struct StartSyncRequest {
    /// Whether a run that waits for confirmation continues and deactivates the users in question.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub confirm_deactivations: Option<bool>,
}

/// A sync run in progress.
#[derive(Clone, Debug, Deserialize)]
pub struct StartSyncResponse {
    /// The run's id; if a run was already in progress, the id of that run.
    pub job_id: String,
    /// `sync_started`.
    pub status: String,
}

/// An employee or a project that a run would deactivate.
#[derive(Clone, Debug, Deserialize)]
pub struct SyncDeactivation {
    /// `department`.
    pub department: Option<String>,
    /// The id in the ERP.
    pub erp_id: String,
    /// `job_title`.
    pub job_title: Option<String>,
    /// The name of the person or the project; null if it is not known.
    pub name: Option<String>,
    /// `role`.
    pub role: Option<Role>,
    /// The employee's user; null for projects.
    pub user_id: Option<String>,
}

/// The work that was done.
#[derive(Clone, Debug, Deserialize)]
pub struct SyncDrained {
    /// The number of due runs that were started.
    pub started: i64,
    /// The number of resumed runs.
    pub taken_up: i64,
}

/// An error about an item that the ERP lists.
#[derive(Clone, Debug, Deserialize)]
pub struct SyncError {
    /// The id of the employee or project in the ERP; null if it has none.
    pub employee_id: Option<String>,
    /// `error`.
    pub error: String,
}

/// The kind of records that a run syncs.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub enum SyncKind {
    /// `employees`.
    #[serde(rename = "employees")]
    Employees,
    /// `projects`.
    #[serde(rename = "projects")]
    Projects,
    /// A word that this version of the library does not know.
    #[serde(untagged)]
    Other(String),
}

/// A sync run.
#[derive(Clone, Debug, Deserialize)]
pub struct SyncRun {
    /// Of the synced records: created.
    pub created: Option<i64>,
    /// The number of records that were deactivated because the ERP no longer lists them.
    pub deactivated: Option<i64>,
    /// `deactivations`.
    pub deactivations: Option<PendingDeactivations>,
    /// The number of items that were listed before in the same run.
    pub duplicates: Option<i64>,
    /// Why the run failed.
    pub error: Option<String>,
    /// The number of items with an error; see `errors`.
    pub failed: Option<i64>,
    /// `finished_at`.
    pub finished_at: Option<String>,
    /// The number of items listed as inactive.
    pub inactive: Option<i64>,
    /// `job_id`.
    pub job_id: String,
    /// Of the synced records: created or updated, but with a role that was set by hand and is kept.
    pub kept_by_hand: Option<i64>,
    /// `kind`.
    pub kind: SyncKind,
    /// The number of pages that were read.
    pub pages: i32,
    /// The phase of a run in progress: `reading` or `deactivating`; null after its end.
    pub phase: Option<String>,
    /// Of the synced records: active again after a deactivation.
    pub reactivated: Option<i64>,
    /// The version of `role_mapping` that the whole run uses.
    pub rule_version: Option<i64>,
    /// `started_at`.
    pub started_at: String,
    /// `started_by`.
    pub started_by: String,
    /// `status`.
    pub status: SyncRunStatus,
    /// The number of records that match the ERP now.
    pub synced: Option<i64>,
    /// The number of items that the ERP listed.
    pub total: Option<i64>,
    /// Of the synced records: unchanged.
    pub unchanged: Option<i64>,
    /// Of the synced records: updated.
    pub updated: Option<i64>,
    /// When the run last made progress.
    pub updated_at: String,
}

/// The status of a run.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub enum SyncRunStatus {
    /// `running`.
    #[serde(rename = "running")]
    Running,
    /// `needs_confirmation`.
    #[serde(rename = "needs_confirmation")]
    NeedsConfirmation,
    /// `completed`.
    #[serde(rename = "completed")]
    Completed,
    /// `failed`.
    #[serde(rename = "failed")]
    Failed,
    /// `superseded`.
    #[serde(rename = "superseded")]
    Superseded,
    /// A word that this version of the library does not know.
    #[serde(untagged)]
    Other(String),
}

/// The status of a sync: a run, the last completed run, and the next one.
#[derive(Clone, Debug, Deserialize)]
pub struct SyncStatus {
    /// Of the synced records: created.
    pub created: Option<i64>,
    /// The number of records that were deactivated because the ERP no longer lists them.
    pub deactivated: Option<i64>,
    /// `deactivations`.
    pub deactivations: Option<PendingDeactivations>,
    /// The number of items that were listed before in the same run.
    pub duplicates: Option<i64>,
    /// `employees`.
    pub employees: Option<SyncRun>,
    /// Why the run failed.
    pub error: Option<String>,
    /// The first 100 errors about items.
    pub errors: Vec<SyncError>,
    /// The number of items with an error; see `errors`.
    pub failed: Option<i64>,
    /// `finished_at`.
    pub finished_at: Option<String>,
    /// The number of items listed as inactive.
    pub inactive: Option<i64>,
    /// The run's id.
    pub job_id: Option<String>,
    /// Of the synced records: created or updated, but with a role that was set by hand and is kept.
    pub kept_by_hand: Option<i64>,
    /// `kind`.
    pub kind: Option<SyncKind>,
    /// `last_good_run`.
    pub last_good_run: Option<CompletedSyncRun>,
    /// When the next run of this kind is due; null if no run has completed yet.
    pub next_due: Option<String>,
    /// `pages`.
    pub pages: i32,
    /// `phase`.
    pub phase: Option<String>,
    /// `projects`.
    pub projects: Option<SyncRun>,
    /// Of the synced records: active again after a deactivation.
    pub reactivated: Option<i64>,
    /// `rule_version`.
    pub rule_version: Option<i64>,
    /// `started_at`.
    pub started_at: Option<String>,
    /// The run's status; `never_run` if there was no run.
    pub status: String,
    /// The number of records that match the ERP now.
    pub synced: Option<i64>,
    /// `tenant_id`.
    pub tenant_id: String,
    /// The number of items that the ERP listed.
    pub total: Option<i64>,
    /// Of the synced records: unchanged.
    pub unchanged: Option<i64>,
    /// Of the synced records: updated.
    pub updated: Option<i64>,
    /// `updated_at`.
    pub updated_at: Option<String>,
}
