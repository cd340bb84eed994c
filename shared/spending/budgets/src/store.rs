//! Budgets in the database.

use edge_capabilities::Timestamp;
use edge_capabilities::database::{DatabaseError, Value};
use edge_database::Db;

use crate::budget::{Budget, COLUMNS};

/// Budgets in the database.
#[derive(Clone)]
pub struct Budgets(Db);

/// Where a page of budgets begins: behind this one.
pub(crate) struct Cursor {
    pub(crate) created_at: Timestamp,
    pub(crate) id: String,
}

/// What is asked for of a tenant's budgets; None: all.
#[derive(Clone, Debug, Default)]
pub(crate) struct Filter {
    pub(crate) department: Option<String>,
    pub(crate) cost_centre: Option<String>,
    pub(crate) is_active: Option<bool>,
}

impl Budgets {
    /// Those in `db`.
    pub fn new(db: Db) -> Self {
        Self(db)
    }

    /// The budget `id` of `tenant`.
    pub async fn find(&self, tenant: &str, id: &str) -> Result<Option<Budget>, DatabaseError> {
        self.first("id = $1 AND tenant_id = $2", &[id.into(), tenant.into()]).await
    }

    /// The budget in use for this part of `tenant`; empty texts are the whole.
    pub async fn in_use(&self, tenant: &str, department: &str, centre: &str) -> Result<Option<Budget>, DatabaseError> {
        let condition = "tenant_id = $1 AND department_id = $2 AND cost_centre = $3 AND is_active = 1";
        self.first(condition, &[tenant.into(), department.into(), centre.into()]).await
    }

    /// The budgets of this part of `tenant` that are not in use any more; empty texts are the whole.
    pub(crate) async fn out_of_use(
        &self,
        tenant: &str,
        department: &str,
        centre: &str,
    ) -> Result<Vec<Budget>, DatabaseError> {
        let statement = format!(
            "SELECT {COLUMNS} FROM budgets
             WHERE tenant_id = $1 AND department_id = $2 AND cost_centre = $3 AND is_active = 0 ORDER BY created_at, id"
        );
        let values: [Value; 3] = [tenant.into(), department.into(), centre.into()];
        self.0.query(&statement, &values).await?.iter().map(Budget::from_row).collect()
    }

    async fn first(&self, condition: &str, values: &[Value]) -> Result<Option<Budget>, DatabaseError> {
        let statement = format!("SELECT {COLUMNS} FROM budgets WHERE {condition}");
        self.0.query(&statement, values).await?.first().map(Budget::from_row).transpose()
    }

    /// Stores a new budget; [`DatabaseError::Duplicate`] where one is in use for the same.
    pub async fn insert(&self, budget: &Budget) -> Result<(), DatabaseError> {
        let values = budget.values()?;
        let places: Vec<String> = (1..=values.len()).map(|number| format!("${number}")).collect();
        let statement = format!("INSERT INTO budgets ({COLUMNS}) VALUES ({})", places.join(", "));
        self.0.query(&statement, &values).await.map(drop)
    }

    /// Stores `budget` where nobody has changed it since it was read; gives whether it did.
    pub async fn replace(&self, budget: &Budget) -> Result<bool, DatabaseError> {
        let values = budget.values()?;
        let columns = COLUMNS.split(", ").map(str::trim).enumerate();
        let assignments: Vec<String> = columns
            .filter(|(_, column)| !matches!(*column, "id" | "tenant_id" | "created_at" | "revision"))
            .map(|(index, column)| format!("{column} = ${}", index.saturating_add(1)))
            .collect();
        // All parameters are used, for PostgreSQL wants to know what each is.
        let statement = format!(
            "UPDATE budgets SET {}, revision = revision + 1
             WHERE id = $1 AND tenant_id = $2 AND created_at = $13 AND revision = $16 RETURNING id",
            assignments.join(", ")
        );
        Ok(!self.0.query(&statement, &values).await?.is_empty())
    }

    /// Up to `limit` budgets of `tenant`, newest first.
    pub(crate) async fn list(
        &self,
        tenant: &str,
        filter: &Filter,
        behind: Option<Cursor>,
        limit: u32,
    ) -> Result<Vec<Budget>, DatabaseError> {
        let behind = behind.unwrap_or(Cursor { created_at: Timestamp::from_millis(i64::MAX), id: String::new() });
        let mut values: Vec<Value> =
            vec![tenant.into(), behind.created_at.into(), behind.id.into(), i64::from(limit).into()];
        let mut conditions = String::new();
        let wanted = [
            ("department_id", filter.department.clone().map(Value::from)),
            ("cost_centre", filter.cost_centre.clone().map(Value::from)),
            ("is_active", filter.is_active.map(|active| i64::from(active).into())),
        ];
        for (column, value) in wanted {
            if let Some(value) = value {
                values.push(value);
                conditions.push_str(&format!(" AND {column} = ${}", values.len()));
            }
        }
        let statement = format!(
            "SELECT {COLUMNS} FROM budgets
             WHERE tenant_id = $1 AND (created_at < $2 OR (created_at = $2 AND id < $3)){conditions}
             ORDER BY created_at DESC, id DESC LIMIT $4"
        );
        self.0.query(&statement, &values).await?.iter().map(Budget::from_row).collect()
    }
}
