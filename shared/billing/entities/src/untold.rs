//! Entries of the audit log that wait in the row that changed, until they are in the log. So none is lost where an instance
//! dies between the change and the log.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use edge_audit::{AuditEntry, AuditLog};
use edge_capabilities::clock::millis;
use edge_capabilities::{Clock, Timestamp};
use edge_database::{Column as _, DatabaseError, Db, Value};
use edge_jobs::{Job, JobHandler, JobKind, JobOutcome, JobResult};

/// The job that appends what instances that died have left.
pub(crate) const TELL: JobKind = JobKind::new("entities.append_audit");

/// How often it runs.
pub(crate) const TELL_EVERY: Duration = Duration::from_mins(5);

/// How old what it takes up is at least: younger entries are appended by those who made the change.
const AGE: Duration = Duration::from_mins(1);

/// The tables whose rows hold entries: their names, keys and the columns with the times of their last changes.
const TABLES: [(&str, &str, &str); 3] = [
    ("entities", "id", "updated_at"),
    ("entity_charges", "id", "created_at"),
    ("entity_subscriptions", "subscription_id", "updated_at"),
];

/// Rows that one run takes up of a table.
const BATCH: i64 = 200;

/// Appends entries to the audit log.
#[derive(Clone)]
pub(crate) struct Untold {
    db: Db,
    log: AuditLog,
}

impl Untold {
    /// Of the rows in `db`.
    pub(crate) fn new(db: &Db) -> Self {
        Self { db: db.clone(), log: AuditLog::new(db.clone()) }
    }

    /// Appends `entries` of the row `id` of `table`, and takes them out of the row, unless that has others meanwhile.
    pub(crate) async fn tell(
        &self,
        table: &'static str,
        tenant: &str,
        id: &str,
        entries: &Vec<AuditEntry>,
    ) -> Result<(), DatabaseError> {
        let Some((table, key, _)) = TABLES.into_iter().find(|(name, ..)| *name == table && !entries.is_empty()) else {
            return Ok(());
        };
        self.log.append_all(tenant, entries).await?;
        let statement = format!("UPDATE {table} SET untold = '[]' WHERE {key} = $1 AND tenant_id = $2 AND untold = $3");
        self.db.query(&statement, &[id.into(), tenant.into(), entries.to_value()?]).await.map(drop)
    }

    /// Appends what has waited in any row since before `before`.
    async fn tell_all(&self, before: Timestamp) -> Result<(), DatabaseError> {
        for (table, key, changed) in TABLES {
            let statement = format!(
                "SELECT {key}, tenant_id, untold FROM {table} WHERE untold <> '[]' AND {changed} < $1
                 ORDER BY {changed} LIMIT $2"
            );
            for row in self.db.query(&statement, &[before.into(), Value::Integer(BATCH)]).await? {
                let entries = Vec::from_value(&Value::from(row.text(2)?)).map_err(DatabaseError::Refused)?;
                self.tell(table, row.text(1)?, row.text(0)?, &entries).await?;
            }
        }
        Ok(())
    }
}

/// Runs [`TELL`].
pub(crate) struct TellUntold {
    pub(crate) untold: Untold,
    pub(crate) clock: Arc<dyn Clock>,
}

#[async_trait]
impl JobHandler for TellUntold {
    async fn run(&self, _: &Job) -> JobResult {
        let before = self.clock.now().as_millis().saturating_sub(millis(AGE));
        self.untold.tell_all(Timestamp::from_millis(before)).await?;
        Ok(JobOutcome::Done)
    }
}
