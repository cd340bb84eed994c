//! Entries in the database.

use std::time::Duration;

use edge_capabilities::Timestamp;
use edge_database::{Conditions, Cursor, DatabaseError, Db};

use super::model::LogEntry;

/// How long entries are kept.
const RETENTION: Duration = Duration::from_hours(24 * 90);

/// The most entries that are deleted at once.
const MAX_DELETED: i64 = 500;

/// Entries.
#[derive(Clone)]
pub(crate) struct Logs(Db);

/// Which entries a list holds; None: all.
#[derive(Clone, Debug, Default)]
pub(crate) struct LogFilter {
    pub(crate) run: Option<String>,
    pub(crate) kind: Option<String>,
    pub(crate) outcome: Option<String>,
    pub(crate) number: Option<String>,
}

impl Logs {
    pub(crate) fn new(db: Db) -> Self {
        Self(db)
    }

    pub(crate) async fn append(&self, entry: &LogEntry) -> Result<(), DatabaseError> {
        self.0.insert(entry).await
    }

    /// Up to `limit` entries of an integration, newest first.
    pub(crate) async fn list(
        &self,
        (tenant, integration): (&str, &str),
        filter: LogFilter,
        cursor: Option<Cursor>,
        limit: u32,
    ) -> Result<Vec<LogEntry>, DatabaseError> {
        let conditions = Conditions::of("integration_id", integration)
            .and("tenant_id", tenant)
            .and_if("run_id", filter.run)
            .and_if("kind", filter.kind)
            .and_if("outcome", filter.outcome)
            .and_if("number", filter.number);
        self.0.page(conditions, "at", cursor, limit).await
    }

    /// Deletes some of the entries that are old.
    pub(crate) async fn delete_old(&self, now: Timestamp) -> Result<(), DatabaseError> {
        let before = self.0.expired_before(now, RETENTION).await?;
        let statement = "DELETE FROM ledger_logs WHERE id IN
            (SELECT id FROM ledger_logs WHERE at < $1 ORDER BY at LIMIT $2)";
        self.0.query(statement, &[before.into(), MAX_DELETED.into()]).await.map(drop)
    }
}
