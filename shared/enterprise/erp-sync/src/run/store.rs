//! Runs in the database. A worker holds the lease of its run, and every write checks the lease: of two workers only one
//! continues. A unique index allows one open run for each tenant and kind.

use std::time::Duration;

use edge_capabilities::Timestamp;
use edge_capabilities::database::{DatabaseError, Row, Value};
use edge_database::Db;

use super::model::{COLUMNS, Kind, Progress, Run};
use crate::error::LeaseLost;

/// How long finished runs are kept. The last completed one of each kind is kept forever.
const RETENTION: Duration = Duration::from_hours(24 * 30);

/// The maximum number of runs that are deleted at once.
const MAX_DELETED: i64 = 50;

/// Runs, in the database.
#[derive(Clone)]
pub(crate) struct Runs(Db);

fn progress(run: &Progress) -> Result<String, DatabaseError> {
    serde_json::to_string(run).map_err(|error| DatabaseError::Refused(error.to_string()))
}

impl Runs {
    pub(crate) fn new(db: Db) -> Self {
        Self(db)
    }

    async fn first(&self, statement: &str, values: &[Value]) -> Result<Option<Run>, DatabaseError> {
        self.0.query(statement, values).await?.first().map(Run::from_row).transpose()
    }

    /// The open run.
    pub(crate) async fn find_open(&self, tenant: &str, kind: Kind) -> Result<Option<Run>, DatabaseError> {
        let statement =
            format!("SELECT {COLUMNS} FROM erp_sync_runs WHERE tenant_id = $1 AND kind = $2 AND finished_at IS NULL");
        self.first(&statement, &[tenant.into(), kind.as_str().into()]).await
    }

    /// The open run; else the run that was started last.
    pub(crate) async fn find_latest(&self, tenant: &str, kind: Kind) -> Result<Option<Run>, DatabaseError> {
        let statement = format!(
            "SELECT {COLUMNS} FROM erp_sync_runs WHERE tenant_id = $1 AND kind = $2
             ORDER BY CASE WHEN finished_at IS NULL THEN 0 ELSE 1 END, started_at DESC, id DESC LIMIT 1"
        );
        self.first(&statement, &[tenant.into(), kind.as_str().into()]).await
    }

    /// The last completed run: its id and end.
    pub(crate) async fn find_last_completed(
        &self,
        tenant: &str,
        kind: Kind,
    ) -> Result<Option<(String, Timestamp)>, DatabaseError> {
        let statement = "SELECT id, finished_at FROM erp_sync_runs
            WHERE tenant_id = $1 AND kind = $2 AND status = 'completed' ORDER BY started_at DESC, id DESC LIMIT 1";
        let rows = self.0.query(statement, &[tenant.into(), kind.as_str().into()]).await?;
        let read = |row: &Row| Ok((row.text(0)?.to_owned(), Timestamp::from_millis(row.integer(1)?)));
        rows.first().map(read).transpose()
    }

    /// The run `id` of `tenant`.
    pub(crate) async fn find(&self, tenant: &str, id: &str) -> Result<Option<Run>, DatabaseError> {
        let statement = format!("SELECT {COLUMNS} FROM erp_sync_runs WHERE tenant_id = $1 AND id = $2");
        self.first(&statement, &[tenant.into(), id.into()]).await
    }

    /// Stores a new run; a duplicate error if one is open.
    pub(crate) async fn insert(&self, run: &Run) -> Result<(), DatabaseError> {
        let statement = format!(
            "INSERT INTO erp_sync_runs ({COLUMNS})
             VALUES ($1, $2, $3, $4, $5, $6, $7, NULL, $8, '', NULL, $9, $10, $11, $11, NULL)"
        );
        let values: [Value; 11] = [
            run.id.as_str().into(),
            run.tenant.as_str().into(),
            run.kind.as_str().into(),
            run.status.as_str().into(),
            run.rule_version.into(),
            run.actor.as_str().into(),
            run.address.clone().into(),
            progress(&run.progress)?.into(),
            run.lease.as_str().into(),
            run.leased_until.into(),
            run.started_at.into(),
        ];
        self.0.query(&statement, &values).await.map(drop)
    }

    /// Claims a tenant's runs whose leases are over.
    pub(crate) async fn claim_abandoned(
        &self,
        tenant: &str,
        lease: &str,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Vec<Run>, DatabaseError> {
        let statement = format!(
            "UPDATE erp_sync_runs SET lease = $1, leased_until = $2
             WHERE status = 'running' AND leased_until <= $3 AND tenant_id = $4 RETURNING {COLUMNS}"
        );
        let values = [lease.into(), until.into(), now.into(), tenant.into()];
        self.0.query(&statement, &values).await?.iter().map(Run::from_row).collect()
    }

    /// Claims `run`, unless a worker has it or it is over.
    pub(crate) async fn claim(
        &self,
        run: &Run,
        lease: &str,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Option<Run>, DatabaseError> {
        let statement = format!(
            "UPDATE erp_sync_runs SET lease = $1, leased_until = $2
             WHERE id = $3 AND status = 'running' AND leased_until <= $4 RETURNING {COLUMNS}"
        );
        self.first(&statement, &[lease.into(), until.into(), run.id.as_str().into(), now.into()]).await
    }

    /// Up to `limit` runs whose leases are over: their ids and tenants.
    pub(crate) async fn find_abandoned(
        &self,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<(String, String)>, DatabaseError> {
        let statement = "SELECT id, tenant_id FROM erp_sync_runs WHERE status = 'running' AND leased_until <= $1
            ORDER BY leased_until LIMIT $2";
        let read = |row: &Row| Ok((row.text(0)?.to_owned(), row.text(1)?.to_owned()));
        self.0.query(statement, &[now.into(), Value::Integer(i64::from(limit))]).await?.iter().map(read).collect()
    }

    /// Saves the progress of `run` and extends the lease until `until`.
    pub(crate) async fn save_progress(
        &self,
        run: &Run,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Result<(), LeaseLost>, DatabaseError> {
        let statement = "UPDATE erp_sync_runs SET page_cursor = $3, progress = $4, seen = $5, updated_at = $6,
            leased_until = $7 WHERE id = $1 AND lease = $2 AND status = 'running' RETURNING id";
        let values: [Value; 7] = [
            run.id.as_str().into(),
            run.lease.as_str().into(),
            run.cursor.clone().into(),
            progress(&run.progress)?.into(),
            run.seen.to_hex().into(),
            now.into(),
            until.into(),
        ];
        Ok(check_lease(&self.0.query(statement, &values).await?))
    }

    /// Extends the lease of `run` until `until`.
    pub(crate) async fn renew_lease(
        &self,
        run: &Run,
        until: Timestamp,
    ) -> Result<Result<(), LeaseLost>, DatabaseError> {
        let statement = "UPDATE erp_sync_runs SET leased_until = $3
            WHERE id = $1 AND lease = $2 AND status = 'running' RETURNING id";
        let values = [run.id.as_str().into(), run.lease.as_str().into(), until.into()];
        Ok(check_lease(&self.0.query(statement, &values).await?))
    }

    /// Saves the status of `run`, which is no longer `running`, and releases the lease.
    pub(crate) async fn finish(&self, run: &Run, now: Timestamp) -> Result<Result<(), LeaseLost>, DatabaseError> {
        let finished = run.status.is_final().then_some(now);
        // The set of seen records is not needed after the end.
        let seen = if run.status.is_final() { String::new() } else { run.seen.to_hex() };
        let statement = "UPDATE erp_sync_runs SET status = $3, progress = $4, seen = $5, error = $6, updated_at = $7,
            finished_at = $8, lease = '', leased_until = 0
            WHERE id = $1 AND lease = $2 AND status = 'running' RETURNING id";
        let values: [Value; 8] = [
            run.id.as_str().into(),
            run.lease.as_str().into(),
            run.status.as_str().into(),
            progress(&run.progress)?.into(),
            seen.into(),
            run.error.clone().into(),
            now.into(),
            finished.into(),
        ];
        Ok(check_lease(&self.0.query(statement, &values).await?))
    }

    /// Resumes a confirmed run; an error: another request has resumed or replaced it.
    pub(crate) async fn resume(&self, run: &Run, now: Timestamp) -> Result<Result<(), LeaseLost>, DatabaseError> {
        let statement = "UPDATE erp_sync_runs SET status = 'running', progress = $2, lease = $3, leased_until = $4,
            updated_at = $5 WHERE id = $1 AND status = 'needs_confirmation' RETURNING id";
        let values: [Value; 5] = [
            run.id.as_str().into(),
            progress(&run.progress)?.into(),
            run.lease.as_str().into(),
            run.leased_until.into(),
            now.into(),
        ];
        Ok(check_lease(&self.0.query(statement, &values).await?))
    }

    /// Closes a run that waits for confirmation, because another run begins.
    pub(crate) async fn supersede(&self, id: &str, now: Timestamp) -> Result<(), DatabaseError> {
        let statement = "UPDATE erp_sync_runs SET status = 'superseded', finished_at = $2, updated_at = $2, seen = ''
            WHERE id = $1 AND status = 'needs_confirmation'";
        self.0.query(statement, &[id.into(), now.into()]).await.map(drop)
    }

    /// Deletes runs that finished long ago.
    pub(crate) async fn delete_expired(&self, tenant: &str, kind: Kind, now: Timestamp) -> Result<(), DatabaseError> {
        let before = self.0.expired_before(now, RETENTION).await?;
        let statement = "DELETE FROM erp_sync_runs WHERE id IN (
            SELECT id FROM erp_sync_runs WHERE tenant_id = $1 AND kind = $2 AND finished_at < $3
            AND id <> COALESCE((SELECT g.id FROM erp_sync_runs g WHERE g.tenant_id = $1 AND g.kind = $2
                AND g.status = 'completed' ORDER BY g.started_at DESC, g.id DESC LIMIT 1), '')
            ORDER BY started_at LIMIT $4) RETURNING id";
        let values = [tenant.into(), kind.as_str().into(), before.into(), MAX_DELETED.into()];
        let deleted = self.0.query(statement, &values).await?;
        for row in &deleted {
            for table in ["erp_sync_errors", "erp_sync_deferred"] {
                self.0.query(&format!("DELETE FROM {table} WHERE run_id = $1"), &[row.text(0)?.into()]).await?;
            }
        }
        Ok(())
    }

    /// Tenants with a completed run, without an open one, whose last run started before `before`.
    pub(crate) async fn find_due_tenants(
        &self,
        kind: Kind,
        before: Timestamp,
        limit: u32,
    ) -> Result<Vec<String>, DatabaseError> {
        let statement = "SELECT tenant_id FROM erp_sync_runs WHERE kind = $1 GROUP BY tenant_id
            HAVING MAX(started_at) < $2 AND MAX(CASE WHEN status = 'completed' THEN 1 ELSE 0 END) = 1
                AND MAX(CASE WHEN finished_at IS NULL THEN 1 ELSE 0 END) = 0
            ORDER BY tenant_id LIMIT $3";
        let values = [kind.as_str().into(), before.into(), Value::Integer(i64::from(limit))];
        self.0.query(statement, &values).await?.iter().map(|row| row.text(0).map(ToOwned::to_owned)).collect()
    }

    /// Up to `limit` errors of a run.
    pub(crate) async fn errors(&self, id: &str, limit: u32) -> Result<Vec<(Option<String>, String)>, DatabaseError> {
        let statement = "SELECT erp_id, message FROM erp_sync_errors WHERE run_id = $1 ORDER BY item LIMIT $2";
        let rows = self.0.query(statement, &[id.into(), Value::Integer(i64::from(limit))]).await?;
        rows.iter().map(|row| Ok((row.optional_text(0)?.map(ToOwned::to_owned), row.text(1)?.to_owned()))).collect()
    }
}

fn check_lease(rows: &[Row]) -> Result<(), LeaseLost> {
    if rows.is_empty() { Err(LeaseLost) } else { Ok(()) }
}
