//! The budgets of entities.

use std::collections::BTreeMap;

use edge_budgets::{Budget, BudgetService, PeriodBalance};
use edge_database::DatabaseError;
use edge_money::DecimalAmount;
use serde::Serialize;
use utoipa::ToSchema;

/// A budget of an entity, as it is in the current period.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct EntityBudget {
    id: String,
    name: String,
    /// The department that it covers; null: the whole entity.
    department_id: Option<String>,
    currency: String,
    /// The name of the period: `2024-02`, `2024-Q1` or `2024`.
    period: String,
    /// What may be spent in the period.
    #[schema(value_type = f64)]
    allowance: DecimalAmount,
    #[schema(value_type = f64)]
    spent: DecimalAmount,
    #[schema(value_type = f64)]
    reserved: DecimalAmount,
    #[schema(value_type = f64)]
    remaining: DecimalAmount,
}

/// The active budgets of the entities of a tenant, by the entity's id.
#[derive(Clone, Debug, Default)]
pub(crate) struct EntityBudgets(BTreeMap<String, Vec<EntityBudget>>);

impl EntityBudgets {
    /// Those of `tenant`; only of `entity` where one is given.
    pub(crate) async fn of(service: &BudgetService, tenant: &str, entity: Option<&str>) -> Result<Self, DatabaseError> {
        let mut found: BTreeMap<String, Vec<EntityBudget>> = BTreeMap::new();
        for budget in service.budgets().of_entities(tenant).await? {
            if entity.is_none_or(|entity| entity == budget.entity) {
                let balance = service.balance(&budget).await?;
                found.entry(budget.entity.clone()).or_default().push(EntityBudget::new(budget, balance));
            }
        }
        Ok(Self(found))
    }

    /// Those of `entity`.
    pub(crate) fn take(&mut self, entity: &str) -> Vec<EntityBudget> {
        self.0.remove(entity).unwrap_or_default()
    }
}

impl EntityBudget {
    fn new(budget: Budget, balance: PeriodBalance) -> Self {
        let amount = |minor| DecimalAmount(budget.money(minor));
        Self {
            allowance: amount(balance.allowance),
            spent: amount(balance.sums.spent),
            reserved: amount(balance.sums.reserved),
            remaining: amount(balance.remaining()),
            period: balance.period,
            currency: budget.currency.to_string(),
            department_id: Some(budget.department).filter(|department| !department.is_empty()),
            id: budget.id,
            name: budget.name,
        }
    }
}
