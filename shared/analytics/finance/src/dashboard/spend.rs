//! What departments were billed, and how that compares with budgets.

use std::collections::{BTreeMap, BTreeSet};

use edge_allocations::Dimension;
use edge_budgets::BudgetPeriod;
use edge_http::Problem;
use edge_money::{Currency, DecimalAmount};
use serde::Serialize;
use utoipa::ToSchema;

use crate::budget_performance::Performance;
use crate::cost_analysis::{Basis, costs};
use crate::figure::{Compared, Ratio, amount};
use crate::query::ReportQuery;
use crate::router::AppState;

/// What a department was billed.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ReportDepartmentSpend)]
pub(crate) struct DepartmentSpend {
    department_id: String,
    name: Option<String>,
    #[schema(value_type = f64)]
    amount: DecimalAmount,
    /// In the period before.
    #[schema(value_type = f64)]
    previous: DecimalAmount,
}

/// What was billed, by department: the departments and what nobody shares add up to the total.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ReportSpend)]
pub(crate) struct Spend {
    departments: Vec<DepartmentSpend>,
    /// What no department shares.
    #[schema(value_type = Compared<f64>)]
    unallocated: Compared<DecimalAmount>,
    #[schema(value_type = Compared<f64>)]
    total: Compared<DecimalAmount>,
}

/// All budgets in the periods of theirs that a day is in.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[schema(as = ReportBudgets)]
pub(crate) struct Budgeted {
    budgets: i64,
    /// What may be spent: limits, and what is carried over.
    #[schema(value_type = f64)]
    budget: DecimalAmount,
    /// What is reserved, and no part of `actual`.
    #[schema(value_type = f64)]
    reserved: DecimalAmount,
    /// What was spent, less refunds.
    #[schema(value_type = f64)]
    actual: DecimalAmount,
    /// `actual` less `budget`: above zero where more was spent.
    #[schema(value_type = f64)]
    variance: DecimalAmount,
    /// `variance` in per cent of `budget`; null: there is no budget.
    #[schema(value_type = Option<f64>)]
    variance_percent: Option<Ratio>,
}

/// What was read of costs and budgets.
pub(super) struct Spending {
    /// By currency and department; None: nobody shares it.
    costs: [BTreeMap<(Currency, Option<String>), i64>; 2],
    names: BTreeMap<String, String>,
    budgets: [Vec<BudgetPeriod>; 2],
}

impl Spending {
    /// The figures of `query`.
    pub(super) async fn read(state: &AppState, query: &ReportQuery) -> Result<Self, Problem> {
        let tenant = query.tenant.id.as_str();
        let mut read = [BTreeMap::new(), BTreeMap::new()];
        for (costs_of, span) in read.iter_mut().zip(query.days.spans()) {
            for sum in costs(state, query, (span.from, span.to), Basis::Billed, Dimension::Department).await? {
                costs_of.insert((sum.amount.currency, sum.value), sum.amount.minor);
            }
        }
        let names = if read.iter().all(BTreeMap::is_empty) {
            BTreeMap::new()
        } else {
            let departments = state.departments.of_tenant(tenant).await?;
            departments.into_iter().map(|department| (department.id, department.name)).collect()
        };
        let mut budgets = [Vec::new(), Vec::new()];
        for (of_day, end) in budgets.iter_mut().zip(query.days.ends()) {
            let days = (end.day, end.day.plus_days(1));
            *of_day = state.budgets.performance(tenant, query.entities(), days, end.ends).await?;
        }
        Ok(Self { costs: read, names, budgets })
    }

    pub(super) fn currencies(&self, found: &mut BTreeSet<Currency>) {
        found.extend(self.costs.iter().flat_map(BTreeMap::keys).map(|(currency, _)| *currency));
        found.extend(self.budgets.iter().flatten().map(|period| period.budget.currency));
    }

    fn cost(&self, place: usize, currency: Currency, department: Option<&str>) -> i64 {
        let key = (currency, department.map(str::to_owned));
        self.costs.get(place).and_then(|costs| costs.get(&key)).copied().unwrap_or_default()
    }

    pub(super) fn by_department(&self, currency: Currency) -> Spend {
        let all = self.costs.iter().flat_map(BTreeMap::keys).filter(|(of, _)| *of == currency);
        let departments: BTreeSet<&String> = all.filter_map(|(_, department)| department.as_ref()).collect();
        let department = |id: &String| DepartmentSpend {
            name: self.names.get(id).cloned(),
            amount: amount(self.cost(1, currency, Some(id)), currency),
            previous: amount(self.cost(0, currency, Some(id)), currency),
            department_id: id.clone(),
        };
        let total = |place: usize| {
            let all = departments.iter().map(|id| self.cost(place, currency, Some(id)));
            all.chain([self.cost(place, currency, None)]).fold(0, i64::saturating_add)
        };
        Spend {
            departments: departments.iter().map(|id| department(id)).collect(),
            unallocated: Compared::of(|place| amount(self.cost(place, currency, None), currency)),
            total: Compared::of(|place| amount(total(place), currency)),
        }
    }

    pub(super) fn budgets(&self, currency: Currency) -> Compared<Budgeted> {
        Compared::of(|place| {
            let all = self.budgets.get(place).map(Vec::as_slice).unwrap_or_default();
            let own = all.iter().filter(|period| period.budget.currency == currency);
            let mut sum = Performance::default();
            let mut budgets: i64 = 0;
            for period in own {
                sum.add(&Performance::of(period));
                budgets = budgets.saturating_add(1);
            }
            Budgeted {
                budgets,
                budget: amount(sum.budget, currency),
                reserved: amount(sum.reserved, currency),
                actual: amount(sum.actual, currency),
                variance: amount(sum.variance(), currency),
                variance_percent: sum.variance_percent(),
            }
        })
    }
}
