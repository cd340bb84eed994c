//! Runs as callers see them.

use std::collections::BTreeMap;

use async_trait::async_trait;
use edge_capabilities::Timestamp;
use edge_connections::LastRun;
use edge_database::{DatabaseError, Db};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::model::{Run, RunStatus};
use super::store::Runs;
use crate::document::{DocumentErrorResponse, Documents};

/// A run of an integration.
#[derive(Serialize, ToSchema)]
#[schema(as = LedgerRun)]
pub struct SyncReport {
    id: String,
    status: RunStatus,
    /// Who started it.
    started_by: String,
    #[schema(format = DateTime)]
    started_at: String,
    #[schema(format = DateTime)]
    updated_at: String,
    #[schema(format = DateTime)]
    finished_at: Option<String>,
    /// When it goes on by itself, while it waits.
    #[schema(format = DateTime)]
    resume_at: Option<String>,
    /// Why it waits, failed or was stopped.
    error: Option<DocumentErrorResponse>,
    /// What the run is done with, by kind and state.
    done: BTreeMap<String, BTreeMap<String, i64>>,
    /// All documents of the integration, by kind and state.
    documents: BTreeMap<String, BTreeMap<String, i64>>,
}

/// Tells of runs.
#[derive(Clone)]
pub struct SyncReports {
    runs: Runs,
    documents: Documents,
}

impl SyncReports {
    /// The runs in `db`.
    pub fn new(db: &Db) -> Self {
        Self { runs: Runs::new(db.clone()), documents: Documents::new(db.clone()) }
    }

    /// The last run of an integration; None: there was none.
    pub async fn last(&self, integration: &str) -> Result<Option<SyncReport>, DatabaseError> {
        match self.runs.last(integration).await? {
            Some(run) => self.report(&run).await.map(Some),
            None => Ok(None),
        }
    }

    /// `run`, as callers see it.
    async fn report(&self, run: &Run) -> Result<SyncReport, DatabaseError> {
        let done = match run.finished_at {
            Some(_) => run.counts.clone(),
            None => self.documents.counts(&run.integration, Some(&run.id)).await?,
        };
        let documents = self.documents.counts(&run.integration, None).await?;
        Ok(SyncReport {
            id: run.id.clone(),
            status: run.status,
            started_by: run.actor.clone(),
            started_at: run.started_at.to_rfc3339_millis(),
            updated_at: run.updated_at.to_rfc3339_millis(),
            finished_at: run.finished_at.map(Timestamp::to_rfc3339_millis),
            resume_at: run.resume_at.map(Timestamp::to_rfc3339_millis),
            error: DocumentErrorResponse::new(run.code, run.error.as_deref()),
            done: done.0,
            documents: documents.0,
        })
    }
}

#[async_trait]
impl LastRun for SyncReports {
    async fn last_run(&self, _tenant: &str, id: &str) -> Result<Option<Value>, DatabaseError> {
        let refused = |error: serde_json::Error| DatabaseError::Refused(error.to_string());
        self.last(id).await?.map(|report| serde_json::to_value(&report).map_err(refused)).transpose()
    }
}
