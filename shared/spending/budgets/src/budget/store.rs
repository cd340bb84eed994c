//! Budgets in the database.

use edge_capabilities::Timestamp;
use edge_capabilities::database::DatabaseError;
use edge_database::{Conditions, Cursor, Db};

use super::model::Budget;

/// Budgets in the database.
#[derive(Clone)]
pub struct Budgets(Db);

/// The part of a tenant that a budget covers.
#[derive(Clone, Copy, Debug)]
pub struct BudgetScope<'a> {
    /// The tenant's id.
    pub tenant: &'a str,
    /// The entity; empty: all entities.
    pub entity: &'a str,
    /// The department; empty: all departments.
    pub department: &'a str,
    /// The cost centre; empty: all cost centres.
    pub cost_centre: &'a str,
}

impl<'a> BudgetScope<'a> {
    /// The whole of `tenant`.
    pub const fn whole(tenant: &'a str) -> Self {
        Self { tenant, entity: "", department: "", cost_centre: "" }
    }

    fn conditions(self, is_active: bool) -> Conditions {
        Conditions::of("tenant_id", self.tenant)
            .and("entity_id", self.entity)
            .and("department_id", self.department)
            .and("cost_centre", self.cost_centre)
            .and("is_active", i64::from(is_active))
    }
}

/// The filters of a list of budgets; None: all.
#[derive(Clone, Debug, Default)]
pub(super) struct BudgetFilter {
    pub(super) entity: Option<String>,
    pub(super) department: Option<String>,
    pub(super) cost_centre: Option<String>,
    pub(super) is_active: Option<bool>,
}

impl Budgets {
    /// The budgets in `db`.
    pub fn new(db: Db) -> Self {
        Self(db)
    }

    /// The budget `id` of `tenant`.
    pub async fn find(&self, tenant: &str, id: &str) -> Result<Option<Budget>, DatabaseError> {
        self.0.find(Conditions::of("tenant_id", tenant).and("id", id)).await
    }

    /// The active budget of `scope`.
    pub async fn active(&self, scope: BudgetScope<'_>) -> Result<Option<Budget>, DatabaseError> {
        self.0.find(scope.conditions(true)).await
    }

    /// The budgets of `scope` that were deactivated, oldest first.
    pub(crate) async fn inactive(&self, scope: BudgetScope<'_>) -> Result<Vec<Budget>, DatabaseError> {
        self.0.select(scope.conditions(false), "created_at, id").await
    }

    /// The active budgets of `tenant` that cover an entity, oldest first.
    pub async fn of_entities(&self, tenant: &str) -> Result<Vec<Budget>, DatabaseError> {
        let of = Conditions::of("tenant_id", tenant).and("is_active", 1).and_where("entity_id <> ?", "");
        self.0.select(of, "created_at, id").await
    }

    pub(crate) const fn db(&self) -> &Db {
        &self.0
    }

    /// The active budgets of `tenant` that were made before `at`, oldest first; only those of `entities` where some are given.
    pub(crate) async fn in_use(
        &self,
        tenant: &str,
        entities: Option<&[String]>,
        at: Timestamp,
    ) -> Result<Vec<Budget>, DatabaseError> {
        let of = Conditions::of("tenant_id", tenant).and("is_active", 1).and_where("created_at < ?", at);
        let of = match entities {
            Some(ids) => of.and_in("entity_id", ids.iter().map(String::as_str)),
            None => of,
        };
        self.0.select(of, "created_at, id").await
    }

    /// Stores a new budget; [`DatabaseError::Duplicate`] where its scope has an active budget already.
    pub async fn insert(&self, budget: &Budget) -> Result<(), DatabaseError> {
        self.0.insert(budget).await
    }

    /// Stores `budget` unless it was changed since it was read; gives whether it did. [`DatabaseError::Duplicate`] as with
    /// [`Self::insert`].
    pub async fn replace(&self, budget: &Budget) -> Result<bool, DatabaseError> {
        self.0.update_if_revision(budget, &["id", "tenant_id"], &["created_at"]).await
    }

    /// Up to `limit` budgets of `tenant`, newest first.
    pub(super) async fn list(
        &self,
        tenant: &str,
        filter: BudgetFilter,
        cursor: Option<Cursor>,
        limit: u32,
    ) -> Result<Vec<Budget>, DatabaseError> {
        let conditions = Conditions::of("tenant_id", tenant)
            .and_if("entity_id", filter.entity)
            .and_if("department_id", filter.department)
            .and_if("cost_centre", filter.cost_centre)
            .and_if("is_active", filter.is_active.map(i64::from));
        self.0.page(conditions, "created_at", cursor, limit).await
    }
}
