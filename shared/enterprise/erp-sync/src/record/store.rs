//! The last state of each employee and project in the ERP.

use std::collections::{HashMap, HashSet};

use edge_audit::AuditLog;
use edge_capabilities::Timestamp;
use edge_capabilities::database::{DatabaseError, Row, Value};
use edge_database::{Db, MAX_ROWS, places};
use edge_notifications::Notifications;

use crate::run::Seen;
use crate::run::{Change, Kind};

/// A stored record.
#[derive(Clone, Debug)]
pub(crate) struct StoredRecord {
    pub(crate) ordinal: i64,
    pub(crate) user: Option<String>,
    pub(crate) role: Option<String>,
    pub(crate) digest: String,
    pub(crate) is_active: bool,
    /// The run that last changed it, and the kind of change.
    pub(crate) changed_in: String,
    pub(crate) change: Change,
}

/// A record to be stored.
#[derive(Clone, Debug)]
pub(crate) struct RecordWrite {
    pub(crate) id: String,
    /// None: the record is new.
    pub(crate) ordinal: Option<i64>,
    pub(crate) user: Option<String>,
    pub(crate) role: Option<String>,
    pub(crate) data: Option<String>,
    pub(crate) digest: String,
    pub(crate) change: Change,
}

/// An active record.
#[derive(Clone, Debug)]
pub(crate) struct ActiveRecord {
    pub(crate) id: String,
    pub(crate) ordinal: i64,
    pub(crate) user: Option<String>,
}

impl ActiveRecord {
    /// The employee's user.
    pub(crate) fn user(&self) -> &str {
        self.user.as_deref().unwrap_or(&self.id)
    }
}

/// An error about an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RecordError {
    /// Identifies the item within the run.
    pub(crate) item: String,
    pub(crate) id: Option<String>,
    pub(crate) message: String,
}

/// The stored records.
#[derive(Clone)]
pub(crate) struct ErpSnapshot {
    db: Db,
    audit: AuditLog,
    notifications: Notifications,
}

impl ErpSnapshot {
    pub(crate) fn new(db: Db) -> Self {
        Self { audit: AuditLog::new(db.clone()), notifications: Notifications::new(db.clone()), db }
    }

    /// The outbox of messages to people, in the same database.
    pub(crate) const fn notifications(&self) -> &Notifications {
        &self.notifications
    }

    /// The audit log, in the same database.
    pub(crate) const fn audit(&self) -> &AuditLog {
        &self.audit
    }

    /// Finds the records of `ids`.
    pub(crate) async fn find_all(
        &self,
        tenant: &str,
        kind: Kind,
        ids: &[&str],
    ) -> Result<HashMap<String, StoredRecord>, DatabaseError> {
        if ids.is_empty() {
            return Ok(HashMap::new());
        }
        let statement = format!(
            "SELECT erp_id, ordinal, user_id, role, digest, is_active, changed_in, change FROM erp_records
             WHERE tenant_id = $1 AND kind = $2 AND erp_id IN ({})",
            places(3, ids.len())
        );
        let mut values: Vec<Value> = vec![tenant.into(), kind.as_str().into()];
        values.extend(ids.iter().map(|id| Value::from(*id)));
        let read = |row: &Row| {
            let optional = |index| Ok::<_, DatabaseError>(row.optional_text(index)?.map(ToOwned::to_owned));
            let change = Change::parse(row.text(7)?);
            let record = StoredRecord {
                ordinal: row.integer(1)?,
                user: optional(2)?,
                role: optional(3)?,
                digest: row.text(4)?.to_owned(),
                is_active: row.integer(5)? != 0,
                changed_in: row.text(6)?.to_owned(),
                change: change.ok_or_else(|| DatabaseError::Refused("erp_records.change is unknown".into()))?,
            };
            Ok((row.text(0)?.to_owned(), record))
        };
        self.db.query(&statement, &values).await?.iter().map(read).collect()
    }

    /// Stores records; returns the ordinal of each.
    pub(crate) async fn upsert(
        &self,
        tenant: &str,
        kind: Kind,
        run: &str,
        writes: &[RecordWrite],
        now: Timestamp,
    ) -> Result<HashMap<String, i64>, DatabaseError> {
        if writes.is_empty() {
            return Ok(HashMap::new());
        }
        let last = "SELECT COALESCE(MAX(ordinal), 0) FROM erp_records WHERE tenant_id = $1 AND kind = $2";
        let last = self.db.query(last, &[tenant.into(), kind.as_str().into()]).await?;
        let mut last = last.first().map_or(Ok(0), |row| row.integer(0))?;
        let mut rows = Vec::with_capacity(writes.len());
        for one in writes {
            let ordinal = one.ordinal.unwrap_or_else(|| {
                last = last.saturating_add(1);
                last
            });
            rows.push(vec![
                tenant.into(),
                kind.as_str().into(),
                one.id.as_str().into(),
                ordinal.into(),
                one.user.clone().into(),
                one.role.clone().into(),
                one.data.clone().into(),
                one.digest.as_str().into(),
                Value::Integer(1),
                run.into(),
                one.change.as_str().into(),
                now.into(),
            ]);
        }
        let head = "INSERT INTO erp_records (tenant_id, kind, erp_id, ordinal, user_id, role, data, digest, is_active,
            changed_in, change, changed_at)";
        let tail =
            "ON CONFLICT (tenant_id, kind, erp_id) DO UPDATE SET user_id = excluded.user_id, role = excluded.role,
            data = excluded.data, digest = excluded.digest, is_active = 1, changed_in = excluded.changed_in,
            change = excluded.change, changed_at = excluded.changed_at RETURNING erp_id, ordinal";
        let rows = self.db.insert_rows(head, rows, tail).await?;
        rows.iter().map(|row| Ok((row.text(0)?.to_owned(), row.integer(1)?))).collect()
    }

    /// Up to `limit` active records, after the ordinal `after`.
    pub(crate) async fn list_active(
        &self,
        tenant: &str,
        kind: Kind,
        after: i64,
        limit: usize,
    ) -> Result<Vec<ActiveRecord>, DatabaseError> {
        let statement = "SELECT erp_id, ordinal, user_id FROM erp_records
            WHERE tenant_id = $1 AND kind = $2 AND is_active = 1 AND ordinal > $3 ORDER BY ordinal LIMIT $4";
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let rows = self.db.query(statement, &[tenant.into(), kind.as_str().into(), after.into(), limit.into()]).await?;
        let read = |row: &Row| {
            let user = row.optional_text(2)?.map(ToOwned::to_owned);
            Ok(ActiveRecord { id: row.text(0)?.to_owned(), ordinal: row.integer(1)?, user })
        };
        rows.iter().map(read).collect()
    }

    /// The users of `some` employees who are also an employee in `seen`: rehired with another id.
    pub(crate) async fn seen_users(
        &self,
        tenant: &str,
        some: &[ActiveRecord],
        seen: &Seen,
    ) -> Result<HashSet<String>, DatabaseError> {
        let mut users = HashSet::new();
        for some in some.chunks(MAX_ROWS) {
            let statement = format!(
                "SELECT user_id, ordinal FROM erp_records
                 WHERE tenant_id = $1 AND kind = 'employees' AND is_active = 1 AND user_id IN ({})",
                places(2, some.len())
            );
            let mut values: Vec<Value> = vec![tenant.into()];
            values.extend(some.iter().map(|one| Value::from(one.user())));
            for row in self.db.query(&statement, &values).await? {
                if seen.contains(row.integer(1)?) {
                    users.insert(row.text(0)?.to_owned());
                }
            }
        }
        Ok(users)
    }

    /// Marks `ids` as inactive.
    pub(crate) async fn deactivate(
        &self,
        tenant: &str,
        kind: Kind,
        run: &str,
        ids: &[&str],
        now: Timestamp,
    ) -> Result<(), DatabaseError> {
        if ids.is_empty() {
            return Ok(());
        }
        let statement = format!(
            "UPDATE erp_records SET is_active = 0, changed_in = $3, change = 'deactivated', changed_at = $4
             WHERE tenant_id = $1 AND kind = $2 AND erp_id IN ({})",
            places(5, ids.len())
        );
        let mut values: Vec<Value> = vec![tenant.into(), kind.as_str().into(), run.into(), now.into()];
        values.extend(ids.iter().map(|id| Value::from(*id)));
        self.db.query(&statement, &values).await.map(drop)
    }

    /// The number of records that `run` deactivated.
    pub(crate) async fn count_deactivated_by(&self, run: &str) -> Result<i64, DatabaseError> {
        let statement = "SELECT COUNT(*) FROM erp_records WHERE changed_in = $1 AND change = 'deactivated'";
        self.db.query(statement, &[run.into()]).await?.first().map_or(Ok(0), |row| row.integer(0))
    }

    /// Stores errors; those that are stored already are kept.
    pub(crate) async fn add_errors(&self, run: &str, record_error: &[RecordError]) -> Result<(), DatabaseError> {
        let row = |one: &RecordError| -> Vec<Value> {
            vec![run.into(), one.item.as_str().into(), one.id.clone().into(), one.message.as_str().into()]
        };
        let head = "INSERT INTO erp_sync_errors (run_id, item, erp_id, message)";
        let rows = record_error.iter().map(row).collect();
        self.db.insert_rows(head, rows, "ON CONFLICT (run_id, item) DO NOTHING").await.map(drop)
    }

    /// The teams of those of the projects `ids` that are stored.
    pub(crate) async fn project_teams(
        &self,
        tenant: &str,
        ids: &[&str],
    ) -> Result<HashMap<String, Vec<String>>, DatabaseError> {
        if ids.is_empty() {
            return Ok(HashMap::new());
        }
        let statement = format!(
            "SELECT erp_id, data FROM erp_records WHERE tenant_id = $1 AND kind = 'projects' AND erp_id IN ({})",
            places(2, ids.len())
        );
        let values: Vec<Value> = [tenant].iter().chain(ids).map(|text| Value::from(*text)).collect();
        let read = |row: &Row| {
            let data = row.optional_text(1)?.and_then(|data| serde_json::from_str::<serde_json::Value>(data).ok());
            let team = data.and_then(|mut data| serde_json::from_value(data.get_mut("team")?.take()).ok());
            Ok((row.text(0)?.to_owned(), team.unwrap_or_default()))
        };
        self.db.query(&statement, &values).await?.iter().map(read).collect()
    }

    /// The names of those of the projects `ids` that have one.
    pub(crate) async fn project_names(
        &self,
        tenant: &str,
        ids: &[&str],
    ) -> Result<HashMap<String, String>, DatabaseError> {
        if ids.is_empty() {
            return Ok(HashMap::new());
        }
        let statement = format!(
            "SELECT erp_id, data FROM erp_records WHERE tenant_id = $1 AND kind = 'projects' AND erp_id IN ({})",
            places(2, ids.len())
        );
        let values: Vec<Value> = [tenant].iter().chain(ids).map(|text| Value::from(*text)).collect();
        let mut names = HashMap::new();
        for row in self.db.query(&statement, &values).await? {
            let data = row.optional_text(1)?.and_then(|data| serde_json::from_str::<serde_json::Value>(data).ok());
            let name = data.as_ref().and_then(|data| data.get("name")).and_then(serde_json::Value::as_str);
            if let Some(name) = name {
                names.insert(row.text(0)?.to_owned(), name.to_owned());
            }
        }
        Ok(names)
    }

    /// Active projects by id, after the id `after`.
    pub(crate) async fn projects(&self, tenant: &str, after: &str, limit: u32) -> Result<Vec<String>, DatabaseError> {
        let statement = "SELECT data FROM erp_records WHERE tenant_id = $1 AND kind = 'projects' AND is_active = 1
            AND erp_id > $2 ORDER BY erp_id LIMIT $3";
        let rows = self.db.query(statement, &[tenant.into(), after.into(), Value::Integer(i64::from(limit))]).await?;
        rows.iter().map(|row| Ok(row.optional_text(0)?.unwrap_or("{}").to_owned())).collect()
    }
}
