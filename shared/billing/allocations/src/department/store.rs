//! Departments in the database.

use std::fmt::Write as _;

use edge_database::{Conditions, Cursor, DatabaseError, Db, Dialect, Record as _, Value};

use super::model::{Department, DepartmentStatus};
use crate::error::AllocationError;

/// Departments in a database.
#[derive(Clone)]
pub struct Departments(pub(crate) Db);

/// Which departments a list holds; None: all.
#[derive(Clone, Debug, Default)]
pub(super) struct DepartmentFilter {
    pub(super) entity: Option<String>,
    pub(super) parent: Option<String>,
    pub(super) status: Option<DepartmentStatus>,
    pub(super) code: Option<String>,
}

impl Departments {
    /// The departments in `db`.
    pub fn new(db: Db) -> Self {
        Self(db)
    }

    /// The department `id` of `tenant`.
    pub async fn find(&self, tenant: &str, id: &str) -> Result<Option<Department>, DatabaseError> {
        self.0.find(Conditions::of("tenant_id", tenant).and("id", id)).await
    }

    /// Those of the departments `ids` that `tenant` has.
    pub async fn find_all(&self, tenant: &str, ids: &[&str]) -> Result<Vec<Department>, DatabaseError> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        self.0.select(Conditions::of("tenant_id", tenant).and_in("id", ids.iter().copied()), "id").await
    }

    /// All departments of `tenant`, oldest first.
    pub async fn of_tenant(&self, tenant: &str) -> Result<Vec<Department>, DatabaseError> {
        self.0.select(Conditions::of("tenant_id", tenant), "created_at, id").await
    }

    /// Those of `tenants` that have departments.
    pub(crate) async fn tenants_with_any(&self, tenants: &[&str]) -> Result<Vec<String>, DatabaseError> {
        if tenants.is_empty() {
            return Ok(Vec::new());
        }
        let statement = format!(
            "SELECT DISTINCT tenant_id FROM departments WHERE tenant_id IN ({})",
            edge_database::places(1, tenants.len())
        );
        let values: Vec<Value> = tenants.iter().map(|tenant| Value::from(*tenant)).collect();
        let rows = self.0.query_owned(&statement, values).await?;
        rows.iter().map(|row| row.text(0).map(str::to_owned)).collect()
    }

    /// Up to `limit` departments of `tenant`, newest first.
    pub(super) async fn list(
        &self,
        tenant: &str,
        filter: DepartmentFilter,
        cursor: Option<Cursor>,
        limit: u32,
    ) -> Result<Vec<Department>, DatabaseError> {
        let DepartmentFilter { entity, parent, status, code } = filter;
        let conditions = Conditions::of("tenant_id", tenant)
            .and_if("entity_id", entity)
            .and_if("parent_id", parent)
            .and_if("status", status.map(DepartmentStatus::as_str))
            .and_if("code", code);
        self.0.page(conditions, "created_at", cursor, limit).await
    }

    /// Stores a new department. It cannot make a cycle: nothing is below it yet.
    pub(super) async fn insert(&self, department: &Department) -> Result<(), AllocationError> {
        self.0.insert(department).await.map_err(taken)
    }

    /// How often departments of the entity were moved. Read before the tree is.
    pub(super) async fn moves(&self, tenant: &str, entity: &str) -> Result<i64, DatabaseError> {
        let statement = "SELECT moves FROM department_trees WHERE tenant_id = $1 AND entity_id = $2";
        let rows = self.0.query(statement, &[tenant.into(), entity.into()]).await?;
        rows.first().map_or(Ok(0), |row| row.integer(0))
    }

    /// Whether `department` is `below` or above it.
    pub(super) async fn is_above(&self, department: &Department, below: &str) -> Result<bool, DatabaseError> {
        let statement = format!("SELECT 1 WHERE EXISTS ({ABOVE})");
        let values = [department.tenant.as_str().into(), department.id.as_str().into(), below.into()];
        Ok(!self.0.query(&statement, &values).await?.is_empty())
    }

    /// Stores `department` unless it was changed since it was read; gives whether it did.
    pub(super) async fn replace(&self, department: &Department) -> Result<bool, AllocationError> {
        let fixed = ["entity_id", "created_at"];
        self.0.update_if_revision(department, &["id", "tenant_id"], &fixed).await.map_err(taken)
    }

    /// As [`Departments::replace`], of a department whose parent changes. `moves` were made in the entity's tree before it
    /// was read: where there were more since, or the parent is below the department, nothing is stored.
    ///
    /// Each statement of SQLite sees all before it. On PostgreSQL two statements at once do not see each other, so each takes
    /// the next number of the tree's moves, of which one gets it.
    pub(super) async fn move_to(&self, department: &Department, moves: i64) -> Result<bool, AllocationError> {
        let parent = department.parent.as_deref().unwrap_or_default();
        let mut values: Vec<Value> =
            vec![department.tenant.as_str().into(), department.id.as_str().into(), parent.into()];
        values.push(department.revision.into());
        let mut set = String::from("revision = revision + 1");
        let fixed = ["id", "tenant_id", "entity_id", "created_at", "revision"];
        for (column, value) in Department::COLUMNS.iter().zip(department.values()?) {
            if !fixed.contains(column) {
                values.push(value);
                let _ = write!(set, ", {column} = ${}", values.len());
            }
        }
        let own = format!("tenant_id = $1 AND id = $2 AND revision = $4 AND NOT EXISTS ({ABOVE})");
        let statement = match self.0.dialect().await? {
            Dialect::Sqlite => format!("UPDATE departments SET {set} WHERE {own} RETURNING id"),
            Dialect::Postgres => {
                values.extend([department.entity.as_str().into(), moves.into()]);
                let (entity, moves) = (values.len().saturating_sub(1), values.len());
                format!(
                    "WITH tree AS (
                        INSERT INTO department_trees (tenant_id, entity_id, moves)
                        VALUES ($1, ${entity}, CAST(${moves} AS BIGINT) + 1)
                        ON CONFLICT (tenant_id, entity_id) DO UPDATE SET moves = department_trees.moves + 1
                        WHERE department_trees.moves = CAST(${moves} AS BIGINT) RETURNING moves
                    )
                    UPDATE departments SET {set} FROM tree WHERE {own} RETURNING id"
                )
            }
        };
        Ok(!self.0.query_owned(&statement, values).await.map_err(taken)?.is_empty())
    }
}

/// Selects the department `$2` of the tenant `$1` where it is `$3` or above it.
const ABOVE: &str = "WITH RECURSIVE above (id, parent_id) AS (
        SELECT d.id, d.parent_id FROM departments d WHERE d.tenant_id = $1 AND d.id = $3
        UNION SELECT d.id, d.parent_id FROM departments d JOIN above ON d.id = above.parent_id WHERE d.tenant_id = $1
    ) SELECT 1 FROM above WHERE above.id = $2";

fn taken(error: DatabaseError) -> AllocationError {
    match error {
        DatabaseError::Duplicate(_) => AllocationError::CodeTaken,
        error => error.into(),
    }
}
