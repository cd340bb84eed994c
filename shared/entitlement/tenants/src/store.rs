//! Tenants in the database.

use edge_capabilities::Timestamp;
use edge_capabilities::database::{DatabaseError, Row, Value};
use edge_database::Db;

use crate::change::{Applied, Change, Task};
use crate::tenant::{COLUMNS, Tenant, to_json};
use edge_audit::AuditLog;

/// Tenants in the database.
#[derive(Clone)]
pub struct Tenants(Db);

/// Why a tenant was not stored.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotStored {
    /// Another tenant has this value of this field.
    #[error("another tenant has this {0}")]
    Taken(&'static str),
    /// The database says no.
    #[error(transparent)]
    Db(#[from] DatabaseError),
}

impl NotStored {
    fn from_write(error: DatabaseError) -> Self {
        match error {
            DatabaseError::Duplicate(message) => {
                // SQLite names the column (tenants.slug), PostgreSQL the constraint (tenants_slug_key).
                let taken = ["slug", "domain"].into_iter().find(|field| message.contains(field));
                Self::Taken(taken.unwrap_or("id"))
            }
            other => Self::Db(other),
        }
    }
}

/// Which tenants come next in a list: those that were made before this one.
pub(crate) struct Cursor {
    pub(crate) created_at: Timestamp,
    pub(crate) id: String,
}

impl Tenants {
    /// Those in `db`.
    pub fn new(db: Db) -> Self {
        Self(db)
    }

    /// The tenant `id`.
    pub async fn find(&self, id: &str) -> Result<Option<Tenant>, DatabaseError> {
        self.first(&format!("SELECT {COLUMNS} FROM tenants WHERE id = $1"), &[id.into()]).await
    }

    /// The tenant that the ERP means by an organisation's id: the tenant's own, its company's or its customer's.
    pub async fn of_organization(&self, id: &str) -> Result<Option<Tenant>, DatabaseError> {
        if let Some(tenant) = self.find(id).await? {
            return Ok(Some(tenant));
        }
        let statement = format!(
            "SELECT {COLUMNS} FROM tenants WHERE erp_company_id = $1 OR erp_customer_id = $1 ORDER BY created_at, id LIMIT 2"
        );
        let rows = self.0.query(&statement, &[id.into()]).await?;
        // An id that could mean either of two means none.
        if rows.len() > 1 { Ok(None) } else { rows.first().map(Tenant::from_row).transpose() }
    }

    async fn first(&self, statement: &str, values: &[Value]) -> Result<Option<Tenant>, DatabaseError> {
        self.0.query(statement, values).await?.first().map(Tenant::from_row).transpose()
    }

    /// The internal tenant that is the company with this code.
    pub(crate) async fn of_company(&self, code: &str) -> Result<Option<Tenant>, DatabaseError> {
        let statement = format!(
            "SELECT {COLUMNS} FROM tenants WHERE erp_company_code = $1 AND tenant_mode = 'internal'
             ORDER BY created_at, id LIMIT 1"
        );
        self.first(&statement, &[code.into()]).await
    }

    /// Stores a new tenant.
    pub async fn insert(&self, tenant: &Tenant) -> Result<(), NotStored> {
        let mut values = values(tenant)?;
        values.push((!tenant.outbox.is_empty()).then_some(tenant.created_at).into());
        let places: Vec<String> = (1..=values.len()).map(|number| format!("${number}")).collect();
        let statement = format!("INSERT INTO tenants ({COLUMNS}, outbox_due) VALUES ({})", places.join(", "));
        self.0.query(&statement, &values).await.map(drop).map_err(NotStored::from_write)
    }

    /// Stores `tenant` where nobody has changed it since it was read: one statement, all or nothing. What is in its
    /// outbox is for whoever made the change to do until `due`; then for anybody.
    pub async fn replace(&self, tenant: &Tenant, due: Timestamp) -> Result<Applied, NotStored> {
        let mut values = values(tenant)?;
        let columns = COLUMNS.split(", ").map(str::trim).enumerate();
        let assignments: Vec<String> = columns
            .filter(|(_, column)| !matches!(*column, "id" | "created_at" | "revision"))
            .map(|(index, column)| format!("{column} = ${}", index.saturating_add(1)))
            .collect();
        let due = (!tenant.outbox.is_empty()).then_some(due);
        values.push(due.into());
        let (revision, created, due) = (values.len().saturating_sub(1), 25, values.len());
        let statement = format!(
            "UPDATE tenants SET {}, outbox_due = ${due}, revision = revision + 1
             WHERE id = $1 AND revision = ${revision} AND created_at = ${created} RETURNING id",
            assignments.join(", ")
        );
        let rows = self.0.query(&statement, &values).await.map_err(NotStored::from_write)?;
        Ok(if rows.is_empty() { Applied::Overtaken } else { Applied::Stored })
    }

    /// Stores what an event did, as [`Tenants::replace`].
    pub async fn commit(&self, change: &Change, due: Timestamp) -> Result<Applied, DatabaseError> {
        match self.replace(&change.tenant, due).await {
            Ok(applied) => Ok(applied),
            Err(NotStored::Db(error)) => Err(error),
            Err(NotStored::Taken(field)) => Err(DatabaseError::Duplicate(field.into())),
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
        for deed in done.iter().filter_map(|task| task.deed.as_ref()) {
            audit.append(id, deed).await?;
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
            let values = [to_json(&outbox)?.into(), id.into(), row.integer(1)?.into()];
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

    /// Up to `limit` tenants, newest first; with `only`, that one alone.
    pub(crate) async fn list(
        &self,
        only: Option<&str>,
        behind: Option<Cursor>,
        limit: u32,
    ) -> Result<Vec<Tenant>, DatabaseError> {
        let behind = behind.unwrap_or(Cursor { created_at: Timestamp::from_millis(i64::MAX), id: String::new() });
        let mut values = vec![Value::from(behind.created_at), behind.id.into(), Value::Integer(i64::from(limit))];
        let mut of_own = "";
        if let Some(own) = only {
            values.push(own.into());
            of_own = "AND id = $4";
        }
        let statement = format!(
            "SELECT {COLUMNS} FROM tenants WHERE (created_at < $1 OR (created_at = $1 AND id < $2)) {of_own}
             ORDER BY created_at DESC, id DESC LIMIT $3"
        );
        self.0.query(&statement, &values).await?.iter().map(Tenant::from_row).collect()
    }

    /// How many tenants stand how, by the state of their subscription.
    pub async fn count_by_status(&self) -> Result<Vec<(String, i64)>, DatabaseError> {
        let statement = "SELECT COALESCE(subscription_status, 'none'), COUNT(*) FROM tenants GROUP BY 1 ORDER BY 1";
        let read = |row: &Row| Ok((row.text(0)?.to_owned(), row.integer(1)?));
        self.0.query(statement, &[]).await?.iter().map(read).collect()
    }
}

/// A tenant's values, in the order of [`COLUMNS`].
fn values(tenant: &Tenant) -> Result<Vec<Value>, DatabaseError> {
    let text = |text: &str| Value::from(text);
    let optional = |text: &Option<String>| Value::from(text.clone());
    let flag = |flag: bool| Value::Integer(i64::from(flag));
    Ok(vec![
        text(&tenant.id),
        text(&tenant.name),
        text(&tenant.slug),
        optional(&tenant.domain),
        text(tenant.mode.as_str()),
        optional(&tenant.erp_company_code),
        optional(&tenant.erp_company_id),
        optional(&tenant.erp_customer_id),
        optional(&tenant.erp_subscription_id),
        text(&tenant.owner_email),
        optional(&tenant.billing_email),
        optional(&tenant.billing_phone),
        optional(&tenant.plan),
        optional(&tenant.subscription_status),
        optional(&tenant.payment_status),
        optional(&tenant.subscription_plan),
        tenant.subscription_period_end.into(),
        tenant.max_users.into(),
        tenant.docs_quota_mb.into(),
        tenant.credits.into(),
        flag(tenant.is_active),
        flag(tenant.is_suspended),
        optional(&tenant.suspended_reason),
        text(&tenant.settings),
        tenant.created_at.into(),
        tenant.updated_at.into(),
        to_json(&tenant.history)?.into(),
        to_json(&tenant.outbox)?.into(),
        tenant.revision.into(),
    ])
}
