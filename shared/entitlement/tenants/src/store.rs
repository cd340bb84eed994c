//! Tenants in the database.

use edge_capabilities::Timestamp;
use edge_capabilities::database::{Cursor, DatabaseError, Row, Value};
use edge_database::{Column as _, Conditions, Db, Record as _, columns, places};

use crate::change::{Applied, Change, Task};
use crate::error::TenantError;
use crate::tenant::{Mode, Tenant};
use edge_audit::AuditLog;

/// Tenants in the database.
#[derive(Clone)]
pub struct Tenants(Db);

impl Tenants {
    /// Those in `db`.
    pub fn new(db: Db) -> Self {
        Self(db)
    }

    /// The tenant `id`.
    pub async fn find(&self, id: &str) -> Result<Option<Tenant>, DatabaseError> {
        self.0.find(Conditions::of("id", id)).await
    }

    /// The tenant that the ERP means by an organisation's id: the tenant's own, its company's or its customer's.
    pub async fn of_organization(&self, id: &str) -> Result<Option<Tenant>, DatabaseError> {
        if let Some(tenant) = self.find(id).await? {
            return Ok(Some(tenant));
        }
        let conditions = Conditions::default().and_where("(erp_company_id = ? OR erp_customer_id = ?)", id);
        let mut found: Vec<Tenant> = self.0.select(conditions, "created_at, id LIMIT 2").await?;
        // An id that could mean either of two tenants means none.
        Ok(if found.len() > 1 { None } else { found.pop() })
    }

    /// The internal tenant that is the company with this code.
    pub(crate) async fn of_company(&self, code: &str) -> Result<Option<Tenant>, DatabaseError> {
        let conditions = Conditions::of("erp_company_code", code).and("tenant_mode", Mode::Internal.as_str());
        Ok(self.0.select(conditions, "created_at, id LIMIT 1").await?.pop())
    }

    /// Stores a new tenant.
    pub async fn insert(&self, tenant: &Tenant) -> Result<(), TenantError> {
        let mut values = tenant.values()?;
        values.push((!tenant.outbox.is_empty()).then_some(tenant.created_at).into());
        let statement =
            format!("INSERT INTO tenants ({}, outbox_due) VALUES ({})", columns::<Tenant>(), places(1, values.len()));
        self.0.query(&statement, &values).await.map(drop).map_err(TenantError::from_write)
    }

    /// Stores `tenant` where nobody has changed it since it was read: one statement, all or nothing. What is in its
    /// outbox is for whoever made the change to do until `due`; then for anybody.
    pub async fn replace(&self, tenant: &Tenant, due: Timestamp) -> Result<Applied, TenantError> {
        let (mut set, mut condition) = (Vec::new(), Vec::new());
        for (index, column) in Tenant::COLUMNS.iter().enumerate() {
            let is_fixed = matches!(*column, "id" | "created_at" | "revision");
            let text = if is_fixed { &mut condition } else { &mut set };
            text.push(format!("{column} = ${}", index.saturating_add(1)));
        }
        let mut values = tenant.values()?;
        values.push((!tenant.outbox.is_empty()).then_some(due).into());
        let statement = format!(
            "UPDATE tenants SET {}, outbox_due = ${}, revision = revision + 1 WHERE {} RETURNING id",
            set.join(", "),
            values.len(),
            condition.join(" AND ")
        );
        let rows = self.0.query(&statement, &values).await.map_err(TenantError::from_write)?;
        Ok(if rows.is_empty() { Applied::Overtaken } else { Applied::Stored })
    }

    /// Stores what an event did, as [`Tenants::replace`].
    pub async fn commit(&self, change: &Change, due: Timestamp) -> Result<Applied, DatabaseError> {
        match self.replace(&change.tenant, due).await {
            Ok(applied) => Ok(applied),
            Err(TenantError::Db(error)) => Err(error),
            Err(TenantError::Taken(field)) => Err(DatabaseError::Duplicate(field.into())),
        }
    }

    /// Notes that `contact` of the ERP's CRM is the tenant `id`, where nothing was noted before.
    pub async fn set_customer(&self, id: &str, contact: &str, now: Timestamp) -> Result<(), DatabaseError> {
        let statement = "UPDATE tenants SET erp_customer_id = $1, updated_at = $2, revision = revision + 1
            WHERE id = $3 AND erp_customer_id IS NULL";
        self.0.query(statement, &[contact.into(), now.into(), id.into()]).await.map(drop)
    }

    /// Takes what is done out of the tenant's outbox, and into the audit what belongs there.
    pub async fn done(&self, id: &str, done: &[Task]) -> Result<(), DatabaseError> {
        let audit = AuditLog::new(self.0.clone());
        for entry in done.iter().filter_map(|task| task.audit_entry.as_ref()) {
            audit.append(id, entry).await?;
        }
        loop {
            let statement = "SELECT outbox, revision FROM tenants WHERE id = $1";
            let rows = self.0.query(statement, &[id.into()]).await?;
            let Some(row) = rows.first() else { return Ok(()) };
            let mut outbox: Vec<Task> =
                serde_json::from_str(row.text(0)?).map_err(|error| DatabaseError::Refused(error.to_string()))?;
            let before = outbox.len();
            outbox.retain(|task| !done.contains(task));
            if outbox.len() == before {
                return Ok(());
            }
            let statement = "UPDATE tenants SET outbox = $1, revision = revision + 1,
                outbox_due = CASE WHEN $1 = '[]' THEN NULL ELSE outbox_due END
                WHERE id = $2 AND revision = $3 RETURNING id";
            let values = [outbox.to_value()?, id.into(), row.integer(1)?.into()];
            if !self.0.query(statement, &values).await?.is_empty() {
                return Ok(());
            }
        }
    }

    /// Up to `limit` tenants in whose outbox something is due, which is then due to nobody else until `until`.
    pub async fn take_due(&self, now: Timestamp, until: Timestamp, limit: u32) -> Result<Vec<String>, DatabaseError> {
        let statement = "UPDATE tenants SET outbox_due = $1
            WHERE outbox_due <= $2 AND id IN (SELECT id FROM tenants WHERE outbox_due <= $2 ORDER BY outbox_due LIMIT $3)
            RETURNING id";
        let values = [until.into(), now.into(), Value::Integer(i64::from(limit))];
        let rows = self.0.query(statement, &values).await?;
        rows.iter().map(|row| row.text(0).map(ToOwned::to_owned)).collect()
    }

    /// Up to `limit` tenants, newest first, from after `cursor`; with `only`, that one alone.
    pub(crate) async fn list(
        &self,
        only: Option<&str>,
        cursor: Option<Cursor>,
        limit: u32,
    ) -> Result<Vec<Tenant>, DatabaseError> {
        self.0.page(Conditions::default().and_if("id", only), "created_at", cursor, limit).await
    }

    /// The number of tenants by the state of their subscription.
    pub async fn count_by_status(&self) -> Result<Vec<(String, i64)>, DatabaseError> {
        let statement = "SELECT COALESCE(subscription_status, 'none'), COUNT(*) FROM tenants GROUP BY 1 ORDER BY 1";
        let read = |row: &Row| Ok((row.text(0)?.to_owned(), row.integer(1)?));
        self.0.query(statement, &[]).await?.iter().map(read).collect()
    }
}
