//! Allocations in the database. Whatever changes the shares of a source is one statement on one revision of its row.

use edge_audit::AuditEntry;
use edge_capabilities::Timestamp;
use edge_database::{Column as _, Conditions, Cursor, DatabaseError, Db, record};
use edge_invoices::Date;

use super::model::{Allocation, AllocationSource};
use super::source::Source;
use crate::error::AllocationError;

/// How often a change is tried again after somebody else was faster.
const MAX_ATTEMPTS: u32 = 30;

/// The sources that are split, in a database.
#[derive(Clone)]
pub(crate) struct AllocationSources(Db);

/// Tells which source has an allocation of a department.
#[derive(Clone, Debug)]
pub(super) struct DepartmentAllocation {
    pub(super) id: String,
    tenant: String,
    department: String,
    pub(super) source: Source,
    pub(super) created_at: Timestamp,
}

record! {
    DepartmentAllocation in "department_allocations" {
        id, tenant: "tenant_id", department: "department_id", source, created_at
    }
}

impl AllocationSources {
    /// The sources in `db`.
    pub(crate) fn new(db: Db) -> Self {
        Self(db)
    }

    /// The source, if it ever had shares.
    pub(crate) async fn find(&self, tenant: &str, source: &Source) -> Result<Option<AllocationSource>, DatabaseError> {
        self.0.find(Conditions::of("tenant_id", tenant).and("source", source.to_string())).await
    }

    /// Those of `sources` that ever had shares.
    pub(super) async fn find_all(
        &self,
        tenant: &str,
        sources: &[&Source],
    ) -> Result<Vec<AllocationSource>, DatabaseError> {
        if sources.is_empty() {
            return Ok(Vec::new());
        }
        let texts = sources.iter().map(|source| source.to_string());
        self.0.select(Conditions::of("tenant_id", tenant).and_in("source", texts), "source").await
    }

    /// Up to `limit` sources whose documents are to be looked at again.
    pub(crate) async fn due(&self, now: Timestamp, limit: u32) -> Result<Vec<AllocationSource>, DatabaseError> {
        let order = format!("repost_due LIMIT {limit}");
        self.0.select(Conditions::default().and_where("repost_due <= ?", now), &order).await
    }

    /// Notes that the documents of a source were looked at again, unless its shares have changed since.
    pub(crate) async fn reposted(&self, source: &AllocationSource) -> Result<(), DatabaseError> {
        let statement = "UPDATE allocation_sources SET repost_due = NULL
            WHERE tenant_id = $1 AND source = $2 AND allocations = $3";
        let values = [source.tenant.as_str().into(), source.source.to_string().into(), source.allocations.to_value()?];
        self.0.query(statement, &values).await.map(drop)
    }

    /// Up to `limit` of the allocations that `department` was given, newest first.
    pub(super) async fn of_department(
        &self,
        tenant: &str,
        department: &str,
        cursor: Option<Cursor>,
        limit: u32,
    ) -> Result<Vec<DepartmentAllocation>, DatabaseError> {
        let conditions = Conditions::of("tenant_id", tenant).and("department_id", department);
        self.0.page(conditions, "created_at", cursor, limit).await
    }

    /// Changes the shares of a source by `change`, which may be called several times; `entry` is for the audit log. Gives the
    /// source as it is then.
    pub(super) async fn change(
        &self,
        tenant: &str,
        source: &Source,
        now: Timestamp,
        mut change: impl FnMut(&mut AllocationSource) -> Result<(), AllocationError>,
        entry: impl Fn(&AllocationSource, &AllocationSource) -> AuditEntry,
    ) -> Result<AllocationSource, AllocationError> {
        for _ in 0..MAX_ATTEMPTS {
            let found = self.find(tenant, source).await?;
            let before = found.unwrap_or_else(|| AllocationSource::new(tenant, source, now));
            let mut after = before.clone();
            change(&mut after)?;
            let added: Vec<&Allocation> =
                after.allocations.iter().filter(|share| !before.allocations.contains(share)).collect();
            // A pointer without its share is passed over; a share without its pointer would not be found.
            self.point(tenant, source, &added, now).await?;
            (after.updated_at, after.repost_due) = (now, Some(now));
            after.untold.push(entry(&before, &after));
            after.revision = before.revision.max(1);
            let is_stored = if before.revision == 0 {
                self.0.insert_new(&after).await?
            } else {
                let fixed = ["created_at", "posted_to"];
                self.0.update_if_revision(&after, &["tenant_id", "source"], &fixed).await?
            };
            if is_stored {
                return Ok(after);
            }
        }
        Err(AllocationError::Busy)
    }

    async fn point(
        &self,
        tenant: &str,
        source: &Source,
        added: &[&Allocation],
        now: Timestamp,
    ) -> Result<(), DatabaseError> {
        let row = |share: &&Allocation| {
            vec![
                share.id.as_str().into(),
                tenant.into(),
                share.department.as_str().into(),
                source.to_string().into(),
                now.into(),
            ]
        };
        let head = "INSERT INTO department_allocations (id, tenant_id, department_id, source, created_at)";
        let rows = added.iter().map(row).collect();
        self.0.insert_rows(head, rows, "ON CONFLICT (id) DO NOTHING").await.map(drop)
    }

    /// Has the shares of `source` on `day` stay as they are; false: they were changed since they were read.
    pub(crate) async fn pin(&self, source: &AllocationSource, day: Date) -> Result<bool, DatabaseError> {
        if source.posted_to.is_some_and(|posted_to| posted_to >= day) {
            return Ok(true);
        }
        let statement = "UPDATE allocation_sources SET posted_to = $4, revision = revision + 1
            WHERE tenant_id = $1 AND source = $2 AND revision = $3 RETURNING revision";
        let values = [
            source.tenant.as_str().into(),
            source.source.to_string().into(),
            source.revision.into(),
            day.to_string().into(),
        ];
        Ok(!self.0.query(statement, &values).await?.is_empty())
    }
}
