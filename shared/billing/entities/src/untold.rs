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

/// The job that does so for the tables of this crate.
pub(crate) const TELL: JobKind = JobKind::new("entities.append_audit");

/// How often it runs.
pub const TELL_EVERY: Duration = Duration::from_mins(5);

/// How old what it takes up is at least: younger entries are appended by those who made the change.
const AGE: Duration = Duration::from_mins(1);

/// A table whose rows hold entries in their column `untold`, and the ids of their tenants in `tenant_id`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UntoldTable {
    /// Its name.
    pub name: &'static str,
    /// The column that finds a row of a tenant.
    pub key: &'static str,
    /// The column with the time of a row's last change.
    pub changed_at: &'static str,
}

/// The tables of this crate.
pub(crate) const TABLES: &[UntoldTable] = &[
    UntoldTable { name: "entities", key: "id", changed_at: "updated_at" },
    UntoldTable { name: "entity_charges", key: "id", changed_at: "created_at" },
    UntoldTable { name: "entity_subscriptions", key: "subscription_id", changed_at: "updated_at" },
];

/// Rows that one run takes up of a table.
const BATCH: i64 = 200;

/// Appends entries to the audit log.
#[derive(Clone)]
pub struct Untold {
    db: Db,
    log: AuditLog,
    tables: &'static [UntoldTable],
}

impl Untold {
    /// Of the rows of `tables` in `db`.
    pub fn new(db: &Db, tables: &'static [UntoldTable]) -> Self {
        Self { db: db.clone(), log: AuditLog::new(db.clone()), tables }
    }

    /// Appends `entries` of the row `id` of `table`, and takes them out of the row, unless that has others meanwhile.
    pub async fn tell(
        &self,
        table: &'static str,
        tenant: &str,
        id: &str,
        entries: &Vec<AuditEntry>,
    ) -> Result<(), DatabaseError> {
        let Some(UntoldTable { key, .. }) = self.tables.iter().find(|known| known.name == table && !entries.is_empty())
        else {
            return Ok(());
        };
        self.log.append_all(tenant, entries).await?;
        let statement = format!("UPDATE {table} SET untold = '[]' WHERE {key} = $1 AND tenant_id = $2 AND untold = $3");
        self.db.query(&statement, &[id.into(), tenant.into(), entries.to_value()?]).await.map(drop)
    }

    /// Appends what has waited in any row since before `before`.
    async fn tell_all(&self, before: Timestamp) -> Result<(), DatabaseError> {
        for UntoldTable { name: table, key, changed_at: changed } in self.tables.iter().copied() {
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

/// The job that appends what instances that died have left.
pub struct TellUntold {
    /// Where it waits.
    pub untold: Untold,
    /// The clock.
    pub clock: Arc<dyn Clock>,
}

#[async_trait]
impl JobHandler for TellUntold {
    async fn run(&self, _: &Job) -> JobResult {
        let before = self.clock.now().as_millis().saturating_sub(millis(AGE));
        self.untold.tell_all(Timestamp::from_millis(before)).await?;
        Ok(JobOutcome::Done)
    }
}
