//! Runs in the database.

use edge_database::{Conditions, DatabaseError, Db};

use super::model::Run;

/// Runs.
#[derive(Clone)]
pub(crate) struct Runs(Db);

impl Runs {
    pub(crate) fn new(db: Db) -> Self {
        Self(db)
    }

    /// Stores a new run; false: another of the integration is open.
    pub(crate) async fn insert(&self, run: &Run) -> Result<bool, DatabaseError> {
        self.0.insert_new(run).await
    }

    pub(crate) async fn find(&self, id: &str) -> Result<Option<Run>, DatabaseError> {
        self.0.find(Conditions::of("id", id)).await
    }

    /// The run of an integration that is open.
    pub(crate) async fn open(&self, integration: &str) -> Result<Option<Run>, DatabaseError> {
        self.0.find(Conditions::of("integration_id", integration).and_null("finished_at")).await
    }

    /// The run of an integration that was started last.
    pub(crate) async fn last(&self, integration: &str) -> Result<Option<Run>, DatabaseError> {
        let of = Conditions::of("integration_id", integration);
        Ok(self.0.page(of, "started_at", None, 1).await?.pop())
    }

    /// Up to `limit` open runs of all integrations, oldest first.
    pub(crate) async fn all_open(&self, limit: u32) -> Result<Vec<Run>, DatabaseError> {
        self.0.select(Conditions::default().and_null("finished_at"), &format!("started_at, id LIMIT {limit}")).await
    }

    /// Stores `run` unless it was changed since it was read; gives whether it did, and raises its revision.
    pub(crate) async fn store(&self, run: &mut Run) -> Result<bool, DatabaseError> {
        let fixed = ["tenant_id", "integration_id", "actor", "started_at"];
        let is_stored = self.0.update_if_revision(run, &["id"], &fixed).await?;
        if is_stored {
            run.revision = run.revision.saturating_add(1);
        }
        Ok(is_stored)
    }
}
