//! What the ERP said last, of each person and project.

use std::collections::{HashMap, HashSet};

use edge_audit::AuditLog;
use edge_capabilities::Timestamp;
use edge_capabilities::database::{DatabaseError, Row, Value};
use edge_database::{Db, MAX_ROWS, places};

use crate::run::{Change, Kind};
use crate::seen::Seen;

/// What is known of one.
#[derive(Clone, Debug)]
pub(crate) struct Known {
    pub(crate) ordinal: i64,
    pub(crate) user: Option<String>,
    pub(crate) role: Option<String>,
    pub(crate) digest: String,
    pub(crate) is_active: bool,
    /// The run that last changed it, and how.
    pub(crate) changed_in: String,
    pub(crate) change: Change,
}

/// What is to be known of one.
#[derive(Clone, Debug)]
pub(crate) struct Written {
    pub(crate) id: String,
    /// None: it is new.
    pub(crate) ordinal: Option<i64>,
    pub(crate) user: Option<String>,
    pub(crate) role: Option<String>,
    pub(crate) data: Option<String>,
    pub(crate) digest: String,
    pub(crate) change: Change,
}

/// One that is active.
#[derive(Clone, Debug)]
pub(crate) struct Active {
    pub(crate) id: String,
    pub(crate) ordinal: i64,
    pub(crate) user: Option<String>,
}

impl Active {
    /// The user they are.
    pub(crate) fn user(&self) -> &str {
        self.user.as_deref().unwrap_or(&self.id)
    }
}

/// Something wrong with an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Wrong {
    /// Tells it from others of the run.
    pub(crate) item: String,
    pub(crate) id: Option<String>,
    pub(crate) message: String,
}

/// What the ERP said last, in the database.
#[derive(Clone)]
pub(crate) struct ErpSnapshot {
    db: Db,
    audit: AuditLog,
}

impl ErpSnapshot {
    pub(crate) fn new(db: Db) -> Self {
        Self { audit: AuditLog::new(db.clone()), db }
    }

    /// The audit log, in the same database.
    pub(crate) const fn audit(&self) -> &AuditLog {
        &self.audit
    }

    /// What is known of `ids`.
    pub(crate) async fn known(
        &self,
        tenant: &str,
        kind: Kind,
        ids: &[&str],
    ) -> Result<HashMap<String, Known>, DatabaseError> {
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
            let known = Known {
                ordinal: row.integer(1)?,
                user: optional(2)?,
                role: optional(3)?,
                digest: row.text(4)?.to_owned(),
                is_active: row.integer(5)? != 0,
                changed_in: row.text(6)?.to_owned(),
                change: change.ok_or_else(|| DatabaseError::Refused("erp_records.change is not known".into()))?,
            };
            Ok((row.text(0)?.to_owned(), known))
        };
        self.db.query(&statement, &values).await?.iter().map(read).collect()
    }

    /// Writes what is to be known from now on; gives each one's ordinal.
    pub(crate) async fn write(
        &self,
        tenant: &str,
        kind: Kind,
        run: &str,
        written: &[Written],
        now: Timestamp,
    ) -> Result<HashMap<String, i64>, DatabaseError> {
        if written.is_empty() {
            return Ok(HashMap::new());
        }
        let last = "SELECT COALESCE(MAX(ordinal), 0) FROM erp_records WHERE tenant_id = $1 AND kind = $2";
        let last = self.db.query(last, &[tenant.into(), kind.as_str().into()]).await?;
        let mut last = last.first().map_or(Ok(0), |row| row.integer(0))?;
        let mut rows = Vec::with_capacity(written.len());
        for one in written {
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

    /// Up to `limit` that are active, behind the ordinal `behind`.
    pub(crate) async fn active(
        &self,
        tenant: &str,
        kind: Kind,
        behind: i64,
        limit: usize,
    ) -> Result<Vec<Active>, DatabaseError> {
        let statement = "SELECT erp_id, ordinal, user_id FROM erp_records
            WHERE tenant_id = $1 AND kind = $2 AND is_active = 1 AND ordinal > $3 ORDER BY ordinal LIMIT $4";
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let rows =
            self.db.query(statement, &[tenant.into(), kind.as_str().into(), behind.into(), limit.into()]).await?;
        let read = |row: &Row| {
            let user = row.optional_text(2)?.map(ToOwned::to_owned);
            Ok(Active { id: row.text(0)?.to_owned(), ordinal: row.integer(1)?, user })
        };
        rows.iter().map(read).collect()
    }

    /// Those of the users of `some` employees who are an employee among `seen` too: taken on again under another id.
    pub(crate) async fn users_among(
        &self,
        tenant: &str,
        some: &[Active],
        seen: &Seen,
    ) -> Result<HashSet<String>, DatabaseError> {
        let mut among = HashSet::new();
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
                    among.insert(row.text(0)?.to_owned());
                }
            }
        }
        Ok(among)
    }

    /// Notes that `ids` are gone.
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

    /// How many `run` has deactivated.
    pub(crate) async fn deactivated_by(&self, run: &str) -> Result<i64, DatabaseError> {
        let statement = "SELECT COUNT(*) FROM erp_records WHERE changed_in = $1 AND change = 'deactivated'";
        self.db.query(statement, &[run.into()]).await?.first().map_or(Ok(0), |row| row.integer(0))
    }

    /// Notes what is wrong; what was noted already stays.
    pub(crate) async fn note(&self, run: &str, wrong: &[Wrong]) -> Result<(), DatabaseError> {
        let row = |one: &Wrong| -> Vec<Value> {
            vec![run.into(), one.item.as_str().into(), one.id.clone().into(), one.message.as_str().into()]
        };
        let head = "INSERT INTO erp_sync_errors (run_id, item, erp_id, message)";
        let rows = wrong.iter().map(row).collect();
        self.db.insert_rows(head, rows, "ON CONFLICT (run_id, item) DO NOTHING").await.map(drop)
    }

    /// Projects that are active, by their ids, behind the one with the id `behind`.
    pub(crate) async fn projects(&self, tenant: &str, behind: &str, limit: u32) -> Result<Vec<String>, DatabaseError> {
        let statement = "SELECT data FROM erp_records WHERE tenant_id = $1 AND kind = 'projects' AND is_active = 1
            AND erp_id > $2 ORDER BY erp_id LIMIT $3";
        let rows = self.db.query(statement, &[tenant.into(), behind.into(), Value::Integer(i64::from(limit))]).await?;
        rows.iter().map(|row| Ok(row.optional_text(0)?.unwrap_or("{}").to_owned())).collect()
    }
}
