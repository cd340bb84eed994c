//! Tenants in the database.

use std::collections::{BTreeMap, HashMap};

use edge_capabilities::database::{Cursor, DatabaseError, Row, Value};
use edge_capabilities::{Random, Timestamp};
use edge_database::{Column as _, Conditions, Db, Record as _, places};

use super::change::{CommitResult, Task};
use super::model::{Mode, Tenant};
use crate::error::TenantError;
use crate::members::first;
use edge_audit::{Actor, AuditEntry, AuditLog};

/// How often a tenant takes the next number again because another one was faster.
const MAX_ATTEMPTS: u32 = 200;

/// The number of the next tenant.
const NEXT_NUMBER: &str = "(SELECT COALESCE(MAX(number), 0) + 1 FROM tenants)";

/// What a count of tenants needs of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TenantState {
    /// Its number.
    pub number: i64,
    /// Whether it is active and not suspended.
    pub is_active: bool,
}

/// Tenants in the database.
#[derive(Clone)]
pub struct Tenants(Db);

impl Tenants {
    /// Those in `db`.
    pub fn new(db: Db) -> Self {
        Self(db)
    }

    pub(crate) const fn db(&self) -> &Db {
        &self.0
    }

    /// The tenant `id`.
    pub async fn find(&self, id: &str) -> Result<Option<Tenant>, DatabaseError> {
        self.numbered(self.0.find(Conditions::of("id", id)).await?).await
    }

    /// The tenant with this number.
    pub async fn by_number(&self, number: i64) -> Result<Option<Tenant>, DatabaseError> {
        // Many tenants may have no number yet, which is 0.
        if number < 1 {
            return Ok(None);
        }
        self.0.find(Conditions::of("number", number)).await
    }

    /// `tenant` with its number, which it gets now where an older build made it.
    async fn numbered(&self, tenant: Option<Tenant>) -> Result<Option<Tenant>, DatabaseError> {
        match tenant {
            Some(tenant) if tenant.number == 0 => {
                self.give_number(&tenant.id).await?;
                self.0.find(Conditions::of("id", tenant.id)).await
            }
            tenant => Ok(tenant),
        }
    }

    async fn give_number(&self, id: &str) -> Result<(), DatabaseError> {
        let statement = format!("UPDATE tenants SET number = {NEXT_NUMBER} WHERE id = $1 AND number = 0");
        for _ in 0..MAX_ATTEMPTS {
            match self.0.query(&statement, &[id.into()]).await {
                Err(DatabaseError::Duplicate(_)) => {}
                result => return result.map(drop),
            }
        }
        Err(DatabaseError::Unavailable("too many tenants are being created at once".into()))
    }

    /// The tenant that the ERP means by an organisation's id: the tenant's own, its number, its company's or its customer's.
    pub async fn of_organization(&self, id: &str) -> Result<Option<Tenant>, DatabaseError> {
        if let Some(tenant) = self.find(id).await? {
            return Ok(Some(tenant));
        }
        let numbered = match id.parse::<i64>() {
            Ok(number) if number.to_string() == id => self.by_number(number).await?,
            _ => None,
        };
        // The ERP knows a tenant that it provisioned by its number, which may by chance be the id of another's customer.
        if numbered.as_ref().is_some_and(|tenant| tenant.is_provisioned) {
            return Ok(numbered);
        }
        let conditions = Conditions::default().and_where("(erp_company_id = ? OR erp_customer_id = ?)", id);
        let mut found: Vec<Tenant> = self.0.select(conditions, "created_at, id LIMIT 2").await?;
        let is_another = |tenant: &Tenant| found.iter().all(|known| known.id != tenant.id);
        found.extend(numbered.filter(is_another));
        // An id that could mean either of two tenants means none.
        Ok(if found.len() > 1 { None } else { found.pop() })
    }

    /// The id of the tenant that has this subscription at its gateway; None: none has it, or several have, which says
    /// nothing.
    pub async fn of_subscription(&self, subscription: &str) -> Result<Option<String>, DatabaseError> {
        let statement = "SELECT id FROM tenants WHERE erp_subscription_id = $1 LIMIT 2";
        match &*self.0.query(statement, &[subscription.into()]).await? {
            [row] => Ok(Some(row.text(0)?.to_owned())),
            _ => Ok(None),
        }
    }

    /// The tenant that has `domain`, which is in lower case.
    pub async fn of_domain(&self, domain: &str) -> Result<Option<Tenant>, DatabaseError> {
        self.numbered(self.0.find(Conditions::of("domain", domain)).await?).await
    }

    /// The first `limit` tenants by their numbers.
    pub async fn first_by_number(&self, limit: u32) -> Result<Vec<Tenant>, DatabaseError> {
        let conditions = Conditions::default().and_where("number > ?", 0_i64);
        self.0.select(conditions, &format!("number LIMIT {limit}")).await
    }

    /// The number of each tenant, and whether it is in use; only `tenant`, where one is given.
    pub async fn states(&self, tenant: Option<&str>) -> Result<BTreeMap<String, TenantState>, DatabaseError> {
        let conditions = tenant.map_or((Vec::new(), ""), |tenant| (vec![Value::from(tenant)], "WHERE id = $1"));
        let statement = format!("SELECT id, number, is_active, is_suspended FROM tenants {}", conditions.1);
        let read = |row: &Row| {
            let is_active = row.integer(2)? != 0 && row.integer(3)? == 0;
            Ok((row.text(0)?.to_owned(), TenantState { number: row.integer(1)?, is_active }))
        };
        self.0.query(&statement, &conditions.0).await?.iter().map(read).collect()
    }

    /// How many messages a minute are sent for those of `ids` whose settings say so: `{"notifications":{"per_minute":100}}`.
    pub(crate) async fn messages_per_minute(&self, ids: &[&str]) -> Result<HashMap<String, i64>, DatabaseError> {
        if ids.is_empty() {
            return Ok(HashMap::new());
        }
        let statement = format!("SELECT id, settings FROM tenants WHERE id IN ({})", places(1, ids.len()));
        let values: Vec<Value> = ids.iter().map(|id| Value::from(*id)).collect();
        let mut limits = HashMap::new();
        for row in self.0.query(&statement, &values).await? {
            let settings: serde_json::Value = serde_json::from_str(row.text(1)?).unwrap_or_default();
            let limit = settings.pointer("/notifications/per_minute").and_then(serde_json::Value::as_i64);
            limits.extend(limit.map(|limit| (row.text(0).unwrap_or_default().to_owned(), limit)));
        }
        Ok(limits)
    }

    /// The internal tenant that is the company with this code.
    pub(crate) async fn of_company(&self, code: &str) -> Result<Option<Tenant>, DatabaseError> {
        let conditions = Conditions::of("erp_company_code", code).and("tenant_mode", Mode::Internal.as_str());
        Ok(self.0.select(conditions, "created_at, id LIMIT 1").await?.pop())
    }

    /// Stores a new tenant; gives the number that it gets, the next one.
    pub async fn insert(&self, tenant: &Tenant) -> Result<i64, TenantError> {
        let mut values = Vec::new();
        let mut names = Vec::new();
        for (column, value) in Tenant::COLUMNS.iter().zip(tenant.values()?) {
            if *column != "number" {
                names.push(*column);
                values.push(value);
            }
        }
        values.push((!tenant.outbox.is_empty()).then_some(tenant.created_at).into());
        let statement = format!(
            "INSERT INTO tenants ({}, outbox_due, number) VALUES ({}, {NEXT_NUMBER}) RETURNING number",
            names.join(", "),
            places(1, values.len())
        );
        for _ in 0..MAX_ATTEMPTS {
            match self.0.query(&statement, &values).await.map_err(TenantError::from_write) {
                Ok(rows) => return Ok(first(&rows)?.integer(0)?),
                // Another tenant took the number.
                Err(TenantError::Taken("number")) => {}
                Err(error) => return Err(error),
            }
        }
        Err(DatabaseError::Unavailable("too many tenants are being created at once".into()).into())
    }

    /// Stores a new tenant, and who created it, in one statement; gives the tenant with its number.
    pub async fn create(&self, mut tenant: Tenant, actor: &Actor, random: &dyn Random) -> Result<Tenant, TenantError> {
        let detail = serde_json::json!({"slug": tenant.slug, "tenant_mode": tenant.mode});
        let entry = AuditEntry::new("tenant.created", &detail, actor, random, tenant.created_at);
        tenant.note_organization(&entry.id, entry.at);
        let task = Task::of_audit_entry(entry);
        tenant.outbox.push(task.clone());
        tenant.number = self.insert(&tenant).await?;
        self.done(&tenant.id, &[task]).await?;
        Ok(tenant)
    }

    /// Stores `tenant` where nobody has changed it since it was read: one statement, all or nothing. What is in its
    /// outbox is left to the instance that made the change until `due`; then any instance may do it.
    pub async fn replace(&self, tenant: &Tenant, due: Timestamp) -> Result<CommitResult, TenantError> {
        let (mut set, mut condition) = (Vec::new(), Vec::new());
        for (index, column) in Tenant::COLUMNS.iter().enumerate() {
            let is_fixed = matches!(*column, "id" | "number" | "created_at" | "revision");
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
        Ok(if rows.is_empty() { CommitResult::Conflict } else { CommitResult::Stored })
    }

    /// Notes that `contact` of the ERP's CRM is the tenant `id`, where nothing was noted before.
    pub async fn set_customer(&self, id: &str, contact: &str, now: Timestamp) -> Result<(), DatabaseError> {
        let statement = "UPDATE tenants SET erp_customer_id = $1, updated_at = $2, revision = revision + 1
            WHERE id = $3 AND erp_customer_id IS NULL";
        self.0.query(statement, &[contact.into(), now.into(), id.into()]).await.map(drop)
    }

    /// Notes that `customer` of Stripe is the tenant `id`, where nothing was noted before; gives the tenant's customer.
    pub async fn set_stripe_customer(
        &self,
        id: &str,
        customer: &str,
        now: Timestamp,
    ) -> Result<Option<String>, TenantError> {
        let statement = "UPDATE tenants SET stripe_customer_id = $1, updated_at = $2, revision = revision + 1
            WHERE id = $3 AND stripe_customer_id IS NULL";
        let values = [customer.into(), now.into(), id.into()];
        self.0.query(statement, &values).await.map_err(TenantError::from_write)?;
        Ok(self.find(id).await?.and_then(|tenant| tenant.stripe_customer_id))
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

    /// Up to `limit` tenants, newest first, from after `cursor`; with `only`, those alone; with `search`, those alone whose
    /// name, slug or id contains it.
    pub(crate) async fn list(
        &self,
        only: Option<Vec<String>>,
        search: Option<&str>,
        cursor: Option<Cursor>,
        limit: u32,
    ) -> Result<Vec<Tenant>, DatabaseError> {
        let conditions = Conditions::default();
        let conditions = if let Some(only) = only { conditions.and_in("id", only) } else { conditions };
        let conditions = match search {
            None => conditions,
            Some(search) => {
                let literal = search.replace('!', "!!").replace('%', "!%").replace('_', "!_");
                // The database folds case on both sides: SQLite that of ASCII alone.
                let is_called =
                    ["name", "slug", "id"].map(|column| format!("LOWER({column}) LIKE LOWER(?) ESCAPE '!'"));
                conditions.and_where(&format!("({})", is_called.join(" OR ")), format!("%{literal}%"))
            }
        };
        let mut tenants = Vec::new();
        for tenant in self.0.page(conditions, "created_at", cursor, limit).await? {
            tenants.extend(self.numbered(Some(tenant)).await?);
        }
        Ok(tenants)
    }

    /// The number of tenants by the state of their subscription.
    pub async fn count_by_status(&self) -> Result<Vec<(String, i64)>, DatabaseError> {
        let statement = "SELECT COALESCE(subscription_status, 'none'), COUNT(*) FROM tenants GROUP BY 1 ORDER BY 1";
        let read = |row: &Row| Ok((row.text(0)?.to_owned(), row.integer(1)?));
        self.0.query(statement, &[]).await?.iter().map(read).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use edge_capabilities::testing::MemoryDatabase;

    use super::*;

    #[tokio::test]
    async fn the_erp_means_one_tenant_by_an_id_or_none() {
        let tenants = Tenants::new(Db::new(Arc::new(MemoryDatabase::new())));
        let new = |id: &str, customer: Option<&str>, is_provisioned| Tenant {
            slug: id.into(),
            erp_customer_id: customer.map(Into::into),
            is_provisioned,
            ..Tenant::new(id.into(), Mode::External, Timestamp::from_millis(1))
        };
        for (id, customer, is_provisioned) in [
            ("a", Some("4"), true),
            ("b", None, false),
            ("c", Some("2"), false),
            ("d", Some("1"), false),
            ("e", Some("9"), false),
        ] {
            tenants.insert(&new(id, customer, is_provisioned)).await.unwrap();
        }
        for (id, meant) in [
            ("a", Some("a")),
            // Provisioned: its number takes precedence over the customer of another.
            ("1", Some("a")),
            // Of b it is the number, of c the customer.
            ("2", None),
            ("3", Some("c")),
            ("4", None),
            ("5", Some("e")),
            ("9", Some("e")),
            ("05", None),
            ("+5", None),
            ("0", None),
            ("-1", None),
            ("7", None),
        ] {
            let found = tenants.of_organization(id).await.unwrap().map(|tenant| tenant.id);
            assert_eq!(found.as_deref(), meant, "{id}");
        }
    }
}
