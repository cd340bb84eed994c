//! Saved reports in the database.

use edge_audit::{AuditEntry, AuditLog};
use edge_capabilities::Timestamp;
use edge_database::{Conditions, Cursor, DatabaseError, Db, Value};
use edge_entities::{Untold, UntoldTable};

use super::model::SavedReport;

/// The table whose rows hold entries for the audit log.
pub(crate) const TABLES: &[UntoldTable] =
    &[UntoldTable { name: "custom_reports", key: "id", changed_at: "updated_at" }];

/// The saved reports of tenants.
#[derive(Clone)]
pub(crate) struct SavedReports {
    db: Db,
    untold: Untold,
}

impl SavedReports {
    pub(crate) fn new(db: &Db) -> Self {
        Self { db: db.clone(), untold: Untold::new(db, TABLES) }
    }

    /// The report `id` of `tenant`.
    pub(crate) async fn find(&self, tenant: &str, id: &str) -> Result<Option<SavedReport>, DatabaseError> {
        self.db.find(Conditions::of("tenant_id", tenant).and("id", id)).await
    }

    /// The report `id`, whose ever it is.
    pub(super) async fn of_any(&self, id: &str) -> Result<Option<SavedReport>, DatabaseError> {
        self.db.find(Conditions::of("id", id)).await
    }

    /// Up to `limit` reports of `tenant`, newest first.
    pub(super) async fn list(
        &self,
        tenant: &str,
        cursor: Option<Cursor>,
        limit: u32,
    ) -> Result<Vec<SavedReport>, DatabaseError> {
        self.db.page(Conditions::of("tenant_id", tenant), "created_at", cursor, limit).await
    }

    pub(super) async fn insert(&self, report: &SavedReport) -> Result<(), DatabaseError> {
        self.db.insert(report).await?;
        self.tell(report).await
    }

    /// Replaces the report; false: somebody changed it meanwhile.
    pub(super) async fn replace(&self, report: &SavedReport) -> Result<bool, DatabaseError> {
        let fixed = ["created_by", "created_at"];
        let is_replaced = self.db.update_if_revision(report, &["id", "tenant_id"], &fixed).await?;
        if is_replaced {
            self.tell(report).await?;
        }
        Ok(is_replaced)
    }

    /// Deletes the report. What was done is in the log before it is gone.
    pub(super) async fn delete(&self, report: &SavedReport, entry: AuditEntry) -> Result<(), DatabaseError> {
        let mut report = report.clone();
        report.untold.push(entry);
        AuditLog::new(self.db.clone()).append_all(&report.tenant_id, &report.untold).await?;
        let statement = "DELETE FROM custom_reports WHERE id = $1 AND tenant_id = $2";
        self.db.query(statement, &[report.id.as_str().into(), report.tenant_id.as_str().into()]).await.map(drop)
    }

    async fn tell(&self, report: &SavedReport) -> Result<(), DatabaseError> {
        self.untold.tell("custom_reports", &report.tenant_id, &report.id, &report.untold).await
    }

    /// Up to `limit` reports that are to be sent at `now` or were before, those that waited longest first.
    pub(super) async fn due(&self, now: Timestamp, limit: u32) -> Result<Vec<SavedReport>, DatabaseError> {
        let due = Conditions::default().and_where("due_at <= ?", now);
        self.db.select(due, &format!("due_at, id LIMIT {limit}")).await
    }

    /// Notes that the report was sent which was due at its time, and when it is due next. Another time that was set meanwhile
    /// stays.
    pub(super) async fn sent(&self, report: &SavedReport, next: Option<Timestamp>) -> Result<(), DatabaseError> {
        let mut values: Vec<Value> = vec![report.id.as_str().into(), report.due_at.into()];
        let next = match next {
            Some(next) => {
                values.push(next.into());
                "$3"
            }
            None => "NULL",
        };
        let statement = format!("UPDATE custom_reports SET due_at = {next} WHERE id = $1 AND due_at = $2");
        self.db.query_owned(&statement, values).await.map(drop)
    }
}
