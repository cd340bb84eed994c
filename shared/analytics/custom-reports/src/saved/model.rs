//! A saved report.

use edge_audit::AuditEntry;
use edge_capabilities::Timestamp;
use edge_database::{json_column, record};
use serde::Serialize;
use utoipa::ToSchema;

use super::schedule::ReportSchedule;
use crate::query::ReportRequest;

/// A saved report.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct SavedReport {
    /// `rep_…`.
    pub(crate) id: String,
    pub(crate) tenant_id: String,
    pub(crate) name: String,
    /// What it asks for, without name and schedule.
    pub(crate) query: ReportRequest,
    pub(crate) schedule: Option<ReportSchedule>,
    /// When it is sent next.
    pub(crate) due_at: Option<Timestamp>,
    /// Who saved it.
    pub(crate) created_by: String,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
    /// Entries of the audit log that are still to be appended.
    pub(crate) untold: Vec<AuditEntry>,
    pub(crate) revision: i64,
}

json_column!(ReportRequest, ReportSchedule);
record! {
    SavedReport in "custom_reports" {
        id, tenant_id, name, query, schedule, due_at, created_by, created_at, updated_at, untold, revision,
    }
}

/// A saved report.
#[derive(Serialize, ToSchema)]
#[schema(as = SavedReport)]
pub(crate) struct SavedReportResponse {
    id: String,
    #[serde(flatten)]
    report: ReportRequest,
    /// When it is sent next; null: it is not.
    next_at: Option<String>,
    /// Who saved it.
    created_by: String,
    created_at: String,
    updated_at: String,
}

impl SavedReportResponse {
    pub(crate) fn new(report: &SavedReport) -> Self {
        let SavedReport { name, query, schedule, .. } = report.clone();
        Self {
            id: report.id.clone(),
            report: ReportRequest { name: Some(name), schedule, ..query },
            next_at: report.due_at.map(Timestamp::to_rfc3339_millis),
            created_by: report.created_by.clone(),
            created_at: report.created_at.to_rfc3339_millis(),
            updated_at: report.updated_at.to_rfc3339_millis(),
        }
    }
}
